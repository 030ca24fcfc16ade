"""Plans made anew: what has left stays, what gains turns, and nothing changes without a cause."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

import corridor as co
from consignment_cases import MONDAY, shipment, two_ways, walk
from core_cases import closed, read
from corridor.consignments.offers import Trips
from corridor.consignments.plan import Plan
from corridor.consignments.shipment import read_shipment
from corridor.consignments.state import State, arcs_of
from corridor.consignments.under_way import Stand, onward_query
from corridor.network.network import Network
from random_networks import evidence, frame

SECOND_WEEK = MONDAY + dt.timedelta(days=8)


def first_plan() -> Plan:
    return co.schedule(two_ways(), shipment(), gap_share=0.0)


def shut(
    network: Network, *link_ids: str, from_on: dt.date, to_on: dt.date | None = None
) -> Network:
    rows = [evidence(closed(link_id, from_on, to_on, f"shut-{link_id}")) for link_id in link_ids]
    return co.apply(network, frame("changes", rows))


def test_a_plan_stays_where_nothing_has_changed() -> None:
    plan = first_plan()
    days = plan.dispatches["depart_on"]
    for on in (MONDAY, SECOND_WEEK, days.max(), days.max() + dt.timedelta(days=60)):  # type: ignore[operator]
        anew = co.schedule(two_ways(), shipment(), from_state=State.of(plan, on), gap_share=0.0)
        same = ["depart_on", "destination_node_id", "units", "route_id", "arrive_on", "cost_usd"]
        assert anew.dispatches.select(same).equals(plan.dispatches.select(same))
        assert anew.legs.drop("shipment_id").equals(plan.legs.drop("shipment_id"))
        assert (anew.turns["extra_usd"] == 0).all() and (anew.turns["extra_d"] == 0).all()
        left = anew.dispatches.filter(pl.col("depart_on") < on)
        assert (left["status"] == "committed").all()


def test_routes_are_read_back_from_their_legs() -> None:
    network = two_ways()
    plan = first_plan()
    trips = Trips(network, shipment(), {})
    state = State.of(plan, MONDAY)
    for row in plan.dispatches.iter_rows(named=True):
        query = trips.query("d", row["depart_on"])
        arcs = arcs_of(query, state.steps(row["dispatch_id"]))
        assert arcs is not None
        ids = [
            network.rows("links")[run.link]["link_id"]
            for arc in arcs
            for run in query.graph.runs[arc]
        ]
        steps = plan.legs.filter(pl.col("dispatch_id") == row["dispatch_id"])
        assert ids == steps["link_id"].drop_nulls().to_list()


def test_a_closure_turns_only_those_that_gain() -> None:
    plan = first_plan()
    network = shut(two_ways(), "bd", from_on=SECOND_WEEK)
    anew = co.schedule(network, shipment(), from_state=State.of(plan, SECOND_WEEK), gap_share=0.0)
    for row in anew.turns.iter_rows(named=True):
        if row["status"] == "turned" and row["stay_usd"] is not None:
            assert row["extra_usd"] < row["stay_usd"]
        if row["status"] == "committed":
            assert row["extra_usd"] == 0 and row["extra_d"] == 0
    later = anew.dispatches.filter(pl.col("depart_on") >= SECOND_WEEK)
    assert all("sea" in modes for modes in later["modes"])
    assert anew.summary["delivered_units"].item() == 12


def test_units_before_a_long_closure_turn_and_before_a_short_one_wait() -> None:
    one = shipment(
        units=3,
        units_per_week=None,
        deadline_on=MONDAY + dt.timedelta(days=6),
        penalty_usd_per_unit_day=1000.0,
    )
    plan = co.schedule(two_ways(), one, gap_share=0.0)
    assert plan.dispatches["modes"].to_list() == [["road"]]
    on = MONDAY + dt.timedelta(days=1)
    statuses = {}
    for days in (3, 90):
        until = on + dt.timedelta(days=days)
        network = shut(two_ways(), "bd", from_on=on, to_on=until)
        anew = co.schedule(network, one, from_state=State.of(plan, on), gap_share=0.0)
        (turn,) = anew.turns.to_dicts()
        statuses[days] = turn["status"]
        assert turn["node_id"] == "b"
        assert turn["extra_d"] > 0 and turn["extra_usd"] >= 0
        legs = anew.legs.filter(pl.col("kind") == "link")["link_id"].to_list()
        assert legs == (["ab", "bd"] if days == 3 else ["ab", "ab", "ac", "cd"])
        assert legs[0] == "ab"
    assert statuses == {3: "waits", 90: "turned"}


def test_units_that_nothing_leads_on_from_wait() -> None:
    one = shipment(
        units=3,
        units_per_week=None,
        deadline_on=MONDAY + dt.timedelta(days=6),
        penalty_usd_per_unit_day=1000.0,
    )
    plan = co.schedule(two_ways(), one, gap_share=0.0)
    on = MONDAY + dt.timedelta(days=1)
    network = shut(two_ways(), "bd", "ac", from_on=on)
    anew = co.schedule(network, one, from_state=State.of(plan, on))
    assert anew.turns["status"].to_list() == ["waits"]
    assert anew.turns["arrive_on"].to_list() == [None]


def test_units_that_turn_are_asked_about_in_their_lot() -> None:
    trips = Trips(two_ways(), shipment(lot_units=4), {})
    planned = trips.query("d", MONDAY)
    onward = onward_query(trips, "d", Stand(1, "b", "road", planned.depart_s))
    assert onward.conditions.lot_t == planned.conditions.lot_t is not None


def test_a_state_is_read_from_a_folder(tmp_path: Path) -> None:
    plan = first_plan()
    plan.write(tmp_path)
    state = State.read(tmp_path, "2026-03-10")
    assert state.dispatches.equals(plan.dispatches) and state.on == SECOND_WEEK
    with pytest.raises(co.CallError, match="no plan"):
        State.read(tmp_path / "none", "2026-03-10")
    with pytest.raises(co.CallError, match="not a date"):
        State.read(tmp_path, "tomorrow")


@pytest.mark.slow
def test_the_buses_go_round_sarakhs_once_it_shuts() -> None:
    network = read("mid-2026").network
    buses = read_shipment(network, "buses-600")
    plan = co.schedule(network, buses, deadline="2026-10-15")
    walk(plan)
    state = State.of(plan, "2026-06-15")
    same = co.schedule(network, buses, deadline="2026-10-15", from_state=state)
    assert same.dispatches.drop("status", "on_time_share").equals(
        plan.dispatches.drop("status", "on_time_share")
    )

    links = network.frames["links"]["link_id"]
    sarakhs = [link_id for link_id in links if "sarakhs" in link_id]
    after = shut(network, *sarakhs, from_on=dt.date(2026, 6, 15), to_on=dt.date(2026, 9, 15))
    anew = co.schedule(after, buses, deadline="2026-10-15", from_state=state)
    turned = anew.turns.filter(pl.col("status") == "turned")
    assert turned.height and (turned["extra_usd"] < turned["stay_usd"]).all()
    assert (anew.turns.filter(pl.col("status") == "waits")["extra_d"] > 0).all()
    assert (anew.turns.filter(pl.col("status") == "committed")["extra_usd"] == 0).all()

    assert anew.summary["delivered_units"].item() == 600
    assert anew.summary["cost_usd"].item() > plan.summary["cost_usd"].item()
    later = anew.dispatches.filter(pl.col("depart_on") >= state.on)
    assert later["units"].sum() + anew.turns["units"].sum() == 600
