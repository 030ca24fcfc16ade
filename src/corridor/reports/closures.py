"""The chapter on closures: what they do, and what is shut and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from corridor.charts.closures import replay_bars
from corridor.closures.fits import MANY_CLOSURES
from corridor.closures.replays import replay_sentences
from corridor.flows.demand import LIMIT_SHARE
from corridor.language.speech import tell
from corridor.reports.criticality import (
    criticality_values,
    element_figures,
    most_expensive_sentences,
    unserved_sentences,
)
from corridor.reports.element_names import named_list
from corridor.reports.figures import REPLAY_TABLES, csv_address, draw_figure
from corridor.reports.formats import and_list, paragraph, share
from corridor.reports.inputs import ReportInputs
from corridor.reports.losses import hazard_figures, losses_paragraphs, losses_values
from corridor.reports.second_corridor import second_corridor_sentences, second_corridor_values
from corridor.reports.sections import Answer, Section
from corridor.reports.shifts import shifts_values


def sections(inputs: ReportInputs) -> list[Section]:
    """Return what closures do; nothing where neither demand nor hazards were given."""
    if not inputs.frame("loss_rank").height and not inputs.frame("loss_fits").height:
        return []

    values = {
        "rank": criticality_values(inputs),
        "years": losses_values(inputs),
        "corridors": second_corridor_values(inputs),
        "limit": share(LIMIT_SHARE),
        "unserved": inputs.frame("loss_rank").filter(pl.col("kind") == "demand").height,
    }
    title = tell("What a closure does")
    return [Section("closures", title, "closures.html", values, title)]


def history_sections(inputs: ReportInputs) -> list[Section]:
    """Return closures that happened, and what their history says; nothing where there is none."""
    values = {
        "losses": [*element_figures(inputs), *hazard_figures(inputs)],
        "moves": shifts_values(inputs),
        "replay": _replay_values(inputs.frame("loss_replay")),
        "hazards": _hazard_values(inputs.frame("loss_fits"), inputs.frame("loss_families")),
    }
    if not any(values.values()):
        return []

    title = tell("The hazards, and what their history says")
    return [Section("history", title, "history.html", values, title)]


def shut_sections(inputs: ReportInputs) -> list[Section]:
    """Return what is shut and why, and which demand has no route for it."""
    names = inputs.element_names()
    title = tell("Why a route is shut")
    values = {
        "closures": [
            {**row, "where": named_list(row["element"], names)}
            for row in inputs.frame("closures").iter_rows(named=True)
        ],
        "unserved": unserved_sentences(inputs.frame("loss_rank"), names),
        "notes": _note_sentences(inputs),
    }
    return [Section("shut", title, "shut.html", values, title)]


def answers(inputs: ReportInputs) -> Iterator[Answer]:
    """Yield the answers on closures: what matters most, what a second corridor is worth."""
    if inputs.frame("loss_rank").height:
        question = tell("Which links matter most, and what do closures cost?")
        sentences = [*most_expensive_sentences(inputs), *losses_paragraphs(inputs)[:1]]
        yield Answer(question, paragraph(sentences), "closures")

    if inputs.frame("loss_corridors").height:
        question = tell("What is a second corridor worth?")
        sentences = second_corridor_sentences(inputs)
        yield Answer(question, paragraph(sentences), "closures")


def _note_sentences(inputs: ReportInputs) -> list[str]:
    """Return what is said of rows of demand, one sentence for all that share it."""
    demand = inputs.frame("loss_rank").filter(pl.col("kind") == "demand")
    names = dict(demand.select("element_id", "name").iter_rows())

    trips: dict[str, list[str]] = {}
    for note in inputs.frame("loss_notes")["note"]:
        demand_id, colon, what = note.partition(": ")
        if colon:
            trips.setdefault(what, []).append(names.get(demand_id, demand_id))
        else:
            trips.setdefault(note, [])
    return [
        tell("{trips}: {what}", trips=and_list(list(dict.fromkeys(rows))), what=what)
        if rows
        else what
        for what, rows in trips.items()
    ]


def _replay_values(replays: pl.DataFrame) -> dict[str, Any]:
    """Return what the template needs on closures that happened; nothing where there are none."""
    if not replays.height:
        return {}

    caption = tell(
        "Seen: new value over old, less one. If nothing had passed while shut: the days shut "
        "over all days; by season, each day as heavy as it was in the time before. What the model "
        "leaves out is trouble before, prices, and traders who went elsewhere."
    )
    figure = draw_figure("losses-replay", replay_bars(replays), caption, replays, REPLAY_TABLES)
    rows = [{**row, "words": replay_sentences(row)} for row in replays.iter_rows(named=True)]
    return {"rows": rows, "figures": [figure]}


def _hazard_values(fits: pl.DataFrame, families: pl.DataFrame) -> dict[str, Any]:
    """Return what the template needs on hazards and their history; nothing where there are none."""
    if not fits.height:
        return {}

    names = dict(fits.select("hazard_id", "name").iter_rows())
    return {
        "rows": fits.sort("used_per_year", descending=True).to_dicts(),
        "groups": [
            _family_group(str(history), rows, names)
            for (history,), rows in families.group_by(["history"], maintain_order=True)
        ],
        "weak": int((fits["confidence"] == "C").sum()),
        "many": MANY_CLOSURES,
        "csv": csv_address(fits),
        "families_csv": csv_address(families) if families.height else None,
    }


def _family_group(history: str, rows: pl.DataFrame, names: dict[str, str]) -> dict[str, Any]:
    """Return the families fitted to one history, and the hazards it is of."""
    hazards = [names.get(hazard_id, hazard_id) for hazard_id in history.split()]
    return {"name": tell("; ").join(hazards), "rows": rows.to_dicts()}
