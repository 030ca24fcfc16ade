"""Columns a person compares: the year of closures."""

from __future__ import annotations

import polars as pl

from corridor.screens.columns import risk_table


def test_a_year_of_closures_reads_in_millions_with_its_error() -> None:
    row = {
        "mean": 116_774_626.0,
        "standard_error": 19_357_653.0,
        "p50": 9e7,
        "p95": 3e8,
        "p99": 4e8,
    }
    days = {"mean": 1.25, "standard_error": None, "p50": 1.0, "p95": 2.0, "p99": 3.0}
    table = risk_table(
        pl.DataFrame([{"measure": "loss_usd", **row}, {"measure": "delay_d", **days}])
    )
    assert table["a year"].to_list() == ["loss, USD m", "delay of a tonne, days"]
    assert table["mean"].to_list() == ["116.77 ± 19.36", "1.25"]
    assert table["1 year in 20"].to_list() == [300.0, 2.0]
