"""Comparison: what moves from one network to another, trip by trip."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from corridor.closures.best_routes import best_routes
from corridor.closures.demand_arrays import expose
from corridor.network.network import Network

TRIP_COLUMNS = {
    "trip_id": "demand_id",
    "origin": "origin_node_id",
    "destination": "destination_node_id",
    "cargo": "cargo_id",
}
FIGURES = ("generalised_cost_usd", "cost_usd", "time_h", "length_km")
LISTS = ("countries", "borders", "links")


def compare(
    before: Network, after: Network, trips: pl.DataFrame, *, on: dt.date | str
) -> pl.DataFrame:
    """Return what moves from one network to another: the best way of every trip on a day in both,
    by generalised cost.

    trips: a demand table, or trip_id, origin, destination and cargo. One row a trip: each figure of
    a unit with ``_before`` and ``_after`` (null: no way), countries, borders and links passed,
    t_per_year and extra_usd_per_year where units are given, and moved: ``same``, ``cost`` (same
    way, other figures), ``route``, ``opened``, ``cut`` or ``no way``.

    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan").network
    >>> same = co.compare(network, network, network.frames["demand"], on="2026-07-01")
    >>> same["moved"].unique().to_list()
    ['same']
    """
    frame = trips.rename(
        {k: v for k, v in TRIP_COLUMNS.items() if k in trips.columns and v not in trips.columns}
    )
    has_units = "units_per_year" in frame.columns
    if not has_units:
        frame = frame.with_columns(pl.lit(1.0).alias("units_per_year"))
    exposed = [expose(network, frame, on=on) for network in (before, after)]
    tonnes = exposed[0].units() * exposed[0].column("t_per_unit")
    rows = []
    for trip, t, a, b in zip(
        frame.iter_rows(named=True), tonnes, *(best_routes(e) for e in exposed), strict=True
    ):
        row = {
            "demand_id": trip["demand_id"],
            "origin": trip["origin_node_id"],
            "destination": trip["destination_node_id"],
            "cargo_id": trip["cargo_id"],
            "moved": _moved(a, b),
        }
        for name in (*FIGURES, *LISTS):
            row[f"{name}_before"] = a and a[name]
            row[f"{name}_after"] = b and b[name]
        extra = b["generalised_cost_usd"] - a["generalised_cost_usd"] if a and b else None
        row["t_per_year"] = float(t) if has_units else None
        row["extra_usd_per_year"] = (
            extra * trip["units_per_year"] if extra is not None and has_units else None
        )
        rows.append(row)
    types = {
        f"{name}_{side}": pl.Float64 if name in FIGURES else pl.List(pl.String)
        for name in (*FIGURES, *LISTS)
        for side in ("before", "after")
    }
    return pl.DataFrame(
        rows, schema_overrides={**types, "t_per_year": pl.Float64, "extra_usd_per_year": pl.Float64}
    )


def _moved(a: dict[str, Any] | None, b: dict[str, Any] | None) -> str:
    if a is None or b is None:
        return "no way" if a is b else "opened" if a is None else "cut"
    if a["links"] != b["links"]:
        return "route"
    return "same" if all(a[name] == b[name] for name in FIGURES) else "cost"
