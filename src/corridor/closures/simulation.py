"""Simulation: years of closures drawn from hazards, and what each costs the demand.

Every day each trip sends a day's share of its units. Goods leave by the cheapest way that is open
that day: what is shut is known, how long it will last is not. Goods that meet a closure on the way
wait patience_days for it to end, then go on from where they are by the cheapest way open then,
which may lead back. A unit whose cheapest way costs more than its undisturbed one by limit_share of
its value stays where it is until that is no longer so; after limit_days of waiting it is lost,
which counts limit_share of its value (what it was worth to send it), on top of what it spent if it
had left. Capacities and queues after a reopening are not modelled.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypedDict, Unpack

import numpy as np
import polars as pl

from corridor.closures.closure_draws import (
    ClosureDraws,
    epoch_day,
    hazards_at_work,
    read_hazards,
)
from corridor.closures.demand_arrays import (
    LIMIT_SHARE,
    DemandArrays,
    compile_demand,
    into,
    packed,
    part,
)
from corridor.closures.hazard_checks import check_hazards
from corridor.closures.risk import Risk, summarise
from corridor.errors import CallError
from corridor.kernels import Floats, Ints
from corridor.network.hazards import bits_of_arcs, bits_of_links
from corridor.network.network import Network
from corridor.parallel import Block, BlockFolder, DrawRange, compute_blocks, draw_ranges
from corridor.units import CALENDAR_YEAR_DAYS

LIMIT_DAYS = 30
PATIENCE_DAYS = 3
MEMORY_YEARS = 10
AFTER_DAYS = 180
MAX_SETTING = 1e6
MOST_WAYS = 1 << 20
_books = threading.local()


class SimulateOptions(TypedDict, total=False):
    """What else a simulation may be told; defaults in brackets, their reasons in docs/decisions.

    patience_days: how long goods wait at a closure before they turn [3]. limit_days: waiting after
    which a unit is lost [30]. limit_share: share of its value a unit may cost more before it stays
    where it is [0.1]; null: no limit. folder: where blocks of draws are kept, so that a killed run
    goes on. cluster: address of a Dask scheduler. progress: called with a word, steps done and all
    steps. memory_years: closures that began so long before the year still count [10].
    """

    patience_days: int
    limit_days: int
    limit_share: float | None
    folder: str | Path | None
    cluster: str | None
    progress: Callable[[str, int, int], None] | None
    memory_years: int


class SimulateSettings(NamedTuple):
    """The options of a simulation, defaults filled in: see :class:`SimulateOptions`."""

    patience_days: int
    limit_days: int
    limit_share: float | None
    memory_years: int


@dataclass(frozen=True, eq=False)
class Task:
    """All a worker needs for any draw, as arrays.

    base, quiet, limits: as :func:`corridor.kernels.states.simulate` takes them. draws: what
    closures are drawn from. hash: of everything here.
    """

    base: tuple[Any, ...]
    quiet: Ints
    limits: tuple[Ints, Ints, Ints]
    draws: ClosureDraws
    hash: str


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
    if draws < 1:
        raise CallError(f"draws must be 1 or more, not {draws}.")
    if rng < 0:
        raise CallError(f"the seed must be 0 or more, not {rng}.")

    task, arrays = prepare_task(network, demand, hazards, on=on, rng=rng, options=options)
    blocks = _blocks(task, draws, workers, options)
    provenance = {
        "on": arrays.first_on.isoformat(),
        "draws": draws,
        "rng": rng,
        "inputs": task.hash,
        **read_settings(options)._asdict(),
    }
    return summarise(arrays, hazards, task.quiet, blocks, provenance)


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


def make_task(
    arrays: DemandArrays, hazards: pl.DataFrame, *, rng: int, settings: SimulateSettings, days: int
) -> Task:
    """Return all a worker needs for so many days of dispatch."""
    from corridor.kernels import states

    check_hazards(arrays.network, hazards)
    bits = bits_of_links(arrays.network, hazards)
    base = _base(arrays, bits)
    share = settings.limit_share
    value = arrays.column("value_usd_per_unit")
    waits = np.array([settings.patience_days, settings.limit_days], np.int64)
    most = (
        np.full(len(value), np.int64(1) << 50)
        if share is None
        else np.rint(100 * share * value).astype(np.int64)
    )
    limits = waits, most, np.rint(100 * (1.0 if share is None else share) * value).astype(np.int64)
    book = new_book(1 << 15)
    while not (answer := states.undisturbed(base, book, days, waits))[0]:
        book = new_book(2 * len(book[3]))
    draws = ClosureDraws(
        hazards=read_hazards(hazards),
        first_on_day=epoch_day(arrays.first_on),
        days=len(arrays.regime_of_day),
        memory_days=settings.memory_years * CALENDAR_YEAR_DAYS,
        rng=rng,
    )
    rows = [(tuple(hazard[:-1]), tuple(hazard.season)) for hazard in draws.hazards]
    digest = hashlib.sha256(arrays.hash().encode())
    digest.update(repr((settings._asdict(), days, rng, rows, bits.tobytes())).encode())
    return Task(base, answer[1], limits, draws, digest.hexdigest())


def _blocks(task: Task, draws: int, workers: int | None, options: SimulateOptions) -> list[Block]:
    """Return the blocks of all draws in order: stored ones as they are, the others computed."""
    folder = options.get("folder")
    stored = None if folder is None else BlockFolder(folder, task.hash)
    ranges = draw_ranges(draws)
    blocks: dict[DrawRange, Block] = {}
    if stored:
        for draw_range in ranges:
            block = stored.read(draw_range)
            if block is not None:
                blocks[draw_range] = block

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


def draw_block(task: Task, first: int, last: int) -> Block:
    """Return the results of some draws.

    Totals [draws, trips, 4], cents by link [draws, links] and the events of all.
    """
    from corridor.kernels import states

    trips = task.quiet.shape[1]
    elements = int(task.base[3][7].max(initial=0)) + 1
    elements = max(elements, int(task.base[3][8].max(initial=0)) + 1)
    totals = np.zeros((last - first, trips, 4))
    by_element = np.zeros((last - first, elements))
    parts: list[Floats] = []
    for k, draw in enumerate(range(first, last)):
        events = task.draws.closures(draw)
        active = hazards_at_work(events, task.draws.days)
        while True:
            empty = not _book(task)[0].any()
            by_event = np.zeros((events.shape[1], 2))
            arrived = np.full(events.shape[1], -1, np.int64)
            room = totals[k], by_event, by_element[k], arrived
            if states.simulate(
                task.base, _book(task), active, events, task.quiet, task.limits, room
            ):
                break
            totals[k] = 0
            by_element[k] = 0
            _grow(task, empty)
        parts.append(np.column_stack([np.full(events.shape[1], draw), events.T, by_event, arrived]))
    return {"totals": totals, "by_element": by_element, "events": np.concatenate(parts)}


def new_book(ways: int) -> tuple[Any, ...]:
    """Return an empty book with room for so many ways (a power of two)."""
    return (
        np.zeros(3, np.int64),
        np.empty((2, 4 * ways), np.int64),
        np.full(4 * ways, -1, np.int64),
        np.empty(ways, np.int64),
        np.empty(ways, np.int64),
        np.zeros(ways + 1, np.int64),
        np.empty(32 * ways, np.int64),
    )


def _book(task: Task) -> tuple[Any, ...]:
    """This thread's book of ways for the task."""
    if getattr(_books, "hash", None) != task.hash:
        _books.hash = task.hash
        _books.book = new_book(1 << 15)
    return tuple(_books.book)


