"""Tables: a folder of CSV, Parquet and XLSX files made into typed frames, with a finding for
everything that is wrong."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from corridor.errors import Finding, near_matches
from corridor.tables import schema
from corridor.tables.cells import TYPES, cure, typed, unit_hint
from corridor.tables.columns import Column, Table
from corridor.tables.files import (
    SAVE_AS,
    SUFFIXES,
    Raw,
    Unreadable,
    from_frame,
    read_bytes,
    read_csv,
    read_parquet,
    read_xlsx,
)

WORKBOOK = "study.xlsx"
_MOST_SHOWN = 20  # findings of one kind in one column that are listed one by one
_NAMES = frozenset(t.name for t in schema.TABLES)
_UNREAD = (".tsv", ".txt", ".xls", ".ods", ".json", ".gz", ".zip", ".feather", ".arrow")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a table: row number from 0 (None: the whole table) and column."""

    table: str
    row: int | None = None
    column: str | None = None


@dataclass(frozen=True)
class Tables:
    """The tables of a study as they were read.

    frames: table -> frame with every declared column, typed; absent tables are empty. findings:
    what was wrong with files and cells. files: table -> file. hashes: file -> SHA-256. lines: table
    -> line of each row in its file. broken: tables that lost rows or columns, so that references
    into them say nothing.
    """

    frames: Mapping[str, pl.DataFrame]
    findings: tuple[Finding, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, Sequence[int]] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()

    def name(self, table: str) -> str:
        """Return the file of a table; where there is none, the file it would be."""
        return self.files.get(table, f"{table}.csv")

    def is_whole(self, table: str) -> bool:
        """Tell whether a table lost no row, column or cell, so that null means an empty cell."""
        return table not in self.broken and not any(
            f.table == table and f.kind.startswith("bad-") for f in self.findings
        )

    def key(self, table: str, row: int) -> str | None:
        """Return the key of a row; None where it has none."""
        declared = schema.table(table)
        value = self.frames[table][declared.key or declared.columns[0].name][row]
        return None if value is None else str(value)

    def finding(self, kind: str, spot: Spot, message: str, do: str, **more: Any) -> Finding:
        """Return a finding at a place: more holds ``severity``, ``value`` or ``rows``."""
        row = spot.row
        lines = self.lines.get(spot.table)
        if (
            row is not None
            and "rows" not in more
            and (found := self.key(spot.table, row)) is not None
        ):
            more["rows"] = (found,)
        line = lines[row] if lines is not None and row is not None else None
        return Finding(
            kind,
            message,
            do,
            table=spot.table,
            column=spot.column,
            file=self.name(spot.table),
            line=line,
            **more,
        )


def read_folder(folder: str | os.PathLike[str]) -> Tables:
    """Return every table in a folder; whatever is wrong with files or cells is among its findings.
    Never raises for those.

    A table is a file of its name (``links.csv``, ``links.parquet``, ``links.xlsx``) or a sheet of
    ``study.xlsx``. CSV is UTF-8, parted by comma, semicolon or tab. Columns come in any order;
    cells are read as text and made typed strictly.
    """
    home = Path(folder)
    findings: list[Finding] = []
    raws: dict[str, Raw] = {}
    hashes: dict[str, str] = {}
    broken: set[str] = set()
    files = _files(home, findings)
    if files is None:
        return Tables(
            {t.name: empty(t.name) for t in schema.TABLES}, tuple(findings), broken=_NAMES
        )
    for name, table in files:
        try:
            data = read_bytes(home, name)
            hashes[name] = hashlib.sha256(data).hexdigest()
            for found, raw in _read(data, name, table, findings).items():
                if found in raws:
                    findings.append(
                        Finding(
                            "two-files",
                            f"Table {found} stands in {raws[found].file} and in {name}.",
                            "Keep one of them and remove the other.",
                            table=found,
                            file=name,
                        )
                    )
                raws.setdefault(found, raw)
        except Unreadable as unreadable:
            findings.append(unreadable.finding(name, table))
            broken.update(_NAMES if table is None else (table,))
    return _tables(raws, findings, hashes, broken)


def from_frames(frames: Mapping[str, Any]) -> Tables:
    """Return tables made of frames (polars, or anything with an Arrow stream), checked as if they
    had been files."""
    findings: list[Finding] = []
    raws: dict[str, Raw] = {}
    broken: set[str] = set()
    for name, frame in frames.items():
        if name not in _NAMES:
            findings.append(_unknown_table(name, name))
            continue
        try:
            raws[name] = from_frame(
                frame if isinstance(frame, pl.DataFrame) else pl.DataFrame(frame), name
            )
        except Unreadable as unreadable:
            findings.append(unreadable.finding(name, name))
            broken.add(name)
    return _tables(raws, findings, {}, broken)


