"""Appending: rows added at the end of a table's CSV file; what stood there stays to the letter."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridor.tables import schema
from corridor.tables.files import SUFFIXES
from corridor.tables.inputs import WORKBOOK
from corridor.tables.reading import read_folder
from corridor.web.refusals import Refusal

DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a CSV file is written: its bytes so far, its columns and its signs."""

    text: bytes
    columns: list[str]
    delimiter: str
    line_end: str


def appended(folder: Path, table: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the bytes of a table's CSV with rows added at its end.

    Raises Refusal (409) where the study keeps the table in another format, or its file lacks a
    column that a row fills.
    """
    _refuse_other_format(folder, table)
    columns = [column.name for column in schema.table(table).columns]
    layout = _layout(folder / f"{table}.csv", columns)

    filled = {c for row in rows for c, value in row.items() if value is not None and c in columns}
    _refuse_missing_columns(table, filled - set(layout.columns))
    return with_line_end(layout.text) + _lines(rows, layout).encode()


def with_line_end(text: bytes) -> bytes:
    """Return a text that ends with a line, so that what is added begins a new one."""
    return text if not text or text.endswith(b"\n") else text + b"\n"


def _refuse_missing_columns(table: str, missing: set[str]) -> None:
    """Raise Refusal (409) where a file lacks columns that rows fill."""
    if missing:
        raise Refusal(
            409,
            "missing-column",
            f"{table}.csv has no column {', '.join(sorted(missing))}. Add it, then save again.",
        )


def _lines(rows: Sequence[Mapping[str, Any]], layout: _Layout) -> str:
    """Return rows as lines of a CSV, with its header where the file is empty."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=layout.delimiter, lineterminator=layout.line_end)
    if not layout.text:
        writer.writerow(layout.columns)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in layout.columns])
    return out.getvalue()


def _refuse_other_format(folder: Path, table: str) -> None:
    """Raise Refusal (409) where the study keeps a table in anything but CSV."""
    other_files: list[str | None] = [
        f"{table}{suffix}"
        for suffix in SUFFIXES
        if suffix != ".csv" and (folder / f"{table}{suffix}").exists()
    ]
    if not other_files and not (folder / f"{table}.csv").exists():
        workbook = [WORKBOOK] if (folder / WORKBOOK).exists() else []
        other_files = [read_folder(folder).files.get(table), *workbook]

    places = [place for place in other_files if place]
    if places:
        raise Refusal(
            409,
            "not-csv",
            f"The study keeps {table} in {places[0]}. Save that table "
            f"as {table}.csv, so that rows can be added to it.",
        )


def _layout(file: Path, columns: list[str]) -> _Layout:
    """Return how a file is written; a new one takes all columns and commas."""
    if not file.exists():
        return _Layout(b"", columns, ",", "\n")

    text = file.read_bytes()
    heading = text.decode("utf-8-sig").lstrip("\r\n").splitlines()[0]
    delimiter = max(DELIMITERS, key=heading.count)
    names = [name.strip() for name in next(csv.reader([heading], delimiter=delimiter))]
    return _Layout(text, names, delimiter, "\r\n" if b"\r\n" in text else "\n")


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
