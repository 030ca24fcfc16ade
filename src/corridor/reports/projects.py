"""The chapter on projects: which pay, for whom, in which order, on which sign, who must agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from corridor.charts.projects import phases_gantt, switching_tornado, yearly_gains
from corridor.language.messages import readable
from corridor.language.speech import marked, number, signed, tell, tell_count
from corridor.reports.figures import Figure, csv_address, draw_figure
from corridor.reports.formats import DASH, and_list, brief_millions, country, paragraph, share
from corridor.reports.inputs import ReportInputs
from corridor.reports.sections import Answer, Section

MAX_PROJECTS = 10  # rows of the table beside those asked about and those of the programme
MAX_EARNERS = 3  # countries whose transit is told
ENOUGH_SHARE = 0.95  # of what all countries are worth together: a set that has it is enough
MIN_PAYMENT_USD = 5e4  # below which nobody is said to pay
MILLION_USD = 1e6
BANKS = {
    "adb": marked("Asian Development Bank"),
    "world-bank": marked("World Bank"),
    "world-bank-high": marked("World Bank, high price of carbon"),
    "ec": marked("European Commission"),
}
# Futures that plans are made for, and that come.
FUTURES = {
    "as-seen": marked("as seen so far"),
    "always-open": marked("always open"),
    "always-shut": marked("always shut"),
}


def sections(inputs: ReportInputs) -> list[Section]:
    """Return what projects are worth; nothing where they were not appraised."""
    projects = inputs.frame("appraisal_projects")
    if not projects.height:
        return []

    values = {
        "words": _paragraph(inputs, projects),
        "rows": _rows(inputs),
        "csv": csv_address(readable(projects)),
        "asked": [_asked_values(inputs, row) for row in _asked(inputs)],
        "programme": _programme_values(inputs),
        "waiting": _waiting_values(inputs),
        "agreement": _agreement_values(inputs),
    }
    title = tell("Which projects pay")
    return [Section("projects", title, "projects.html", values, title)]


def answers(inputs: ReportInputs) -> Iterator[Answer]:
    """Yield whether what is asked about pays, what would make it, what is first, who must agree."""
    for row in _asked(inputs):
        yield Answer(row["question"], _pays_text(row), "projects")
        if row["npv_usd"] < 0:
            question = tell("What would make it pay?")
            yield Answer(question, paragraph(_remedies(inputs, row)), "projects")

    if inputs.frame("programme").height:
        yield Answer(tell("What should be built first?"), _first_text(inputs), "projects")
    if inputs.frame("coalition_players").height:
        yield Answer(tell("Who must agree?"), paragraph(_agreement(inputs)), "projects")


def _asked(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return the rows of projects that the study asks about, each with its question."""
    questions = inputs.study["projects_asked"] or {}
    rows = inputs.frame("appraisal_projects").iter_rows(named=True)
    by_id = {row["project_id"]: row for row in rows}
    return [
        {**by_id[project_id], "question": question}
        for project_id, question in questions.items()
        if project_id in by_id
    ]


def _paragraph(inputs: ReportInputs, projects: pl.DataFrame) -> str:
    """Say how many pay, by whose rate, and with which borders."""
    first = projects.row(0, named=True)
    paying = projects.filter(pl.col("npv_usd") > 0)
    sentences = [
        tell_count(
            "{count} of {all} projects is worth more than it costs, at {rate} a year as the "
            "{bank} asks.",
            "{count} of {all} projects are worth more than they cost, at {rate} a year as the "
            "{bank} asks.",
            paying.height,
            all=number(projects.height),
            rate=share(first["hurdle_share"]),
            bank=tell(BANKS.get(first["convention"], first["convention"])),
        ),
        tell(
            "Each is compared with the network without it, under capacity; what it requires is "
            "taken as built. Gains of shippers, fees of states, scarce places and carbon count, "
            "passengers and goods outside the demand do not."
        ),
    ]
    programme = _programme(inputs)
    if programme and programme["places"]:
        sentences.append(
            tell(
                "The estimate takes borders as the scenario has them and prices as they are asked; "
                "in the futures drawn, from which the intervals are, borders shut as often as they "
                "did, and works run over as others of their kind."
            )
        )
    return paragraph(sentences)