def _grow(task: Task, was_empty: bool) -> None:
    """Start a larger book; beyond the most ways one of the same size, unless one draw alone fills
    it."""
    ways = len(_book(task)[3])
    _books.book = new_book(2 * ways if was_empty or ways < MOST_WAYS else ways)


def _base(arrays: DemandArrays, link_bits: Ints) -> tuple[Any, ...]:
    """The network as :func:`corridor.kernels.states.simulate` takes it."""
    from corridor.kernels.paths import dijkstra

    n = len(arrays.ptr) - 1
    masks = bits_of_arcs(arrays.network, link_bits)[arrays.arc_of]
    goals: dict[tuple[int, ...], int] = {}
    goal_of = [
        goals.setdefault((int(arrays.class_of[t]), *part(arrays.goals, t).tolist()), len(goals))
        for t in range(arrays.trips.height)
    ]
    back_ptr, back_arc = into(arrays)
    bound = np.empty((len(arrays.weight), len(goals), n), np.int64)
    is_goal = np.zeros((len(goals), n), bool)
    for (kind, *states), g in goals.items():
        is_goal[g, states] = True
        for r in range(len(arrays.weight)):
            bound[r, g], _ = dijkstra(
                back_ptr,
                arrays.tail[back_arc],
                arrays.weight[r, kind][back_arc],
                np.array(states, np.int64),
            )
    runs = arrays.network.graph.runs
    element = [next((i for i, _ in runs[a] if link_bits[i]), 0) for a in arrays.arc_of.tolist()]
    hazards = int(link_bits.max(initial=0)).bit_length()
    firsts = [
        int(np.flatnonzero(link_bits >> h & 1)[0]) if (link_bits >> h & 1).any() else 0
        for h in range(hazards)
    ]
    daily = arrays.units() / CALENDAR_YEAR_DAYS
    starts = packed([part(arrays.starts, t) for t in range(arrays.trips.height)])
    trips = (
        arrays.class_of,
        starts[1],
        starts[0],
        np.array(goal_of, np.int64),
        100 * arrays.column("hour_usd"),
        daily * arrays.column("t_per_unit"),
        daily,
        np.array(element, np.int64),
        np.array(firsts, np.int64),
    )
    return (
        (arrays.ptr, arrays.head, arrays.tail),
        arrays.weight,
        masks,
        trips,
        bound,
        np.array([key[0] for key in goals], np.int64),
        is_goal,
        arrays.minutes,
        arrays.regime_of_day,
    )
