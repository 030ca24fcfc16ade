"""The year's best routes: a panel a criterion, corridors told apart, gaps with their reason."""

from __future__ import annotations

import re

import polars as pl

from corridor.charts.calendar import calendar, with_corridors
from corridor.charts.svg import to_svg
from every_chart import EVERY, one_criterion, texts

NO_NUMBER = pl.lit(None, dtype=pl.Float64)
NO_NAMES = pl.lit([], dtype=pl.List(pl.String))


def test_two_criteria_have_two_panels(svgs: dict[str, str]) -> None:
    svg = svgs["calendar_both"]
    assert {"quickest: days", "cheapest: USD"} <= set(texts(svg))

    tops = re.findall(r'<g [^>]*transform="translate\(\d+,(\d+)\)"', svg)
    assert max(float(top) for top in tops) > 112  # the second panel stands below the first


def test_gaps_show_their_reason(svgs: dict[str, str]) -> None:
    shown = texts(svgs["calendar"])
    assert "closed (mid-port until 2026-03-30)" in shown
    assert shown.count("a") == 2  # in the gap and in the key


def test_every_departure_with_a_route_is_a_mark_of_its_corridor() -> None:
    datasets = EVERY["calendar"]().to_dict()["datasets"].values()
    marks = next(rows for rows in datasets if rows and "corridor" in rows[0])
    assert len(marks) == one_criterion("time")["time_h"].drop_nulls().len() == 23
    assert {row["corridor"] for row in marks} == {"KZ–KG–PK by gate", "KZ–KG–PK by a-mid-rail"}


def test_year_without_any_route_is_one_gap() -> None:
    empty = one_criterion("time").with_columns(
        time_h=NO_NUMBER,
        cost_usd=NO_NUMBER,
        reason=pl.lit("war"),
        countries=NO_NAMES,
        borders=NO_NAMES,
    )
    assert "war" in texts(to_svg(calendar(empty)))


def test_borders_are_named_where_countries_do_not_tell_corridors_apart() -> None:
    frame = pl.DataFrame(
        {
            "countries": [["KZ", "PK"], ["KZ", "PK"], ["KZ", "IR", "PK"], None],
            "borders": [["north", "east"], ["north", "west"], ["sea"], None],
        }
    )
    assert with_corridors(frame)["corridor"].to_list() == [
        "KZ–PK by east",
        "KZ–PK by west",
        "KZ–IR–PK",
        None,
    ]
