"""Exposure: when the goods of a route come to links that hazards may shut, and how likely they do.

Goods come to an arc when they enter it, after what they wait for; a ride over several links meets
what is shut on them when it begins or when it ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np

from corridor.kernels import Floats, Ints
from corridor.kernels.records import LABEL
from corridor.network import hazards
from corridor.network.hazards import Visits
from corridor.routing.itinerary import Leg
from corridor.routing.query import Query


def risk_share(query: Query, itinerary: Sequence[Leg]) -> float:
    """Return the chance that goods meet a closure on a route, given what is open on departure."""
    return hazards.risk_share(float(_weights(query, itinerary).sum()))


def hazards_met(query: Query, itinerary: Sequence[Leg]) -> list[str]:
    """Return the hazards that the goods of a route may meet."""
    is_met = _weights(query, itinerary) > 0
    return [
        row["hazard_id"]
        for row, met in zip(query.network.rows("hazards"), is_met, strict=True)
        if met
    ]


def label_weights(query: Query, labels: Ints, goals: Ints) -> Ints:
    """Return the risk of routes by the days goods come by, in units of a search [goals].

    labels: of a search; goals: rows of labels that routes end in.
    """
    at_arcs = [np.zeros((3, 0), np.int64), *_arcs_of_labels(query, labels, goals)]
    route, arc, at_s = np.concatenate(at_arcs, axis=1)
    weights = _weights_of_arcs(query, route, arc, at_s, len(goals))
    summed: Ints = np.rint(weights.sum(axis=1)).astype(np.int64)
    return summed


def _weights(query: Query, itinerary: Sequence[Leg]) -> Floats:
    """Return how each hazard weighs on a route [hazards]."""
    under_way_s = _under_way_s(query)
    arc = []
    at_s = []
    for number, ride in groupby(itinerary, key=lambda leg: leg.arc):
        stages = list(ride)
        arrive_s = stages[-1].arrive_s
        arc.append(number)
        at_s.append(arrive_s - int(under_way_s[number]))
        if len(stages) > 1:
            arc.append(number)
            at_s.append(arrive_s)

    route = np.zeros(len(arc), np.int64)
    arcs = np.array(arc, np.int64)
    seconds = np.array(at_s, np.int64)
    of_route: Floats = _weights_of_arcs(query, route, arcs, seconds, 1)[0]
    return of_route


def _weights_of_arcs(query: Query, route: Ints, arc: Ints, at_s: Ints, routes: int) -> Floats:
    """Return how each hazard weighs on routes that come to arcs at some seconds [routes, hazards].

    route, arc, at_s: of each coming by [visits].
    """
    covered = hazards.arcs_covered(query.network)[:, arc]
    hazard, visit = np.nonzero(covered)
    visits = Visits(route[visit], hazard, at_s[visit])
    return hazards.meeting_weights(query.network, query.depart_s, visits, routes)


def _arcs_of_labels(query: Query, labels: Ints, goals: Ints) -> Iterator[Ints]:
    """Yield which routes come to which arcs when, int64 [3, visits], a step at a time."""
    under_way_s = _under_way_s(query)
    is_long_ride = query.graph.runs.counts() > 1
    route = np.arange(len(goals))
    label = np.asarray(goals, np.int64)

    while True:
        parent = labels[label, LABEL.parent]
        goes_on = parent >= 0
        if not goes_on.any():
            return

        route = route[goes_on]
        label = label[goes_on]
        parent = parent[goes_on]
        arc = query.arc_of[labels[label, LABEL.arc]]
        arrive_s = labels[label, LABEL.second]
        yield np.stack([route, arc, arrive_s - under_way_s[arc]])

        is_long = is_long_ride[arc]
        yield np.stack([route[is_long], arc[is_long], arrive_s[is_long]])
        label = parent


def _under_way_s(query: Query) -> Ints:
    """Return how long each arc takes once entered, its wait for a departure apart [arcs]."""
    under_way_s: Ints = query.duration_s - query.costs.wait_s
    return under_way_s
