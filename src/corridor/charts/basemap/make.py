"""Make ``outline.json`` from the package world-atlas: land, borders and country labels of the study
window.

Run it by hand when the window or the source changes::

    npm install world-atlas@2.0.2 i18n-iso-countries@7.14.0
    python -m corridor.charts.basemap.make node_modules/world-atlas/countries-50m.json \\
        node_modules/i18n-iso-countries/codes.json
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from corridor.charts.basemap import Box, Line, Point, clip_line, clip_ring, edges_divided

WINDOW: Box = (-15.0, 0.0, 130.0, 70.0)
TOLERANCE_DEG = 0.02  # about 2 km: under half a pixel on the largest map drawn
SMALLEST_RING_DEG2 = 0.002  # islands below about 20 km2 vanish at that scale
LABELLED_DEG2 = 3.0  # smaller countries get no name on the map


def main(arguments: Sequence[str]) -> int:
    """Write outline.json beside this file from the map and the country codes named; 2 if they are
    not named."""
    if len(arguments) != 2:
        print(
            "usage: python -m corridor.charts.basemap.make countries-50m.json codes.json",
            file=sys.stderr,
        )
        return 2
    topology, codes = (
        json.loads(Path(argument).read_text(encoding="utf-8")) for argument in arguments
    )
    outline = make(topology, {numeric: alpha2 for alpha2, _, numeric, *_ in codes})
    text = json.dumps(outline, ensure_ascii=False, separators=(",", ":"))
    Path(__file__).with_name("outline.json").write_text(text + "\n", encoding="utf-8")
    print(f"outline.json: {len(text) / 1000:.0f} kB")
    return 0


def make(topology: dict[str, Any], alpha2: dict[str, str], window: Box = WINDOW) -> dict[str, Any]:
    """Return land polygons, border lines and country labels inside the window from a TopoJSON of
    countries.

    alpha2: ISO 3166-1 numeric code -> alpha-2; a territory without a code gets no label.
    Arcs are simplified before they are joined, so that neighbours keep one common border.
    """
    arcs = [simplified(arc) for arc in decoded(topology)]
    countries = topology["objects"]["countries"]["geometries"]
    land = rings(topology["objects"]["land"]["geometries"], arcs)
    polygons = []
    for polygon in land:
        outer = clip_ring(polygon[0], window)
        if len(outer) >= 4 and abs(area_deg2(outer)) >= SMALLEST_RING_DEG2:
            holes = [clip_ring(hole, window) for hole in polygon[1:]]
            kept = [
                hole
                for hole in holes
                if len(hole) >= 4 and abs(area_deg2(hole)) >= SMALLEST_RING_DEG2
            ]
            polygons.append([rounded(edges_divided(ring, window)) for ring in (outer, *kept)])
    borders = [
        rounded(part)
        for arc in shared_arcs(countries)
        for part in clip_line(arcs[arc], window)
        if len(part) > 1
    ]
    return {
        "window": list(window),
        "land": polygons,
        "borders": borders,
        "names": names(countries, arcs, alpha2, window),
    }


def decoded(topology: dict[str, Any]) -> list[Line]:
    """Return the arcs of a quantized TopoJSON in degrees.

    Source: TopoJSON format specification, section 2.1.2: arcs are delta-encoded integers.
    """
    scale = topology["transform"]["scale"]
    shift = topology["transform"]["translate"]
    lines = []
    for arc in topology["arcs"]:
        x = y = 0
        line: Line = []
        for dx, dy in arc:
            x = x + dx
            y = y + dy
            line.append((x * scale[0] + shift[0], y * scale[1] + shift[1]))
        lines.append(line)
    return lines


def simplified(line: Line, tolerance: float = TOLERANCE_DEG) -> Line:
    """Return the line without the points that lie nearer than the tolerance to the line without
    them.

    Source: Douglas and Peucker (1973), Cartographica 10(2).
    """
    if len(line) < 3:
        return line
    (x0, y0) = line[0]
    (x1, y1) = line[-1]
    length = math.hypot(x1 - x0, y1 - y0)

    def off(point: Point) -> float:
        if length == 0.0:  # a closed arc: distance from its one end
            return math.hypot(point[0] - x0, point[1] - y0)
        return abs((x1 - x0) * (y0 - point[1]) - (x0 - point[0]) * (y1 - y0)) / length

    worst = max(range(1, len(line) - 1), key=lambda i: off(line[i]))
    if off(line[worst]) < tolerance:
        return [line[0], line[-1]]
    return simplified(line[: worst + 1], tolerance)[:-1] + simplified(line[worst:], tolerance)


def rings(geometries: Iterable[dict[str, Any]], arcs: list[Line]) -> list[list[Line]]:
    """Return the polygons of some TopoJSON geometries, each a list of closed rings, the outer one
    first."""
    found: list[list[Line]] = []
    for geometry in geometries:
        kind = geometry.get("type")
        if kind == "GeometryCollection":
            found += rings(geometry["geometries"], arcs)
        elif kind == "MultiPolygon":
            found += [[joined(ring, arcs) for ring in polygon] for polygon in geometry["arcs"]]
        elif kind == "Polygon":
            found.append([joined(ring, arcs) for ring in geometry["arcs"]])
    return found


def joined(indices: Sequence[int], arcs: list[Line]) -> Line:
    """Return one ring from its arcs; a negative index is the complement of an arc walked backwards.

    A ring that passes 180 degrees goes on beyond it, else it would come back across the whole map.
    """
    ring: Line = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        for lon, lat in arc[1:] if ring else arc:
            turns = round((lon - ring[-1][0]) / 360) if ring else 0
            ring.append((lon - 360 * turns, lat))
    return ring


def shared_arcs(countries: Iterable[dict[str, Any]]) -> list[int]:
    """Return the arcs that two countries have in common: land borders."""
    owners: dict[int, set[int]] = {}

    def walk(nested: Any, owner: int) -> None:
        if isinstance(nested, int):
            owners.setdefault(nested if nested >= 0 else ~nested, set()).add(owner)
        else:
            for inner in nested:
                walk(inner, owner)

    for owner, country in enumerate(countries):
        walk(country.get("arcs", []), owner)
    return sorted(arc for arc, who in owners.items() if len(who) > 1)


def names(
    countries: Iterable[dict[str, Any]], arcs: list[Line], alpha2: dict[str, str], window: Box
) -> list[dict[str, Any]]:
    """Return country, name, lon, lat and size of those large enough to be named, at the widest part
    of each."""
    labels = []
    for country in countries:
        code = alpha2.get(country.get("id", ""))
        if code is None:
            continue
        outlines = [
            ring
            for polygon in rings([country], arcs)
            if len(ring := clip_ring(polygon[0], window)) >= 4
        ]
        if not outlines:
            continue
        largest = max(outlines, key=lambda ring: abs(area_deg2(ring)))
        size = abs(area_deg2(largest))
        if size >= LABELLED_DEG2:
            lon, lat = widest(largest)
            labels.append(
                {
                    "country": code,
                    "name": country["properties"]["name"],
                    "lon": round(lon, 2),
                    "lat": round(lat, 2),
                    "size": round(size, 1),
                }
            )
    return sorted(labels, key=lambda label: -float(label["size"]))


def widest(ring: Line, rows: int = 25) -> Point:
    """Return the middle of the longest stretch of a parallel inside the ring."""
    low = min(y for _, y in ring)
    high = max(y for _, y in ring)
    best: tuple[float, Point] = (-1.0, ring[0])
    for row in range(1, rows):
        lat = low + (high - low) * row / rows
        cuts = sorted(
            x0 + (lat - y0) * (x1 - x0) / (y1 - y0)
            for (x0, y0), (x1, y1) in pairwise(ring)
            if (y0 <= lat) != (y1 <= lat)
        )
        for west, east in zip(cuts[::2], cuts[1::2], strict=False):
            best = max(best, (east - west, ((west + east) / 2, lat)))
    return best[1]


def area_deg2(ring: Line) -> float:
    """Return the signed area of a closed ring in square degrees, by the shoelace formula."""
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairwise(ring)) / 2


def rounded(line: Line) -> Line:
    """Return the line at two decimals (about 1 km) without repeated points."""
    kept: Line = []
    for lon, lat in line:
        point = (round(lon, 2), round(lat, 2))
        if not kept or kept[-1] != point:
            kept.append(point)
    return kept


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
