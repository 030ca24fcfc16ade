"""Shipment: one large consignment, as rows of ``shipments`` say it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from corridor.errors import CallError, UnknownName
from corridor.network.graph import Row
from corridor.network.network import Network
from corridor.tables.columns import MODES

WEEK_DAYS = 7
ROUNDING = 1e-9  # of a week's output, so that 0.1 x 10 is one unit


@dataclass(frozen=True, slots=True)
class Destination:
    """A place of delivery and the share of the units that goes there."""

    node_id: str
    share: float


@dataclass(frozen=True, slots=True)
class Slots:
    """Trailers, wagons or places on ships of one mode.

    Attributes
    ----------
    mode
        Means of transport.
    units_per_week
        Most units dispatched in a week on routes that use the mode; null: no limit.
    departure_units
        Most units that board one departure: a convoy, a train, a sailing; null: no limit.
    lot_units
        Fewest units of one dispatch by this mode; null: those of the shipment.
    """

    mode: str
    units_per_week: float | None = None
    departure_units: int | None = None
    lot_units: int | None = None


@dataclass(frozen=True, slots=True)
class Shipment:
    """One large consignment: units of a cargo, ready over time and due on a day.

    Attributes
    ----------
    shipment_id, name, cargo_id
        Its id, its name as printed, and what is moved.
    units
        Units to be delivered.
    origin_node_id
        Where they stand.
    destinations
        Where they go, with shares that are 1 together.
    ready_on
        First day a unit may leave.
    units_per_week
        Units ready in each week from ready_on, on its first day; null: all of them on ready_on.
    deadline_on
        Last day of arrival; null: none.
    penalty_usd_per_unit_day
        Money per unit and day of arrival after the deadline; null: none may arrive later.
    storage_usd_per_unit_day
        Money per unit and day between ready and dispatch.
    lot_units
        Fewest units of one dispatch.
    allowed_modes
        Modes it may travel by; empty: all those of its cargo.
    slots
        What is limited by mode.
    value_usd
        Value of the contract; null: not said.
    terms
        Incoterms 2020 of the contract; null: not published.
    """

    shipment_id: str
    name: str
    cargo_id: str
    units: int
    origin_node_id: str
    destinations: tuple[Destination, ...]
    ready_on: dt.date
    units_per_week: float | None = None
    deadline_on: dt.date | None = None
    penalty_usd_per_unit_day: float | None = None
    storage_usd_per_unit_day: float = 0.0
    lot_units: int = 1
    allowed_modes: tuple[str, ...] = ()
    slots: tuple[Slots, ...] = ()
    value_usd: float | None = None
    terms: str | None = None

    def __post_init__(self) -> None:
        """Raise CallError for a shipment that makes no sense."""
        if self.units < 1:
            raise CallError(f"units must be 1 or more, not {self.units}.")
        if not self.destinations:
            raise CallError(f"shipment {self.shipment_id} has no destination.")

        total = sum(destination.share for destination in self.destinations)
        if abs(total - 1) > 1e-6:
            raise CallError(
                f"the shares of the destinations of {self.shipment_id} must be 1 together, "
                f"not {total:g}."
            )

    @property
    def has_hard_deadline(self) -> bool:
        """Whether nothing may arrive after the deadline."""
        return self.deadline_on is not None and self.penalty_usd_per_unit_day is None

    @property
    def last_ready_on(self) -> dt.date:
        """The day from which every unit is ready."""
        if self.units_per_week is None:
            return self.ready_on

        weeks = max(math.ceil(self.units / self.units_per_week - ROUNDING) - 1, 0)
        return self.ready_on + dt.timedelta(days=WEEK_DAYS * weeks)

    def ready_units(self, on: dt.date) -> int:
        """Return how many units are ready on a day, those dispatched before among them."""
        days = (on - self.ready_on).days
        if days < 0:
            return 0
        if self.units_per_week is None:
            return self.units

        output = self.units_per_week * (days // WEEK_DAYS + 1)
        return min(self.units, math.floor(output + ROUNDING))

    def week_of(self, on: dt.date) -> int:
        """Return the number of the week of a day; 0 is the one that begins on ready_on."""
        return (on - self.ready_on).days // WEEK_DAYS

    def units_by_destination(self) -> dict[str, int]:
        """Return whole units for every destination, by largest remainders."""
        exact = [self.units * destination.share for destination in self.destinations]
        whole = [math.floor(units + ROUNDING) for units in exact]
        by_remainder = sorted(range(len(exact)), key=lambda k: (whole[k] - exact[k], k))

        for k in by_remainder[: self.units - sum(whole)]:
            whole[k] += 1
        return {
            destination.node_id: units
            for destination, units in zip(self.destinations, whole, strict=True)
        }

    def slots_of(self, mode: str) -> Slots:
        """Return the slots of a mode; without limits where none are declared."""
        return next((slots for slots in self.slots if slots.mode == mode), Slots(mode))

    def lot_of(self, modes: Iterable[str]) -> int:
        """Return the fewest units of one dispatch by these modes."""
        lots = [slots.lot_units for slots in self.slots if slots.mode in set(modes)]
        return max([self.lot_units, *(lot for lot in lots if lot is not None)])

    def avoided_modes(self) -> tuple[str, ...]:
        """Return the modes it may not travel by, beside those its cargo may not."""
        if not self.allowed_modes:
            return ()
        return tuple(mode for mode in MODES if mode not in self.allowed_modes)


def read_shipment(network: Network, shipment_id: str) -> Shipment:
    """Return a row of ``shipments`` with its destinations and slots.

    Raises UnknownName for a shipment the study has not.
    """
    shipments = network.by_id("shipments")
    if shipment_id not in shipments:
        raise UnknownName("shipment", shipment_id, shipments)

    row = shipments[shipment_id]
    of_shipment = [
        [part for part in network.rows(table) if part["shipment_id"] == shipment_id]
        for table in ("shipment_destinations", "shipment_slots")
    ]
    return shipment_of(row, *of_shipment)


def shipment_of(row: Row, destinations: Sequence[Row], slots: Sequence[Row]) -> Shipment:
    """Return a shipment from a row of ``shipments`` and those of its destinations and slots."""
    return Shipment(
        shipment_id=row["shipment_id"],
        name=row["name"],
        cargo_id=row["cargo_id"],
        units=round(row["units"]),
        origin_node_id=row["origin_node_id"],
        destinations=tuple(Destination(part["node_id"], part["share"]) for part in destinations),
        ready_on=row["ready_on"],
        units_per_week=row["units_per_week"],
        deadline_on=row["deadline_on"],
        penalty_usd_per_unit_day=row["penalty_usd_per_unit_day"],
        storage_usd_per_unit_day=row["storage_usd_per_unit_day"] or 0.0,
        lot_units=round(row["lot_units"] or 1),
        allowed_modes=tuple((row["allowed_modes"] or "").split()),
        slots=tuple(_slots_of(part) for part in slots),
        value_usd=row["value_usd"],
        terms=row["terms"],
    )


def _slots_of(row: Row) -> Slots:
    return Slots(
        mode=row["mode"],
        units_per_week=row["units_per_week"],
        departure_units=_whole(row["departure_units"]),
        lot_units=_whole(row["lot_units"]),
    )


def _whole(value: Any) -> int | None:
    return None if value is None else round(value)
