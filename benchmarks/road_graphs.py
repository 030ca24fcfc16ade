"""Made-up road networks of any size: places strewn over a plane, roads between neighbours.

A thinned Delaunay triangulation that keeps its least spanning tree, with 2.7 roads a place as road
networks have; roads lead both ways. The same seed gives the same network.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay

from corridor.kernels import Floats, Ints

ROADS_A_PLACE = 1.35  # each seen from both of its ends: 2.7
SPACING_M = 150


class RoadGraph(NamedTuple):
    """A road network in CSR order of its tails: states are places, two arcs a road.

    ptr int64 [places + 1]; tail, head, metres, seconds, road int64 [arcs]; at float64 [places, 2].
    """

    ptr: Ints
    tail: Ints
    head: Ints
    metres: Ints
    seconds: Ints
    road: Ints
    at: Floats


def road_graph(places: int, seed: int = 1) -> RoadGraph:
    """Return a road network of some places."""
    dice = np.random.default_rng(seed)
    at = _in_rows(dice.random((places, 2)) * np.sqrt(places) * SPACING_M)
    ends, metres = _roads(at, dice)
    speed = dice.choice([8.0, 14.0, 20.0, 30.0], len(ends), p=[0.62, 0.22, 0.11, 0.05])
    seconds = np.maximum(1, metres / speed).astype(np.int64)

    tail = np.concatenate([ends[:, 0], ends[:, 1]])
    head = np.concatenate([ends[:, 1], ends[:, 0]])
    road = np.tile(np.arange(len(ends)), 2)
    order = np.argsort(tail, kind="stable")
    ptr = np.searchsorted(tail[order], np.arange(places + 1)).astype(np.int64)
    return RoadGraph(
        ptr,
        tail[order],
        head[order],
        np.maximum(1, metres).astype(np.int64)[road[order]],
        seconds[road[order]],
        road[order],
        at,
    )


def _in_rows(at: Floats) -> Floats:
    """Return places in an order that keeps neighbours near each other, as files of networks do."""
    rows = int(np.sqrt(len(at)) / 4) + 1
    cell = (at / at.max() * rows).astype(int)
    there_and_back = np.where(cell[:, 1] % 2, -cell[:, 0], cell[:, 0])
    order: Floats = at[np.lexsort((at[:, 0], there_and_back, cell[:, 1]))]
    return order


def _roads(at: Floats, dice: np.random.Generator) -> tuple[Ints, Floats]:
    """Return the ends of roads int64 [roads, 2] and their metres."""
    triangles = Delaunay(at).simplices
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])
    ends = np.unique(np.sort(sides, axis=1), axis=0).astype(np.int64)
    metres = np.hypot(*(at[ends[:, 0]] - at[ends[:, 1]]).T)
    is_short = metres <= np.quantile(metres, 0.995)
    ends = ends[is_short]
    metres = metres[is_short]

    count = len(at)
    tree = minimum_spanning_tree(coo_array((metres, ends.T), (count, count)).tocsr()).tocoo()
    lower = np.minimum(tree.row, tree.col).astype(np.int64)
    in_tree = np.isin(
        ends[:, 0] * count + ends[:, 1], lower * count + np.maximum(tree.row, tree.col)
    )
    others = np.flatnonzero(~in_tree)
    extra = min(len(others), max(0, int(count * ROADS_A_PLACE) - in_tree.sum()))
    chosen = np.concatenate([np.flatnonzero(in_tree), dice.choice(others, extra, replace=False)])
    return ends[chosen], metres[chosen] * dice.uniform(1.0, 1.3, len(chosen))
