"""Phase: which projects of a study are built in which year, so that the programme is worth most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypedDict, Unpack

import numpy as np
import polars as pl

from corridor.errors import CallError, NotConverged, UnknownName
from corridor.kernels import Floats
from corridor.network.graph import Row
from corridor.network.network import Network
from corridor.parallel import Progress
from corridor.projects.conventions import Convention, convention_of
from corridor.projects.finance import discount_factors
from corridor.projects.lattice import Programme
from corridor.projects.pairwise import pairwise_phases
from corridor.projects.phase_costs import Horizon, PhaseCosts, funds_of, phase_costs
from corridor.projects.phasing import Phases, best_phases
from corridor.projects.project_rows import (
    Country,
    exclusions,
    of_programme,
    required_ids,
    requirements,
    unknown_project,
)
from corridor.projects.sets import MAX_WHOLE, Effort, SetValues, countries_of, pair_usd, set_values
from corridor.projects.valuation import Valuation, require_year, valuation
from corridor.tables.cells import stored_type
from corridor.tables.columns import Table
from corridor.tables.schema_phases import PHASE_COUNTRIES, PHASE_PROJECTS, PHASE_YEARS
from corridor.tables.store import installed_version, write_results

FIRST_YEAR = 2027
START_YEARS = 10
HORIZON_YEARS = 35
VALUE_YEAR = 2035


class PhaseOptions(TypedDict, total=False):
    """What else phasing may be asked; defaults in brackets.

    budget_usd_per_year: what all payers together have [null: no limit]. national_usd_per_year: what
    single countries have, by country [none]. first_year: the first that works may begin in [2027].
    start_years: in how many they may [10]. horizon_years: years that count [35]. value_year: the
    year whose demand stands for all [2035]. convention: bank whose rate, factors and price of
    carbon count ["adb"]. carries_over: whether budgets keep what is not spent [true]. folder: where
    values of sets are kept, so that a killed run goes on [null]. workers, cluster, progress: as of
    :func:`corridor.simulate`.
    """

    budget_usd_per_year: float | None
    national_usd_per_year: Mapping[str, float]
    first_year: int
    start_years: int
    horizon_years: int
    value_year: int
    convention: str | Convention
    carries_over: bool
    folder: str | Path | None
    workers: int | None
    cluster: str | None
    progress: Progress | None


@dataclass(frozen=True, eq=False)
class Phasing:
    """A programme of projects in order.

    Attributes
    ----------
    projects, years, countries
        Tables ``phase_projects``, ``phase_years`` and ``phase_countries``.
    npv_usd
        What the programme is worth in the first year.
    bound_usd
        No order is worth more; the same where every set was valued.
    valued
        How many sets of projects were assigned.
    largest_error_usd
        Largest difference a year between sums over parts and assignments; null where none was made.
    provenance
        Version, inputs and settings.
    """

    projects: pl.DataFrame
    years: pl.DataFrame
    countries: pl.DataFrame
    npv_usd: float
    bound_usd: float
    valued: int
    largest_error_usd: float | None
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        built = self.projects.filter(pl.col("begin_year").is_not_null()).sort("begin_year")
        order = ", ".join(f"{row['project_id']} {row['begin_year']}" for row in built.to_dicts())
        return (
            f"Phasing: {built.height} of {self.projects.height} projects, worth "
            f"{self.npv_usd / 1e6:,.0f} m USD: {order or 'nothing is built'}."
        )

    @property
    def gap_share(self) -> float:
        """By which share of itself the value may be below the best."""
        short_usd = max(self.bound_usd - self.npv_usd, 0.0)
        return short_usd / abs(self.npv_usd) if self.npv_usd else float(short_usd > 0)

    def frames(self) -> dict[str, pl.DataFrame]:
        """Return the tables by the names they are declared under."""
        return {
            PHASE_PROJECTS.name: self.projects,
            PHASE_YEARS.name: self.years,
            PHASE_COUNTRIES.name: self.countries,
        }

    def write(self, folder: str | Path) -> Path:
        """Write every table as Parquet and a manifest into a folder and return it."""
        manifest = {**self.provenance, "npv_usd": self.npv_usd, "bound_usd": self.bound_usd}
        return write_results(folder, self.frames(), manifest)


@dataclass(frozen=True, eq=False)
class PhaseTask:
    """Projects of a study with what they cost, before anything is chosen.

    Attributes
    ----------
    base
        What sets are valued on.
    projects
        Rows of ``projects``, none that is required left out.
    horizon, convention
        The years looked at, and the bank whose rates count.
    options
        As asked for.
    """

    base: Valuation
    projects: tuple[Row, ...]
    horizon: Horizon
    convention: Convention
    options: PhaseOptions

    @property
    def project_ids(self) -> list[str]:
        """The projects in order."""
        return [str(project["project_id"]) for project in self.projects]

    @cached_property
    def countries(self) -> tuple[Country, ...]:
        """The countries in order, null last."""
        return countries_of(self.base.network)

    @cached_property
    def costs(self) -> PhaseCosts:
        """What the projects cost."""
        return phase_costs(
            self.base.network, self.projects, self.countries, self.horizon, self.convention
        )

    @cached_property
    def values(self) -> SetValues:
        """What every set is worth."""
        return set_values(
            self.base,
            self.project_ids,
            exclusions(self.projects),
            self.effort,
            requires=requirements(self.projects),
        )

    @property
    def effort(self) -> Effort:
        """Who computes, and where it is kept."""
        names = ("folder", "workers", "cluster", "progress")
        return Effort(*(self.options.get(name) for name in names))  # type: ignore[arg-type]

    def programme(
        self, benefit_usd: Floats, own_usd: Floats | None = None, *, never: Iterable[int] = ()
    ) -> Programme:
        """Return the programme of what sets are worth a year [subsets], the same in every year.

        own_usd: what beginning is worth [starts, projects]; null: to all who pay. never: projects
        that are not begun.
        """
        costs = self.costs
        national = self.options.get("national_usd_per_year", {})
        funds = funds_of(
            costs, self.countries, self.horizon, self.options.get("budget_usd_per_year"), national
        )

        earliest = costs.earliest.copy()
        earliest[list(never)] = self.horizon.starts
        return Programme(
            benefit_usd=np.tile(benefit_usd, (self.horizon.years, 1)),
            own_usd=costs.own_usd.sum(axis=2) if own_usd is None else own_usd,
            spend_usd=costs.spend_usd,
            budget_usd=funds.budget_usd,
            fund_share=funds.project_share,
            discount=discount_factors(self.horizon.years, self.convention.discount_share),
            earliest=earliest,
            requires=requirements(self.projects),
            excludes=exclusions(self.projects),
            carries_over=self.options.get("carries_over", True),
        )

    def provenance(self) -> dict[str, Any]:
        """Return version, inputs and settings."""
        left_out = {"folder", "workers", "cluster", "progress", "convention"}
        settings = {name: value for name, value in self.options.items() if name not in left_out}
        return {
            "corridor": installed_version(),
            "inputs": self.base.base.programme.arrays.hash(),
            "projects": self.project_ids,
            "convention": self.convention.convention_id,
            **{name: value for name, value in settings.items() if value is not None},
        }


def phase(
    network: Network,
    demand: pl.DataFrame,
    projects: Iterable[str],
    **options: Unpack[PhaseOptions],
) -> Phasing:
    """Return which projects are begun in which year, so that the programme is worth most.

    Up to 16 projects exactly: every set that can be is valued, those that never meet on the network
    as sums, and dynamic programming finds the best order. More projects by what pairs are worth,
    with the gap that HiGHS proves for it. A project is paid over its years of building; it begins
    and opens no sooner than what it requires.

    Parameters
    ----------
    network
        The network of a scenario, without the projects.
    demand
        As :func:`corridor.assign` takes it; it grows to the year of ``value_year``.
    projects
        Rows of ``projects`` to choose from, or names of ``programme``; what they require is added.
    **options
        See :class:`PhaseOptions`.

    Returns
    -------
    Phasing
        Projects with their years, money by year, and who gains and pays by country.

    Raises
    ------
    UnknownName
        For a project that is not there.
    CallError
        For an option out of range.
    TooLarge
        Where more than 11 of up to 16 projects depend on each other, or budgets leave too many
        states of building.
    """
    task = phase_task(network, demand, projects, options)
    if len(task.projects) > MAX_WHOLE:
        return _by_pairs(task)

    programme = task.programme(task.values.welfare_usd())
    phases = best_phases(programme)
    return _told(task, programme, phases, phases.npv_usd)


def phase_task(
    network: Network, demand: pl.DataFrame, projects: Iterable[str], options: PhaseOptions
) -> PhaseTask:
    """Return projects with their base, valued on nothing yet."""
    _require_valid(network, options)
    rows = with_required(network, chosen_projects(network, projects))
    convention = convention_of(options.get("convention", "adb"))
    year = options.get("value_year", VALUE_YEAR)
    base = valuation(network, demand, year, convention=convention).settled()
    if not base.base.solution.converged:
        raise NotConverged("the demand without projects could not be assigned within the gap.")

    horizon = Horizon(
        options.get("first_year", FIRST_YEAR),
        options.get("start_years", START_YEARS),
        options.get("horizon_years", HORIZON_YEARS),
    )
    return PhaseTask(base, tuple(rows), horizon, convention, options)


def chosen_projects(network: Network, names: Iterable[str]) -> list[Row]:
    """Return rows of ``projects`` by their ids or by the names of their programmes."""
    projects = network.by_id("projects")
    rows: list[Row] = []
    for name in names:
        together = of_programme(network, name)
        if name not in projects and not together:
            raise unknown_project(network, name)
        rows += together or [projects[name]]

    if not rows:
        raise CallError("name a project or more to choose from.")
    return list({row["project_id"]: row for row in rows}.values())


def with_required(network: Network, projects: Sequence[Row]) -> list[Row]:
    """Return projects with those they require, in the order of the table."""
    named = [str(project["project_id"]) for project in projects]
    wanted = {*named, *required_ids(network, named)}
    return [row for row in network.rows("projects") if row["project_id"] in wanted]


def rows_as(table: Table, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows as a declared table; a cell that a row lacks is null."""
    types = {column.name: stored_type(column) for column in table.columns}
    return pl.DataFrame([{name: row.get(name) for name in types} for row in rows], schema=types)


