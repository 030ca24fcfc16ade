"""Second corridor: what one more corridor is worth a year, on undisturbed days and in closures."""

from __future__ import annotations

import datetime as dt
from typing import Any, Unpack

import numpy as np
import polars as pl

from corridor.closures.best_routes import best_routes
from corridor.closures.demand_arrays import expose
from corridor.closures.simulation import SimulateOptions, simulate
from corridor.errors import CallError
from corridor.network.network import Network


def second_corridor(
    without: Network,
    with_it: Network,
    demand: pl.DataFrame,
    hazards: pl.DataFrame,
    *,
    on: dt.date | str,
    draws: int = 1000,
    **options: Unpack[SimulateOptions],
) -> pl.DataFrame:
    """Return what a second corridor is worth a year: cheaper days, and cheaper closures.

    One row a measure: undisturbed cost, expected loss by closures, their sum, lost tonnes and lost
    trade, without and with the corridor; difference (without less with, above 0: worth having) and
    its standard error. Both are simulated under the same draws (rng 7), so that chance mostly
    cancels out of the difference. Only trips that have a way in both count. Raises CallError where
    no trip does.
    """
    if options.get("folder") is not None:
        raise CallError("folder holds the draws of one network; a comparison has two.")
    ways = [best_routes(expose(network, demand, on=on)) for network in (without, with_it)]
    both = demand.filter(
        pl.Series([a is not None and b is not None for a, b in zip(*ways, strict=True)])
    )
    if not both.height:
        raise CallError("no trip has a way in both networks, so there is nothing to compare.")
    a, b = (
        simulate(network, both, hazards, on=on, draws=draws, **options)
        for network in (without, with_it)
    )
    rows: list[dict[str, Any]] = []
    base = [float(r.by_trip["base_usd_per_year"].sum()) for r in (a, b)]
    rows.append(
        {
            "measure": "undisturbed_usd",
            "without": base[0],
            "with": base[1],
            "difference": base[0] - base[1],
            "standard_error": 0.0,
        }
    )
    for name in ("loss_usd", "lost_t", "lost_trade_usd"):
        one = a.years[name].to_numpy()
        two = b.years[name].to_numpy()
        rows.append(
            {
                "measure": name,
                "without": float(one.mean()),
                "with": float(two.mean()),
                "difference": float((one - two).mean()),
                "standard_error": float((one - two).std(ddof=1) / np.sqrt(draws))
                if draws > 1
                else None,
            }
        )
    rows.insert(
        2,
        {
            "measure": "all_usd",
            **{c: rows[0][c] + rows[1][c] for c in ("without", "with", "difference")},
            "standard_error": rows[1]["standard_error"],
        },
    )
    return pl.DataFrame(rows, schema_overrides={"standard_error": pl.Float64})
