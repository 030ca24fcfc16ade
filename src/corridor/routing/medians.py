"""Medians: which of many routes half of the trips take least by, without sampling every route.

A sampled journey takes no less than the sum of what its arcs take where nothing is shut, draw by
draw. So the median of such sums is never more than that of the route, and they are cheap: an arc is
drawn once, and routes that begin alike are added up together. Routes are sampled in the order of
that bound until it is more than the least median.

Most routes need not even that. A median is no further below the mean than the mean deviation from
it, and the deviation of a sum is no more than the sum of deviations. So of each arc the mean less
the deviation is a number that adds up to a bound, and routes where that is more than the median of
one of them are not the quickest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridor.kernels import Floats, Ints
from corridor.kernels.records import LABEL
from corridor.routing.chains import labels_of_routes
from corridor.routing.itinerary import cost_usd, duration_h, legs
from corridor.routing.journeys import Least, least
from corridor.routing.order import time_order
from corridor.routing.pareto import ParetoSet
from corridor.routing.query import Query
from corridor.routing.route_tables import Spread, spreads
from corridor.units import HOUR_S

BLOCK = 256  # routes whose sums are held at once
ROUNDING_H = 0.02  # percentiles are in hundredths, sums in single precision


class Quickest(NamedTuple):
    """A route as a row of an exact set, and the spread of its hours."""

    row: int
    spread: Spread


def least_median(pareto: ParetoSet, rows: Sequence[int]) -> Quickest:
    """Return which of some routes comes first in a list by time; rows: at least one."""
    at = _hopeful(pareto, np.asarray(rows, np.int64))
    bounds_h = median_bounds_h(pareto, at)
    quickest: Quickest | None = None
    first = (math.inf, math.inf, math.inf)

    for place in np.argsort(bounds_h, kind="stable"):
        if quickest is not None and bounds_h[place] > first[0] + ROUNDING_H:
            break
        row = int(at[place])
        spread = spreads(pareto.query, [pareto[row]])[0]
        order = _order(pareto, row, spread)
        if quickest is None or order < first:
            quickest, first = Quickest(row, spread), order

    assert quickest is not None  # there are rows
    return quickest


def _hopeful(pareto: ParetoSet, rows: Ints) -> Ints:
    """Return the rows of routes that may have the least median, in their order."""
    lows_h = low_bounds_h(pareto, rows)
    first = int(rows[lows_h.argmin()])
    median_h = spreads(pareto.query, [pareto[first]])[0].time_p50_h
    if median_h is None:
        return rows
    hopeful: Ints = rows[lows_h <= median_h + ROUNDING_H]
    return hopeful


def low_bounds_h(pareto: ParetoSet, rows: Ints) -> Floats:
    """Return hours that bounds of medians are no less than, without a draw of any route [rows]."""
    query, labels = pareto.query, pareto.labels
    route, label = labels_of_routes(labels, pareto.goals[rows])
    arc = query.arc_of[labels[label, LABEL.arc]]

    arcs = np.flatnonzero(np.bincount(arc)).tolist()
    low_s = np.zeros(query.graph.arcs_count)
    low_s[arcs] = [of_arc.low_s for of_arc in _least_of(query, arcs)]
    sums_s = np.asarray(np.bincount(route, low_s[arc], len(rows)), np.float64)
    return sums_s / HOUR_S


def median_bounds_h(pareto: ParetoSet, rows: Ints) -> Floats:
    """Return hours that the median of each route is no less than, but for rounding [rows]."""
    middle = math.ceil(pareto.query.conditions.draws / 2) - 1
    blocks = [rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK)]
    bounds_s = [np.partition(_sums_s(pareto, block), middle, axis=1)[:, middle] for block in blocks]
    return np.concatenate(bounds_s, dtype=float) / HOUR_S


def _sums_s(pareto: ParetoSet, rows: Ints) -> NDArray[np.float32]:
    """Return the sums of what the arcs of each route take at least [rows, draws].

    Routes that begin alike are summed together until they part: the label before one is as many
    arcs further back from any goal, so it comes first.
    """
    query, labels = pareto.query, pareto.labels
    goals = pareto.goals[rows]
    from_goals_back = labels_of_routes(labels, goals)[1]
    passed = [*dict.fromkeys(from_goals_back[::-1].tolist())]
    arcs = query.arc_of[labels[passed, LABEL.arc]].tolist()

    sums_s: dict[int, NDArray[np.float32]] = {}
    start_s = np.zeros(query.conditions.draws, np.float32)
    before = labels[passed, LABEL.parent].tolist()
    for label, parent, of_arc in zip(passed, before, _least_of(query, arcs), strict=True):
        sums_s[label] = sums_s.get(parent, start_s) + of_arc.seconds
    return np.stack([sums_s.get(goal, start_s) for goal in goals.tolist()])


def _least_of(query: Query, arcs: Sequence[int]) -> list[Least]:
    """Return what arcs take of each journey of the question at least [arcs]."""
    return least(query, arcs, draws=query.conditions.draws, rng=query.conditions.rng)


def _order(pareto: ParetoSet, row: int, spread: Spread) -> tuple[float, float, float]:
    """Return what a route is ordered by, as in every list."""
    itinerary = legs(pareto.query, pareto[row])
    return time_order(
        {
            "time_p50_h": spread.time_p50_h,
            "time_h": duration_h(pareto.query, itinerary),
            "cost_usd": cost_usd(itinerary),
        }
    )
