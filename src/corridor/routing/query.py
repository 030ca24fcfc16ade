"""Query: one question put to a network, as the arrays the kernels take.

Whole seconds, cents and grams keep every sum exact, so that equal routes compare equal whatever
order they are added in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, NamedTuple, TypeVar

import numpy as np

from corridor.errors import UnknownName
from corridor.kernels import Bools, Ints
from corridor.network import hazards, regimes
from corridor.network.calendar import Span
from corridor.network.changes import snapshot
from corridor.network.cost import Costs, price
from corridor.network.coverage import as_words
from corridor.network.entries import link_entries
from corridor.network.graph import Graph
from corridor.network.memory import Derived
from corridor.network.names import resolve_place
from corridor.network.network import Network
from corridor.network.openings import (
    ArcCalendars,
    Openings,
    link_openings,
    year_after_last_end,
)
from corridor.network.passage_times import LastTimes
from corridor.network.passages import Passages
from corridor.network.rules import Applied, Party, applying, sanctioned_countries
from corridor.network.words import matching_arcs
from corridor.routing.conditions import (
    Conditions,
    Options,
    check_year,
    read_instant,
    read_options,
)
from corridor.routing.search_space import Requirement, SearchSpace, search_space
from corridor.routing.sections import Sections

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Query:
    """One question: the network of its day, costs and calendars of arcs, starts and goals.

    Attributes
    ----------
    network
        As it stands on the day of departure.
    origin, destination
        Their node_id.
    party
        Cargo, countries and carrier, for rules.
    depart_s
        Second of departure.
    rules
        Those that apply to the party.
    costs
        What links and arcs cost one unit of the cargo.
    openings
        When every link and place is open.
    passages
        How every arc is passed, link by link.
    spans
        When every arc can be entered by goods its place has let in, with delays: arrival = entry +
        delay + duration; for mean waits.
    calendars
        When every arc can be entered, as the search takes it.
    duration_s, usd_cents, carbon_g
        Of arcs; duration_s is negative where an arc may not be passed [arcs].
    ptr, head, arc_of, starts, is_goal
        See :class:`corridor.routing.search_space.SearchSpace`.
    conditions
        What is asked beyond the ends.
    """

    network: Network
    origin: str
    destination: str
    party: Party
    depart_s: int
    rules: tuple[Applied, ...]
    costs: Costs
    openings: Openings
    passages: Passages
    spans: list[list[Span]]
    calendars: ArcCalendars
    duration_s: Ints
    usd_cents: Ints
    carbon_g: Ints
    hazard_words: Ints
    ptr: Ints
    head: Ints
    arc_of: Ints
    starts: Ints
    is_goal: Bools
    conditions: Conditions

    @property
    def packed(self) -> Ints:
        """Start, end and delay of the openings of all arcs [3, spans]."""
        return self.calendars.packed[0]

    @property
    def span_ptr(self) -> Ints:
        """Where the openings of each arc begin: from span_ptr[a] to span_ptr[a + 1]."""
        return self.calendars.packed[1]

    @cached_property
    def memory(self) -> dict[Hashable, Any]:
        """What several routes of the question share, such as their legs; see ``once``."""
        return {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is made the first time it is asked for under a key."""
        value: T | None = self.memory.get(key)
        if value is None:
            value = self.memory[key] = make()
        return value

    @cached_property
    def documents(self) -> list[tuple[str, frozenset[str]]]:
        """The papers that rules ask for on departure, each with the ids of its links."""
        links = self.network.rows("links")
        return [
            (
                str(rule.row["document"]),
                frozenset(links[link]["link_id"] for link in rule.links_at(self.depart_s)),
            )
            for rule in self.rules
            if rule.row["effect"] == "document"
        ]

    @cached_property
    def graph(self) -> Graph:
        """The network's graph on the day of departure."""
        return self.network.graph

    @cached_property
    def sections(self) -> Sections:
        """The links and terminals that arcs lead over, made once for the costs."""
        make = partial(Sections, self.network, self.costs)
        return self.network.once(Derived.SECTIONS.of(self.costs), make)

    def is_always_open(self, spans: Sequence[Span]) -> bool:
        """Tell whether a calendar is open at every second covered, without delay."""
        return spans == self.openings.all_time


class _End(NamedTuple):
    """Where goods start or end: a place, and the layer they are on if that is said."""

    node_id: str
    layer: str | None


