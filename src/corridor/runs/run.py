"""A run: everything a study answers under one scenario, computed once and kept beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache as once
from pathlib import Path
from typing import Any

import polars as pl

from corridor.closures.chapter import losses
from corridor.errors import NotConverged
from corridor.evidence.chapter import verdicts
from corridor.evidence.validation import validate
from corridor.language.messages import pack
from corridor.network.names import resolve_place
from corridor.network.network import Network
from corridor.routing.route import Routes, route
from corridor.routing.scenarios import compare, conditions
from corridor.routing.year import departures
from corridor.runs import cache
from corridor.runs.answers import answer
from corridor.runs.closed_links import closed_links
from corridor.runs.confidence import confidence_counts
from corridor.study.settings import Scenario, Trip
from corridor.study.study import Study
from corridor.tables import schema_results
from corridor.trade.chapter import forecast_target
from corridor.units import WEEKS_YEAR_DAYS

MAX_ROUTES = 10
EVERY_DAYS = 7
CALENDAR_CRITERIA = ("time", "cost")
SETTINGS = {"seed": 0, "max_routes": MAX_ROUTES, "calendar_every_days": EVERY_DAYS}
STEPS_AFTER_TRIPS = 9  # scenarios, validation, trade (2), closures (4), writing

Progress = Callable[[str, int, int], None]
Say = Callable[[str, int], None]


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
        inputs = {name: self.tables[name] for name in ("nodes", "links", "sources", "cargoes")}
        others = {
            name: frame
            for name, frame in self.frames.items()
            if name not in ("trips", "routes", "legs")
        }

        return {
            "study": self.study,
            "trips": trips,
            **inputs,
            "provenance": self.provenance,
            **others,
        }

    def answers(self) -> list[str]:
        """Return one sentence a trip: the quickest and the cheapest route, or why there is none."""
        return [
            answer(trip, self._of_trip("routes", trip["trip_id"]))
            for trip in self.frame("trips").iter_rows(named=True)
        ]

    def _trip(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a trip with its routes and legs."""
        parts = {
            name: self._of_trip(name, row["trip_id"]).drop("trip_id") for name in ("routes", "legs")
        }
        return {**row, **parts}

    def _of_trip(self, name: str, trip_id: str) -> pl.DataFrame:
        return self.frame(name).filter(pl.col("trip_id") == trip_id)


