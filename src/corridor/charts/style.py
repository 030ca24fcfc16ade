"""How every chart and map looks: colours, dashes, letters, type, free places for labels, and SVG
out of a spec.

A colour never stands alone: what it tells, a dash, a shape or a word tells too, so that charts read
in grey print and by colour-blind readers. Source: Okabe and Ito (2008), Color Universal Design:
eight colours told apart by all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import altair as alt
import polars as pl

from corridor.charts.text import breadth, in_lines, shortened, wide_count
from corridor.language.speech import marked, number, signed, tell, vega_locale

Chart: TypeAlias = alt.TopLevelMixin  # whatever Altair makes that can be drawn

WIDTH = 720  # pixels of every chart: what A4 holds at 96 pixels an inch, less margins
INK = "#1b1f24"
SOFT = "#57606a"
FAINT = "#d0d7de"
PAPER = "#ffffff"
# Metrics of Arial, which nearly every machine has under one of these names, and which the SVG maker
# brings along.
FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"
# Where a language other than English is written: fonts that have its letters, ones that read well
# small before others.
FONTS = FONT.replace(
    "sans-serif",
    "'Noto Sans', 'Noto Naskh Arabic', 'Noto Sans Arabic', 'PingFang SC', 'Microsoft YaHei', "
    "'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'WenQuanYi Micro Hei', sans-serif",
)
HUES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c6bb1")
SHAPES = (
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "cross",
    "triangle-down",
    "triangle-right",
    "triangle-left",
)
MOST_IN_COLUMN = 12
CONFIDENCE_HUES = {"A": "#08519c", "B": "#6baed6", "C": "#d9e3ee"}


@dataclass(frozen=True, slots=True)
class Style:
    """How a layer is drawn: name in legends (in English, told when shown), colour, dash in pixels,
    width in pixels."""

    name: str
    hue: str
    dash: tuple[float, ...]
    width: float


STYLES = {
    "road": Style(marked("road"), "#d55e00", (1, 0), 1.6),
    "rail-1520": Style(marked("rail, 1520 mm"), "#0072b2", (1, 0), 2.8),
    "rail-1435": Style(marked("rail, 1435 mm"), "#009e73", (9, 2), 2.8),
    "rail-1676": Style(marked("rail, 1676 mm"), "#b2529b", (9, 2, 2, 2), 2.8),
    "rail": Style(marked("rail, other gauge"), "#4d4d4d", (4, 2), 2.8),
    "ferry": Style(marked("ferry"), "#b8860b", (5, 3), 2.2),
    "sea": Style(marked("sea"), "#3b9bd1", (2, 3), 2.2),
    "waterway": Style(marked("waterway"), "#00798c", (2, 2, 6, 2), 2.2),
    "air": Style(marked("air"), "#8c8c8c", (1, 5), 1.6),
    # Translators: legend: goods stand at a border or in a terminal.
    "stop": Style(marked("border or terminal"), "#000000", (1, 0), 3.2),
    "wait": Style(marked("waiting for departure or opening"), "#8c8c8c", (3, 2), 2.2),
    "planned": Style(marked("planned or being built"), "#8c8c8c", (1.5, 3.5), 1.6),
    # Translators: legend: links that are closed.
    "closed": Style(marked("shut"), "#9a9a9a", (1, 0), 1.2),
}


def drawn_as(layer: str) -> str:
    """Return the key of STYLES for a layer: itself, else its mode (``ferry-1520`` -> ``ferry``),
    else rail."""
    if layer in STYLES:
        return layer
    mode = layer.split("-")[0]
    return mode if mode in STYLES else "rail"


def mode_channels(present: Iterable[str], widen: float = 1.0) -> dict[str, Any]:
    """Return colour, dash and width channels over the field ``drawn``, one legend for all, in one
    order everywhere.

    The field holds the names of styles in the language spoken, as :func:`told` puts them.
    """
    shown = set(present)
    keys = [key for key in STYLES if key in shown]
    domain = [tell(STYLES[key].name) for key in keys]
    one = legend(
        domain,
        4,
        18,
        title=None,
        direction="horizontal",
        symbolType="stroke",
        symbolSize=700,
        symbolStrokeWidth=2.4,
    )

    def scale(values: Sequence[Any]) -> alt.Scale:
        return alt.Scale(type="ordinal", domain=domain, range=list(values))

    return {
        "color": alt.Color("drawn:N", legend=one, scale=scale([STYLES[key].hue for key in keys])),
        "strokeDash": alt.StrokeDash(
            "drawn:N", legend=one, scale=scale([list(STYLES[key].dash) for key in keys])
        ),
        "strokeWidth": alt.StrokeWidth(
            "drawn:N", legend=one, scale=scale([STYLES[key].width * widen for key in keys])
        ),
    }


def told(column: str, words: Iterable[str]) -> pl.Expr:
    """Return a column of words marked as messages in the language spoken."""
    return pl.col(column).replace({word: tell(word) for word in words})


def percent(share: float, digits: int = 0, *, with_sign: bool = False) -> str:
    """Return a share as per cent, as Vega writes it in the language spoken; with_sign: a plus too.

    >>> percent(0.256), percent(-0.1, 1, with_sign=True)
    ('26%', '-10.0%')
    """
    locale = vega_locale()
    return (signed if with_sign else number)(100 * share, digits) + (
        "%" if locale is None else locale["number"]["percent"]
    )


def listed(pairs: Iterable[tuple[object, object]]) -> str:
    """Return names with their values as one text: ``a: 1; b: 2``."""
    return tell("; ").join(tell("{name}: {value}", name=name, value=value) for name, value in pairs)


def lettered(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with a ``letter`` per route_id: A, B, C... in order of appearance; kept
    where there is one."""
    if "letter" in frame.columns:
        return frame
    routes = frame["route_id"].unique(maintain_order=True)
    letters = pl.Series("letter", [letter(i) for i in range(len(routes))], dtype=pl.String)
    return frame.join(
        pl.DataFrame({"route_id": routes, "letter": letters}),
        on="route_id",
        how="left",
        maintain_order="left",
    )


