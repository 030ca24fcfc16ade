"""The quickest route of a departure is that of the list: by the hours of half of the trips."""

from __future__ import annotations

import numpy as np
import pytest

from core_cases import network
from corridor.network.network import Network
from corridor.routing.conditions import Options
from corridor.routing.medians import ROUNDING_H, least_median, low_bounds_h, median_bounds_h
from corridor.routing.order import quickest_first, time_order
from corridor.routing.pareto import pareto_set
from corridor.routing.query import prepare
from corridor.routing.quickest import quickest
from corridor.routing.route import route
from corridor.routing.route_tables import route_tables, spreads
from corridor.routing.search import best_route
from corridor.routing.showing import USUAL, _within_caps
from corridor.routing.year import quickest_departures

CARGO = "container-40"
SCENARIO = "mid-2026"
PAIRS = [
    ("tashkent", "karachi"),
    ("karachi", "almaty"),
    ("astana", "karachi"),
    ("tashkurgan", "aktobe"),
]
CARGOES = [
    "container-20",
    "container-40",
    "reefer-40",
    "bulk-t",
    "project",
    "bus-9m",
    "bus-12m",
    "bus-12m-own",
    "bus-18m",
    "bus-kit",
    "transformer-220t",
]
DAYS = ["2026-01-13", "2026-07-01", "2026-12-05"]


@pytest.mark.parametrize("depart", ["2026-07-01", "2026-09-30", "2027-01-13"])
@pytest.mark.parametrize(("origin", "destination"), [("almaty", "karachi"), ("tashkent", "gwadar")])
def test_it_is_the_quickest_of_the_list(origin: str, destination: str, depart: str) -> None:
    built = network(SCENARIO)
    listed = route(built, origin, destination, cargo=CARGO, depart=depart).routes
    row = quickest_departures(
        built, origin, destination, cargo=CARGO, depart=depart, every_days=7
    ).row(0, named=True)

    first = listed.sort("time_p50_h").row(0, named=True)
    for column in ("time_p50_h", "time_p95_h", "cost_usd", "corridor", "countries"):
        assert row[column] == first[column]


def test_it_need_not_have_the_quickest_plan() -> None:
    """On 1 July plans over Khunjerab just meet an opening that most trips miss."""
    query = prepare(
        network(SCENARIO), "almaty", "karachi", cargo=CARGO, depart="2026-07-01", options={}
    )
    planned = best_route(query, "time")
    chosen = quickest(query)
    assert planned is not None and chosen is not None
    assert chosen.arcs != planned.arcs


@pytest.mark.parametrize("depart", DAYS)
@pytest.mark.parametrize("cargo", CARGOES)
@pytest.mark.parametrize(("origin", "destination"), PAIRS)
@pytest.mark.slow
def test_no_route_of_the_exact_set_is_better_than_the_best_listed(
    origin: str, destination: str, cargo: str, depart: str
) -> None:
    check_best(network(SCENARIO), origin, destination, cargo, depart)


@pytest.mark.parametrize(("origin", "destination"), PAIRS[:2])
def test_a_list_keeps_the_least_median_and_the_least_money(origin: str, destination: str) -> None:
    """Of the first pair the least median was within the tolerances of a better plan."""
    check_best(network(SCENARIO), origin, destination, "reefer-40", "2026-07-01")


def check_best(built: Network, origin: str, destination: str, cargo: str, depart: str) -> None:
    """Check list, strip and :func:`quickest` against a sample of every route within the caps."""
    query = prepare(built, origin, destination, cargo=cargo, depart=depart, options={})
    pareto = pareto_set(query, np.ones(4, bool), USUAL.tolerances)
    first = quickest(query)
    days = quickest_departures(built, origin, destination, cargo=cargo, depart=depart)
    row = days.row(0, named=True)
    if not len(pareto):
        assert first is None
        return

    is_short, is_direct = _within_caps(pareto.measures(), USUAL)
    routes = [pareto[number] for number in np.flatnonzero(is_short & is_direct).tolist()]
    every = route_tables(query, routes).routes
    for most in (1, 10):
        listed = route(
            built, origin, destination, cargo=cargo, depart=depart, max_routes=most
        ).routes
        best = quickest_first(listed).row(0, named=True)
        assert time_order(best) == time_order(quickest_first(every).row(0, named=True))
        assert time_order(best) == time_order(row)

    assert first is not None and first.spread.time_p50_h == best["time_p50_h"]
    for column in ("time_h", "cost_usd", "carbon_kg", "risk_share"):
        assert listed[column].min() == pytest.approx(every[column].min(), abs=1.0, rel=1e-4)


def test_bounds_of_medians_are_never_more_than_medians() -> None:
    query = prepare(
        network(SCENARIO), "tashkent", "karachi", cargo=CARGO, depart="2027-01-13", options={}
    )
    pareto = pareto_set(query, np.ones(4, bool))
    bounds_h = median_bounds_h(pareto, np.arange(len(pareto)))
    hours = spreads(query, [pareto[number] for number in range(len(pareto))])
    medians_h = [hours[number].time_p50_h or np.inf for number in range(len(pareto))]
    assert (bounds_h <= np.array(medians_h) + ROUNDING_H).all()
    assert (bounds_h >= 0.5 * np.array(medians_h)).any()  # no bound that says nothing

    lows_h = low_bounds_h(pareto, np.arange(len(pareto)))
    assert (lows_h <= bounds_h + ROUNDING_H).all()
    assert (lows_h >= 0.5 * np.array(medians_h)).any()


def test_of_equal_medians_the_least_plan_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    query = prepare(
        network(SCENARIO), "almaty", "karachi", cargo=CARGO, depart="2026-07-01", options={}
    )
    pareto = pareto_set(query, np.ones(4, bool))
    same = spreads(query, [pareto[0]])[0]
    module = "corridor.routing.medians"
    monkeypatch.setattr(f"{module}.median_bounds_h", lambda _set, rows: np.zeros(len(rows)))
    monkeypatch.setattr(f"{module}.spreads", lambda _query, _arcs: {0: same})
    assert least_median(pareto, range(len(pareto))[::-1]).row == int(pareto.arrival_s.argmin())


def test_a_deadline_that_is_nearer_than_half_of_the_trips_holds() -> None:
    options: Options = {"deadline": "2026-07-10"}
    query = prepare(
        network(SCENARIO), "almaty", "karachi", cargo=CARGO, depart="2026-07-01", options=options
    )
    assert (quickest(query) is None) == (best_route(query, "time") is None)


def test_without_a_route_there_is_a_reason() -> None:
    days = quickest_departures(
        network(SCENARIO),
        "almaty",
        "karachi",
        cargo=CARGO,
        depart="2026-07-01",
        avoid=["PK"],
    )
    assert days["time_p50_h"].to_list() == [None]
    assert days["reason"][0]
