"""Projects that the study asks about: whether each pays, what would make it, and for whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl

from corridor.charts.projects import switching_tornado, yearly_gains
from corridor.language.amounts import MILLION_USD
from corridor.language.speech import number, signed, tell
from corridor.reports.figures import PROJECT_TABLES, Figure, draw_figure
from corridor.reports.formats import (
    MIN_TENTH_MILLION_USD,
    and_list,
    brief_millions,
    country,
    fine_share,
    paragraph,
    share,
    usd_millions,
)
from corridor.reports.inputs import ReportInputs

MAX_EARNERS = 3  # countries whose transit is told
# Groups whose sums stand in a column of their own in the table of who gains and who pays.
COLUMNS = {"state revenue": "fees", "builders": "costs", "operators": "costs"}


def asked_projects(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return the rows of projects that the study asks about, each with its question."""
    questions = inputs.study["projects_asked"] or {}
    rows = inputs.frame("appraisal_projects").iter_rows(named=True)
    by_id = {row["project_id"]: row for row in rows}
    return [
        {**by_id[project_id], "question": question}
        for project_id, question in questions.items()
        if project_id in by_id
    ]


class PresentValues(NamedTuple):
    """Benefits of a project and what they are set against, in present value."""

    benefits_usd: float
    costs_usd: float

    @property
    def factor(self) -> float:
        """How many times as large the benefits would have to be."""
        return self.costs_usd / self.benefits_usd


def present_values(inputs: ReportInputs, row: Mapping[str, Any]) -> PresentValues | None:
    """Return benefits and costs of a project; null where it has no benefits that could grow."""
    is_benefit = (pl.col("project_id") == row["project_id"]) & (pl.col("item") == "benefits")
    benefits = inputs.frame("appraisal_switching").filter(is_benefit)["pv_usd"]
    if not benefits.len() or benefits[0] <= 0 or benefits[0] < row["npv_usd"]:
        return None
    return PresentValues(benefits[0], benefits[0] - row["npv_usd"])


def _switching_shares(inputs: ReportInputs, row: Mapping[str, Any]) -> dict[str, float | None]:
    """Return by what share each item would have to change for a project to pay just so."""
    rows = inputs.frame("appraisal_switching").filter(pl.col("project_id") == row["project_id"])
    return dict(rows.select("item", "switching_share").iter_rows())


