"""Link uses: what every link carries, and how full the tightest limit over it is."""

from __future__ import annotations

import polars as pl

USES = ("capacity_id", "unit", "per_day", "use_per_day", "use_share", "price_usd")


def link_uses(capacities: pl.DataFrame) -> pl.DataFrame:
    """Return the tightest limit over every link that has one, those of services included.

    Parameters
    ----------
    capacities
        The table ``flow_capacities``. Limits that no goods of the demand use are left out.

    Returns
    -------
    pl.DataFrame
        link_id and, of its limit used most, capacity_id, unit, per_day, use_per_day, use_share and
        price_usd.
    """
    is_used = pl.col("use_per_day") > pl.col("background_per_day")
    rows = capacities.filter(is_used & pl.col("use_share").is_not_null()).explode("links")
    return (
        rows.rename({"links": "link_id"})
        .drop_nulls("link_id")
        .sort("use_share", "price_usd", descending=True, maintain_order=True)
        .unique("link_id", keep="first", maintain_order=True)
        .select("link_id", *USES)
    )


def link_flows(volumes: pl.DataFrame, capacities: pl.DataFrame) -> pl.DataFrame:
    """Return what every link carries each way, with its tightest limit.

    Parameters
    ----------
    volumes, capacities
        The tables ``flow_volumes`` and ``flow_capacities``.

    Returns
    -------
    pl.DataFrame
        link_id, from_node_id, to_node_id, t in the period, and the columns of :func:`link_uses`,
        null where no limit is known; by link_id and direction.
    """
    keys = ("link_id", "from_node_id", "to_node_id")
    on_links = volumes.filter(pl.col("kind") == "link").rename({"element_id": "link_id"})
    tonnes = on_links.group_by(keys).agg(pl.col("t").sum()).sort(keys)
    return tonnes.join(link_uses(capacities), on="link_id", how="left", maintain_order="left")
