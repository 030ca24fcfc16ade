"""Programme: what an assignment minimises, and the routes it is minimised over.

Every unit of demand takes routes or stays at home at the most it would pay; limits are met; what is
minimised is the cost of routes and, of each limit, the integral of its congestion. Everything is
per day.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from corridor.flows.capacity_rows import Capacities
from corridor.flows.congestion import Congestion
from corridor.flows.demand import DemandArrays, part
from corridor.flows.least_routes import Search, arcs_to, least_routes
from corridor.kernels import Floats, Ints

# Searches count in billionths of a USD: a route of 1e9 USD still fits, and rounding along it stays
# far below what any gap asks for.
PER_USD = 1e9
PER_CENT = 10_000_000
ROUNDS = 10  # of searches that an assignment takes


class Column(NamedTuple):
    """A route of one trip: its arcs in CSR order, what a unit pays, and the limits it takes up.

    rows, uses: limits and how much of each one unit takes.
    """

    trip: int
    arcs: tuple[int, ...]
    usd: float
    rows: Ints
    uses: Floats


class CheapestRoutes(NamedTuple):
    """The cheapest route of every trip at some prices of limits.

    usd: what a unit pays with them, inf where there is no route [trips]. arcs: of each route.
    """

    usd: Floats
    arcs: list[tuple[int, ...] | None]


class Searches(NamedTuple):
    """Searches at the same weights: the class of their trips, and their row of cargo."""

    class_: int
    cargo: int
    searches: list[Search]


@dataclass(frozen=True, eq=False)
class Programme:
    """A programme of one network and demand.

    Attributes
    ----------
    arrays
        The demand on the network.
    weight
        Cents of a unit on every arc, -1 where shut int64 [classes, arcs].
    capacities, congestion
        The limits, and what their use costs.
    units_per_day
        Units of every trip; 0 of one without a route [trips].
    undisturbed_usd
        What a unit of each trip pays where nothing is full; inf where it has no route [trips].
    most_usd
        What a unit of each trip pays at most before it stays [trips].
    """

    arrays: DemandArrays
    weight: Ints
    capacities: Capacities
    congestion: Congestion
    units_per_day: Floats
    undisturbed_usd: Floats
    most_usd: Floats

    @cached_property
    def searches(self) -> list[Searches]:
        """Searches that find the cheapest route of every trip: of the same class and cargo."""
        cargo_of = self.capacities.cargo_of
        of_kind: dict[tuple[int, int], list[Search]] = {}
        for group in self.arrays.groups():
            for cargo in np.unique(cargo_of[group.trips]).tolist():
                search = Search(group.starts, group.trips[cargo_of[group.trips] == cargo])
                of_kind.setdefault((group.class_, cargo), []).append(search)
        return [Searches(*kind, searches) for kind, searches in of_kind.items()]

    def column(self, trip: int, arcs: tuple[int, ...]) -> Column:
        """Return a route of a trip as a column."""
        class_ = int(self.arrays.class_of[trip])
        cents = int(self.weight[class_, list(arcs)].sum())
        uses = (
            self.capacities.times_passed(arcs)
            * self.capacities.per_unit[self.capacities.cargo_of[trip]]
        )
        rows = np.flatnonzero(uses)
        return Column(trip, arcs, cents / 100, rows, uses[rows])

    def is_open(self, trip: int, arcs: tuple[int, ...]) -> bool:
        """Tell whether a route can be taken."""
        return bool((self.weight[self.arrays.class_of[trip], list(arcs)] >= 0).all())

    def cheapest(self, row_usd: Floats) -> CheapestRoutes:
        """Return the cheapest route of every trip at prices of limits [rows].

        Prices are rounded down, so that no route costs less than is said.
        """
        usd = np.full(self.arrays.trips.height, np.inf)
        arcs: list[tuple[int, ...] | None] = [None] * self.arrays.trips.height
        for class_, cargo, searches in self.searches:
            cents = self.weight[class_]
            priced = np.floor(self.capacities.arc_usd(cargo, row_usd) * PER_USD).astype(np.int64)
            weight = np.where(cents < 0, -1, cents * PER_CENT + priced)

            for route in least_routes(self.arrays, weight, searches, rounds=ROUNDS):
                usd[route.trip] = route.weight / PER_USD
                arcs[route.trip] = tuple(route.arcs)
        return CheapestRoutes(usd, arcs)

    def cheapest_of(self, trip: int, factor: Floats) -> tuple[int, ...]:
        """Return the cheapest route of a trip that has some, arcs at a factor of their cost."""
        from corridor.kernels.paths import dijkstra

        arrays = self.arrays
        cents = self.weight[arrays.class_of[trip]]
        weight = np.where(cents < 0, -1, np.rint(cents * factor).astype(np.int64))
        distance, arc_into = dijkstra(arrays.ptr, arrays.head, weight, part(arrays.starts, trip))
        goals = part(arrays.goals, trip)
        goal = int(goals[distance[goals].argmin()])
        return tuple(arcs_to(goal, arc_into, arrays.tail))

    def bound_usd(self, row_usd: Floats, searched: CheapestRoutes) -> float:
        """Return what no assignment can cost less than: the dual at prices of limits.

        Of each limit the least of its congestion less what is paid for it, over what it can carry;
        the tangent of congestion stands for it, which is never above.
        """
        paid = np.minimum(searched.usd, self.most_usd)
        of_trips = self.units_per_day @ np.where(self.units_per_day > 0, paid, 0.0)

        least = self.capacities.background_per_day
        most = least + self.capacities.free_per_day
        touch = self.congestion.use_at(row_usd, least, most)
        slope = self.congestion.price_usd(touch) - row_usd
        at_best = np.where(slope > 0, least, most)
        of_rows = self.congestion_usd(touch) + slope * (at_best - touch) - row_usd * (touch - least)
        return float(of_trips + of_rows.sum())

    def objective_usd(self, columns: list[Column], units: Floats, unserved: Floats) -> float:
        """Return what an assignment costs: routes, those that stay, and congestion.

        units: a day by each of the columns. unserved: units a day of each trip that stay.
        """
        routes_usd = sum(c.usd * u for c, u in zip(columns, units.tolist(), strict=True))
        use = self.use_per_day(columns, units)
        return float(routes_usd + self.most_usd @ unserved + self.congestion_usd(use).sum())

    def use_per_day(self, columns: list[Column], units: Floats) -> Floats:
        """Return how much of every limit is used, by others too [rows]."""
        use = self.capacities.background_per_day.copy()
        if columns:
            rows = np.concatenate([column.rows for column in columns])
            uses = np.concatenate([column.uses for column in columns])
            amounts = np.repeat(units, [len(column.rows) for column in columns])
            np.add.at(use, rows, amounts * uses)  # one after the other
        return use

    def congestion_usd(self, use: Floats) -> Floats:
        """Return what congestion costs beyond that of others alone [rows]."""
        before = self.congestion.total_usd(self.capacities.background_per_day)
        return self.congestion.total_usd(use) - before
