"""One-criterion shortest paths on int64 weights."""

from __future__ import annotations

import numpy as np

from corridor.kernels import Floats, Ints
from corridor.kernels.compilation import JIT
from corridor.kernels.compiled_code import njit

UNREACHED = np.int64(1) << np.int64(60)


@njit(**JIT)
def dijkstra(ptr: Ints, head: Ints, weight: Ints, sources: Ints) -> tuple[Ints, Ints]:
    """Return least weights from the nearest source and the arc each state is reached by.

    ptr int64 [states + 1], head int64 [arcs] and weight int64 [arcs] (negative: no passage) in CSR
    order; sources int64 [sources]. Returns distance int64 [states] (UNREACHED where there is no
    way) and arc int64 [states] (-1: none), the position in CSR order.
    """
    n = len(ptr) - 1
    distance = np.full(n, UNREACHED, np.int64)
    arc = np.full(n, -1, np.int64)
    keys = np.empty(len(head) + len(sources) + 1, np.int64)
    items = np.empty(len(head) + len(sources) + 1, np.int64)
    size = 0
    for s in sources:
        distance[s] = 0
        size = push(keys, items, size, np.int64(0), s)
    while size:
        key = keys[0]
        u = items[0]
        size = pop(keys, items, size)
        if key > distance[u]:
            continue
        for a in range(ptr[u], ptr[u + 1]):
            if weight[a] < 0:
                continue
            v = head[a]
            reached = key + weight[a]
            if reached < distance[v]:
                distance[v] = reached
                arc[v] = a
                size = push(keys, items, size, reached, v)
    return distance, arc


@njit(**JIT)
def dijkstra_many(
    ptr: Ints, head: Ints, weight: Ints, sources: Ints, source_ptr: Ints
) -> tuple[Ints, Ints]:
    """Return :func:`dijkstra` from each group of sources: int64 [groups, states] twice.

    source_ptr int64 [groups + 1] parts sources into groups.
    """
    groups = len(source_ptr) - 1
    n = len(ptr) - 1
    distance = np.empty((groups, n), np.int64)
    arc = np.empty((groups, n), np.int64)
    for g in range(groups):
        distance[g], arc[g] = dijkstra(
            ptr, head, weight, sources[source_ptr[g] : source_ptr[g + 1]]
        )
    return distance, arc


@njit(**JIT)
def push(keys: Ints | Floats, items: Ints, size: int, key: float, item: int) -> int:
    """Add an entry to a binary heap of (key, item) in two arrays and return its new size."""
    i = size
    while i:
        up = (i - 1) >> 1
        if keys[up] <= key:
            break
        keys[i] = keys[up]
        items[i] = items[up]
        i = up
    keys[i] = key
    items[i] = item
    return size + 1


@njit(**JIT)
def pop(keys: Ints | Floats, items: Ints, size: int) -> int:
    """Take the least entry off a binary heap and return its new size; read it at place 0 before."""
    size -= 1
    key = keys[size]
    item = items[size]
    i = 0
    while True:
        down = 2 * i + 1
        if down >= size:
            break
        if down + 1 < size and keys[down + 1] < keys[down]:
            down += 1
        if keys[down] >= key:
            break
        keys[i] = keys[down]
        items[i] = items[down]
        i = down
    keys[i] = key
    items[i] = item
    return size


@njit(**JIT)
def along_trees(
    distance: Ints, arc: Ints, tail: Ints, values: Ints, bits: Ints
) -> tuple[Ints, Ints]:
    """Add arc values and join arc bits along shortest-path trees.

    distance, arc int64 [groups, states] as :func:`dijkstra_many` returns them; tail int64 [arcs],
    values int64 [kinds, arcs] and bits int64 [arcs] in CSR order. Returns sums int64 [groups,
    kinds, states] and bits int64 [groups, states]; states not reached hold 0.
    """
    groups, n = distance.shape
    kinds = len(values)
    sums = np.zeros((groups, kinds, n), np.int64)
    joined = np.zeros((groups, n), np.int64)
    behind = np.empty(n, np.int64)
    for g in range(groups):
        done = arc[g] < 0  # sources, and states not reached
        for end in range(
            n
        ):  # back to a state that is done, then forth again: weights of 0 leave no order to sort by
            count = 0
            v = end
            while not done[v]:
                behind[count] = v
                count = count + 1
                v = tail[arc[g, v]]
            for i in range(count - 1, -1, -1):
                v = behind[i]
                a = arc[g, v]
                u = tail[a]
                for k in range(kinds):
                    sums[g, k, v] = sums[g, k, u] + values[k, a]
                joined[g, v] = joined[g, u] | bits[a]
                done[v] = True
    return sums, joined
