"""The tables of a study as they were read, and findings at places in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import compress
from typing import Any

import polars as pl

from corridor.errors import Finding
from corridor.tables import schema
from corridor.tables.cells import TYPES


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a table.

    Parameters
    ----------
    table : name of the table.
    row : number of the row from 0; null: the table as such.
    column : name of the column; null: the row as such.
    """

    table: str
    row: int | None = None
    column: str | None = None


@dataclass(frozen=True)
class Tables:
    """The tables of a study as they were read.

    Parameters
    ----------
    frames : table -> frame with every declared column, typed; absent tables are empty.
    findings : what was wrong with files and cells.
    files : table -> its file, or its sheet and the workbook that holds it.
    hashes : file -> SHA-256.
    lines : table -> line of each row in its file.
    broken : tables that lost rows or columns, so that references into them prove nothing.
    """

    frames: Mapping[str, pl.DataFrame]
    findings: tuple[Finding, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    hashes: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, Sequence[int]] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()

    def rows(self, table: str) -> Iterator[Row]:
        """Return every row of a table; they are made once."""
        if table not in self._rows:
            rows = enumerate(self.frames[table].to_dicts())
            self._rows[table] = [Row(self, table, number, cells) for number, cells in rows]
        return iter(self._rows[table])

    @cached_property
    def _rows(self) -> dict[str, list[Row]]:
        """The rows of tables made so far."""
        return {}

    def rows_where(
        self, table: str, where: pl.Expr, *, among: pl.DataFrame | None = None
    ) -> list[Row]:
        """Return the rows of a table that an expression picks; no others are made.

        A check of a large table looks at those alone that can be wrong: the expression may pick
        too many rows, never too few, and null picks none.

        Parameters
        ----------
        table : name of the table.
        where : true for the rows that are picked.
        among : the table, row for row, with more columns to pick by; null: as it is.
        """
        frame = self.frames[table] if among is None else among
        picked = frame.select(where).to_series().to_list()
        return self.rows_at(table, list(compress(range(len(picked)), picked)))

    def rows_at(self, table: str, numbers: Sequence[int]) -> list[Row]:
        """Return some rows of a table by their numbers, in that order."""
        frame = self.frames[table]
        cells = frame[list(numbers)].to_dicts() if numbers else []
        return [Row(self, table, *row) for row in zip(numbers, cells, strict=True)]

    def cells(self, table: str, *columns: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Return (row number, values of some columns) of every row of a table."""
        return enumerate(self.frames[table].select(columns).iter_rows())

    def extent(self, table: str, column: str) -> tuple[float, float] | None:
        """Return the least and the largest number of a column; null where it holds none."""
        values = self.frames[table][column]
        least = values.min()
        largest = values.max()
        if isinstance(least, int | float) and isinstance(largest, int | float):
            return least, largest
        return None

    def keys(self, table: str) -> set[str]:
        """Return the keys of a table that has a key column."""
        column = schema.table(table).key or ""
        return set(self.frames[table][column].drop_nulls().to_list())

    def by_key(self, table: str, column: str) -> dict[Any, Any]:
        """Return key -> value of a column, of a table that has a key column."""
        key_column = schema.table(table).key or ""
        return dict(self.frames[table].select(key_column, column).iter_rows())

    def key(self, table: str, row: int) -> str | None:
        """Return the key of a row (without a key column: its first cell); null where empty."""
        declared = schema.table(table)
        column = declared.key or declared.columns[0].name
        value = self.frames[table][column][row]
        return None if value is None else str(value)

    def name(self, table: str) -> str:
        """Return the file of a table; where there is none, the file it would be."""
        return self.files.get(table, f"{table}.csv")

    def line(self, table: str, row: int) -> int:
        """Return the line of a row in its file; without a file, its line in a CSV."""
        lines = self.lines.get(table)
        return row + 2 if lines is None or row >= len(lines) else lines[row]

    def is_whole(self, table: str) -> bool:
        """Tell whether a table lost no row, column or cell, so that null means an empty cell."""
        return table not in self.broken and not any(
            f.table == table and f.kind.startswith("bad-") for f in self.findings
        )

    def finding(
        self,
        kind: str,
        spot: Spot,
        message: str,
        *,
        do: str,
        severity: str = "error",
        value: str | None = None,
        rows: tuple[str, ...] | None = None,
    ) -> Finding:
        """Return a finding at a place.

        Parameters
        ----------
        kind : stable word for what is wrong.
        spot : where it is wrong.
        message : what is wrong, a full sentence.
        do : what to do about it, a full sentence.
        severity : ``error`` or ``warning``.
        value : what the cell holds; null: not worth showing.
        rows : keys of the rows concerned; null: the key of the spot's row.
        """
        if rows is None:
            rows = self._row_keys(spot)

        return Finding(
            kind,
            message,
            do,
            severity=severity,
            table=spot.table,
            column=spot.column,
            file=self.name(spot.table),
            line=self._line_of(spot),
            value=value,
            rows=rows,
        )

    def error(self, kind: str, spot: Spot, message: str, *, do: str, **more: Any) -> Finding:
        """Return a finding that stops the study, see :meth:`finding`."""
        return self.finding(kind, spot, message, do=do, severity="error", **more)

    def warning(self, kind: str, spot: Spot, message: str, *, do: str, **more: Any) -> Finding:
        """Return a finding that does not stop the study, see :meth:`finding`."""
        return self.finding(kind, spot, message, do=do, severity="warning", **more)

    def _line_of(self, spot: Spot) -> int | None:
        """Return the line of a spot in its file; null for a table or a row that is in none."""
        lines = self.lines.get(spot.table, ())
        if spot.row is None or spot.row >= len(lines):
            return None
        return lines[spot.row]

    def _row_keys(self, spot: Spot) -> tuple[str, ...]:
        if spot.row is None:
            return ()
        key = self.key(spot.table, spot.row)
        return () if key is None else (key,)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its cells, where it is, and findings on it.

    Parameters
    ----------
    tables : the tables it is from.
    table : name of its table.
    number : its number from 0.
    cells : column -> value; null where the cell is empty or does not fit its column.
    """

    tables: Tables = field(repr=False)
    table: str
    number: int
    cells: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.cells[column]

    @property
    def key(self) -> str | None:
        """The key of the row; null where it is empty."""
        return self.tables.key(self.table, self.number)

    @property
    def line(self) -> int:
        """The line of the row in its file."""
        return self.tables.line(self.table, self.number)

    def is_empty(self, column: str) -> bool:
        """Tell whether a cell is empty in its file, and not only one that does not fit."""
        return self.cells[column] is None and self.tables.is_whole(self.table)

    def finding(self, kind: str, column: str, message: str, *, do: str, **more: Any) -> Finding:
        """Return a finding on a cell, see :meth:`Tables.finding`."""
        spot = Spot(self.table, self.number, column)
        return self.tables.finding(kind, spot, message, do=do, **more)

    def error(self, kind: str, column: str, message: str, *, do: str, **more: Any) -> Finding:
        """Return a finding on a cell that stops the study."""
        return self.finding(kind, column, message, do=do, severity="error", **more)

    def warning(self, kind: str, column: str, message: str, *, do: str, **more: Any) -> Finding:
        """Return a finding on a cell that does not stop the study."""
        return self.finding(kind, column, message, do=do, severity="warning", **more)


@cache
def empty_table(name: str) -> pl.DataFrame:
    """Return a table without rows, every column typed."""
    columns = schema.table(name).columns
    return pl.DataFrame(schema={c.name: TYPES.get(c.kind, pl.String) for c in columns})