def run(
    study: Study,
    *,
    folder: str | Path | None = None,
    fresh: bool = False,
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
    progress
        Called with a word, the steps done and all steps.

    Raises
    ------
    OSError
        The folder cannot be written.
    """
    default = study.folder / "results" / study.scenario.scenario_id
    home = default if folder is None else Path(folder)
    provenance = cache.provenance(study, SETTINGS)

    if not fresh:
        frames = cache.read(home, study, provenance)
        if frames is not None:
            return Results(_about(study), frames, study.tables, provenance, home, True)

    total = 2 * len(study.trips) + STEPS_AFTER_TRIPS

    def say(word: str, done: int) -> None:
        if progress is not None:
            progress(word, done, total)

    frames = _computed(study, say)
    say("writing", total - 1)
    cache.write(home, study, frames, provenance)
    say("done", total)
    return Results(_about(study), frames, study.tables, provenance, home, False)


def trade_tables(study: Study) -> dict[str, pl.DataFrame]:
    """Return what corridors do for trade, the claims and the promises, as far as the study asks.

    Where the world economy finds no equilibrium, trade_sentences says so and the other tables of
    trade are not there.
    """
    frames: dict[str, pl.DataFrame] = {}
    forecasts: Mapping[str, float] = {}

    if study.settings.target is not None:
        try:
            outlook = forecast_target(study)
            frames = {f"trade_{name}": frame for name, frame in outlook.frames.items()}
            forecasts = outlook.forecasts
        except NotConverged as error:
            frames["trade_sentences"] = pl.DataFrame(
                {
                    "series": [None],
                    "sentence": [str(error)],
                    "sentence_message": [pack(error.args[0])],
                },
                schema=schema_results.empty("trade_sentences").schema,
            )

    return frames | verdicts(study, forecasts)


def _computed(study: Study, say: Say) -> dict[str, pl.DataFrame]:
    """Compute every table of a run."""
    network_of = once(study.network_of)
    frames = _trip_tables(study, say)
    done = 2 * len(study.trips)

    say("other scenarios", done)
    scenario_ids = [s.scenario_id for s in _compared(study)]
    frames["scenarios"] = compare(study.trips, scenario_ids, network_of)

    say("validation", done + 1)
    frames["validation"] = validate(study.tables["observations"], network_of)
    frames["closures"] = closed_links(study.network, study.scenario.as_of)
    frames["evidence"] = confidence_counts(study.tables)

    say("trade", done + 2)
    frames |= trade_tables(study)

    def say_losses(word: str, losses_done: int, _: int) -> None:
        say(word, done + 4 + losses_done)

    loss_tables = losses(study, network_of, progress=say_losses)
    frames |= {f"loss_{name}": frame for name, frame in loss_tables.items()}

    without_columns = [name for name, frame in frames.items() if not frame.width]
    return frames | {name: schema_results.empty(name) for name in without_columns}


def _trip_tables(study: Study, say: Say) -> dict[str, pl.DataFrame]:
    """Compute the trips with their routes, legs and calendars."""
    rows = []
    parts: dict[str, list[pl.DataFrame]] = {"routes": [], "legs": [], "calendar": []}

    for number, trip in enumerate(study.trips):
        say(f"routes {trip.origin} - {trip.destination}", 2 * number)
        routes = _routes(study, trip)
        rows.append(_trip_row(study.network, trip, routes))

        say(f"through the year {trip.origin} - {trip.destination}", 2 * number + 1)
        calendar = _calendar(study, trip)

        trip_frames = {"routes": routes.routes, "legs": routes.legs, "calendar": calendar}
        for name, frame in trip_frames.items():
            trip_ids = pl.Series("trip_id", [trip.trip_id] * frame.height, pl.String)
            parts[name].append(frame.insert_column(0, trip_ids))

    tables = {
        name: pl.concat(frames) if frames else schema_results.empty(name)
        for name, frames in parts.items()
    }
    return tables | {"trips": pl.DataFrame(rows, schema=schema_results.empty("trips").schema)}


def _routes(study: Study, trip: Trip) -> Routes:
    return route(
        study.network,
        trip.origin,
        trip.destination,
        cargo=trip.cargo,
        depart=trip.depart,
        max_routes=MAX_ROUTES,
        **conditions(trip),
    )


def _calendar(study: Study, trip: Trip) -> pl.DataFrame:
    """Compute the best routes for departures through a year."""
    last = trip.depart + dt.timedelta(days=WEEKS_YEAR_DAYS)
    return departures(
        study.network,
        trip.origin,
        trip.destination,
        cargo=trip.cargo,
        depart=f"{trip.depart}..{last}",
        criteria=CALENDAR_CRITERIA,
        every_days=EVERY_DAYS,
        **conditions(trip),
    )


def _trip_row(network: Network, trip: Trip, routes: Routes) -> dict[str, Any]:
    """Return a row of the table of trips, with the names a reader knows."""
    nodes = network.by_id("nodes")
    cargoes = network.by_id("cargoes")
    origin_id = resolve_place(network, trip.origin.partition("@")[0])
    destination_id = resolve_place(network, trip.destination.partition("@")[0])

    return {
        "trip_id": trip.trip_id,
        "origin_id": origin_id,
        "destination_id": destination_id,
        "origin": nodes[origin_id]["name"],
        "destination": nodes[destination_id]["name"],
        "cargo": cargoes[trip.cargo]["name"],
        "depart": trip.depart,
        "pareto_count": routes.pareto_count,
        "reason": routes.reason,
        "warnings": list(routes.warnings),
        "question": trip.question,
        "via": list(trip.via),
        "require": list(trip.require),
        "avoid": list(trip.avoid),
        "reason_message": pack(routes.reason),
        "warnings_message": [pack(warning) for warning in routes.warnings],
    }


def _about(study: Study) -> dict[str, Any]:
    """Return what a study and its scenarios are called, as words."""
    scenario = study.scenario
    return {
        "id": study.id,
        "title": study.title,
        "folder": str(study.folder.resolve()),
        "licence": study.settings.licence,
        "price_year": study.settings.price_year,
        "scenario": {"title": scenario.title, "about": scenario.about, "as_of": scenario.as_of},
        "scenario_id": scenario.scenario_id,
        "scenarios": {
            compared.scenario_id: {
                "title": compared.title,
                "about": compared.about,
                "question": compared.question,
                "beside": compared.beside,
                "sources": _sources(study, compared),
            }
            for compared in _compared(study)
        },
    }


def _compared(study: Study) -> list[Scenario]:
    """Return the scenarios the trips are compared under: the study's own, those that ask a question
    and those they are set beside; none where none asks."""
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
