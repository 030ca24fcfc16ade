"""Second corridor: what one more corridor is worth a year, on undisturbed days and in closures."""

from __future__ import annotations

import datetime as dt
from typing import Any, Unpack

import polars as pl

from corridor.closures.best_routes import best_routes
from corridor.closures.risk_tables import YearCosts, standard_error
from corridor.closures.simulation import SimulateOptions, simulate_costs
from corridor.errors import CallError
from corridor.flows.demand import compile_demand
from corridor.network.network import Network


def second_corridor(
    without: Network,
    with_it: Network,
    demand: pl.DataFrame,
    hazards: pl.DataFrame,
    *,
    on: dt.date | str,
    draws: int = 1000,
    workers: int | None = None,
    **options: Unpack[SimulateOptions],
) -> pl.DataFrame:
    """Return what a second corridor is worth a year: cheaper days, and cheaper closures.

    Parameters
    ----------
    without, with_it
        The network without the corridor and with it.
    demand, hazards, on, draws, workers
        As :func:`corridor.simulate` takes them. Both networks are simulated under the same draws
        (rng 7), so that chance mostly cancels out of the difference.
    **options
        As :func:`corridor.simulate` takes them, ``folder`` excepted.

    Returns
    -------
    pl.DataFrame
        One row a measure: undisturbed_usd, the cost of a year without closures; loss_usd, the
        expected loss by closures; all_usd, their sum; lost_t and lost_trade_usd. Columns: without,
        with; difference, without less with, above 0: worth having; standard_error of the
        difference, null for one draw. Only trips that have a route in both networks count.

    Raises
    ------
    CallError
        Where no trip has a route in both, or for a folder.

    Examples
    --------
    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan").network
    >>> demand = network.frames["demand"].head(2)
    >>> hazards = network.frames["hazards"]
    >>> worth = co.second_corridor(network, network, demand, hazards, on="2026-07-01", draws=2)
    >>> worth.filter(measure="all_usd")["difference"].item()
    0.0
    """
    if options.get("folder") is not None:
        raise CallError("folder holds the draws of one network; a comparison has two.")

    served = _served_in_both(without, with_it, demand, on)
    if not served.height:
        raise CallError("no trip has a way in both networks, so there is nothing to compare.")

    costs_without, costs_with = (
        simulate_costs(network, served, hazards, on=on, draws=draws, workers=workers, **options)
        for network in (without, with_it)
    )

    undisturbed = _undisturbed_row(costs_without, costs_with)
    loss, lost_t, lost_trade = (
        _row_of_years(name, costs_without, costs_with)
        for name in ("loss_usd", "lost_t", "lost_trade_usd")
    )
    rows = [undisturbed, loss, _sum_row("all_usd", undisturbed, loss), lost_t, lost_trade]
    return pl.DataFrame(rows, schema_overrides={"standard_error": pl.Float64})


def _served_in_both(
    without: Network, with_it: Network, demand: pl.DataFrame, on: dt.date | str
) -> pl.DataFrame:
    """Return the rows of demand that have a route in both networks on a day."""
    routes_without = best_routes(compile_demand(without, demand, on=on))
    routes_with = best_routes(compile_demand(with_it, demand, on=on))
    is_served = [None not in routes for routes in zip(routes_without, routes_with, strict=True)]
    return demand.filter(pl.Series(is_served, dtype=pl.Boolean))


def _undisturbed_row(without: YearCosts, with_it: YearCosts) -> dict[str, Any]:
    """Return the cost of a year without closures, which no draw changes."""
    return {
        "measure": "undisturbed_usd",
        "without": without.undisturbed_usd,
        "with": with_it.undisturbed_usd,
        "difference": without.undisturbed_usd - with_it.undisturbed_usd,
        "standard_error": 0.0,
    }


def _row_of_years(name: str, without: YearCosts, with_it: YearCosts) -> dict[str, Any]:
    """Return a yearly figure of the simulated years, mean over all draws."""
    years_without = without.years[name].to_numpy()
    years_with = with_it.years[name].to_numpy()
    saved = years_without - years_with
    return {
        "measure": name,
        "without": float(years_without.mean()),
        "with": float(years_with.mean()),
        "difference": float(saved.mean()),
        "standard_error": standard_error(saved),
    }


def _sum_row(name: str, certain: dict[str, Any], drawn: dict[str, Any]) -> dict[str, Any]:
    """Return the sum of a row that is certain and one that hangs on the draws."""
    sums = {column: certain[column] + drawn[column] for column in ("without", "with", "difference")}
    return {"measure": name, **sums, "standard_error": drawn["standard_error"]}
