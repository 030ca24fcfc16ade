"""Matrices of all pairs against summed legs and sampled journeys, and by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from core_cases import closed, link, network, node, small
from corridor.errors import CallError, UnknownName
from corridor.routing import skims
from corridor.routing.frozen_day import freeze
from corridor.routing.route import route
from corridor.routing.showing import EXACT
from corridor.routing.skims import skim, skims_by_value


@pytest.mark.slow
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
            showing=EXACT,
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
    assert made["a", "d"]["reason"] == "no route"
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
    assert iranian.filter(pl.col("destination") == "d")["reason"].to_list() == ["no route"] * 3


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
        routes = route(
            study_network, origin, destination, **box, max_routes=40, showing=EXACT
        ).routes
        same = routes.filter((pl.col("cost_usd") - row["cost_usd"]).abs() < 0.02)
        if same.height:
            checked += 1
            assert row["time_p95_h"] == pytest.approx(same["time_p95_h"][0], rel=0.1)
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


def test_nights_of_a_post_are_waited_for_once() -> None:
    links = [link("ab", "a", "b"), link("bc", "b", "c")]
    nodes = [node("a"), node("b"), node("c", "UZ")]
    built = small(
        nodes=nodes,
        links=links,
        windows=[{"window_id": "w", "node_id": "b", "hours": "12:00-24:00"}],
    )
    rows = skim(built, cargo="box", depart="2026-03-02", places=["a", "c"])
    by_origin = dict(zip(rows["origin"], rows["time_h"], strict=True))
    assert by_origin["a"] == pytest.approx(4 + 3)  # half of a night of 12 h, half of the days


@pytest.mark.slow  # the kernels of hierarchies take some 15 s to compile
@pytest.mark.parametrize("cargo", ["container-40", "bulk-t"])
def test_a_matrix_by_a_hierarchy_is_that_of_searches(
    cargo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = network("mid-2026")
    by_searches = skim(built, cargo=cargo, depart="2026-07-01")
    monkeypatch.setattr(skims, "MIN_STATES", 0)
    monkeypatch.setattr(skims, "MIN_ORIGINS", 0)
    day = freeze(built, cargo=cargo, depart="2026-07-01")
    assert skims._ready(day) is not None
    assert skim(built, cargo=cargo, depart="2026-07-01").equals(by_searches)


@pytest.mark.slow
def test_a_matrix_with_free_arcs_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Distances do not say which of equal routes a search takes where arcs cost nothing."""
    monkeypatch.setattr(skims, "MIN_STATES", 0)
    free = small(links=[link("ab", "a", "b"), link("bc", "b", "c")])
    day = freeze(free, cargo="box", depart="2026-03-02")
    assert skims._ready(day) is not None
    assert skims._ready(replace(day, weight=np.where(day.weight > 0, 0, day.weight))) is None
    assert skims._ready(replace(day, weight=np.where(day.weight > 0, 1 << 40, -1))) is None
