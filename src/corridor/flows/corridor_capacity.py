"""Capacity of a corridor: how far its demand can grow before something jams, and what does."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from corridor.flows.assign import assign
from corridor.flows.flows import Flows
from corridor.flows.link_users import on_links, selected_links
from corridor.network.graph import Row
from corridor.network.network import Network
from corridor.tables import schema_results
from corridor.units import CALENDAR_YEAR_DAYS

GROWTH = 4.0  # of the corridor's demand, beyond what it can carry
MIN_SHARE = 1e-6  # of a limit that goods of the corridor use, below which it is not theirs


class Jam(NamedTuple):
    """A limit that growing demand fills: its row, and how many times the demand fills it."""

    capacity_id: str
    factor: float


def corridor_capacity(
    case: str, network: Network, demand: pl.DataFrame, flows: Flows, selector: str
) -> list[Row]:
    """Return what passes a corridor with its demand, and with so much of it that it is full.

    Parameters
    ----------
    case
        What the network stands for: ``today`` or ``planned``.
    network, demand
        What the flows are of.
    flows
        Flows of a year.
    selector
        The links by which the corridor is crossed.

    Returns
    -------
    list[Row]
        Rows of the table ``flow_corridor``: the demand as it is, and times ``GROWTH``.
    """
    links = selected_links(network, selector)
    on_corridor = on_links(flows.routes, links)["demand_id"].unique()
    is_grown = pl.col("demand_id").is_in(on_corridor.implode())
    units = pl.col("units_per_year")
    grown_demand = demand.with_columns(
        pl.when(is_grown).then(units * GROWTH).otherwise(units).alias("units_per_year")
    )

    on = flows.programme.arrays.first_on
    grown = assign(network, grown_demand, on=on, start=flows, congested=False)
    jam = first_jam(flows, set(on_corridor.to_list()))
    return [
        _row(case, 1.0, network, flows, links, jam),
        _row(case, GROWTH, network, grown, links, jam),
    ]


def first_jam(flows: Flows, demand_ids: set[str]) -> Jam | None:
    """Return the limit that some demand fills first as it grows; null: it meets none.

    It is the one for which (what is free) / (what the demand uses) is least: 1 or less where it is
    full already.
    """
    jams = []
    for limit in flows.capacities.iter_rows(named=True):
        if not demand_ids & set(limit["payers"]):
            continue
        used = limit["use_per_day"] - limit["background_per_day"]
        free = limit["per_day"] - limit["background_per_day"]
        if used > MIN_SHARE * limit["per_day"]:
            jams.append(Jam(limit["capacity_id"], max(free, 0.0) / used))
    return min(jams, key=lambda jam: (jam.factor, jam.capacity_id), default=None)


def _row(
    case: str,
    factor: float,
    network: Network,
    flows: Flows,
    links: frozenset[str],
    jam: Jam | None,
) -> Row:
    """Return a row of the table: what of the flows passes the corridor in a year."""
    routes = on_links(flows.routes, links)
    years = CALENDAR_YEAR_DAYS / flows.days
    cargoes = network.frames["cargoes"].select("cargo_id", "teu_per_unit", "lorries_per_unit")
    with_units = routes.join(cargoes, on="cargo_id").with_columns(
        is_rolling=_on_rolling_ferries(network, links)
    )

    boxes = with_units.filter(~pl.col("is_rolling"))
    lorries = with_units.filter(pl.col("is_rolling"))
    full = flows.capacities.filter((pl.col("price_usd") > 0) & _is_of(routes))
    return {
        "case": case,
        "on": flows.programme.arrays.first_on,
        "factor": factor,
        "t": float(routes["t"].sum()) * years,
        "teu": float((boxes["units"] * boxes["teu_per_unit"].fill_null(0.0)).sum()) * years,
        "lorries": float((lorries["units"] * lorries["lorries_per_unit"].fill_null(0.0)).sum())
        * years,
        "first_full": None if jam is None else jam.capacity_id,
        "first_full_factor": None if jam is None else jam.factor,
        "full": full["capacity_id"].to_list(),
        "price_usd": full["price_usd"].to_list(),
    }


def _is_of(routes: pl.DataFrame) -> pl.Expr:
    """Tell which limits the demand of some routes takes up."""
    demand_ids = routes["demand_id"].unique()
    return pl.col("payers").list.eval(pl.element().is_in(demand_ids.implode())).list.any()


def _on_rolling_ferries(network: Network, links: frozenset[str]) -> pl.Expr:
    """Tell which routes cross on a ferry without rails: boxes on lorries."""
    of_corridor = network.frames["links"].filter(pl.col("link_id").is_in(sorted(links)))
    rolling = of_corridor.filter((pl.col("mode") == "ferry") & pl.col("gauge_mm").is_null())
    return pl.col("links").list.eval(pl.element().is_in(rolling["link_id"].implode())).list.any()


def corridor_frame(rows: list[Row], name: str | None) -> pl.DataFrame:
    """Return rows as the table ``flow_corridor``; name: what the corridor is called."""
    return pl.DataFrame(
        [{"name": name, **row} for row in rows], schema=schema_results.empty("flow_corridor").schema
    )
