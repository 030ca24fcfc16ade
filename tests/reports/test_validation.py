"""Validation and data quality in the report: verdicts are counted, long charts are parted."""

from __future__ import annotations

import polars as pl

import chart_cases as cases
from corridor.reports import validation
from corridor.reports.data_quality import trust
from corridor.reports.inputs import report_inputs


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
