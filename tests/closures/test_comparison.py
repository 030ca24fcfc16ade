"""Comparison and shifts: what moves between two networks."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from closure_cases import ON, build, demand_of, two_roads
from corridor.closures.comparison import compare
from corridor.closures.shifts import shifts
from corridor.network import changes
from corridor.network.network import Network
from random_networks import evidence, frame

BOX_T = 20
BOXES = 365
PAIRS = [("west", "east"), ("west", "spur"), ("plain", "pass")]  # 1, 2 and 3 times BOXES a year


@pytest.fixture(scope="module")
def network() -> Network:
    return build(two_roads())


def changed(network: Network, **cells: Any) -> Network:
    """Return a network with links closed, or another change of them."""
    row = {
        "change_id": "x",
        "table": "links",
        "column": "status",
        "op": "set",
        "value": "closed",
        **cells,
    }
    return changes.apply(network, frame("changes", [evidence(row)]))


def test_compare_says_what_moved(network: Network) -> None:
    after = changed(network, row_id="west-pass west-spur")
    compared = compare(network, after, demand_of(PAIRS), on=ON)
    assert compared["moved"].to_list() == ["route", "cut", "route"]
    assert compared["extra_usd_per_year"][0] == BOXES * 700
    assert compared["extra_usd_per_year"][1] is None
    assert compared["borders_after"][0].to_list() == ["west-plain", "plain-east"]
    assert compared["carbon_kg_after"][1] is None
    carbon, length = (
        compared[f"{name}_after"][0] / compared[f"{name}_before"][0]
        for name in ("carbon_kg", "length_km")
    )
    assert carbon == pytest.approx(length)  # of one lorry, over more kilometres


def test_shifts_add_up_the_tonnes_of_each_link(network: Network) -> None:
    after = changed(network, row_id="west-pass west-spur")
    shifted = shifts(compare(network, after, demand_of(PAIRS), on=ON))
    assert dict(shifted.select("link_id", "difference").iter_rows()) == {
        "west-pass": -BOX_T * BOXES * (1 + 3),
        "pass-east": BOX_T * BOXES * (3 - 1),
        "west-spur": -BOX_T * BOXES * 2,
        "west-plain": BOX_T * BOXES * (1 - 3),
        "plain-east": BOX_T * BOXES * (1 + 3),
    }


def test_what_is_reopened_is_opened(network: Network) -> None:
    before = changed(network, row_id="west-spur")
    compared = compare(before, network, demand_of(PAIRS), on=ON)
    assert compared["moved"].to_list() == ["same", "opened", "same"]


def test_other_figures_of_the_same_route_are_a_cost(network: Network) -> None:
    after = changed(network, row_id="west-spur", column="fixed_h", value="5")
    compared = compare(network, after, demand_of(PAIRS), on=ON)
    assert compared["moved"].to_list() == ["same", "cost", "same"]


def test_trips_without_units_have_no_yearly_figures(network: Network) -> None:
    trips = pl.DataFrame(
        {"trip_id": ["t"], "origin": ["west"], "destination": ["east"], "cargo": ["box"]}
    )
    compared = compare(network, network, trips, on=ON)
    assert compared["t_per_year"].to_list() == [None]
    assert compared["extra_usd_per_year"].to_list() == [None]
    assert compared["time_h_before"].to_list() == [16.0]
