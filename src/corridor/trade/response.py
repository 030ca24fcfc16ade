"""Response: how much of a demand remains, or is added, where carriage costs its goods more or less.

Each row of demand carries the sectors that travel as its cargo, in the shares of what its two
countries trade. A sector's trade follows (1 + cost)^-elasticity, as in :mod:`corridor.trade.costs`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from corridor.errors import CallError
from corridor.flows.trip_costs import TripCosts
from corridor.network.names import place_row
from corridor.network.network import Network
from corridor.trade.costs import goods_costs, row_cost
from corridor.trade.potential import complete_flows, split_flows
from corridor.trade.sectors import carried


class Goods(NamedTuple):
    """The goods of a demand: sectors with elasticities, cargoes, and what each row consists of.

    mix: trip, sector_id and share of its units.
    """

    sectors: pl.DataFrame
    cargoes: pl.DataFrame
    mix: pl.DataFrame


@dataclass(frozen=True, eq=False)
class Response:
    """Demand as a function of what carriage costs.

    Attributes
    ----------
    goods
        What the rows of demand consist of.
    trips
        One row a trip: origin, destination, cargo_id.
    before
        trip, sector_id and cost_before: the cost shares the demand was stated at.
    """

    goods: Goods
    trips: pl.DataFrame
    before: pl.DataFrame

    def ratios(self, costs: TripCosts) -> pl.Series:
        """Return each trip's demand at some costs over what was stated.

        1 where it has no route, before or now, and where no sector travels as its cargo.
        """
        rows = self.goods.mix.join(self.before, on=["trip", "sector_id"]).join(
            cost_shares(self.goods, self.trips, costs), on=["trip", "sector_id"]
        )
        grown = ((1 + pl.col("cost_share")) / (1 + pl.col("cost_before"))) ** -pl.col("elasticity")
        ratios = rows.group_by("trip").agg(
            (grown * pl.col("share")).sum().alias("ratio"),
            pl.col("cost_share", "cost_before").is_null().any().name.prefix("no_"),
        )
        is_known = ~(pl.col("no_cost_share") | pl.col("no_cost_before"))
        of_trips = self.trips.select("trip").join(
            ratios.filter(is_known), on="trip", how="left", maintain_order="left"
        )
        return of_trips["ratio"].fill_null(1.0)


def read_response(
    network: Network, trips: pl.DataFrame, before: TripCosts, sectors: pl.DataFrame
) -> Response:
    """Return how demand follows costs.

    Parameters
    ----------
    network
        With tables of trade.
    trips
        Rows of demand: origin_node_id, destination_node_id, cargo_id.
    before
        The costs their units were stated at.
    sectors
        sector_id, cargo_id, usd_per_t, elasticity, time_value_share_per_day.

    Raises
    ------
    CallError
        Where there are no sectors or no trade.
    StudyError
        Where the tables of trade are wrong.
    """
    if not sectors.height or not network.frames["trade"].height:
        raise CallError("The study has no trade by sector: add sectors.csv and trade.csv.")

    rows = trips.select(
        pl.int_range(pl.len()).alias("trip"),
        pl.col("origin_node_id").alias("origin"),
        pl.col("destination_node_id").alias("destination"),
        "cargo_id",
    )
    on_routes = carried(sectors)
    mix = _mix(network, rows, on_routes)
    goods = Goods(on_routes, network.frames["cargoes"], mix)
    stated = cost_shares(goods, rows, before).select(
        "trip", "sector_id", pl.col("cost_share").alias("cost_before")
    )
    return Response(goods, rows, stated)


def cost_shares(goods: Goods, trips: pl.DataFrame, costs: TripCosts) -> pl.DataFrame:
    """Return trip, sector_id, elasticity and cost_share of all goods that could travel so."""
    skims = trips.with_columns(
        pl.Series("time_h", costs.time_h, nan_to_null=True),
        pl.Series("cost_usd", costs.cost_usd, nan_to_null=True),
    )
    priced = goods_costs(skims, goods.sectors, goods.cargoes)
    return priced.select("trip", "sector_id", "elasticity", row_cost().alias("cost_share"))


def _mix(network: Network, trips: pl.DataFrame, sectors: pl.DataFrame) -> pl.DataFrame:
    """Return the share of every sector in the weight of a trip's cargo: trip, sector_id, share.

    Of countries outside the trade model, that of all flows abroad.
    """
    tonnes = _tonnes(network, sectors)
    world = tonnes.group_by("cargo_id", "sector_id", maintain_order=True).agg(pl.col("t").sum())
    in_countries = trips.with_columns(
        _countries(network, trips["origin"]).alias("exporter"),
        _countries(network, trips["destination"]).alias("importer"),
    )

    keys = ["exporter", "importer", "cargo_id"]
    of_pairs = in_countries.join(tonnes, on=keys).select("trip", "sector_id", "t")
    others = trips.join(of_pairs, on="trip", how="anti")
    usual = others.join(world, on="cargo_id").select("trip", "sector_id", "t")
    rows = pl.concat([of_pairs, usual])
    share = pl.col("t") / pl.col("t").sum().over("trip")
    return rows.select("trip", "sector_id", share.alias("share")).sort("trip", "sector_id")


def _tonnes(network: Network, sectors: pl.DataFrame) -> pl.DataFrame:
    """Return the weight of every flow abroad that has any: exporter, importer, cargo, sector, t."""
    frames = network.frames
    year = max(frames["trade"]["year"].to_list())
    flows = complete_flows(frames["trade"], frames["countries"], year=year)
    by_sector = split_flows(flows, frames["specialisations"], frames["sectors"])

    weight = (pl.col("value_usd") / pl.col("usd_per_t")).alias("t")
    rows = by_sector.join(sectors.select("sector_id", "cargo_id", "usd_per_t"), on="sector_id")
    abroad = pl.col("exporter") != pl.col("importer")
    columns = ("exporter", "importer", "cargo_id", "sector_id", weight)
    return rows.filter(abroad).select(columns).filter(pl.col("t") > 0)


def _countries(network: Network, places: pl.Series) -> pl.Series:
    return pl.Series([place_row(network, place)["country"] for place in places], dtype=pl.String)
