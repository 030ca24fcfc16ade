"""Columns a person compares: the year of closures, and what moves between scenarios."""

from __future__ import annotations

import polars as pl

from corridor.screens.columns import moves_table, risk_table


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


def test_what_moves_shows_what_it_takes_more() -> None:
    """Before, after and the difference of the figures shown; none where one side has no route."""
    moves = pl.DataFrame(
        {
            "origin": ["a", "a"],
            "destination": ["b", "c"],
            "cargo_id": ["box", "box"],
            "moved": ["route", "cut"],
            "time_h_before": [17.3 * 24, 24.0],
            "time_h_after": [14.0 * 24, None],
            "cost_usd_before": [1000.0, 10.0],
            "cost_usd_after": [1299.0, None],
            "extra_usd_per_year": [None, None],
            "countries_before": [["KZ", "PK"], ["KZ"]],
            "countries_after": [["KZ", "PK"], None],
            "reason": [None, "closed"],
        },
        schema_overrides={"extra_usd_per_year": pl.Float64},
    )
    table = moves_table(moves)
    assert table["days"].to_list() == ["17.3→14.0\u00a0(-3.3)", "1.0→-"]
    assert table["USD"].to_list() == ["1000→1299\u00a0(+299)", "10→-"]
