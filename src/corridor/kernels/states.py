"""Years of closures, day by day: goods leave, meet what shuts later, wait or turn back.

A network state is a set of hazards at work (bits of one word) in a regime of the calendar. A route
is sought for a place, a goal and only those hazards that stood on the better routes: the cheapest
route without any, then without those of them that it meets, and so on. The last is the cheapest of
the whole state, so that states which differ only in closures elsewhere share it, and every route is
sought once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from corridor.kernels import Ints
from corridor.kernels.compilation import JIT
from corridor.kernels.compiled_code import njit
from corridor.kernels.paths import UNREACHED, pop, push
from corridor.kernels.records import (
    CLOSURE_LOSS,
    COUNT,
    TRIP_LOSS,
    Closures,
    DatedNetwork,
    Dispatches,
    Losses,
    LossLimits,
    RouteBook,
    Track,
    Waiting,
)
from corridor.units import DAY_S, HOUR_S

BOOK_IS_FULL = -2
ABSENT = -1
# outcomes
SERVED = 0
STAYED = 1  # never left
STRANDED = 2  # given up on the way
UNKNOWN = 3  # the book is full
# primes that spread the two halves of a question over the slots of a book
KEY_FACTOR = np.int64(-7046029254386353131)
SHUT_FACTOR = np.int64(-4417276706812531889)


class Journey(NamedTuple):
    """What became of one unit: as the columns of Dispatches; seconds -1: the book is full.

    passed: arcs it went over.
    """

    outcome: int
    cents: int
    seconds: int
    hazard_bits: np.int64
    passed: int


@njit(**JIT)
def undisturbed(
    network: DatedNetwork, book: RouteBook, days: int, waiting: Waiting
) -> tuple[bool, Dispatches]:
    """Return whether the book sufficed, and what each trip of each day meets without hazards."""
    trips = len(network.trips.class_)
    quiet = np.zeros(len(network.regime_of_day), np.int64)
    outcome = np.zeros((trips, days), np.int64)
    cents = np.zeros((trips, days), np.int64)
    seconds = np.zeros((trips, days), np.int64)
    hazard_bits = np.zeros((trips, days), np.int64)
    dispatches = Dispatches(outcome, cents, seconds, hazard_bits)
    track = new_track(0)

    for t in range(trips):
        for d in range(days):
            journey = walk(network, book, quiet, t, d, waiting, UNREACHED, track)
            if journey.seconds < 0:
                return False, dispatches
            outcome[t, d] = journey.outcome
            cents[t, d] = journey.cents
            seconds[t, d] = journey.seconds
            hazard_bits[t, d] = journey.hazard_bits
    return True, dispatches


@njit(**JIT)
def simulate(
    network: DatedNetwork,
    book: RouteBook,
    active: Ints,
    closures: Closures,
    quiet: Dispatches,
    limits: LossLimits,
    losses: Losses,
) -> bool:
    """Add one year of closures to the losses and tell whether the book of routes sufficed.

    If it did not, nothing is of use.

    Parameters
    ----------
    network, book, closures, limits, losses
        See :mod:`corridor.kernels.records`; the book and the losses are added to.
    active
        Hazard bits at work on each day int64 [days].
    quiet
        As :func:`undisturbed` returns it.
    """
    trips, days = quiet.outcome.shape
    track = new_track(0)
    for t in range(trips):
        for d in range(days):
            if quiet.outcome[t, d] != SERVED:
                continue
            last_day = last_day_under_way(quiet, active, t, d)
            hit = hazards_ahead(quiet, active, t, d, last_day)
            if hit == 0:
                continue

            most = quiet.cents[t, d] + limits.max_extra_cents[t]
            journey = walk(network, book, active, t, d, limits.waiting, most, track)
            if journey.seconds < 0:
                return False

            units = network.trips.units_per_day[t]
            lost = 0.0
            arrival = np.int64(-1)
            if journey.outcome == SERVED:
                arrival = d * DAY_S + journey.seconds
                extra = units * (journey.cents - quiet.cents[t, d])
                late = journey.seconds - quiet.seconds[t, d]
                losses.by_trip[t, TRIP_LOSS.delay_t_s] += network.trips.t_per_day[t] * late
                losses.by_trip[t, TRIP_LOSS.late_units] += units if late > 0 else 0.0
            else:
                # what it is worth to be sent covers the wait of a unit that stayed, not the journey
                # of one that had left
                extra = units * journey.cents if journey.outcome == STRANDED else 0.0
                lost = units * limits.lost_unit_cents[t]
                losses.by_trip[t, TRIP_LOSS.lost_units] += units
            losses.by_trip[t, TRIP_LOSS.extra_cents] += extra
            _blame(network, book, closures, losses, t, d, last_day, hit, extra, lost, arrival)
    return True


@njit(**JIT)
def last_day_under_way(quiet: Dispatches, active: Ints, trip: int, day: int) -> Any:
    """Return the last day on which a unit that leaves on a day is on its undisturbed route."""
    return min(day + quiet.seconds[trip, day] // DAY_S, len(active) - 1)


@njit(**JIT)
def hazards_ahead(quiet: Dispatches, active: Ints, trip: int, day: int, last_day: int) -> Any:
    """Return bits of the hazards that a unit would have met, had it known nothing."""
    hit = np.int64(0)
    for later in range(day, last_day + 1):
        hit |= active[later]
    return hit & quiet.hazard_bits[trip, day]


@njit(**JIT)
def new_track(arcs: int) -> Track:
    """Return a track with room for so many arcs."""
    return Track(np.empty(arcs, np.int64), np.empty(arcs, np.int64))


@njit(**JIT)
def find_route(
    network: DatedNetwork, book: RouteBook, regime: int, goal: int, place: int, active: int
) -> Any:
    """Return the number of the cheapest route from a place to a goal in a state.

    It is sought if it is not in the book; BOOK_IS_FULL: no room. place: a state, or states + trip
    for a trip that has not left yet. active: hazard bits at work.
    """
    places = len(network.graph.ptr) - 1 + len(network.trips.class_)
    key = (regime * network.bound.shape[1] + goal) * places + place
    shut = np.int64(0)
    while True:
        slot = _slot(book, key, shut)
        route = book.slot_route[slot]
        if route == ABSENT:
            if 2 * (book.counts[COUNT.slots] + 1) > len(book.slot_route):
                return np.int64(BOOK_IS_FULL)
            route = _seek(network, book, regime, goal, place, shut)
            if route == BOOK_IS_FULL:
                return np.int64(BOOK_IS_FULL)
            book.slot_key[slot] = key
            book.slot_shut[slot] = shut
            book.slot_route[slot] = route
            book.counts[COUNT.slots] += 1

        met = book.hazard_bits[route] & active
        if met == 0:
            return route
        shut |= met


@njit(**JIT)
def _slot(book: RouteBook, key: int, shut: int) -> Any:
    """Return the slot that holds a question, or the empty one where it belongs."""
    room = len(book.slot_route)
    slot = (key * KEY_FACTOR) ^ (shut * SHUT_FACTOR)
    slot = (slot ^ (slot >> 29)) & (room - 1)
    while book.slot_route[slot] != ABSENT and (
        book.slot_key[slot] != key or book.slot_shut[slot] != shut
    ):
        slot = (slot + 1) & (room - 1)
    return slot


@njit(**JIT)
def _seek(
    network: DatedNetwork, book: RouteBook, regime: int, goal: int, place: int, shut: int
) -> Any:
    """Add the cheapest route that meets none of the hazards to the book and return its number.

    BOOK_IS_FULL: no room. A* on the distances to the goal with nothing shut, which never
    overestimate.
    """
    if book.counts[COUNT.routes] + 1 >= len(book.cost):
        return np.int64(BOOK_IS_FULL)

    ptr, head, tail = network.graph
    weight = network.weight[regime, network.goal_class[goal]]
    ahead = network.bound[regime, goal]
    is_goal = network.is_goal[goal]
    n = len(ptr) - 1
    distance = np.full(n, UNREACHED, np.int64)
    arc = np.full(n, -1, np.int64)
    keys = np.empty(len(head) + n, np.int64)
    items = np.empty(len(head) + n, np.int64)
    size = 0

    if place < n:
        first = place
        last = place + 1
    else:
        first = network.trips.starts.ptr[place - n]
        last = network.trips.starts.ptr[place - n + 1]
    for i in range(first, last):
        s = np.int64(i) if place < n else network.trips.starts.numbers[i]
        if ahead[s] < UNREACHED:
            distance[s] = 0
            size = push(keys, items, size, ahead[s], s)

    end = np.int64(-1)
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
            if weight[a] < 0 or network.hazard_bits[a] & shut or ahead[v] >= UNREACHED:
                continue
            if distance[u] + weight[a] < distance[v]:
                distance[v] = distance[u] + weight[a]
                arc[v] = a
                size = push(keys, items, size, distance[v] + ahead[v], v)

    cost = UNREACHED if end < 0 else distance[end]
    return _write_route(book, cost, arc, tail, network.hazard_bits, end)


@njit(**JIT)
def _write_route(
    book: RouteBook, cost: int, arc: Ints, tail: Ints, hazard_bits: Ints, end: int
) -> Any:
    """Write the route that leads to a state of a tree into the book and return its number.

    arc: the arc each state is reached by int64 [states]. end: -1 for no route.
    """
    steps = 0
    v = end
    while v >= 0 and arc[v] >= 0:
        steps += 1
        v = tail[arc[v]]
    begin = book.counts[COUNT.arcs]
    if begin + steps > len(book.arcs):
        return np.int64(BOOK_IS_FULL)

    route = book.counts[COUNT.routes]
    book.cost[route] = cost
    book.hazard_bits[route] = 0
    v = end
    for k in range(steps - 1, -1, -1):
        book.arcs[begin + k] = arc[v]
        book.hazard_bits[route] |= hazard_bits[arc[v]]
        v = tail[arc[v]]
    book.ptr[route + 1] = begin + steps
    book.counts[COUNT.routes] = route + 1
    book.counts[COUNT.arcs] = begin + steps
    return route


@njit(**JIT)
def walk(
    network: DatedNetwork,
    book: RouteBook,
    active: Ints,
    trip: int,
    leave: int,
    waiting: Waiting,
    most: int,
    track: Track,
) -> Journey:
    """Send one unit off on a day and return what becomes of it.

    active int64 [days]: hazard bits at work. most: cents still to come up to which goods leave.
    track: written over.
    """
    weight = network.weight
    regime_of_day = network.regime_of_day
    last_day = len(active) - 1
    class_ = network.trips.class_[trip]
    goal = network.trips.goal[trip]
    hour_cents = network.trips.hour_cents[trip]
    limit_s = waiting.limit_days * DAY_S

    now = leave * DAY_S
    cents = 0.0
    waited = 0
    hazard_bits = np.int64(0)
    passed = 0
    place = len(network.graph.ptr) - 1 + trip
    has_left = False
    while True:
        day = min(now // DAY_S, last_day)
        regime = regime_of_day[day]
        route = find_route(network, book, regime, goal, place, active[day])
        if route == BOOK_IS_FULL:
            return Journey(UNKNOWN, 0, -1, np.int64(0), 0)

        cost = book.cost[route]
        if cost >= UNREACHED or not has_left and cost > most:
            if waited >= limit_s:
                outcome = STRANDED if has_left else STAYED
                return Journey(outcome, round(cents), now - leave * DAY_S, hazard_bits, passed)
            until_tomorrow = (now // DAY_S + 1) * DAY_S - now
            waited += until_tomorrow
            cents += until_tomorrow * hour_cents / HOUR_S
            now += until_tomorrow
            continue

        has_left = True
        has_turned = False
        hazard_bits |= book.hazard_bits[route]
        for k in range(book.ptr[route], book.ptr[route + 1]):
            a = book.arcs[k]
            day = min(now // DAY_S, last_day)
            if weight[regime_of_day[day], class_, a] < 0 or network.hazard_bits[a] & active[day]:
                opens = _opening_day(
                    network, active, class_, a, day, min(day + waiting.patience_days, last_day)
                )
                has_turned = opens < 0
                until = day + max(waiting.patience_days, 0) if has_turned else opens
                until *= DAY_S
                if until > now:
                    waited += until - now
                    cents += (until - now) * hour_cents / HOUR_S
                    now = until
                if has_turned:
                    break
            if passed < len(track.arcs):
                track.arcs[passed] = a
                track.seconds[passed] = now
                passed += 1
            cents += weight[regime, class_, a]
            now += network.seconds[regime, class_, a]
            place = network.graph.head[a]

        if not has_turned:
            return Journey(SERVED, round(cents), now - leave * DAY_S, hazard_bits, passed)
        if waited >= limit_s:
            return Journey(STRANDED, round(cents), now - leave * DAY_S, hazard_bits, passed)


@njit(**JIT)
def _opening_day(
    network: DatedNetwork, active: Ints, class_: int, arc: int, day: int, last_day: int
) -> Any:
    """Return the first day after a day, up to the last, on which an arc is open; -1: none."""
    for later in range(day + 1, last_day + 1):
        weight = network.weight[network.regime_of_day[later], class_, arc]
        if weight >= 0 and not network.hazard_bits[arc] & active[later]:
            return later
    return -1


@njit(**JIT)
def _blame(
    network: DatedNetwork,
    book: RouteBook,
    closures: Closures,
    losses: Losses,
    trip: int,
    day: int,
    last_day: int,
    hit: int,
    extra: float,
    lost: float,
    arrival: int,
) -> None:
    """Share a loss equally among the hazards that would have met a trip on its undisturbed route.

    day, last_day: of that journey. hit: bits of those hazards. extra, lost: cents. arrival: second;
    -1: none.
    """
    hazards = len(network.link_of_hazard)
    count = 0
    for h in range(hazards):
        count += hit >> h & 1

    place = len(network.graph.ptr) - 1 + trip
    route = find_route(
        network, book, network.regime_of_day[day], network.trips.goal[trip], place, 0
    )
    for h in range(hazards):
        if not hit >> h & 1:
            continue
        for c in range(len(closures.hazard)):
            if (
                closures.hazard[c] == h
                and closures.first_day[c] <= last_day
                and closures.end_day[c] > day
            ):
                losses.by_closure[c, CLOSURE_LOSS.extra] += extra / count
                losses.by_closure[c, CLOSURE_LOSS.lost] += lost / count
                if extra + lost > 0:
                    losses.last_arrival[c] = max(losses.last_arrival[c], arrival)
                break

        link = network.link_of_hazard[h]
        if route >= 0:
            for k in range(book.ptr[route], book.ptr[route + 1]):
                if network.hazard_bits[book.arcs[k]] >> h & 1:
                    link = network.link_of_arc[book.arcs[k]]
                    break
        losses.by_link[link] += (extra + lost) / count
