"""Routing: every way worth taking from one place to another on a date, by time, money, carbon and
risk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import polars as pl

from corridor import stopping
from corridor.errors import CallError, NotConverged, UnknownName
from corridor.kernels import Bools, Floats, Ints
from corridor.kernels.records import CRITERIA_COLUMNS, LABEL
from corridor.language.messages import joined, message
from corridor.network import hazards
from corridor.network.cost import cargo_hour_usd
from corridor.network.network import Network
from corridor.routing.itinerary import Leg, legs
from corridor.routing.journeys import sample
from corridor.routing.query import (
    CRITERIA,
    Options,
    Query,
    prepare,
    search,
    trace,
)
from corridor.routing.whynot import Opening, opening_sets, say_openings
from corridor.tables.store import installed_version, write_results
from corridor.units import HOUR_MIN

ROUTE_TYPES: dict[str, Any] = {
    "route_id": pl.String,
    "time_h": pl.Float64,
    "time_p05_h": pl.Float64,
    "time_p50_h": pl.Float64,
    "time_p95_h": pl.Float64,
    "on_time_share": pl.Float64,
    "cost_usd": pl.Float64,
    "carbon_kg": pl.Float64,
    "risk_share": pl.Float64,
    "borders_count": pl.Int64,
    "transshipments_count": pl.Int64,
    "length_km": pl.Float64,
    "modes": pl.List(pl.String),
    "countries": pl.List(pl.String),
    "borders": pl.List(pl.String),
    "documents": pl.List(pl.String),
    "hazards": pl.List(pl.String),
}
_AT = pl.Datetime("us", "UTC")
LEG_TYPES: dict[str, Any] = {
    "route_id": pl.String,
    "leg": pl.Int64,
    "kind": pl.String,
    "link_id": pl.String,
    "terminal_id": pl.String,
    "service_id": pl.String,
    "mode": pl.String,
    "layer": pl.String,
    "from_node_id": pl.String,
    "to_node_id": pl.String,
    "country": pl.String,
    "depart_at": _AT,
    "arrive_at": _AT,
    "wait_h": pl.Float64,
    "time_h": pl.Float64,
    "fixed_h": pl.Float64,
    "length_km": pl.Float64,
    "cost_usd": pl.Float64,
    "carbon_kg": pl.Float64,
    "source_id": pl.String,
    "confidence": pl.String,
    "rate_source_id": pl.String,
    "rate_confidence": pl.String,
}


@dataclass(frozen=True, eq=False)
class Routes:
    """Routes of one question, none worse than another on every criterion asked.

    routes: one row a route, quickest first; legs: their links and terminals; pareto_count: how many
    exist, of which at most max_routes are shown; reason: why there is none, else null; openings:
    what would have to open, smallest first.
    """

    routes: pl.DataFrame
    legs: pl.DataFrame
    pareto_count: int
    reason: str | None
    openings: tuple[Opening, ...] = ()
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        asked = self.provenance
        head = (
            f"Routes: {self.routes.height} of {self.pareto_count} routes from "
            f"{asked.get('origin')} to {asked.get('destination')} on {asked.get('depart')}."
        )
        return f"{head} reason: {self.reason}" if self.reason else head

    def write(self, folder: str | Path) -> Path:
        """Write routes and legs as Parquet and a manifest into a folder and return it."""
        return write_results(
            folder,
            {"routes": self.routes, "legs": self.legs},
            {
                **self.provenance,
                "pareto_count": self.pareto_count,
                "reason": self.reason,
                "warnings": list(self.warnings),
            },
        )


def route(
    network: Network,
    origin: str,
    destination: str,
    *,
    cargo: str,
    depart: dt.date | str,
    criteria: Sequence[str] = CRITERIA,
    max_routes: int = 10,
    **options: Unpack[Options],
) -> Routes:
    """Return the Pareto-optimal routes for one unit of a cargo leaving on a date.

    origin, destination: a place by id, name or UN/LOCODE; ``place@layer`` for goods already on a
    train or ship. depart: date (midnight UTC) or instant. criteria: any of time, cost, carbon,
    risk. max_routes: most routes shown, spread over the set. Goods wait for what opens later; what
    is shut without an end is not passed. options: see :class:`corridor.routing.query.Options`.
    Raises CallError or UnknownName for a wrong argument, NotConverged where the set is too large to
    be had exactly. No route is an empty answer with a reason.

    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan").network
    >>> routes = co.route(network, "almaty", "karachi", cargo="container-40", depart="2026-07-01")
    >>> routes.pareto_count > 0
    True
    """
    use = read_criteria(criteria)
    if max_routes < 1:
        raise CallError(f"max_routes must be 1 or more, not {max_routes}.")
    query = prepare(network, origin, destination, cargo=cargo, depart=depart, options=options)
    ways, weights = pareto_ways(query, use)
    shown = spread(weights, ways.countries(), worth(query, weights), max_routes)
    provenance = {
        "corridor": installed_version(),
        "inputs": query.network.inputs,
        "changes": network.changes["change_id"].unique(maintain_order=True).to_list(),
        "seed": options.get("rng", 0),
        "origin": query.origin,
        "destination": query.destination,
        "cargo": cargo,
        "depart": str(depart),
        "criteria": list(criteria),
        "max_routes": max_routes,
        "choices": dict(query.network.choices),
        "options": {k: v for k, v in options.items() if v is not None},
    }
    tables = describe(query, [ways[i] for i in shown])
    if len(ways):
        return Routes(
            *tables,
            pareto_count=len(ways),
            reason=None,
            warnings=_warnings(tables[0]),
            provenance=provenance,
        )
    found = opening_sets(query)
    return Routes(
        *tables,
        pareto_count=0,
        reason=say_openings(query, found),
        openings=found,
        provenance=provenance,
    )


def read_criteria(criteria: Sequence[str]) -> Bools:
    """Return which of time, cost, carbon and risk are named [4]; CallError for none, UnknownName
    for another word."""
    if isinstance(criteria, str):
        criteria = [c.strip() for c in criteria.split(",")]
    for word in criteria:
        if word not in CRITERIA:
            raise UnknownName("criterion", word, CRITERIA)
    if not criteria:
        raise CallError("criteria cannot be empty: name any of " + ", ".join(CRITERIA) + ".")
    return np.array([c in criteria for c in CRITERIA])


@dataclass(frozen=True, eq=False)
class Ways:
    """The ways a search found, as arcs of the network's graph, traced when asked for."""

    query: Query
    labels: Ints
    goals: Ints

    def __len__(self) -> int:
        return len(self.goals)

    def __getitem__(self, number: int) -> list[int]:
        return trace(self.query, self.labels, int(self.goals[number]))

    def countries(self) -> Ints:
        """Return which countries each way touches, as bits [ways]: ways of equal bits are one
        corridor."""
        graph = self.query.graph
        nodes = self.query.network.by_id("nodes")
        codes = {c: k for k, c in enumerate(sorted({n["country"] for n in nodes.values()}))}
        state_bit = np.array(
            [1 << codes[nodes[graph.node_ids[i]]["country"]] % 62 for i in graph.state_node],
            np.int64,
        )
        bits = np.zeros(len(self.goals), np.int64)
        here = self.goals.copy()
        while (here >= 0).any():
            on = here >= 0
            bits[on] |= state_bit[self.labels[here[on], LABEL.state] % graph.states_count]
            here[on] = self.labels[here[on], LABEL.parent]
        return bits


