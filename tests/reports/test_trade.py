"""Trade in the report: what the target takes, what corridors give, what was said and promised."""

from __future__ import annotations

import polars as pl

import chart_cases as cases
from corridor.reports import claims
from corridor.reports.inputs import report_inputs
from corridor.reports.trade import answers, sections


def steps() -> pl.DataFrame:
    """Return the way to a target with everything the chapter reads."""
    return cases.target().with_columns(
        needed_growth_share_per_year=pl.lit(1.1),
        gap_usd=pl.col("target_usd") - pl.col("value_usd"),
        transport_share=pl.when(kind="scenario").then(0.0127),
        scenario=pl.col("step"),
    )


def test_the_target_is_answered_by_the_best_scenario() -> None:
    (answer,) = answers(report_inputs({"trade_target": steps()}))
    assert answer.question == "Can corridors bring trade to one billion dollars a year?"
    assert answer.text.startswith(
        "Not by these corridors alone. To reach the target, trade must grow by 110 % a year from "
        "USD 102 m ("
    )
    assert "(“Unbuilt”) is 120 m (115 m to 127 m)" in answer.text
    assert "1.3\u00a0% of the way" in answer.text and "The other 880 m" in answer.text


def test_a_target_that_is_reached_says_yes() -> None:
    reached = steps().with_columns(gap_usd=pl.lit(0.0))
    (answer,) = answers(report_inputs({"trade_target": reached}))
    assert answer.text.startswith("Yes.") and "The other" not in answer.text


def test_without_an_equilibrium_the_chapter_says_why() -> None:
    why = pl.DataFrame({"series": [None], "sentence": ["Nothing can settle."]})
    (section,) = sections(report_inputs({"trade_sentences": why}))
    assert section.values == {"words": ["Nothing can settle."]}
    assert sections(report_inputs({})) == [] and answers(report_inputs({})) == []


def test_verdicts_and_states_are_counted_in_words() -> None:
    frame = pl.DataFrame(
        {"verdict": ["differs", "consistent", "differs"], "claim_id": ["a", "b", "c"]}
    )
    (section,) = claims.sections(report_inputs({"claims": frame}))
    assert section.values["verdicts"] == "2 differ and 1 is consistent with the sources"
    assert section.values["states"] == ""
    assert claims.sections(report_inputs({})) == []
