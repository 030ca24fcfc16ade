"""Checks of large consignments: shares of their destinations, dates, lots and modes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from corridor.errors import Finding, first_findings
from corridor.tables.tables import Row, Tables

MAX_SHARE_ERROR = 0.005  # of the shares of one shipment together: rounding
MAX_VALUE_RATIO = 3.0  # of the value of a contract to that of its units by cargoes, or back


def check_shipments(tables: Tables) -> list[Finding]:
    """Return what is wrong with shipments, their destinations and their slots."""
    return first_findings(_shipments(tables), _shares(tables), _slots(tables))


def _shipments(tables: Tables) -> Iterator[Finding]:
    modes_of = tables.by_key("cargoes", "allowed_modes")
    value_of = tables.by_key("cargoes", "value_usd_per_unit")
    destinations = set(tables.frames["shipment_destinations"]["shipment_id"].to_list())

    for shipment in tables.rows("shipments"):
        yield from _dates(shipment)
        yield from _lot(shipment)
        yield from _modes(shipment, modes_of.get(shipment["cargo_id"]))
        yield from _value(shipment, value_of.get(shipment["cargo_id"]))
        if shipment.key not in destinations and "shipment_destinations" not in tables.broken:
            yield _without_destination(tables, shipment)


def _dates(shipment: Row) -> Iterator[Finding]:
    ready_on = shipment["ready_on"]
    deadline_on = shipment["deadline_on"]
    if None not in (ready_on, deadline_on) and deadline_on < ready_on:
        yield shipment.error(
            "deadline-before-ready",
            "deadline_on",
            f"the deadline {deadline_on} is before the first unit is ready, {ready_on}.",
            do="Correct one of the two days.",
            value=str(deadline_on),
        )

    if deadline_on is None and shipment["penalty_usd_per_unit_day"]:
        yield shipment.warning(
            "penalty-without-deadline",
            "penalty_usd_per_unit_day",
            "a penalty is given and no deadline after which it is due.",
            do="Write deadline_on, or leave the penalty empty.",
        )


def _lot(shipment: Row) -> Iterator[Finding]:
    units = shipment["units"]
    lot_units = shipment["lot_units"]
    if None not in (units, lot_units) and lot_units > units:
        yield shipment.error(
            "lot-above-units",
            "lot_units",
            f"a lot is {lot_units:g} units, more than the {units:g} of the shipment: "
            "nothing would leave.",
            do="Write a lot of at most the units.",
            value=f"{lot_units:g}",
        )


def _modes(shipment: Row, modes_of_cargo: str | None) -> Iterator[Finding]:
    """A shipment that may travel by no mode of its cargo."""
    modes = shipment["allowed_modes"]
    if modes is None or modes_of_cargo is None:
        return

    if not set(modes.split()) & set(modes_of_cargo.split()):
        yield shipment.error(
            "no-common-mode",
            "allowed_modes",
            f"the shipment may travel by {modes}, its cargo {shipment['cargo_id']} by "
            f"{modes_of_cargo}: by nothing that both allow.",
            do="Add a mode of the cargo, or leave it empty for all of them.",
            value=modes,
        )


def _value(shipment: Row, usd_per_unit: float | None) -> Iterator[Finding]:
    """A contract worth many times its units, or a fraction of them."""
    value_usd = shipment["value_usd"]
    units = shipment["units"]
    if not value_usd or not usd_per_unit or not units:
        return

    ratio = value_usd / (units * usd_per_unit)
    if not 1 / MAX_VALUE_RATIO <= ratio <= MAX_VALUE_RATIO:
        yield shipment.warning(
            "value-unlike-cargo",
            "value_usd",
            f"the contract is worth {ratio:.3g} times {units:g} units of {shipment['cargo_id']} at "
            f"{usd_per_unit:g} USD.",
            do="Correct the value, the units or the cargo.",
            value=f"{value_usd:g}",
        )


def _without_destination(tables: Tables, shipment: Row) -> Finding:
    return shipment.error(
        "no-destination",
        "shipment_id",
        f"shipment {shipment.key} has no row in {tables.name('shipment_destinations')}.",
        do="Add a row with the place of delivery and the share 1.",
    )


def _shares(tables: Tables) -> Iterator[Finding]:
    """Shares of the destinations of one shipment, under one option, that are not 1 together."""
    if "shipment_destinations" in tables.broken:
        return

    rows = [row for row in tables.rows("shipment_destinations") if row["shipment_id"] is not None]
    for (shipment_id, option), group in groupby(sorted(rows, key=_group), key=_group):
        members = list(group)
        shares = [row["share"] for row in members]
        if None in shares or abs(sum(shares) - 1) <= MAX_SHARE_ERROR:
            continue

        under = f" under {option}" if option else ""
        yield members[0].error(
            "shares-not-one",
            "share",
            f"the shares of {shipment_id}{under} add up to {sum(shares):.4g}, not to 1.",
            do="Divide each by their sum.",
            value=f"{sum(shares):.4g}",
            rows=tuple(str(row.key) for row in members),
        )


def _group(row: Row) -> tuple[Any, str]:
    return row["shipment_id"], row["alternative"] or ""


def _slots(tables: Tables) -> Iterator[Finding]:
    """Slots whose largest dispatch is smaller than their smallest."""
    for slots in tables.rows("shipment_slots"):
        most = slots["departure_units"]
        fewest = slots["lot_units"]
        if None not in (most, fewest) and fewest > most:
            yield slots.error(
                "lot-above-departure",
                "lot_units",
                f"a dispatch takes at least {fewest:g} units and at most {most:g}.",
                do="Correct one of the two.",
                value=f"{fewest:g}",
            )
