"""Conditions: what may be asked, in which words, and what is refused."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core_cases import small
from corridor.errors import CallError
from corridor.network.calendar import second
from corridor.routing.conditions import Conditions, read_deadline, read_options
from corridor.routing.route import route
from routing_cases import ask


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"max_transhipments": 2},
            "no option 'max_transhipments'. Did you mean 'max_transshipments'?",
        ),
        ({"max_transshipments": -1}, "max_transshipments must be 0 or more"),
        ({"draws": 0}, "draws must be 1 or more"),
        ({"rng": -1}, "must be 0 or more"),
        ({"carrier": "Iran"}, "two capital letters"),
        ({"carrier": ""}, "two capital letters"),
        ({"deadline": "soon"}, "deadline 'soon' is not a date"),
        ({"avoid": "nowhere"}, "no place, link, mode or country 'nowhere'"),
        ({"require": ["ZZ"]}, "'ZZ'"),
        ({"via": ["nowhere"]}, "no place 'nowhere'"),
        ({"avoid": [""]}, "''"),
        ({"via": list("abcdab")}, "At most 5"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(CallError) as caught:
        ask(**options)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "depart",
    [
        "",
        "soon",
        "2026-02-30",
        "2026-13-01",
        20260210,
        None,
        "1899-12-31",
        "2201-01-01",
        "9999-12-31",
        "0001-01-01",
        "２０２６-01-01x",
    ],
)
def test_a_departure_that_is_no_day_of_our_time_is_refused(depart: Any) -> None:
    with pytest.raises(CallError, match="depart"):
        ask(depart=depart)


def test_a_departure_is_a_date_an_instant_or_their_text() -> None:
    for depart in (
        "2026-03-01",
        " 2026-03-01 ",
        "2026-03-01T00:00",
        dt.date(2026, 3, 1),
        dt.datetime(2026, 3, 1),
    ):
        assert ask(depart=depart).depart_s == second("2026-03-01")


def test_a_deadline_without_an_hour_counts_to_the_end_of_its_day() -> None:
    assert read_deadline("2026-03-01") == read_deadline(dt.date(2026, 3, 1)) == second("2026-03-02")
    assert (
        read_deadline("2026-03-01T06:00")
        == read_deadline(dt.datetime(2026, 3, 1, 6))
        == second("2026-03-01") + 6 * 3600
    )
    built = small()  # a - d takes 6 hours
    for deadline, ways in (
        ("2026-03-01", 1),
        ("2026-03-01T06:00", 1),
        ("2026-03-01T05:59", 0),
        ("2026-02-28", 0),
    ):
        assert (
            route(built, "a", "d", cargo="box", depart="2026-03-01", deadline=deadline).pareto_count
            == ways
        )


def test_one_word_is_a_list_of_one() -> None:
    conditions = read_options({"via": "b", "avoid": ["c"]})
    assert (conditions.via, conditions.avoid, conditions.require) == (("b",), ("c",), ())
    assert route(small(), "a", "d", cargo="box", depart="2026-03-01", via="b").pareto_count == 1


def test_options_are_read_once() -> None:
    asked = ask(deadline="2026-03-01", max_transshipments=2, carrier="PK", rng=3)

    assert asked.conditions == Conditions(
        deadline_s=second("2026-03-02"), max_transshipments=2, carrier="PK", rng=3
    )
    assert ask().conditions == Conditions()
