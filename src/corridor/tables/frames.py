"""Frames: a table as text made into a typed frame, with findings on its header and its cells."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from corridor.errors import MAX_LIKE, Finding, near_matches
from corridor.tables.cells import typed
from corridor.tables.columns import Column, Table
from corridor.tables.commas import pointed_texts, read_commas
from corridor.tables.cures import cure, unit_hint
from corridor.tables.raw import RawTable

_MAX_TEXT = 60  # letters of a cell that are shown
_KINDS = {
    "id": "a lower-case word",
    "text": "whole text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "date": "a date",
    "month": "a calendar month",
    "monthday": "a day of the year",
    "choice": "one of the values declared",
    "words": "words separated by spaces",
    "country": "a country's code",
    "hours": "opening hours",
    "timetable": "a timetable",
}


@dataclass
class _Header:
    """The header of a file beside the declared columns.

    positions: declared column -> its place in the file. undeclared: other names, in file order.
    """

    positions: dict[str, int] = field(default_factory=dict)
    undeclared: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def typed_frame(
    table: Table, raw: RawTable, evidence: Mapping[str, str] | None = None
) -> tuple[pl.DataFrame, list[Finding]]:
    """Return the frame of a table and what is wrong with it; cells that do not fit are null.

    evidence: source_id and confidence of the rows that give none.
    """
    evidence = evidence or {}
    header = _match_header(table, raw)
    findings = [*header.findings, *_undeclared_columns(table, raw, header)]
    findings += _missing_columns(table, raw, header, evidence)

    text = _declared_text(table, raw, header.positions)
    text = text.with_columns(
        pl.col(name).fill_null(value) for name, value in evidence.items() if name in text.columns
    )
    if raw.may_have_commas:
        text, comma_findings = read_commas(table, raw, text)
        findings += comma_findings
    elif raw.pointed_columns:
        findings += pointed_texts(table, raw, header.positions, text)
    frame = text.select(typed(column) for column in table.columns)
    findings += _cell_findings(table, raw, header.positions, text, frame)
    return frame, findings


def _declared_text(table: Table, raw: RawTable, positions: Mapping[str, int]) -> pl.DataFrame:
    """Return the declared columns as text; one the file does not have is null."""
    if not positions:
        return pl.DataFrame(schema=dict.fromkeys((c.name for c in table.columns), pl.String))

    return raw.cells.select(
        pl.col(str(positions[c.name])).alias(c.name)
        if c.name in positions
        else pl.lit(None, pl.String).alias(c.name)
        for c in table.columns
    )


# The header


def _match_header(table: Table, raw: RawTable) -> _Header:
    """Return which columns the file has, with findings on double and nameless ones."""
    header = _Header()
    declared = {c.name for c in table.columns}

    for position, name in enumerate(raw.header):
        if name in header.positions:
            header.findings.append(
                _header_finding(
                    "duplicate-column",
                    table,
                    raw,
                    f"{raw.file} has two columns {name}.",
                    do="Keep one of them.",
                    column=name,
                )
            )
        elif name in declared:
            header.positions[name] = position
        elif name:
            header.undeclared.append(name)
        elif _has_values(raw, position):
            header.findings.append(
                _header_finding(
                    "unnamed-column",
                    table,
                    raw,
                    f"{raw.file} has values in column {position + 1}, which has no name.",
                    do="Name the column, or empty it.",
                    severity="warning",
                )
            )
    return header


def _has_values(raw: RawTable, position: int) -> bool:
    rows = raw.cells.height
    return rows > 0 and raw.cells[str(position)].null_count() < rows


def _undeclared_columns(table: Table, raw: RawTable, header: _Header) -> Iterator[Finding]:
    absent = [c.name for c in table.columns if c.name not in header.positions]

    for name in header.undeclared:
        hints = (unit_hint(name, declared) for declared in absent)
        near = near_matches(name, absent, most=1)
        otherwise = (
            f"Write {near[0]} if that was meant."
            if near
            else "Remove it, or put what it says into note."
        )
        yield _header_finding(
            "unknown-column",
            table,
            raw,
            f"{raw.file} has a column {name}, which table {table.name} does not have; "
            "it is not read.",
            do=next(filter(None, hints), otherwise),
            severity="warning",
            column=name,
            value=name,
        )


def _missing_columns(
    table: Table, raw: RawTable, header: _Header, evidence: Collection[str]
) -> Iterator[Finding]:
    present = {*header.positions, *evidence}
    missing = [c for c in table.columns if c.required and c.name not in present]

    for column in missing:
        hints = (unit_hint(name, column.name) for name in header.undeclared)
        near = near_matches(column.name, header.undeclared, most=1)
        otherwise = (
            f"Rename {near[0]} to {column.name}, if that was meant."
            if near
            else f"Add it: {column.meaning}."
        )
        yield _header_finding(
            "missing-column",
            table,
            raw,
            f"{raw.file} has no column {column.name}.",
            do=next(filter(None, hints), otherwise) + _once_a_table(table, column),
            column=column.name,
        )


def _once_a_table(table: Table, column: Column) -> str:
    """Return where a column of evidence can be written once for all rows of a table."""
    if column.name not in ("source_id", "confidence"):
        return ""
    return f" Or write it once for the table, below [evidence.{table.name}] in study.toml."


def _header_finding(
    kind: str, table: Table, raw: RawTable, message: str, *, do: str, **more: Any
) -> Finding:
    return Finding(kind, message, do, table=table.name, file=raw.file, line=1, **more)


# The cells


def _cell_findings(
    table: Table,
    raw: RawTable,
    positions: Mapping[str, int],
    text: pl.DataFrame,
    frame: pl.DataFrame,
) -> Iterator[Finding]:
    """Cells that are empty and may not be, and cells that do not fit their column.

    Parameters
    ----------
    table, raw : the declared table, and the file as text.
    positions : declared column -> its place in the file.
    text, frame : the declared columns as text and typed.
    """
    absent_counts = text.null_count().row(0)
    null_counts = frame.null_count().row(0)

    for column, absent, null in zip(table.columns, absent_counts, null_counts, strict=True):
        name = column.name
        if absent and column.required and name in positions:
            rows = _whole_rows(raw, text[name].is_null())
            yield from _missing_values(table, raw, column, rows)
        if null > absent:
            rows = _whole_rows(raw, text[name].is_not_null() & frame[name].is_null())
            yield from _unfit_values(table, raw, column, rows, text[name])


def _whole_rows(raw: RawTable, is_wrong: pl.Series) -> list[int]:
    """Return the rows concerned but for the ragged ones, which have been named already."""
    return [row for row in is_wrong.arg_true().to_list() if row not in raw.ragged]


def _missing_values(
    table: Table, raw: RawTable, column: Column, rows: Sequence[int]
) -> Iterator[Finding]:
    for row in rows[:MAX_LIKE]:
        yield Finding(
            "missing-value",
            f"{table.name}.{column.name} is empty on line {raw.lines[row]}.",
            do=f"Write it: {column.meaning}.",
            **_place(table, raw, column, row),
        )
    yield from _more_cells("missing-value", table, raw, column, rows[MAX_LIKE:])


def _unfit_values(
    table: Table, raw: RawTable, column: Column, rows: Sequence[int], text: pl.Series
) -> Iterator[Finding]:
    """One finding for each cell that does not fit, and one for all beyond the first twenty.

    Parameters
    ----------
    table, raw, column : where the cells are.
    rows : numbers of the rows concerned.
    text : the column as text.
    """
    kind = f"bad-{column.kind}"
    for row in rows[:MAX_LIKE]:
        cell = text[row]
        shown = cell if len(cell) <= _MAX_TEXT else cell[: _MAX_TEXT - 3] + "..."
        yield Finding(
            kind,
            f"{table.name}.{column.name} holds {shown!r}, which is not {_KINDS[column.kind]}.",
            do=cure(column, cell),
            value=cell,
            **_place(table, raw, column, row),
        )
    yield from _more_cells(kind, table, raw, column, rows[MAX_LIKE:])


def _more_cells(
    kind: str, table: Table, raw: RawTable, column: Column, rows: Sequence[int]
) -> Iterator[Finding]:
    """One finding for all the rows that are not listed one by one."""
    if rows:
        yield Finding(
            kind,
            f"{table.name}.{column.name} has {len(rows)} more such cells.",
            do="Repair the first ones, then check again.",
            table=table.name,
            column=column.name,
            file=raw.file,
            line=raw.lines[rows[0]],
        )


def _place(table: Table, raw: RawTable, column: Column, row: int) -> dict[str, Any]:
    """Return where a cell is, as keyword arguments of a finding."""
    key = None
    if table.key in raw.header:
        key = raw.cells[str(raw.header.index(table.key))][row]

    return {
        "table": table.name,
        "column": column.name,
        "file": raw.file,
        "line": raw.lines[row],
        "rows": (key,) if key else (),
    }
