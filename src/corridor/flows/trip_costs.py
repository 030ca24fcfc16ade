"""Trip costs: the money and hours of a unit of every trip, mean of the routes it takes.

Hours in queues and on full roads are counted; what a slot is worth is not, since nobody has been
paid for it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor.flows.programme import Column, Programme
from corridor.flows.solution import Solution
from corridor.kernels import Floats
from corridor.units import HOUR_S

CENTS = 100


class TripCosts(NamedTuple):
    """What a unit of every trip pays and how long it takes; NaN where there is no route [trips]."""

    cost_usd: Floats
    time_h: Floats


def undisturbed_costs(programme: Programme) -> TripCosts:
    """Return what trips cost where nobody else is on the network."""
    no_use = np.zeros(len(programme.capacities.rows))
    return _of_cheapest(programme, no_use, no_use)


def taken_costs(programme: Programme, solution: Solution) -> TripCosts:
    """Return the mean over the routes that trips take; where none goes, the cheapest route's."""
    optimum = solution.optimum
    trips = np.array([column.trip for column in solution.columns], np.int64)
    count = len(programme.units_per_day)
    goes = np.bincount(trips, optimum.units, minlength=count)
    figures = _of_columns(programme, solution.columns, programme.congestion.hours(optimum.use))
    cheapest = _of_cheapest(programme, optimum.row_usd, optimum.use)

    means = []
    for of_routes, of_cheapest in zip(figures, cheapest, strict=True):
        sums = np.bincount(trips, optimum.units * of_routes, minlength=count)
        means.append(np.divide(sums, goes, out=of_cheapest.copy(), where=goes > 0))
    return TripCosts(*means)


def _of_cheapest(programme: Programme, row_usd: Floats, use: Floats) -> TripCosts:
    """Return the money and hours of every trip's cheapest route at prices of limits."""
    searched = programme.cheapest(row_usd)
    columns = [
        programme.column(trip, arcs) for trip, arcs in enumerate(searched.arcs) if arcs is not None
    ]
    figures = _of_columns(programme, columns, programme.congestion.hours(use))
    trips = [column.trip for column in columns]

    costs = []
    for of_routes in figures:
        of_trips = np.full(len(searched.arcs), np.nan)
        of_trips[trips] = of_routes
        costs.append(of_trips)
    return TripCosts(*costs)


def _of_columns(programme: Programme, columns: list[Column], row_h: Floats) -> TripCosts:
    """Return the money and hours of routes. row_h: hours that each limit adds [rows]."""
    arrays = programme.arrays
    regime = arrays.regime_of_day[0]
    cents = np.zeros(len(columns))
    hours = np.zeros(len(columns))
    for number, column in enumerate(columns):
        class_ = arrays.class_of[column.trip]
        arcs = list(column.arcs)
        cents[number] = arrays.cents[class_, arcs].sum()
        hours[number] = arrays.seconds[regime, class_, arcs].sum() / HOUR_S
        hours[number] += (_passings(programme, column) * row_h[column.rows]).sum()
    return TripCosts(cents / CENTS, hours)


def _passings(programme: Programme, column: Column) -> Floats:
    """Return how many times a unit passes each limit of its route."""
    cargo = programme.capacities.cargo_of[column.trip]
    return np.asarray(column.uses / programme.capacities.per_unit[cargo][column.rows])
