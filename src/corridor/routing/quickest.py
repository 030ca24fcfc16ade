"""Quickest: the route that half of the trips of a departure take least by, as lists order them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor.routing.conditions import CRITERIA
from corridor.routing.pareto import pareto_set
from corridor.routing.query import Query
from corridor.routing.route_tables import Spread
from corridor.routing.showing import USUAL, Showing, quickest_shown


class QuickestRoute(NamedTuple):
    """A route as arcs of the network's graph, and the spread of its hours."""

    arcs: list[int]
    spread: Spread


def quickest(query: Query, showing: Showing = USUAL) -> QuickestRoute | None:
    """Return the route that half of the trips take least by; null where there is none.

    It is the first of the list by all criteria that the same question has, with the same caps: see
    :mod:`corridor.routing.showing`. Sampled journeys miss openings that a plan just meets, so it is
    not always the route with the quickest plan.
    """
    pareto = pareto_set(query, np.ones(len(CRITERIA), bool), showing.tolerances)
    first = quickest_shown(pareto, showing)
    return None if first is None else QuickestRoute(pareto[first.row], first.spread)
