"""Query: one question put to a network, as the arrays the kernels take.

Whole minutes, cents and grams keep every sum exact, so that equal ways compare equal whatever order
they are added in.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from corridor import stopping
from corridor.errors import CallError, UnknownName
from corridor.kernels import Bools, Ints
from corridor.kernels.records import (
    ARC,
    BOUND,
    LABEL,
    Calendars,
    SearchGraph,
    SearchLimits,
    Trip,
)
from corridor.language.speech import marked
from corridor.network import hazards, rules
from corridor.network.calendar import Span, minute
from corridor.network.changes import snapshot
from corridor.network.cost import Costs, price
from corridor.network.graph import Graph
from corridor.network.memory import Derived
from corridor.network.names import matching_arcs, resolve_place
from corridor.network.network import Network
from corridor.network.openings import Openings, arc_spans, link_openings, pack, search_spans
from corridor.network.rules import Applied, Party
from corridor.units import DAY_MIN, HOUR_MIN

CRITERIA = (marked("time"), marked("cost"), marked("carbon"), marked("risk"))
MOST_REQUIRED = 5
FIRST_YEAR = 1900
LAST_YEAR = 2200
NO_LIMIT = 1 << 40
DEFAULT_DRAWS = 1000  # sampled journeys of a route


class Options(TypedDict, total=False):
    """What else a question may ask.

    avoid, require: countries (``IR``), modes (``ferry``), places or link ids no route, or every
    route, uses. via: places every route passes, in any order. max_transshipments: most changes of
    layer. deadline: last instant of arrival; a day without an hour counts to its end. carrier:
    country of the carrier (PK), for rules that ask. draws, rng: number of sampled journeys and
    their seed.
    """

    avoid: Sequence[str]
    require: Sequence[str]
    via: Sequence[str]
    max_transshipments: int | None
    deadline: dt.date | str | None
    carrier: str | None
    draws: int
    rng: int
    most_labels: int


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a question asks beyond its ends: :class:`Options`, checked and read.

    deadline_min: last minute of arrival. null: no limit; for most_labels that of the search.
    """

    avoid: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    max_transshipments: int | None = None
    deadline_min: int | None = None
    carrier: str | None = None
    draws: int = DEFAULT_DRAWS
    rng: int = 0
    most_labels: int | None = None


@dataclass(frozen=True, eq=False)
class Query:
    """One question: the network of its day, what arcs cost, when they open, where it starts and
    ends.

    ptr, head, arc_of: the search graph in CSR order; arc_of: the network graph's arc of each.
    starts: states; is_goal [states]. duration_min is negative where an arc may not be passed.
    spans: when arcs can be entered; packed, span_ptr: the same as the search takes them, so that
    nobody leaves while a way is shut.
    """

    network: Network
    origin: str
    destination: str
    party: Party
    depart_min: int
    rules: tuple[Applied, ...]
    costs: Costs
    openings: Openings
    spans: list[list[Span]]
    packed: Ints
    span_ptr: Ints
    duration_min: Ints
    usd_cents: Ints
    carbon_g: Ints
    hazard_bits: Ints
    ptr: Ints
    head: Ints
    arc_of: Ints
    starts: Ints
    is_goal: Bools
    conditions: Conditions

    @property
    def graph(self) -> Graph:
        """The network's graph on the day of departure."""
        return self.network.graph

    def is_always_open(self, arc: int) -> bool:
        """Tell whether an arc can be entered at every minute covered, without delay."""
        spans = self.spans[arc]
        return len(spans) == 1 and spans[0][:3] == (
            self.openings.from_min,
            self.openings.to_min,
            0.0,
        )


