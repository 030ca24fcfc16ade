"""Hazards: closures that may happen, on which links, and how they weigh in a search.

What is shut when goods leave is a fact of the scenario; a hazard is what may shut later. A search
needs one number for each hazard, whenever goods come by; the risk of a route then counts the days
it comes by (docs/decisions/057-risk.md).
"""

from __future__ import annotations

import datetime as dt
import math
from typing import NamedTuple

import numpy as np

from corridor.kernels import Bools, Floats, Ints
from corridor.network.calendar import day_of
from corridor.network.closure_chances import (
    ClosureLaw,
    ahead_shares,
    closure_law,
    closures_on_each,
)
from corridor.network.coverage import covered_arcs, covered_links
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.units import DAY_S

WEIGHT_UNIT = 1e-9  # of -log(1 - chance)


def links_covered(network: Network) -> Bools:
    """Tell which of the network's own hazards may shut which links [hazards, links]."""
    return network.once(
        Derived.HAZARD_LINKS.of(), lambda: covered_links(network, network.frames["hazards"])
    )


def arcs_covered(network: Network) -> Bools:
    """Tell which hazards may shut which arcs of the graph [hazards, arcs]."""
    return network.once(
        Derived.HAZARD_ARCS.of(), lambda: covered_arcs(network, links_covered(network))
    )


def laws(network: Network) -> list[ClosureLaw]:
    """Return how closures of each hazard begin and last [hazards]."""
    return network.once(
        Derived.CLOSURE_LAWS.of(), lambda: [closure_law(row) for row in network.rows("hazards")]
    )


def weights(network: Network, depart_s: int) -> Ints:
    """Return how every hazard weighs in a search, for a departure, in units of 1e-9 [hazards].

    -log(1 - chance), so that the chances of hazards add up; the chance that a hazard which is open
    on departure shuts its links later, mean over 30 days.
    """
    day = day_of(depart_s)
    return network.once(Derived.HAZARD_WEIGHTS.of(day), lambda: _weights(network, day))


def _weights(network: Network, day: dt.date) -> Ints:
    alike = list(dict.fromkeys(laws(network)))  # hazards of one law weigh alike
    share_of = dict(zip(alike, ahead_shares(alike, day).tolist(), strict=True))
    chances = (min(share_of[law], 1 - 1e-9) for law in laws(network))
    return np.array([round(-math.log1p(-chance) / WEIGHT_UNIT) for chance in chances], np.int64)


def risk_share(weight: float) -> float:
    """Return the chance that at least one hazard strikes, from the sum of their weights."""
    return 0.0 - math.expm1(-weight * WEIGHT_UNIT)  # 0, not -0, where none may strike


class Visits(NamedTuple):
    """When goods come to links that hazards may shut [visits].

    route: number of the route. hazard: row of ``hazards``. at_s: second.
    """

    route: Ints
    hazard: Ints
    at_s: Ints


def meeting_weights(network: Network, depart_s: int, visits: Visits, routes: int) -> Floats:
    """Return how each hazard weighs on each route by the days goods come by [routes, hazards].

    -log(1 - chance) in units of 1e-9, where the chance is that of coming to a link of the hazard
    while it shuts it, for goods that leave while it does not. A closure that began after the visit
    before and is still on is met at this one, so no closure counts twice.
    """
    order = np.lexsort((visits.at_s, visits.route, visits.hazard))
    route = visits.route[order]
    hazard = visits.hazard[order]
    at_s = visits.at_s[order]

    is_next = np.zeros(len(order), bool)
    is_next[1:] = (hazard[1:] == hazard[:-1]) & (route[1:] == route[:-1])
    since_s = np.where(is_next, np.roll(at_s, 1), depart_s)
    expected = closures_on_each(laws(network), hazard, since_s / DAY_S, at_s / DAY_S)

    hazards = network.frames["hazards"].height
    cell = route * hazards + hazard
    summed = np.bincount(cell, expected / WEIGHT_UNIT, routes * hazards)
    return np.asarray(summed, np.float64).reshape(routes, hazards)
