"""Plan: which day how many units of a shipment leave by which route, and what that comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from corridor import views
from corridor.consignments.shipment import Shipment
from corridor.counts import count_of
from corridor.network.network import Network
from corridor.tables import schema_plans
from corridor.tables.store import write_results


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan for a shipment, as tables declared in :mod:`corridor.tables.schema_plans`.

    Attributes
    ----------
    shipment
        The shipment.
    summary
        One row: what is delivered, when, for how much, how sure; what binds where not all is.
    dispatches
        One row a day, destination and route: units, dates, money, papers.
    legs
        Links and terminals of every dispatch.
    slots
        Slots of a week and places on a departure that are limited, and how many are taken.
    arrivals
        Units at every destination, day by day.
    costs
        Money by country and item.
    certainty
        What it costs to be surer of the deadline; no row where no chance was asked for.
    policy
        What to do at the first surprise; no row where it was not asked for or nothing may shut.
    turns
        What becomes of units under way; no row for a first plan.
    warnings
        What holds with a caveat.
    network
        What the plan was made for, for maps; null: not kept.
    """

    shipment: Shipment
    summary: pl.DataFrame
    dispatches: pl.DataFrame
    legs: pl.DataFrame
    slots: pl.DataFrame
    arrivals: pl.DataFrame
    costs: pl.DataFrame
    certainty: pl.DataFrame
    policy: pl.DataFrame
    turns: pl.DataFrame
    warnings: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    network: Network | None = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        row = self.summary.row(0, named=True)
        dispatches = count_of(self.dispatches.height, "dispatch", "dispatches")
        head = (
            f"Plan: {row['delivered_units']:,} of {row['units']:,} units of "
            f"{self.shipment.shipment_id} in {dispatches}"
        )
        if row["last_arrive_on"] is not None:
            head += f", the last there on {row['last_arrive_on']}, for USD {row['cost_usd']:,.0f}"
        return f"{head}. reason: {row['reason']}" if row["reason"] else f"{head}."

    map = views.draw_map
    chart = views.draw_chart
    explain = views.explain
    _repr_html_ = views.page

    def frames(self) -> dict[str, pl.DataFrame]:
        """Return the tables by the names they are declared under."""
        names = [table.name for table in schema_plans.TABLES]
        return {name: getattr(self, name.removeprefix("plan_")) for name in names}

    def write(self, folder: str | Path) -> Path:
        """Write every table as Parquet and a manifest into a folder and return it."""
        manifest = {**self.provenance, "warnings": list(self.warnings)}
        return write_results(folder, self.frames(), manifest)
