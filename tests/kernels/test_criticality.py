"""Criticality: random graphs with arcs that cost nothing, ties and circles, each searched whole."""

from __future__ import annotations

import numpy as np
import pytest

from corridor.flows.demand import packed
from corridor.kernels.criticality import without_each
from corridor.kernels.paths import UNREACHED, dijkstra
from corridor.kernels.records import Graph, Groups

STATES = 40


@pytest.mark.parametrize("seed", range(8))
def test_costs_are_the_least_and_sums_are_those_of_such_a_route(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tail = np.sort(rng.integers(0, STATES, 3 * STATES))
    head = rng.integers(0, STATES, len(tail))
    weight = rng.integers(-1, 4, len(tail))  # negative: shut
    graph = Graph(starts_of_groups(tail), head, tail)
    arcs_into = Groups(np.argsort(head, kind="stable"), starts_of_groups(head))
    sources = rng.choice(STATES, 2, replace=False)
    goals = packed([rng.choice(STATES, 2, replace=False) for _ in range(6)])
    each_arc = [np.array([arc]) for arc in range(len(tail))]
    several = [np.sort(rng.choice(len(tail), 5, replace=False)) for _ in range(30)]

    shut = [*each_arc, *several]
    values = np.stack([weight, np.ones_like(weight)])
    costs, sums = without_each(graph, arcs_into, weight, values, sources, goals, packed(shut))

    assert np.array_equal(sums[0], np.where(costs < UNREACHED, costs, 0))
    assert (sums[1] < STATES).all()
    for row, arcs in enumerate([np.array([], np.int64), *shut]):
        open_weight = weight.copy()
        open_weight[arcs] = -1
        distance, _ = dijkstra(graph.ptr, head, open_weight, sources)
        assert costs[row].tolist() == distance[goals.numbers].reshape(-1, 2).min(axis=1).tolist()


def starts_of_groups(numbers: np.ndarray) -> np.ndarray:
    """Return where the group of each state begins, and where the last one ends."""
    counts = np.bincount(numbers, minlength=STATES)
    return np.concatenate([[0], np.cumsum(counts)])
