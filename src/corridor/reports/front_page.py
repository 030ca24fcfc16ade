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
from corridor.reports.agreement import countries_enough
from corridor.reports.asked_projects import asked_projects, benefit_factor
from corridor.reports.data_quality import trust
from corridor.reports.element_names import end_names
from corridor.reports.figures import ROUTE_TABLES, Figure, draw_figure
from corridor.reports.formats import (
    and_list,
    country,
    day,
    days,
    paragraph,
    share,
    usd_millions,
)
from corridor.reports.guesses import Guess, heaviest_guesses
from corridor.reports.inputs import ReportInputs
from corridor.reports.loss_lists import own_trade
from corridor.reports.losses import closures_sentence
from corridor.reports.programme import FirstProject, first_projects, programme_row
from corridor.reports.trip import Route, Trip, main_corridors, route_beside
from corridor.reports.trips import MAP_COLUMNS
from corridor.units import DAY_H

MAP_WIDTH_PX = 452.0
MAP_HEIGHT_PX = 195.0
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


class Step(NamedTuple):
    """What one of those who decide should do, and by when."""

    who: str
    when: str
    what: str


def front_values(inputs: ReportInputs) -> dict[str, Any]:
    """Return what the template needs; nothing where the first trip has no route."""
    if not inputs.trips or not inputs.trips[0].legs.height:
        return {}

    trip = inputs.trips[0]
    rows = main_corridors(trip)
    guesses = heaviest_guesses(inputs, rows)
    return {
        "trip": trip,
        "points": [*_route_points(trip), *_closure_points(inputs, trip), *_project_points(inputs)],
        "map": _map(inputs, trip, [row["letter"] for row in rows]),
        "rows": rows,
        "verdicts": [
            *_winter_verdicts(inputs),
            *_project_verdicts(inputs),
            *_trade_verdicts(inputs),
        ],
        "steps": [*_shipper_steps(trip), *_state_steps(inputs), *_bank_steps(inputs)],
        "sure": _sure_text(inputs, trip, guesses),
    }


