"""Per cents, lists of names with values, and translated columns, as a chart writes them."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from corridor.language.speech import number, signed, tell, vega_locale


def translate(column: str, messages: Iterable[str]) -> pl.Expr:
    """Return a column that holds these messages, in the language spoken."""
    return pl.col(column).replace({message: tell(message) for message in messages})


def percent(share: float, digits: int = 0, *, with_sign: bool = False) -> str:
    """Return a share as per cent, as Vega writes it in the language spoken.

    with_sign: write a plus too.

    >>> percent(0.256), percent(-0.1, 1, with_sign=True)
    ('26%', '-10.0%')
    """
    figure = signed(100 * share, digits) if with_sign else number(100 * share, digits)
    locale = vega_locale()
    sign = "%" if locale is None else locale["number"]["percent"]
    return figure + sign


def join_values(pairs: Iterable[tuple[object, object]]) -> str:
    """Return names with their values as one text: ``a: 1; b: 2``."""
    return tell("; ").join(tell("{name}: {value}", name=name, value=value) for name, value in pairs)