def prepare(
    network: Network,
    origin: str,
    destination: str,
    *,
    cargo: str,
    depart: dt.date | str,
    options: Options,
    between_any: bool = False,
) -> Query:
    """Return the question as arrays. between_any: for any origin and destination, so that no rule
    that names one applies.

    origin, destination: a place, or place@layer for goods already on a train or ship. Raises
    UnknownName for a place, cargo, country, mode or layer the network has not, or for an option
    there is none of; CallError for a depart that is no date from FIRST_YEAR to LAST_YEAR and for an
    option that makes no sense.
    """
    depart_min = read_instant(depart, "depart")
    conditions = read_options(options)
    if not minute(dt.date(FIRST_YEAR, 1, 1)) <= depart_min < minute(dt.date(LAST_YEAR + 1, 1, 1)):
        raise CallError(f"depart {str(depart)!r} is not between {FIRST_YEAR} and {LAST_YEAR}.")
    day = snapshot(network, depart_min)
    (start, start_layer), (end, end_layer) = (_place(day, text) for text in (origin, destination))
    nodes = day.by_id("nodes")
    first, last = (None, None) if between_any else (nodes[start]["country"], nodes[end]["country"])
    party = Party(cargo, first, last, conditions.carrier)
    applied = rules.applying(day, party)
    costs = _costs(day, party, applied, depart_min)
    openings = link_openings(day, depart_min)
    forbidding = [a for a in applied if a.row["effect"] == "forbid"]
    spans = _spans(day, openings, forbidding)
    packed, span_ptr = _packed(day, openings, forbidding, spans)
    avoided = matching_arcs(day, conditions.avoid)
    ptr, head, arc_of, starts, is_goal = _search_graph(
        day,
        _states(day, start, start_layer),
        _states(day, end, end_layer),
        [matching_arcs(day, [r]) for r in conditions.require]
        + [_arcs_into(day, resolve_place(day, v)) for v in conditions.via],
        [start == resolve_place(day, v) for v in conditions.via],
    )
    return Query(
        network=day,
        origin=start,
        destination=end,
        party=party,
        depart_min=depart_min,
        rules=tuple(applied),
        costs=costs,
        openings=openings,
        spans=spans,
        packed=packed,
        span_ptr=span_ptr,
        duration_min=arc_durations(costs, avoided, span_ptr),
        usd_cents=np.rint(costs.usd * 100).astype(np.int64),
        carbon_g=np.rint(costs.kg * 1000).astype(np.int64),
        hazard_bits=arc_bits(day),
        ptr=ptr,
        head=head,
        arc_of=arc_of,
        starts=starts,
        is_goal=is_goal,
        conditions=conditions,
    )


def read_instant(value: dt.date | str, name: str) -> int:
    """Return the minute of a date or instant; CallError names the argument where it is neither."""
    try:
        return minute(value)
    except (ValueError, TypeError):
        raise CallError(
            f"{name} {value!r} is not a date: write 2026-02-10 or 2026-02-10T08:00."
        ) from None


def read_deadline(value: dt.date | str) -> int:
    """Return the last minute of arrival: the instant, or the end of the day where no hour is
    given."""
    at = read_instant(value, "deadline")
    text = value.strip() if isinstance(value, str) else value.isoformat()
    return at if len(text) > len("2026-02-10") else at + DAY_MIN


def read_options(options: Options) -> Conditions:
    """Return options as conditions; UnknownName or CallError for those that make no sense."""
    for name in options:
        if name not in Options.__annotations__:
            raise UnknownName("option", name, Options.__annotations__)

    cap = options.get("max_transshipments")
    carrier = options.get("carrier")
    deadline = options.get("deadline")
    draws = options.get("draws", DEFAULT_DRAWS)
    rng = options.get("rng", 0)

    if cap is not None and cap < 0:
        raise CallError(f"max_transshipments must be 0 or more, not {cap}.")
    if carrier is not None and not re.fullmatch("[A-Z]{2}", carrier):
        raise CallError(
            f"carrier {carrier!r} is not a country: write two capital letters, such as PK."
        )
    if draws < 1:
        raise CallError(f"draws must be 1 or more, not {draws}.")
    if rng < 0:
        raise CallError(f"rng, the seed, must be 0 or more, not {rng}.")

    return Conditions(
        avoid=_words(options.get("avoid")),
        require=_words(options.get("require")),
        via=_words(options.get("via")),
        max_transshipments=cap,
        deadline_min=None if deadline is None else read_deadline(deadline),
        carrier=carrier,
        draws=draws,
        rng=rng,
        most_labels=options.get("most_labels"),
    )


