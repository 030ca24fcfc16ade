"""What the routes of a trip come to, in one sentence."""

from __future__ import annotations

from typing import Any

import polars as pl

from corridor.runs.answers import answer
from corridor.tables import schema_results

TRIP: dict[str, Any] = {
    "origin": "Almaty",
    "destination": "Karachi",
    "cargo": "40-foot box",
    "depart": "2026-07-01",
    "pareto_count": 3,
    "reason": "closed",
    "via": ["Mersin"],
    "require": [],
    "avoid": ["IR", "sea"],
}
QUICK = {
    "route_id": "r1",
    "time_h": 96.0,
    "time_p50_h": 120.0,
    "time_p95_h": 240.0,
    "cost_usd": 8000.0,
    "carbon_kg": 2500.0,
    "modes": ["road"],
    "countries": ["KZ", "PK"],
}
CHEAP = {
    **QUICK,
    "route_id": "r2",
    "time_h": 200.0,
    "time_p50_h": 240.0,
    "time_p95_h": None,
    "cost_usd": 5000.0,
    "modes": ["rail", "road"],
}
QUESTION = (
    "Almaty to Karachi, 40-foot box, leaving 2026-07-01, by way of Mersin, avoiding IR and sea: "
)


def routes(*rows: dict[str, Any]) -> pl.DataFrame:
    types = schema_results.empty("routes").schema
    return pl.DataFrame(rows, schema={name: types[name] for name in QUICK})


def test_quickest_and_cheapest_are_told_apart() -> None:
    assert answer(TRIP, routes(QUICK, CHEAP)) == (
        f"{QUESTION}quickest 5.0 days, 95 % of trips within 10.0 if nothing closes, USD 8,000, "
        "2.5 t CO2e, by road through KZ-PK; cheapest 10.0 days, USD 5,000, 2.5 t CO2e, by rail "
        "and road through KZ-PK. 3 routes are worth taking."
    )


def test_one_route_may_be_both() -> None:
    said = answer(TRIP, routes(QUICK, {**CHEAP, "cost_usd": 9000.0}))
    assert said.startswith(f"{QUESTION}quickest and cheapest 5.0 days")


def test_no_route_has_a_reason() -> None:
    assert answer(TRIP, routes()) == f"{QUESTION}no route. closed"


def test_a_trip_to_itself_leaves_its_place_unsaid() -> None:
    stays = {**QUICK, "time_p50_h": 0.0, "time_p95_h": 0.0, "modes": [], "countries": ["KZ"]}
    assert answer(TRIP, routes(stays)).endswith("2.5 t CO2e, without leaving the place.")
