"""The outline of land and borders under every map: Natural Earth 1:50m by way of world-atlas.

README.md beside this file says how it was made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from corridor.charts.basemap.clipping import Bounds, Line, clip_line, clip_ring, divide_edges


@cache
def outline() -> dict[str, Any]:
    """Return the whole outline.

    Returns
    -------
    dict
        window (west, south, east, north), land (polygons: lists of rings, the outer one first),
        borders (lines), names (country, name, lon, lat, size in square degrees).
    """
    path = files("corridor.charts.basemap").joinpath("outline.json")
    text = path.read_text(encoding="utf-8")

    whole: dict[str, Any] = json.loads(text)
    return whole


def basemap(bounds: Bounds) -> dict[str, Any]:
    """Return the outline within the bounds.

    Returns
    -------
    dict
        land and borders as GeoJSON geometries, and the names inside.
    """
    whole = outline()
    borders = [piece for line in whole["borders"] for piece in clip_line(_points(line), bounds)]
    names = [name for name in whole["names"] if _is_within(name["lon"], name["lat"], bounds)]

    return {
        "land": {"type": "MultiPolygon", "coordinates": list(_land(whole["land"], bounds))},
        "borders": {"type": "MultiLineString", "coordinates": borders},
        "names": names,
    }


def _land(polygons: list[list[list[list[float]]]], bounds: Bounds) -> Iterator[list[Line]]:
    """Give the polygons within the bounds, each with its outer ring first."""
    for outer_ring, *hole_rings in polygons:
        outer = clip_ring(_points(outer_ring), bounds)
        if not is_ring(outer):
            continue

        holes = [clip_ring(_points(ring), bounds) for ring in hole_rings]
        yield [
            _wind(divide_edges(outer, bounds), clockwise=True),
            *(
                _wind(divide_edges(hole, bounds), clockwise=False)
                for hole in holes
                if is_ring(hole)
            ),
        ]


def is_ring(ring: Line) -> bool:
    """Return whether a ring encloses anything: three points, and the first again."""
    return len(ring) >= 4


def _is_within(lon_deg: float, lat_deg: float, bounds: Bounds) -> bool:
    return bounds.west < lon_deg < bounds.east and bounds.south < lat_deg < bounds.north


def _points(line: list[list[float]]) -> Line:
    return [(lon, lat) for lon, lat in line]


def _wind(ring: Line, *, clockwise: bool) -> Line:
    """Return the ring in the direction asked for.

    On a sphere a ring has no inside but the one its direction names: d3 takes clockwise rings as
    outer ones.
    """
    area = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring))
    return ring if (area < 0) == clockwise else ring[::-1]
