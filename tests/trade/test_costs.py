"""Trade costs, on a small world."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from corridor.errors import CallError
from corridor.trade.costs import market_ends, trade_costs
from trade_cases import small_network


def test_costs_add_freight_time_reliability_and_border() -> None:
    t = small_network()
    out = trade_costs(t["skims"], t["sectors"], t["cargoes"], t["markets"], reliability_ratio=0.5)
    there = out.filter(pl.col("exporter") == "KZ").row(0, named=True)
    # A box is worth 40,000 USD. Weights 3/4 and 1/4.
    assert there["freight_share"] == pytest.approx(0.75 * 3600 / 40000 + 0.25 * 8000 / 40000)
    assert there["time_share"] == pytest.approx(0.75 * 8 * 0.01 + 0.25 * 20 * 0.01)
    assert there["reliability_share"] == pytest.approx(0.75 * 0.5 * 1 * 0.01)
    assert there["border_share"] == pytest.approx(0.75 * (400 / 40000 + 2 * 0.01))
    assert there["cost_share"] == pytest.approx(
        sum(there[k] for k in ("freight_share", "time_share", "reliability_share", "border_share"))
    )
    back = out.filter(pl.col("exporter") == "PK").row(0, named=True)
    assert back["reached_share"] == pytest.approx(0.75)
    assert back["cost_share"] == pytest.approx(4000 / 40000 + 10 * 0.01)
    none = trade_costs(
        t["skims"].with_columns(pl.lit(None, pl.Float64).alias("time_h")),
        t["sectors"],
        t["cargoes"],
        t["markets"],
    )
    assert none["cost_share"].null_count() == 2
    with pytest.raises(CallError, match="cost_usd"):
        trade_costs(t["skims"].drop("cost_usd"), t["sectors"], t["cargoes"], t["markets"])


def test_costs_by_sector_take_each_sectors_own_way() -> None:
    names = {"origin": ["a"] * 2, "destination": ["b"] * 2, "cargo_id": ["box"] * 2}
    rows = pl.DataFrame(
        {
            **names,
            "sector_id": ["slow", "fast"],
            "time_h": [240.0, 120.0],
            "cost_usd": [1000.0, 3000.0],
        }
    )
    sectors = pl.DataFrame(
        {
            "sector_id": ["slow", "fast"],
            "cargo_id": ["box"] * 2,
            "usd_per_t": [1000.0, 1000.0],
            "time_value_share_per_day": [0.0, 0.01],
        }
    )
    cargoes = pl.DataFrame({"cargo_id": ["box"], "t_per_unit": [10.0]})
    markets = pl.DataFrame(
        {"node_id": ["a", "b"], "country": ["KZ", "PK"], "trade_share": [1.0, 1.0]}
    )
    found = trade_costs(rows, sectors, cargoes, markets)
    assert dict(zip(found["sector_id"], found["cost_share"], strict=True)) == pytest.approx(
        {"slow": 0.1, "fast": 0.35}
    )


def test_markets_at_one_place_count_as_one() -> None:
    """Each pair of them had a row: 1,200 markets at four places took 13 GB."""
    frames = small_network()
    whole = frames["markets"]
    halves = pl.concat([whole.with_columns(pl.col("trade_share") / 2)] * 2)
    tables = (frames["skims"], frames["sectors"], frames["cargoes"])
    assert market_ends(halves, "place", "country", "share").height == whole.height
    assert_frame_equal(trade_costs(*tables, halves), trade_costs(*tables, whole))


@given(
    days=st.lists(
        st.tuples(st.floats(100, 50_000), st.floats(100, 50_000)), min_size=2, max_size=6
    ),
    shut=st.sets(st.tuples(st.integers(0, 5), st.sampled_from(["a1", "a2"])), min_size=1),
    elasticity=st.floats(0.5, 12),
)
def test_no_closure_of_days_or_places_raises_what_a_year_carries(
    days: list[tuple[float, float]], shut: set[tuple[int, str]], elasticity: float
) -> None:
    t = small_network()
    sectors = t["sectors"].with_columns(pl.lit(elasticity).alias("elasticity"))

    def index(is_shut: bool) -> float:
        rows = [
            {
                "origin": place,
                "destination": "b",
                "cargo_id": "box",
                "time_h": None if is_shut and (day, place) in shut else 24.0,
                "cost_usd": None if is_shut and (day, place) in shut else usd,
            }
            for day, costs in enumerate(days)
            for place, usd in zip(("a1", "a2"), costs, strict=True)
        ]
        types = {"time_h": pl.Float64, "cost_usd": pl.Float64}
        skims = pl.DataFrame(rows, schema_overrides=types)
        costs = trade_costs(skims, sectors, t["cargoes"], t["markets"])
        return float(costs["trade_index"][0])

    assert index(is_shut=True) <= index(is_shut=False) <= 1
