"""The Pareto set against brute-force enumeration on random small dated networks."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

import naive
from corridor.network import network as networks
from corridor.routing.pareto import ParetoSet, pareto_set
from corridor.routing.query import Query, prepare
from corridor.routing.route_tables import route_tables
from random_networks import DEPART, random_network

ALL = np.ones(4, bool)


def answers(
    seed: int,
) -> tuple[set[tuple[int, ...]], set[tuple[int, ...]], Query, ParetoSet]:
    tables = random_network(seed)
    built = networks.build(tables, change_ids=["events"] if tables["changes"].height else [])
    asked = prepare(built, "n0", "n5", cargo="box", depart=DEPART, options={})
    routes = pareto_set(asked, ALL)
    twin = naive.NaiveNetwork(tables, DEPART, "n0", "n5")
    names = {(n, layer): s for (n, layer), s in asked.graph.state_index.items()}
    starts = [k for k, s in names.items() if s in set(asked.starts.tolist())]
    goals = {k for k, s in names.items() if asked.is_goal[s]}
    exact = naive.pareto(twin, starts, goals)
    mine = {(int(v[0]) - asked.depart_s, int(v[1]), int(v[2]), int(v[3])) for v in routes.values}
    return mine, exact, asked, routes


@pytest.mark.parametrize(
    "block", [*range(3), *(pytest.param(block, marks=pytest.mark.slow) for block in range(3, 10))]
)
def test_pareto_set_equals_enumeration(block: int) -> None:
    joined = 0
    for seed in range(block * 51, block * 51 + 51):
        mine, exact, asked, pareto = answers(seed)
        assert mine == exact, f"seed {seed}"
        joined += len(exact) > 0
        if len(pareto):
            routes, legs = route_tables(asked, [pareto[i] for i in range(len(pareto))])
            assert routes.height == len(exact)
            totals = legs.group_by("route_id", maintain_order=True).agg(
                pl.col("cost_usd").sum(),
                pl.col("carbon_kg").sum(),
                (pl.col("wait_h") + pl.col("time_h")).sum().alias("h"),
            )
            assert np.allclose(totals["h"], routes["time_h"], atol=1e-6)
            assert np.allclose(totals["cost_usd"], routes["cost_usd"], atol=0.01 * legs.height)
            assert {round(t * 3600) for t in routes["time_h"]} == {v[0] for v in exact}
    assert joined >= 25  # most networks are no empty questions
