"""Validation and data quality in the report: verdicts are counted, long charts are parted."""

from __future__ import annotations

import polars as pl

import chart_cases as cases
from corridor.reports import validation
from corridor.reports.data_quality import trust
from corridor.reports.inputs import report_inputs
from corridor.tables import schema_results


def test_trust_counts_what_was_measured_and_what_is_estimated() -> None:
    inputs = report_inputs({"validation": cases.validation(), "evidence": cases.evidence()})
    quality = trust(inputs)
    assert quality.measured == 3 and quality.rows == 15 and quality.weak_share == 4 / 15
    assert quality.counts[0] == "1 inside its 5th-95th percentile band"
    nothing = trust(report_inputs({}))
    assert nothing.measured == 0 and nothing.weak_share is None and nothing.counts == []


def test_a_chart_holds_no_more_than_a_page() -> None:
    rows = pl.concat([cases.validation().filter(pl.col("metric") == "time_h")] * 20)
    (section,) = validation.sections(report_inputs({"validation": rows}))
    figures = section.values["figures"]
    assert len(figures) == -(-rows.height // validation.MAX_CHART_ROWS) > 1
    assert [figure.figure_id for figure in figures][:2] == [
        "validation-time-h-1",
        "validation-time-h-2",
    ]


def test_questions_that_are_not_believed_stand_in_the_chapter_with_their_reason() -> None:
    rows = [
        {"question_id": "q1", "number": 1, "question": "a?", "verdict": "believed", "why": None},
        {
            "question_id": "q2",
            "number": 2,
            "question": "b?",
            "verdict": "rejected",
            "why": "by sea",
        },
        {"question_id": "q3", "number": 2, "question": "c?", "verdict": "believed", "why": None},
    ]
    empty = schema_results.empty("questions")
    questions = pl.concat([empty, pl.DataFrame(rows)], how="diagonal_relaxed")
    inputs = report_inputs({"validation": cases.validation(), "questions": questions})
    (section,) = validation.sections(inputs)

    assert [row["question_id"] for row in section.values["questions"]] == ["q2"]
    observed, asked = section.values["sentences"]
    assert observed.startswith("4 of 4 observations compare the route observed.")
    assert asked.startswith("Of 2 questions 1 answers are believed, 0 have a figure off and 1 are")
