"""Infeasibility: what stands in the way of units that no plan delivers, and until when.

Each condition is lifted by itself; the first without which all is delivered is what binds: slots,
lots, closures, then the deadline. The nearest feasible date is the earliest deadline that all
units could meet under everything else.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import polars as pl

from corridor.consignments.dispatch_days import (
    AFTER_WEEKS,
    MAX_WEEKS,
    days_of_dispatch,
    in_time,
    last_day,
)
from corridor.consignments.offers import Offer, Trips, offers_of
from corridor.consignments.programme import Order, Solution, can_dispatch
from corridor.consignments.shipment import Shipment, Slots
from corridor.language.messages import joined, message
from corridor.network.changes import OF_STATUS
from corridor.network.network import Network
from corridor.routing.reasons import absence
from corridor.tables.columns import OPEN_STATUS

WEEKS_TRIED = (AFTER_WEEKS, 4 * AFTER_WEEKS, 16 * AFTER_WEEKS, MAX_WEEKS)


class Obstacle(NamedTuple):
    """What binds, in words, and the earliest deadline that all units could meet; null: none."""

    binding: str
    reason: str
    nearest_feasible_on: dt.date | None


def obstacle(trips: Trips, offers: Sequence[Offer], solution: Solution) -> Obstacle:
    """Return what stands in the way of units that stay behind.

    offers: those the plan was chosen from. solution: the plan, in which some units stay behind.
    """
    sentences = []
    bindings = []
    for binding, sentence in _lifted(trips, offers):
        bindings.append(binding)
        sentences.append(sentence)

    later = _nearest(trips)
    if later is not None and trips.shipment.has_hard_deadline:
        bindings.append("deadline")
        sentences.append(message("all could arrive by {day}", day=later.isoformat()))
    if not bindings:
        bindings.append(_without_route(trips, offers) or "slots")
        sentences.append(_why_no_route(trips, solution))

    behind = message(
        "{short} of {units} units stay behind",
        short=sum(solution.short.values()),
        units=trips.shipment.units,
    )
    return Obstacle(bindings[0], joined([behind, *sentences]), later)


def _lifted(trips: Trips, offers: Sequence[Offer]) -> Iterator[tuple[str, str]]:
    """Yield each condition, the deadline apart, without which alone all units are delivered."""
    shipment = trips.shipment
    by_mode = [
        slots.mode for slots in shipment.slots if _serves(_without_slots(shipment, slots), offers)
    ]
    if by_mode:
        modes = joined(by_mode, ", ")
        yield "slots", message("slots would have to be more by any of: {modes}", modes=modes)
    elif len(shipment.slots) > 1 and _serves(_without_any_slots(shipment), offers):
        yield "slots", message("slots by more than one mode would have to be more")
    if _has_lots(shipment) and _serves(_without_lots(shipment), offers):
        yield "lot", message("lots would have to be smaller")

    opened = Trips(without_closures(trips.network), shipment, trips.options)
    if opened.network is not trips.network:
        days = days_of_dispatch(shipment.ready_on, last_day(shipment))
        if _serves(shipment, in_time(shipment, offers_of(opened, days))):
            yield "closure", message("closures would have to end")


def without_closures(network: Network) -> Network:
    """Return a network none of whose dated changes shuts a link; itself where none does."""
    shuts = OF_STATUS & (pl.col("value") != OPEN_STATUS)
    changes = network.changes.filter(~shuts)
    if changes.height == network.changes.height:
        return network

    opened = replace(network, changes=changes)
    opened.share(network)
    return opened


def _serves(shipment: Shipment, offers: Sequence[Offer]) -> bool:
    return can_dispatch(Order.of(shipment), offers)


def _without_any_slots(shipment: Shipment) -> Shipment:
    """Return a shipment with any number of slots by all modes; lots stay."""
    slots = tuple(Slots(each.mode, lot_units=each.lot_units) for each in shipment.slots)
    return replace(shipment, slots=slots)


def _without_slots(shipment: Shipment, slots: Slots) -> Shipment:
    """Return a shipment with any number of slots by one mode; lots stay."""
    unlimited = Slots(slots.mode, lot_units=slots.lot_units)
    return replace(
        shipment,
        slots=tuple(unlimited if each == slots else each for each in shipment.slots),
    )


def _has_lots(shipment: Shipment) -> bool:
    return shipment.lot_of(slots.mode for slots in shipment.slots) > 1


def _without_lots(shipment: Shipment) -> Shipment:
    slots = tuple(replace(each, lot_units=None) for each in shipment.slots)
    return replace(shipment, lot_units=1, slots=slots)


def _nearest(trips: Trips) -> dt.date | None:
    """Return the earliest deadline that all units could meet; null where none is within reach."""
    free = replace(trips.shipment, deadline_on=None)
    without_deadline = trips._replace(shipment=free)
    for weeks in WEEKS_TRIED:
        days = days_of_dispatch(free.ready_on, last_day(free, weeks))
        offers = offers_of(without_deadline, days)
        if not offers:
            return None
        if _serves(free, offers):
            return _earliest(free, offers)
    return None


def _earliest(shipment: Shipment, offers: Sequence[Offer]) -> dt.date:
    """Return the earliest day by which offers bring all units."""
    arrivals = sorted({offer.arrive_on for offer in offers})

    def suffices(number: int) -> bool:
        day = arrivals[number]
        return _serves(shipment, [offer for offer in offers if offer.arrive_on <= day])

    return arrivals[bisect_left(range(len(arrivals) - 1), True, key=suffices)]


def _without_route(trips: Trips, offers: Sequence[Offer]) -> str | None:
    """Return closure or route where a destination has no offer at all."""
    reached = {offer.destination for offer in offers}
    for node_id in trips.shipment.units_by_destination():
        if node_id not in reached:
            why = absence(trips.query(node_id, trips.shipment.ready_on))
            return "closure" if why.openings else "route"
    return None


def _why_no_route(trips: Trips, solution: Solution) -> str:
    """Return in words why a destination that gets less has no route, else that slots lack."""
    for node_id, short in solution.short.items():
        query = trips.query(node_id, trips.shipment.ready_on)
        why = absence(query)
        if short and why.reason:
            return why.reason
    return message("no single condition lifted would deliver them all")
