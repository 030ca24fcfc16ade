"""Departures: the best route through the year, one departure after another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Unpack

import polars as pl

from corridor import stopping
from corridor.errors import CallError
from corridor.language.messages import pack
from corridor.network.calendar import day_of
from corridor.network.network import Network
from corridor.routing.conditions import CRITERIA, Options, read_criteria, read_instant
from corridor.routing.corridor_names import corridor_name
from corridor.routing.exposure import risk_share
from corridor.routing.itinerary import (
    borders,
    carbon_kg,
    cost_usd,
    countries,
    duration_h,
    legs,
    modes,
)
from corridor.routing.query import Query, drawn_on, prepare
from corridor.routing.quickest import quickest
from corridor.routing.reasons import absence
from corridor.routing.search import best_route
from corridor.steps import tell_step
from corridor.units import DAY_S, HOUR_S

MAX_DEPARTURES = 4000
TYPES: dict[str, Any] = {
    "depart_on": pl.Date,
    "criterion": pl.String,
    "time_h": pl.Float64,
    "wait_h": pl.Float64,
    "cost_usd": pl.Float64,
    "carbon_kg": pl.Float64,
    "risk_share": pl.Float64,
    "length_km": pl.Float64,
    "modes": pl.List(pl.String),
    "countries": pl.List(pl.String),
    "borders": pl.List(pl.String),
    "reason": pl.String,
    "reason_message": pl.String,
}
USUAL_TYPES: dict[str, Any] = {
    **TYPES,
    "time_p50_h": pl.Float64,
    "time_p95_h": pl.Float64,
    "corridor": pl.String,
}


def departures(
    network: Network,
    origin: str,
    destination: str,
    *,
    cargo: str,
    depart: str,
    criteria: Sequence[str] = ("time",),
    every_days: int = 7,
    **options: Unpack[Options],
) -> pl.DataFrame:
    """Return the best route by each criterion for every departure in a range of days.

    Parameters
    ----------
    network
        The network, as built: dated changes hold on their days.
    origin, destination
        A place by id, name or UN/LOCODE, or ``place@layer``.
    cargo
        The cargo, of which one unit leaves.
    depart
        ``2026-01-01..2026-12-31``, both ends included.
    criteria
        Any of time, cost, carbon, risk.
    every_days
        Days between departures.
    options
        See :class:`corridor.routing.conditions.Options`.

    Returns
    -------
    pl.DataFrame
        A row a day and criterion: depart_on, criterion, time_h, wait_h (the part of it spent
        waiting), cost_usd, carbon_kg, risk_share, length_km, modes, countries, borders; where there
        is no route they are null and reason says why.

    Raises
    ------
    CallError
        For a range that cannot be read.
    """
    counts = read_criteria(criteria)
    counted = [
        criterion for criterion, is_counted in zip(CRITERIA, counts, strict=True) if is_counted
    ]
    rows: list[dict[str, Any]] = []
    for day in _days(depart, every_days):
        query = prepare(network, origin, destination, cargo=cargo, depart=day, options=options)
        rows += _departure(query, day, counted)
    return pl.DataFrame(rows, schema=TYPES)


def quickest_departures(
    network: Network,
    origin: str,
    destination: str,
    *,
    cargo: str,
    depart: str,
    every_days: int = 7,
    **options: Unpack[Options],
) -> pl.DataFrame:
    """Return the route that half of the trips take least by, for every departure in a range.

    As a list of routes of the day orders them, see :func:`corridor.routing.quickest.quickest`;
    the rows of :func:`departures` with time_p50_h, time_p95_h and the name of the corridor.

    Parameters
    ----------
    network, origin, destination, cargo, depart, every_days, options
        See :func:`departures`.

    Raises
    ------
    CallError
        For a range that cannot be read.
    """
    rows: list[dict[str, Any]] = []
    for day in _days(depart, every_days):
        query = prepare(network, origin, destination, cargo=cargo, depart=day, options=options)
        rows.append({"depart_on": day, "criterion": "time", **_quickest(query)})
    return pl.DataFrame(rows, schema=USUAL_TYPES)


def _days(depart: str, every_days: int) -> Iterator[dt.date]:
    """Yield the days of a range, and tell how far it has come."""
    days = read_range(depart, every_days)
    for number, day in enumerate(days):
        stopping.raise_if_stopped()
        tell_step("departures", number, len(days))
        yield day


def _quickest(query: Query) -> dict[str, Any]:
    """Return the quickest route of one departure, or why there is none."""
    route = quickest(query)
    longer = drawn_on(query) if route is None else None
    if longer is not None:
        query = longer
        route = quickest(query)
    if route is None:
        reason = absence(query, most=1).reason
        return {"reason": reason, "reason_message": pack(reason)}
    return {
        **_figures(query, route.arcs),
        "time_p50_h": route.spread.time_p50_h,
        "time_p95_h": route.spread.time_p95_h,
        "corridor": corridor_name(query, legs(query, route.arcs)),
    }


def _departure(query: Query, day: dt.date, criteria: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the best route of one departure by each criterion, or why there is none."""
    reason = None
    for criterion in criteria:
        row: dict[str, Any] = {"depart_on": day, "criterion": criterion}
        route = best_route(query, criterion)
        if route is not None:
            make = partial(_figures, query, route.arcs)
            yield {**row, **query.once(("figures", tuple(route.arcs)), make)}
            continue

        # No criterion has a route where one has none.
        reason = reason or absence(query, most=1).reason
        yield {**row, "reason": reason, "reason_message": pack(reason)}


def _figures(query: Query, arcs: Sequence[int]) -> dict[str, Any]:
    """Return what a route takes and where it leads."""
    itinerary = legs(query, arcs)
    return {
        "time_h": duration_h(query, itinerary),
        "wait_h": sum(leg.wait_s for leg in itinerary) / HOUR_S,
        "cost_usd": cost_usd(itinerary),
        "carbon_kg": carbon_kg(itinerary),
        "risk_share": risk_share(query, itinerary),
        "length_km": sum(leg.length_km for leg in itinerary),
        "modes": modes(itinerary),
        "countries": countries(query, itinerary),
        "borders": borders(itinerary),
    }


def read_range(text: str, every_days: int) -> list[dt.date]:
    """Return the days of ``2026-01-01..2026-12-31``, so many days apart.

    Raises CallError for a range that cannot be read, is empty or too long.
    """
    first, dots, last = str(text).partition("..")
    start_s = read_instant(first, "depart")
    end_s = read_instant(last if dots else first, "depart")
    if start_s % DAY_S or end_s % DAY_S:
        raise CallError(
            f"depart {text!r} is a range of days, without times: write 2026-01-01..2026-12-31."
        )
    if every_days < 1 or end_s < start_s:
        raise CallError(
            f"depart {text!r} every {every_days} days holds no day: write 2026-01-01..2026-12-31."
        )

    if (end_s - start_s) // DAY_S // every_days >= MAX_DEPARTURES:
        raise CallError(
            f"depart {text!r} holds more than {MAX_DEPARTURES} departures: take a shorter range "
            "or more days."
        )
    return [day_of(at_s) for at_s in range(start_s, end_s + 1, every_days * DAY_S)]
