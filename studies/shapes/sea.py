"""Sea: lanes of ships between ports, along the world's sea network and round land near coasts.

The network (marnet, of Eurostat's searoute) is coarse: from a port to it, and between ports near
each other, the path is looked for on a grid of sea and land.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from corridor.network.outline import outline
from corridor.network.shapes import Point, length_km

# Where ships pass between shores nearer than the outline of the world can show, or through land:
# Suez, Bosporus, Dardanelles, Messina, the channel of the Volga (west, south, east, north).
SUEZ = (31.9, 29.6, 32.9, 31.6)
CHANNELS = (
    SUEZ,
    (28.5, 40.8, 29.5, 41.4),
    (25.8, 39.8, 27.6, 40.8),
    (15.2, 37.8, 15.9, 38.4),
    (47.4, 45.3, 48.6, 46.6),
)
LAND_COST = 40.0  # a km of land counts so many of sea
REACH_KM = 500.0  # from a port to the network
NEAREST = 80
MAX_GRID_KM = 1500.0  # links so short are looked for on a grid too
GRID_CELLS = 90_000
MAX_LAND_KM = 10.0  # in one piece, of a straight line of the network
MARGIN_DEG = 2.5  # of a grid around two ports
MAX_CHORD_KM = 600.0  # a straight line over more would leave the lane
LAND_WEIGHT = 400.0  # km of land in one piece that a lane of twice the length is worth

Places = NDArray[np.float64]  # longitude, latitude in degrees [nodes, 2]


class Lane(NamedTuple):
    """The line of a ship, and where it is from."""

    points: list[Point]
    source_id: str
    note: str = ""


class SeaLanes:
    """Lanes between any two ports."""

    def __init__(self) -> None:
        """Read the sea network and what of it lies on land."""
        from scgraph.geographs.marnet import marnet_geograph

        lat_lon = np.array(marnet_geograph.nodes)
        lat, lon = lat_lon.T
        inside = (lat > -60) & (lat < 66) & (lon > -20) & (lon < 150)  # no passage by the poles
        row = np.cumsum(inside) - 1
        self._places: Places = lat_lon[inside][:, ::-1]
        self._tree = cKDTree(self._places)

        arcs = [
            (int(row[tail]), int(row[head]), km)
            for tail, heads in enumerate(marnet_geograph.graph)
            if inside[tail]
            for head, km in heads.items()
            if inside[head]
        ]
        self._arcs = [(tail, head, km + self._penalty(tail, head)) for tail, head, km in arcs]
        self._graphs = {by_suez: self._graph(by_suez=by_suez) for by_suez in (True, False)}

    def lane(self, start: Point, end: Point, link_km: float) -> Lane:
        """Return the lane between two ports whose length is nearest to the link's."""
        lanes = [
            Lane(points, "searoute")
            for by_suez in (True, False)
            if (points := self._by_network(start, end, by_suez=by_suez))
        ]
        if link_km < MAX_GRID_KM:
            note = "round land on a grid of about 5 km"
            lanes.append(Lane(_by_grid(start, end), "own-estimate", note))

        def fault(lane: Lane) -> float:
            difference = abs(length_km(lane.points) / link_km - 1)
            return LAND_WEIGHT * difference + max(land_pieces_km(lane.points), default=0.0)

        return min(lanes, key=fault)

    def _penalty(self, tail: int, head: int) -> float:
        """Return what an arc counts more for the land it crosses."""
        ends = [_point(self._places[tail]), _point(self._places[head])]
        if abs(ends[0][0] - ends[1][0]) > 90:
            return 0.0
        land_km = sum(land_pieces_km(ends))
        return LAND_COST * land_km if land_km > 5 else 0.0

    def _graph(self, *, by_suez: bool) -> csr_matrix:
        """Return the network as a matrix, with or without the canal."""
        arcs = [arc for arc in self._arcs if by_suez or not self._is_in(arc, SUEZ)]
        tails, heads, km = zip(*arcs, strict=True)
        count = len(self._places)
        return csr_matrix((km, (tails, heads)), shape=(count, count))

    def _is_in(self, arc: tuple[int, int, float], box: tuple[float, ...]) -> bool:
        lon, lat = (self._places[arc[0]] + self._places[arc[1]]) / 2
        west, south, east, north = box
        return west < lon < east and south < lat < north

    def _by_network(self, start: Point, end: Point, *, by_suez: bool) -> list[Point] | None:
        """Return the lane along the network; null where a port is out of its reach."""
        entries = self._entries(start)
        exits = self._entries(end)
        if not entries or not exits:
            return None

        graph = self._graphs[by_suez]
        distances, before = dijkstra(graph, indices=list(entries), return_predecessors=True)
        best = min(
            (entry_km + distances[row, node] + exits[node], row, node)
            for row, entry_km in enumerate(entries.values())
            for node in exits
        )
        if not np.isfinite(best[0]):
            return None

        _, row, node = best
        path = [node]
        while before[row, path[-1]] >= 0:
            path.append(before[row, path[-1]])
        lane = [start, *(_point(self._places[each]) for each in path[::-1]), end]
        return _round_land(pulled(lane, MAX_CHORD_KM))

    def _entries(self, port: Point) -> dict[int, float]:
        """Return the nodes a ship of a port may begin at, and what it counts to get there."""
        _, nodes = self._tree.query(np.array(port), k=NEAREST)
        entries = {}
        for node in nodes.tolist():
            ends = [port, _point(self._places[node])]
            km = length_km(ends)
            if km <= REACH_KM:
                entries[node] = km + LAND_COST * max(0.0, sum(land_pieces_km(ends)) - 3)
        return entries


