"""Coalition: what countries are worth together, who brings what, and who has to be paid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import polars as pl

from corridor.errors import CallError, TooLarge, UnknownName
from corridor.kernels import Floats
from corridor.network.network import Network
from corridor.projects.games import core, nucleolus, shapley_values
from corridor.projects.lattice import members
from corridor.projects.phase_task import PhaseOptions, PhaseTask, phase_task
from corridor.projects.phasing import Phases, best_phases
from corridor.projects.sets import MAX_WHOLE
from corridor.study.settings import MAX_PLAYERS
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
        holds = "no division holds them together" if self.core_is_empty else "they can hold"
        return f"Coalition: {countries} are worth {self.npv_usd / 1e6:,.0f} m USD; {holds}."

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
    **options: Unpack[PhaseOptions],
) -> Coalition:
    """Return what sets of countries are worth that build together, and how all of them hold.

    A set builds the projects whose payers are all in it, in the order best for its members; what
    others gain by them does not count for it. A country outside builds nothing. Who pays from no
    country of the study pays in every case.

    Parameters
    ----------
    network, demand, projects
        As of :func:`corridor.phase`; up to 16 projects.
    countries
        The players; null: all that pay for one of the projects. Projects that others pay for are
        left out.
    **options
        See :class:`corridor.projects.phase_task.PhaseOptions`.

    Returns
    -------
    Coalition
        Value of every set, Shapley values, whether the core is empty, and the payments by which all
        have their share of the nucleolus.

    Raises
    ------
    CallError
        Where nobody pays, or no project is left.
    TooLarge
        For more than 8 countries or 16 projects.

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
    task = phase_task(network, demand, projects, options)
    players = _players(task, countries)
    if len(task.projects) > MAX_WHOLE:
        raise TooLarge(f"{len(task.projects)} projects are too many for coalitions: take 16.")

    sets = [[players[p] for p in members(subset)] for subset in range(1 << len(players))]
    plans = [_plan_of(task, countries_of_set) for countries_of_set in sets]
    worth = np.array([plan.npv_usd for plan in plans])
    worth[0] = 0.0
    return _coalition_of(task, players, plans, worth)


def _players(task: PhaseTask, countries: Sequence[str] | None) -> list[str]:
    """Return the countries that play."""
    pays = task.costs.fund_share.sum(axis=0) > 0
    payers = [c for c, is_payer in zip(task.countries, pays, strict=True) if is_payer and c]
    players = payers if countries is None else list(dict.fromkeys(countries))

    for country in players:
        if country not in task.countries:
            raise UnknownName("country of the study", country, filter(None, task.countries))
    if not players:
        raise CallError("no country pays for any of these projects.")
    if len(players) > MAX_PLAYERS:
        raise TooLarge(
            f"{len(players)} countries ({' '.join(players)}) have too many coalitions: name "
            f"{MAX_PLAYERS} of them, or fewer projects."
        )
    return players


def _plan_of(task: PhaseTask, countries: Sequence[str]) -> Phases:
    """Return the best plan of a set of countries for themselves."""
    inside = [task.countries.index(country) for country in countries]
    outside = [c for c, name in enumerate(task.countries) if name and c not in inside]
    never = np.flatnonzero(task.costs.fund_share[:, outside].sum(axis=1) > 0).tolist()
    programme = task.programme(
        task.values.welfare_usd(countries),
        task.costs.own_usd[:, :, inside].sum(axis=2),
        never=never,
    )
    return best_phases(programme)


def _coalition_of(
    task: PhaseTask, players: Sequence[str], plans: Sequence[Phases], worth: Floats
) -> Coalition:
    stability = core(worth)
    shares = nucleolus(worth)
    shapley = shapley_values(worth)
    before_payments = _own_usd(task, players, plans[-1])

    everybody = len(worth) - 1
    rows = [
        {
            "country": country,
            "alone_usd": round(float(worth[1 << p]), 2),
            "plan_usd": round(float(before_payments[p]), 2),
            "shapley_usd": round(float(shapley[p]), 2),
            "last_usd": round(float(worth[everybody] - worth[everybody ^ 1 << p]), 2),
            "share_usd": round(float(shares[p]), 2),
            "payment_usd": round(float(shares[p] - before_payments[p]), 2),
        }
        for p, country in enumerate(players)
    ]

    return Coalition(
        players=frame_of(COALITION_PLAYERS, rows),
        sets=_sets_frame(task, players, plans, worth, shares),
        npv_usd=float(worth[everybody]),
        core_is_empty=stability.is_empty,
        needed_usd=stability.needed_usd,
        provenance=task.provenance(),
    )


def _own_usd(task: PhaseTask, players: Sequence[str], plan: Phases) -> Floats:
    """Return what each player has of a plan before anybody is paid [players]."""
    programme = task.programme(task.values.welfare_usd())
    usd = task.country_benefits_usd(programme, plan) - task.country_costs_usd(plan)
    return usd[[task.countries.index(country) for country in players]]


def _sets_frame(
    task: PhaseTask,
    players: Sequence[str],
    plans: Sequence[Phases],
    worth: Floats,
    shares: Floats,
) -> pl.DataFrame:
    """Return every set of countries, the most valuable first."""
    rows = []
    for subset in range(1, len(worth)):
        inside = members(subset)
        rows.append(
            {
                "coalition": " ".join(players[p] for p in inside),
                "members": len(inside),
                "npv_usd": round(float(worth[subset]), 2),
                "projects": [task.project_ids[p] for p in sorted(plans[subset].begins)],
                "excess_usd": round(float(shares[inside].sum() - worth[subset]), 2),
            }
        )
    return frame_of(COALITION_SETS, sorted(rows, key=lambda row: -row["npv_usd"]))
