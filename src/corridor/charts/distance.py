"""Time- and cost-distance diagrams: how hours and money add up along a way.

Source: Beresford and Dubey (1990); Banomyong (2000); UNESCAP time/cost-distance methodology:
distance run on the level axis, time or cost so far on the upright one; a link is a slope, a stop a
vertical step at its kilometre.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import polars as pl

from corridor.charts.style import (
    INK,
    PAPER,
    SOFT,
    STYLES,
    WIDTH,
    Chart,
    drawn_as,
    dressed,
    free_places,
    key,
    lettered,
    mode_channels,
    told,
)
from corridor.charts.text import breadth
from corridor.language.speech import marked, number, tell

_Spot = tuple[float, float]

# of a diagram by itself, and of one of a pair
HEIGHT = 360.0
STACKED_HEIGHT = 224.0
_PLOT = WIDTH - 78  # the upright axis and the margins take the rest
# Translators: a number of days, as short as can be: it stands in a drawing.
_DAYS = marked("{days} d")
# Translators: a number of hours, as short as can be: it stands in a drawing.
_HOURS = marked("{hours} h")
_USD = marked("{usd} USD")
_AROUND = (
    (0, 0),
    (0.95, 0),
    (-0.95, 0),
    (0.9, 0.8),
    (-0.9, -0.8),
    (0.9, -0.8),
    (-0.9, 0.8),
    (1.9, 0),
    (-1.9, 0),
    (0, 1.1),
    (0, -1.1),
    (1.9, 1),
    (-1.9, -1),
    (2.8, 0),
    (-2.8, 0),
    (2.8, 1),
    (-2.8, 1),
)
_AT_END = tuple(
    (share, shift) for share in (0.56, 0.2, -0.2, -0.6) for shift in (0, -1, 1, -2, 2, -3, 3, -4, 4)
)
_BESIDE = ((0, -0.9), (0, 0.9), (1, -0.6), (-1, -0.6), (1, 0.6), (-1, 0.6), (0, -1.5), (0, 1.5))


def distance_points(legs: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """Return the pieces of every route's line: slopes for links, vertical steps for waits, borders
    and terminals.

    legs: as Routes.legs, several routes at once. One row a piece: route_id, letter, drawn, stop
    (place of a step or of a link over a border, else null), km and km_to, time_h and time_to_h,
    cost_usd and cost_to_usd: where it starts and ends, summed from the origin. Hours of a border
    (fixed_h) are a step where it begins; money fixed per clearance is one only where the legs tell
    it apart (column fixed_usd).
    """
    name = dict(nodes.select("node_id", "name").iter_rows())
    country = dict(nodes.select("node_id", "country").iter_rows())
    rows: list[dict[str, Any]] = []
    for (route_id, letter), group in lettered(legs).group_by(
        "route_id", "letter", maintain_order=True
    ):
        km = time_h = cost_usd = 0.0
        for leg in group.sort("leg").iter_rows(named=True):
            start = leg["from_node_id"]
            end = leg["to_node_id"]
            terminal = leg["kind"] == "terminal"
            here = stop = name.get(start, start)
            is_border = leg["mode"] in ("road", "rail", "waterway") and country.get(
                start
            ) != country.get(end)
            if is_border:
                there = name.get(end, end)
                stop = here if here == there else f"{here} – {there}"
            waited = leg["wait_h"] or 0.0
            fixed_h = leg["time_h"] if terminal else leg["fixed_h"] or 0.0
            fixed_usd = leg["cost_usd"] if terminal else leg.get("fixed_usd") or 0.0
            pieces = (
                (STYLES["wait"].name, here, 0.0, waited, 0.0),
                (STYLES["stop"].name, stop, 0.0, fixed_h, fixed_usd),
                (
                    STYLES[drawn_as(leg["layer"])].name,
                    stop if is_border else None,
                    leg["length_km"] or 0.0,
                    leg["time_h"] - fixed_h,
                    (leg["cost_usd"] or 0.0) - fixed_usd,
                ),
            )
            for drawn, place, more_km, more_h, more_usd in pieces[:2] if terminal else pieces:
                if more_km or more_h or more_usd:
                    rows.append(
                        {
                            "route_id": route_id,
                            "letter": letter,
                            "drawn": drawn,
                            "stop": place,
                            "km": km,
                            "km_to": km + more_km,
                            "time_h": time_h,
                            "time_to_h": time_h + more_h,
                            "cost_usd": cost_usd,
                            "cost_to_usd": cost_usd + more_usd,
                        }
                    )
                    km = km + more_km
                    time_h = time_h + more_h
                    cost_usd = cost_usd + more_usd
    return pl.DataFrame(
        rows,
        schema={
            "route_id": legs.schema["route_id"],
            "letter": pl.String,
            "drawn": pl.String,
            "stop": pl.String,
            "km": pl.Float64,
            "km_to": pl.Float64,
            "time_h": pl.Float64,
            "time_to_h": pl.Float64,
            "cost_usd": pl.Float64,
            "cost_to_usd": pl.Float64,
        },
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    """What stands upright: title, message of an end's value, how many of the points' units make
    one, and height."""

    title: str
    amount: str
    column: str
    divisor: float
    height: float

    def told(self, value: float, digits: int) -> str:
        """Return a value with its unit in the language spoken."""
        shown = number(value, digits)
        return tell(self.amount, days=shown, hours=shown, usd=shown)


def time_distance(legs: pl.DataFrame, nodes: pl.DataFrame) -> Chart:
    """Return the time-distance diagram of the routes in legs: days (hours if the longest is under
    three days)."""
    points = distance_points(legs, nodes)
    return _diagram(points, tell("Time-distance diagram"), [_hours(points, HEIGHT)])


def cost_distance(legs: pl.DataFrame, nodes: pl.DataFrame) -> Chart:
    """Return the cost-distance diagram of the routes in legs: USD per cargo unit."""
    return _diagram(distance_points(legs, nodes), tell("Cost-distance diagram"), [_money(HEIGHT)])


def distance_pair(legs: pl.DataFrame, nodes: pl.DataFrame) -> Chart:
    """Return the time-distance diagram over the cost-distance one, with one numbering of stops and
    one legend."""
    points = distance_points(legs, nodes)
    return _diagram(
        points,
        tell("Time and cost by distance"),
        [_hours(points, STACKED_HEIGHT), _money(STACKED_HEIGHT)],
    )


def _hours(points: pl.DataFrame, height: float) -> _Axis:
    days = float(points["time_to_h"].max() or 0.0) >= 72  # type: ignore[arg-type]
    if days:
        return _Axis(tell("days since departure"), _DAYS, "time", 24.0, height)
    return _Axis(tell("hours since departure"), _HOURS, "time", 1.0, height)


def _money(height: float) -> _Axis:
    return _Axis(tell("USD per cargo unit"), _USD, "cost", 1.0, height)


def _diagram(points: pl.DataFrame, title: str, axes: Sequence[_Axis]) -> Chart:
    present = [kind for kind in STYLES if STYLES[kind].name in set(points["drawn"])]
    sides = [_valued(points, axis) for axis in axes]
    stops = pl.concat([_stops(side) for side in sides]).sort("km", maintain_order=True)
    numbers = {
        place: str(i) for i, place in enumerate(stops["stop"].unique(maintain_order=True), start=1)
    }
    plots = [
        _plot(side, axis, numbers, present, last=axis is axes[-1])
        for side, axis in zip(sides, axes, strict=True)
    ]
    reached = [side.group_by("letter", maintain_order=True).last() for side in sides]
    said = [
        tell(
            "route {letter}: {km} km, {amounts}",
            letter=row["letter"],
            km=number(row["km_to"]),
            amounts=tell(", ").join(
                axis.told(ends["y_to"][i], 1) for ends, axis in zip(reached, axes, strict=True)
            ),
        )
        for i, row in enumerate(reached[0].iter_rows(named=True))
    ]
    entries = [(number, place) for place, number in numbers.items()]
    whole = alt.vconcat(*plots, *([key(entries, _PLOT)] if entries else []), spacing=14)
    return dressed(
        whole,
        title,
        tell("slopes: under way; vertical steps: borders, terminals, waits"),
        tell(
            "{title}. {routes}. Stops: {stops}.",
            title=title,
            routes=tell("; ").join(said),
            stops=tell(", ").join(f"{mark} {place}" for mark, place in entries),
        ),
    )


def _valued(points: pl.DataFrame, axis: _Axis) -> pl.DataFrame:
    """Return the points with what stands upright as y and y_to."""
    names = ("time_h", "time_to_h") if axis.column == "time" else ("cost_usd", "cost_to_usd")
    return points.with_columns(
        y=pl.col(names[0]) / axis.divisor, y_to=pl.col(names[1]) / axis.divisor
    )


def _stops(side: pl.DataFrame) -> pl.DataFrame:
    """Return the first piece of every route at every stop that costs something."""
    return (
        side.filter(pl.col("stop").is_not_null() & (pl.col("y_to") > pl.col("y")))
        .unique(["letter", "stop"], keep="first", maintain_order=True)
        .sort("km", maintain_order=True)
    )


def _plot(
    points: pl.DataFrame,
    axis: _Axis,
    numbers: Mapping[str, str],
    present: Sequence[str],
    *,
    last: bool,
) -> Any:
    """Return one diagram: strokes, letters, and the numbers of stops; kilometres are named below
    the last one."""
    x_top = float(points["km_to"].max() or 1.0) * 1.1  # type: ignore[arg-type]
    y_top = float(points["y_to"].max() or 1.0) * (1.06 if axis.height > 300 else 1.14)  # type: ignore[arg-type]
    labels = _labels(points, numbers, (x_top, y_top), axis)
    x = alt.X(
        "km:Q",
        title=tell("km from origin") if last else None,
        scale=alt.Scale(domain=[0, x_top], nice=False),
        axis=alt.Axis(format=",.0f", tickCount=8),
    )
    y = alt.Y(
        "y:Q",
        title=axis.title,
        scale=alt.Scale(domain=[0, y_top], nice=False),
        axis=alt.Axis(
            format=",~f", minExtent=44, maxExtent=44, tickCount=7 if axis.height > 300 else 5
        ),
    )
    drawn = (
        alt.Chart(_strokes(points))
        .mark_line(strokeCap="butt")
        .encode(x=x, y=y, detail=["stroke:N"], order="place:Q", **mode_channels(present))
    )
    at = {"x": alt.X("x_px:Q", scale=None, axis=None), "y": alt.Y("y_px:Q", scale=None, axis=None)}
    marks = alt.Chart(labels)
    figures = marks.transform_filter("datum.is_number")
    words = marks.transform_filter("!datum.is_number")
    return alt.layer(
        drawn,
        marks.mark_rule(color=SOFT, strokeWidth=0.8).encode(x2="at_x_px:Q", y2="at_y_px:Q", **at),
        figures.mark_circle(size=210, fill=PAPER, stroke=INK, strokeWidth=1, opacity=1).encode(
            **at
        ),
        figures.mark_text(fontSize=10, fontWeight="bold", color=INK).encode(text="mark:N", **at),
        words.mark_text(fontSize=12, fontWeight="bold", stroke=PAPER, strokeWidth=4).encode(
            text="mark:N", **at
        ),
        words.mark_text(fontSize=12, fontWeight="bold", color=INK).encode(text="mark:N", **at),
    ).properties(width=_PLOT, height=axis.height)


def _strokes(points: pl.DataFrame) -> pl.DataFrame:
    """Return the corners of every stroke: pieces of one kind that follow each other make one, so
    dashes run on."""
    changed = (pl.col("drawn") != pl.col("drawn").shift()) | (
        pl.col("letter") != pl.col("letter").shift()
    )
    pieces = points.with_columns(stroke=changed.fill_null(True).cum_sum())
    first = pieces.group_by("stroke", maintain_order=True).first()
    columns = ["stroke", "letter", "drawn", "km", "y"]
    corners = pl.concat(
        [first.select(columns), pieces.select("stroke", "letter", "drawn", km="km_to", y="y_to")]
    )
    return corners.with_columns(
        told("drawn", (style.name for style in STYLES.values())),
        place=pl.int_range(pl.len()).over("stroke"),
    )


def _labels(
    points: pl.DataFrame, numbers: Mapping[str, str], top: tuple[float, float], axis: _Axis
) -> pl.DataFrame:
    """Return route letters and stop numbers in free places."""

    def pixel(km: float, y: float) -> tuple[float, float]:
        return km / top[0] * _PLOT, axis.height - y / top[1] * axis.height

    ends = points.group_by("letter", maintain_order=True).last()
    traces = _traces(points, top, axis.height)
    ink = [(x - 2, y - 2, x + 2, y + 2) for trace in traces.values() for x, y in trace]
    rows: list[dict[str, object]] = []
    boxes: list[tuple[float, float, float, float]] = []

    def put(
        text: str,
        is_number: bool,
        box: tuple[float, float, float, float],
        offsets: Sequence[tuple[float, float]],
        avoid: Sequence[tuple[float, float, float, float]],
    ) -> None:
        area = (_PLOT if is_number else _PLOT + 8.0, axis.height + 4.0)
        place = (
            free_places([box], offsets, area, [*boxes, *avoid])[0] if avoid else None
        ) or free_places([box], offsets, area, boxes)[0]
        if place is not None:
            boxes.append(
                (
                    place[0] - box[2] / 2,
                    place[1] - box[3] / 2,
                    place[0] + box[2] / 2,
                    place[1] + box[3] / 2,
                )
            )
            led = (
                is_number or abs(place[1] - box[1]) > box[3]
            )  # a line leads to a label that stands off
            rows.append(
                {
                    "mark": text,
                    "is_number": is_number,
                    "x_px": place[0],
                    "y_px": place[1],
                    "at_x_px": box[0] if led else place[0],
                    "at_y_px": box[1] if led else place[1],
                }
            )

    for row in ends.iter_rows(named=True):
        text = f"{row['letter']} {axis.told(row['y_to'], 0 if axis.column == 'cost' else 1)}"
        put(
            text,
            False,
            (*pixel(row["km_to"], row["y_to"]), 7.0 * breadth(text) + 4, 16.0),
            _AT_END,
            ink,
        )
    if len(traces) > 1:
        for letter, (x, y) in _apart(traces).items():
            put(letter, False, (x, y, 14.0, 16.0), _BESIDE, ink)
    placed: list[tuple[str, float, float]] = []
    for row in _stops(points).iter_rows(named=True):
        x, y = pixel(
            row["km"], (row["y"] + row["y_to"]) / 2 if row["km"] == row["km_to"] else row["y"]
        )
        # routes that share a way, or nearly, share its numbers
        if not any(
            row["stop"] == stop and abs(x - at_x) < 40 and abs(y - at_y) < 24
            for stop, at_x, at_y in placed
        ):
            placed.append((row["stop"], x, y))
            put(numbers[row["stop"]], True, (x, y, 18.0, 18.0), _AROUND, ())
    return pl.DataFrame(
        rows,
        schema={
            "mark": pl.String,
            "is_number": pl.Boolean,
            "x_px": pl.Float64,
            "y_px": pl.Float64,
            "at_x_px": pl.Float64,
            "at_y_px": pl.Float64,
        },
    )


def _traces(
    points: pl.DataFrame, top: tuple[float, float], height: float, step_px: float = 4.0
) -> dict[str, list[_Spot]]:
    """Return every route's line as points a few pixels apart."""
    traces: dict[str, list[_Spot]] = {}
    for row in points.iter_rows(named=True):
        x0, x1 = (row[column] / top[0] * _PLOT for column in ("km", "km_to"))
        y0, y1 = (height - row[column] / top[1] * height for column in ("y", "y_to"))
        count = max(1, int(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 / step_px))
        traces.setdefault(row["letter"], []).extend(
            (x0 + (x1 - x0) * i / count, y0 + (y1 - y0) * i / count) for i in range(count + 1)
        )
    return traces


def _apart(traces: dict[str, list[_Spot]]) -> dict[str, _Spot]:
    """Return for each route the point of its line, off its ends, that lies farthest from all other
    lines."""
    found = {}
    for letter, trace in traces.items():
        others = [spot for other, spots in traces.items() if other != letter for spot in spots[::3]]
        middle = trace[len(trace) // 5 : -(len(trace) // 5) or None] or trace
        found[letter] = max(
            middle[::3],
            key=lambda spot: min((spot[0] - x) ** 2 + (spot[1] - y) ** 2 for x, y in others),
        )
    return found