def _words(value: Sequence[str] | None) -> tuple[str, ...]:
    """Return words as a tuple; one word is a list of one."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def arc_durations(costs: Costs, avoided: Bools, span_ptr: Ints) -> Ints:
    """Return the whole minutes each arc takes, half its headway included [arcs].

    -1 where it may not be passed: by mode or form, where it is avoided, or where its calendar
    (from span_ptr[a] to span_ptr[a + 1]) never opens.
    """
    hours = costs.run_h + costs.fixed_h + costs.headway_h / 2
    minutes = np.rint(hours * HOUR_MIN).astype(np.int64)
    opens = np.diff(span_ptr) > 0

    return np.where(costs.may_pass & ~avoided & opens, minutes, -1)


def search(
    query: Query, use: Bools, *, duration_min: Ints | None = None, most_labels: int = 1 << 24
) -> tuple[int, Ints, Ints]:
    """Return the kernel's answer: status, labels and goal labels, whose arcs are the network
    graph's.

    use: which of time, cost, carbon and risk count [4]. duration_min: another set of durations for
    the same arcs. Raises Stopped where it is told to end.
    """
    from corridor.kernels import pareto

    days = query.duration_min if duration_min is None else duration_min
    cap = query.conditions.max_transshipments
    weights = hazards.weights(query.network, query.depart_min)
    live = sum(1 << h for h in np.flatnonzero(weights).tolist())
    _, by_cost, by_carbon, by_risk = use.tolist()

    arcs = np.zeros((query.graph.arcs_count, len(ARC)), np.int64)
    arcs[:, ARC.duration] = days
    if by_cost:
        arcs[:, ARC.money] = query.usd_cents
    if by_carbon:
        arcs[:, ARC.carbon] = query.carbon_g
    if by_risk:
        arcs[:, ARC.hazard_bits] = query.hazard_bits & live
    if cap is not None:
        arcs[:, ARC.transshipments] = [kind == "terminal" for kind in query.graph.kind]
    arcs = arcs[query.arc_of]

    limit = query.openings.to_min
    if query.conditions.most_labels is not None:
        most_labels = query.conditions.most_labels
    if query.conditions.deadline_min is not None:
        limit = min(limit, query.conditions.deadline_min)
    answer: tuple[int, Ints, Ints] = pareto.search(
        SearchGraph(query.ptr, query.head),
        _calendars_in_order(query),
        arcs,
        weights,
        Trip(query.starts, query.depart_min, query.is_goal),
        lower_bounds(query, arcs),
        use,
        SearchLimits(
            last_arrival=limit,
            transshipments=NO_LIMIT if cap is None else min(cap, NO_LIMIT),
            labels=most_labels,
        ),
        stopping.flag(),
    )
    stopping.raise_if_stopped()
    return answer


def trace(query: Query, labels: Ints, label: int) -> list[int]:
    """Return the arcs of the network's graph that lead to a label, first to last."""
    arcs = []
    while (parent := int(labels[label, LABEL.parent])) >= 0:
        arcs.append(int(query.arc_of[labels[label, LABEL.arc]]))
        label = parent
    return arcs[::-1]


def lower_bounds(query: Query, arcs: Ints) -> Ints:
    """Return the least from every state to the goal [states, 4], columns BOUND.

    arcs: what the arcs of the search graph add to a label [arcs, 5], columns ARC.
    """
    from corridor.kernels.paths import dijkstra

    n = len(query.ptr) - 1
    tail = np.repeat(np.arange(n), np.diff(query.ptr))
    order = np.argsort(query.head, kind="stable")
    ptr = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(query.head, minlength=n), out=ptr[1:])
    goals = np.flatnonzero(query.is_goal)
    is_passable = arcs[:, ARC.duration] >= 0

    bounds = np.empty((n, len(BOUND)), np.int64)
    for bound, column in (
        (BOUND.duration, ARC.duration),
        (BOUND.money, ARC.money),
        (BOUND.carbon, ARC.carbon),
        (BOUND.transshipments, ARC.transshipments),
    ):
        weight = np.where(is_passable, arcs[:, column], -1)[order]
        bounds[:, bound], _ = dijkstra(ptr, tail[order], weight, goals)
    return bounds


def arc_bits(network: Network) -> Ints:
    """Return the hazard bits of every arc [arcs], made once."""
    return network.once(
        Derived.ARC_BITS.of(), lambda: hazards.bits_of_arcs(network, hazards.link_bits(network))
    )


