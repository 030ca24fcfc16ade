"""Bottlenecks: the limits that bind or nearly do, one row a limit, the largest loss first."""

from __future__ import annotations

import polars as pl

BUSY_SHARE = 0.8  # use of a limit from which it is shown beside those with a price
MIN_PRICE_USD = 0.01  # below which a price is rounding


def bottlenecks(capacities: pl.DataFrame, *, busy_share: float = BUSY_SHARE) -> pl.DataFrame:
    """Return the limits of flows that have a price or are busy.

    Of the parts of a service's run the dearest, then fullest, stands for all. Limits that no goods
    of the demand use are left out.

    Parameters
    ----------
    capacities
        The table ``flow_capacities``.
    busy_share
        Use from which a limit without a price is shown.
    """
    is_used = pl.col("use_per_day") > pl.col("background_per_day")
    is_shown = (pl.col("price_usd") >= MIN_PRICE_USD) | (pl.col("use_share") >= busy_share)
    limit = ("table", "row_id", "from_node_id", "unit")
    return (
        capacities.filter(is_used & is_shown)
        .sort("paid_usd", "use_share", descending=True, maintain_order=True)
        .unique(limit, keep="first", maintain_order=True)
    )
