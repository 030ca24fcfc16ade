"""Shifts: the tonnes a year that leave and join each link from one network to another."""

from __future__ import annotations

import polars as pl


def shifts(compared: pl.DataFrame) -> pl.DataFrame:
    """Return the tonnes a year that leave and join each link, from the rows of :func:`compare`.

    Links that keep theirs are left out. Columns link_id, t_per_year_before, t_per_year_after,
    difference; most moved first. All of a trip goes one way.
    """
    sides = []
    for side in ("before", "after"):
        long = (
            compared.select(pl.col(f"links_{side}").alias("link_id"), "t_per_year")
            .explode("link_id")
            .drop_nulls()
        )
        sides.append(
            long.group_by("link_id").agg(pl.col("t_per_year").sum().alias(f"t_per_year_{side}"))
        )
    both = sides[0].join(sides[1], on="link_id", how="full", coalesce=True)
    gained = (pl.col("t_per_year_after") - pl.col("t_per_year_before")).alias("difference")
    moved = both.with_columns(pl.exclude("link_id").fill_null(0.0)).with_columns(gained)
    return moved.filter(pl.col("difference") != 0).sort(
        pl.col("difference").abs(), "link_id", descending=[True, False]
    )
