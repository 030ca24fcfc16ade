"""The chapter on projects: which pay, for whom, in which order, on which sign, who must agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from corridor.language.messages import readable
from corridor.language.speech import marked, number, tell, tell_count
from corridor.reports.agreement import agreement_sentences, agreement_values
from corridor.reports.asked_projects import asked_projects, asked_values, pays_text, remedies
from corridor.reports.figures import csv_address
from corridor.reports.formats import DASH, paragraph, share
from corridor.reports.inputs import ReportInputs
from corridor.reports.programme import (
    first_text,
    programme_row,
    programme_values,
    waiting_values,
)
from corridor.reports.sections import Answer, Section

MAX_PROJECTS = 10  # rows of the table beside those asked about and those of the programme
BANKS = {
    "adb": marked("Asian Development Bank"),
    "world-bank": marked("World Bank"),
    "world-bank-high": marked("World Bank, high price of carbon"),
    "ec": marked("European Commission"),
}


def sections(inputs: ReportInputs) -> list[Section]:
    """Return what projects are worth; nothing where they were not appraised."""
    projects = inputs.frame("appraisal_projects")
    if not projects.height:
        return []

    values = {
        "words": _paragraph(inputs, projects),
        "rows": _rows(inputs),
        "csv": csv_address(readable(projects)),
        "asked": [asked_values(inputs, row) for row in asked_projects(inputs)],
        "programme": programme_values(inputs),
        "waiting": waiting_values(inputs),
        "agreement": agreement_values(inputs),
    }
    title = tell("Which projects pay")
    return [Section("projects", title, "projects.html", values, title)]


def answers(inputs: ReportInputs) -> Iterator[Answer]:
    """Yield whether what is asked about pays, what would make it, what is first, who must agree."""
    for row in asked_projects(inputs):
        yield Answer(row["question"], pays_text(row), "projects")
        if row["npv_usd"] < 0:
            question = tell("What would make it pay?")
            yield Answer(question, paragraph(remedies(inputs, row)), "projects")

    if inputs.frame("programme").height:
        yield Answer(tell("What should be built first?"), first_text(inputs), "projects")
    if inputs.frame("coalition_players").height:
        yield Answer(tell("Who must agree?"), paragraph(agreement_sentences(inputs)), "projects")


def _paragraph(inputs: ReportInputs, projects: pl.DataFrame) -> str:
    """Say how many pay, by whose rate, and with which borders."""
    first = projects.row(0, named=True)
    paying = projects.filter(pl.col("npv_usd") > 0)
    sentences = [
        tell_count(
            "{count} of {all} projects is worth more than it costs, at {rate} a year as the "
            "{bank} asks.",
            "{count} of {all} projects are worth more than they cost, at {rate} a year as the "
            "{bank} asks.",
            paying.height,
            all=number(projects.height),
            rate=share(first["hurdle_share"]),
            bank=tell(BANKS.get(first["convention"], first["convention"])),
        ),
        tell(
            "Each is compared with the network without it, under capacity; what it requires is "
            "taken as built. Gains of shippers, fees of states, scarce places and carbon count, "
            "passengers and goods outside the demand do not."
        ),
    ]
    programme = programme_row(inputs)
    if programme and programme["places"]:
        sentences.append(
            tell(
                "The estimate takes borders as the scenario has them and prices as they are asked; "
                "in the futures drawn, from which the intervals are, borders shut as often as they "
                "did, and works run over as others of their kind."
            )
        )
    return paragraph(sentences)


def _rows(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return the projects shown: those asked about and of the programme, and the best others."""
    projects = inputs.frame("appraisal_projects")
    named = {row["project_id"] for row in asked_projects(inputs)}
    named |= set(inputs.frame("phase_projects")["project_id"])
    others = [row for row in projects["project_id"] if row not in named][:MAX_PROJECTS]
    shown = projects.filter(pl.col("project_id").is_in([*named, *others]))

    open_share = dict(inputs.frame("wait_shares").select("project_id", "open_share").iter_rows())
    return [
        {
            **row,
            "return": _rate(row["return_share"]),
            "return_band": _return_band(row),
            "open": _open_text(row["project_id"], open_share),
        }
        for row in shown.iter_rows(named=True)
    ]


def _return_band(row: Mapping[str, Any]) -> str | None:
    """Return the interval of the return of a project; null where it has none."""
    if row["return_p5_share"] is None and row["return_p95_share"] is None:
        return None
    low, high = (_rate(row[f"return_{end}_share"]) for end in ("p5", "p95"))
    return tell("{low} to {high}", low=low, high=high)


def _rate(rate: float | None) -> str:
    """Return a return in per cent, without the sign."""
    # Translators: a project has no rate of return, as it never earns its money back.
    return tell("none") if rate is None else number(100 * rate, 0 if abs(rate) >= 0.1 else 1)


def _open_text(project_id: str, open_share: Mapping[str, float | None]) -> str:
    if project_id not in open_share:
        return DASH
    needed = open_share[project_id]
    # Translators: a project never pays, however long borders are open.
    return tell("never pays") if needed is None else share(needed)
