"""Ad valorem trade costs of countries and sectors, from skims between places."""

from __future__ import annotations

from typing import Any

import polars as pl

from corridor.errors import CallError
from corridor.units import DAY_H, NORMAL_P95_ROUNDED

KEYS = ("exporter", "importer", "sector_id")
RELIABILITY_RATIO = 0.6
COST_PARTS = ("freight_share", "time_share", "reliability_share", "border_share")
_NEEDED = ("origin", "destination", "cargo_id", "time_h", "cost_usd")
_DEFAULTS: dict[str, Any] = {
    "time_p95_h": None,
    "border_h": 0.0,
    "border_usd": 0.0,
    "open_share": 1.0,
}


def trade_costs(
    skims: pl.DataFrame,
    sectors: pl.DataFrame,
    cargoes: pl.DataFrame,
    markets: pl.DataFrame,
    *,
    reliability_ratio: float = RELIABILITY_RATIO,
) -> pl.DataFrame:
    """Return ad valorem transport costs per exporter, importer and sector.

    Each country pair is the mean of its places, weighted by their shares of trade, over the pairs
    of places and the days that have a route; the share of trade these carry is told beside. Skims
    of several days may stand under one another: each row weighs alike.

    Parameters
    ----------
    skims
        origin, destination, cargo_id, time_h, cost_usd per unit; optional sector_id, where goods of
        one cargo take different routes; time_p95_h (null: no spread), border_h and border_usd, the
        part of time and money spent at borders; open_share, of days with a route (null: all).
    sectors
        sector_id, cargo_id, usd_per_t, time_value_share_per_day; optional elasticity.
    cargoes
        cargo_id, t_per_unit.
    markets
        node_id, country, trade_share.
    reliability_ratio
        Worth of a day of standard deviation over that of a day in transit.

    Returns
    -------
    pl.DataFrame
        exporter, importer, sector_id, freight_share, time_share, reliability_share, border_share,
        reached_share (of trade that has a route, over places and days), cost_share (the sum of the
        parts), each over the value of the goods; a pair without any route has null. Where sectors
        have an elasticity e, trade_index: the mean of (1 + cost)^-e over places and days, 0 where
        there is no route: the trade these carry over what they would at no cost.

    Notes
    -----
    A day or a place that is shut counts nothing in trade_index, and what becomes dearer less than
    before, so a closure never raises it; a mean cost over what is left open may fall, where dear
    days or places are shut.

    Source: time, Hummels and Schaur (2013), American Economic Review 103(7), 0.6-2.1 % of value a
    day; reliability ratio 0.3-1.0 is a range in use for freight, not estimated here.

    Examples
    --------
    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan").network
    >>> skims = co.skim(network, cargo="bulk-t", depart="2026-07-01", places=["almaty", "karachi"])
    >>> frames = network.frames
    >>> sectors = frames["sectors"].filter(cargo_id="bulk-t")
    >>> co.trade_costs(skims, sectors, frames["cargoes"], frames["markets"]).columns[:3]
    ['exporter', 'importer', 'sector_id']
    """
    _check_skims(skims, sectors)
    rows = _with_countries(goods_costs(skims, sectors, cargoes, reliability_ratio), markets)

    indices = [_trade_index()] if "elasticity" in sectors.columns else []
    costs = rows.group_by(KEYS, maintain_order=True).agg(*_means(), *indices)
    return costs.with_columns(row_cost().alias("cost_share")).sort(KEYS)


def goods_costs(
    skims: pl.DataFrame,
    sectors: pl.DataFrame,
    cargoes: pl.DataFrame,
    reliability_ratio: float = RELIABILITY_RATIO,
) -> pl.DataFrame:
    """Return what carriage costs the goods of every sector, a row of skims and sector.

    The columns of the skims, and those of the sector, with the parts of the cost over the value of
    the goods, as :func:`trade_costs` takes and adds them up.
    """
    return _with_goods(skims, sectors, cargoes).with_columns(_cost_parts(reliability_ratio))


def row_cost() -> pl.Expr:
    """Return the sum of the parts; null where one is."""
    return pl.sum_horizontal(COST_PARTS, ignore_nulls=False)


def _trade_share() -> pl.Expr:
    """Return the share of a country pair's trade that a pair of places has."""
    return pl.col("_from_share") * pl.col("_to_share")


