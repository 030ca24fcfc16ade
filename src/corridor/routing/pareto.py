"""Pareto set: the routes that no other beats on every criterion, and a choice of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from corridor.errors import NotConverged
from corridor.free_memory import in_words
from corridor.kernels import Bools, Floats, Ints
from corridor.kernels.records import CRITERIA_COLUMNS, LABEL, Tolerances
from corridor.network.cost import cargo_hour_usd
from corridor.network.graph import number_values
from corridor.network.hazards import WEIGHT_UNIT
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.routing.chains import labels_of_routes
from corridor.routing.conditions import CRITERIA
from corridor.routing.dominance import undominated_rows
from corridor.routing.exposure import label_weights
from corridor.routing.query import Query
from corridor.routing.search import (
    EXACT_LABELS,
    MAX_LABELS,
    RISK,
    Answer,
    search,
    search_within,
    trace,
)
from corridor.tables.schema import is_afloat
from corridor.units import HOUR_S

NOTHING_APART = (0.0, 0.0, 0.0, 0.0)
BITS = 62  # countries that an int64 tells apart; more share bits


class Measures(NamedTuple):
    """What routes have beside their criteria [routes]; modes as bits, the same for the same set."""

    length_m: Ints
    land_m: Ints  # of it without ships
    reloads: Ints
    mode_bits: Ints


class ArcMeasures(NamedTuple):
    """What arcs add to the measures of a route, modes as bits [arcs]."""

    length_m: Ints
    land_m: Ints
    mode_bits: Ints


@dataclass(frozen=True, eq=False)
class ParetoSet:
    """The Pareto-optimal routes of a question, each as arcs, traced when asked for.

    values int64 [routes, 4]: second of arrival, cents, grams and risk weight, 0 where not asked.
    labels and goals: those of the search, see :class:`corridor.routing.search.Answer`.
    within: shares of time, cost and carbon and points of risk by which a route that is not here may
    be better than one that is; all 0 where the set is exact. The best by each criterion is here.
    """

    query: Query
    labels: Ints
    goals: Ints
    values: Ints
    within: tuple[float, float, float, float] = NOTHING_APART

    def __len__(self) -> int:
        return len(self.goals)

    def __getitem__(self, number: int) -> list[int]:
        return trace(self.query, self.labels, int(self.goals[number]))

    @property
    def is_exact(self) -> bool:
        """Whether every route is here that no other beats."""
        return self.within == NOTHING_APART

    @property
    def arrival_s(self) -> Ints:
        """Second of arrival of each route; 0 where time was not asked."""
        return self.values[:, CRITERIA.index("time")]

    @property
    def cents(self) -> Ints:
        """Money of each route; 0 where cost was not asked."""
        return self.values[:, CRITERIA.index("cost")]

    def corridors(self) -> Ints:
        """Return which countries each route touches, as bits [routes]: its corridor."""
        country_bit = _country_bits(self.query)

        def bits_at(label: Ints) -> Ints:
            state = self.labels[label, LABEL.state] % self.query.graph.states_count
            at_state: Ints = country_bit[state]
            return at_state

        bits = bits_at(self.goals)
        route, label = labels_of_routes(self.labels, self.goals)
        np.bitwise_or.at(bits, route, bits_at(self.labels[label, LABEL.parent]))
        return bits

    def measures(self) -> Measures:
        """Return the lengths, the reloads and the modes of each route."""
        of_arcs = _arc_measures(self.query.network)
        is_reload = self.query.graph.is_terminal.astype(np.int64)
        sums = Measures(*np.zeros((4, len(self.goals)), np.int64))

        route, label = labels_of_routes(self.labels, self.goals)
        arc = self.query.arc_of[self.labels[label, LABEL.arc]]
        np.add.at(sums.length_m, route, of_arcs.length_m[arc])
        np.add.at(sums.land_m, route, of_arcs.land_m[arc])
        np.add.at(sums.reloads, route, is_reload[arc])
        np.bitwise_or.at(sums.mode_bits, route, of_arcs.mode_bits[arc])
        return sums

    def costs_usd(self) -> Floats:
        """Return the generalised cost of each route: money plus hours at the value of time."""
        cargo = self.query.network.by_id("cargoes")[self.query.party.cargo_id]
        seconds = self.arrival_s - self.query.depart_s * (self.arrival_s > 0)
        usd: Floats = self.cents / 100 + seconds / HOUR_S * cargo_hour_usd(cargo)
        return usd


def pareto_set(
    query: Query,
    criteria: Bools,
    tolerances: tuple[float, float, float, float] = NOTHING_APART,
) -> ParetoSet:
    """Return every route that no other beats on all the criteria that count.

    Parameters
    ----------
    query
        The question.
    criteria
        Which of time, cost, carbon and risk count [4].
    tolerances
        What routes will be shown within, as in :class:`corridor.routing.showing.Showing`. Where
        more than EXACT_LABELS partial routes stand side by side, the search spends those of cost,
        carbon and risk, and the set is not exact; see ``ParetoSet.within``. That of time is left:
        routes arrive in its order, so what a search leaves out is never quicker.

    Raises
    ------
    NotConverged
        Where the search would hold too many partial routes.
    """
    from corridor.kernels.pareto import DONE, TOO_MANY

    within = NOTHING_APART
    _, cost, carbon, risk = (np.array(tolerances) * criteria).tolist()
    may_be_near = max(cost, carbon, risk) > 0

    answer = search(query, criteria, max_labels=EXACT_LABELS if may_be_near else MAX_LABELS)
    if answer.status == TOO_MANY and may_be_near:
        within = (0.0, cost, carbon, risk)
        answer = search_within(query, criteria, _search_tolerances(within))
    if answer.status != DONE:
        taken = in_words(answer.settled * answer.label_bytes)
        raise NotConverged(
            f"More than {answer.settled:,} partial ways stand side by side from {query.origin} "
            f"to {query.destination}, which take {taken} of memory. Ask for fewer "
            "criteria, a deadline, or a cap on transshipments."
        )

    return _best_of(query, criteria, answer, within)


def _search_tolerances(within: tuple[float, float, float, float]) -> Tolerances:
    """Return tolerances in the units of a search.

    Points of risk are never more than as much of -log(1 - chance).
    """
    _, cost, carbon, risk = within
    return Tolerances(cost, carbon, int(risk / WEIGHT_UNIT))


def _best_of(
    query: Query,
    criteria: Bools,
    answer: Answer,
    within: tuple[float, float, float, float],
) -> ParetoSet:
    """Return the routes of an answer that no other of it beats."""
    values = answer.labels[answer.goals, CRITERIA_COLUMNS] * criteria
    best = undominated_rows(values)
    goals = answer.goals[best]
    values = values[best]

    # The search weighs a hazard the same whenever goods come by; what is shown counts their days.
    if criteria[RISK]:
        values[:, RISK] = label_weights(query, answer.labels, goals)
    shown = undominated_rows(values)
    return ParetoSet(query, answer.labels, goals[shown], values[shown], within)


def _country_bits(query: Query) -> Ints:
    """Return the bit of the country of every state of the network's graph [states]."""
    graph = query.graph
    countries = query.network.frames["nodes"]["country"].to_list()
    bit = {code: 1 << k % BITS for k, code in enumerate(sorted(set(countries)))}
    of_places = np.array([bit[country] for country in countries], np.int64)
    return of_places[graph.state_node]