def _require_valid(network: Network, options: PhaseOptions) -> None:
    for name, low in (("start_years", 1), ("horizon_years", 1), ("budget_usd_per_year", 0)):
        number: Any = options.get(name)
        if number is not None and not number >= low:
            raise CallError(f"{name} must be {low} or more, not {number}.")
    require_year("first_year", options.get("first_year", FIRST_YEAR))

    national = options.get("national_usd_per_year", {})
    countries = countries_of(network)
    for country, usd in national.items():
        if country not in countries:
            raise UnknownName("country of the study", country, filter(None, countries))
        if not usd >= 0:
            raise CallError(f"the budget of {country} must be 0 or more, not {usd}.")


def _by_pairs(task: PhaseTask) -> Phasing:
    """Return the phases of a programme too large for every set."""
    excluded = exclusions(task.projects)
    single, synergy = pair_usd(task.base, task.project_ids, excluded, task.effort)
    years = (task.horizon.years, 1)
    programme = task.programme(np.zeros(1))
    phases = pairwise_phases(programme, np.tile(single, years), np.tile(synergy, (*years, 1)))
    best = Phases(phases.npv_usd, phases.begins)
    return _told(task, programme, best, phases.bound_usd, (single, synergy))


def _told(
    task: PhaseTask,
    programme: Programme,
    phases: Phases,
    bound_usd: float,
    pairs: tuple[Floats, Floats] | None = None,
) -> Phasing:
    """Return phases as tables."""
    return Phasing(
        projects=_projects_frame(task, phases, pairs),
        years=_years_frame(task, programme, phases, pairs),
        countries=_countries_frame(task, programme, phases) if pairs is None else _no_countries(),
        npv_usd=phases.npv_usd,
        bound_usd=bound_usd,
        valued=len(task.projects) * (len(task.projects) + 1) // 2 if pairs else task.values.valued,
        largest_error_usd=None if pairs else task.values.largest_error_usd,
        provenance=task.provenance(),
    )


