"""Elastic demand: costs make trade, trade makes flows, flows make costs, until nothing moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, Unpack

import numpy as np
import polars as pl

from corridor import stopping
from corridor.errors import CallError
from corridor.flows.assign import (
    AssignOptions,
    Question,
    lay_out,
    routes_known,
    solve_programme,
    tell_flows,
)
from corridor.flows.demand import DemandArrays
from corridor.flows.flows import Flows
from corridor.flows.solution import Solution
from corridor.flows.trip_costs import TripCosts, taken_costs, undisturbed_costs
from corridor.kernels import Floats
from corridor.network.graph import Row
from corridor.network.network import Network
from corridor.steps import tell_step
from corridor.study.study import Study
from corridor.tables import schema_results
from corridor.tables.cells import frame_of
from corridor.tables.store import write_results
from corridor.trade.response import Response, read_response
from corridor.trade.sectors import Horizon, at_horizon, read_horizon

DAMPING = 0.5
TOLERANCE = 1e-3
MAX_ROUNDS = 50
MIN_DAMPING = 1 / 64  # below which a round moves too little to tell whether it helps
TABLES = ("demand", "rounds")


@dataclass(frozen=True, eq=False)
class ElasticFlows:
    """Demand and flows that agree: the flows cost what makes this demand.

    Attributes
    ----------
    flows
        The assignment of the demand.
    demand
        One row of demand: its units a year before and now, with what a unit pays and how long it
        takes.
    rounds
        One row a round: how far demand was from what its costs make of it.
    converged
        Whether no row of demand would change by more than the tolerance, and the flows converged.
    provenance
        That of the flows, with damping and tolerance.
    """

    flows: Flows
    demand: pl.DataFrame
    rounds: pl.DataFrame
    converged: bool
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        last = self.rounds.row(-1, named=True)
        end = "" if self.converged else ", not converged"
        return (
            f"ElasticFlows: {last['t_per_year'] / 1e6:,.2f} Mt a year after {self.rounds.height} "
            f"rounds; no row of demand would change by more than {last['change_share']:.1e}{end}."
        )

    def write(self, folder: str | Path) -> Path:
        """Write both tables as Parquet and a manifest into a folder and return it."""
        return write_results(
            folder, {name: getattr(self, name) for name in TABLES}, self.provenance
        )


class Round(NamedTuple):
    """One round: the demand that was assigned, what it cost, and what these costs make of it.

    units, wanted: a day, of trips with a route; 0 of others [trips].
    """

    question: Question
    solution: Solution
    costs: TripCosts
    wanted: Floats

    @property
    def units(self) -> Floats:
        """Units a day that were assigned [trips]."""
        return self.question.programme.units_per_day

    @property
    def change_share(self) -> float:
        """The largest change of a row of demand, of itself."""
        change = np.abs(self.wanted - self.units)
        shares = np.divide(change, self.units, out=np.zeros(len(change)), where=self.units > 0)
        return float(shares.max(initial=0.0))

    @property
    def gap_share(self) -> float:
        """What demand and supply disagree on, in money: of all that is paid for carriage."""
        usd = np.nan_to_num(self.costs.cost_usd)
        paid_usd = float(usd @ self.units)
        return float(usd @ np.abs(self.wanted - self.units)) / paid_usd if paid_usd else 0.0


def assign_elastic(
    network: Network,
    demand: pl.DataFrame,
    *,
    on: dt.date | str,
    before: Flows | None = None,
    sectors: pl.DataFrame | None = None,
    damping: float = DAMPING,
    tolerance: float = TOLERANCE,
    max_rounds: int = MAX_ROUNDS,
    **options: Unpack[AssignOptions],
) -> ElasticFlows:
    """Return the flows whose costs make just the demand that flows.

    Rounds of: assign the demand; take the mean money and hours of its routes, queues included;
    let every row follow them by the elasticities of its goods; go a part of the way there. Rounds
    end where no row would change by more than the tolerance.

    Parameters
    ----------
    network
        With tables of trade: sectors, countries, trade, specialisations.
    demand
        As :func:`corridor.assign` takes it.
    on
        Day that stands for all days.
    before
        Flows at whose costs the demand was stated, by demand_id, such as those of today under a
        plan; null: at the costs of the network when nobody is on it.
    sectors
        sector_id, cargo_id, usd_per_t, elasticity, time_value_share_per_day; null: the network's.
    damping
        Part of the way gone each round, above 0 and up to 1; halved where a round leaves demand
        further from what its costs make of it than the one before.
    tolerance
        Largest change of a row of demand, of itself, that ends the rounds.
    max_rounds
        Rounds after which it ends in any case.
    **options
        As :func:`corridor.assign` takes them.

    Returns
    -------
    ElasticFlows
        ``converged`` says whether the tolerance was met; no error is raised where not.

    Raises
    ------
    CallError
        For a number out of range, a study without sectors or trade.
    StudyError
        Where the tables of trade are wrong.

    Notes
    -----
    What a slot is worth is not in the costs, so demand that finds no room stays demand that finds
    no room. Countries' incomes do not follow (:func:`corridor.forecast` has them).

    Source: Department for Transport (2024), TAG unit M2.1, variable demand modelling: iterations
    between demand and supply, and the gap between them in money.

    Examples
    --------
    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan").network
    >>> demand = network.frames["demand"].head(12)
    >>> elastic = co.assign_elastic(network, demand, on="2026-07-01", limited=False)
    >>> elastic.rounds.height, elastic.converged
    (1, True)
    """
    _require_valid(damping, tolerance, max_rounds)
    question = lay_out(network, demand, on, options)
    trips = question.programme.arrays.trips

    free = undisturbed_costs(question.programme)
    stated = free if before is None else _costs_before(before, trips)
    response = read_response(
        network, trips, stated, network.frames["sectors"] if sectors is None else sectors
    )

    stated_units = question.programme.units_per_day
    units = stated_units * response.ratios(free).to_numpy()
    routes = routes_known(question, options)

    rounds: list[Round] = []
    for number in range(max_rounds):
        stopping.raise_if_stopped()
        tell_step("rounds of demand", number, max_rounds)
        last = _round(question, stated_units, units, response, routes, options)
        rounds.append(last)
        if last.change_share <= tolerance:
            break

        routes = [(column.trip, column.arcs) for column in last.solution.columns]
        damping = _damped(damping, rounds)
        units = units + damping * (last.wanted - units)

    return _tell(question, rounds, tolerance, options)


def study_elastic_flows(
    study: Study, network: Network, *, on: dt.date | str, **options: Unpack[AssignOptions]
) -> ElasticFlows:
    """Return the elastic flows of a study's demand, as ``[flows]`` of study.toml asks for them.

    Elasticities are those trade reaches by the year of the study's target, if it has one.
    """
    asked = study.settings.flows
    goal = study.settings.target
    horizon = Horizon() if goal is None else read_horizon(study, goal)
    return assign_elastic(
        network,
        network.frames["demand"],
        on=on,
        sectors=at_horizon(study.tables["sectors"], horizon),
        damping=DAMPING if asked.damping is None else asked.damping,
        tolerance=TOLERANCE if asked.tolerance is None else asked.tolerance,
        **options,
    )


def _round(
    question: Question,
    stated_units: Floats,
    units: Floats,
    response: Response,
    routes: list[tuple[int, tuple[int, ...]]],
    options: AssignOptions,
) -> Round:
    """Assign a demand and return what its costs make of what was stated."""
    asked = _with_units(question, units)
    solution = solve_programme(asked.programme, routes, options)
    costs = taken_costs(asked.programme, solution)
    return Round(asked, solution, costs, stated_units * response.ratios(costs).to_numpy())


def _with_units(question: Question, units: Floats) -> Question:
    """Return a question with other units a day of the trips that have a route.

    What an hour of congestion is worth stays that of the demand stated, so that rounds are of one
    programme.
    """
    stated = question.programme.units_per_day
    ratio = np.divide(units, stated, out=np.ones(len(units)), where=stated > 0)
    arrays = question.programme.arrays
    per_year = pl.Series("units_per_year", arrays.units() * ratio)
    moved = replace(arrays, trips=arrays.trips.with_columns(per_year))
    return question._replace(
        programme=replace(question.programme, arrays=moved, units_per_day=units),
        units_per_day=question.units_per_day * ratio,
    )


def _damped(damping: float, rounds: list[Round]) -> float:
    """Return the part of the way to go next: half of it after a round that led away."""
    leads_away = len(rounds) > 1 and rounds[-1].change_share >= rounds[-2].change_share
    return max(damping / 2, MIN_DAMPING) if leads_away else damping


def _costs_before(before: Flows, trips: pl.DataFrame) -> TripCosts:
    """Return the costs of earlier flows for trips of the same ids; NaN where they have none."""
    arrays = before.programme.arrays
    costs = taken_costs(before.programme, before.solution)
    earlier = arrays.trips.select("demand_id").with_columns(
        cost_usd=pl.Series(costs.cost_usd), time_h=pl.Series(costs.time_h)
    )
    of_trips = trips.select("demand_id").join(
        earlier, on="demand_id", how="left", maintain_order="left"
    )
    cost_usd, time_h = (
        of_trips[name].fill_null(float("nan")).to_numpy() for name in TripCosts._fields
    )
    return TripCosts(cost_usd, time_h)


def _tell(
    question: Question, rounds: list[Round], tolerance: float, options: AssignOptions
) -> ElasticFlows:
    """Return the last round as tables, with the way there."""
    last = rounds[-1]
    flows = tell_flows(last.question, last.solution, options)
    return ElasticFlows(
        flows=flows,
        demand=_demand_table(question.programme.arrays, last),
        rounds=_rounds_table(rounds, tolerance),
        converged=flows.converged and last.change_share <= tolerance,
        provenance={**flows.provenance, "tolerance": tolerance},
    )


def _demand_table(stated: DemandArrays, last: Round) -> pl.DataFrame:
    """Return every row of demand with its units before and now, and what a unit pays."""
    trips = last.question.programme.arrays.trips
    rows = trips.with_columns(
        stated_units_per_year=stated.trips["units_per_year"],
        t_per_year=pl.col("units_per_year") * pl.col("t_per_unit"),
        cost_usd=pl.Series(last.costs.cost_usd, nan_to_null=True),
        time_h=pl.Series(last.costs.time_h, nan_to_null=True),
    )
    return rows.select(schema_results.empty("flow_demand").columns)


def _rounds_table(rounds: list[Round], tolerance: float) -> pl.DataFrame:
    """Return what each round began and ended with."""
    rows = [_round_row(number, step, tolerance) for number, step in enumerate(rounds, start=1)]
    return frame_of(schema_results.FLOW_ROUNDS, rows)


def _round_row(number: int, step: Round, tolerance: float) -> Row:
    """Return a round as a row."""
    trips = step.question.programme.arrays.trips
    return {
        "round": number,
        "t_per_year": float((trips["units_per_year"] * trips["t_per_unit"]).sum()),
        "change_share": step.change_share,
        "demand_gap_share": step.gap_share,
        "gap_share": step.solution.trace[-1].gap_share,
        "agrees": step.change_share <= tolerance,
    }


def _require_valid(damping: float, tolerance: float, max_rounds: int) -> None:
    """Raise for numbers that make no sense."""
    if not 0 < damping <= 1:
        raise CallError(f"damping must be above 0 and up to 1, not {damping}.")
    if not tolerance > 0:
        raise CallError(f"tolerance must be above 0, not {tolerance}.")
    if max_rounds < 1:
        raise CallError(f"max_rounds must be 1 or more, not {max_rounds}.")
