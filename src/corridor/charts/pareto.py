"""Routes by time and cost: what a faster route costs, with its carbon and its risk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt
import polars as pl

from corridor.charts.axes import highest, number_scale, pixel_channels
from corridor.charts.layer import Layer
from corridor.charts.letters import with_letters
from corridor.charts.placement import Label, Pixel, box_around, free_places
from corridor.charts.style import INK, PAPER, SOFT, WIDTH, Chart
from corridor.charts.text import title_lines
from corridor.charts.titles import with_title
from corridor.language.speech import number, tell
from corridor.units import DAY_H

RISK_HUES = ("#dbe9f6", "#08306b")  # pale to dark: more risk
_WIDTH = WIDTH - 196
_HEIGHT = 236
_LETTER_PX = 16.0
_DOT_PX = 7  # half of what a dot may take
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

    Size tells carbon, darkness the risk of a closure. The level line of a route runs from its 5th
    to its 95th percentile of time. routes: as ``Routes.routes``.
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
        tell("left and low is better; large dots burn more, dark ones are likelier to be shut"),
        tell("Routes by time and cost. {routes}.", routes=_route_texts(frame)),
    )


def _measures(routes: pl.DataFrame) -> pl.DataFrame:
    return with_letters(routes).select(
        "letter",
        "cost_usd",
        "carbon_kg",
        "risk_share",
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
    carbon = _carbon_channel(frame["carbon_kg"])
    risk = _risk_channel(frame["risk_share"])
    chart = Layer(frame).mark_circle(stroke=INK, strokeWidth=1, opacity=1, clip=True)
    return chart.encode(x=_days_channel("days", days), y=_usd_channel(usd), size=carbon, color=risk)


def _carbon_channel(carbon_kg: pl.Series) -> alt.Size:
    values = _legend_values(carbon_kg)
    return alt.Size(
        "carbon_kg:Q",
        title=title_lines(tell("kg CO₂e per unit"), 100),
        scale=alt.Scale(range=[50, 420], zero=True),
        legend=alt.Legend(format=",~f", values=values, symbolFillColor="#ffffff"),
    )


def _risk_channel(risk_share: pl.Series) -> alt.Color:
    top = max(0.05, highest(risk_share))
    return alt.Color(
        "risk_share:Q",
        title=title_lines(tell("chance of closure"), 100),
        scale=alt.Scale(domain=[0, top], range=[*RISK_HUES]),
        legend=alt.Legend(format=".0%", gradientLength=110, tickCount=4),
    )


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


def _legend_values(column: pl.Series) -> list[float]:
    """Return round values at a quarter, a half and the whole of the highest."""
    top = highest(column)
    if not top:
        return [0.0]

    step = 10 ** len(str(int(top))) / 100
    return sorted({max(step, round(top * share / step) * step) for share in (0.25, 0.5, 1.0)})


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
