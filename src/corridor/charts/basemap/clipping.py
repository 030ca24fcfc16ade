"""Lines and rings of longitudes and latitudes, cut to the bounds of a map."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from corridor.network.outline import Line, Point

__all__ = [
    "Bounds",
    "Line",
    "Point",
    "area_deg2",
    "clip_line",
    "clip_ring",
    "divide_edges",
    "widest_point",
]


class Bounds(NamedTuple):
    """A part of the world between two meridians and two parallels, in degrees."""

    west: float
    south: float
    east: float
    north: float


class _Edge(NamedTuple):
    """One side of bounds: on which axis it lies (0: longitude), where, and which side is inside."""

    axis: int
    limit: float
    sign: int  # 1: inside is above the limit, -1: below

    def is_inside(self, point: Point) -> bool:
        return self.sign * (point[self.axis] - self.limit) >= 0

    def is_beyond(self, place: float) -> bool:
        return self.sign * (place - self.limit) < 0

    def cut(self, a: Point, b: Point) -> Point:
        """Return where the line between two points crosses the edge."""
        axis = self.axis
        other = 1 - axis
        share = (self.limit - a[axis]) / (b[axis] - a[axis])
        place = a[other] + share * (b[other] - a[other])
        return (self.limit, place) if axis == 0 else (place, self.limit)


def _edges(bounds: Bounds) -> tuple[_Edge, ...]:
    west, south, east, north = bounds
    return _Edge(0, west, 1), _Edge(0, east, -1), _Edge(1, south, 1), _Edge(1, north, -1)


def _edges_crossed(line: Line, bounds: Bounds) -> list[_Edge] | None:
    """Return the edges that cut something off a line; null: one of them cuts off all of it."""
    lons, lats = zip(*line, strict=True)
    reach = ((min(lons), max(lons)), (min(lats), max(lats)))

    crossed = []
    for edge in _edges(bounds):
        low, high = reach[edge.axis]
        near, far = (high, low) if edge.sign > 0 else (low, high)
        if edge.is_beyond(near):
            return None
        if edge.is_beyond(far):
            crossed.append(edge)
    return crossed


def clip_ring(ring: Line, bounds: Bounds) -> Line:
    """Return the closed ring cut to the bounds; empty if nothing of it is inside.

    Source: Sutherland and Hodgman (1974), Communications of the ACM 17(1).
    """
    edges = _edges_crossed(ring, bounds)
    if edges is None:
        return []

    for edge in edges:
        points: Line = []
        for a, b in pairwise(ring):
            if edge.is_inside(a):
                points.append(a)
            if edge.is_inside(a) != edge.is_inside(b):
                points.append(edge.cut(a, b))

        if not points:
            return []
        ring = [*points, points[0]]
    return ring


def clip_line(line: Line, bounds: Bounds) -> list[Line]:
    """Return the pieces of the line inside the bounds."""
    edges = _edges_crossed(line, bounds)
    if edges is None or len(line) < 2:
        return []

    pieces = [line]
    for edge in edges:
        pieces = [inside for piece in pieces for inside in _pieces_inside(piece, edge)]
    return pieces


def _pieces_inside(line: Line, edge: _Edge) -> Iterable[Line]:
    """Give the pieces of the line on the inner side of an edge; single points are left out."""
    piece: Line = [line[0]] if edge.is_inside(line[0]) else []
    for a, b in pairwise(line):
        if edge.is_inside(a) != edge.is_inside(b):
            piece.append(edge.cut(a, b))
        if edge.is_inside(b):
            piece.append(b)
        elif edge.is_inside(a):
            if len(piece) > 1:
                yield piece
            piece = []

    if len(piece) > 1:
        yield piece


def divide_edges(ring: Line, bounds: Bounds, step_deg: float = 1.0) -> Line:
    """Return the ring with points added along the north and south edges of the bounds.

    Between two points a map draws a great circle; along a parallel that would bulge out of them.
    """
    divided = ring[:1]
    for a, b in pairwise(ring):
        if a[1] == b[1] and a[1] in (bounds.south, bounds.north):
            width = b[0] - a[0]
            count = int(abs(width) / step_deg)
            divided += [(a[0] + width * i / (count + 1), a[1]) for i in range(1, count + 1)]

        divided.append(b)
    return divided


def widest_point(ring: Line, rows: int = 25) -> Point:
    """Return the middle of the longest stretch of a parallel inside the ring."""
    lats = [lat for _, lat in ring]
    low = min(lats)
    high = max(lats)

    best: tuple[float, Point] = (-1.0, ring[0])
    for row in range(1, rows):
        lat = low + (high - low) * row / rows
        crossings = _crossings(ring, lat)
        for west, east in zip(crossings[::2], crossings[1::2], strict=False):
            best = max(best, (east - west, ((west + east) / 2, lat)))
    return best[1]


def _crossings(ring: Line, lat_deg: float) -> list[float]:
    """Return where a ring crosses a parallel, from west to east."""
    return sorted(
        lon_a + (lat_deg - lat_a) * (lon_b - lon_a) / (lat_b - lat_a)
        for (lon_a, lat_a), (lon_b, lat_b) in pairwise(ring)
        if (lat_a <= lat_deg) != (lat_b <= lat_deg)
    )


def area_deg2(ring: Line) -> float:
    """Return the signed area of a closed ring in square degrees, by the shoelace formula."""
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring)) / 2
