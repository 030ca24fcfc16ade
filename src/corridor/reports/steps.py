"""Steps: what each of those who decide should do first, and by when.

Every sentence is made from the results. Whoever they say nothing of is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from corridor.language.speech import number, tell
from corridor.reports.agreement import countries_enough
from corridor.reports.asked_projects import asked_projects, present_values
from corridor.reports.formats import (
    and_list,
    chance,
    country,
    fine_share,
    known_usd,
    paragraph,
    share,
    usd_millions,
)
from corridor.reports.inputs import ReportInputs
from corridor.reports.programme import FirstProject, first_projects, programme_row
from corridor.reports.trip import Route, Trip, corridor_name, route_beside
from corridor.units import DAY_H

SHUT_STATES = frozenset({"shut", "trade-stopped"})  # of places, as the study's history has them
MAX_SCENARIOS = 2  # named of those that raise a country's income


class Step(NamedTuple):
    """What one of those who decide should do, and by when."""

    who: str
    when: str
    what: str


def steps(inputs: ReportInputs, trip: Trip, asked_point: int | None) -> list[Step]:
    """Return what to do first: shippers, governments, those the study is about, banks.

    asked_point: number of the point of the page on the first project asked about; null: none is.
    """
    return [
        *_shipper_steps(trip),
        *_state_steps(inputs),
        *_own_steps(inputs, asked_point),
        *_bank_steps(inputs, asked_point),
    ]


def _shipper_steps(trip: Trip) -> list[Step]:
    """Say what those who ship should do now: which route for what, and what to be ready for."""
    quickest, cheapest, beside = trip.quickest, trip.cheapest, route_beside(trip)
    if quickest is None or cheapest is None:
        return []

    sentences = [
        tell(
            "Send what is urgent by the {quickest}, what can wait by {cheapest}.",
            quickest=corridor_name(quickest),
            cheapest=corridor_name(cheapest),
        )
        if cheapest is not quickest
        else tell("Send by the {quickest}.", quickest=corridor_name(quickest))
    ]
    if beside is not None:
        sentences += _beside_sentences(quickest, beside)
    return [Step(tell("Shippers and forwarders"), tell("now"), paragraph(sentences))]


def _beside_sentences(quickest: Route, beside: Route) -> list[str]:
    """Say what choosing the route beside the quickest gives for what, and to be ready for it."""
    words = {
        "corridor": corridor_name(beside),
        "days": number((beside["time_p50_h"] - quickest["time_p50_h"]) / DAY_H, 1),
        "usd": number(known_usd(abs(quickest["cost_usd"] - beside["cost_usd"]))),
        "chance": chance(beside["risk_share"]),
        "usual_chance": chance(quickest["risk_share"]),
    }
    if beside["cost_usd"] < quickest["cost_usd"]:
        return [
            tell(
                "Take the {corridor} where saving USD {usd} matters more than {days} days and a "
                "chance of meeting a closure of {chance} instead of {usual_chance}; keep documents "
                "and a carrier ready for it.",
                **words,
            )
        ]
    return [
        tell(
            "Keep documents and a carrier ready for the {corridor}: {days} days and USD {usd} "
            "more, with a chance of meeting a closure of {chance} instead of {usual_chance}.",
            **words,
        )
    ]


def _state_steps(inputs: ReportInputs) -> list[Step]:
    """Say what governments should begin, and with whom; nothing without a programme."""
    if not programme_row(inputs):
        return []

    projects = first_projects(inputs)
    who = tell("Governments")
    if not projects:
        return [Step(who, tell("now"), tell("Begin nothing: no order of the projects pays."))]

    names = and_list([project.name for project in projects])
    if _are_shut_now(inputs, projects):
        begin = tell(
            "Begin {projects}: their borders are shut now, and they pay only once these open.",
            projects=names,
        )
    else:
        begin = tell("Begin {projects}.", projects=names)
    years = sorted({str(project.begin_year) for project in projects})
    countries = [country(code) for code in countries_enough(inputs)]
    agree = [tell("Agree on it: {countries}.", countries=and_list(countries))] if countries else []
    return [Step(who, and_list(years), paragraph([begin, *agree]))]


def _are_shut_now(inputs: ReportInputs, projects: Sequence[FirstProject]) -> bool:
    """Tell whether projects earn nothing while borders are shut, and are begun while they are."""
    ids = [project.project_id for project in projects]
    shut_usd = inputs.frame("wait_shares").filter(pl.col("project_id").is_in(ids))["shut_usd"]
    states = inputs.frame("wait_rules").filter(pl.col("project_id").is_in(ids))["states"]
    return (
        shut_usd.len() == len(ids)
        and float(shut_usd.max()) <= 0  # type: ignore[arg-type]
        and states.len() > 0
        and SHUT_STATES.issuperset(states.explode())
    )


def _own_steps(inputs: ReportInputs, asked_point: int | None) -> list[Step]:
    """Say what each country the study is about should do, unless all governments were told."""
    told = countries_enough(inputs) if programme_row(inputs) else []
    codes = [code for code in inputs.study["between"] or () if code not in told]
    texts = {code: paragraph(_own_sentences(inputs, code, asked_point)) for code in codes}
    return [Step(country(code), tell("now"), text) for code, text in texts.items() if text]


def _own_sentences(inputs: ReportInputs, code: str, asked_point: int | None) -> list[str]:
    """Say what a country should not pay for, whether anything pays, what raises its income."""
    return [
        *_refused_sentences(inputs, code, asked_point),
        *_paying_sentences(inputs, code),
        *_income_sentences(inputs, code),
    ]


def _refused_sentences(inputs: ReportInputs, code: str, asked_point: int | None) -> list[str]:
    """Say which projects asked about a country should not pay for, and what it would lose."""
    all_groups = inputs.frame("appraisal_groups")
    builders = all_groups.filter(pl.col("group") == "builders")
    paid = dict(builders.group_by("project_id").agg(-pl.col("pv_usd").sum()).iter_rows())

    groups = all_groups.filter(pl.col("country") == code)
    sentences = []
    for number_asked, row in enumerate(asked_projects(inputs)):
        sums = groups.filter(pl.col("project_id") == row["project_id"])
        is_cost = pl.col("group") == "builders"
        cost = -float(sums.filter(is_cost)["pv_usd"].sum())
        gain = float(sums.filter(~is_cost)["pv_usd"].sum())
        if row["npv_usd"] < 0 and cost > max(gain, 0):
            sentences.append(
                tell(
                    "Do not pay for {project}: as the study has who pays, {share} of building it "
                    "({cost}) would fall to this country, of its gains {gain} (present value).",
                    project=_asked_name(row, None if number_asked else asked_point),
                    share=share(cost / paid[row["project_id"]]),
                    cost=usd_millions(cost),
                    gain=usd_millions(gain),
                )
            )
    return sentences


def _asked_name(row: Mapping[str, Any], point: int | None) -> str:
    """Return what a project asked about is called: by the point of the page on it, or its name."""
    name: str = row["name"]
    return name if point is None else tell("the project of point {number}", number=str(point))


def _paying_sentences(inputs: ReportInputs, code: str) -> list[str]:
    """Say how many of the projects that a country would help to build are worth their cost."""
    groups = inputs.frame("appraisal_groups")
    builders = groups.filter(
        pl.col("country") == code, pl.col("group") == "builders", pl.col("pv_usd") < 0
    )
    asked = [row["project_id"] for row in asked_projects(inputs)]
    is_own = pl.col("project_id").is_in(builders["project_id"].to_list())
    projects = inputs.frame("appraisal_projects").filter(is_own, ~pl.col("project_id").is_in(asked))
    if not projects.height:
        return []

    pays = projects.filter(pl.col("npv_usd") > 0)
    count = number(projects.height)
    if not pays.height:
        return [tell("Of the {count} projects that it would help to build none pays.", count=count)]
    return [
        tell(
            "Of the {count} projects that it would help to build these pay: {projects}.",
            count=count,
            projects=and_list(pays["name"].to_list()),
        )
    ]


def _income_sentences(inputs: ReportInputs, code: str) -> list[str]:
    """Say which of the scenarios compared raise a country's income most."""
    gains = inputs.frame("trade_gains").filter(
        pl.col("country") == code, pl.col("real_income_change_share") > 0
    )
    best = gains.sort("real_income_change_share", descending=True).head(MAX_SCENARIOS)
    if not best.height:
        return []
    named = [
        tell("“{scenario}” (+{share})", scenario=title, share=fine_share(rise))
        for title, rise in best.select("title", "real_income_change_share").iter_rows()
    ]
    return [
        tell(
            "Of the scenarios compared these raise its income most: {scenarios}.",
            scenarios=and_list(named),
        )
    ]


