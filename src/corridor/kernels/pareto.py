"""Exact time-dependent Pareto search on time, money, carbon, hazards and transshipments.

Label setting in the order of arrival plus a lower bound to the goal. Ways are first in, first out
(waiting is allowed everywhere and free but for time), so a label that arrives no later, costs no
more, emits no more, has met a subset of the hazards and changed layer no more often can do all that
another can. Source: Hansen (1980), label setting for several criteria; Martins (1984); lower-bound
pruning after Hernandez et al. (2020), BOA*; FIFO time dependence after Kaufman and Smith (1993).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from corridor.kernels import Bools, Ints
from corridor.kernels.compilation import JIT
from corridor.kernels.paths import UNREACHED, pop, push

DONE = 0
TOO_MANY = 1
STOPPED = 2
FIELDS = 9
# comparisons between two looks at the outcome: enough for the compiler to do several at once
BLOCK = 32


@njit(**JIT)
def arrival(at: int, first: int, last: int, spans: Ints, duration: int) -> np.int64:
    """Return the earliest arrival over a way entered from minute ``at`` on; UNREACHED if it never
    opens again.

    spans int64 [3, all spans]: start, end (exclusive), delay; the way's are those from first to
    before last, in order.
    """
    low = first
    high = last
    while low < high:  # the first span that ends after at
        middle = (low + high) >> 1
        if spans[1, middle] > at:
            high = middle
        else:
            low = middle + 1
    best = np.int64(UNREACHED)
    for j in range(low, last):
        enter = max(at, spans[0, j])
        if enter + duration >= best:
            break
        best = min(best, np.int64(enter + spans[2, j] + duration))
    return best


@njit(**JIT)
def search(
    graph: tuple[Ints, Ints],
    calendars: tuple[Ints, Ints],
    arcs: Ints,
    hazard: Ints,
    trip: tuple[Ints, int, Bools],
    bounds: Ints,
    wanted: tuple[Bools, Ints, Ints],
) -> tuple[int, Ints, Ints]:
    """Return the labels of every Pareto-optimal way from the starts to a goal state.

    graph: ptr int64 [states + 1] and head int64 [arcs], CSR order. calendars: spans int64 [3, all
    spans], see :func:`arrival`, and where each arc's begin int64 [arcs + 1]. arcs int64 [5, arcs]:
    duration (negative: no passage), money, carbon, transshipments, hazard bits. hazard int64 [64]:
    weight of each bit. trip: states to start in int64, minute of departure, goal states bool
    [states]. bounds int64 [4, states]: least duration, money, carbon and transshipments from a
    state to the goal (UNREACHED: no way). wanted: which of time, money, carbon and risk count at
    the goal bool [4]; last minute of arrival, most transshipments, most labels int64 [3]; a flag
    int64 [1] that ends the search soon after somebody sets it. Returns a status (DONE, TOO_MANY or
    STOPPED), labels int64 [labels, 9] (state, minute, money, carbon, risk, transshipments, hazard
    bits, parent label, arc) and the goal labels int64.
    """
    ptr, head = graph
    spans, span_ptr = calendars
    starts, depart, is_goal = trip
    use, limits, stop = wanted
    n = len(ptr) - 1
    capacity = 1 << 14
    labels = np.empty((capacity, FIELDS), np.int64)
    keys = np.empty(capacity, np.int64)
    items = np.empty(capacity, np.int64)
    looked = np.empty(
        (capacity, 2), np.int64
    )  # how many settled labels and goals a label was compared with when made
    # Settled labels stand side by side for each state (money, carbon, transshipments, bits), so
    # that a comparison reads straight through memory. Their time needs no comparing: a state's
    # labels settle in the order of arrival.
    settled = np.empty((4, 8 * n), np.int64)
    first = np.arange(0, 8 * n, 8)
    held = np.zeros(n, np.int64)
    room = np.full(n, 8)
    used = 8 * n
    goals = np.empty(64, np.int64)
    reached = np.empty((4, 64), np.int64)
    found = count = size = 0
    for s in starts:
        if bounds[0, s] < UNREACHED:
            labels[count] = 0
            labels[count, 0] = s
            labels[count, 1] = depart
            labels[count, 7] = -1
            labels[count, 8] = -1
            looked[count] = 0
            size = push(keys, items, size, depart + bounds[0, s], count)
            count += 1
    while size:
        if stop[0]:
            return STOPPED, labels[:count], goals[:found]
        label = items[0]
        size = pop(keys, items, size)
        u = labels[label, 0]
        if _beaten(
            settled, first[u] + looked[label, 0], first[u] + held[u], labels[label]
        ) or _hopeless(reached, looked[label, 1], found, labels[label], bounds):
            continue
        if held[u] == room[u]:
            if used + 2 * room[u] > settled.shape[1]:
                settled = np.concatenate(
                    (settled, np.empty((4, used + 2 * room[u]), np.int64)), axis=1
                )
            settled[:, used : used + held[u]] = settled[:, first[u] : first[u] + held[u]]
            first[u] = used
            room[u] = 2 * room[u]
            used += room[u]
        place = first[u] + held[u]
        settled[0, place] = labels[label, 2]
        settled[1, place] = labels[label, 3]
        settled[2, place] = labels[label, 5]
        settled[3, place] = labels[label, 6]
        held[u] += 1
        if is_goal[u]:
            if found == len(goals):
                goals = np.concatenate((goals, np.empty(found, np.int64)))
                reached = np.concatenate((reached, np.empty((4, found), np.int64)), axis=1)
            goals[found] = label
            for c in range(4):  # a criterion that does not count is met by every goal
                reached[c, found] = labels[label, c + 1] if use[c] else -UNREACHED
            found += 1
            continue
        came_from = labels[labels[label, 7], 0] if labels[label, 7] >= 0 else np.int64(-1)
        for a in range(ptr[u], ptr[u + 1]):
            v = head[a]
            if arcs[0, a] < 0 or bounds[0, v] >= UNREACHED or v == came_from:
                continue
            at = arrival(labels[label, 1], span_ptr[a], span_ptr[a + 1], spans, arcs[0, a])
            if at >= UNREACHED or at + bounds[0, v] > limits[0]:
                continue
            if labels[label, 5] + arcs[3, a] + bounds[3, v] > limits[1]:
                continue
            if count == capacity:
                if capacity >= limits[2]:
                    return TOO_MANY, labels[:count], goals[:found]
                labels = np.concatenate((labels, np.empty((capacity, FIELDS), np.int64)))
                keys = np.concatenate((keys, np.empty(capacity, np.int64)))
                items = np.concatenate((items, np.empty(capacity, np.int64)))
                looked = np.concatenate((looked, np.empty((capacity, 2), np.int64)))
                capacity *= 2
            new = labels[count]
            new[0] = v
            new[1] = at
            new[2] = labels[label, 2] + arcs[1, a]
            new[3] = labels[label, 3] + arcs[2, a]
            new[4] = labels[label, 4] + _weight(arcs[4, a] & ~labels[label, 6], hazard)
            new[5] = labels[label, 5] + arcs[3, a]
            new[6] = labels[label, 6] | arcs[4, a]
            new[7] = label
            new[8] = a
            if _beaten(settled, first[v], first[v] + held[v], new) or _hopeless(
                reached, 0, found, new, bounds
            ):
                continue
            looked[count, 0] = held[v]
            looked[count, 1] = found
            size = push(keys, items, size, at + bounds[0, v], count)
            count += 1
    return DONE, labels[:count], goals[:found]


@njit(**JIT)
def _beaten(settled: Ints, first: int, last: int, label: Ints) -> bool:
    """Tell whether a settled label of the same state can do all that this one can."""
    usd = label[2]
    carbon = label[3]
    hops = label[5]
    free = ~label[6]
    for start in range(first, last, BLOCK):
        hit = False
        for i in range(start, min(start + BLOCK, last)):
            hit |= (
                (settled[0, i] <= usd)
                & (settled[1, i] <= carbon)
                & (settled[2, i] <= hops)
                & (settled[3, i] & free == 0)
            )
        if hit:
            return True
    return False


@njit(**JIT)
def _hopeless(reached: Ints, first: int, found: int, label: Ints, bounds: Ints) -> bool:
    """Tell whether some finished way from the first on is at least as good as the best this label
    can become."""
    u = label[0]
    at = label[1] + bounds[0, u]
    usd = label[2] + bounds[1, u]
    carbon = label[3] + bounds[2, u]
    risk = label[4]
    for start in range(first, found, BLOCK):
        hit = False
        for i in range(start, min(start + BLOCK, found)):
            hit |= (
                (reached[0, i] <= at)
                & (reached[1, i] <= usd)
                & (reached[2, i] <= carbon)
                & (reached[3, i] <= risk)
            )
        if hit:
            return True
    return False


@njit(**JIT)
def _weight(bits: int, hazard: Ints) -> np.int64:
    """Return the sum of the weights of the bits set."""
    total = np.int64(0)
    bit = 0
    while bits:
        if bits & 1:
            total += hazard[bit]
        bits >>= 1
        bit += 1
    return total


@njit(**JIT)
def undominated(values: Ints) -> Bools:
    """Tell which rows no other row is at least as good as everywhere; of equal rows the first is
    kept.

    values int64 [rows, criteria], smaller is better. Returns bool [rows].
    """
    rows, criteria = values.shape
    keep = np.ones(rows, np.bool_)
    for i in range(rows):
        for k in range(rows):
            if k == i or not keep[k]:
                continue
            no_worse = True
            equal = True
            for c in range(criteria):
                if values[k, c] > values[i, c]:
                    no_worse = False
                    break
                if values[k, c] < values[i, c]:
                    equal = False
            if no_worse and (not equal or k < i):
                keep[i] = False
                break
    return keep
