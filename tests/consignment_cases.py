"""Small shipments, and a checker that walks a plan unit by unit on the calendar."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from core_cases import BASE, link, node, small
from corridor.consignments.plan import Plan
from corridor.consignments.shipment import Destination, Shipment, Slots
from corridor.network.network import Network

MONDAY = dt.date(2026, 3, 2)
WEEK = 7


def two_ways(*change_ids: str, **tables: Any) -> Network:
    """Return a - b - d by road, dear and quick, and a - c - d by slow cheap rail, ship at the end.

    The ship sails once a week, on Friday at noon.
    """
    rows = {
        "nodes": [node("a"), node("b"), node("c", "UZ", kind="seaport"), node("d", "PK")],
        "links": [
            link("ab", "a", "b", length_km=2000.0),
            link("bd", "b", "d", length_km=1000.0),
            link("ac", "a", "c", length_km=2000.0, speed_kmh=25.0),
            link("cd", "c", "d", length_km=2000.0, speed_kmh=20.0, mode="sea"),
        ],
        "services": [
            {
                "service_id": "ship",
                "link_ids": "cd",
                "required": True,
                "timetable": "fri 12:00",
            }
        ],
        "terminals": [
            {
                "terminal_id": "c-quay",
                "node_id": "c",
                "from_layer": "road",
                "to_layer": "sea",
                "handling_h": 6.0,
                "usd_per_unit": 10.0,
            },
            {
                "terminal_id": "d-quay",
                "node_id": "d",
                "from_layer": "sea",
                "to_layer": "road",
                "handling_h": 6.0,
                "usd_per_unit": 10.0,
            },
        ],
        "rates": [
            {"rate_id": "road", "mode": "road", "usd_per_teu_km": 0.5},
            {"rate_id": "sea", "mode": "sea", "usd_per_teu_km": 0.05},
        ],
    }
    return small(*change_ids, **{**BASE, **rows, **tables})


def shipment(**more: Any) -> Shipment:
    """Return twelve boxes from a to d, four a week, due in five weeks."""
    cells: dict[str, Any] = {
        "shipment_id": "twelve",
        "name": "Twelve boxes",
        "cargo_id": "box",
        "units": 12,
        "origin_node_id": "a",
        "destinations": (Destination("d", 1.0),),
        "ready_on": MONDAY,
        "units_per_week": 4,
        "deadline_on": MONDAY + dt.timedelta(days=35),
        "penalty_usd_per_unit_day": 100.0,
        "storage_usd_per_unit_day": 5.0,
        "slots": (Slots("road", 6, 3), Slots("sea", departure_units=4, lot_units=2)),
    }
    return Shipment(**{**cells, **more})


def walk(plan: Plan) -> None:
    """Walk a plan unit by unit on the calendar; AssertionError for anything out of bounds."""
    shipped = plan.shipment
    limits = {slots.mode: slots for slots in shipped.slots}
    legs = plan.legs.partition_by("dispatch_id", as_dict=True)
    weeks: Counter[tuple[str, int]] = Counter()
    aboard: Counter[tuple[str, str, Any]] = Counter()
    arrived: Counter[str] = Counter()
    departures: list[dt.date] = []

    for dispatch in plan.dispatches.iter_rows(named=True):
        steps = legs[(dispatch["dispatch_id"],)].to_dicts()
        check_steps(shipped, dispatch, steps)
        modes = dict.fromkeys(step["mode"] for step in steps if step["kind"] == "link")
        assert list(modes) == dispatch["modes"]

        lots = [limits[mode].lot_units or 1 for mode in modes if mode in limits]
        assert dispatch["units"] >= max([shipped.lot_units, *lots])
        for _ in range(dispatch["units"]):
            departures.append(dispatch["depart_on"])
            arrived[dispatch["destination_node_id"]] += 1
            for mode in modes:
                weeks[mode, (dispatch["depart_on"] - shipped.ready_on).days // WEEK] += 1
            for boarded in rides(steps):
                aboard[boarded] += 1

    check_ready(shipped, departures)
    for (mode, week), units in weeks.items():
        if mode in limits and limits[mode].units_per_week is not None:
            assert units <= limits[mode].units_per_week, (mode, week)
    for (mode, line, at), units in aboard.items():
        if mode in limits and limits[mode].departure_units is not None:
            assert units <= limits[mode].departure_units, (mode, line, at)
    for node_id, units in shipped.units_by_destination().items():
        assert arrived[node_id] <= units
    row = plan.summary.row(0, named=True)
    assert row["delivered_units"] == sum(arrived.values())
    assert row["delivered_units"] + row["short_units"] == shipped.units


def check_steps(shipped: Shipment, dispatch: dict[str, Any], steps: list[dict[str, Any]]) -> None:
    """Check that the legs of a dispatch join in place and time, and bring it where it goes."""
    assert steps[0]["from_node_id"] == shipped.origin_node_id
    assert steps[-1]["to_node_id"] == dispatch["destination_node_id"]
    assert steps[0]["depart_at"].date() >= dispatch["depart_on"]
    assert steps[-1]["arrive_at"].date() == dispatch["arrive_on"]
    for before, after in zip(steps, steps[1:], strict=False):
        assert before["to_node_id"] == after["from_node_id"]
        assert before["arrive_at"] <= after["depart_at"]
    if shipped.has_hard_deadline:
        assert shipped.deadline_on is not None
        assert dispatch["arrive_on"] <= shipped.deadline_on


def rides(steps: list[dict[str, Any]]) -> list[tuple[str, str, Any]]:
    """Return the departures boarded: a ship by its instant, a convoy by its day and first link."""
    boarded = []
    before: tuple[Any, Any] | None = None
    for step in steps:
        this = None if step["kind"] == "terminal" else (step["mode"], step["service_id"])
        if this is not None and this != before:
            line = step["service_id"] or step["link_id"]
            at = step["depart_at"] if step["service_id"] else step["depart_at"].date()
            boarded.append((step["mode"], line, at))
        before = this
    return boarded


def check_ready(shipped: Shipment, departures: list[dt.date]) -> None:
    """Check that no unit leaves before it is ready, those ready first leaving first."""
    for number, day in enumerate(sorted(departures)):
        assert day >= shipped.ready_on
        if shipped.units_per_week is not None:
            week = (day - shipped.ready_on).days // WEEK
            assert number + 1 <= shipped.units_per_week * (week + 1) + 1e-9
