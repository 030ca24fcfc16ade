"""Pairwise phasing: programmes too large for every subset, by what pairs are worth together.

    most    sum of value of beginning + discounted value of each project and each pair that is open
    so that every project begins at most once, in time to open,
            none begins or opens before what it requires, or beside what it excludes,
            and funds pay for all of it.

Sets are worth the sum of their projects and pairs: what three do together beyond their pairs is not
in it. Solved by HiGHS as a mixed integer programme, with the gap that it proves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from corridor.errors import NotConverged
from corridor.highs import new_solver, run
from corridor.kernels import Floats, Ints
from corridor.projects.lattice import Programme

GAP_SHARE = 1e-6
TIME_LIMIT_S = 300.0
BEGUN = 0.5  # of a whole-number column that is 0 or 1


class PairwisePhases(NamedTuple):
    """The best phases found, what no others are worth more than, and whether the gap was proven."""

    npv_usd: float
    begins: Mapping[int, int]
    bound_usd: float
    converged: bool

    @property
    def gap_share(self) -> float:
        """By which share of itself the value may be below the best."""
        return gap_share_of(self.npv_usd, self.bound_usd)


def gap_share_of(npv_usd: float, bound_usd: float) -> float:
    """Return by which share of itself a value may be below the best, from its bound."""
    short_usd = max(bound_usd - npv_usd, 0.0)
    return short_usd / abs(npv_usd) if npv_usd else float(short_usd > 0)


class Begin(NamedTuple):
    """A project and a year that it may begin in: a column."""

    project: int
    year: int


def pairwise_phases(
    programme: Programme,
    single_usd: Floats,
    synergy_usd: Floats,
    *,
    gap_share: float = GAP_SHARE,
    time_limit_s: float = TIME_LIMIT_S,
) -> PairwisePhases:
    """Return the phases that are worth most where sets are worth their projects and pairs.

    Parameters
    ----------
    programme
        As of :func:`corridor.projects.phasing.best_phases`; ``benefit_usd`` is not read.
    single_usd
        What a year is worth with one project open, beyond none float64 [years, projects].
    synergy_usd
        What a year with two open is worth beyond both of them float64 [years, projects, projects],
        read where the first is the lower number.
    gap_share
        The search ends within this share of the best.
    time_limit_s
        Seconds it may take.

    Returns
    -------
    PairwisePhases
        With the bound proven; ``converged`` is false where time ran out before.

    Raises
    ------
    NotConverged
        Where HiGHS ends without any phases.
    """
    begins = _begins(programme)
    model = _Model(programme, begins)
    model.add_projects(single_usd)
    model.add_pairs(synergy_usd)
    model.add_limits()
    return model.solve(gap_share, time_limit_s)


def _begins(programme: Programme) -> list[Begin]:
    """Return the columns: every project in every year that leaves time to open."""
    return [
        Begin(project, year)
        for project in range(programme.projects)
        for year in range(int(programme.earliest[project]), len(programme.own_usd))
        if year + programme.build_years[project] <= programme.years
    ]


class _Model:
    """The programme as HiGHS takes it: begins are 0 or 1, pairs lie between."""

    def __init__(self, programme: Programme, begins: Sequence[Begin]) -> None:
        self.programme = programme
        self.begins = begins
        self.usd: list[float] = [0.0] * len(begins)
        self.rows: list[tuple[Ints, Floats, float, float]] = []

    def begun_by(self, project: int, year: int) -> list[int]:
        """Return the columns with which a project has begun by a year."""
        return [n for n, (p, first) in enumerate(self.begins) if p == project and first <= year]

    def open_by(self, project: int, year: int) -> list[int]:
        """Return the columns with which a project is open in a year."""
        return self.begun_by(project, year - int(self.programme.build_years[project]))

    def add_projects(self, single_usd: Floats) -> None:
        """Add what beginning a project in a year is worth, and that it begins once."""
        programme = self.programme
        for number, (project, year) in enumerate(self.begins):
            open_from = year + programme.build_years[project]
            earned = programme.discount[open_from:] @ single_usd[open_from:, project]
            self.usd[number] = float(programme.own_usd[year, project] + earned)

        for project in range(programme.projects):
            columns = [n for n, begin in enumerate(self.begins) if begin.project == project]
            self._add_row(columns, [1.0] * len(columns), high=1.0)

    def add_pairs(self, synergy_usd: Floats) -> None:
        """Add a column for each pair and each year in which what is open may still change."""
        programme = self.programme
        years = programme.years
        last = min(years - 1, len(programme.own_usd) - 1 + int(programme.build_years.max()))
        for first in range(programme.projects):
            for second in range(first + 1, programme.projects):
                usd = programme.discount * synergy_usd[:, first, second]
                for year in range(last + 1):
                    until = years if year == last else year + 1  # after the last, all stays
                    self._add_pair(first, second, year, float(usd[year:until].sum()))

    def _add_pair(self, first: int, second: int, year: int, usd: float) -> None:
        first_open = self.open_by(first, year)
        second_open = self.open_by(second, year)
        if usd == 0.0 or not first_open or not second_open:
            return

        pair = len(self.usd)
        self.usd.append(usd)
        if usd > 0:
            for is_open in (first_open, second_open):
                self._add_row([pair, *is_open], [1.0, *[-1.0] * len(is_open)], high=0.0)
        else:
            both = [*first_open, *second_open]
            self._add_row([pair, *both], [1.0, *[-1.0] * len(both)], low=-1.0)

    def add_limits(self) -> None:
        """Add precedence, exclusion and funds."""
        programme = self.programme
        for project, required in programme.requires:
            for year in range(programme.years):
                self._add_order(self.begun_by(project, year), self.begun_by(required, year))
                self._add_order(self.open_by(project, year), self.open_by(required, year))

        for pair in programme.excludes:
            columns = [n for n, begin in enumerate(self.begins) if begin.project in pair]
            self._add_row(columns, [1.0] * len(columns), high=1.0)

        for year in range(programme.years):
            for fund in range(programme.fund_share.shape[1]):
                self._add_fund(year, fund)

    def _add_order(self, later: Sequence[int], sooner: Sequence[int]) -> None:
        """Add that nothing of the first holds before something of the second does."""
        weights = [1.0] * len(later) + [-1.0] * len(sooner)
        self._add_row([*later, *sooner], weights, high=0.0)

    def _add_fund(self, year: int, fund: int) -> None:
        weights = []
        for project, first in self.begins:
            drawn = self.programme.drawn_usd(project)
            state = min(max(year - first + 1, 0), len(drawn) - 1)
            weights.append(float(drawn[state] * self.programme.fund_share[project, fund]))
        allowance = float(self.programme.allowance_usd[year, fund])
        if np.isfinite(allowance):
            self._add_row(list(range(len(self.begins))), weights, high=allowance)

    def _add_row(
        self,
        columns: Sequence[int],
        weights: Sequence[float],
        low: float = -np.inf,
        high: float = np.inf,
    ) -> None:
        self.rows.append((np.array(columns, np.int64), np.array(weights), low, high))

    def solve(self, gap_share: float, time_limit_s: float) -> PairwisePhases:
        """Return the best phases; NotConverged where there are none."""
        import highspy

        solver = new_solver(mip_rel_gap=gap_share, mip_abs_gap=0.0, time_limit=time_limit_s)
        solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        for number, usd in enumerate(self.usd):
            solver.addCol(usd, 0.0, 1.0, 0, np.zeros(0, np.int32), np.zeros(0))
            if number < len(self.begins):
                solver.changeColIntegrality(number, highspy.HighsVarType.kInteger)
        for columns, weights, low, high in self.rows:
            solver.addRow(low, high, len(columns), columns.astype(np.int32), weights)

        status = run(solver)
        info = solver.getInfo()
        if info.primal_solution_status != highspy.kSolutionStatusFeasible:
            raise NotConverged(f"the search for the best phases ended as {status}, without any.")

        values = solver.getSolution().col_value
        begins = {
            begin.project: begin.year
            for begin, value in zip(self.begins, values, strict=False)
            if value > BEGUN
        }
        npv_usd = float(info.objective_function_value)
        bound_usd = max(float(info.mip_dual_bound), npv_usd)
        is_proven = status == highspy.HighsModelStatus.kOptimal
        return PairwisePhases(npv_usd, begins, bound_usd, is_proven)
