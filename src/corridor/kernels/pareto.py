"""Exact time-dependent Pareto search on time, money, carbon, hazards and transshipments.

Label setting in the order of arrival plus a lower bound to the goal. Arcs are first in, first out
(waiting is allowed everywhere and free but for time), so a label that arrives no later, costs no
more, emits no more, has met a subset of the hazards and changed layer no more often can do all that
another can. Some things may be met only once: a label that remembers more of them can go on to
less, so they count as hazards do, with no weight.

Labels of a state settle in the order of arrival, and go over an arc in the same order. So every arc
queues one label at a time, made of the first label at its tail that nothing beats yet; a label that
is not worth its way is never made, and time is never compared. What is left to compare by is a
number for two criteria, a staircase for three, and blocks of columns where hazards, what may be met
once or changes of layer count.

Within tolerances, a label also stands for routes that are up to so much better in money and
carbon. It carries a claim beside what it takes: every route it stands for takes at least the claim,
and with the least to come it takes itself at most (1 + tolerance) times the claim. Labels of a
state are compared by claims; what has arrived at the goal by what it takes, with (1 + tolerance)
times the claim of a label and the least to come. So a tolerance is spent once, however many labels
give way one to another. By induction along any route: at each of its states stands a label that
comes no later, has met no other hazards and claims no more than the route takes; or the label that
did has given way to a route at the goal, no later and within the tolerance of all it claims. Risk
is compared at the goal only, with its tolerance. Any claim from what a label takes down to a share
of it would do. Here it is, with the least to come, what the label takes divided by 1 and a part of
the tolerance: the largest part (of PARTS) of the hours to the goal that lay behind any of its
states. So a label keeps what it takes and that part; its claim follows. That leaves the fewest
labels of what was tried.

Points beyond which nothing is sought stand at the goal like routes that arrived, each from its own
time on; they are not returned.

Source: Hansen (1980), label setting for several criteria; Martins (1984); lower bounds after
Hernandez et al. (2020), BOA*; fronts without the first criterion after Pulido et al. (2015),
NAMOA*dr; one queued label at a time after Maristany de las Casas et al. (2023), T-MDA; FIFO time
dependence after Kaufman and Smith (1993); claims after Zhang et al. (2022), A*pex, apex-path pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from corridor.kernels import Bools, Floats, Ints
from corridor.kernels.compilation import JIT
from corridor.kernels.compiled_code import njit
from corridor.kernels.paths import UNREACHED
from corridor.kernels.records import (
    ARC,
    BOUND,
    LABEL,
    NO_TOLERANCES,
    SPAN,
    Calendars,
    SearchGraph,
    SearchLimits,
    Tolerances,
    Trip,
)

DONE = 0
TOO_MANY = 1
STOPPED = 2
GROW_LABELS = 3  # a pool is full
GROW_FRONTS = 4
GROW_GOALS = 5
# What labels of a state are compared by, beside time.
NUMBER = 0
STAIRCASE = 1
BLOCKS = 2
FIRST_ROOM = 4  # entries a list has room for at first; then 6, 8, 12, 16, 24 ...
ROOMS = 80  # how often room can grow
LIST_ROOM = 2  # column of the room of a list, from the one it begins with
# Numbers a pool has room for at first; what is not touched takes no memory.
FIRST_POOL = 1 << 24
FIRST_GOALS = 1 << 12
# comparisons between two looks at the outcome: enough for the compiler to do several at once
BLOCK = 32
BOUND_OF = {ARC.money: BOUND.money, ARC.carbon: BOUND.carbon}
LABEL_OF = {ARC.money: LABEL.money, ARC.carbon: LABEL.carbon}
STAIRCASE_CRITERIA = 3  # rows in the order of the first are told apart by a staircase of the others
CHILDREN = 4  # of an entry of the queue
# A number that holds three: an arc, the part of the way behind, and which label of a list.
ARC_BIT = 32
PART_BIT = 27
PART = (1 << ARC_BIT - PART_BIT) - 1
LOW = (1 << PART_BIT) - 1
PARTS = 16  # of the way after each of which claims go down; see docs/decisions/088


class ArcTable(NamedTuple):
    """Columns of an arc and of the label it queues; fewer where less counts, see ARC_COLUMNS.

    Each start is an arc after all others, from nowhere.
    """

    tail: int  # -1: a start
    head: int
    next: int  # which label of its tail to go on with
    x: int  # what it adds to a label
    label_x: int  # of the queued label, whose second is that of its key in the queue
    second: int
    first_span: int  # its calendar; -1: it is open all the time
    last_span: int
    y: int
    label_y: int
    settled: int  # labels its head had when the queued label was last compared
    goals: int  # labels at the goal then
    transshipments: int
    label_transshipments: int
    label_risk: int
    label_words: int


class StateTable(NamedTuple):
    """Columns of a state. After all others stands the goal, of which only the front is in use.

    A list stands in a pool of numbers, and moves into more room when it is full.
    """

    x: int  # the least to come from here to the goal
    second: int
    least: int  # least x of its labels, where that is all they are compared by
    labels: int  # where the list of its settled labels begins
    label_count: int
    room: int  # labels it has room for
    first_arc: int
    y: int
    front: int  # where the list begins of what labels are compared by
    front_count: int
    front_room: int
    transshipments: int


class RowColumns(NamedTuple):
    """Columns of a settled label; fewer where less counts, see ROW_COLUMNS.

    Within tolerances what it claims follows from what it takes and from the part of the way that
    lies behind it.
    """

    x: int  # the first criterion that counts beside time: money, or carbon where money does not
    second: int
    back: int  # arc it came by, part behind, and which label of the arc's tail it was made from
    y: int  # the second: carbon
    transshipments: int
    risk: int
    words: int  # hazards met, then what may be met once and was, a column a word


class FrontColumns(NamedTuple):
    """Columns of what labels are compared by in blocks; further ones hold further words."""

    x: int
    y: int
    z: int  # transshipments; at the goal risk
    word: int


class Pools(NamedTuple):
    """Numbers of lists, half as many again where they are full."""

    labels: Ints
    fronts: Ints
    goals: Ints  # state of each label at the goal, and which of its labels it is


class CountPlaces(NamedTuple):
    """Places of what a search counts."""

    queued: int
    settled: int
    goals: int


# Columns of arcs, states and labels by kind, where these are compared by a number or a staircase.
ARC_COLUMNS = (8, 12)
STATE_COLUMNS = (8, 11)
ROW_COLUMNS = (3, 4)
COUNT = CountPlaces(*range(3))
CACHE_LINE = 8  # numbers
ON = ArcTable(*range(16))
AT = StateTable(*range(12))
ROW = RowColumns(*range(7))
FRONT = FrontColumns(*range(4))


def search(
    graph: SearchGraph,
    calendars: Calendars,
    arcs: Ints,
    hazard_weight: Ints,
    trip: Trip,
    remembered: Ints,
    bounds: Ints,
    limits: SearchLimits,
    stop: Ints,
    tolerances: Tolerances = NO_TOLERANCES,
) -> tuple[int, Ints, Ints, int]:
    """Return the labels of every Pareto-optimal route from the starts to a goal state.

    Within tolerances: of routes such that every Pareto-optimal one is within them of one of these.

    Parameters
    ----------
    graph, calendars, trip, limits, tolerances
        See :mod:`corridor.kernels.records`.
    arcs
        What each arc adds to a label, in the order of the graph int64 [arcs, 5], columns ARC, then
        a column for each word of hazards after the first, then for each word of what may be met
        only once. A criterion that does not count is 0.
    hazard_weight
        Weight of each bit of each word of hazards int64 [words, 64].
    remembered
        Which of what may be met only once is remembered at each state, words int64 [words, states].
    bounds
        The least from each state to the goal int64 [states, 4], columns BOUND.
    stop
        A flag int64 [1] that ends the search soon after somebody sets it.

    Returns
    -------
    status
        DONE, TOO_MANY (labels) or STOPPED.
    labels
        Those on the way to the goal int64 [labels, 9 or more], columns LABEL.
    goals
        Rows of labels that arrived at the goal int64 [goals].
    settled
        How many labels were settled in all.
    """
    counts_money = bool(arcs[:, ARC.money].any())
    counted = [ARC.money, ARC.carbon] if counts_money else [ARC.carbon]
    words = np.ascontiguousarray(arcs[:, ARC.hazard_bits :])
    if words.any() or arcs[:, ARC.transshipments].any():
        kind = BLOCKS
    else:
        kind = STAIRCASE if len(counted) > 1 and arcs[:, ARC.carbon].any() else NUMBER
    is_near = max(tolerances) > 0
    width = (*ROW_COLUMNS, ROW.words + words.shape[1])[kind]

    arc_table = _arc_table(graph, calendars, arcs, trip, counted, limits)
    arc_table = _first_columns(arc_table, (*ARC_COLUMNS, ON.label_words + words.shape[1])[kind])
    state_table = _first_columns(
        _state_table(graph, bounds, counted), (*STATE_COLUMNS, len(AT))[kind]
    )
    is_passable = (arcs[:, ARC.duration] >= 0) & (bounds[graph.head, BOUND.duration] < UNREACHED)
    is_never_queued = np.zeros(len(arc_table), bool)
    is_never_queued[: len(arcs)] = ~is_passable
    pools = Pools(*(np.empty(room, np.int64) for room in (FIRST_POOL, FIRST_POOL, FIRST_GOALS)))
    free = np.full((2, ROOMS + 1), -1, np.int64)  # of labels and fronts, see _move
    free[:, ROOMS] = 0
    keys = np.empty(len(arc_table), np.int64)
    items = np.empty(len(arc_table), np.int64)
    counts = np.zeros(len(COUNT), np.int64)
    counts[COUNT.queued] = _queue_starts(
        arc_table, state_table, trip.depart, limits.last_arrival, keys, items
    )

    status = GROW_LABELS
    while status >= GROW_LABELS:
        status = _search(
            kind,
            arc_table,
            is_never_queued,
            state_table,
            calendars.spans,
            words,
            hazard_weight,
            remembered,
            np.append(trip.is_goal, True),
            *pools,
            free,
            keys,
            items,
            counts,
            limits.last_arrival,
            limits.transshipments,
            limits.labels,
            is_near,
            np.array([tolerances.money, tolerances.carbon]),
            tolerances.risk,
            _parts_behind(bounds, trip) * is_near,
            stop,
        )
        if status >= GROW_LABELS:
            _with_more_room(pools, status - GROW_LABELS)
    goals = pools.goals.reshape(-1, 2)[: counts[COUNT.goals] if status == DONE else 0]
    goals = goals[goals[:, 0] < len(trip.is_goal)]  # no points
    pools.fronts.resize(0, refcheck=False)  # makes room for what follows
    labels, at_goal = _routes(
        pools.labels[: free[0, ROOMS]],
        state_table,
        arc_table,
        goals,
        width,
        LABEL_OF[counted[0]],
        LABEL_OF[ARC.carbon],
        len(LABEL) - 1 + words.shape[1],
    )
    return status, labels, at_goal, int(counts[COUNT.settled])


def _parts_behind(bounds: Ints, trip: Trip) -> Ints:
    """Return how many of the PARTS of the hours to the goal lie behind each state.

    [states + 1]: of the goal after all states none, as points at it claim nothing.
    """
    to_come = bounds[:, BOUND.duration]
    in_all = max(int(to_come[trip.starts].min(initial=UNREACHED)), 1)
    share = np.clip(1 - to_come / in_all, 0, 1)
    return np.append(np.floor(share * PARTS).astype(np.int64), 0)


def _with_more_room(pools: Pools, number: int) -> None:
    """Give a pool half as much room again, without a copy where the system can."""
    pool = pools[number]
    pool.resize(len(pool) + len(pool) // 2, refcheck=False)


def _first_columns(table: Ints, count: int) -> Ints:
    """Return the first so many columns, and further ones of 0 where there are fewer.

    Rows begin at lines of the processor's cache where a line holds one: half a line takes two.
    """
    numbers = np.zeros(len(table) * count + CACHE_LINE, np.int64)
    begin = -(numbers.ctypes.data // numbers.itemsize) % CACHE_LINE
    columns = numbers[begin : begin + len(table) * count].reshape(len(table), count)
    copied = min(count, table.shape[1])
    columns[:, :copied] = table[:, :copied]
    return columns


def _arc_table(
    graph: SearchGraph,
    calendars: Calendars,
    arcs: Ints,
    trip: Trip,
    counted: Sequence[int],
    limits: SearchLimits,
) -> Ints:
    """Return arcs, starts, and the points beyond which nothing is sought as starts at the goal.

    Columns ON. Of the queued label those are empty of which starts have nothing.
    """
    points = limits.beyond
    count = len(graph.head)
    goal = len(graph.ptr) - 1
    table = np.zeros((count + len(trip.starts) + len(points), ON.label_risk + 1), np.int64)
    table[:, ON.tail] = -1
    table[:count, ON.tail] = np.repeat(np.arange(goal), np.diff(graph.ptr))
    table[:, ON.head] = np.concatenate([graph.head, trip.starts, np.full(len(points), goal)])
    table[count:, ON.next] = 1  # as if made of a label before
    table[:count, ON.second] = arcs[:, ARC.duration]
    table[:count, ON.transshipments] = arcs[:, ARC.transshipments]
    for column, criterion in zip((ON.x, ON.y), counted, strict=False):
        table[:count, column] = arcs[:, criterion]

    at_goal = table[count + len(trip.starts) :]
    at_goal[:, ON.second] = points[:, 0] - trip.depart
    for column, criterion in zip((ON.label_x, ON.label_y), counted, strict=False):
        at_goal[:, column] = points[:, LABEL_OF[criterion] - LABEL.second]
    at_goal[:, ON.label_risk] = points[:, LABEL.risk - LABEL.second]

    first = calendars.ptr[:-1]
    last = calendars.ptr[1:]
    table[:count, ON.first_span] = first
    table[:count, ON.last_span] = last
    single = np.flatnonzero(last == first + 1)
    span = calendars.spans[first[single]]
    is_open = (span[:, SPAN.start] <= trip.depart) & (span[:, SPAN.end] > limits.last_arrival)
    table[single[is_open & (span[:, SPAN.delay] == 0)], ON.first_span] = -1
    return table


def _state_table(graph: SearchGraph, bounds: Ints, counted: Sequence[int]) -> Ints:
    """Return states without labels, and after them the goal."""
    table = np.zeros((len(graph.ptr), len(AT)), np.int64)
    table[:-1, AT.second] = bounds[:, BOUND.duration]
    table[:-1, AT.transshipments] = bounds[:, BOUND.transshipments]
    for column, criterion in zip((AT.x, AT.y), counted, strict=False):
        table[:-1, column] = bounds[:, BOUND_OF[criterion]]

    table[:, AT.first_arc] = graph.ptr
    table[:, AT.least] = UNREACHED
    return table


@njit(**JIT)
def _search(  # noqa: C901, PLR0912
    kind: int,
    arcs: Ints,
    is_queued: Bools,
    states: Ints,
    spans: Ints,
    words: Ints,
    hazard_weight: Ints,
    remembered: Ints,
    is_goal: Bools,
    pool: Ints,
    front: Ints,
    goals: Ints,
    free: Ints,
    keys: Ints,
    items: Ints,
    counts: Ints,
    last_arrival: int,
    max_transshipments: int,
    max_labels: int,
    is_near: bool,
    shares: Floats,
    risk_tolerance: int,
    parts: Ints,
    stop: Ints,
) -> int:
    """Settle labels until none is queued, or a pool is full; return the status.

    One piece in which no name of an array comes to mean another: Numba counts references to arrays
    where they are given to larger functions or renamed, which took half of the time. Places in
    tables are read as unsigned: a signed one may be negative, which Numba would ask each time.
    """
    goal = np.uint64(len(states) - 1)
    words_count = words.shape[1]
    width = 3 + (kind == STAIRCASE)
    columns = 1
    if kind == BLOCKS:
        width = ROW.words + words_count
        columns = FRONT.word + words_count
    unit = 2 if kind == STAIRCASE else 1
    y = np.int64(0)
    size = counts[COUNT.queued]
    settled = counts[COUNT.settled]
    goal_count = counts[COUNT.goals]
    status = DONE
    while size:
        if stop[0]:
            status = STOPPED
            break

        # what settled or arrived since the label was queued may beat it by now
        popped = items[0]
        arc = np.uint64(popped)
        v = np.uint64(arcs[arc, ON.head])
        x = arcs[arc, ON.label_x]
        x_at_goal = x + states[v, AT.x]
        if is_near:
            x_at_goal = _within(x_at_goal, shares[0])
        count = states[v, AT.label_count]
        if kind == NUMBER:
            is_beaten = x >= states[v, AT.least] or x_at_goal >= states[goal, AT.least]
        else:
            since = count - arcs[arc, ON.settled]
            goals_since = goal_count - arcs[arc, ON.goals]
            y = arcs[arc, ON.label_y]
            y_at_goal = y + states[v, AT.y]
            if is_near:
                y_at_goal = _within(y_at_goal, shares[1])
            is_beaten = False
            if kind == STAIRCASE:
                if since > 0:
                    is_beaten = _is_on_or_above(
                        front, states[v, AT.front], states[v, AT.front_count], x, y
                    )
                if not is_beaten and goals_since > 0:
                    is_beaten = _is_on_or_above(
                        front,
                        states[goal, AT.front],
                        states[goal, AT.front_count],
                        x_at_goal,
                        y_at_goal,
                    )
            else:
                if since > 0:
                    z = arcs[arc, ON.label_transshipments]
                    is_beaten = _is_met(front, states, v, since, arcs, arc, x, y, z)
                if not is_beaten and goals_since > 0:
                    z = arcs[arc, ON.label_risk] + risk_tolerance
                    is_beaten = _is_met(
                        front, states, goal, goals_since, arcs, arc, x_at_goal, y_at_goal, z
                    )

        first_arc = states[v, AT.first_arc]
        last_arc = first_arc
        if not is_beaten:
            if settled >= max_labels:
                status = TOO_MANY
                break
            room = max(FIRST_ROOM, 2 * states[v, AT.room])
            if count >= states[v, AT.room]:
                if free[0, ROOMS] + width * room > len(pool):
                    status = GROW_LABELS
                    break
                _move(pool, states, v, AT.labels, free, 0, 1, width)
            if kind != NUMBER:
                front_room = 2 * (states[v, AT.front_room] + states[goal, AT.front_room])
                needed = columns * unit * (front_room + 2 * FIRST_ROOM)
                if free[1, ROOMS] + needed > len(front):
                    status = GROW_FRONTS
                    break
            if is_goal[v] and 2 * goal_count + 2 > len(goals):
                status = GROW_GOALS
                break

            settled += 1
            row = states[v, AT.labels] + count * width
            x_taken = x
            y_taken = y
            part = parts[v]
            if is_near:
                came_over = arcs[arc, ON.tail]
                if came_over >= 0:
                    before = states[came_over, AT.labels] + (arcs[arc, ON.next] - 1) * width
                    part = max(part, pool[before + ROW.back] >> PART_BIT & PART)
                    x_taken = pool[before + ROW.x] + arcs[arc, ON.x]
                    if kind != NUMBER:
                        y_taken = pool[before + ROW.y] + arcs[arc, ON.y]
                x = _claim(x_taken, states[v, AT.x], shares[0], part)
                if kind != NUMBER:
                    y = _claim(y_taken, states[v, AT.y], shares[1], part)
            pool[np.uint64(row + ROW.x)] = x_taken
            pool[np.uint64(row + ROW.second)] = keys[0] - states[v, AT.second]
            pool[np.uint64(row + ROW.back)] = (
                (popped << ARC_BIT) | (part << PART_BIT) | (arcs[arc, ON.next] - 1)
            )
            if kind != NUMBER:
                pool[np.uint64(row + ROW.y)] = y_taken
            if kind == BLOCKS:
                pool[row + ROW.transshipments] = arcs[arc, ON.label_transshipments]
                pool[row + ROW.risk] = arcs[arc, ON.label_risk]
                for word in range(words_count):
                    pool[row + ROW.words + word] = arcs[arc, ON.label_words + word]
            states[v, AT.label_count] = count + 1

            for at in (v, goal):
                if at == goal and not is_goal[v]:
                    break
                if at == goal:
                    x = x_taken
                    y = y_taken
                if kind == NUMBER:
                    states[at, AT.least] = x
                    continue
                if states[at, AT.front_count] >= states[at, AT.front_room]:
                    _move(front, states, at, AT.front, free, 1, columns, unit)
                if kind == STAIRCASE:
                    states[at, AT.front_count] = _build(
                        front, states[at, AT.front], states[at, AT.front_count], x, y
                    )
                else:
                    _join(front, states, at, x, y, arcs, arc, at == goal)

            if is_goal[v]:
                goals[2 * goal_count] = v
                goals[2 * goal_count + 1] = count
                goal_count += 1
            else:
                last_arc = states[v + np.uint64(1), AT.first_arc]

        # The next label of the same arc takes its place in the queue, else that of an arc out of v.
        came_from = arcs[arc, ON.tail]
        has_hole = True
        for out in range(first_arc - 1, last_arc):
            chosen = out if out >= first_arc else popped
            a = np.uint64(chosen)
            if out >= first_arc and is_queued[a]:
                continue
            tail = arcs[a, ON.tail]
            if tail < 0:
                continue

            u = np.uint64(tail)
            head = arcs[a, ON.head]
            w = np.uint64(head)
            # what comes back is nowhere better, but may claim less
            if out >= first_arc and head == came_from and not is_near:
                arcs[a, ON.next] = states[u, AT.label_count]
                continue

            number = arcs[a, ON.next]
            last = states[u, AT.label_count]
            row = states[u, AT.labels] + number * width
            key = np.int64(UNREACHED)
            while number < last:
                at_row = row
                row += width
                number += 1

                x = pool[np.uint64(at_row + ROW.x)]
                part = np.int64(0)
                if is_near:
                    part = pool[np.uint64(at_row + ROW.back)] >> PART_BIT & PART
                    x = _claim(x, states[u, AT.x], shares[0], part)
                x += arcs[a, ON.x]
                x_at_goal = x + states[w, AT.x]
                if is_near:
                    x_at_goal = _within(x_at_goal, shares[0])
                if kind == NUMBER:
                    if x >= states[w, AT.least] or x_at_goal >= states[goal, AT.least]:
                        continue
                else:
                    y = pool[np.uint64(at_row + ROW.y)]
                    if is_near:
                        y = _claim(y, states[u, AT.y], shares[1], part)
                    y += arcs[a, ON.y]
                    y_at_goal = y + states[w, AT.y]
                    if is_near:
                        y_at_goal = _within(y_at_goal, shares[1])
                    if kind == STAIRCASE:
                        if _is_on_or_above(
                            front, states[w, AT.front], states[w, AT.front_count], x, y
                        ):
                            continue
                        if _is_on_or_above(
                            front,
                            states[goal, AT.front],
                            states[goal, AT.front_count],
                            x_at_goal,
                            y_at_goal,
                        ):
                            continue

                second = pool[np.uint64(at_row + ROW.second)]
                if arcs[a, ON.first_span] < 0:
                    second += arcs[a, ON.second]
                else:
                    second = arrival(
                        second,
                        spans,
                        arcs[a, ON.first_span],
                        arcs[a, ON.last_span],
                        arcs[a, ON.second],
                    )
                if second >= UNREACHED or second + states[w, AT.second] > last_arrival:
                    number = last  # labels that come later arrive no earlier
                    break

                if kind == BLOCKS:
                    if not _may_extend(
                        a,
                        arcs,
                        states,
                        pool,
                        at_row,
                        words,
                        hazard_weight,
                        remembered,
                        max_transshipments,
                        is_near,
                    ):
                        continue
                    z = arcs[a, ON.label_transshipments]
                    if _is_met(front, states, w, states[w, AT.label_count], arcs, a, x, y, z):
                        continue
                    z = arcs[a, ON.label_risk] + risk_tolerance
                    known = states[goal, AT.front_count]
                    if _is_met(front, states, goal, known, arcs, a, x_at_goal, y_at_goal, z):
                        continue

                key = second + states[w, AT.second]
                arcs[a, ON.label_x] = x
                if kind != NUMBER:
                    arcs[a, ON.label_y] = y
                    arcs[a, ON.settled] = states[w, AT.label_count]
                    arcs[a, ON.goals] = goal_count
                break

            arcs[a, ON.next] = number
            is_queued[a] = key < UNREACHED
            if key >= UNREACHED:
                continue
            if has_hole:
                _place_down(keys, items, size, key, chosen)
                has_hole = False
            else:
                _place_up(keys, items, size, key, chosen)
                size += 1
        if has_hole:
            size -= 1
            _place_down(keys, items, size, keys[size], items[size])
    counts[COUNT.queued] = size
    counts[COUNT.settled] = settled
    counts[COUNT.goals] = goal_count
    return status


@njit(**JIT)
def _within(value: int, share: float) -> np.int64:
    """Return the most that is within a tolerance of a value of 0 or more."""
    return value + np.int64(value * share)


@njit(**JIT)
def _claim(taken: int, to_come: int, share: float, part: int) -> np.int64:
    """Return the least claim that what a label takes is within a part of a tolerance of.

    Both with the least to come. That of a label is never more than that of the label it was made
    from, with what the arc adds.
    """
    return np.int64(np.ceil((taken + to_come) / (1 + share * part / PARTS))) - to_come


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
    while low < last and max(at, spans[low, SPAN.start]) + duration < best:
        enter = max(at, spans[low, SPAN.start])
        best = min(best, np.int64(enter + spans[low, SPAN.delay] + duration))
        low += 1
    return best


@njit(**JIT)
def _move(
    pool: Ints, states: Ints, state: int, at: int, free: Ints, kind: int, columns: int, unit: int
) -> None:
    """Move a list into more room, or give it its first.

    Parameters
    ----------
    pool
        Numbers of all lists.
    states, state, at
        The list stands in the row of a state from column ``at`` on.
    free, kind
        A row of free is of the pool: the first place of each size that a list has left, which
        holds the next one, -1 where there is none; last how many numbers of the pool are in use.
    columns, unit
        Columns of an entry, and numbers of each; a column stands in one piece.
    """
    room = states[state, at + LIST_ROOM]
    larger = np.int64(FIRST_ROOM)
    size = 0
    while larger <= room:
        larger += larger // (2 + size % 2)
        size += 1

    place = free[kind, size]
    if place >= 0:
        free[kind, size] = pool[place]
    else:
        place = free[kind, ROOMS]
        free[kind, ROOMS] += columns * unit * larger

    first = states[state, at]
    for column in range(columns):
        for i in range(unit * room):
            pool[place + column * unit * larger + i] = pool[first + column * unit * room + i]
    if room > 0:
        pool[first] = free[kind, size - 1]
        free[kind, size - 1] = first
    states[state, at] = place
    states[state, at + LIST_ROOM] = larger


@njit(**JIT)
def _queue_starts(
    arcs: Ints, states: Ints, depart: int, last_arrival: int, keys: Ints, items: Ints
) -> int:
    """Queue a label for each start from which the goal can be reached; return how many."""
    size = 0
    for arc in range(len(arcs)):
        if arcs[arc, ON.tail] < 0:
            key = depart + arcs[arc, ON.second] + states[arcs[arc, ON.head], AT.second]
            if key <= last_arrival:
                _place_up(keys, items, size, key, arc)
                size += 1
    return size


@njit(**JIT)
def _may_extend(
    arc: int,
    arcs: Ints,
    states: Ints,
    pool: Ints,
    row: int,
    words: Ints,
    hazard_weight: Ints,
    remembered: Ints,
    max_transshipments: int,
    is_near: bool,
) -> bool:
    """Write what a label meets over an arc; tell whether it may take the arc at all.

    It may not come back to where it comes from, to what may be met once, or change layer too often.
    """
    v = arcs[arc, ON.head]
    back = pool[row + ROW.back]
    if arcs[back >> ARC_BIT, ON.tail] == v and not is_near:
        return False

    changes = pool[row + ROW.transshipments] + arcs[arc, ON.transshipments]
    if changes + states[v, AT.transshipments] > max_transshipments:
        return False

    hazard_words = len(hazard_weight)
    for word in range(hazard_words, words.shape[1]):
        if pool[row + ROW.words + word] & words[arc, word]:
            return False

    more = np.int64(0)
    for word in range(words.shape[1]):
        before = pool[row + ROW.words + word]
        on_arc = words[arc, word]
        after = before | on_arc
        if word < hazard_words:
            if after != before:  # a hazard met twice counts once
                more += _weight(on_arc & ~before, hazard_weight[word])
        else:
            after &= remembered[word - hazard_words, v]
        arcs[arc, ON.label_words + word] = after
    arcs[arc, ON.label_risk] = pool[row + ROW.risk] + more
    arcs[arc, ON.label_transshipments] = changes
    return True


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
def _is_on_or_above(pool: Ints, first: int, count: int, x: int, y: int) -> bool:
    """Tell whether a point is no better than some corner of a staircase; x rises and y falls."""
    if count == 0 or pool[np.uint64(first + 2 * count - 1)] > y:
        return False

    corner = np.uint64(first)
    while count > 1:
        half = count >> 1
        corner += np.uint64(2 * half * (pool[corner + np.uint64(2 * half)] <= x))
        count -= half
    return bool(pool[corner] <= x and pool[corner + np.uint64(1)] <= y)


@njit(**JIT)
def _is_met(
    pool: Ints,
    states: Ints,
    state: int,
    since: int,
    arcs: Ints,
    arc: int,
    x: int,
    y: int,
    z: int,
) -> bool:
    """Tell whether some of the last entries of a front is nowhere worse than the label of an arc.

    since: how many of the last entries are looked at. x, y, z: of the label, as in FRONT.
    """
    first = states[state, AT.front]
    count = states[state, AT.front_count]
    room = states[state, AT.front_room]
    words = arcs.shape[1] - ON.label_words
    unmet = ~arcs[arc, ON.label_words]
    at_y = first + FRONT.y * room
    at_z = first + FRONT.z * room
    at_word = first + FRONT.word * room
    start = max(0, count - since)
    is_met = False
    while start < count and not is_met:
        end = min(start + BLOCK, count)
        for i in range(start, end):
            is_met |= (
                (pool[np.uint64(first + i)] <= x)
                & (pool[np.uint64(at_y + i)] <= y)
                & (pool[np.uint64(at_z + i)] <= z)
                & (pool[np.uint64(at_word + i)] & unmet == 0)
            )
        if is_met and words > 1:
            is_met = False
            for i in range(start, end):
                is_less = (
                    (pool[np.uint64(first + i)] <= x)
                    & (pool[np.uint64(at_y + i)] <= y)
                    & (pool[np.uint64(at_z + i)] <= z)
                )
                for word in range(words):
                    unmet_here = ~arcs[arc, ON.label_words + word]
                    is_less &= pool[np.uint64(at_word + word * room + i)] & unmet_here == 0
                is_met |= is_less
        start = end
    return is_met


@njit(**JIT)
def _build(pool: Ints, first: int, count: int, x: int, y: int) -> int:
    """Put a corner into a staircase that it lies below; return how many there are then.

    Corners above it go.
    """
    low = 0
    length = count
    while length > 0:  # low: the first corner not before x
        half = (length + 1) >> 1
        low += half * (pool[np.uint64(first + 2 * (low + half - 1))] < x)
        length -= half

    end = low
    while end < count and pool[np.uint64(first + 2 * end + 1)] >= y:
        end += 1
    more = 1 - (end - low)
    if more == 1:
        for i in range(first + 2 * count - 1, first + 2 * low - 1, -1):
            pool[np.uint64(i + 2)] = pool[np.uint64(i)]
    elif more < 0:
        for i in range(first + 2 * end, first + 2 * count):
            pool[np.uint64(i + 2 * more)] = pool[np.uint64(i)]
    pool[np.uint64(first + 2 * low)] = x
    pool[np.uint64(first + 2 * low + 1)] = y
    return count + more


@njit(**JIT)
def _join(
    pool: Ints, states: Ints, state: int, x: int, y: int, arcs: Ints, arc: int, at_goal: bool
) -> None:
    """Put the label of an arc at the end of a front; those go that are nowhere better than it.

    At the goal it counts as one that has met nothing: what it met is in its risk.
    """
    room = states[state, AT.front_room]
    first = states[state, AT.front]
    words = arcs.shape[1] - ON.label_words
    z = arcs[arc, ON.label_risk if at_goal else ON.label_transshipments]
    end = first
    for i in range(first, first + states[state, AT.front_count]):
        is_met = (
            (pool[np.uint64(i)] >= x)
            & (pool[np.uint64(i + FRONT.y * room)] >= y)
            & (pool[np.uint64(i + FRONT.z * room)] >= z)
        )
        if is_met and not at_goal:
            for word in range(words):
                unmet = ~pool[i + (FRONT.word + word) * room]
                is_met &= arcs[arc, ON.label_words + word] & unmet == 0
        if is_met:
            continue
        if end < i:
            for column in range(FRONT.word + words):
                pool[end + column * room] = pool[i + column * room]
        end += 1

    pool[end] = x
    pool[end + FRONT.y * room] = y
    pool[end + FRONT.z * room] = z
    for word in range(words):
        met = np.int64(0) if at_goal else arcs[arc, ON.label_words + word]
        pool[end + (FRONT.word + word) * room] = met
    states[state, AT.front_count] = end + 1 - first


@njit(**JIT)
def _place_up(keys: Ints, items: Ints, size: int, key: int, item: int) -> None:
    """Place an entry in a queue of so many, a heap in two arrays with the least key first."""
    i = size
    while i:
        up = (i - 1) // CHILDREN
        if keys[up] <= key:
            break
        keys[i] = keys[up]
        items[i] = items[up]
        i = up
    keys[i] = key
    items[i] = item


@njit(**JIT)
def _place_down(keys: Ints, items: Ints, size: int, key: int, item: int) -> None:
    """Place an entry in a queue of so many instead of its first."""
    end = np.uint64(size)
    at = np.uint64(0)
    while True:
        first = np.uint64(CHILDREN) * at + np.uint64(1)
        if first >= end:
            break

        down = first
        least = keys[first]
        if first + np.uint64(CHILDREN) <= end:  # so many as the compiler knows
            for k in range(1, CHILDREN):
                other = keys[first + np.uint64(k)]
                down = first + np.uint64(k) if other < least else down
                least = min(least, other)
        else:
            for k in range(1, np.int64(end - first)):
                other = keys[first + np.uint64(k)]
                down = first + np.uint64(k) if other < least else down
                least = min(least, other)

        if least >= key:
            break
        keys[at] = least
        items[at] = items[down]
        at = down
    keys[at] = key
    items[at] = item


@njit(**JIT)
def _routes(
    pool: Ints,
    states: Ints,
    arcs: Ints,
    goals: Ints,
    width: int,
    x_column: int,
    y_column: int,
    columns: int,
) -> tuple[Ints, Ints]:
    """Return the labels on the way to goals, and which of them are at the goals.

    They are numbered first, from the goals back, and then written in the order of the pool, each
    into its row. x_column, y_column: of the labels, for the first and the second criterion that
    count.
    """
    number_of = np.zeros(len(pool) // width + 1, np.int32)  # from 1; 0: not on the way
    at_goal = np.empty(len(goals), np.int64)
    count = 0
    for goal in range(len(goals)):
        place = states[goals[goal, 0], AT.labels] // width + goals[goal, 1]
        last = place
        while number_of[place] == 0:
            count += 1
            number_of[place] = count
            back = pool[place * width + ROW.back]
            tail = arcs[back >> ARC_BIT, ON.tail]
            if tail >= 0:
                place = states[tail, AT.labels] // width + (back & LOW)
        at_goal[goal] = number_of[last] - 1

    labels = np.zeros((count, columns), np.int64)
    for place in range(len(number_of)):
        if number_of[place] == 0:
            continue

        label = number_of[place] - 1
        row = place * width
        back = pool[row + ROW.back]
        arc = back >> ARC_BIT
        tail = arcs[arc, ON.tail]
        is_first = tail < 0
        labels[label, LABEL.state] = arcs[arc, ON.head]
        labels[label, LABEL.arc] = -1 if is_first else arc
        labels[label, LABEL.parent] = -1
        if not is_first:
            before = states[tail, AT.labels] // width + (back & LOW)
            labels[label, LABEL.parent] = number_of[before] - 1
        labels[label, LABEL.second] = pool[row + ROW.second]
        labels[label, x_column] = pool[row + ROW.x]
        if width > ROW.y and y_column != x_column:
            labels[label, y_column] = pool[row + ROW.y]
        if width > ROW.transshipments:
            labels[label, LABEL.transshipments] = pool[row + ROW.transshipments]
            labels[label, LABEL.risk] = pool[row + ROW.risk]
            labels[label, LABEL.hazard_bits] = pool[row + ROW.words]
            for word in range(columns - len(LABEL)):
                labels[label, len(LABEL) + word] = pool[row + ROW.words + 1 + word]
    return labels, at_goal


@njit(**JIT)
def undominated(values: Ints, most: int) -> Bools:
    """Tell which rows no other row is at least as good as everywhere; of equal rows the first.

    values int64 [rows, criteria] in the order of their first column, then of the next and so on;
    smaller is better. most: how many are told at most, those of the first rows. Returns bool
    [rows].
    """
    rows, criteria = values.shape
    keep = np.zeros(rows, np.bool_)
    count = 0
    if criteria <= STAIRCASE_CRITERIA:
        staircase = np.empty(2 * rows, np.int64)
        corners = 0
        for i in range(rows):
            if count == most:
                break
            x = values[i, 1] if criteria > 1 else np.int64(0)
            y = values[i, 2] if criteria > 2 else np.int64(0)
            if not _is_on_or_above(staircase, 0, corners, x, y):
                corners = _build(staircase, 0, corners, x, y)
                keep[i] = True
                count += 1
        return keep

    kept = np.empty((min(most, rows), criteria - 1), np.int64)
    for i in range(rows):
        if count == most:
            break
        is_kept = True
        k = 0
        while k < count and is_kept:  # no later row is at least as good, unless it is equal
            is_kept = False
            for c in range(criteria - 1):
                is_kept |= kept[k, c] > values[i, c + 1]
            k += 1
        if is_kept:
            kept[count] = values[i, 1:]
            keep[i] = True
            count += 1
    return keep
