"""Grades of results: how much of a route's hours and dollars rests on estimates."""

from __future__ import annotations

import polars as pl


def weak_shares(legs: pl.DataFrame) -> dict[str, float | None]:
    """Return the share of a route's hours and of its USD that rests on estimates (C).

    Hours rest on the rows of links and terminals; USD on those and on the rows of rates that price
    the links. Null where there are no hours, or no USD, at all.
    """
    hours = pl.col("time_h") + pl.col("wait_h").fill_null(0.0)
    is_weak = pl.col("confidence") == "C"
    has_weak_rate = (pl.col("rate_confidence") == "C").fill_null(False)
    return {
        "weak_time_share": _share(legs, hours, is_weak),
        "weak_cost_share": _share(legs, pl.col("cost_usd"), is_weak | has_weak_rate),
    }


def _share(legs: pl.DataFrame, amount: pl.Expr, of: pl.Expr) -> float | None:
    """Return the share of an amount that some legs have; null of nothing."""
    total = legs.select(amount.sum()).item() or 0.0
    part = legs.filter(of).select(amount.sum()).item() or 0.0
    return float(part) / float(total) if total else None
