"""Flows: what an assignment found, as tables, with what it takes to go on from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from corridor import views
from corridor.flows.flow_tables import unserved
from corridor.flows.programme import Programme
from corridor.flows.solution import Solution
from corridor.kernels import Floats
from corridor.tables.store import write_results

TABLES = ("volumes", "capacities", "routes", "unserved", "trace")


@dataclass(frozen=True, eq=False)
class Flows:
    """Demand on the network under capacity, in a year or a month of it.

    Attributes
    ----------
    volumes
        One row a link, terminal or service, direction and cargo: units and tonnes.
    capacities
        One row a limit: what is possible, how much is used, what one more would be worth, and the
        rows of demand that pay for it; what is fullest first.
    routes
        One row a route that is taken: its units, share of its row of demand, money and hours of a
        unit, what it pays for capacity besides, and what it passes.
    trace
        One row a step of the computation: objective, bound and the gap between them.
    converged
        Whether the gap is not above the one asked for.
    gap_share
        By which share of itself the objective is at most above the least there is.
    days
        Days the volumes are of.
    warnings
        What holds with a caveat.
    provenance
        Version, settings and hash of the inputs.
    programme, solution, options
        What was solved, how it came out and what was asked, for :func:`corridor.select` and warm
        starts.
    units_per_day
        Of all demand on a mean day, also of what has no route [trips].
    """

    volumes: pl.DataFrame
    capacities: pl.DataFrame
    routes: pl.DataFrame
    trace: pl.DataFrame
    converged: bool
    gap_share: float
    days: int
    programme: Programme = field(repr=False)
    solution: Solution = field(repr=False)
    units_per_day: Floats = field(repr=False)
    options: Any = field(default_factory=dict, repr=False)
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def unserved(self) -> pl.DataFrame:
        """One row of demand any of which stays: how much, why, and what a unit would pay at most.

        Made when it is first asked for: why there is no route takes searches of its own.
        """
        return unserved(self.programme, self.solution, self.units_per_day, self.days)

    def __repr__(self) -> str:
        full = self.capacities.filter(pl.col("price_usd") > 0).height
        served_t = float((self.routes["t"]).sum())
        stays_t = float(self.unserved["t"].sum())
        limits = "1 limit is full" if full == 1 else f"{full} limits are full"
        end = "" if self.converged else ", not converged"
        return (
            f"Flows: {served_t / 1e6:,.2f} Mt carried in {self.days} days, {stays_t / 1e6:,.2f} Mt "
            f"stay, {limits} (gap {self.gap_share:.1e}{end})."
        )

    map = views.draw_map
    explain = views.explain
    _repr_html_ = views.page

    def write(self, folder: str | Path) -> Path:
        """Write every table as Parquet and a manifest into a folder and return it."""
        return write_results(
            folder,
            {name: getattr(self, name) for name in TABLES},
            {**self.provenance, "warnings": list(self.warnings)},
        )
