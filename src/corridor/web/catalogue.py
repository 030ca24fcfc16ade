"""Catalogue: what a study offers to ask about, and the charts of its answers."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from corridor.charts.distance import cost_distance, time_distance
from corridor.charts.maps import route_map
from corridor.charts.pareto import pareto
from corridor.charts.style import CONFIDENCE_HUES, HUES, STYLES
from corridor.errors import UnknownName
from corridor.language.cldr import country_name, english_country_name
from corridor.language.messages import translate
from corridor.language.speech import marked, tell
from corridor.network.names import names_of
from corridor.network.shapes import with_lines
from corridor.screens.row_names import row_name
from corridor.study.settings import Scenario, Trip
from corridor.tables import schema
from corridor.tables.columns import MODES
from corridor.web import questions
from corridor.web.answers import find
from corridor.web.change_words import change_words
from corridor.web.json_text import about
from corridor.web.languages import language_names
from corridor.web.limits import (
    FIRST_YEAR,
    LAST_YEAR,
    MAX_CHANGES,
    MAX_DEPARTURES,
    MAX_REQUIRED,
    MAX_ROUTES,
    MAX_UNITS,
)
from corridor.web.live_study import StudyState
from corridor.web.project_cards import project_cards
from corridor.web.project_worth import project_worths

NO_LEGS = marked("Origin and destination are one place: nothing is carried.")
CHARTS = ("pareto", "time-distance", "cost-distance", "route-map")
CREDIT = marked(
    "Land, waters and borders: Natural Earth. Relief: Tom Patterson. Towns: GeoNames (CC BY 4.0). "
    "Borders are drawn as Natural Earth holds them, disputed ones dashed; none is a claim. "
    "Dashed lines of transport are schematic."
)
PLACE_COLUMNS = ("name", "country", "kind", "unlocode")
CARGO_COLUMNS = (
    "cargo_id",
    "name",
    "form",
    "t_per_unit",
    "teu_per_unit",
    "value_usd_per_unit",
    "time_value_share_per_day",
)
LIMITS = {
    "changes": MAX_CHANGES,
    "routes": MAX_ROUTES,
    "units": MAX_UNITS,
    "required": MAX_REQUIRED,
    "departures": MAX_DEPARTURES,
    "first_on": dt.date(FIRST_YEAR, 1, 1),
    "last_on": dt.date(LAST_YEAR, 12, 31),
}


def study(state: StudyState, trouble: str | None) -> dict[str, Any]:
    """Return what a study offers to ask about, its styles and the limits of questions.

    trouble: why its files could not be read again; null where they were.
    """
    return {
        **about(state),
        **_study_words(state),
        "trouble": trouble,
        "credit": _credit(state),
        **_questions(state),
        **_drawing(),
        "languages": language_names(),
        "limits": LIMITS,
    }


def _credit(state: StudyState) -> str:
    """Return whose lines the map draws."""
    frames = state.network.frames
    used = frames["shapes"]["source_id"].unique().to_list()
    sources = frames["sources"].filter(
        pl.col("source_id").is_in(used) & pl.col("licence").is_not_null()
    )
    authors = [
        f"{citation.partition(',')[0]} ({licence})"
        for citation, licence in sources.select("citation", "licence").iter_rows()
    ]
    if not authors:
        return tell(CREDIT)
    lines = tell("Lines: {authors}.", authors=tell(", ").join(dict.fromkeys(authors)))
    return f"{tell(CREDIT)} {lines}"


def scenario(declared: Scenario) -> dict[str, Any]:
    """Return what is declared of a scenario, without its id."""
    return {
        "id": declared.scenario_id,
        "title": declared.title,
        "about": declared.about,
        "as_of": declared.as_of,
        "changes": declared.changes,
        "choices": dict(declared.choices),
    }


def chart(state: StudyState, question: questions.Routes, name: str) -> dict[str, Any]:
    """Return a chart of the routes asked for as a Vega-Lite specification.

    Raises UnknownName for a chart there is none of.
    """
    if name not in CHARTS:
        raise UnknownName("chart", name, CHARTS)
    answer = find(state, question)
    if not answer.routes.height:
        return {"description": answer.reason, "reason": answer.reason}
    if not answer.legs.height:
        return {"description": tell(NO_LEGS), "reason": tell(NO_LEGS)}

    nodes = state.network.frames["nodes"]
    links = with_lines(state.network.frames["links"], state.network.frames["shapes"])
    match name:
        case "pareto":
            drawing = pareto(answer.routes)
        case "time-distance":
            drawing = time_distance(answer.legs, nodes)
        case "cost-distance":
            drawing = cost_distance(answer.legs, nodes)
        case _:
            drawing = route_map(nodes, links, answer.legs)

    specification: dict[str, Any] = drawing.to_dict()
    return specification


def _study_words(state: StudyState) -> dict[str, Any]:
    """What a study is called, and the settings that hold for all of it."""
    settings = state.study.settings
    return {
        "id": state.study.id,
        "title": state.study.title,
        "price_year": settings.price_year,
        "licence": settings.licence,
        "default_scenario": settings.default_scenario,
    }


def _questions(state: StudyState) -> dict[str, Any]:
    """What a question may name: scenarios, places, cargoes, options, changes and trips."""
    tables = state.study.tables
    of_places = tables["nodes"]["country"].unique().sort()
    countries = {code: english_country_name(code) or code for code in of_places}
    countries |= dict(tables["countries"].select("country", "name").iter_rows())
    carriers = tables["rules"]["carrier_country"].drop_nulls().unique().sort()

    return {
        "scenarios": [scenario(each) for each in state.study.scenarios.values()],
        "places": _places(state),
        "countries": {code: country_name(code) or name for code, name in countries.items()},
        "cargoes": tables["cargoes"].select(CARGO_COLUMNS).to_dicts(),
        "modes": list(MODES),
        "parameters": _options(tables["parameters"]),
        "carriers": carriers.to_list(),
        "changes": {
            change_id: translate(change_words(state.study, state.network, change_id))
            for change_id in tables["changes"]["change_id"].unique(maintain_order=True)
        },
        "closures": _closures(tables["changes"]),
        "rules": {
            rule["rule_id"]: row_name(state.network, "rules", rule)
            for rule in state.network.rows("rules")
        },
        "projects": project_cards(state),
        "worths": project_worths(state.study),
        "trips": [_trip(trip) for trip in state.study.trips],
    }


def _closures(changes: pl.DataFrame) -> dict[str, str]:
    """The links that a change shuts first, as a selector, by change_id."""
    shut = changes.filter(table="links", column="status", value="closed")
    first = shut.unique("change_id", keep="first", maintain_order=True)
    return dict(first.select("change_id", "row_id").iter_rows())


def _drawing() -> dict[str, Any]:
    """How answers are drawn: lines, hues, and what the grades of confidence mean."""
    return {
        "styles": _styles(),
        "hues": HUES,
        "confidence_hues": CONFIDENCE_HUES,
        "confidences": schema.table("links").column("confidence").meaning,
    }


def _places(state: StudyState) -> list[dict[str, Any]]:
    """The places of the day, by name, each with its names in the study's other languages."""
    day = state.dated_network
    also: dict[str, list[str]] = {}
    for name, node_id in names_of(day).translations:
        also.setdefault(node_id, []).append(name)

    places = [
        {
            "id": node["node_id"],
            **{column: node[column] for column in PLACE_COLUMNS},
            "also": list(dict.fromkeys(also.get(node["node_id"], ()))),
        }
        for node in day.rows("nodes")
    ]
    return sorted(places, key=lambda place: place["name"])


def _options(parameters: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """The options of every disputed figure, by parameter."""
    options: dict[str, list[dict[str, Any]]] = {}
    for row in parameters.iter_rows(named=True):
        parameter, _, option = row["option_id"].partition(":")
        options.setdefault(parameter, []).append(
            {"option": option, "meaning": row["meaning"], "default": row["is_default"]}
        )
    return options


def _trip(trip: Trip) -> dict[str, Any]:
    return {
        "trip_id": trip.trip_id,
        "origin": trip.origin,
        "destination": trip.destination,
        "cargo": trip.cargo,
        "depart": trip.depart,
    }


def _styles() -> dict[str, dict[str, Any]]:
    """How links of every layer are drawn."""
    return {
        layer: {"name": style.name, "hue": style.hue, "dash": style.dash, "width": style.width}
        for layer, style in STYLES.items()
    }
