"""Exact time-dependent Pareto search on time, money, carbon, hazards and transshipments.

Label setting in the order of arrival plus a lower bound to the goal. Arcs are first in, first out
(waiting is allowed everywhere and free but for time), so a label that arrives no later, costs no
more, emits no more, has met a subset of the hazards and changed layer no more often can do all that
another can. Some things may be met only once: a label that remembers more of them can go on to
less, so they count as hazards do, with no weight. Source: Hansen (1980), label setting for several
criteria; Martins (1984); lower-bound pruning after Hernandez et al. (2020), BOA*; FIFO time
dependence after Kaufman and Smith (1993).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor.kernels import Bools, Ints
from corridor.kernels.compilation import JIT
from corridor.kernels.compiled_code import njit
from corridor.kernels.paths import UNREACHED, pop, push
from corridor.kernels.records import (
    ARC,
    BOUND,
    LABEL,
    SPAN,
    Calendars,
    SearchGraph,
    SearchLimits,
    Trip,
)

DONE = 0
TOO_MANY = 1
STOPPED = 2
FIRST_LABELS = 1 << 14  # room for labels, doubled when full
FIRST_SETTLED = 8  # room for settled labels at each state, doubled when full
FIRST_GOALS = 64  # room for labels at the goal, doubled when full
# comparisons between two looks at the outcome: enough for the compiler to do several at once
BLOCK = 32


class SettledRows(NamedTuple):
    """Rows of the array of settled labels: all but time that decides which label beats which."""

    money: int
    carbon: int
    transshipments: int
    hazard_bits: int


class GoalRows(NamedTuple):
    """Rows of the array of labels at the goal: the four criteria."""

    second: int
    money: int
    carbon: int
    risk: int


class SeenColumns(NamedTuple):
    """How many labels a label was compared with when it was made."""

    settled: int  # at its state
    goals: int


SETTLED = SettledRows(*range(4))
SEEN = SeenColumns(*range(2))
GOAL = GoalRows(*range(4))


@njit(**JIT)
def search(
    graph: SearchGraph,
    calendars: Calendars,
    arcs: Ints,
    hazard_weight: Ints,
    trip: Trip,
    remembered: Ints,
    bounds: Ints,
    use: Bools,
    limits: SearchLimits,
    stop: Ints,
) -> tuple[int, Ints, Ints]:
    """Return the labels of every Pareto-optimal route from the starts to a goal state.

    Parameters
    ----------
    graph, calendars, trip, limits
        See :mod:`corridor.kernels.records`.
    arcs
        What each arc adds to a label, in the order of the graph int64 [arcs, 5], columns ARC, then
        a column for each word of hazards after the first, then for each word of what may be met
        only once.
    hazard_weight
        Weight of each bit of each word of hazards int64 [words, 64].
    remembered
        Which of what may be met only once is remembered at each state, words int64 [words, states].
    bounds
        The least from each state to the goal int64 [states, 4], columns BOUND.
    use
        Which of time, money, carbon and risk count at the goal bool [4].
    stop
        A flag int64 [1] that ends the search soon after somebody sets it.

    Returns
    -------
    status
        DONE, TOO_MANY (labels) or STOPPED.
    labels
        int64 [labels, 9], columns LABEL.
    goals
        Rows of labels that arrived at the goal int64 [goals].
    """
    ptr, head = graph
    states = len(ptr) - 1
    more_words = arcs.shape[1] - len(ARC)

    capacity = FIRST_LABELS
    labels = np.empty((capacity, len(LABEL) + more_words), np.int64)
    keys = np.empty(capacity, np.int64)
    items = np.empty(capacity, np.int64)
    seen = np.empty((capacity, len(SEEN)), np.int64)

    # Settled labels stand side by side for each state, so that a comparison reads straight through
    # memory. Their time needs no comparing: a state's labels settle in the order of arrival.
    settled = np.empty((len(SETTLED) + more_words, FIRST_SETTLED * states), np.int64)
    settled_first = np.arange(0, FIRST_SETTLED * states, FIRST_SETTLED)
    settled_count = np.zeros(states, np.int64)
    settled_room = np.full(states, FIRST_SETTLED)
    settled_used = FIRST_SETTLED * states

    goals = np.empty(FIRST_GOALS, np.int64)
    at_goal = np.empty((len(GOAL), FIRST_GOALS), np.int64)
    goal_count = 0

    size = _push_starts(labels, seen, keys, items, trip, bounds, limits)
    count = size
    while size:
        if stop[0]:
            return STOPPED, labels[:count], goals[:goal_count]

        label = items[0]
        size = pop(keys, items, size)
        here = labels[label]
        u = here[LABEL.state]
        first = settled_first[u]
        last = first + settled_count[u]
        # only what settled or arrived since the label was made can beat it by now
        if _is_beaten(settled, first + seen[label, SEEN.settled], last, here) or _is_hopeless(
            at_goal, seen[label, SEEN.goals], goal_count, here, bounds
        ):
            continue

        if settled_count[u] == settled_room[u]:
            settled, settled_used = _with_room(
                settled, settled_used, u, settled_first, settled_room
            )
        _settle(settled, settled_first[u] + settled_count[u], here)
        settled_count[u] += 1

        if trip.is_goal[u]:
            if goal_count == len(goals):
                goals = np.concatenate((goals, np.empty_like(goals)))
                at_goal = np.concatenate((at_goal, np.empty_like(at_goal)), axis=1)
            goals[goal_count] = label
            _arrive(at_goal[:, goal_count], here, use)
            goal_count += 1
            continue

        came_from = _state_before(labels, label)
        for a in range(ptr[u], ptr[u + 1]):
            v = head[a]
            if v == came_from or _meets_again(here, arcs[a], len(hazard_weight)):
                continue
            at = _arrival_within(limits, here, a, v, calendars, arcs, bounds)
            if at >= UNREACHED:
                continue

            if count == capacity:
                if capacity >= limits.labels:
                    return TOO_MANY, labels[:count], goals[:goal_count]
                labels = np.concatenate((labels, np.empty_like(labels)))
                keys = np.concatenate((keys, np.empty_like(keys)))
                items = np.concatenate((items, np.empty_like(items)))
                seen = np.concatenate((seen, np.empty_like(seen)))
                capacity *= 2

            new = labels[count]
            _extend(new, labels, label, a, v, at, arcs, hazard_weight, remembered)
            first = settled_first[v]
            last = first + settled_count[v]
            if _is_beaten(settled, first, last, new) or _is_hopeless(
                at_goal, 0, goal_count, new, bounds
            ):
                continue
            seen[count, SEEN.settled] = settled_count[v]
            seen[count, SEEN.goals] = goal_count
            size = push(keys, items, size, at + bounds[v, BOUND.duration], count)
            count += 1
    return DONE, labels[:count], goals[:goal_count]


@njit(**JIT)
def arrival(at: int, spans: Ints, first: int, last: int, duration: int) -> np.int64:
    """Return the earliest arrival over an arc entered from second ``at`` on.

    spans int64 [spans, 3], columns SPAN: the arc's are those from first to before last, in order.
    UNREACHED if it never opens again.
    """
    low = first
    high = last
    while low < high:  # the first span that ends after at
        middle = (low + high) >> 1
        if spans[middle, SPAN.end] > at:
            high = middle
        else:
            low = middle + 1

    best = np.int64(UNREACHED)
    for j in range(low, last):
        enter = max(at, spans[j, SPAN.start])
        if enter + duration >= best:
            break
        best = min(best, np.int64(enter + spans[j, SPAN.delay] + duration))
    return best


@njit(**JIT)
def _push_starts(
    labels: Ints,
    seen: Ints,
    keys: Ints,
    items: Ints,
    trip: Trip,
    bounds: Ints,
    limits: SearchLimits,
) -> int:
    """Write a label for each start from which the goal can be reached; return how many they are."""
    count = 0
    for state in trip.starts:
        arrive = trip.depart + bounds[state, BOUND.duration]
        if arrive <= limits.last_arrival:
            _start(labels[count], state, trip.depart)
            seen[count] = 0
            count = push(keys, items, count, arrive, count)
    return count


@njit(**JIT)
def _start(label: Ints, state: int, depart: int) -> None:
    label[:] = 0
    label[LABEL.state] = state
    label[LABEL.second] = depart
    label[LABEL.parent] = -1
    label[LABEL.arc] = -1


@njit(**JIT)
def _state_before(labels: Ints, label: int) -> np.int64:
    """Return the state that a label came from; -1: it starts here."""
    parent = labels[label, LABEL.parent]
    state: np.int64 = labels[parent, LABEL.state] if parent >= 0 else np.int64(-1)
    return state


@njit(**JIT)
def _meets_again(label: Ints, arc: Ints, hazard_words: int) -> bool:
    """Tell whether an arc leads to what may be met only once and a label remembers."""
    for word in range(hazard_words, len(label) - len(LABEL) + 1):
        if label[len(LABEL) - 1 + word] & arc[len(ARC) - 1 + word]:
            return True
    return False


@njit(**JIT, inline="always")
def _arrival_within(
    limits: SearchLimits,
    label: Ints,
    arc: int,
    state: int,
    calendars: Calendars,
    arcs: Ints,
    bounds: Ints,
) -> np.int64:
    """Return when a label is over an arc, at a state; UNREACHED where no route goes on from there.

    That is where the arc or the goal beyond it cannot be passed or reached within the limits.
    """
    duration = arcs[arc, ARC.duration]
    if duration < 0 or bounds[state, BOUND.duration] >= UNREACHED:
        return np.int64(UNREACHED)

    changes = label[LABEL.transshipments] + arcs[arc, ARC.transshipments]
    if changes + bounds[state, BOUND.transshipments] > limits.transshipments:
        return np.int64(UNREACHED)

    first = calendars.ptr[arc]
    last = calendars.ptr[arc + 1]
    at: np.int64 = arrival(label[LABEL.second], calendars.spans, first, last, duration)
    if at >= UNREACHED or at + bounds[state, BOUND.duration] > limits.last_arrival:
        return np.int64(UNREACHED)
    return at


@njit(**JIT)
def _extend(
    new: Ints,
    labels: Ints,
    label: int,
    arc: int,
    state: int,
    at: int,
    arcs: Ints,
    hazard_weight: Ints,
    remembered: Ints,
) -> None:
    """Write the label that an arc makes of another, at a state and an instant."""
    bits = labels[label, LABEL.hazard_bits]
    new[LABEL.state] = state
    new[LABEL.second] = at
    new[LABEL.money] = labels[label, LABEL.money] + arcs[arc, ARC.money]
    new[LABEL.carbon] = labels[label, LABEL.carbon] + arcs[arc, ARC.carbon]
    # a hazard met twice counts once
    more = _weight(arcs[arc, ARC.hazard_bits] & ~bits, hazard_weight[0])
    for word in range(1, len(hazard_weight)):
        column = len(LABEL) - 1 + word
        met = labels[label, column]
        on_arc = arcs[arc, len(ARC) - 1 + word]
        more += _weight(on_arc & ~met, hazard_weight[word])
        new[column] = met | on_arc
    for once in range(len(remembered)):
        column = len(LABEL) - 1 + len(hazard_weight) + once
        met = labels[label, column] | arcs[arc, len(ARC) - 1 + len(hazard_weight) + once]
        new[column] = met & remembered[once, state]
    new[LABEL.risk] = labels[label, LABEL.risk] + more
    new[LABEL.transshipments] = labels[label, LABEL.transshipments] + arcs[arc, ARC.transshipments]
    new[LABEL.hazard_bits] = bits | arcs[arc, ARC.hazard_bits]
    new[LABEL.parent] = label
    new[LABEL.arc] = arc


@njit(**JIT)
def _with_room(settled: Ints, used: int, state: int, first: Ints, room: Ints) -> tuple[Ints, int]:
    """Move a state's settled labels to the end, into twice the room; return the array and its end.

    settled int64 [4 or more, all]; used: columns in use; first, room int64 [states], rewritten.
    """
    held = room[state]
    if used + 2 * held > settled.shape[1]:
        further = np.empty((settled.shape[0], used + 2 * held), np.int64)
        settled = np.concatenate((settled, further), 1)
    settled[:, used : used + held] = settled[:, first[state] : first[state] + held]
    first[state] = used
    room[state] = 2 * held
    return settled, used + 2 * held


@njit(**JIT)
def _settle(settled: Ints, place: int, label: Ints) -> None:
    settled[SETTLED.money, place] = label[LABEL.money]
    settled[SETTLED.carbon, place] = label[LABEL.carbon]
    settled[SETTLED.transshipments, place] = label[LABEL.transshipments]
    settled[SETTLED.hazard_bits, place] = label[LABEL.hazard_bits]
    for word in range(settled.shape[0] - len(SETTLED)):
        settled[len(SETTLED) + word, place] = label[len(LABEL) + word]


@njit(**JIT)
def _arrive(goal: Ints, label: Ints, use: Bools) -> None:
    """Write the criteria of a label at the goal; one that does not count is met by every goal."""
    for c in range(len(GOAL)):
        goal[c] = label[LABEL.second + c] if use[c] else -UNREACHED


@njit(**JIT)
def _is_beaten(settled: Ints, first: int, last: int, label: Ints) -> bool:
    """Tell whether a settled label of the same state can do all that this one can."""
    money = label[LABEL.money]
    carbon = label[LABEL.carbon]
    transshipments = label[LABEL.transshipments]
    unmet = ~label[LABEL.hazard_bits]
    for start in range(first, last, BLOCK):
        beaten = False
        for i in range(start, min(start + BLOCK, last)):
            beaten |= (
                (settled[SETTLED.money, i] <= money)
                & (settled[SETTLED.carbon, i] <= carbon)
                & (settled[SETTLED.transshipments, i] <= transshipments)
                & (settled[SETTLED.hazard_bits, i] & unmet == 0)
            )
        if beaten and _is_beaten_in_all_words(settled, start, min(start + BLOCK, last), label):
            return True
    return False


@njit(**JIT)
def _is_beaten_in_all_words(settled: Ints, first: int, last: int, label: Ints) -> bool:
    """Tell the same where some label of a block beats this one in the first word of hazards."""
    words = settled.shape[0] - len(SETTLED)
    if words == 0:
        return True
    for i in range(first, last):
        beaten = (
            (settled[SETTLED.money, i] <= label[LABEL.money])
            & (settled[SETTLED.carbon, i] <= label[LABEL.carbon])
            & (settled[SETTLED.transshipments, i] <= label[LABEL.transshipments])
            & (settled[SETTLED.hazard_bits, i] & ~label[LABEL.hazard_bits] == 0)
        )
        for word in range(words):
            beaten &= settled[len(SETTLED) + word, i] & ~label[len(LABEL) + word] == 0
        if beaten:
            return True
    return False


@njit(**JIT)
def _is_hopeless(at_goal: Ints, first: int, last: int, label: Ints, bounds: Ints) -> bool:
    """Tell whether some route at the goal is at least as good as the best this label can become."""
    state = label[LABEL.state]
    second = label[LABEL.second] + bounds[state, BOUND.duration]
    money = label[LABEL.money] + bounds[state, BOUND.money]
    carbon = label[LABEL.carbon] + bounds[state, BOUND.carbon]
    risk = label[LABEL.risk]
    for start in range(first, last, BLOCK):
        beaten = False
        for i in range(start, min(start + BLOCK, last)):
            beaten |= (
                (at_goal[GOAL.second, i] <= second)
                & (at_goal[GOAL.money, i] <= money)
                & (at_goal[GOAL.carbon, i] <= carbon)
                & (at_goal[GOAL.risk, i] <= risk)
            )
        if beaten:
            return True
    return False


@njit(**JIT)
def _weight(bits: int, hazard_weight: Ints) -> np.int64:
    """Return the sum of the weights of the bits set."""
    total = np.int64(0)
    bit = 0
    while bits:
        if bits & 1:
            total += hazard_weight[bit]
        bits >>= 1
        bit += 1
    return total


@njit(**JIT)
def undominated(values: Ints) -> Bools:
    """Tell which rows no other row is at least as good as everywhere; of equal rows the first.

    values int64 [rows, criteria], smaller is better. Returns bool [rows].
    """
    rows = len(values)
    keep = np.ones(rows, np.bool_)
    for i in range(rows):
        for k in range(rows):
            if k == i or not keep[k]:
                continue
            if _dominates(values[k], values[i], k < i):
                keep[i] = False
                break
    return keep


@njit(**JIT)
def _dominates(one: Ints, other: Ints, is_before: bool) -> bool:
    """Tell whether a row is nowhere worse than another and somewhere better, or equal and first."""
    equal = True
    for c in range(len(one)):
        if one[c] > other[c]:
            return False
        if one[c] < other[c]:
            equal = False
    return not equal or is_before
