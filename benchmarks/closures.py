"""Time random closures of a road network: the least metres between zones in every state of it.

    python benchmarks/closures.py [--small]

Every road is closed by chance, one in two hundred; all states are computed in one call, by a
hierarchy, and some of them by SciPy's Dijkstra too, which must be equal. Prints Markdown for
docs/performance.md. --small: a network of 60 places (what the tests run).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numba
import numpy as np
import scipy
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

sys.path.insert(0, str(Path(__file__).parent))
from road_graphs import RoadGraph, road_graph
from skims import cpu_seconds, must_equal, some_places

from corridor.kernels import Floats, Ints, hierarchy
from corridor.kernels.records import Groups

SHARE = 0.005  # of roads that are closed


def random_closures(graph: RoadGraph, states: int) -> Groups:
    """Return the closed arcs of some states of a network, both ways of every closed road."""
    dice = np.random.default_rng(5)
    roads = int(graph.road.max()) + 1
    sets = [np.flatnonzero((dice.random(roads) < SHARE)[graph.road]) for _ in range(states)]
    return Groups(np.concatenate(sets), np.cumsum([0, *map(len, sets)]).astype(np.int64))


def scipy_matrix(graph: RoadGraph, closed: Ints, zones: Ints) -> Floats:
    """Return SciPy's least metres between zones where some arcs are closed."""
    is_open = np.ones(len(graph.head), bool)
    is_open[closed] = False
    arcs = (graph.tail[is_open], graph.head[is_open])
    places = len(graph.ptr) - 1
    matrix = csr_array((graph.metres[is_open].astype(float), arcs), (places, places))
    least: Floats = dijkstra(matrix, indices=zones)[:, zones]
    return least


def compare(places: int, zones: int, states: int, checked: int) -> None:
    """Print a row of the table: milliseconds a state, ours and SciPy's."""
    graph = road_graph(places)
    origins = some_places(graph, zones)
    groups = np.arange(len(origins) + 1)
    closures = random_closures(graph, states)
    prepared, layers = cpu_seconds(1, lambda: hierarchy.build(graph.ptr, graph.head))
    selection = hierarchy.select(layers, layers.ptr, layers.head, origins)

    def ours(closures: Groups) -> Ints:
        least, is_exact = hierarchy.distances_under_closures(
            layers, graph.metres, closures, selection, origins, groups
        )
        if not is_exact:
            raise SystemExit("distances are too long for the hierarchy")
        return least

    ours(Groups(closures.numbers, closures.ptr[:2]))  # compiled before the clock starts
    our_s, least = cpu_seconds(2, lambda: ours(closures))

    their_s = 0.0
    for state in range(checked):
        closed = closures.numbers[closures.ptr[state] : closures.ptr[state + 1]]
        seconds, expected = cpu_seconds(1, lambda: scipy_matrix(graph, closed, origins))  # noqa: B023
        must_equal(least[state], expected, hierarchy.FAR)
        their_s += seconds

    our_ms = 1e3 * our_s / states
    their_ms = 1e3 * their_s / checked
    print(
        f"| {len(graph.head):,} | {our_ms:,.3g} | {their_ms:,.4g} | {their_ms / our_ms:.0f} | "
        f"{places:,} | {zones} | {states:,} | {prepared:.2f} |"
    )


def main(arguments: list[str]) -> None:
    """Run the comparisons and print them."""
    print(f"numba {numba.__version__}, numpy {np.__version__}, SciPy {scipy.__version__}.\n")
    print(
        "Least metres between all zones in a state in which one road in 200 is closed, "
        "milliseconds a state (SciPy on some of the states, results equal); seconds before: for "
        "order and shortcuts, once:\n"
    )
    print(
        "| links | closures | closures, SciPy | ratio | places | zones | states | seconds before |"
    )
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    if "--small" in arguments:
        compare(60, 10, states=5, checked=5)
        return
    hierarchy.build(np.array([0, 0]), np.zeros(0, np.int64))  # compiled before the clock starts
    compare(300, 50, states=10_000, checked=200)
    compare(1_000, 100, states=2_000, checked=50)
    compare(10_000, 300, states=100, checked=4)
    compare(100_000, 300, states=10, checked=2)


if __name__ == "__main__":
    main(sys.argv[1:])
