"""Appearance: where a sheet of a workbook shows something else than the values it holds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from corridor.errors import Finding
from corridor.tables.raw import Unreadable
from corridor.tables.sheet_cells import Block, Cell, SheetCells

_MAX_SHOWN = 3  # cells that are named one by one
_NUMBER = re.compile(r"-?[0-9.]+([eE][-+]?[0-9]+)?")
_SHOW = "Show them; delete what does not belong to the study."


@dataclass(frozen=True)
class SheetTable:
    """A table in its sheet.

    Parameters
    ----------
    file, table : where it stands, and which table it is.
    header : names of its columns, in the order of the sheet.
    header_row, last_row : rows of the sheet, from 1.
    columns : those that are read; in others anything may stand.
    cells : what stands in the sheet beside plain values.
    is_hidden : the sheet is not shown.
    """

    file: str
    table: str
    header: Sequence[str]
    header_row: int
    last_row: int
    columns: Collection[str]
    cells: SheetCells
    is_hidden: bool

    @property
    def first_column(self) -> int | None:
        """The column of the sheet, from 1, that is the first of the table; null: not known.

        A reader of values begins with the first column that has one.
        """
        first = self.cells.first_column
        return first if self.cells.last_column - first + 1 == len(self.header) else None

    @property
    def read_columns(self) -> Collection[int]:
        """The columns of the sheet that are read, from 1."""
        if self.first_column is None:  # the reader saw others: any may be read
            return range(1, max(self.cells.last_column, len(self.header)) + 1)
        names = enumerate(self.header, self.first_column)
        return {column for column, name in names if name in self.columns}

    def is_read(self, cell: Cell) -> bool:
        """Tell whether a cell is one of the table, below the header or in it."""
        return cell.row >= self.header_row and cell.column in self.read_columns

    def warning(self, kind: str, message: str, *, do: str, line: int | None) -> Finding:
        """Return a finding that does not stop the study."""
        return Finding(
            kind,
            message,
            do,
            severity="warning",
            table=self.table,
            file=self.file,
            line=line,
        )


def refuse_unseen(sheet: SheetTable) -> None:
    """Raise Unreadable where a cell that is read shows something else than its value."""
    _refuse_cells(
        "spreadsheet-error",
        "has an error such as #DIV/0!",
        "Repair the formula, or empty the cell where the figure is not known.",
        [cell for cell in sheet.cells.errors if sheet.is_read(cell)],
    )
    _refuse_cells(
        "formula-without-value",
        "has a formula whose value is not stored",
        "Open the workbook in a spreadsheet program and save it there, or write the value.",
        [cell for cell in sheet.cells.uncomputed if sheet.is_read(cell)],
    )
    _refuse_cells(
        "merged-cells",
        "has merged cells, of which only the first one counts,",
        "Part the cells, and write the value into every one it holds for.",
        [block for block in sheet.cells.merged if _hides_cells(block, sheet)],
    )


def unseen_findings(sheet: SheetTable) -> Iterator[Finding]:
    """Warnings on a sheet, rows and columns that are read and not shown."""
    if sheet.is_hidden:
        yield sheet.warning(
            "hidden-sheet", f"{sheet.file} is hidden, and read.", do=_SHOW, line=None
        )

    rows = [row for row in sheet.cells.hidden_rows if row > sheet.header_row]
    if rows:
        noun = "row" if len(rows) == 1 else "rows"
        yield sheet.warning(
            "hidden-rows",
            f"{sheet.file} hides {noun} {_shown(rows)} (by a filter, perhaps), and they are read.",
            do=_SHOW,
            line=rows[0],
        )

    hidden = {
        column
        for first, last in sheet.cells.hidden_columns
        for column in sheet.read_columns
        if first <= column <= last
    }
    if hidden and sheet.first_column is not None:
        names = [sheet.header[column - sheet.first_column] for column in sorted(hidden)]
        noun = "column" if len(names) == 1 else "columns"
        yield sheet.warning(
            "hidden-columns",
            f"{sheet.file} hides {noun} {_shown(names)}, and reads them.",
            do=_SHOW,
            line=sheet.header_row,
        )


def pointed_columns(sheet: SheetTable) -> frozenset[int]:
    """Return the columns of a table, from 0, with texts such as 40.000."""
    if sheet.first_column is None:
        return frozenset()
    texts = [cell for cell in sheet.cells.pointed_texts if cell.row > sheet.header_row]
    return frozenset(cell.column - sheet.first_column for cell in texts)


def with_every_digit(cells: pl.DataFrame, sheet: SheetTable) -> pl.DataFrame:
    """Return the cells of a sheet with all digits of its numbers.

    cells: text [rows of the sheet, columns of the table], in which numbers have nine digits behind
    the point.
    """
    if sheet.first_column is None:
        return cells

    values_in: dict[int, dict[int, float]] = {}
    for cell, value in sheet.cells.long_numbers.items():
        values_in.setdefault(cell.column - sheet.first_column, {})[cell.row - 1] = value
    return cells.with_columns(
        _exact(cells[str(column)], values) for column, values in values_in.items()
    )


def _exact(column: pl.Series, values: Mapping[int, float]) -> pl.Series:
    """Return a column with numbers written anew, by row; a day that was made of one stays."""
    texts = column.to_list()
    for row, value in values.items():
        text = texts[row]
        if text is not None and _NUMBER.fullmatch(text):
            texts[row] = repr(value)
    return pl.Series(column.name, texts, pl.String)


def _hides_cells(block: Block, sheet: SheetTable) -> bool:
    """Tell whether merged cells lie in the table, so that cells of it seem filled and are not."""
    is_in_rows = block.last.row >= sheet.header_row and block.first.row <= sheet.last_row
    covered = range(block.first.column, block.last.column + 1)
    return is_in_rows and any(column in sheet.read_columns for column in covered)


def _refuse_cells(kind: str, what: str, do: str, cells: Sequence[Cell | Block]) -> None:
    if not cells:
        return

    first = cells[0]
    line = first.first.row if isinstance(first, Block) else first.row
    noun = "cell" if len(cells) == 1 and isinstance(first, Cell) else "cells"
    raise Unreadable(kind, f"{what} in {noun} {_shown(cells)}.", do=do, line=line)


def _shown(places: Sequence[object]) -> str:
    """The first of several places, and how many more there are."""
    shown = ", ".join(map(str, places[:_MAX_SHOWN]))
    more = len(places) - _MAX_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
