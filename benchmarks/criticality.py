"""Time the criticality of every link against searching the whole network anew with SciPy, on the
same arrays.

    python benchmarks/criticality.py [--small]

Two cases: the built-in study with all its demand, and made-up road networks with trips between all
of some places. SciPy gets prebuilt matrices in which shut arcs weigh infinity, and one call for all
origins; on road networks some roads are shut and the seconds scaled to all. What it computes must
be equal. Prints Markdown for docs/performance.md. --small: few links (what the tests run).
"""

from __future__ import annotations

import statistics
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
from skims import cpu_seconds, must_equal, some_places

import corridor as co
from corridor.closures.elements import elements
from corridor.closures.failures import routes_without
from corridor.flows.demand import DemandArrays, compile_demand, packed, part
from corridor.kernels import Floats, Ints
from corridor.kernels.criticality import without_each
from corridor.kernels.paths import UNREACHED
from corridor.kernels.records import Graph
from corridor.network.graph import group_members
from corridor.parallel import in_threads

STUDY = Path(__file__).resolve().parents[1] / "studies" / "kazakhstan-pakistan"
TURNS = 5  # of one thread and two
MAX_PLACES_BY_TWO = 10_000  # networks beyond are not timed with two threads: it takes minutes


def on_study(max_links: int | None) -> None:
    """Print what every link of the built-in study takes, for all pairs of demand."""
    network = co.read(STUDY, scenario="open-borders").network
    demand = network.frames["demand"]
    arrays = compile_demand(network, demand, on="2026-07-01")
    links = elements(arrays, ["link"])[:max_links]
    routes_without(arrays, links[:1])  # compiled before the clock starts

    ours_s, ours = cpu_seconds(5, lambda: routes_without(arrays, links).cents)
    shut = [np.zeros(0, np.int64), *(link.arcs for link in links)]
    theirs_s, theirs = cpu_seconds(
        1, lambda: np.stack([scipy_costs(arrays, arcs, demand.height) for arcs in shut])
    )
    must_equal(ours, theirs, UNREACHED)
    print(
        f"All {len(links)} links of the built-in study, {demand.height} trips: "
        f"{1e3 * ours_s:,.0f} ms, SciPy {1e3 * theirs_s:,.0f} ms, {theirs_s / ours_s:,.0f} times.\n"
    )


def scipy_costs(arrays: DemandArrays, shut: Ints, trips: int) -> Floats:
    """Return SciPy's least costs of all trips where some arcs are shut."""
    states = len(arrays.ptr) - 1
    costs = np.full(trips, np.inf)
    for kind in range(arrays.weight.shape[1]):
        weight = arrays.weight[0, kind].astype(float)
        weight[weight < 0] = np.inf
        weight[shut] = np.inf
        matrix = csr_array((weight, arrays.head, arrays.ptr), shape=(states, states))

        groups = [group for group in arrays.groups() if group.class_ == kind]
        from_one = [group for group in groups if len(group.starts) == 1]
        from_some = [group for group in groups if len(group.starts) > 1]
        trees = [dijkstra(matrix, indices=group.starts, min_only=True) for group in from_some]
        if from_one:  # one call for all of them
            starts = np.concatenate([group.starts for group in from_one])
            trees.extend(dijkstra(matrix, indices=starts))

        for group, tree in zip([*from_some, *from_one], trees, strict=True):
            costs[group.trips] = [tree[part(arrays.goals, t)].min() for t in group.trips.tolist()]
    return costs


def on_roads(places: int, zones: int, checked: int) -> None:
    """Print a row of the table: every road of a network, both ways at once, all pairs of zones."""
    graph = road_graph(places)
    origins = some_places(graph, zones)
    road_count = int(graph.road.max()) + 1
    roads = group_members(graph.road, road_count)
    arcs_into = group_members(graph.head, places)
    goals = packed(origins[:, None])
    nothing = np.zeros((0, len(graph.head)), np.int64)
    chosen = np.random.default_rng(1).choice(road_count, checked, replace=False)

    def costs_from(origin: Any) -> tuple[int, Ints]:
        """Return the sum of all costs, so that each is computed, and those that are checked."""
        costs, _ = without_each(
            Graph(graph.ptr, graph.head, graph.tail),
            arcs_into,
            graph.metres,
            nothing,
            np.array([origin]),
            goals,
            roads,
        )
        return int(costs.sum()), costs[chosen + 1]

    def from_all(workers: int) -> Ints:
        return np.stack([costs for _, costs in in_threads(costs_from, origins.tolist(), workers)])

    costs_from(origins[0])  # compiled before the clock starts
    ours_s, ours = cpu_seconds(1, lambda: from_all(1))
    speed_up = ""
    if places <= MAX_PLACES_BY_TWO:
        if not np.array_equal(from_all(2), ours):
            raise SystemExit("two threads differ from one")
        speed_up = f"{speed_up_by_two(from_all):.1f}"

    their_s = 0.0
    for number, road in enumerate(chosen.tolist()):
        seconds, expected = cpu_seconds(1, lambda: scipy_metres(graph, road, origins))  # noqa: B023
        must_equal(ours[:, number], expected, UNREACHED)
        their_s += seconds

    their_ms = 1e3 * their_s / checked * road_count
    print(
        f"| {len(graph.head):,} | {1e3 * ours_s:,.1f} | {their_ms:,.0f} | "
        f"{their_ms / ours_s / 1e3:,.0f} | {places:,} | {road_count:,} | {zones} | {speed_up} |"
    )


def speed_up_by_two(from_all: Callable[[int], Any]) -> float:
    """Return how many times as quick two threads are on the clock: the median of some turns."""
    ratios = []
    for _ in range(TURNS):
        seconds = []
        for workers in (1, 2):
            began = time.perf_counter()
            from_all(workers)
            seconds.append(time.perf_counter() - began)
        ratios.append(seconds[0] / seconds[1])
    return statistics.median(ratios)


def scipy_metres(graph: RoadGraph, shut: int, zones: Ints) -> Floats:
    """Return SciPy's least metres between zones where a road is shut both ways."""
    places = len(graph.ptr) - 1
    metres = np.where(graph.road == shut, np.inf, graph.metres.astype(float))
    matrix = csr_array((metres, graph.head, graph.ptr), (places, places))
    least: Floats = dijkstra(matrix, indices=zones)[:, zones]
    return least


def main(arguments: list[str]) -> None:
    """Run the comparisons and print them."""
    small = "--small" in arguments
    print(f"numba {numba.__version__}, numpy {np.__version__}, SciPy {scipy.__version__}.\n")
    on_study(20 if small else None)

    print(
        "Every road of a network shut in turn, both ways: least metres between all zones each "
        "time, milliseconds for all roads together (SciPy: some roads, results equal, scaled). Two "
        f"threads: how many times as quick on the clock, median of {TURNS} turns (empty: not "
        "measured):\n"
    )
    print("| links | failures | failures, SciPy | ratio | places | roads | zones | two threads |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    sizes = ((1_000, 100, 20), (10_000, 100, 5), (100_000, 50, 1))
    for places, zones, checked in ((60, 5, 3),) if small else sizes:
        on_roads(places, zones, checked)


if __name__ == "__main__":
    main(sys.argv[1:])
