"""Time- and cost-distance diagrams: how hours and money add up along a route.

Source: Beresford and Dubey (1990); Banomyong (2000); UNESCAP time/cost-distance methodology:
distance run on the level axis, time or cost so far on the upright one; a link is a slope, a stop a
vertical step at its kilometre.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import polars as pl

from corridor.charts.axes import number_scale, pixel_channels
from corridor.charts.distance_labels import Plot, costly_stops, place_labels
from corridor.charts.distance_points import distance_points
from corridor.charts.formats import translate
from corridor.charts.layer import Layer
from corridor.charts.legends import mark_key, mode_channels
from corridor.charts.style import INK, PAPER, SOFT, STYLES, WIDTH, Chart, styles_among
from corridor.charts.titles import with_title
from corridor.language.speech import marked, number, tell

HEIGHT = 360.0
_PLOT_WIDTH = WIDTH - 78  # the upright axis and the margins take the rest
_IN_DAYS_FROM_H = 72.0

# Translators: a number of days, as short as can be: it stands in a drawing.
_DAYS = marked("{days} d")
# Translators: a number of hours, as short as can be: it stands in a drawing.
_HOURS = marked("{hours} h")
_USD = marked("USD {usd}")


@dataclass(frozen=True, slots=True)
class _Measure:
    """What stands upright: the title of its axis, and how a value is written.

    amount: message of a value with its unit. column: of the points, where a piece starts; column_to
    where it ends. divisor: how many of the column's units make one. end_digits: decimals at the end
    of a line.
    """

    title: str
    amount: str
    column: str
    column_to: str
    divisor: float
    end_digits: int

    def text(self, value: float, digits: int) -> str:
        """Return a value with its unit in the language spoken."""
        figure = number(value, digits)
        return tell(self.amount, days=figure, hours=figure, usd=figure)


@dataclass(frozen=True, slots=True)
class _Side:
    """One diagram: what stands upright, the points with that as y and y_to, and its rectangle."""

    measure: _Measure
    points: pl.DataFrame
    plot: Plot

    def ends(self) -> pl.DataFrame:
        """Return the last piece of each route."""
        return self.points.group_by("letter", maintain_order=True).last()


def time_distance(legs: pl.DataFrame, nodes: pl.DataFrame) -> Chart:
    """Return the time-distance diagram of the routes in legs.

    It counts days, and hours where the longest route takes less than three days.
    """
    points = distance_points(legs, nodes)
    return _diagram(points, tell("Time-distance diagram"), _time(points))


def cost_distance(legs: pl.DataFrame, nodes: pl.DataFrame) -> Chart:
    """Return the cost-distance diagram of the routes in legs: USD per cargo unit."""
    points = distance_points(legs, nodes)
    return _diagram(points, tell("Cost-distance diagram"), _cost())


def _time(points: pl.DataFrame) -> _Measure:
    columns = ("time_h", "time_to_h")
    if _largest(points["time_to_h"], 0.0) >= _IN_DAYS_FROM_H:
        return _Measure(tell("days since departure"), _DAYS, *columns, 24.0, 1)
    return _Measure(tell("hours since departure"), _HOURS, *columns, 1.0, 1)


def _cost() -> _Measure:
    return _Measure(tell("USD per cargo unit"), _USD, "cost_usd", "cost_to_usd", 1.0, 0)


def _largest(column: pl.Series, otherwise: float) -> float:
    return float(column.max() or otherwise)  # type: ignore[arg-type]


def _diagram(points: pl.DataFrame, title: str, measure: _Measure) -> Chart:
    """Return the diagram of a measure over the key of stops."""
    side = _side(points, measure)
    stop_numbers = _number_stops(side)

    diagrams = [_layers(side, stop_numbers, styles_among(points["drawn"]))]
    stops = [(number, stop) for stop, number in stop_numbers.items()]
    if stops:
        diagrams.append(mark_key(stops, _PLOT_WIDTH))

    return with_title(
        alt.vconcat(*diagrams, spacing=14),
        title,
        tell("slopes: under way; vertical steps: borders, terminals, waits"),
        _description(title, side, stops),
    )


def _description(title: str, side: _Side, stops: Iterable[tuple[str, str]]) -> str:
    return tell(
        "{title}. {routes}. Stops: {stops}.",
        title=title,
        routes=tell("; ").join(_route_texts(side)),
        stops=tell(", ").join(f"{number} {stop}" for number, stop in stops),
    )


def _side(points: pl.DataFrame, measure: _Measure) -> _Side:
    upright = points.with_columns(
        y=pl.col(measure.column) / measure.divisor, y_to=pl.col(measure.column_to) / measure.divisor
    )
    km_top = _largest(upright["km_to"], 1.0) * 1.1
    y_top = _largest(upright["y_to"], 1.0) * 1.06
    return _Side(measure, upright, Plot(_PLOT_WIDTH, HEIGHT, km_top, y_top))


def _number_stops(side: _Side) -> dict[str, str]:
    """Return the number of each stop that costs something, in order of kilometres."""
    names = costly_stops(side.points)["stop"].unique(maintain_order=True)
    return {name: str(i) for i, name in enumerate(names, start=1)}


def _route_texts(side: _Side) -> list[str]:
    """Return what each route comes to, for the description."""
    return [
        tell(
            "route {letter}: {km} km, {amounts}",
            letter=letter,
            km=number(km),
            amounts=side.measure.text(y, 1),
        )
        for letter, km, y in side.ends().select("letter", "km_to", "y_to").iter_rows()
    ]


def _layers(side: _Side, stop_numbers: Mapping[str, str], style_keys: Sequence[str]) -> Any:
    """Return the lines of the routes under their labels."""
    end_texts = {
        letter: f"{letter} {side.measure.text(y, side.measure.end_digits)}"
        for letter, y in side.ends().select("letter", "y_to").iter_rows()
    }
    labels = place_labels(side.points, side.plot, end_texts, stop_numbers)

    layers = alt.layer(_strokes(side, style_keys), *_label_marks(labels))
    return layers.properties(width=_PLOT_WIDTH, height=side.plot.height)


def _strokes(side: _Side, style_keys: Sequence[str]) -> Any:
    """Return the lines of the routes, in the styles of what they ride on."""
    chart = Layer(_corners(side.points)).mark_line(strokeCap="butt")
    return chart.encode(
        x=_km_channel(side.plot),
        y=_y_channel(side),
        detail=[alt.Detail("stroke:N")],
        order=alt.Order("place:Q"),
        **mode_channels(style_keys),
    )


def _km_channel(plot: Plot) -> alt.X:
    return alt.X(
        "km:Q",
        title=tell("km from origin"),
        scale=number_scale(0, plot.km_top),
        axis=alt.Axis(format=",.0f", tickCount=8),
    )


def _y_channel(side: _Side) -> alt.Y:
    return alt.Y(
        "y:Q",
        title=side.measure.title,
        scale=number_scale(0, side.plot.y_top),
        axis=alt.Axis(format=",~f", minExtent=44, maxExtent=44, tickCount=7),
    )


def _corners(points: pl.DataFrame) -> pl.DataFrame:
    """Return the corners of every stroke.

    Pieces of one kind that follow each other make one stroke, so that dashes run on.
    """
    is_new_kind = pl.col("drawn") != pl.col("drawn").shift()
    is_new_route = pl.col("letter") != pl.col("letter").shift()
    is_new = (is_new_kind | is_new_route).fill_null(True)
    pieces = points.with_columns(stroke=is_new.cum_sum())

    columns = ["stroke", "letter", "drawn"]
    starts = pieces.group_by("stroke", maintain_order=True).first().select(*columns, "km", "y")
    ends = pieces.select(*columns, km="km_to", y="y_to")
    return pl.concat([starts, ends]).with_columns(
        translate("drawn", (style.name for style in STYLES.values())),
        place=pl.int_range(pl.len()).over("stroke"),
    )


def _label_marks(labels: pl.DataFrame) -> list[Any]:
    """Return the rules that lead to labels, numbers in rings, and texts with a halo."""
    base = Layer(labels)
    rule = base.mark_rule(color=SOFT, strokeWidth=0.8)
    return [
        rule.encode(x2=alt.X2("at_x_px:Q"), y2=alt.Y2("at_y_px:Q"), **pixel_channels()),
        *_number_marks(base.transform_filter("datum.is_number")),
        *_text_marks(base.transform_filter("!datum.is_number")),
    ]


def _number_marks(base: Any) -> list[Any]:
    ring = base.mark_circle(size=210, fill=PAPER, stroke=INK, strokeWidth=1, opacity=1)
    number = base.mark_text(fontSize=10, fontWeight="bold", color=INK)
    return [
        ring.encode(**pixel_channels()),
        number.encode(text=alt.Text("mark:N"), **pixel_channels()),
    ]


def _text_marks(base: Any) -> list[Any]:
    bold = {"fontSize": 12, "fontWeight": "bold"}
    halo = base.mark_text(**bold, stroke=PAPER, strokeWidth=4)
    text = base.mark_text(**bold, color=INK)
    return [mark.encode(text=alt.Text("mark:N"), **pixel_channels()) for mark in (halo, text)]
