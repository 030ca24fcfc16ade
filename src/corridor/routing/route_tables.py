"""Route tables: the rows of routes, legs and money that answers consist of."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from corridor import stopping
from corridor.kernels import Floats
from corridor.network.cost import cargo_hour_usd
from corridor.network.prices import Deviation, PriceLine, band_around
from corridor.routing.corridor_names import corridor_name
from corridor.routing.exposure import Exposure, exposures
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
from corridor.routing.journeys import sample_each
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
    "cost_p05_usd": pl.Float64,
    "cost_p95_usd": pl.Float64,
    "generalised_cost_usd": pl.Float64,
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
    "corridor": pl.String,
}
RISK_DIGITS = 2  # of a share: how often something shuts is not known better
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
MONEY_TYPES: dict[str, Any] = {
    "route_id": pl.String,
    "leg": pl.Int64,
    "table": pl.String,
    "row_id": pl.String,
    "cost_usd": pl.Float64,
    "cost_p05_usd": pl.Float64,
    "cost_p95_usd": pl.Float64,
    "source_id": pl.String,
    "confidence": pl.String,
}
MONEY_KEYS = tuple(name for name in MONEY_TYPES if name != "route_id")  # of a line, in a route


class Spread(NamedTuple):
    """Percentiles of sampled journeys, null where so many never arrive; how many are in time."""

    time_p05_h: float | None
    time_p50_h: float | None
    time_p95_h: float | None
    on_time_share: float | None


class RouteTables(NamedTuple):
    """The tables of an answer: its routes, their legs, and the lines of their money."""

    routes: pl.DataFrame
    legs: pl.DataFrame
    money: pl.DataFrame


def route_tables(query: Query, routes: Sequence[Sequence[int]]) -> RouteTables:
    """Return the tables of routes, legs and money, quickest first; routes: each as arcs."""
    itineraries = [(legs(query, arcs), arcs) for arcs in routes]
    itineraries.sort(key=lambda each: each[0][-1].arrive_s if each[0] else 0)
    met = exposures(query, [itinerary for itinerary, _ in itineraries])
    hours = spreads(query, [arcs for _, arcs in itineraries])

    route_rows = []
    leg_rows = []
    money_rows = []
    for number, (itinerary, _) in enumerate(itineraries):
        stopping.raise_if_stopped()
        route_id = f"r{number + 1}"
        figures = _figures(query, itinerary, hours[number], met[number])
        route_rows.append({"route_id": route_id, **figures})
        leg_rows += [leg.as_row(route_id, k) for k, leg in enumerate(itinerary)]
        money_rows += _money_rows(query, route_id, itinerary)

    return RouteTables(
        _frame(route_rows, ROUTE_TYPES),
        _frame(leg_rows, LEG_TYPES),
        _frame(money_rows, MONEY_TYPES),
    )


def _frame(rows: Sequence[Mapping[str, Any]], types: Mapping[str, Any]) -> pl.DataFrame:
    """Return rows as a table, column by column, which is quicker than row by row."""
    return pl.DataFrame(
        [pl.Series(name, [row[name] for row in rows], kind) for name, kind in types.items()]
    )


def _figures(
    query: Query, itinerary: Sequence[Leg], spread: Spread, exposure: Exposure
) -> dict[str, Any]:
    """Return what a route takes, as planned and as sampled, and where it leads."""
    crossed = borders(itinerary)
    return {
        "time_h": duration_h(query, itinerary),
        **spread._asdict(),
        "cost_usd": cost_usd(itinerary),
        **cost_band(itinerary),
        "generalised_cost_usd": generalised_cost_usd(query, itinerary),
        "carbon_kg": carbon_kg(itinerary),
        "risk_share": round(exposure.risk_share, RISK_DIGITS),
        "borders_count": len(crossed),
        "transshipments_count": sum(leg.kind == "terminal" for leg in itinerary),
        "length_km": round(sum(leg.length_km for leg in itinerary), 1),
        "modes": modes(itinerary),
        "countries": countries(query, itinerary),
        "borders": crossed,
        "documents": documents_of(query, itinerary),
        "hazards": exposure.hazards_met,
        "corridor": corridor_name(query, itinerary),
    }


def cost_band(itinerary: Sequence[Leg]) -> dict[str, float]:
    """Return the 5th and 95th percentile of the money of a route, in whole cents."""
    lines = [line for leg in itinerary for line in leg.lines]
    band = band_around(lines, [off for leg in itinerary for off in leg.deviations])
    return {"cost_p05_usd": round(band.p05_usd, 2), "cost_p95_usd": round(band.p95_usd, 2)}


def generalised_cost_usd(query: Query, itinerary: Sequence[Leg]) -> float:
    """Return the money of a route and its hours at what one is worth to the cargo."""
    cargo = query.network.by_id("cargoes")[query.party.cargo_id]
    time_usd = duration_h(query, itinerary) * cargo_hour_usd(cargo)
    return round(cost_usd(itinerary) + time_usd, 2)


def _money_rows(query: Query, route_id: str, itinerary: Sequence[Leg]) -> list[dict[str, Any]]:
    """Return the lines of the money of a route, each with the row of a table it comes from."""
    return [
        {"route_id": route_id, "leg": number, **row}
        for number, leg in enumerate(itinerary)
        for row in _money_of(query, leg)
    ]


def _money_of(query: Query, leg: Leg) -> list[dict[str, Any]]:
    """Return the lines of the money of a leg, which are those of its section."""
    known = query.sections.money
    rows = known.get(id(leg.lines))
    if rows is None:
        pairs = zip(leg.lines, leg.deviations, strict=True)
        rows = known[id(leg.lines)] = [_money_row(line, own) for line, own in pairs]
    return rows


def _money_row(line: PriceLine, own: Deviation) -> dict[str, Any]:
    """Return a line of money with its own band."""
    return {
        "table": line.table,
        "row_id": line.row_id,
        "cost_usd": round(line.usd, 2),
        "cost_p05_usd": round(line.usd - own.below, 2),
        "cost_p95_usd": round(line.usd + own.above, 2),
        "source_id": line.row["source_id"],
        "confidence": line.row["confidence"],
    }


def spreads(query: Query, routes: Sequence[Sequence[int]]) -> dict[int, Spread]:
    """Return the spread of the hours of routes, each given as arcs, by their number."""
    conditions = query.conditions
    known: dict[tuple[int, ...], Spread] = query.once("spreads", dict)
    keys = [tuple(arcs) for arcs in routes]
    unknown = [key for key in dict.fromkeys(keys) if key not in known]
    samples = sample_each(query, unknown, draws=conditions.draws, rng=conditions.rng)
    for number, hours in samples:
        known[unknown[number]] = _spread(query, hours)
    return {number: known[key] for number, key in enumerate(keys)}


def _spread(query: Query, hours: Floats) -> Spread:
    """Return percentiles of sampled journeys, and the share of them that meets the deadline."""
    rank = [math.ceil(share * len(hours)) - 1 for share in (0.05, 0.5, 0.95)]
    low, middle, high = np.partition(hours, rank)[rank].tolist()

    deadline_s = query.conditions.deadline_s
    on_time_share = None
    if deadline_s is not None:
        limit_h = (deadline_s - query.depart_s) / HOUR_S
        on_time_share = float((hours <= limit_h).mean())
    return Spread(_finite(low), _finite(middle), _finite(high), on_time_share)


def _finite(hours: float) -> float | None:
    """Return hours to two decimals; null where so many journeys never arrive."""
    return round(hours, 2) if np.isfinite(hours) else None


def documents_of(query: Query, itinerary: Sequence[Leg]) -> list[str]:
    """Return the papers that the rules in force ask for on the links passed."""
    return documents_on(query, {leg.row["link_id"] for leg in itinerary if leg.kind == "link"})


def documents_on(query: Query, passed: Collection[str]) -> list[str]:
    """Return the papers that the rules in force ask for on some links; passed: their ids."""
    asked = {document for document, links in query.documents if not links.isdisjoint(passed)}
    return sorted(asked)