def land_pieces_km(points: Sequence[Point]) -> Iterator[float]:
    """Give the lengths of the pieces of a line that lie on land, channels of ships apart."""
    line = shapely.LineString(points).difference(_channels())
    polygons, tree = _land()
    for number in tree.query(line):
        pieces = polygons[number].intersection(line)
        for piece in getattr(pieces, "geoms", [pieces]):
            if piece.geom_type == "LineString" and not piece.is_empty:
                yield length_km([_point(place) for place in piece.coords])


def _round_land(points: Sequence[Point]) -> list[Point]:
    """Return a line whose straight pieces that cut off land are led round it on a grid."""
    line = [points[0]]
    for start, end in pairwise(points):
        cuts_land = max(land_pieces_km([start, end]), default=0.0) > MAX_LAND_KM
        is_short = length_km([start, end]) < MAX_GRID_KM
        line += _by_grid(start, end)[1:] if cuts_land and is_short else [end]
    return line


def pulled(points: Sequence[Point], max_chord_km: float = math.inf) -> list[Point]:
    """Return a line with as few points as it needs to cross no more land than it did."""
    line = [points[0]]
    at = 0
    while at < len(points) - 1:
        to = len(points) - 1
        while to > at + 1 and not _may_cut(points[at : to + 1], max_chord_km):
            to -= max(1, (to - at) // 10)
        line.append(points[to])
        at = to
    return line


def _may_cut(points: Sequence[Point], max_chord_km: float) -> bool:
    """Tell whether a line may be replaced by that between its ends; never in a channel."""
    chord = [points[0], points[-1]]
    if length_km(chord) > max_chord_km or any(_is_in_channel(point) for point in points[1:-1]):
        return False
    return sum(land_pieces_km(chord)) <= sum(land_pieces_km(points)) + 0.5


def _by_grid(start: Point, end: Point) -> list[Point]:
    """Return the path round land between two ports near each other."""
    west = min(start[0], end[0]) - MARGIN_DEG
    east = max(start[0], end[0]) + MARGIN_DEG
    south = min(start[1], end[1]) - MARGIN_DEG
    north = max(start[1], end[1]) + MARGIN_DEG
    step = max(0.04, math.sqrt((east - west) * (north - south) / GRID_CELLS))
    columns = int((east - west) / step)
    rows = int((north - south) / step)

    lon, lat = np.meshgrid(
        west + step * (np.arange(columns) + 0.5), south + step * (np.arange(rows) + 0.5)
    )
    polygons, tree = _land()
    box = shapely.box(west, south, east, north)
    land = shapely.union_all([polygons[number] for number in tree.query(box)])
    shapely.prepare(land)
    cost = np.where(shapely.contains_xy(land, lon, lat), LAND_COST, 1.0)

    def cell(place: Point) -> tuple[int, int]:
        return int((place[1] - south) / step), int((place[0] - west) / step)

    squeeze = math.cos(math.radians((south + north) / 2))
    cells = _cheapest(cost, cell(start), cell(end), squeeze)
    middle = [
        (west + step * (column + 0.5), south + step * (row + 0.5)) for row, column in cells[1:-1]
    ]
    return pulled([start, *middle, end])


def _cheapest(
    cost: Places, start: tuple[int, int], end: tuple[int, int], squeeze: float
) -> list[tuple[int, int]]:
    """Return the cheapest path over the cells of a grid, in sixteen directions."""
    reached = {start: 0.0}
    before: dict[tuple[int, int], tuple[int, int]] = {}
    queue = [(0.0, start)]
    while queue:
        so_far, cell = heapq.heappop(queue)
        if cell == end:
            break
        if so_far > reached[cell]:
            continue
        for further, step_cost in _steps(cost, cell, squeeze):
            total = so_far + step_cost
            if total < reached.get(further, math.inf):
                reached[further] = total
                before[further] = cell
                heapq.heappush(queue, (total, further))

    path = [end]
    while path[-1] != start:
        path.append(before[path[-1]])
    return path[::-1]


def _steps(
    cost: Places, cell: tuple[int, int], squeeze: float
) -> Iterator[tuple[tuple[int, int], float]]:
    """Give the cells that can be reached from one, and what it costs; squeeze: of longitudes."""
    rows, columns = cost.shape
    for up, right in _DIRECTIONS:
        row = cell[0] + up
        column = cell[1] + right
        if 0 <= row < rows and 0 <= column < columns:
            half = cost[
                cell[0] + up // 2 * (abs(up) == 2), cell[1] + right // 2 * (abs(right) == 2)
            ]
            dearer = (
                max(cost[row, column], half) if 2 in (abs(up), abs(right)) else cost[row, column]
            )
            yield (row, column), float(dearer) * math.hypot(up, right * squeeze)


_DIRECTIONS = [
    (up, right) for up in range(-2, 3) for right in range(-2, 3) if math.gcd(up, right) == 1
]


@cache
def _land() -> tuple[list[Any], shapely.STRtree]:
    """Return the land of the world as polygons, and an index of them."""
    polygons = [shapely.Polygon(rings[0], rings[1:]).buffer(0) for rings in outline().land]
    return polygons, shapely.STRtree(polygons)


@cache
def _channels() -> Any:
    return shapely.union_all([shapely.box(*box) for box in CHANNELS])


def _is_in_channel(point: Point) -> bool:
    return any(
        west < point[0] < east and south < point[1] < north for west, south, east, north in CHANNELS
    )


def _point(place: Sequence[float]) -> Point:
    return float(place[0]), float(place[1])
