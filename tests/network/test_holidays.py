"""Holidays: days that are taken from the calendars of links."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core_cases import network, node, small
from corridor.network import openings
from corridor.network.calendar import Span, second
from corridor.network.holidays import working_spans
from corridor.network.lifting import lift
from corridor.routing.route import route
from corridor.units import DAY_S

PERIOD = (second("2026-07-01"), second("2026-08-01"))


def holiday(row_id: str, from_on: str, to_on: str, **more: Any) -> dict[str, Any]:
    dates = {"from_on": dt.date.fromisoformat(from_on), "to_on": dt.date.fromisoformat(to_on)}
    return {
        "holiday_id": f"fair-{from_on}",
        "name": "Fair",
        "country": "KZ",
        "row_id": row_id,
        **dates,
        **more,
    }


def days(spans: list[Span]) -> list[tuple[int, int]]:
    """Return spans as days from the first of the period."""
    return [
        ((span.start_s - PERIOD[0]) // DAY_S, (span.end_s - PERIOD[0]) // DAY_S) for span in spans
    ]


@pytest.mark.parametrize(
    ("dates", "left"),
    [
        ([], [(0, 31)]),
        ([("2026-07-05", "2026-07-07")], [(0, 4), (6, 31)]),
        ([("2026-07-05", "2026-07-07"), ("2026-07-06", "2026-07-10")], [(0, 4), (9, 31)]),
        ([("2026-07-20", "2026-07-21"), ("2026-07-05", "2026-07-06")], [(0, 4), (5, 19), (20, 31)]),
        ([("2026-06-20", "2026-07-03")], [(2, 31)]),
        ([("2026-07-30", "2026-09-01")], [(0, 29)]),
        ([("2026-06-01", "2026-09-01")], []),
    ],
)
def test_days_are_taken_whatever_their_order(
    dates: list[tuple[str, str]], left: list[tuple[int, int]]
) -> None:
    rows = [holiday("ab", *each) for each in dates]
    assert days(working_spans([Span(*PERIOD)], rows, PERIOD, None)) == left


def test_a_day_is_that_of_the_place_where_the_link_begins() -> None:
    rows = [holiday("ab", "2026-07-05", "2026-07-06")]
    first, second_ = working_spans([Span(*PERIOD)], rows, PERIOD, "Asia/Almaty")
    assert first.end_s == second("2026-07-04T19:00")
    assert second_.start_s == second("2026-07-05T19:00")


def test_goods_wait_for_the_end_of_a_holiday() -> None:
    shut = holiday("crossing:KZ-UZ", "2026-07-01", "2026-07-03")
    plain, late = (
        route(small(holidays=rows), "a", "d", cargo="box", depart="2026-07-01").routes["time_h"][0]
        for rows in ([], [shut])
    )
    assert late == pytest.approx(plain + 48 - 2)  # 2 h to the border


def test_hours_of_a_window_are_kept_on_the_other_days() -> None:
    hours = {"window_id": "w", "link_id": "bc", "hours": "08:00-16:00"}
    built = small(windows=[hours], holidays=[holiday("bc", "2026-07-02", "2026-07-04")])
    spans = openings.link_openings(built, second("2026-07-01")).links[1]
    july = [span for span in spans if PERIOD[0] <= span.start_s < second("2026-07-06")]
    assert [span.start_s for span in july] == [second(f"2026-07-0{day}T08:00") for day in (1, 4, 5)]


def test_a_window_that_is_lifted_takes_its_holidays_along() -> None:
    built = small(holidays=[holiday("ab bc", "2026-07-01", "2026-07-20")])
    first, second_ = (
        openings.link_openings(each, second("2026-07-01")).closures[0][0]
        for each in (built, small(holidays=[holiday("bc ab", "2026-07-01", "2026-07-20")]))
    )
    assert (first.kind, first.closure_id) == (second_.kind, second_.closure_id) == ("window", "ab")

    lifted = openings.link_openings(lift(built, [first]), second("2026-07-01"))
    assert lifted.is_never_shut(lifted.links[0])
    assert not lifted.is_never_shut(lifted.links[1])


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        ("2019-07-15", True),
        ("2020-01-15", False),
        ("2021-07-15", False),  # the pandemic
        ("2023-07-17", True),
        ("2024-01-15", False),  # announced open, and shut
        ("2025-01-15", True),
        ("2026-02-16", False),  # Spring Festival
        ("2026-02-25", True),
        ("2026-07-12", False),  # a Sunday
        ("2026-07-13", True),
    ],
)
def test_khunjerab_is_open_as_it_was(day: str, is_open: bool) -> None:
    built = network("open-borders")
    at_s = second(f"{day}T06:00")
    link = built.frames["links"]["link_id"].to_list().index("khunjerab-tashkurgan-road")
    spans = openings.link_openings(built, at_s).spans[link]
    assert any(span.start_s <= at_s < span.end_s for span in spans) == is_open


def test_places_have_zones_for_holidays() -> None:
    built = small(
        nodes=[node("a", time_zone="Asia/Almaty"), node("b"), node("c", "UZ"), node("d", "PK")],
        holidays=[holiday("ab", "2026-07-05", "2026-07-06")],
    )
    first = openings.link_openings(built, second("2026-07-01")).links[0][0]
    assert first.end_s == second("2026-07-04T19:00")
