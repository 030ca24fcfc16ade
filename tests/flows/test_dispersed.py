"""Dispersed choice: closed-form shares, limits kept by their prices, and its limit of no spread."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest

from closure_cases import ON, STUDY_ON, build, demand_of, road, study_network, two_roads
from corridor.errors import CallError
from corridor.flows.assign import assign
from corridor.flows.flows import Flows
from flow_cases import capacity, random_flows
from random_networks import evidence, frame

PASS_USD = 560.0  # 400 km and 16 h at 10 USD
PLAIN_USD = 1260.0
BY_SEED = [3, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(4, 20))]


def shares(flows: Flows) -> list[float]:
    """Return the shares of routes, the most used first."""
    return flows.routes["share"].to_list()


def test_two_routes_share_as_the_logit_says() -> None:
    network = build(two_roads())
    flows = assign(network, demand_of([("west", "east")]), on=ON, choice="dispersed", scale=2.0)
    on_plain = 1 / (1 + math.exp(2.0 * (PLAIN_USD - PASS_USD) / PASS_USD))
    assert shares(flows) == pytest.approx([1 - on_plain, on_plain], rel=1e-9)
    assert flows.converged


def test_three_routes_of_which_two_overlap_share_by_their_path_sizes() -> None:
    tables = two_roads()
    other = pl.concat(
        [tables["links"], frame("links", [evidence(road("old", "pass", "east", 250.0))])]
    )
    network = build({**tables, "links": other})
    flows = assign(network, demand_of([("west", "east")]), on=ON, choice="dispersed", scale=2.0)

    # 280 USD to the pass are shared by two routes; from there 280 or 350 USD are not.
    costs = np.array([560.0, 630.0, 1260.0])
    sizes = np.array([(140 + 280) / 560, (140 + 350) / 630, 1.0])
    weights = sizes * np.exp(-2.0 * costs / PASS_USD)
    assert shares(flows) == pytest.approx((weights / weights.sum()).tolist(), rel=1e-9)


def test_a_limit_is_kept_by_a_price_that_moves_the_shares() -> None:
    limit = capacity("limit", "links", "pass-east", "TEU", 1.0)
    network = build({**two_roads(), "capacities": frame("capacities", limit)})
    demand = demand_of([("west", "east")])  # one box of 2 TEU a day
    flows = assign(network, demand, on=ON, choice="dispersed", congested=False)

    assert shares(flows) == pytest.approx([0.5, 0.5], rel=1e-8)
    price_usd = flows.capacities["price_usd"].item()
    assert price_usd == pytest.approx((PLAIN_USD - PASS_USD) / 2, rel=1e-8)


@pytest.mark.parametrize("congested", [True, pytest.param(False, marks=pytest.mark.slow)])
@pytest.mark.parametrize("seed", BY_SEED)
def test_flows_are_the_shares_at_their_own_costs(seed: int, congested: bool) -> None:
    network, demand = random_flows(seed)
    flows = assign(network, demand, on=ON, choice="dispersed", congested=congested)
    assert flows.converged
    assert flows.gap_share <= 1e-8
    use = flows.capacities.filter(pl.col("background_per_day") <= pl.col("per_day"))
    assert (use["use_per_day"] <= use["per_day"] * (1 + 1e-7) + 1e-9).all()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3, 20))
def test_with_a_large_scale_everybody_takes_the_cheapest_route(seed: int) -> None:
    network, demand = random_flows(seed)
    options: Any = {"on": ON, "congested": False}
    user = assign(network, demand, **options)
    dispersed = assign(network, demand, choice="dispersed", scale=3000.0, gap_share=1e-7, **options)
    cost_usd = dispersed.trace["objective_usd"][-1]
    assert cost_usd == pytest.approx(user.trace["objective_usd"][-1], rel=2e-3)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["open-borders", "mid-2026"])
@pytest.mark.parametrize("scale", [10.0, 1000.0])
def test_the_study_converges(scenario: str, scale: float) -> None:
    network = study_network(scenario)
    demand = network.frames["demand"]
    flows = assign(network, demand, on=STUDY_ON, choice="dispersed", scale=scale)
    assert flows.converged


def test_a_scale_of_nothing_is_refused() -> None:
    network, demand = random_flows(3)
    with pytest.raises(CallError, match="scale"):
        assign(network, demand, on=ON, choice="dispersed", scale=0.0)
