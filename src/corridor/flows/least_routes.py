"""Least routes: the route of every trip that weighs the least, at weights of arcs of one day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from corridor.flows.demand import DemandArrays, packed, part
from corridor.kernels import Ints
from corridor.kernels.records import Groups
from corridor.network.hierarchies import MIN_STATES, Layers, layers_of

MAX_TOGETHER = 16  # searches of which the trees are held at once
MIN_SEARCHES = 300  # which take as long as a hierarchy takes to make


class Search(NamedTuple):
    """States from which one search is enough for some trips, and the numbers of these trips."""

    starts: Ints
    trips: Ints


class LeastRoute(NamedTuple):
    """The route of a trip: what it weighs, and its arcs in CSR order, first arc first."""

    trip: int
    weight: int
    arcs: list[int]


def least_routes(
    arrays: DemandArrays, weight: Ints, searches: Sequence[Search], *, rounds: int = 1
) -> Iterator[LeastRoute]:
    """Yield the route of every trip that has one, search by search.

    Many routes on a large network are read off its hierarchy, the others searched; they are the
    same. Where arcs weigh nothing, weights do not say which of equal routes a search takes.

    Parameters
    ----------
    arrays
        The demand on the network.
    weight
        Of every arc int64 [arcs], negative: no passage.
    searches
        The trips asked about.
    rounds
        How often, roughly, they will be asked about, each time at other weights.
    """
    is_large = len(arrays.ptr) - 1 >= MIN_STATES
    if is_large and rounds * len(searches) >= MIN_SEARCHES and not (weight == 0).any():
        layers = layers_of(arrays.network, arrays.ptr, arrays.head)
        return _from_layers(layers, arrays, weight, searches)
    return _from_searches(arrays, weight, searches)


def _from_layers(
    layers: Layers, arrays: DemandArrays, weight: Ints, searches: Sequence[Search]
) -> Iterator[LeastRoute]:
    """Yield the routes by a hierarchy."""
    from corridor.kernels import routes
    from corridor.kernels.paths import UNREACHED

    trips = [trip for search in searches for trip in search.trips.tolist()]
    ends = routes.Ends(
        starts=_packed([search.starts for search in searches]),
        ptr=np.cumsum([0, *(len(search.trips) for search in searches)]).astype(np.int64),
        goals=_packed([part(arrays.goals, trip) for trip in trips]),
    )
    distance, arcs = routes.least_routes(
        layers.hierarchy,
        routes.weigh_shortcuts(layers.hierarchy, weight),
        layers.arcs_into,
        arrays.tail,
        weight,
        ends,
    )

    for number, (trip, least) in enumerate(zip(trips, distance.tolist(), strict=True)):
        if least < UNREACHED:
            yield LeastRoute(trip, least, part(arcs, number).tolist())


def _packed(groups: Sequence[Ints]) -> Groups:
    """Return groups of states end to end."""
    return packed([group.tolist() for group in groups])


def _from_searches(
    arrays: DemandArrays, weight: Ints, searches: Sequence[Search]
) -> Iterator[LeastRoute]:
    """Yield the routes by one search after the other, so many on one layout of the arcs."""
    for first in range(0, len(searches), MAX_TOGETHER):
        yield from _from_some(arrays, weight, searches[first : first + MAX_TOGETHER])


def _from_some(
    arrays: DemandArrays, weight: Ints, searches: Sequence[Search]
) -> Iterator[LeastRoute]:
    """Yield the routes of a few searches."""
    from corridor.kernels.paths import UNREACHED, dijkstra_many

    starts = _packed([search.starts for search in searches])
    trees = dijkstra_many(arrays.ptr, arrays.head, weight, starts.numbers, starts.ptr)
    for search, distance, arc_into in zip(searches, *trees, strict=True):
        for trip in search.trips.tolist():
            goals = part(arrays.goals, trip)
            if not len(goals):
                continue
            goal = int(goals[distance[goals].argmin()])
            if distance[goal] < UNREACHED:
                yield LeastRoute(trip, int(distance[goal]), arcs_to(goal, arc_into, arrays.tail))


def arcs_to(state: int, arc_into: Ints, tail: Ints) -> list[int]:
    """Return the arcs of a tree that lead to a state, first arc first."""
    into = memoryview(arc_into)  # type: ignore[arg-type]
    tails = memoryview(tail)  # type: ignore[arg-type]
    arcs = []
    arc = into[state]
    while arc >= 0:
        arcs.append(arc)
        arc = into[tails[arc]]
    return arcs[::-1]
