"""Titles of charts and panels, and the type in which charts are set."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import altair as alt

from corridor.charts.style import FONT, FONTS, INK, PAPER, SOFT, WIDTH, Chart
from corridor.charts.text import title_lines, truncate
from corridor.language.cldr import vega_locale
from corridor.language.speech import speech

TITLE_PX = 15.5  # size of a title's letters, for the breaking of lines


class Titles(NamedTuple):
    """What a chart says in words; the description is for those who cannot see it."""

    title: str
    subtitle: str
    description: str


def with_title(
    chart: Any,
    title: str,
    subtitle: str | None,
    description: str,
    *,
    left: float = 70,
) -> Chart:
    """Return the chart with its titles, its description, and the type of the house.

    Parameters
    ----------
    chart
        A chart, layer or concatenation of Altair.
    title
        Above the chart.
    subtitle
        Below the title; null: none.
    description
        For those who cannot see the chart.
    left
        Pixels left of the plot, where the title does not begin.

    Notes
    -----
    Where another language than English is spoken the spec holds how it writes numbers and months.
    """
    room = WIDTH - left
    heading: dict[str, Any] = {"text": title_lines(title, room, TITLE_PX)}
    if subtitle is not None:
        heading["subtitle"] = title_lines(subtitle, room)

    titled = chart.properties(
        title=alt.Title(**heading),
        description=description,
        background=PAPER,
        padding=8,
    )
    return cast(Chart, titled.configure(**_type()))


def _type() -> dict[str, Any]:
    """Return fonts, sizes and colours of all text, and the signs of the language spoken."""
    locale = vega_locale()
    letters: dict[str, Any] = (
        {"font": FONT} if locale is None else {"font": FONTS, "locale": locale}
    )
    small: dict[str, Any] = {
        "labelFontSize": 11,
        "titleFontSize": 11.5,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": SOFT,
    }
    lines: dict[str, Any] = {"gridColor": "#e6eaee", "domainColor": SOFT, "tickColor": SOFT}

    return {
        **letters,
        "aria": False,
        "title": _title_type(),
        "axis": alt.AxisConfig(**small, **lines, labelPadding=4),
        "legend": alt.LegendConfig(**small),
        "view": alt.ViewConfig(stroke=None),
    }


def _title_type() -> alt.TitleConfig:
    return alt.TitleConfig(
        anchor="start",
        frame="group",
        fontSize=14,
        color=INK,
        subtitleColor=SOFT,
        subtitleFontSize=11.5,
        subtitlePadding=4,
        offset=12,
    )


def panel_title(text: str, width: float) -> alt.Title:
    """Return the title of a panel in a chart of several; width: pixels it may take."""
    short = truncate(text, 100 if speech().is_english else 240)
    return alt.Title(
        title_lines(short, width, 12.5),
        fontSize=11.5,
        fontWeight="bold",
        anchor="start",
        color=INK,
        offset=4,
    )
