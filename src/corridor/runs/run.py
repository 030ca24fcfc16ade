"""A run: everything a study answers under one scenario, computed once and kept beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from corridor.closures.chapter import corridors, losses
from corridor.errors import NotConverged
from corridor.evidence.chapter import verdicts
from corridor.evidence.validation import observations_beside_model
from corridor.flows.chapter import calibrated, flow_tables, has_flows
from corridor.language.messages import pack
from corridor.projects.chapter import appraisal_tables, programme_tables
from corridor.routing.scenarios import compare
from corridor.runs import cache
from corridor.runs.beside import Start, beside
from corridor.runs.closed_links import closed_links
from corridor.runs.confidence import confidence_counts
from corridor.runs.results import Results
from corridor.runs.trips import EVERY_DAYS, MAX_ROUTES, STEPS, trip_tables
from corridor.runs.validation import judged_questions
from corridor.study.settings import Scenario
from corridor.study.study import Study
from corridor.tables import schema_results
from corridor.tables.store import writing
from corridor.trade.chapter import forecast_target
from corridor.trade.elastic import TABLES as ROUND_TABLES
from corridor.trade.elastic import study_elastic_flows

SETTINGS = {"seed": 0, "max_routes": MAX_ROUTES, "calendar_every_days": EVERY_DAYS}
STEPS_AFTER_TRIPS = 12  # closures (3), programme, what runs beside (6), appraisal, writing
PROJECTS_FOLDER = "projects"

Progress = Callable[[str, int, int], None]
Say = Callable[[str, int], None]


def run(
    study: Study,
    *,
    folder: str | Path | None = None,
    fresh: bool = False,
    must_keep: bool = True,
    in_second_process: bool = False,
    progress: Progress | None = None,
) -> Results:
    """Return everything a study answers under its scenario, from the cache where nothing changed.

    Parameters
    ----------
    study
        The study under one scenario.
    folder
        Where results are kept; null: ``results/<scenario>`` in the study's folder.
    fresh
        Compute even where kept results are still of use.
    must_keep
        Whether a folder that cannot be written is an error; if not, the results are not kept.
    in_second_process
        Whether a second process shares the work; a script that asks for it needs
        ``if __name__ == "__main__":``.
    progress
        Called with a word, the steps done and all steps.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    home = results_folder(study) if folder is None else Path(folder)
    provenance = cache.provenance(study, SETTINGS)

    def results(frames: dict[str, pl.DataFrame], *, from_cache: bool) -> Results:
        return Results(_about(study), frames, study.tables, provenance, home, from_cache)

    def stored() -> dict[str, pl.DataFrame] | None:
        return None if fresh else cache.read(home, study, provenance)

    if (frames := stored()) is not None:
        return results(frames, from_cache=True)

    with _writable(home, must_keep=must_keep) as is_writable:
        # Whoever held the folder may have answered the same.
        if is_writable and (frames := stored()) is not None:
            return results(frames, from_cache=True)

        total = STEPS * len(study.trips) + STEPS_AFTER_TRIPS

        def say(word: str, done: int) -> None:
            if progress is not None:
                progress(word, done, total)

        projects = _ProjectTables(
            projects_folder(study, folder) if is_writable else None, fresh, progress
        )
        with beside(study, in_second_process=in_second_process) as start:
            workers = 1 if in_second_process else None  # the other processor is busy
            frames = _computed(study, start, say, projects, workers)
        if is_writable:
            say("writing", total - 1)
            _write(home, study, frames, provenance, must_keep=must_keep)
        say("done", total)
        return results(frames, from_cache=False)


@contextmanager
def _writable(home: Path, *, must_keep: bool) -> Iterator[bool]:
    """Hold a folder of results for writing and tell whether it can be held.

    Raises OSError where it cannot and results must be kept.
    """
    with ExitStack() as stack:
        is_writable = True
        try:
            stack.enter_context(writing(home))
        except OSError:
            if must_keep:
                raise
            is_writable = False
        yield is_writable


def _write(
    home: Path,
    study: Study,
    frames: dict[str, pl.DataFrame],
    provenance: dict[str, Any],
    *,
    must_keep: bool,
) -> None:
    """Keep the tables of a run. Raises OSError where they must be kept and cannot."""
    try:
        cache.write(home, study, frames, provenance)
    except OSError:
        if must_keep:
            raise


def results_folder(study: Study) -> Path:
    """Return where results of a study under its scenario are kept, if nowhere else."""
    return study.folder / "results" / study.scenario.scenario_id


def trade_tables(study: Study) -> dict[str, pl.DataFrame]:
    """Return what corridors do for trade, the claims and the promises, as far as the study asks.

    Where the world economy finds no equilibrium, trade_sentences says so and the other tables of
    trade are not there.
    """
    if study.settings.target is None:
        return verdicts(study, {})

    try:
        outlook = forecast_target(study)
    except NotConverged as error:
        return {"trade_sentences": _reason_table(error), **verdicts(study, {})}

    frames = {f"trade_{name}": frame for name, frame in outlook.frames.items()}
    return frames | verdicts(study, outlook.forecasts)


class _ProjectTables(NamedTuple):
    """How the tables of projects are computed.

    folder: where they are kept; null: nowhere. fresh: whether what is kept is computed again.
    progress: told each set of projects.
    """

    folder: Path | None
    fresh: bool
    progress: Progress | None


def projects_folder(study: Study, folder: str | Path | None = None) -> Path:
    """Return where what projects are worth is kept: for all scenarios where the study keeps it.

    folder: of the results; null: in the study's folder.
    """
    home = results_folder(study).parent if folder is None else Path(folder)
    return home / PROJECTS_FOLDER


