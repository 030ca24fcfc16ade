"""Turn-backs: routes that come back to a place they have left, and which places show it.

A route comes to each place once: it never rides a line out and back, by whatever link or service,
and what it passes it enters and leaves by different links. Between coming to a place and leaving it
goods may change layer there as often as they like. Only a trip that ends where it starts may come
back as it went.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from corridor.kernels import Bools, Ints
from corridor.kernels.records import LABEL
from corridor.network.graph import members_of, pointers
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.routing.chains import labels_of_routes
from corridor.routing.query import Query


class Loop(NamedTuple):
    """A part of a route that comes back to a place: its number, and the states between."""

    place: int
    states: frozenset[int]


class PlacesOfArcs(NamedTuple):
    """The places that every arc comes to, on its way or at its end, each once, in their order.

    ptr: where those of each arc begin [arcs + 1]; place: their numbers.
    """

    ptr: Ints
    place: Ints

    @property
    def arcs_count(self) -> int:
        """The number of arcs."""
        return len(self.ptr) - 1

    def of_arc(self, arc: int) -> Ints:
        """Return the places that an arc comes to."""
        return self.place[self.ptr[arc] : self.ptr[arc + 1]]

    def of_arcs(self, arcs: Ints) -> Ints:
        """Return the places that some arcs come to, one arc after the other."""
        places: Ints = self.place[members_of(self.ptr, arcs)]
        return places

    def counts(self) -> Ints:
        """Return how many places each arc comes to [arcs]."""
        return np.diff(self.ptr)

    def come_to(self, place: int) -> Bools:
        """Tell which arcs come to a place [arcs]."""
        arc = np.repeat(np.arange(self.arcs_count), self.counts())
        comes = np.zeros(self.arcs_count, bool)
        comes[arc[self.place == place]] = True
        return comes


def places_of_arcs(network: Network) -> PlacesOfArcs:
    """Return the places that every arc comes to, made once."""
    return network.once(Derived.ARC_PLACES.of(), lambda: _places_of_arcs(network))


def _places_of_arcs(network: Network) -> PlacesOfArcs:
    graph = network.graph
    end_of_direction = graph.link_ends[:, ::-1].ravel()  # of a run forward, of a run backward
    arc, direction = graph.runs_of_arcs

    # In order of arcs, and of places where an arc comes to several.
    places_count = len(graph.node_ids)
    pairs = np.sort(arc * places_count + end_of_direction[direction], kind="stable")
    is_first = np.diff(pairs, prepend=-1) != 0
    pairs = pairs[is_first]
    ptr = pointers(pairs // places_count, graph.arcs_count)
    return PlacesOfArcs(ptr, pairs % places_count)


def may_come_back(query: Query) -> bool:
    """Tell whether a trip ends where it starts, so that it must come back."""
    return query.origin == query.destination


def leads_back(query: Query) -> Bools:
    """Return which arcs only routes take that come to an end of the trip again [arcs].

    They come to the origin, pass the destination on their way, or leave it again.
    """
    graph = query.graph
    if may_come_back(query):
        return np.zeros(graph.arcs_count, bool)

    comes_to = places_of_arcs(query.network)
    origin = graph.node_ids.index(query.origin)
    destination = graph.node_ids.index(query.destination)
    moves = comes_to.counts() > 0
    starts_at_end = graph.state_node[graph.tail] == destination
    ends_at_end = graph.state_node[graph.head] == destination

    passes_end: Bools = comes_to.come_to(destination) & ~ends_at_end
    back: Bools = comes_to.come_to(origin) | passes_end | (moves & starts_at_end)
    return back


def turns_back(query: Query, labels: Ints, goals: Ints) -> Bools:
    """Tell which routes come to some place more than once [goals].

    labels: of a search; goals: rows of labels that routes end in.
    """
    if may_come_back(query):
        return np.zeros(len(goals), bool)

    places_count = len(query.graph.node_ids)
    origin = query.graph.node_ids.index(query.origin)
    starts = np.arange(len(goals)) * places_count + origin
    visits = _visits(query, labels, goals, places_count)

    in_order = np.sort(np.concatenate([starts, visits]))
    again = np.zeros(len(goals), bool)
    again[in_order[1:][in_order[1:] == in_order[:-1]] // places_count] = True
    return again


def _visits(query: Query, labels: Ints, goals: Ints, places_count: int) -> Ints:
    """Return which routes come to which places, as route x places + place [visits]."""
    comes_to = places_of_arcs(query.network)
    route, label = labels_of_routes(labels, goals)
    arc = query.arc_of[labels[label, LABEL.arc]]
    visits: Ints = np.repeat(route, comes_to.counts()[arc]) * places_count + comes_to.of_arcs(arc)
    return visits


def innermost_loop(query: Query, arcs: Sequence[int]) -> Loop | None:
    """Return the shortest part of a route that comes back to a place; null where none does."""
    graph = query.graph
    comes_to = places_of_arcs(query.network)
    last_seen: dict[int, int] = {}
    loops = []

    for step, arc in enumerate(arcs):
        for place in comes_to.of_arc(arc).tolist():
            if place in last_seen:
                loops.append((last_seen[place], step, place))
            last_seen[place] = step
    if not loops:
        return None

    first, last, place = min(loops, key=lambda loop: loop[1] - loop[0])
    return Loop(place, frozenset(int(graph.head[arc]) for arc in arcs[first:last]))
