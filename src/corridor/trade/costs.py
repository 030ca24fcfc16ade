"""Ad valorem trade costs of countries and sectors, from skims between places."""

from __future__ import annotations

import polars as pl

from corridor.errors import CallError
from corridor.units import DAY_H, NORMAL_P95_ROUNDED

_KEYS = ("exporter", "importer", "sector_id")


def trade_costs(
    skims: pl.DataFrame,
    sectors: pl.DataFrame,
    cargoes: pl.DataFrame,
    markets: pl.DataFrame,
    *,
    reliability_ratio: float = 0.6,
) -> pl.DataFrame:
    """Return ad valorem transport costs per exporter, importer and sector from skims between
    places.

    skims: origin, destination, cargo_id, time_h, cost_usd per unit; optional sector_id, where goods
    of one cargo take different ways; time_p95_h (null: no spread), border_h and border_usd, the
    part of time and money spent at borders. markets: node_id, country, trade_share. Each country
    pair is the mean of its places, weighted by their shares, over the pairs of places that can be
    reached. cost_share = freight_share + time_share + reliability_share + border_share, each over
    the value of the goods; a pair without any way has null. reliability_ratio: worth of a day of
    standard deviation against a day in transit. Source: time, Hummels and Schaur (2013), American
    Economic Review 103(7), 0.6-2.1 % of value a day; reliability ratio 0.3-1.0 is a range in use
    for freight, not estimated here.
    """
    needed = {"origin", "destination", "cargo_id", "time_h", "cost_usd"}
    if lost := sorted(needed - set(skims.columns)):
        raise CallError(f"skims lack the columns {', '.join(lost)}")
    extra = [
        pl.lit(value, pl.Float64).alias(name)
        for name, value in (("time_p95_h", None), ("border_h", 0.0), ("border_usd", 0.0))
        if name not in skims.columns
    ]
    if lost := sorted(set(sectors["cargo_id"]) - set(skims["cargo_id"])):
        raise CallError(f"skims hold no times and costs of the cargo {', '.join(lost)}")
    goods = (
        sectors.select("sector_id", "cargo_id", "usd_per_t", "time_value_share_per_day")
        .join(cargoes.select("cargo_id", "t_per_unit"), on="cargo_id", how="left")
        .with_columns((pl.col("usd_per_t") * pl.col("t_per_unit")).alias("_worth"))
    )
    ends = markets.select("node_id", "country", "trade_share")
    shared = ["cargo_id", "sector_id"] if "sector_id" in skims.columns else ["cargo_id"]
    rows = (
        skims.with_columns(extra)
        .join(goods, on=shared)
        .join(
            ends.rename({"node_id": "origin", "country": "exporter", "trade_share": "_from"}),
            on="origin",
        )
        .join(
            ends.rename({"node_id": "destination", "country": "importer", "trade_share": "_to"}),
            on="destination",
        )
        .filter(pl.col("exporter") != pl.col("importer"))
    )
    day = pl.col("time_value_share_per_day") / DAY_H
    spread_h = (
        ((pl.col("time_p95_h") - pl.col("time_h")) / NORMAL_P95_ROUNDED)
        .clip(lower_bound=0.0)
        .fill_null(0.0)
    )
    rows = rows.with_columns(
        ((pl.col("cost_usd") - pl.col("border_usd")) / pl.col("_worth")).alias("freight_share"),
        ((pl.col("time_h") - pl.col("border_h")) * day).alias("time_share"),
        (reliability_ratio * spread_h * day).alias("reliability_share"),
        (pl.col("border_usd") / pl.col("_worth") + pl.col("border_h") * day).alias("border_share"),
    )
    parts = ["freight_share", "time_share", "reliability_share", "border_share"]
    reached = pl.sum_horizontal(parts, ignore_nulls=False).is_not_null()
    weight = pl.when(reached).then(pl.col("_from") * pl.col("_to"))
    out = rows.group_by(_KEYS, maintain_order=True).agg(
        *[((pl.col(p) * weight).sum() / weight.sum()).fill_nan(None).alias(p) for p in parts],
        (weight.sum() / (pl.col("_from") * pl.col("_to")).sum()).alias("reached_share"),
    )
    return out.with_columns(pl.sum_horizontal(parts, ignore_nulls=False).alias("cost_share")).sort(
        _KEYS
    )
