"""Checks of closures: what is wrong with a history of events and with hazards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from check_cases import Frames, kinds, only_finding
from corridor.checks import every
from corridor.tables.reading import from_frames, read_folder
from corridor.tables.tables import Tables


@pytest.fixture(scope="module")
def study(study_folder: Path) -> Tables:
    return read_folder(study_folder)


@pytest.fixture(scope="module")
def usual_findings(study: Tables) -> dict[str, list[str]]:
    """Return the kinds of findings of the study as it is, by table."""
    return {table: findings(study, table) for table in ("events", "hazards")}


def findings(study: Tables, table: str, **cells: Any) -> list[str]:
    """Return the kinds of findings after the first row of a table got other cells."""
    frame = study.frames[table].cast(pl.String)
    first = frame.head(1).with_columns(pl.lit(v, pl.String).alias(c) for c, v in cells.items())
    changed = from_frames({**study.frames, table: pl.concat([first, frame.slice(1)])})
    return [f.kind for f in (*changed.findings, *every.check(changed)) if f.table == table]


@pytest.mark.parametrize(
    "cells, kind",
    [
        ({"to_on": None}, "open-event"),
        ({"last_seen_on": "2012-02-13"}, "contradictory-event"),
        ({"to_on": None, "last_seen_on": "2012-02-12", "duration_d": None}, "empty-period"),
        ({"hazard_id": "af-pk-all"}, "unwatched-event"),
        (
            {"hazard_id": "af-pk-all", "from_on": "2024-01-20", "to_on": "2024-01-30"},
            "overlapping-events",
        ),
        ({"row_id": "pulikhumri-salang"}, "unknown-link"),
        ({"hazard_id": "salang-longer"}, "unknown-hazard"),
        ({"effect_share": "1.5"}, "out-of-range"),
        ({"cause": "sunshine"}, "bad-choice"),
    ],
)
def test_bad_events_are_found(
    study: Tables,
    usual_findings: dict[str, list[str]],
    cells: dict[str, str | None],
    kind: str,
) -> None:
    assert kind not in usual_findings["events"]
    assert kind in findings(study, "events", **cells)


@pytest.mark.parametrize(
    "cells, kind",
    [
        ({"events_per_year": "-1"}, "out-of-range"),
        ({"watched_to_on": None}, "half-period"),
        ({"watched_to_on": "2016-01-01"}, "empty-period"),
        ({"distribution": "pareto", "duration_sigma": "1"}, "impossible-spread"),
        ({"distribution": "exponential", "duration_sigma": "2"}, "impossible-spread"),
        ({"duration_median_d": "300"}, "mostly-shut"),
        ({"distribution": "gamma"}, "bad-choice"),
    ],
)
def test_bad_hazards_are_found(
    study: Tables,
    usual_findings: dict[str, list[str]],
    cells: dict[str, str | None],
    kind: str,
) -> None:
    assert kind not in usual_findings["hazards"]
    assert kind in findings(study, "hazards", **cells)


def test_a_duration_without_its_unit_is_a_missing_column(study: Tables) -> None:
    changed = from_frames(
        {"hazards": study.frames["hazards"].rename({"duration_median_d": "duration_median"})}
    )
    assert any(
        f.kind == "missing-column" and f.column == "duration_median_d" for f in changed.findings
    )


def test_more_hazards_a_year_than_a_simulation_tells_apart(frames: Frames) -> None:
    first = frames["hazards"].row(0, named=True)

    def overlay(count: int, rate: float) -> Frames:
        rows = [
            {**first, "hazard_id": f"flood-{number}", "events_per_year": rate}
            for number in range(count)
        ]
        return {**frames, "hazards": pl.DataFrame(rows, schema=frames["hazards"].schema)}

    assert "many-hazards" not in kinds(overlay(300, 0.1))
    finding = only_finding(overlay(100, 1.0), "many-hazards")
    assert (finding.severity, finding.table) == ("warning", "hazards")
    assert "about 63 of 100" in finding.message
