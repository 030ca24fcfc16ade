"""Comparison: the same trips under several scenarios."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import polars as pl

from corridor.kernels import Ints
from corridor.language.messages import message, pack
from corridor.network.network import Network
from corridor.routing.conditions import CRITERIA, Options
from corridor.routing.grades import weak_shares
from corridor.routing.pareto import pareto_set
from corridor.routing.query import Query, prepare
from corridor.routing.quickest import quickest
from corridor.routing.reasons import absence
from corridor.routing.route_tables import route_tables
from corridor.study.settings import Trip

COMPARED = ("time", "cost", "cost in time")
LEEWAY = 1.25  # "in time" is at most a quarter slower than the quickest of the first scenario
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
    """Return the best routes of every trip under every scenario: quick, cheap, and cheap in time.

    Parameters
    ----------
    trips
        What is compared.
    scenarios
        Ids; the quickest route under the first scenario that has one says what "in time" is.
    network_of
        The network of a scenario by its id.

    Returns
    -------
    pl.DataFrame
        A row a scenario, trip and criterion: time (the quickest by the hours of half of the trips,
        as lists name it), cost, or ``cost in time`` (least cost among routes at most a quarter
        slower, as planned, than the quickest plan under the first scenario).
        time_h as planned, median and 95th percentile of sampled journeys, cost_usd, countries and
        modes in order, borders; where there is no route they are null and reason says why.
        weak_time_share, weak_cost_share: see :func:`corridor.routing.grades.weak_shares`.
    """
    rows = []
    least_s: dict[str, int] = {}

    for scenario in scenarios:
        network = network_of(scenario)
        for trip in trips:
            query = _query(network, trip)
            answers = _answers(query, trip.trip_id, least_s)
            for criterion in COMPARED:
                row = {"trip_id": trip.trip_id, "scenario": scenario, "criterion": criterion}
                rows.append({**row, **answers[criterion]})
    return pl.DataFrame(rows, schema=TYPES)


def _query(network: Network, trip: Trip) -> Query:
    return prepare(
        network,
        trip.origin,
        trip.destination,
        cargo=trip.cargo,
        depart=trip.depart,
        options=conditions(trip),
    )


def conditions(trip: Trip) -> Options:
    """Return what a trip asks of its routes, as options of a question."""
    return {
        "via": trip.via,
        "require": trip.require,
        "avoid": trip.avoid,
        "service_class": trip.service_class,
        "sanctions": trip.sanctions,
    }


def _answers(query: Query, trip_id: str, least_s: dict[str, int]) -> dict[str, dict[str, Any]]:
    """Return the best route by each criterion, or why there is none.

    least_s: seconds of the quickest plan of trips so far; gains this trip's where it has none.
    """
    routes = pareto_set(query, np.isin(CRITERIA, ("time", "cost")))
    if not len(routes):
        reason = absence(query, most=1).reason
        return dict.fromkeys(COMPARED, _no_route(reason))

    seconds = routes.arrival_s - query.depart_s
    limit_s = least_s.setdefault(trip_id, int(seconds.min())) * LEEWAY
    best = _cheapest(seconds, routes.cents, limit_s)
    rows = {number: _row(query, routes[number]) for number in set(best.values())}
    answers = {criterion: rows[number] for criterion, number in best.items()}
    return {
        "time": _quickest_row(query),
        "cost in time": _no_route(message("no route is as quick")),
        **answers,
    }


def _quickest_row(query: Query) -> dict[str, Any]:
    """Return the figures of the route that half of the trips take least by."""
    route = quickest(query)
    assert route is not None  # there are routes
    return _row(query, route.arcs)


def _cheapest(seconds: Ints, cents: Ints, limit_s: float) -> dict[str, int]:
    """Return which route is cheapest, and which of those in time where some are."""
    best = {"cost": _least(cents, seconds)}
    rows = np.flatnonzero(seconds <= limit_s)
    if len(rows):
        best["cost in time"] = int(rows[_least(cents[rows], seconds[rows])])
    return best


def _least(values: Ints, ties: Ints) -> int:
    """Return where a value is least, and of equal ones where another is."""
    return int(np.lexsort((ties, values))[0])


def _row(query: Query, arcs: Sequence[int]) -> dict[str, Any]:
    """Return a route's figures and grades, as far as they are compared."""
    tables = route_tables(query, [arcs])
    figures = tables.routes.row(0, named=True) | weak_shares(tables.legs)
    return {name: figures[name] for name in TYPES if name in figures}


def _no_route(reason: str) -> dict[str, Any]:
    return {"reason": reason, "reason_message": pack(reason)}
