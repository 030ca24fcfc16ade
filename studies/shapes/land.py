"""Land: the shortest path between two places along roads or railways, gaps of the data bridged."""

from __future__ import annotations

import gzip
import importlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree
from studies.shapes.stations import MIN_ARC_KM, MIN_GAIN_KM, Arc, Stations, on_sphere

from corridor.network.geo import EARTH_RADIUS_KM, great_circle_km
from corridor.network.shapes import Point

LONG_KM = 20.0  # an arc so long is one whose bends the package has left out
MAX_OFFSET = 0.2  # of a long arc's ends apart: a place so far beside it may lie on it
NEAREST = 200  # nodes tried from a place: cities have many yards that lead nowhere
BRIDGE = 1.5  # a gap counts so many times its length
ACCESS = (1.0, 1.2, 1.4)  # times its length that the line from a place to the network counts
_SKIPPED = frozenset({"abandoned", "razed", "dismantled", "disused", "platform", "station"})


Line = list[Point]
Places = NDArray[np.float64]  # longitude, latitude in degrees [nodes, 2]


class Trace(NamedTuple):
    """A line along the network and its length there, which is more than that of its points."""

    points: list[Point]
    traced_km: float


@dataclass(frozen=True)
class Arcs:
    """Arcs of a network: from, to and length of each, both directions."""

    tails: NDArray[np.int64]
    heads: NDArray[np.int64]
    km: Places


class Reach(NamedTuple):
    """How far a place may lie from the network, and how many times that line's length counts."""

    max_km: float
    factor: float


class Access(NamedTuple):
    """The nodes that a place is joined to, how far each is, and the long arcs it lies on."""

    nodes: NDArray[np.int64]
    km: Places
    shares: Places  # where along each long arc it lies, nan where on none
    beside_km: Places


class LandNetwork:
    """Roads or railways as a graph of places."""

    def __init__(self, places: Places, arcs: Arcs, gap_km: float) -> None:
        """Join parts of the network whose nodes lie nearer than the gap."""
        self._places = places
        self._tree = cKDTree(on_sphere(places))
        bridges = self._bridges(arcs, gap_km)
        self._graph = _graph(
            np.concatenate([arcs.tails, bridges.tails]),
            np.concatenate([arcs.heads, bridges.heads]),
            np.concatenate([arcs.km, bridges.km]),
            len(places),
        )
        self._long = self._long_arcs(arcs)

    def traces(self, places: Sequence[Point], max_km: float, reach_km: float) -> list[Trace]:
        """Return the shortest paths from the first place to the last by the others.

        There are several, as the lines from places to the network are straight or bent; none
        where the network is further from a place than reach_km, or the path is longer than max_km.
        """
        traces = [self.trace(places, max_km, Reach(reach_km, factor)) for factor in ACCESS]
        return [trace for trace in traces if trace is not None]

    def trace(self, places: Sequence[Point], max_km: float, reach: Reach) -> Trace | None:
        """Return the path by the nodes nearest to the places between the first and the last."""
        _, nodes = self._tree.query(on_sphere(np.array(places)))
        via = [_point(self._places[node]) for node in nodes[1:-1]]

        sections = []
        for start, end in pairwise([places[0], *via, places[-1]]):
            section = self._section(start, end, max_km, reach)
            if section is None:
                return None
            sections.append(section)

        points = [*sections[0].points]
        for section in sections[1:]:
            points += section.points[1:]
        return Trace(points, sum(section.traced_km for section in sections))

    def _section(self, start: Point, end: Point, max_km: float, reach: Reach) -> Trace | None:
        """Return the shortest path between two places; null where there is none so short."""
        count = len(self._places)
        start_access = self._access(start, reach)
        end_access = self._access(end, reach)
        straight_km = self._between_km(start_access, end_access)

        graph = _with_start(self._graph, start_access)
        distances, before = dijkstra(graph, indices=count, limit=max_km, return_predecessors=True)
        by_node = distances[end_access.nodes] + end_access.km
        path_km = float(by_node.min(initial=np.inf))
        if straight_km < min(path_km, max_km):
            return Trace([start, end], straight_km)
        if path_km > max_km:
            return None
        path = _path(before, count, int(end_access.nodes[by_node.argmin()]))
        points = [start, *(_point(self._places[node]) for node in path), end]
        return Trace(points, path_km)

    def _access(self, place: Point, reach: Reach) -> Access:
        """Return the nodes near a place, and those at the ends of long arcs it may lie on."""
        offsets_km, nodes = self._tree.query(
            on_sphere(np.array([place])), k=NEAREST, distance_upper_bound=reach.max_km
        )
        near = np.isfinite(offsets_km)

        long = self._long
        shares, beside_km = _beside(place, self._places[long.tails], self._places[long.heads])
        chords_km = great_circle_km(*self._places[long.tails].T, *self._places[long.heads].T)
        on = (shares > 0) & (shares < 1) & (beside_km < MAX_OFFSET * chords_km)
        to_tail_km = reach.factor * beside_km[on] + shares[on] * long.km[on]
        return Access(
            np.concatenate([nodes[near], long.tails[on]]),
            np.concatenate([reach.factor * offsets_km[near], to_tail_km]) + 0.001,
            np.where(on, shares, np.nan),
            reach.factor * beside_km,
        )

    def _between_km(self, start: Access, end: Access) -> float:
        """Return how far two places on one long arc lie apart along it; inf where on none."""
        along_km = np.abs(start.shares - end.shares) * self._long.km
        both_km = along_km + start.beside_km + end.beside_km
        return float(np.nanmin(both_km, initial=np.inf))

    def _long_arcs(self, arcs: Arcs) -> Arcs:
        """Return the arcs whose ends lie far apart, both directions."""
        apart_km = great_circle_km(*self._places[arcs.tails].T, *self._places[arcs.heads].T)
        long = apart_km > LONG_KM
        return Arcs(arcs.tails[long], arcs.heads[long], arcs.km[long])

    def _bridges(self, arcs: Arcs, gap_km: float) -> Arcs:
        """Return arcs over the gaps between parts of the network."""
        count = len(self._places)
        graph = csr_matrix((arcs.km, (arcs.tails, arcs.heads)), shape=(count, count))
        _, part = connected_components(graph, directed=False)

        pairs = self._tree.query_pairs(gap_km, output_type="ndarray")
        pairs = pairs[part[pairs[:, 0]] != part[pairs[:, 1]]]
        tails, heads = pairs.T
        km = BRIDGE * great_circle_km(*self._places[tails].T, *self._places[heads].T) + 0.001
        return Arcs(
            np.concatenate([tails, heads]), np.concatenate([heads, tails]), np.concatenate([km, km])
        )


