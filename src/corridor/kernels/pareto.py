"""Exact time-dependent Pareto search on time, money, carbon, hazards and transshipments.

Label setting in the order of arrival plus a lower bound to the goal. Ways are first in, first out (waiting is allowed
everywhere and free but for time), so a label that arrives no later, costs no more, emits no more, has met a subset of
the hazards and changed layer no more often can do all that another can.
Source: Hansen (1980), label setting for several criteria; Martins (1984); lower-bound pruning after Hernandez et al.
(2020), BOA*; FIFO time dependence after Kaufman and Smith (1993).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from corridor.kernels import JIT
from corridor.kernels.paths import UNREACHED, Ints, pop, push

Bools = NDArray[np.bool_]
DONE, TOO_MANY = 0, 1


@njit(**JIT)
def arrival(at: int, first: int, last: int, spans: Ints, duration: int) -> np.int64:
    """Return the earliest arrival over a way entered from minute ``at`` on; UNREACHED if it never opens again.

    spans int64 [3, all spans]: start, end (exclusive), delay; the way's are those from first to before last, in order.
    """
    low, high = first, last
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
    graph: tuple[Ints, Ints], spans: Ints, span_ptr: Ints, arcs: Ints, hazard: Ints,
    starts: tuple[Ints, int], is_goal: Bools, bounds: Ints, use: Bools, limits: Ints,
) -> tuple[int, Ints, Ints]:
    """Return the labels of every Pareto-optimal way from the starts to a goal state.

    graph: ptr int64 [states + 1] and head int64 [arcs], CSR order. spans, span_ptr: calendars, see :func:`arrival`.
    arcs int64 [5, arcs]: duration (negative: no passage), money, carbon, transshipments, hazard bits. hazard int64 [64]:
    weight of each bit. starts: states int64 and the minute of departure. bounds int64 [4, states]: least duration,
    money, carbon and transshipments from a state to the goal (UNREACHED: no way). use bool [4]: which of time, money,
    carbon and risk count at the goal. limits int64 [3]: last minute of arrival, most transshipments, most labels.
    Returns a status (DONE or TOO_MANY), labels int64 [9, labels] (state, minute, money, carbon, risk, transshipments,
    hazard bits, parent label, arc) and the goal labels int64.
    """
    ptr, head = graph
    n = len(ptr) - 1
    capacity = 1 << 14
    labels = np.empty((9, capacity), np.int64)
    chain = np.empty(capacity, np.int64)  # next settled label at the same state
    keys, items = np.empty(capacity, np.int64), np.empty(capacity, np.int64)
    settled = np.full(n, -1, np.int64)
    goals = np.empty(64, np.int64)
    found = count = size = 0
    for s in starts[0]:
        if bounds[0, s] < UNREACHED:
            labels[:, count] = 0
            labels[0, count], labels[1, count], labels[7, count], labels[8, count] = s, starts[1], -1, -1
            size = push(keys, items, size, starts[1] + bounds[0, s], count)
            count += 1
    while size:
        label = items[0]
        size = pop(keys, items, size)
        u = labels[0, label]
        if _beaten_at_goal(labels, label, bounds, goals, found, use) or _beaten(labels, label, settled[u], chain):
            continue
        chain[label] = settled[u]
        settled[u] = label
        if is_goal[u]:
            if found == len(goals):
                goals = np.concatenate((goals, np.empty(found, np.int64)))
            goals[found] = label
            found += 1
            continue
        for a in range(ptr[u], ptr[u + 1]):
            v = head[a]
            if arcs[0, a] < 0 or bounds[0, v] >= UNREACHED:
                continue
            at = arrival(labels[1, label], span_ptr[a], span_ptr[a + 1], spans, arcs[0, a])
            if at >= UNREACHED or at + bounds[0, v] > limits[0]:
                continue
            if labels[5, label] + arcs[3, a] + bounds[3, v] > limits[1]:
                continue
            if count == capacity:
                if capacity >= limits[2]:
                    return TOO_MANY, labels[:, :count], goals[:found]
                labels = np.concatenate((labels, np.empty((9, capacity), np.int64)), axis=1)
                chain = np.concatenate((chain, np.empty(capacity, np.int64)))
                keys = np.concatenate((keys, np.empty(capacity, np.int64)))
                items = np.concatenate((items, np.empty(capacity, np.int64)))
                capacity *= 2
            labels[0, count], labels[1, count] = v, at
            labels[2, count] = labels[2, label] + arcs[1, a]
            labels[3, count] = labels[3, label] + arcs[2, a]
            labels[5, count] = labels[5, label] + arcs[3, a]
            fresh = arcs[4, a] & ~labels[6, label]
            labels[6, count] = labels[6, label] | fresh
            risk = labels[4, label]
            bit = 0
            while fresh:
                if fresh & 1:
                    risk += hazard[bit]
                fresh = (fresh >> 1) & 0x7FFFFFFFFFFFFFFF
                bit += 1
            labels[4, count] = risk
            labels[7, count], labels[8, count] = label, a
            if _beaten(labels, count, settled[v], chain) or _beaten_at_goal(labels, count, bounds, goals, found, use):
                continue
            size = push(keys, items, size, at + bounds[0, v], count)
            count += 1
    return DONE, labels[:, :count], goals[:found]


@njit(**JIT)
def _beaten(labels: Ints, label: int, other: int, chain: Ints) -> bool:
    """Tell whether a settled label of the same state can do all that this one can (settled ones may arrive later)."""
    at, usd, carbon = labels[1, label], labels[2, label], labels[3, label]
    hops, bits = labels[5, label], labels[6, label]
    while other >= 0:
        if (labels[1, other] <= at and labels[2, other] <= usd and labels[3, other] <= carbon
                and labels[5, other] <= hops and labels[6, other] & ~bits == 0):
            return True
        other = chain[other]
    return False


@njit(**JIT)
def _beaten_at_goal(labels: Ints, label: int, bounds: Ints, goals: Ints, found: int, use: Bools) -> bool:
    """Tell whether some finished way is at least as good as the best this label can become."""
    u = labels[0, label]
    at, usd = labels[1, label] + bounds[0, u], labels[2, label] + bounds[1, u]
    carbon, risk = labels[3, label] + bounds[2, u], labels[4, label]
    for i in range(found):
        goal = goals[i]
        if ((not use[0] or labels[1, goal] <= at) and (not use[1] or labels[2, goal] <= usd)
                and (not use[2] or labels[3, goal] <= carbon) and (not use[3] or labels[4, goal] <= risk)):
            return True
    return False


@njit(**JIT)
def undominated(values: Ints) -> Bools:
    """Tell which rows no other row is at least as good as everywhere; of equal rows the first is kept.

    values int64 [rows, criteria], smaller is better. Returns bool [rows].
    """
    rows, criteria = values.shape
    keep = np.ones(rows, np.bool_)
    for i in range(rows):
        for k in range(rows):
            if k == i or not keep[k]:
                continue
            no_worse, equal = True, True
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
