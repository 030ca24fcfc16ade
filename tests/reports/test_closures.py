"""Closures in the report: what matters most, what years cost, what a second corridor is worth."""

from __future__ import annotations

import polars as pl
import pytest

import chart_cases as cases
from corridor.reports.closures import answers, sections
from corridor.reports.criticality import (
    MAX_UNSERVED,
    most_expensive_sentences,
    unserved_sentences,
)
from corridor.reports.inputs import report_inputs
from corridor.reports.loss_lists import LossRow, hazard_lists, stretch_lists
from corridor.reports.losses import case_names, selector_text
from corridor.reports.page import template_environment
from corridor.reports.second_corridor import second_corridor_sentences

OF_TWO = {"study": {"between": ("KZ", "PK")}}


def test_the_most_expensive_crossing_and_stretch_are_named() -> None:
    (sentence,) = most_expensive_sentences(report_inputs({"loss_rank": cases.ranked()}))
    assert "crossing Kazakhstan–Kyrgyzstan (USD 900 m a year)" in sentence
    assert "link North Gate - Midway (USD 600 m a year)" in sentence

    free = cases.ranked().with_columns(loss_usd_per_year=pl.lit(0.0))
    (nothing,) = most_expensive_sentences(report_inputs({"loss_rank": free}))
    assert "costs anything" in nothing


def test_own_trade_comes_before_all_trade() -> None:
    inputs = report_inputs({"loss_rank": cases.ranked(), **OF_TWO})
    own, all_trade = stretch_lists(inputs)
    assert own.trade == "trade between Kazakhstan and Pakistan"
    assert [row.name for row in own.rows] == ["Midway - Southport", "North Gate - Midway"]
    assert own.rows[0] == LossRow("Midway - Southport", "2.0 m", "1.0 m – 4.0 m", "0\u00a0%")
    assert [row.name for row in all_trade.rows] == ["North Gate - Midway", "Midway - Southport"]
    assert most_expensive_sentences(inputs)[0] == (
        "Trade between Kazakhstan and Pakistan: the stretch that costs most to lose is "
        "Midway - Southport (USD 2.0 m a year)."
    )


def test_hazards_are_listed_with_their_band_and_share() -> None:
    inputs = report_inputs({"loss_by_hazard": cases.by_hazard(), **OF_TWO})
    own, all_trade = hazard_lists(inputs)
    assert own.rows[0] == LossRow("Snow at Midway", "0.5 m", "0.2 m – 0.9 m", "50\u00a0%")
    assert all_trade.rows[0] == LossRow("Snow at Midway", "31 m", "10 m – 40 m", "66\u00a0%")


def test_demand_without_a_route_is_said_with_its_reason() -> None:
    row = {"kind": "demand", "name": "A to B", "reason": "closed (ab)"}
    assert unserved_sentences(pl.DataFrame([row, {**row, "kind": "link"}]), {}) == [
        "No route serves A to B: closed (ab)"
    ]
    many = unserved_sentences(pl.DataFrame([row] * (MAX_UNSERVED + 3)), {})
    assert many[-1] == "Rows of demand without a route beside these: 3."
    assert len(many) == 2


def test_demand_without_a_route_for_the_same_reason_is_told_once_and_without_ids() -> None:
    reason = "closed (north-south-road since 2025-10-12 until reopened [rule north-ban])"
    rows = pl.DataFrame({"kind": "demand", "name": ["A to B", "B to A"], "reason": reason})
    assert unserved_sentences(rows, {"north-south-road": "North–South (road)"}) == [
        "No route serves A to B and B to A: closed (North–South (road) since 2025-10-12 until "
        "reopened)"
    ]


def test_cases_are_called_by_what_is_open() -> None:
    study = {"scenario_id": "now", "scenario": {"title": "As it is"}}
    assert case_names(report_inputs({"study": study})) == {
        "now": "As it is",
        "open": "the same with every link open",
    }
    closed = pl.DataFrame({"row_id": ["crossing:AF-PK", "crossing:AF-PK", "salang"]})
    names = case_names(report_inputs({"study": study, "loss_closed": closed}))
    assert names["open"] == "the same with the crossings Afghanistan–Pakistan and salang open"
    assert selector_text("mode:sea") == "mode:sea"


@pytest.mark.parametrize(
    ("ordinary_usd", "closures_usd", "words"),
    [
        (1e7, 2.7e6, "saves USD 10 m a year on undisturbed days and makes closures cheaper by"),
        (
            1e7,
            -2.7e6,
            "saves USD 10 m a year on undisturbed days and makes closures more expensive by",
        ),
        (1e7, 1e6, "leaves the cost of closures as it is, within USD 1.2 m"),
        (-1e7, 2.7e6, "costs USD 10 m a year on undisturbed days and makes closures cheaper by"),
        (
            -1e7,
            -2.7e6,
            "costs USD 10 m a year on undisturbed days and makes closures more expensive by",
        ),
        (-1e7, 0.0, "costs USD 10 m a year on undisturbed days and leaves the cost of closures"),
    ],
)
def test_a_second_corridor_saves_or_costs(
    ordinary_usd: float, closures_usd: float, words: str
) -> None:
    difference = (
        pl.when(measure="undisturbed_usd").then(pl.lit(ordinary_usd)).otherwise(closures_usd)
    )
    frame = cases.second_corridors().with_columns(difference=difference)
    (sentence,) = second_corridor_sentences(report_inputs({"loss_corridors": frame}))
    assert sentence.startswith("“Half-Shut” compared with “Unbuilt”: ") and words in sentence


def test_without_demand_and_hazards_there_is_no_chapter() -> None:
    assert sections(report_inputs({})) == [] and not list(answers(report_inputs({})))


def test_the_history_of_hazards_stands_under_its_own_heading() -> None:
    hazards = {"rows": [], "groups": [], "weak": 0, "many": 5, "csv": "", "families_csv": None}
    template = template_environment().get_template("history.html")
    html = template.render(hazards=hazards, losses=[], moves={}, replay={"rows": [], "figures": []})
    assert html.index("hazards are estimates") < html.index("<h3>")
