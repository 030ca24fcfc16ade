"""Quote legs: the stages of a route on a page, and its borders with their papers and fees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import polars as pl

from corridor.consignments.price_parts import part_of, price_lines
from corridor.network.network import Network
from corridor.routing.query import Query
from corridor.routing.route import Routes
from corridor.routing.route_tables import documents_on

MAX_STAGES = 12  # of one page; more are told by mode, not by mode and country
_INSTANT = pl.Datetime("us", "UTC")
STAGE_TYPES: dict[str, Any] = {
    "stage": pl.Int64,
    "kind": pl.String,
    "mode": pl.String,
    "layer": pl.String,
    "from_place": pl.String,
    "to_place": pl.String,
    "countries": pl.List(pl.String),
    "service_ids": pl.List(pl.String),
    "depart_at": _INSTANT,
    "arrive_at": _INSTANT,
    "wait_h": pl.Float64,
    "time_h": pl.Float64,
    "length_km": pl.Float64,
    "usd_per_unit": pl.Float64,
}
BORDER_TYPES: dict[str, Any] = {
    "link_id": pl.String,
    "from_country": pl.String,
    "to_country": pl.String,
    "from_place": pl.String,
    "to_place": pl.String,
    "mode": pl.String,
    "reach_at": _INSTANT,
    "stop_h": pl.Float64,
    "usd_per_unit": pl.Float64,
    "documents": pl.List(pl.String),
    "units": pl.Int64,
}


def stages(network: Network, routes: Routes) -> pl.DataFrame:
    """Return carriage by mode and country and handling; by mode alone where rows are too many."""
    groups = _grouped(routes.legs, "kind", "layer", "country")
    if len(groups) > MAX_STAGES:
        groups = _grouped(routes.legs, "kind", "layer")

    rows = [_stage(network, number, group) for number, group in enumerate(groups, start=1)]
    return pl.DataFrame(rows, schema=STAGE_TYPES)


def _grouped(legs: pl.DataFrame, *keys: str) -> list[list[dict[str, Any]]]:
    """Return legs that follow each other and are alike in some columns."""
    rows = legs.iter_rows(named=True)
    return [list(group) for _, group in groupby(rows, key=lambda leg: [leg[key] for key in keys])]


def _stage(network: Network, number: int, legs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return legs of one kind and layer as a row."""
    first = legs[0]
    last = legs[-1]
    nodes = network.by_id("nodes")
    ends = [nodes[leg[end]]["country"] for leg in legs for end in ("from_node_id", "to_node_id")]
    services = [leg["service_id"] for leg in legs if leg["service_id"]]
    return {
        "stage": number,
        "kind": first["kind"],
        "mode": first["mode"],
        "layer": first["layer"],
        "from_place": nodes[first["from_node_id"]]["name"],
        "to_place": nodes[last["to_node_id"]]["name"],
        "countries": list(dict.fromkeys(ends)),
        "service_ids": list(dict.fromkeys(services)),
        "depart_at": first["depart_at"],
        "arrive_at": last["arrive_at"],
        "wait_h": sum(leg["wait_h"] for leg in legs),
        "time_h": sum(leg["time_h"] for leg in legs),
        "length_km": sum(leg["length_km"] for leg in legs),
        "usd_per_unit": round(sum(leg["cost_usd"] for leg in legs), 2),
    }


def borders(network: Network, query: Query, routes: Routes, units: int) -> pl.DataFrame:
    """Return the crossings of a route, with what is asked and paid there."""
    fees = fees_by_leg(network, routes.money)
    rows = []
    for leg in routes.legs.iter_rows(named=True):
        crossing = crossing_of(network, leg)
        if crossing is not None:
            documents = documents_on(query, {leg["link_id"]})
            fee = round(fees.get(leg["leg"], 0.0), 2)
            rows.append({**crossing, "usd_per_unit": fee, "documents": documents, "units": units})
    return pl.DataFrame(rows, schema=BORDER_TYPES)


def crossing_of(network: Network, leg: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return where and when a leg crosses a border; null where it does not."""
    nodes = network.by_id("nodes")
    start = nodes[leg["from_node_id"]]
    end = nodes[leg["to_node_id"]]
    if start["country"] == end["country"]:
        return None
    return {
        "link_id": leg["link_id"],
        "from_country": start["country"],
        "to_country": end["country"],
        "from_place": start["name"],
        "to_place": end["name"],
        "mode": leg["mode"],
        "reach_at": leg["depart_at"],
        "stop_h": leg["fixed_h"],
    }


def fees_by_leg(network: Network, money: pl.DataFrame) -> dict[int, float]:
    """Return what each leg of a route pays at borders."""
    fees: dict[int, float] = {}
    lines = price_lines(network, money)
    for leg, line in zip(money["leg"], lines, strict=True):
        if part_of(line) == "borders":
            fees[leg] = fees.get(leg, 0.0) + line.usd
    return fees
