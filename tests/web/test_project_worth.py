"""Cards of projects tell what the latest run found them to be worth, or how to get that."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import corridor as co
from corridor.language.messages import message, pack
from corridor.projects import chapter
from corridor.runs.run import projects_folder
from corridor.study.study import Study
from corridor.tables import schema_appraisals, schema_phases
from corridor.tables.cells import frame_of
from corridor.tables.columns import Table
from corridor.tables.store import write_results
from corridor.web.project_worth import project_worths

PROJECT = "ktap-kandahar-chaman"
WORTH = {
    "project_id": PROJECT,
    "name": "Railway",
    "requires": [],
    "convention": "adb",
    "first_year": 2026,
    "open_year": 2030,
    "hurdle_share": 0.09,
    "npv_usd": -2.1e8,
    "npv_p5_usd": -4e8,
    "npv_p95_usd": 1e7,
    "return_share": 0.051,
    "benefit_cost_ratio": 0.74,
}


def study_of(study_folder: Path, folder: Path) -> Study:
    """Return the built-in study in a folder of its own, without results."""
    shutil.copytree(study_folder, folder, ignore=shutil.ignore_patterns("results"))
    return co.read(folder)


def kept(study: Study, part: str, frames: dict[str, pl.DataFrame]) -> None:
    """Keep tables as a run of the study keeps them."""
    home = projects_folder(study) / chapter.scenario_of_projects(study) / part
    write_results(home, frames, chapter._provenance(study))


def one(table: Table, **cells: Any) -> pl.DataFrame:
    return frame_of(table, [{**dict.fromkeys(column.name for column in table.columns), **cells}])


@pytest.mark.slow
def test_what_a_run_kept_is_told_until_an_input_changes(study_folder: Path, tmp_path: Path) -> None:
    study = study_of(study_folder, tmp_path / "own")
    assert project_worths(study) == {"state": "missing", "projects": {}}

    projects = one(schema_appraisals.APPRAISAL_PROJECTS, **WORTH)
    kept(study, chapter.APPRAISAL, {"appraisal_projects": projects})
    alone = project_worths(study)
    assert alone["state"] == "kept" and alone["scenario"] == "Every border open"
    worth = alone["projects"][PROJECT]
    assert (worth["npv_usd"], worth["npv_p95_usd"], worth["return_share"]) == (-2.1e8, 1e7, 0.051)
    assert worth["phase"] is None and worth["rules"] == []

    rule = message("{project} once Chaman is open", project="Railway")
    phase = one(
        schema_phases.PHASE_PROJECTS,
        project_id=PROJECT,
        name="Railway",
        begin_year=2028,
        open_year=2033,
    )
    rules = one(
        schema_phases.WAIT_RULES, project_id=PROJECT, places=[], states=[], after=[], rule=rule
    ).with_columns(rule_message=pl.lit(pack(rule)))
    kept(study, "programme", {"phase_projects": phase, "wait_rules": rules})
    worth = project_worths(study)["projects"][PROJECT]
    assert worth["phase"] == {"begin_year": 2028, "open_year": 2033}
    assert worth["rules"] == ["Railway once Chaman is open"]

    links = study.folder / "links.csv"
    links.write_text(links.read_text("utf-8") + "\n", "utf-8")
    assert project_worths(co.read(study.folder))["state"] == "missing"


def test_a_study_that_asks_for_no_appraisal_says_so(tmp_path: Path) -> None:
    assert project_worths(co.read(co.new(tmp_path / "own")))["state"] == "none"
