"""Route tables: the rows of routes and legs that answers consist of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from corridor import stopping
from corridor.routing.exposure import hazards_met, risk_share
from corridor.routing.itinerary import (
    Leg,
    borders,
    carbon_kg,
    cost_usd,
    countries,
    duration_h,
    legs,
    modes,
)
from corridor.routing.journeys import sample
from corridor.routing.query import Query
from corridor.units import HOUR_S

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
_INSTANT = pl.Datetime("us", "UTC")
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
    "depart_at": _INSTANT,
    "arrive_at": _INSTANT,
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


def route_tables(
    query: Query, routes: Sequence[Sequence[int]]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the tables of routes and of their legs, quickest first; routes: each as arcs."""
    itineraries = [(legs(query, arcs), arcs) for arcs in routes]
    itineraries.sort(key=lambda each: each[0][-1].arrive_s if each[0] else 0)

    route_rows = []
    leg_rows = []
    for number, (itinerary, arcs) in enumerate(itineraries, start=1):
        stopping.raise_if_stopped()
        route_id = f"r{number}"
        route_rows.append(_route_row(query, route_id, itinerary, arcs))
        leg_rows += [leg.as_row(route_id, k) for k, leg in enumerate(itinerary)]
    return pl.DataFrame(route_rows, schema=ROUTE_TYPES), pl.DataFrame(leg_rows, schema=LEG_TYPES)


def _route_row(
    query: Query, route_id: str, itinerary: Sequence[Leg], arcs: Sequence[int]
) -> dict[str, Any]:
    """Return what a route takes, as planned and as sampled, and where it leads."""
    crossed = borders(query, itinerary)
    return {
        "route_id": route_id,
        "time_h": duration_h(query, itinerary),
        **_spread(query, arcs),
        "cost_usd": cost_usd(itinerary),
        "carbon_kg": carbon_kg(itinerary),
        "risk_share": risk_share(query, itinerary),
        "borders_count": len(crossed),
        "transshipments_count": sum(leg.kind == "terminal" for leg in itinerary),
        "length_km": round(sum(leg.length_km for leg in itinerary), 1),
        "modes": modes(itinerary),
        "countries": countries(query, itinerary),
        "borders": crossed,
        "documents": _documents(query, itinerary),
        "hazards": hazards_met(query, itinerary),
    }


def _spread(query: Query, arcs: Sequence[int]) -> dict[str, float | None]:
    """Return percentiles of sampled journeys, and the share of them that meets the deadline."""
    conditions = query.conditions
    hours = sample(query, arcs, draws=conditions.draws, rng=conditions.rng)
    low, middle, high = np.quantile(hours, (0.05, 0.5, 0.95), method="inverted_cdf").tolist()

    on_time_share = None
    if conditions.deadline_s is not None:
        limit_h = (conditions.deadline_s - query.depart_s) / HOUR_S
        on_time_share = float((hours <= limit_h).mean())
    return {
        "time_p05_h": _finite(low),
        "time_p50_h": _finite(middle),
        "time_p95_h": _finite(high),
        "on_time_share": on_time_share,
    }


def _finite(hours: float) -> float | None:
    """Return hours to two decimals; null where so many journeys never arrive."""
    return round(hours, 2) if np.isfinite(hours) else None


def _documents(query: Query, itinerary: Sequence[Leg]) -> list[str]:
    """Return the papers that the rules in force ask for on the links passed."""
    link_ids = query.network.frames["links"]["link_id"].to_list()
    passed = {leg.row["link_id"] for leg in itinerary if leg.kind == "link"}

    documents = set()
    for rule in query.rules:
        if rule.row["effect"] != "document":
            continue
        if any(link_ids[link] in passed for link in rule.links_at(query.depart_s)):
            documents.add(str(rule.row["document"]))
    return sorted(documents)