def package_network(name: str, gap_km: float, stations: Stations) -> LandNetwork:
    """Return a network of scgraph-data around the Old World, where studies lie.

    stations: places its long arcs are led through.
    """
    geograph = getattr(importlib.import_module(f"scgraph_data.{name}"), f"{name}_geograph")
    lat_lon = np.array(geograph.nodes)
    lat, lon = lat_lon.T
    inside = (lat > -36) & (lat < 62) & (lon > -12) & (lon < 146)
    row = np.cumsum(inside) - 1

    arcs = [
        (row[tail], row[head], max(km, 0.001))
        for tail, heads in enumerate(geograph.graph)
        if inside[tail]
        for head, km in heads.items()
        if inside[head]
    ]
    tails, heads, km = zip(*arcs, strict=True)
    places, led = _led_through(
        stations, lat_lon[inside][:, ::-1], Arcs(np.array(tails), np.array(heads), np.array(km))
    )
    return LandNetwork(places, led, gap_km)


def _led_through(stations: Stations, places: Places, arcs: Arcs) -> tuple[Places, Arcs]:
    """Return a network whose long arcs are cut at the stations they pass."""
    apart_km = great_circle_km(*places[arcs.tails].T, *places[arcs.heads].T)
    is_bent = (arcs.km > MIN_ARC_KM) & (arcs.km > apart_km + MIN_GAIN_KM)
    tails, heads, km = [[part[~is_bent]] for part in (arcs.tails, arcs.heads, arcs.km)]
    spots = [places]
    count = len(places)

    for row in np.flatnonzero(is_bent & (arcs.tails < arcs.heads)):
        tail, head = arcs.tails[row], arcs.heads[row]
        along = stations.along(Arc(places[tail], places[head], float(arcs.km[row])))
        line = np.concatenate([places[[tail]], along, places[[head]]])
        steps_km = great_circle_km(*line[:-1].T, *line[1:].T) + 0.0001
        nodes = np.array([tail, *range(count, count + len(along)), head])

        spots.append(along)
        count += len(along)
        tails += [nodes[:-1], nodes[1:]]
        heads += [nodes[1:], nodes[:-1]]
        km += [arcs.km[row] * steps_km / steps_km.sum()] * 2

    return np.concatenate(spots), Arcs(
        np.concatenate(tails), np.concatenate(heads), np.concatenate(km)
    )


