"""Time shortest paths on made-up road networks against SciPy's Dijkstra, results compared.

    python benchmarks/skims.py [--small]

Prints Markdown for docs/performance.md. --small: a network of 60 places (what the tests run).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import scipy
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

sys.path.insert(0, str(Path(__file__).parent))
from road_graphs import RoadGraph, road_graph

from corridor.kernels import Floats, Ints, paths


def cpu_seconds(repeats: int, work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the least processor seconds of some runs, and the last result."""
    times = []
    for _ in range(repeats):
        began = time.process_time()
        result = work()
        times.append(time.process_time() - began)
    return min(times), result


def some_places(graph: RoadGraph, count: int) -> Ints:
    """Return some places of a network, the same every time."""
    places = len(graph.ptr) - 1
    chosen: Ints = np.sort(
        np.random.default_rng(8).choice(places, min(count, places), replace=False)
    )
    return chosen


def scipy_distances(graph: RoadGraph, sources: Ints) -> Floats:
    """Return SciPy's least metres from some places to all [sources, places]."""
    places = len(graph.ptr) - 1
    matrix = csr_array((graph.metres.astype(float), graph.head, graph.ptr), (places, places))
    distances: Floats = dijkstra(matrix, indices=sources, return_predecessors=True)[0]
    return distances


def must_equal(ours: Ints, theirs: Floats) -> None:
    """End the benchmark where distances differ."""
    if not np.array_equal(np.where(ours >= paths.UNREACHED, np.inf, ours), theirs):
        raise SystemExit("distances differ")


def one_to_all(graph: RoadGraph, trees: int, repeats: int) -> tuple[float, float]:
    """Return milliseconds a tree, with the arcs it goes by: ours and SciPy's."""
    sources = some_places(graph, trees)
    groups = np.arange(len(sources) + 1)
    arrays = (graph.ptr, graph.head, graph.metres)
    paths.dijkstra_many(*arrays, sources[:1], groups[:2])  # compiled before the clock starts

    ours, (distance, _) = cpu_seconds(
        repeats, lambda: paths.dijkstra_many(*arrays, sources, groups)
    )
    theirs, expected = cpu_seconds(repeats, lambda: scipy_distances(graph, sources))
    must_equal(distance, expected)
    return 1e3 * ours / len(sources), 1e3 * theirs / len(sources)


def main(arguments: list[str]) -> None:
    """Run the comparison and print it."""
    sizes = [60] if "--small" in arguments else [750, 7_500, 10_000, 75_000, 100_000]
    repeats = 1 if "--small" in arguments else 3
    print(f"numba {numba.__version__}, numpy {np.__version__}, SciPy {scipy.__version__}.\n")
    print("Least metres from one place to all, with the arcs they go by, milliseconds a tree:\n")
    print("| links | corridor | SciPy | ratio |\n|---:|---:|---:|---:|")
    for size in sizes:
        graph = road_graph(size)
        trees = max(3, min(200, 2_000_000 // size))
        ours, theirs = one_to_all(graph, trees, repeats)
        print(f"| {len(graph.head):,} | {ours:.3g} | {theirs:.3g} | {theirs / ours:.1f} |")


if __name__ == "__main__":
    main(sys.argv[1:])
