"""Kept effects: what works do, on disk once known, so that a killed appraisal goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from corridor.projects.effects import Effects
from corridor.projects.sets import SetTask, question_of
from corridor.projects.valuation import Valuation
from corridor.projects.works import Works
from corridor.tables.store import read_results, write_results
from corridor.version import __version__

TABLES = ("users", "groups", "revenue")
BASES = "bases"  # table of what is one number for each base


class KeptEffects(NamedTuple):
    """Where effects of works on some bases are kept: a folder for each of the works."""

    folder: Path
    bases: Sequence[Valuation]

    def read(self, works: Works) -> list[Effects] | None:
        """Return what works do on every base; null where that is not kept for the same inputs."""
        frames = read_results(self.folder / works.works_id, self._provenance(works))
        if frames is None:
            return None
        return [
            Effects(
                users=frames[_name("users", base)],
                groups=frames[_name("groups", base)],
                revenue=frames[_name("revenue", base)],
                carbon_kg=numbers["carbon_kg"],
                converged=numbers["converged"],
            )
            for base, numbers in enumerate(frames[BASES].iter_rows(named=True))
        ]

    def write(self, works: Works, effects: Sequence[Effects]) -> None:
        """Keep what works do on every base. Raises OSError."""
        numbers = [{"carbon_kg": each.carbon_kg, "converged": each.converged} for each in effects]
        frames = {
            _name(table, base): getattr(each, table)
            for base, each in enumerate(effects)
            for table in TABLES
        }
        write_results(
            self.folder / works.works_id,
            {BASES: pl.DataFrame(numbers), **frames},
            self._provenance(works),
        )

    def _provenance(self, works: Works) -> Mapping[str, Any]:
        """Return all that the effects depend on."""
        project_ids = (*works.requires, *works.project_ids)
        questions = [question_of(SetTask(base, project_ids, ())) for base in self.bases]
        return {
            "corridor": __version__,
            "requires": list(works.requires),
            "questions": questions,
        }


def _name(table: str, base: int) -> str:
    return f"{table}-{base}"
