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

from corridor.kernels import Floats, Ints
from corridor.kernels.compilation import JIT
from corridor.kernels.compiled_code import njit
from corridor.kernels.paths import UNREACHED, pop, push
from corridor.kernels.records import (
    CLOSURE_LOSS,
    COUNT,
    TRIP_LOSS,
    ClosureYears,
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


class Blame(NamedTuple):
    """A loss, and what it is put down to."""

    hit: np.int64  # bits of the hazards that a unit would have met on its undisturbed route
    extra: float  # cents
    lost: float  # cents
    arrival: np.int64  # second; -1: none


@njit(**JIT)
def undisturbed(
    network: DatedNetwork, book: RouteBook, days: int, waiting: Waiting
) -> tuple[bool, Dispatches]:
    """Return whether the book sufficed, and what each trip of each day meets without hazards."""
    trips = len(network.trips.class_)
    quiet = at_work_within(np.zeros(len(network.regime_of_day), np.int64))
    outcome = np.zeros((trips, days), np.int64)
    cents = np.zeros((trips, days), np.int64)
    seconds = np.zeros((trips, days), np.int64)
    hazard_bits = np.zeros((trips, days), np.int64)
    dispatches = Dispatches(outcome, cents, seconds, hazard_bits)
    track = new_track(0)
    start_routes = np.empty(quiet.shape[1], np.int64)

    for t in range(trips):
        start_routes[:] = ABSENT
        for d in range(days):
            journey = walk(network, book, quiet, t, d, waiting, UNREACHED, start_routes, track)
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
    years: ClosureYears,
    quiet: Dispatches,
    limits: LossLimits,
    losses: Losses,
) -> bool:
    """Add years of closures to the losses and tell whether the book of routes sufficed.

    If it did not, nothing is of use. Trip by trip: the routes of one are few enough to stay at hand
    over all years.

    Parameters
    ----------
    network, book, years, limits, losses
        See :mod:`corridor.kernels.records`; the book and the losses are added to.
    quiet
        As :func:`undisturbed` returns it.
    """
    years_count, days = years.active.shape
    at_work = [at_work_within(years.active[y]) for y in range(years_count)]
    quiet_routes = np.empty(days, np.int64)
    for t in range(len(network.trips.class_)):
        quiet_routes[:] = ABSENT
        for y in range(years_count):
            if not _add_trip(
                network, book, years, y, at_work[y], quiet, limits, losses, t, quiet_routes
            ):
                return False
    return True


@njit(**JIT)
def _add_trip(
    network: DatedNetwork,
    book: RouteBook,
    years: ClosureYears,
    year: int,
    at_work: Ints,
    quiet: Dispatches,
    limits: LossLimits,
    losses: Losses,
    t: int,
    quiet_routes: Ints,
) -> bool:
    """Add what a year of closures costs a trip, and tell whether the book of routes sufficed.

    quiet_routes int64 [days]: the undisturbed route of each day, ABSENT: not looked for yet; added
    to.
    """
    start_routes = np.full(len(quiet_routes), ABSENT, np.int64)
    units = network.trips.units_per_day[t]
    by_trip = losses.by_trip[year, t]
    track = new_track(0)
    for d in range(quiet.outcome.shape[1]):
        if quiet.outcome[t, d] != SERVED:
            continue
        last_day = last_day_under_way(quiet, at_work, t, d)
        hit = hazards_ahead(quiet, at_work, t, d, last_day)
        if hit == 0:
            continue

        most = quiet.cents[t, d] + limits.max_extra_cents[t]
        journey = walk(network, book, at_work, t, d, limits.waiting, most, start_routes, track)
        if journey.seconds < 0:
            return False

        lost = 0.0
        arrival = np.int64(-1)
        if journey.outcome == SERVED:
            arrival = d * DAY_S + journey.seconds
            extra = units * (journey.cents - quiet.cents[t, d])
            late = journey.seconds - quiet.seconds[t, d]
            by_trip[TRIP_LOSS.delay_t_s] += network.trips.t_per_day[t] * late
            by_trip[TRIP_LOSS.late_units] += units if late > 0 else 0.0
        else:
            # what it is worth to be sent covers the wait of a unit that stayed, not the journey of
            # one that had left
            extra = units * journey.cents if journey.outcome == STRANDED else 0.0
            lost = units * limits.lost_unit_cents[t]
            by_trip[TRIP_LOSS.lost_units] += units
        by_trip[TRIP_LOSS.extra_cents] += extra

        if quiet_routes[d] < 0:
            quiet_routes[d] = find_route_from_start(network, book, t, d, np.int64(0))
        blame = Blame(hit, extra, lost, arrival)
        _blame_closures(years, year, losses, d, last_day, blame)
        _blame_links(network, book, losses.by_link[year], quiet_routes[d], blame)
    return True


