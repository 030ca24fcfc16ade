"""Shifts: the tonnes a year that leave and join each link from one network to another."""

from __future__ import annotations

import polars as pl


def shifts(compared: pl.DataFrame) -> pl.DataFrame:
    """Return the tonnes a year that leave and join each link, most moved first.

    compared: rows of :func:`corridor.compare`. Columns link_id, t_per_year_before,
    t_per_year_after, difference; links that keep theirs are left out. All of a trip takes one
    route.
    """
    before = _tonnes_by_link(compared, "before")
    after = _tonnes_by_link(compared, "after")
    both = before.join(after, on="link_id", how="full", coalesce=True)

    difference = pl.col("t_per_year_after") - pl.col("t_per_year_before")
    shifted = both.with_columns(pl.exclude("link_id").fill_null(0.0)).with_columns(
        difference.alias("difference")
    )
    return shifted.filter(pl.col("difference") != 0).sort(
        pl.col("difference").abs(), "link_id", descending=[True, False]
    )


def _tonnes_by_link(compared: pl.DataFrame, side: str) -> pl.DataFrame:
    trips_of_links = (
        compared.select(pl.col(f"links_{side}").alias("link_id"), "t_per_year")
        .explode("link_id")
        .drop_nulls()
    )
    return trips_of_links.group_by("link_id").agg(
        pl.col("t_per_year").sum().alias(f"t_per_year_{side}")
    )
