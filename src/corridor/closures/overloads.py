"""Overloads: links that would carry more in a mean day than the study says they can."""

from __future__ import annotations

import datetime as dt

import polars as pl

from corridor.closures.best_routes import best_routes
from corridor.flows.demand import compile_demand
from corridor.network.calendar import second
from corridor.network.changes import snapshot
from corridor.network.network import Network
from corridor.units import CALENDAR_YEAR_DAYS

MAX_NAMED = 5  # links named in a warning
# Unit of a capacity -> column of links that gives one; null: only the table capacities does.
UNITS = {
    "TEU": "capacity_teu_per_day",
    "t": "capacity_t_per_day",
    "lorries": None,
    "wagons": None,
}
# Unit of a capacity -> how many of them one cargo unit is.
_PER_CARGO_UNIT = {
    "TEU": pl.col("teu_per_unit"),
    "t": pl.col("t_per_unit"),
    "lorries": pl.col("lorries_per_unit"),
    "wagons": pl.col("wagons_per_unit"),
}


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
        link_id, unit (TEU, t, lorries or wagons), flow_per_day and capacity_per_day, both
        directions together, the most overloaded first. The flow holds the background of the table
        capacities; trains are counted in the tonnes they carry. Links without a capacity are left
        out.
    """
    loads = _loads(network, flows)
    loaded = _capacities(network, on).join(loads, on=["link_id", "unit"], how="left")
    flow_per_day = pl.col("load_per_day").fill_null(0.0) + pl.col("background_per_day")

    ratio = pl.col("flow_per_day") / pl.col("capacity_per_day")
    return (
        loaded.select("link_id", "unit", flow_per_day.alias("flow_per_day"), "capacity_per_day")
        .filter(pl.col("flow_per_day") > pl.col("capacity_per_day"))
        .sort(-ratio, "link_id", "unit")
    )


def _loads(network: Network, flows: pl.DataFrame) -> pl.DataFrame:
    """Return what flows bring to links in a mean day: link_id, unit, load_per_day."""
    cargoes = network.frames["cargoes"]
    units_per_day = pl.col("t_per_year") / CALENDAR_YEAR_DAYS / pl.col("t_per_unit")
    loads = {unit: units_per_day * count.fill_null(0) for unit, count in _PER_CARGO_UNIT.items()}
    return (
        flows.select(pl.col("links").alias("link_id"), "cargo_id", "t_per_year")
        .explode("link_id")
        .drop_nulls()
        .join(cargoes, on="cargo_id")
        .group_by("link_id")
        .agg(load.sum().alias(unit) for unit, load in loads.items())
        .unpivot(index="link_id", variable_name="unit", value_name="load_per_day")
        .filter(pl.col("load_per_day") > 0)
    )


def _capacities(network: Network, on: dt.date | str) -> pl.DataFrame:
    """Return what links can take in both directions, and what is on them already.

    Columns: link_id, unit, capacity_per_day, background_per_day. Of several figures for one link
    and unit the smallest counts.
    """
    links = snapshot(network, second(on)).frames["links"]
    of_links = [
        links.select(
            "link_id",
            pl.lit(unit).alias("unit"),
            pl.col(column).alias("capacity_per_day"),
            pl.lit(0.0).alias("background_per_day"),
        )
        for unit, column in UNITS.items()
        if column is not None
    ]
    return (
        pl.concat([*of_links, _of_both_directions(network.frames["capacities"])])
        .drop_nulls("capacity_per_day")
        .group_by("link_id", "unit", maintain_order=True)
        .agg(pl.col("capacity_per_day").min(), pl.col("background_per_day").max())
    )


def _of_both_directions(capacities: pl.DataFrame) -> pl.DataFrame:
    """Return the capacities of links with their directions summed, where all are known."""
    is_train = pl.col("unit") == "trains"
    each = pl.when(is_train).then("t_each").otherwise(1.0)
    halves = pl.when(pl.col("from_node_id").is_null()).then(2).otherwise(1)
    return (
        capacities.filter(pl.col("table") == "links", pl.col("per_day").is_not_null())
        .select(
            pl.col("row_id").alias("link_id"),
            pl.when(is_train).then(pl.lit("t")).otherwise("unit").alias("unit"),
            (pl.col("per_day") * each).alias("capacity_per_day"),
            (pl.col("background_per_day").fill_null(0.0) * each).alias("background_per_day"),
            halves.alias("halves"),
            pl.col("from_node_id").is_null().alias("is_both"),
        )
        .group_by("link_id", "unit", "is_both", maintain_order=True)
        .agg(
            pl.col("capacity_per_day").sum(),
            pl.col("background_per_day").sum(),
            pl.col("halves").sum(),
        )
        .filter(pl.col("halves") == 2)
        .select("link_id", "unit", "capacity_per_day", "background_per_day")
    )


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
