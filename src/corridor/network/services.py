"""Services: when ferries, ships and trains leave, by timetable or on average.

A timetable that a dated change sets counts from its date at the place where the service begins.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from corridor.network.calendar import FOREVER_S, Span, day_of, parse_timetable, timetable_spans
from corridor.network.graph import Row
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.network.zones import instant_of, is_zone, period_of_days
from corridor.units import DAY_S, HOUR_S, WEEK_H

_DAYS_AROUND = 2  # a local day lies within two of the same in UTC


class Timetable(NamedTuple):
    """The departures of a service from an instant to before another; null: it has no timetable."""

    from_s: int
    to_s: int
    departures: str | None


def takes(service: Row, cargo: Row, lot_t: float | None) -> bool:
    """Tell whether a service takes a cargo, and a lot of that many tonnes; null: of the usual size.

    A cargo that it names itself rides in any lot.
    """
    words = (service["carries"] or cargo["form"]).split()
    if cargo["cargo_id"] in words:
        return True
    if cargo["form"] not in words:
        return False
    tonnes = lot_t or cargo["lot_t"] or cargo["t_per_unit"]
    return cargo["form"] != "bulk" or tonnes >= (service["min_lot_t"] or 0.0)


def headways_h(network: Network) -> dict[str, float]:
    """Return the hours between departures of every service; 0 for one that has a timetable."""
    with_timetable = services_with_timetable(network)
    return {
        service["service_id"]: 0.0 if row in with_timetable else _headway_h(service)
        for row, service in enumerate(network.rows("services"))
    }


def services_with_timetable(network: Network) -> set[int]:
    """Return the rows of services that have a timetable at some time."""
    edits = _edits(network)
    services = network.undated_rows("services")
    return {row for row, service in enumerate(services) if _has_timetable(service, edits)}


def _has_timetable(service: Row, edits: Sequence[Row]) -> bool:
    """Tell whether a service has a timetable at any time."""
    is_set = any(edit["value"] for edit in edits if _is_of(edit, service))
    return is_set or bool(service["timetable"])


def _headway_h(service: Row) -> float:
    """Return the hours between departures of a service on average; 0 where it does not say."""
    departures = service["departures_per_week"]
    return float(WEEK_H / departures) if departures else 0.0


def departures_per_week(service: Row) -> float:
    """Return how often a service departs a week in each direction; 0 where it does not say."""
    if service["timetable"]:
        return float(len(parse_timetable(service["timetable"])))
    return float(service["departures_per_week"] or 0.0)


def sailings(network: Network, row: int, zone: str | None, from_s: int, to_s: int) -> list[Span]:
    """Return the seconds at which a service leaves its first place.

    Parameters
    ----------
    network
        The network on the day of departure.
    row
        Row of the service. It has a timetable at some time; at others it may be entered at any
        time, with half a headway as delay.
    zone
        Zone of the place where it begins, for the dates of changes.
    from_s, to_s
        Seconds covered, to_s no longer.
    """
    service = network.rows("services")[row]
    spans: list[Span] = []
    for timetable in _timetables(network, row, zone):
        begin = max(timetable.from_s, from_s)
        end = min(timetable.to_s, to_s)
        if begin >= end:
            continue
        if timetable.departures:
            spans += departures(timetable.departures, service["time_zone"], begin, end)
        else:
            spans.append(Span(begin, end, _headway_h(service) * HOUR_S / 2))
    return spans


def _timetables(network: Network, row: int, zone: str | None) -> Iterator[Timetable]:
    """Yield the timetables of a service one after the other, for all time."""
    service = network.undated_rows("services")[row]
    edits = [edit for edit in _edits(network) if _is_of(edit, service)]
    periods = [period_of_days(edit["from_on"], edit["to_on"], zone) for edit in edits]
    cuts = sorted({-FOREVER_S, FOREVER_S, *chain.from_iterable(periods)})

    for begin, end in pairwise(cuts):
        in_force = [
            edit
            for edit, (first, last) in zip(edits, periods, strict=True)
            if first <= begin and end <= last
        ]
        departures = in_force[-1]["value"] if in_force else service["timetable"]
        yield Timetable(begin, end, departures or None)


def _edits(network: Network) -> list[Row]:
    """Return the dated changes of timetables, in the order they apply."""
    return network.once(
        Derived.TIMETABLE_EDITS.of(),
        lambda: [
            row
            for row in network.changes.iter_rows(named=True)
            if row["table"] == "services" and row["column"] == "timetable"
        ],
    )


def _is_of(edit: Row, service: Row) -> bool:
    """Tell whether a change is one of a service."""
    words = edit["row_id"].split()
    return "*" in words or service["service_id"] in words


def departures(timetable: str, zone: str | None, from_s: int, to_s: int) -> list[Span]:
    """Return one span of a second for each departure, by the clock of a zone; null: UTC."""
    weekly = parse_timetable(timetable)
    if zone is None or not is_zone(zone):
        return timetable_spans(weekly, from_s, to_s)

    around = _DAYS_AROUND * DAY_S
    local = (span.start_s for span in timetable_spans(weekly, from_s - around, to_s + around))
    instants = sorted({_by_clock(local_s, zone) for local_s in local})
    return [Span(at_s, at_s + 1) for at_s in instants if from_s <= at_s < to_s]


def _by_clock(local_s: int, zone: str) -> int:
    """Return the instant at which a clock shows a time, counted as if it were one of UTC."""
    midnight = dt.datetime.combine(day_of(local_s), dt.time())
    return instant_of(midnight + dt.timedelta(seconds=local_s % DAY_S), zone)
