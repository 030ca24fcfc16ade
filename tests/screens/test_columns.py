"""Columns a person compares: the year of closures, and what moves between scenarios."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from corridor.screens.columns import (
    families_table,
    legs_table,
    moves_table,
    plain_table,
    risk_table,
    routes_table,
    skims_table,
    verdicts_table,
)
from corridor.tables import schema_results


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
    assert table["mean"].to_list() == ["117 ± 19", "1.25"]
    assert table["1 year in 20"].to_list() == ["300", "2.00"]


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
            "carbon_kg_before": [2100.0, 40.0],
            "carbon_kg_after": [5900.0, None],
            "extra_usd_per_year": [None, None],
            "countries_before": [["KZ", "PK"], ["KZ"]],
            "countries_after": [["KZ", "PK"], None],
            "reason": [None, "closed"],
        },
        schema_overrides={"extra_usd_per_year": pl.Float64},
    )
    table = moves_table(moves)
    assert table["days"].to_list() == ["17.3→14.0\u00a0(-3.3)", "1.0→-"]
    assert table["USD"].to_list() == ["1,000→1,299\u00a0(+299)", "10→-"]
    assert table["carbon, t"].to_list() == ["2.1→5.9\u00a0(+3.8)", "0.0→-"]


def one_row(table: str, **cells: Any) -> pl.DataFrame:
    """Return a table of results with one row, null but for some cells."""
    return pl.DataFrame([cells], schema=schema_results.empty(table).schema)


def test_routes_have_the_letters_of_the_map_and_what_each_is_best_at() -> None:
    fast = one_row("routes", route_id="r1", time_p50_h=240.0, cost_usd=8e3, risk_share=0.1)
    cheap = one_row("routes", route_id="r2", time_p50_h=480.0, cost_usd=5e3, risk_share=0.0)
    table = routes_table(pl.concat([fast, cheap]))
    assert table["route"].to_list() == ["A", "B"]
    assert table["best at"].to_list() == ["quickest", "cheapest, least risk"]
    assert routes_table(fast)["best at"].to_list() == [""]  # alone it is best at nothing


def test_legs_read_by_what_and_when() -> None:
    at = dt.datetime(2026, 7, 1, 7, 59, tzinfo=dt.UTC)
    legs = one_row("legs", route_id="r1", kind="terminal", layer="rail-1520", depart_at=at)
    table = legs_table(legs)
    assert table["by"].to_list() == ["handling to rail, 1520 mm"]
    assert table["leaves"].to_list() == ["1\u00a0Jul\u00a007:59"]


def test_a_table_without_columns_of_its_own_has_heads_in_words() -> None:
    frame = pl.DataFrame(
        {
            "project_id": ["a"],
            "begin_year": [2031],
            "loss_usd_per_year": [5.0],
            "use_share": [0.255],
            "reason_message": [None],
            "source_id": ["x"],
        }
    )
    table = plain_table(frame)
    assert table.columns == ["project", "begin year", "loss USD a year", "use %"]
    assert table.row(0) == ("a", "2031", 5.0, 25.5)


def test_no_table_of_results_shows_a_name_of_a_column() -> None:
    for declared in schema_results.TABLES:
        heads = plain_table(schema_results.empty(declared.name)).columns
        assert not [head for head in heads if "_" in head], declared.name


def test_a_history_is_named_once_for_its_families() -> None:
    row = {"history": "Torkham shut", "family": "pareto"}
    frame = pl.DataFrame([row, row], schema=schema_results.empty("loss_families").schema)
    assert families_table(frame)["history"].to_list() == ["Torkham shut", ""]


def test_skims_and_verdicts_have_no_name_of_a_column() -> None:
    skims = pl.DataFrame(
        {
            "origin": ["Almaty"],
            "destination": ["Osh"],
            "time_h": [36.0],
            "time_p95_h": [48.0],
            "cost_usd": [1000.4],
            "carbon_kg": [500.0],
            "risk_share": [0.014],
            "length_km": [900.0],
            "reason": [None],
        }
    )
    assert skims_table(skims).row(0) == ("Almaty", "Osh", 1.5, 2.0, 1000, 0.5, 1, 900)
    words = ("kind", "id", "statement", "verdict", "arithmetic", "note", "source_id")
    verdicts = pl.DataFrame({word: [word] for word in words})
    assert verdicts_table(verdicts).columns == ["kind", "statement", "verdict", "arithmetic"]
