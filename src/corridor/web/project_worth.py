"""Project worth: what a run found projects to be worth, when to begin them, what to wait for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import polars as pl

from corridor.language.messages import translate, unpack
from corridor.projects.chapter import has_projects, kept_tables, scenario_of_projects
from corridor.runs.run import projects_folder
from corridor.study.study import Study

APPRAISAL_KEYS = (
    "convention",
    "first_year",
    "open_year",
    "hurdle_share",
    "npv_usd",
    "npv_p5_usd",
    "npv_p95_usd",
    "return_share",
    "return_p5_share",
    "return_p95_share",
    "benefit_cost_ratio",
    "below_hurdle_share",
)
PHASE_KEYS = ("begin_year", "open_year")
Tables = Mapping[str, pl.DataFrame]


def project_worths(study: Study) -> dict[str, Any]:
    """Return what the latest run of a study as it is found its projects to be worth.

    state: ``none`` where the study asks for no appraisal, ``missing`` where none of these inputs
    was kept, else ``kept``. scenario: it was computed under. projects: by project_id the appraisal,
    the phase in the programme and the rules of what to wait for, as far as there are any.
    """
    if not has_projects(study):
        return {"state": "none", "projects": {}}

    tables = kept_tables(study, projects_folder(study))
    if "appraisal_projects" not in tables:
        return {"state": "missing", "projects": {}}

    scenario = study.scenarios[scenario_of_projects(study)]
    rules = _rules(tables)
    phases = _rows(tables, "phase_projects", PHASE_KEYS)
    worths = {
        project_id: {**row, "phase": phases.get(project_id), "rules": rules.get(project_id, [])}
        for project_id, row in _rows(tables, "appraisal_projects", APPRAISAL_KEYS).items()
    }
    return {"state": "kept", "scenario": translate(scenario.title), "projects": worths}


def _rows(tables: Tables, name: str, keys: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Return some columns of a table by project; nothing where the table is not there."""
    if name not in tables:
        return {}
    rows = tables[name].select("project_id", *keys).iter_rows(named=True)
    return {row.pop("project_id"): row for row in rows}


def _rules(tables: Tables) -> dict[str, list[str]]:
    """Return on which state of borders each project is begun, in words."""
    rules: dict[str, list[str]] = defaultdict(list)
    if "wait_rules" in tables:
        for project_id, rule in (
            tables["wait_rules"].select("project_id", "rule_message").iter_rows()
        ):
            rules[project_id].append(translate(unpack(rule)))
    return rules
