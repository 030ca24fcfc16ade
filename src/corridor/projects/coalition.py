"""Coalition: what countries are worth together, who brings what, and who has to be paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple, Unpack

import numpy as np
import polars as pl

from corridor.errors import CallError, TooLarge, UnknownName
from corridor.kernels import Floats
from corridor.network.borders import Border, borders_of, shut_borders, with_opened, with_shut
from corridor.network.graph import Row
from corridor.network.network import Network
from corridor.projects.finance import discount_factors
from corridor.projects.games import core, nucleolus, shapley_values
from corridor.projects.lattice import members
from corridor.projects.phase_task import (
    VALUE_YEAR,
    PhaseOptions,
    PhaseTask,
    chosen_projects,
    phase_task,
    with_required,
)
from corridor.projects.phasing import Phases, best_phases
from corridor.projects.project_rows import payer_shares
from corridor.projects.sets import countries_of
from corridor.projects.valuation import require_year
from corridor.study.settings import MAX_BORDERS, MAX_PLAYERS, MAX_PROJECTS
from corridor.tables.cells import frame_of
from corridor.tables.schema_phases import COALITION_PLAYERS, COALITION_SETS
from corridor.tables.store import write_results


@dataclass(frozen=True, eq=False)
class Coalition:
    """What every set of countries is worth to itself, and what holds all of them together.

    Attributes
    ----------
    players, sets
        Tables ``coalition_players`` and ``coalition_sets``.
    npv_usd
        What all together are worth in the first year.
    core_is_empty
        Whether every division of it makes some set of countries better off apart.
    needed_usd
        The least that would keep every set.
    provenance
        Version, inputs and settings.
    """

    players: pl.DataFrame
    sets: pl.DataFrame
    npv_usd: float
    core_is_empty: bool
    needed_usd: float
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        countries = " ".join(self.players["country"])
        opens = " and ".join(self.opens)
        opening = f" with the border {opens} open" if opens else ""
        holds = "no division holds them together" if self.core_is_empty else "they can hold"
        worth = f"{self.npv_usd / 1e6:,.0f} m USD{opening}"
        return f"Coalition: {countries} are worth {worth}; {holds}."

    @property
    def opens(self) -> list[str]:
        """Borders that all of them together open, such as AF-PK."""
        everybody = self.sets.filter(pl.col("members") == self.players.height)
        return list(everybody["opens"].item())

    def frames(self) -> dict[str, pl.DataFrame]:
        """Return the tables by the names they are declared under."""
        return {COALITION_PLAYERS.name: self.players, COALITION_SETS.name: self.sets}

    def write(self, folder: str | Path) -> Path:
        """Write every table as Parquet and a manifest into a folder and return it."""
        manifest = {
            **self.provenance,
            "core_is_empty": self.core_is_empty,
            "needed_usd": self.needed_usd,
        }
        return write_results(folder, self.frames(), manifest)


def coalition(
    network: Network,
    demand: pl.DataFrame,
    projects: Iterable[str],
    *,
    countries: Sequence[str] | None = None,
    borders: Iterable[str] | None = None,
    **options: Unpack[PhaseOptions],
) -> Coalition:
    """Return what sets of countries are worth that build together, and how all of them hold.

    A set builds the projects whose payers are all in it, in the order best for its members; what
    others gain by them does not count for it. A country outside builds nothing and keeps its
    borders as they are: a border that is shut opens, in the first year, where both of its countries
    are in a set and the set is better off. Who pays from no country of the study pays in every
    case.

    Parameters
    ----------
    network, demand, projects
        As of :func:`corridor.phase`; up to 16 projects.
    countries
        The players; null: all that pay for one of the projects, and those of the borders named.
        Projects that others pay for are left out.
    borders
        Up to 2 borders by land that are shut unless both countries open them, such as AF-PK,
        whatever the scenario says; null: those between two players over which its changes shut
        everything. Opening one ends a stop of trade between both countries, too.
    **options
        See :class:`corridor.projects.phase_task.PhaseOptions`.

    Returns
    -------
    Coalition
        Value of every set, Shapley values, whether the core is empty, and the payments by which all
        have their share of the nucleolus. Nothing built and every border as it is are worth 0.

    Raises
    ------
    CallError
        Where nobody pays, or no project is left.
    UnknownName
        For a project, country or border that is not there.
    TooLarge
        For more than 8 countries, 16 projects or 2 borders.

    Examples
    --------
    >>> import corridor as co
    >>> study = co.read("studies/kazakhstan-pakistan", scenario="open-borders")
    >>> demand = study.network.frames["demand"]
    >>> demand = demand.filter(demand["demand_id"].str.contains("kabul"))
    >>> game = co.coalition(study.network, demand, ["torkham-single-window"], start_years=2)
    >>> game.players["country"].to_list()
    ['AF', 'PK']
    """
    names = list(projects)
    rows = with_required(network, chosen_projects(network, names))
    if len(rows) > MAX_PROJECTS:
        raise TooLarge(f"{len(rows)} projects are too many: name up to {MAX_PROJECTS} of them.")

    named = None if borders is None else borders_of(network, borders)
    players = _players(network, rows, countries, named or ())
    shut = _shut(network, players, options) if named is None else named
    if len(shut) > MAX_BORDERS:
        which = " ".join(border.name for border in shut)
        raise TooLarge(
            f"{len(shut)} shut borders ({which}) have too many cases: name {MAX_BORDERS}."
        )

    task = phase_task(with_opened(network, shut), demand, names, options)
    return _coalition_of(_Moves(task, shut), players)


def _players(
    network: Network,
    projects: Iterable[Row],
    countries: Sequence[str] | None,
    borders: Iterable[Border],
) -> list[str]:
    """Return the countries that play."""
    payers = {
        country
        for project in projects
        for country, share in payer_shares(network, project).items()
        if country and share > 0
    }
    of_borders = {country for border in borders for country in border.countries}
    everybody = sorted(payers | of_borders)
    players = everybody if countries is None else list(dict.fromkeys(countries))

    known = countries_of(network)
    for country in players:
        if country not in known:
            raise UnknownName("country of the study", country, filter(None, known))
    if not players:
        raise CallError("no country pays for any of these projects.")
    if len(players) > MAX_PLAYERS:
        raise TooLarge(
            f"{len(players)} countries ({' '.join(players)}) have too many coalitions: name "
            f"{MAX_PLAYERS} of them, or fewer projects."
        )
    return players


def _shut(network: Network, players: Sequence[str], options: PhaseOptions) -> tuple[Border, ...]:
    """Return the borders between players that the scenario shuts, in the year that is valued."""
    year = options.get("value_year", VALUE_YEAR)
    require_year("value_year", year)
    return shut_borders(network, players, dt.date(year, 7, 1))


class _Plan(NamedTuple):
    """The best that a set of countries can do: its value to them, the borders it opens, when what.

    case: the task with those borders open and the others shut.
    """

    npv_usd: float
    opens: tuple[Border, ...]
    phases: Phases
    case: PhaseTask


class _Moves:
    """What countries can do together: build, and open borders; each case is valued once.

    task: with every border open. All cases are valued from its base, the demand with open borders,
    so that what goods would pay at most does not follow from how borders stand.
    """

    def __init__(self, task: PhaseTask, borders: Sequence[Border]) -> None:
        self.task = task
        self.borders = tuple(borders)
        self.of_case: dict[tuple[Border, ...], PhaseTask] = {}

    def case(self, opens: tuple[Border, ...]) -> PhaseTask:
        """Return the task with some borders open and the others shut."""
        if opens not in self.of_case:
            shut = [border for border in self.borders if border not in opens]
            self.of_case[opens] = self._with_shut(shut) if shut else self.task
        return self.of_case[opens]

    def _with_shut(self, shut: Sequence[Border]) -> PhaseTask:
        base = self.task.base
        options = self.task.options
        folder = options.get("folder")
        if folder is not None:
            word = "-".join(["borders", *(border.name for border in shut)])
            options = {**options, "folder": Path(folder) / word}
        shut_base = base.on_network(with_shut(base.network, shut))
        return replace(self.task, base=shut_base, options=options)

    def best(self, countries: Sequence[str]) -> _Plan:
        """Return the best plan of a set of countries for themselves; of equals, opening least."""
        can_open = [border for border in self.borders if set(border.countries) <= set(countries)]
        choices = [
            opens for count in range(len(can_open) + 1) for opens in combinations(can_open, count)
        ]
        plans = [self._plan(countries, opens) for opens in choices]
        return max(plans, key=lambda plan: round(plan.npv_usd, 2))

    def _plan(self, countries: Sequence[str], opens: tuple[Border, ...]) -> _Plan:
        case = self.case(opens)
        inside = [case.countries.index(country) for country in countries]
        outside = [c for c, name in enumerate(case.countries) if name and c not in inside]
        never = np.flatnonzero(case.costs.fund_share[:, outside].sum(axis=1) > 0).tolist()

        programme = case.programme(
            case.values.welfare_usd(countries),
            case.costs.own_usd[:, :, inside].sum(axis=2),
            never=never,
        )
        phases = best_phases(programme)
        opening_usd = float(self.opening_usd(opens)[inside].sum())
        return _Plan(phases.npv_usd + opening_usd, opens, phases, case)

    def opening_usd(self, opens: tuple[Border, ...]) -> Floats:
        """Return what open borders alone are worth in the first year, by country [countries]."""
        if not opens:
            return np.zeros(len(self.task.countries))

        gain_usd = self.case(opens).values.nothing_usd - self.case(()).values.nothing_usd
        years = self.task.horizon.years
        discount = discount_factors(years, self.task.convention.discount_share)
        return np.asarray(gain_usd.sum(axis=1) * discount.sum())

    def own_usd(self, plan: _Plan) -> Floats:
        """Return what each country has of a plan before anybody is paid [countries]."""
        programme = plan.case.programme(plan.case.values.welfare_usd())
        benefit_usd = plan.case.country_benefits_usd(programme, plan.phases)
        cost_usd = plan.case.country_costs_usd(plan.phases)
        return benefit_usd - cost_usd + self.opening_usd(plan.opens)

    def provenance(self) -> dict[str, Any]:
        """Return version, inputs and settings."""
        named = {"borders": [border.name for border in self.borders]} if self.borders else {}
        return {**self.task.provenance(), **named}


def _coalition_of(moves: _Moves, players: Sequence[str]) -> Coalition:
    """Return the game as tables: what each set is worth, and what holds all of them."""
    sets = [[players[p] for p in members(subset)] for subset in range(1 << len(players))]
    plans = [moves.best(countries) for countries in sets]
    worth = np.array([plan.npv_usd for plan in plans])
    worth[0] = 0.0

    stability = core(worth)
    shares = nucleolus(worth)
    return Coalition(
        players=_players_frame(moves, players, plans[-1], worth, shares),
        sets=_sets_frame(moves.task, players, plans, worth, shares),
        npv_usd=float(worth[-1]),
        core_is_empty=stability.is_empty,
        needed_usd=stability.needed_usd,
        provenance=moves.provenance(),
    )


def _players_frame(
    moves: _Moves, players: Sequence[str], plan: _Plan, worth: Floats, shares: Floats
) -> pl.DataFrame:
    """Return each country: alone, in the plan of all, what it brings, and what it is paid."""
    numbers = [moves.task.countries.index(country) for country in players]
    before_payments = moves.own_usd(plan)[numbers]
    opening = moves.opening_usd(plan.opens)[numbers]
    shapley = shapley_values(worth)

    everybody = len(worth) - 1
    rows = [
        {
            "country": country,
            "alone_usd": round(float(worth[1 << p]), 2),
            "plan_usd": round(float(before_payments[p]), 2),
            "opening_usd": round(float(opening[p]), 2) if moves.borders else None,
            "shapley_usd": round(float(shapley[p]), 2),
            "last_usd": round(float(worth[everybody] - worth[everybody ^ 1 << p]), 2),
            "share_usd": round(float(shares[p]), 2),
            "payment_usd": round(float(shares[p] - before_payments[p]), 2),
        }
        for p, country in enumerate(players)
    ]
    return frame_of(COALITION_PLAYERS, rows)


def _sets_frame(
    task: PhaseTask,
    players: Sequence[str],
    plans: Sequence[_Plan],
    worth: Floats,
    shares: Floats,
) -> pl.DataFrame:
    """Return every set of countries, the most valuable first."""
    rows = []
    for subset in range(1, len(worth)):
        inside = members(subset)
        plan = plans[subset]
        rows.append(
            {
                "coalition": " ".join(players[p] for p in inside),
                "members": len(inside),
                "npv_usd": round(float(worth[subset]), 2),
                "projects": [task.project_ids[p] for p in sorted(plan.phases.begins)],
                "opens": [border.name for border in plan.opens],
                "excess_usd": round(float(shares[inside].sum() - worth[subset]), 2),
            }
        )
    return frame_of(COALITION_SETS, sorted(rows, key=lambda row: -row["npv_usd"]))
