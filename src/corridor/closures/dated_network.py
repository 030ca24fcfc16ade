"""Dated network: demand and hazards as the arrays that simulated years are walked on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor.flows.demand import DemandArrays, into, packed, part
from corridor.flows.least_routes import MIN_SEARCHES
from corridor.kernels import Bools, Ints
from corridor.kernels.records import DailyTrips, DatedNetwork, Graph, Groups
from corridor.network.coverage import WORD_HAZARDS, as_bits, covered_arcs
from corridor.network.hierarchies import MIN_STATES, layers_of, weighted
from corridor.units import CALENDAR_YEAR_DAYS


class Goals(NamedTuple):
    """Where trips end: a goal is a set of states of a class, shared by trips that end there.

    of_trip int64 [trips]; class_ int64 [goals]; is_goal bool [goals, states].
    """

    of_trip: Ints
    class_: Ints
    is_goal: Bools


def compile_dated_network(arrays: DemandArrays, links: Bools) -> DatedNetwork:
    """Return the network as :func:`corridor.kernels.states.simulate` takes it.

    links [hazards, links]: those that hazards may shut. Of more hazards than a word has bits no arc
    has any bit: see :mod:`corridor.closures.many_hazards`.
    """
    goals = _goals(arrays)
    arcs = covered_arcs(arrays.network, links)[:, arrays.arc_of]
    fits = len(links) <= WORD_HAZARDS
    return DatedNetwork(
        graph=Graph(arrays.ptr, arrays.head, arrays.tail),
        weight=arrays.weight,
        seconds=arrays.seconds,
        is_seasonal=np.asarray((arrays.weight < 0).any(axis=0)),
        hazard_bits=as_bits(arcs if fits else arcs[:0]),
        trips=_daily_trips(arrays, goals.of_trip),
        goal_class=goals.class_,
        is_goal=goals.is_goal,
        bound=_bounds(arrays, goals.class_, goals.is_goal),
        regime_of_day=arrays.regime_of_day,
        link_of_arc=_link_of_arc(arrays, links),
        link_of_hazard=_link_of_hazard(links),
    )


def _goals(arrays: DemandArrays) -> Goals:
    number_of: dict[tuple[int, ...], int] = {}
    of_trip = []
    for trip in range(arrays.trips.height):
        goal = (int(arrays.class_of[trip]), *part(arrays.goals, trip).tolist())
        of_trip.append(number_of.setdefault(goal, len(number_of)))

    is_goal = np.zeros((len(number_of), len(arrays.ptr) - 1), bool)
    for (_, *states), number in number_of.items():
        is_goal[number, states] = True

    classes = [class_ for class_, *_ in number_of]
    return Goals(np.array(of_trip, np.int64), np.array(classes, np.int64), is_goal)


def _daily_trips(arrays: DemandArrays, goal_of_trip: Ints) -> DailyTrips:
    """Return what trips send every day, the same all year."""
    units_per_day = arrays.units() / CALENDAR_YEAR_DAYS
    return DailyTrips(
        class_=arrays.class_of,
        starts=arrays.starts,
        goal=goal_of_trip,
        hour_cents=100 * arrays.column("hour_usd"),
        t_per_day=units_per_day * arrays.column("t_per_unit"),
        units_per_day=units_per_day,
    )


def _bounds(arrays: DemandArrays, goal_class: Ints, is_goal: Bools) -> Ints:
    """Return the least cents from each state to each goal int64 [regimes, goals, states]."""
    bound = np.empty((len(arrays.weight), *is_goal.shape), np.int64)
    for class_ in np.unique(goal_class).tolist():
        goals = np.flatnonzero(goal_class == class_)
        states = packed([np.flatnonzero(is_goal[goal]) for goal in goals])
        for regime, weight in enumerate(arrays.weight):
            least = _swept(arrays, weight[class_], states)
            bound[regime, goals] = (
                _searched(arrays, weight[class_], states) if least is None else least
            )
    return bound


def _swept(arrays: DemandArrays, weight: Ints, goals: Groups) -> Ints | None:
    """Return the least cents from each state to each goal by a hierarchy int64 [goals, states].

    Null where it does not pay, and where costs do not fit.
    """
    if len(arrays.ptr) - 1 < MIN_STATES or len(goals.ptr) - 1 < MIN_SEARCHES:
        return None
    from corridor.kernels import hierarchy
    from corridor.kernels.paths import UNREACHED

    layers = layers_of(arrays.network, arrays.ptr, arrays.head)
    forth = weighted(layers, weight)
    if forth is None:
        return None

    back = forth._replace(up_weight=forth.down_weight, down_weight=forth.up_weight)
    least, is_exact = hierarchy.distances(layers.hierarchy, back, layers.everywhere, *goals)
    if not is_exact:
        return None

    return np.where(least >= hierarchy.FAR, UNREACHED, least)


def _searched(arrays: DemandArrays, weight: Ints, goals: Groups) -> Ints:
    """Return the same by a search from each goal."""
    from corridor.kernels.paths import dijkstra_many

    backwards = into(arrays)
    tail = arrays.tail[backwards.numbers]
    least: Ints
    least, _ = dijkstra_many(backwards.ptr, tail, weight[backwards.numbers], *goals)
    return least


def _link_of_arc(arrays: DemandArrays, links: Bools) -> Ints:
    """Return the first link of each arc that a hazard may shut int64 [arcs]; 0: none."""
    runs = arrays.network.graph.runs
    is_covered: Bools = np.asarray(links.any(axis=0))
    return np.array(
        [
            next((link for link, _ in runs[arc] if is_covered[link]), 0)
            for arc in arrays.arc_of.tolist()
        ],
        np.int64,
    )


def _link_of_hazard(links: Bools) -> Ints:
    """Return the first link each hazard may shut int64 [hazards]; 0: none."""
    if not links.size:
        return np.zeros(len(links), np.int64)
    first: Ints = links.argmax(axis=1).astype(np.int64)
    return first
