"""Time the criticality of every link against searching the whole network anew with SciPy, on the
same arrays.

    python benchmarks/criticality.py [--small]

Two cases: the built-in study with all its demand, and random planar networks (a spanning tree and
some more edges of a Delaunay net, mean degree 2.7) with demand between all of some places. Every
cost is checked for equality. SciPy gets prebuilt matrices in which shut arcs weigh infinity, and
one call for all origins. On the large case SciPy is timed on a sample of links and scaled. --small:
few links, what the tests run.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree
from scipy.spatial import Delaunay

import corridor as co
from corridor.closures.criticality import rank
from corridor.closures.elements import elements
from corridor.closures.failures import routes_without
from corridor.flows.demand import compile_demand, packed, part
from corridor.kernels import Ints
from corridor.kernels.criticality import without_each
from corridor.kernels.paths import UNREACHED
from corridor.kernels.records import Graph, Groups
from corridor.parallel import in_threads

STUDY = Path(__file__).resolve().parents[1] / "studies" / "kazakhstan-pakistan"


def study_case(most: int | None) -> None:
    """Every link of the built-in study, all demand pairs."""
    network = co.read(STUDY, scenario="open-borders").network
    demand = network.frames["demand"]
    arrays = compile_demand(network, demand, on="2026-07-01")
    links = elements(arrays, ["link"])[:most]
    routes_without(arrays, links[:1])
    ours_s, ours = min(
        (timed(lambda: routes_without(arrays, links).cents) for _ in range(5)), key=lambda r: r[0]
    )
    n = len(arrays.ptr) - 1
    kinds = arrays.weight.shape[1]
    groups = arrays.groups()
    began = time.perf_counter()
    theirs = np.full((len(links) + 1, demand.height), np.inf)
    for row in range(len(links) + 1):
        for kind in range(kinds):
            weight = arrays.weight[0, kind].astype(float)
            weight[weight < 0] = np.inf
            if row:
                weight[links[row - 1].arcs] = np.inf
            matrix = csr_array((weight, arrays.head, arrays.ptr), shape=(n, n))
            mine = [g for g in groups if g[0] == kind]
            single = [g for g in mine if len(g[1]) == 1]
            trees = dijkstra(matrix, indices=[int(g[1][0]) for g in single]) if single else []
            reached = list(zip(single, trees, strict=True)) + [
                (g, dijkstra(matrix, indices=g[1], min_only=True)) for g in mine if len(g[1]) != 1
            ]
            for group, tree in reached:
                theirs[row, group[2]] = [
                    tree[part(arrays.goals, t)].min() for t in group[2].tolist()
                ]
    theirs_s = time.perf_counter() - began
    assert np.array_equal(np.where(ours >= UNREACHED, np.inf, ours), theirs), (
        "SciPy and corridor differ"
    )
    say(
        f"study: {n} states, {len(links)} links, {demand.height} trips in {len(groups)} trees",
        ours_s,
        theirs_s,
    )
    whole, _ = timed(lambda: rank(network, demand, on="2026-07-01"))
    print(
        "  rank() from tables to all kinds of elements, disjoint ways and pairs of links: "
        f"{whole:.2f} s"
    )


def planar_case(nodes: int, zones: int, sample: int) -> None:
    """Every link of a random planar network, both directions at once, demand between all zones."""
    rng = np.random.default_rng(1)
    points = rng.random((nodes, 2))
    sides = np.concatenate([Delaunay(points).simplices[:, p] for p in ([0, 1], [1, 2], [0, 2])])
    edges = np.unique(np.sort(sides, axis=1), axis=0)
    length = np.hypot(*(points[edges[:, 0]] - points[edges[:, 1]]).T)
    tree = minimum_spanning_tree(
        csr_array((length, (edges[:, 0], edges[:, 1])), shape=(nodes, nodes))
    ).tocoo()
    kept = set(
        zip(np.minimum(*tree.coords).tolist(), np.maximum(*tree.coords).tolist(), strict=True)
    )
    rest = [i for i, e in enumerate(edges.tolist()) if tuple(e) not in kept]
    more = rng.choice(rest, int(1.35 * nodes) - len(kept), replace=False)
    edges = np.concatenate([np.array(sorted(kept)), edges[more]])
    link = np.tile(np.arange(len(edges)), 2)
    tail = np.concatenate([edges[:, 0], edges[:, 1]])
    head = np.concatenate([edges[:, 1], edges[:, 0]])
    weight = np.tile(rng.integers(1000, 100_000, len(edges)), 2)
    order = np.argsort(tail, kind="stable")
    tail, head, weight, link = (a[order].astype(np.int64) for a in (tail, head, weight, link))
    ptr = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=nodes))]).astype(np.int64)
    back_ptr = np.concatenate([[0], np.cumsum(np.bincount(head, minlength=nodes))]).astype(np.int64)
    graph = Graph(ptr, head, tail)
    arcs_into = Groups(np.argsort(head, kind="stable").astype(np.int64), back_ptr)
    arcs = packed([np.flatnonzero(link == k) for k in range(len(edges))])
    places = np.sort(rng.choice(nodes, zones, replace=False)).astype(np.int64)
    goals = packed([[z] for z in places.tolist()])
    nothing = np.zeros((0, len(head)), np.int64)

    picked = rng.choice(len(edges), sample, replace=False)

    def of(source: Any) -> tuple[int, Ints]:
        """Return the sum of all costs, so that each is computed, and those that are checked."""
        start = np.array([source])
        costs = without_each(graph, arcs_into, weight, nothing, start, goals, arcs)[0]
        return int(costs.sum()), costs[picked + 1]

    def every(workers: int) -> Ints:
        return np.stack([costs for _, costs in in_threads(of, places.tolist(), workers)])

    of(places[0])
    began_cpu = time.process_time()
    one_s, ours = timed(lambda: every(1))
    ours_s = time.process_time() - began_cpu
    two_s, again = timed(lambda: every(2))
    assert np.array_equal(ours, again)
    began = time.process_time()
    for number, k in enumerate(picked.tolist()):
        shut = np.where(link == k, np.inf, weight.astype(float))
        tree = dijkstra(csr_array((shut, head, ptr), shape=(nodes, nodes)), indices=places)[
            :, places
        ]
        mine = ours[:, number]
        assert np.array_equal(np.where(mine >= UNREACHED, np.inf, mine), tree)
    theirs_s = (time.process_time() - began) / sample * len(edges)
    say(
        f"planar: {nodes} nodes, {len(edges)} links, {zones} x {zones} pairs (SciPy from {sample} "
        "links)",
        ours_s,
        theirs_s,
    )
    print(f"  on the clock {one_s:.2f} s with one thread, {two_s:.2f} s with two")


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return seconds and result."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def say(what: str, ours_s: float, theirs_s: float) -> None:
    print(
        f"{what}\n  corridor {ours_s * 1e3:,.1f} ms, SciPy anew {theirs_s * 1e3:,.0f} ms: {theirs_s / ours_s:,.0f} times "  # noqa: E501
        "faster, every cost equal"
    )


def main() -> None:
    small = "--small" in sys.argv
    print(
        f"Python {platform.python_version()}, "
        + ", ".join(f"{p} {version(p)}" for p in ("numpy", "scipy", "numba"))
    )
    study_case(20 if small else None)
    sizes = ((1000, 100, 20), (10_000, 100, 5), (100_000, 50, 1))
    for nodes, zones, sample in ((200, 5, 3),) if small else sizes:
        planar_case(nodes, zones, sample)


if __name__ == "__main__":
    main()
