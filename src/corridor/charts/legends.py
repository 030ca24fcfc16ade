"""Legends below a chart, the one legend of modes, and keys of numbers and letters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt
import polars as pl

from corridor.charts.axes import pixel_channels
from corridor.charts.layer import Layer
from corridor.charts.style import INK, PAPER, STYLES, WIDTH
from corridor.charts.text import count_wide, text_width, truncate
from corridor.language.speech import tell

MAX_IN_COLUMN = 12
MAX_KEY_COLUMNS = 4
_ROW_PX = 18  # height of a row of a key
_MARK_PX = 10  # middle of a mark, from the left of its column
_MEANING_PX = 24  # begin of a meaning, from the left of its column
_KEY_SCHEMA = {
    "mark": pl.String,
    "meaning": pl.String,
    "mark_px": pl.Float64,
    "text_px": pl.Float64,
    "y_px": pl.Int64,
}


def legend(
    names: Sequence[str],
    max_columns: int,
    padding_px: float = 10,
    **look: Any,
) -> alt.Legend:
    """Return the legend of these names below a chart, in as many columns as the page holds.

    Parameters
    ----------
    names
        What stands in the legend, in the language spoken.
    max_columns
        Columns at most.
    padding_px
        Pixels between columns.
    look
        Further properties of the legend, as Altair names them.
    """
    # The SVG maker may have no Chinese letters to measure: the padding makes up for their width.
    padding = padding_px + max((7.0 * count_wide(name) for name in names), default=0.0)
    symbol_px = 40 if look.get("symbolSize") else 24

    return alt.Legend(
        orient="bottom",
        columns=_legend_columns(names, max_columns, padding + symbol_px),
        labelLimit=340,
        columnPadding=padding,
        **look,
    )


def _legend_columns(
    names: Sequence[str],
    max_columns: int,
    beside_px: float,
) -> int:
    """Return how many columns fit the page; beside_px: taken by symbol and padding of each."""
    for count in range(max_columns, 1, -1):
        columns = [names[i::count] for i in range(min(count, len(names)))]
        width = sum(5.4 * max(map(text_width, column)) + beside_px for column in columns)
        if width <= WIDTH:
            return count
    return 1


def mode_channels(style_keys: Iterable[str], widen: float = 1.0) -> dict[str, Any]:
    """Return channels of colour, dash and width over the field ``drawn``, with one legend.

    style_keys: those of STYLES that the chart shows. The field holds their names in the language
    spoken. widen: factor on all widths.
    """
    shown = set(style_keys)
    styles = [style for key, style in STYLES.items() if key in shown]
    names = [tell(style.name) for style in styles]
    mode_legend = _mode_legend(names)

    def look(values: list[Any]) -> dict[str, Any]:
        scale = alt.Scale(type="ordinal", domain=names, range=values)
        return {"scale": scale, "legend": mode_legend}

    hues = [style.hue for style in styles]
    dashes = [list(style.dash) for style in styles]
    widths = [style.width * widen for style in styles]
    return {
        "color": alt.Color("drawn:N", **look(hues)),
        "strokeDash": alt.StrokeDash("drawn:N", **look(dashes)),
        "strokeWidth": alt.StrokeWidth("drawn:N", **look(widths)),
    }


def _mode_legend(names: Sequence[str]) -> alt.Legend:
    """Return a legend of strokes long enough to show their dashes."""
    return legend(
        names,
        4,
        18,
        title=None,
        direction="horizontal",
        symbolType="stroke",
        symbolSize=700,
        symbolStrokeWidth=2.4,
    )


def mark_key(entries: Sequence[tuple[str, str]], width: int = WIDTH) -> Any:
    """Return a key of marks in rings and their meanings, in as many columns as these allow."""
    columns = _key_columns([meaning for _, meaning in entries], width)
    row_count = -(-len(entries) // columns)

    base = Layer(_key_cells(entries, row_count, width / columns))
    height = max(1, row_count * _ROW_PX)
    return alt.layer(*_key_layers(base)).properties(width=width, height=height)


def _key_layers(base: alt.Chart) -> tuple[Any, Any, Any]:
    """Return the rings, the marks in them and the meanings beside them."""
    at_mark = pixel_channels("mark_px", "y_px")
    at_meaning = pixel_channels("text_px", "y_px")

    ring = base.mark_circle(size=230, fill=PAPER, stroke=INK, strokeWidth=1, opacity=1)
    mark = base.mark_text(fontSize=10, fontWeight="bold", color=INK)
    meaning = base.mark_text(align="left", fontSize=11, color=INK)
    return (
        ring.encode(**at_mark),
        mark.encode(text=alt.Text("mark:N"), **at_mark),
        meaning.encode(text=alt.Text("meaning:N"), **at_meaning),
    )


def _key_columns(meanings: Sequence[str], width: int) -> int:
    longest = max(map(text_width, meanings), default=1)
    columns = max(1, min(MAX_KEY_COLUMNS, int(width / (34 + 6.1 * longest)), len(meanings) or 1))
    # A long key in one column would press the chart together: its longest meanings are cut.
    return max(columns, 3) if len(meanings) > MAX_IN_COLUMN else columns


def _key_cells(
    entries: Sequence[tuple[str, str]], row_count: int, column_px: float
) -> pl.DataFrame:
    """Return mark and meaning of each entry with their places, column after column."""
    limit = int((column_px - 34) / 5.6)

    rows = [
        {
            "mark": mark,
            "meaning": truncate(meaning, limit),
            "mark_px": (i // row_count) * column_px + _MARK_PX,
            "text_px": (i // row_count) * column_px + _MEANING_PX,
            "y_px": (i % row_count) * _ROW_PX + 9,
        }
        for i, (mark, meaning) in enumerate(entries)
    ]
    return pl.DataFrame(rows, schema=_KEY_SCHEMA)
