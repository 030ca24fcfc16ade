"""Freight demand between places: the trade of countries, split over their cities."""

from __future__ import annotations

import polars as pl

from corridor.errors import CallError
from corridor.trade.costs import market_ends
from corridor.trade.sectors import carried

_COLUMNS = (
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


def freight_demand(
    flows: pl.DataFrame,
    sectors: pl.DataFrame,
    cargoes: pl.DataFrame,
    markets: pl.DataFrame,
    *,
    year: int,
    min_units: float = 0.5,
) -> pl.DataFrame:
    """Return what is to be moved between places in a year, as rows of the table ``demand``.

    Sectors of one cargo are added up. Sales at home, countries without markets and goods that go by
    pipeline are left out.

    Parameters
    ----------
    flows
        exporter, importer, sector_id, value_usd, of one scenario.
    sectors
        sector_id, cargo_id, usd_per_t, by which value becomes tonnes.
    cargoes
        cargo_id, t_per_unit, teu_per_unit, by which tonnes become units and TEU.
    markets
        node_id, country, trade_share: the place's share of its country's trade.
    year
        The year the rows are of.
    min_units
        Rows of fewer units a year are left out.

    Returns
    -------
    pl.DataFrame
        demand_id, origin_node_id, destination_node_id, cargo_id, year, units_per_year, t_per_year,
        teu_per_year, value_usd_per_year.
    """
    goods = _goods(sectors, cargoes)
    moved = _between_places(flows.join(goods, on="sector_id"), markets)
    rows = _by_cargo(moved).filter(pl.col("units_per_year") >= min_units)

    demand_id = pl.format("{}-{}-{}-trade", "origin_node_id", "destination_node_id", "cargo_id")
    teu = pl.col("units_per_year") * pl.col("teu_per_unit")
    return (
        rows.with_columns(
            teu.alias("teu_per_year"),
            pl.lit(year).alias("year"),
            demand_id.alias("demand_id"),
        )
        .sort("demand_id")
        .select(_COLUMNS)
    )


def _by_cargo(moved: pl.DataFrame) -> pl.DataFrame:
    """Add up the sectors of one cargo between two places, and count its units."""
    totals = moved.group_by("origin_node_id", "destination_node_id", "cargo_id").agg(
        pl.col("value_usd").sum().alias("value_usd_per_year"),
        pl.col("t_per_year").sum(),
        pl.col("t_per_unit").first(),
        pl.col("teu_per_unit").first(),
    )
    units = pl.col("t_per_year") / pl.col("t_per_unit")
    return totals.with_columns(units.alias("units_per_year"))


def _goods(sectors: pl.DataFrame, cargoes: pl.DataFrame) -> pl.DataFrame:
    """Return the cargo of each sector, with what a tonne is worth and a unit weighs."""
    goods = (
        carried(sectors)
        .select("sector_id", "cargo_id", "usd_per_t")
        .join(cargoes.select("cargo_id", "t_per_unit", "teu_per_unit"), on="cargo_id", how="left")
    )
    unknown = goods.filter(pl.col("t_per_unit").is_null())["cargo_id"].unique()
    if len(unknown):
        names = ", ".join(sorted(unknown.to_list()))
        raise CallError(f"cargoes lack {names}, which sectors travel as")
    return goods


def _between_places(flows: pl.DataFrame, markets: pl.DataFrame) -> pl.DataFrame:
    """Split flows of goods between countries over the places of both, in USD and tonnes a year."""
    origins = market_ends(markets, "origin_node_id", "exporter", "_from_share")
    destinations = market_ends(markets, "destination_node_id", "importer", "_to_share")
    abroad = flows.filter(pl.col("exporter") != pl.col("importer"))
    rows = abroad.join(origins, on="exporter").join(destinations, on="importer")

    value_usd = pl.col("value_usd") * pl.col("_from_share") * pl.col("_to_share")
    tonnes = (pl.col("value_usd") / pl.col("usd_per_t")).alias("t_per_year")
    return rows.with_columns(value_usd).with_columns(tonnes)
