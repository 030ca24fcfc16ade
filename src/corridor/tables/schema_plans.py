"""The tables of a plan for a large consignment, declared like all other tables of results."""

from __future__ import annotations

from corridor.tables.columns import LEG_COLUMNS, MODES, Column, Table
from corridor.tables.columns import result_count as _count
from corridor.tables.columns import result_message as _message
from corridor.tables.columns import result_number as number
from corridor.tables.columns import result_share as _share
from corridor.tables.columns import result_signed as _signed

STATUSES = ("planned", "committed", "waits", "turned")
BINDING = ("route", "closure", "deadline", "slots", "lot", "chance")
_SHIPMENT = Column("shipment_id", "id", "shipment", refers="shipments")
_DISPATCH = Column("dispatch_id", "id", "dispatch, unique within its shipment")
_DESTINATION = Column("destination_node_id", "id", "place of delivery", refers="nodes")
_MODE = Column("mode", "choice", "means of transport", choices=MODES)


def _date(name: str, meaning: str) -> Column:
    return Column(name, "date", meaning)


_UNITS = _count("units", "units", "units")

PLAN_SUMMARY = Table(
    "plan_summary",
    "shipment_id",
    "what the plan of a shipment comes to: delivered, when, for how much, and how sure",
    (
        _SHIPMENT,
        _share("chance", "chance to be on time that was asked for; null: none"),
        _UNITS,
        _count("delivered_units", "units that the plan delivers", "units"),
        _count("short_units", "units that no plan delivers under all that is asked", "units"),
        Column("binding", "choice", "what stands in the way of the rest", choices=BINDING),
        Column("reason", "prose", "why not all are delivered; null where they are"),
        _message("reason"),
        _date("nearest_feasible_on", "earliest deadline that all units could meet; null: all do"),
        _date("deadline_on", "last day of arrival; null: none"),
        _date("first_depart_on", "first dispatch"),
        _date("last_depart_on", "last dispatch"),
        _date("last_arrive_on", "last arrival as planned"),
        _count("late_unit_days", "days after the deadline as planned, summed over units"),
        number("freight_usd", "carriage, borders and handling", "USD"),
        number("storage_usd", "storage between ready and dispatch", "USD"),
        number("penalty_usd", "penalty for arrivals after the deadline, as planned", "USD"),
        number("cost_usd", "freight, storage and penalty", "USD"),
        number("bound_usd", "no plan that delivers as many costs less", "USD"),
        _share("gap_share", "how much of the cost may lie above the best plan's"),
        _share("value_share", "cost over the value of the contract; null: no value is said"),
        number(
            "single_route_usd",
            "the same for what is still to leave by the best single route; null: none",
            "USD",
        ),
        number("carbon_kg", "emissions", "kg CO2e"),
        _share("on_time_share", "share of simulated years in which every unit is there in time"),
        number("late_mean_d", "mean days the last unit is late, over simulated years", "d"),
        number("late_worst_d", "the same over the worst twentieth of the years", "d"),
        _signed(
            "recourse_usd",
            "what answers to first surprises save, mean of simulated years; null: none sought",
            "USD",
        ),
        _count("offers_count", "routes on days of dispatch the plan was chosen from"),
    ),
    title="Plan",
)

PLAN_DISPATCHES = Table(
    "plan_dispatches",
    None,
    "which day how many units leave for where, by which route; in order of dispatch",
    (
        _SHIPMENT,
        _DISPATCH,
        _date("depart_on", "day of dispatch"),
        _DESTINATION,
        Column("destination", "prose", "its name"),
        _UNITS,
        Column("route_id", "id", "route, the same letter for the same route on any day"),
        Column("corridor", "text", "what the route is called: gateways passed, and modes"),
        Column("modes", "choice", "means of transport, in order", choices=MODES, many=True),
        Column("countries", "country", "countries passed, in order", many=True),
        Column("borders", "id", "border crossings passed", refers="links", many=True),
        Column("documents", "prose", "documents the route needs", many=True),
        _date("arrive_on", "day of arrival as planned"),
        number("time_h", "time as planned", "h"),
        _count("late_d", "days after the deadline as planned", "d"),
        number("freight_usd", "carriage, borders and handling of all its units", "USD"),
        number("storage_usd", "storage of its units, those ready first leave first", "USD"),
        number("penalty_usd", "penalty as planned", "USD"),
        number("cost_usd", "freight, storage and penalty", "USD"),
        number("carbon_kg", "emissions of all its units", "kg CO2e"),
        _share("on_time_share", "share of simulated years in which it is there in time"),
        Column("status", "choice", "planned, or left already", choices=STATUSES),
    ),
    title="Dispatches",
)

PLAN_LEGS = Table(
    "plan_legs",
    None,
    "links and terminals of every dispatch, in order",
    (
        _SHIPMENT,
        _DISPATCH,
        *LEG_COLUMNS,
        _UNITS,
    ),
    title="Legs of dispatches",
)