def _bank_steps(inputs: ReportInputs, asked_point: int | None) -> list[Step]:
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
    return [*steps, *_refusals(inputs, asked_point)]


def _refusals(inputs: ReportInputs, asked_point: int | None) -> list[Step]:
    """Say what banks should not lend for, and how far benefits are from costs."""
    refused = []
    for number_asked, row in enumerate(asked_projects(inputs)):
        values = present_values(inputs, row)
        if row["npv_usd"] < 0 and values is not None:
            words = {
                "year": str(row["open_year"]),
                "project": _asked_name(row, None if number_asked else asked_point),
                "benefits": usd_millions(values.benefits_usd),
                "costs": usd_millions(values.costs_usd),
                "factor": number(values.factor, 1),
            }
            what = tell(
                "Do not lend for {project}, to open in {year}: its benefits of {benefits} would "
                "have to be {factor} times as large to meet its costs of {costs} (present value).",
                **words,
            )
            refused.append(Step(tell("Banks"), tell("now"), what))
    return refused


def _open_sentences(inputs: ReportInputs, projects: Sequence[FirstProject]) -> list[str]:
    """Say for how much of the time borders must be open for projects to pay."""
    open_share = dict(inputs.frame("wait_shares").select("project_id", "open_share").iter_rows())
    needed = [open_share.get(project.project_id) for project in projects]
    known = [part for part in needed if part is not None]
    if not known:
        return []
    needed_share = share(max(known))
    if len(known) > 1:
        return [
            tell(
                "Each of these pays as soon as the borders are open {share} of the time.",
                share=needed_share,
            )
        ]
    return [
        tell("That pays as soon as the borders are open {share} of the time.", share=needed_share)
    ]