def _route_points(trip: Trip) -> list[Point]:
    """Say which route is quickest and which is cheapest, with days, dollars and their bands."""
    quickest, cheapest = trip.quickest, trip.cheapest
    if quickest is None or cheapest is None:
        return []

    headline = tell(
        "{trip}, {cargo}: about {days} days and USD {usd} by the {corridor}.",
        trip=trip.name,
        cargo=trip.cargo,
        days=_about_days(quickest),
        usd=number(_rounded(quickest["cost_usd"])),
        corridor=_corridor(quickest),
    )
    sentences = [_band_sentence(quickest)]
    if cheapest is not quickest:
        sentences.append(
            tell(
                "The cheapest takes {days} days and USD {usd}, {share} less, by {corridor}.",
                days=_about_days(cheapest),
                usd=number(_rounded(cheapest["cost_usd"])),
                share=share(1 - cheapest["cost_usd"] / quickest["cost_usd"]),
                corridor=_corridor(cheapest),
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
        low_usd=number(_rounded(route["cost_p05_usd"])),
        high_usd=number(_rounded(route["cost_p95_usd"])),
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
            quickest=_corridor(quickest),
        )
        sentences = [tell("Its borders are {borders}.", borders=borders)]
    else:
        headline = tell(
            "If a border of the {quickest} shuts, goods go by the {corridor}: {days} days instead "
            "of {usual_days}, USD {usd} instead of {usual_usd}.",
            quickest=_corridor(quickest),
            corridor=_corridor(beside),
            days=days(beside["time_p50_h"]),
            usual_days=days(quickest["time_p50_h"]),
            usd=number(_rounded(beside["cost_usd"])),
            usual_usd=number(_rounded(quickest["cost_usd"])),
        )
        sentences = [
            tell(
                "Its borders are {borders}. The {corridor} uses none of them.",
                borders=borders,
                corridor=_corridor(beside),
            ),
            *_other_way_sentences(names, quickest, beside),
        ]
    return [Point(headline, paragraph([*sentences, *_loss_sentences(inputs)]))]


def _other_way_sentences(names: Mapping[str, str], quickest: Route, beside: Route) -> list[str]:
    """Say that goods go on as they do where a border of the other route shuts."""
    borders = [link_id for link_id in beside["borders"] if link_id not in quickest["borders"]]
    if not borders:
        return []
    return [
        tell(
            "If one of its own shuts ({borders}), the {quickest} stays open.",
            borders=_border_list(names, borders),
            quickest=_corridor(quickest),
        )
    ]


def _border_list(names: Mapping[str, str], borders: Sequence[str]) -> str:
    return and_list([names.get(link_id, link_id) for link_id in borders])


def _loss_sentences(inputs: ReportInputs) -> list[str]:
    """Say what closures cost in a mean year: own trade, then all; nothing without any."""
    summary = inputs.frame("loss_summary").filter(pl.col("case") == pl.col("case").first())
    losses = {row["measure"]: row for row in summary.iter_rows(named=True)}
    trades = {"own_loss_usd": own_trade(inputs), "loss_usd": tell("trade of the region")}
    return [
        closures_sentence(trade, losses[measure])
        for measure, trade in trades.items()
        if trade is not None and measure in losses
    ]


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
        verdict = tell("No: it costs {cost} to build and loses {worth}.", **words)
    sentences = [*_future_sentences(row), *_begin_sentences(inputs)]
    return [Point(paragraph([row["question"], verdict]), paragraph(sentences))]


def _future_sentences(row: Mapping[str, Any]) -> list[str]:
    """Say what the worth holds for, and what it is in nine of ten futures without that."""
    if row["npv_p5_usd"] is None:
        return []
    low, high = row["npv_p5_usd"], row["npv_p95_usd"]
    given = tell("That is if all borders stay open and the works cost what was planned.")
    if high >= 0:
        words = {"low": usd_millions(low), "high": usd_millions(high)}
        return [given, tell("Otherwise, nine times in ten, it is worth {low} to {high}.", **words)]

    words = {"least": usd_millions(-high), "most": usd_millions(-low)}
    if high < row["npv_usd"]:
        return [
            given,
            tell(
                "Borders that shut and works that cost more make it worse: nine times in ten it "
                "loses {least} to {most}.",
                **words,
            ),
        ]
    return [given, tell("Otherwise, nine times in ten, it loses {least} to {most}.", **words)]


def _begin_sentences(inputs: ReportInputs) -> list[str]:
    """Say what is worth building first; nothing without a programme."""
    programme = programme_row(inputs)
    projects = first_projects(inputs)
    if not programme or not projects:
        return []
    return [
        tell(
            "What pays first: {projects}, together worth {sum} more than they cost.",
            projects=and_list([project.name for project in projects]),
            sum=usd_millions(programme["npv_usd"]),
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
        Verdict(trip.quickest is not None, trip.heading, trip.anchor, _day_text(trip))
        for trip in inputs.trips[1:]
        if trip.has_ends_and_cargo_of(lead)
        and trip.conditions == lead.conditions
        and trip.depart != lead.depart
    ]


def _day_text(trip: Trip) -> str:
    """Say what a trip takes on its day; why there is none where it has no route."""
    quickest = trip.quickest
    if quickest is None:
        return trip.reason or ""
    return tell(
        "{days} days ({low} to {high}) by the {corridor} when leaving on {date}.",
        days=days(quickest["time_p50_h"]),
        low=days(quickest["time_p05_h"]),
        high=days(quickest["time_p95_h"]),
        corridor=_corridor(quickest),
        date=day(trip.depart),
    )


def _project_verdicts(inputs: ReportInputs) -> list[Verdict]:
    return [
        Verdict(row["npv_usd"] >= 0, row["question"], "projects", "")
        for row in asked_projects(inputs)
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


def _shipper_steps(trip: Trip) -> list[Step]:
    """Say what those who ship should do now."""
    quickest, cheapest, beside = trip.quickest, trip.cheapest, route_beside(trip)
    if quickest is None or cheapest is None:
        return []

    sentences = [
        tell(
            "Send what is urgent by the {quickest}, what can wait by {cheapest}.",
            quickest=_corridor(quickest),
            cheapest=_corridor(cheapest),
        )
        if cheapest is not quickest
        else tell("Send by the {quickest}.", quickest=_corridor(quickest))
    ]
    if beside is not None:
        sentences.append(
            tell(
                "Keep documents and a carrier ready for the {corridor}.", corridor=_corridor(beside)
            )
        )
    return [Step(tell("Shippers and forwarders"), tell("now"), paragraph(sentences))]


def _state_steps(inputs: ReportInputs) -> list[Step]:
    """Say what governments should begin, and with whom; nothing without a programme."""
    if not programme_row(inputs):
        return []

    projects = first_projects(inputs)
    who = tell("Governments")
    if not projects:
        return [Step(who, tell("now"), tell("Begin nothing: no order of the projects pays."))]

    begin = tell("Begin {projects}.", projects=and_list([project.name for project in projects]))
    years = sorted({str(project.begin_year) for project in projects})
    countries = [country(code) for code in countries_enough(inputs)]
    agree = [tell("Agree on it: {countries}.", countries=and_list(countries))] if countries else []
    return [Step(who, and_list(years), paragraph([begin, *agree]))]


def _bank_steps(inputs: ReportInputs) -> list[Step]:
    """Say what banks should pay for and what not."""
    projects = first_projects(inputs)
    steps = []
    if projects:
        cost = usd_millions(sum(project.capex_usd for project in projects))
        years = and_list(sorted({str(project.begin_year) for project in projects}))
        names = and_list([project.name for project in projects])
        sentences = [
            tell("Lend {cost} for {projects}.", cost=cost, projects=names),
            *_open_sentences(inputs, projects),
        ]
        steps.append(Step(tell("Banks"), years, paragraph(sentences)))
    for row in asked_projects(inputs):
        factor = benefit_factor(inputs, row)
        if row["npv_usd"] < 0 and factor is not None:
            steps.append(
                Step(
                    tell("Banks"),
                    tell("now"),
                    tell(
                        "Do not lend for this, to open in {year}: {project}. Its benefits would "
                        "have to be {factor} times as large.",
                        year=str(row["open_year"]),
                        project=row["name"],
                        factor=number(factor, 1),
                    ),
                )
            )
    return steps


def _open_sentences(inputs: ReportInputs, projects: Sequence[FirstProject]) -> list[str]:
    """Say for how much of the time borders must be open for projects to pay."""
    open_share = dict(inputs.frame("wait_shares").select("project_id", "open_share").iter_rows())
    needed = [open_share.get(project.project_id) for project in projects]
    known = [part for part in needed if part is not None]
    if not known:
        return []
    return [
        tell(
            "That pays as soon as the borders are open {share} of the time.",
            share=share(max(known)),
        )
    ]


def _sure_text(inputs: ReportInputs, trip: Trip, guesses: Sequence[Guess]) -> str:
    """Say how sure the page is: estimates in its figures, misses, and the heaviest guess."""
    sentences = []
    quickest = trip.quickest
    if quickest is not None:
        sentences.append(
            tell(
                "{hours} of the days and {dollars} of the dollars of the {corridor} rest on our "
                "estimates.",
                hours=share(quickest["weak_time_share"]),
                dollars=share(quickest["weak_cost_share"]),
                corridor=_corridor(quickest),
            )
        )

    quality = trust(inputs)
    if quality.measured:
        sentences.append(
            tell(
                "Of {measured} measured trips, prices and speeds the model meets {met}.",
                measured=number(quality.measured),
                met=number(quality.met),
            )
        )
    if guesses:
        sentences.append(
            tell(
                "The guess that weighs most: {guess} ({share}).",
                guess=guesses[0].name,
                share=guesses[0].weight_text,
            )
        )
    return paragraph(sentences)


def _corridor(route: Route) -> str:
    """Return what a route is called: its corridor, else the countries it goes through."""
    name = route.get("corridor")
    return name or "–".join(route["countries"])


def _rounded(usd: float) -> float:
    """Return a sum to the ten dollars that are known of it at most."""
    return round(usd, -1)


def _about_days(route: Route) -> str:
    """Return the median days of a route, whole where they are many."""
    count = route["time_p50_h"] / DAY_H
    return number(count, 0 if count >= MANY_DAYS else 1)