def asked_values(inputs: ReportInputs, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the template needs on a project that the study asks about."""
    project_id = row["project_id"]
    is_of_project = pl.col("project_id") == project_id
    switching = inputs.frame("appraisal_switching").filter(is_of_project)
    groups = inputs.frame("appraisal_groups").filter(is_of_project)
    return {
        "question": row["question"],
        "words": paragraph([pays_text(row), _money_back(row), *remedies(inputs, row)]),
        "transit": _transit(inputs.frame("appraisal_revenue").filter(is_of_project)),
        "figures": [
            _tornado(project_id, switching, row["npv_usd"]),
            _gains(project_id, groups),
        ],
        "countries": _countries(groups),
    }


def pays_text(row: Mapping[str, Any]) -> str:
    """Say whether a project pays, yes or no first."""
    pays = row["npv_usd"] >= 0
    values = {
        "cost": usd_millions(row["capex_usd"]),
        "gain": usd_millions(row["benefit_usd_per_year"]),
        "year": str(row["open_year"]),
        "rate": share(row["hurdle_share"]),
        "loss": usd_millions(abs(row["npv_usd"])),
    }
    if pays:
        verdict = tell(
            "Yes: building it costs {cost} and brings {gain} in {year}, its first year; discounted "
            "at {rate} it is worth {loss} more than it costs.",
            **values,
        )
    else:
        verdict = tell(
            "No: building it costs {cost} and brings {gain} in {year}, its first year; discounted "
            "at {rate} it costs {loss} more than it is worth.",
            **values,
        )
    return paragraph([verdict, *_chance_sentences(row)])


def _money_back(row: Mapping[str, Any]) -> str:
    """Say what the first year returns of the capital, and after how many years it is back."""
    first_year = row["first_year_return_share"]
    values = {"share": fine_share(first_year)}
    if row["payback_years"] is None:
        return tell(
            "Its first year of use returns {share} of the capital; over its life the money does "
            "not come back.",
            **values,
        )
    return tell(
        "Its first year of use returns {share} of the capital; the money is back {years} years "
        "after works begin.",
        years=number(row["payback_years"], 0),
        **values,
    )


def _chance_sentences(row: Mapping[str, Any]) -> list[str]:
    """Say in how many of the futures a project fails; nothing where none were drawn."""
    if row["below_hurdle_share"] is None or row["npv_p5_usd"] is None:
        return []
    return [
        tell(
            "In {share} of the futures drawn its return stays below that; in nine of ten its net "
            "value lies between {low} and {high}.",
            share=share(row["below_hurdle_share"]),
            low=usd_millions(row["npv_p5_usd"]),
            high=usd_millions(row["npv_p95_usd"]),
        )
    ]


def remedies(inputs: ReportInputs, row: Mapping[str, Any]) -> list[str]:
    """Say what would make a project pay: benefits, price, and open borders."""
    return [
        _benefit_remedy(present_values(inputs, row)),
        *_price_remedy(_switching_shares(inputs, row).get("capex")),
        *_border_sentences(inputs, row),
    ]


def _benefit_remedy(values: PresentValues | None) -> str:
    if values is None:
        return tell("More traffic would not make it pay: its benefits are below nothing.")
    return tell(
        "Its benefits of {benefits} would have to be {factor} times as large to meet its costs of "
        "{costs} (present value).",
        benefits=usd_millions(values.benefits_usd),
        factor=number(values.factor, 1),
        costs=usd_millions(values.costs_usd),
    )


def _price_remedy(change: float | None) -> list[str]:
    if change is None:
        return []
    if change < -1:
        return [tell("A lower price alone is not enough: running it costs more than it brings.")]
    return [tell("Or its price would have to be {share} lower.", share=share(-change))]


def _border_sentences(inputs: ReportInputs, row: Mapping[str, Any]) -> list[str]:
    """Say for how much of the time borders must be open for a project, and others, to pay."""
    names = _names(inputs)
    rows = inputs.frame("wait_shares").select("project_id", "open_share").iter_rows()
    open_share = {project_id: needed for project_id, needed in rows if project_id in names}

    sentences = []
    if row["project_id"] in open_share:
        sentences.append(_own_border_sentence(open_share.pop(row["project_id"])))
    never = [names[project_id] for project_id, needed in open_share.items() if needed is None]
    if never:
        sentences.append(
            tell(
                "With borders always open these do not pay either: {projects}.",
                projects=and_list(never),
            )
        )
    return sentences + [
        tell(
            "{project} pays where the borders are open {share} of the time.",
            project=names[project_id],
            share=share(needed),
        )
        for project_id, needed in open_share.items()
        if needed is not None
    ]


def _own_border_sentence(needed: float | None) -> str:
    if needed is None:
        return tell("Open borders alone do not help: even then it does not pay.")
    return tell("It pays where the borders are open {share} of the time.", share=share(needed))


def _names(inputs: ReportInputs) -> dict[str, str]:
    frames = (inputs.frame("appraisal_projects"), inputs.frame("phase_projects"))
    return {
        project_id: name
        for frame in frames
        for project_id, name in frame.select("project_id", "name").iter_rows()
    }


def _tornado(project_id: str, switching: pl.DataFrame, npv_usd: float) -> Figure:
    caption = tell(
        "Building cost is discounted; a gain may be negative where fees or scarce places are "
        "lost. The line is the estimate."
    )
    chart = switching_tornado(switching, npv_usd)
    return draw_figure(
        f"projects-{project_id}-switching", chart, caption, switching, PROJECT_TABLES
    )


def _gains(project_id: str, groups: pl.DataFrame) -> Figure:
    caption = tell(
        "Half of what a trade gains goes to each of its ends. Fees that goods no longer pay are a "
        "loss of the state that took them, and a gain of shippers."
    )
    return draw_figure(
        f"projects-{project_id}-gains", yearly_gains(groups), caption, groups, PROJECT_TABLES
    )


def _transit(revenue: pl.DataFrame) -> str:
    """Say what goods in transit bring to whom, without and with the project."""
    transit = (
        revenue.filter(pl.col("traffic") == "transit")
        .group_by("country")
        .agg(pl.col("without_usd", "with_usd", "usd_per_year").sum())
    )
    largest = transit.sort(pl.col("usd_per_year").abs(), "country", descending=[True, False])
    sentences = [
        tell(
            "{country} takes in USD {with_it} a year from goods in transit, fees and carriage "
            "together, where it would be {without} without ({change}).",
            country=country(row["country"]),
            with_it=brief_millions(row["with_usd"]),
            without=brief_millions(row["without_usd"]),
            change=_signed_millions(row["usd_per_year"]),
        )
        for row in largest.head(MAX_EARNERS).iter_rows(named=True)
    ]
    return paragraph(sentences)


def _signed_millions(usd: float) -> str:
    return tell("{figure} m", figure=signed(usd / MILLION_USD, 1))


def _countries(groups: pl.DataFrame) -> list[dict[str, Any]]:
    """Return who gains and who pays in present value, the largest sums first."""
    rows: dict[str | None, dict[str, float]] = {}
    for code, group, usd in groups.select("country", "group", "pv_usd").iter_rows():
        of_country = rows.setdefault(code, dict.fromkeys(("gains", "fees", "costs", "sum"), 0.0))
        of_country[COLUMNS.get(group, "gains")] += usd
        of_country["sum"] += usd

    ordered = sorted(rows.items(), key=lambda row: -abs(row[1]["sum"]))
    return [
        {"name": tell("the world") if code is None else country(code), **sums}
        for code, sums in ordered
        if max(map(abs, sums.values())) >= MIN_TENTH_MILLION_USD
    ]
