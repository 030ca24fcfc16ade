"""What every trip costs with each element of a network shut in turn.

A trip whose cheapest tree holds no shut arc keeps its cost. Only the states that hang below a shut
tree arc are searched anew, from the states beside them. Exact: a path that stays open stays
cheapest when others close. Source: Ramalingam and Reps (1996), deletion of arcs in dynamic shortest
paths.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor.kernels import Bools, Ints
from corridor.kernels.compilation import JIT
from corridor.kernels.compiled_code import njit
from corridor.kernels.paths import UNREACHED, dijkstra, pop, push
from corridor.kernels.records import Graph, Groups


class Tree(NamedTuple):
    """A tree of cheapest routes [states]."""

    distance: Ints  # UNREACHED: no route
    arc: Ints  # by which each state is reached, -1: none


class Heap(NamedTuple):
    """Room for a heap [arcs + states]."""

    keys: Ints
    items: Ints


@njit(**JIT)
def without_each(
    graph: Graph,
    arcs_into: Groups,
    weight: Ints,
    values: Ints,
    sources: Ints,
    goals: Groups,
    elements: Groups,
) -> tuple[Ints, Ints]:
    """Return the least cost from the sources to each goal, as it is and with each element shut.

    Parameters
    ----------
    graph, arcs_into
        The arcs out of each state, and the arcs into each state.
    weight
        int64 [arcs], negative: shut.
    values
        What to add up along the cheapest routes int64 [kinds, arcs].
    sources
        States int64 [sources].
    goals, elements
        States of each goal, arcs of each element.

    Returns
    -------
    costs
        int64 [elements + 1, goals], row 0 with nothing shut; UNREACHED: no route.
    sums
        int64 [kinds, elements + 1, goals], 0 where there is no route.
    """
    n = len(graph.ptr) - 1
    elements_count = len(elements.ptr) - 1
    goals_count = len(goals.ptr) - 1
    costs = np.empty((elements_count + 1, goals_count), np.int64)
    sums = np.zeros((len(values), elements_count + 1, goals_count), np.int64)

    tree = Tree(*dijkstra(graph.ptr, graph.head, weight, sources))
    for t in range(goals_count):
        _read(costs[0], sums[:, 0], t, goals, tree, graph.tail, values)

    first_child, next_sibling = _children(tree, graph.tail)
    leads_to_goal = _leading_to(goals.numbers, tree, graph.tail)
    is_shut = np.zeros(len(graph.head), np.bool_)
    is_below = np.zeros(n, np.bool_)  # states at or below a shut tree arc
    below = np.empty(n, np.int64)  # the same, as a list
    new = Tree(tree.distance.copy(), tree.arc.copy())
    heap = Heap(np.empty(len(graph.head) + n, np.int64), np.empty(len(graph.head) + n, np.int64))
    for e in range(elements_count):
        costs[e + 1] = costs[0]
        sums[:, e + 1] = sums[:, 0]
        arcs = elements.numbers[elements.ptr[e] : elements.ptr[e + 1]]

        count = 0
        matters = False
        for a in arcs:
            is_shut[a] = True
            v = graph.head[a]
            if tree.arc[v] == a:
                below[count] = v
                count += 1
                matters |= leads_to_goal[v]

        if matters:
            count = _descend(below, count, is_below, first_child, next_sibling)
            _search_below(graph, arcs_into, weight, below[:count], is_below, is_shut, new, heap)
            for t in range(goals_count):
                if _touches(goals, t, is_below):
                    _read(costs[e + 1], sums[:, e + 1], t, goals, new, graph.tail, values)
            for v in below[:count]:
                is_below[v] = False
                new.distance[v] = tree.distance[v]
                new.arc[v] = tree.arc[v]

        for a in arcs:
            is_shut[a] = False
    return costs, sums


@njit(**JIT)
def _children(tree: Tree, tail: Ints) -> tuple[Ints, Ints]:
    """Return the first child of every state and the next sibling of every child int64 [states].

    -1: none.
    """
    n = len(tree.arc)
    first = np.full(n, -1, np.int64)
    following = np.full(n, -1, np.int64)
    for v in range(n):
        if tree.arc[v] >= 0:
            u = tail[tree.arc[v]]
            following[v] = first[u]
            first[u] = v
    return first, following


@njit(**JIT)
def _leading_to(goals: Ints, tree: Tree, tail: Ints) -> Bools:
    """Tell which states lie on the route to a goal [states]."""
    leads = np.zeros(len(tree.arc), np.bool_)
    for s in goals:
        v = s
        while tree.distance[v] < UNREACHED and not leads[v]:
            leads[v] = True
            if tree.arc[v] < 0:
                break
            v = tail[tree.arc[v]]
    return leads


@njit(**JIT)
def _descend(
    below: Ints, count: int, is_below: Bools, first_child: Ints, next_sibling: Ints
) -> int:
    """Add all that hangs below the states listed to the list and return how many it holds."""
    for i in range(count):
        is_below[below[i]] = True
    done = 0
    while done < count:
        child = first_child[below[done]]
        while child >= 0:
            if not is_below[child]:
                is_below[child] = True
                below[count] = child
                count += 1
            child = next_sibling[child]
        done += 1
    return count


@njit(**JIT)
def _search_below(
    graph: Graph,
    arcs_into: Groups,
    weight: Ints,
    below: Ints,
    is_below: Bools,
    is_shut: Bools,
    new: Tree,
    heap: Heap,
) -> None:
    """Search the states of a region anew from those beside it.

    below, is_below: the region. new: rewritten inside it.
    """
    ptr, head, tail = graph
    distance, arc = new
    keys, items = heap
    size = 0
    for v in below:
        distance[v] = UNREACHED
        arc[v] = -1
        for i in range(arcs_into.ptr[v], arcs_into.ptr[v + 1]):
            a = arcs_into.numbers[i]
            u = tail[a]
            if weight[a] < 0 or is_shut[a] or is_below[u] or distance[u] >= UNREACHED:
                continue
            if distance[u] + weight[a] < distance[v]:
                distance[v] = distance[u] + weight[a]
                arc[v] = a
        if distance[v] < UNREACHED:
            size = push(keys, items, size, distance[v], v)

    while size:
        key = keys[0]
        u = items[0]
        size = pop(keys, items, size)
        if key > distance[u]:
            continue
        for a in range(ptr[u], ptr[u + 1]):
            v = head[a]
            if weight[a] < 0 or is_shut[a] or not is_below[v]:
                continue
            if key + weight[a] < distance[v]:
                distance[v] = key + weight[a]
                arc[v] = a
                size = push(keys, items, size, distance[v], v)


@njit(**JIT)
def _touches(goals: Groups, goal: int, is_below: Bools) -> bool:
    """Tell whether a state of a goal lies in the region searched anew."""
    states = goals.numbers[goals.ptr[goal] : goals.ptr[goal + 1]]
    for state in states:  # noqa: SIM110 - Numba compiles no generators
        if is_below[state]:
            return True
    return False


@njit(**JIT)
def _read(
    costs: Ints, sums: Ints, goal: int, goals: Groups, tree: Tree, tail: Ints, values: Ints
) -> None:
    """Write the cost of one goal int64 [goals], and the sums along its route int64 [kinds, goals].

    values int64 [kinds, arcs].
    """
    best = UNREACHED
    end = np.int64(-1)
    for i in range(goals.ptr[goal], goals.ptr[goal + 1]):
        state = goals.numbers[i]
        if tree.distance[state] < best:
            best = tree.distance[state]
            end = state
    costs[goal] = best

    for k in range(len(values)):
        total = np.int64(0)
        v = end
        while v >= 0 and tree.arc[v] >= 0:
            total += values[k, tree.arc[v]]
            v = tail[tree.arc[v]]
        sums[k, goal] = total
