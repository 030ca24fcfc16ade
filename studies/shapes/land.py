"""Land: the shortest path between two places along roads or railways, gaps of the data bridged."""

from __future__ import annotations

import gzip
import importlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from corridor.network.geo import EARTH_RADIUS_KM, great_circle_km
from corridor.network.shapes import Point

REACH_KM = 25.0  # from a place to the network
NEAREST = 200  # nodes tried from a place: cities have many yards that lead nowhere
BRIDGE = 1.5  # a gap counts so many times its length
ACCESS = 1.4  # and so does the line from a place to the network
_SKIPPED = frozenset({"abandoned", "razed", "dismantled", "disused", "platform", "station"})

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


class LandNetwork:
    """Roads or railways as a graph of places."""

    def __init__(self, places: Places, arcs: Arcs, gap_km: float) -> None:
        """Join parts of the network whose nodes lie nearer than the gap."""
        self._places = places
        self._tree = cKDTree(_on_sphere(places))
        bridges = self._bridges(arcs, gap_km)
        self._tails = np.concatenate([arcs.tails, bridges.tails])
        self._heads = np.concatenate([arcs.heads, bridges.heads])
        self._km = np.concatenate([arcs.km, bridges.km])

    def trace(self, start: Point, end: Point, max_km: float) -> Trace | None:
        """Return the shortest path between two places; null where there is none so short."""
        count = len(self._places)
        ends = np.array([start, end])
        offsets_km, nodes = self._tree.query(
            _on_sphere(ends), k=NEAREST, distance_upper_bound=REACH_KM
        )
        near = np.isfinite(offsets_km)
        access_km = ACCESS * offsets_km + 0.001

        out = near[0]
        back = near[1]
        tails = np.concatenate([self._tails, np.full(out.sum(), count), nodes[1][back]])
        heads = np.concatenate([self._heads, nodes[0][out], np.full(back.sum(), count + 1)])
        km = np.concatenate([self._km, access_km[0][out], access_km[1][back]])
        graph = csr_matrix((km, (tails, heads)), shape=(count + 2, count + 2))

        distances, before = dijkstra(graph, indices=count, limit=max_km, return_predecessors=True)
        if not np.isfinite(distances[count + 1]):
            return None
        path = _path(before, count, count + 1)
        points = [start, *(tuple(self._places[node].tolist()) for node in path), end]
        return Trace(points, float(distances[count + 1]))

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


def package_network(name: str, gap_km: float) -> LandNetwork:
    """Return a network of scgraph-data around the Old World, where studies lie."""
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
    return LandNetwork(
        lat_lon[inside][:, ::-1], Arcs(np.array(tails), np.array(heads), np.array(km)), gap_km
    )


def ways_network(folder: Path, gap_km: float) -> LandNetwork:
    """Return the network of ways of OpenStreetMap in some files, joined where points are shared."""
    lines: list[list[tuple[float, float]]] = []
    for path in sorted(folder.glob("*_railways.json.gz")):
        ways = json.loads(gzip.decompress(path.read_bytes()))
        lines += [_line(way) for way in ways if way.get("type") not in _SKIPPED]

    row: dict[tuple[float, float], int] = {}
    tails: list[int] = []
    heads: list[int] = []
    for line in lines:
        rows = [row.setdefault(point, len(row)) for point in line]
        tails += rows[:-1] + rows[1:]
        heads += rows[1:] + rows[:-1]

    places = np.array(list(row))
    km = great_circle_km(*places[tails].T, *places[heads].T) + 0.0001
    return LandNetwork(places, Arcs(np.array(tails), np.array(heads), km), gap_km)


def _line(way: dict[str, Any]) -> list[tuple[float, float]]:
    """Return the points of a way, longitude first, to a metre."""
    return [(round(lon, 5), round(lat, 5)) for lat, lon in way["geometry"]]


def _path(before: Sequence[int], start: int, end: int) -> list[int]:
    """Return the nodes between two of a tree of shortest paths."""
    path = []
    node = before[end]
    while node != start:
        path.append(node)
        node = before[node]
    return path[::-1]


def _on_sphere(places: Places) -> Places:
    """Return places as points of the globe in km [places, 3]."""
    lon, lat = np.radians(places).T
    return EARTH_RADIUS_KM * np.stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1
    )
