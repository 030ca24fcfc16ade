"""XLSX workbooks read as text, sheet by sheet."""

from __future__ import annotations

import difflib
import io
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from corridor.errors import Finding
from corridor.spelling import fold, letters
from corridor.tables.appearance import (
    SheetTable,
    pointed_columns,
    refuse_unseen,
    unseen_findings,
    with_every_digit,
)
from corridor.tables.raw import (
    MAX_TITLE_ROWS,
    RawTable,
    Unreadable,
    first_line,
    header_place,
    refuse_too_many_rows,
    title_finding,
    trimmed,
)
from corridor.tables.sheet_cells import SheetCells, WorkbookParts, sheet_cells, workbook_parts
from corridor.tables.sheets import refuse_bad_workbook

if TYPE_CHECKING:
    from fastexcel import ExcelReader

CONTENTS = "contents"  # the sheet of exported answers that says what the others hold
CONTENTS_COLUMNS = ("table", "title", "column", "unit", "meaning")
MAX_STRAY_CELLS = 1_000_000  # a sheet that is no table is looked into up to this size
MIN_TABLE_COLUMNS = 3  # a sheet with so many declared columns is taken for a table
MIN_LIKENESS = 0.82  # of a sheet's name and a table's; "notes" is none of nodes
_MIDNIGHT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00:00$"

Columns = Mapping[str, Collection[str]]  # table -> its declared columns


@dataclass
class Sheets:
    """The sheets of a workbook that are tables, as text.

    Parameters
    ----------
    tables : table -> its sheet.
    findings : what is wrong with sheets.
    broken : tables whose sheet cannot be read.
    """

    tables: dict[str, RawTable] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)


class _Layout(NamedTuple):
    """A sheet as text [rows of the sheet, columns with values], and the rows with a value."""

    cells: pl.DataFrame
    filled_rows: list[int]