PLAN_SLOTS = Table(
    "plan_slots",
    None,
    "slots and places the plan takes, of those that are limited",
    (
        _SHIPMENT,
        Column("limit", "choice", "what is limited", choices=("week", "departure")),
        _MODE,
        Column("line_id", "text", "service or link of the departure; null: all of the mode"),
        _date("from_on", "first day of the week, or day of the departure"),
        _count("units", "units that take them", "units"),
        _count("limit_units", "units that could", "units"),
    ),
    title="Slots",
)

PLAN_ARRIVALS = Table(
    "plan_arrivals",
    None,
    "units that arrive at every destination, day by day, as planned",
    (
        _SHIPMENT,
        _DESTINATION,
        _date("arrive_on", "day of arrival"),
        _count("units", "units that arrive", "units"),
        _count("total_units", "units that have arrived there by then", "units"),
        _count("late_d", "days after the deadline", "d"),
    ),
    title="Arrivals",
)

PLAN_COSTS = Table(
    "plan_costs",
    None,
    "what the cost is made of: freight by country crossed, storage, penalty",
    (
        _SHIPMENT,
        Column("item", "choice", "what is paid", choices=("freight", "storage", "penalty")),
        Column("country", "country", "country where it is; null: of no country"),
        number("usd", "money", "USD"),
        number("usd_per_unit", "the same over all units delivered", "USD/unit"),
        _share("share", "its share of the cost"),
        number("unit_km", "units x km in the country", "unit-km"),
        number("carbon_kg", "emissions in the country", "kg CO2e"),
    ),
    title="Costs",
)

PLAN_CERTAINTY = Table(
    "plan_certainty",
    None,
    "what it costs to be surer of the deadline",
    (
        _SHIPMENT,
        _share("chance", "chance that every unit is there in time, asked for; null: none"),
        _share("floor_share", "least chance of its own that a dispatch must have"),
        number("cost_usd", "freight, storage and planned penalty; null: no plan is so sure", "USD"),
        number("extra_usd", "the same more than without a chance asked for", "USD"),
        _share("on_time_share", "share of simulated years in which every unit is there in time"),
        _share("fresh_share", "the same in years that were not used to make the plan"),
        number("late_mean_d", "mean days the last unit is late, over simulated years", "d"),
        number("late_worst_d", "the same over the worst twentieth of the years", "d"),
        number("late_unit_days", "mean of days late, summed over units", "unit-days"),
        _date("last_depart_on", "last dispatch"),
    ),
    title="Cost of certainty",
)

PLAN_POLICY = Table(
    "plan_policy",
    None,
    "what to do when something shuts for the first time, and what that is worth",
    (
        _SHIPMENT,
        Column("hazard_id", "id", "what shuts", refers="hazards"),
        Column("hazard", "prose", "its name"),
        _count("from_week", "first week of dispatch in which it shuts, from 1"),
        _count("to_week", "last such week"),
        Column("action", "choice", "of units not yet dispatched", choices=("wait", "divert")),
        Column("corridor", "text", "by which corridor the rest goes; null: as planned"),
        Column("sentence", "prose", "the same in words"),
        _message("sentence"),
        _count("patience_d", "days the closure is watched before the rest is diverted"),
        _share("chance", "share of simulated years in which this comes first"),
        number("fixed_usd", "mean cost in those years if the plan is kept", "USD"),
        number("policy_usd", "mean cost in those years by the policy", "USD"),
        _signed("value_usd", "what the policy saves, mean over all years", "USD"),
    ),
    title="First surprises",
)

PLAN_TURNS = Table(
    "plan_turns",
    None,
    "what becomes of units that had left when the plan was made anew",
    (
        _SHIPMENT,
        _DISPATCH,
        _UNITS,
        Column("node_id", "id", "place from which they could turn", refers="nodes"),
        _date("at_on", "day they are there"),
        Column("status", "choice", "goes on, waits or turns", choices=STATUSES[1:]),
        Column("corridor", "text", "by which corridor they go on"),
        _date("planned_on", "arrival before; null: no longer possible"),
        _date("arrive_on", "arrival now"),
        _signed("extra_d", "days later than before", "d"),
        _signed("extra_usd", "money more than before: freight and penalty", "USD"),
        _signed("stay_usd", "the same if they kept to their route; null: they cannot", "USD"),
    ),
    title="Units under way",
)

TABLES: tuple[Table, ...] = (
    PLAN_SUMMARY,
    PLAN_DISPATCHES,
    PLAN_LEGS,
    PLAN_SLOTS,
    PLAN_ARRIVALS,
    PLAN_COSTS,
    PLAN_CERTAINTY,
    PLAN_POLICY,
    PLAN_TURNS,
)
