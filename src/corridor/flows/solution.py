"""Solution: routes are priced in until no assignment can cost less by more than the gap asked for.

Source: column generation with the dual bound at the prices of limits, as in Larsson and Patriksson
(1999), Transportation Research B 33, 233-264, for traffic with side constraints.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from corridor import stopping
from corridor.flows.master import Master, Optimum
from corridor.flows.programme import CheapestRoutes, Column, Programme
from corridor.steps import tell_step

MIN_SAVING = 1e-12  # of what a unit pays, that a new route must save to be added


class Iteration(NamedTuple):
    """One step: the objective, the bound and the gap between them, and the routes there are.

    Of dispersed choice there is no bound; its gap is how far routes are off their shares.
    """

    objective_usd: float
    bound_usd: float | None
    gap_share: float
    routes: int


@dataclass(frozen=True, eq=False)
class Solution:
    """The best assignment found, a day: its routes with their units, prices and the way there.

    converged: the last gap is not above the one asked for.
    """

    columns: list[Column]
    optimum: Optimum
    trace: list[Iteration]
    converged: bool


def solve(
    programme: Programme,
    routes: Iterable[tuple[int, tuple[int, ...]]],
    *,
    gap_share: float,
    max_iterations: int,
) -> Solution:
    """Return the assignment of least cost.

    routes: trip and arcs of routes known from an earlier assignment, to start with.
    """
    master = _start(programme, routes)
    trace: list[Iteration] = []
    bound_usd = -np.inf

    for number in range(max_iterations):
        stopping.raise_if_stopped()
        tell_step("rounds of assignment", number, max_iterations)
        optimum = _even_out(programme, master.columns, master.solve())
        searched = programme.cheapest(optimum.row_usd)

        bound_usd = max(bound_usd, programme.bound_usd(optimum.row_usd, searched))
        objective_usd = programme.objective_usd(master.columns, optimum.units, optimum.unserved)
        gap = relative_gap(objective_usd, bound_usd)
        trace.append(Iteration(objective_usd, bound_usd, gap, len(master.columns)))
        if gap <= gap_share or not _grow(master, optimum, searched):
            break
    columns = master.columns[: len(optimum.units)]  # those the last optimum knew
    return Solution(columns, optimum, trace, trace[-1].gap_share <= gap_share)


def relative_gap(objective_usd: float, bound_usd: float) -> float:
    """Return by which share of itself an objective is above a bound; 0 where both are nothing."""
    if objective_usd == 0:
        return 0.0
    return max(0.0, (objective_usd - bound_usd) / abs(objective_usd))


def _start(programme: Programme, routes: Iterable[tuple[int, tuple[int, ...]]]) -> Master:
    """Return the master with routes known before and the cheapest ones on empty roads."""
    master = Master(programme)
    for trip, arcs in routes:
        if programme.units_per_day[trip] > 0 and programme.is_open(trip, arcs):
            master.add_column(trip, arcs)

    background = programme.capacities.background_per_day
    searched = programme.cheapest(programme.congestion.price_usd(background))
    for trip, arcs_or_none in enumerate(searched.arcs):
        if arcs_or_none is not None and programme.units_per_day[trip] > 0:
            master.add_column(trip, arcs_or_none)
    return master


def _grow(master: Master, optimum: Optimum, searched: CheapestRoutes) -> bool:
    """Add cheaper routes and tangents to the master and tell whether anything is new."""
    programme = master.programme
    is_new = False
    for trip, arcs in enumerate(searched.arcs):
        if arcs is None or programme.units_per_day[trip] <= 0:
            continue
        pays_usd = optimum.trip_usd[trip]
        if searched.usd[trip] < pays_usd * (1 - MIN_SAVING):
            is_new |= master.add_column(trip, arcs)

    if programme.congestion.is_felt.any():
        master.add_tangents(optimum.use)
        is_new = True
    return is_new


def _even_out(programme: Programme, columns: list[Column], optimum: Optimum) -> Optimum:
    """Return an optimum whose routes and stays sum to the demand of each trip to the last digit."""
    trips = np.array([column.trip for column in columns], np.int64)
    count = len(programme.units_per_day)
    sums = np.bincount(trips, optimum.units, minlength=count) + optimum.unserved
    factor = np.divide(programme.units_per_day, sums, out=np.ones(count), where=sums > 0)

    units = optimum.units * factor[trips]
    unserved = optimum.unserved * factor
    use = programme.use_per_day(columns, units)
    return optimum._replace(units=units, unserved=unserved, use=use)
