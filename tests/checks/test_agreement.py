"""Tables against each other."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from check_cases import Frames, new_findings, tables_of
from corridor.checks.agreement import check_agreement


@pytest.mark.parametrize(
    ("table", "row", "cells", "kind"),
    [
        ("trade", "pk-af-fy25", {"value_usd": 1.39e12}, "demand-and-trade"),
        ("demand", "kandahar-quetta-bulk-t", {"units_per_year": 9.5e8}, "demand-and-trade"),
        ("hazards", "chaman-shut", {"duration_median_d": 240.0}, "hazard-unlike-events"),
        ("hazards", "chaman-shut", {"events_per_year": 8.4}, "hazard-unlike-events"),
        ("events", "salang-2018-snow", {"duration_d": 15.0}, "length-unlike-dates"),
        ("figures", "kz-pk-2025", {"value": 101_600.0}, "claim-unlike-figures"),
        ("claims", "people-pk", {"value": 250_000.0}, "claim-unlike-figures"),
        ("commitments", "trade-target", {"target": 1e12}, "target-unlike-figures"),
        ("sectors", "staples", {"usd_per_t": 300_000.0}, "sector-unlike-cargo"),
        (
            "links",
            "ayagoz-bakhty-rail",
            {"opens_on": dt.date(2037, 12, 31)},
            "opening-unlike-link",
        ),
    ],
)
def test_figure_that_another_table_contradicts(
    built_in: Frames, table: str, row: str, cells: dict[str, Any], kind: str
) -> None:
    findings = new_findings(check_agreement, built_in, table, row, **cells)
    assert kind in {finding.kind for finding in findings}


def test_factor_of_a_change(built_in: Frames) -> None:
    changes = built_in["changes"]
    scaled = {
        **built_in,
        "changes": changes.with_columns(value=changes["value"].replace("0.2", "200")),
    }
    findings = check_agreement(tables_of(scaled))
    assert {f.kind for f in findings} == {"implausible-scale"}


def test_study_as_shipped_agrees_with_itself(built_in: Frames) -> None:
    assert check_agreement(tables_of(built_in)) == []
