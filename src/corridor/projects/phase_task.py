"""Phase task: the projects of a study with what they cost, before anything is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypedDict

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
from corridor.projects.phase_costs import Horizon, PhaseCosts, funds_of, phase_costs
from corridor.projects.phasing import Phases
from corridor.projects.project_rows import (
    FIRST_YEAR,
    Country,
    exclusions,
    of_programme,
    required_ids,
    requirements,
    unknown_project,
)
from corridor.projects.sets import Effort, SetValues, countries_of, set_values
from corridor.projects.valuation import Valuation, require_year, valuation
from corridor.version import __version__

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
        return Effort(
            folder=self.options.get("folder"),
            workers=self.options.get("workers"),
            cluster=self.options.get("cluster"),
            progress=self.options.get("progress"),
        )

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

    def country_benefits_usd(self, programme: Programme, phases: Phases) -> Floats:
        """Return the present value of welfare by country [countries]."""
        usd = np.zeros(len(self.countries))
        for year in range(self.horizon.years):
            is_open = phases.open_in(programme, year)
            usd += programme.discount[year] * self.values.usd[is_open].sum(axis=1)
        return usd

    def country_costs_usd(self, phases: Phases) -> Floats:
        """Return the present value of what projects cost by country [countries]."""
        usd = np.zeros(len(self.countries))
        for p, start in phases.begins.items():
            usd -= self.costs.own_usd[start, p]
        return usd

    def provenance(self) -> dict[str, Any]:
        """Return version, inputs and settings."""
        left_out = {"folder", "workers", "cluster", "progress", "convention"}
        settings = {name: value for name, value in self.options.items() if name not in left_out}
        return {
            "corridor": __version__,
            "inputs": self.base.base.programme.arrays.hash(),
            "projects": self.project_ids,
            "convention": self.convention.convention_id,
            **{name: value for name, value in settings.items() if value is not None},
        }


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
