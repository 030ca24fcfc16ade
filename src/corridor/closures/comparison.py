"""Comparison: what moves from one network to another, trip by trip."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from corridor.closures.best_routes import BestRoute, best_routes
from corridor.flows.demand import compile_demand
from corridor.flows.unserved import unserved_reasons
from corridor.language.messages import pack
from corridor.network.network import Network

TRIP_COLUMNS = {
    "trip_id": "demand_id",
    "origin": "origin_node_id",
    "destination": "destination_node_id",
    "cargo": "cargo_id",
}
FIGURES = ("generalised_cost_usd", "cost_usd", "time_h", "carbon_kg", "length_km")
LISTS = ("countries", "borders", "links")
SIDES = ("before", "after")
YEARLY = ("t_per_year", "extra_usd_per_year")


def compare(
    before: Network, after: Network, trips: pl.DataFrame, *, on: dt.date | str
) -> pl.DataFrame:
    """Return what moves from one network to another: the best route of every trip in both.

    Best is least generalised cost.

    Parameters
    ----------
    before, after
        The networks compared.
    trips
        A demand table, or trip_id, origin, destination and cargo.
    on
        Day looked at in both.

    Returns
    -------
    pl.DataFrame
        One row a trip:

        * demand_id, origin, destination, cargo_id;
        * moved: ``same``, ``cost`` (same route, other figures), ``route``, ``opened``, ``cut`` or
          ``no route``;
        * generalised_cost_usd, cost_usd, time_h, carbon_kg and length_km of a unit, countries,
          borders and links passed: each with ``_before`` and ``_after``, null where there is no
          route;
        * reason: why there is none after, else why there was none before; null where both have one;
        * t_per_year and extra_usd_per_year: null where ``trips`` has no units_per_year, the second
          also where a route is lacking in one of the two.

    Raises
    ------
    UnknownName
        For a place or cargo that a network has not.
    CallError
        For no trips, or columns that are not there.

    Examples
    --------
    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan").network
    >>> same = co.compare(network, network, network.frames["demand"], on="2026-07-01")
    >>> same["moved"].unique().sort().to_list()
    ['no route', 'same']
    """
    demand = _as_demand(trips)
    has_units = "units_per_year" in demand.columns
    if not has_units:
        demand = demand.with_columns(pl.lit(1.0).alias("units_per_year"))

    arrays_before = compile_demand(before, demand, on=on)
    arrays_after = compile_demand(after, demand, on=on)
    routes_before = best_routes(arrays_before)
    routes_after = best_routes(arrays_after)

    first_on = arrays_after.first_on
    reasons_before = _reasons(before, demand, routes_before, first_on)
    reasons_after = _reasons(after, demand, routes_after, first_on)
    reasons = [now or earlier for now, earlier in zip(reasons_after, reasons_before, strict=True)]

    tonnes = arrays_before.units() * arrays_before.column("t_per_unit")
    rows = [
        {**_row(trip, route_before, route_after, t_per_year), **_reason_cells(reason)}
        for trip, route_before, route_after, t_per_year, reason in zip(
            demand.iter_rows(named=True),
            routes_before,
            routes_after,
            tonnes.tolist(),
            reasons,
            strict=True,
        )
    ]
    compared = pl.DataFrame(rows, schema_overrides=_types())
    if has_units:
        return compared
    yearly = [pl.lit(None, pl.Float64).alias(name) for name in YEARLY]
    return compared.with_columns(yearly)


def _reasons(
    network: Network, demand: pl.DataFrame, routes: Sequence[BestRoute | None], on: dt.date
) -> list[str | None]:
    """Return why each trip has no route on a network; null for those that have one."""
    is_served = [route is not None for route in routes]
    return unserved_reasons(network, demand.to_dicts(), is_served, on=on)


def _reason_cells(reason: str | None) -> dict[str, str | None]:
    return {"reason": reason, "reason_message": pack(reason)}


def _as_demand(trips: pl.DataFrame) -> pl.DataFrame:
    """Return trips with the names of the columns of a demand table."""
    return trips.rename(
        {
            name: demand_name
            for name, demand_name in TRIP_COLUMNS.items()
            if name in trips.columns and demand_name not in trips.columns
        }
    )


def _row(
    trip: Mapping[str, Any], before: BestRoute | None, after: BestRoute | None, t_per_year: float
) -> dict[str, Any]:
    """Return what the best route of a trip is in both networks."""
    row: dict[str, Any] = {
        "demand_id": trip["demand_id"],
        "origin": trip["origin_node_id"],
        "destination": trip["destination_node_id"],
        "cargo_id": trip["cargo_id"],
        "moved": _moved(before, after),
    }
    for name in (*FIGURES, *LISTS):
        row[f"{name}_before"] = dict(before)[name] if before else None
        row[f"{name}_after"] = dict(after)[name] if after else None

    row["t_per_year"] = t_per_year
    row["extra_usd_per_year"] = _extra_usd(before, after, trip["units_per_year"])
    return row


def _extra_usd(
    before: BestRoute | None, after: BestRoute | None, units_per_year: float
) -> float | None:
    """Return what the units of a year pay more; null where a route is lacking."""
    if before is None or after is None:
        return None
    return (after["generalised_cost_usd"] - before["generalised_cost_usd"]) * units_per_year


def _moved(before: BestRoute | None, after: BestRoute | None) -> str:
    """Return the word for what became of a trip."""
    if before is None and after is None:
        return "no route"
    if before is None:
        return "opened"
    if after is None:
        return "cut"
    if before["links"] != after["links"]:
        return "route"
    return "same" if _figures(before) == _figures(after) else "cost"


def _figures(route: BestRoute) -> list[object]:
    return [dict(route)[name] for name in FIGURES]


def _types() -> dict[str, Any]:
    """Return the types of the columns that may be null in every row."""
    figures = {f"{name}_{side}": pl.Float64 for name in FIGURES for side in SIDES}
    lists = {f"{name}_{side}": pl.List(pl.String) for name in LISTS for side in SIDES}
    texts = dict.fromkeys(("reason", "reason_message"), pl.String)
    return {**figures, **lists, **dict.fromkeys(YEARLY, pl.Float64), **texts}
