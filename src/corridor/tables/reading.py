"""Reading: a folder of CSV, Parquet and XLSX files made into tables, with all their damage."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from corridor.errors import Finding, near_matches
from corridor.tables import schema
from corridor.tables.columns import Table
from corridor.tables.csv import SAVE_AS, read_csv
from corridor.tables.files import SUFFIXES, read_bytes
from corridor.tables.frames import typed_frame
from corridor.tables.parquet import read_parquet
from corridor.tables.raw import RawTable, Unreadable, from_frame
from corridor.tables.tables import Tables, empty_table
from corridor.tables.xlsx import read_xlsx

WORKBOOK = "study.xlsx"
_NAMES = frozenset(t.name for t in schema.TABLES)
_UNREAD = (".tsv", ".txt", ".xls", ".ods", ".json", ".gz", ".zip", ".feather", ".arrow")
_BREAKS_TABLE = ("missing-column", "duplicate-column")


class _TableFile(NamedTuple):
    """A file to be read, and the table it is named after; null: the workbook of all tables."""

    name: str
    table: str | None


@dataclass
class _Reading:
    """What has been read so far: the tables as text, the hashes of files, and what was wrong."""

    raw_tables: dict[str, RawTable] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)


def read_folder(folder: str | os.PathLike[str]) -> Tables:
    """Return every table in a folder; whatever is wrong with files or cells is a finding of it.

    A table is a file of its name (``links.csv``, ``links.parquet``, ``links.xlsx``) or a sheet of
    ``study.xlsx``. CSV is UTF-8, separated by comma, semicolon or tab. Columns come in any order;
    cells are read as text and made typed strictly. Never raises for what the folder holds.
    """
    home = Path(folder)
    try:
        names = sorted(os.listdir(home))
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        return _no_tables(home, error)

    reading = _Reading()
    reading.findings += _stray_files(names)
    for file in _table_files(names):
        _read_file(home, file, reading)
    return _typed_tables(reading)


def is_input(name: str) -> bool:
    """Tell whether a file of that name in a study's folder is read as its tables."""
    return name == WORKBOOK or (_suffix(name) in SUFFIXES and Path(name).stem in _NAMES)


def from_frames(frames: Mapping[str, Any]) -> Tables:
    """Return tables made of frames, checked as if they had been files.

    frames: table -> frame of polars, or of anything with an Arrow stream.
    """
    reading = _Reading()
    for name, frame in frames.items():
        if name not in _NAMES:
            reading.findings.append(_unknown_table(name, stem=name))
            continue

        try:
            columns = frame if isinstance(frame, pl.DataFrame) else pl.DataFrame(frame)
            reading.raw_tables[name] = from_frame(columns, name)
        except Unreadable as unreadable:
            reading.findings.append(unreadable.finding(name, name))
            reading.broken.add(name)
    return _typed_tables(reading)


def _no_tables(home: Path, error: Exception) -> Tables:
    reason = getattr(error, "strerror", None) or error
    finding = Finding(
        "no-folder",
        f"{home} cannot be read: {reason}.",
        do="Name a folder that holds the tables of a study.",
        file=str(home),
    )
    frames = {table.name: empty_table(table.name) for table in schema.TABLES}
    return Tables(frames, findings=(finding,), broken=_NAMES)


# The files of a folder


def _table_files(names: list[str]) -> Iterator[_TableFile]:
    for name in names:
        if name == WORKBOOK:
            yield _TableFile(name, None)
        elif _is_shown(name) and _suffix(name) in SUFFIXES and Path(name).stem in _NAMES:
            yield _TableFile(name, Path(name).stem)


