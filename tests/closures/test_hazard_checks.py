"""Hazards that make no sense are findings, all at once; more than a word has bits are refused."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from core_cases import small
from corridor.closures.hazard_checks import check_hazards
from corridor.errors import StudyError

SOUND = {
    "hazard_id": "x",
    "row_id": "*",
    "events_per_year": 1.0,
    "duration_median_d": 2.0,
    "duration_sigma": 0.5,
}


def hazards(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{**SOUND, **row} for row in rows])


def test_every_finding_is_told_at_once() -> None:
    wrong = hazards(
        {"hazard_id": "rate", "events_per_year": -1.0},
        {"hazard_id": "length", "duration_median_d": 0.0},
        {"hazard_id": "links", "row_id": "nowhere"},
        {"hazard_id": "selector", "row_id": "country:"},
        {"hazard_id": "sound"},
    )

    with pytest.raises(StudyError) as error:
        check_hazards(small(), wrong)

    found = [(finding.rows[0], finding.column) for finding in error.value.findings]
    assert found == [
        ("rate", "events_per_year"),
        ("length", "duration_median_d"),
        ("links", "row_id"),
        ("selector", "row_id"),
    ]


def test_any_number_of_hazards_may_be_checked() -> None:
    check_hazards(small(), hazards(*[{}] * 200))
