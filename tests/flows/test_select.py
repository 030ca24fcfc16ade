"""Select: whose goods are on a link, and what its closure costs with limits and without."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from closure_cases import ON, STUDY_ON, build, demand_of, study_network, two_roads
from corridor.closures.criticality import rank
from corridor.errors import CallError
from corridor.flows.assign import assign
from corridor.flows.select import select
from corridor.flows.solution import solve
from corridor.tables import schema_results
from flow_cases import capacity, random_flows
from random_networks import frame

EXTRA_USD = 700.0  # of a box by the plain
STAYS_USD = 2400.0  # beyond its cost that a box would pay


def test_goods_there_are_those_of_the_volumes() -> None:
    network, demand = random_flows(4)
    flows = assign(network, demand, on=ON)
    for link_id in flows.volumes.filter(kind="link")["element_id"].unique().to_list()[:2]:
        there = select(flows, link_id).volumes
        on_link = flows.routes.filter(pl.col("links").list.contains(link_id))
        assert there["units"].sum() == pytest.approx(on_link["units"].sum(), rel=1e-9)
        assert set(there["demand_id"]) == set(on_link["demand_id"])


def test_a_closure_costs_more_where_the_detour_has_room_for_half() -> None:
    limit = capacity("limit", "links", "plain-east", "TEU", 1.0)
    network = build({**two_roads(), "capacities": frame("capacities", limit)})
    flows = assign(network, demand_of([("west", "east")]), on=ON, congested=False)

    shut = select(flows, "pass-east")

    assert shut.uncapped_usd_per_year == pytest.approx(365 * EXTRA_USD)
    assert shut.extra_usd_per_year == pytest.approx(365 * (EXTRA_USD + STAYS_USD) / 2)
    assert shut.unserved_t_per_year == pytest.approx(365 * 20 / 2)
    assert shut.filled["use_per_day_after"].to_list() == pytest.approx([1.0])
    assert shut.converged


@pytest.mark.parametrize(
    "seed", [3, *(pytest.param(n, marks=pytest.mark.slow) for n in range(4, 14))]
)
def test_a_warm_closure_costs_what_a_cold_one_costs(seed: int) -> None:
    network, demand = random_flows(seed)
    flows = assign(network, demand, on=ON, congested=False)
    programme = flows.programme
    busiest = flows.volumes.filter(kind="link").sort("units")["element_id"].to_list()[-1]
    shut = select(flows, busiest)

    graph = programme.arrays.network.graph
    links = programme.arrays.network.frames["links"]["link_id"].to_list()
    over = [
        any(links[run.link] == busiest for run in graph.runs[arc])
        for arc in programme.arrays.arc_of.tolist()
    ]
    weight = np.where(np.array(over)[None, :], -1, programme.weight)
    cold = solve(replace(programme, weight=weight), [], gap_share=1e-9, max_iterations=200)
    extra = (cold.trace[-1].objective_usd - flows.trace["objective_usd"][-1]) * 365
    assert shut.extra_usd_per_year == pytest.approx(extra, rel=1e-5, abs=1.0)


@pytest.mark.slow
def test_without_limits_a_closure_costs_what_rank_says() -> None:
    network = study_network()
    demand = network.frames["demand"]
    flows = assign(network, demand, on=STUDY_ON, limited=False)
    ranked = rank(network, demand, on=STUDY_ON, kinds=["crossing"], pairs=0)
    for crossing in ("crossing:AF-PK", "crossing:KZ-UZ"):
        loss_usd = ranked.filter(element_id=crossing)["loss_usd_per_year"].item()
        shut = select(flows, crossing)
        assert shut.uncapped_usd_per_year == pytest.approx(loss_usd, rel=1e-9)
        assert shut.extra_usd_per_year == pytest.approx(loss_usd, rel=1e-9)


def test_tables_are_as_declared() -> None:
    network, demand = random_flows(3)
    shut = select(assign(network, demand, on=ON), "*")
    declared = {"volumes": "flow_users", "moved": "flow_moved", "filled": "flow_filled"}
    for name, table in declared.items():
        assert schema_results.flaws(table, getattr(shut, name)) == []


@pytest.mark.parametrize("what", ["nothing", "crossing:AF", ["pass-east", "country:XX"]])
def test_a_selector_of_nothing_is_refused(what: str | list[str]) -> None:
    flows = assign(build(two_roads()), demand_of([("west", "east")]), on=ON)
    with pytest.raises(CallError):
        select(flows, what)
