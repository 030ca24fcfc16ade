"""Routes by hierarchies against searches: the same weights, and the same arcs where routes tie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.kernels import Ints, hierarchy, paths, routes
from corridor.kernels.records import Groups

pytestmark = pytest.mark.slow  # its kernels take some 15 s to compile

HEAVY = 1 << 45  # weights that do not fit into one number with a place

Arc = tuple[int, int, int]  # tail, head, weight; negative: no passage


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[Arc]]:
    """Draw a graph full of ties: its states, and arcs with loops, parallels and closed ones."""
    n = draw(st.integers(1, 12))
    state = st.integers(0, n - 1)
    weight = st.sampled_from([-1, 1, 1, 2, 3])
    return n, draw(st.lists(st.tuples(state, state, weight), max_size=50))


def csr(n: int, arcs: list[Arc]) -> tuple[Ints, Ints, Ints, Ints]:
    """Return ptr, tail, head and weight of some arcs, sorted by their tails."""
    rows = np.array(sorted(arcs, key=lambda arc: arc[0]), np.int64).reshape(-1, 3)
    ptr = np.searchsorted(rows[:, 0], np.arange(n + 1)).astype(np.int64)
    return ptr, rows[:, 0].copy(), rows[:, 1].copy(), rows[:, 2].copy()


def packed(groups: list[list[int]]) -> Groups:
    """Return groups of numbers end to end."""
    numbers = np.array([number for group in groups for number in group], np.int64)
    return Groups(numbers, np.cumsum([0, *map(len, groups)]).astype(np.int64))


def by_search(
    ptr: Ints, head: Ints, tail: Ints, weight: Ints, starts: list[int], goals: list[int]
) -> tuple[int, list[int]]:
    """Return the least weight to the nearest of some goals and the arcs there, by a search."""
    distance, arc = paths.dijkstra(ptr, head, weight, np.array(starts, np.int64))
    v = min(goals, key=lambda goal: int(distance[goal]), default=-1)
    if v < 0 or distance[v] >= paths.UNREACHED:
        return int(paths.UNREACHED), []

    least = int(distance[v])
    arcs = []
    while arc[v] >= 0:
        arcs.append(int(arc[v]))
        v = int(tail[arc[v]])
    return least, arcs[::-1]


@settings(max_examples=150)
@given(
    graphs(),
    st.lists(st.lists(st.integers(0, 11), max_size=3), min_size=1, max_size=4),
    st.sampled_from([1, 7, HEAVY]),
)
def test_routes_are_those_of_searches_to_the_last_arc(
    graph: tuple[int, list[Arc]], numbers: list[list[int]], factor: int
) -> None:
    n, arcs = graph
    ptr, tail, head, weight = csr(n, arcs)
    weight = np.where(weight < 0, -1, factor * weight)
    groups = [[number % n for number in group] for group in numbers]
    searches = [starts for starts in groups if starts]
    goals = [[state] for state in range(n)] + groups

    into = np.argsort(head, kind="stable")
    into_ptr = np.searchsorted(head[into], np.arange(n + 1)).astype(np.int64)
    goals_ptr = len(goals) * np.arange(len(searches) + 1)
    layers = hierarchy.build(ptr, head)
    distance, by_layers = routes.least_routes(
        layers,
        routes.weigh_shortcuts(layers, weight),
        Groups(into, into_ptr),
        tail,
        weight,
        routes.Ends(packed(searches), goals_ptr, packed(goals * len(searches))),
    )

    number = 0
    for starts in searches:
        for goal in goals:
            least, expected = by_search(ptr, head, tail, weight, starts, goal)
            first, end = by_layers.ptr[number : number + 2]
            assert distance[number] == least
            assert by_layers.numbers[first:end].tolist() == expected
            number += 1
