"""Results: everything a study answers, computed once and kept beside it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

import polars as pl

from corridor.closures.chapter import losses
from corridor.errors import NotConverged
from corridor.evidence.chapter import verdicts
from corridor.evidence.validation import validate
from corridor.network import network as networks
from corridor.network.calendar import day_of, minute
from corridor.network.changes import status_spans
from corridor.network.network import Network
from corridor.network.openings import link_openings, shut_by
from corridor.routing.route import route
from corridor.routing.scenarios import compare, conditions
from corridor.routing.year import departures
from corridor.study.settings import Scenario, Trip
from corridor.study.study import Study
from corridor.tables.store import installed_version, keep, kept
from corridor.trade.chapter import forecast_target
from corridor.units import DAY_H, WEEKS_YEAR_DAYS

MAX_ROUTES = 10
EVERY_DAYS = 7
CALENDAR_CRITERIA = ("time", "cost")
NOT_CODE = frozenset({"static", "__pycache__"})  # folders of the package that no answer depends on
TRIP_TYPES: dict[str, Any] = {
    "trip_id": pl.String,
    "origin_id": pl.String,
    "destination_id": pl.String,
    "origin": pl.String,
    "destination": pl.String,
    "cargo": pl.String,
    "depart": pl.Date,
    "pareto_count": pl.Int64,
    "reason": pl.String,
    "warnings": pl.List(pl.String),
    "question": pl.String,
    "via": pl.List(pl.String),
    "require": pl.List(pl.String),
    "avoid": pl.List(pl.String),
}
CLOSURE_TYPES: dict[str, Any] = {
    "element": pl.String,
    "kind": pl.String,
    "what": pl.String,
    "from_on": pl.Date,
    "to_on": pl.Date,
    "source_id": pl.String,
    "links": pl.Int64,
}
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class Results:
    """What a study answers under one scenario, as tables.

    frames: trips, routes, legs, calendar, scenarios (the same trips under the scenarios that ask a
    question), closures, validation, evidence; trade_ and a name for every frame of
    :class:`corridor.trade.chapter.TargetForecast`, claims, commitments; loss_ and a name for every
    frame of :func:`corridor.closures.chapter.losses`. study: title, scenario, scenarios compared,
    licence and price year as words. from_cache: read back, not computed. folder: where they are
    kept.
    """

    study: Mapping[str, Any]
    frames: Mapping[str, pl.DataFrame]
    tables: Mapping[str, pl.DataFrame] = field(repr=False)
    provenance: Mapping[str, Any] = field(repr=False)
    folder: Path
    from_cache: bool

    def for_report(self) -> dict[str, object]:
        """Return the parts as :func:`corridor.report` takes them."""
        trips = []
        for trip in self.frames["trips"].iter_rows(named=True):
            own = {
                name: self.frames[name].filter(pl.col("trip_id") == trip["trip_id"]).drop("trip_id")
                for name in ("routes", "legs")
            }
            trips.append({**trip, **own})
        return {
            "study": self.study,
            "trips": trips,
            "nodes": self.tables["nodes"],
            "links": self.tables["links"],
            "sources": self.tables["sources"],
            "cargoes": self.tables["cargoes"],
            "provenance": self.provenance,
            **{
                name: frame
                for name, frame in self.frames.items()
                if name not in ("trips", "routes", "legs")
            },
        }

    def answers(self) -> list[str]:
        """Return one sentence a trip: the quickest and the cheapest way, or why there is none."""
        return [
            _answer(trip, self.frames["routes"].filter(pl.col("trip_id") == trip["trip_id"]))
            for trip in self.frames["trips"].iter_rows(named=True)
        ]


def run(
    study: Study,
    *,
    folder: str | Path | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
) -> Results:
    """Return everything a study answers under its scenario, from the cache where nothing changed.

    folder: where results are kept; null: ``results/<scenario>`` in the study's folder. fresh:
    compute even if kept. progress is called with a word, the steps done and all steps.
    """
    home = (
        Path(folder)
        if folder is not None
        else study.folder / "results" / study.scenario.scenario_id
    )
    provenance = {
        "corridor": installed_version(),
        "code": code_hash(),
        "inputs": study.hash,
        "scenario": study.scenario.scenario_id,
        "choices": dict(study.network.choices),
        "seed": 0,
        "max_routes": MAX_ROUTES,
        "calendar_every_days": EVERY_DAYS,
    }
    about = {
        "id": study.id,
        "title": study.title,
        "folder": str(study.folder.resolve()),
        "licence": study.settings.licence,
        "price_year": study.settings.price_year,
        "scenario": {
            "title": study.scenario.title,
            "about": study.scenario.about,
            "as_of": study.scenario.as_of,
        },
        "scenario_id": study.scenario.scenario_id,
        "scenarios": {
            s.scenario_id: {
                "title": s.title,
                "about": s.about,
                "question": s.question,
                "beside": s.beside,
                "sources": _sources(study, s),
            }
            for s in _compared(study)
        },
    }
    if not fresh and (known := kept(home, provenance)) is not None:
        return Results(about, known, study.tables, provenance, home, True)
    say = progress or (lambda word, done, total: None)
    total = 2 * len(study.trips) + 9
    known_networks = cache(partial(scenario_network, study))
    parts: dict[str, list[pl.DataFrame]] = {"routes": [], "legs": [], "calendar": []}
    trips = []
    for done, trip in enumerate(study.trips):
        say(f"routes {trip.origin} - {trip.destination}", 2 * done, total)
        found = route(
            study.network,
            trip.origin,
            trip.destination,
            cargo=trip.cargo,
            depart=trip.depart,
            max_routes=MAX_ROUTES,
            **conditions(trip),
        )
        trips.append(
            _trip_row(study.network, trip, found.pareto_count, found.reason, found.warnings)
        )
        say(f"through the year {trip.origin} - {trip.destination}", 2 * done + 1, total)
        last = trip.depart + dt.timedelta(days=WEEKS_YEAR_DAYS)
        year = departures(
            study.network,
            trip.origin,
            trip.destination,
            cargo=trip.cargo,
            depart=f"{trip.depart}..{last}",
            criteria=CALENDAR_CRITERIA,
            every_days=EVERY_DAYS,
            **conditions(trip),
        )
        for name, frame in (("routes", found.routes), ("legs", found.legs), ("calendar", year)):
            parts[name].append(
                frame.insert_column(
                    0, pl.Series("trip_id", [trip.trip_id] * frame.height, pl.String)
                )
            )
    frames = {name: pl.concat(made) if made else pl.DataFrame() for name, made in parts.items()}
    say("other scenarios", total - 9, total)
    frames["scenarios"] = compare(
        study.trips, [s.scenario_id for s in _compared(study)], known_networks
    )
    say("validation", total - 8, total)
    frames |= {
        "trips": pl.DataFrame(trips, schema=TRIP_TYPES),
        "validation": validate(study.tables["observations"], known_networks),
        "closures": closures(study.network, study.scenario.as_of),
        "evidence": evidence(study.tables),
    }
    say("trade", total - 7, total)
    frames |= trade_frames(study)
    cost = losses(
        study, known_networks, progress=lambda word, done, _: say(word, total - 5 + done, total)
    )
    frames |= {f"loss_{name}": frame for name, frame in cost.items()}
    say("writing", total - 1, total)
    keep(home, frames, provenance)
    say("done", total, total)
    return Results(about, frames, study.tables, provenance, home, False)


def _compared(study: Study) -> list[Scenario]:
    """The scenarios the trips are compared under: the study's own, those that ask a question, those
    set beside them."""
    asking = [
        s
        for s in study.scenarios.values()
        if s.question is not None and s.scenario_id != study.scenario.scenario_id
    ]
    if not asking:
        return []
    wanted = {
        study.scenario.scenario_id,
        *(s.scenario_id for s in asking),
        *(s.beside for s in asking),
    }
    return [
        study.scenario,
        *(s for i, s in study.scenarios.items() if i in wanted - {study.scenario.scenario_id}),
    ]


def _sources(study: Study, scenario: Scenario) -> list[str]:
    """The sources of a scenario's changes, each once."""
    changes = study.tables["changes"]
    return (
        changes.filter(pl.col("change_id").is_in(scenario.changes))["source_id"]
        .drop_nulls()
        .unique(maintain_order=True)
        .to_list()
    )


