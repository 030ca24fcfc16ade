"""Skims: what it takes between all pairs of places on one day, by least generalised cost.

The day is frozen: a way shut for the whole week from it on is not passed; nights, weekends and sailings cost their mean wait
over that week. Searching least generalised cost while the calendar moves has no exact answer in one pass, so
:func:`corridor.routing.route` is the verb for one dated trip and this one for matrices.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Unpack

import numpy as np
import polars as pl

from corridor import hazards
from corridor.calendar import DAY_MIN, Span
from corridor.network import Network, resolve_place
from corridor.query import Ints, Options, Query, prepare

WEEK_MIN = 7 * DAY_MIN


@dataclass(frozen=True, eq=False)
class Frozen:
    """A network on one day for one cargo, as arrays in CSR order.

    weight: generalised cost of every arc in cents, -1 where shut [arcs]; values: minutes, cents, grams, metres [4, arcs];
    bits: hazards [arcs].
    starts: states goods start and end in, by node row; those of a node are starts[start_ptr[i]:start_ptr[i + 1]].
    query: the question it was made from; hour_usd: what an hour costs one unit.
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


def skim(network: Network, *, cargo: str, depart: dt.date | str, places: Sequence[str] | None = None,
         **options: Unpack[Options]) -> pl.DataFrame:
    """Return time, money, carbon and risk between all pairs of places by least generalised cost on a day.

    places: ids, names or UN/LOCODEs; null: every place. One row a pair (origin, destination): generalised_cost_usd, time_h,
    cost_usd, carbon_kg, risk_share, length_km, reason; where there is no way they are null and reason is ``no way``.
    Generalised cost = money + hours x value x time_value_share_per_day / 24.

    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan").network
    >>> co.skim(network, cargo="container-40", depart="2026-07-01", places=["almaty", "karachi"]).height
    2
    """
    from corridor.kernels.paths import UNREACHED, along_trees, dijkstra_many

    frozen = freeze(network, cargo=cargo, depart=depart, options=options)
    ids = frozen.query.graph.node_ids
    rows = list(range(len(ids))) if places is None else [ids.index(resolve_place(network, p)) for p in places]
    picked = [frozen.starts[frozen.start_ptr[i]:frozen.start_ptr[i + 1]] for i in rows]
    pointer = np.concatenate([[0], np.cumsum([len(p) for p in picked])]).astype(np.int64)
    sources = np.concatenate(picked).astype(np.int64) if picked else np.zeros(0, np.int64)
    distance, arc = dijkstra_many(frozen.ptr, frozen.head, frozen.weight, sources, pointer)
    sums, bits = along_trees(distance, arc, frozen.tail, frozen.values, frozen.bits)
    weights = hazards.weights(frozen.query.network, frozen.query.depart_min)
    parts = []
    for g, i in enumerate(rows):
        best = np.array([p[distance[g, p].argmin()] if len(p) else 0 for p in picked])
        there = np.array([len(p) > 0 for p in picked]) & (distance[g, best] < UNREACHED)
        at = [k for k, j in enumerate(rows) if j != i]
        state, ok = best[at], there[at]
        minutes, cents, grams, metres = (np.where(ok, sums[g, k, state], 0) for k in range(4))
        risk = [hazards.risk_share(_weight(int(b), weights)) for b in bits[g, state]]
        parts.append(pl.DataFrame({
            "origin": [ids[i]] * len(at), "destination": [ids[rows[k]] for k in at],
            "generalised_cost_usd": np.where(ok, distance[g, state], 0) / 100, "time_h": minutes / 60,
            "cost_usd": cents / 100, "carbon_kg": grams / 1000, "risk_share": risk, "length_km": metres / 1000, "open": ok}))
    frame = pl.concat(parts)
    numbers = ["generalised_cost_usd", "time_h", "cost_usd", "carbon_kg", "risk_share", "length_km"]
    return frame.with_columns(
        *(pl.when("open").then(pl.col(c)).alias(c) for c in numbers),
        pl.when("open").then(None).otherwise(pl.lit("no way")).alias("reason")).drop("open")


def freeze(network: Network, *, cargo: str, depart: dt.date | str, options: Options | None = None) -> Frozen:
    """Return the network of one day and cargo as arrays, its arcs weighted by generalised cost.

    Rules that name an origin or destination country do not apply: a matrix has many.
    """
    any_place = network.frames["nodes"]["node_id"][0]
    query = prepare(network, any_place, any_place, cargo=cargo, depart=depart, options=options or {}, between_any=True)
    row = query.network.by_id("cargoes")[cargo]
    hour_usd = row["value_usd_per_unit"] * row["time_value_share_per_day"] / 24
    wait = np.array([mean_wait(spans, query.depart_min) for spans in query.spans])
    shut = np.isnan(wait) | (query.duration_min < 0)
    minutes = np.where(shut, 0, query.duration_min + np.where(np.isnan(wait), 0, wait)).round().astype(np.int64)
    metres = np.array([sum(1000 * query.network.rows("links")[i]["length_km"] for i, _ in runs)
                       for runs in query.graph.runs]).round().astype(np.int64)
    weight = np.where(shut, -1, query.usd_cents + np.rint(minutes / 60 * hour_usd * 100).astype(np.int64))
    order = query.arc_of
    starts, start_ptr = _starts(query)
    return Frozen(query=query, ptr=query.ptr, tail=query.graph.tail[order], head=query.head, arc_of=order,
                  weight=weight[order], values=np.stack([minutes, query.usd_cents, query.carbon_g, metres])[:, order],
                  bits=query.hazard_bits[order], starts=starts, start_ptr=start_ptr, hour_usd=hour_usd)


def mean_wait(spans: Sequence[Span], at_min: int) -> float:
    """Return the mean minutes of wait and delay of arrivals spread over the week from at_min on; NaN where it stays shut."""
    end, here, total = at_min + WEEK_MIN, at_min, 0.0
    opened = False
    for span in spans:
        if span.end_min <= at_min:
            continue
        if span.start_min >= end and opened:
            break
        gap = max(0, min(span.start_min, end) - here)
        if span.start_min >= end and not opened:
            return float("nan")
        opened = True
        total += gap * gap / 2 + gap * span.delay_min
        inside = min(span.end_min, end) - max(span.start_min, here)
        total += max(0, inside) * span.delay_min
        here = min(max(here, span.end_min), end)
        if here >= end:
            break
    if not opened:
        return float("nan")
    return (total + (end - here) ** 2 / 2) / WEEK_MIN


def _starts(query: Query) -> tuple[Ints, Ints]:
    """States goods start and end in at every node: the road where there is one, else every layer."""
    graph = query.graph
    groups: list[list[int]] = [[] for _ in graph.node_ids]
    for state, node in enumerate(graph.state_node.tolist()):
        groups[node].append(state)
    picked = [[s for s in g if graph.state_layer[s] == "road"] or g for g in groups]
    return (np.array([s for g in picked for s in g], np.int64),
            np.concatenate([[0], np.cumsum([len(g) for g in picked])]).astype(np.int64))


def _weight(bits: int, weights: Ints) -> int:
    total = 0
    while bits:
        low = bits & -bits
        total += int(weights[low.bit_length() - 1])
        bits ^= low
    return total

