"""Scenarios in the report: what each changes is told for the first trip and the most changed."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import polars as pl

import chart_cases as cases
from corridor.reports.first_page import answers
from corridor.reports.inputs import report_inputs
from corridor.reports.scenarios import differs
from html_page import Page


def test_other_scenarios_are_told_and_tabled(page: Page, text: str) -> None:
    plain = re.sub(r"\s+", " ", page.text)
    assert (
        "With “Gate open”, Alpha – Southport: the quickest route takes 4.0 days instead of 5.5, by "
        "rail through Uzbekistan; the cheapest at most a quarter slower costs USD 3,400 instead of "
        "3,520."
    ) in plain
    part = text[text.index('<section id="scenarios"') :]
    assert "<b>4.0 d</b>" in part and "<b>no route</b>" in part and "<b>$ 3,350</b>" not in part
    assert '<a href="#source-1">[1]</a>' in part.split("</section>")[0]


def test_scenario_that_changes_nothing_or_shuts_a_way_says_so() -> None:
    results: dict[str, Any] = cases.results()
    same = cases.scenarios().filter(pl.col("scenario") == "half-shut")
    results["scenarios"] = pl.concat([same, same.with_columns(scenario=pl.lit("open"))])
    said = next(
        one.text
        for one in answers(report_inputs(results))
        if one.question == "What does the shut gate cost?"
    )
    assert "nothing changes for Alpha – Southport. The other trip does not change either." in said
    gone = same.with_columns(
        scenario=pl.lit("open"),
        time_p50_h=pl.lit(None, pl.Float64),
        cost_usd=pl.lit(None, pl.Float64),
    )
    results["scenarios"] = pl.concat([same, gone])
    said = next(
        one.text
        for one in answers(report_inputs(results))
        if one.question == "What does the shut gate cost?"
    )
    assert "Alpha – Southport: no route is left." in said


def test_what_changed_since_a_day_is_told_from_then_to_now() -> None:
    results: dict[str, Any] = cases.results()
    results["study"]["scenarios"]["open"]["as_of"] = dt.date(2026, 2, 4)
    said = next(
        one.text
        for one in answers(report_inputs(results))
        if one.question == "What does the shut gate cost?"
    )
    assert said.startswith(
        "Since 4 February 2026, Alpha – Southport: the quickest route takes 5.5 days instead of 4.0"
    )


def test_a_difference_is_more_than_a_fiftieth() -> None:
    assert differs(103.0, 100.0) and not differs(101.0, 100.0)
    assert differs(None, 1.0) and not differs(None, None)
