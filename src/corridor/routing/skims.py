"""Skims: what it takes between all pairs of places on one day, by least generalised cost.

The day is frozen: a way shut for the whole week from it on is not passed; nights, weekends and
sailings cost their mean wait over that week. Searching least generalised cost while the calendar
moves has no exact answer in one pass, so :func:`corridor.routing.route.route` is the verb for one
dated trip and this one for matrices.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Unpack

import numpy as np
import polars as pl

from corridor.errors import CallError
from corridor.kernels import Bools, Floats, Ints
from corridor.network import hazards
from corridor.network.calendar import Span
from corridor.network.cost import cargo_hour_usd
from corridor.network.memory import Derived
from corridor.network.names import resolve_place
from corridor.network.network import Network
from corridor.routing.query import Options, Query, prepare
from corridor.units import HOUR_MIN, NORMAL_P95, WEEK_MIN

KINDS = 8  # rows of Frozen.values before those of the modes
SKIM_OPTIONS = ("avoid", "carrier")


@dataclass(frozen=True, eq=False)
class Frozen:
    """A network on one day for one cargo, as arrays in CSR order.

    weight: generalised cost of every arc in cents, -1 where shut [arcs]; values: minutes, cents,
    grams, metres, minutes and cents at borders, excess of mean over median minutes, variance in
    square minutes, then the standard deviation of minutes under way by each mode [8 + modes, arcs];
    bits: hazards [arcs]. starts: states goods start and end in, by node row; those of a node are
    starts[start_ptr[i]:start_ptr[i + 1]]. query: the question it was made from; hour_usd: what an
    hour costs one unit.
    """

    query: Query
    ptr: Ints
    tail: Ints
    head: Ints
    arc_of: Ints
    weight: Ints
    values: Ints
    bits: Ints
    starts: Ints
    start_ptr: Ints
    hour_usd: float


def skim(
    network: Network,
    *,
    cargo: str,
    depart: dt.date | str,
    places: Sequence[str] | None = None,
    **options: Unpack[Options],
) -> pl.DataFrame:
    """Return time, money, carbon and risk between all pairs of places by least generalised cost on
    a day.

    places: ids, names or UN/LOCODEs; null: every place. One row a pair (origin, destination,
    cargo_id): generalised_cost_usd, time_h, time_p95_h, cost_usd, carbon_kg, risk_share, length_km,
    border_h, border_usd (the part of time and money spent on links between two countries: queue,
    clearance, anchorage and their fees), reason; where there is no way they are null and reason is
    ``no way``. Generalised cost = money + hours x value x time_value_share_per_day / 24.
    time_p95_h: of a log-normal with the sum's mean and variance. As in
    :func:`corridor.routing.itinerary.sample`, hours under way err together within a mode, every
    border, terminal, headway and storm by itself; hours of opening add no spread. Source: moments
    of a sum of log-normals, Fenton (1960), IRE Transactions on Communications Systems 8(1).

    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan").network
    >>> ends = ["almaty", "karachi"]
    >>> co.skim(network, cargo="container-40", depart="2026-07-01", places=ends).height
    2
    """
    return skims_by_value(network, (None,), cargo=cargo, depart=depart, places=places, **options)[0]


def skims_by_value(
    network: Network,
    hours_usd: Sequence[float | None],
    *,
    cargo: str,
    depart: dt.date | str,
    places: Sequence[str] | None = None,
    **options: Unpack[Options],
) -> list[pl.DataFrame]:
    """Return :func:`skim` for several goods in one kind of cargo, whose ways differ by what an hour
    is worth.

    hours_usd: USD of an hour for one unit; null: that of the cargo.
    """
    if places is not None and not len(places):
        raise CallError("places cannot be empty: name some, or give None for every place.")
    frozen = freeze(network, cargo=cargo, depart=depart, options=options)
    ids = frozen.query.graph.node_ids
    rows = (
        list(range(len(ids)))
        if places is None
        else [ids.index(resolve_place(network, p)) for p in places]
    )
    return [
        _matrix(frozen if worth is None else _valued(frozen, worth), rows) for worth in hours_usd
    ]


def _valued(frozen: Frozen, hour_usd: float) -> Frozen:
    """The same day with another value of an hour."""
    minutes, cents = frozen.values[:2]
    weight = np.where(
        frozen.weight < 0, -1, cents + np.rint(minutes / HOUR_MIN * hour_usd * 100).astype(np.int64)
    )
    return replace(frozen, weight=weight, hour_usd=hour_usd)


def _matrix(frozen: Frozen, rows: Sequence[int]) -> pl.DataFrame:
    """Search all pairs of the node rows."""
    from corridor.kernels.paths import UNREACHED, along_trees, dijkstra_many

    ids = frozen.query.graph.node_ids
    picked = [frozen.starts[frozen.start_ptr[i] : frozen.start_ptr[i + 1]] for i in rows]
    pointer = np.concatenate([[0], np.cumsum([len(p) for p in picked])]).astype(np.int64)
    sources = np.concatenate(picked).astype(np.int64) if picked else np.zeros(0, np.int64)
    distance, arc = dijkstra_many(frozen.ptr, frozen.head, frozen.weight, sources, pointer)
    sums, bits = along_trees(distance, arc, frozen.tail, frozen.values, frozen.bits)
    weights = hazards.weights(frozen.query.network, frozen.query.depart_min)
    best = np.zeros((len(rows), len(rows)), np.int64)
    for j, states in enumerate(picked):
        if len(states):
            best[:, j] = states[distance[:, states].argmin(axis=1)]
    from_row, to_row = np.nonzero(~np.eye(len(rows), dtype=bool))
    state = best[from_row, to_row]
    there = np.array([len(p) > 0 for p in picked], bool)[to_row] & (
        distance[from_row, state] < UNREACHED
    )
    found = np.where(there, sums[from_row, :, state].T, 0)
    known: dict[int, float] = {}
    risk = [
        known[b] if b in known else known.setdefault(b, hazards.risk_share(_weight(b, weights)))
        for b in bits[from_row, state].tolist()
    ]
    names = np.array(ids, dtype=object)[rows]
    frame = pl.DataFrame(
        {
            "origin": pl.Series(names[from_row].tolist(), dtype=pl.String),
            "destination": pl.Series(names[to_row].tolist(), dtype=pl.String),
            "cargo_id": [frozen.query.party.cargo_id] * len(state),
            "generalised_cost_usd": np.where(there, distance[from_row, state], 0) / 100,
            "time_h": found[0] / HOUR_MIN,
            "time_p95_h": _p95(found),
            "cost_usd": found[1] / 100,
            "carbon_kg": found[2] / 1000,
            "risk_share": risk,
            "length_km": found[3] / 1000,
            "border_h": found[4] / HOUR_MIN,
            "border_usd": found[5] / 100,
            "open": there,
        },
        schema_overrides={"risk_share": pl.Float64, "cargo_id": pl.String},
    )
    numbers = frame.columns[3:-1]
    return frame.with_columns(
        *(pl.when("open").then(pl.col(c)).alias(c) for c in numbers),
        pl.when("open").then(None).otherwise(pl.lit("no way")).alias("reason"),
    ).drop("open")


def _p95(found: Ints) -> Floats:
    """Return the 95th percentile in hours of ways given by the sums of Frozen.values [8 + modes,
    ways]."""
    mean = np.maximum(found[0] + found[6], 1.0)
    variance = found[7] + (found[KINDS:].astype(np.float64) ** 2).sum(axis=0)
    sigma = np.sqrt(np.log1p(variance / mean**2))
    late: Floats = np.maximum(mean * np.exp(NORMAL_P95 * sigma - sigma**2 / 2), found[0]) / HOUR_MIN
    return late


def freeze(
    network: Network, *, cargo: str, depart: dt.date | str, options: Options | None = None
) -> Frozen:
    """Return the network of one day and cargo as arrays, its arcs weighted by generalised cost.

    Rules that name an origin or destination country do not apply: a matrix has many.
    """
    for name, value in (options or {}).items():
        if name not in SKIM_OPTIONS and value is not None and value != ():
            raise CallError(
                f"{name} says something about one trip: a matrix takes "
                f"{' and '.join(SKIM_OPTIONS)} only."
            )
    any_place = network.frames["nodes"]["node_id"][0]
    query = prepare(
        network,
        any_place,
        any_place,
        cargo=cargo,
        depart=depart,
        options=options or {},
        between_any=True,
    )
    row = query.network.by_id("cargoes")[cargo]
    hour_usd = cargo_hour_usd(row)
    wait, storm = _waits(query)
    shut = np.isnan(wait) | (query.duration_min < 0)
    minutes = (
        np.where(shut, 0, query.duration_min + np.where(np.isnan(wait), 0, wait))
        .round()
        .astype(np.int64)
    )
    metres, border = _lengths(query)
    weight = np.where(
        shut, -1, query.usd_cents + np.rint(minutes / HOUR_MIN * hour_usd * 100).astype(np.int64)
    )
    order = query.arc_of
    starts, start_ptr = _starts(query)
    values = np.vstack(
        [
            minutes,
            query.usd_cents,
            query.carbon_g,
            metres,
            _standing(query, border),
            _spread(query, storm),
        ]
    )
    return Frozen(
        query=query,
        ptr=query.ptr,
        tail=query.graph.tail[order],
        head=query.head,
        arc_of=order,
        weight=weight[order],
        values=np.rint(values).astype(np.int64)[:, order],
        bits=query.hazard_bits[order],
        starts=starts,
        start_ptr=start_ptr,
        hour_usd=hour_usd,
    )


def _waits(query: Query) -> Floats:
    """Mean waits of all arcs and variances of waits for the weather [2, arcs], made once for a day
    and what is forbidden."""
    forbidding = tuple(a.row["rule_id"] for a in query.rules if a.row["effect"] == "forbid")
    return query.network.once(
        Derived.MEAN_WAITS.of(query.depart_min, forbidding),
        lambda: _mean_waits(query.spans, query.depart_min),
    )


def _mean_waits(calendars: Sequence[Sequence[Span]], at_min: int) -> Floats:
    waits = [(mean_wait(spans, at_min), _storm_variance(spans, at_min)) for spans in calendars]
    return np.array(waits).reshape(-1, 2).T


def _runs(query: Query) -> tuple[Ints, Ints]:
    """Arc and link place (2 x row, + 1 backward) of every link run over."""

    def compute() -> tuple[Ints, Ints]:
        pairs = [
            (a, 2 * i + (not forward))
            for a, runs in enumerate(query.graph.runs)
            for i, forward in runs
        ]
        flat = np.array(pairs, np.int64).reshape(-1, 2)
        return flat[:, 0].copy(), flat[:, 1].copy()

    return query.network.once(Derived.ARC_LINKS.of(), compute)


def _lengths(query: Query) -> tuple[Ints, Bools]:
    """Metres of every arc, and which links lead from one country to another."""

    def compute() -> tuple[Ints, Bools]:
        nodes = query.network.by_id("nodes")
        links = query.network.rows("links")
        arc, place = _runs(query)
        metres = np.array([1000 * row["length_km"] for row in links])
        border = np.array(
            [
                nodes[row["from_node_id"]]["country"] != nodes[row["to_node_id"]]["country"]
                for row in links
            ],
            bool,
        )
        of_arc = np.rint(np.bincount(arc, metres[place // 2], query.graph.arcs_count))
        return of_arc.astype(np.int64), border

    return query.network.once(Derived.ARC_LENGTHS.of(), compute)


def _standing(query: Query, border: Bools) -> Floats:
    """Minutes and cents at borders of every arc [2, arcs]."""
    arc, place = _runs(query)
    at = border[place // 2]
    link = query.costs.link
    count = query.graph.arcs_count
    return np.stack(
        [
            np.bincount(arc[at], HOUR_MIN * link.fixed_h[place[at]], count),
            np.bincount(arc[at], 100 * link.charge_usd[place[at]], count),
        ]
    )


def _spread(query: Query, storm: Floats) -> Floats:
    """Excess of mean over median, variance, and standard deviation under way by mode of every arc
    [2 + modes, arcs]."""
    costs = query.costs
    graph = query.graph
    link = costs.link
    count = graph.arcs_count
    arc, place = _runs(query)
    stand_mean, stand_sd = _moments(HOUR_MIN * link.fixed_h, link.fixed_sigma)
    handled_mean, handled_sd = _moments(HOUR_MIN * costs.fixed_h, costs.handling_sigma)
    first = np.unique(arc, return_index=True)[1]
    sigma = np.zeros(count)
    sigma[arc[first]] = link.run_sigma[place[first]]
    run_mean, run_sd = _moments(HOUR_MIN * costs.run_h, sigma)
    links = query.network.rows("links")
    mode = np.array([""] * count, dtype=object)
    mode[arc[first]] = [links[i]["mode"] for i in (place[first] // 2).tolist()]
    excess = np.bincount(arc, stand_mean[place], count) + handled_mean + run_mean
    variance = (
        np.bincount(arc, stand_sd[place] ** 2, count)
        + handled_sd**2
        + (HOUR_MIN * costs.headway_h) ** 2 / 12
        + storm
    )
    return np.stack(
        [
            excess,
            variance,
            *(np.where(mode == m, run_sd, 0.0) for m in sorted(set(mode.tolist()) - {""})),
        ]
    )


def _moments(median: Floats, sigma: Floats) -> tuple[Floats, Floats]:
    """Return mean less median and standard deviation of log-normals."""
    mean: Floats = median * np.exp(sigma**2 / 2)
    return mean - median, mean * np.sqrt(np.expm1(sigma**2))


def _storm_variance(spans: Sequence[Span], at_min: int) -> float:
    """Variance in square minutes of the wait for the weather at the first opening: 0 or, if shut,
    exponential."""
    span = next((s for s in spans if s.end_min > at_min), None)
    if span is None or span.open_share >= 1 or not math.isfinite(span.spell_min):
        return 0.0
    return (1 - span.open_share**2) * span.spell_min**2


def mean_wait(spans: Sequence[Span], at_min: int) -> float:
    """Return the mean minutes of wait and delay of arrivals spread over the week from at_min on;
    NaN where it stays shut.

    Who comes after the week's last opening waits for the next one; where that is more than a week
    later it is a closure, of which only the part in this week counts.
    """
    end = at_min + WEEK_MIN
    here = at_min
    total = 0.0
    opened = False
    for span in spans:
        if span.end_min <= at_min:
            continue
        if span.start_min >= end:
            if not opened:
                return float("nan")
            if span.start_min <= here + WEEK_MIN:
                wait = (span.start_min - here) ** 2 - (span.start_min - end) ** 2
                return (total + wait / 2 + (end - here) * span.delay_min) / WEEK_MIN
            break
        opened = True
        gap = max(0, span.start_min - here)
        total += gap * gap / 2 + (min(span.end_min, end) - here) * span.delay_min
        here = min(span.end_min, end)
        if here == end:
            break
    return (total + (end - here) ** 2 / 2) / WEEK_MIN if opened else float("nan")


def _starts(query: Query) -> tuple[Ints, Ints]:
    """States goods start and end in at every node: the road where there is one, else every
    layer."""
    graph = query.graph
    groups: list[list[int]] = [[] for _ in graph.node_ids]
    for state, node in enumerate(graph.state_node.tolist()):
        groups[node].append(state)
    picked = [[s for s in g if graph.state_layer[s] == "road"] or g for g in groups]
    return (
        np.array([s for g in picked for s in g], np.int64),
        np.concatenate([[0], np.cumsum([len(g) for g in picked])]).astype(np.int64),
    )


def _weight(bits: int, weights: Ints) -> int:
    total = 0
    while bits:
        low = bits & -bits
        total += int(weights[low.bit_length() - 1])
        bits ^= low
    return total
