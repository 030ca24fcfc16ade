"""Plan tables: the rows of a plan's dispatches, legs, slots, arrivals and costs."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from corridor.consignments.offers import Offer, Trips
from corridor.consignments.programme import place_of, slots_in, stored_days, unit_costs
from corridor.consignments.shipment import WEEK_DAYS, Shipment
from corridor.language.messages import SUFFIX, pack
from corridor.routing.corridor_names import corridor_name
from corridor.routing.itinerary import borders, countries, duration_h
from corridor.routing.route_tables import documents_of
from corridor.tables import schema_plans
from corridor.tables.cells import frame_of
from corridor.tables.columns import Table

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Dispatch:
    """Units that leave together; status: planned, or committed where they have left."""

    offer: Offer
    units: int
    status: str = "planned"
    on_time_share: float | None = None


class PlanTables(NamedTuple):
    """The tables that follow from the dispatches alone."""

    dispatches: pl.DataFrame
    legs: pl.DataFrame
    slots: pl.DataFrame
    arrivals: pl.DataFrame
    costs: pl.DataFrame


def frame(table: Table, rows: Rows) -> pl.DataFrame:
    """Return rows as a declared table; a cell that a row lacks is null, messages are packed."""
    packed = [column.name for column in table.columns if column.kind == "message"]
    return frame_of(table, ({**row, **_packed(row, packed)} for row in rows))


def _packed(row: Mapping[str, Any], columns: Sequence[str]) -> dict[str, str | None]:
    """Return the cells of columns of packed messages."""
    return {name: pack(row.get(name.removesuffix(SUFFIX))) for name in columns}


def in_order(dispatches: Iterable[Dispatch]) -> list[Dispatch]:
    """Return dispatches by day, destination and route."""
    return sorted(
        dispatches,
        key=lambda each: (each.offer.depart_on, each.offer.destination, each.offer.arcs),
    )


def plan_tables(trips: Trips, dispatches: Sequence[Dispatch]) -> PlanTables:
    """Return the tables of dispatches in order."""
    shipment = trips.shipment
    dispatch_rows = _dispatch_rows(trips, dispatches)
    leg_rows = [
        {
            **leg.as_row("", number),
            "shipment_id": shipment.shipment_id,
            "dispatch_id": dispatch_id(k),
            "units": dispatch.units,
        }
        for k, dispatch in enumerate(dispatches)
        for number, leg in enumerate(dispatch.offer.itinerary)
    ]
    return PlanTables(
        dispatches=frame(schema_plans.PLAN_DISPATCHES, dispatch_rows),
        legs=frame(schema_plans.PLAN_LEGS, leg_rows),
        slots=frame(schema_plans.PLAN_SLOTS, _slot_rows(shipment, dispatches)),
        arrivals=frame(schema_plans.PLAN_ARRIVALS, _arrival_rows(shipment, dispatches)),
        costs=frame(schema_plans.PLAN_COSTS, _cost_rows(shipment, dispatches, dispatch_rows)),
    )


def dispatch_cost(shipment: Shipment, dispatches: Sequence[Dispatch], dispatched: int) -> float:
    """Return freight, storage and penalty of dispatches that leave after so many units."""
    units = sum(dispatch.units for dispatch in dispatches)
    usd = unit_costs(shipment, [dispatch.offer for dispatch in dispatches])
    stored_d = stored_days(shipment, dispatched, units)
    return float(
        usd @ np.array([dispatch.units for dispatch in dispatches], float)
        - shipment.storage_usd_per_unit_day * stored_d
    )


def dispatch_id(number: int) -> str:
    """Return what a dispatch is called; number: from 0, in order."""
    return f"d{number + 1}"


def route_letters(dispatches: Sequence[Dispatch]) -> dict[tuple[int, ...], str]:
    """Return a short name for every route, that with most units first: a, b, ..., z, r27."""
    units: dict[tuple[int, ...], int] = defaultdict(int)
    for dispatch in dispatches:
        units[dispatch.offer.arcs] += dispatch.units
    by_units = sorted(units, key=lambda arcs: (-units[arcs], arcs))
    return {arcs: chr(ord("a") + k) if k < 26 else f"r{k + 1}" for k, arcs in enumerate(by_units)}


def _dispatch_rows(trips: Trips, dispatches: Sequence[Dispatch]) -> Rows:
    """Return one row a dispatch; storage goes to those ready first, who leave first."""
    shipment = trips.shipment
    letters = route_letters(dispatches)
    nodes = trips.network.by_id("nodes")
    rows: Rows = []
    dispatched = 0

    for number, dispatch in enumerate(dispatches):
        offer = dispatch.offer
        units = dispatch.units
        late_d = offer.late_days(shipment.deadline_on)
        waited = (offer.depart_on - shipment.ready_on).days * units
        stored = max(waited - stored_days(shipment, dispatched, units), 0)
        dispatched += units
        money = {
            "freight_usd": round(offer.usd * units, 2),
            "storage_usd": round(shipment.storage_usd_per_unit_day * stored, 2),
            "penalty_usd": round((shipment.penalty_usd_per_unit_day or 0.0) * late_d * units, 2),
        }
        rows.append(
            {
                "shipment_id": shipment.shipment_id,
                "dispatch_id": dispatch_id(number),
                "depart_on": offer.depart_on,
                "destination_node_id": offer.destination,
                "destination": nodes[offer.destination]["name"],
                "units": units,
                "route_id": letters[offer.arcs],
                **_route_cells(trips, offer),
                "modes": list(offer.modes),
                "arrive_on": offer.arrive_on,
                "late_d": late_d,
                **money,
                "cost_usd": round(sum(money.values()), 2),
                "carbon_kg": round(offer.kg * units, 3),
                "on_time_share": dispatch.on_time_share,
                "status": dispatch.status,
            }
        )
    return rows


def _route_cells(trips: Trips, offer: Offer) -> dict[str, Any]:
    """Return what a route is called, passes and needs."""
    query = trips.query(offer.destination, offer.depart_on)
    return {
        "corridor": corridor_name(query, offer.itinerary),
        "countries": countries(query, offer.itinerary),
        "borders": borders(offer.itinerary),
        "documents": documents_of(query, offer.itinerary),
        "time_h": duration_h(query, offer.itinerary),
    }


def _slot_rows(shipment: Shipment, dispatches: Sequence[Dispatch]) -> Rows:
    """Return what is taken of the slots of a week and the places on a departure."""
    weeks: dict[tuple[str, int], int] = defaultdict(int)
    places: dict[tuple[str, str, int, dt.date], int] = defaultdict(int)
    for dispatch in dispatches:
        for mode in dispatch.offer.modes:
            weeks[mode, shipment.week_of(dispatch.offer.depart_on)] += dispatch.units
        for boarding in dispatch.offer.boardings:
            places[*place_of(boarding), boarding.on] += dispatch.units

    return [*_week_rows(shipment, weeks), *_place_rows(shipment, places)]


def _week_rows(shipment: Shipment, weeks: Mapping[tuple[str, int], int]) -> Rows:
    rows: Rows = []
    for (mode, week), units in sorted(weeks.items()):
        slots = shipment.slots_of(mode)
        if slots.units_per_week is None:
            continue
        rows.append(
            {
                "shipment_id": shipment.shipment_id,
                "limit": "week",
                "mode": mode,
                "from_on": shipment.ready_on + dt.timedelta(days=WEEK_DAYS * week),
                "units": units,
                "limit_units": slots_in(slots.units_per_week, week),
            }
        )
    return rows


def _place_rows(shipment: Shipment, places: Mapping[tuple[str, str, int, dt.date], int]) -> Rows:
    rows: Rows = []
    for (mode, line_id, _, on), units in sorted(places.items()):
        slots = shipment.slots_of(mode)
        if slots.departure_units is None:
            continue
        rows.append(
            {
                "shipment_id": shipment.shipment_id,
                "limit": "departure",
                "mode": mode,
                "line_id": line_id,
                "from_on": on,
                "units": units,
                "limit_units": slots.departure_units,
            }
        )
    return rows


def _arrival_rows(shipment: Shipment, dispatches: Sequence[Dispatch]) -> Rows:
    """Return the units that arrive at every destination, day by day."""
    arrivals: dict[tuple[str, dt.date], int] = defaultdict(int)
    late: dict[dt.date, int] = {}
    for dispatch in dispatches:
        offer = dispatch.offer
        arrivals[offer.destination, offer.arrive_on] += dispatch.units
        late[offer.arrive_on] = offer.late_days(shipment.deadline_on)

    rows: Rows = []
    totals: dict[str, int] = defaultdict(int)
    for (node_id, on), units in sorted(arrivals.items()):
        totals[node_id] += units
        rows.append(
            {
                "shipment_id": shipment.shipment_id,
                "destination_node_id": node_id,
                "arrive_on": on,
                "units": units,
                "total_units": totals[node_id],
                "late_d": late[on],
            }
        )
    return rows


def _cost_rows(shipment: Shipment, dispatches: Sequence[Dispatch], dispatch_rows: Rows) -> Rows:
    """Return freight by country in the order goods cross them, then storage and penalty."""
    by_country: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for dispatch in dispatches:
        for leg in dispatch.offer.itinerary:
            sums = by_country[leg.country]
            sums[0] += leg.usd * dispatch.units
            sums[1] += leg.length_km * dispatch.units
            sums[2] += leg.kg * dispatch.units

    items: Rows = [
        {"item": "freight", "country": country, "usd": usd, "unit_km": km, "carbon_kg": kg}
        for country, (usd, km, kg) in by_country.items()
    ]
    for item in ("storage", "penalty"):
        items.append({"item": item, "usd": sum(row[f"{item}_usd"] for row in dispatch_rows)})

    total = sum(item["usd"] for item in items)
    units = sum(dispatch.units for dispatch in dispatches)
    return [
        {
            **item,
            "shipment_id": shipment.shipment_id,
            "usd": round(item["usd"], 2),
            "usd_per_unit": round(item["usd"] / units, 2) if units else None,
            "share": item["usd"] / total if total else None,
        }
        for item in items
    ]