@njit(**JIT)
def at_work_within(active: Ints) -> Ints:
    """Return bits of the hazards at work on any of 1, 2, 4, 8 ... days from each day on.

    int64 [spans, days], the first span being the day itself; days after the last are left out.
    active int64 [days]: hazard bits at work.
    """
    days = len(active)
    spans = 1
    while 1 << spans <= days:
        spans += 1

    at_work = np.empty((spans, days), np.int64)
    at_work[0] = active
    for s in range(1, spans):
        half = 1 << (s - 1)
        for d in range(days):
            at_work[s, d] = at_work[s - 1, d] | at_work[s - 1, min(d + half, days - 1)]
    return at_work


@njit(**JIT)
def _at_work_from(at_work: Ints, day: int, last_day: int) -> Any:
    """Return bits of the hazards at work on any day from a day to a last one."""
    span = 0
    while 2 << span <= last_day - day + 1:
        span += 1
    return at_work[span, day] | at_work[span, last_day + 1 - (1 << span)]


@njit(**JIT)
def last_day_under_way(quiet: Dispatches, at_work: Ints, trip: int, day: int) -> Any:
    """Return the last day on which a unit that leaves on a day is on its undisturbed route."""
    return min(day + quiet.seconds[trip, day] // DAY_S, at_work.shape[1] - 1)


@njit(**JIT)
def hazards_ahead(quiet: Dispatches, at_work: Ints, trip: int, day: int, last_day: int) -> Any:
    """Return bits of the hazards that a unit would have met, had it known nothing."""
    return _at_work_from(at_work, day, last_day) & quiet.hazard_bits[trip, day]


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
def find_route_from_start(
    network: DatedNetwork, book: RouteBook, trip: int, day: int, active: int
) -> Any:
    """Return :func:`find_route` of a trip that has not left yet, on a day."""
    place = len(network.graph.ptr) - 1 + trip
    goal = network.trips.goal[trip]
    return find_route(network, book, network.regime_of_day[day], goal, place, active)


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

    ptr, head, _ = network.graph
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
    return _write_route(network, book, regime, network.goal_class[goal], cost, arc, end)


@njit(**JIT)
def _write_route(
    network: DatedNetwork, book: RouteBook, regime: int, class_: int, cost: int, arc: Ints, end: int
) -> Any:
    """Write the route that leads to a state of a tree into the book and return its number.

    arc: the arc each state is reached by int64 [states]. end: -1 for no route.
    """
    tail = network.graph.tail
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
    book.seconds[route] = 0
    book.hazard_bits[route] = 0
    book.is_seasonal[route] = False
    v = end
    for k in range(steps - 1, -1, -1):
        a = arc[v]
        book.arcs[begin + k] = a
        book.seconds[route] += network.seconds[regime, class_, a]
        book.hazard_bits[route] |= network.hazard_bits[a]
        book.is_seasonal[route] |= network.is_seasonal[class_, a]
        v = tail[a]
    book.ptr[route + 1] = begin + steps
    book.counts[COUNT.routes] = route + 1
    book.counts[COUNT.arcs] = begin + steps
    return route


@njit(**JIT)
def walk(
    network: DatedNetwork,
    book: RouteBook,
    at_work: Ints,
    trip: int,
    leave: int,
    waiting: Waiting,
    most: int,
    start_routes: Ints,
    track: Track,
) -> Journey:
    """Send one unit off on a day and return what becomes of it.

    at_work: as :func:`at_work_within` returns it. most: cents still to come up to which goods
    leave. start_routes int64 [days]: the route of each day from where the trip starts, ABSENT: not
    looked for yet; added to. track: written over.
    """
    weight = network.weight
    regime_of_day = network.regime_of_day
    active = at_work[0]
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
        if has_left:
            route = find_route(network, book, regime, goal, place, active[day])
        else:
            if start_routes[day] < 0:
                start_routes[day] = find_route_from_start(network, book, trip, day, active[day])
            route = start_routes[day]
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

        leaves_at_once = not has_left and waited == 0
        has_left = True
        has_turned = False
        hazard_bits |= book.hazard_bits[route]
        if leaves_at_once and len(track.arcs) == 0 and _stays_open(book, route, at_work, now):
            return Journey(SERVED, cost, book.seconds[route], hazard_bits, 0)

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
def _stays_open(book: RouteBook, route: int, at_work: Ints, now: int) -> Any:
    """Tell whether nothing can shut on a route before a unit that sets out now has arrived."""
    if book.is_seasonal[route]:
        return False

    last_day = at_work.shape[1] - 1
    day = min(now // DAY_S, last_day)
    arrival_day = min((now + book.seconds[route]) // DAY_S, last_day)
    return _at_work_from(at_work, day, arrival_day) & book.hazard_bits[route] == 0


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
def _blame_closures(
    years: ClosureYears, year: int, losses: Losses, day: int, last_day: int, blame: Blame
) -> None:
    """Share a loss equally among the closures that a trip would have met, one of each hazard.

    day, last_day: of its undisturbed route.
    """
    closures = years.closures
    count = _count_bits(blame.hit)
    to_find = blame.hit
    for c in range(years.ptr[year], years.ptr[year + 1]):
        if to_find == 0 or closures.first_day[c] > last_day:
            return
        bit = np.int64(1) << closures.hazard[c]
        if to_find & bit == 0 or closures.end_day[c] <= day:
            continue

        to_find ^= bit
        losses.by_closure[c, CLOSURE_LOSS.extra] += blame.extra / count
        losses.by_closure[c, CLOSURE_LOSS.lost] += blame.lost / count
        if blame.extra + blame.lost > 0:
            losses.last_arrival[c] = max(losses.last_arrival[c], blame.arrival)


@njit(**JIT)
def _blame_links(
    network: DatedNetwork, book: RouteBook, by_link: Floats, route: int, blame: Blame
) -> None:
    """Share a loss equally among the hazards, each at the first link it shuts on the route.

    route: the undisturbed one; BOOK_IS_FULL: not known.
    """
    share = (blame.extra + blame.lost) / _count_bits(blame.hit)
    for h in range(len(network.link_of_hazard)):
        if not blame.hit >> h & 1:
            continue

        link = network.link_of_hazard[h]
        if route >= 0:
            for k in range(book.ptr[route], book.ptr[route + 1]):
                if network.hazard_bits[book.arcs[k]] >> h & 1:
                    link = network.link_of_arc[book.arcs[k]]
                    break
        by_link[link] += share


@njit(**JIT)
def _count_bits(bits: int) -> Any:
    count = 0
    while bits:
        bits &= bits - 1
        count += 1
    return count


@njit(**JIT)
def move_routes(book: RouteBook, larger: RouteBook) -> None:
    """Write all that a book holds into an empty larger one."""
    routes = book.counts[COUNT.routes]
    arcs = book.counts[COUNT.arcs]
    larger.counts[:] = book.counts
    larger.cost[:routes] = book.cost[:routes]
    larger.seconds[:routes] = book.seconds[:routes]
    larger.hazard_bits[:routes] = book.hazard_bits[:routes]
    larger.is_seasonal[:routes] = book.is_seasonal[:routes]
    larger.ptr[: routes + 1] = book.ptr[: routes + 1]
    larger.arcs[:arcs] = book.arcs[:arcs]

    for slot in range(len(book.slot_route)):
        if book.slot_route[slot] != ABSENT:
            new_slot = _slot(larger, book.slot_key[slot], book.slot_shut[slot])
            larger.slot_key[new_slot] = book.slot_key[slot]
            larger.slot_shut[new_slot] = book.slot_shut[slot]
            larger.slot_route[new_slot] = book.slot_route[slot]


@njit(**JIT)
def mark_routes(book: RouteBook, hazard_bits: Ints) -> None:
    """Make the hazards of all routes of a book those of their arcs: bits int64 [arcs]."""
    for route in range(book.counts[COUNT.routes]):
        bits = np.int64(0)
        for k in range(book.ptr[route], book.ptr[route + 1]):
            bits |= hazard_bits[book.arcs[k]]
        book.hazard_bits[route] = bits
