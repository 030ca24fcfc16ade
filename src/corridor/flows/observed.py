"""Observed volumes beside flows: what was counted, what the model says, and how far apart."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import polars as pl

from corridor.flows.capacity_rows import UNITS
from corridor.flows.flows import Flows
from corridor.flows.link_users import on_links, selected_links
from corridor.language.messages import message, pack
from corridor.network.graph import Row
from corridor.tables import schema_results
from corridor.tables.schema import is_afloat
from corridor.units import CALENDAR_YEAR_DAYS

MAX_FACTOR = 1.5  # apart by no more, a volume counts as met
MAX_YEARS_APART = 1  # of a count and the demand, beyond which they are not compared
KINDS = {"links": "link", "services": "service", "nodes": "terminal"}

FlowsOf = Callable[[str | None], Flows]


class Carried(NamedTuple):
    """What flows carry past a place in a year, and how much of it is demand of a count's source."""

    per_year: float
    same_source: float


def observed_beside_flows(
    volumes: pl.DataFrame, demand: pl.DataFrame, before_of: FlowsOf, after_of: FlowsOf
) -> pl.DataFrame:
    """Return every volume observed beside the flows of the model, before and after calibration.

    Parameters
    ----------
    volumes
        The table ``volumes``.
    demand
        The table ``demand`` that was assigned.
    before_of, after_of
        Return the flows of a year under a scenario (null: the default one), without what was
        calibrated and with it.

    Returns
    -------
    pl.DataFrame
        As the table of results ``flow_observed``, in the order of volumes.
    """
    year = _demand_year(demand)
    rows = [
        _beside(volume, demand, year, before_of, after_of)
        for volume in volumes.iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema=schema_results.empty("flow_observed").schema)


def misfit(observed: pl.DataFrame, column: str, *, held_out: bool) -> float | None:
    """Return the typical factor between what was seen and a column of the model; null: no rows.

    It is exp of the mean of abs(log(model / seen)) over what was compared and is, or is not, held
    out; where the model has nothing, the factor counts as 10.
    """
    compared = observed.filter(
        (pl.col("held_out") == held_out) & (pl.col("verdict") != "not compared")
    )
    if not compared.height:
        return None

    ratio = (compared[column] / compared["observed_per_year"]).clip(0.1, 10.0)
    return math.exp(float(ratio.log().abs().mean()))  # type: ignore[arg-type]


def _demand_year(demand: pl.DataFrame) -> int:
    """Return the year most rows of demand stand for."""
    years = demand["year"].value_counts().sort("count", "year", descending=True)
    return int(years["year"][0])


def _beside(
    volume: Row, demand: pl.DataFrame, year: int, before_of: FlowsOf, after_of: FlowsOf
) -> Row:
    """Return one volume beside the model."""
    row = {
        "volume_id": volume["volume_id"],
        "name": volume["name"],
        "unit": volume["unit"],
        "year": volume["year"],
        "held_out": volume["held_out"],
        "observed_per_year": volume["per_year"],
        "source_id": volume["source_id"],
        "confidence": volume["confidence"],
    }
    if abs(volume["year"] - year) > MAX_YEARS_APART:
        why = message(
            "counted in {year}, the demand is of {demand}", year=volume["year"], demand=year
        )
        return {**row, "verdict": "not compared", "why": str(why), "why_message": pack(why)}

    before = _carried(volume, demand, before_of(volume["scenario"]))
    after = _carried(volume, demand, after_of(volume["scenario"]))
    ratio = after.per_year / volume["per_year"] if volume["per_year"] else None
    return {
        **row,
        "before_per_year": before.per_year,
        "modelled_per_year": after.per_year,
        "ratio": ratio,
        "same_source_share": after.same_source / after.per_year if after.per_year else None,
        "verdict": _verdict(ratio),
    }


def _verdict(ratio: float | None) -> str:
    is_met = ratio is not None and 1 / MAX_FACTOR <= ratio <= MAX_FACTOR
    return "met" if is_met else "apart"


def _carried(volume: Row, demand: pl.DataFrame, flows: Flows) -> Carried:
    """Return what flows carry where a volume was counted, background included."""
    per_unit = _per_unit(volume["unit"], flows)
    if volume["demand_source_id"] is not None:
        return _of_source(volume, demand, flows, per_unit)

    passing = _passing(volume, flows).with_columns(
        pl.col("cargo_id").replace_strict(per_unit, return_dtype=pl.Float64).alias("each")
    )
    counted = passing.group_by("from_node_id").agg((pl.col("units") * pl.col("each")).sum())
    directions = (counted["units"] * _years(flows)).to_list()
    per_year = _both_ways(directions) if volume["with_empties"] else sum(directions)

    laden = sum(directions)
    same = _of_own_source(volume, demand, flows, per_unit)
    share = min(1.0, same / laden) if laden else 0.0
    return Carried(per_year + _background(volume, flows), share * per_year)