def _projects_frame(
    task: PhaseTask, phases: Phases, pairs: tuple[Floats, Floats] | None
) -> pl.DataFrame:
    worth = _worth_of(task, pairs)
    everything = sorted(phases.begins)
    of_all = worth(everything)
    requires = requirements(task.projects)
    rows = []
    for p, project in enumerate(task.projects):
        row: dict[str, Any] = {
            "project_id": project["project_id"],
            "name": project["name"],
            "capex_usd": project["capex_usd"],
            "alone_usd_per_year": round(worth(_linked(p, requires)), 2),
            "part": None if pairs else _part_of(task.values, project["project_id"]),
        }
        if p in phases.begins:
            start = phases.begins[p]
            row |= {
                "begin_year": task.horizon.first_year + start,
                "open_year": task.horizon.first_year + start + project["build_years"],
                "cost_usd": round(-float(task.costs.own_usd[start, p].sum()), 2),
                "last_usd_per_year": round(of_all - worth(_without(everything, p, requires)), 2),
            }
        rows.append(row)
    return rows_as(PHASE_PROJECTS, rows)


def _linked(project: int, pairs: Sequence[tuple[int, int]]) -> list[int]:
    """Return a project and all that pairs lead to from it."""
    linked = [project]
    for p in linked:
        linked += [second for first, second in pairs if first == p and second not in linked]
    return sorted(linked)


