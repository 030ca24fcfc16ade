"""The starter study's tables, with cells and rows written anew, for the tests of checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from corridor import Finding
from corridor.checks import every
from corridor.tables.reading import from_frames
from corridor.tables.tables import Tables

Frames = Mapping[str, pl.DataFrame]


def with_cells(frames: Frames, table: str, row: str, **cells: Any) -> Frames:
    """Return the frames with cells of one row written anew."""
    frame = frames[table]
    is_row = pl.col(frame.columns[0]) == row
    assert frame.filter(is_row).height == 1

    written = [
        pl.when(is_row).then(pl.lit(value, frame.schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in cells.items()
    ]
    return {**frames, table: frame.with_columns(written)}


def with_row(frames: Frames, table: str, **cells: Any) -> Frames:
    """Return the frames with a copy of a table's first row, some cells written anew."""
    frame = frames[table]
    row = {**frame.row(0, named=True), **cells}
    return {**frames, table: pl.concat([frame, pl.DataFrame([row], schema=frame.schema)])}


def tables_of(frames: Frames) -> Tables:
    """Return frames as tables; nothing is wrong with their cells."""
    tables = from_frames(frames)
    assert tables.findings == ()
    return tables


Check = Callable[[Tables], list[Finding]]


def new_findings(check: Check, frames: Frames, table: str, row: str, **cells: Any) -> list[Finding]:
    """Return what a check says of frames with cells of one row written anew, and not without."""
    findings = check(tables_of(with_cells(frames, table, row, **cells)))
    return [finding for finding in findings if str(finding) not in _usual(check, frames)]


_USUAL: dict[tuple[str, int], set[str]] = {}


def _usual(check: Check, frames: Frames) -> set[str]:
    """Return what a check says of frames as they are; those of a fixture are looked at once."""
    key = (repr(check), id(frames))
    if key not in _USUAL:
        _USUAL[key] = set(map(str, check(tables_of(frames))))
    return _USUAL[key]


def kinds(frames: Frames) -> list[str]:
    """Return the kinds of everything that is wrong, in order."""
    return sorted(finding.kind for finding in every.check(tables_of(frames)))


def only_finding(frames: Frames, kind: str) -> Finding:
    """Return the one finding of a kind."""
    (finding,) = [f for f in every.check(tables_of(frames)) if f.kind == kind]
    return finding