def prepare(
    network: Network,
    origin: str,
    destination: str,
    *,
    cargo: str,
    depart: dt.date | str,
    options: Options,
    between_any: bool = False,
    sent_from: str | None = None,
) -> Query:
    """Return a question as arrays.

    Parameters
    ----------
    network
        The network, as built: dated changes hold on their days.
    origin, destination
        A place, or place@layer for goods already on a train or ship.
    cargo
        The cargo, of which one unit leaves.
    depart
        Date (midnight UTC) or instant.
    options
        What else is asked.
    between_any
        For any origin and destination, so that no rule that names one applies.
    sent_from
        Place the goods come from, for rules that name its country; null: the origin.

    Raises
    ------
    UnknownName
        For a place, cargo, country, mode or layer the network has not, or for an option there is
        none of.
    CallError
        For a depart that is no date from FIRST_YEAR to LAST_YEAR and for an option that makes no
        sense.
    """
    depart_s = read_instant(depart, "depart")
    check_year(depart_s, depart)
    day = snapshot(network, depart_s)
    conditions = _with_stance(day, read_options(options))
    start = _end(day, origin)
    goal = _end(day, destination)

    sender = start if sent_from is None else _end(day, sent_from)
    party = _party(day, sender, goal, cargo, conditions, between_any)
    rules = applying(day, party)
    costs = _costs(day, party, rules, depart_s)

    openings = link_openings(day, depart_s)
    arcs = _arc_passages(day, openings, rules, costs)
    avoided = matching_arcs(day, conditions.avoid)
    space = _space(day, start, goal, conditions)
    return Query(
        network=day,
        origin=start.node_id,
        destination=goal.node_id,
        party=party,
        depart_s=depart_s,
        rules=tuple(rules),
        costs=costs,
        openings=openings,
        passages=arcs.passages,
        spans=arcs.spans,
        calendars=arcs.calendars,
        duration_s=arc_durations(arcs.open_s, costs.may_pass & ~avoided, arcs.calendars.opens),
        usd_cents=costs.usd_cents,
        carbon_g=costs.carbon_g,
        hazard_words=_arc_words(day),
        **space._asdict(),
        conditions=conditions,
    )


def states_at(network: Network, place: str, depart: dt.date | str) -> Ints:
    """Return the states that goods start from at a place or place@layer [states].

    Raises UnknownName for a place or layer the network has not.
    """
    day = snapshot(network, read_instant(depart, "depart"))
    return np.array(_states(day.graph, _end(day, place)), np.int64)


def end_states_at(network: Network, place: str, depart: dt.date | str) -> Ints:
    """Return the states that goods end in at a place or place@layer [states].

    Raises UnknownName for a place or layer the network has not.
    """
    day = snapshot(network, read_instant(depart, "depart"))
    return np.array(day.graph.however_standing(_states(day.graph, _end(day, place))), np.int64)


def _end(network: Network, text: str) -> _End:
    """Read a place, or place@layer."""
    name, _, layer = text.partition("@")
    return _End(resolve_place(network, name), layer.strip() or None)


def _with_stance(network: Network, conditions: Conditions) -> Conditions:
    """Return conditions that avoid the countries under sanctions where that is asked."""
    if conditions.sanctions != "avoid":
        return conditions
    avoid = (*conditions.avoid, *sanctioned_countries(network))
    return replace(conditions, avoid=tuple(dict.fromkeys(avoid)))


def _party(
    network: Network,
    start: _End,
    goal: _End,
    cargo: str,
    conditions: Conditions,
    between_any: bool,
) -> Party:
    """Return who asks, as rules know them; without countries where any may be meant."""
    nodes = network.by_id("nodes")
    origin, destination = (
        None if between_any else nodes[end.node_id]["country"] for end in (start, goal)
    )
    return Party(
        cargo,
        origin,
        destination,
        conditions.carrier,
        service_class=conditions.service_class,
        lot_t=conditions.lot_t,
        complies=conditions.sanctions == "comply",
    )


def _space(network: Network, start: _End, goal: _End, conditions: Conditions) -> SearchSpace:
    """Return what the search runs over."""
    graph = network.graph
    starts = _states(graph, start)
    goals = graph.however_standing(_states(graph, goal))
    return search_space(graph, starts, goals, list(_requirements(network, conditions, start)))


def _states(graph: Graph, end: _End) -> list[int]:
    """Return the states of an end: its layer, else those where goods start or end there."""
    if end.layer is None:
        return graph.end_states(end.node_id)

    state_of = graph.layers_at(end.node_id)
    if end.layer not in state_of:
        raise UnknownName(f"layer at {end.node_id}", end.layer, state_of)
    return [state_of[end.layer]]


def _requirements(network: Network, conditions: Conditions, start: _End) -> Iterator[Requirement]:
    """Yield what every route must pass: things to use first, then places."""
    for word in conditions.require:
        yield Requirement(matching_arcs(network, [word]), is_met=False)

    for word in conditions.via:
        node_id = resolve_place(network, word)
        yield Requirement(_arcs_through(network, node_id), is_met=node_id == start.node_id)


def _arcs_through(network: Network, node_id: str) -> Bools:
    """Return which arcs lead to a place, or past it on a service [arcs]."""
    graph = network.graph
    place = graph.node_ids.index(node_id)
    leads_there: Bools = graph.state_node[graph.head] == place

    touches = (graph.link_ends == place).any(axis=1)
    touching_runs = graph.runs_of_arcs.sums(np.repeat(touches, 2), graph.arcs_count)
    leads_past = (graph.runs.counts() > 1) & (touching_runs > 0)
    return leads_there | leads_past


