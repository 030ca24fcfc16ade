"""The cache of runs: what results depend on, and whether those kept in a folder are still of use.

A run is stale where its provenance differs (the version and code of the package, the input files,
the scenario and its choices, the settings), or where its tables are not those the package declares.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from corridor.study.study import Study
from corridor.tables import schema_results
from corridor.tables.columns import Table
from corridor.tables.prepared import code_hash
from corridor.tables.store import read_results, write_results
from corridor.version import __version__


def provenance(study: Study, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything the results of a study depend on, as words and numbers."""
    return {
        "corridor": __version__,
        "code": code_hash(),
        "inputs": study.hash,
        "scenario": study.scenario.scenario_id,
        "choices": dict(study.network.choices),
        **settings,
    }


def read(
    folder: Path, study: Study, provenance: Mapping[str, Any]
) -> dict[str, pl.DataFrame] | None:
    """Return the tables kept in a folder; null where they are stale, incomplete or damaged."""
    frames = read_results(folder, provenance)
    if frames is None or flaws(study, frames):
        return None
    return frames


def write(
    folder: Path,
    study: Study,
    frames: Mapping[str, pl.DataFrame],
    provenance: Mapping[str, Any],
) -> None:
    """Keep the tables of a run in a folder.

    Raises RuntimeError where they are not those declared, which is a mistake of the package, and
    OSError where the folder cannot be written.
    """
    if differences := flaws(study, frames):
        raise RuntimeError(
            "The tables of the run are not those that corridor.tables.schema_results declares: "
            f"{'; '.join(differences)}."
        )
    write_results(folder, frames, provenance)


def flaws(study: Study, frames: Mapping[str, pl.DataFrame]) -> list[str]:
    """Return in words how the tables of a run differ from those that a study's run must keep."""
    declared = schema_results.names()
    undeclared = [f"{name} is not declared" for name in frames if name not in declared]
    missing = [
        f"{table.name} is missing"
        for table in schema_results.TABLES
        if table.name not in frames and is_due(table, study)
    ]
    differing = [
        flaw
        for name, frame in frames.items()
        if name in declared
        for flaw in schema_results.flaws(name, frame)
    ]
    return undeclared + missing + differing


def is_due(table: Table, study: Study) -> bool:
    """Tell whether every run of a study must keep a table."""
    return table.unless is None and all(_has(study, need) for need in table.needs)


def _has(study: Study, need: str) -> bool:
    """Tell whether a study has what a table of results needs."""
    if need == "target":
        return study.settings.target is not None
    return study.network.frames[need].height > 0
