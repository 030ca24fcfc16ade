"""The year of a trip: a steady one is told in a sentence, another drawn by month."""

from __future__ import annotations

import polars as pl

import chart_cases as cases
from corridor.reports.inputs import report_inputs
from corridor.reports.year import steady_sentences, year_sentence, year_values


def departures(*, first_is_dearer: float = 1.0) -> pl.DataFrame:
    """Return departures that all find a route; the first of them dearer or cheaper."""
    dates = cases.calendar().filter(pl.col("time_h").is_not_null(), pl.col("criterion") == "cost")
    alike = dates.with_columns(pl.col("countries", "borders", "time_h", "cost_usd").first())
    number = pl.int_range(pl.len())
    price = pl.when(number == 0).then(pl.col("cost_usd") * first_is_dearer).otherwise("cost_usd")
    return alike.with_columns(cost_usd=price)


def test_a_steady_year_is_one_sentence() -> None:
    (sentence,) = steady_sentences(departures(first_is_dearer=1.05))
    assert sentence.startswith("Cheapest: all 23 departures looked at from 16 February")
    assert "(KZ–KG–PK): 7.9 days as planned and USD 3,350, each within 10 %." in sentence


def test_a_dear_day_or_a_day_without_a_route_is_not_steady() -> None:
    assert steady_sentences(departures(first_is_dearer=1.2)) == []
    assert steady_sentences(cases.calendar()) == []


def test_the_first_trip_is_drawn_whatever_its_year() -> None:
    (trip, without) = report_inputs(cases.results() | {"calendar": departures()}).trips
    told = year_values(trip, always_drawn=False)
    drawn = year_values(trip, always_drawn=True)
    assert told["same"] and told["dates_csv"] and told["calendar"] is None and not told["months"]
    assert not drawn["same"] and drawn["calendar"] is not None and drawn["months"]
    assert year_values(without, always_drawn=True)["calendar"] is None


def test_a_year_is_told_only_of_a_long_calendar() -> None:
    (trip, _) = report_inputs(cases.results()).trips
    assert "Of 26 departures through the year 23 find a route" in year_sentence(trip)
    short = cases.results() | {"calendar": cases.calendar().head(4)}
    assert year_sentence(report_inputs(short).trips[0]) == ""


def test_departures_name_the_borders_they_pass() -> None:
    inputs = report_inputs(cases.results())
    ids = set(cases.calendar()["borders"].explode().drop_nulls())
    names = set(inputs.trips[0].calendar["borders"].explode().drop_nulls())
    assert ids & set(inputs.links["link_id"])
    assert names and not names & set(inputs.links["link_id"])
