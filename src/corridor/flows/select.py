"""Select: whose goods are on some links, and what would move if they shut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corridor.errors import CallError
from corridor.flows.assign import solve_programme
from corridor.flows.flow_tables import Taken, taken_routes
from corridor.flows.flows import Flows
from corridor.flows.programme import Programme
from corridor.flows.solution import Solution
from corridor.kernels import Bools, Floats
from corridor.tables import schema_results, selectors
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
    is_selected = _arcs_over(programme, _links_meant(programme, words))
    taken = taken_routes(programme, flows.solution, flows.days)
    there = [route for route in taken if is_selected[list(route.column.arcs)].any()]

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
        volumes=_volumes(programme, there),
        moved=moved,
        filled=_filled(programme, flows.solution, after),
        extra_usd_per_year=_per_year(after_cost.usd - before_cost.usd),
        unserved_t_per_year=_per_year((after_cost.stays - before_cost.stays) * tonnes),
        uncapped_usd_per_year=_per_year(free_after.usd - free_before.usd),
        uncapped_t_per_year=_per_year((free_after.stays - free_before.stays) * tonnes),
        converged=after.converged,
        provenance={**flows.provenance, "selected": " ".join(words)},
    )


def _links_meant(programme: Programme, words: Sequence[str]) -> set[int]:
    """Return the rows of links that selectors mean."""
    network = programme.arrays.network
    rows: set[int] = set()
    for word in words:
        try:
            meant = selectors.select(word, network.frames["links"], network.frames["nodes"])
        except ValueError as error:
            raise CallError(f"{error}.") from None
        if not meant:
            raise CallError(f"{word!r} means no link of the network.")
        rows.update(meant)
    return rows


def _arcs_over(programme: Programme, links: set[int]) -> Bools:
    """Tell of every arc in CSR order whether it runs over any of the links."""
    graph = programme.arrays.network.graph
    arcs = programme.arrays.arc_of.tolist()
    return np.array([any(run.link in links for run in graph.runs[arc]) for arc in arcs], bool)


def _volumes(programme: Programme, there: Sequence[Taken]) -> pl.DataFrame:
    """Return units and tonnes on the links by row of demand, the heaviest first."""
    network = programme.arrays.network
    country_of = {row["node_id"]: row["country"] for row in network.rows("nodes")}
    trips = programme.arrays.trips.to_dicts()
    units_of: dict[int, float] = {}
    for route in there:
        units_of[route.column.trip] = units_of.get(route.column.trip, 0.0) + route.units

    rows = []
    for trip, units in units_of.items():
        row = trips[trip]
        origin, destination = row["origin_node_id"], row["destination_node_id"]
        rows.append(
            (
                row["demand_id"],
                origin,
                destination,
                country_of[origin.split("@")[0]],
                country_of[destination.split("@")[0]],
                row["cargo_id"],
                units,
                units * row["t_per_unit"],
                units / row["units_per_year"],
            )
        )
    rows.sort(key=lambda row: (-row[7], row[0]))
    return _frame("flow_users", rows)


def _cost(programme: Programme, solution: Solution) -> _Cost:
    """Return what each trip pays in an assignment, hours of congestion included, slots not.

    A slot that is paid for is money from one party to another; what it costs all is that others
    take a dearer route.
    """
    optimum = solution.optimum
    count = len(programme.units_per_day)
    trips = np.array([column.trip for column in solution.columns], np.int64)
    felt = programme.congestion.is_felt
    hours_usd = programme.congestion.hour_usd * programme.congestion.hours(optimum.use)
    row_usd = np.where(felt, hours_usd, 0.0)
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
    extra = (after.usd - before.usd) * CALENDAR_YEAR_DAYS
    uncapped = (free_after.usd - free_before.usd) * CALENDAR_YEAR_DAYS
    least = 1e-6 * np.maximum(np.abs(before.usd) * CALENDAR_YEAR_DAYS, 1.0)
    trips = programme.arrays.trips.to_dicts()
    rows = []
    for trip in np.flatnonzero((np.abs(extra) > least) | (uncapped > least)).tolist():
        row = trips[trip]
        stays = (after.stays[trip] - before.stays[trip]) * CALENDAR_YEAR_DAYS
        rows.append(
            (
                row["demand_id"],
                row["cargo_id"],
                _or_null(before.unit_usd[trip]),
                _or_null(after.unit_usd[trip]),
                float(stays * row["t_per_unit"]),
                float(extra[trip]),
                _or_null(free_after.unit_usd[trip]),
                float(uncapped[trip]),
            )
        )
    rows.sort(key=lambda row: (-row[5], row[0]))
    return _frame("flow_moved", rows)


def _filled(programme: Programme, before: Solution, after: Solution) -> pl.DataFrame:
    """Return the limits whose use a closure changes, the fullest first."""
    use_before = before.optimum.use
    use_after = after.optimum.use
    rows = [
        (
            limit.capacity_id,
            limit.unit,
            limit.per_day,
            float(use_before[number]),
            float(use_after[number]),
            float(before.optimum.row_usd[number]),
            float(after.optimum.row_usd[number]),
        )
        for number, limit in enumerate(programme.capacities.rows)
        if abs(use_after[number] - use_before[number]) > 1e-6 * max(limit.per_day, 1.0)
    ]
    rows.sort(key=lambda row: (-(row[4] / row[2] if row[2] else 0.0), row[0]))
    return _frame("flow_filled", rows)


def _per_year(per_day: Floats) -> float:
    return float(per_day.sum() * CALENDAR_YEAR_DAYS)


def _or_null(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _frame(name: str, rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema_results.empty(name).schema, orient="row")
