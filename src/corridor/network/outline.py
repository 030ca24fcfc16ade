"""The outline of the world: land, its countries, and the one that a point lies in.

Natural Earth 1:50m by way of world-atlas, thinned to about 2 km. ``charts/basemap/README.md`` says
how ``outline.json`` was made. Shapes are stored as arcs that neighbours share, as TopoJSON does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

Point = tuple[float, float]  # longitude, latitude in degrees
Line = list[Point]  # a ring is a line whose last point is its first
Polygon = list[Line]  # its rings, the outer one first

STEPS_PER_DEG = 100  # points are stored as whole hundredths of a degree, about 1 km
POLE_DEG = 90.0


class Label(NamedTuple):
    """The name of a country on a map, in the widest part of its largest piece.

    size: of that piece, in square degrees.
    """

    country: str
    name: str
    lon: float
    lat: float
    size: float


class Outline(NamedTuple):
    """The world at 1:50 million.

    Rings that pass 180 degrees go on beyond it, so that no line comes back across the map.
    """

    land: list[Polygon]
    countries: Mapping[str, list[Polygon]]
    labels: list[Label]


class _Shape(NamedTuple):
    """A polygon with the bounds of its outer ring."""

    west: float
    south: float
    east: float
    north: float
    rings: Polygon


@cache
def outline() -> Outline:
    """Return the outline of the world."""
    path = files("corridor.network").joinpath("outline.json")
    return unpack(json.loads(path.read_text(encoding="utf-8")))


def unpack(stored: Mapping[str, Any]) -> Outline:
    """Return the outline that ``outline.json`` holds.

    stored: arcs (first point, then steps from each to the next, in hundredths of a degree), land
    and countries (polygons as rings of numbers of arcs), labels.
    """
    arcs = [unpack_arc(arc) for arc in stored["arcs"]]
    countries = {
        code: [_joined(polygon, arcs) for polygon in polygons]
        for code, polygons in stored["countries"].items()
    }
    return Outline(
        [_joined(polygon, arcs) for polygon in stored["land"]],
        countries,
        [Label(*label) for label in stored["labels"]],
    )


def pack_arc(line: Iterable[Point]) -> list[int]:
    """Return a line as it is stored: its first point, then steps, without repeated points."""
    x = 0
    y = 0
    steps: list[int] = []
    for lon, lat in line:
        dx = round(lon * STEPS_PER_DEG) - x
        dy = round(lat * STEPS_PER_DEG) - y
        if not steps or dx or dy:
            steps += (dx, dy)
        x += dx
        y += dy
    return steps


def unpack_arc(steps: Sequence[int]) -> Line:
    """Return a line from its first point and steps in hundredths of a degree."""
    xs = accumulate(steps[::2])
    ys = accumulate(steps[1::2])
    return [(x / STEPS_PER_DEG, y / STEPS_PER_DEG) for x, y in zip(xs, ys, strict=True)]


def _joined(polygon: Iterable[Sequence[int]], arcs: Sequence[Line]) -> Polygon:
    return [join_arcs(ring, arcs) for ring in polygon]


def join_arcs(indices: Sequence[int], arcs: Sequence[Line]) -> Line:
    """Return one ring from its arcs; a negative index is the complement of an arc walked backwards.

    arcs: without jumps. A ring that passes 180 degrees goes on beyond it, else it would come back
    across the whole map; one round a pole is closed over the pole.
    """
    ring: Line = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        ring += _continuation(ring, arc) if ring else arc

    (first_lon, first_lat) = first = ring[0]
    last_lon, _ = ring[-1]
    if abs(last_lon - first_lon) > 180:
        pole = POLE_DEG if first_lat > 0 else -POLE_DEG
        ring += [(last_lon, pole), (first_lon, pole), first]
    return ring


def _continuation(ring: Line, arc: Line) -> Line:
    """Return the points of an arc that follow on a ring, whole turns round the globe apart."""
    last_lon, _ = ring[-1]
    next_lon, _ = arc[0]
    turns = round((next_lon - last_lon) / 360)
    return [(lon - 360 * turns, lat) for lon, lat in arc[1:]] if turns else arc[1:]


def without_jumps(line: Line) -> Line:
    """Return a line that goes on beyond 180 degrees where it would come back across the map."""
    last_lon, _ = line[0]
    continued: Line = []
    for lon, lat in line:
        last_lon = lon - 360 * round((lon - last_lon) / 360)
        continued.append((last_lon, lat))
    return continued


# Which country a point lies in


def countries_on(lon_deg: float, lat_deg: float) -> frozenset[str]:
    """Return the ISO 3166 codes of the countries whose land holds a point; none on the sea."""
    return frozenset(code for code in _shapes() if is_in_country(code, lon_deg, lat_deg))


def is_in_country(code: str, lon_deg: float, lat_deg: float) -> bool:
    """Tell whether the land of a country holds a point."""
    return any(_is_in_shape(lon_deg, lat_deg, shape) for shape in _shapes().get(code, ()))


@cache
def _shapes() -> Mapping[str, list[_Shape]]:
    return {
        code: [_shape(polygon) for polygon in polygons]
        for code, polygons in outline().countries.items()
    }


def _shape(polygon: Polygon) -> _Shape:
    lons = [lon for lon, _ in polygon[0]]
    lats = [lat for _, lat in polygon[0]]
    return _Shape(min(lons), min(lats), max(lons), max(lats), polygon)


def _is_in_shape(lon_deg: float, lat_deg: float, shape: _Shape) -> bool:
    """Tell whether a point lies in a polygon, which may go on beyond 180 degrees."""
    if not shape.south <= lat_deg <= shape.north:
        return False

    return any(
        shape.west <= lon <= shape.east
        and sum(_crossings_east(ring, lon, lat_deg) for ring in shape.rings) % 2 == 1
        for lon in (lon_deg - 360, lon_deg, lon_deg + 360)
    )


def _crossings_east(ring: Line, lon_deg: float, lat_deg: float) -> int:
    """Return how often a ring crosses the parallel to the east of a point: odd within it."""
    return sum(
        lon_deg < lon_a + (lat_deg - lat_a) * (lon_b - lon_a) / (lat_b - lat_a)
        for (lon_a, lat_a), (lon_b, lat_b) in pairwise(ring)
        if (lat_a <= lat_deg) != (lat_b <= lat_deg)
    )
