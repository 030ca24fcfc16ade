"""Time all pairs of the built-in study against SciPy's Dijkstra on the same graph.

    python benchmarks/skims.py [--small]

Prints versions, seconds and ratios: distances from every place against
scipy.sparse.csgraph.dijkstra on the same arrays, then a whole skim (money, hours, carbon,
kilometres and hazards of every pair) for comparison. --small: a made-up graph of 60 states (what
the tests run).
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

from corridor.kernels import Ints, paths

STUDY = Path(__file__).resolve().parents[1] / "studies" / "kazakhstan-pakistan"


def best_of(repeats: int, work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the least seconds of some runs, and the last result."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - began)
    return min(times), result


def made_up(states: int = 60, arcs: int = 240) -> tuple[Ints, Ints, Ints]:
    """Return ptr, head and weight of a random graph."""
    dice = np.random.default_rng(1)
    tail = np.sort(dice.integers(0, states, arcs))
    ptr = np.searchsorted(tail, np.arange(states + 1)).astype(np.int64)
    return ptr, dice.integers(0, states, arcs), dice.integers(1, 99, arcs)


def compare(ptr: Ints, head: Ints, weight: Ints, repeats: int) -> float:
    """Print seconds of both for distances from every state and return ours over SciPy's."""
    n = len(ptr) - 1
    tail = np.repeat(np.arange(n), np.diff(ptr))
    keep = (weight >= 0) & (tail != head)
    order = np.lexsort((weight[keep], head[keep], tail[keep]))
    t, h, w = (x[keep][order] for x in (tail, head, weight))
    first = np.r_[
        True, (np.diff(t) != 0) | (np.diff(h) != 0)
    ]  # of parallel arcs, which SciPy adds up, the least
    matrix = csr_array((w[first].astype(float), (t[first], h[first])), shape=(n, n))
    sources = np.arange(n)
    parts = np.arange(n + 1)
    own_ptr = np.searchsorted(t[first], np.arange(n + 1)).astype(np.int64)
    own_head = h[first].astype(np.int64)
    own_weight = w[first].astype(np.int64)
    paths.dijkstra_many(
        own_ptr, own_head, own_weight, sources[:1], parts[:2]
    )  # compiled before the clock starts
    ours, (distance, _) = best_of(
        repeats, lambda: paths.dijkstra_many(own_ptr, own_head, own_weight, sources, parts)
    )
    theirs, (expected, _) = best_of(repeats, lambda: dijkstra(matrix, return_predecessors=True))
    if not np.array_equal(np.where(distance >= paths.UNREACHED, np.inf, distance), expected):
        raise SystemExit("distances differ")
    print(
        f"distances and trees from {n} states over {len(own_head)} arcs: corridor {ours * 1e3:.2f} "
        f"ms, SciPy {theirs * 1e3:.2f} ms, ratio {ours / theirs:.2f}"
    )
    return ours / theirs


def main(arguments: list[str]) -> None:
    """Run the comparison and print it."""
    print(f"numba {numba.__version__}, numpy {np.__version__}, scipy {scipy.__version__}")
    if "--small" in arguments:
        compare(*made_up(), repeats=1)
        return
    from corridor.routing.frozen_day import freeze
    from corridor.routing.skims import skim
    from corridor.study import study

    network = study.read(STUDY).network
    frozen = freeze(network, cargo="container-40", depart="2026-07-01")
    compare(frozen.ptr, frozen.head, frozen.weight, repeats=5)
    compare(*made_up(4000, 16000), repeats=3)
    seconds, frame = best_of(3, lambda: skim(network, cargo="container-40", depart="2026-07-01"))
    print(f"a whole skim of {frame.height:,} pairs: {seconds * 1e3:.0f} ms")


if __name__ == "__main__":
    main(sys.argv[1:])