def drawn_on(query: Query) -> Query | None:
    """Return a question with a calendar to the year after the last closure that ends by itself.

    Null where none ends after the calendar, or only after what is asked.
    """
    deadline_s = query.conditions.deadline_s
    until_s = year_after_last_end(query.openings, bans(query.rules))
    if until_s is None or (deadline_s is not None and deadline_s <= query.openings.to_s):
        return None
    return reopened(query, query.network, query.rules, until_s)


def reopened(
    query: Query, day: Network, rules: Sequence[Applied], until_s: int | None = None
) -> Query:
    """Return a question with other openings: those of a network of the same day, and of rules.

    day: with the same graph and costs as the question's; see :mod:`corridor.network.lifting`.
    rules: those of the question that are left. until_s: how far its calendar reaches at least;
    null: as far as it did.
    """
    openings = link_openings(day, query.depart_s, until_s or query.openings.to_s)
    arcs = _arc_passages(day, openings, rules, query.costs)
    may_pass = query.costs.may_pass & ~avoided_arcs(query)
    return replace(
        query,
        network=day,
        rules=tuple(rules),
        openings=openings,
        passages=arcs.passages,
        spans=arcs.spans,
        calendars=arcs.calendars,
        duration_s=arc_durations(arcs.open_s, may_pass, arcs.calendars.opens),
    )


def reconsidered(query: Query, conditions: Conditions) -> Query:
    """Return the same question under other conditions."""
    day = query.network
    party = replace(
        query.party,
        carrier_country=conditions.carrier,
        service_class=conditions.service_class,
        lot_t=conditions.lot_t,
        complies=conditions.sanctions == "comply",
    )
    rules = applying(day, party)
    costs = _costs(day, party, rules, query.depart_s)

    states_count = query.graph.states_count
    starts = np.unique(query.starts % states_count).tolist()
    goals = np.unique(np.flatnonzero(query.is_goal) % states_count).tolist()
    requirements = list(_requirements(day, conditions, _End(query.origin, None)))
    changed = replace(
        query,
        party=party,
        costs=costs,
        usd_cents=costs.usd_cents,
        carbon_g=costs.carbon_g,
        **search_space(query.graph, starts, goals, requirements)._asdict(),
        conditions=conditions,
    )
    return reopened(changed, day, rules)


def avoided_arcs(query: Query) -> Bools:
    """Return which arcs a question asks to avoid [arcs]."""
    return matching_arcs(query.network, query.conditions.avoid)


def arc_durations(open_s: Ints, may_pass: Bools, opens: Bools) -> Ints:
    """Return the whole seconds each arc takes, half its headway included [arcs].

    -1 where it may not be passed, or never opens. open_s: what it takes where it is open [arcs].
    """
    return np.where(may_pass & opens, open_s, -1)


def _costs(day: Network, party: Party, rules: Sequence[Applied], at_s: int) -> Costs:
    """Return the costs of a day's network, made once for a cargo, its lot and what rules add."""
    extras = [
        rule for rule in rules if rule.row["effect"].startswith("extra") and rule.links_at(at_s)
    ]
    in_force = tuple((rule.row["rule_id"], rule.links_at(at_s)) for rule in extras)
    slow = tuple(row["regime_id"] for row in regimes.in_force(day, at_s))
    memo = Derived.COSTS.of(party.cargo_id, party.service_class, party.lot_t, in_force, slow)
    return day.once(memo, lambda: price(day, party, rules, at_s))


class _ArcPassages(NamedTuple):
    """How arcs are passed and when, by all whom the same is forbidden; as in :class:`Query`.

    open_s: whole seconds each arc takes where it is open, half its headway included [arcs].
    """

    passages: Passages
    spans: list[list[Span]]
    calendars: ArcCalendars
    open_s: Ints


def _arc_passages(
    day: Network, openings: Openings, rules: Sequence[Applied], costs: Costs
) -> _ArcPassages:
    """Return how every arc is passed, made once for what is forbidden and the hours it takes.

    What is passed as on the network that was asked last is taken over from it.
    """
    forbidding = bans(rules)
    ids = rule_ids(forbidding)

    def compute() -> _ArcPassages:
        entries = link_entries(day, openings, forbidding)
        passages = Passages(day, openings, entries, costs)
        times = day.once(Derived.LAST_TIMES.of(openings.period), LastTimes).next(ids, passages)

        spans = [openings.all_time] * day.graph.arcs_count
        for arc, calendar in times.mean_calendars.items():
            spans[arc] = calendar
        calendars = ArcCalendars(openings.all_time, day.graph.arcs_count, times.calendars)
        return _ArcPassages(passages, spans, calendars, times.durations_s)

    return day.once(Derived.PASSAGES.of(openings.period, ids, costs.times_key), compute)


def bans(rules: Sequence[Applied]) -> list[Applied]:
    """Return the rules that forbid."""
    return [rule for rule in rules if rule.row["effect"] == "forbid"]


def rule_ids(rules: Sequence[Applied]) -> tuple[str, ...]:
    """Return the ids of rules."""
    return tuple(rule.row["rule_id"] for rule in rules)


def _arc_words(network: Network) -> Ints:
    """Return the words of hazards of every arc [words, arcs], made once."""
    return network.once(Derived.ARC_WORDS.of(), lambda: as_words(hazards.arcs_covered(network)))
