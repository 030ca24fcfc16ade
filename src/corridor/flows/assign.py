"""Assignment: which routes the demand of a year, or of a month, takes under capacity."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal, NamedTuple, TypedDict, Unpack

import numpy as np
import polars as pl

from corridor.errors import CallError, UnknownName
from corridor.flows import flow_tables as tables
from corridor.flows.capacity_rows import read_capacities
from corridor.flows.congestion import read_congestion
from corridor.flows.demand import LIMIT_SHARE, DemandArrays, compile_demand
from corridor.flows.dispersed import SCALE, disperse
from corridor.flows.flows import Flows
from corridor.flows.programme import Programme
from corridor.flows.solution import Solution, solve
from corridor.kernels import Floats
from corridor.network.calendar import day_of
from corridor.network.network import Network
from corridor.routing.conditions import read_instant
from corridor.tables.schema import MONTHS
from corridor.units import CALENDAR_YEAR_DAYS
from corridor.version import __version__

GAP_SHARE = 1e-8
MAX_ITERATIONS = 200
Choice = Literal["user", "system", "dispersed"]
CHOICES: tuple[Choice, ...] = ("user", "system", "dispersed")


class AssignOptions(TypedDict, total=False):
    """What else an assignment may be asked; defaults in brackets.

    choice: ``user``, everybody takes the route cheapest for itself; ``system``, all together cost
    least; ``dispersed``, everybody spreads over routes by what they cost ["user"]. scale: how much
    less a dearer route takes then, exp(-scale x share by which it is dearer) [10]. limited: whether
    capacities count [true]. congested: whether hours follow use before a limit is full [true].
    month: 1 to 12, that month with its share of the demand; null: a year [null]. limit_share: share
    of its value a unit may cost more than undisturbed before it stays [0.1]; null: all of its
    value. gap_share: the assignment ends within this share of the least there is [1e-8].
    max_iterations: steps it may take for that [200]. start: flows of the same demand on another
    network, whose routes are looked at first [null].
    """

    choice: Choice
    scale: float
    limited: bool
    congested: bool
    month: int | None
    limit_share: float | None
    gap_share: float
    max_iterations: int
    start: Flows | None


class Period(NamedTuple):
    """What is assigned: the day that stands for it, its days, and which month it is, or null."""

    on: dt.date
    days: int
    month: int | None


class Question(NamedTuple):
    """A demand laid on a network for a period, ready to be solved.

    units_per_day: of every trip, those without a route included [trips].
    """

    programme: Programme
    units_per_day: Floats
    period: Period


def assign(
    network: Network, demand: pl.DataFrame, *, on: dt.date | str, **options: Unpack[AssignOptions]
) -> Flows:
    """Return the routes that demand takes where capacities are shared, and what a slot is worth.

    Every unit takes the route of least generalised cost, with what it pays for room on it; where
    no route is worth that, it stays. Capacities are those of the table ``capacities`` and the short
    forms of links, terminals and services; hours grow with use at posts, places, services and
    roads.

    Parameters
    ----------
    network
        The network of a scenario.
    demand
        As :func:`corridor.rank` takes it.
    on
        Day that stands for all days: what is shut on it stays shut. Of a month, its middle does, in
        the year of this day.
    **options
        See :class:`AssignOptions`.

    Returns
    -------
    Flows
        Volumes, use and price of capacity, routes, what stays and why, with the gap to the best.
        ``converged`` says whether that is as small as asked for; no error is raised.

    Raises
    ------
    CallError
        For a demand without rows or columns, a number out of range.
    UnknownName
        For a choice, a place or a cargo that is not there.

    Source: Beckmann, McGuire and Winsten (1956), Studies in the Economics of Transportation;
    Larsson and Patriksson (1999), Transportation Research B 33, for limits and their prices.

    Examples
    --------
    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan").network
    >>> flows = co.assign(network, network.frames["demand"], on="2026-07-01")
    >>> flows.converged
    True
    """
    question = lay_out(network, demand, on, options)
    routes = routes_known(question, options)
    solution = solve_programme(question.programme, routes, options)
    return tell_flows(question, solution, options)


def lay_out(
    network: Network, demand: pl.DataFrame, on: dt.date | str, options: AssignOptions
) -> Question:
    """Return a demand laid on a network; raises as :func:`assign` does."""
    _require_valid(options)
    period = _period(on, options.get("month"))
    arrays = compile_demand(network, demand, on=period.on)
    units_per_day = _units_per_day(network, arrays, period)
    return Question(build_programme(arrays, units_per_day, options), units_per_day, period)


def build_programme(
    arrays: DemandArrays, units_per_day: Floats, options: AssignOptions
) -> Programme:
    """Return the programme of some demand, with what its units pay at most on this network."""
    capacities = read_capacities(arrays, is_limited=options.get("limited", True))
    congestion = read_congestion(
        arrays,
        capacities,
        is_system=options.get("choice", "user") == "system",
        is_felt=options.get("congested", True),
    )
    programme = Programme(
        arrays=arrays,
        weight=arrays.weight[arrays.regime_of_day[0]],
        capacities=capacities,
        congestion=congestion,
        units_per_day=units_per_day,
        undisturbed_usd=np.full(len(units_per_day), np.inf),
        most_usd=np.full(len(units_per_day), np.inf),
    )
    undisturbed_usd = programme.cheapest(np.zeros(len(capacities.rows))).usd
    has_route = np.isfinite(undisturbed_usd)
    limit_share = options.get("limit_share", LIMIT_SHARE)
    extra_usd = arrays.column("value_usd_per_unit") * (1.0 if limit_share is None else limit_share)
    return replace(
        programme,
        units_per_day=np.where(has_route, units_per_day, 0.0),
        undisturbed_usd=undisturbed_usd,
        most_usd=np.where(has_route, undisturbed_usd, 0.0) + extra_usd,
    )


def solve_programme(
    programme: Programme, routes: Iterable[tuple[int, tuple[int, ...]]], options: AssignOptions
) -> Solution:
    """Return the solution of a programme, from some routes on.

    Dispersed choice begins with the routes that everybody would take for itself.
    """
    tolerance = options.get("gap_share", GAP_SHARE)
    max_iterations = options.get("max_iterations", MAX_ITERATIONS)
    solution = solve(programme, routes, gap_share=tolerance, max_iterations=max_iterations)
    if options.get("choice") != "dispersed":
        return solution
    return disperse(
        programme,
        solution.columns,
        scale=options.get("scale", SCALE),
        gap_share=tolerance,
        max_iterations=max_iterations,
    )


def tell_flows(question: Question, solution: Solution, options: AssignOptions) -> Flows:
    """Return a solution as tables."""
    programme = question.programme
    days = question.period.days
    taken = tables.taken_routes(programme, solution, days)
    last = solution.trace[-1]
    return Flows(
        volumes=tables.volumes(programme, taken),
        capacities=tables.capacities(programme, solution, days),
        routes=tables.routes(programme, solution, taken, days),
        trace=tables.trace(solution),
        converged=solution.converged,
        gap_share=last.gap_share,
        days=days,
        programme=programme,
        solution=solution,
        units_per_day=question.units_per_day,
        options=options,
        warnings=programme.capacities.warnings,
        provenance=_provenance(question, options),
    )


def _provenance(question: Question, options: AssignOptions) -> dict[str, object]:
    """Return version, settings and hash of what was assigned."""
    settings = {
        name: value for name, value in options.items() if name != "start" and value is not None
    }
    return {
        "corridor": __version__,
        "on": question.period.on.isoformat(),
        "days": question.period.days,
        "inputs": question.programme.arrays.hash(),
        **settings,
    }


def _require_valid(options: AssignOptions) -> None:
    """Raise for options that make no sense."""
    choice = options.get("choice", "user")
    if choice not in CHOICES:
        raise UnknownName("choice of routes", choice, CHOICES)
    month = options.get("month")
    if month is not None and month not in range(1, 13):
        raise CallError(f"month must be 1 to 12, or null for a year, not {month}.")
    limit_share = options.get("limit_share", LIMIT_SHARE)
    if limit_share is not None and not limit_share >= 0:
        raise CallError(f"limit_share must be 0 or more, or null, not {limit_share}.")
    gap_share = options.get("gap_share", GAP_SHARE)
    if not gap_share > 0:
        raise CallError(f"gap_share must be above 0, not {gap_share}.")
    scale = options.get("scale", SCALE)
    if not 0 < scale < np.inf:
        raise CallError(f"scale must be above 0, not {scale}.")
    max_iterations = options.get("max_iterations", MAX_ITERATIONS)
    if max_iterations < 1:
        raise CallError(f"max_iterations must be 1 or more, not {max_iterations}.")


def _period(on: dt.date | str, month: int | None) -> Period:
    """Return what is assigned: a year from a day on, or a month of that year."""
    day = day_of(read_instant(on, "on"))
    if month is None:
        return Period(day, CALENDAR_YEAR_DAYS, None)
    return Period(dt.date(day.year, month, 15), monthrange(day.year, month)[1], month)


def _units_per_day(network: Network, arrays: DemandArrays, period: Period) -> Floats:
    """Return the units of every trip on a mean day of the period [trips]."""
    units = arrays.units()
    if period.month is None:
        return units / period.days

    column = f"{MONTHS[period.month - 1]}_share"
    share_of = {
        demand_id: season[column]
        for season in network.rows("demand_seasons")
        for demand_id in season["demand_ids"].split()
    }
    even = period.days / CALENDAR_YEAR_DAYS
    shares = np.array([share_of.get(d, even) for d in arrays.trips["demand_id"].to_list()])
    return np.asarray(units * shares / period.days)


def routes_known(question: Question, options: AssignOptions) -> list[tuple[int, tuple[int, ...]]]:
    """Return the routes of the flows to start from, by trip; none where the graph differs."""
    start = options.get("start")
    if start is None:
        return []

    arrays = question.programme.arrays
    before = start.programme.arrays
    trip_of = {demand_id: trip for trip, demand_id in enumerate(arrays.trips["demand_id"])}
    same_shape = np.array_equal(before.ptr, arrays.ptr) and np.array_equal(before.head, arrays.head)
    if not same_shape:
        return []

    demand_ids = before.trips["demand_id"].to_list()
    return [
        (trip_of[demand_ids[column.trip]], column.arcs)
        for column in start.solution.columns
        if demand_ids[column.trip] in trip_of
    ]