def _computed(
    study: Study, start: Start, say: Say, projects: _ProjectTables, workers: int | None
) -> dict[str, pl.DataFrame]:
    """Compute every table of a run.

    start: what starts a computation beside the others. workers: threads that simulate years.
    """
    # The longest first, as only what has not been begun can change hands.
    appraisal = start(partial(appraisal_tables, folder=projects.folder, fresh=projects.fresh))
    others = [
        start(_scenario_tables),
        start(trade_tables),
        start(_corridor_tables, workers),
        start(_question_tables, workers),
        start(_flow_tables),
        start(_observation_tables),
    ]

    frames = trip_tables(study, say)
    done = STEPS * len(study.trips)
    losses_of = _loss_tables(study, workers, lambda word, steps: say(word, done + steps))

    say("programme of projects", done + 3)
    frames |= programme_tables(study, projects.folder, projects.progress, fresh=projects.fresh)
    frames["closures"] = closed_links(study.network, study.scenario.as_of)
    frames["evidence"] = confidence_counts(study.tables)
    frames["defaults"] = study.defaults

    for number, tables in enumerate(reversed(others), start=4):
        say("flows, other scenarios, evidence and trade", done + number)
        frames |= tables()
    say("appraising projects", done + 4 + len(others))
    frames |= appraisal()
    return _with_columns(frames | losses_of)


def _flow_tables(study: Study) -> dict[str, pl.DataFrame]:
    """Return the flows of a study, of a demand that follows their costs where it asks for that."""
    if not study.settings.flows.trade_response or not has_flows(study):
        return flow_tables(study)

    network = calibrated(study, study.network)
    elastic = study_elastic_flows(study, network, on=study.scenario.as_of)
    tables = {f"flow_{name}": getattr(elastic, name) for name in ROUND_TABLES}
    return flow_tables(study, elastic.flows) | tables


def _question_tables(study: Study, workers: int | None) -> dict[str, pl.DataFrame]:
    """Return the questions a study is judged by, beside what it answers."""
    return {"questions": judged_questions(study, study.tables["questions"], workers)}


def _observation_tables(study: Study) -> dict[str, pl.DataFrame]:
    """Return what was observed, beside what the model says."""
    observations = study.tables["observations"]
    return {"validation": observations_beside_model(observations, study.network_of)}


def _corridor_tables(study: Study, workers: int | None) -> dict[str, pl.DataFrame]:
    """Return what second corridors are worth; nothing without demand or hazards."""
    frames = study.network.frames
    if not (frames["demand"].height and frames["hazards"].height):
        return {}
    return {"loss_corridors": corridors(study, study.network_of, workers=workers)}


def _scenario_tables(study: Study) -> dict[str, pl.DataFrame]:
    """Return the trips under the scenarios they are compared under."""
    scenario_ids = [scenario.scenario_id for scenario in _compared(study)]
    return {"scenarios": compare(study.trips, scenario_ids, study.network_of)}


def _with_columns(frames: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Give tables without columns those declared for them."""
    without_columns = [name for name, frame in frames.items() if not frame.width]
    return frames | {name: schema_results.empty(name) for name in without_columns}


def _loss_tables(study: Study, workers: int | None, say: Say) -> dict[str, pl.DataFrame]:
    """Compute what closures cost."""
    frames = losses(study, workers=workers, progress=lambda word, done, _: say(word, done))
    return {f"loss_{name}": frame for name, frame in frames.items()}


def _reason_table(error: NotConverged) -> pl.DataFrame:
    """Return trade_sentences where the only sentence is why there are no others."""
    sentence = {
        "series": None,
        "sentence": str(error),
        "sentence_message": pack(error.args[0]),
    }
    return pl.DataFrame([sentence], schema=schema_results.empty("trade_sentences").schema)


def _about(study: Study) -> dict[str, Any]:
    """Return what a study and its scenarios are called, as words."""
    scenario = study.scenario
    projects = study.settings.projects
    return {
        "id": study.id,
        "title": study.title,
        "folder": str(study.folder.resolve()),
        "licence": study.settings.licence,
        "price_year": study.settings.price_year,
        "between": study.settings.between,
        "projects_asked": {} if projects is None else dict(projects.asked),
        "scenario": {"title": scenario.title, "about": scenario.about, "as_of": scenario.as_of},
        "scenario_id": scenario.scenario_id,
        "scenarios": {
            compared.scenario_id: _about_scenario(study, compared) for compared in _compared(study)
        },
    }


def _about_scenario(study: Study, scenario: Scenario) -> dict[str, Any]:
    """Return what a scenario is called and asks, and where its changes were read."""
    return {
        "title": scenario.title,
        "about": scenario.about,
        "question": scenario.question,
        "beside": scenario.beside,
        "as_of": scenario.as_of,
        "sources": _sources(study, scenario),
    }


def _compared(study: Study) -> list[Scenario]:
    """Return the scenarios the trips are compared under; none where none asks a question.

    They are the study's own, those that ask a question, and those these are set beside.
    """
    own_id = study.scenario.scenario_id
    asking = [
        scenario
        for scenario in study.scenarios.values()
        if scenario.question is not None and scenario.scenario_id != own_id
    ]
    if not asking:
        return []

    other_ids = {s.scenario_id for s in asking} | {s.beside for s in asking}
    others = [
        scenario
        for scenario_id, scenario in study.scenarios.items()
        if scenario_id in other_ids and scenario_id != own_id
    ]
    return [study.scenario, *others]


def _sources(study: Study, scenario: Scenario) -> list[str]:
    """Return the sources of a scenario's changes, each once."""
    changes = study.tables["changes"].filter(pl.col("change_id").is_in(scenario.changes))
    return changes["source_id"].drop_nulls().unique(maintain_order=True).to_list()
