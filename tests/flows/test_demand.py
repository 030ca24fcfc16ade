"""Demand arrays: arcs weigh what skims say, and equal days share a regime."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import polars as pl
import pytest

from closure_cases import ON, STUDY_ON, build, demand_of, study_network, two_roads
from corridor.closures.failures import routes_without
from corridor.errors import CallError
from corridor.flows.demand import compile_demand, packed, part
from corridor.network.network import Network
from corridor.routing.frozen_day import freeze
from corridor.routing.skims import skim


@pytest.fixture(scope="module")
def network_for_all() -> Network:
    """Return the study's network without rules for goods of one country, which skims leave out."""
    network = study_network("mid-2026")
    for_all = network.frames["rules"].filter(
        pl.col("origin_country").is_null() & pl.col("destination_country").is_null()
    )
    return dataclasses.replace(network, frames={**network.frames, "rules": for_all})


@pytest.mark.parametrize("cargo", ["bulk-t", "container-40"])
def test_arcs_weigh_what_skims_say(network_for_all: Network, cargo: str) -> None:
    arrays = compile_demand(network_for_all, network_for_all.frames["demand"], on=STUDY_ON)
    trip = arrays.trips["cargo_id"].to_list().index(cargo)

    frozen = freeze(network_for_all, cargo=cargo, depart=STUDY_ON)

    assert np.array_equal(arrays.weight[0, arrays.class_of[trip]], frozen.weight)


def test_trips_cost_what_skims_say(network_for_all: Network) -> None:
    arrays = compile_demand(network_for_all, network_for_all.frames["demand"], on=STUDY_ON)
    trip = arrays.trips["demand_id"].to_list().index("karachi-rotterdam-container-40")
    cents = routes_without(arrays, []).cents[0, trip]

    pairs = skim(
        network_for_all, cargo="container-40", depart=STUDY_ON, places=["karachi", "rotterdam"]
    )

    from_karachi = pairs.filter(pl.col("origin") == "karachi")
    assert cents / 100 == from_karachi["generalised_cost_usd"][0]


def test_days_with_the_same_calendar_share_a_regime() -> None:
    network = study_network("khunjerab-1985")
    demand = network.frames["demand"].head(3)
    arrays = compile_demand(network, demand, on="2026-01-01", days=365)

    regimes = set(arrays.regime_of_day.tolist())
    assert len(arrays.regime_of_day) == 365
    assert len(arrays.weight) == len(regimes) < 200  # working days, holidays, winter

    for day in (0, 100, 200, 330):
        alone = compile_demand(network, demand, on=dt.date(2026, 1, 1) + dt.timedelta(days=day))
        regime = arrays.regime_of_day[day]
        assert np.array_equal(alone.weight[0], arrays.weight[regime])
        assert np.array_equal(alone.seconds[0], arrays.seconds[regime])


def test_trips_that_ask_the_same_are_searched_for_together() -> None:
    demand = demand_of([("west", "east"), ("west", "spur"), ("plain", "pass")])
    arrays = compile_demand(build(two_roads()), demand, on=ON)
    assert [group.trips.tolist() for group in arrays.groups()] == [[0, 1], [2]]
    assert len({group.class_ for group in arrays.groups()}) == 1


def test_groups_are_packed_end_to_end() -> None:
    groups = packed([[3, 1], [], [2]])
    assert [part(groups, number).tolist() for number in range(3)] == [[3, 1], [], [2]]


@pytest.mark.parametrize("units", [None, -1.0])
def test_units_below_zero_are_refused(units: float | None) -> None:
    demand = demand_of([("west", "east")]).with_columns(
        pl.lit(units, pl.Float64).alias("units_per_year")
    )
    with pytest.raises(CallError, match="units_per_year must be 0 or more"):
        compile_demand(build(two_roads()), demand, on=ON)
