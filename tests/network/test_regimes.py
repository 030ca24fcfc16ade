"""Regimes: mixtures of states, their percentiles, means and sampled passages."""

from __future__ import annotations

import datetime as dt
import math
import statistics
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_cases import link, small
from corridor.network.regimes import Mixture, State, mixture, percentile_h, sampled_h
from corridor.routing.route import route
from corridor.units import NORMAL_P95

HOURS = st.floats(0.1, 500)
SIGMAS = st.floats(0, 1.2)
ENDS = ("a", "d")
BORDER = [link("ab", "a", "b"), link("bc", "b", "c", fixed_h=10.0), link("cd", "c", "d")]


def regime(share: float, **more: Any) -> dict[str, Any]:
    return {
        "regime_id": "queue",
        "name": "Queue",
        "table": "links",
        "row_id": "bc",
        "share": share,
        "fixed_h": 100.0,
        "fixed_p95_h": 180.0,
        **more,
    }


def ask(*regimes: dict[str, Any], draws: int = 200, **options: Any) -> Any:
    built = small(links=BORDER, regimes=list(regimes))
    return route(built, *ENDS, cargo="box", depart="2026-07-01", draws=draws, **options)


@given(st.lists(st.tuples(HOURS, SIGMAS, st.floats(0.01, 1)), min_size=1, max_size=4))
def test_percentiles_split_all_passages_at_their_share(
    parts: list[tuple[float, float, float]],
) -> None:
    total = sum(share for *_, share in parts)
    states = [State(share / total, hours, sigma) for hours, sigma, share in parts]
    for share in (0.05, 0.5, 0.95):
        hours = percentile_h(tuple(states), share)
        assert through(states, hours * (1 + 1e-6)) >= share - 1e-9
        assert through(states, hours * (1 - 1e-6)) <= share + 1e-9


def through(states: list[State], hours: float) -> float:
    """Return the share of passages that take at most some hours, by the normal distribution."""
    total = 0.0
    for state in states:
        if state.sigma > 1e-12:
            normal = statistics.NormalDist(math.log(state.median_h), state.sigma)
            total += state.share * normal.cdf(math.log(hours))
        else:
            total += state.share * (hours >= state.median_h)
    return total


@given(HOURS, SIGMAS)
def test_one_state_has_its_own_median_and_spread(hours: float, sigma: float) -> None:
    alone = Mixture("", (State(1.0, hours, sigma),))
    assert alone.median_h == pytest.approx(hours, rel=1e-6)
    assert alone.sigma == pytest.approx(sigma, abs=1e-6)


def test_sampled_passages_have_the_mean_of_their_states() -> None:
    ordinary = State(1.0, 20.0, 0.5)
    mixed = mixture(ordinary, [{**ROW, "share": 0.3, "fixed_h": 120.0, "fixed_p95_h": 200.0}])
    dice = np.random.default_rng(7)
    hours = sampled_h(mixed, dice.random(400_000), dice.standard_normal(400_000))

    mean_h = sum(s.share * s.median_h * math.exp(s.sigma**2 / 2) for s in mixed.states)
    assert hours.mean() == pytest.approx(mean_h, rel=0.01)
    assert np.quantile(hours, 0.5) == pytest.approx(mixed.median_h, rel=0.01)
    p95_h = mixed.median_h * math.exp(NORMAL_P95 * mixed.sigma)
    assert np.quantile(hours, 0.95) == pytest.approx(p95_h, rel=0.01)


ROW = {"regime_id": "queue", "share": 0.3, "fixed_h": 1.0, "fixed_p95_h": None, "extra_usd": None}


def test_shares_of_more_than_all_the_time_are_taken_in_proportion() -> None:
    rows = [{**ROW, "share": 0.9}, {**ROW, "regime_id": "other", "share": 0.6}]
    mixed = mixture(State(1.0, 5.0, 0.0), rows)
    assert [state.share for state in mixed.states] == pytest.approx([0, 0.6, 0.4])
    assert mixed.name == "queue other"


def test_a_regime_of_no_share_changes_nothing() -> None:
    plain, slow = ask(), ask(regime(0.0, extra_usd=500.0))
    assert slow.routes.equals(plain.routes)
    assert slow.legs.equals(plain.legs)


def test_a_rare_regime_gives_the_tail_and_little_else() -> None:
    plain, slow = ask(draws=2000).routes, ask(regime(0.15), draws=2000).routes
    assert plain["time_h"][0] <= slow["time_h"][0] < plain["time_h"][0] + 3
    assert slow["time_p95_h"][0] > plain["time_p95_h"][0] + 60


def test_a_regime_that_is_the_rule_gives_its_hours_as_the_median() -> None:
    assert ask(regime(1.0)).routes["time_h"][0] == pytest.approx(ask().routes["time_h"][0] + 90)


def test_routes_cost_the_mean_of_what_states_charge() -> None:
    plain, slow = ask().routes, ask(regime(0.25, extra_usd=200.0)).routes
    assert slow["cost_usd"][0] == pytest.approx(plain["cost_usd"][0] + 50)


def test_a_regime_holds_between_its_dates() -> None:
    past = regime(1.0, to_on=dt.date(2026, 7, 1))
    later = regime(1.0, from_on=dt.date(2026, 7, 2))
    now = regime(1.0, from_on=dt.date(2026, 7, 1), to_on=dt.date(2026, 7, 2))
    plain = ask().routes["time_h"][0]
    hours = [ask(row).routes["time_h"][0] - plain for row in (past, later, now)]
    assert hours == pytest.approx([0, 0, 90])


def test_links_of_one_regime_are_in_it_together() -> None:
    links = [link("ab", "a", "b", fixed_h=0.0), link("bc", "b", "c"), link("cd", "c", "d")]
    both = regime(0.5, row_id="ab cd", fixed_p95_h=None)
    apart = [
        regime(0.5, regime_id="one", row_id="ab", fixed_p95_h=None),
        regime(0.5, regime_id="other", row_id="cd", fixed_p95_h=None),
    ]

    def spread_h(rows: list[dict[str, Any]]) -> set[float]:
        built = small(links=links, regimes=rows)
        shown = route(built, *ENDS, cargo="box", depart="2026-07-01", draws=500).routes
        return {round(shown[name][0], -2) for name in ("time_p05_h", "time_p50_h", "time_p95_h")}

    assert len(spread_h([both])) == 2
    assert len(spread_h(apart)) == 3


def test_a_terminal_has_regimes_too() -> None:
    rail = link("bc", "b", "c", mode="rail", gauge_mm=1520)
    terminals = [
        {
            "terminal_id": f"t{node}",
            "node_id": node,
            "from_layer": "road",
            "to_layer": "rail-1520",
            "two_way": True,
            "handling_h": 5.0,
            "handling_p95_h": 8.0,
        }
        for node in ("b", "c")
    ]
    slow = regime(1.0, table="terminals", row_id="tb", fixed_h=50.0, extra_usd=30.0)
    links = [link("ab", "a", "b"), rail, link("cd", "c", "d")]
    plain, late = (
        route(
            small(links=links, terminals=terminals, regimes=rows),
            *ENDS,
            cargo="box",
            depart="2026-07-01",
            require=["rail"],
        ).routes
        for rows in ([], [slow])
    )
    assert late["time_h"][0] == pytest.approx(plain["time_h"][0] + 45)
    assert late["cost_usd"][0] == pytest.approx(plain["cost_usd"][0] + 30)
