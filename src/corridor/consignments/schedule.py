"""Schedule: the plan of least cost for a large consignment, day by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Unpack

import polars as pl

from corridor.consignments.dispatch_days import (
    AFTER_WEEKS,
    MAX_WEEKS,
    days_of_dispatch,
    in_time,
    last_day,
)
from corridor.consignments.infeasibility import obstacle
from corridor.consignments.offers import Offer, Trips, offers_of
from corridor.consignments.outlook import Outlook
from corridor.consignments.plan import Plan
from corridor.consignments.plan_tables import (
    Dispatch,
    PlanTables,
    dispatch_cost,
    frame,
    in_order,
    plan_tables,
)
from corridor.consignments.programme import Effort, Order, Solution, single_route_usd, solve
from corridor.consignments.recourse import policy_rows
from corridor.consignments.shipment import Shipment, read_shipment
from corridor.consignments.state import State
from corridor.consignments.under_way import UnderWay, nothing_under_way, units_under_way
from corridor.errors import CallError
from corridor.network.calendar import day_of
from corridor.network.network import Network
from corridor.routing.conditions import Options, read_deadline
from corridor.tables import schema_plans
from corridor.version import __version__


def schedule(
    network: Network,
    shipment: Shipment | str,
    *,
    chance: float | None = None,
    from_state: State | None = None,
    recourse: bool = False,
    gap_share: float = 1e-4,
    time_limit_s: float = 60.0,
    **options: Unpack[Options],
) -> Plan:
    """Return the plan of least cost for a shipment: which day how many units go which way.

    Units leave by routes that no other beats on time and cost on their day, within what is ready
    and the slots of every mode. What nothing can deliver under all that is asked stays behind, with
    what stands in the way.

    Parameters
    ----------
    network
        The network of a scenario.
    shipment
        A row of ``shipments`` by its id, or a :class:`Shipment` of its own.
    chance
        Least share of simulated years, of closures and delays, in which every unit is there in
        time; null: as planned, whatever may come.
    from_state
        A plan that was followed until a day; what has left by it stays, what is on the way turns
        only where it gains by it, and the rest is planned anew on the network as it is now. Where
        nothing has changed the plan stays.
    recourse
        Whether to work out what to do when something shuts for the first time, and what that
        saves; only with a deadline and a penalty, which it is weighed by.
    gap_share
        How much above the least possible the cost may be, as a share of it.
    time_limit_s
        Most seconds of one search for the least cost.
    **options
        See :class:`corridor.routing.conditions.Options`; deadline: last day of arrival instead of
        that of the shipment; draws, rng: simulated years and their seed.

    Returns
    -------
    Plan
        Dispatches, legs, slots, arrivals and costs, and what binds where not all is delivered.

    Raises
    ------
    UnknownName
        For a shipment, place, cargo or option there is none of.
    CallError
        For a number or date that makes no sense.

    Source: time-expanded networks as in Ahuja, Magnanti and Orlin (1993), Network flows, section
    19.6.

    Examples
    --------
    >>> import datetime as dt
    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan").network
    >>> buses = co.Shipment(
    ...     "trial", "Ten buses", "bus-12m", 10, "almaty", (co.Destination("karachi", 1.0),),
    ...     ready_on=dt.date(2026, 7, 6), deadline_on=dt.date(2026, 7, 31),
    ... )
    >>> plan = co.schedule(network, buses, draws=50)
    >>> plan.dispatches["units"].sum()
    10
    """
    _check(chance, gap_share, time_limit_s)
    deadline = options.pop("deadline", None)
    trips = Trips(network, _shipment(network, shipment, deadline), options)
    if chance is not None and trips.shipment.deadline_on is None:
        raise CallError(f"{trips.shipment.shipment_id} has no deadline to be sure of.")

    effort = Effort(gap_share, time_limit_s)
    under_way = (
        nothing_under_way(trips) if from_state is None else units_under_way(trips, from_state)
    )
    first_on = _first_day(trips.shipment, from_state)
    offers, solution = _least_cost(trips, under_way.order, first_on, effort)
    in_the_way = obstacle(trips, offers, solution) if any(solution.short.values()) else None

    outlook = Outlook(trips, under_way.order, offers, effort)
    certainty: list[dict[str, Any]] = []
    if chance is not None and offers and in_the_way is None:
        solution, certainty, in_the_way = outlook.assured(chance)
    leaving = _still_to_leave(under_way, offers, solution, gap_share)
    policy = policy_rows(outlook, leaving) if recourse else []

    dispatches = in_order([*under_way.dispatches, *outlook.with_chances(leaving)])
    tables = plan_tables(trips, dispatches)
    return Plan(
        shipment=trips.shipment,
        summary=_summary(
            trips.shipment,
            tables,
            solution,
            {
                "chance": chance,
                "offers_count": len(offers),
                "single_route_usd": single_route_usd(under_way.order, offers, effort),
                "recourse_usd": sum(row["value_usd"] for row in policy) if policy else None,
                **outlook.lateness(leaving),
                **({} if in_the_way is None else in_the_way._asdict()),
            },
        ),
        **tables._asdict(),
        certainty=frame(schema_plans.PLAN_CERTAINTY, certainty),
        policy=frame(schema_plans.PLAN_POLICY, policy),
        turns=frame(schema_plans.PLAN_TURNS, under_way.turns),
        provenance=_provenance(trips, effort, chance, from_state),
        network=network,
    )


def _check(chance: float | None, gap_share: float, time_limit_s: float) -> None:
    """Raise CallError for a number that makes no sense."""
    if chance is not None and not 0 < chance < 1:
        raise CallError(f"chance must lie between 0 and 1, not {chance}.")
    if not 0 <= gap_share < 1:
        raise CallError(f"gap_share must be a share from 0 to 1, not {gap_share}.")
    if not time_limit_s > 0:
        raise CallError(f"time_limit_s must be more than 0 seconds, not {time_limit_s}.")


def _first_day(shipment: Shipment, state: State | None) -> dt.date:
    """Return the first day on which units can leave."""
    return shipment.ready_on if state is None else max(shipment.ready_on, state.on)


def _still_to_leave(
    under_way: UnderWay, offers: Sequence[Offer], solution: Solution, gap_share: float
) -> list[Dispatch]:
    """Return what is still to leave: as it was planned, where a new plan gains nothing."""
    anew = _dispatches(offers, solution)
    if not under_way.is_unchanged:
        return anew

    shipment = under_way.order.shipment
    before = sum(each.units for each in under_way.planned)
    if before != sum(each.units for each in anew):
        return anew
    before_usd = dispatch_cost(shipment, under_way.planned, under_way.order.dispatched)
    return anew if before_usd > solution.cost_usd * (1 + gap_share) + 1 else under_way.planned


def _shipment(
    network: Network, shipment: Shipment | str, deadline: dt.date | str | None
) -> Shipment:
    """Return a shipment with the deadline asked for."""
    if isinstance(shipment, str):
        shipment = read_shipment(network, shipment)
    if deadline is None:
        return shipment
    return replace(shipment, deadline_on=day_of(read_deadline(deadline) - 1))


def _least_cost(
    trips: Trips, order: Order, first_on: dt.date, effort: Effort
) -> tuple[list[Offer], Solution]:
    """Return the offers of as many weeks as are needed, and the best of them."""
    shipment = trips.shipment
    weeks = AFTER_WEEKS
    first = first_on
    offers: list[Offer] = []
    if not order.units:
        return offers, solve(order, offers, effort)
    while True:
        until = max(last_day(shipment, weeks), first_on)
        offers += in_time(shipment, offers_of(trips, days_of_dispatch(first, until)))
        solution = solve(order, offers, effort)
        is_last = weeks >= MAX_WEEKS or last_day(shipment, weeks + 1) == until
        if is_last or not offers or not any(solution.short.values()):
            return offers, solution

        first = until + dt.timedelta(days=1)
        weeks = min(2 * weeks, MAX_WEEKS)


def _dispatches(offers: Sequence[Offer], solution: Solution) -> list[Dispatch]:
    return [
        Dispatch(offer, int(units))
        for offer, units in zip(offers, solution.units, strict=True)
        if units
    ]


def _summary(
    shipment: Shipment, tables: PlanTables, solution: Solution, cells: dict[str, Any]
) -> pl.DataFrame:
    """Return the one row of what a plan comes to."""
    dispatches = tables.dispatches
    cost_usd = float(dispatches["cost_usd"].sum())
    short = sum(solution.short.values())
    row: dict[str, Any] = {
        "shipment_id": shipment.shipment_id,
        "units": shipment.units,
        "delivered_units": dispatches["units"].sum(),
        "short_units": short,
        "deadline_on": shipment.deadline_on,
        "first_depart_on": dispatches["depart_on"].min(),
        "last_depart_on": dispatches["depart_on"].max(),
        "last_arrive_on": dispatches["arrive_on"].max(),
        "late_unit_days": (dispatches["late_d"] * dispatches["units"]).sum(),
        **{
            name: float(dispatches[name].sum())
            for name in ("freight_usd", "storage_usd", "penalty_usd", "carbon_kg")
        },
        "cost_usd": cost_usd,
        "bound_usd": solution.bound_usd,
        "gap_share": solution.gap_share,
        "value_share": cost_usd / shipment.value_usd if shipment.value_usd else None,
        **cells,
    }
    return frame(schema_plans.PLAN_SUMMARY, [row])


def _provenance(
    trips: Trips, effort: Effort, chance: float | None, state: State | None
) -> dict[str, Any]:
    """Return what a plan was made from."""
    network = trips.network
    return {
        "corridor": __version__,
        "inputs": network.inputs,
        "changes": network.changes["change_id"].unique(maintain_order=True).to_list(),
        "choices": dict(network.choices),
        "shipment": trips.shipment.shipment_id,
        "chance": chance,
        "state_on": None if state is None else state.on.isoformat(),
        "options": {name: value for name, value in trips.options.items() if value is not None},
        **effort._asdict(),
    }
