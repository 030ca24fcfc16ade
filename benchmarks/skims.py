"""Time shortest paths on made-up road networks against SciPy's Dijkstra, results compared.

    python benchmarks/skims.py [--small] [--trees]

Prints Markdown for docs/performance.md. --small: a network of 60 places (what the tests run).
--trees: one search after the other only.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
import scipy
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

sys.path.insert(0, str(Path(__file__).parent))
from road_graphs import RoadGraph, road_graph

from corridor.kernels import Floats, Ints, hierarchy, paths
from corridor.kernels.hierarchy import Hierarchy, Sweep


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


def must_equal(ours: Ints, theirs: Floats, unreached: int) -> None:
    """End the benchmark where distances differ."""
    if not np.array_equal(np.where(ours >= unreached, np.inf, ours), theirs):
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
    must_equal(distance, expected, paths.UNREACHED)
    return 1e3 * ours / len(sources), 1e3 * theirs / len(sources)


class Prepared(NamedTuple):
    """A hierarchy with the weights of a network, and the milliseconds they took."""

    layers: Hierarchy
    sweep: Sweep
    order_ms: float
    weights_ms: float


def prepare(graph: RoadGraph) -> Prepared:
    """Return the hierarchy of a network with its metres."""
    order_s, layers = cpu_seconds(1, lambda: hierarchy.build(graph.ptr, graph.head))

    def weigh() -> Sweep:
        weights, is_exact = hierarchy.customise(layers, graph.metres)
        if not is_exact:
            raise SystemExit("metres are too many for the hierarchy")
        return hierarchy.prune(layers, weights)

    weights_s, sweep = cpu_seconds(3, weigh)
    return Prepared(layers, sweep, 1e3 * order_s, 1e3 * weights_s)


def megabytes(prepared: Prepared) -> float:
    """Return what a hierarchy and its weights take."""
    arrays = {id(array): array.nbytes for array in (*prepared.layers, *prepared.sweep)}
    return sum(arrays.values()) / 1e6


def many_to(prepared: Prepared, sources: Ints, targets: Ints, repeats: int) -> tuple[float, Ints]:
    """Return the milliseconds of least metres from sources to targets, and those metres."""
    layers, sweep, *_ = prepared
    selection = hierarchy.select(layers, sweep.down_ptr, sweep.down_head, targets)
    groups = np.arange(len(sources) + 1)
    hierarchy.distances(layers, sweep, selection, sources[:1], groups[:2])
    seconds, (least, is_exact) = cpu_seconds(
        repeats, lambda: hierarchy.distances(layers, sweep, selection, sources, groups)
    )
    if not is_exact:
        raise SystemExit("metres are too many for the hierarchy")
    return 1e3 * seconds, least


def routingkit_matrix(graph: RoadGraph, zones: Ints, expected: Ints) -> str:
    """Return the milliseconds RoutingKit takes for a matrix with its own order; empty: absent."""
    try:
        import routingkit_cch
    except ImportError:
        return ""
    tail, head, metres = (array.tolist() for array in (graph.tail, graph.head, graph.metres))
    longitude, latitude = (graph.at.T / 1e6).tolist()
    places = len(graph.ptr) - 1
    order = routingkit_cch.compute_order_inertial(places, tail, head, latitude, longitude)
    layers = routingkit_cch.CCH(order, tail, head, False)
    weights = routingkit_cch.CCHMetric(layers, metres)
    to_zones = routingkit_cch.CCHOneToMany(weights, zones.tolist())

    seconds, least = cpu_seconds(
        2, lambda: [np.asarray(to_zones.distances_from(zone)) for zone in zones.tolist()]
    )
    if not np.array_equal(np.array(least, float), expected):
        raise SystemExit("RoutingKit's distances differ")
    return f"{1e3 * seconds:.4g}"


def print_trees(graphs: Sequence[RoadGraph], repeats: int) -> None:
    """Print milliseconds a tree by one search after the other."""
    print("Least metres from one place to all, with the arcs they go by, milliseconds a tree:\n")
    print("| links | one to all | one to all, SciPy | ratio |\n|---:|---:|---:|---:|")
    for graph in graphs:
        trees = max(3, min(200, 2_000_000 // len(graph.ptr)))
        ours, theirs = one_to_all(graph, trees, repeats)
        print(f"| {len(graph.head):,} | {ours:.3g} | {theirs:.3g} | {theirs / ours:.1f} |")


def print_batches(graphs: Sequence[RoadGraph], repeats: int) -> None:
    """Print milliseconds a tree in batches, those of a matrix, and those of preparing."""
    print(
        "\nBy a hierarchy: least metres from some places to all, milliseconds a tree; and what is "
        "made before, in milliseconds: order and shortcuts once for a network, weights once for "
        "each state of it; MB: of all of it.\n"
    )
    print(
        "| links | batched trees | ratio | SciPy | order and shortcuts | weights | MB |\n"
        "|---:|---:|---:|---:|---:|---:|---:|"
    )
    rows = []
    for graph in graphs:
        prepared = prepare(graph)
        places = len(graph.ptr) - 1
        sources = some_places(graph, max(64, min(512, 6_000_000 // places)))
        ours, least = many_to(prepared, sources, np.arange(places), repeats)
        ours /= len(sources)
        checked = sources[:: max(1, len(sources) // 20)]
        theirs, expected = cpu_seconds(repeats, lambda: scipy_distances(graph, checked))  # noqa: B023
        theirs *= 1e3 / len(checked)
        must_equal(least[:: max(1, len(sources) // 20)], expected, hierarchy.FAR)
        print(
            f"| {len(graph.head):,} | {ours:.3g} | {theirs / ours:.1f} | {theirs:.3g} | "
            f"{prepared.order_ms:,.0f} | {prepared.weights_ms:,.3g} | {megabytes(prepared):,.0f} |"
        )

        zones = some_places(graph, 500)
        matrix_ms, matrix = many_to(prepared, zones, zones, repeats)
        must_equal(matrix[:3], scipy_distances(graph, zones[:3])[:, zones], hierarchy.FAR)
        kit = routingkit_matrix(graph, zones, matrix) if places <= 100_000 else ""
        scipy_ms = theirs * len(zones)
        rows.append(
            f"| {len(graph.head):,} | {matrix_ms:.3g} | {scipy_ms:,.0f} | {kit} | "
            f"{scipy_ms / matrix_ms:.0f} | {f'{float(kit) / matrix_ms:.1f}' if kit else ''} |"
        )
    print(
        "\nLeast metres between 500 zones, milliseconds a matrix without what is made before "
        "(SciPy: 500 of its trees; RoutingKit: its Python binding `routingkit_cch`, its own order; "
        "empty: not measured):\n"
    )
    print(
        "| links | matrix | matrix, SciPy | matrix, RoutingKit | ratio SciPy | ratio RoutingKit |\n"
        "|---:|---:|---:|---:|---:|---:|"
    )
    print("\n".join(rows))


def main(arguments: list[str]) -> None:
    """Run the comparisons and print them."""
    is_small = "--small" in arguments
    sizes = [60] if is_small else [750, 10_000, 100_000, 264_000, 370_000]
    graphs = [road_graph(size) for size in sizes]
    repeats = 1 if is_small else 3
    print(f"numba {numba.__version__}, numpy {np.__version__}, SciPy {scipy.__version__}.\n")
    print_trees(graphs, repeats)
    if "--trees" not in arguments:
        hierarchy.build(np.array([0, 0]), np.zeros(0, np.int64))  # compiled before the clock starts
        print_batches(graphs, repeats)


if __name__ == "__main__":
    main(sys.argv[1:])
