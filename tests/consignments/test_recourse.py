"""What to do at the first surprise."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

import corridor as co
from consignment_cases import MONDAY, shipment, two_ways
from core_cases import hazard_row, read
from corridor.consignments.plan import Plan
from corridor.consignments.shipment import read_shipment
from corridor.language.messages import unpack

LONG = [
    hazard_row(hazard_id="pass", row_id="bd", events_per_year=3.0, duration_median_d=90.0),
]
SHORT = [
    hazard_row(hazard_id="pass", row_id="bd", events_per_year=3.0, duration_median_d=4.0),
]


def planned(hazards: list[dict[str, object]]) -> Plan:
    return co.schedule(
        two_ways(hazards=hazards),
        shipment(
            units=24,
            slots=(),
            deadline_on=MONDAY + dt.timedelta(days=40),
            penalty_usd_per_unit_day=400.0,
        ),
        recourse=True,
        draws=300,
        gap_share=0.0,
    )


def test_a_long_closure_of_the_road_sends_the_rest_by_ship() -> None:
    plan = planned(LONG)
    by_road = plan.dispatches.filter(pl.col("modes").list.len() == 1)
    assert by_road.height  # the last units have no time for the ship
    assert set(plan.policy["action"]) == {"divert"}
    assert plan.policy["value_usd"].sum() > 0
    assert all("sea" in corridor for corridor in plan.policy["corridor"])
    better = plan.policy.drop_nulls("fixed_usd")
    assert (better["policy_usd"] <= better["fixed_usd"]).all()
    assert plan.summary["recourse_usd"].item() == pytest.approx(plan.policy["value_usd"].sum())


def test_an_answer_is_a_sentence() -> None:
    row = planned(LONG).policy.row(0, named=True)
    weeks = f"{row['hazard']}, in weeks {row['from_week']} to {row['to_week']}"
    assert row["sentence"] == (
        f"{weeks}: if it lasts more than {row['patience_d']} days, send the rest by "
        f"{row['corridor']}"
    )
    assert unpack(row["sentence_message"]).values["corridor"] == row["corridor"]


def test_a_policy_is_no_plan_where_nothing_may_strike() -> None:
    quiet = planned([])
    assert quiet.policy.is_empty()
    assert quiet.summary["recourse_usd"].item() is None
    endless = co.schedule(two_ways(), shipment(deadline_on=None), recourse=True)
    assert endless.policy.is_empty()


def test_a_plan_of_no_units_has_no_policy() -> None:
    nothing = co.schedule(two_ways(hazards=LONG), shipment(), recourse=True, avoid=["d"])
    assert nothing.summary["delivered_units"].item() == 0
    assert nothing.policy.is_empty()


def test_short_closures_are_worth_little() -> None:
    rows = planned(SHORT).policy
    assert rows["value_usd"].sum() < planned(LONG).policy["value_usd"].sum() / 5


@pytest.mark.slow
def test_the_buses_have_a_policy() -> None:
    network = read("mid-2026").network
    buses = read_shipment(network, "buses-600")
    plan = co.schedule(network, buses, deadline="2026-10-01", recourse=True, draws=300)
    assert plan.policy.height
    assert plan.policy["chance"].sum() <= 1
    waits = plan.policy.filter(pl.col("action") == "wait")
    assert (waits["value_usd"] == 0).all()