def pareto_ways(query: Query, use: Bools) -> tuple[Ways, Ints]:
    """Return every Pareto-optimal way, and its minutes, cents, grams and risk weight where used
    [ways, 4]."""
    from corridor.kernels.pareto import DONE, undominated

    status, labels, goals = search(query, use)
    if status != DONE:
        raise NotConverged(
            f"More than {len(labels):,} partial ways stand side by side from {query.origin} to "
            f"{query.destination}. Ask for fewer criteria, a deadline, or a cap on transshipments."
        )
    values = labels[goals, CRITERIA_COLUMNS] * use
    order = np.lexsort(values.T[::-1])
    keep = order[undominated(np.ascontiguousarray(values[order]))]
    return Ways(query, labels, goals[keep]), values[keep]


def worth(query: Query, values: Ints) -> Floats:
    """Return the generalised cost of ways in USD: money plus hours at the cargo's value of time
    [ways]."""
    cargo = query.network.by_id("cargoes")[query.party.cargo_id]
    hours = (values[:, 0] - query.depart_min * (values[:, 0] > 0)) / HOUR_MIN
    usd: Floats = values[:, 1] / 100 + hours * cargo_hour_usd(cargo)
    return usd


def spread(values: Ints, corridor: Ints, cost: Floats, most: int) -> list[int]:
    """Return at most so many rows: the best of every criterion, the cheapest of every corridor,
    then the most different.

    values: what is compared [rows, criteria]; corridor: equal numbers are one corridor [rows];
    cost: generalised cost [rows]. Difference is the largest gap of ranks over the criteria, so that
    no unit weighs more than another.
    """
    if len(values) <= most:
        return sorted(range(len(values)), key=lambda i: tuple(values[i]))
    by_cost = np.argsort(cost, kind="stable").tolist()
    wanted = [
        int(np.lexsort((cost, column))[0]) for column in values.T if column.min() < column.max()
    ]
    wanted += [
        next(i for i in by_cost if corridor[i] == c)
        for c in dict.fromkeys(corridor[by_cost].tolist())
    ]
    taken = list(dict.fromkeys([*wanted, *by_cost[:1]]))[:most]
    ranks = np.stack([np.searchsorted(np.sort(column), column) for column in values.T], axis=1)
    gap = np.min([np.abs(ranks - ranks[t]).max(axis=1) for t in taken], axis=0)
    while len(taken) < most:
        far = int(gap.argmax())
        taken.append(far)
        gap = np.minimum(gap, np.abs(ranks - ranks[far]).max(axis=1))
    return sorted(taken, key=lambda i: tuple(values[i]))


