"""Answers: what the model shows and says to a question of the table of questions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from corridor.evidence.route_words import route_words, things_of
from corridor.language.messages import figure, message
from corridor.language.speech import marked
from corridor.network.graph import Row
from corridor.network.network import Network
from corridor.routing.conditions import Options
from corridor.routing.route import Routes, route
from corridor.routing.whynot import why_not
from corridor.routing.year import departures
from corridor.units import DAY_H, WEEKS_YEAR_DAYS

YEAR_EVERY_DAYS = 14
SEASON_SLACK_DAYS = 21  # goods that leave so near the ends of a season meet either state
BELIEVED = marked("believed")
FIGURE_OFF = marked("figure off")
REJECTED = marked("rejected")
VERDICTS = (BELIEVED, FIGURE_OFF, REJECTED)

Elements: TypeAlias = Callable[[Network, dt.date], list[str]]


class Fault(NamedTuple):
    """What is wrong with an answer, and the verdict it makes."""

    verdict: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A route as an answer shows it; things: the places, links, modes, countries it uses."""

    countries: list[str]
    modes: list[str]
    words: str
    things: set[str]
    days: float | None
    days_p05: float | None
    days_p95: float | None
    usd: float | None
    usd_p05: float | None
    usd_p95: float | None
    km: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model answers to a question: routes, how many there are, and all it says."""

    shown: tuple[Shown, ...] = ()
    count: int = 0
    says: str = ""
    faults: tuple[Fault, ...] = ()


def answer_question(question: Row, network: Network, elements_of: Mapping[str, Elements]) -> Answer:
    """Put a question to the model by its verb."""
    verb = question["verb"]
    if verb == "why-not":
        return _absence(question, network)
    if verb == "year":
        return _year(question, network)
    if verb in elements_of:
        return _top(question, elements_of[verb](network, question["depart_on"]))
    return _routes(question, network)


def _routes(question: Row, network: Network) -> Answer:
    """Return the routes of a day."""
    routes = route(
        network,
        question["origin"],
        question["destination"],
        cargo=question["cargo_id"],
        depart=question["depart_on"],
        **_options(question),
    )
    papers = [paper for row in routes.routes["documents"].to_list() for paper in row]
    says = " ".join([*papers, *routes.warnings, routes.reason or ""])
    return Answer(tuple(_shown_routes(routes, network)), routes.apart_count, says)


def _shown_routes(routes: Routes, network: Network) -> Iterator[Shown]:
    """Yield the routes of an answer, quickest first."""
    country_of = {row["node_id"]: row["country"] for row in network.rows("nodes")}
    legs_of = {
        route_id: legs.to_dicts()
        for (route_id,), legs in routes.legs.group_by("route_id", maintain_order=True)
    }
    for row in routes.routes.iter_rows(named=True):
        legs = legs_of[row["route_id"]]
        yield Shown(
            countries=row["countries"],
            modes=row["modes"],
            words=route_words(legs, country_of),
            things=things_of(legs, country_of),
            days=_days(row["time_p50_h"]),
            days_p05=_days(row["time_p05_h"]),
            days_p95=_days(row["time_p95_h"]),
            usd=row["cost_usd"],
            usd_p05=row["cost_p05_usd"],
            usd_p95=row["cost_p95_usd"],
            km=row["length_km"],
        )


def _absence(question: Row, network: Network) -> Answer:
    """Return why no route passes a thing, and what one through it would take if it were open."""
    absence = why_not(
        network,
        question["origin"],
        question["destination"],
        question["element"],
        cargo=question["cargo_id"],
        depart=question["depart_on"],
        **_options(question),
    )
    columns = {row["criterion"]: row for row in absence.comparison.iter_rows(named=True)}
    through_h = columns["time"]["through"]
    faults: tuple[Fault, ...] = ()
    if through_h is not None:
        sentence = message(
            "A route through {element} in {days} days, where none is right.",
            element=question["element"],
            days=figure(through_h / DAY_H, ",.1f"),
        )
        faults = (Fault(REJECTED, sentence),)

    opened = Shown(
        countries=[],
        modes=[],
        words="",
        things=set(),
        days=_days(columns["time"]["opened"]),
        days_p05=None,
        days_p95=None,
        usd=columns["cost"]["opened"],
        usd_p05=None,
        usd_p95=None,
        km=None,
    )
    says = " ".join([absence.verdict, *absence.closures])
    return Answer((opened,), 0, says, faults)


def _year(question: Row, network: Network) -> Answer:
    """Return whether the best routes of a year pass a thing out of its season, or never in it."""
    first = question["depart_on"]
    last = first + dt.timedelta(days=WEEKS_YEAR_DAYS)
    frame = departures(
        network,
        question["origin"],
        question["destination"],
        cargo=question["cargo_id"],
        depart=f"{first}..{last}",
        every_days=YEAR_EVERY_DAYS,
        **_options(question),
    )

    passing = [
        row["depart_on"]
        for row in frame.iter_rows(named=True)
        if _departure_things(row).issuperset(words_of(question["passes"]))
    ]
    return Answer(faults=tuple(_season_faults(question, passing)))


def _departure_things(departure: Row) -> set[str]:
    """Return the borders, countries and modes of the best route of a departure."""
    columns = ("borders", "countries", "modes")
    return {thing for column in columns for thing in departure[column] or ()}


def _season_faults(question: Row, passing: list[dt.date]) -> Iterator[Fault]:
    """Yield what is wrong with the departures that pass there, those near its ends apart."""
    wrong = [day for day in passing if _in_season(question, day) is False]
    if wrong:
        sentence = message(
            "{count} departures pass {things} out of season, the first on {day}.",
            count=len(wrong),
            things=question["passes"],
            day=wrong[0],
        )
        yield Fault(REJECTED, sentence)
    if not any(_in_season(question, day) for day in passing):
        sentence = message("No departure passes {things} in season.", things=question["passes"])
        yield Fault(REJECTED, sentence)


def _in_season(question: Row, day: dt.date) -> bool | None:
    """Tell whether a day lies in the season of a question; null near its ends."""
    slack = dt.timedelta(days=SEASON_SLACK_DAYS)
    season = (question["season_from"], question["season_to"])
    states = {_is_inside(at, *season) for at in (day - slack, day, day + slack)}
    return states.pop() if len(states) == 1 else None


def _is_inside(day: dt.date, season_from: str, season_to: str) -> bool:
    """Tell whether a day lies in a season, which may reach over the end of the year."""
    month_day = f"{day:%m-%d}"
    if season_from <= season_to:
        return season_from <= month_day <= season_to
    return month_day >= season_from or month_day <= season_to


def _top(question: Row, elements: list[str]) -> Answer:
    """Return what is wrong with the elements on top of a list."""
    wrong = [element for element in elements if element in words_of(question["forbidden"])]
    faults = [
        Fault(REJECTED, message("{element} stands on top of the list.", element=element))
        for element in wrong
    ]
    return Answer(says=" ".join(elements), faults=tuple(faults))


def _options(question: Row) -> Options:
    """Return what a question asks beyond its ends, as the library takes it."""
    return {
        "via": words_of(question["via"]),
        "avoid": words_of(question["avoid"]),
        "require": words_of(question["require"]),
        "max_transshipments": question["max_transshipments"],
        "deadline": question["deadline_on"],
        "carrier": question["carrier"],
    }


def words_of(cell: str | None) -> list[str]:
    """Return the words of a cell; none where it is null."""
    return [] if cell is None else cell.split()


def _days(hours: float | None) -> float | None:
    return None if hours is None else hours / DAY_H
