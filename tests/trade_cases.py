"""Frames for the tests of trade: parts of the built-in study, costs, and a small world."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

from corridor.trade.forecast import Forecast, TradeSettings, forecast

STUDY = Path(__file__).resolve().parents[1] / "studies" / "kazakhstan-pakistan"
TABLES = (
    "trade",
    "countries",
    "sectors",
    "specialisations",
    "markets",
    "cargoes",
    "nodes",
    "sources",
)
QUICK = TradeSettings(draws=60)


@cache
def study_tables() -> dict[str, pl.DataFrame]:
    """Return the built-in study's tables of trade as they stand in its files."""
    return {
        name: pl.read_csv(STUDY / f"{name}.csv", infer_schema_length=None, try_parse_dates=True)
        for name in TABLES
    }


def chosen(tables: dict[str, pl.DataFrame], option: str = "kazakh-customs") -> pl.DataFrame:
    return tables["trade"].filter(
        pl.col("alternative").is_null() | (pl.col("alternative") == f"kz-pk-trade:{option}")
    )


def between(frame: pl.DataFrame, *codes: str) -> pl.DataFrame:
    return frame.filter(
        pl.col("exporter").is_in(codes)
        & pl.col("importer").is_in(codes)
        & (pl.col("exporter") != pl.col("importer"))
    )


def flat(base: pl.DataFrame, share: float = 0.25) -> pl.DataFrame:
    away = base.filter(pl.col("exporter") != pl.col("importer"))
    return away.select("exporter", "importer", "sector_id", pl.lit(share).alias("cost_share"))


def halved(costs: pl.DataFrame, *codes: str) -> pl.DataFrame:
    pair = pl.col("exporter").is_in(codes) & pl.col("importer").is_in(codes)
    return costs.with_columns(
        pl.when(pair).then(pl.col("cost_share") / 2).otherwise("cost_share").alias("cost_share")
    )


def small_network() -> dict[str, pl.DataFrame]:
    return {
        "cargoes": pl.DataFrame({"cargo_id": ["box"], "t_per_unit": [20.0], "teu_per_unit": [2.0]}),
        "sectors": pl.DataFrame(
            {
                "sector_id": ["goods"],
                "cargo_id": ["box"],
                "usd_per_t": [2000.0],
                "time_value_share_per_day": [0.01],
            }
        ),
        "markets": pl.DataFrame(
            {
                "node_id": ["a1", "a2", "b"],
                "country": ["KZ", "KZ", "PK"],
                "trade_share": [0.75, 0.25, 1.0],
            }
        ),
        "skims": pl.DataFrame(
            {
                "origin": ["a1", "a2", "b", "b"],
                "destination": ["b", "b", "a1", "a2"],
                "cargo_id": ["box"] * 4,
                "time_h": [240.0, 480.0, 240.0, None],
                "cost_usd": [4000.0, 8000.0, 4000.0, None],
                "time_p95_h": [240.0 + 1.645 * 24, 480.0, None, None],
                "border_h": [48.0, 0.0, 0.0, None],
                "border_usd": [400.0, 0.0, 0.0, None],
            }
        ),
    }


def series(tables: dict[str, pl.DataFrame], option: str) -> pl.DataFrame:
    rows = between(chosen(tables, option), "KZ", "PK").filter(pl.col("year") == 2025)
    return rows.select(
        pl.lit(option).alias("name"),
        "exporter",
        "importer",
        "value_usd",
        pl.col("ends_on").fill_null(date(2025, 12, 31)),
    )


def quick_forecast(
    tables: dict[str, pl.DataFrame],
    base: pl.DataFrame,
    costs: pl.DataFrame,
    scenarios: dict[str, pl.DataFrame],
) -> Forecast:
    """Return what scenarios do to flows of the built-in study, with few draws."""
    return forecast(base, tables["countries"], tables["sectors"], costs, scenarios, settings=QUICK)


def forecast_of_half(tables: dict[str, pl.DataFrame], base: pl.DataFrame) -> Forecast:
    """Return what flat costs, halved between Kazakhstan and Pakistan, do to flows."""
    costs = flat(base)
    return quick_forecast(tables, base, costs, {"half": halved(costs, "KZ", "PK")})
