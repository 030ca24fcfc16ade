"""Simulation: what years of closures, drawn from hazards, cost the demand of a year.

How goods go round, wait or stay in each year: :mod:`corridor.closures.simulated_year`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypedDict, Unpack

import numpy as np
import polars as pl

from corridor.closures.queue_tables import with_queues
from corridor.closures.risk import Risk
from corridor.closures.risk_tables import YearCosts, is_ever_served, summarise, year_costs
from corridor.closures.simulated_year import (
    SimulateSettings,
    Task,
    draw_block,
    make_task,
    sending_only,
    with_limits,
)
from corridor.errors import CallError
from corridor.flows.demand import LIMIT_SHARE, DemandArrays, compile_demand
from corridor.flows.unserved import unserved_reasons
from corridor.free_memory import refuse_beyond_free
from corridor.kernels import Bools
from corridor.kernels.records import Dispatches
from corridor.network.network import Network
from corridor.parallel import (
    Block,
    BlockFolder,
    DrawRange,
    compute_blocks,
    draw_ranges,
    require_workers,
)
from corridor.units import CALENDAR_YEAR_DAYS

# Why these are the defaults: docs/decisions/016.
LIMIT_DAYS = 30
PATIENCE_DAYS = 3
MEMORY_YEARS = 0  # the year begins with what the scenario has open
STEADY_MEMORY_YEARS = 10  # the year begins as any year does
AFTER_DAYS = 180  # goods may be on the way so long after the last day of dispatch
MAX_SETTING = 1e6
# What the results of a year take, with the tables made from them.
TRIP_BYTES = 128
LINK_BYTES = 24
EVENTS_BYTES = 5_000


class SimulateOptions(TypedDict, total=False):
    """What else a simulation may be told; defaults in brackets, their reasons in docs/decisions.

    patience_days: how long goods wait at a closure before they turn [3]. limit_days: waiting after
    which a unit is lost [30]. limit_share: share of its value a unit may cost more before it stays
    where it is [0.1]; null: no limit. folder: where blocks of draws are kept, so that a killed run
    goes on. cluster: address of a Dask scheduler. progress: called with a word, steps done and all
    steps. memory_years: closures that began so long before the year still count [0: what is shut
    when the year begins is what the scenario shuts; 10: as in any year]. events: the table
    ``events``, closures that were seen; it says how well the hazards are known [null: guesses].
    capacities: whether goods queue where detours and reopenings bring more than a limit lets
    through; counted beside the loss (``Risk.queues``) [false]. with_reasons: whether ``by_trip``
    says why demand has no route [true].
    """

    patience_days: int
    limit_days: int
    limit_share: float | None
    folder: str | Path | None
    cluster: str | None
    progress: Callable[[str, int, int], None] | None
    memory_years: int
    events: pl.DataFrame | None
    capacities: bool
    with_reasons: bool


def simulate(
    network: Network,
    demand: pl.DataFrame,
    hazards: pl.DataFrame,
    *,
    on: dt.date | str,
    draws: int = 1000,
    rng: int = 7,
    workers: int | None = None,
    **options: Unpack[SimulateOptions],
) -> Risk:
    """Return what years of random closures cost the demand, and which hazards and links cost it.

    Parameters
    ----------
    network
        The network of a scenario.
    demand
        As :func:`corridor.rank` takes it; the same amount every day of the year.
    hazards
        Rows of the ``hazards`` table: closures begin at random (Poisson) in season and last as
        drawn; one closure shuts all links of its hazard.
    on
        First day of the year.
    draws
        Years drawn, of 365 days each, all compared with the same year without hazards.
    rng
        Seed. The same seed gives the same draws for any workers or cluster, and a hazard keeps its
        draws whatever others there are.
    workers
        Local threads; null: one for each processor.
    **options
        See :class:`SimulateOptions`.

    Returns
    -------
    Risk
        Yearly figures, return levels, shares of hazards, links and trips, years and closures.

    Raises
    ------
    StudyError
        For hazards that make no sense, all of them at once.
    CallError
        For a number out of range, a demand without rows, a cluster that cannot be reached.
    UnknownName
        For a place or cargo the network has not.

    Source: compound Poisson disruptions; expected annual loss and return periods as in Koks et al.
    (2019), Nature Communications 10, 2677.

    Examples
    --------
    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan").network
    >>> demand = network.frames["demand"].head(2)
    >>> risk = co.simulate(network, demand, network.frames["hazards"], on="2026-07-01", draws=2)
    >>> risk.years.height
    2
    """
    task, arrays = _checked_task(network, demand, hazards, on, draws, rng, workers, options)
    if options.get("capacities", False):
        task = with_limits(task, arrays)
    blocks = _blocks(task, draws, workers, options)

    risk = _risk(network, hazards, task, arrays, blocks, draws, options)
    return risk if task.queues is None else with_queues(risk, task.queues, blocks)


def simulate_with_part(
    network: Network,
    demand: pl.DataFrame,
    hazards: pl.DataFrame,
    is_in: Bools,
    *,
    on: dt.date | str,
    draws: int,
    rng: int,
    workers: int | None = None,
    events: pl.DataFrame | None = None,
) -> tuple[Risk, Risk]:
    """Return what :func:`simulate` does of a demand, and of a part of it alone.

    The network is made ready once, and the part goes by routes that are found by then.

    Parameters
    ----------
    network, demand, hazards, on, draws, rng, workers, events
        As :func:`simulate` takes them.
    is_in
        Which rows of the demand are in the part [rows].
    """
    options = SimulateOptions(events=events)
    task, arrays = _checked_task(network, demand, hazards, on, draws, rng, workers, options)
    blocks = _blocks(task, draws, workers, options)
    risk = _risk(network, hazards, task, arrays, blocks, draws, options)

    part = sending_only(task, is_in)
    trips = np.flatnonzero(is_in)
    blocks_of_part = [
        {**block, "totals": block["totals"].take(trips, axis=1)}
        for block in _blocks(part, draws, workers, options)
    ]
    part = replace(part, quiet=Dispatches(*(of_all[trips] for of_all in part.quiet)))
    of_part = arrays.of_trips(trips)
    return risk, _risk(network, hazards, part, of_part, blocks_of_part, draws, options)


def simulate_costs(
    network: Network,
    demand: pl.DataFrame,
    hazards: pl.DataFrame,
    *,
    on: dt.date | str,
    draws: int,
    rng: int = 7,
    workers: int | None = None,
    **options: Unpack[SimulateOptions],
) -> YearCosts:
    """Return what the years of :func:`simulate` cost, and no other of its tables.

    Parameters
    ----------
    network, demand, hazards, on, draws, rng, workers, **options
        As :func:`simulate` takes them.
    """
    task, arrays = _checked_task(network, demand, hazards, on, draws, rng, workers, options)
    blocks = _blocks(task, draws, workers, options)
    return year_costs(arrays, task.quiet, blocks, read_settings(options).limit_share)


def _checked_task(
    network: Network,
    demand: pl.DataFrame,
    hazards: pl.DataFrame,
    on: dt.date | str,
    draws: int,
    rng: int,
    workers: int | None,
    options: SimulateOptions,
) -> tuple[Task, DemandArrays]:
    """Return :func:`prepare_task` of a year; CallError or TooLarge for numbers out of range."""
    if draws < 1:
        raise CallError(f"draws must be 1 or more, not {draws}.")
    if rng < 0:
        raise CallError(f"the seed must be 0 or more, not {rng}.")
    require_workers(workers)

    _refuse_too_many(draws, demand.height, network.frames["links"].height)
    return prepare_task(network, demand, hazards, on=on, rng=rng, options=options)


def _risk(
    network: Network,
    hazards: pl.DataFrame,
    task: Task,
    arrays: DemandArrays,
    blocks: Sequence[Block],
    draws: int,
    options: SimulateOptions,
) -> Risk:
    """Return the tables of all draws, in blocks, of a task that was made from some arrays."""
    provenance = {
        "on": arrays.first_on.isoformat(),
        "draws": draws,
        "rng": task.draws.rng,
        "inputs": task.hash,
        **read_settings(options)._asdict(),
    }
    reasons: list[str | None] = [None] * arrays.trips.height
    if options.get("with_reasons", True):
        trips = arrays.trips.to_dicts()
        is_served = is_ever_served(task.quiet)
        reasons = unserved_reasons(network, trips, is_served, on=arrays.first_on)
    events = options.get("events")
    return summarise(arrays, hazards, task.quiet, blocks, provenance, reasons, events=events)


def _refuse_too_many(draws: int, trips: int, links: int) -> None:
    """Raise TooLarge for more draws than there is memory for the results of."""
    refuse_beyond_free(
        draws * (trips * TRIP_BYTES + links * LINK_BYTES + EVENTS_BYTES),
        f"The results of {draws:,} years of {trips:,} rows of demand and {links:,} links",
        "ask for fewer draws",
    )


def read_settings(options: SimulateOptions) -> SimulateSettings:
    """Return the settings of a simulation; CallError for one below 0 or far too large."""
    settings = SimulateSettings(
        patience_days=options.get("patience_days", PATIENCE_DAYS),
        limit_days=options.get("limit_days", LIMIT_DAYS),
        limit_share=options.get("limit_share", LIMIT_SHARE),
        memory_years=options.get("memory_years", MEMORY_YEARS),
    )

    for name, value in settings._asdict().items():
        if value is not None and not 0 <= value < MAX_SETTING:
            raise CallError(f"{name} must be 0 or more, not {value}.")
    return settings


def prepare_task(
    network: Network,
    demand: pl.DataFrame,
    hazards: pl.DataFrame,
    *,
    on: dt.date | str,
    rng: int,
    options: SimulateOptions,
    days: int = CALENDAR_YEAR_DAYS,
) -> tuple[Task, DemandArrays]:
    """Return all a worker needs for so many days of dispatch, and the arrays it was made from.

    The arrays reach beyond the last dispatch, as long as goods may be on the way.
    """
    settings = read_settings(options)
    tail_days = AFTER_DAYS + settings.limit_days + settings.patience_days

    arrays = compile_demand(network, demand, on=on, days=days + tail_days)
    return make_task(arrays, hazards, rng=rng, settings=settings, days=days), arrays


def _blocks(task: Task, draws: int, workers: int | None, options: SimulateOptions) -> list[Block]:
    """Return the blocks of all draws in order: stored ones as they are, the others computed."""
    folder = options.get("folder")
    stored = None if folder is None else BlockFolder(folder, task.hash)
    ranges = draw_ranges(draws)
    blocks = _stored_blocks(stored, ranges)

    computed = compute_blocks(
        draw_block,
        task,
        [draw_range for draw_range in ranges if draw_range not in blocks],
        workers=workers,
        cluster=options.get("cluster"),
        progress=options.get("progress"),
    )
    for draw_range, block in computed:
        if stored:
            stored.write(draw_range, block)
        blocks[draw_range] = block
    return [blocks[draw_range] for draw_range in ranges]


def _stored_blocks(
    folder: BlockFolder | None, ranges: Sequence[DrawRange]
) -> dict[DrawRange, Block]:
    """Return the blocks a folder holds that can be read."""
    if folder is None:
        return {}
    blocks = {draw_range: folder.read(draw_range) for draw_range in ranges}
    return {draw_range: block for draw_range, block in blocks.items() if block is not None}
