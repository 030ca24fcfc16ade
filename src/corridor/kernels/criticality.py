"""What every trip costs with each element of a network shut in turn.

A trip whose cheapest tree holds no shut arc keeps its cost. Only the states that hang below a shut
tree arc are searched anew, from the states beside them. Exact: a path that stays open stays
cheapest when others close. Source: Ramalingam and Reps (1996), deletion of arcs in dynamic shortest
paths.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor.kernels import Bools, Int32s, Ints
from corridor.kernels.compilation import JIT
from corridor.kernels.compiled_code import njit
from corridor.kernels.paths import UNREACHED, dijkstra, pop, push
from corridor.kernels.records import Graph, Groups


class Tree(NamedTuple):
    """A tree of cheapest routes, its states in preorder, so that what hangs below one follows it.

    A place is a number in this order.
    """

    state: Ints  # at each place [places]
    place: Ints  # of each state, -1: no route leads there [states]
    arc: Ints  # by which each is reached, -1: a source [places]
    end: Ints  # first place no longer below [places]
    distance: Ints  # [places]
    sums: Ints  # of the values along the route [kinds, places]


class Arcs(NamedTuple):
    """Open arcs into each place, or out of each."""

    ptr: Ints  # where those of each place begin [places + 1]
    other: Int32s  # place at the other end
    weight: Ints  # UNREACHED while shut
    number: Ints  # of each in the graph
    slot: Ints  # where each arc of the graph stands here, -1: nowhere


class Region(NamedTuple):
    """What is searched anew: the labels of all places, those of the region rewritten."""

    distance: Ints  # [places]
    before: Ints  # slot of the arc into a place by which its route comes [places]
    is_in: Bools  # [places]
    begin: Ints  # first place of each part [parts]
    end: Ints  # first place no longer in each part [parts]
    improved: Ints  # places that the second sweep improves [places]
    keys: Ints  # heap
    items: Ints  # heap


class Ends(NamedTuple):
    """Goals by their states: those of each goal, and the goals at places in order."""

    goals: Groups
    numbers: Ints  # of goals, by the places of their states
    ptr: Ints  # where those from each place on begin [places + 1]


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

    Of routes that cost the same it is the one that stays longest outside what is searched anew,
    then the one whose last state but one is the nearest, then that of the first arc.

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
    elements_count = len(elements.ptr) - 1
    goals_count = len(goals.ptr) - 1
    costs = np.empty((elements_count + 1, goals_count), np.int64)
    sums = np.zeros((len(values), elements_count + 1, goals_count), np.int64)

    tree = _tree(graph, weight, values, sources)
    into = _arcs(arcs_into.ptr, arcs_into.numbers, graph.tail, weight, tree)
    out = _arcs(graph.ptr, np.arange(len(graph.head)), graph.head, weight, tree)
    ends = _ends(goals, tree)
    region = _room(tree, len(graph.head))
    for t in range(goals_count):
        _read(0, t, costs, sums, goals, tree, into, region, values)
    costs[1:] = costs[:1]
    sums[:, 1:] = sums[:, :1]

    for e in range(elements_count):
        parts = _set_parts(e, elements, graph.head, tree, ends, region)
        if parts == 0:
            continue

        _set_weights(e, elements, into, out, weight, True)
        _search(parts, into, out, region)
        for i in range(parts):
            for j in range(ends.ptr[region.begin[i]], ends.ptr[region.end[i]]):
                goal = ends.numbers[j]
                _read(e + 1, goal, costs, sums, goals, tree, into, region, values)
        _set_weights(e, elements, into, out, weight, False)
        _restore(parts, tree, region)
    return costs, sums


# ---- the tree and what stands around it


@njit(**JIT)
def _tree(graph: Graph, weight: Ints, values: Ints, sources: Ints) -> Tree:
    """Return the tree of cheapest routes from the sources."""
    distances, arcs = dijkstra(graph.ptr, graph.head, weight, sources)
    tail = graph.tail
    first_child, next_sibling = _children(arcs, tail)
    n = len(arcs)
    state = np.empty(n, np.int64)
    place = np.full(n, -1, np.int64)
    stack = np.empty(n, np.int64)
    count = 0
    for root in range(n):
        if distances[root] >= UNREACHED or arcs[root] >= 0:
            continue
        stack[0] = root
        size = 1
        while size:
            size -= 1
            v = stack[size]
            state[count] = v
            place[v] = count
            count += 1
            child = first_child[v]
            while child >= 0:
                stack[size] = child
                size += 1
                child = next_sibling[child]

    state = state[:count].copy()
    arc = arcs[state]
    end = np.arange(1, count + 1)
    sums = np.zeros((len(values), count), np.int64)
    for p in range(count - 1, -1, -1):
        if arc[p] >= 0:
            parent = place[tail[arc[p]]]
            end[parent] = max(end[parent], end[p])
    for p in range(count):
        if arc[p] >= 0:
            parent = place[tail[arc[p]]]
            for k in range(len(values)):
                sums[k, p] = sums[k, parent] + values[k, arc[p]]
    return Tree(state, place, arc, end, distances[state], sums)


@njit(**JIT)
def _children(arcs: Ints, tail: Ints) -> tuple[Ints, Ints]:
    """Return the first child of every state and the next sibling of every child int64 [states].

    arcs: by which each state is reached. -1: none.
    """
    n = len(arcs)
    first = np.full(n, -1, np.int64)
    following = np.full(n, -1, np.int64)
    for v in range(n):
        if arcs[v] >= 0:
            u = tail[arcs[v]]
            following[v] = first[u]
            first[u] = v
    return first, following


@njit(**JIT)
def _arcs(ptr: Ints, numbers: Ints, far_end: Ints, weight: Ints, tree: Tree) -> Arcs:
    """Return the open arcs of each place, from those of each state; far_end: their other states."""
    place = tree.place
    places = len(tree.state)
    new_ptr = np.zeros(places + 1, np.int64)
    other = np.empty(len(weight), np.int32)
    weights = np.empty(len(weight), np.int64)
    number = np.empty(len(weight), np.int64)
    slot = np.full(len(weight), -1, np.int64)
    count = 0
    for p in range(places):
        v = tree.state[p]
        for i in range(ptr[v], ptr[v + 1]):
            a = numbers[i]
            if weight[a] >= 0 and place[far_end[a]] >= 0:
                other[count] = place[far_end[a]]
                weights[count] = weight[a]
                number[count] = a
                slot[a] = count
                count += 1
        new_ptr[p + 1] = count
    return Arcs(new_ptr, other[:count], weights[:count], number[:count], slot)


@njit(**JIT)
def _ends(goals: Groups, tree: Tree) -> Ends:
    """Return the goals by their states and by places."""
    places = len(tree.state)
    ptr = np.zeros(places + 1, np.int64)
    for s in goals.numbers:
        if tree.place[s] >= 0:
            ptr[tree.place[s] + 1] += 1
    ptr = np.cumsum(ptr)

    numbers = np.empty(ptr[places], np.int64)
    fill = ptr.copy()
    for t in range(len(goals.ptr) - 1):
        for s in goals.numbers[goals.ptr[t] : goals.ptr[t + 1]]:
            p = tree.place[s]
            if p >= 0:
                numbers[fill[p]] = t
                fill[p] += 1
    return Ends(goals, numbers, ptr)


@njit(**JIT)
def _room(tree: Tree, arcs: int) -> Region:
    """Return an empty region."""
    places = len(tree.state)
    return Region(
        tree.distance.copy(),
        np.full(places, -1, np.int64),
        np.zeros(places, np.bool_),
        np.empty(places, np.int64),
        np.empty(places, np.int64),
        np.empty(places, np.int64),
        np.empty(arcs + places, np.int64),
        np.empty(arcs + places, np.int64),
    )


# ---- one element shut


@njit(**JIT, inline="always")
def _set_parts(
    element: int, elements: Groups, head: Ints, tree: Tree, ends: Ends, region: Region
) -> int:
    """Set the parts that hang below shut arcs and return how many; 0: no goal is among them."""
    place = tree.place
    count = 0
    matters = False
    for i in range(elements.ptr[element], elements.ptr[element + 1]):
        a = elements.numbers[i]
        p = place[head[a]]
        if p >= 0 and tree.arc[p] == a:
            region.begin[count] = p
            count += 1
            matters |= ends.ptr[tree.end[p]] > ends.ptr[p]
    if not matters:
        return 0
    if count > 1:
        region.begin[:count].sort()

    parts = 0
    end = np.int64(0)
    for i in range(count):
        p = region.begin[i]
        if p >= end:
            end = tree.end[p]
            region.begin[parts] = p
            region.end[parts] = end
            parts += 1
    return parts


@njit(**JIT, inline="always")
def _set_weights(
    element: int, elements: Groups, into: Arcs, out: Arcs, weight: Ints, is_shut: bool
) -> None:
    """Shut the arcs of an element, or open them again."""
    for i in range(elements.ptr[element], elements.ptr[element + 1]):
        a = elements.numbers[i]
        if into.slot[a] >= 0:
            value = UNREACHED if is_shut else weight[a]
            into.weight[into.slot[a]] = value
            out.weight[out.slot[a]] = value


@njit(**JIT, inline="always")
def _search(parts: int, into: Arcs, out: Arcs, region: Region) -> None:
    """Search a region anew.

    Two sweeps against and with the order settle nearly everything, as most of a route runs along
    the tree; what the second improves is searched from on.
    """
    distance, before, is_in, begin, end, improved, keys, items = region
    ptr, other, weight, _, _ = into
    for i in range(parts):
        for p in range(begin[i], end[i]):
            is_in[p] = True
            distance[p] = UNREACHED

    for i in range(parts - 1, -1, -1):
        for p in range(end[i] - 1, begin[i] - 1, -1):
            _improve(p, ptr, other, weight, distance, before)
    count = 0
    for i in range(parts):
        for p in range(begin[i], end[i]):
            if _improve(p, ptr, other, weight, distance, before):
                improved[count] = p
                count += 1

    size = 0
    for i in range(count):
        size = _relax(improved[i], into, out, region, size)
    while size:
        key = keys[0]
        u = items[0]
        size = pop(keys, items, size)
        if key <= distance[u]:
            size = _relax(u, into, out, region, size)


@njit(**JIT, inline="always")
def _relax(u: int, into: Arcs, out: Arcs, region: Region, size: int) -> int:
    """Queue the places that are cheaper by way of a place; return the new size of the queue."""
    distance = region.distance
    for i in range(out.ptr[u], out.ptr[u + 1]):
        v = out.other[i]
        label = distance[u] + out.weight[i]
        if label < distance[v]:
            distance[v] = label
            region.before[v] = into.slot[out.number[i]]
            size = push(region.keys, region.items, size, label, v)
    return size


@njit(**JIT, inline="always")
def _improve(p: int, ptr: Ints, other: Int32s, weight: Ints, distance: Ints, before: Ints) -> bool:
    """Take the cheapest arc into a place if it makes its route cheaper; tell whether it did."""
    least = distance[p]
    best = np.int64(-1)
    for i in range(np.uint64(ptr[p]), np.uint64(ptr[p + 1])):
        label = distance[np.uint64(other[i])] + weight[i]
        if label < least:
            least = label
            best = np.int64(i)
    if best < 0:
        return False
    distance[p] = least
    before[p] = best
    return True


@njit(**JIT, inline="always")
def _restore(parts: int, tree: Tree, region: Region) -> None:
    """Give the places of a region the labels of the tree again."""
    for i in range(parts):
        for p in range(region.begin[i], region.end[i]):
            region.distance[p] = tree.distance[p]
            region.is_in[p] = False


@njit(**JIT, inline="always")
def _read(
    row: int,
    goal: int,
    costs: Ints,
    sums: Ints,
    goals: Groups,
    tree: Tree,
    into: Arcs,
    region: Region,
    values: Ints,
) -> None:
    """Write the cost of one goal and the sums along its route into a row.

    costs int64 [rows, goals], sums int64 [kinds, rows, goals], values int64 [kinds, arcs].
    """
    best = UNREACHED
    p = np.int64(-1)
    for i in range(goals.ptr[goal], goals.ptr[goal + 1]):
        q = tree.place[goals.numbers[i]]
        if q >= 0 and region.distance[q] < best:
            best = region.distance[q]
            p = q
    costs[row, goal] = best

    for k in range(len(values)):
        sums[k, row, goal] = 0
    if p < 0 or len(values) == 0:
        return
    while region.is_in[p]:
        i = _last_arc(p, into, region)
        for k in range(len(values)):
            sums[k, row, goal] += values[k, into.number[i]]
        p = into.other[i]
    for k in range(len(values)):
        sums[k, row, goal] += tree.sums[k, p]


@njit(**JIT)
def _last_arc(p: int, into: Arcs, region: Region) -> int:
    """Return the slot of the arc by which the route to a place of the region comes.

    Arcs that cost nothing are taken as they were found: by nearness they might go in a circle.
    """
    distance = region.distance
    best: int = region.before[p]
    nearest = distance[p]
    for i in range(into.ptr[p], into.ptr[p + 1]):
        u = into.other[i]
        if distance[u] + into.weight[i] == distance[p]:
            if not region.is_in[u]:
                return i
            if distance[u] < nearest:
                nearest = distance[u]
                best = i
    return best
