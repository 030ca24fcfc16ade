"""Months of a year, and the mean of their skims."""

from __future__ import annotations

import datetime as dt

import polars as pl

from corridor.trade.year import mean_skims, middles


def test_middles_of_months() -> None:
    assert middles(dt.date(2026, 7, 1), 12)[0] == dt.date(2026, 7, 15)
    assert middles(dt.date(2026, 12, 16), 2) == (dt.date(2027, 1, 15), dt.date(2027, 2, 15))


def test_mean_of_days_leaves_out_days_without_a_route() -> None:
    day = pl.DataFrame(
        {
            "origin": ["a", "b"],
            "destination": ["b", "a"],
            "cargo_id": ["box"] * 2,
            "time_h": [10.0, 20.0],
            "time_p95_h": [12.0, 22.0],
            "cost_usd": [1.0, 2.0],
            "border_h": [0.0, 1.0],
            "border_usd": [0.0, 0.5],
        }
    )
    shut = day.with_columns(
        pl.when(pl.col("origin") == "b").then(pl.col(c)).alias(c) for c in day.columns[3:]
    )
    both = mean_skims([day, shut]).sort("origin")
    assert both["time_h"].to_list() == [10, 20]
    assert both["open_share"].to_list() == [0.5, 1]