def _arc_measures(network: Network) -> ArcMeasures:
    """Return what every arc adds to the measures of a route, made once."""
    return network.once(Derived.ARC_MEASURES.of(), lambda: _measured_arcs(network))


def _measured_arcs(network: Network) -> ArcMeasures:
    links = network.frames["links"]
    link_m = np.rint(1000 * links["length_km"].to_numpy()).astype(np.int64)
    modes, mode = number_values(links["mode"].to_list())
    is_ashore = np.array([not is_afloat(name) for name in modes], bool)
    land_m = link_m * is_ashore[mode]

    arc, direction = network.graph.runs_of_arcs
    link = direction // 2
    measures = ArcMeasures(*np.zeros((3, network.graph.arcs_count), np.int64))
    np.add.at(measures.length_m, arc, link_m[link])
    np.add.at(measures.land_m, arc, land_m[link])
    np.bitwise_or.at(measures.mode_bits, arc, 1 << mode[link])
    return measures


def spread(
    values: Ints,
    groupings: Sequence[Ints],
    costs_usd: Floats,
    count: int,
    before: Sequence[int] = (),
) -> list[int]:
    """Return a choice of routes that shows how much they differ, as rows.

    First those before all, then the best by every criterion, then the cheapest of every group, one
    grouping after the other, then the most different from those taken. Difference is the largest
    gap of ranks over the criteria, so that no unit weighs more than another.

    Parameters
    ----------
    values
        What is compared [routes, criteria].
    groupings
        Each: equal numbers are one group, such as a corridor or a set of modes [routes].
    costs_usd
        Generalised cost [routes].
    count
        Most rows taken.
    before
        Rows that are taken before all others.
    """
    if len(values) <= count:
        return _in_order(values, range(len(values)))

    extremes = _extremes(values, groupings, costs_usd)
    taken = list(dict.fromkeys([*before, *extremes]))[:count]
    ranks = np.stack([np.searchsorted(np.sort(column), column) for column in values.T], axis=1)
    gap = np.min([_rank_gaps(ranks, row) for row in taken], axis=0)
    while len(taken) < count:
        farthest = int(gap.argmax())
        taken.append(farthest)
        gap = np.minimum(gap, _rank_gaps(ranks, farthest))
    return _in_order(values, taken)


def _extremes(values: Ints, groupings: Sequence[Ints], costs_usd: Floats) -> list[int]:
    """Return the best by every criterion on which routes differ, then the cheapest of groups."""
    best = [
        int(np.lexsort((costs_usd, column))[0])
        for column in values.T
        if column.min() < column.max()
    ]
    by_cost = np.argsort(costs_usd, kind="stable")
    cheapest = []
    for groups in groupings:
        _, first = np.unique(groups[by_cost], return_index=True)
        cheapest += by_cost[np.sort(first)].tolist()
    return list(dict.fromkeys([*best, *cheapest]))


def _rank_gaps(ranks: Ints, row: int) -> Ints:
    """Return the largest gap of ranks between each route and one of them [routes]."""
    gaps: Ints = np.abs(ranks - ranks[row]).max(axis=1)
    return gaps


def _in_order(values: Ints, rows: Sequence[int]) -> list[int]:
    """Return rows by their values, the first criterion first."""
    return sorted(rows, key=lambda row: tuple(values[row]))