def letter(index: int) -> str:
    """Return the letter of the index-th route: A...Z, then A2, B2..."""
    return chr(65 + index % 26) + ("" if index < 26 else str(index // 26 + 1))


def free_places(
    anchors: Sequence[tuple[float, float, float, float]],
    offsets: Sequence[tuple[float, float]],
    area: tuple[float, float],
    taken: Sequence[tuple[float, float, float, float]] = (),
) -> list[tuple[float, float] | None]:
    """Return for each label the centre of the first free place near its anchor, None where there is
    none.

    anchors: x, y, width, height of each label in pixels, the most important first. offsets: places
    tried, in order, as shares of the label's own width and height from the anchor. area: width and
    height labels must stay in. taken: boxes (left, top, right, bottom) that must stay free.
    """
    boxes = list(taken)
    found: list[tuple[float, float] | None] = []
    for x, y, width, height in anchors:
        place = None
        for share_x, share_y in offsets:
            centre_x = x + share_x * width
            centre_y = y + share_y * height
            box = (
                centre_x - width / 2,
                centre_y - height / 2,
                centre_x + width / 2,
                centre_y + height / 2,
            )
            inside = box[0] >= 0 and box[1] >= 0 and box[2] <= area[0] and box[3] <= area[1]
            if inside and not any(
                box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
                for other in boxes
            ):
                place = (centre_x, centre_y)
                boxes.append(box)
                break
        found.append(place)
    return found


def key(entries: Sequence[tuple[str, str]], width: int = WIDTH) -> Any:
    """Return a key of marks and their meanings in as many columns as the longest meaning allows."""
    longest = max((breadth(meaning) for _, meaning in entries), default=1)
    columns = max(1, min(4, int(width / (34 + 6.1 * longest)), len(entries) or 1))
    if (
        len(entries) > MOST_IN_COLUMN
    ):  # a long key in one column would press the chart together: cut the longest meanings
        columns = max(columns, 3)
    rows = -(-len(entries) // columns)
    step = width / columns
    limit = int((step - 34) / 5.6)
    frame = pl.DataFrame(
        {
            "mark": [mark for mark, _ in entries],
            "meaning": [shortened(meaning, limit) for _, meaning in entries],
            "mark_px": [(i // rows) * step + 10 for i in range(len(entries))],
            "text_px": [(i // rows) * step + 24 for i in range(len(entries))],
            "y_px": [(i % rows) * 18 + 9 for i in range(len(entries))],
        },
        schema_overrides={"mark": pl.String, "meaning": pl.String},
    )
    y = alt.Y("y_px:Q", scale=None, axis=None)
    base = alt.Chart(frame)
    ring = base.mark_circle(size=230, fill=PAPER, stroke=INK, strokeWidth=1, opacity=1).encode(
        x=alt.X("mark_px:Q", scale=None, axis=None), y=y
    )
    marks = base.mark_text(fontSize=10, fontWeight="bold", color=INK).encode(
        x=alt.X("mark_px:Q", scale=None, axis=None), y=y, text="mark:N"
    )
    texts = base.mark_text(align="left", fontSize=11, color=INK).encode(
        x=alt.X("text_px:Q", scale=None, axis=None), y=y, text="meaning:N"
    )
    return alt.layer(ring, marks, texts).properties(width=width, height=max(1, rows * 18))


def legend(names: Sequence[str], most: int, padding: float = 10, **look: Any) -> alt.Legend:
    """Return the legend of these names below a chart, in as many columns as the page holds, so many
    at the most.

    padding: pixels between columns. The SVG maker may have no Chinese letters to measure: it is
    given their width.
    """
    padding += max((7.0 * wide_count(name) for name in names), default=0.0)
    beside = padding + (40 if look.get("symbolSize") else 24)
    columns = next(
        (
            count
            for count in range(most, 1, -1)
            if sum(
                5.4 * max(map(breadth, names[i::count])) + beside
                for i in range(min(count, len(names)))
            )
            <= WIDTH
        ),
        1,
    )
    return alt.Legend(
        orient="bottom", columns=columns, labelLimit=340, columnPadding=padding, **look
    )


def row_px(names: Iterable[str], one_line: int) -> alt.Step:
    """Return the height of a chart's rows: so many pixels where every name stands on one line."""
    return alt.Step(max(one_line, 31) if any("\n" in name for name in names) else one_line)


def names_axis(width: float, names: Iterable[str]) -> alt.Axis:
    """Return an axis of names at the left, so many pixels wide; a name may stand on two lines,
    parted by a new line."""
    look: dict[str, Any] = {
        "ticks": False,
        "domain": False,
        "labelLimit": width,
        "minExtent": width,
        "maxExtent": width,
    }
    if any("\n" in name for name in names):
        look |= {
            "labelLineHeight": 13,
            "labelExpr": "split(datum.value, '\\n')",
            "labelOffset": {
                "condition": {"test": "indexof(datum.value, '\\n') >= 0", "value": -6},
                "value": 0,
            },
        }
    return alt.Axis(**look)


def dressed(
    chart: Any, title: str, subtitle: str | None, description: str, *, left: float = 70
) -> Chart:
    """Return the chart with title, subtitle, description for those who cannot see it, and the
    house's type.

    left: pixels left of the plot, where the title does not begin. Where another language than
    English is spoken the spec holds how it writes numbers and months.
    """
    big = in_lines(title, WIDTH - left, 15.5)
    heading = (
        alt.Title(big)
        if subtitle is None
        else alt.Title(big, subtitle=in_lines(subtitle, WIDTH - left))
    )
    locale = vega_locale()
    spoken: dict[str, Any] = {"font": FONT} if locale is None else {"font": FONTS, "locale": locale}
    return cast(
        Chart,
        chart.properties(
            title=heading, description=description, background=PAPER, padding=8
        ).configure(
            **spoken,
            aria=False,
            title=alt.TitleConfig(
                anchor="start",
                frame="group",
                fontSize=14,
                color=INK,
                subtitleColor=SOFT,
                subtitleFontSize=11.5,
                subtitlePadding=4,
                offset=12,
            ),
            axis=alt.AxisConfig(
                labelFontSize=11,
                titleFontSize=11.5,
                titleFontWeight="normal",
                labelColor=INK,
                titleColor=SOFT,
                gridColor="#e6eaee",
                domainColor=SOFT,
                tickColor=SOFT,
                labelPadding=4,
            ),
            legend=alt.LegendConfig(
                labelFontSize=11,
                titleFontSize=11.5,
                titleFontWeight="normal",
                labelColor=INK,
                titleColor=SOFT,
            ),
            view=alt.ViewConfig(stroke=None),
        ),
    )
