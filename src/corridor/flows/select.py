"""Select: whose goods are on some links, and what would move if they shut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corridor.flows.assign import solve_programme
from corridor.flows.flows import Flows
from corridor.flows.link_users import link_users, links_meant
from corridor.flows.programme import Programme
from corridor.flows.solution import Solution
from corridor.kernels import Bools, Floats
from corridor.network.graph import Row
from corridor.tables import schema_results
from corridor.tables.cells import frame_of
from corridor.tables.store import write_results
from corridor.units import CALENDAR_YEAR_DAYS

TABLES = ("volumes", "moved", "filled")


@dataclass(frozen=True, eq=False)
class Selection:
    """Whose goods are on some links, and what would move if they shut.

    Attributes
    ----------
    volumes
        One row of demand whose goods are there: its units and tonnes there, and the share of it.
    moved
        One row of demand that a closure moves: what a unit pays before and after, what of it stays,
        and what it all costs; under capacity, and as if nothing were ever full.
    filled
        One row a limit whose use the closure changes: use before and after, and its price.
    extra_usd_per_year, unserved_t_per_year
        What the closure costs a year, what stays counted at what it would pay, and the tonnes that
        stay.
    uncapped_usd_per_year, uncapped_t_per_year
        The same as if nothing were ever full, as :func:`corridor.rank` counts it.
    converged
        Whether the closure could be assigned within the gap of the flows.
    provenance
        That of the flows, and what was selected.
    """

    volumes: pl.DataFrame
    moved: pl.DataFrame
    filled: pl.DataFrame
    extra_usd_per_year: float
    unserved_t_per_year: float
    uncapped_usd_per_year: float
    uncapped_t_per_year: float
    converged: bool
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return (
            f"Selection: {float(self.volumes['t'].sum()) / 1e6:,.2f} Mt on "
            f"{self.provenance.get('selected')}; shut, it costs "
            f"{self.extra_usd_per_year / 1e6:,.1f} million USD a year "
            f"({self.uncapped_usd_per_year / 1e6:,.1f} if nothing were ever full)."
        )

    def write(self, folder: str | Path) -> Path:
        """Write every table as Parquet and a manifest into a folder and return it."""
        return write_results(
            folder, {name: getattr(self, name) for name in TABLES}, self.provenance
        )


@dataclass(frozen=True, eq=False)
class _Cost:
    """What each trip pays a day: mean of a unit that goes, units that stay, and both together.

    unit_usd: null (NaN) where none goes. usd: with stays at what they would pay.
    """

    unit_usd: Floats
    stays: Floats
    usd: Floats


def select(flows: Flows, what: str | Sequence[str]) -> Selection:
    """Return whose goods are on some links, and what would move if they shut.

    The closure is assigned from the routes known (warm), with the same limits; what a unit pays at
    most stays as it was.

    Parameters
    ----------
    flows
        As :func:`corridor.assign` returns them.
    what
        A selector of links, such as ``crossing:AF-PK``, ``country:IR`` or a link id, or several.

    Returns
    -------
    Selection
        Volumes by row of demand with its places, countries and cargo; what moves; limits that fill.

    Raises
    ------
    CallError
        For a selector that cannot be read or means no link.

    Examples
    --------
    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan", scenario="open-borders").network
    >>> flows = co.assign(network, network.frames["demand"], on="2026-07-01")
    >>> torkham = co.select(flows, "crossing:AF-PK")
    >>> torkham.volumes.height > 0 and torkham.extra_usd_per_year > 0
    True
    """
    words = [what] if isinstance(what, str) else list(what)
    programme = flows.programme
    links = links_meant(programme.arrays.network, words)
    is_selected = _arcs_over(programme, links)
    shut = replace(programme, weight=np.where(is_selected[None, :], -1, programme.weight))
    routes = ((column.trip, column.arcs) for column in flows.solution.columns)
    after = solve_programme(shut, routes, flows.options)

    before_cost = _cost(programme, flows.solution)
    after_cost = _cost(shut, after)
    free_before = _uncapped(programme)
    free_after = _uncapped(shut)
    moved = _moved(programme, before_cost, after_cost, free_before, free_after)
    tonnes = programme.arrays.column("t_per_unit")
    return Selection(
        volumes=_volumes(flows, links),
        moved=moved,
        filled=_filled(programme, flows.solution, after),
        extra_usd_per_year=_per_year(after_cost.usd - before_cost.usd),
        unserved_t_per_year=_per_year((after_cost.stays - before_cost.stays) * tonnes),
        uncapped_usd_per_year=_per_year(free_after.usd - free_before.usd),
        uncapped_t_per_year=_per_year((free_after.stays - free_before.stays) * tonnes),
        converged=after.converged,
        provenance={**flows.provenance, "selected": " ".join(words)},
    )


def _arcs_over(programme: Programme, links: set[int]) -> Bools:
    """Tell of every arc in CSR order whether it runs over any of the links."""
    graph = programme.arrays.network.graph
    arcs = programme.arrays.arc_of.tolist()
    return np.array([any(run.link in links for run in graph.runs[arc]) for arc in arcs], bool)


def _volumes(flows: Flows, links: set[int]) -> pl.DataFrame:
    """Return units and tonnes on the links by row of demand, the heaviest first."""
    arrays = flows.programme.arrays
    network = arrays.network
    link_ids = network.frames["links"]["link_id"].gather(sorted(links))
    country_of = {row["node_id"]: row["country"] for row in network.rows("nodes")}
    demand = arrays.trips.group_by("demand_id").agg(pl.col("units_per_year").sum())

    users = link_users(flows.routes, link_ids).join(demand, on="demand_id", maintain_order="left")
    rows = users.with_columns(
        _country(pl.col("origin_node_id"), country_of).alias("origin_country"),
        _country(pl.col("destination_node_id"), country_of).alias("destination_country"),
        share=pl.col("units") / pl.col("units_per_year"),
    )
    return rows.select(schema_results.empty("flow_users").columns)


def _country(place: pl.Expr, country_of: Mapping[str, str]) -> pl.Expr:
    """Return the country of places, each a node or node@layer."""
    node_id = place.str.split("@").list.first()
    return node_id.replace_strict(country_of, return_dtype=pl.String)


def _cost(programme: Programme, solution: Solution) -> _Cost:
    """Return what each trip pays in an assignment, hours of congestion included, slots not.

    A slot that is paid for is money from one party to another; what it costs all is that others
    take a dearer route.
    """
    optimum = solution.optimum
    count = len(programme.units_per_day)
    trips = np.array([column.trip for column in solution.columns], np.int64)
    row_usd = programme.congestion.hour_usd * programme.congestion.hours(optimum.use)
    usd = np.array([c.usd + c.uses @ row_usd[c.rows] for c in solution.columns])

    goes = np.bincount(trips, optimum.units, minlength=count)
    paid = np.bincount(trips, optimum.units * usd, minlength=count)
    unit_usd = np.divide(paid, goes, out=np.full(count, np.nan), where=goes > 0)
    return _Cost(unit_usd, optimum.unserved, paid + optimum.unserved * programme.most_usd)


def _uncapped(programme: Programme) -> _Cost:
    """Return what each trip pays where nothing is ever full; it stays only where it must."""
    usd = programme.cheapest(np.zeros(len(programme.capacities.rows))).usd
    units = programme.units_per_day
    has_route = np.isfinite(usd)
    stays = np.where(has_route, 0.0, units)
    paid = np.where(has_route, np.minimum(usd, programme.most_usd), programme.most_usd)
    return _Cost(np.where(has_route, usd, np.nan), stays, np.where(units > 0, units * paid, 0.0))


def _moved(
    programme: Programme, before: _Cost, after: _Cost, free_before: _Cost, free_after: _Cost
) -> pl.DataFrame:
    """Return the rows of demand whose cost a closure changes, the worst first."""
    extra_usd = (after.usd - before.usd) * CALENDAR_YEAR_DAYS
    uncapped_usd = (free_after.usd - free_before.usd) * CALENDAR_YEAR_DAYS
    min_usd = 1e-6 * np.maximum(np.abs(before.usd) * CALENDAR_YEAR_DAYS, 1.0)
    is_moved = (np.abs(extra_usd) > min_usd) | (uncapped_usd > min_usd)

    trips = programme.arrays.trips.to_dicts()
    rows = []
    for trip in np.flatnonzero(is_moved).tolist():
        row = trips[trip]
        stays = (after.stays[trip] - before.stays[trip]) * CALENDAR_YEAR_DAYS
        rows.append(
            {
                "demand_id": row["demand_id"],
                "cargo_id": row["cargo_id"],
                "unit_usd_before": _or_null(before.unit_usd[trip]),
                "unit_usd_after": _or_null(after.unit_usd[trip]),
                "stays_t_per_year": float(stays * row["t_per_unit"]),
                "extra_usd_per_year": float(extra_usd[trip]),
                "uncapped_unit_usd": _or_null(free_after.unit_usd[trip]),
                "uncapped_usd_per_year": float(uncapped_usd[trip]),
            }
        )
    rows.sort(key=lambda row: (-row["extra_usd_per_year"], row["demand_id"]))
    return frame_of(schema_results.FLOW_MOVED, rows)


def _filled(programme: Programme, before: Solution, after: Solution) -> pl.DataFrame:
    """Return the limits whose use a closure changes, the fullest first."""
    use_before = before.optimum.use
    use_after = after.optimum.use
    rows = [
        {
            "capacity_id": limit.capacity_id,
            "unit": limit.unit,
            "per_day": limit.per_day,
            "use_per_day_before": float(use_before[number]),
            "use_per_day_after": float(use_after[number]),
            "paid_usd_before": float(before.optimum.row_usd[number]),
            "paid_usd_after": float(after.optimum.row_usd[number]),
        }
        for number, limit in enumerate(programme.capacities.rows)
        if abs(use_after[number] - use_before[number]) > 1e-6 * max(limit.per_day, 1.0)
    ]
    rows.sort(key=lambda row: (-_use_share(row), row["capacity_id"]))
    return frame_of(schema_results.FLOW_FILLED, rows)


def _use_share(row: Row) -> float:
    """Return the share of a limit that is used after the closure; 0 where nothing is possible."""
    return float(row["use_per_day_after"] / row["per_day"]) if row["per_day"] else 0.0


def _per_year(per_day: Floats) -> float:
    return float(per_day.sum() * CALENDAR_YEAR_DAYS)


def _or_null(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
