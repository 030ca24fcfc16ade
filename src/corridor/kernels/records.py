"""Records: the named arrays that kernels take and return.

No Numba stands here, so that callers can name a record without loading it. Shapes are in brackets.
``ptr`` says where each group of an array begins: those of group g stand from ``ptr[g]`` to before
``ptr[g + 1]``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor.kernels import Bools, Floats, Int32s, Ints


class Groups(NamedTuple):
    """Groups of numbers, end to end."""

    numbers: Ints
    ptr: Ints  # where each group begins [groups + 1]


class SearchGraph(NamedTuple):
    """Arcs in CSR order: those out of each state stand together."""

    ptr: Ints  # where the arcs out of each state begin [states + 1]
    head: Ints  # state each arc leads to [arcs]


class Graph(NamedTuple):
    """A search graph whose arcs also say where they come from."""

    ptr: Ints  # where the arcs out of each state begin [states + 1]
    head: Ints  # state each arc leads to [arcs]
    tail: Ints  # state each arc comes from [arcs]


class Calendars(NamedTuple):
    """When each arc can be entered: its spans of time, in order."""

    spans: Ints  # columns SPAN [spans, 3]
    ptr: Ints  # where the spans of each arc begin [arcs + 1]


class Trip(NamedTuple):
    """Where and when a search begins, and where it ends."""

    starts: Ints  # states [starts]
    depart: int  # second
    is_goal: Bools  # [states]


NO_POINTS: Ints = np.empty((0, 4), np.int64)


class SearchLimits(NamedTuple):
    """What no label may exceed, and how many labels a search may hold."""

    last_arrival: int  # second
    transshipments: int
    labels: int
    beyond: Ints = NO_POINTS  # points no route is sought beyond: CRITERIA_COLUMNS [points, 4]


class Tolerances(NamedTuple):
    """By how much a route that a search leaves out may be better than one it returns."""

    money: float  # shares
    carbon: float
    risk: int  # sum of weights


NO_TOLERANCES = Tolerances(0.0, 0.0, 0)


class SpanColumns(NamedTuple):
    """Columns of the times an arc can be entered in, a row a span of int64 [spans, 3]."""

    start: int  # first second
    end: int  # first second no longer
    delay: int  # seconds of waiting after entering


class ArcColumns(NamedTuple):
    """Columns of what each arc adds to a label, a row an arc of int64 [arcs, 5 or more].

    Where there are more hazards than bits, further columns hold the words after the first; columns
    after those hold words of what a route may meet only once.
    """

    duration: int  # seconds; negative: no passage
    money: int
    carbon: int
    transshipments: int
    hazard_bits: int  # hazards met on the arc


class BoundColumns(NamedTuple):
    """Columns of the least that is still to come to the goal, a row a state of int64 [states, 4].

    UNREACHED where no route leads to the goal.
    """

    duration: int
    money: int
    carbon: int
    transshipments: int


class LabelColumns(NamedTuple):
    """Columns of the labels of a Pareto search, a row a label of int64 [labels, 9 or more].

    Further columns hold the words of hazards after the first, as in ArcColumns.
    """

    state: int
    second: int  # of arrival
    money: int
    carbon: int
    risk: int  # sum of the weights of the hazards met
    transshipments: int
    hazard_bits: int  # hazards met
    parent: int  # label it was made from; -1: a start
    arc: int  # taken from there; -1: a start


SPAN = SpanColumns(*range(3))
ARC = ArcColumns(*range(5))
BOUND = BoundColumns(*range(4))
LABEL = LabelColumns(*range(9))
CRITERIA_COLUMNS = slice(
    LABEL.second, LABEL.risk + 1
)  # columns of a label: time, money, carbon, risk


class DailyTrips(NamedTuple):
    """Trips that send the same every day [trips]."""

    class_: Ints  # trips of a class find every arc as expensive and as slow
    starts: Groups  # states each trip may start in
    goal: Ints
    hour_cents: Floats  # what an hour costs a unit
    t_per_day: Floats
    units_per_day: Floats


class DatedNetwork(NamedTuple):
    """A network and its trips over some days, whose arcs hazards may shut.

    A regime is what the calendar opens on a day. A goal is a set of states of a class.
    """

    graph: Graph
    weight: Ints  # generalised cost in cents, negative: shut [regimes, classes, arcs]
    seconds: Ints  # [regimes, classes, arcs]
    is_seasonal: Bools  # shut in some regime [classes, arcs]
    hazard_bits: Ints  # hazards that shut each arc [arcs]
    trips: DailyTrips
    goal_class: Ints  # [goals]
    is_goal: Bools  # [goals, states]
    bound: Ints  # least cents from each state to a goal [regimes, goals, states]
    regime_of_day: Ints  # [days]
    link_of_arc: Ints  # link a closure of the arc is put down to [arcs]
    link_of_hazard: Ints  # the same where the arc is not known [hazards]


class RouteBook(NamedTuple):
    """The routes found so far, each sought once.

    A slot of the hash table holds a question, which is a key (regime, goal and place) and the
    hazards the route must not meet, and the route that answers it. Slots are a power of two.
    """

    counts: Ints  # slots, routes and arcs in use [3], see COUNT
    slot_key: Ints  # [slots]
    slot_shut: Ints  # [slots]
    slot_route: Ints  # -1: empty [slots]
    cost: Ints  # cents of each route; UNREACHED: there is none [routes]
    seconds: Ints  # of each route, if nothing shuts on the way [routes]
    hazard_bits: Ints  # hazards each route could meet [routes]
    is_seasonal: Bools  # has an arc that is shut in some regime [routes]
    ptr: Ints  # where the arcs of each route begin [routes + 1]
    arcs: Ints


class CountPlaces(NamedTuple):
    """Places of what a book counts."""

    slots: int
    routes: int
    arcs: int


class Waiting(NamedTuple):
    """How long goods wait."""

    patience_days: int  # at a closure, before they turn
    limit_days: int  # in all, before they are lost


class Track(NamedTuple):
    """Where a unit went: its first passages of arcs, as many as there is room for."""

    arcs: Ints
    seconds: Ints  # at which it entered each


class ArcLimits(NamedTuple):
    """Which limits a unit takes room of on each arc."""

    rows: Groups  # limits, a group an arc
    times: Floats  # how often the arc passes each of these
    per_unit: Floats  # how much of each limit a unit takes each time [trips, limits]


class LossLimits(NamedTuple):
    """What trips bear [trips]."""

    waiting: Waiting
    max_extra_cents: Ints  # more than undisturbed, up to which a unit leaves
    lost_unit_cents: Ints  # what a unit counts that is lost


class Dispatches(NamedTuple):
    """What becomes of the units each trip sends each day [trips, days]."""

    outcome: Ints  # SERVED, STAYED, STRANDED of the kernel
    cents: Ints
    seconds: Ints  # until they arrive or are given up
    hazard_bits: Ints  # hazards that could stand on their routes


class Closures(NamedTuple):
    """Times in which hazards are at work, in order of the first day [closures]."""

    hazard: Ints
    first_day: Ints
    end_day: Ints  # first day open again


class ClosureYears(NamedTuple):
    """The closures of some years, end to end."""

    closures: Closures
    ptr: Ints  # where those of each year begin [years + 1]
    active: Ints  # bits of the hazards at work on each day [years, days]


class Losses(NamedTuple):
    """What closures cost in some years; simulated years are added to it."""

    by_trip: Floats  # columns TRIP_LOSS [years, trips, 4]
    by_closure: Floats  # columns CLOSURE_LOSS [closures of all years, 2]
    by_link: Floats  # cents [years, links]
    last_arrival: Ints  # last second a unit that met the closure arrives; -1: none [closures]


class TripLossColumns(NamedTuple):
    """Columns of the losses by trip."""

    extra_cents: int
    delay_t_s: int
    lost_units: int
    late_units: int


class ClosureLossColumns(NamedTuple):
    """Columns of the losses by closure, cents."""

    extra: int
    lost: int


COUNT = CountPlaces(*range(3))
TRIP_LOSS = TripLossColumns(*range(4))
CLOSURE_LOSS = ClosureLossColumns(*range(2))


class CongestedCosts(NamedTuple):
    """What a unit pays on each arc, by the volume on it (Bureau of Public Roads, 1964).

    ``free * (1 + factor * (volume / capacity) ** power) + fixed`` of its class.
    """

    free: Floats  # without traffic [arcs]
    factor: Floats  # share that is added where the volume is the capacity [arcs]
    capacity: Floats  # above 0 [arcs]
    power: Floats  # 0 or more [arcs]
    fixed: Floats  # whatever the volume [classes, arcs]


class ZoneTrips(NamedTuple):
    """Trips between zones, those of one class from one origin end to end: a bush each."""

    origin: Ints  # state [bushes]
    class_: Ints  # [bushes]
    destinations: Groups  # states other than the origin, a group a bush
    volume: Floats  # units to each destination


class Bushes(NamedTuple):
    """Arcs without a cycle from each origin, and the units on them.

    Arcs into the state at place i of the order stand from ``ptr[i]`` to before ``ptr[i + 1]``.
    """

    size: Ints  # states that are reached [bushes]
    order: Int32s  # states that are reached, tails before heads [bushes, states]
    ptr: Int32s  # [bushes, states + 1]
    arcs: Int32s  # [bushes, arcs]
    flows: Floats  # units on each of these arcs [bushes, arcs]


class AssignmentLimits(NamedTuple):
    """When an assignment ends."""

    gap_share: float  # relative gap that is good enough
    iterations: int  # most updates of all bushes


class Assignment(NamedTuple):
    """Volumes of an assignment, and what they cost."""

    bushes: Bushes
    volume: Floats  # units [classes, arcs]
    pair_costs: Floats  # of the cheapest route of each trip; inf: no route leads there [trips]
    trace: Floats  # columns TRACE, the last row at these volumes [updates, 2]


class TraceColumns(NamedTuple):
    """Columns of the trace of an assignment, a row an update of all bushes."""

    objective: int
    gap_share: int


TRACE = TraceColumns(*range(2))
