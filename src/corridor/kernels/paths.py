"""One-criterion shortest paths on int64 weights."""

from __future__ import annotations

import numpy as np

from corridor.kernels import Floats, Int32s, Ints
from corridor.kernels.compilation import JIT
from corridor.kernels.compiled_code import njit
from corridor.kernels.records import Groups

UNREACHED = np.int64(1) << np.int64(60)
FAR = np.int64(1) << np.int64(62)  # above every weight and place packed in one number
HEADER = 3  # cells of a state before those of its arcs


@njit(**JIT)
def dijkstra(ptr: Ints, head: Ints, weight: Ints, sources: Ints) -> tuple[Ints, Ints]:
    """Return least weights from the nearest source and the arc each state is reached by.

    ptr int64 [states + 1], head int64 [arcs] and weight int64 [arcs] (negative: no passage) in CSR
    order; sources int64 [sources]. Returns distance int64 [states] (UNREACHED where there is no
    way) and arc int64 [states] (-1: none), the position in CSR order. Of arcs that reach a state
    equally soon it is the one whose tail is reached first: the nearest, then the lowest in number.
    """
    distance, arc = dijkstra_many(ptr, head, weight, sources, np.array([0, len(sources)]))
    return distance[0], arc[0]


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

    bits = _place_bits(len(head) + HEADER * n)
    if _longest(ptr, weight) < FAR >> bits:
        cells = _cells(ptr, head, weight, bits)
        entries = np.empty(len(head) + len(sources), np.int64)
        for g in range(groups):
            group = sources[source_ptr[g] : source_ptr[g + 1]]
            _search(ptr, cells, entries, bits, group, distance[g], arc[g])
    else:
        for g in range(groups):
            group = sources[source_ptr[g] : source_ptr[g + 1]]
            _search_heavy(ptr, head, weight, group, distance[g], arc[g])
    return distance, arc


@njit(**JIT)
def _place_bits(places: int) -> int:
    """Return how many bits number some places."""
    bits = 1
    while places >> bits:
        bits += 1
    return bits


@njit(**JIT)
def _longest(ptr: Ints, weight: Ints) -> np.int64:
    """Return what no least weight exceeds: every state left by its heaviest arc, once."""
    total = np.int64(0)
    for u in range(len(ptr) - 1):
        heaviest = np.int64(0)
        for a in range(ptr[u], ptr[u + 1]):
            heaviest = max(heaviest, weight[a])
        total = min(total + heaviest, FAR)
    return total


@njit(**JIT)
def _cells(ptr: Ints, head: Ints, weight: Ints, bits: int) -> Ints:
    """Lay each state and its arcs side by side, so that a search finds them in one place.

    A state has HEADER cells, then a cell an arc: its weight above the place of the state it leads
    to in the low bits. The header: ~(least weight and place) in the making, the arc it is reached
    by, and how far the place of an arc is from its position in CSR order. Only first cells of
    states are negative, so that they end the arcs of the state before.
    """
    n = len(ptr) - 1
    cells = np.empty(HEADER * n + len(head) + 1, np.int64)
    for u in range(n):
        shift = HEADER * (u + 1)
        cells[ptr[u] + shift - 3] = ~FAR
        cells[ptr[u] + shift - 2] = -1
        cells[ptr[u] + shift - 1] = shift
        for a in range(ptr[u], ptr[u + 1]):
            v = head[a]
            place = ptr[v] + HEADER * v
            cells[a + shift] = (weight[a] << bits if weight[a] >= 0 else FAR) | place
    cells[-1] = -1
    return cells


@njit(**JIT)
def _search(
    ptr: Ints, cells: Ints, entries: Ints, bits: int, sources: Ints, distance: Ints, arc: Ints
) -> None:
    """Search from some sources over :func:`_cells`, and fill distance and arc [states].

    cells: with no state reached, and so again in the end. entries: room for a heap of (weight,
    place) in one number each; a state may stand in it several times, its least entry counts.
    """
    size = 0
    for s in sources:
        place = ptr[s] + HEADER * s
        cells[place] = ~place
        size = _push_entry(entries, size, place)

    low = (np.int64(1) << bits) - 1
    while size:
        entry = entries[0]
        size = _pop_entry(entries, size)
        here = entry & low
        if entry != ~cells[here]:
            continue

        weight_here = entry - here
        shift = cells[here + 2]
        at = here + HEADER
        while cells[at] >= 0:
            reached = weight_here + cells[at]
            there = reached & low
            if reached < ~cells[there]:
                cells[there] = ~reached
                cells[there + 1] = at - shift
                size = _push_entry(entries, size, reached)
            at += 1

    for v in range(len(distance)):
        place = ptr[v] + HEADER * v
        least = ~cells[place]
        distance[v] = least >> bits if least < FAR else UNREACHED
        arc[v] = cells[place + 1]
        cells[place] = ~FAR
        cells[place + 1] = -1