def _both_ways(directions: list[float]) -> float:
    """Return vehicles counted both ways, laden or not: those of the busier direction come back."""
    return 2 * max(directions, default=0.0)


def _per_unit(unit: str, flows: Flows) -> dict[str, float]:
    """Return how many of a unit one unit of each cargo is."""
    cargoes = flows.programme.arrays.network.frames["cargoes"]
    counts = cargoes[UNITS[unit]].fill_null(0.0)
    return dict(zip(cargoes["cargo_id"].to_list(), counts.to_list(), strict=True))


def _years(flows: Flows) -> float:
    """Return by what volumes of the period are scaled to a year."""
    return CALENDAR_YEAR_DAYS / flows.days


def _passing(volume: Row, flows: Flows) -> pl.DataFrame:
    """Return the rows of flows.volumes where a volume was counted."""
    rows = flows.volumes.filter(pl.col("kind") == KINDS[volume["table"]])
    match volume["table"]:
        case "links":
            links = selected_links(flows.programme.arrays.network, volume["row_id"])
            rows = rows.filter(pl.col("element_id").is_in(sorted(links)))
        case "services":
            rows = rows.filter(pl.col("element_id") == volume["row_id"])
        case _:
            rows = _in_port(rows, volume)

    start = volume["from_node_id"]
    return rows if start is None else rows.filter(pl.col("from_node_id") == start)


def _in_port(rows: pl.DataFrame, volume: Row) -> pl.DataFrame:
    """Return what is handled between ship and shore; boxes count where they are lifted."""
    layers = [
        (row["from_layer"], row["to_layer"])
        for row in rows.select("from_layer", "to_layer").unique().iter_rows(named=True)
    ]
    counted = [
        pair
        for pair in layers
        if any(map(is_afloat, pair))
        and (volume["unit"] != "TEU" or not any(end.startswith("ferry") for end in pair))
    ]
    schema = {"from_layer": pl.String, "to_layer": pl.String}
    pairs = pl.DataFrame(counted, schema=schema, orient="row")
    at_place = rows.filter(pl.col("from_node_id") == volume["row_id"])
    return at_place.join(pairs, on=list(schema), how="semi")


def _of_source(
    volume: Row, demand: pl.DataFrame, flows: Flows, per_unit: dict[str, float]
) -> Carried:
    """Return the goods of one source of demand that pass where a volume was counted."""
    links = selected_links(flows.programme.arrays.network, volume["row_id"])
    per_year = _weigh(flows, demand, volume["demand_source_id"], links, per_unit)
    is_same = volume["demand_source_id"] == volume["source_id"]
    return Carried(per_year, per_year if is_same else 0.0)


def _of_own_source(
    volume: Row, demand: pl.DataFrame, flows: Flows, per_unit: dict[str, float]
) -> float:
    """Return what of a count on links is demand that was read in the same source."""
    if volume["table"] != "links":
        return 0.0
    links = selected_links(flows.programme.arrays.network, volume["row_id"])
    return _weigh(flows, demand, volume["source_id"], links, per_unit)


def _weigh(
    flows: Flows,
    demand: pl.DataFrame,
    source_id: str,
    links: frozenset[str],
    per_unit: dict[str, float],
) -> float:
    """Return how many of a unit the demand of a source carries over some links in a year."""
    of_source = demand.filter(pl.col("source_id") == source_id)["demand_id"].to_list()
    routes = on_links(flows.routes.filter(pl.col("demand_id").is_in(of_source)), links)
    each = routes["cargo_id"].replace_strict(per_unit, return_dtype=pl.Float64)
    return float((routes["units"] * each).sum()) * _years(flows)


def _background(volume: Row, flows: Flows) -> float:
    """Return what others use of the limit of the place, a year; 0 where nobody counted them."""
    rows = flows.programme.arrays.network.frames["capacities"].filter(
        (pl.col("table") == volume["table"])
        & (pl.col("row_id") == volume["row_id"])
        & (pl.col("unit") == volume["unit"])
    )
    start = volume["from_node_id"]
    if start is not None:
        rows = rows.filter(pl.col("from_node_id").is_null() | (pl.col("from_node_id") == start))
    return float(rows["background_per_day"].fill_null(0.0).sum()) * CALENDAR_YEAR_DAYS
