"""Order of routes by time: which is the quickest, by one rule wherever one is named."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import polars as pl

BY_TIME = ("time_p50_h", "time_h", "cost_usd")


def time_order(route: Mapping[str, Any]) -> tuple[float, float, float]:
    """Return what routes are ordered by, the quickest first: median, plan and money.

    Half of the trips take no longer than the median. A route that so many never end has none and
    comes after all others.

    route: a row of a table of routes, with the columns time_p50_h, time_h and cost_usd.
    """
    median_h, *ties = (route[column] for column in BY_TIME)
    return (math.inf if median_h is None else median_h, *ties)


def quickest_first(routes: pl.DataFrame) -> pl.DataFrame:
    """Return a table of routes in the order of :func:`time_order`."""
    return routes.sort(*BY_TIME, nulls_last=True, maintain_order=True)
