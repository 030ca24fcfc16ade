"""Schedules of small shipments, walked unit by unit, and the laws they keep."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import corridor as co
from consignment_cases import MONDAY, shipment, two_ways, walk
from core_cases import closed, read
from corridor.consignments.plan import Plan
from corridor.consignments.shipment import Shipment, Slots, read_shipment
from corridor.tables import schema_plans
from corridor.tables.cells import stored_types


def planned(asked: Shipment, *change_ids: str, **tables: object) -> Plan:
    plan = co.schedule(two_ways(*change_ids, **tables), asked, gap_share=0.0)
    walk(plan)
    return plan


def cost(plan: Plan) -> float:
    return float(plan.summary["cost_usd"].item())


def test_every_unit_arrives_by_both_routes() -> None:
    plan = planned(shipment())
    row = plan.summary.row(0, named=True)
    assert row["delivered_units"] == 12 and row["reason"] is None
    assert row["cost_usd"] == pytest.approx(plan.costs["usd"].sum(), abs=0.1)
    assert row["gap_share"] == pytest.approx(0, abs=1e-9)
    assert {"sea", "road"} <= {mode for modes in plan.dispatches["modes"] for mode in modes}


def test_tables_are_declared(tmp_path: Path) -> None:
    plan = planned(shipment())
    for table in schema_plans.TABLES:
        assert dict(plan.frames()[table.name].schema) == stored_types(table)
    plan.write(tmp_path)
    assert pl.read_parquet(tmp_path / "plan_dispatches.parquet").equals(plan.dispatches)
    assert "12 of 12 units" in repr(plan)


def test_a_tighter_deadline_never_costs_less() -> None:
    costs = [
        cost(planned(shipment(deadline_on=MONDAY + dt.timedelta(days=days))))
        for days in (45, 28, 14)
    ]
    assert costs == sorted(costs) and costs[0] < costs[-1]


def test_no_plan_is_dearer_than_one_route_alone() -> None:
    plan = planned(shipment())
    best = cost(plan)
    assert best <= plan.summary["single_route_usd"].item() + 0.01
    for avoid in ("sea", "ab"):
        alone = co.schedule(two_ways(), shipment(), gap_share=0.0, avoid=[avoid])
        walk(alone)
        assert alone.summary["short_units"].item() or best <= cost(alone) + 0.01


def test_a_hard_deadline_says_what_binds() -> None:
    tight = shipment(
        penalty_usd_per_unit_day=None,
        deadline_on=MONDAY + dt.timedelta(days=17),
        units_per_week=None,
        slots=(Slots("road", 4),),
    )
    plan = planned(tight)
    row = plan.summary.row(0, named=True)
    assert (row["short_units"], row["binding"]) == (0, None)

    plan = planned(replace(tight, deadline_on=MONDAY + dt.timedelta(days=10)))
    row = plan.summary.row(0, named=True)
    assert row["short_units"] > 0 and row["binding"] == "slots"
    assert "road" in row["reason"]

    feasible = replace(tight, deadline_on=row["nearest_feasible_on"])
    assert planned(feasible).summary["short_units"].item() == 0
    sooner = replace(tight, deadline_on=row["nearest_feasible_on"] - dt.timedelta(days=1))
    assert planned(sooner).summary["short_units"].item() > 0


def test_a_deadline_before_the_last_is_ready_binds_itself() -> None:
    hard = shipment(penalty_usd_per_unit_day=None, deadline_on=MONDAY + dt.timedelta(days=12))
    row = planned(replace(hard, slots=())).summary.row(0, named=True)
    assert (row["short_units"], row["binding"]) == (4, "deadline")
    assert row["nearest_feasible_on"] > hard.deadline_on


@pytest.mark.slow
def test_the_nearest_date_is_looked_for_as_long_as_dispatch_goes_on() -> None:
    """Eighty units by one slot a week take eighty weeks: after the 64 tried before."""
    slow = shipment(
        units=80,
        units_per_week=None,
        allowed_modes=("road",),
        slots=(Slots("road", 1),),
        penalty_usd_per_unit_day=None,
    )
    row = planned(slow).summary.row(0, named=True)
    assert row["binding"] == "slots"
    assert row["nearest_feasible_on"] >= MONDAY + dt.timedelta(weeks=79)


def test_a_closure_binds() -> None:
    shut = [closed("ab"), closed("ac")]
    row = planned(shipment(), "shut", changes=shut).summary.row(0, named=True)
    assert (row["delivered_units"], row["binding"]) == (0, "closure")
    assert row["cost_usd"] == 0


def test_units_wait_for_an_opening_at_the_end_of_a_closure() -> None:
    until = MONDAY + dt.timedelta(days=14)
    shut = [closed("bd", to_on=until), closed("ac")]
    plan = planned(shipment(storage_usd_per_unit_day=0.0), "shut", changes=shut)
    entered = plan.legs.filter(pl.col("link_id") == "bd")["depart_at"].min()
    assert entered is not None and entered.date() >= until


def test_a_deadline_is_asked_for_beside_the_row() -> None:
    plan = co.schedule(two_ways(), shipment(), deadline="2026-03-20", gap_share=0.0)
    assert plan.shipment.deadline_on == dt.date(2026, 3, 20)


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(co.UnknownName):
        co.schedule(two_ways(), "busses")
    with pytest.raises(co.CallError, match="gap_share"):
        co.schedule(two_ways(), shipment(), gap_share=2.0)
    with pytest.raises(co.CallError, match="shares"):
        shipment(destinations=(co.Destination("d", 0.7),))


@pytest.mark.slow
@pytest.mark.parametrize("shipment_id", ["buses-600", "grain-2800", "kinnow-200"])
def test_shipments_of_the_study_keep_to_every_limit(shipment_id: str) -> None:
    network = read("mid-2026").network
    plan = co.schedule(network, read_shipment(network, shipment_id))
    walk(plan)
    row = plan.summary.row(0, named=True)
    assert row["delivered_units"] == row["units"]
    assert row["gap_share"] <= 0.001
