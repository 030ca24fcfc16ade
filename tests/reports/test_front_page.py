"""The front page answers which way, how long, how much, what if a border shuts, and how sure."""

from __future__ import annotations

import re
from typing import Any

import polars as pl

import chart_cases as cases
from corridor.reports.formats import chance, share
from corridor.reports.front_page import front_values
from corridor.reports.guesses import heaviest_guesses
from corridor.reports.inputs import report_inputs
from corridor.reports.trip import main_corridors, route_beside
from html_page import Page


def test_way_days_and_dollars_stand_with_their_bands() -> None:
    values = front_values(report_inputs(cases.results()))
    way, closure = values["points"]
    assert way.headline.startswith("Alpha – Southport: send by the ")
    assert "today, about 5.5 days and USD 3,520" in way.headline
    assert "Nine of ten trips take" in way.text and "The cheapest takes 8.0 days" in way.text
    assert re.match(r"If a border of the .+ shuts, goods go by the .+: ", closure.headline)
    assert "North Gate–South Gate" in closure.text and "uses none of them" in closure.text


def test_borders_keep_the_brackets_of_their_places() -> None:
    results = cases.results()
    names = pl.col("name").replace({"North Gate": "North Gate (old)"})
    results["nodes"] = results["nodes"].with_columns(names)
    _, closure = front_values(report_inputs(results))["points"]
    assert "borders on these stretches: North Gate (old)–South Gate" in closure.text


def test_sums_of_projects_are_said_with_their_conditions_and_names() -> None:
    results = {**cases.results(), **cases.project_rows(), **cases.programme_rows()}
    values = front_values(report_inputs(results))
    text = values["points"][-1].text
    assert text.startswith(
        "Net present values at 9\u00a0% a year. That is the central case: all borders stay open "
        "and the works cost "
    )
    assert "worth USD 90 m more than they cost if all borders stay open" in text
    lend, refuse = (step.what for step in values["steps"] if step.who == "Banks")
    assert "for North Gate. That pays as soon as the borders are open 25" in lend
    assert refuse.startswith("Do not lend for the project of point 3, to open in 20")
    assert (
        "benefits of USD 300 m would have to be 11.0 times as large to meet its costs of USD "
        in (refuse)
    )
    assert "USD 3,300 m" in refuse


def test_what_is_lost_with_borders_shut_stands_beside_the_gain() -> None:
    results = {**cases.results(), **cases.project_rows(), **cases.programme_rows()}
    is_kept_to = (pl.col("kind") == "fixed") & (pl.col("future") == "always-shut")
    lost = pl.when(is_kept_to).then(-3e7).otherwise(pl.col("npv_usd"))
    results["wait_regrets"] = results["wait_regrets"].with_columns(npv_usd=lost)
    text = front_values(report_inputs(results))["points"][-1].text
    assert "USD 90 m more than they cost if all borders stay open, USD 40 m if they shut" in text
    assert text.endswith("if theirs stay shut, USD 30 m is lost.")


def test_a_country_the_study_is_about_is_told_what_it_would_bear() -> None:
    results = {**cases.results(), **cases.project_rows(), **cases.programme_rows()}
    between = {**results["study"], "between": ("KZ", "PK")}
    values = front_values(report_inputs({**results, "study": between}))
    (step,) = (step for step in values["steps"] if step.who == "Kazakhstan")
    assert "for the project of point 3: as the study has who pays" in step.what
    assert "(USD 3,300 m) would fall to this country, of its gains USD 250 m" in step.what
    assert "Pakistan" not in {step.who for step in values["steps"]}  # it must agree, as said there


def test_what_the_route_beside_saves_and_risks_is_said_in_one_sentence() -> None:
    steps = front_values(report_inputs(cases.results()))["steps"]
    shippers = steps[0].what
    assert re.search(
        r"Take the .+ where saving USD [\d,]+ matters more than [\d.]+ days and a chance of "
        r"meeting a closure of 5\s% instead of 12\s%; keep documents and a carrier ready for it\.",
        shippers,
    )


def test_both_roads_say_what_a_shut_border_takes() -> None:
    _, closure = front_values(report_inputs(cases.results()))["points"]
    assert re.search(r"if a border of its own shuts \(.+\), goods go by the .+\.", closure.text)


def test_a_chance_of_nothing_says_on_what_it_rests() -> None:
    assert chance(0.0) == "none known"
    assert chance(0.001) == share(0.001) and chance(None) == share(None)


def test_a_band_beside_its_worth_says_why_it_lies_apart() -> None:
    def said(worth: float) -> str:
        results = {**cases.results(), **cases.project_rows()}
        rows = results["appraisal_projects"].with_columns(
            npv_usd=pl.lit(worth), npv_p5_usd=pl.lit(-7e9), npv_p95_usd=pl.lit(-4e9)
        )
        return front_values(report_inputs({**results, "appraisal_projects": rows}))["points"][
            -1
        ].text

    assert "nearly all are worse than it: nine of ten lose USD 4,000 m to USD 7,000 m." in said(
        -3e9
    )
    assert "works cost more: nine of ten lose USD 4,000 m to USD 7,000 m." in said(-5e9)


def test_order_of_letters_is_explained(text: str) -> None:
    front = text[text.index('<section id="front"') : text.index('<section id="answers"')]
    assert "Letters are those of the whole list in chapter 1, by the days as planned." in front


def test_front_page_comes_first_and_leads_to_its_sections(page: Page, text: str) -> None:
    assert text.index('id="front"') < text.index('id="answers"')
    front = text[text.index('<section id="front"') : text.index('<section id="answers"')]
    assert front.count("<tr>") >= 3 and "How sure" in front and "What to do first" in front
    plain = re.sub(r"\s+", " ", front)
    assert "7 % of the days and" in plain and "rest on our estimates" in plain


def test_route_beside_the_quickest_shares_no_border_with_it() -> None:
    trip = report_inputs(cases.results()).trips[0]
    beside = route_beside(trip)
    assert beside is not None and beside["letter"] == "B"
    assert [row["letter"] for row in main_corridors(trip)] == ["A", "B"]


def test_without_a_route_there_is_no_front_page() -> None:
    assert front_values(report_inputs({})) == {}


def test_guesses_are_estimates_by_their_part_of_a_route() -> None:
    results: dict[str, Any] = cases.results()
    inputs = report_inputs(results)
    guesses = heaviest_guesses(inputs, main_corridors(inputs.trips[0]))
    weak = inputs.trips[0].legs.filter(pl.col("confidence") == "C")
    assert guesses and len(guesses) <= weak.height
    assert [guess.share for guess in guesses] == sorted(
        (guess.share for guess in guesses), reverse=True
    )
    assert all("-" not in guess.name for guess in guesses)
