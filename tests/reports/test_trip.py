"""Trips in the report: each has a name of its own, and its best routes are named once."""

from __future__ import annotations

import datetime as dt
from typing import cast

import polars as pl

import chart_cases as cases
from corridor.charts.letters import with_letters
from corridor.reports.inputs import report_inputs
from corridor.reports.trip import outstanding
from corridor.reports.trip_answers import first_trip_answer


def test_outstanding_routes_are_named_once() -> None:
    routes = with_letters(cases.routes())
    assert outstanding(routes) == {
        "A": ["quickest"],
        "B": ["cheapest", "least carbon", "least risk"],
    }
    one_best = routes.with_columns(
        cost_usd=pl.Series([1.0, 2.0]), carbon_kg=pl.lit(1.0), risk_share=pl.lit(0.0)
    )
    assert list(outstanding(one_best)) == ["A", "B"]


def test_a_trip_knows_its_routes_and_its_best() -> None:
    trip, without = report_inputs(cases.results()).trips
    assert trip.quickest is not None and trip.quickest["letter"] == "A"
    assert trip.cheapest is not None and trip.cheapest["letter"] == "B"
    assert trip.quickest["leg_rows"][0]["from_name"] == "Alpha"
    assert trip.anchor == "trip-alpha-port" and trip.calendar.height == 52

    assert without.quickest is None and not without.rows and not without.calendar.height
    assert without.heading == "Isle to Alpha"


def test_sentences_call_routes_by_their_letters() -> None:
    results = cases.results()
    row = results["trips"][0]  # type: ignore[index]
    first, second = row["routes"]["route_id"].unique(maintain_order=True)
    row = {**row, "warnings": [f"{second} enters Iran"], "left_out": [f"Like {first}: 3 more."]}

    trip = report_inputs({**results, "trips": [row]}).trips[0]
    assert trip.warnings == ("B enters Iran",)
    assert trip.left_out == ("Like A: 3 more.",)


def test_conditions_are_told_in_words() -> None:
    row = cases.results()["trips"][0]  # type: ignore[index]
    asked = row | {"via": ["mid"], "require": ["rail"], "avoid": ["KG"]}
    (trip,) = report_inputs(cases.results() | {"trips": [asked]}).trips
    assert trip.conditions == ("passing Midway", "using rail", "avoiding Kyrgyzstan")


def test_the_same_trip_asked_otherwise_has_another_name() -> None:
    row = cases.results()["trips"][0]  # type: ignore[index]
    later = row | {"trip_id": "later", "depart": dt.date(2027, 1, 15), "cargo": "grain"}
    trips = report_inputs(cases.results() | {"trips": [row, later]}).trips
    assert [trip.name for trip in trips] == [
        "Alpha – Southport",
        "Alpha – Southport (grain, 15 January 2027)",
    ]


def test_cargo_unlike_that_of_the_first_trip_is_named_wherever_the_trip_goes() -> None:
    row = cases.results()["trips"][0]  # type: ignore[index]
    grain = row | {"trip_id": "grain", "origin": "Isle", "cargo": "bulk, one tonne"}
    trips = report_inputs(cases.results() | {"trips": [row, grain]}).trips
    assert trips[1].name == "Isle – Southport (bulk, one tonne)"


def test_a_trip_that_ends_where_it_begins_says_so() -> None:
    row = cases.results()["trips"][0]  # type: ignore[index]
    still = (
        row["routes"]
        .head(1)
        .with_columns(
            time_h=0.0, time_p50_h=0.0, cost_usd=0.0, modes=pl.lit([], pl.List(pl.String))
        )
    )
    inputs = report_inputs(
        cases.results() | {"trips": [row | {"routes": still, "legs": row["legs"].clear()}]}
    )
    answer = str(first_trip_answer(inputs).text)
    assert answer == "It ends where it begins: <b>0 days</b>, USD&nbsp;0."


def test_reasons_why_there_is_no_route_name_links() -> None:
    results = cases.results()
    calendar = cast(pl.DataFrame, results["calendar"])
    is_first = pl.int_range(pl.len()) == 0
    reason = pl.when(is_first).then(pl.lit("closed (gate-rail since 2025-10-12 [rule ban])"))

    trips = report_inputs({**results, "calendar": calendar.with_columns(reason=reason)}).trips
    gate = "North Gate–South Gate (rail)"
    assert trips[1].reason == f"closed ({gate} until reopened)"
    assert trips[0].calendar["reason"].drop_nulls().to_list() == [
        f"closed ({gate} since 2025-10-12)"
    ]
