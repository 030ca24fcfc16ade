"""The verbs of projects: whether they pay, which to build when, and who must agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from corridor.cli.options import Names, StudyFolder, StudyOptions
from corridor.cli.output import (
    DONE,
    NOT_SERVED,
    print_frame,
    refuse_inputs,
    say,
    say_all,
    say_compiling,
    say_warnings,
)
from corridor.errors import CallError
from corridor.steps import told_to

if TYPE_CHECKING:
    import polars as pl

    from corridor.network.network import Network
    from corridor.projects.appraisal import Appraisal, AppraiseOptions
    from corridor.projects.phase_task import PhaseOptions
    from corridor.study.study import Study

AppraisalTables = Literal[
    "projects", "criteria", "streams", "groups", "revenue", "users", "switching", "draws"
]
PhaseTables = Literal["projects", "years", "countries"]
WaitTables = Literal["rules", "regrets", "shares"]
CoalitionTables = Literal["players", "sets"]
SETS = "sets"  # folder of the values of sets, inside --out


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class PlanOptions:
    """Which projects, how much money, in which years, and where it is kept."""

    projects: Annotated[
        Names,
        Parameter(
            help=(
                "Projects or programmes to choose from, such as ktap; where not given the "
                "programme of study.toml, else all."
            ),
            consume_multiple=True,
        ),
    ] = ()
    budget: Annotated[
        float | None, Parameter(help="USD a year that all have together; no limit if not given.")
    ] = None
    national: Annotated[
        Names, Parameter(help="country=USD a year that each has, with commas.")
    ] = ()
    first_year: Annotated[int, Parameter(help="First year that works may begin in.")] = 2027
    start_years: Annotated[int, Parameter(help="In how many years they may.")] = 10
    value_year: Annotated[int, Parameter(help="Year whose demand stands for all.")] = 2035
    convention: Annotated[str, Parameter(help="Bank whose discount rate counts.")] = "adb"
    workers: Annotated[int | None, Parameter(help="Threads; every core where not given.")] = None
    cluster: Annotated[
        str | None, Parameter(help="Address of a Dask scheduler (tcp://host:8786).")
    ] = None
    out: Annotated[
        Path | None, Parameter(help="Folder of the result; a killed run goes on from it.")
    ] = None

    def verb_options(self) -> PhaseOptions:
        """Return the options of the verb."""
        return {
            "budget_usd_per_year": self.budget,
            "national_usd_per_year": dict(map(_budget, self.national)),
            "first_year": self.first_year,
            "start_years": self.start_years,
            "value_year": self.value_year,
            "convention": self.convention,
            "workers": self.workers,
            "cluster": self.cluster,
            "folder": None if self.out is None else self.out / SETS,
        }

    def of(self, study: Study) -> list[str]:
        """Return the projects asked for."""
        ids = study.network.frames["projects"]["project_id"].to_list()
        if not ids:
            raise CallError("The study has no projects: add projects.csv.")
        settings = study.settings.projects
        programme = () if settings is None else settings.programme
        return list(self.projects) or list(programme) or ids


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class AppraiseChoices:
    """By whose convention projects are appraised, what may shut, and how many futures are drawn."""

    convention: Annotated[
        str, Parameter(help="Bank whose rates count: adb, world-bank, world-bank-high or ec.")
    ] = "adb"
    discount: Annotated[
        float | None, Parameter(help="Discount rate a year in the place of the bank's.")
    ] = None
    first_year: Annotated[
        int, Parameter(help="Year that money is discounted to; no works begin before it.")
    ] = 2027
    shut: Annotated[
        Names,
        Parameter(help="Places of table states that may shut in the futures drawn, with commas."),
    ] = ()
    draws: Annotated[int, Parameter(help="Futures drawn; 0 for none.")] = 1000
    rng: Annotated[int, Parameter(help="Seed of the futures.")] = 0
    workers: Annotated[int | None, Parameter(help="Threads; every core where not given.")] = None

    def verb_options(self) -> AppraiseOptions:
        """Return the options of the verb."""
        changed = {} if self.discount is None else {"discount_share": self.discount}
        return {
            "convention": self.convention,
            "changed": changed,
            "first_year": self.first_year,
            "shut": self.shut,
            "draws": self.draws,
            "rng": self.rng,
            "workers": self.workers,
        }


def appraise(
    folder: StudyFolder,
    *projects: str,
    table: AppraisalTables = "projects",
    workbook: Path | None = None,
    out: Path | None = None,
    choices: AppraiseChoices = AppraiseChoices(),
    options: StudyOptions = StudyOptions(),
) -> int:
    """Say whether projects pay: value, return, ratio, who gains and pays, and how surely.

    Each is compared with the network without it, under capacity and with the borders of the
    scenario; what it requires is taken as built. Exit code 3: an assignment ended before its gap.

    Example: corridor appraise studies/kazakhstan-pakistan ktap --scenario open-borders

    Parameters
    ----------
    folder
        Folder of the study.
    projects
        Projects, or programmes taken as one, such as ktap; every project where none is named.
    table
        What to print: projects, by which criteria they pay, money by year, who gains and pays,
        revenue of carriers and states, users, switching values, or the futures drawn.
    workbook
        Folder that gets a workbook with live formulas for each project.
    out
        Folder that gets every table as Parquet.
    """
    from corridor.screens.columns import appraisal_table, criteria_table, users_table

    refuse_inputs(workbook)
    refuse_inputs(out)
    study = options.read(folder)
    result = _appraised(study, projects, choices)

    say(repr(result))
    frame = result.projects if table == "criteria" else getattr(result, table)
    screens = {"projects": appraisal_table, "criteria": criteria_table, "users": users_table}
    print_frame(frame, json=options.json, screen=screens.get(table), network=study.network)
    if table == "users":
        say_all(_users_sentences(result.users))
    if workbook is not None:
        from corridor.projects.workbook import write_workbooks

        say_all(f"written: {path}" for path in write_workbooks(result, workbook))
    if out is not None:
        result.write(out)
    say_warnings(result.warnings)
    return NOT_SERVED if result.warnings else DONE


def _users_sentences(users: pl.DataFrame) -> Iterator[str]:
    """Say of each project what users gain in its first year, and what a straight line would say."""
    money = [name for name in users.columns if name.endswith("_usd")]
    sums = users.select("project_id", *money).group_by("project_id", maintain_order=True).sum()
    for row in sums.iter_rows(named=True):
        usd = {name: f"{row[name] / 1e6:,.1f} m" for name in money}
        yield (
            f"{row['project_id']}: users gain USD {usd['benefit_usd']} a year: those who keep "
            f"their route {usd['kept_usd']}, who change it {usd['diverted_usd']}, who would not "
            f"go else {usd['generated_usd']}, steadier journeys {usd['reliability_usd']}; the rule "
            f"of half alone would make the first three {usd['rule_of_half_usd']}."
        )


def _appraised(study: Study, projects: tuple[str, ...], choices: AppraiseChoices) -> Appraisal:
    """Return the appraisal of the projects of a study, on the network its flows have."""
    from corridor.cli.progress import progress
    from corridor.flows.chapter import calibrated
    from corridor.projects.appraisal import appraise as appraise_projects

    network = calibrated(study, study.network)
    say_compiling()
    with progress() as step, told_to(step):
        result = appraise_projects(
            network, network.frames["demand"], projects or None, **choices.verb_options()
        )

    project_ids = [name for works in result.works.values() for name in works.project_ids]
    _say_shut_borders(network, project_ids, choices.first_year)
    return result


def _say_shut_borders(network: Network, project_ids: Iterable[str], year: int) -> None:
    """Say which borders the scenario shuts between countries that have or pay for projects."""
    from corridor.network.borders import shut_borders
    from corridor.projects.project_rows import payer_shares

    projects = network.by_id("projects")
    countries = {projects[name]["country"] for name in project_ids}
    for name in project_ids:
        countries.update(payer_shares(network, projects[name]))

    shut = shut_borders(network, sorted(filter(None, countries)), dt.date(year, 7, 1))
    if shut:
        names = " and ".join(border.name for border in shut)
        say(f"this scenario shuts the border {names}: what is built across it gains nothing")


def phase(
    folder: StudyFolder,
    *,
    table: PhaseTables = "projects",
    plan: PlanOptions = PlanOptions(),
    options: StudyOptions = StudyOptions(),
) -> int:
    """Say which projects to begin in which year, so that the programme is worth most.

    Every set of projects that can be is valued under capacity; the best order under the budgets
    follows from it. Up to 16 projects exactly; more by pairs, with the gap that is proven. Exit
    code 3: time ran out before it was.

    Example: corridor phase studies/kazakhstan-pakistan --projects ktap khaf-herat --budget 1e9

    Parameters
    ----------
    folder
        Folder of the study.
    table
        What to print: projects with their years, money by year, or countries that gain and pay.
    """
    from corridor.projects.phase import phase as phase_projects

    study = options.read(folder)
    result = _computed(phase_projects, study, plan)
    say(repr(result))
    print_frame(getattr(result, table), json=options.json, network=study.network)
    if result.gap_share > 0:
        say(f"the best may be worth {result.gap_share:.2%} more")
    return DONE if result.converged else NOT_SERVED


def coalition(
    folder: StudyFolder,
    *,
    countries: Annotated[Names, Parameter(consume_multiple=True)] = (),
    borders: Annotated[Names, Parameter(consume_multiple=True)] = (),
    table: CoalitionTables = "players",
    plan: PlanOptions = PlanOptions(),
    options: StudyOptions = StudyOptions(),
) -> int:
    """Say what countries are worth together, what each brings, and who has to be paid.

    A set of countries builds the projects for which its members alone pay, in the order best for
    them, and opens a shut border where both of its countries are members. Payments are those that
    leave the unhappiest set of countries best off.

    Example: corridor coalition studies/kazakhstan-pakistan --projects ktap chaman-single-window

    Parameters
    ----------
    folder
        Folder of the study.
    countries
        Countries that may join; all that pay for one of the projects where not given.
    borders
        Borders that are shut unless both countries open them, such as AF-PK; those between two
        countries that the scenario shuts where not given.
    table
        What to print: players, or sets of them.
    """
    from corridor.projects.coalition import coalition as join

    study = options.read(folder)
    result = _computed(
        join,
        study,
        plan,
        countries=list(countries) or None,
        borders=list(borders) or None,
    )
    say(repr(result))
    print_frame(getattr(result, table), json=options.json, network=study.network)
    return DONE


def wait(
    folder: StudyFolder,
    *,
    places: Annotated[Names, Parameter(consume_multiple=True)] = (),
    table: WaitTables = "rules",
    plan: PlanOptions = PlanOptions(),
    options: StudyOptions = StudyOptions(),
) -> int:
    """Say what to build once borders stand how, and what it is worth to wait for it.

    How borders go on is fitted from the table states; the scenario is one in which they are open.

    Example: corridor wait studies/kazakhstan-pakistan --scenario open-borders --projects ktap
    --places torkham-shut chaman-shut

    Parameters
    ----------
    folder
        Folder of the study.
    places
        Places of the table states that decide; those of [projects] in study.toml where not given.
    table
        What to print: rules, regrets of plans in other futures, or the share of time that places
        must be open for each project to pay.
    """
    from corridor.projects.waiting import wait as wait_for

    study = options.read(folder)
    result = _computed(wait_for, study, plan, places=list(places))
    say(repr(result))
    print_frame(getattr(result, table), json=options.json, network=study.network)
    return DONE


def _computed(verb: Any, study: Study, plan: PlanOptions, **further: Any) -> Any:
    """Return what a verb says of the projects of a study, written where a folder is given."""
    from corridor.cli.progress import progress
    from corridor.flows.chapter import calibrated

    refuse_inputs(plan.out)
    names = plan.of(study)
    if further.get("places") == [] and study.settings.projects is not None:
        further["places"] = list(study.settings.projects.places)
    network = calibrated(study, study.network)
    say_compiling()
    with progress() as step:
        verb_options: Any = {**plan.verb_options(), "progress": step, **further}
        result = verb(network, network.frames["demand"], names, **verb_options)
    if "borders" not in further:  # opening them is a move there
        _say_shut_borders(network, result.provenance["projects"], plan.value_year)
    if plan.out is not None:
        result.write(plan.out)
    return result


def _budget(text: str) -> tuple[str, float]:
    """Return a country and its budget."""
    country, _, usd = text.partition("=")
    try:
        return country, float(usd)
    except ValueError:
        raise CallError(f"--national {text!r} is not country=USD, such as PK=5e8.") from None
