"""Overloads: links that would carry more in a mean day than the study says they can."""

from __future__ import annotations

import datetime as dt

import polars as pl

from corridor.closures.best_routes import best_routes
from corridor.closures.demand_arrays import compile_demand
from corridor.network.calendar import second
from corridor.network.changes import snapshot
from corridor.network.network import Network
from corridor.units import CALENDAR_YEAR_DAYS

MAX_NAMED = 5  # links named in a warning
CAPACITIES = {"capacity_teu_per_day": "teu_per_day", "capacity_t_per_day": "t_per_day"}


def overloads(network: Network, flows: pl.DataFrame, *, on: dt.date | str) -> pl.DataFrame:
    """Return the links whose flow in a mean day is above the capacity their rows give.

    Parameters
    ----------
    network
        Whose rows of links count as they stand on the day.
    flows
        One row a trip: links (list of link_ids its route passes, null where it has none), cargo_id
        and t_per_year.
    on
        The day.

    Returns
    -------
    pl.DataFrame
        link_id, unit (TEU or t), flow_per_day and capacity_per_day, both directions together, the
        most overloaded first. Links without a capacity are left out.
    """
    cargoes = network.frames["cargoes"].select("cargo_id", "t_per_unit", "teu_per_unit")
    teu_per_t = pl.col("teu_per_unit").fill_null(0.0) / pl.col("t_per_unit")
    t_per_day = pl.col("t_per_year") / CALENDAR_YEAR_DAYS

    loads = (
        flows.select(pl.col("links").alias("link_id"), "cargo_id", "t_per_year")
        .explode("link_id")
        .drop_nulls()
        .join(cargoes, on="cargo_id")
        .group_by("link_id")
        .agg(t_per_day=t_per_day.sum(), teu_per_day=(t_per_day * teu_per_t).sum())
    )

    links = snapshot(network, second(on)).frames["links"].select("link_id", *CAPACITIES)
    loaded = links.join(loads, on="link_id")
    above = [_above(loaded, capacity, flow) for capacity, flow in CAPACITIES.items()]
    ratio = pl.col("flow_per_day") / pl.col("capacity_per_day")
    return pl.concat(above).sort(-ratio, "link_id", "unit")


def overloads_of(network: Network, demand: pl.DataFrame, *, on: dt.date | str) -> pl.DataFrame:
    """Return the links overloaded where all demand takes its cheapest route, see ``overloads``."""
    arrays = compile_demand(network, demand, on=on)
    tonnes = arrays.units() * arrays.column("t_per_unit")
    routes = [route["links"] if route else None for route in best_routes(arrays)]

    flows = pl.DataFrame(
        {"links": routes, "cargo_id": demand["cargo_id"], "t_per_year": tonnes},
        schema_overrides={"links": pl.List(pl.String)},
    )
    return overloads(network, flows, on=on)


def overload_warnings(overloaded: pl.DataFrame, where: str = "") -> list[str]:
    """Return one sentence that names the links overloaded most, or none.

    where: what is said of the network they are in, such as a scenario.
    """
    if not overloaded.height:
        return []

    shown = [
        f"{link} {flow:,.0f} of {capacity:,.0f} {unit} a day"
        for link, unit, flow, capacity in overloaded.head(MAX_NAMED).iter_rows()
    ]
    links = overloaded["link_id"].n_unique()
    more = ", ..." if overloaded.height > MAX_NAMED else ""
    count = "1 link carries" if links == 1 else f"{links} links carry"
    return [
        f"{count} more than the capacity given{where}: {', '.join(shown)}{more}. "
        "Routes do not avoid them for that."
    ]


def _above(loaded: pl.DataFrame, capacity: str, flow: str) -> pl.DataFrame:
    """Return the links whose flow in one unit is above their capacity in it."""
    unit = "TEU" if flow.startswith("teu") else "t"
    return loaded.filter(pl.col(flow) > pl.col(capacity)).select(
        "link_id",
        pl.lit(unit).alias("unit"),
        pl.col(flow).alias("flow_per_day"),
        pl.col(capacity).alias("capacity_per_day"),
    )
