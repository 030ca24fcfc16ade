"""Outcome: the demand of a year on one network: who goes, what it pays, and who earns it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from corridor.flows.assign import solve_programme
from corridor.flows.demand import DemandArrays
from corridor.flows.flow_tables import MIN_SHARE, elements_passed, scarcity_usd
from corridor.flows.programme import Programme
from corridor.flows.solution import Solution
from corridor.kernels import Floats
from corridor.network.network import Network
from corridor.projects.accounts import Accounts
from corridor.units import CALENDAR_YEAR_DAYS


class Usage(NamedTuple):
    """How much takes a route in a year.

    trip: row of demand. arcs: of the network's graph. elements: what it passes, the same in graphs
    of different shape. units: a year.
    """

    trip: int
    arcs: tuple[int, ...]
    elements: tuple[Any, ...]
    units: float


@dataclass(frozen=True, eq=False)
class Outcome:
    """The demand of a year on one network: who goes, what it pays, who earns it, per year.

    Attributes
    ----------
    programme, solution
        What was solved, and how it came out.
    units
        Units that go [trips].
    pays_usd
        What a unit pays with capacity and congestion; of a trip none of which goes, what it would
        pay at most [trips].
    spread_h
        Standard deviation of the hours of a unit; NaN where none goes [trips].
    earnings_usd
        Money by group, country, and whether the goods neither start nor end there.
    scarce_usd
        What is paid for scarce places, by country; a part of what users pay.
    carbon_kg
        Emissions.
    """

    programme: Programme
    solution: Solution
    units: Floats
    pays_usd: Floats
    spread_h: Floats
    earnings_usd: dict[tuple[str, str, bool], float]
    scarce_usd: dict[str, float]
    carbon_kg: float

    @cached_property
    def usages(self) -> list[Usage]:
        """The routes that are taken."""
        programme = self.programme
        arc_of = programme.arrays.arc_of
        taken = []
        pairs = zip(self.solution.columns, self.solution.optimum.units.tolist(), strict=True)
        for column, units in pairs:
            if units > MIN_SHARE * programme.units_per_day[column.trip]:
                arcs = tuple(arc_of[list(column.arcs)].tolist())
                elements = tuple(e for arc in column.arcs for e in elements_passed(programme, arc))
                taken.append(Usage(column.trip, arcs, elements, units * CALENDAR_YEAR_DAYS))
        return taken


def outcome_of(programme: Programme, routes: Sequence[tuple[int, tuple[int, ...]]]) -> Outcome:
    """Return the outcome of a programme, without who earns what: see :func:`with_accounts`."""
    solution = solve_programme(programme, routes, {})
    trips = np.array([column.trip for column in solution.columns], np.int64)
    paid_usd = np.array(
        [
            column.usd + float(column.uses @ solution.optimum.row_usd[column.rows])
            for column in solution.columns
        ]
    )
    per_day = np.where(
        solution.optimum.units > MIN_SHARE * programme.units_per_day[trips],
        solution.optimum.units,
        0.0,
    )
    count = len(programme.units_per_day)
    going: Floats = np.bincount(trips, per_day, minlength=count).astype(float)
    paid = np.bincount(trips, per_day * paid_usd, minlength=count)
    pays_usd = np.divide(paid, going, out=programme.most_usd.copy(), where=going > 0)

    return Outcome(
        programme=programme,
        solution=solution,
        units=going * CALENDAR_YEAR_DAYS,
        pays_usd=pays_usd,
        spread_h=np.zeros(count),
        earnings_usd={},
        scarce_usd={},
        carbon_kg=0.0,
    )


def known_routes(base: Outcome, arrays: DemandArrays) -> list[tuple[int, tuple[int, ...]]]:
    """Return the routes of the base; none where the graph is another."""
    before = base.programme.arrays
    same = np.array_equal(before.ptr, arrays.ptr) and np.array_equal(before.head, arrays.head)
    return [(column.trip, column.arcs) for column in base.solution.columns] if same else []


def with_accounts(outcome: Outcome) -> Outcome:
    """Return an outcome with who earns what, its emissions and the spread of its hours."""
    arrays = outcome.programme.arrays
    accounts = [Accounts.of(query) for query in arrays.queries]
    ends = end_countries(arrays)
    earnings: dict[tuple[str, str, bool], float] = defaultdict(float)
    spread_h = np.zeros(len(outcome.units))
    carbon_kg = 0.0

    for usage in outcome.usages:
        account = accounts[arrays.query_of[usage.trip]]
        for earning in chain.from_iterable(map(account.earnings, usage.arcs)):
            is_transit = earning.country not in ends[usage.trip]
            earnings[earning.group, earning.country, is_transit] += usage.units * earning.usd

        carbon_kg += usage.units * account.carbon_kg(usage.arcs)
        spread_h[usage.trip] += usage.units * account.deviation_h(usage.arcs)

    mean_spread_h = np.divide(
        spread_h, outcome.units, out=np.full(len(spread_h), np.nan), where=outcome.units > 0
    )
    return replace(
        outcome,
        spread_h=mean_spread_h,
        earnings_usd=dict(earnings),
        scarce_usd=_scarce_usd(outcome),
        carbon_kg=carbon_kg,
    )


def _scarce_usd(outcome: Outcome) -> dict[str, float]:
    """Return what demand pays a year for places that are full, by the country of the place."""
    programme = outcome.programme
    slot_usd = scarcity_usd(programme, outcome.solution)
    use = outcome.solution.optimum.use - programme.capacities.background_per_day
    by_country: dict[str, float] = defaultdict(float)
    for number in np.flatnonzero(slot_usd > 0).tolist():
        limit = programme.capacities.rows[number]
        country = _country_of_limit(programme.arrays.network, limit.table, limit.row_id)
        by_country[country] += float(slot_usd[number] * use[number]) * CALENDAR_YEAR_DAYS
    return dict(by_country)


def _country_of_limit(network: Network, table: str, row_id: str) -> str:
    """Return the country of what is limited: of a link or service, where it starts."""
    return str(network.by_id("nodes")[_node_of_limit(network, table, row_id)]["country"])


def _node_of_limit(network: Network, table: str, row_id: str) -> str:
    """Return where what is limited stands, or starts."""
    first = row_id.split()[0]
    if table == "nodes":
        return first
    if table == "terminals":
        return str(network.by_id("terminals")[first]["node_id"])
    if table == "services":
        first = network.by_id("services")[first]["link_ids"].split()[0]

    links = network.by_id("links")
    if first not in links:
        number = next(iter(network.selected_links(first)))
        return str(network.rows("links")[number]["from_node_id"])
    return str(links[first]["from_node_id"])


def end_countries(arrays: DemandArrays) -> list[tuple[str, str]]:
    """Return the countries each trip starts and ends in [trips]."""
    nodes = arrays.network.by_id("nodes")
    places = arrays.trips.select("origin_node_id", "destination_node_id").iter_rows()
    return [
        (
            str(nodes[origin.split("@")[0]]["country"]),
            str(nodes[destination.split("@")[0]]["country"]),
        )
        for origin, destination in places
    ]


def kept_share(before: Outcome, after: Outcome) -> Floats:
    """Return of the units that go in both cases the share whose routes stay [trips].

    A route is what it passes, so that it is the same in graphs of different shape.
    """
    same = np.zeros(len(before.units))
    of_after = _units_by_elements(after)
    for (trip, elements), units in _units_by_elements(before).items():
        same[trip] += min(units, of_after.get((trip, elements), 0.0))

    both = np.minimum(before.units, after.units)
    share = np.divide(same, both, out=np.zeros(len(same)), where=both > 0)
    return np.minimum(share, 1.0)


def _units_by_elements(outcome: Outcome) -> dict[tuple[int, tuple[Any, ...]], float]:
    units_of: dict[tuple[int, tuple[Any, ...]], float] = defaultdict(float)
    for usage in outcome.usages:
        units_of[usage.trip, usage.elements] += usage.units
    return units_of


def t_km_over(outcome: Outcome, links: set[int]) -> float:
    """Return the tonne-kilometres a year over some links."""
    arrays = outcome.programme.arrays
    rows = arrays.network.rows("links")
    tonnes = arrays.column("t_per_unit")
    total_t_km = 0.0

    for usage in outcome.usages:
        runs = chain.from_iterable(arrays.network.graph.runs[arc] for arc in usage.arcs)
        km = sum(rows[run.link]["length_km"] for run in runs if run.link in links)
        total_t_km += usage.units * tonnes[usage.trip] * km
    return total_t_km
