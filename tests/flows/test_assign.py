"""Assignment: equal to one linear programme over arcs, and the laws it keeps."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from closure_cases import ON, STUDY_ON, study_network
from corridor.errors import CallError, UnknownName
from corridor.flows.assign import assign
from corridor.flows.flows import Flows
from corridor.tables import schema_results
from flow_cases import random_flows
from naive_flows import arc_flow_optimum

HARD = {"congested": False, "gap_share": 1e-10}
SEEDS = [pytest.param(seed, marks=pytest.mark.slow if seed >= 1 else ()) for seed in range(200)]
TABLES = ("volumes", "capacities", "routes", "unserved", "trace")


def objective(flows: Flows) -> float:
    return float(flows.trace["objective_usd"][-1])


@pytest.mark.parametrize("seed", SEEDS)
def test_hard_limits_cost_what_one_linear_programme_over_arcs_costs(seed: int) -> None:
    network, demand = random_flows(seed)
    flows = assign(network, demand, on=ON, **HARD)
    exact = arc_flow_optimum(flows.programme)

    assert flows.converged
    assert objective(flows) == pytest.approx(exact.usd, rel=1e-6, abs=1e-9)
    prices = flows.solution.optimum.row_usd
    if prices != pytest.approx(exact.row_usd, rel=1e-6, abs=1e-6):
        # Prices are not unique: those found are optimal too.
        dual = arc_flow_optimum(flows.programme, prices)
        assert dual.usd == pytest.approx(exact.usd, rel=1e-6, abs=1e-9)


@pytest.mark.slow
def test_the_study_costs_what_one_linear_programme_over_arcs_costs() -> None:
    network = study_network()
    flows = assign(network, network.frames["demand"], on=STUDY_ON, **HARD)
    exact = arc_flow_optimum(flows.programme)

    assert objective(flows) == pytest.approx(exact.usd, rel=1e-6)
    prices = flows.solution.optimum.row_usd
    assert arc_flow_optimum(flows.programme, prices).usd == pytest.approx(exact.usd, rel=1e-6)


@pytest.mark.parametrize("choice", ["user", "system"])
@pytest.mark.parametrize("seed", [3, pytest.param(4, marks=pytest.mark.slow)])
def test_what_is_served_and_what_stays_is_the_demand(seed: int, choice: Any) -> None:
    network, demand = random_flows(seed)
    flows = assign(network, demand, on=ON, choice=choice)
    served = flows.routes.group_by("demand_id").agg(pl.col("units").sum())
    stays = flows.unserved.select("demand_id", pl.col("units").alias("stays"))

    sums = (
        demand.join(served, on="demand_id", how="left")
        .join(stays, on="demand_id", how="left")
        .select(pl.col("units").fill_null(0.0) + pl.col("stays").fill_null(0.0))
        .to_series()
    )
    assert sums.to_numpy() == pytest.approx(demand["units_per_year"].to_numpy(), rel=1e-7)
    full = flows.capacities.filter(pl.col("use_per_day") > pl.col("per_day") * (1 + 1e-7))
    assert full.filter(pl.col("background_per_day") <= pl.col("per_day")).height == 0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, 10))
def test_a_capacity_raised_never_raises_what_all_pay_together(seed: int) -> None:
    network, demand = random_flows(seed)
    before = objective(assign(network, demand, on=ON, choice="system"))
    for row in range(0, network.frames["capacities"].height, 4):
        capacities = network.frames["capacities"].with_columns(
            pl.when(pl.int_range(pl.len()) == row)
            .then(pl.col("per_day") * 1.5 + 1)
            .otherwise("per_day")
            .alias("per_day")
        )
        raised = _with(network, capacities=capacities)
        after = objective(assign(raised, demand, on=ON, choice="system"))
        assert after <= before * (1 + 1e-7)


def test_the_gap_is_the_one_of_the_flows_returned() -> None:
    network, demand = random_flows(3)
    flows = assign(network, demand, on=ON)
    programme = flows.programme
    optimum = flows.solution.optimum

    searched = programme.cheapest(optimum.row_usd)
    bound = programme.bound_usd(optimum.row_usd, searched)
    found = programme.objective_usd(flows.solution.columns, optimum.units, optimum.unserved)
    assert flows.gap_share <= 1e-8
    assert (found - bound) / found == pytest.approx(flows.gap_share, abs=1e-9)
    assert found == pytest.approx(objective(flows), rel=1e-12)


def test_no_demand_gives_no_flow() -> None:
    network, demand = random_flows(3)
    flows = assign(network, demand.with_columns(units_per_year=pl.lit(0.0)), on=ON)
    assert flows.converged
    assert flows.routes.height == flows.volumes.height == flows.unserved.height == 0


@pytest.mark.slow
def test_demand_and_capacities_twice_as_large_give_flows_twice_as_large() -> None:
    network, demand = random_flows(4)
    twice = network.frames["capacities"].with_columns(
        pl.col("per_day") * 2, pl.col("background_per_day") * 2
    )
    flows = assign(network, demand, on=ON, **HARD)
    doubled = assign(
        _with(network, capacities=twice),
        demand.with_columns(pl.col("units_per_year") * 2),
        on=ON,
        **HARD,
    )
    assert objective(doubled) == pytest.approx(2 * objective(flows), rel=1e-9)
    assert doubled.routes["t"].sum() == pytest.approx(2 * flows.routes["t"].sum(), rel=1e-7)


@pytest.mark.slow
def test_without_limits_everybody_takes_the_cheapest_route() -> None:
    network, demand = random_flows(5)
    flows = assign(network, demand, on=ON, limited=False)
    assert flows.capacities.height == 0
    assert (flows.routes["share"] > 1 - 1e-12).all()
    assert flows.unserved["why"].unique().to_list() in ([], ["closed"])


def test_tables_are_as_declared() -> None:
    network, demand = random_flows(3)
    flows = assign(network, demand, on=ON)
    for name in TABLES:
        assert schema_results.flaws(f"flow_{name}", getattr(flows, name)) == []


@pytest.mark.slow
def test_a_start_from_other_flows_ends_at_the_same_cost() -> None:
    network, demand = random_flows(4)
    first = assign(network, demand, on=ON)
    again = assign(network, demand, on=ON, start=first)
    assert objective(again) == pytest.approx(objective(first), rel=1e-7)
    assert again.trace.height <= first.trace.height


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"choice": "dispersd"}, UnknownName),
        ({"month": 13}, CallError),
        ({"limit_share": -0.1}, CallError),
        ({"gap_share": 0.0}, CallError),
        ({"max_iterations": 0}, CallError),
    ],
)
def test_a_wrong_question_is_refused(options: Any, error: type[Exception]) -> None:
    network, demand = random_flows(3)
    with pytest.raises(error):
        assign(network, demand, on=ON, **options)


def test_an_assignment_cut_short_says_so() -> None:
    network, demand = random_flows(4)
    flows = assign(network, demand, on=ON, max_iterations=1, gap_share=1e-12)
    assert not flows.converged
    assert np.isfinite(flows.gap_share)
    assert "not converged" in repr(flows)


def _with(network: Any, **frames: pl.DataFrame) -> Any:
    from dataclasses import replace

    return replace(network, frames={**network.frames, **frames})
