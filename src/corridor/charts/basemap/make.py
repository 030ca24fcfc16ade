"""Make ``network/outline.json`` from the package world-atlas: land, countries, labels.

Run it by hand when the source changes::

    npm install world-atlas@2.0.2 i18n-iso-countries@7.14.0
    python -m corridor.charts.basemap.make node_modules/world-atlas/countries-50m.json \\
        node_modules/i18n-iso-countries/codes.json
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from corridor.charts.basemap.clipping import Line, Point, area_deg2, widest_point
from corridor.network.outline import Label, join_arcs, pack_arc, without_jumps

TOLERANCE_DEG = 0.02  # about 2 km: under half a pixel on the largest map drawn
MIN_RING_DEG2 = 0.002  # islands below about 20 km2 vanish at that scale
CODES_BEYOND_ISO = {"Kosovo": "XK"}
NAMES = {"Turkey": "Türkiye"}  # as the United Nations have it since 2022

Rings = list[list[int]]  # a polygon by the numbers of its arcs, the outer ring first


def main(arguments: Sequence[str]) -> int:
    """Write outline.json into the package from the map and the country codes named.

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
    target = files("corridor.network").joinpath("outline.json")
    Path(str(target)).write_text(text + "\n", encoding="utf-8")
    print(f"outline.json: {len(text) / 1000:.0f} kB")
    return 0


def make_outline(topology: Mapping[str, Any], alpha2: Mapping[str, str]) -> dict[str, Any]:
    """Return what ``outline.json`` holds from a TopoJSON of countries.

    alpha2: ISO 3166-1 numeric code -> alpha-2; a territory without a code is land of no country.
    """
    # Arcs are thinned before they are joined, so that neighbours keep one common border.
    arcs = [simplify(without_jumps(arc)) for arc in decode_arcs(topology)]
    geometries = topology["objects"]["countries"]["geometries"]
    pieces: dict[str, list[Mapping[str, Any]]] = {}
    for geometry in geometries:
        if (code := _code(geometry, alpha2)) is not None:
            pieces.setdefault(code, []).append(geometry)
    countries = {
        code: large_polygons(_polygons(pieces_of, arcs), arcs) for code, pieces_of in pieces.items()
    }

    rings_of_countries = {tuple(_largest_ring(shapes)) for shapes in countries.values()}
    land = [
        polygon
        for polygon in _polygons(topology["objects"]["land"]["geometries"], arcs)
        if _is_large(polygon[0], arcs) or tuple(polygon[0]) in rings_of_countries
    ]
    labels = [
        _label(code, _name(pieces[code], arcs), shapes, arcs) for code, shapes in countries.items()
    ]

    return _renumbered(
        {
            "land": land,
            "countries": countries,
            "labels": sorted(labels, key=lambda label: -label.size),
        },
        arcs,
    )


def _polygons(geometries: Iterable[Mapping[str, Any]], arcs: Sequence[Line]) -> Iterator[Rings]:
    """Give polygons with their outer ring first, which the source does not promise at the pole."""
    for rings in polygons(geometries):
        yield sorted(rings, key=lambda ring: -_size(ring, arcs)) if len(rings) > 1 else rings


def _code(geometry: Mapping[str, Any], alpha2: Mapping[str, str]) -> str | None:
    name = geometry["properties"]["name"]
    return alpha2.get(geometry.get("id", "")) or CODES_BEYOND_ISO.get(name)


def _name(pieces: Sequence[Mapping[str, Any]], arcs: Sequence[Line]) -> str:
    """Return the name of the largest of the pieces that share a country's code."""
    largest = max(
        pieces, key=lambda piece: max(_size(polygon[0], arcs) for polygon in polygons([piece]))
    )
    name = str(largest["properties"]["name"])
    return NAMES.get(name, name)


def large_polygons(shapes: Iterable[Rings], arcs: Sequence[Line]) -> list[Rings]:
    """Return the polygons that are large enough to be seen, and the largest one whatever it is."""
    by_size = sorted(shapes, key=lambda polygon: -_size(polygon[0], arcs))
    return [p for n, p in enumerate(by_size) if n == 0 or _is_large(p[0], arcs)]


def _is_large(ring: Sequence[int], arcs: Sequence[Line]) -> bool:
    """Tell whether a ring can be seen: a hole round the pole is long and has no height."""
    lats = [lat for _, lat in join_arcs(ring, arcs)]
    return max(lats) - min(lats) >= TOLERANCE_DEG and _size(ring, arcs) >= MIN_RING_DEG2


def _size(ring: Sequence[int], arcs: Sequence[Line]) -> float:
    return abs(area_deg2(join_arcs(ring, arcs)))


def _largest_ring(shapes: Sequence[Rings]) -> list[int]:
    """Return the outer ring of the first, which is the largest, of a country's polygons."""
    outer_ring, *_ = shapes[0]
    return outer_ring


def _label(code: str, name: str, shapes: Sequence[Rings], arcs: Sequence[Line]) -> Label:
    """Return the label of a country; shapes: its polygons, the largest first."""
    ring = join_arcs(_largest_ring(shapes), arcs)
    lon, lat = widest_point(ring)
    east = (lon + 180) % 360 - 180
    return Label(code, name, round(east, 2), round(lat, 2), round(abs(area_deg2(ring)), 3))


def _renumbered(shapes: dict[str, Any], arcs: Sequence[Line]) -> dict[str, Any]:
    """Return shapes with the arcs they use, numbered anew; holes too small to be seen are gone."""
    number_of: dict[int, int] = {}

    def new(index: int) -> int:
        arc = index if index >= 0 else ~index
        number = number_of.setdefault(arc, len(number_of))
        return number if index >= 0 else ~number

    def new_polygon(polygon: Rings) -> Rings:
        outer, *holes = polygon
        rings = [outer, *(hole for hole in holes if _is_large(hole, arcs))]
        return [[new(index) for index in ring] for ring in rings]

    land = [new_polygon(polygon) for polygon in shapes["land"]]
    countries = {
        code: [new_polygon(polygon) for polygon in polygons_of]
        for code, polygons_of in shapes["countries"].items()
    }
    return {
        "arcs": [pack_arc(arcs[arc]) for arc in number_of],
        "land": land,
        "countries": countries,
        "labels": shapes["labels"],
    }


def decode_arcs(topology: Mapping[str, Any]) -> list[Line]:
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


def polygons(geometries: Iterable[Mapping[str, Any]]) -> Iterator[Rings]:
    """Give the polygons of some TopoJSON geometries."""
    for geometry in geometries:
        match geometry.get("type"):
            case "GeometryCollection":
                yield from polygons(geometry["geometries"])
            case "MultiPolygon":
                yield from geometry["arcs"]
            case "Polygon":
                yield geometry["arcs"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