@cache
def empty(table: str) -> pl.DataFrame:
    """Return a table without rows, every column typed."""
    return pl.DataFrame(
        schema={c.name: TYPES.get(c.kind, pl.String) for c in schema.table(table).columns}
    )


def _files(home: Path, findings: list[Finding]) -> list[tuple[str, str | None]] | None:
    """Return (file, table) of every file to be read, None where there is no folder; table is None
    for the workbook."""
    try:
        names = sorted(os.listdir(home))
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        said = getattr(error, "strerror", None) or error
        findings.append(
            Finding(
                "no-folder",
                f"{home} cannot be read: {said}.",
                "Name a folder that holds the tables of a study.",
                file=str(home),
            )
        )
        return None
    files: list[tuple[str, str | None]] = []
    for name in names:
        path = Path(name)
        stem = path.stem
        suffix = path.suffix.lower()
        if name.startswith((".", "~")):
            continue
        if name == WORKBOOK:
            files.append((name, None))
        elif suffix in SUFFIXES and stem in _NAMES:
            files.append((name, stem))
        elif suffix in SUFFIXES:
            findings.append(_unknown_table(stem, name))
        elif suffix in _UNREAD and name.split(".")[0] in _NAMES:
            findings.append(
                Finding(
                    "unread-file",
                    f"{name} is not read: its ending is none of {', '.join(SUFFIXES)}.",
                    SAVE_AS,
                    severity="warning",
                    table=name.split(".")[0],
                    file=name,
                )
            )
    return files


def _unknown_table(stem: str, name: str) -> Finding:
    near = near_matches(stem, _NAMES, most=1)
    return Finding(
        "unknown-table",
        f"{name} is no table of a study and is not read.",
        f"Rename it to {near[0]}{Path(name).suffix} if that was meant."
        if near
        else "Move it elsewhere if it is not needed here.",
        severity="warning",
        file=name,
    )


def _read(data: bytes, name: str, table: str | None, findings: list[Finding]) -> dict[str, Raw]:
    match Path(name).suffix.lower():
        case ".csv" if table is not None:
            raw, ragged = read_csv(
                data, name, frozenset(c.name for c in schema.table(table).columns)
            )
            findings += [_of(table, finding) for finding in ragged]
            return {table: raw}
        case ".parquet" if table is not None:
            return {table: read_parquet(data, name)}
        case _:
            return read_xlsx(data, name, _NAMES, only=table)


def _of(table: str, finding: Finding) -> Finding:
    return Finding(
        finding.kind,
        finding.message,
        finding.do,
        table=table,
        file=finding.file,
        line=finding.line,
        value=finding.value,
    )


def _tables(
    raws: Mapping[str, Raw], findings: list[Finding], hashes: Mapping[str, str], broken: set[str]
) -> Tables:
    frames: dict[str, pl.DataFrame] = {}
    for table in schema.TABLES:
        raw = raws.get(table.name)
        if raw is None:
            frames[table.name] = empty(table.name)
            if table.required and table.name not in broken:
                findings.append(
                    Finding(
                        "missing-table",
                        f"The study has no table {table.name}: {table.meaning}.",
                        f"Add {table.name}.csv with the columns "
                        f"{', '.join(c.name for c in table.columns if c.required)}.",
                        table=table.name,
                        file=f"{table.name}.csv",
                    )
                )
                broken.add(table.name)
            continue
        before = len(findings)
        frames[table.name] = _typed(table, raw, findings)
        if raw.ragged or any(
            f.kind in ("missing-column", "duplicate-column") for f in findings[before:]
        ):
            broken.add(table.name)
    return Tables(
        frames,
        tuple(findings),
        {t: r.file for t, r in raws.items()},
        dict(hashes),
        {t: r.lines for t, r in raws.items()},
        frozenset(broken),
    )


