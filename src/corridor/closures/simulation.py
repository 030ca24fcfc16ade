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
from typing import NamedTuple, TypedDict, Unpack

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
    part,
)
from corridor.closures.hazard_checks import check_hazards
from corridor.closures.risk import Risk, summarise
from corridor.errors import CallError
from corridor.kernels import Bools, Floats, Ints
from corridor.kernels.records import (
    CLOSURE_LOSS,
    COUNT,
    TRIP_LOSS,
    Closures,
    DailyTrips,
    DatedNetwork,
    Dispatches,
    Graph,
    Losses,
    LossLimits,
    RouteBook,
    Waiting,
)
from corridor.network.hazards import bits_of_arcs, bits_of_links
from corridor.network.network import Network
from corridor.parallel import Block, BlockFolder, DrawRange, compute_blocks, draw_ranges
from corridor.units import CALENDAR_YEAR_DAYS

LIMIT_DAYS = 30
PATIENCE_DAYS = 3
MEMORY_YEARS = 10
AFTER_DAYS = 180
MAX_SETTING = 1e6
FIRST_ROUTES = 1 << 15  # a book begins with room for so many
MAX_ROUTES = 1 << 20
NO_LIMIT_CENTS = np.int64(1) << 50
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

    network, quiet, limits: as :func:`corridor.kernels.states.simulate` takes them. draws: what
    closures are drawn from. hash: of everything here.
    """

    network: DatedNetwork
    quiet: Dispatches
    limits: LossLimits
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
    network = _dated_network(arrays, bits)
    limits = _loss_limits(arrays, settings)

    book = new_book(FIRST_ROUTES)
    suffices, quiet = states.undisturbed(network, book, days, limits.waiting)
    while not suffices:
        book = new_book(2 * len(book.cost))
        suffices, quiet = states.undisturbed(network, book, days, limits.waiting)

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
    return Task(network, quiet, limits, draws, digest.hexdigest())


def _loss_limits(arrays: DemandArrays, settings: SimulateSettings) -> LossLimits:
    share = settings.limit_share
    value_usd = arrays.column("value_usd_per_unit")
    no_limit = np.full(len(value_usd), NO_LIMIT_CENTS)
    lost_share = 1.0 if share is None else share
    return LossLimits(
        waiting=Waiting(settings.patience_days, settings.limit_days),
        max_extra_cents=no_limit if share is None else _cents(share, value_usd),
        lost_unit_cents=_cents(lost_share, value_usd),
    )


def _cents(share: float, value_usd: Floats) -> Ints:
    return np.rint(100 * share * value_usd).astype(np.int64)


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

    trips, _ = task.quiet.outcome.shape
    last_link = max(
        task.network.link_of_arc.max(initial=0), task.network.link_of_hazard.max(initial=0)
    )
    totals = np.zeros((last - first, trips, len(TRIP_LOSS)))
    by_element = np.zeros((last - first, int(last_link) + 1))
    parts: list[Floats] = []
    for k, draw in enumerate(range(first, last)):
        events = task.draws.closures(draw)
        active = hazards_at_work(events, task.draws.days)
        while True:
            book = _book(task)
            was_empty = not book.counts.any()
            losses = Losses(
                by_trip=totals[k],
                by_closure=np.zeros((events.shape[1], len(CLOSURE_LOSS))),
                by_link=by_element[k],
                last_arrival=np.full(events.shape[1], -1, np.int64),
            )
            if states.simulate(
                task.network, book, active, Closures(*events), task.quiet, task.limits, losses
            ):
                break
            totals[k] = 0
            by_element[k] = 0
            _grow(task, was_empty)
        draw_of_event = np.full(events.shape[1], draw)
        parts.append(
            np.column_stack([draw_of_event, events.T, losses.by_closure, losses.last_arrival])
        )
    return {"totals": totals, "by_element": by_element, "events": np.concatenate(parts)}


def new_book(routes: int) -> RouteBook:
    """Return an empty book with room for so many routes (a power of two)."""
    slots = 4 * routes
    return RouteBook(
        counts=np.zeros(len(COUNT), np.int64),
        slot_key=np.empty(slots, np.int64),
        slot_shut=np.empty(slots, np.int64),
        slot_route=np.full(slots, -1, np.int64),
        cost=np.empty(routes, np.int64),
        hazard_bits=np.empty(routes, np.int64),
        ptr=np.zeros(routes + 1, np.int64),
        arcs=np.empty(32 * routes, np.int64),
    )


def _book(task: Task) -> RouteBook:
    """This thread's book of routes for the task."""
    if getattr(_books, "hash", None) != task.hash:
        _books.hash = task.hash
        _books.book = new_book(FIRST_ROUTES)
    book: RouteBook = _books.book
    return book


