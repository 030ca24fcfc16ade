"""The assignment under hard limits as one big linear programme over arcs, by HiGHS."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, csr_matrix

from corridor.flows.demand import part
from corridor.flows.programme import Programme
from corridor.kernels import Floats


class ArcOptimum(NamedTuple):
    """Objective a day, and the price of every limit."""

    usd: float
    row_usd: Floats


def arc_flow_optimum(programme: Programme, row_usd: Floats | None = None) -> ArcOptimum:
    """Return the least cost a day over flows on arcs.

    row_usd: prices that limits are paid at instead of being kept, which gives their dual value.
    """
    arrays = programme.arrays
    states = len(arrays.ptr) - 1
    capacities = programme.capacities
    costs: list[float] = []
    balance: list[tuple[int, int, float]] = []  # row, column, value
    limits: list[tuple[int, int, float]] = []
    demand: list[tuple[int, int, float]] = []
    rows = 0

    searches = [
        (class_, cargo, *search)
        for class_, cargo, of_kind in programme.searches
        for search in of_kind
    ]
    for class_, cargo, starts, trips in searches:
        trips = trips[programme.units_per_day[trips] > 0]
        weight = programme.weight[class_]
        for arc in np.flatnonzero(weight >= 0).tolist():
            column = len(costs)
            costs.append(weight[arc] / 100)
            balance.append((rows + arrays.tail[arc], column, -1.0))
            balance.append((rows + arrays.head[arc], column, 1.0))
            use = capacities.arcs_into_rows[arc].tocoo()
            for row, times in zip(use.col.tolist(), use.data.tolist(), strict=True):
                amount = times * capacities.per_unit[cargo, row]
                limits.append((row, column, amount))
                costs[column] += 0.0 if row_usd is None else amount * row_usd[row]
        for start in starts.tolist():
            balance.append((rows + start, len(costs), 1.0))
            costs.append(0.0)
        for trip in trips.tolist():
            for goal in part(arrays.goals, trip).tolist():
                balance.append((rows + goal, len(costs), -1.0))
                demand.append((trip, len(costs), 1.0))
                costs.append(0.0)
            demand.append((trip, len(costs), 1.0))
            costs.append(programme.most_usd[trip])
        rows += states

    return _solved(programme, np.array(costs), rows, balance, demand, limits, row_usd)


def _solved(
    programme: Programme,
    costs: Floats,
    rows: int,
    balance: list[tuple[int, int, float]],
    demand: list[tuple[int, int, float]],
    limits: list[tuple[int, int, float]],
    row_usd: Floats | None,
) -> ArcOptimum:
    units = programme.units_per_day
    equal = [*balance, *((rows + trip, column, one) for trip, column, one in demand)]
    keeps_limits = row_usd is None
    free = programme.capacities.free_per_day
    solved = linprog(
        costs,
        A_eq=_matrix(equal, (rows + len(units), len(costs))),
        b_eq=np.concatenate([np.zeros(rows), np.where(_has(demand, len(units)), units, 0.0)]),
        A_ub=_matrix(limits, (len(free), len(costs))) if keeps_limits and len(free) else None,
        b_ub=free if keeps_limits and len(free) else None,
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    assert solved.status == 0, solved.message

    if row_usd is not None:
        return ArcOptimum(float(solved.fun - row_usd @ free), row_usd)
    prices = -solved.ineqlin.marginals if len(free) else np.zeros(0)
    return ArcOptimum(float(solved.fun), prices)


def _has(demand: list[tuple[int, int, float]], trips: int) -> Floats:
    return np.isin(np.arange(trips), [trip for trip, _, _ in demand])


def _matrix(entries: list[tuple[int, int, float]], shape: tuple[int, int]) -> csr_matrix:
    row, column, value = (np.array(part) for part in zip(*entries, strict=True))
    return coo_matrix((value, (row.astype(int), column.astype(int))), shape=shape).tocsr()
