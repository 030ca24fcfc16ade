"""Results: what a study answers under one scenario, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from corridor.network.alternatives import active_rows
from corridor.runs.answers import answer
from corridor.runs.plans import kept_plans
from corridor.tables import schema_results

_OF_TRIPS = ("routes", "legs", "money")


@dataclass(frozen=True, eq=False)
class Results:
    """What a study answers under one scenario, as tables.

    study: title, scenario, scenarios compared, licence and price year as words. frames: the tables
    declared in :mod:`corridor.tables.schema_results`, without those a run may lack. tables: the
    study's own. from_cache: read back, not computed. folder: where they are kept.
    """

    study: Mapping[str, Any]
    frames: Mapping[str, pl.DataFrame]
    tables: Mapping[str, pl.DataFrame] = field(repr=False)
    provenance: Mapping[str, Any] = field(repr=False)
    folder: Path
    from_cache: bool

    def frame(self, name: str) -> pl.DataFrame:
        """Return a table of the run, without rows where this study has no such answers.

        Raises UnknownName (a KeyError) for a table that no run keeps.
        """
        no_rows = schema_results.empty(name)
        return self.frames.get(name, no_rows)

    def for_report(self) -> dict[str, object]:
        """Return the parts as :func:`corridor.report` takes them."""
        trips = [self._trip(row) for row in self.frame("trips").iter_rows(named=True)]
        inputs = {
            name: self.tables[name]
            for name in ("nodes", "links", "shapes", "services", "sources", "cargoes")
        }
        windows = active_rows(self.tables["windows"], self.provenance["choices"])
        others = {
            name: frame for name, frame in self.frames.items() if name not in ("trips", *_OF_TRIPS)
        }

        return {
            "study": self.study,
            "trips": trips,
            **inputs,
            "windows": windows,
            "provenance": self.provenance,
            "plans": self._plans(),
            **others,
        }

    def _plans(self) -> dict[str, tuple[str, dict[str, pl.DataFrame]]]:
        """Return the plans of shipments that were made of the study as it is."""
        shipments = active_rows(self.tables["shipments"], self.provenance["choices"])
        names = dict(shipments.select("shipment_id", "name").iter_rows())
        return kept_plans(Path(self.study["folder"]), self.provenance, names)

    def answers(self) -> list[str]:
        """Return one sentence a trip: the quickest and the cheapest route, or why there is none."""
        return [
            answer(trip, self._of_trip("routes", trip["trip_id"]))
            for trip in self.frame("trips").iter_rows(named=True)
        ]

    def _trip(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a trip with its routes, their legs and their money."""
        parts = {name: self._of_trip(name, row["trip_id"]).drop("trip_id") for name in _OF_TRIPS}
        return {**row, **parts}

    def _of_trip(self, name: str, trip_id: str) -> pl.DataFrame:
        return self.frame(name).filter(pl.col("trip_id") == trip_id)