def scenario_network(study: Study, scenario_id: str) -> Network:
    """Return the network of any scenario of a study; a StudyError's findings would have named one
    it has not."""
    if scenario_id == study.scenario.scenario_id:
        return study.network
    scenario = study.scenarios[scenario_id]
    return networks.build(
        study.tables, choices=scenario.choices, change_ids=scenario.changes, inputs=study.hash
    )


def closures(network: Network, on: dt.date) -> pl.DataFrame:
    """Return what is shut on a day by changes, and the windows that shut links in some season, one
    row a reason.

    Links that were never opened (planned, idea) are not closures and are left out.
    """
    at_min = minute(on)
    links = network.rows("links")
    opened = link_openings(network, at_min)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for link, whys, (_, dated) in zip(links, opened.closures, status_spans(network), strict=True):
        seasonal = [c for c in whys if c.kind == "window"]
        for closure in [*(c for c in shut_by(dated, at_min) if c.kind == "change"), *seasonal]:
            row = found.setdefault(
                (closure.kind, closure.closure_id),
                {
                    "kind": closure.kind,
                    "what": closure.note or closure.closure_id,
                    "source_id": closure.source_id,
                    "from_on": None if closure.from_min is None else day_of(closure.from_min),
                    "to_on": None if closure.to_min is None else day_of(closure.to_min),
                    "names": [],
                },
            )
            row["names"].append(link["link_id"])
    return pl.DataFrame(
        [{**row, "element": " ".join(row.pop("names")), "links": None} for row in found.values()],
        schema=CLOSURE_TYPES,
    ).with_columns(pl.col("element").str.split(" ").list.len().cast(pl.Int64).alias("links"))


