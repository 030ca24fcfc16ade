"""Small networks with capacities, for the tests of flows."""

from __future__ import annotations

import random

import polars as pl

from closure_cases import build, random_case
from corridor.network.network import Network
from random_networks import Rows, evidence, frame


def capacity(capacity_id: str, table: str, row_id: str, unit: str, per_day: float) -> Rows:
    """Return a row of capacities for both directions."""
    names = ("capacity_id", "table", "row_id", "unit", "per_day")
    row = dict(zip(names, (capacity_id, table, row_id, unit, per_day), strict=True))
    return [evidence(row)]


def random_flows(seed: int) -> tuple[Network, pl.DataFrame]:
    """Return a random network with capacities on links, terminals and places, and its demand."""
    tables, demand = random_case(seed)
    demand = demand.gather_every(3)
    dice = random.Random(f"capacities {seed}")
    links = tables["links"].to_dicts()
    rows: Rows = []
    for link in links:
        if dice.random() < 0.6:
            link_id = link["link_id"]
            limit = capacity(f"limit-{link_id}", "links", link_id, dice.choice(("TEU", "t")), 1.0)
            limit[0]["per_day"] = dice.uniform(0.0, 12.0) * (10 if limit[0]["unit"] == "t" else 1)
            limit[0]["background_per_day"] = dice.choice((None, 1.0))
            limit[0]["empty_share"] = dice.choice((None, 0.3))
            limit[0]["from_node_id"] = dice.choice((None, link["from_node_id"]))
            rows += limit
    rows += capacity("limit-n1", "nodes", "n1", "TEU", dice.uniform(0.0, 15.0))
    return build({**tables, "capacities": frame("capacities", rows)}), demand
