"""Colours, fonts, and the look of each mode: hue, dash and width, the same in every chart.

A colour never stands alone: what it says, a dash, a shape or a word says too, so that charts read
in grey print and by colour-blind readers. Source: Okabe and Ito (2008), Color Universal Design:
eight colours told apart by all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import altair as alt

from corridor.language.speech import marked

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
CONFIDENCE_HUES = {"A": "#08519c", "B": "#6baed6", "C": "#d9e3ee"}


@dataclass(frozen=True, slots=True)
class LayerStyle:
    """How a layer of the network is drawn.

    name: in legends, an English message. dash: pixels drawn and left out, in turn. width: pixels.
    """

    name: str
    hue: str
    dash: tuple[float, ...]
    width: float


STYLES = {
    "road": LayerStyle(marked("road"), "#d55e00", (1, 0), 1.6),
    "rail-1520": LayerStyle(marked("rail, 1520 mm"), "#0072b2", (1, 0), 2.8),
    "rail-1435": LayerStyle(marked("rail, 1435 mm"), "#009e73", (9, 2), 2.8),
    "rail-1676": LayerStyle(marked("rail, 1676 mm"), "#b2529b", (9, 2, 2, 2), 2.8),
    "rail": LayerStyle(marked("rail, other gauge"), "#4d4d4d", (4, 2), 2.8),
    "ferry": LayerStyle(marked("ferry"), "#b8860b", (5, 3), 2.2),
    "sea": LayerStyle(marked("sea"), "#3b9bd1", (2, 3), 2.2),
    "waterway": LayerStyle(marked("waterway"), "#00798c", (2, 2, 6, 2), 2.2),
    "air": LayerStyle(marked("air"), "#8c8c8c", (1, 5), 1.6),
    # Translators: legend: goods stand at a border or in a terminal.
    "stop": LayerStyle(marked("border or terminal"), "#000000", (1, 0), 3.2),
    "wait": LayerStyle(marked("waiting for departure or opening"), "#8c8c8c", (3, 2), 2.2),
    "planned": LayerStyle(marked("planned or being built"), "#8c8c8c", (1.5, 3.5), 1.6),
    # Translators: legend: links that are closed.
    "closed": LayerStyle(marked("shut"), "#9a9a9a", (1, 0), 1.2),
}


def style_key(layer: str) -> str:
    """Return the key of STYLES for a layer: itself, else its mode, else rail.

    >>> style_key("rail-1520"), style_key("ferry-1520"), style_key("rail-1067")
    ('rail-1520', 'ferry', 'rail')
    """
    if layer in STYLES:
        return layer

    mode = layer.split("-")[0]
    return mode if mode in STYLES else "rail"


def styles_among(names: Iterable[str]) -> list[str]:
    """Return the keys of the styles with these names, in the order of STYLES."""
    shown = set(names)
    return [key for key, style in STYLES.items() if style.name in shown]
