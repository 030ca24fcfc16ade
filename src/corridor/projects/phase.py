"""Phase: which projects of a study are built in which year, so that the programme is worth most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Unpack

import numpy as np
import polars as pl

from corridor.counts import count_of
from corridor.network.graph import Row
from corridor.network.network import Network
from corridor.projects.lattice import Programme, linked, members
from corridor.projects.pairwise import GAP_SHARE, gap_share_of, pairwise_phases
from corridor.projects.phase_task import PhaseOptions, PhaseTask, phase_task
from corridor.projects.phasing import Phases, best_phases
from corridor.projects.project_rows import exclusions
from corridor.projects.sets import PairValues, SetValues, pair_usd
from corridor.study.settings import MAX_PROJECTS
from corridor.tables.cells import frame_of
from corridor.tables.schema_phases import PHASE_COUNTRIES, PHASE_PROJECTS, PHASE_YEARS
from corridor.tables.store import write_results


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
            f"Phasing: {built.height} of {count_of(self.projects.height, 'project')}, worth "
            f"{self.npv_usd / 1e6:,.0f} m USD: {order or 'nothing is built'}."
        )

    @property
    def gap_share(self) -> float:
        """By which share of itself the value may be below the best."""
        return gap_share_of(self.npv_usd, self.bound_usd)

    @property
    def converged(self) -> bool:
        """Whether the order is proven to be the best, within the gap that was asked for."""
        return self.gap_share <= GAP_SHARE

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

    Examples
    --------
    >>> import corridor as co
    >>> study = co.read("studies/kazakhstan-pakistan", scenario="open-borders")
    >>> demand = study.network.frames["demand"]
    >>> demand = demand.filter(demand["demand_id"].str.contains("kabul"))
    >>> plan = co.phase(study.network, demand, ["torkham-single-window"], start_years=2)
    >>> plan.projects["begin_year"].to_list()
    [2027]
    """
    task = phase_task(network, demand, projects, options)
    if len(task.projects) > MAX_PROJECTS:
        return _by_pairs(task)

    programme = task.programme(task.values.welfare_usd())
    phases = best_phases(programme)
    plan = _Plan(task, programme, phases, task.values)
    return plan.phasing(phases.npv_usd, plan.countries_frame())


def _by_pairs(task: PhaseTask) -> Phasing:
    """Return the phases of a programme too large for every set; no country's gain is known."""
    values = pair_usd(task.base, task.project_ids, exclusions(task.projects), task.effort)
    years = task.horizon.years
    single_usd = np.tile(values.single_usd, (years, 1))
    synergy_usd = np.tile(values.synergy_usd, (years, 1, 1))

    programme = task.programme(np.zeros(1))
    phases = pairwise_phases(programme, single_usd, synergy_usd)
    plan = _Plan(task, programme, Phases(phases.npv_usd, phases.begins), values)
    return plan.phasing(phases.bound_usd, frame_of(PHASE_COUNTRIES, []))


class _Plan(NamedTuple):
    """Phases of a task, with what its projects are worth together."""

    task: PhaseTask
    programme: Programme
    phases: Phases
    values: SetValues | PairValues

    def phasing(self, bound_usd: float, countries: pl.DataFrame) -> Phasing:
        """Return the phases as tables."""
        return Phasing(
            projects=self.projects_frame(),
            years=self.years_frame(),
            countries=countries,
            npv_usd=self.phases.npv_usd,
            bound_usd=bound_usd,
            valued=self.values.valued,
            largest_error_usd=self.values.largest_error_usd,
            provenance=self.task.provenance(),
        )

    def projects_frame(self) -> pl.DataFrame:
        """Return every project, with its years where it is built."""
        rows = []
        for p, project in enumerate(self.task.projects):
            row = self._project_row(p, project)
            rows.append(row | self._begin_row(p) if p in self.phases.begins else row)
        return frame_of(PHASE_PROJECTS, rows)

    def _project_row(self, p: int, project: Row) -> dict[str, Any]:
        needed = linked(p, self.programme.requires)
        return {
            "project_id": project["project_id"],
            "name": project["name"],
            "capex_usd": project["capex_usd"],
            "alone_usd_per_year": round(self.values.worth_usd(needed), 2),
            "part": self.values.part_of(project["project_id"]),
        }

    def _begin_row(self, p: int) -> dict[str, Any]:
        """Return when a project is begun, what it costs then, and what all lose without it."""
        start = self.phases.begins[p]
        begin_year = self.task.horizon.first_year + start
        dropped = self.programme.dropped_with(p)

        everything = sorted(self.phases.begins)
        others = [other for other in everything if other not in dropped]
        last_usd = self.values.worth_usd(everything) - self.values.worth_usd(others)
        return {
            "begin_year": begin_year,
            "open_year": begin_year + int(self.programme.build_years[p]),
            "cost_usd": round(-float(self.task.costs.own_usd[start, p].sum()), 2),
            "last_usd_per_year": round(last_usd, 2),
        }

    def years_frame(self) -> pl.DataFrame:
        """Return money by year, and what is open and being built in it."""
        return frame_of(PHASE_YEARS, map(self._year_row, range(self.programme.years)))

    def _year_row(self, year: int) -> dict[str, Any]:
        ids = self.task.project_ids
        is_open = members(self.phases.open_in(self.programme, year))
        begun = [p for p, start in sorted(self.phases.begins.items()) if start <= year]
        building = [p for p in begun if p not in is_open]
        spent_usd = sum(
            float(self.programme.spend_usd[p][year - self.phases.begins[p]]) for p in building
        )

        return {
            "year": self.task.horizon.first_year + year,
            "spent_usd": round(spent_usd, 2),
            "budget_usd": self.task.options.get("budget_usd_per_year"),
            "benefit_usd": round(self.values.worth_usd(is_open), 2),
            "open": [ids[p] for p in is_open],
            "building": [ids[p] for p in building],
        }

    def countries_frame(self) -> pl.DataFrame:
        """Return who gains and who pays, those with anything, the largest gain first."""
        task = self.task
        benefit_usd = task.country_benefits_usd(self.programme, self.phases)
        cost_usd = task.country_costs_usd(self.phases)

        rows = [
            {
                "country": country,
                "benefit_usd": round(float(benefit_usd[c]), 2),
                "cost_usd": round(float(cost_usd[c]), 2) + 0.0,  # no -0.0
                "npv_usd": round(float(benefit_usd[c] - cost_usd[c]), 2),
            }
            for c, country in enumerate(task.countries)
            if benefit_usd[c] or cost_usd[c]
        ]
        return frame_of(PHASE_COUNTRIES, sorted(rows, key=lambda row: -row["npv_usd"]))
