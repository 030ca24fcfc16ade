"""Freight demand between places: the trade of countries, split over their cities."""

from __future__ import annotations

import polars as pl

from corridor.errors import CallError


def demand(
    flows: pl.DataFrame,
    sectors: pl.DataFrame,
    cargoes: pl.DataFrame,
    markets: pl.DataFrame,
    *,
    year: int,
    least_units: float = 0.5,
) -> pl.DataFrame:
    """Return what is to be moved between places in a year: the table ``demand``, with tonnes, TEU
    and value.

    flows: exporter, importer, sector_id, value_usd, of one scenario. Value becomes tonnes by the
    sector's usd_per_t, units by the cargo's t_per_unit, and goes to places by markets.trade_share.
    Sectors of one cargo are added up. Sales at home and countries without markets are left out, as
    are rows below least_units.
    """
    goods = sectors.select("sector_id", "cargo_id", "usd_per_t").join(
        cargoes.select("cargo_id", "t_per_unit", "teu_per_unit"), on="cargo_id", how="left"
    )
    if lost := sorted(goods.filter(pl.col("t_per_unit").is_null())["cargo_id"].unique().to_list()):
        raise CallError(f"cargoes lack {', '.join(lost)}, which sectors travel as")
    ends = markets.select("node_id", "country", "trade_share")
    rows = (
        flows.filter(pl.col("exporter") != pl.col("importer"))
        .join(goods, on="sector_id")
        .join(
            ends.rename(
                {"node_id": "origin_node_id", "country": "exporter", "trade_share": "_from"}
            ),
            on="exporter",
        )
        .join(
            ends.rename(
                {"node_id": "destination_node_id", "country": "importer", "trade_share": "_to"}
            ),
            on="importer",
        )
        .with_columns((pl.col("value_usd") * pl.col("_from") * pl.col("_to")).alias("value_usd"))
        .with_columns((pl.col("value_usd") / pl.col("usd_per_t")).alias("t_per_year"))
    )
    out = rows.group_by("origin_node_id", "destination_node_id", "cargo_id").agg(
        pl.col("value_usd").sum().alias("value_usd_per_year"),
        pl.col("t_per_year").sum(),
        pl.col("t_per_unit").first(),
        pl.col("teu_per_unit").first(),
    )
    return (
        out.with_columns((pl.col("t_per_year") / pl.col("t_per_unit")).alias("units_per_year"))
        .filter(pl.col("units_per_year") >= least_units)
        .with_columns(
            (pl.col("units_per_year") * pl.col("teu_per_unit")).alias("teu_per_year"),
            pl.lit(year).alias("year"),
            pl.format("{}-{}-{}-trade", "origin_node_id", "destination_node_id", "cargo_id").alias(
                "demand_id"
            ),
        )
        .sort("demand_id")
        .select(
            "demand_id",
            "origin_node_id",
            "destination_node_id",
            "cargo_id",
            "year",
            "units_per_year",
            "t_per_year",
            "teu_per_year",
            "value_usd_per_year",
        )
    )