def ways_network(folder: Path, gap_km: float) -> LandNetwork:
    """Return the network of railways of OpenStreetMap in some files, joined at shared points."""
    lines: list[Line] = []
    for path in sorted(folder.glob("*_railways.json.gz")):
        ways = json.loads(gzip.decompress(path.read_bytes()))
        lines += [_line(way) for way in ways if way.get("type") not in _SKIPPED]
    for path in sorted(folder.glob("*_railways_shp.zip")):
        lines += _shapefile_lines(path)
    return _network(lines, gap_km)


def _shapefile_lines(path: Path) -> Iterator[Line]:
    """Give the lines of a packed shapefile, to a metre."""
    import shapefile

    with shapefile.Reader(str(path)) as reader:
        for shape in reader.iterShapes():
            points = [(round(lon, 5), round(lat, 5)) for lon, lat in shape.points]
            for start, end in pairwise([*shape.parts, len(points)]):
                yield points[start:end]


def _network(lines: Sequence[Line], gap_km: float) -> LandNetwork:
    """Return the network of some lines, joined where points are shared."""
    row: dict[Point, int] = {}
    tails: list[int] = []
    heads: list[int] = []
    for line in lines:
        rows = [row.setdefault(point, len(row)) for point in line]
        tails += rows[:-1] + rows[1:]
        heads += rows[1:] + rows[:-1]

    places = np.array(list(row))
    km = great_circle_km(*places[tails].T, *places[heads].T) + 0.0001
    return LandNetwork(places, Arcs(np.array(tails), np.array(heads), km), gap_km)


def _line(way: dict[str, Any]) -> Line:
    """Return the points of a way, longitude first, to a metre."""
    return [(round(lon, 5), round(lat, 5)) for lat, lon in way["geometry"]]


def _point(place: Places) -> Point:
    return float(place[0]), float(place[1])


def _beside(place: Point, starts: Places, ends: Places) -> tuple[Places, Places]:
    """Return where along straight lines a place lies, as a share, and how far beside them in km.

    On a plane that touches the globe at the place: right to some percent over 300 km.
    """
    scale = np.array([np.cos(np.radians(place[1])), 1.0]) * np.radians(1.0) * EARTH_RADIUS_KM
    to_start = (starts - np.array(place)) * scale
    along = (ends - starts) * scale

    shares = -(to_start * along).sum(axis=1) / (along**2).sum(axis=1)
    nearest = to_start + shares[:, None] * along
    return shares, np.hypot(nearest[:, 0], nearest[:, 1])


def _graph(
    tails: NDArray[np.int64], heads: NDArray[np.int64], km: Places, count: int
) -> csr_matrix:
    """Return arcs as a matrix; of those between the same two nodes the shortest."""
    order = np.lexsort((km, heads, tails))
    tails, heads, km = tails[order], heads[order], km[order]
    is_first = np.append(True, (tails[1:] != tails[:-1]) | (heads[1:] != heads[:-1]))
    return csr_matrix((km[is_first], (tails[is_first], heads[is_first])), shape=(count, count))


def _with_start(graph: csr_matrix, access: Access) -> csr_matrix:
    """Return a graph with one more node, from which arcs go to the nodes a place is joined to."""
    count = graph.shape[0] + 1
    return csr_matrix(
        (
            np.concatenate([graph.data, access.km]),
            np.concatenate([graph.indices, access.nodes]),
            np.append(graph.indptr, graph.indptr[-1] + len(access.nodes)),
        ),
        shape=(count, count),
    )


def _path(before: Sequence[int], start: int, end: int) -> list[int]:
    """Return the nodes after one to another of a tree of shortest paths."""
    path = []
    node = end
    while node != start:
        path.append(node)
        node = before[node]
    return path[::-1]
