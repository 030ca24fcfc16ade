"""Labels of distance diagrams in free places: letters of routes and numbers of stops."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from corridor.charts.placement import Box, Label, Pixel, box_around, free_places
from corridor.charts.text import text_width

Traces = dict[str, list[Pixel]]  # letter of a route -> points of its line

# Offsets from what a label names, in shares of its own size, the best first.
_AROUND_STOP = (
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
_BESIDE_LINE = (
    (0, -0.9),
    (0, 0.9),
    (1, -0.6),
    (-1, -0.6),
    (1, 0.6),
    (-1, 0.6),
    (0, -1.5),
    (0, 1.5),
)
# Numbers of one stop nearer to each other than this are one: routes that share a link, or nearly,
# share its number.
_SAME_STOP = Pixel(40, 24)
_TRACE_STEP_PX = 4.0
_SCHEMA = {
    "mark": pl.String,
    "is_number": pl.Boolean,
    "x_px": pl.Float64,
    "y_px": pl.Float64,
    "at_x_px": pl.Float64,
    "at_y_px": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class Plot:
    """The rectangle of a diagram: its size in pixels, and what its right and upper edges mean."""

    width: float
    height: float
    km_top: float
    y_top: float

    def pixel(self, km: float, y: float) -> Pixel:
        """Return where a kilometre and a value fall."""
        return Pixel(km / self.km_top * self.width, self.height - y / self.y_top * self.height)


@dataclass(slots=True)
class _Sheet:
    """The labels of a diagram as far as they are placed."""

    plot: Plot
    rows: list[dict[str, Any]] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)

    def add(
        self,
        mark: str,
        label: Label,
        offsets: Sequence[tuple[float, float]],
        *,
        lines: Sequence[Box] = (),
    ) -> None:
        """Add a text in the first free place, off the lines where that can be."""
        area = (self.plot.width + 8.0, self.plot.height + 4.0)
        place = self._place(label, offsets, area, lines)
        if place is not None:
            stands_off = abs(place.y - label.y) > label.height
            self._put(mark, label, place, is_number=False, has_rule=stands_off)

    def add_number(self, number: str, label: Label) -> None:
        """Add the number of a stop in the first free place, over lines or not."""
        area = (self.plot.width, self.plot.height + 4.0)
        place = self._place(label, _AROUND_STOP, area, ())
        if place is not None:
            self._put(number, label, place, is_number=True, has_rule=True)

    def _place(
        self,
        label: Label,
        offsets: Sequence[tuple[float, float]],
        area: tuple[float, float],
        lines: Sequence[Box],
    ) -> Pixel | None:
        if lines:
            off_the_lines = free_places([label], offsets, area, [*self.boxes, *lines])[0]
            if off_the_lines is not None:
                return off_the_lines
        return free_places([label], offsets, area, self.boxes)[0]

    def _put(
        self,
        mark: str,
        label: Label,
        place: Pixel,
        *,
        is_number: bool,
        has_rule: bool,
    ) -> None:
        self.boxes.append(label.box(place))
        # A rule leads from the label to what it names; one of no length is not seen.
        end = label if has_rule else place
        self.rows.append(
            {
                "mark": mark,
                "is_number": is_number,
                "x_px": place.x,
                "y_px": place.y,
                "at_x_px": end.x,
                "at_y_px": end.y,
            }
        )


def place_labels(
    points: pl.DataFrame,
    plot: Plot,
    end_texts: Mapping[str, str],
    stop_numbers: Mapping[str, str],
) -> pl.DataFrame:
    """Return the labels of one diagram in free places.

    Parameters
    ----------
    points
        As :func:`corridor.charts.distance_points.distance_points`, with y and y_to: what stands
        upright.
    plot
        The rectangle they are drawn in.
    end_texts
        Letter of a route -> what stands at the end of its line.
    stop_numbers
        Name of a stop -> its number.

    Returns
    -------
    pl.DataFrame
        mark (the text), is_number, x_px and y_px (its middle), at_x_px and at_y_px (the other end
        of a rule that leads to it).
    """
    sheet = _Sheet(plot)
    traces = _traces(points, plot)
    lines = [box_around(point, 2) for trace in traces.values() for point in trace]

    _add_end_texts(sheet, points, end_texts, lines)
    if len(traces) > 1:
        _add_letters(sheet, traces, lines)
    _add_stop_numbers(sheet, points, stop_numbers)

    return pl.DataFrame(sheet.rows, schema=_SCHEMA)


def _add_end_texts(
    sheet: _Sheet,
    points: pl.DataFrame,
    end_texts: Mapping[str, str],
    lines: Sequence[Box],
) -> None:
    ends = points.group_by("letter", maintain_order=True).last()
    for letter, km, y in ends.select("letter", "km_to", "y_to").iter_rows():
        text = end_texts[letter]
        label = Label(*sheet.plot.pixel(km, y), 7.0 * text_width(text) + 4, 16.0)
        sheet.add(text, label, _AT_END, lines=lines)


def _add_letters(sheet: _Sheet, traces: Traces, lines: Sequence[Box]) -> None:
    for letter, point in _loneliest_points(traces).items():
        sheet.add(letter, Label(*point, 14.0, 16.0), _BESIDE_LINE, lines=lines)


def _add_stop_numbers(
    sheet: _Sheet,
    points: pl.DataFrame,
    stop_numbers: Mapping[str, str],
) -> None:
    placed: list[tuple[str, Pixel]] = []
    for stop, point in _stop_points(points, sheet.plot):
        if not any(stop == other and _are_near(point, at) for other, at in placed):
            placed.append((stop, point))
            sheet.add_number(stop_numbers[stop], Label(*point, 18.0, 18.0))


def _stop_points(points: pl.DataFrame, plot: Plot) -> Iterator[tuple[str, Pixel]]:
    """Give each stop with the middle of its step, or the begin of its slope."""
    for row in costly_stops(points).iter_rows(named=True):
        is_step = row["km"] == row["km_to"]
        y = (row["y"] + row["y_to"]) / 2 if is_step else row["y"]
        yield row["stop"], plot.pixel(row["km"], y)


def costly_stops(points: pl.DataFrame) -> pl.DataFrame:
    """Return the first piece of every route at every stop that costs something."""
    is_costly = pl.col("stop").is_not_null() & (pl.col("y_to") > pl.col("y"))
    first = points.filter(is_costly).unique(["letter", "stop"], keep="first", maintain_order=True)
    return first.sort("km", maintain_order=True)


def _are_near(a: Pixel, b: Pixel) -> bool:
    return abs(a.x - b.x) < _SAME_STOP.x and abs(a.y - b.y) < _SAME_STOP.y


def _traces(points: pl.DataFrame, plot: Plot) -> Traces:
    """Return every route's line as points a few pixels apart."""
    traces: Traces = {}
    for letter, km, y, km_to, y_to in points.select(
        "letter", "km", "y", "km_to", "y_to"
    ).iter_rows():
        line = _points_between(plot.pixel(km, y), plot.pixel(km_to, y_to))
        traces.setdefault(letter, []).extend(line)
    return traces


