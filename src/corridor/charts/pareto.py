"""Routes by time and cost: what a faster route costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt
import polars as pl

from corridor.charts.axes import number_scale, pixel_channels
from corridor.charts.layer import Layer
from corridor.charts.letters import with_letters
from corridor.charts.placement import Label, Pixel, box_around, free_places
from corridor.charts.style import HUES, INK, PAPER, SOFT, WIDTH, Chart
from corridor.charts.titles import with_title
from corridor.language.speech import number, tell
from corridor.units import DAY_H

_WIDTH = WIDTH - 90
_HEIGHT = 236
_LETTER_PX = 16.0
_DOT_AREA_PX = 110
_DOT_PX = 7  # half of what a dot takes, and a little more
_LETTER_OFFSETS = (
    (1.0, -0.9),
    (-1.0, -0.9),
    (1.0, 0.9),
    (-1.0, 0.9),
    (0, -1.3),
    (0, 1.3),
    (1.7, 0),
    (-1.7, 0),
    (1.7, -1.6),
    (-1.7, -1.6),
    (1.7, 1.6),
    (-1.7, 1.6),
)


@dataclass(frozen=True, slots=True)
class _Span:
    """From where to where an axis runs."""

    low: float
    high: float

    def share(self, value: float) -> float:
        """Return how far along the axis a value lies, 0 to 1."""
        return (value - self.low) / (self.high - self.low)

    def scale(self) -> alt.Scale:
        """Return the scale of the axis."""
        return number_scale(self.low, self.high)


def pareto(routes: pl.DataFrame) -> Chart:
    """Return the scatter of routes by time and cost.

    The level line of a route runs from its 5th to its 95th percentile of time. Carbon and risk
    stand in tables. routes: as ``Routes.routes``.
    """
    frame = _measures(routes)
    days = _span(frame["days"], frame["days_p05"], frame["days_p95"])
    usd = _span(frame["cost_usd"])

    chart = alt.layer(
        _bands(frame, days, usd),
        _dots(frame, days, usd),
        *_letters(frame, days, usd),
    ).properties(width=_WIDTH, height=_HEIGHT)
    return with_title(
        chart,
        tell("Time against cost"),
        tell("left and low is better"),
        tell("Routes by time and cost. {routes}.", routes=_route_texts(frame)),
    )


def _measures(routes: pl.DataFrame) -> pl.DataFrame:
    return with_letters(routes).select(
        "letter",
        "cost_usd",
        days=pl.coalesce("time_p50_h", "time_h") / DAY_H,
        days_p05=pl.col("time_p05_h") / DAY_H,
        days_p95=pl.col("time_p95_h") / DAY_H,
    )


def _span(*columns: pl.Series) -> _Span:
    """Return the span of some columns with a margin; it does not begin below 0."""
    values = [float(value) for column in columns for value in column.drop_nulls()] or [0.0, 1.0]
    margin = max(0.08 * (max(values) - min(values)), 0.02 * max(values), 1e-9)
    return _Span(max(0.0, min(values) - margin), max(values) + margin)


def _bands(frame: pl.DataFrame, days: _Span, usd: _Span) -> Any:
    """Return the level lines of the spread of time."""
    chart = Layer(frame).mark_rule(color=SOFT, strokeWidth=1.2, clip=True)
    return chart.encode(
        x=_days_channel("days_p05", days), x2=alt.X2("days_p95:Q"), y=_usd_channel(usd)
    )


def _dots(frame: pl.DataFrame, days: _Span, usd: _Span) -> Any:
    chart = Layer(frame).mark_circle(size=_DOT_AREA_PX, color=HUES[0], opacity=1, clip=True)
    return chart.encode(x=_days_channel("days", days), y=_usd_channel(usd))


def _days_channel(column: str, days: _Span) -> alt.X:
    title = tell("days from door to door, median (line: 5th to 95th percentile if nothing closes)")
    return alt.X(f"{column}:Q", title=title, scale=days.scale())


def _usd_channel(usd: _Span) -> alt.Y:
    return alt.Y(
        "cost_usd:Q",
        title=tell("USD per cargo unit"),
        scale=usd.scale(),
        axis=alt.Axis(format=",~f", minExtent=48, maxExtent=48),
    )


def _letters(frame: pl.DataFrame, days: _Span, usd: _Span) -> list[Any]:
    """Return the letters of the routes beside their dots, where there is room."""
    base = Layer(alt.Data(values=_letter_places(frame, days, usd)))
    halo = base.mark_text(fontSize=12, fontWeight="bold", stroke=PAPER, strokeWidth=3)
    text = base.mark_text(fontSize=12, fontWeight="bold", color=INK)
    return [mark.encode(text=alt.Text("letter:N"), **pixel_channels()) for mark in (halo, text)]


def _letter_places(
    frame: pl.DataFrame,
    days: _Span,
    usd: _Span,
) -> list[dict[str, Any]]:
    dots = _dot_pixels(frame, days, usd)
    places = free_places(
        [Label(*dot, _LETTER_PX, _LETTER_PX) for dot in dots],
        _LETTER_OFFSETS,
        (_WIDTH, _HEIGHT),
        [box_around(dot, _DOT_PX) for dot in dots],
    )

    return [
        {"letter": letter, "x_px": place.x, "y_px": place.y}
        for letter, place in zip(frame["letter"], places, strict=True)
        if place is not None
    ]


def _dot_pixels(frame: pl.DataFrame, days: _Span, usd: _Span) -> list[Pixel]:
    return [
        Pixel(days.share(row_days) * _WIDTH, _HEIGHT - usd.share(row_usd) * _HEIGHT)
        for row_days, row_usd in frame.select("days", "cost_usd").iter_rows()
    ]


def _route_texts(frame: pl.DataFrame) -> str:
    texts = [
        tell(
            "{letter}: {days} days, USD {usd}",
            letter=letter,
            days=number(days, 1),
            usd=number(usd),
        )
        for letter, days, usd in frame.select("letter", "days", "cost_usd").iter_rows()
    ]
    return tell("; ").join(texts)
