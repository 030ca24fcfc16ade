"""Demand arrays: demand laid on a network, compiled once into what closures are computed from.

Trips are the rows of a demand table. Each day of a year has a regime: which ways the calendar opens
that day and what wait they take, as :func:`corridor.routing.skims.skim` counts it. Days with the
same regime share one array; trips that pay the same prices and obey the same rules share a class.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from corridor.errors import CallError, Finding, StudyError
from corridor.kernels import Floats, Ints
from corridor.language.messages import message
from corridor.network.calendar import Span, day_of, minute
from corridor.network.cost import cargo_hour_usd
from corridor.network.names import resolve_place
from corridor.network.network import Network, Row
from corridor.routing.query import Query, prepare, read_instant
from corridor.routing.skims import mean_wait
from corridor.tables import selectors
from corridor.units import DAY_MIN, HOUR_MIN, WEEK_MIN

MOST_HAZARDS = 62
LIMIT_SHARE = (
    0.1  # of its value a unit may cost more before it stays: an estimate, see docs/decisions
)
NEEDED = ("demand_id", "origin_node_id", "destination_node_id", "cargo_id", "units_per_year")


@dataclass(frozen=True, eq=False)
class DemandArrays:
    """Demand on a network over some days, as arrays; arcs are in CSR order.

    trips: the demand rows, with t_per_unit, value_usd_per_unit and hour_usd (what an hour costs a
    unit). ptr, head, tail: the search graph; arc_of: the graph's arc of each. weight: generalised
    cost in cents, -1 where shut, and minutes: [regimes, classes, arcs]; metres, cents: [arcs] and
    [classes, arcs] of the first regime. regime_of_day [days]; class_of [trips]. starts and goals:
    states of each trip, those of trip t from start_ptr[t] to start_ptr[t + 1].
    """

    network: Network
    first_on: dt.date
    trips: pl.DataFrame
    ptr: Ints
    head: Ints
    tail: Ints
    arc_of: Ints
    weight: Ints
    minutes: Ints
    cents: Ints
    metres: Ints
    regime_of_day: Ints
    class_of: Ints
    starts: tuple[Ints, Ints]
    goals: tuple[Ints, Ints]

    def units(self) -> Floats:
        """Return the units of every trip a year [trips]."""
        return self.trips["units_per_year"].to_numpy().astype(float)

    def column(self, name: str) -> Floats:
        """Return a number of every trip [trips]."""
        return self.trips[name].to_numpy().astype(float)

    def groups(self) -> list[tuple[int, Ints, Ints]]:
        """Return the trips that share class and start: class, states to start in, trip numbers."""
        found: dict[tuple[Any, ...], list[int]] = {}
        for t in range(self.trips.height):
            found.setdefault((int(self.class_of[t]), *part(self.starts, t).tolist()), []).append(t)
        return [
            (key[0], np.array(key[1:], np.int64), np.array(trips, np.int64))
            for key, trips in found.items()
        ]

    def hash(self) -> str:
        """Return a hash of everything the results depend on."""
        digest = hashlib.sha256(self.first_on.isoformat().encode())
        numbers = (
            self.column(c)
            for c in ("units_per_year", "t_per_unit", "value_usd_per_unit", "hour_usd")
        )
        for array in (
            self.ptr,
            self.head,
            self.weight,
            self.minutes,
            self.regime_of_day,
            self.class_of,
            *self.starts,
            *self.goals,
            *numbers,
        ):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def compile_demand(
    network: Network, demand: pl.DataFrame, *, on: dt.date | str, days: int = 1
) -> DemandArrays:
    """Return demand laid on the network, from a day on for so many days.

    demand: columns demand_id, origin_node_id, destination_node_id, cargo_id, units_per_year; every
    row counts, whatever its year. Raises CallError for a demand without rows or columns,
    UnknownName for a place or cargo the network has not.
    """
    first = day_of(read_instant(on, "on"))
    if (dt.date.max - first).days <= days:
        raise CallError(f"on {first} is too late a day to look {days} days ahead.")
    missing = [c for c in NEEDED if c not in demand.columns]
    if missing or not demand.height:
        raise CallError(
            "demand has no rows."
            if not missing
            else f"demand lacks the columns {', '.join(missing)}."
        )
    trips = demand.select(NEEDED).to_dicts()
    for row in trips:
        if row["units_per_year"] is None or row["units_per_year"] < 0:
            raise CallError(
                f"demand {row['demand_id']!r}: units_per_year must be 0 or more, not "
                f"{row['units_per_year']}."
            )
    periods = [_Period(network, trips, a, b) for a, b in _periods(network, first, days)]
    if len({p.shape for p in periods}) > 1:
        raise CallError(
            message(
                "A dated change alters the shape of the network (a gauge or a service) within "
                "these days: take days on one side of it."
            )
        )
    kinds, class_of = _classes(periods)
    weight, minutes, cents = (
        np.concatenate(parts)
        for parts in zip(
            *(p.arrays([c[i] for c in kinds]) for i, p in enumerate(periods)), strict=True
        )
    )
    regimes = np.concatenate(
        [p.regime + sum(len(q.waits) for q in periods[:i]) for i, p in enumerate(periods)]
    )
    query = periods[0].queries[0]
    cargoes = query.network.by_id("cargoes")
    frame = pl.DataFrame(
        [
            {
                **row,
                "t_per_unit": cargoes[row["cargo_id"]]["t_per_unit"],
                "value_usd_per_unit": cargoes[row["cargo_id"]]["value_usd_per_unit"],
                "hour_usd": cargo_hour_usd(cargoes[row["cargo_id"]]),
            }
            for row in trips
        ]
    )
    ends = periods[0].ends
    return DemandArrays(
        network=query.network,
        first_on=first,
        trips=frame,
        ptr=query.ptr,
        head=query.head,
        tail=query.graph.tail[query.arc_of],
        arc_of=query.arc_of,
        weight=weight,
        minutes=minutes,
        cents=cents[0],
        metres=_metres(query)[query.arc_of],
        regime_of_day=regimes,
        class_of=class_of,
        starts=packed([s for s, _ in ends]),
        goals=packed([g for _, g in ends]),
    )


def packed(groups: Sequence[Sequence[int] | Ints]) -> tuple[Ints, Ints]:
    """Return groups of numbers end to end, and where each begins [groups + 1]."""
    pointer = np.zeros(len(groups) + 1, np.int64)
    np.cumsum([len(g) for g in groups], out=pointer[1:])
    return np.array([x for g in groups for x in g], np.int64), pointer


def part(pairs: tuple[Ints, Ints], number: int) -> Ints:
    """Return one group of :func:`packed`."""
    return pairs[0][pairs[1][number] : pairs[1][number + 1]]


def into(arrays: DemandArrays) -> tuple[Ints, Ints]:
    """Return the arcs into each state: where those of each begin [states + 1], and the arcs."""
    n = len(arrays.ptr) - 1
    pointer = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(arrays.head, minlength=n), out=pointer[1:])
    return pointer, np.argsort(arrays.head, kind="stable").astype(np.int64)


def hazard_masks(network: Network, hazards: pl.DataFrame) -> Ints:
    """Return the bits of the hazards that cover each link [links], bit h for row h.

    Raises StudyError with every row that makes no sense, CallError for more hazards than a word has
    bits.
    """
    links = network.frames["links"]
    nodes = network.frames["nodes"]
    bits = np.zeros(links.height, np.int64)
    findings = []
    if hazards.height > MOST_HAZARDS:
        raise CallError(
            message(
                "{count} hazards are more than the {most} that fit: join those that cover the "
                "same links.",
                count=hazards.height,
                most=MOST_HAZARDS,
            )
        )
    known = {*links["link_id"].to_list()}
    for h, row in enumerate(hazards.iter_rows(named=True)):
        for column in ("events_per_year", "duration_median_d", "duration_sigma"):
            value = row[column]
            above = column == "duration_median_d"
            if value is None or not np.isfinite(value) or value < 0 or above and value == 0:
                do = f"Write a number {'above 0' if above else 'of 0 or more'}."
                findings.append(_finding(row, column, f"is {value}", do))
        try:
            terms = selectors.parse(row["row_id"] or "")
            chosen = selectors.select(row["row_id"], links, nodes)
        except ValueError as error:
            findings.append(
                _finding(row, "row_id", f"cannot be read: {error}", "Write link ids or a selector.")
            )
            continue
        unknown = [t.word for t in terms if t.kind == "id" and t.word not in known]
        if unknown or not chosen:
            findings.append(
                _finding(
                    row,
                    "row_id",
                    f"names {', '.join(unknown) or row['row_id']!r}, which no link is",
                    "Write links of links.csv.",
                )
            )
        bits[chosen] |= np.int64(1) << np.int64(h)
    if findings:
        raise StudyError(findings)
    return bits


def arc_masks(arrays: DemandArrays, link_bits: Ints) -> Ints:
    """Return the bits of every arc in CSR order [arcs]: those of all links it runs over."""
    runs = arrays.network.graph.runs
    made = [
        np.bitwise_or.reduce(link_bits[[i for i, _ in runs[a]]]) if runs[a] else 0
        for a in arrays.arc_of.tolist()
    ]
    return np.array(made, np.int64)


def _finding(row: Row, column: str, what: str, do: str) -> Finding:
    return Finding(
        "bad-hazard",
        f"hazards.{column} of {row['hazard_id']!r} {what}.",
        do,
        table="hazards",
        column=column,
        value=None if row[column] is None else str(row[column]),
        rows=(str(row["hazard_id"]),),
    )


class _Period:
    """Some days between two dated changes of prices or rules: questions, calendars and waits."""

    def __init__(
        self, network: Network, trips: Sequence[Row], start: dt.date, end: dt.date
    ) -> None:
        self.queries: list[Query] = []
        self.query_of: list[int] = []
        self.ends: list[tuple[Ints, Ints]] = []
        self.trips = trips
        asked: dict[tuple[Any, ...], int] = {}
        places: dict[str, tuple[Ints, Ints]] = {}
        for row in trips:
            nodes = network.by_id("nodes")
            a, b = (
                resolve_place(network, row[c].partition("@")[0])
                for c in ("origin_node_id", "destination_node_id")
            )
            party = (row["cargo_id"], nodes[a]["country"], nodes[b]["country"])
            if party not in asked:
                asked[party] = len(self.queries)
                self.queries.append(_ask(network, row, start))
            self.query_of.append(asked[party])
            for place in (row["origin_node_id"], row["destination_node_id"]):
                if place not in places:
                    query = _ask(
                        network,
                        {**row, "origin_node_id": place, "destination_node_id": place},
                        start,
                    )
                    places[place] = query.starts, np.flatnonzero(query.is_goal)
            self.ends.append(
                (places[row["origin_node_id"]][0], places[row["destination_node_id"]][1])
            )
        graph = self.queries[0].graph
        self.shape = (
            graph.tail.tobytes(),
            graph.head.tobytes(),
            tuple(graph.kind),
            tuple(graph.runs),
        )
        self.waits, self.regime = self._regimes(start, end)

    def _regimes(self, start: dt.date, end: dt.date) -> tuple[list[list[Floats]], Ints]:
        """The distinct days: the wait of every arc for every calendar in use, NaN where shut, and
        which each day is."""
        calendars: dict[int, list[list[Span]]] = {}
        self.calendar_of = []
        for query in self.queries:
            calendars.setdefault(id(query.spans), query.spans)
            self.calendar_of.append(list(calendars).index(id(query.spans)))
        lists = [_alike(spans) for spans in calendars.values()]
        known: dict[bytes, int] = {}
        waits: list[list[Floats]] = []
        regime = []
        for at in range(minute(start), minute(end), DAY_MIN):
            made = [_waits(unlike, at)[which] for unlike, which in lists]
            key = b"".join(w.tobytes() for w in made)
            if key not in known:
                known[key] = len(waits)
                waits.append(made)
            regime.append(known[key])
        return waits, np.array(regime, np.int64)

    def arrays(self, queries: Sequence[int]) -> tuple[Ints, Ints, Ints]:
        """Weights, minutes [regimes, classes, arcs] and money in cents [1, classes, arcs] of some
        of the questions."""
        shape = (len(self.waits), len(queries), self.queries[0].graph.arcs_count)
        weight = np.empty(shape, np.int64)
        minutes = np.empty(shape, np.int64)
        cents = np.empty((1, *shape[1:]), np.int64)
        order = self.queries[0].arc_of
        for c, q in enumerate(queries):
            query = self.queries[q]
            per_hour = cargo_hour_usd(query.network.by_id("cargoes")[query.party.cargo_id])
            cents[0, c] = query.usd_cents[order]
            for r, waits in enumerate(self.waits):
                wait = waits[self.calendar_of[q]]
                shut = np.isnan(wait) | (query.duration_min < 0)
                taken = np.where(shut, 0, query.duration_min + np.nan_to_num(wait)).round()
                minutes[r, c] = taken[order]
                weight[r, c] = np.where(
                    shut, -1, query.usd_cents + np.rint(taken / HOUR_MIN * per_hour * 100)
                )[order]
        return weight, minutes, cents


def _ask(network: Network, row: Row, on: dt.date) -> Query:
    return prepare(
        network,
        row["origin_node_id"],
        row["destination_node_id"],
        cargo=row["cargo_id"],
        depart=on,
        options={},
    )


def _periods(network: Network, first: dt.date, days: int) -> list[tuple[dt.date, dt.date]]:
    """The days cut where a dated change of anything but a link's status, or a rule, begins or ends;
    and at new years, as calendars are made by the year."""
    last = first + dt.timedelta(days=days)
    cuts = {first, last, *(dt.date(y, 1, 1) for y in range(first.year + 1, last.year + 1))}
    followed = (pl.col("table") == "links") & (pl.col("column") == "status")
    for frame in (network.changes.filter(~followed), network.frames["rules"]):
        cuts |= {d for column in ("from_on", "to_on") for d in frame[column].drop_nulls().to_list()}
    inside = sorted(d for d in cuts if first <= d <= last)
    return list(zip(inside, inside[1:], strict=False))


def _classes(periods: Sequence[_Period]) -> tuple[list[tuple[int, ...]], Ints]:
    """The question of each class in every period, and the class of each trip: one for all that
    weigh every arc alike."""
    found: dict[tuple[bytes, ...], int] = {}
    kinds: list[tuple[int, ...]] = []
    known: dict[tuple[int, ...], int] = {}
    class_of = []
    for asked in zip(*(p.query_of for p in periods), strict=True):
        if asked not in known:
            arrays = [a for q, p in zip(asked, periods, strict=True) for a in p.arrays([q])]
            key = tuple(hashlib.sha256(a.tobytes()).digest() for a in arrays)
            if key not in found:
                found[key] = len(kinds)
                kinds.append(asked)
            known[asked] = found[key]
        class_of.append(known[asked])
    return kinds, np.array(class_of, np.int64)


def _alike(spans: Sequence[Sequence[Span]]) -> tuple[list[Sequence[Span]], Ints]:
    """The different calendars among those of all arcs, and which each arc has [arcs]."""
    number: dict[tuple[Span, ...], int] = {}
    which = np.array([number.setdefault(tuple(own), len(number)) for own in spans], np.int64)
    return list(number), which


def _waits(spans: Sequence[Sequence[Span]], at_min: int) -> Floats:
    """Mean wait of every calendar over the week from a minute on, NaN where it stays shut."""
    result = np.empty(len(spans))
    for a, own in enumerate(spans):
        if len(own) == 1 and own[0].start_min <= at_min and at_min + WEEK_MIN <= own[0].end_min:
            result[a] = own[0].delay_min
        else:
            k = bisect_right(own, at_min, key=lambda s: s.end_min)
            result[a] = mean_wait(own[k : k + 64], at_min)
    return result


def _metres(query: Query) -> Ints:
    links = query.network.rows("links")
    km = np.array([sum(links[i]["length_km"] for i, _ in runs) for runs in query.graph.runs])
    made: Ints = (1000 * km).round().astype(np.int64)
    return made