def _without(
    projects: Sequence[int], project: int, requires: Sequence[tuple[int, int]]
) -> list[int]:
    """Return projects without one and all that require it."""
    dropped = _linked(project, [(second, first) for first, second in requires])
    return [p for p in projects if p not in dropped]


def _worth_of(task: PhaseTask, pairs: tuple[Floats, Floats] | None) -> Any:
    """Return the function from projects to their welfare a year."""
    if pairs is None:
        welfare = task.values.welfare_usd()
        return lambda projects: float(welfare[sum(1 << p for p in projects)])

    single, synergy = pairs
    return lambda projects: float(
        single[projects].sum() + synergy[np.ix_(sorted(projects), sorted(projects))].sum()
    )


def _part_of(values: SetValues, project_id: str) -> int:
    return next(n for n, part in enumerate(values.parts, start=1) if project_id in part)


def _years_frame(
    task: PhaseTask, programme: Programme, phases: Phases, pairs: tuple[Floats, Floats] | None
) -> pl.DataFrame:
    worth = _worth_of(task, pairs)
    budget = task.options.get("budget_usd_per_year")
    ids = task.project_ids
    rows = []
    for year in range(task.horizon.years):
        since = {p: year - start for p, start in phases.begins.items() if start <= year}
        building = [p for p, k in since.items() if k < programme.build_years[p]]
        is_open = sorted(set(since) - set(building))
        spent = sum(float(programme.spend_usd[p][since[p]]) for p in building)
        rows.append(
            {
                "year": task.horizon.first_year + year,
                "spent_usd": round(spent, 2),
                "budget_usd": budget,
                "benefit_usd": round(worth(is_open), 2),
                "open": [ids[p] for p in is_open],
                "building": [ids[p] for p in sorted(building)],
            }
        )
    return rows_as(PHASE_YEARS, rows)


def _no_countries() -> pl.DataFrame:
    return rows_as(PHASE_COUNTRIES, [])


def _countries_frame(task: PhaseTask, programme: Programme, phases: Phases) -> pl.DataFrame:
    """Return who gains and who pays, those with anything, the largest gain first."""
    benefit = country_benefits(task, programme, phases)
    cost = -sum(
        (task.costs.own_usd[start, p] for p, start in phases.begins.items()),
        np.zeros(len(task.countries)),
    )
    rows = [
        {
            "country": country,
            "benefit_usd": round(float(benefit[c]), 2),
            "cost_usd": round(float(cost[c]), 2) + 0.0,
            "npv_usd": round(float(benefit[c] - cost[c]), 2),
        }
        for c, country in enumerate(task.countries)
        if benefit[c] or cost[c]
    ]
    return rows_as(PHASE_COUNTRIES, sorted(rows, key=lambda row: -row["npv_usd"]))


def country_benefits(task: PhaseTask, programme: Programme, phases: Phases) -> Floats:
    """Return the present value of welfare by country [countries]."""
    usd = np.zeros(len(task.countries))
    for year in range(task.horizon.years):
        is_open = sum(
            1 << p for p, start in phases.begins.items() if start + programme.build_years[p] <= year
        )
        usd += programme.discount[year] * task.values.usd[is_open].sum(axis=1)
    return usd
