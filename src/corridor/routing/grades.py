"""Grades of results: what a route's hours and dollars rest on, and how much on estimates."""

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


def money_by_row(money: pl.DataFrame) -> pl.DataFrame:
    """Return the lines of money of routes, those of one row added up, a route's dearest first.

    A row moves as one: its percentiles add up too.
    """
    numbered = money.with_columns(_route=pl.col("route_id").rle_id())
    rows = ("_route", "route_id", "table", "row_id", "confidence", "source_id")
    amounts = ("cost_usd", "cost_p05_usd", "cost_p95_usd")

    lines = numbered.group_by(rows, maintain_order=True).agg(pl.col(amounts).sum())
    dearest_first = lines.sort("_route", "cost_usd", descending=[False, True], maintain_order=True)
    return dearest_first.drop("_route")


def _share(legs: pl.DataFrame, amount: pl.Expr, of: pl.Expr) -> float | None:
    """Return the share of an amount that some legs have; null of nothing."""
    total = legs.select(amount.sum()).item() or 0.0
    part = legs.filter(of).select(amount.sum()).item() or 0.0
    return float(part) / float(total) if total else None
