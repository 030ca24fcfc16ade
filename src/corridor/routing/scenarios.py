"""Comparison: the same trips under several scenarios."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import polars as pl

from corridor.language.messages import message, pack
from corridor.network.network import Network
from corridor.routing.grades import weak_shares
from corridor.routing.query import CRITERIA, Options, Query, prepare
from corridor.routing.route import describe, pareto_ways
from corridor.routing.whynot import opening_sets, say_openings
from corridor.study.settings import Trip

COMPARED = ("time", "cost", "cost in time")
LEEWAY = 1.25  # "in time" is at most a quarter slower than the quickest way of the first scenario
TYPES: dict[str, Any] = {
    "trip_id": pl.String,
    "scenario": pl.String,
    "criterion": pl.String,
    "time_h": pl.Float64,
    "time_p50_h": pl.Float64,
    "time_p95_h": pl.Float64,
    "cost_usd": pl.Float64,
    "countries": pl.List(pl.String),
    "modes": pl.List(pl.String),
    "borders": pl.List(pl.String),
    "weak_time_share": pl.Float64,
    "weak_cost_share": pl.Float64,
    "reason": pl.String,
    "reason_message": pl.String,
}


def compare(
    trips: Sequence[Trip], scenarios: Iterable[str], network_of: Callable[[str], Network]
) -> pl.DataFrame:
    """Return the best ways of every trip under every scenario: quickest, cheapest, and cheapest in
    about the same time.

    network_of: the network of a scenario by its id. One row a scenario, trip and criterion: time,
    cost, or ``cost in time`` (least cost among ways at most a quarter slower, as planned, than the
    quickest under the first scenario). time_h as planned, median and 95th percentile of sampled
    journeys, cost_usd, countries and modes in order, borders; where there is no way they are null
    and reason says why. weak_time_share, weak_cost_share: see
    :func:`corridor.routing.grades.weak_shares`.
    """
    rows = []
    quickest: dict[str, int] = {}
    for scenario in scenarios:
        network = network_of(scenario)
        for trip in trips:
            query = prepare(
                network,
                trip.origin,
                trip.destination,
                cargo=trip.cargo,
                depart=trip.depart,
                options=conditions(trip),
            )
            best, reason = _best(query, quickest, trip.trip_id)
            for criterion in COMPARED:
                row: dict[str, Any] = {
                    "trip_id": trip.trip_id,
                    "scenario": scenario,
                    "criterion": criterion,
                }
                found = best.get(criterion)
                rows.append(
                    {**row, **{name: found[name] for name in TYPES if name in found}}
                    if found
                    else {**row, "reason": reason, "reason_message": pack(reason)}
                )
    return pl.DataFrame(rows, schema=TYPES)


def conditions(trip: Trip) -> Options:
    """Return what a trip asks of its ways, as options of a question."""
    return {"via": trip.via, "require": trip.require, "avoid": trip.avoid}


def _best(
    query: Query, quickest: dict[str, int], trip_id: str
) -> tuple[dict[str, dict[str, Any]], str | None]:
    """The best way by each criterion as a row of routes, and why one is missing; quickest gains the
    trip's minutes."""
    ways, values = pareto_ways(query, np.array([c in ("time", "cost") for c in CRITERIA]))
    if not len(values):
        return {}, say_openings(query, opening_sets(query, most=1))
    minutes = values[:, 0] - query.depart_min
    cents = values[:, 1]
    limit = quickest.setdefault(trip_id, int(minutes.min())) * LEEWAY
    chosen = {
        "time": int(np.lexsort((cents, minutes))[0]),
        "cost": int(np.lexsort((minutes, cents))[0]),
    }
    in_time = np.flatnonzero(minutes <= limit)
    if len(in_time):
        chosen["cost in time"] = int(in_time[np.lexsort((minutes[in_time], cents[in_time]))[0]])
    rows = {}
    for number in set(chosen.values()):
        routes, legs = describe(query, [ways[number]])
        rows[number] = routes.row(0, named=True) | weak_shares(legs)
    return {criterion: rows[number] for criterion, number in chosen.items()}, message(
        "no way is as quick"
    )
