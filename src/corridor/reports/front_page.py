"""The front page: three messages, a map, the corridors with their bands, what to do, how sure.

Every sentence is made from the results. What a study has no results on is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from corridor.charts.basemap.view import view_of
from corridor.charts.maps import end_nodes, route_map
from corridor.language.speech import number, tell
from corridor.reports import trade
from corridor.reports.asked_projects import asked_projects
from corridor.reports.data_quality import trust
from corridor.reports.element_names import end_names
from corridor.reports.figures import ROUTE_TABLES, Figure, draw_figure
from corridor.reports.formats import (
    and_list,
    day,
    days,
    known_usd,
    paragraph,
    share,
    usd_millions,
)
from corridor.reports.guesses import heaviest_guesses
from corridor.reports.inputs import ReportInputs
from corridor.reports.loss_lists import own_trade
from corridor.reports.losses import closures_sentence
from corridor.reports.programme import first_projects, programme_row, worth_shut_usd
from corridor.reports.steps import steps
from corridor.reports.trip import Route, Trip, corridor_name, main_corridors, route_beside
from corridor.reports.trips import MAP_COLUMNS
from corridor.reports.weekdays import weekday_sentences
from corridor.units import DAY_H

MAP_WIDTH_PX = 452.0
MAP_HEIGHT_PX = 172.0
MANY_DAYS = 10


class Point(NamedTuple):
    """A message: what is said first, and the sentences that hold it up."""

    headline: str
    text: str


class Verdict(NamedTuple):
    """A question that is answered by yes or no, and the section that says more."""

    is_yes: bool
    question: str
    href: str
    text: str


def front_values(inputs: ReportInputs) -> dict[str, Any]:
    """Return what the template needs; nothing where the first trip has no route."""
    if not inputs.trips or not inputs.trips[0].legs.height:
        return {}

    trip = inputs.trips[0]
    rows = main_corridors(trip)
    points = [*_route_points(trip), *_closure_points(inputs, trip)]
    project_points = _project_points(inputs)
    return {
        "trip": trip,
        "points": [*points, *project_points],
        "map": _map(inputs, trip, [row["letter"] for row in rows]),
        "rows": rows,
        "verdicts": [
            *_winter_verdicts(inputs),
            *_project_verdicts(inputs),
            *_trade_verdicts(inputs),
        ],
        "steps": steps(inputs, trip, len(points) + 1 if project_points else None),
        "sure": _sure_text(inputs, trip),
    }


def _route_points(trip: Trip) -> list[Point]:
    """Say which route is quickest and which is cheapest, with days, dollars and their bands."""
    quickest, cheapest = trip.quickest, trip.cheapest
    if quickest is None or cheapest is None:
        return []

    headline = tell(
        "{trip}: send by the {corridor} today, about {days} days and USD {usd}.",
        trip=trip.name,
        days=_about_days(quickest),
        usd=number(known_usd(quickest["cost_usd"])),
        corridor=corridor_name(quickest),
    )
    sentences = [_band_sentence(quickest)]
    if cheapest is not quickest:
        sentences.append(
            tell(
                "The cheapest takes {days} days and USD {usd}, {share} less, by {corridor}.",
                days=_about_days(cheapest),
                usd=number(known_usd(cheapest["cost_usd"])),
                share=share(1 - cheapest["cost_usd"] / quickest["cost_usd"]),
                corridor=corridor_name(cheapest),
            )
        )
    return [Point(headline, paragraph(sentences))]


def _band_sentence(route: Route) -> str:
    """Say within which days and dollars nine of ten trips end."""
    words = {"low": days(route["time_p05_h"]), "high": days(route["time_p95_h"])}
    if route.get("cost_p95_usd") is None:
        return tell("Nine of ten trips take {low} to {high} days if nothing closes.", **words)
    return tell(
        "Nine of ten trips take {low} to {high} days if nothing closes and cost USD {low_usd} to "
        "{high_usd}.",
        low_usd=number(known_usd(route["cost_p05_usd"])),
        high_usd=number(known_usd(route["cost_p95_usd"])),
        **words,
    )


def _closure_points(inputs: ReportInputs, trip: Trip) -> list[Point]:
    """Say where goods go once a border of the quickest route is shut, and what closures cost."""
    quickest = trip.quickest
    if quickest is None or not quickest["borders"]:
        return []

    names = end_names(inputs.nodes, inputs.links)
    borders = _border_list(names, quickest["borders"])
    beside = route_beside(trip)
    if beside is None:
        headline = tell(
            "If a border of the {quickest} shuts, no other route is open.",
            quickest=corridor_name(quickest),
        )
        sentences = [tell("It passes borders on these stretches: {borders}.", borders=borders)]
    else:
        headline = tell(
            "If a border of the {quickest} shuts, goods go by the {corridor}: {days} days instead "
            "of {usual_days}, USD {usd} instead of {usual_usd}.",
            quickest=corridor_name(quickest),
            corridor=corridor_name(beside),
            days=days(beside["time_p50_h"]),
            usual_days=days(quickest["time_p50_h"]),
            usd=number(known_usd(beside["cost_usd"])),
            usual_usd=number(known_usd(quickest["cost_usd"])),
        )
        sentences = _border_sentences(names, quickest, beside)
    return [Point(headline, paragraph([*sentences, *_loss_sentences(inputs)]))]


def _border_sentences(names: Mapping[str, str], quickest: Route, beside: Route) -> list[str]:
    """Say which borders are meant, and where goods go where one of the other route shuts."""
    words = {
        "borders": _border_list(names, quickest["borders"]),
        "corridor": corridor_name(beside),
        "others": _border_list(names, beside["borders"]),
        "quickest": corridor_name(quickest),
    }
    if not beside["borders"]:
        return [
            tell(
                "It passes borders on these stretches: {borders}. The {corridor} uses none of "
                "them.",
                **words,
            )
        ]
    return [
        tell(
            "It passes borders on these stretches: {borders}. The {corridor} uses none of them; if "
            "a border of its own shuts ({others}), goods go by the {quickest}.",
            **words,
        )
    ]


def _border_list(names: Mapping[str, str], borders: Sequence[str]) -> str:
    return and_list([names.get(link_id, link_id) for link_id in borders])


def _loss_sentences(inputs: ReportInputs) -> list[str]:
    """Say what closures cost in a mean year: own trade, else all; nothing without any."""
    summary = inputs.frame("loss_summary").filter(pl.col("case") == pl.col("case").first())
    losses = {row["measure"]: row for row in summary.iter_rows(named=True)}
    own = own_trade(inputs)
    if own is not None and "own_loss_usd" in losses:
        return [closures_sentence(own, losses["own_loss_usd"])]
    if "loss_usd" in losses:
        return [closures_sentence(tell("trade of the region"), losses["loss_usd"])]
    return []


def _project_points(inputs: ReportInputs) -> list[Point]:
    """Say whether the first project asked about pays, and what to build instead."""
    asked = asked_projects(inputs)[:1]
    if not asked:
        return []

    row = asked[0]
    words = {
        "cost": usd_millions(row["capex_usd"]),
        "worth": usd_millions(abs(row["npv_usd"])),
    }
    if row["npv_usd"] >= 0:
        verdict = tell("Yes: it costs {cost} to build and gains {worth}.", **words)
    else:
        verdict = tell(
            "No: it costs {cost} to build and loses {worth} even with all borders open.", **words
        )
    rate = share(row["hurdle_share"])
    sentences = [
        tell("Net present values at {rate} a year.", rate=rate),
        *_future_sentences(row),
        *_begin_sentences(inputs),
    ]
    return [Point(paragraph([row["question"], verdict]), paragraph(sentences))]


def _future_sentences(row: Mapping[str, Any]) -> list[str]:
    """Say what the single figure is, what the band is, and why the one lies outside the other."""
    if row["npv_p5_usd"] is None:
        return []

    low, high = row["npv_p5_usd"], row["npv_p95_usd"]
    central = tell(
        "That is the central case: all borders stay open and the works cost what was planned."
    )
    if high >= 0:
        words = {"low": usd_millions(low), "high": usd_millions(high)}
        futures = tell(
            "In the futures drawn borders shut and works cost more: nine of ten are worth {low} to "
            "{high}.",
            **words,
        )
        return [central, futures]

    words = {"least": usd_millions(-high), "most": usd_millions(-low)}
    if high < row["npv_usd"]:
        futures = tell(
            "In the futures drawn borders shut and works cost more, so that nearly all are worse "
            "than it: nine of ten lose {least} to {most}.",
            **words,
        )
        return [central, futures]

    futures = tell(
        "In the futures drawn borders shut and works cost more: nine of ten lose {least} to "
        "{most}.",
        **words,
    )
    return [central, futures]


def _begin_sentences(inputs: ReportInputs) -> list[str]:
    """Say what is worth building first, and on which condition; nothing without a programme."""
    programme = programme_row(inputs)
    projects = first_projects(inputs)
    if not programme or not projects:
        return []
    words = {
        "projects": and_list([project.name for project in projects]),
        "sum": usd_millions(programme["npv_usd"]),
    }
    shut_usd = worth_shut_usd(inputs)
    if programme["wait_usd"] is None or shut_usd is None or shut_usd >= 0:
        return [
            tell(
                "What pays first: {projects}, together worth {sum} more than they cost if all "
                "borders stay open.",
                **words,
            )
        ]
    return [
        tell(
            "What pays first: {projects}, together worth {sum} more than they cost if all borders "
            "stay open, {seen} if they shut as often as before; if theirs stay shut, {loss} is "
            "lost.",
            seen=usd_millions(programme["fixed_usd"]),
            loss=usd_millions(-shut_usd),
            **words,
        )
    ]


def _map(inputs: ReportInputs, trip: Trip, letters: Sequence[str]) -> Figure:
    """Return the map of the corridors on the page, in letters that can be read beside text."""
    legs = trip.legs.filter(pl.col("letter").is_in(letters))
    places = inputs.nodes.filter(pl.col("node_id").is_in(end_nodes(legs)))
    view = view_of(
        places["lon_deg"], places["lat_deg"], max_height=MAP_HEIGHT_PX, width=MAP_WIDTH_PX
    )
    chart = route_map(inputs.nodes, inputs.links, legs, view=view, closed=set(inputs.shut))
    caption = tell("The corridors of the table, by their letters.")
    return draw_figure("front-map", chart, caption, legs.select(MAP_COLUMNS), ROUTE_TABLES)


def _winter_verdicts(inputs: ReportInputs) -> list[Verdict]:
    """Answer the questions on the first trip on another day: whether it has a route."""
    lead = inputs.trips[0]
    return [
        Verdict(trip.quickest is not None, trip.heading, trip.anchor, _day_text(inputs, trip))
        for trip in inputs.trips[1:]
        if trip.has_ends_and_cargo_of(lead)
        and trip.conditions == lead.conditions
        and trip.depart != lead.depart
    ]


def _day_text(inputs: ReportInputs, trip: Trip) -> str:
    """Say what a trip takes on its day; why there is none where it has no route."""
    quickest = trip.quickest
    if quickest is None:
        return trip.reason or ""
    on_day = tell(
        "{days} days ({low} to {high}) by the {corridor} when leaving on {date}.",
        days=days(quickest["time_p50_h"]),
        low=days(quickest["time_p05_h"]),
        high=days(quickest["time_p95_h"]),
        corridor=corridor_name(quickest),
        date=day(trip.depart),
    )
    return paragraph([on_day, *weekday_sentences(inputs, trip)])


def _project_verdicts(inputs: ReportInputs) -> list[Verdict]:
    """Answer the questions on projects, but for the first, which is a point of the page."""
    return [
        Verdict(row["npv_usd"] >= 0, row["question"], "projects", "")
        for row in asked_projects(inputs)[1:]
    ]


def _trade_verdicts(inputs: ReportInputs) -> list[Verdict]:
    return [
        Verdict(
            trade.is_reached(inputs),
            answer.question,
            answer.href,
            trade.best_text(inputs),
        )
        for answer in trade.answers(inputs)
    ]


def _sure_text(inputs: ReportInputs, trip: Trip) -> str:
    """Say how sure the page is: estimates of its first route, the heaviest of them, and misses."""
    sentences = []
    quickest = trip.quickest
    if quickest is not None:
        sentences.append(
            tell(
                "{hours} of the days and {dollars} of the dollars of the {corridor} rest on our "
                "estimates.",
                hours=share(quickest["weak_time_share"]),
                dollars=share(quickest["weak_cost_share"]),
                corridor=corridor_name(quickest),
            )
        )

        guesses = heaviest_guesses(inputs, [quickest])
        sentences += [
            tell(
                "The guess that weighs most in them: {guess} ({share}).",
                guess=guess.name,
                share=guess.weight_text,
            )
            for guess in guesses[:1]
        ]

    quality = trust(inputs)
    if quality.measured:
        sentences.append(
            tell(
                "Of {measured} measured trips, prices and speeds the model meets {met}.",
                measured=number(quality.measured),
                met=number(quality.met),
            )
        )
    return paragraph(sentences)


def _about_days(route: Route) -> str:
    """Return the median days of a route, whole where they are many."""
    count = route["time_p50_h"] / DAY_H
    return number(count, 0 if count >= MANY_DAYS else 1)
