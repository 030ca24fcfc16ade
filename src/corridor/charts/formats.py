"""Lists of names with values, and translated columns, as a chart writes them."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from corridor.language.speech import tell


def translate(column: str, messages: Iterable[str]) -> pl.Expr:
    """Return a column that holds these messages, in the language spoken."""
    return pl.col(column).replace({message: tell(message) for message in messages})


def join_values(pairs: Iterable[tuple[object, object]]) -> str:
    """Return names with their values as one text: ``a: 1; b: 2``."""
    return tell("; ").join(tell("{name}: {value}", name=name, value=value) for name, value in pairs)
