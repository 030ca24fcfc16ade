"""XLSX workbooks read as text, sheet by sheet."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import polars as pl

from corridor.tables.raw import RawTable, Unreadable, first_line, refuse_too_many_rows, trimmed
from corridor.tables.sheets import refuse_bad_workbook

_MIDNIGHT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00:00$"


def read_xlsx(
    data: bytes, file: str, wanted: Collection[str], only: str | None = None
) -> dict[str, RawTable]:
    """Return the sheets of a workbook that are tables, as text.

    Parameters
    ----------
    data : bytes of the workbook.
    file : its name, for findings.
    wanted : names of the sheets that are tables; the others are not read.
    only : the table a file is named after: its sheet has that name or is the first one. Null: the
        workbook may hold every table.

    Raises
    ------
    Unreadable : it is damaged or too large, or the extra ``excel`` is not installed.
    """
    try:
        import fastexcel
    except ImportError:
        raise Unreadable(
            "needs-excel",
            "is a workbook, and reading it needs fastexcel, which is not installed.",
            do="Run: pip install 'corridor[excel]'. Or save every sheet as CSV UTF-8.",
        ) from None

    try:
        refuse_bad_workbook(data)
        book = fastexcel.read_excel(data)
        tables = {}
        for name in _sheets_to_read(book.sheet_names, wanted, only):
            sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            refuse_too_many_rows(sheet.total_height)
            tables[only or name] = _sheet_as_table(sheet.to_polars(), file)
    except Unreadable:
        raise
    # A damaged file fails anywhere in three libraries.
    except (Exception, pl.exceptions.PanicException) as error:
        raise Unreadable(
            "broken-workbook",
            f"is not a whole XLSX workbook ({first_line(error)}).",
            do="Open it in the spreadsheet program and save it again as .xlsx.",
        ) from None

    return tables


def _sheets_to_read(sheets: Sequence[str], wanted: Collection[str], only: str | None) -> list[str]:
    if only is None:
        return [name for name in sheets if name in wanted]
    return [only if only in sheets else sheets[0]]


def _sheet_as_table(sheet: pl.DataFrame, file: str) -> RawTable:
    """Return a sheet as text: its first row with a value is the header, empty rows do not count."""
    if sheet.height == 0:
        raise _empty_sheet()

    numbered = sheet.rename({name: str(i) for i, name in enumerate(sheet.columns)})
    # A day in a date cell comes with a midnight that nobody typed.
    cells = trimmed(numbered).with_columns(pl.all().str.replace(_MIDNIGHT, "$1"))

    has_value = cells.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    filled_rows = has_value.arg_true().to_list()
    if not filled_rows:
        raise _empty_sheet()

    header_row, *body_rows = filled_rows
    header = tuple(name or "" for name in cells.row(header_row))
    return RawTable(file, header, cells[body_rows], [row + 1 for row in body_rows])


def _empty_sheet() -> Unreadable:
    return Unreadable(
        "empty-file",
        "has an empty sheet.",
        do="Write the header and the rows, or remove the sheet.",
    )
