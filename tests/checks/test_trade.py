"""What a table of trade may hold."""

from __future__ import annotations

import polars as pl

from corridor.checks.trade import check_trade
from trade_cases import between, chosen, study_tables

TABLES = study_tables()


def test_study_trade_has_no_finding() -> None:
    found = check_trade(TABLES["trade"], TABLES["countries"], TABLES["sectors"], complete=False)
    assert found == []


def test_mixed_units_are_noticed() -> None:
    rows = between(chosen(TABLES), "TJ", "PK")
    mixed = rows.with_columns(
        pl.when(pl.col("year") == 2025)
        .then(pl.col("value_usd") / 1000)
        .otherwise("value_usd")
        .alias("value_usd")
    )
    kinds = [
        f.kind for f in check_trade(mixed, TABLES["countries"], TABLES["sectors"], complete=False)
    ]
    assert kinds == ["mixed-units"]
