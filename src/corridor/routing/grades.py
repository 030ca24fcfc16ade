"""Grades of results: how much of a route's hours and dollars rests on estimates."""

from __future__ import annotations

import polars as pl


def weak_shares(legs: pl.DataFrame) -> dict[str, float | None]:
    """Return the share of a route's hours and of its USD that rests on estimates (C); null where
    there are none at all.

    Hours rest on the rows of links and terminals; USD on those and on the rows of rates that price
    the links.
    """
    link = pl.col("confidence") == "C"
    either = link | (pl.col("rate_confidence") == "C").fill_null(False)

    def weak(amount: pl.Expr, is_weak: pl.Expr) -> float | None:
        whole, part = (
            float(frame.select(amount.sum()).item() or 0.0)
            for frame in (legs, legs.filter(is_weak))
        )
        return part / whole if whole else None

    return {
        "weak_time_share": weak(pl.col("time_h") + pl.col("wait_h").fill_null(0.0), link),
        "weak_cost_share": weak(pl.col("cost_usd"), either),
    }