def _pays_text(row: Mapping[str, Any]) -> str:
    """Say whether a project pays, yes or no first."""
    pays = row["npv_usd"] >= 0
    values = {
        "cost": _usd(row["capex_usd"]),
        "gain": _usd(row["benefit_usd_per_year"]),
        "year": str(row["open_year"]),
        "rate": share(row["hurdle_share"]),
        "loss": _usd(abs(row["npv_usd"])),
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


def _chance_sentences(row: Mapping[str, Any]) -> list[str]:
    """Say in how many of the futures a project fails; nothing where none were drawn."""
    if row["below_hurdle_share"] is None or row["npv_p5_usd"] is None:
        return []
    return [
        tell(
            "In {share} of the futures drawn its return stays below that; in nine of ten its net "
            "value lies between {low} and {high}.",
            share=share(row["below_hurdle_share"]),
            low=_usd(row["npv_p5_usd"]),
            high=_usd(row["npv_p95_usd"]),
        )
    ]


def _usd(usd: float) -> str:
    return tell("USD {sum}", sum=brief_millions(usd))


def _remedies(inputs: ReportInputs, row: Mapping[str, Any]) -> list[str]:
    """Say what would make a project pay: benefits, price, and open borders."""
    rows = inputs.frame("appraisal_switching").filter(pl.col("project_id") == row["project_id"])
    switch = dict(rows.select("item", "switching_share").iter_rows())
    return [
        *_benefit_remedy(switch.get("benefits")),
        *_price_remedy(switch.get("capex")),
        *_border_sentences(inputs, row),
    ]


def _benefit_remedy(change: float | None) -> list[str]:
    if change is None or change < 0:
        return [tell("More traffic would not make it pay: its benefits are below nothing.")]
    return [
        tell("Its benefits would have to be {factor} times as large.", factor=number(1 + change, 1))
    ]


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


def _programme(inputs: ReportInputs) -> dict[str, Any]:
    """Return the row of the programme; nothing where none was asked for."""
    frame = inputs.frame("programme")
    return frame.row(0, named=True) if frame.height else {}


def _first_text(inputs: ReportInputs) -> str:
    """Say what of the programme is begun first, what it is worth, and what waiting adds."""
    programme = _programme(inputs)
    projects = inputs.frame("phase_projects")
    built = projects.drop_nulls("begin_year").sort("begin_year", maintain_order=True)
    if not built.height:
        return tell(
            "Nothing: no order of the {count} projects looked at is worth its cost.",
            count=number(projects.height),
        )

    begins = [
        tell("{project} in {year}", project=name, year=str(year))
        for name, year in built.select("name", "begin_year").iter_rows()
    ]
    sentences = [
        tell("Begin with {projects}.", projects=and_list(begins)),
        tell(
            "Together they are worth {sum} more than they cost, the most of all orders of the "
            "{count} projects looked at.",
            sum=_usd(programme["npv_usd"]),
            count=number(projects.height),
        ),
        *_waiting_sentences(programme),
    ]
    return paragraph(sentences)


def _waiting_sentences(programme: Mapping[str, Any]) -> list[str]:
    """Say what the programme is worth with borders as they were seen, and what waiting adds."""
    if programme["wait_usd"] is None:
        return []
    added = programme["wait_usd"] - programme["fixed_usd"]
    values = {"sum": _usd(programme["wait_usd"]), "added": _usd(added)}
    if added < MIN_PAYMENT_USD:
        return [
            tell(
                "With borders that go on as they were seen they are worth {sum}, and waiting for "
                "them adds nothing.",
                **values,
            )
        ]
    return [
        tell(
            "With borders that go on as they were seen they are worth {sum}; deciding year by "
            "year adds {added} of it.",
            **values,
        )
    ]


def _agreement(inputs: ReportInputs) -> list[str]:
    """Say which countries are enough, who leaves a hole, and who has to be paid."""
    players = inputs.frame("coalition_players")
    sets = inputs.frame("coalition_sets")
    programme = _programme(inputs)
    if programme["npv_usd"] <= 0:
        return [tell("Nobody: nothing of the programme is worth building.")]

    most_usd = float(sets["npv_usd"].max() or 0)  # type: ignore[arg-type]
    enough = sets.filter(pl.col("npv_usd") >= ENOUGH_SHARE * most_usd).sort(
        "members", "npv_usd", descending=[False, True]
    )
    members = str(enough["coalition"][0]).split()
    sentences = [
        tell(
            "{countries}: by themselves they have {sum} of the {most} that any set of countries "
            "can have at most.",
            countries=and_list([country(code) for code in members]),
            sum=_usd(enough["npv_usd"][0]),
            most=_usd(most_usd),
        )
    ]

    alone = players.filter(pl.col("alone_usd") > 0)["country"].to_list()
    if not alone:
        sentences.append(tell("None of them gains anything alone."))
    return [*sentences, *_payment_sentences(players), *_core_sentences(programme, players)]


def _payment_sentences(players: pl.DataFrame) -> list[str]:
    """Say who pays whom so that all stay."""
    paid = players.filter(pl.col("payment_usd") > MIN_PAYMENT_USD)
    paying = players.filter(pl.col("payment_usd") < -MIN_PAYMENT_USD)
    if not paid.height or not paying.height:
        return []
    return [
        tell(
            "So that all of them stay, {payers} would have to pay and {receivers} be paid.",
            payers=_payments(paying),
            receivers=_payments(paid),
        )
    ]


def _payments(players: pl.DataFrame) -> str:
    rows = players.sort(pl.col("payment_usd").abs(), descending=True)
    return and_list(
        [
            tell("{country} {sum}", country=country(code), sum=_usd(abs(usd)))
            for code, usd in rows.select("country", "payment_usd").iter_rows()
        ]
    )


def _core_sentences(programme: Mapping[str, Any], players: pl.DataFrame) -> list[str]:
    if not programme["core_is_empty"]:
        return []
    losing = players.filter(pl.col("last_usd") < -MIN_PAYMENT_USD)["country"].to_list()
    sentence = tell(
        "No division holds all {count} countries together: some set of them always has more "
        "without the others.",
        count=number(players.height),
    )
    if not losing:
        return [sentence]
    return [
        sentence,
        tell(
            "What the others build harms {countries}, and nobody gains by their joining.",
            countries=and_list([country(code) for code in losing]),
        ),
    ]


def _rows(inputs: ReportInputs) -> list[dict[str, Any]]:
    """Return the projects shown: those asked about and of the programme, and the best others."""
    projects = inputs.frame("appraisal_projects")
    named = {row["project_id"] for row in _asked(inputs)}
    named |= set(inputs.frame("phase_projects")["project_id"])
    others = [row for row in projects["project_id"] if row not in named][:MAX_PROJECTS]
    shown = projects.filter(pl.col("project_id").is_in([*named, *others]))

    open_share = dict(inputs.frame("wait_shares").select("project_id", "open_share").iter_rows())
    return [
        {
            **row,
            "return": _rate(row["return_share"]),
            "return_band": _return_band(row),
            "open": _open_text(row["project_id"], open_share),
        }
        for row in shown.iter_rows(named=True)
    ]


def _return_band(row: Mapping[str, Any]) -> str | None:
    """Return the interval of the return of a project; null where it has none."""
    if row["return_p5_share"] is None and row["return_p95_share"] is None:
        return None
    low, high = (_rate(row[f"return_{end}_share"]) for end in ("p5", "p95"))
    return tell("{low} to {high}", low=low, high=high)


def _rate(rate: float | None) -> str:
    """Return a return in per cent, without the sign."""
    # Translators: a project has no rate of return, as it never earns its money back.
    return tell("none") if rate is None else number(100 * rate, 0 if abs(rate) >= 0.1 else 1)


def _open_text(project_id: str, open_share: Mapping[str, float | None]) -> str:
    if project_id not in open_share:
        return DASH
    needed = open_share[project_id]
    # Translators: a project never pays, however long borders are open.
    return tell("never pays") if needed is None else share(needed)


def _asked_values(inputs: ReportInputs, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the template needs on a project that the study asks about."""
    project_id = row["project_id"]
    is_of_project = pl.col("project_id") == project_id
    switching = inputs.frame("appraisal_switching").filter(is_of_project)
    groups = inputs.frame("appraisal_groups").filter(is_of_project)
    return {
        "question": row["question"],
        "words": paragraph([_pays_text(row), *_remedies(inputs, row)]),
        "transit": _transit(inputs.frame("appraisal_revenue").filter(is_of_project)),
        "figures": [
            _tornado(project_id, switching, row["npv_usd"]),
            _gains(project_id, groups),
        ],
        "countries": _countries(groups),
    }


def _tornado(project_id: str, switching: pl.DataFrame, npv_usd: float) -> Figure:
    caption = tell(
        "Building cost is discounted; a gain may be negative where fees or scarce places are "
        "lost. The line is the estimate."
    )
    chart = switching_tornado(switching, npv_usd)
    return draw_figure(f"projects-{project_id}-switching", chart, caption, switching)


def _gains(project_id: str, groups: pl.DataFrame) -> Figure:
    caption = tell(
        "Half of what a trade gains goes to each of its ends. Fees that goods no longer pay are a "
        "loss of the state that took them, and a gain of shippers."
    )
    return draw_figure(f"projects-{project_id}-gains", yearly_gains(groups), caption, groups)


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
        column = {"state revenue": "fees", "builders": "costs", "operators": "costs"}
        of_country[column.get(group, "gains")] += usd
        of_country["sum"] += usd

    ordered = sorted(rows.items(), key=lambda row: -abs(row[1]["sum"]))
    return [
        {"name": tell("the world") if code is None else country(code), **sums}
        for code, sums in ordered
        if max(map(abs, sums.values())) >= MIN_PAYMENT_USD
    ]


def _programme_values(inputs: ReportInputs) -> dict[str, Any]:
    """Return what the template needs on the phases of the programme; nothing without one."""
    programme = _programme(inputs)
    if not programme:
        return {}

    projects = inputs.frame("phase_projects")
    caption = tell(
        "Each set of projects that can be was valued under capacity; the best order follows "
        "exactly. No budget is set."
    )
    chart = phases_gantt(projects, programme["first_year"])
    return {
        "words": _first_text(inputs),
        "method": tell(
            "{count} sets of projects were assigned, with the demand of {year}; sums of others are "
            "off by {error} a year at most.",
            count=number(programme["valued"]),
            year=str(programme["value_year"]),
            error=_usd(programme["largest_error_usd"] or 0.0),
        ),
        "figures": [draw_figure("projects-phases", chart, caption, projects)],
    }


def _waiting_values(inputs: ReportInputs) -> dict[str, Any]:
    """Return what the template needs on waiting: rules, and what plans are worth by future."""
    if not inputs.frame("wait_regrets").height:
        return {}
    return {
        "rules": inputs.frame("wait_rules")["rule"].to_list(),
        "futures": [tell(name) for name in FUTURES.values()],
        "plans": _plans(inputs.frame("wait_regrets")),
    }


def _plans(regrets: pl.DataFrame) -> list[dict[str, Any]]:
    """Return what plans are worth in each future: decided year by year, and kept to."""
    cells = {(row["kind"], row["plan"], row["future"]): row for row in regrets.to_dicts()}
    plans = [("policy", "as-seen"), *(("fixed", future) for future in FUTURES)]
    return [
        {
            "name": _plan_name(kind, plan),
            "cells": [
                {
                    "usd": cells[kind, plan, future]["npv_usd"],
                    "regret_usd": max(cells[kind, plan, future]["regret_usd"], 0.0),
                }
                for future in FUTURES
            ],
        }
        for kind, plan in plans
    ]


def _plan_name(kind: str, plan: str) -> str:
    if kind == "policy":
        return tell("decided year by year, knowing the borders")
    return tell("kept to, made for borders {future}", future=tell(FUTURES[plan]))


def _agreement_values(inputs: ReportInputs) -> dict[str, Any]:
    """Return what the template needs on who must agree; nothing where no country plays."""
    players = inputs.frame("coalition_players")
    if not players.height:
        return {}

    gains = {row["country"]: row for row in inputs.frame("phase_countries").to_dicts()}
    rows = [
        {
            **row,
            "name": country(row["country"]),
            "benefit_usd": gains.get(row["country"], {}).get("benefit_usd"),
            "cost_usd": gains.get(row["country"], {}).get("cost_usd"),
        }
        for row in players.sort("shapley_usd", descending=True).iter_rows(named=True)
    ]
    return {"words": paragraph(_agreement(inputs)), "rows": rows}
