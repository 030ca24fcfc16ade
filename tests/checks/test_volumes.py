"""Observed volumes that cannot be, and what of them is held out."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from check_cases import Frames, new_findings, tables_of
from corridor.checks.volumes import check_volumes
from corridor.tables.schema import VOLUMES


@pytest.mark.parametrize(
    ("row", "cells", "kind"),
    [
        ("bolashak-2024", {"from_node_id": "almaty"}, "not-an-end"),
        ("bolashak-2024", {"unit": "lorries"}, "unit-not-of-mode"),
        ("torugart-tonnes-2025", {"unit": "wagons"}, "unit-not-of-mode"),
        ("titr-tonnes-2025", {"demand_source_id": "geonames"}, "no-demand-of-source"),
    ],
)
def test_what_cannot_be_is_named(
    built_in: Frames, row: str, cells: dict[str, Any], kind: str
) -> None:
    (finding,) = new_findings(check_volumes, built_in, "volumes", row, **cells)
    assert finding.kind == kind
    assert finding.rows == (row,)


def test_trains_are_no_unit_of_a_volume() -> None:
    """Flows would be set beside them in tonnes, as a volume does not say what a train carried."""
    (unit,) = (column for column in VOLUMES.columns if column.name == "unit")
    assert set(unit.choices) == {"lorries", "wagons", "vehicles", "TEU", "t"}


def test_a_study_that_holds_nothing_out_is_told(built_in: Frames) -> None:
    volumes = built_in["volumes"].with_columns(held_out=pl.lit(False))
    findings = check_volumes(tables_of({**built_in, "volumes": volumes}))
    assert [finding.kind for finding in findings] == ["nothing-tests-the-calibration"]


def test_every_second_volume_of_the_study_is_held_out(built_in: Frames) -> None:
    """The rule is the order of the ids, and not how well the model does."""
    volumes = built_in["volumes"]
    assert volumes["volume_id"].to_list() == sorted(volumes["volume_id"].to_list())
    assert volumes["held_out"].to_list() == [bool(nth % 2) for nth in range(volumes.height)]
