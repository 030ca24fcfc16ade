"""Traffic networks for tests: random ones, Braess's, and the test collection of the field."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from corridor.exchange.tntp import read_tntp
from corridor.exchange.traffic_network import TrafficNetwork

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("CORRIDOR_BENCHMARK_DATA", ROOT.parent / "shared" / "data"))
POWERS = (0.0, 0.5, 1.0, 2.0, 4.0, 4.924)
# Weights of toll and length in generalised cost, from the networks' own pages.
WEIGHTS = {"Chicago-Sketch": {"toll_weight": 0.02, "length_weight": 0.04}}

BRAESS = pl.DataFrame(
    {
        "link_id": ["start-north", "start-south", "north-end", "south-end", "bridge"],
        "from_node_id": ["start", "start", "north", "south", "north"],
        "to_node_id": ["north", "south", "end", "end", "south"],
        "free_cost": [1e-8, 50.0, 50.0, 1e-8, 10.0],
        "capacity": [1.0] * 5,
        "bpr_factor": [1e9, 0.02, 0.02, 1e9, 0.1],
        "bpr_power": [1.0] * 5,
    }
)
BRAESS_TRIPS = pl.DataFrame(
    {"origin_node_id": ["start"], "destination_node_id": ["end"], "trips": [6.0]}
)


def data_folder(*names: str) -> Path:
    """Return a folder of the data tests may use; skip the test where it is not there."""
    folder = DATA.joinpath(*names)
    if not folder.is_dir():
        pytest.skip(f"benchmark data are not at {folder}")
    return folder


def tntp(name: str) -> TrafficNetwork:
    """Return a network of the test collection."""
    return read_tntp(data_folder("tntp", name), **WEIGHTS.get(name, {}))


def random_traffic(seed: int) -> dict[str, Any]:
    """Return links, trips, no_through and class_costs of a small network that is strongly
    connected."""
    dice = np.random.default_rng(seed)
    n = int(dice.integers(4, 7))
    ring = [(i, (i + 1) % n) for i in range(n)]
    more = [tuple(dice.choice(n, 2, replace=False).tolist()) for _ in range(n + 2)]
    ends = ring + more
    size = len(ends)
    capacity = [None if dice.random() < 0.1 else float(c) for c in dice.uniform(2, 20, size)]
    links = pl.DataFrame(
        {
            "link_id": [f"l{i}" for i in range(size)],
            "from_node_id": [f"n{e[0]}" for e in ends],
            "to_node_id": [f"n{e[1]}" for e in ends],
            "free_cost": dice.integers(0, 10, size).astype(float),
            "capacity": pl.Series(capacity, dtype=pl.Float64),
            "bpr_factor": dice.choice([0.0, 0.15, 1.0], size),
            "bpr_power": dice.choice(POWERS, size),
            "fixed_cost": dice.choice([0.0, 0.0, 3.0], size),
        }
    )
    pairs = [tuple(dice.choice(n, 2, replace=False).tolist()) for _ in range(4)]
    trips = pl.DataFrame(
        {
            "class_id": dice.choice(["car", "lorry"], 4),
            "origin_node_id": [f"n{p[0]}" for p in pairs],
            "destination_node_id": [f"n{p[1]}" for p in pairs],
            "trips": dice.uniform(1, 12, 4),
        }
    )
    lorries = "lorry" in trips["class_id"].to_list()
    tolls = pl.DataFrame(
        {
            "class_id": ["lorry" if lorries else "car"] * 2,
            "link_id": ["l0", f"l{size - 1}"],
            "fixed_cost": [2.0, 5.0],
        }
    )
    no_through = [f"n{pairs[0][1]}"] if seed % 2 else []
    return {"links": links, "trips": trips, "no_through": no_through, "class_costs": tolls}
