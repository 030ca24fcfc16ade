"""Freight demand between places, on a small world."""

from __future__ import annotations

import polars as pl
import pytest

from corridor.trade.demand import freight_demand
from trade_cases import small_network


def test_demand_keeps_value_and_tonnes() -> None:
    t = small_network()
    flows = pl.DataFrame(
        {
            "exporter": ["KZ", "PK", "KZ"],
            "importer": ["PK", "KZ", "KZ"],
            "sector_id": ["goods"] * 3,
            "value_usd": [8e6, 4e6, 9e9],
        }
    )
    moved = freight_demand(flows, t["sectors"], t["cargoes"], t["markets"], year=2028)
    assert moved["value_usd_per_year"].sum() == pytest.approx(12e6)
    assert moved["t_per_year"].sum() == pytest.approx(6000)
    one = moved.filter(pl.col("origin_node_id") == "a1").row(0, named=True)
    assert (one["units_per_year"], one["teu_per_year"]) == pytest.approx(
        (0.75 * 8e6 / 40000, 0.75 * 8e6 / 20000)
    )
    assert moved["demand_id"].is_unique().all()
