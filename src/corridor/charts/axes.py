"""Axes and channels that charts share: names at the left, money, and places in pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt
import polars as pl

# A label on two lines is told to Vega by a line break, and raised by half a line.
TWO_LINES: dict[str, Any] = {
    "labelLineHeight": 13,
    "labelExpr": "split(datum.value, '\\n')",
    "labelOffset": {
        "condition": {"test": "indexof(datum.value, '\\n') >= 0", "value": -6},
        "value": 0,
    },
}


def pixel_channels(x: str = "x_px", y: str = "y_px") -> dict[str, Any]:
    """Return channels that put a mark at the pixels of the plot which two fields hold."""
    return {
        "x": alt.X(f"{x}:Q", scale=None, axis=None),
        "y": alt.Y(f"{y}:Q", scale=None, axis=None),
    }


def number_scale(low: float, high: float) -> alt.Scale:
    """Return a scale from low to high exactly."""
    return alt.Scale(domain=[low, high], nice=False)


def category_scale(names: Iterable[str], values: Iterable[Any]) -> alt.Scale:
    """Return a scale that gives each name its colour or shape."""
    return alt.Scale(domain=list(names), range=list(values))


def names_axis(width: float, names: Iterable[str]) -> alt.Axis:
    """Return an axis of names at the left, so many pixels wide; a line break starts a new line."""
    look: dict[str, Any] = {
        "ticks": False,
        "domain": False,
        "labelLimit": width,
        "minExtent": width,
        "maxExtent": width,
    }

    if _any_on_two_lines(names):
        look |= TWO_LINES
    return alt.Axis(**look)


def names_channel(field: str, names: Sequence[str], width: float) -> alt.Y:
    """Return the channel of a chart's rows, named at the left, in the order of the names."""
    return alt.Y(f"{field}:N", sort=list(names), title=None, axis=names_axis(width, names))


def row_height(names: Iterable[str], one_line_px: int) -> alt.Step:
    """Return the height of a chart's rows: one_line_px where every name stands on one line."""
    return alt.Step(max(one_line_px, 31) if _any_on_two_lines(names) else one_line_px)


def _any_on_two_lines(names: Iterable[str]) -> bool:
    return any("\n" in name for name in names)


def highest(column: pl.Series) -> float:
    """Return the highest number of a column; 0 where it has none, nulls left out."""
    return max((float(value) for value in column.drop_nulls()), default=0.0)
