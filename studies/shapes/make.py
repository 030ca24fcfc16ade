"""Write ``shapes.csv`` of a study: roads and railways by OpenStreetMap, ships by sea lanes.

Run it by hand where links or places changed. It needs two packages beside those of corridor, and
takes a minute::

    pip install "scgraph<3" scgraph-data==2.0.0 shapely
    python -m studies.shapes.make studies/kazakhstan-pakistan [FOLDER of lines by country]

The folder is one of files ``*_railways.json.gz``, ways of OpenStreetMap with all their points; they
are finer than the package's railways, and know lines under construction.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from studies.shapes.land import LandNetwork, package_network, ways_network
from studies.shapes.sea import SeaLanes

from corridor.checks.shapes import LAND_MODES, MAX_DIFFERENCE, MIN_DIFFERENCE_KM
from corridor.network.shapes import Point, length_km, text_of

MAX_STRAIGHT_KM = 40.0  # links so short are drawn straight where that is their length
THIN_DEG = 0.004  # about 400 m
COLUMNS = ("link_id", "line", "traced_km", "source_id", "confidence", "note")


class Link(NamedTuple):
    """A link of the study with the places of its ends."""

    link_id: str
    mode: str
    length_km: float
    start: Point
    end: Point


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
    networks = {
        "road": [("scgraph-roads", package_network("world_highways", gap_km=3.0))],
        "rail": [("scgraph-rail", package_network("world_railways", gap_km=6.0))],
    }
    if len(arguments) == 2:
        networks["rail"].append(("osm", ways_network(Path(arguments[1]), gap_km=1.0)))
    lanes = SeaLanes()

    rows = []
    for link in links:
        shape = (
            land_shape(link, networks[link.mode])
            if link.mode in networks
            else sea_shape(link, lanes)
        )
        if shape is not None:
            rows.append(row_of(link, shape))

    write(study / "shapes.csv", rows)
    print(f"{len(rows)} of {len(links)} links have a line")
    return 0


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


def land_shape(link: Link, networks: Sequence[tuple[str, LandNetwork]]) -> Shape | None:
    """Return the trace whose length is nearest to the link's; null where none is near."""
    shapes = []
    for source_id, network in networks:
        trace = network.trace(link.start, link.end, max_km=1.3 * link.length_km + 30)
        if trace is not None and _is_near(trace.traced_km, link.length_km):
            shapes.append(Shape(trace.points, trace.traced_km, source_id, "B"))

    air_km = length_km([link.start, link.end])
    if link.length_km <= MAX_STRAIGHT_KM and _is_near(air_km, link.length_km):
        note = "straight: its ends lie as far apart as it is long"
        shapes.append(Shape([link.start, link.end], air_km, "own-estimate", "C", note))

    if not shapes:
        return None
    return min(
        shapes,
        key=lambda shape: (
            shape.source_id == "own-estimate",
            abs(shape.traced_km - link.length_km),
        ),
    )


def sea_shape(link: Link, lanes: SeaLanes) -> Shape:
    """Return the lane of a ship between two ports whose length is nearest to the link's."""
    lane = lanes.lane(link.start, link.end, link.length_km)
    return Shape(lane.points, length_km(lane.points), lane.source_id, "C", lane.note)


def _is_near(traced_km: float, link_km: float) -> bool:
    return abs(traced_km - link_km) <= max(MIN_DIFFERENCE_KM, MAX_DIFFERENCE * link_km)


def row_of(link: Link, shape: Shape) -> dict[str, str]:
    """Return the row of a link, its line thinned."""
    points = thinned(shape.points) if link.mode in LAND_MODES else list(shape.points)
    return {
        "link_id": link.link_id,
        "line": text_of(points),
        "traced_km": f"{shape.traced_km:.1f}",
        "source_id": shape.source_id,
        "confidence": shape.confidence,
        "note": shape.note,
    }


def thinned(points: Sequence[Point]) -> list[Point]:
    """Return a line without the points that lie on it to 400 m. Source: Douglas, Peucker (1973)."""
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
