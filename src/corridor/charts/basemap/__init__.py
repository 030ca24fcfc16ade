"""The outline of land and borders under every map, and the cutting of it to a map's window.

The data are Natural Earth 1:50m by way of world-atlas; README.md beside this file says how they
were made.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

Point = tuple[float, float]
Line = list[Point]
Box = tuple[float, float, float, float]  # west, south, east, north in degrees


@cache
def outline() -> dict[str, Any]:
    """Return the whole outline: window, land (polygons), borders (lines), names (country, name,
    lon, lat, size)."""
    text = files("corridor.charts.basemap").joinpath("outline.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def basemap(box: Box) -> dict[str, Any]:
    """Return the outline cut to the box: GeoJSON geometries ``land`` and ``borders``, and the
    ``names`` inside it."""
    whole = outline()
    polygons = []
    for polygon in whole["land"]:
        outer = clip_ring(_points(polygon[0]), box)
        if len(outer) < 4:
            continue
        holes = [hole for ring in polygon[1:] if len(hole := clip_ring(_points(ring), box)) >= 4]
        polygons.append(
            [
                _turned(edges_divided(outer, box), clockwise=True),
                *(_turned(edges_divided(hole, box), clockwise=False) for hole in holes),
            ]
        )
    borders = [part for line in whole["borders"] for part in clip_line(_points(line), box)]
    west, south, east, north = box
    return {
        "land": {"type": "MultiPolygon", "coordinates": polygons},
        "borders": {"type": "MultiLineString", "coordinates": borders},
        "names": [
            name
            for name in whole["names"]
            if west < name["lon"] < east and south < name["lat"] < north
        ],
    }


def _points(line: list[list[float]]) -> Line:
    return [(x, y) for x, y in line]


def _turned(ring: Line, *, clockwise: bool) -> Line:
    # On a sphere a ring has no inside but the one its direction names: d3 takes clockwise rings as
    # outer ones.
    area = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring))
    return ring if (area < 0) == clockwise else ring[::-1]


def clip_ring(ring: Line, box: Box) -> Line:
    """Return the closed ring cut to the box; empty if nothing of it is inside.

    Source: Sutherland and Hodgman (1974), Communications of the ACM 17(1).
    """
    west, south, east, north = box
    for axis, limit, sign in ((0, west, 1), (0, east, -1), (1, south, 1), (1, north, -1)):
        kept: Line = []
        for a, b in pairwise(ring):
            a_in = sign * (a[axis] - limit) >= 0
            b_in = sign * (b[axis] - limit) >= 0
            if a_in:
                kept.append(a)
            if a_in != b_in:
                kept.append(_cut(a, b, axis, limit))
        if not kept:
            return []
        ring = [*kept, kept[0]]
    return ring


def clip_line(line: Line, box: Box) -> list[Line]:
    """Return the parts of the line inside the box."""
    west, south, east, north = box
    parts = [line]
    for axis, limit, sign in ((0, west, 1), (0, east, -1), (1, south, 1), (1, north, -1)):
        pieces: list[Line] = []
        for part in parts:
            piece: Line = [part[0]] if sign * (part[0][axis] - limit) >= 0 else []
            for a, b in pairwise(part):
                a_in = sign * (a[axis] - limit) >= 0
                b_in = sign * (b[axis] - limit) >= 0
                if a_in != b_in:
                    piece.append(_cut(a, b, axis, limit))
                if b_in:
                    piece.append(b)
                elif a_in:
                    pieces.append(piece)
                    piece = []
            pieces.append(piece)
        parts = [piece for piece in pieces if len(piece) > 1]
    return parts


def _cut(a: Point, b: Point, axis: int, limit: float) -> Point:
    share = (limit - a[axis]) / (b[axis] - a[axis])
    cut = a[1 - axis] + share * (b[1 - axis] - a[1 - axis])
    return (limit, cut) if axis == 0 else (cut, limit)


def edges_divided(ring: Line, box: Box, step_deg: float = 1.0) -> Line:
    """Return the ring with points added along the box's north and south edges.

    Between two points a map draws a great circle; along a parallel that would bulge out of the box.
    """
    _, south, _, north = box
    divided = ring[:1]
    for a, b in pairwise(ring):
        if a[1] == b[1] and a[1] in (south, north):
            count = int(abs(b[0] - a[0]) / step_deg)
            divided += [(a[0] + (b[0] - a[0]) * i / (count + 1), a[1]) for i in range(1, count + 1)]
        divided.append(b)
    return divided
