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
from corridor.tables import budgets, schema
from corridor.tables.columns import Table
from corridor.tables.csv import SAVE_AS, read_csv
from corridor.tables.files import SUFFIXES, read_bytes
from corridor.tables.frames import typed_frame
from corridor.tables.inputs import (
    NAMES,
    WORKBOOK,
    is_input,
    is_shown,
    may_be_workbook,
    suffix,
)
from corridor.tables.parquet import read_parquet
from corridor.tables.raw import RawTable, Unreadable, from_frame, refuse_too_many_rows
from corridor.tables.tables import Tables, empty_table
from corridor.tables.xlsx import Sheets, exported_answers, holds_answers, read_xlsx

_COLUMNS = {t.name: frozenset(c.name for c in t.columns) for t in schema.TABLES}
_OTHER_WORKBOOKS = (".ods", ".xls", ".xlsm", ".xlsb", ".numbers")
_UNREAD = (*_OTHER_WORKBOOKS, ".tsv", ".txt", ".json", ".gz", ".zip", ".feather", ".arrow")
_SAVE_WORKBOOK_AS = "Save it as .xlsx, or every sheet as CSV UTF-8."
_BREAKS_TABLE = ("missing-column", "duplicate-column")


class _TableFile(NamedTuple):
    """A file to be read.

    Parameters
    ----------
    name : its name.
    table : the table it is named after; null: a workbook that may hold every table.
    is_needed : it is an error where it cannot be read or holds no table.
    """

    name: str
    table: str | None
    is_needed: bool = True


@dataclass
class _Reading:
    """What has been read so far.

    Parameters
    ----------
    raw_tables : the tables as text.
    hashes : of files.
    findings, broken : what was wrong, and tables that lost something by it.
    opened : files that were looked into.
    unread : files of another ending that may hold tables.
    """

    raw_tables: dict[str, RawTable] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    unread: list[str] = field(default_factory=list)


def read_folder(
    folder: str | os.PathLike[str], evidence: Mapping[str, Mapping[str, str]] | None = None
) -> Tables:
    """Return every table in a folder; whatever is wrong with files or cells is a finding of it.

    A table is a file of its name (``links.csv``, ``links.parquet``, ``links.xlsx``) or a sheet of
    one workbook, ``study.xlsx`` or the only one of another name. CSV is UTF-8, separated by comma,
    semicolon or tab. Columns come in any order; cells are read as text and made typed strictly.
    Never raises for what the folder holds. evidence: table -> source_id and confidence of its rows
    that give none.
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

    reading.unread = [name for name in names if _is_unread(name)]
    _read_workbooks(home, [name for name in names if may_be_workbook(name)], reading)
    return _typed_tables(reading, evidence)


def may_be_written(path: Path) -> bool:
    """Tell whether a file in a study's folder is none of its tables, though named like one.

    A new workbook of answers is none, and neither is an old one.
    """
    if not is_input(path.name):
        return True
    if path.name == WORKBOOK or not may_be_workbook(path.name):
        return False
    return not path.exists() or holds_answers(path.read_bytes())


def from_frames(frames: Mapping[str, Any]) -> Tables:
    """Return tables made of frames, checked as if they had been files.

    frames: table -> frame of polars, or of anything with an Arrow stream.
    """
    reading = _Reading()
    for name, frame in frames.items():
        if name not in NAMES:
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
    return Tables(frames, findings=(finding,), broken=NAMES)


# The files of a folder


def _table_files(names: list[str]) -> Iterator[_TableFile]:
    for name in names:
        if is_shown(name) and suffix(name) in SUFFIXES and Path(name).stem in NAMES:
            yield _TableFile(name, Path(name).stem)


def _stray_files(names: list[str]) -> Iterator[Finding]:
    """Files that look like tables and are not read."""
    for name in names:
        if not is_shown(name) or may_be_workbook(name):
            continue

        if suffix(name) in SUFFIXES and Path(name).stem not in NAMES:
            yield _unknown_table(name, stem=Path(name).stem)
        elif _is_unread(name):
            stem = name.split(".")[0]
            yield Finding(
                "unread-file",
                f"{name} is not read: its ending is none of {', '.join(SUFFIXES)}.",
                do=_cure_ending(name),
                severity="warning",
                table=stem if stem in NAMES else None,
                file=name,
            )


def _is_unread(name: str) -> bool:
    """Tell whether a file seems to hold tables in a form that is not read."""
    if not is_shown(name) or suffix(name) not in _UNREAD:
        return False
    return suffix(name) in _OTHER_WORKBOOKS or name.split(".")[0] in NAMES


def _cure_ending(name: str) -> str:
    """Return what to do with a file whose ending is not read."""
    if suffix(name) == ".gz":
        return f"Unpack it: gunzip {name}."
    if suffix(name) == ".zip":
        return "Unpack it."
    return _SAVE_WORKBOOK_AS if suffix(name) in _OTHER_WORKBOOKS else SAVE_AS


def _unknown_table(name: str, *, stem: str) -> Finding:
    """Return the finding for a file, or a frame, whose name is that of no table."""
    near = near_matches(stem, NAMES, most=1)
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


def _read_workbooks(home: Path, names: list[str], reading: _Reading) -> None:
    """Read the workbook of all tables: study.xlsx, else the only one whose name is no table's."""
    required = {table.name for table in schema.TABLES if table.required}
    is_needed = not required <= set(reading.raw_tables)

    if len(names) > 1:
        names = [name for name in names if not _is_answers(home, name, reading)]
    if WORKBOOK in names:
        _read_file(home, _TableFile(WORKBOOK, None), reading)
    elif len(names) == 1:
        _read_file(home, _TableFile(names[0], None, is_needed), reading)
    elif names and is_needed:
        reading.findings.append(_several_workbooks(names))
        reading.broken.update(NAMES - set(reading.raw_tables))
        return

    unread = [name for name in names if name not in reading.opened]
    reading.findings += [_unknown_table(name, stem=Path(name).stem) for name in unread]


