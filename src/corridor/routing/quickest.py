"""Quickest: the route that half of the trips of a departure take least by, as lists order them."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np

from corridor.routing.conditions import CRITERIA
from corridor.routing.itinerary import cost_usd, duration_h, legs
from corridor.routing.order import time_order
from corridor.routing.pareto import pareto_set
from corridor.routing.query import Query
from corridor.routing.route_tables import Spread, spreads
from corridor.routing.search import best_route
from corridor.routing.showing import USUAL, Showing, choose
from corridor.units import HOUR_S

MAX_ROUTES = 10  # as a list shows


class Quickest(NamedTuple):
    """A route as arcs of the network's graph, and the spread of its hours."""

    arcs: list[int]
    spread: Spread


def quickest(query: Query, showing: Showing = USUAL) -> Quickest | None:
    """Return the route shown that half of the trips take least by; null where there is none.

    Sampled journeys miss openings that a plan just meets, so a route with the quickest plan is not
    always that one. Looked at are all routes whose plan takes no longer than half of the trips of
    the quickest plan.
    """
    planned = best_route(query, "time")
    if planned is None:
        return None

    spread = spreads(query, [planned.arcs])[0]
    until_h = max(planned.time_h, spread.time_p50_h or planned.time_h)
    others = _shown(_arriving(query, until_h), showing)

    by_number = spreads(query, others)
    routes = [Quickest(arcs, by_number[number]) for number, arcs in enumerate(others)]
    return min([Quickest(planned.arcs, spread), *routes], key=partial(_order, query))


def _order(query: Query, route: Quickest) -> tuple[float, float, float]:
    """Return what a route is ordered by, as in every list."""
    itinerary = legs(query, route.arcs)
    return time_order(
        {
            "time_p50_h": route.spread.time_p50_h,
            "time_h": duration_h(query, itinerary),
            "cost_usd": cost_usd(itinerary),
        }
    )


def _arriving(query: Query, within_h: float) -> Query:
    """Return a question for routes that arrive within some hours."""
    arrival_s = query.depart_s + math.ceil(within_h * HOUR_S)
    deadline_s = query.conditions.deadline_s
    last_s = arrival_s if deadline_s is None else min(arrival_s, deadline_s)
    return replace(query, conditions=replace(query.conditions, deadline_s=last_s))


def _shown(query: Query, showing: Showing) -> list[list[int]]:
    """Return the routes that a list shows of a question."""
    pareto = pareto_set(query, np.ones(len(CRITERIA), bool), showing.tolerances)
    return [pareto[row] for row in choose(pareto, showing, MAX_ROUTES).rows]
