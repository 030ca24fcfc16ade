"""The run of the chapter on projects: which pay, the phased programme, its triggers, who agrees.

What takes minutes is kept beside the results of the study's scenarios, so that every run of them
reads it until an input changes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from corridor.flows.chapter import calibrated
from corridor.network.network import Network
from corridor.parallel import Progress
from corridor.projects.appraisal import appraise
from corridor.projects.coalition import Coalition, coalition
from corridor.projects.phase import Phasing, phase
from corridor.projects.phase_task import VALUE_YEAR, PhaseOptions
from corridor.projects.project_rows import FIRST_YEAR
from corridor.projects.waiting import Waiting, wait
from corridor.study.settings import ProjectSettings
from corridor.study.study import Study
from corridor.tables import schema_appraisals
from corridor.tables.cells import frame_of
from corridor.tables.prepared import code_hash, key_of
from corridor.tables.schema_phases import PROGRAMME
from corridor.tables.store import read_results, write_results
from corridor.version import __version__

Tables = dict[str, pl.DataFrame]
APPRAISAL = "appraisal"
SETS = "sets"  # of projects that were valued: a killed run goes on from them
EFFECTS = "effects"  # of projects that were appraised: likewise
CONVENTION = "adb"


def has_projects(study: Study) -> bool:
    """Tell whether a study asks for projects, and has some."""
    return study.settings.projects is not None and bool(study.network.frames["projects"].height)


def count_to_appraise(study: Study, folder: Path) -> int:
    """Return how many projects a run appraises: none where a folder holds what they are worth."""
    if not has_projects(study):
        return 0

    tables = read_results(folder / scenario_of_projects(study) / APPRAISAL, _provenance(study))
    return study.network.frames["projects"].height if tables is None else 0


def kept_tables(study: Study, folder: Path) -> Tables:
    """Return the tables of projects that a folder holds for the inputs as they are."""
    if not has_projects(study):
        return {}

    home = folder / scenario_of_projects(study)
    provenance = _provenance(study)
    appraisal = read_results(home / APPRAISAL, provenance) or {}
    return appraisal | (read_results(home / PROGRAMME.name, provenance) or {})


def appraisal_tables(study: Study, folder: Path | None, *, fresh: bool = False) -> Tables:
    """Return which projects of a study pay, for whom and how surely, as tables of results.

    Every project by itself, and the programmes asked about each as one.

    Parameters
    ----------
    study
        Under any scenario; ``[projects]`` says under which they are looked at.
    folder
        Where the tables are kept; null: nowhere.
    fresh
        Compute even what is kept.
    """
    if not has_projects(study):
        return {}

    home = None if folder is None else folder / scenario_of_projects(study)
    effects = None if home is None else home / f"{EFFECTS}-{_key(study)[:12]}"
    tables = _from_disk(study, folder, APPRAISAL, lambda: _appraisal(study, effects), fresh=fresh)
    if home is not None:
        _remove_finished(home, EFFECTS)
    return tables


def programme_tables(
    study: Study,
    folder: Path | None,
    progress: Progress | None = None,
    *,
    fresh: bool = False,
) -> Tables:
    """Return the programme of a study: its phases, what to wait for, and who must agree.

    Parameters
    ----------
    study, folder, fresh
        As of :func:`appraisal_tables`.
    progress
        Called with a word, the sets of projects valued and all of them.

    Returns
    -------
    dict
        The tables of :mod:`corridor.tables.schema_phases` by name; those on waiting have no rows
        where no place is named. Nothing where the study asks for no programme.
    """
    if not has_projects(study) or not _asked(study).programme:
        return {}

    home = None if folder is None else folder / scenario_of_projects(study)
    sets = None if home is None else home / f"{SETS}-{_key(study)[:12]}"
    tables = _from_disk(
        study, folder, PROGRAMME.name, lambda: _programme(study, sets, progress), fresh=fresh
    )
    if home is not None:
        _remove_finished(home, SETS)
    return tables


def _remove_finished(home: Path, part: str) -> None:
    """Remove what a killed run would have gone on from: its tables are there."""
    for finished in home.glob(f"{part}-*"):
        shutil.rmtree(finished, ignore_errors=True)


def _asked(study: Study) -> ProjectSettings:
    return study.settings.projects or ProjectSettings()


def scenario_of_projects(study: Study) -> str:
    """Return the scenario that projects are looked at under."""
    return _asked(study).scenario or study.scenario.scenario_id


def _network(study: Study) -> Network:
    """Return the network that projects are looked at on."""
    return calibrated(study, study.network_of(scenario_of_projects(study)))


def _appraisal(study: Study, effects: Path | None) -> Tables:
    """Return the tables of an appraisal of every project; effects: where they are kept."""
    network = _network(study)
    projects = network.frames["projects"]["project_id"].to_list()
    names = dict.fromkeys([*_asked(study).asked, *projects])

    appraisal = appraise(
        network,
        network.frames["demand"],
        names,
        convention=CONVENTION,
        shut=_asked(study).places,
        workers=1,
        folder=effects,
    )
    frames = appraisal.frames()
    return {table.name: frames[table.name] for table in schema_appraisals.IN_RUNS}


def _programme(study: Study, sets: Path | None, progress: Progress | None) -> Tables:
    """Return the tables of the programme, each set of projects valued once."""
    asked = _asked(study)
    network = _network(study)
    demand = network.frames["demand"]

    def tell(_: str, done: int, total: int) -> None:
        if progress is not None:
            progress("sets of projects", done, total)

    options: PhaseOptions = {
        "convention": CONVENTION,
        "folder": sets,
        "workers": 1,
        "progress": tell,
    }

    phasing = phase(network, demand, asked.programme, **options)
    agreement = coalition(network, demand, asked.programme, borders=asked.borders, **options)
    waiting = None
    if asked.places:
        waiting = wait(network, demand, asked.programme, asked.places, **options)
    return {
        PROGRAMME.name: _summary(study, phasing, agreement, waiting),
        **phasing.frames(),
        **agreement.frames(),
        **(waiting.frames() if waiting is not None else {}),
    }


def _summary(
    study: Study, phasing: Phasing, agreement: Coalition, waiting: Waiting | None
) -> pl.DataFrame:
    """Return the programme in one row."""
    row = {
        "scenario": scenario_of_projects(study),
        "convention": CONVENTION,
        "first_year": FIRST_YEAR,
        "value_year": VALUE_YEAR,
        "npv_usd": phasing.npv_usd,
        "valued": phasing.valued,
        "largest_error_usd": phasing.largest_error_usd,
        "places": list(_asked(study).places),
        "wait_usd": None if waiting is None else waiting.npv_usd,
        "fixed_usd": None if waiting is None else waiting.fixed_usd,
        "core_is_empty": agreement.core_is_empty,
        "needed_usd": agreement.needed_usd,
    }
    return frame_of(PROGRAMME, [row])


def _from_disk(
    study: Study, folder: Path | None, part: str, compute: Callable[[], Tables], *, fresh: bool
) -> Tables:
    """Return tables kept in a folder for the same inputs; compute and keep them elsewhere."""
    if folder is None:
        return compute()

    home = folder / scenario_of_projects(study) / part
    provenance = _provenance(study)
    tables = None if fresh else read_results(home, provenance)
    if tables is None:
        tables = compute()
        write_results(home, tables, provenance)
    return tables


def _provenance(study: Study) -> dict[str, Any]:
    """Return everything the tables depend on, whichever scenario is reported."""
    return {
        "corridor": __version__,
        "code": code_hash(),
        "inputs": study.files_hash,
        "scenario": scenario_of_projects(study),
        "choices": dict(_network(study).choices),
    }


def _key(study: Study) -> str:
    return key_of(json.dumps(_provenance(study), sort_keys=True))
