"""Rows of a table as dicts, made when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import overload

import polars as pl

from corridor.network.graph import Row

MAX_SINGLE_SHARE = 0.25  # of rows made one by one; whoever asks for more gets all made at once


class Rows(Sequence[Row]):
    """The rows of a table: of a large one, only those that are looked at."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame
        self._single: dict[int, Row] = {}
        self._max_single = MAX_SINGLE_SHARE * frame.height

    def __len__(self) -> int:
        return self._frame.height

    @overload
    def __getitem__(self, row: int) -> Row: ...

    @overload
    def __getitem__(self, row: slice) -> list[Row]: ...

    def __getitem__(self, row: int | slice) -> Row | list[Row]:
        is_made = "_all" in self.__dict__
        if is_made or isinstance(row, slice) or len(self._single) > self._max_single:
            return self._all[row]

        number = range(len(self))[row]
        if number not in self._single:
            self._single[number] = self._frame.row(number, named=True)
        return self._single[number]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._all)

    @cached_property
    def _all(self) -> list[Row]:
        """Every row; those made before stay the same."""
        rows = self._frame.to_dicts()
        for number, row in list(self._single.items()):
            rows[number] = row
        return rows


class RowsByKey(Mapping[str, Row]):
    """The rows of a table by their key; of rows of one key the last.

    rows: of the table; keys: of each of them.
    """

    def __init__(self, rows: Sequence[Row], keys: Sequence[str]) -> None:
        self._rows = rows
        self._number = {key: number for number, key in enumerate(keys)}
        self._row: dict[str, Row] = {}

    def __getitem__(self, key: str) -> Row:
        row = self._row.get(key)
        if row is None:
            row = self._row[key] = self._rows[self._number[key]]
        return row

    def __iter__(self) -> Iterator[str]:
        return iter(self._number)

    def __len__(self) -> int:
        return len(self._number)

    def __contains__(self, key: object) -> bool:
        return key in self._number
