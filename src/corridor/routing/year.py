"""Departures: the best route through the year, one departure after another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Unpack

import numpy as np
import polars as pl

from corridor import stopping
from corridor.errors import CallError
from corridor.language.messages import pack
from corridor.network import hazards
from corridor.network.calendar import day_of
from corridor.network.network import Network
from corridor.routing.itinerary import legs
from corridor.routing.query import CRITERIA, Options, prepare, read_instant
from corridor.routing.route import read_criteria
from corridor.routing.whynot import best_way, opening_sets, say_openings
from corridor.units import DAY_MIN, HOUR_MIN

MOST_DEPARTURES = 4000
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

    depart: ``2026-01-01..2026-12-31``, both ends included. One row a day and criterion: time_h,
    wait_h (the part of it spent waiting), cost_usd, carbon_kg, risk_share, length_km, modes,
    countries, borders; where there is no route they are null and reason says why. Raises CallError
    for a range that cannot be read.
    """
    use = read_criteria(criteria)
    days = read_range(depart, every_days)
    rows = []
    for day in days:
        stopping.raise_if_stopped()
        query = prepare(network, origin, destination, cargo=cargo, depart=day, options=options)
        nodes = query.network.by_id("nodes")
        reason = None
        for criterion in np.flatnonzero(use).tolist():
            row: dict[str, Any] = {"depart_on": day, "criterion": CRITERIA[criterion]}
            way = best_way(query, criterion)
            if way is None:
                reason = reason or say_openings(query, opening_sets(query, most=1))
                rows.append({**row, "reason": reason, "reason_message": pack(reason)})
                continue
            parts = legs(query, way)
            bits = int(np.bitwise_or.reduce(query.hazard_bits[way])) if way else 0
            crossed = [
                p
                for p in parts
                if nodes[p.from_node_id]["country"] != nodes[p.to_node_id]["country"]
            ]
            rows.append(
                {
                    **row,
                    "time_h": (parts[-1].arrive_min - query.depart_min) / HOUR_MIN
                    if parts
                    else 0.0,
                    "wait_h": sum(p.wait_min for p in parts) / HOUR_MIN,
                    "cost_usd": round(sum(p.usd for p in parts), 2),
                    "carbon_kg": round(sum(p.kg for p in parts), 3),
                    "risk_share": hazards.route_risk(query.network, bits, query.depart_min),
                    "length_km": sum(p.length_km for p in parts),
                    "modes": list(dict.fromkeys(p.mode for p in parts if p.kind == "link")),
                    "countries": list(
                        dict.fromkeys(
                            nodes[n]["country"]
                            for p in parts
                            for n in (p.from_node_id, p.to_node_id)
                        )
                    ),
                    "borders": [p.row["link_id"] for p in crossed],
                }
            )
    return pl.DataFrame(rows, schema=TYPES)


def read_range(text: str, every_days: int) -> list[dt.date]:
    """Return the days of ``2026-01-01..2026-12-31``, so many days apart; CallError where it cannot
    be read."""
    first, dots, last = str(text).partition("..")
    start = read_instant(first, "depart")
    end = read_instant(last if dots else first, "depart")
    if every_days < 1 or end < start:
        raise CallError(
            f"depart {text!r} every {every_days} days holds no day: write 2026-01-01..2026-12-31."
        )
    if (end - start) // DAY_MIN // every_days >= MOST_DEPARTURES:
        raise CallError(
            f"depart {text!r} holds more than {MOST_DEPARTURES} departures: take a shorter range "
            "or more days."
        )
    return [day_of(at) for at in range(start, end + 1, every_days * DAY_MIN)]
