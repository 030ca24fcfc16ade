"""The chart of validation holds its observations."""

from __future__ import annotations

import polars as pl

import chart_cases as cases
from corridor.charts.svg import to_svg
from corridor.charts.validation import validation
from every_chart import texts


def test_every_observation_has_a_row(svgs: dict[str, str]) -> None:
    shown = set(texts(svgs["validation"]))
    assert {"Lorry Alpha-Midway", "First run", "Price Alpha-Southport"} <= shown


def test_same_name_twice_makes_two_rows() -> None:
    twice = cases.validation().with_columns(name=pl.lit("run"))
    assert {"run (o1)", "run (o2)", "run (o4)"} <= set(texts(to_svg(validation(twice))))