def read_xlsx(data: bytes, file: str, columns: Columns, only: str | None = None) -> Sheets:
    """Return the sheets of a workbook that are tables, as text.

    A sheet is a table's whatever the case of its name and the blanks in it; other sheets are not
    read, and what is wrong in them does not matter.

    Parameters
    ----------
    data : bytes of the workbook.
    file : its name, for findings.
    columns : table -> its declared columns.
    only : the table a file is named after: the sheet of that name, else the one with most of its
        columns. Null: the workbook may hold every table.

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

    sheets = Sheets()
    try:
        refuse_bad_workbook(data)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            book = fastexcel.read_excel(data)
            if only is None and _is_export(book):
                return Sheets(findings=[exported_answers(file)])

            names = _sheets_of_tables(book, columns, only)
            workbook = _Workbook(archive, book, workbook_parts(archive))
            for table, sheet_names in names.items():
                _add_table(sheets, workbook, _SheetOf(file, table, sheet_names), columns)
            if only is None:
                sheets.findings += _stray_sheets(book, file, names, columns)
    except Unreadable:
        raise
    # A damaged file fails anywhere in three libraries.
    except (Exception, pl.exceptions.PanicException) as error:
        raise Unreadable(
            "broken-workbook",
            f"is not a whole XLSX workbook ({first_line(error)}).",
            do="Open it in the spreadsheet program and save it again as .xlsx.",
        ) from None

    return sheets


class _SheetOf(NamedTuple):
    """A table of a workbook and the sheets that are named after it."""

    file: str
    table: str
    names: Sequence[str]

    @property
    def place(self) -> str:
        """Where the table stands, as findings name it."""
        return f"sheet {self.names[0]!r} of {self.file}"

    def finding(self, unreadable: Unreadable) -> Finding:
        return unreadable.finding(self.place, self.table)


class _Workbook(NamedTuple):
    """A workbook as files, as sheets, and where these lie inside it."""

    archive: zipfile.ZipFile
    book: ExcelReader
    parts: WorkbookParts

    def sheet_cells(self, name: str) -> SheetCells:
        """Return what stands in a sheet beside plain values; ValueError where it is not inside."""
        if name not in self.parts.parts:
            raise ValueError(f"sheet {name!r} is not inside")
        return sheet_cells(self.archive, self.parts.parts[name], self.parts)


# Which sheets are tables


def holds_answers(data: bytes) -> bool:
    """Tell whether a workbook is what ``corridor export`` writes; false for a damaged one."""
    try:
        import fastexcel

        refuse_bad_workbook(data)
        return _is_export(fastexcel.read_excel(data))
    except (Exception, pl.exceptions.PanicException):  # as reading it would say
        return False


def exported_answers(file: str) -> Finding:
    """Return the warning that a workbook of answers is not read."""
    return Finding(
        "exported-answers",
        f"{file} holds answers of a study, not its tables, and is not read.",
        do="Move it elsewhere if it is not needed here.",
        severity="warning",
        file=file,
    )


def _is_export(book: ExcelReader) -> bool:
    """Tell whether a workbook is what ``corridor export`` writes: answers and their contents."""
    rows = _first_rows(book, CONTENTS) if CONTENTS in book.sheet_names else []
    return bool(rows) and rows[0] == CONTENTS_COLUMNS


def _sheets_of_tables(
    book: ExcelReader, columns: Columns, only: str | None
) -> dict[str, list[str]]:
    """Return the tables of a workbook, each with the sheets that are named after it."""
    tables = {letters(table): table for table in columns}
    names: dict[str, list[str]] = {}
    for name in book.sheet_names:
        table = tables.get(letters(name))
        if table is not None and only in (None, table):
            names.setdefault(table, []).append(name)

    if only is not None and not names:
        names[only] = [_fullest_sheet(book, columns[only])]
    return names


def _fullest_sheet(book: ExcelReader, columns: Collection[str]) -> str:
    """Return the sheet with most of the columns; of equal ones the first."""
    counts = {name: _columns_count(_first_rows(book, name), columns) for name in book.sheet_names}
    return max(counts, key=lambda name: counts[name])


def _columns_count(rows: Sequence[Sequence[str | None]], columns: Collection[str]) -> int:
    """Return how many of the columns one of the rows names, at most."""
    return max((len({cell for cell in row if cell in columns}) for row in rows), default=0)


def _first_rows(book: ExcelReader, name: str) -> list[tuple[str | None, ...]]:
    """Return the first rows of a sheet; none where it is large or cannot be read."""
    try:
        sheet = book.load_sheet(name, header_row=None, n_rows=MAX_TITLE_ROWS + 1, dtypes="string")
        if sheet.total_height * sheet.width > MAX_STRAY_CELLS:
            return []
        return trimmed(sheet.to_polars()).rows()
    except Exception:  # a chart, or a sheet with damage that nobody reads
        return []


def _stray_sheets(
    book: ExcelReader, file: str, names: Mapping[str, Sequence[str]], columns: Columns
) -> Iterator[Finding]:
    """Sheets that look like tables and are not read."""
    of_tables = {name for sheet_names in names.values() for name in sheet_names}
    for name in book.sheet_names:
        if name in of_tables:
            continue

        table = _table_like(name, columns) or _table_within(book, name, columns)
        if table is not None:
            yield Finding(
                "unread-sheet",
                f"Sheet {name!r} of {file} is not read: no table is called so.",
                do=f"Name the sheet {table}, if it is that table.",
                severity="warning",
                table=table,
                file=file,
                value=name,
            )


def _table_like(name: str, tables: Iterable[str]) -> str | None:
    """Return the table whose name stands in that of a sheet, or is near it."""
    names = list(tables)
    words = re.split(r"[^a-z]+", fold(name))
    named = [table for table in names if table in words]
    near = difflib.get_close_matches(letters(name), names, n=1, cutoff=MIN_LIKENESS)
    return next(iter(named or near), None)


def _table_within(book: ExcelReader, name: str, columns: Columns) -> str | None:
    """Return the table whose columns a sheet has."""
    rows = _first_rows(book, name)
    counts = {table: _columns_count(rows, columns[table]) for table in columns}
    table = max(counts, key=lambda each: counts[each])
    return table if counts[table] >= MIN_TABLE_COLUMNS else None


# From sheets to tables


def _add_table(sheets: Sheets, workbook: _Workbook, sheet: _SheetOf, columns: Columns) -> None:
    """Add the sheet of one table, or what is wrong with it.

    Parameters
    ----------
    sheets : what has been read so far.
    workbook : as files and as sheets.
    sheet : the table and its sheets.
    columns : table -> its declared columns.
    """
    try:
        _refuse_second_sheet(sheet)
        raw, findings = _read_table(workbook, sheet, columns[sheet.table])
    except Unreadable as unreadable:
        sheets.findings.append(sheet.finding(unreadable))
        sheets.broken.add(sheet.table)
        return

    sheets.tables[sheet.table] = raw
    sheets.findings += findings


def _read_table(
    workbook: _Workbook, sheet: _SheetOf, columns: Collection[str]
) -> tuple[RawTable, list[Finding]]:
    """Return the table of a sheet as text, and warnings on it. Raises Unreadable."""
    layout = _layout(workbook.book, sheet.names[0])
    rows = [layout.cells.row(row) for row in layout.filled_rows[: MAX_TITLE_ROWS + 1]]
    title_rows = header_place(rows, columns)
    header_row = layout.filled_rows[title_rows]
    body_rows = layout.filled_rows[title_rows + 1 :]

    shown = SheetTable(
        sheet.place,
        sheet.table,
        header=[name or "" for name in layout.cells.row(header_row)],
        header_row=header_row + 1,
        last_row=layout.filled_rows[-1] + 1,
        columns=columns,
        cells=workbook.sheet_cells(sheet.names[0]),
        is_hidden=sheet.names[0] in workbook.parts.hidden,
    )
    refuse_unseen(shown)
    findings = [*unseen_findings(shown)]
    if title_rows:
        findings.append(title_finding(sheet.place, sheet.place, sheet.table, header_row + 1))

    cells = with_every_digit(layout.cells, shown)[body_rows]
    lines = [row + 1 for row in body_rows]
    pointed = pointed_columns(shown)
    header = tuple(shown.header)
    return RawTable(sheet.place, header, cells, lines, pointed_columns=pointed), findings


def _refuse_second_sheet(sheet: _SheetOf) -> None:
    if len(sheet.names) > 1:
        names = " and ".join(map(repr, sheet.names))
        raise Unreadable(
            "two-sheets",
            f"is not the only sheet of table {sheet.table}: {names}.",
            do="Keep one of them and give the other another name.",
        )


def _layout(book: ExcelReader, name: str) -> _Layout:
    """Return a sheet as text; its first row is the first of the sheet."""
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    refuse_too_many_rows(sheet.total_height, sheet.width)

    frame = sheet.to_polars()
    numbered = frame.rename({column: str(i) for i, column in enumerate(frame.columns)})
    # A day in a date cell comes with a midnight that nobody typed.
    cells = trimmed(numbered).with_columns(pl.all().str.replace(_MIDNIGHT, "$1"))

    filled_rows: list[int] = []
    if cells.width:
        has_value = cells.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
        filled_rows = has_value.arg_true().to_list()
    if not filled_rows:
        raise Unreadable(
            "empty-file",
            "is empty.",
            do="Write the header and the rows, or remove the sheet.",
        )
    return _Layout(cells, filled_rows)
