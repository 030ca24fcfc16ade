"""The best route through the year."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from core_cases import closed, network, small
from corridor.errors import CallError, UnknownName
from corridor.routing.route import route
from corridor.routing.year import departures, read_range

DAY = dt.date


@pytest.mark.parametrize(
    ("text", "every", "days"),
    [
        ("2026-01-01..2026-01-15", 7, [1, 8, 15]),
        ("2026-01-01..2026-01-14", 7, [1, 8]),
        ("2026-01-05", 7, [5]),
        ("2026-01-05..2026-01-05", 1, [5]),
        ("2026-01-01..2026-01-31", 10**30, [1]),
    ],
)
def test_a_range_holds_both_ends(text: str, every: int, days: list[int]) -> None:
    assert read_range(text, every) == [DAY(2026, 1, d) for d in days]


@pytest.mark.parametrize(
    ("text", "every"),
    [
        ("2026-01-01..", 7),
        ("..2026-01-01", 7),
        ("..", 7),
        ("", 7),
        ("2026-02-01..2026-01-01", 7),
        ("2026-01-01..x", 7),
        ("2026-01-01T08:00..2026-01-15", 7),
        ("2026-01-01..2026-02-01", 0),
        ("2026-01-01..2026-02-01", -1),
        ("2026-01-01..2199-01-01", 7),
        ("2026-01-01..2026-02-01..2026-03-01", 7),
    ],
)
def test_a_range_that_holds_no_day_or_too_many_is_refused(text: str, every: int) -> None:
    with pytest.raises(CallError, match="depart"):
        read_range(text, every)


def test_each_departure_has_the_routers_best_of_each_criterion() -> None:
    built = network("khunjerab-1985")
    ask: dict[str, Any] = {"cargo": "container-40"}
    year = departures(
        built,
        "almaty",
        "karachi",
        depart="2026-09-15..2027-03-15",
        every_days=60,
        criteria=("time", "cost"),
        **ask,
    )
    assert year["criterion"].to_list() == ["time", "cost"] * 4
    for row in year.iter_rows(named=True):
        best = route(
            built,
            "almaty",
            "karachi",
            depart=row["depart_on"],
            criteria=(row["criterion"],),
            draws=5,
            **ask,
        )
        column = f"{row['criterion']}_" + {"time": "h", "cost": "usd"}[row["criterion"]]
        assert row[column] == pytest.approx(best.routes[column][0], abs=0.02)
        assert row["reason"] is None
        assert 0 <= row["wait_h"] <= row["time_h"]


def test_the_year_shows_the_pass_shut_in_winter() -> None:
    year = departures(
        network("khunjerab-1985"),
        "kashgar",
        "islamabad",
        cargo="container-40",
        every_days=14,
        avoid=["IR", "sea", "AF", "rail"],
        depart="2026-08-01..2027-05-15",
    )
    winter = pl.col("depart_on").is_between(DAY(2026, 12, 1), DAY(2027, 3, 15))
    assert (year.filter(winter)["wait_h"] > 14 * 24).all()
    assert (
        year.filter(~winter & (pl.col("depart_on").dt.month().is_in([8, 9, 10])))["wait_h"] < 72
    ).all()  # a weekend at the post


def test_days_without_a_way_say_why() -> None:
    built = small("shut", changes=[closed("bc", DAY(2026, 3, 10))])
    year = departures(built, "a", "d", cargo="box", depart="2026-03-08..2026-03-11", every_days=1)
    assert year["time_h"].to_list() == [6.0, 6.0, None, None]
    assert (
        year["reason"].to_list()[2:]
        == ["closed (bc since 2026-03-10 until reopened [change shut])"] * 2
    )
    assert year.filter(pl.col("reason").is_not_null())["borders"].null_count() == 2


def test_wrong_words_are_refused() -> None:
    with pytest.raises(UnknownName):
        departures(small(), "a", "d", cargo="box", depart="2026-03-08", criteria=("speed",))
    with pytest.raises(CallError):
        departures(small(), "a", "d", cargo="box", depart="2300-03-08")
