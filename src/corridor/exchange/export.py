"""Tables for spreadsheets: one workbook, or a folder of CSV files read as UTF-8."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl

from corridor.errors import CallError
from corridor.language.messages import readable
from corridor.tables import schema
from corridor.tables.columns import Table
from corridor.tables.csv import SPREADSHEET_INSTANT, SPREADSHEET_MARK, csv_text, join_lists
from corridor.tables.files import sweep, write_bytes
from corridor.tables.inputs import WORKBOOK
from corridor.tables.reading import read_folder
from corridor.tables.xlsx import CONTENTS as CONTENTS
from corridor.tables.xlsx import CONTENTS_COLUMNS
from corridor.tables.zeros import without_negative_zeros

READ_ME = "read me"  # the sheet of a study's workbook that says what the others hold
MAX_SHEET_ROWS = 1_048_575  # below the heading
MAX_SHEET_NAME = 31  # letters
FORMATS: dict[Any, str] = {
    pl.Float64: "#,##0.00",
    pl.Date: "yyyy-mm-dd",
    pl.Datetime: "yyyy-mm-dd hh:mm",
}
PLAIN_TEXTS = {"strings_to_formulas": False, "strings_to_urls": False}


def contents(tables: Iterable[Table]) -> pl.DataFrame:
    """Return what tables and their columns are called, in which unit and what they mean.

    tables: declarations. One row a column: table, title, column, unit, meaning; packed messages,
    which no workbook holds, are left out.
    """
    rows = [
        (table.name, table.title or table.meaning, column.name, column.unit, column.meaning)
        for table in tables
        for column in table.columns
        if column.kind != "message"
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(CONTENTS_COLUMNS, pl.String), orient="row")


def need_excel() -> None:
    """Raise CallError where workbooks cannot be written."""
    if find_spec("xlsxwriter") is None:
        raise CallError(
            "writing a workbook needs xlsxwriter, which is not installed. Run: pip install "
            "'corridor[excel]'. Or name a folder: it gets CSV files."
        )


def write_workbook(
    path: str | Path,
    frames: Mapping[str, pl.DataFrame],
    *,
    formats: Mapping[Any, str] = FORMATS,
    with_empty: bool = False,
) -> int:
    """Write tables with rows as the sheets of a workbook, whole or not at all; return how many.

    formats: type of a column -> how a spreadsheet shows it. with_empty: write tables without rows
    too, to be filled in.

    Raises CallError where a table has more rows than a sheet, or the extra ``excel`` is not
    installed; OSError.
    """
    need_excel()
    from xlsxwriter import Workbook

    sheets = _with_rows(frames, with_empty=with_empty)
    _check_heights(sheets)

    stream = io.BytesIO()
    with Workbook(stream, PLAIN_TEXTS) as book:
        for name, frame in sheets.items():
            without_negative_zeros(frame).write_excel(
                book,
                worksheet=name[:MAX_SHEET_NAME],
                autofilter=True,
                freeze_panes=(1, 0),
                autofit=False,
                dtype_formats=dict(formats),
            )

    sweep(Path(path).parent)
    write_bytes(path, stream.getvalue())
    return len(sheets)


def pack_workbook(folder: Path) -> None:
    """Put the CSV tables of a study into one workbook, with a sheet that says what they hold.

    Raises CallError where the extra ``excel`` is not installed; OSError.
    """
    tables = read_folder(folder)
    declared = [table for table in schema.TABLES if table.name in tables.files]
    sheets = {table.name: tables.frames[table.name] for table in declared}
    every_digit = {**FORMATS, pl.Float64: "General"}

    sheets = {READ_ME: contents(declared), **sheets}
    write_workbook(folder / WORKBOOK, sheets, formats=every_digit, with_empty=True)
    for file in set(tables.files.values()):
        (folder / file).unlink()


def write_csvs(folder: str | Path, frames: Mapping[str, pl.DataFrame]) -> int:
    """Write tables with rows as CSV files into a folder; return how many. Raises OSError."""
    home = Path(folder)
    home.mkdir(parents=True, exist_ok=True)
    sweep(home)

    tables = _with_rows(frames)
    for name, frame in tables.items():
        text = csv_text(frame, datetime_format=SPREADSHEET_INSTANT, for_spreadsheets=True)
        write_bytes(home / f"{name}.csv", SPREADSHEET_MARK + text.encode())
    return len(tables)


def _check_heights(sheets: Mapping[str, pl.DataFrame]) -> None:
    """Raise CallError where a table has more rows than a sheet."""
    for name, frame in sheets.items():
        if frame.height > MAX_SHEET_ROWS:
            raise CallError(
                f"{name} has {frame.height:,} rows, a sheet {MAX_SHEET_ROWS:,}: name a folder, it "
                "gets CSV files."
            )


def _with_rows(
    frames: Mapping[str, pl.DataFrame], *, with_empty: bool = False
) -> dict[str, pl.DataFrame]:
    """Return the tables that have rows, or all, with cells that a spreadsheet can hold."""
    shown = {name: frame for name, frame in frames.items() if frame.height or with_empty}
    return {name: _plain_cells(readable(frame)) for name, frame in shown.items()}


def _plain_cells(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table with lists as words separated by semicolons, instants without their zone."""
    instants = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    without_zone = [pl.col(name).dt.replace_time_zone(None) for name in instants]
    return join_lists(frame).with_columns(without_zone)
