"""Routes of least weight between some states and others, over the shortcuts of a hierarchy.

A search settles every state that is nearer than its goal; here only those are looked at that stand
above the origin, above the states of the route and above those beside it. Weights are int64, as
those of :mod:`corridor.kernels.paths`, and so are the routes, to the last arc.

Source: Dibbelt, Strasser and Wagner (2016), Customizable contraction hierarchies, ACM Journal of
Experimental Algorithmics 21; Strasser and Zeitz (2021), A fast and tight heuristic for A* in road
networks, SEA 2021, for distances that are computed where they are asked for.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from corridor.kernels import Ints
from corridor.kernels.compilation import JIT
from corridor.kernels.compiled_code import njit
from corridor.kernels.hierarchy import DOWN, UP, Hierarchy
from corridor.kernels.paths import UNREACHED
from corridor.kernels.records import Groups


class Ends(NamedTuple):
    """Where routes begin and end: routes from the same states stand together.

    Those of search s are the goals from ``ptr[s]`` to before ``ptr[s + 1]``.
    """

    starts: Groups  # states of each search
    ptr: Ints  # [searches + 1]
    goals: Groups  # states of each goal; a route ends at the nearest of them


class Distances(NamedTuple):
    """Least weights from the starts of a search, where they were asked for; by rank [states]."""

    above: Ints  # of ways up alone; UNREACHED before and after a search
    least: Ints
    search: Ints  # the search that least is of


@njit(**JIT)
def weigh_shortcuts(hierarchy: Hierarchy, weight: Ints) -> Ints:
    """Return the weights of all shortcuts int64 [shortcuts, 2], columns UP and DOWN.

    weight int64 [arcs], negative: no passage.
    """
    weights = np.empty((len(hierarchy.head), 2), np.int64)
    for k in range(len(weights)):
        up = UNREACHED
        down = UNREACHED
        for at in range(hierarchy.arc_ptr[k], hierarchy.arc_ptr[k + 1]):
            a = hierarchy.arc[at]
            if weight[a] < 0:
                continue
            if hierarchy.direction[a] == UP:
                up = min(up, weight[a])
            else:
                down = min(down, weight[a])

        for t in range(hierarchy.triangle_ptr[k], hierarchy.triangle_ptr[k + 1]):
            i = hierarchy.triangles[t, 0]
            j = hierarchy.triangles[t, 1]
            up = min(up, weights[i, DOWN] + weights[j, UP])
            down = min(down, weights[j, DOWN] + weights[i, UP])
        weights[k, UP] = up
        weights[k, DOWN] = down
    return weights


@njit(**JIT)
def least_routes(
    hierarchy: Hierarchy, weights: Ints, arcs_into: Groups, tail: Ints, weight: Ints, ends: Ends
) -> tuple[Ints, Groups]:
    """Return the least weight to each goal and the arcs of the route there, first arc first.

    The routes are those of :func:`corridor.kernels.paths.dijkstra`: back from a state by the arc
    whose tail is the nearest, then the lowest in number.

    Parameters
    ----------
    hierarchy
        The hierarchy of the graph.
    weights
        As of :func:`weigh_shortcuts`, of these weights of arcs.
    arcs_into
        The arcs into each state, in CSR order.
    tail, weight
        Of arcs in CSR order int64 [arcs], weights above 0 where there is passage.
    ends
        Where routes begin and end.

    Returns
    -------
    distance
        int64 [goals]; UNREACHED: no route.
    routes
        The arcs to each goal.
    """
    n = len(hierarchy.rank)
    distances = Distances(
        np.full(n, UNREACHED, np.int64), np.empty(n, np.int64), np.full(n, -1, np.int64)
    )
    chain = np.empty(n, np.int64)
    goals_count = len(ends.goals.ptr) - 1
    distance = np.full(goals_count, UNREACHED, np.int64)
    route_ptr = np.zeros(goals_count + 1, np.int64)
    arcs = np.empty(64 * goals_count + n, np.int64)
    count = 0

    for search in range(len(ends.ptr) - 1):
        starts = ends.starts.numbers[ends.starts.ptr[search] : ends.starts.ptr[search + 1]]
        _climb(hierarchy, weights, starts, distances.above)

        for goal in range(ends.ptr[search], ends.ptr[search + 1]):
            v = np.int64(-1)
            for at in range(ends.goals.ptr[goal], ends.goals.ptr[goal + 1]):
                state = ends.goals.numbers[at]
                there = _least(hierarchy, weights, distances, chain, search, state)
                if there < distance[goal]:
                    distance[goal] = there
                    v = state

            arcs = _with_room(arcs, count, n)
            first = count
            while v >= 0:
                a = _last_arc(
                    hierarchy, weights, distances, chain, search, arcs_into, tail, weight, v
                )
                if a < 0:
                    break
                arcs[count] = a
                count += 1
                v = tail[a]
            arcs[first:count] = arcs[first:count][::-1].copy()
            route_ptr[goal + 1] = count

        _clear(hierarchy, starts, distances.above)
    return distance, Groups(arcs[:count].copy(), route_ptr)


@njit(**JIT)
def _with_room(arcs: Ints, count: int, more: int) -> Ints:
    """Return arcs of which some are in use, with room for more."""
    if count + more <= len(arcs):
        return arcs
    larger = np.empty(2 * len(arcs) + more, np.int64)
    larger[:count] = arcs[:count]
    return larger


@njit(**JIT)
def _climb(hierarchy: Hierarchy, weights: Ints, starts: Ints, above: Ints) -> None:
    """Label the ranks above some states with the least weight of the way up to them."""
    for start in starts:
        v = hierarchy.rank[start]
        above[v] = 0
        while v >= 0:
            here = above[v]
            if here < UNREACHED:
                for k in range(hierarchy.ptr[v], hierarchy.ptr[v + 1]):
                    u = hierarchy.head[k]
                    above[u] = min(above[u], here + weights[k, UP])
            v = hierarchy.parent[v]


@njit(**JIT)
def _clear(hierarchy: Hierarchy, starts: Ints, above: Ints) -> None:
    """Take back the labels above some states."""
    for start in starts:
        v = hierarchy.rank[start]
        while v >= 0:
            above[v] = UNREACHED
            v = hierarchy.parent[v]


@njit(**JIT)
def _least(
    hierarchy: Hierarchy,
    weights: Ints,
    distances: Distances,
    chain: Ints,
    search: int,
    state: int,
) -> Any:
    """Return the least weight to a state: by the way up, or down from a higher rank.

    All higher neighbours of a rank are above it. chain: room [states].
    """
    count = 0
    v = np.int64(hierarchy.rank[state])
    while v >= 0 and distances.search[v] != search:
        chain[count] = v
        count += 1
        v = np.int64(hierarchy.parent[v])

    for i in range(count - 1, -1, -1):
        v = chain[i]
        least = distances.above[v]
        for k in range(hierarchy.ptr[v], hierarchy.ptr[v + 1]):
            least = min(least, distances.least[hierarchy.head[k]] + weights[k, DOWN])
        distances.least[v] = least
        distances.search[v] = search
    return distances.least[hierarchy.rank[state]]


@njit(**JIT)
def _last_arc(
    hierarchy: Hierarchy,
    weights: Ints,
    distances: Distances,
    chain: Ints,
    search: int,
    arcs_into: Groups,
    tail: Ints,
    weight: Ints,
    v: int,
) -> Any:
    """Return the arc by which a state that has been asked for is reached, -1: it is a start."""
    here = distances.least[hierarchy.rank[v]]
    last = np.int64(-1)
    if here == 0:
        return last

    nearest = UNREACHED
    for at in range(arcs_into.ptr[v], arcs_into.ptr[v + 1]):
        a = arcs_into.numbers[at]
        if weight[a] < 0 or weight[a] > here:
            continue
        there = _least(hierarchy, weights, distances, chain, search, tail[a])
        if there + weight[a] == here and there < nearest:
            nearest = there
            last = a
    return last
