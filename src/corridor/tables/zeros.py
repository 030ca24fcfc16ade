"""Zeros: no table that is written shows a negative one."""

from __future__ import annotations

import polars as pl


def without_negative_zeros(frame: pl.DataFrame, decimals: int | None = None) -> pl.DataFrame:
    """Return a table in which every number that is written as 0 is a plain 0.

    decimals: digits after the point that are written; null: all.
    """
    numbers = [name for name, kind in frame.schema.items() if kind.is_float()]
    return frame.with_columns(_plain(pl.col(name), decimals) for name in numbers)


def _plain(number: pl.Expr, decimals: int | None) -> pl.Expr:
    """Return 0 for a number that is written as 0, else the number."""
    written = number if decimals is None else number.round(decimals)
    return pl.when(written == 0).then(0.0).otherwise(number).name.keep()
