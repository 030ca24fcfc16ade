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
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.routing.query import Query


class Loop(NamedTuple):
    """A part of a route that comes back to a place: its number, and the states between."""

    place: int
    states: frozenset[int]


def places_of_arcs(network: Network) -> Bools:
    """Return the places that every arc comes to, on its way or at its end [arcs, places]."""
    return network.once(Derived.ARC_PLACES.of(), lambda: _places_of_arcs(network))


def _places_of_arcs(network: Network) -> Bools:
    graph = network.graph
    links = network.rows("links")
    place = {node_id: number for number, node_id in enumerate(graph.node_ids)}
    comes_to = np.zeros((graph.arcs_count, len(graph.node_ids)), bool)

    for arc, runs in enumerate(graph.runs):
        for run in runs:
            link = links[run.link]
            comes_to[arc, place[link["to_node_id" if run.is_forward else "from_node_id"]]] = True
    return comes_to


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
    moves = comes_to.any(axis=1)
    starts_at_end = graph.state_node[graph.tail] == destination
    ends_at_end = graph.state_node[graph.head] == destination

    passes_end: Bools = comes_to[:, destination] & ~ends_at_end
    back: Bools = comes_to[:, origin] | passes_end | (moves & starts_at_end)
    return back


def turns_back(query: Query, labels: Ints, goals: Ints) -> Bools:
    """Tell which routes come to some place more than once [goals].

    labels: of a search; goals: rows of labels that routes end in.
    """
    if may_come_back(query):
        return np.zeros(len(goals), bool)

    comes_to = places_of_arcs(query.network)
    visits = np.zeros((len(goals), comes_to.shape[1]), np.int32)
    visits[:, query.graph.node_ids.index(query.origin)] = 1

    route = np.arange(len(goals))
    label = np.asarray(goals, np.int64)
    while len(route):
        goes_on = labels[label, LABEL.parent] >= 0
        route = route[goes_on]
        label = label[goes_on]
        visits[route] += comes_to[query.arc_of[labels[label, LABEL.arc]]]
        label = labels[label, LABEL.parent]

    again: Bools = np.any(visits > 1, axis=1)
    return again


def innermost_loop(query: Query, arcs: Sequence[int]) -> Loop | None:
    """Return the shortest part of a route that comes back to a place; null where none does."""
    graph = query.graph
    comes_to = places_of_arcs(query.network)
    last_seen: dict[int, int] = {}
    loops = []

    for step, arc in enumerate(arcs):
        for place in np.flatnonzero(comes_to[arc]).tolist():
            if place in last_seen:
                loops.append((last_seen[place], step, place))
            last_seen[place] = step
    if not loops:
        return None

    first, last, place = min(loops, key=lambda loop: loop[1] - loop[0])
    return Loop(place, frozenset(int(graph.head[arc]) for arc in arcs[first:last]))
