"""Dispersed choice: demand spreads over its routes by what they cost, under the same limits.

Shares of routes are a logit with path sizes, so that routes which overlap do not count twice.
Prices of limits are the maximum of a concave function, found by Newton's method: at it the flows
that prices give use what the prices stand for.

Source: Fisk (1980), Transportation Research B 14, for the programme; Bell (1995), Transportation
Research B 29, for limits; Ben-Akiva and Bierlaire (1999), in Hall (ed.), Handbook of Transportation
Science, for the path size; de la Barra, Perez and Anez (1993), PTRC Summer Annual Meeting, for
routes by penalties.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from corridor import stopping
from corridor.flows.master import Optimum
from corridor.flows.programme import Column, Programme
from corridor.flows.solution import Iteration, Solution
from corridor.kernels import Floats, Ints

# A route that is one share dearer than the cheapest of its row of demand takes exp(-scale x share)
# as much as that: by an estimate (C) 10 % dearer, 37 % as much. No scale of overland freight routes
# was found published (docs/decisions/078); Tavasszy et al. (2011), Journal of Transport Geography
# 19, spread containers by the same form.
SCALE = 10.0
ROUNDS = 6  # searches for further routes of each row of demand
PENALTY = 1.25  # on arcs of the routes known, each round
# Demand stays all or nothing where its mean cost passes what it would pay: within a hundredth of
# the difference to the undisturbed cost.
SHARPNESS = 100.0
MIN_DAMPING = 1e-9
MAX_DAMPINGS = 25
TINY = 1e-12


class _Choice(NamedTuple):
    """What is chosen at prices of limits.

    units: a day by each route. stays: units a day of each trip that stay. mean_usd: what a trip
    pays on all its routes together (logsum). use: of every limit, others included. value: the
    concave function.
    """

    units: Floats
    stays: Floats
    mean_usd: Floats
    use: Floats
    value: float


def disperse(
    programme: Programme,
    columns: list[Column],
    *,
    scale: float,
    gap_share: float,
    max_iterations: int,
) -> Solution:
    """Return the demand spread over some routes and further ones.

    columns: routes to begin with. gap_share: how much of a row of demand a route may differ from
    its share at the costs that the flows themselves make.
    """
    model = _Model(programme, _route_set(programme, columns), scale)
    row_usd = model.least_usd.copy()
    trace = []

    for _ in range(max_iterations):
        stopping.raise_if_stopped()
        choice = model.choose(row_usd)
        residual = model.residual(row_usd, choice)
        cost_usd = programme.objective_usd(model.columns, choice.units, choice.stays)
        trace.append(Iteration(cost_usd, None, residual, len(model.columns)))
        if residual <= gap_share:
            break
        row_usd = model.step(row_usd, choice)

    optimum = Optimum(choice.units, choice.stays, choice.use, row_usd, choice.mean_usd)
    return Solution(model.columns, optimum, trace, trace[-1].gap_share <= gap_share)


class _Model:
    """The logit over fixed routes, as functions of the prices of limits."""

    def __init__(self, programme: Programme, columns: list[Column], scale: float) -> None:
        self.programme = programme
        self.columns = columns
        self.trip = np.array([column.trip for column in columns], np.int64)
        self.usd = np.array([column.usd for column in columns])
        self.uses = np.zeros((len(columns), len(programme.capacities.rows)))
        for number, column in enumerate(columns):
            self.uses[number, column.rows] = column.uses

        has_route = np.isfinite(programme.undisturbed_usd)
        least_usd = np.maximum(np.where(has_route, programme.undisturbed_usd, 1.0), 1e-9)
        extra_usd = np.where(has_route, programme.most_usd - least_usd, 1.0)
        self.per_usd = scale / least_usd
        self.stay_per_usd = SHARPNESS / np.maximum(extra_usd, 1e-3 * least_usd)
        self.damping = 1.0
        self.usual_usd = self._usual_usd(extra_usd)
        self.log_size = np.log(path_sizes(programme, columns))
        self.background = programme.capacities.background_per_day
        self.full = self.background + programme.capacities.free_per_day
        self.is_felt = programme.congestion.is_felt
        self.least_usd = programme.congestion.price_usd(self.background)
        self.full_usd = programme.congestion.price_usd(self.full)  # above it a limit is only full

    def _usual_usd(self, extra_usd: Floats) -> Floats:
        """Return how much the price of each limit may be, as far as demand would pay for it."""
        pays = np.divide(
            extra_usd[self.trip][:, None],
            self.uses,
            out=np.zeros(self.uses.shape),
            where=self.uses > 0,
        )
        return np.asarray(np.maximum(pays.max(axis=0, initial=0.0), 1e-6))

    def choose(self, row_usd: Floats) -> _Choice:
        """Return what is chosen at prices of limits [rows]."""
        programme = self.programme
        count = len(programme.units_per_day)
        costs = self.usd + self.uses @ row_usd
        weight = self.log_size - self.per_usd[self.trip] * costs

        top = np.full(count, -np.inf)
        np.maximum.at(top, self.trip, weight)
        shifted = np.exp(weight - top[self.trip])
        sums = np.bincount(self.trip, shifted, minlength=count)
        has_route = sums > 0
        logsum = np.where(has_route, top + np.log(np.where(has_route, sums, 1.0)), 0.0)
        mean_usd = np.where(has_route, -logsum / self.per_usd, 0.0)

        goes, paid_usd = self._goes(mean_usd)
        units_of_trip = programme.units_per_day * goes
        units = units_of_trip[self.trip] * shifted / sums[self.trip]
        use = self.background + units @ self.uses
        carried = self._carried(row_usd)
        rows_usd = programme.congestion_usd(carried) - row_usd * (carried - self.background)
        value = float(programme.units_per_day @ paid_usd + rows_usd.sum())
        return _Choice(units, programme.units_per_day - units_of_trip, mean_usd, use, value)

    def residual(self, row_usd: Floats, choice: _Choice) -> float:
        """Return by how much of its row of demand a route is off its share at its own costs.

        Its own costs: congestion of the use that all routes make, and the price of what is full.
        What passes a limit counts too, as a share of it.
        """
        within = np.minimum(choice.use, self.full)
        hours_usd = self.programme.congestion.price_usd(within)
        own_usd = hours_usd + np.maximum(row_usd - self.full_usd, 0.0)

        again = self.choose(own_usd)
        demand = self.programme.units_per_day[self.trip]
        differs = np.abs(again.units - choice.units) / np.where(demand > 0, demand, 1.0)
        beyond = np.maximum(choice.use - self.full, 0.0) / np.maximum(self.full, 1e-9)
        idle = (row_usd > self.full_usd) * np.maximum(self.full - choice.use, 0.0)
        idle_share = idle / np.maximum(self.full, 1e-9)
        return float(
            max(differs.max(initial=0.0), beyond.max(initial=0.0), idle_share.max(initial=0))
        )

    def step(self, row_usd: Floats, choice: _Choice) -> Floats:
        """Return better prices: a Newton step, damped until the function grows.

        The function bends where a limit gets full: no step passes there without a stop.
        """
        gradient = choice.use - self._carried(row_usd)
        is_free = (row_usd > self.least_usd) | (gradient > 0)
        hessian = self._hessian(row_usd, choice)[np.ix_(is_free, is_free)]
        # Where nothing reacts yet, a price moves by no more than goods would pay.
        usual = np.diag(hessian) + np.abs(gradient[is_free]) / self.usual_usd[is_free]

        for _ in range(MAX_DAMPINGS):
            direction = np.zeros(len(row_usd))
            damped = hessian + np.diag(self.damping * usual + TINY)
            direction[is_free] = np.linalg.solve(damped, gradient[is_free])
            trial = np.maximum(self.least_usd, row_usd + direction)
            passes = (trial - self.full_usd) * (row_usd - self.full_usd) < 0
            trial = np.where(passes, self.full_usd, trial)

            gain = gradient @ (trial - row_usd)
            if self.choose(trial).value >= choice.value + 1e-4 * gain - 1e-13 * abs(choice.value):
                self.damping = max(self.damping / 10, MIN_DAMPING)
                return trial
            self.damping *= 10
        return row_usd

    def _goes(self, mean_usd: Floats) -> tuple[Floats, Floats]:
        """Return the share of each trip that goes, and what its units pay on the mean."""
        rate = self.stay_per_usd
        difference = rate * (mean_usd - self.programme.most_usd)
        goes = np.exp(-np.logaddexp(0.0, difference))
        paid_usd = self.programme.most_usd - np.logaddexp(0.0, -difference) / rate
        return goes, paid_usd

    def _carried(self, row_usd: Floats) -> Floats:
        """Return the use that prices stand for: that of their congestion, all where it is above."""
        felt = self.programme.congestion.use_at(row_usd, self.background, self.full)
        return np.where(self.is_felt, felt, self.full)

    def _hessian(self, row_usd: Floats, choice: _Choice) -> Floats:
        """Return how much less is used and more carried for one USD more [rows, rows]."""
        units = choice.units
        count = len(self.programme.units_per_day)
        of_trip = np.bincount(self.trip, units, minlength=count)
        rate = self.per_usd[self.trip] * units

        means = np.zeros((count, self.uses.shape[1]))
        np.add.at(means, self.trip, units[:, None] * self.uses)
        means /= np.where(of_trip > 0, of_trip, 1.0)[:, None]
        spread = (self.uses * rate[:, None]).T @ self.uses
        spread -= (means * (self.per_usd * of_trip)[:, None]).T @ means

        goes, _ = self._goes(choice.mean_usd)
        leaving = self.stay_per_usd * of_trip * (1 - goes)
        spread += (means * leaving[:, None]).T @ means
        return np.asarray(spread + np.diag(self._carried_per_usd(row_usd, choice)))

    def _carried_per_usd(self, row_usd: Floats, choice: _Choice) -> Floats:
        """Return how much more is carried for one USD more of price [rows]; 0 where it is full.

        The mean from the price there is to that of the use it makes: at no use some laws are flat.
        """
        carried = self._carried(row_usd)
        goes_down = (row_usd == self.full_usd) & (choice.use < carried)
        is_inside = self.is_felt & ((row_usd < self.full_usd) | goes_down)

        width = np.maximum(self.full, 1.0) * 1e-6
        near = carried + np.where(carried + width <= self.full, width, -width)
        used = np.clip(choice.use, self.background, self.full)
        other = np.where(np.abs(used - carried) > width, used, near)
        rise = self.programme.congestion.price_usd(other) - row_usd
        slope = np.divide(other - carried, rise, out=np.zeros(len(rise)), where=rise != 0)
        return np.where(is_inside, np.maximum(slope, 0.0), 0.0)


def path_sizes(programme: Programme, columns: list[Column]) -> Floats:
    """Return the path size of every route: the share of its cost it has for itself.

    An arc that n routes of a trip have in common counts an nth of its cost for each.
    """
    routes_on: dict[tuple[int, int], int] = {}
    for column in columns:
        for arc in column.arcs:
            routes_on[column.trip, arc] = routes_on.get((column.trip, arc), 0) + 1

    sizes = np.ones(len(columns))
    for number, column in enumerate(columns):
        cents = programme.weight[programme.arrays.class_of[column.trip], list(column.arcs)]
        shared = np.array([routes_on[column.trip, arc] for arc in column.arcs])
        if cents.sum() > 0:
            sizes[number] = (cents / shared).sum() / cents.sum()
    return sizes


def _route_set(programme: Programme, columns: list[Column]) -> list[Column]:
    """Return routes and further ones, each no dearer than its trip would pay."""
    known = {(column.trip, column.arcs) for column in columns}
    routes = [column for column in columns if column.usd <= programme.most_usd[column.trip]]
    arcs_of_trip: dict[int, set[int]] = {}
    for column in routes:
        arcs_of_trip.setdefault(column.trip, set()).update(column.arcs)

    for trip in np.flatnonzero(programme.units_per_day > 0).tolist():
        for arcs in _penalised(programme, trip, arcs_of_trip.get(trip, set())):
            column = programme.column(trip, arcs)
            if (trip, arcs) not in known and column.usd <= programme.most_usd[trip]:
                known.add((trip, arcs))
                routes.append(column)
    return sorted(routes, key=lambda column: (column.trip, column.usd, column.arcs))


def _penalised(programme: Programme, trip: int, arcs_known: set[int]) -> list[tuple[int, ...]]:
    """Return the cheapest routes of a trip while arcs of those before cost more each round."""
    factor = np.ones(len(programme.arrays.head))
    routes = []
    arcs: Ints = np.array(sorted(arcs_known), np.int64)
    for _ in range(ROUNDS):
        factor[arcs] *= PENALTY
        route = programme.cheapest_of(trip, factor)
        routes.append(route)
        arcs = np.array(route, np.int64)
    return routes