def _points_between(start: Pixel, end: Pixel) -> Iterable[Pixel]:
    width = end.x - start.x
    height = end.y - start.y
    count = max(1, int((width**2 + height**2) ** 0.5 / _TRACE_STEP_PX))
    for i in range(count + 1):
        yield Pixel(start.x + width * i / count, start.y + height * i / count)


def _loneliest_points(traces: Traces) -> dict[str, Pixel]:
    """Return for each route the point of its line that lies farthest from all other lines.

    The ends of its line are left out.
    """
    lonely = {}
    for letter, trace in traces.items():
        others = _every_third(points for other, points in traces.items() if other != letter)
        fifth = len(trace) // 5
        middle = trace[fifth : -fifth or None] or trace
        lonely[letter] = _farthest(middle[::3], others)
    return lonely


def _every_third(lines: Iterable[list[Pixel]]) -> list[Pixel]:
    return [point for points in lines for point in points[::3]]


def _farthest(points: Iterable[Pixel], others: Sequence[Pixel]) -> Pixel:
    """Return the point whose nearest other point is the farthest."""
    return max(points, key=lambda point: _nearest_px2(point, others))


def _nearest_px2(point: Pixel, others: Iterable[Pixel]) -> float:
    """Return the square of the distance to the nearest of the other points."""
    return min((point.x - x) ** 2 + (point.y - y) ** 2 for x, y in others)
