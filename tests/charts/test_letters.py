"""Letters of routes, in order of appearance."""

from __future__ import annotations

import polars as pl

import chart_cases as cases
from corridor.charts.letters import route_letter, with_letters


def test_letters_go_on_after_z() -> None:
    assert [route_letter(i) for i in (0, 25, 26)] == ["A", "Z", "A2"]


def test_every_route_gets_a_letter() -> None:
    assert with_letters(cases.legs())["letter"].to_list() == ["A"] * 4 + ["B"] * 3


def test_letters_are_kept_where_there_are_some() -> None:
    legs = cases.legs().with_columns(letter=pl.lit("Q"))
    assert with_letters(legs).equals(legs)
