"""A route that takes other days on another date says at which post the weekday counts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

import chart_cases as cases
from corridor.reports.inputs import ReportInputs, report_inputs
from corridor.reports.weekdays import weekday_sentences

LATER = dt.timedelta(days=3)


def inputs(
    *, weekdays: str | None, later: dt.timedelta = LATER, **clock: str | float
) -> ReportInputs:
    """Return a trip on two days, the second 6 hours quicker.

    weekdays: those of its border. clock: by which these count.
    """
    first = {**cases.trip_with_routes("Southport"), "legs": timed(dt.timedelta())}
    second = {
        **first,
        "trip_id": "alpha-port-later",
        "depart": first["depart"] + later,
        "routes": first["routes"].with_columns(pl.col("time_p50_h") - 6),
        "legs": timed(later),
    }
    windows = pl.DataFrame(
        [{"link_id": "gate", "weekdays": weekdays, **clock}],
        schema_overrides={"weekdays": pl.String},
    )
    return report_inputs({**cases.results(), "trips": [first, second], "windows": windows})


def timed(later: dt.timedelta) -> pl.DataFrame:
    """Return the legs of the routes, begun at noon of Wednesday, 1 July 2026, or later."""
    noon = dt.datetime(2026, 7, 1, 12) + later
    return cases.legs().with_columns(depart_at=pl.lit(noon))


def test_post_and_weekdays_are_named() -> None:
    both = inputs(weekdays="mon tue wed thu fri")
    (sentence,) = weekday_sentences(both, both.trips[1])
    assert sentence == (
        "On 1 July 2026 this route takes 5.5 days: goods then reach North Gate–South Gate, shut on "
        "Saturday and Sunday, on a Wednesday, now on a Saturday."
    )


@pytest.mark.parametrize("clock", [{"utc_offset_h": 13.0}, {"time_zone": "Pacific/Tongatapu"}])
def test_weekdays_are_those_of_the_clock_of_the_post(clock: dict[str, Any]) -> None:
    both = inputs(weekdays="mon tue wed thu fri", **clock)
    (sentence,) = weekday_sentences(both, both.trips[1])
    assert sentence.endswith("on a Thursday, now on a Sunday.")


def test_nothing_is_said_where_the_weekday_counts_for_nothing() -> None:
    always_open = inputs(weekdays=None)
    assert weekday_sentences(always_open, always_open.trips[1]) == []
    same_weekday = inputs(weekdays="mon tue wed thu fri", later=dt.timedelta(days=7))
    assert weekday_sentences(same_weekday, same_weekday.trips[1]) == []
    assert weekday_sentences(same_weekday, same_weekday.trips[0]) == []