def _typed(table: Table, raw: Raw, findings: list[Finding]) -> pl.DataFrame:
    """Return the frame of a table; cells that do not fit are null and among the findings."""
    at = _columns(table, raw, findings)
    if table.required and raw.cells.height == 0:
        findings.append(
            Finding(
                "no-rows",
                f"{raw.file} has a header and no rows.",
                f"Write a row for each of: {table.meaning}.",
                table=table.name,
                file=raw.file,
            )
        )
    text = (
        raw.cells.select(
            pl.col(str(at[c.name])).alias(c.name)
            if c.name in at
            else pl.lit(None, pl.String).alias(c.name)
            for c in table.columns
        )
        if at
        else empty(table.name).cast(pl.String)
    )
    frame = text.select(typed(c) for c in table.columns)
    for column, absent, unfit in zip(
        table.columns, text.null_count().row(0), frame.null_count().row(0), strict=True
    ):
        if absent and column.required and column.name in at:
            rows = [
                i for i in text[column.name].is_null().arg_true().to_list() if i not in raw.ragged
            ]
            findings += _cells("missing-value", table, raw, column, [(i, None) for i in rows])
        if unfit > absent:
            unread = (
                (text[column.name].is_not_null() & frame[column.name].is_null())
                .arg_true()
                .to_list()
            )
            bad = [i for i in unread if i not in raw.ragged]
            findings += _cells(
                f"bad-{column.kind}", table, raw, column, [(i, text[column.name][i]) for i in bad]
            )
    return frame


def _columns(table: Table, raw: Raw, findings: list[Finding]) -> dict[str, int]:
    """Return the position of every declared column that the file has."""
    declared = [c.name for c in table.columns]
    at: dict[str, int] = {}
    strange: list[str] = []
    place: dict[str, Any] = {"table": table.name, "file": raw.file, "line": 1}
    for i, name in enumerate(raw.header):
        if name in at:
            findings.append(
                Finding(
                    "duplicate-column",
                    f"{raw.file} has two columns {name}.",
                    "Keep one of them.",
                    column=name,
                    **place,
                )
            )
        elif name in declared:
            at[name] = i
        elif name:
            strange.append(name)
        elif raw.cells.height and raw.cells[str(i)].null_count() < raw.cells.height:
            findings.append(
                Finding(
                    "unnamed-column",
                    f"{raw.file} has values in column {i + 1}, which has no name.",
                    "Name the column, or empty it.",
                    severity="warning",
                    **place,
                )
            )
    missing = [c.name for c in table.columns if c.required and c.name not in at]
    for name in strange:
        absent = [d for d in declared if d not in at]
        hint = next((h for d in absent if (h := unit_hint(name, d))), None)
        near = near_matches(name, absent, most=1)
        do = hint or (
            f"Write {near[0]} if that was meant."
            if near
            else "Remove it, or put what it says into note."
        )
        findings.append(
            Finding(
                "unknown-column",
                f"{raw.file} has a column {name}, which table {table.name} does not have; it is "
                "not read.",
                do,
                severity="warning",
                column=name,
                value=name,
                **place,
            )
        )
    for name in missing:
        hint = next((h for s in strange if (h := unit_hint(s, name))), None)
        near = near_matches(name, strange, most=1)
        do = hint or (
            f"Rename {near[0]} to {name}, if that was meant."
            if near
            else f"Add it: {table.column(name).meaning}."
        )
        findings.append(
            Finding("missing-column", f"{raw.file} has no column {name}.", do, column=name, **place)
        )
    return at


def _cells(
    kind: str, table: Table, raw: Raw, column: Column, bad: Sequence[tuple[int, str | None]]
) -> list[Finding]:
    """Return a finding for each bad cell, and one for all beyond the first twenty."""
    key = raw.header.index(table.key) if table.key in raw.header else None
    place: dict[str, Any] = {"table": table.name, "column": column.name, "file": raw.file}
    found = []
    for i, text in bad[:_MOST_SHOWN]:
        row = None if key is None else raw.cells[str(key)][i]
        if text is None:
            message = f"{table.name}.{column.name} is empty on line {raw.lines[i]}."
            do = f"Write it: {column.meaning}."
        else:
            shown = text if len(text) <= 60 else text[:57] + "..."
            message = (
                f"{table.name}.{column.name} holds {shown!r}, which is not {_WHAT[column.kind]}."
            )
            do = cure(column, text)
        found.append(
            Finding(
                kind,
                message,
                do,
                line=raw.lines[i],
                value=text,
                rows=(row,) if row else (),
                **place,
            )
        )
    if len(bad) > _MOST_SHOWN:
        rows = bad[_MOST_SHOWN:]
        found.append(
            Finding(
                kind,
                f"{table.name}.{column.name} has {len(rows)} more such cells.",
                "Repair the first ones, then check again.",
                line=raw.lines[rows[0][0]],
                **place,
            )
        )
    return found


_WHAT = {
    "id": "a lower-case word",
    "text": "whole text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "date": "a date",
    "monthday": "a day of the year",
    "choice": "one of the values declared",
    "words": "words parted by blanks",
    "country": "a country's code",
    "hours": "opening hours",
    "timetable": "a timetable",
}
