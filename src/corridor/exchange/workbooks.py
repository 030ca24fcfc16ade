"""Tables for spreadsheets: one workbook, or a folder of CSV files that any spreadsheet reads as
UTF-8."""

from __future__ import annotations

import io
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import polars as pl

from corridor.errors import CallError
from corridor.tables.csv import SPREADSHEET_INSTANT, SPREADSHEET_MARK, csv_text, join_lists
from corridor.tables.files import write_bytes

MOST_ROWS = 1_048_575  # of a sheet, below its heading
MOST_LETTERS = 31  # of a sheet's name


def excel_needed() -> None:
    """Raise CallError where workbooks cannot be written."""
    if find_spec("xlsxwriter") is None:
        raise CallError(
            "writing a workbook needs xlsxwriter, which is not installed. Run: pip install "
            "'corridor[excel]'. Or name a folder: it gets CSV files."
        )


def write_workbook(path: str | Path, frames: Mapping[str, pl.DataFrame]) -> int:
    """Write tables with rows as the sheets of a workbook, whole or not at all, and return how many.

    Raises CallError where a table has more rows than a sheet, or the extra ``excel`` is not
    installed; OSError.
    """
    excel_needed()
    from xlsxwriter import Workbook

    stream = io.BytesIO()
    full = _with_rows(frames)
    for name, frame in full.items():
        if frame.height > MOST_ROWS:
            raise CallError(
                f"{name} has {frame.height:,} rows, a sheet {MOST_ROWS:,}: name a folder, it gets "
                "CSV files."
            )
    plain = {"strings_to_formulas": False, "strings_to_urls": False}  # a text stays a text
    with Workbook(stream, plain) as book:
        for name, frame in full.items():
            frame.write_excel(
                book,
                worksheet=name[:MOST_LETTERS],
                autofilter=True,
                freeze_panes=(1, 0),
                autofit=False,
                dtype_formats={
                    pl.Float64: "#,##0.00",
                    pl.Date: "yyyy-mm-dd",
                    pl.Datetime: "yyyy-mm-dd hh:mm",
                },
            )
    write_bytes(path, stream.getvalue())
    return len(full)


def write_csvs(folder: str | Path, frames: Mapping[str, pl.DataFrame]) -> int:
    """Write tables with rows as CSV files into a folder, and return how many. Raises OSError."""
    home = Path(folder)
    full = _with_rows(frames)
    home.mkdir(parents=True, exist_ok=True)
    for name, frame in full.items():
        text = csv_text(frame, datetime_format=SPREADSHEET_INSTANT)
        write_bytes(home / f"{name}.csv", SPREADSHEET_MARK + text.encode())
    return len(full)


def _with_rows(frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the tables that have rows, lists as words parted by semicolons, instants without their
    zone (UTC)."""
    full = {}

    for name, frame in frames.items():
        if frame.height:
            instants = [c for c, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
            full[name] = join_lists(frame).with_columns(
                pl.col(c).dt.replace_time_zone(None) for c in instants
            )

    return full