@njit(inline="always", **JIT)
def _push_entry(entries: Ints, size: int, entry: int) -> int:
    """Add an entry to a heap in which each has four below it, and return its new size."""
    i = size
    while i:
        up = (i - 1) >> 2
        if entries[up] <= entry:
            break
        entries[i] = entries[up]
        i = up
    entries[i] = entry
    return size + 1


@njit(inline="always", **JIT)
def _pop_entry(entries: Ints, size: int) -> int:
    """Take the least entry off a heap of :func:`_push_entry` and return its new size."""
    size -= 1
    last = entries[size]
    i = 0
    while True:
        first = 4 * i + 1
        if first >= size:
            break

        least = first
        entry = entries[first]
        if first + 3 < size:  # written out, as it is nearly always so
            if entries[first + 1] < entry:
                least = first + 1
                entry = entries[least]
            if entries[first + 2] < entry:
                least = first + 2
                entry = entries[least]
            if entries[first + 3] < entry:
                least = first + 3
                entry = entries[least]
        else:
            for down in range(first + 1, size):
                if entries[down] < entry:
                    least = down
                    entry = entries[down]

        if entry >= last:
            break
        entries[i] = entry
        i = least
    entries[i] = last
    return size


@njit(**JIT)
def _search_heavy(
    ptr: Ints, head: Ints, weight: Ints, sources: Ints, distance: Ints, arc: Ints
) -> None:
    """Search where weights are so heavy that weight and place do not fit into one number."""
    distance[:] = UNREACHED
    arc[:] = -1
    last = np.full(len(distance), -1, np.int64)  # the state each is reached from
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
                last[v] = u
                size = push(keys, items, size, reached, v)
            elif u < last[v] and reached == distance[v] and weight[a] and distance[last[v]] == key:
                arc[v] = a
                last[v] = u


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


@njit(**JIT)
def along_distances(
    distance: Int32s,
    arcs_into: Groups,
    tail: Ints,
    weight: Ints,
    values: Ints,
    words: Ints,
    goals: Ints,
) -> tuple[Ints, Ints]:
    """Add arc values and join arc words along the least routes to some states, from distances.

    The routes are those of :func:`dijkstra_many`: back from a state by the arc whose tail is the
    nearest, then the lowest in number.

    Parameters
    ----------
    distance
        Least weights from each group of sources int32 [groups, states], 0 at sources alone.
    arcs_into
        The arcs into each state, in CSR order.
    tail, weight
        Of arcs in CSR order int64 [arcs], weights above 0 where there is passage.
    values, words
        What is added up, and bits that are joined, int64 [arcs, kinds] and int64 [arcs, words].
    goals
        States int64 [goals], all of them reached or not.

    Returns
    -------
    sums
        int64 [groups, kinds, goals], 0 where a goal is not reached.
    joined
        int64 [words, groups, goals], 0 where a goal is not reached.
    """
    groups, n = distance.shape
    kinds = values.shape[1]
    words_count = words.shape[1]
    sums = np.zeros((groups, kinds, len(goals)), np.int64)
    joined = np.zeros((words_count, groups, len(goals)), np.int64)

    sums_to = np.zeros((n, kinds), np.int64)
    words_to = np.zeros((n, words_count), np.int64)
    met_by = np.full(n, -1, np.int64)
    arc_to = np.empty(n, np.int64)
    behind = np.empty(n, np.int64)
    for g in range(groups):
        least = distance[g]
        for t in range(len(goals)):
            count = 0
            v = goals[t]
            while met_by[v] != g:
                met_by[v] = g
                arc_to[v] = _last_arc(least, arcs_into, tail, weight, v)
                behind[count] = v
                count += 1
                if arc_to[v] >= 0:
                    v = tail[arc_to[v]]

            for i in range(count - 1, -1, -1):
                v = behind[i]
                _add_arc(arc_to[v], tail, v, values, sums_to, words, words_to)
            for k in range(kinds):
                sums[g, k, t] = sums_to[goals[t], k]
            for k in range(words_count):
                joined[k, g, t] = words_to[goals[t], k]
    return sums, joined


@njit(**JIT)
def _last_arc(least: Int32s, arcs_into: Groups, tail: Ints, weight: Ints, v: int) -> int:
    """Return the arc by which a state is reached, -1: it is a source, or not reached."""
    last = -1
    if least[v] == 0:
        return last
    for at in range(arcs_into.ptr[v], arcs_into.ptr[v + 1]):
        a = arcs_into.numbers[at]
        u = tail[a]
        if weight[a] < 0 or least[u] + weight[a] != least[v]:
            continue
        if last < 0 or least[u] < least[tail[last]]:
            last = a
    return last


@njit(**JIT)
def _add_arc(
    a: int, tail: Ints, v: int, values: Ints, sums_to: Ints, words: Ints, words_to: Ints
) -> None:
    """Add an arc to what the route to its tail adds up to; -1: nothing leads to the state."""
    for k in range(values.shape[1]):
        sums_to[v, k] = sums_to[tail[a], k] + values[a, k] if a >= 0 else 0
    for k in range(words.shape[1]):
        words_to[v, k] = words_to[tail[a], k] | words[a, k] if a >= 0 else 0