def _costs(day: Network, party: Party, applied: Sequence[Applied], at_min: int) -> Costs:
    extras = tuple(
        a.row["rule_id"]
        for a in applied
        if a.row["effect"].startswith("extra") and a.from_min <= at_min < a.to_min
    )
    return day.once(
        Derived.COSTS.of(party.cargo_id, extras), lambda: price(day, party, applied, at_min)
    )


def _spans(day: Network, openings: Openings, forbidding: Sequence[Applied]) -> list[list[Span]]:
    bans = tuple(f.row["rule_id"] for f in forbidding)
    return day.once(
        Derived.ARC_SPANS.of(openings.from_min, bans), lambda: arc_spans(day, openings, forbidding)
    )


def _packed(
    day: Network, openings: Openings, forbidding: Sequence[Applied], spans: list[list[Span]]
) -> tuple[Ints, Ints]:
    bans = tuple(f.row["rule_id"] for f in forbidding)
    return day.once(
        Derived.PACKED_SPANS.of(openings.from_min, bans),
        lambda: pack(search_spans(day, openings, forbidding, spans)),
    )


def _calendars_in_order(query: Query) -> Calendars:
    """Calendars in the search graph's order."""
    lengths = np.diff(query.span_ptr)[query.arc_of]
    ptr = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=ptr[1:])
    pick = np.repeat(query.span_ptr[query.arc_of] - ptr[:-1], lengths) + np.arange(ptr[-1])
    return Calendars(np.ascontiguousarray(query.packed[:, pick].T), ptr)


def _place(network: Network, text: str) -> tuple[str, str | None]:
    name, _, layer = text.partition("@")
    return resolve_place(network, name), layer.strip() or None


def _states(network: Network, node: str, layer: str | None) -> list[int]:
    """States a trip may start or end in: the layer asked for, else the road, else every layer of
    the place."""
    graph = network.graph
    here = {lay: s for (n, lay), s in graph.state_index.items() if n == node}
    if layer is not None:
        if layer not in here:
            raise UnknownName(f"layer at {node}", layer, here)
        return [here[layer]]
    return [here["road"]] if "road" in here else sorted(here.values())


def _arcs_into(network: Network, node: str) -> Bools:
    graph = network.graph
    row = graph.node_ids.index(node)
    into: Bools = graph.state_node[graph.head] == row
    return into | _service_nodes(network, node)


def _service_nodes(network: Network, node: str) -> Bools:
    links = network.rows("links")
    return np.array(
        [
            len(runs) > 1
            and any(node in (links[i]["from_node_id"], links[i]["to_node_id"]) for i, _ in runs)
            for runs in network.graph.runs
        ]
    )


def _search_graph(
    network: Network,
    starts: list[int],
    goals: list[int],
    conditions: list[Bools],
    met_at_start: list[bool],
) -> tuple[Ints, Ints, Ints, Ints, Bools]:
    """The graph in CSR order, one copy for each set of required things already met."""
    if len(conditions) > MOST_REQUIRED:
        raise CallError(
            f"At most {MOST_REQUIRED} places, modes or countries can be required at once."
        )
    graph = network.graph
    n = graph.states_count
    copies = 1 << len(conditions)
    gains = np.zeros(graph.arcs_count, np.int64)
    for c, arcs in enumerate(conditions):
        gains |= arcs.astype(np.int64) << c
    tails = np.concatenate([graph.tail + n * c for c in range(copies)])
    heads = np.concatenate([graph.head + n * (c | gains) for c in range(copies)])
    arcs_of = np.tile(np.arange(graph.arcs_count), copies)
    order = np.argsort(tails, kind="stable")
    ptr = np.zeros(n * copies + 1, np.int64)
    np.cumsum(np.bincount(tails, minlength=n * copies), out=ptr[1:])
    offset = len(conditions) - len(met_at_start)
    met = sum(1 << (offset + i) for i, yes in enumerate(met_at_start) if yes)
    is_goal = np.zeros(n * copies, bool)
    is_goal[[g + n * (copies - 1) for g in goals]] = True
    return (
        ptr,
        heads[order],
        arcs_of[order],
        np.array([s + n * met for s in starts], np.int64),
        is_goal,
    )
