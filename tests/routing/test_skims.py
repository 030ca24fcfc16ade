"""Matrices of all pairs against SciPy, summed legs and a numerical integral."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from core_cases import closed, link, network, node, small
from corridor.errors import CallError, UnknownName
from corridor.network.calendar import Span, minute, timetable_spans, weekly_spans
from corridor.routing.route import route
from corridor.routing.skims import freeze, mean_wait, skim, skims_by_value
from corridor.units import DAY_MIN, WEEK_MIN

MONDAY = minute("2026-03-02")


def integral(spans: list[Span], at: int, step: int) -> float:
    """Wait and delay of arrivals spread over a week, one at the middle of each step."""
    total = []
    for t in np.arange(at + step / 2, at + WEEK_MIN, step):
        here = next(s for s in spans if s.end_min > t)
        total.append(max(0.0, here.start_min - t) + here.delay_min)
    return float(np.mean(total))


@settings(max_examples=40)
@given(
    st.lists(
        st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1, unique=True
    ),
    st.sampled_from([None, "08:00-20:00", "22:00-04:00"]),
    st.integers(0, 13),
    st.sampled_from([0.0, 90.0]),
)
def test_mean_wait_is_the_integral_over_the_week_whatever_its_first_day(
    days: list[str], hours: str | None, later: int, delay: float
) -> None:
    at = MONDAY + later * DAY_MIN // 2
    spans = [
        Span(a, b, delay)
        for a, b in weekly_spans(" ".join(days), hours, 5.0, at - DAY_MIN, at + 30 * DAY_MIN)
    ]
    assert mean_wait(spans, at) == pytest.approx(integral(spans, at, 10), abs=1.0)


@pytest.mark.parametrize("later", range(0, 7 * DAY_MIN, DAY_MIN // 2))
def test_a_weekly_sailing_is_waited_for_half_a_week(later: int) -> None:
    spans = timetable_spans([480], MONDAY - WEEK_MIN, MONDAY + 5 * WEEK_MIN)
    assert mean_wait(spans, MONDAY + later) == pytest.approx(WEEK_MIN / 2, abs=1)


def test_what_stays_shut_all_week_is_not_waited_for() -> None:
    at = MONDAY
    assert math.isnan(mean_wait([], at))
    assert math.isnan(mean_wait([Span(0, at)], at))
    assert math.isnan(mean_wait([Span(at + WEEK_MIN, at + 9 * WEEK_MIN)], at))
    assert mean_wait([Span(0, at + 9 * WEEK_MIN)], at) == 0
    assert mean_wait([Span(at + DAY_MIN, at + 9 * WEEK_MIN, 60.0)], at) == pytest.approx(
        DAY_MIN / 14 + 60
    )
    for next_spans in (
        [],
        [Span(at + 30 * WEEK_MIN, at + 31 * WEEK_MIN)],
    ):  # shut from the second day on, for long
        assert mean_wait([Span(0, at + DAY_MIN), *next_spans], at) == pytest.approx(
            6 * DAY_MIN * 6 / 7 / 2
        )


@pytest.mark.parametrize(
    ("scenario", "cargo"), [("open-borders", "container-40"), ("mid-2026", "bulk-t")]
)
def test_distances_are_scipys(scenario: str, cargo: str) -> None:
    built = network(scenario)
    frozen = freeze(built, cargo=cargo, depart="2026-07-01")
    open_arcs = frozen.weight >= 0
    least: dict[tuple[int, int], int] = {}
    for t, h, w in zip(
        frozen.tail[open_arcs].tolist(),
        frozen.head[open_arcs].tolist(),
        frozen.weight[open_arcs].tolist(),
        strict=True,
    ):
        least[t, h] = min(w, least.get((t, h), w))
    rows, columns = zip(*least, strict=True)
    n = len(frozen.ptr) - 1
    every = dijkstra(
        csr_array((np.array(list(least.values()), float), (rows, columns)), shape=(n, n))
    )
    ids = frozen.query.graph.node_ids
    groups = [
        frozen.starts[a:b] for a, b in zip(frozen.start_ptr, frozen.start_ptr[1:], strict=False)
    ]
    made = skim(built, cargo=cargo, depart="2026-07-01")
    assert made.height == len(ids) * (len(ids) - 1)
    expected = {
        (ids[i], ids[j]): every[np.ix_(groups[i], groups[j])].min() / 100
        if len(groups[i]) and len(groups[j])
        else math.inf
        for i in range(len(ids))
        for j in range(len(ids))
        if i != j
    }
    for a, b, found, reason in made.select(
        "origin", "destination", "generalised_cost_usd", "reason"
    ).iter_rows():
        assert (math.inf if found is None else found) == pytest.approx(expected[a, b])
        assert (reason is None) == (found is not None)


def test_a_matrix_is_what_its_ways_add_up_to() -> None:
    built = network("mid-2026")
    made = skim(
        built, cargo="container-40", depart="2026-07-01", places=["Almaty", "PKKHI", "tashkent"]
    )
    assert made.select("origin", "destination").rows() == [
        (a, b)
        for a in ("almaty", "karachi", "tashkent")
        for b in ("almaty", "karachi", "tashkent")
        if a != b
    ]
    cargo = built.by_id("cargoes")["container-40"]
    hour_usd = cargo["value_usd_per_unit"] * cargo["time_value_share_per_day"] / 24
    for row in made.iter_rows(named=True):
        assert row["generalised_cost_usd"] == pytest.approx(
            row["cost_usd"] + row["time_h"] * hour_usd, abs=1.0
        )
        dated = route(
            built,
            row["origin"],
            row["destination"],
            cargo="container-40",
            depart="2026-07-01",
            max_routes=1000,
            draws=2,
        ).routes.with_columns((pl.col("cost_usd") + pl.col("time_h") * hour_usd).alias("all"))
        assert row["generalised_cost_usd"] == pytest.approx(
            dated["all"].min(), rel=0.05
        )  # the mean wait of a week


def test_a_small_matrix_by_hand() -> None:
    built = small(
        "shut",
        changes=[closed("cd", dt.date(2026, 1, 1))],
        links=[
            link("ab", "a", "b"),
            link("bc", "b", "c", fixed_h=10.0, fixed_usd=30.0),
            link("cd", "c", "d"),
        ],
    )
    made = {
        (r["origin"], r["destination"]): r
        for r in skim(built, cargo="box", depart="2026-03-02").to_dicts()
    }
    row = made["a", "c"]
    assert (row["time_h"], row["cost_usd"], row["carbon_kg"], row["length_km"]) == (
        14.0,
        230.0,
        400.0,
        200.0,
    )
    assert row["generalised_cost_usd"] == pytest.approx(230 + 14 * 40000 * 0.006 / 24)
    assert made["a", "d"]["reason"] == "no way"
    assert [
        made["a", "d"][c] for c in ("time_h", "cost_usd", "risk_share", "generalised_cost_usd")
    ] == [None] * 4


def test_free_terminals_do_not_upset_the_sums() -> None:
    terminal = {"node_id": "b", "handling_h": 0.0, "handling_p95_h": 0.0, "two_way": True}
    built = small(
        nodes=[node("z"), node("a"), node("b"), node("d")],
        links=[link("bd", "b", "d", mode="ferry"), link("ab", "a", "b")],
        emissions=[{"emission_id": "x", "mode": "road", "g_co2e_per_t_km": 100.0}],
        terminals=[{"terminal_id": "t", "from_layer": "ferry", "to_layer": "road", **terminal}],
    )
    made = {
        (r["origin"], r["destination"]): r
        for r in skim(built, cargo="box", depart="2026-03-02").to_dicts()
    }
    assert (made["a", "d"]["cost_usd"], made["d", "a"]["cost_usd"]) == (200.0, 200.0)
    assert (made["a", "d"]["length_km"], made["d", "a"]["time_h"]) == (200.0, 4.0)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"places": []}, CallError),
        ({"places": ["nowhere"]}, UnknownName),
        ({"via": ["b"]}, CallError),
        ({"deadline": "2026-07-01"}, CallError),
        ({"require": "UZ"}, CallError),
        ({"max_transshipments": 1}, CallError),
        ({"cargo": "boxx"}, UnknownName),
        ({"avoid": ["nowhere"]}, UnknownName),
        ({"depart": "x"}, CallError),
    ],
)
def test_what_a_matrix_cannot_answer_is_refused(
    more: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        skim(small(), **{"cargo": "box", "depart": "2026-03-02", **more})


def test_avoiding_and_carriers_bind_a_matrix() -> None:
    rules = [{"rule_id": "r", "row_id": "cd", "effect": "forbid", "carrier_country": "IR"}]
    made = skim(small(rules=rules), cargo="box", depart="2026-03-02", avoid=["UZ"])
    assert made.filter(pl.col("reason").is_null()).select("origin", "destination").rows() == [
        ("a", "b"),
        ("b", "a"),
    ]
    iranian = skim(small(rules=rules), cargo="box", depart="2026-03-02", carrier="IR")
    assert iranian.filter(pl.col("destination") == "d")["reason"].to_list() == ["no way"] * 3


def test_one_place_gives_an_empty_matrix_with_its_columns() -> None:
    made = skim(small(), cargo="box", depart="2026-03-02", places=["a"])
    assert made.height == 0
    assert made.schema["origin"] == pl.String
    assert made.schema["generalised_cost_usd"] == pl.Float64


def test_spread_of_a_skim_is_that_of_sampled_journeys() -> None:
    study_network = network("mid-2026")
    checked = 0
    for origin, destination in (
        ("almaty", "karachi"),
        ("tashkent", "karachi"),
        ("almaty", "lahore"),
    ):
        box = {"cargo": "container-40", "depart": "2026-07-15"}
        row = skim(study_network, **box, places=[origin, destination]).row(0, named=True)
        assert row["cargo_id"] == "container-40" and row["time_p95_h"] > row["time_h"]
        assert 0 < row["border_h"] < row["time_h"] and 0 < row["border_usd"] < row["cost_usd"]
        routes = route(study_network, origin, destination, **box, max_routes=40).routes
        same = routes.filter((pl.col("cost_usd") - row["cost_usd"]).abs() < 0.02)
        if same.height:
            checked += 1
            assert row["time_p95_h"] == pytest.approx(same["time_p95_h"][0], rel=0.06)
    assert checked >= 2


def test_dear_hours_take_quicker_ways() -> None:
    study_network = network("mid-2026")
    places = ["almaty", "tashkent", "karachi", "rotterdam"]
    cheap, own, dear = skims_by_value(
        study_network, (0.1, None, 500.0), cargo="container-40", depart="2026-07-15", places=places
    )
    assert own.equals(skim(study_network, cargo="container-40", depart="2026-07-15", places=places))
    assert (dear["time_h"] <= cheap["time_h"]).all() and (
        dear["cost_usd"] >= cheap["cost_usd"]
    ).all()
    assert (dear["time_h"] < cheap["time_h"]).any()
