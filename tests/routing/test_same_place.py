"""A trip to the place it starts at takes nothing, whoever asks and however the place is written."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest

from core_cases import link, node, small
from corridor.closures.best_routes import best_routes
from corridor.closures.comparison import compare
from corridor.closures.criticality import rank
from corridor.flows.demand import compile_demand
from corridor.network.network import Network
from corridor.routing.route import Routes, route
from corridor.routing.skims import skim
from corridor.routing.year import departures

FIGURES = ("time_h", "cost_usd", "carbon_kg", "risk_share", "length_km")


def network() -> Network:
    """Return a - b - c - d by road, a railway beside a - b, and z, which nothing leads to."""
    return small(
        nodes=[node("a", unlocode="KZAAA"), node("b"), node("c", "UZ"), node("d", "PK"), node("z")],
        links=[
            link("ab", "a", "b"),
            link("bc", "b", "c"),
            link("cd", "c", "d"),
            link("siding", "a", "b", mode="rail", gauge_mm=1520),
        ],
    )


def ask(origin: str, destination: str, **options: Any) -> Routes:
    return route(network(), origin, destination, cargo="box", depart="2026-03-01", **options)


@pytest.mark.parametrize(
    ("origin", "destination"),
    [("a", "a"), ("A", "KZAAA"), ("a@road", "a"), ("a@rail-1520", "a@rail-1520"), ("z", "z")],
)
def test_a_route_takes_nothing(origin: str, destination: str) -> None:
    answer = ask(origin, destination)

    assert answer.routes.height == 1 and not answer.legs.height
    (row,) = answer.routes.to_dicts()
    assert [row[name] for name in FIGURES] == [0.0] * len(FIGURES)
    assert all(math.copysign(1, row[name]) == 1 for name in FIGURES)
    assert row["countries"] == ["KZ"] and row["modes"] == []


@pytest.mark.parametrize(
    ("options", "hours"),
    [
        ({"avoid": ["KZ"]}, 0.0),
        ({"via": ["a"]}, 0.0),
        ({"max_transshipments": 0}, 0.0),
        ({"deadline": "2026-03-01T00:00"}, 0.0),
        ({"via": ["b"]}, 4.0),
        ({"require": ["UZ"]}, 8.0),
    ],
)
def test_what_is_asked_of_it_holds(options: dict[str, Any], hours: float) -> None:
    assert ask("a", "a", **options).routes["time_h"].to_list() == [hours]


def test_it_is_late_where_the_deadline_is_past() -> None:
    answer = ask("a", "a", deadline="2026-02-27")
    assert not answer.routes.height
    assert answer.reason


def test_a_riskless_route_has_no_negative_risk() -> None:
    (risk_share,) = ask("a", "d", criteria=("time",)).routes["risk_share"]
    assert str(risk_share) == "0.0"


def test_matrices_departures_and_demand_take_nothing_either() -> None:
    built = network()
    demand = pl.DataFrame(
        {
            "demand_id": ["stays", "goes"],
            "origin_node_id": ["a", "a"],
            "destination_node_id": ["a", "d"],
            "cargo_id": ["box", "box"],
            "units_per_year": [10.0, 10.0],
        }
    )

    pairs = skim(built, cargo="box", depart="2026-03-01", places=["a", "KZAAA"])
    year = departures(built, "a", "A", cargo="box", depart="2026-03-01..2026-03-08")
    trips = best_routes(compile_demand(built, demand, on="2026-03-01"))
    worst = rank(built, demand, on="2026-03-01", kinds=("link",), pairs=0)
    moves = compare(built, built, demand, on="2026-03-01")

    assert pairs["time_h"].to_list() == pairs["generalised_cost_usd"].to_list() == [0.0, 0.0]
    assert year["time_h"].to_list() == [0.0, 0.0]
    assert trips[0] is not None and trips[0]["time_h"] == 0.0
    assert "stays" not in worst["worst_demand_id"].to_list()
    assert moves.filter(demand_id="stays")["moved"].to_list() == ["same"]
