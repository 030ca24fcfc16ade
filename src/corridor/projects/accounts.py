"""Accounts: who earns what a unit pays on its route, where, and what it emits on it.

Every line of a price has somebody who earns it: carriers and handlers the carriage, the handling
and what forwarders charge; states the fees of links, rules and regimes. Money of a link between two
countries is half of each; a charge that names one country is that one's.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from corridor.network.cost import Costs, directed_links
from corridor.network.graph import Graph, LinkRun, Row
from corridor.network.memory import Derived
from corridor.network.prices import PriceLine
from corridor.network.regimes import Mixture
from corridor.routing.query import Query
from corridor.tables.schema_appraisals import CARRIERS, STATE

STATE_TABLES = ("links", "rules", "regimes")  # whose lines are fees of states


class Earning(NamedTuple):
    """What a unit pays to a group in a country, in USD."""

    group: str
    country: str
    usd: float


class Spread(NamedTuple):
    """How uncertain the hours of an arc are.

    variance_h2: of what is drawn by itself: borders, terminals, departures. deviation_h: standard
    deviation of the hours under way by a mode, which move together along a route.
    """

    variance_h2: float
    mode: str | None
    deviation_h: float


@dataclass(frozen=True, eq=False)
class Accounts:
    """Earnings, carbon and spread of the arcs of one question, each computed when first asked."""

    costs: Costs
    graph: Graph
    links: Sequence[Row]
    nodes: Mapping[str, Row]
    _earnings: dict[int, tuple[Earning, ...]] = field(default_factory=dict)
    _spreads: dict[int, Spread] = field(default_factory=dict)

    @classmethod
    def of(cls, query: Query) -> Accounts:
        """Return the accounts of a question, made once for all of the same costs."""
        network = query.network
        make = partial(cls, query.costs, query.graph, network.rows("links"), network.by_id("nodes"))
        return network.once(Derived.ACCOUNTS.of(query.costs), make)

    def earnings(self, arc: int) -> tuple[Earning, ...]:
        """Return who earns what a unit pays on an arc of the network's graph."""
        if arc not in self._earnings:
            self._earnings[arc] = tuple(self._arc_earnings(arc))
        return self._earnings[arc]

    def carbon_kg(self, arcs: Sequence[int]) -> float:
        """Return what a unit emits on some arcs."""
        return sum(int(self.costs.carbon_g[arc]) for arc in arcs) / 1000

    def deviation_h(self, arcs: Sequence[int]) -> float:
        """Return the standard deviation of the hours of a route.

        Borders, terminals and departures are independent, hours under way by one mode one luck, as
        :mod:`corridor.routing.journeys` samples them.
        """
        variance = 0.0
        by_mode: dict[str, float] = defaultdict(float)

        for arc in arcs:
            if arc not in self._spreads:
                self._spreads[arc] = self._arc_spread(arc)
            spread = self._spreads[arc]
            variance += spread.variance_h2
            if spread.mode is not None:
                by_mode[spread.mode] += spread.deviation_h

        return math.sqrt(variance + sum(deviation**2 for deviation in by_mode.values()))

    def _arc_earnings(self, arc: int) -> Iterator[Earning]:
        costs = self.costs
        graph = self.graph
        if graph.kind[arc] == "terminal":
            country = self._country(str(graph.node_ids[graph.state_node[graph.tail[arc]]]))
            for line in costs.handling[arc]:
                yield Earning(CARRIERS, country, line.usd)
            return

        runs = graph.runs[arc]
        charged_usd = 0.0
        for run in runs:
            for line in costs.link.charges[run.direction]:
                charged_usd += line.usd
                yield from self._charge(line, run)
        yield from self._carriage(runs, float(costs.usd[arc]) - charged_usd)

    def _charge(self, line: PriceLine, run: LinkRun) -> Iterator[Earning]:
        """Give who earns a charge at a link."""
        group = STATE if line.table in STATE_TABLES else CARRIERS
        if line.table == "charges":
            named = [line.row[column] for column in ("country", "to_country")]
            countries = [country for country in named if country is not None]
            if len(countries) == 1:
                yield Earning(group, countries[0], line.usd)
                return
        for country in self._ends(run):
            yield Earning(group, country, line.usd / 2)

    def _carriage(self, runs: Sequence[LinkRun], usd: float) -> Iterator[Earning]:
        """Give who earns the carriage of an arc: the countries it runs through, by length."""
        lengths = [self._link(run)["length_km"] for run in runs]
        total_km = sum(lengths)
        for run, length_km in zip(runs, lengths, strict=True):
            share = length_km / total_km if total_km else 1 / len(runs)
            for country in self._ends(run):
                yield Earning(CARRIERS, country, usd * share / 2)

    def _arc_spread(self, arc: int) -> Spread:
        costs = self.costs
        graph = self.graph
        if graph.kind[arc] == "terminal":
            handling_h = float(costs.fixed_h[arc])
            sigma = float(costs.handling_sigma[arc])
            return Spread(_variance(handling_h, sigma, costs.mixtures.get(arc)), None, 0.0)

        runs = graph.runs[arc]
        directions = directed_links(runs)
        standing = sum(
            _variance(
                float(costs.link.fixed_h[at]),
                float(costs.link.fixed_sigma[at]),
                costs.link.mixtures.get(at),
            )
            for at in directions
        )
        # A departure within a headway is uniform, of variance headway^2 / 12.
        headway = float(costs.headway_h[arc]) ** 2 / 12
        before = _variance(float(costs.before_h[arc]), float(costs.before_sigma[arc]), None)
        running_h = float(costs.run_h_of(runs, graph.service(arc)).sum())
        deviation_h = math.sqrt(_variance(running_h, float(costs.link.run_sigma[directions[0]])))
        mode = self._link(runs[0])["mode"]
        return Spread(standing + headway + before, mode, deviation_h)

    def _link(self, run: LinkRun) -> Row:
        return self.links[run.link]

    def _ends(self, run: LinkRun) -> tuple[str, str]:
        link = self._link(run)
        return self._country(link["from_node_id"]), self._country(link["to_node_id"])

    def _country(self, node_id: str) -> str:
        return str(self.nodes[node_id]["country"])


def _variance(median_h: float, sigma: float, mixed: Mixture | None = None) -> float:
    """Return the variance of log-normal hours, or of the mixture of states that they are."""
    if mixed is None:
        return median_h**2 * math.exp(sigma**2) * (math.exp(sigma**2) - 1)

    mean = sum(s.share * s.median_h * math.exp(s.sigma**2 / 2) for s in mixed.states)
    square = sum(s.share * s.median_h**2 * math.exp(2 * s.sigma**2) for s in mixed.states)
    return max(0.0, square - mean**2)