def trade_frames(study: Study) -> dict[str, pl.DataFrame]:
    """Return what corridors do for trade, the claims and the promises, as far as the study asks
    about them.

    Where the world economy finds no equilibrium, trade_sentences says so and the other frames of
    trade are not there.
    """
    frames: dict[str, pl.DataFrame] = {}
    forecasts: Mapping[str, float] = {}
    if study.settings.target is not None:
        try:
            found = forecast_target(study)
            frames = {f"trade_{name}": frame for name, frame in found.frames.items()}
            forecasts = found.forecasts
        except NotConverged as error:
            frames["trade_sentences"] = pl.DataFrame(
                {"series": [None], "sentence": [str(error)]},
                schema={"series": pl.String, "sentence": pl.String},
            )
    return frames | verdicts(study, forecasts)


def evidence(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return how many rows of each table have which confidence."""
    parts = [
        frame.group_by("confidence").len("rows").with_columns(pl.lit(name).alias("table"))
        for name, frame in tables.items()
        if "confidence" in frame.columns and frame.height
    ]
    empty = pl.DataFrame(schema={"table": pl.String, "confidence": pl.String, "rows": pl.Int64})
    return pl.concat(
        [empty, *(p.select("table", "confidence", pl.col("rows").cast(pl.Int64)) for p in parts)]
    ).sort("table", "confidence")


@cache
def code_hash() -> str:
    """Return a hash of the package's sources: results of other code are not reused."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for source in sorted(
        path for path in root.rglob("*") if path.is_file() and not NOT_CODE & set(path.parts)
    ):
        digest.update(source.relative_to(root).as_posix().encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:16]


def _trip_row(
    network: Network, trip: Trip, count: int, reason: str | None, warnings: tuple[str, ...]
) -> dict[str, Any]:
    nodes = network.by_id("nodes")
    cargoes = network.by_id("cargoes")
    names = [
        networks.resolve_place(network, text.partition("@")[0])
        for text in (trip.origin, trip.destination)
    ]
    return {
        "trip_id": trip.trip_id,
        "origin_id": names[0],
        "destination_id": names[1],
        "origin": nodes[names[0]]["name"],
        "destination": nodes[names[1]]["name"],
        "cargo": cargoes[trip.cargo]["name"],
        "depart": trip.depart,
        "pareto_count": count,
        "reason": reason,
        "warnings": list(warnings),
        "question": trip.question,
        "via": list(trip.via),
        "require": list(trip.require),
        "avoid": list(trip.avoid),
    }


def _answer(trip: Mapping[str, Any], routes: pl.DataFrame) -> str:
    asked = "".join(
        f", {words} {' and '.join(trip[key])}"
        for key, words in (("via", "by way of"), ("require", "using"), ("avoid", "avoiding"))
        if trip[key]
    )
    head = (
        f"{trip['origin']} to {trip['destination']}, {trip['cargo']}, leaving "
        f"{trip['depart']}{asked}: "
    )
    if not routes.height:
        return f"{head}no way. {trip['reason']}"
    quick, cheap = (
        routes.sort(c, "time_h", "cost_usd").row(0, named=True) for c in ("time_h", "cost_usd")
    )

    def way(row: Mapping[str, Any]) -> str:
        late = (
            ""
            if row["time_p95_h"] is None
            else f", 19 in 20 within {row['time_p95_h'] / DAY_H:.1f}"
        )
        return (
            f"{row['time_p50_h'] / DAY_H:.1f} days{late}, USD {row['cost_usd']:,.0f}, "
            f"{row['carbon_kg'] / 1000:.1f} t CO2e, by {' and '.join(row['modes'])} through "
            f"{'-'.join(row['countries'])}"
        )

    if quick["route_id"] == cheap["route_id"]:
        return f"{head}quickest and cheapest {way(quick)}."
    return f"{head}quickest {way(quick)}; cheapest {way(cheap)}. {trip['pareto_count']} ways are worth taking."  # noqa: E501