def _is_answers(home: Path, name: str, reading: _Reading) -> bool:
    """Tell whether a workbook holds exported answers, of which there is a finding then."""
    try:
        is_export = name != WORKBOOK and holds_answers(read_bytes(home, name))
    except Unreadable:
        return False

    if is_export:
        reading.opened.add(name)
        reading.findings.append(exported_answers(name))
    return is_export


def _several_workbooks(names: list[str]) -> Finding:
    return Finding(
        "several-workbooks",
        f"{' and '.join(names)} may each hold the tables of the study.",
        do=f"Name the one that does {WORKBOOK}.",
        file=names[0],
    )


def _read_file(home: Path, file: _TableFile, reading: _Reading) -> None:
    """Add the tables of one file to what has been read; the first file of a table counts."""
    reading.opened.add(file.name)
    try:
        data = read_bytes(home, file.name)
        file_hash = hashlib.sha256(data).hexdigest()
        if file.is_needed:
            reading.hashes[file.name] = file_hash
        sheets = _read_tables(data, file)
        _refuse_beyond_budget(sheets, reading)
    except Unreadable as unreadable:
        _add_unreadable(unreadable, file, reading)
        return

    if sheets.tables or sheets.broken:
        reading.hashes[file.name] = file_hash
    elif not file.is_needed and not sheets.findings:
        reading.findings.append(_unknown_table(file.name, stem=Path(file.name).stem))

    reading.findings += sheets.findings
    reading.broken |= sheets.broken
    for table, raw in sheets.tables.items():
        first = reading.raw_tables.setdefault(table, raw)
        if first is not raw:
            reading.findings.append(
                Finding(
                    "two-files",
                    f"Table {table} stands in {first.file}, which is read, and in {file.name}.",
                    do="Keep one of them and remove the other.",
                    severity="error" if file.is_needed else "warning",
                    table=table,
                    file=file.name,
                )
            )


def _refuse_beyond_budget(sheets: Sheets, reading: _Reading) -> None:
    """Raise Unreadable for a file whose tables bring the study beyond its budget."""
    for name, raw in sheets.tables.items():
        refuse_too_many_rows(raw.cells.height, most=budgets.MAX_ROWS_OF.get(name))

    tables = (*reading.raw_tables.values(), *sheets.tables.values())
    count = sum(raw.cells.height * raw.cells.width for raw in tables)

    if count > budgets.MAX_CELLS:
        raise Unreadable(
            "too-many-cells",
            f"brings the tables of the study to {count:,} cells; {budgets.MAX_CELLS:,} are "
            "the most that is read.",
            do="Keep only the columns and rows the study needs.",
        )


