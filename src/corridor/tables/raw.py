"""A table as text, which every file format is read into before its cells are typed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from corridor.errors import Finding
from corridor.tables import budgets

MAX_TITLE_ROWS = 20  # above a header, in which it is looked for
MIN_HEADER_COLUMNS = 2  # a row below the first one is a header if it names so many columns


@dataclass(frozen=True)
class RawTable:
    """One table as text.

    Parameters
    ----------
    file : the file it is from.
    header : names of the columns in the order of the file.
    cells : text columns named "0", "1" ... in that order, null where a cell is empty.
    lines : line (workbook: row of the sheet) of every row.
    ragged : rows that had too few or too many cells.
    may_have_commas : numbers may be written as 12,5, because no comma parts the cells.
    pointed_columns : columns of a sheet that hold texts such as 40.000, by their place.
    """

    file: str
    header: tuple[str, ...]
    cells: pl.DataFrame
    lines: Sequence[int]
    ragged: frozenset[int] = frozenset()
    may_have_commas: bool = False
    pointed_columns: frozenset[int] = frozenset()


class Unreadable(Exception):
    """A file that cannot be read as a table at all; holds the finding that says why."""

    def __init__(self, kind: str, message: str, *, do: str, line: int | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.do = do
        self.line = line

    def finding(self, file: str, table: str | None) -> Finding:
        """Return the finding for the file this was."""
        return Finding(
            self.kind, f"{file} {self.message}", do=self.do, table=table, file=file, line=self.line
        )


def from_frame(frame: pl.DataFrame, file: str) -> RawTable:
    """Return any frame as text; its rows count from 2, as in a CSV of the same table.

    Raises Unreadable where a column holds what has no plain text.
    """
    try:
        columns = {str(i): s.cast(pl.String) for i, s in enumerate(frame.get_columns())}
        text = pl.DataFrame(columns)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise Unreadable(
            "bad-column-type",
            f"has a column that is not plain values ({first_line(error)}).",
            do="Write lists as words separated by spaces, and everything else as text or numbers.",
        ) from None

    return RawTable(file, tuple(frame.columns), trimmed(text), range(2, frame.height + 2))


def trimmed(cells: pl.DataFrame) -> pl.DataFrame:
    """Return text cells without the blanks around them, null where nothing is left."""
    if not cells.width:
        return cells

    stripped = cells.select(pl.all().str.strip_chars())
    return stripped.select(pl.when(pl.all() != "").then(pl.all()))


def header_place(rows: Sequence[Sequence[str | None]], columns: Collection[str]) -> int:
    """Return which of the first rows of a table is its header; the rows above it are a title.

    The first one, unless it names none of the columns and one below it names several.
    """
    counts = [len({cell for cell in row if cell in columns}) for row in rows]
    best = max(range(len(rows)), key=lambda row: counts[row])
    return best if counts[0] == 0 and counts[best] >= MIN_HEADER_COLUMNS else 0


def title_finding(place: str, file: str, table: str | None, line: int) -> Finding:
    """Return the warning that rows above the header are not read; place: where, as a subject."""
    return Finding(
        "title-above-header",
        f"{place} has its header in row {line}; what stands above it is not read.",
        do="Leave it if it is a title; move rows of the table below the header.",
        severity="warning",
        table=table,
        file=file,
        line=line,
    )


def refuse_too_many_rows(rows: int, columns: int = 1, *, most: int | None = None) -> None:
    """Raise Unreadable for a table of more rows, columns or cells than the budget.

    most: rows, where the table has a budget of its own.
    """
    max_rows = most or budgets.MAX_ROWS
    if rows > max_rows:
        raise Unreadable(
            "too-many-rows",
            f"has {rows:,} rows; {max_rows:,} is the most that is read.",
            do="Keep only the rows the study needs.",
        )
    if columns > budgets.MAX_COLUMNS or rows * columns > budgets.MAX_CELLS:
        raise Unreadable(
            "too-many-cells",
            f"has {columns:,} columns and {rows:,} rows; {budgets.MAX_COLUMNS:,} columns and "
            f"{budgets.MAX_CELLS:,} cells are the most that is read.",
            do="Keep only the columns and rows the study needs.",
        )


def first_line(error: BaseException) -> str:
    """Return the first line of what another library says is wrong."""
    lines = str(error).strip().splitlines() or ["damaged"]
    return lines[0][:120]
