"""The outline of the world cut to the bounds of a map, as GeoJSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from corridor.charts.basemap.clipping import (
    Bounds,
    Line,
    Point,
    area_deg2,
    clip_line,
    clip_ring,
    divide_edges,
    widest_point,
)
from corridor.charts.basemap.details import details
from corridor.network.outline import Label, Polygon, outline

WORLD = Bounds(-180.0, -90.0, 180.0, 90.0)
TURNS_DEG = (-360.0, 0.0, 360.0)  # a map may lie across 180 degrees, and so may a ring


def basemap(bounds: Bounds) -> dict[str, Any]:
    """Return the outline within the bounds.

    bounds: may go beyond 180 degrees, as far as the map does.

    Returns
    -------
    dict
        land, borders and disputed (borders) as GeoJSON geometries; names: country, name, lon, lat
        and size (square degrees) of the countries whose label lies inside.
    """
    whole = outline()
    names = [name for label in whole.labels for name in _names(label, bounds)]

    return {
        "land": _polygons(whole.land, bounds),
        "borders": _lines(details().borders, bounds),
        "disputed": _lines(details().disputed, bounds),
        "names": names,
    }


def waters(bounds: Bounds) -> dict[str, Any]:
    """Return rivers and lakes within the bounds as GeoJSON geometries."""
    return {
        "rivers": _lines(details().rivers, bounds),
        "lakes": _polygons(details().lakes, bounds),
    }


def _polygons(polygons: Iterable[Polygon], bounds: Bounds) -> dict[str, Any]:
    return {"type": "MultiPolygon", "coordinates": list(_pieces(polygons, bounds))}


def _lines(lines: Iterable[Line], bounds: Bounds) -> dict[str, Any]:
    pieces = [
        piece
        for line in lines
        for turned in turned_into(line, bounds)
        for piece in clip_line(turned, bounds)
    ]
    return {"type": "MultiLineString", "coordinates": pieces}


def _names(label: Label, bounds: Bounds) -> Iterator[dict[str, Any]]:
    """Give the label of a country if it lies within the bounds."""
    for turn_deg in TURNS_DEG:
        lon = label.lon + turn_deg
        if bounds.west < lon < bounds.east and bounds.south < label.lat < bounds.north:
            yield {**label._asdict(), "lon": lon}


def country_places(code: str, bounds: Bounds) -> list[Point]:
    """Return where the name of a country may stand within bounds, the best place first.

    Its own place, if that is inside, else the widest part of what is seen of it.
    """
    whole = outline()
    own = [
        name for label in whole.labels if label.country == code for name in _names(label, bounds)
    ]
    if own:
        return [(name["lon"], name["lat"]) for name in own]

    rings = [
        piece
        for outer_ring, *_ in whole.countries.get(code, [])
        for turned in turned_into(outer_ring, bounds)
        if is_ring(piece := clip_ring(turned, bounds))
    ]
    largest = sorted(rings, key=lambda ring: -abs(area_deg2(ring)))[:1]
    return [widest_point(ring) for ring in largest]


def _pieces(polygons: Iterable[Polygon], bounds: Bounds) -> Iterator[Polygon]:
    """Give the polygons within the bounds, each with its outer ring first."""
    for outer_ring, *hole_rings in polygons:
        for turn_deg, turned in _turns_into(outer_ring, bounds):
            outer = clip_ring(turned, bounds)
            if not is_ring(outer):
                continue

            holes = [clip_ring(_turned(ring, turn_deg), bounds) for ring in hole_rings]
            yield [
                _wind(divide_edges(outer, bounds), clockwise=True),
                *(
                    _wind(divide_edges(hole, bounds), clockwise=False)
                    for hole in holes
                    if is_ring(hole)
                ),
            ]


def turned_into(line: Line, bounds: Bounds) -> Iterator[Line]:
    """Give a line as often as it falls into the bounds, whole turns round the globe apart."""
    for _, turned in _turns_into(line, bounds):
        yield turned


def _turns_into(line: Line, bounds: Bounds) -> Iterator[tuple[float, Line]]:
    """Give the turns by which a line may fall into the bounds, and the line so turned."""
    lats = [lat for _, lat in line]
    if max(lats) < bounds.south or min(lats) > bounds.north:
        return

    lons = [lon for lon, _ in line]
    west = min(lons)
    east = max(lons)
    for turn_deg in TURNS_DEG:
        if west + turn_deg < bounds.east and east + turn_deg > bounds.west:
            yield turn_deg, _turned(line, turn_deg)


def _turned(line: Line, turn_deg: float) -> Line:
    return [(lon + turn_deg, lat) for lon, lat in line]


def is_ring(ring: Line) -> bool:
    """Return whether a ring encloses anything: three points, and the first again."""
    return len(ring) >= 4


def _wind(ring: Line, *, clockwise: bool) -> Line:
    """Return the ring in the direction asked for.

    On a sphere a ring has no inside but the one its direction names: d3 takes clockwise rings as
    outer ones.
    """
    area = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring))
    return ring if (area < 0) == clockwise else ring[::-1]