def _stray_files(names: list[str]) -> Iterator[Finding]:
    """Files that look like tables and are not read."""
    for name in names:
        stem = name.split(".")[0]
        if not _is_shown(name) or name == WORKBOOK:
            continue

        if _suffix(name) in SUFFIXES and Path(name).stem not in _NAMES:
            yield _unknown_table(name, stem=Path(name).stem)
        elif _suffix(name) in _UNREAD and stem in _NAMES:
            yield Finding(
                "unread-file",
                f"{name} is not read: its ending is none of {', '.join(SUFFIXES)}.",
                do=SAVE_AS,
                severity="warning",
                table=stem,
                file=name,
            )


def _is_shown(name: str) -> bool:
    """Tell whether a file is neither hidden nor what an open spreadsheet program leaves."""
    return not name.startswith((".", "~"))


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()


def _unknown_table(name: str, *, stem: str) -> Finding:
    """Return the finding for a file, or a frame, whose name is that of no table."""
    near = near_matches(stem, _NAMES, most=1)
    return Finding(
        "unknown-table",
        f"{name} is no table of a study and is not read.",
        do=f"Rename it to {near[0]}{Path(name).suffix} if that was meant."
        if near
        else "Move it elsewhere if it is not needed here.",
        severity="warning",
        file=name,
    )


# From files to tables


def _read_file(home: Path, file: _TableFile, reading: _Reading) -> None:
    """Add the tables of one file to what has been read; the first file of a table counts."""
    try:
        data = read_bytes(home, file.name)
        reading.hashes[file.name] = hashlib.sha256(data).hexdigest()
        raw_tables, ragged_rows = _read_tables(data, file)
    except Unreadable as unreadable:
        reading.findings.append(unreadable.finding(file.name, file.table))
        reading.broken.update(_NAMES if file.table is None else (file.table,))
        return

    reading.findings += ragged_rows
    for table, raw in raw_tables.items():
        first = reading.raw_tables.setdefault(table, raw)
        if first is not raw:
            reading.findings.append(
                Finding(
                    "two-files",
                    f"Table {table} stands in {first.file} and in {file.name}.",
                    do="Keep one of them and remove the other.",
                    table=table,
                    file=file.name,
                )
            )


def _read_tables(data: bytes, file: _TableFile) -> tuple[dict[str, RawTable], list[Finding]]:
    """Return the tables of a file as text, and findings on its rows."""
    table = file.table
    match _suffix(file.name):
        case ".csv" if table is not None:
            declared = frozenset(column.name for column in schema.table(table).columns)
            raw, findings = read_csv(data, file.name, declared)
            return {table: raw}, [replace(finding, table=table) for finding in findings]
        case ".parquet" if table is not None:
            return {table: read_parquet(data, file.name)}, []
        case _:
            return read_xlsx(data, file.name, _NAMES, only=table), []


def _typed_tables(reading: _Reading) -> Tables:
    """Return everything that was read with its cells typed; absent tables are empty."""
    frames: dict[str, pl.DataFrame] = {}
    for table in schema.TABLES:
        raw = reading.raw_tables.get(table.name)
        if raw is None:
            frames[table.name] = empty_table(table.name)
            if table.required and table.name not in reading.broken:
                reading.findings.append(_missing_table(table))
                reading.broken.add(table.name)
            continue

        frames[table.name], findings = typed_frame(table, raw)
        reading.findings += findings
        if raw.ragged or any(finding.kind in _BREAKS_TABLE for finding in findings):
            reading.broken.add(table.name)

    raw_tables = reading.raw_tables
    return Tables(
        frames,
        findings=tuple(reading.findings),
        files={name: raw.file for name, raw in raw_tables.items()},
        hashes=reading.hashes,
        lines={name: raw.lines for name, raw in raw_tables.items()},
        broken=frozenset(reading.broken),
    )


def _missing_table(table: Table) -> Finding:
    columns = ", ".join(column.name for column in table.columns if column.required)
    return Finding(
        "missing-table",
        f"The study has no table {table.name}: {table.meaning}.",
        do=f"Add {table.name}.csv with the columns {columns}.",
        table=table.name,
        file=f"{table.name}.csv",
    )
