"""The programme of projects: what is begun first, in which order, and what to wait for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl

from corridor.charts.projects import phases_gantt
from corridor.language.speech import marked, number, tell
from corridor.reports.figures import PROJECT_TABLES, draw_figure
from corridor.reports.formats import (
    MIN_TENTH_MILLION_USD,
    and_list,
    paragraph,
    usd_millions,
)
from corridor.reports.inputs import ReportInputs

# Futures that plans are made for, and that come.
FUTURES = {
    "as-seen": marked("as seen so far"),
    "always-open": marked("always open"),
    "always-shut": marked("always shut"),
}


class FirstProject(NamedTuple):
    """A project that is begun, in which year, for how much."""

    project_id: str
    name: str
    begin_year: int
    capex_usd: float


def first_projects(inputs: ReportInputs) -> list[FirstProject]:
    """Return the projects of the programme that are begun, the first one first."""
    projects = inputs.frame("phase_projects").drop_nulls("begin_year")
    begun = projects.sort("begin_year", maintain_order=True)
    rows = begun.select("project_id", "name", "begin_year", "capex_usd").iter_rows()
    return [FirstProject(*row) for row in rows]


def programme_row(inputs: ReportInputs) -> dict[str, Any]:
    """Return the row of the programme; nothing where none was asked for."""
    frame = inputs.frame("programme")
    return frame.row(0, named=True) if frame.height else {}


def worth_shut_usd(inputs: ReportInputs) -> float | None:
    """Return what the programme is worth kept to, should its borders stay shut; null: not known."""
    rows = inputs.frame("wait_regrets").filter(
        pl.col("kind") == "fixed",
        pl.col("plan") == "always-open",
        pl.col("future") == "always-shut",
    )
    return rows["npv_usd"].item() if rows.height else None


def programme_values(inputs: ReportInputs) -> dict[str, Any]:
    """Return what the template needs on the phases of the programme; nothing without one."""
    programme = programme_row(inputs)
    if not programme:
        return {}

    projects = inputs.frame("phase_projects")
    caption = tell(
        "Each set of projects that can be was valued under capacity; the best order follows "
        "exactly. No budget is set."
    )
    chart = phases_gantt(projects, programme["first_year"])
    return {
        "words": first_text(inputs),
        "method": tell(
            "{count} sets of projects were assigned, with the demand of {year}; sums of others are "
            "off by {error} a year at most.",
            count=number(programme["valued"]),
            year=str(programme["value_year"]),
            error=usd_millions(programme["largest_error_usd"] or 0.0),
        ),
        "figures": [draw_figure("projects-phases", chart, caption, projects, PROJECT_TABLES)],
    }


def first_text(inputs: ReportInputs) -> str:
    """Say what of the programme is begun first, what it is worth, and what waiting adds."""
    programme = programme_row(inputs)
    projects = inputs.frame("phase_projects")
    begun = first_projects(inputs)
    if not begun:
        return tell(
            "Nothing: no order of the {count} projects looked at is worth its cost.",
            count=number(projects.height),
        )

    begins = [
        tell("{project} in {year}", project=project.name, year=str(project.begin_year))
        for project in begun
    ]
    sentences = [
        tell("Begin with {projects}.", projects=and_list(begins)),
        tell(
            "If all borders stay open they are together worth {sum} more than they cost, the most "
            "of all orders of the {count} projects looked at.",
            sum=usd_millions(programme["npv_usd"]),
            count=number(projects.height),
        ),
        *_waiting_sentences(programme),
    ]
    return paragraph(sentences)


def _waiting_sentences(programme: Mapping[str, Any]) -> list[str]:
    """Say what the programme is worth with borders as they were seen, and what waiting adds."""
    if programme["wait_usd"] is None:
        return []
    added = programme["wait_usd"] - programme["fixed_usd"]
    values = {"sum": usd_millions(programme["wait_usd"]), "added": usd_millions(added)}
    if added < MIN_TENTH_MILLION_USD:
        return [
            tell(
                "With borders that go on as they were seen they are worth {sum}, and waiting for "
                "them adds nothing.",
                **values,
            )
        ]
    return [
        tell(
            "With borders that go on as they were seen they are worth {sum}; deciding year by "
            "year adds {added} of it.",
            **values,
        )
    ]


def waiting_values(inputs: ReportInputs) -> dict[str, Any]:
    """Return what the template needs on waiting: rules, and what plans are worth by future."""
    if not inputs.frame("wait_regrets").height:
        return {}
    return {
        "rules": inputs.frame("wait_rules")["rule"].to_list(),
        "futures": [tell(name) for name in FUTURES.values()],
        "plans": _plans(inputs.frame("wait_regrets")),
    }


def _plans(regrets: pl.DataFrame) -> list[dict[str, Any]]:
    """Return what plans are worth in each future: decided year by year, and kept to."""
    cells = {(row["kind"], row["plan"], row["future"]): row for row in regrets.to_dicts()}
    plans = [("policy", "as-seen"), *(("fixed", future) for future in FUTURES)]
    return [
        {
            "name": _plan_name(kind, plan),
            "cells": [
                {
                    "usd": cells[kind, plan, future]["npv_usd"],
                    "regret_usd": max(cells[kind, plan, future]["regret_usd"], 0.0),
                }
                for future in FUTURES
            ],
        }
        for kind, plan in plans
    ]


def _plan_name(kind: str, plan: str) -> str:
    if kind == "policy":
        return tell("decided year by year, knowing the borders")
    return tell("kept to, made for borders {future}", future=tell(FUTURES[plan]))