def _trade_index() -> pl.Expr:
    """Return the trade that places and days carry, over what they would at no cost."""
    open_share = pl.col("open_share").fill_null(1.0)
    carried_share = ((1 + row_cost()) ** -pl.col("elasticity")).fill_null(0.0) * open_share
    weight = _trade_share()
    return ((carried_share * weight).sum() / weight.sum()).alias("trade_index")


def _means() -> list[pl.Expr]:
    """Return the means of the parts over pairs of places, and the share of trade reached."""
    trade_share = _trade_share()
    is_reached = row_cost().is_not_null()
    weight = pl.when(is_reached).then(trade_share * pl.col("open_share").fill_null(1.0))

    means = [
        ((pl.col(part) * weight).sum() / weight.sum()).fill_nan(None).alias(part)
        for part in COST_PARTS
    ]
    reached_share = weight.sum() / trade_share.sum()
    return [*means, reached_share.alias("reached_share")]


def _check_skims(skims: pl.DataFrame, sectors: pl.DataFrame) -> None:
    missing = sorted(set(_NEEDED) - set(skims.columns))
    if missing:
        raise CallError(f"skims lack the columns {', '.join(missing)}")

    cargoes = sorted(set(sectors["cargo_id"]) - set(skims["cargo_id"]))
    if cargoes:
        raise CallError(f"skims hold no times and costs of the cargo {', '.join(cargoes)}")


def _with_goods(skims: pl.DataFrame, sectors: pl.DataFrame, cargoes: pl.DataFrame) -> pl.DataFrame:
    """Add the sectors that travel as each cargo, and what a unit of them is worth."""
    unit_usd = (pl.col("usd_per_t") * pl.col("t_per_unit")).alias("_unit_usd")
    columns = ["sector_id", "cargo_id", "usd_per_t", "time_value_share_per_day"]
    if "elasticity" in sectors.columns:
        columns.append("elasticity")

    goods = (
        sectors.select(columns)
        .join(cargoes.select("cargo_id", "t_per_unit"), on="cargo_id", how="left")
        .with_columns(unit_usd)
    )
    keys = ["cargo_id", "sector_id"] if "sector_id" in skims.columns else ["cargo_id"]
    return _with_defaults(skims).join(goods, on=keys)


def _with_defaults(skims: pl.DataFrame) -> pl.DataFrame:
    """Add the columns that skims may lack."""
    return skims.with_columns(
        pl.lit(value, pl.Float64).alias(name)
        for name, value in _DEFAULTS.items()
        if name not in skims.columns
    )


def _cost_parts(reliability_ratio: float) -> list[pl.Expr]:
    """Return the parts of the trade cost, each over the value of the goods."""
    unit_usd = pl.col("_unit_usd")
    hour_share = pl.col("time_value_share_per_day") / DAY_H
    freight = (pl.col("cost_usd") - pl.col("border_usd")) / unit_usd
    time = (pl.col("time_h") - pl.col("border_h")) * hour_share
    reliability = reliability_ratio * _spread_h() * hour_share
    border = pl.col("border_usd") / unit_usd + pl.col("border_h") * hour_share

    parts = (freight, time, reliability, border)
    return [part.alias(name) for part, name in zip(parts, COST_PARTS, strict=True)]


def _spread_h() -> pl.Expr:
    """Return the standard deviation of hours, from the 95th percentile of a normal distribution."""
    spread_h = (pl.col("time_p95_h") - pl.col("time_h")) / NORMAL_P95_ROUNDED
    return spread_h.clip(lower_bound=0.0).fill_null(0.0)


def _with_countries(skims: pl.DataFrame, markets: pl.DataFrame) -> pl.DataFrame:
    """Add the countries of origins and destinations and their places' shares of trade."""
    origins = market_ends(markets, "origin", "exporter", "_from_share")
    destinations = market_ends(markets, "destination", "importer", "_to_share")
    rows = skims.join(origins, on="origin").join(destinations, on="destination")
    return rows.filter(pl.col("exporter") != pl.col("importer"))


def market_ends(markets: pl.DataFrame, place: str, country: str, share: str) -> pl.DataFrame:
    """Return the places of markets under the names they have at one end of a pair.

    Markets of a country at one place are one there: pairs of them would be the square of their
    number.
    """
    return (
        markets.group_by("node_id", "country", maintain_order=True)
        .agg(pl.col("trade_share").sum())
        .rename({"node_id": place, "country": country, "trade_share": share})
    )