def _grow(task: Task, was_empty: bool) -> None:
    """Start a larger book; beyond MAX_ROUTES one as large, unless one draw alone fills it."""
    routes = len(_book(task).cost)
    _books.book = new_book(2 * routes if was_empty or routes < MAX_ROUTES else routes)


def _dated_network(arrays: DemandArrays, link_bits: Ints) -> DatedNetwork:
    """Return the network as :func:`corridor.kernels.states.simulate` takes it."""
    goals: dict[tuple[int, ...], int] = {}
    goal_of = []
    for trip in range(arrays.trips.height):
        key = (int(arrays.class_of[trip]), *part(arrays.goals, trip).tolist())
        goal_of.append(goals.setdefault(key, len(goals)))

    is_goal = np.zeros((len(goals), len(arrays.ptr) - 1), bool)
    for goal, (_, *states) in enumerate(goals):
        is_goal[goal, states] = True
    goal_class = np.array([class_ for class_, *_ in goals], np.int64)

    daily_units = arrays.units() / CALENDAR_YEAR_DAYS
    trips = DailyTrips(
        class_=arrays.class_of,
        starts=arrays.starts,
        goal=np.array(goal_of, np.int64),
        hour_cents=100 * arrays.column("hour_usd"),
        t_per_day=daily_units * arrays.column("t_per_unit"),
        units_per_day=daily_units,
    )
    return DatedNetwork(
        graph=Graph(arrays.ptr, arrays.head, arrays.tail),
        weight=arrays.weight,
        minutes=arrays.minutes,
        hazard_bits=bits_of_arcs(arrays.network, link_bits)[arrays.arc_of],
        trips=trips,
        goal_class=goal_class,
        is_goal=is_goal,
        bound=_bounds(arrays, goal_class, is_goal),
        regime_of_day=arrays.regime_of_day,
        link_of_arc=_link_of_arc(arrays, link_bits),
        link_of_hazard=_link_of_hazard(link_bits),
    )


def _bounds(arrays: DemandArrays, goal_class: Ints, is_goal: Bools) -> Ints:
    """Return the least cents from each state to each goal int64 [regimes, goals, states]."""
    from corridor.kernels.paths import dijkstra

    backwards = into(arrays)
    tail = arrays.tail[backwards.numbers]
    bound = np.empty((len(arrays.weight), *is_goal.shape), np.int64)
    for regime, weight in enumerate(arrays.weight):
        for goal, class_ in enumerate(goal_class.tolist()):
            weight_back = weight[class_][backwards.numbers]
            states = np.flatnonzero(is_goal[goal])
            bound[regime, goal], _ = dijkstra(backwards.ptr, tail, weight_back, states)
    return bound


def _link_of_arc(arrays: DemandArrays, link_bits: Ints) -> Ints:
    """Return the first link of each arc that a hazard may shut int64 [arcs]; 0: none."""
    runs = arrays.network.graph.runs
    return np.array(
        [
            next((link for link, _ in runs[arc] if link_bits[link]), 0)
            for arc in arrays.arc_of.tolist()
        ],
        np.int64,
    )


def _link_of_hazard(link_bits: Ints) -> Ints:
    """Return the first link each hazard may shut int64 [hazards]; 0: none."""
    hazards = int(link_bits.max(initial=0)).bit_length()
    return np.array(
        [int((link_bits >> hazard & 1).argmax()) for hazard in range(hazards)], np.int64
    )
