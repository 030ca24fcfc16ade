"""Criticality: elements ranked by what their loss costs the demand of a year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypedDict, Unpack

import polars as pl

from corridor.closures.best_routes import best_routes
from corridor.closures.disjoint_routes import disjoint_counts
from corridor.closures.elements import KINDS, elements
from corridor.closures.failure_pairs import worst_pairs
from corridor.closures.failures import MEASURES, measures, routes_without
from corridor.closures.own_demand import own_trips
from corridor.closures.stretches import OWN_STRETCH, stretch_rows
from corridor.errors import CallError, UnknownName
from corridor.flows.demand import LIMIT_SHARE, DemandArrays, compile_demand
from corridor.flows.unserved import unserved_reasons
from corridor.kernels import Bools
from corridor.language.messages import message, pack
from corridor.network.names import place_row
from corridor.network.network import Network

PAIRS = 20
RANK_TYPES: dict[str, Any] = {
    "rank": pl.Int64,
    "kind": pl.String,
    "element_id": pl.String,
    "name": pl.String,
    **MEASURES,
    "disjoint_count": pl.Int64,
    "joint_usd_per_year": pl.Float64,
    "worst_demand_id": pl.String,
    "reason": pl.String,
    "name_message": pl.String,
    "reason_message": pl.String,
}
UNSERVED = "demand"  # kind of a row that no route serves, whatever fails


class RankOptions(TypedDict, total=False):
    """What else a ranking may be asked; defaults in brackets.

    kinds: kinds of elements, any of link, node, terminal, crossing, country, hazard [all]. pairs:
    how many of the worst pairs of links that fail at once to add, 0 for none [20]. limit_share:
    share of its value a unit may cost more before it is not sent at all [0.1]; null: no limit.
    between: two countries, whose demand on each other is own demand [null]; null: none is.
    workers: threads [1]; null: one for each processor. The answer is the same with any number.
    folder: where routes around single elements are kept, so that a killed run goes on [null].
    with_unserved: whether demand without a route is told, with the reason [true].
    """

    kinds: Sequence[str]
    pairs: int
    limit_share: float | None
    between: tuple[str, str] | None
    workers: int | None
    folder: str | Path | None
    with_unserved: bool


def rank(
    network: Network,
    demand: pl.DataFrame,
    *,
    by: str = "extra_usd_per_year",
    on: dt.date | str,
    **options: Unpack[RankOptions],
) -> pl.DataFrame:
    """Return what the failure of each element costs the demand of a year, worst first.

    The network is taken as it stands on a day (what is shut stays shut, no new congestion); every
    trip takes the route of least generalised cost. Demand without a route from the start loses
    nothing more; it stands below the elements, with the reason. Exact, by searching again only what
    hangs below a failed element.

    Parameters
    ----------
    network
        The network of a scenario.
    demand
        Columns demand_id, origin_node_id, destination_node_id, cargo_id, units_per_year; every row
        counts, whatever its year.
    by
        Column of numbers to rank by.
    on
        Day looked at.
    **options
        See :class:`RankOptions`.

    Returns
    -------
    pl.DataFrame
        One row an element:

        * rank, within its kind; kind, element_id, name;
        * extra_usd_per_year: what the trips that still have a route pay more;
        * unserved_units_per_year, unserved_t_per_year, unserved_usd_per_year: units, tonnes and
          value of the trips left without any;
        * loss_usd_per_year: as the extra cost, but at most limit_share of the cargo's value a unit,
          which is also what an unserved one counts; loss_low and loss_high: with half of that limit
          and two and a half times as much, null without limit; loss_share: of what a year costs
          undisturbed;
        * own_loss_usd_per_year and so on: the same of demand between the two countries alone, null
          where none are named;
        * used_t_per_year: tonnes that pass there undisturbed;
        * detour_km, detour_h: mean of the tonnes turned aside, null where there are none;
        * disjoint_count: routes without a link in common that remain between its sides, null for
          what has no two sides;
        * worst_demand_id: the trip that loses most, null where none does.

        Rows of kind ``stretch`` are links in series that no trip tells apart, those of kind ``own
        stretch`` links that no own demand tells apart, of which only the ``own`` columns are those
        of every link: :mod:`corridor.closures.stretches`. Rows of kind ``pair`` are the worst
        failures of two links at once, of those that cost more together than one by one;
        joint_usd_per_year is that surplus, null in other rows. Rows of kind ``demand`` are those
        without a route, whatever fails: their unserved units, tonnes and value, and the reason;
        rank and loss are null.

    Raises
    ------
    UnknownName
        For a measure, a kind, a place or a cargo that is not there.
    CallError
        For a demand without rows or columns, a limit_share below 0, a folder with results of
        another question.

    Source: Taylor, Sekhar and D'Este (2006), Networks and Spatial Economics 6, vulnerability as
    loss of generalised cost; Jenelius, Petersen and Mattsson (2006), Transportation Research A 40,
    unsatisfied demand beside it.

    Examples
    --------
    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan").network
    >>> demand = network.frames["demand"].head(3)
    >>> co.rank(network, demand, on="2026-07-01", kinds=["crossing"], pairs=0).height > 0
    True
    """
    if by not in MEASURES:
        raise UnknownName("measure to rank by", by, MEASURES)

    limit_share = options.get("limit_share", LIMIT_SHARE)
    if limit_share is not None and not limit_share >= 0:
        raise CallError(f"limit_share must be 0 or more, or null for no limit, not {limit_share}.")

    arrays = compile_demand(network, demand, on=on)
    is_own = own_trips(network, arrays.trips, options.get("between"))
    workers = options.get("workers", 1)
    folder = options.get("folder")
    rows = _element_rows(arrays, options.get("kinds", KINDS), limit_share, is_own, workers, folder)

    max_pairs = options.get("pairs", PAIRS)
    if max_pairs:
        links = elements(arrays, ["link"])
        rows += worst_pairs(
            arrays,
            links,
            by=by,
            max_pairs=max_pairs,
            limit_share=limit_share,
            is_own=is_own,
            workers=workers,
        )

    worst_first = _worst_first(pl.DataFrame(rows, schema=RANK_TYPES), by)
    if not options.get("with_unserved", True):
        return worst_first
    unserved = pl.DataFrame(_unserved_rows(network, arrays), schema=RANK_TYPES)
    return pl.concat([worst_first, unserved])


def _unserved_rows(network: Network, arrays: DemandArrays) -> Iterator[dict[str, Any]]:
    """Yield the rows of demand that have no route on the day, with the reason."""
    trips = arrays.trips.to_dicts()
    is_served = [route is not None for route in best_routes(arrays)]
    reasons = unserved_reasons(network, trips, is_served, on=arrays.first_on)

    for trip, reason in zip(trips, reasons, strict=True):
        if reason is None:
            continue

        ends = message(
            "{origin} to {destination}",
            origin=place_row(arrays.network, trip["origin_node_id"])["name"],
            destination=place_row(arrays.network, trip["destination_node_id"])["name"],
        )
        units = float(trip["units_per_year"])
        yield {
            "kind": UNSERVED,
            "element_id": trip["demand_id"],
            "name": ends,
            "unserved_units_per_year": units,
            "unserved_t_per_year": units * trip["t_per_unit"],
            "unserved_usd_per_year": units * trip["value_usd_per_unit"],
            "reason": reason,
            "name_message": pack(ends),
            "reason_message": pack(reason),
        }


def _worst_first(frame: pl.DataFrame, by: str) -> pl.DataFrame:
    """Return rows in order, numbered within their kind."""
    worst_first = frame.sort(
        by, "loss_usd_per_year", "kind", "element_id", descending=[True, True, False, False]
    )
    rank_in_kind = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("kind")
    return worst_first.with_columns(rank_in_kind.alias("rank"))


def _element_rows(
    arrays: DemandArrays,
    kinds: Sequence[str],
    limit_share: float | None,
    is_own: Bools | None,
    workers: int | None,
    folder: str | Path | None,
) -> list[dict[str, Any]]:
    """Return the measures of each element of some kinds, each shut alone, and of stretches."""
    shut = elements(arrays, kinds)
    routes = routes_without(arrays, shut, workers=workers, folder=_subfolder(folder, "routes"))
    measured = measures(arrays, routes, limit_share, is_own)
    counts = disjoint_counts(arrays, shut, _subfolder(folder, "cuts"))

    rows = [
        {
            "kind": element.kind,
            "element_id": element.element_id,
            "name": element.name,
            **of_element,
            "disjoint_count": count,
            "name_message": pack(element.name),
        }
        for element, of_element, count in zip(shut, measured, counts, strict=True)
    ]
    rows += stretch_rows(arrays.network, shut, routes.cents, measured)
    if is_own is not None:
        own_cents = routes.cents[:, is_own]
        rows += stretch_rows(arrays.network, shut, own_cents, measured, OWN_STRETCH)
    return rows


def _subfolder(folder: str | Path | None, name: str) -> Path | None:
    """Return a folder of a name in another one; null where there is none."""
    return None if folder is None else Path(folder) / name
