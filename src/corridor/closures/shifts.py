"""Disruption: what closures do to demand. What moves between two networks, and what a second
corridor is worth.

The other verbs of the chapter stand in modules of their own:
:func:`corridor.closures.criticality.rank`, :func:`corridor.closures.simulation.simulate`,
:func:`corridor.closures.replay.replay`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Unpack

import numpy as np
import polars as pl

from corridor.closures.criticality import RankOptions, rank
from corridor.closures.demand_arrays import Exposure, expose, part
from corridor.closures.replay import replay, replay_beside
from corridor.closures.risk import Risk
from corridor.closures.simulation import SimulateOptions, simulate
from corridor.errors import CallError
from corridor.network.network import Network
from corridor.units import HOUR_MIN

__all__ = [
    "RankOptions",
    "Risk",
    "SimulateOptions",
    "compare",
    "rank",
    "replay",
    "replay_beside",
    "second_corridor",
    "shifts",
    "simulate",
]

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
        frame.iter_rows(named=True), tonnes, *(best_ways(e) for e in exposed), strict=True
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


def best_ways(exposure: Exposure) -> list[dict[str, Any] | None]:
    """Return the figures of the best way of every trip on the first day, null where there is
    none."""
    from corridor.kernels.paths import UNREACHED, dijkstra

    network = exposure.network
    graph = exposure.network.graph
    links = network.rows("links")
    nodes = network.by_id("nodes")
    regime = exposure.regime_of_day[0]
    found: list[dict[str, Any] | None] = [None] * exposure.trips.height
    for kind, starts, trips in exposure.groups():
        distance, arc = dijkstra(exposure.ptr, exposure.head, exposure.weight[regime, kind], starts)
        for t in trips.tolist():
            goals = part(exposure.goals, t)
            here = int(goals[distance[goals].argmin()]) if len(goals) else -1
            if here < 0 or distance[here] >= UNREACHED:
                continue
            cents = int(distance[here])
            arcs = []
            while arc[here] >= 0:
                arcs.append(int(arc[here]))
                here = int(exposure.tail[arc[here]])
            arcs.reverse()
            runs = [
                (links[i], forward) for a in arcs for i, forward in graph.runs[exposure.arc_of[a]]
            ]
            ends = [
                (r["from_node_id"], r["to_node_id"])[:: 1 if forward else -1] for r, forward in runs
            ]
            countries = [(nodes[a]["country"], nodes[b]["country"]) for a, b in ends]
            found[t] = {
                "generalised_cost_usd": cents / 100,
                "cost_usd": int(exposure.cents[kind, arcs].sum()) / 100,
                "time_h": int(exposure.minutes[regime, kind, arcs].sum()) / HOUR_MIN,
                "length_km": int(exposure.metres[arcs].sum()) / 1000,
                "countries": list(dict.fromkeys(c for pair in countries for c in pair)),
                "borders": [
                    r["link_id"] for (r, _), (a, b) in zip(runs, countries, strict=True) if a != b
                ],
                "links": [r["link_id"] for r, _ in runs],
            }
    return found


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
    ways = [best_ways(expose(network, demand, on=on)) for network in (without, with_it)]
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


def _moved(a: dict[str, Any] | None, b: dict[str, Any] | None) -> str:
    if a is None or b is None:
        return "no way" if a is b else "opened" if a is None else "cut"
    if a["links"] != b["links"]:
        return "route"
    return "same" if all(a[name] == b[name] for name in FIGURES) else "cost"
