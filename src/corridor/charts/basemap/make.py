"""Make ``outline.json`` from the package world-atlas: land, borders and country labels.

Run it by hand when the window or the source changes::

    npm install world-atlas@2.0.2 i18n-iso-countries@7.14.0
    python -m corridor.charts.basemap.make node_modules/world-atlas/countries-50m.json \\
        node_modules/i18n-iso-countries/codes.json
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from corridor.charts.basemap.clipping import (
    Bounds,
    Line,
    Point,
    clip_line,
    clip_ring,
    divide_edges,
)
from corridor.charts.basemap.outline import is_ring
from corridor.charts.basemap.view import MAPPED

TOLERANCE_DEG = 0.02  # about 2 km: under half a pixel on the largest map drawn
MIN_RING_DEG2 = 0.002  # islands below about 20 km2 vanish at that scale
MIN_LABELLED_DEG2 = 3.0  # smaller countries get no name on the map

Polygon = list[Line]  # its rings, the outer one first


def main(arguments: Sequence[str]) -> int:
    """Write outline.json beside this file from the map and the country codes named.

    Returns 2, as a shell expects it, if they are not named.
    """
    if len(arguments) != 2:
        usage = "usage: python -m corridor.charts.basemap.make countries-50m.json codes.json"
        print(usage, file=sys.stderr)
        return 2

    topology, codes = (
        json.loads(Path(argument).read_text(encoding="utf-8")) for argument in arguments
    )
    outline = make_outline(topology, {numeric: alpha2 for alpha2, _, numeric, *_ in codes})
    text = json.dumps(outline, ensure_ascii=False, separators=(",", ":"))
    Path(__file__).with_name("outline.json").write_text(text + "\n", encoding="utf-8")
    print(f"outline.json: {len(text) / 1000:.0f} kB")
    return 0


def make_outline(
    topology: dict[str, Any], alpha2: dict[str, str], window: Bounds = MAPPED
) -> dict[str, Any]:
    """Return land, borders and country labels inside the window from a TopoJSON of countries.

    alpha2: ISO 3166-1 numeric code -> alpha-2; a territory without a code gets no label.
    """
    # Arcs are simplified before they are joined, so that neighbours keep one common border.
    arcs = [simplify(arc) for arc in decode_arcs(topology)]
    countries = topology["objects"]["countries"]["geometries"]
    land = polygons(topology["objects"]["land"]["geometries"], arcs)

    return {
        "window": list(window),
        "land": list(_land(land, window)),
        "borders": list(_borders(countries, arcs, window)),
        "names": country_labels(countries, arcs, alpha2, window),
    }


def _land(land: Iterable[Polygon], window: Bounds) -> Iterator[Polygon]:
    """Give the polygons inside the window that are large enough to be seen."""
    for outer_ring, *hole_rings in land:
        outer = clip_ring(outer_ring, window)
        if not _is_visible(outer):
            continue

        holes = [clip_ring(hole, window) for hole in hole_rings]
        rings = [outer, *(hole for hole in holes if _is_visible(hole))]
        yield [round_line(divide_edges(ring, window)) for ring in rings]


def _is_visible(ring: Line) -> bool:
    return is_ring(ring) and abs(area_deg2(ring)) >= MIN_RING_DEG2


def _borders(
    countries: Iterable[dict[str, Any]], arcs: Sequence[Line], window: Bounds
) -> Iterator[Line]:
    for arc in shared_arcs(countries):
        for piece in clip_line(arcs[arc], window):
            yield round_line(piece)


def decode_arcs(topology: dict[str, Any]) -> list[Line]:
    """Return the arcs of a quantized TopoJSON in degrees.

    Source: TopoJSON format specification, section 2.1.2: arcs are delta-encoded integers.
    """
    scale_x, scale_y = topology["transform"]["scale"]
    shift_x, shift_y = topology["transform"]["translate"]

    def decode(arc: Iterable[Sequence[int]]) -> Line:
        x = 0
        y = 0
        line: Line = []
        for dx, dy in arc:
            x += dx
            y += dy
            line.append((x * scale_x + shift_x, y * scale_y + shift_y))
        return line

    return [decode(arc) for arc in topology["arcs"]]


def simplify(line: Line, tolerance: float = TOLERANCE_DEG) -> Line:
    """Return the line without the points that lie nearer than the tolerance to the rest of it.

    Source: Douglas and Peucker (1973), Cartographica 10(2).
    """
    if len(line) < 3:
        return line

    distances = [_distance(point, line[0], line[-1]) for point in line[1:-1]]
    farthest = max(distances)
    if farthest < tolerance:
        return [line[0], line[-1]]

    corner = 1 + distances.index(farthest)
    return simplify(line[: corner + 1], tolerance)[:-1] + simplify(line[corner:], tolerance)


def _distance(point: Point, start: Point, end: Point) -> float:
    """Return how far a point lies from the line through two others, in degrees."""
    width = end[0] - start[0]
    height = end[1] - start[1]
    length = math.hypot(width, height)
    if length == 0.0:  # a closed arc: distance from its one end
        return math.hypot(point[0] - start[0], point[1] - start[1])
    return abs(width * (start[1] - point[1]) - (start[0] - point[0]) * height) / length


def polygons(geometries: Iterable[dict[str, Any]], arcs: Sequence[Line]) -> Iterator[Polygon]:
    """Give the polygons of some TopoJSON geometries."""
    for geometry in geometries:
        match geometry.get("type"):
            case "GeometryCollection":
                yield from polygons(geometry["geometries"], arcs)
            case "MultiPolygon":
                for polygon in geometry["arcs"]:
                    yield [join_arcs(ring, arcs) for ring in polygon]
            case "Polygon":
                yield [join_arcs(ring, arcs) for ring in geometry["arcs"]]


def join_arcs(indices: Sequence[int], arcs: Sequence[Line]) -> Line:
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
    for owner, country in enumerate(countries):
        for index in _arc_indices(country.get("arcs", [])):
            arc = index if index >= 0 else ~index
            owners.setdefault(arc, set()).add(owner)
    return sorted(arc for arc, countries_of_arc in owners.items() if len(countries_of_arc) > 1)


def _arc_indices(nested: Any) -> Iterator[int]:
    if isinstance(nested, int):
        yield nested
        return
    for inner in nested:
        yield from _arc_indices(inner)


def country_labels(
    countries: Iterable[dict[str, Any]],
    arcs: Sequence[Line],
    alpha2: dict[str, str],
    window: Bounds,
) -> list[dict[str, Any]]:
    """Return the labels of the countries large enough to be named, the largest first.

    Parameters
    ----------
    countries
        TopoJSON geometries with their names.
    arcs
        In degrees.
    alpha2
        ISO 3166-1 numeric code -> alpha-2; a territory without a code gets no label.
    window
        The part of the world that is mapped.

    Returns
    -------
    list
        country, name, lon and lat (the widest part of its largest piece), size (square degrees).
    """
    labels = []
    for country in countries:
        code = alpha2.get(country.get("id", ""))
        place = _label_place(country, arcs, window)
        if code is not None and place is not None:
            labels.append({"country": code, "name": country["properties"]["name"], **place})

    return sorted(labels, key=lambda label: -float(label["size"]))


def _label_place(
    country: dict[str, Any], arcs: Sequence[Line], window: Bounds
) -> dict[str, float] | None:
    """Return place and size of a country's label; None where it is too small to be named."""
    pieces = [clip_ring(polygon[0], window) for polygon in polygons([country], arcs)]
    rings = [piece for piece in pieces if is_ring(piece)]
    largest = max(rings, key=lambda ring: abs(area_deg2(ring)), default=[])
    size = abs(area_deg2(largest))
    if size < MIN_LABELLED_DEG2:
        return None

    lon, lat = widest_point(largest)
    return {"lon": round(lon, 2), "lat": round(lat, 2), "size": round(size, 1)}


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


def round_line(line: Line) -> Line:
    """Return the line at two decimals (about 1 km) without repeated points."""
    points: Line = []
    for lon, lat in line:
        point = (round(lon, 2), round(lat, 2))
        if not points or points[-1] != point:
            points.append(point)
    return points


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
