"""Years of closures, day by day: goods leave knowing what is shut, meet what shuts later, wait or
turn back.

A network state is a set of hazards at work (bits of one word) in a regime of the calendar. A way is
sought for a place, a goal and only those hazards that stood on the better ways: the cheapest way
without any, then without those of them that it meets, and so on. The last is the cheapest of the
whole state, so that states which differ only in closures elsewhere share it, and every way is
sought once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from corridor.kernels import Floats, Ints
from corridor.kernels.compilation import JIT
from corridor.kernels.paths import UNREACHED, pop, push
from corridor.units import DAY_MIN, HOUR_MIN

Base = tuple[Any, ...]  # the compiled network: see simulate
Book = tuple[Any, ...]  # the ways found so far: see simulate
FULL = -2
ABSENT = -1
SERVED = 0
STAYED = 1
STRANDED = 2
UNKNOWN = 3
# what a book of ways counts, in `book[0]`
SLOTS = 0
WAYS = 1
ARCS = 2


@njit(**JIT)
def find(base: Base, book: Book, regime: int, goal: int, place: int, shut: int) -> Any:
    """Return the number of the cheapest way from a place to a goal in a state, seeking it if need
    be; FULL: no room.

    base, book: see :func:`simulate`. place: a state, or states + trip for a trip that has not left
    yet. shut: hazard bits.
    """
    counts = book[0]
    slots = book[1]
    slot_way = book[2]
    way_cost = book[3]
    way_mask = book[4]
    places = base[0][0].shape[0] - 1 + len(base[3][0])
    key = (regime * base[4].shape[1] + goal) * places + place
    ask = np.int64(0)
    room = len(slot_way)
    while True:
        at = (key * np.int64(-7046029254386353131)) ^ (ask * np.int64(-4417276706812531889))
        at = (at ^ (at >> 29)) & (room - 1)
        while slot_way[at] != ABSENT and (slots[0, at] != key or slots[1, at] != ask):
            at = (at + 1) & (room - 1)
        way = slot_way[at]
        if way == ABSENT:
            if 2 * (counts[SLOTS] + 1) > room or counts[WAYS] + 1 >= len(way_cost):
                return np.int64(FULL)
            way = _seek(base, book, regime, goal, place, ask)
            if way == FULL:
                return np.int64(FULL)
            slots[0, at] = key
            slots[1, at] = ask
            slot_way[at] = way
            counts[SLOTS] += 1
        met = way_mask[way] & shut
        if met == 0:
            return way
        ask |= met


@njit(**JIT)
def _seek(base: Base, book: Book, regime: int, goal: int, place: int, shut: int) -> Any:
    """Add the cheapest way that meets none of the hazards to the book and return its number; FULL:
    no room.

    A* on the distances to the goal with nothing shut, which never overestimate.
    """
    (ptr, head, tail) = base[0]
    weights = base[1]
    masks = base[2]
    trips = base[3]
    bound = base[4]
    counts = book[0]
    way_cost = book[3]
    way_mask = book[4]
    way_ptr = book[5]
    way_arc = book[6]
    weight = weights[regime, base[5][goal]]
    ahead = bound[regime, goal]
    is_goal = base[6][goal]
    n = len(ptr) - 1
    distance = np.full(n, UNREACHED, np.int64)
    arc = np.full(n, -1, np.int64)
    keys = np.empty(len(head) + n, np.int64)
    items = np.empty(len(head) + n, np.int64)
    size = 0
    end = np.int64(-1)
    if place < n:
        first = place
        last = place + 1
    else:
        first = trips[1][place - n]
        last = trips[1][place - n + 1]
    for i in range(first, last):
        s = np.int64(i) if place < n else trips[2][i]
        if ahead[s] < UNREACHED:
            distance[s] = 0
            size = push(keys, items, size, ahead[s], s)
    while size:
        key = keys[0]
        u = items[0]
        size = pop(keys, items, size)
        if key > distance[u] + ahead[u]:
            continue
        if is_goal[u]:
            end = u
            break
        for a in range(ptr[u], ptr[u + 1]):
            v = head[a]
            if weight[a] < 0 or masks[a] & shut or ahead[v] >= UNREACHED:
                continue
            if distance[u] + weight[a] < distance[v]:
                distance[v] = distance[u] + weight[a]
                arc[v] = a
                size = push(keys, items, size, distance[v] + ahead[v], v)
    way = counts[WAYS]
    here = counts[ARCS]
    way_cost[way] = UNREACHED if end < 0 else distance[end]
    way_mask[way] = 0
    steps = 0
    v = end
    while v >= 0 and arc[v] >= 0:
        steps += 1
        v = tail[arc[v]]
    if here + steps > len(way_arc):
        return np.int64(FULL)
    v = end
    for k in range(steps - 1, -1, -1):
        way_arc[here + k] = arc[v]
        way_mask[way] |= masks[arc[v]]
        v = tail[arc[v]]
    way_ptr[way + 1] = here + steps
    counts[WAYS] = way + 1
    counts[ARCS] = here + steps
    return way


@njit(**JIT)
def _walk(
    base: Base, book: Book, active: Ints, trip: int, leave: int, limits: Ints, most: int
) -> tuple[int, Any, Any, Any]:
    """Send one unit off on a day and return (outcome, cents, minutes until it is there or given up,
    hazards on the ways it set out on).

    active int64 [days]: hazard bits at work. limits int64 [2]: days goods wait before they turn,
    most days of waiting. most: cents up to which goods leave. Outcome SERVED, STAYED (never left),
    STRANDED (given up on the way), or UNKNOWN with minutes -1: the book is full.
    """
    head = base[0][1]
    masks = base[2]
    weights = base[1]
    minutes = base[7]
    regimes = base[8]
    n = len(base[0][0]) - 1
    days = len(active)
    kind = base[3][0][trip]
    goal = base[3][3][trip]
    hour_cents = base[3][4][trip]
    at = leave * DAY_MIN
    cents = 0.0
    waited = 0
    met = np.int64(0)
    place = n + trip
    going = False
    while True:
        day = min(at // DAY_MIN, days - 1)
        regime = regimes[day]
        way = find(base, book, regime, goal, place, active[day])
        if way == FULL:
            return UNKNOWN, 0, -1, np.int64(0)
        cost = book[3][way]
        if cost >= UNREACHED or not going and cost + cents > most:
            if waited >= limits[1] * DAY_MIN:
                return (
                    STRANDED if going else STAYED,
                    np.int64(round(cents)),
                    at - leave * DAY_MIN,
                    met,
                )
            step = (at // DAY_MIN + 1) * DAY_MIN - at
            waited += step
            cents += step * hour_cents / HOUR_MIN
            at += step
            continue
        going = True
        turned = False
        met |= book[4][way]
        for k in range(book[5][way], book[5][way + 1]):
            a = book[6][k]
            day = min(at // DAY_MIN, days - 1)
            if weights[regimes[day], kind, a] < 0 or masks[a] & active[day]:
                opens = -1
                for later in range(day + 1, min(day + limits[0], days - 1) + 1):
                    if weights[regimes[later], kind, a] >= 0 and not masks[a] & active[later]:
                        opens = later
                        break
                until = (opens if opens >= 0 else day + max(limits[0], 0)) * DAY_MIN
                if until > at:
                    waited += until - at
                    cents += (until - at) * hour_cents / HOUR_MIN
                    at = until
                if opens < 0:
                    turned = True
                    break
            cents += weights[regime, kind, a]
            at += minutes[regime, kind, a]
            place = head[a]
        if not turned:
            return SERVED, np.int64(round(cents)), at - leave * DAY_MIN, met
        if waited >= limits[1] * DAY_MIN:
            return STRANDED, np.int64(round(cents)), at - leave * DAY_MIN, met


@njit(**JIT)
def undisturbed(base: Base, book: Book, days: int, limits: Ints) -> tuple[bool, Ints]:
    """Return what each trip of each day meets in a year without hazards.

    Returns whether the book sufficed, and int64 [4, trips, days]: outcome, cents, minutes, hazards
    that could stand on the way.
    """
    trips = len(base[3][0])
    quiet = np.zeros(len(base[8]), np.int64)
    made = np.zeros((4, trips, days), np.int64)
    for t in range(trips):
        for d in range(days):
            outcome, cents, minutes, met = _walk(base, book, quiet, t, d, limits, UNREACHED)
            if minutes < 0:
                return False, made
            made[0, t, d] = outcome
            made[1, t, d] = cents
            made[2, t, d] = minutes
            made[3, t, d] = met
    return True, made


@njit(**JIT)
def simulate(
    base: Base,
    book: Book,
    active: Ints,
    events: Ints,
    quiet: Ints,
    limits: tuple[Ints, Ints, Ints],
    room: tuple[Floats, Floats, Floats, Ints],
) -> bool:
    """Add one year of closures to the results and tell whether the book of ways sufficed (if not,
    nothing is of use).

    base: (graph: ptr int64 [states + 1], head, tail int64 [arcs]; weights int64 [regimes, classes,
    arcs], cents, negative: shut; masks int64 [arcs], hazard bits; trips: class int64 [trips],
    start_ptr int64 [trips + 1], starts int64, goal int64 [trips], cents an hour float64 [trips],
    tonnes a day float64 [trips], units a day float64 [trips], element of each arc int64 [arcs],
    first element of each hazard int64 [hazards]; bound int64 [regimes, goals, states], least cents
    to each goal; class of each goal int64 [goals]; is_goal bool [goals, states]; minutes int64
    [regimes, classes, arcs]; regime of each day int64 [days]). book: (counts int64 [3], slots int64
    [2, slots], way of each slot int64 [slots], cost int64 [ways], hazard bits int64 [ways], ptr
    int64 [ways + 1], arcs int64): ways found so far; slots is a power of two, unused ones hold -1.
    active int64 [days]: hazard bits at work each day. events int64 [3, events]: hazard, first day,
    first day no longer, in order of the first day. quiet: as :func:`undisturbed` gives it. limits:
    int64 [2] as in :func:`_walk`, the most cents a trip may cost more int64 [trips] and the cents a
    unit given up is worth int64 [trips]. room: totals float64 [trips, 4] (cents more, tonne-minutes
    later, units lost, units late), cents by event float64 [events, 2] (more, given up), cents by
    element float64 [elements], last minute of arrival by event int64 [events]; all are added to.
    """
    trips = quiet.shape[1]
    days = quiet.shape[2]
    totals, by_event, by_element, last = room
    cells = base[3]
    for t in range(trips):
        for d in range(days):
            if quiet[0, t, d] != SERVED:
                continue
            until = min(d + quiet[2, t, d] // DAY_MIN, len(active) - 1)
            hit = np.int64(0)
            for later in range(d, until + 1):
                hit |= active[later]
            hit &= quiet[3, t, d]
            if hit == 0:
                continue
            outcome, cents, minutes, _ = _walk(
                base, book, active, t, d, limits[0], quiet[1, t, d] + limits[1][t]
            )
            if minutes < 0:
                return False
            units = cells[6][t]
            given = 0.0
            there = np.int64(-1)
            if outcome == SERVED:
                there = d * DAY_MIN + minutes
                more = units * (cents - quiet[1, t, d])
                late = minutes - quiet[2, t, d]
                totals[t, 1] += cells[5][t] * late
                totals[t, 3] += units if late > 0 else 0.0
            else:
                # what it is worth to be sent covers the wait of a unit that stayed, not the way of
                # one that had left
                more = units * cents if outcome == STRANDED else 0.0
                given = units * limits[2][t]
                totals[t, 2] += units
            totals[t, 0] += more
            _blame(
                base,
                book,
                (t, d, until, hit),
                events,
                (more, given, there),
                (by_event, by_element, last),
            )
    return True


@njit(**JIT)
def _blame(
    base: Base,
    book: Book,
    trip: tuple[int, int, int, int],
    events: Ints,
    loss: tuple[float, float, int],
    room: tuple[Floats, Floats, Ints],
) -> None:
    """Share a loss equally among the hazards that shut part of a trip's undisturbed way while it
    would have been on it."""
    t, d, until, hit = trip
    more, given, there = loss
    by_event, by_element, last = room
    count = 0
    for h in range(len(base[3][8])):
        count += hit >> h & 1
    way = find(base, book, base[8][d], base[3][3][t], len(base[0][0]) - 1 + t, 0)
    for h in range(len(base[3][8])):
        if not hit >> h & 1:
            continue
        for e in range(events.shape[1]):
            if events[0, e] == h and events[1, e] <= until and events[2, e] > d:
                by_event[e, 0] += more / count
                by_event[e, 1] += given / count
                if more + given > 0:
                    last[e] = max(last[e], there)
                break
        element = base[3][8][h]
        if way >= 0:
            for k in range(book[5][way], book[5][way + 1]):
                if base[2][book[6][k]] >> h & 1:
                    element = base[3][7][book[6][k]]
                    break
        by_element[element] += (more + given) / count
