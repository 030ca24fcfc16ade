"""What every trip costs with each element of a network shut in turn, without searching the whole
network each time.

A trip whose cheapest tree holds no shut arc keeps its cost. Only the states that hang below a shut
tree arc are searched again, from the states beside them. Exact: a path that stays open stays
cheapest when others close. Source: Ramalingam and Reps (1996), deletion of arcs in dynamic shortest
paths.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from corridor.kernels import Ints
from corridor.kernels.compilation import JIT
from corridor.kernels.paths import UNREACHED, dijkstra, pop, push


@njit(**JIT)
def without_each(
    graph: tuple[Ints, Ints, Ints, Ints, Ints],
    weight: Ints,
    values: Ints,
    sources: Ints,
    goals: tuple[Ints, Ints],
    elements: tuple[Ints, Ints],
) -> tuple[Ints, Ints]:
    """Return the least cost from the sources to each goal, as the network is and with each element
    shut.

    graph: ptr int64 [states + 1], head and tail int64 [arcs] in CSR order, back_ptr int64 [states +
    1] and back_arc int64 [arcs]: the arcs into each state. weight int64 [arcs], negative: shut.
    values int64 [kinds, arcs]: what to add up along the cheapest ways. sources int64 [sources].
    goals: states int64 and where those of each goal begin int64 [goals + 1]. elements: arcs int64
    and where those of each element begin int64 [elements + 1]. Returns costs int64 [elements + 1,
    goals] (UNREACHED: no way; row 0: nothing shut) and sums int64 [kinds, elements + 1, goals] (0
    where there is no route).
    """
    ptr, head, tail, back_ptr, back_arc = graph
    goal, goal_ptr = goals
    element, element_ptr = elements
    n = len(ptr) - 1
    shut_count = len(element_ptr) - 1
    trips = len(goal_ptr) - 1
    kinds = len(values)
    distance, arc = dijkstra(ptr, head, weight, sources)
    costs = np.empty((shut_count + 1, trips), np.int64)
    sums = np.zeros((kinds, shut_count + 1, trips), np.int64)
    below = np.zeros(n, np.bool_)  # below or at: states whose tree path the current element cuts
    new = distance.copy()
    new_arc = arc.copy()
    for t in range(trips):
        _read(costs[0], sums[:, 0], t, (goal, goal_ptr), (distance, arc), (tail, values))
    first, following = _children(distance, arc, tail)
    wanted = np.zeros(n, np.bool_)  # states on the way to a goal
    for s in goal:
        v = s
        while distance[v] < UNREACHED and not wanted[v]:
            wanted[v] = True
            if arc[v] < 0:
                break
            v = tail[arc[v]]
    shut = np.zeros(len(head), np.bool_)
    cut = np.empty(n, np.int64)
    keys = np.empty(len(head) + n, np.int64)
    items = np.empty(len(head) + n, np.int64)
    for e in range(shut_count):
        count = 0
        matters = False
        costs[e + 1] = costs[0]
        sums[:, e + 1] = sums[:, 0]
        for i in range(element_ptr[e], element_ptr[e + 1]):
            a = element[i]
            shut[a] = True
            if arc[head[a]] == a:
                cut[count] = head[a]
                count += 1
                matters |= wanted[head[a]]
        if matters:
            for i in range(count):
                below[cut[i]] = True
            done = 0
            while done < count:
                child = first[cut[done]]
                while child >= 0:
                    if not below[child]:
                        below[child] = True
                        cut[count] = child
                        count += 1
                    child = following[child]
                done += 1
            _search_below(
                (ptr, head, tail, back_ptr, back_arc),
                weight,
                (cut[:count], below, shut),
                (new, new_arc),
                (keys, items),
            )
            for t in range(trips):
                for i in range(goal_ptr[t], goal_ptr[t + 1]):
                    if below[goal[i]]:
                        _read(
                            costs[e + 1],
                            sums[:, e + 1],
                            t,
                            (goal, goal_ptr),
                            (new, new_arc),
                            (tail, values),
                        )
                        break
            for i in range(count):
                v = cut[i]
                below[v] = False
                new[v] = distance[v]
                new_arc[v] = arc[v]
        for i in range(element_ptr[e], element_ptr[e + 1]):
            shut[element[i]] = False
    return costs, sums


@njit(**JIT)
def _children(distance: Ints, arc: Ints, tail: Ints) -> tuple[Ints, Ints]:
    """Return the first child of every state in the tree and the next sibling of every child int64
    [states], -1: none."""
    n = len(distance)
    first = np.full(n, -1, np.int64)
    following = np.full(n, -1, np.int64)
    for v in range(n):
        if arc[v] >= 0:
            u = tail[arc[v]]
            following[v] = first[u]
            first[u] = v
    return first, following


@njit(**JIT)
def _search_below(
    graph: tuple[Ints, Ints, Ints, Ints, Ints],
    weight: Ints,
    region: tuple[Ints, Ints, Ints],
    labels: tuple[Ints, Ints],
    heap: tuple[Ints, Ints],
) -> None:
    """Search the states of a region again from those beside it.

    region: its states int64, which states are in it bool [states], which arcs are shut bool [arcs].
    labels: distance and arc int64 [states], rewritten inside the region. heap: room for keys and
    items int64 [arcs + states].
    """
    ptr, head, tail, back_ptr, back_arc = graph
    inside, below, shut = region
    new, new_arc = labels
    keys, items = heap
    size = 0
    for v in inside:
        best = UNREACHED
        by = np.int64(-1)
        for i in range(back_ptr[v], back_ptr[v + 1]):
            a = back_arc[i]
            u = tail[a]
            if weight[a] < 0 or shut[a] or below[u] or new[u] >= UNREACHED:
                continue
            if new[u] + weight[a] < best:
                best = new[u] + weight[a]
                by = a
        new[v] = best
        new_arc[v] = by
        if best < UNREACHED:
            size = push(keys, items, size, best, v)
    while size:
        key = keys[0]
        u = items[0]
        size = pop(keys, items, size)
        if key > new[u]:
            continue
        for a in range(ptr[u], ptr[u + 1]):
            v = head[a]
            if weight[a] < 0 or shut[a] or not below[v]:
                continue
            if key + weight[a] < new[v]:
                new[v] = key + weight[a]
                new_arc[v] = a
                size = push(keys, items, size, new[v], v)


@njit(**JIT)
def _read(
    costs: Ints,
    sums: Ints,
    trip: int,
    goals: tuple[Ints, Ints],
    tree: tuple[Ints, Ints],
    along: tuple[Ints, Ints],
) -> None:
    """Write the cost of one goal int64 [goals], and the sums along its way int64 [kinds, goals].

    tree: distance and arc int64 [states]. along: tail int64 [arcs] and values int64 [kinds, arcs].
    """
    goal, goal_ptr = goals
    distance, arc = tree
    tail, values = along
    best = UNREACHED
    at = np.int64(-1)
    for i in range(goal_ptr[trip], goal_ptr[trip + 1]):
        if distance[goal[i]] < best:
            best = distance[goal[i]]
            at = goal[i]
    costs[trip] = best
    for k in range(len(values)):
        total = np.int64(0)
        v = at
        while v >= 0 and arc[v] >= 0:
            total += values[k, arc[v]]
            v = tail[arc[v]]
        sums[k, trip] = total
