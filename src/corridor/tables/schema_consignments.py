"""The tables of large consignments; schema.py lists them with the rest."""

from __future__ import annotations

from corridor.tables.columns import (
    ALTERNATIVE,
    EVIDENCE,
    INCOTERMS,
    MODES,
    Column,
    Table,
    key,
    number,
)

MAX_UNITS = 1e7

SHIPMENTS = Table(
    "shipments",
    "shipment_id",
    "one large consignment each: how many units of a cargo are ready when, and are due when",
    (
        key("shipment_id", "short lower-case word"),
        Column("name", "text", "name as printed", required=True),
        Column("cargo_id", "id", "what is moved", required=True, refers="cargoes"),
        number("units", "units to be delivered", "units", low=1, high=MAX_UNITS, required=True),
        Column("origin_node_id", "id", "where they stand", required=True, refers="nodes"),
        Column("ready_on", "date", "first day a unit may leave", required=True),
        number(
            "units_per_week",
            "units ready in each week from ready_on; null: all of them on ready_on",
            "units/week",
            low=0.01,
            high=MAX_UNITS,
        ),
        Column("deadline_on", "date", "last day of arrival; null: none is agreed"),
        number(
            "penalty_usd_per_unit_day",
            "money per unit and day of arrival after the deadline; null: none is agreed",
            "USD/unit-day",
            high=1e6,
        ),
        number(
            "storage_usd_per_unit_day",
            "money per unit and day between ready and dispatch; null: free",
            "USD/unit-day",
            high=1e6,
        ),
        number(
            "lot_units",
            "fewest units of one dispatch, whatever the mode; null: one",
            "units",
            low=1,
            high=MAX_UNITS,
        ),
        Column(
            "allowed_modes",
            "words",
            "modes it may travel by, of those of its cargo; null: all of them",
        ),
        number("value_usd", "value of the contract", "USD", high=1e12),
        Column(
            "terms",
            "choice",
            "Incoterms 2020 of the contract; null: not published",
            choices=INCOTERMS,
        ),
        ALTERNATIVE,
        *EVIDENCE,
    ),
)

SHIPMENT_DESTINATIONS = Table(
    "shipment_destinations",
    "destination_id",
    "where a shipment is to be delivered, and which share of it",
    (
        key("destination_id", "short lower-case word"),
        Column("shipment_id", "id", "the shipment", required=True, refers="shipments"),
        Column("node_id", "id", "place of delivery", required=True, refers="nodes"),
        number("share", "share of the units; together 1", "1", low=0.0001, high=1, required=True),
        ALTERNATIVE,
        *EVIDENCE,
    ),
)

SHIPMENT_SLOTS = Table(
    "shipment_slots",
    "slots_id",
    "trailers, wagons and places on ships that a shipment can have; a mode without a row has no "
    "limit of its own",
    (
        key("slots_id", "short lower-case word"),
        Column("shipment_id", "id", "the shipment", required=True, refers="shipments"),
        Column(
            "mode",
            "choice",
            "means of transport on which units are carried; a unit that uses it twice takes one",
            required=True,
            choices=MODES,
        ),
        number(
            "units_per_week",
            "most units dispatched in a week on routes that use the mode; null: no limit",
            "units/week",
            low=0.01,
            high=MAX_UNITS,
        ),
        number(
            "departure_units",
            "most units of one dispatch: a convoy, a train, a sailing; null: no limit",
            "units",
            low=1,
            high=MAX_UNITS,
        ),
        number(
            "lot_units",
            "fewest units of one dispatch by this mode; null: that of the shipment",
            "units",
            low=1,
            high=MAX_UNITS,
        ),
        ALTERNATIVE,
        *EVIDENCE,
    ),
)

TABLES: tuple[Table, ...] = (SHIPMENTS, SHIPMENT_DESTINATIONS, SHIPMENT_SLOTS)