def describe(query: Query, ways: Sequence[Sequence[int]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the routes and legs tables of ways, quickest first."""
    made = sorted(
        ((legs(query, way), way) for way in ways), key=lambda m: m[0][-1].arrive_min if m[0] else 0
    )
    routes = []
    rows = []
    for number, (parts, way) in enumerate(made, start=1):
        stopping.raise_if_stopped()
        route_id = f"r{number}"
        routes.append(_route_row(query, route_id, parts, way))
        rows += [leg.as_row(route_id, k) for k, leg in enumerate(parts)]
    return pl.DataFrame(routes, schema=ROUTE_TYPES), pl.DataFrame(rows, schema=LEG_TYPES)


def _route_row(
    query: Query, route_id: str, parts: Sequence[Leg], way: Sequence[int]
) -> dict[str, Any]:
    nodes = query.network.by_id("nodes")
    hours = sample(query, way, draws=query.conditions.draws, rng=query.conditions.rng)
    low, middle, high = (
        _finite(q) for q in np.quantile(hours, (0.05, 0.5, 0.95), method="inverted_cdf")
    )
    deadline_min = query.conditions.deadline_min
    on_time = None
    if deadline_min is not None:
        limit_h = (deadline_min - query.depart_min) / HOUR_MIN
        on_time = float((hours <= limit_h).mean())
    bits = int(np.bitwise_or.reduce(query.hazard_bits[list(way)])) if way else 0
    borders = [
        p
        for p in parts
        if p.kind == "link" and nodes[p.from_node_id]["country"] != nodes[p.to_node_id]["country"]
    ]
    return {
        "route_id": route_id,
        "time_h": (parts[-1].arrive_min - query.depart_min) / HOUR_MIN if parts else 0.0,
        "time_p05_h": low,
        "time_p50_h": middle,
        "time_p95_h": high,
        "on_time_share": on_time,
        "cost_usd": round(sum(p.usd for p in parts), 2),
        "carbon_kg": round(sum(p.kg for p in parts), 3),
        "risk_share": hazards.route_risk(query.network, bits, query.depart_min),
        "borders_count": len(borders),
        "transshipments_count": sum(p.kind == "terminal" for p in parts),
        "length_km": round(sum(p.length_km for p in parts), 1),
        "modes": _in_order(p.mode for p in parts if p.kind == "link"),
        "countries": _in_order(
            nodes[n]["country"] for p in parts for n in (p.from_node_id, p.to_node_id)
        ),
        "borders": [p.row["link_id"] for p in borders],
        "documents": _documents(query, parts),
        "hazards": hazards.names(query.network, bits, query.depart_min),
    }


def _documents(query: Query, parts: Sequence[Leg]) -> list[str]:
    """Papers the rules in force ask for on the links passed."""
    ids = query.network.frames["links"]["link_id"].to_list()
    used = {p.row["link_id"] for p in parts if p.kind == "link"}
    return sorted(
        {
            str(r.row["document"])
            for r in query.rules
            if r.row["effect"] == "document"
            and r.from_min <= query.depart_min < r.to_min
            and any(ids[i] in used for i in r.links)
        }
    )


def _warnings(routes: pl.DataFrame) -> tuple[str, ...]:
    stuck = routes.filter(pl.col("time_p95_h").is_null())["route_id"].to_list()
    return (
        (
            message(
                "{routes}: more than 5 in 100 sampled journeys miss the last opening, so there is "
                "no p95.",
                routes=joined(stuck, ", "),
            ),
        )
        if stuck
        else ()
    )


def _finite(value: float) -> float | None:
    return round(float(value), 2) if np.isfinite(value) else None


def _in_order(words: Any) -> list[str]:
    return list(dict.fromkeys(words))
