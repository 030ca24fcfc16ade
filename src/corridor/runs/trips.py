"""The trips of a study: their routes, legs, and the best routes through a year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl

from corridor.language.messages import pack
from corridor.network.names import place_row
from corridor.network.network import Network
from corridor.routing.route import Routes, route
from corridor.routing.scenarios import conditions
from corridor.routing.year import departures
from corridor.study.settings import Trip
from corridor.study.study import Study
from corridor.tables import schema_results
from corridor.units import WEEKS_YEAR_DAYS

MAX_ROUTES = 10
EVERY_DAYS = 7
CALENDAR_CRITERIA = ("time", "cost")
STEPS = 2  # of each trip: routes, calendar


def trip_tables(study: Study, say: Callable[[str, int], None]) -> dict[str, pl.DataFrame]:
    """Return the tables trips, routes, legs, money and calendar of a study.

    say: called with a word and the steps done, before each of a trip's steps.
    """
    rows = []
    routes = []
    legs = []
    money = []
    calendars = []

    for number, trip in enumerate(study.trips):
        say(f"routes {trip.origin} - {trip.destination}", STEPS * number)
        answer = _routes(study, trip)
        rows.append(_row(study.network, trip, answer))
        routes.append(_of_trip(trip, answer.routes))
        legs.append(_of_trip(trip, answer.legs))
        money.append(_of_trip(trip, answer.money))

        say(f"through the year {trip.origin} - {trip.destination}", STEPS * number + 1)
        calendars.append(_of_trip(trip, _calendar(study, trip)))

    return {
        "routes": _joined("routes", routes),
        "legs": _joined("legs", legs),
        "money": _joined("money", money),
        "calendar": _joined("calendar", calendars),
        "trips": pl.DataFrame(rows, schema=schema_results.empty("trips").schema),
    }


def _routes(study: Study, trip: Trip) -> Routes:
    """Return the routes of a trip on its day."""
    return route(
        study.network,
        trip.origin,
        trip.destination,
        cargo=trip.cargo,
        depart=trip.depart,
        max_routes=MAX_ROUTES,
        **conditions(trip),
    )


def _calendar(study: Study, trip: Trip) -> pl.DataFrame:
    """Return the best routes of a trip for departures through a year from its day."""
    last = trip.depart + dt.timedelta(days=WEEKS_YEAR_DAYS)
    return departures(
        study.network,
        trip.origin,
        trip.destination,
        cargo=trip.cargo,
        depart=f"{trip.depart}..{last}",
        criteria=CALENDAR_CRITERIA,
        every_days=EVERY_DAYS,
        **conditions(trip),
    )


def _row(network: Network, trip: Trip, routes: Routes) -> dict[str, Any]:
    """Return a trip as a row, with the names a reader knows."""
    origin = place_row(network, trip.origin)
    destination = place_row(network, trip.destination)
    return {
        "trip_id": trip.trip_id,
        "origin_id": origin["node_id"],
        "destination_id": destination["node_id"],
        "origin": origin["name"],
        "destination": destination["name"],
        "cargo": network.by_id("cargoes")[trip.cargo]["name"],
        "depart": trip.depart,
        "pareto_count": routes.pareto_count,
        "reason": routes.reason,
        "warnings": list(routes.warnings),
        "left_out": list(routes.left_out),
        **_wishes(trip),
        "reason_message": pack(routes.reason),
        "warnings_message": [pack(warning) for warning in routes.warnings],
        "left_out_message": [pack(sentence) for sentence in routes.left_out],
    }


def _wishes(trip: Trip) -> dict[str, Any]:
    """Return a trip's question, and what its routes must pass, use and avoid."""
    return {
        "question": trip.question,
        "via": list(trip.via),
        "require": list(trip.require),
        "avoid": list(trip.avoid),
    }


def _of_trip(trip: Trip, frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table of one trip with the trip's id in front."""
    trip_ids = pl.Series("trip_id", [trip.trip_id] * frame.height, pl.String)
    return frame.insert_column(0, trip_ids)


def _joined(name: str, frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Return the tables of all trips as one; without rows where there is no trip."""
    return pl.concat(frames) if frames else schema_results.empty(name)
