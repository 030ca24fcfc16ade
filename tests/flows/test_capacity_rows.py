"""Capacity rows: which arcs pass a limit, in which unit, by direction, and what is left of it."""

from __future__ import annotations

from typing import Any

import pytest

from closure_cases import ON, build, demand_of, two_roads
from corridor.flows.assign import assign
from corridor.flows.capacity_rows import Capacities, read_capacities
from corridor.flows.demand import compile_demand
from flow_cases import capacity
from random_networks import frame

BOX = {"teu_per_unit": 2.0, "t_per_unit": 20.0, "lorries_per_unit": 1.0, "wagons_per_unit": None}


def limits(**changed: Any) -> Capacities:
    row = capacity("limit", "links", "pass-east", "TEU", 10.0)[0] | changed
    network = build({**two_roads(), "capacities": frame("capacities", [row])})
    demand = demand_of([("west", "east"), ("east", "west")])
    return read_capacities(compile_demand(network, demand, on=ON))


def test_a_direction_counts_only_what_leaves_from_there() -> None:
    both = limits().rows[0].rides
    one = limits(from_node_id="pass").rows[0].rides
    assert len(both) == 2
    assert len(one) == 1
    assert set(one) < set(both)


@pytest.mark.parametrize(
    ("unit", "t_each", "taken"),
    [("TEU", None, 2.0), ("t", None, 20.0), ("trains", 1000.0, 0.02)],
)
def test_a_unit_takes_what_its_cargo_says(unit: str, t_each: float | None, taken: float) -> None:
    assert limits(unit=unit, t_each=t_each).rows[0].per_unit(BOX) == pytest.approx(taken)


def test_empties_and_others_take_their_part() -> None:
    row = limits(empty_share=0.5, background_per_day=4.0).rows[0]
    assert row.per_unit(BOX) == pytest.approx(4.0)
    assert row.free_per_day == pytest.approx(6.0)


def test_a_flow_once_seen_limits_nothing() -> None:
    assert limits(per_day=None, seen_per_day=5.0).rows == ()


def test_what_cannot_be_counted_is_said() -> None:
    trains = limits(unit="trains")
    assert trains.rows == ()
    assert "does not say what one carries" in trains.warnings[0]
    lorries = limits(unit="lorries")
    assert lorries.rows == ()
    assert "lorries_per_unit" in lorries.warnings[0]
    assert "nothing is left" in limits(background_per_day=11.0).warnings[0]


def test_a_full_limit_of_others_turns_all_aside() -> None:
    row = capacity("limit", "links", "pass-east", "TEU", 10.0)[0] | {"background_per_day": 11.0}
    network = build({**two_roads(), "capacities": frame("capacities", [row])})
    flows = assign(network, demand_of([("west", "east")]), on=ON)
    assert flows.routes["links"].to_list() == [["west-plain", "plain-east"]]
    assert flows.capacities["use_per_day"].item() == pytest.approx(10.0)


def test_a_month_has_its_share_of_the_demand_and_its_days() -> None:
    season = {f"{month}_share": 0.0 for month in ("jan", "feb", "mar", "apr", "may", "jun")}
    season |= {f"{month}_share": 1 / 6 for month in ("jul", "aug", "sep", "oct", "nov", "dec")}
    row = {"season_id": "half", "name": "Second half", "demand_ids": "west-east", **season}
    tables = {**two_roads(), "demand_seasons": frame("demand_seasons", [row])}
    network = build(tables)
    demand = demand_of([("west", "east"), ("east", "west")])

    march = assign(network, demand, on=ON, month=3)
    july = assign(network, demand, on=ON, month=7)

    assert march.days == july.days == 31
    units = dict(july.routes.select("demand_id", "units").iter_rows())
    assert units["west-east"] == pytest.approx(365 / 6)
    assert units["east-west"] == pytest.approx(730 * 31 / 365)
    assert march.routes["demand_id"].to_list() == ["east-west"]