def _add_unreadable(unreadable: Unreadable, file: _TableFile, reading: _Reading) -> None:
    """Add the finding on a file that cannot be read; a warning where nothing needs it."""
    finding = unreadable.finding(file.name, file.table)
    if not file.is_needed:
        reading.findings.append(replace(finding, severity="warning"))
        return

    reading.findings.append(finding)
    reading.broken.update(NAMES if file.table is None else (file.table,))


def _read_tables(data: bytes, file: _TableFile) -> Sheets:
    """Return the tables of a file as text, and findings on its rows."""
    table = file.table
    match suffix(file.name):
        case ".csv" if table is not None:
            raw, findings = read_csv(data, file.name, _COLUMNS[table])
            return Sheets({table: raw}, [replace(finding, table=table) for finding in findings])
        case ".parquet" if table is not None:
            return Sheets({table: read_parquet(data, file.name)})
        case _:
            return read_xlsx(data, file.name, _COLUMNS, only=table)


def _typed_tables(
    reading: _Reading, evidence: Mapping[str, Mapping[str, str]] | None = None
) -> Tables:
    """Return everything that was read with its cells typed; absent tables are empty."""
    frames: dict[str, pl.DataFrame] = {}
    for table in schema.TABLES:
        raw = reading.raw_tables.get(table.name)
        if raw is None:
            frames[table.name] = empty_table(table.name)
            continue

        frames[table.name], findings = typed_frame(table, raw, (evidence or {}).get(table.name))
        reading.findings += findings
        if raw.ragged or any(finding.kind in _BREAKS_TABLE for finding in findings):
            reading.broken.add(table.name)

    for table in schema.TABLES:
        if _is_required(table, frames):
            _require_rows(table, reading)

    raw_tables = reading.raw_tables
    return Tables(
        frames,
        findings=tuple(reading.findings),
        files={name: raw.file for name, raw in raw_tables.items()},
        hashes=reading.hashes,
        lines={name: raw.lines for name, raw in raw_tables.items()},
        broken=frozenset(reading.broken),
    )


def _is_required(table: Table, frames: Mapping[str, pl.DataFrame]) -> bool:
    """Tell whether a study must have rows of a table; of terminals where layers differ."""
    if not table.required_where:
        return table.required

    links = frames["links"].select("mode", "gauge_mm").drop_nulls("mode").unique()
    return len({schema.layer(mode, gauge) for mode, gauge in links.iter_rows()}) > 1


def _require_rows(table: Table, reading: _Reading) -> None:
    """Add a finding where a table that must have rows has none."""
    raw = reading.raw_tables.get(table.name)
    if raw is None and table.name not in reading.broken:
        reading.findings.append(_missing_table(table, reading))
        reading.broken.add(table.name)

    if raw is not None and raw.cells.height == 0:
        reading.findings.append(
            Finding(
                "no-rows",
                f"{raw.file} has a header and no rows.",
                do=f"Write a row for each of: {table.meaning}.",
                table=table.name,
                file=raw.file,
            )
        )


def _missing_table(table: Table, reading: _Reading) -> Finding:
    columns = ", ".join(column.name for column in table.columns if column.required)
    workbooks = [name for name in sorted(reading.opened) if may_be_workbook(name)]
    unread = [name for name in reading.unread if name.split(".")[0] == table.name]
    unread += [name for name in reading.unread if name.split(".")[0] not in NAMES]

    do = f"Add {table.name}.csv with the columns {columns}."
    if unread:
        do = f"{unread[0]} is not read. {_cure_ending(unread[0])}"
    elif workbooks:
        do = f"Add a sheet {table.name} to {workbooks[0]} with the columns {columns}."

    return Finding(
        "missing-table",
        f"The study has no table {table.name}: {table.meaning}.",
        do=do,
        table=table.name,
        file=f"{table.name}.csv",
    )
