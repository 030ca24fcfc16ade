"""Exposure: when the goods of a route come to links that hazards may shut, and how likely they do.

Goods come to an arc when they enter it, after what they wait for; a ride over several links meets
what is shut on them when it begins or when it ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress, groupby
from typing import NamedTuple

import numpy as np

from corridor.kernels import Bools, Floats, Ints
from corridor.kernels.records import LABEL
from corridor.network import hazards
from corridor.network.hazards import Visits
from corridor.routing.chains import labels_of_routes
from corridor.routing.itinerary import Leg
from corridor.routing.query import Query


class Exposure(NamedTuple):
    """The chance that goods meet a closure on a route, and the hazards they may meet there."""

    risk_share: float
    hazards_met: list[str]


def risk_share(query: Query, itinerary: Sequence[Leg]) -> float:
    """Return the chance that goods meet a closure on a route, given what is open on departure."""
    return exposures(query, [itinerary])[0].risk_share


def exposures(query: Query, itineraries: Sequence[Sequence[Leg]]) -> list[Exposure]:
    """Return what the goods of some routes may meet [routes]."""
    hazard_ids = query.network.frames["hazards"]["hazard_id"].to_list()
    return [
        Exposure(hazards.risk_share(float(weights.sum())), list(compress(hazard_ids, weights > 0)))
        for weights in _weights(query, itineraries)
    ]


def label_weights(query: Query, labels: Ints, goals: Ints) -> Ints:
    """Return the risk of routes by the days goods come by, in units of a search [goals].

    labels: of a search; goals: rows of labels that routes end in.
    """
    route, arc, at_s = _arcs_of_labels(query, labels, goals)
    weights = _weights_of_arcs(query, route, arc, at_s, len(goals))
    summed: Ints = np.rint(weights.sum(axis=1)).astype(np.int64)
    return summed


def _weights(query: Query, itineraries: Sequence[Sequence[Leg]]) -> Floats:
    """Return how each hazard weighs on some routes [routes, hazards]."""
    under_way_s = _under_way_s(query)
    visits: list[tuple[int, int, int]] = []
    for route, itinerary in enumerate(itineraries):
        for arc, ride in groupby(itinerary, key=lambda leg: leg.arc):
            stages = list(ride)
            arrive_s = stages[-1].arrive_s
            visits.append((route, arc, arrive_s - int(under_way_s[arc])))
            if len(stages) > 1:
                visits.append((route, arc, arrive_s))

    of_route, arcs, at_s = np.array(visits, np.int64).reshape(-1, 3).T
    return _weights_of_arcs(query, of_route, arcs, at_s, len(itineraries))


def _weights_of_arcs(query: Query, route: Ints, arc: Ints, at_s: Ints, routes: int) -> Floats:
    """Return how each hazard weighs on routes that come to arcs at some seconds [routes, hazards].

    route, arc, at_s: of each coming by [visits].
    """
    covered = hazards.arcs_covered(query.network)
    is_covered: Bools = np.asarray(covered.any(axis=0))
    on_covered = np.flatnonzero(is_covered[arc])
    hazard, place = np.nonzero(covered[:, arc[on_covered]])
    visit = on_covered[place]
    visits = Visits(route[visit], hazard, at_s[visit])
    return hazards.meeting_weights(query.network, query.depart_s, visits, routes)


def _arcs_of_labels(query: Query, labels: Ints, goals: Ints) -> Ints:
    """Return which routes come to which arcs when, int64 [3, visits]."""
    route, label = labels_of_routes(labels, goals)
    arc = query.arc_of[labels[label, LABEL.arc]]
    arrive_s = labels[label, LABEL.second]
    entries = np.stack([route, arc, arrive_s - _under_way_s(query)[arc]])

    is_long_ride = query.graph.runs.counts()[arc] > 1
    ends = np.stack([route, arc, arrive_s])[:, is_long_ride]
    return np.concatenate([entries, ends], axis=1)


def _under_way_s(query: Query) -> Ints:
    """Return how long each arc takes once entered, its wait for a departure apart [arcs]."""
    under_way_s: Ints = query.duration_s - query.costs.wait_s
    return under_way_s
