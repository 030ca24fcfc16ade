"""Services: how often a ferry, feeder ship or train without a timetable leaves."""

from __future__ import annotations

from corridor.network.graph import Row
from corridor.units import HOUR_S, WEEK_H


def headway_h(service: Row) -> float:
    """Return the hours between departures of a service; 0 for one that has a timetable."""
    if service["timetable"] or not service["departures_per_week"]:
        return 0.0
    return float(WEEK_H / service["departures_per_week"])


def mean_wait_s(service: Row) -> int:
    """Return the seconds a unit waits for the next departure on average: half a headway."""
    return round(headway_h(service) * HOUR_S / 2)
