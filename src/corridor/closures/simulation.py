"""Simulation: years of closures drawn from hazards, and what each year costs the demand that has to
go round, wait or stay.

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
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, Unpack

import numpy as np
import polars as pl

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
from corridor.network import durations
from corridor.network.calendar import parse_monthday
from corridor.network.hazards import bits_of_arcs, bits_of_links
from corridor.network.network import Network
from corridor.parallel import Block, BlockFolder, compute_blocks, draw_ranges
from corridor.units import CALENDAR_YEAR_DAYS, MEAN_YEAR_DAYS

LIMIT_DAYS = 30
PATIENCE_DAYS = 3
MEMORY_YEARS = 10
AFTER_DAYS = 180
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


@dataclass(frozen=True, eq=False)
class Task:
    """All a worker needs for any draw, as arrays.

    base, quiet, limits: as :func:`corridor.kernels.states.simulate` takes them. hazards: id, events
    a day in season, family, median and sigma of each; seasons: first and last MMDD of each, 0 for
    all year. hash: of everything here.
    """

    base: tuple[Any, ...]
    quiet: Ints
    limits: tuple[Ints, Ints, Ints]
    hazards: tuple[tuple[str, float, str, float, float], ...]
    seasons: tuple[tuple[int, int], ...]
    first_day: int
    memory_days: int
    rng: int
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
    """Return what years of random closures from a day on cost the demand, and which hazards and
    links cost it.

    demand: as :func:`corridor.rank` takes it, the same amount every day of the year. hazards: rows
    of the ``hazards`` table: closures begin at random (Poisson) in season and last as drawn; one
    closure shuts all links of its hazard. Each draw is one year of 365 days, told against the same
    year without hazards. The same rng gives the same draws for any workers or cluster, and a hazard
    keeps its draws whatever others there are. Raises StudyError for hazards that make no sense,
    CallError, UnknownName. Source: compound Poisson disruptions; expected annual loss and return
    periods as in Koks et al. (2019).
    """
    if draws < 1:
        raise CallError(f"draws must be 1 or more, not {draws}.")
    if rng < 0:
        raise CallError(f"the seed must be 0 or more, not {rng}.")
    task, arrays = prepare_task(network, demand, hazards, on=on, rng=rng, options=options)
    folder = options.get("folder")
    stored = BlockFolder(folder, task.hash) if folder is not None else None
    ranges = draw_ranges(draws)
    blocks = {s: b for s in ranges if stored and (b := stored.read(s)) is not None}
    for drawn, block in compute_blocks(
        draw_block,
        task,
        [s for s in ranges if s not in blocks],
        workers=workers,
        cluster=options.get("cluster"),
        progress=options.get("progress"),
    ):
        if stored:
            stored.write(drawn, block)
        blocks[drawn] = block
    told = {
        "on": arrays.first_on.isoformat(),
        "draws": draws,
        "rng": rng,
        "inputs": task.hash,
        **_settings(options),
    }
    return summarise(arrays, hazards, task.quiet, [blocks[s] for s in ranges], told)


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
    """Return everything a worker needs for so many days of dispatch, and the arrays it was made
    from."""
    said = _settings(options)
    tail = AFTER_DAYS + said["limit_days"] + said["patience_days"]
    arrays = compile_demand(network, demand, on=on, days=days + tail)
    return make_task(arrays, hazards, rng=rng, said=said, days=days), arrays


def make_task(
    arrays: DemandArrays, hazards: pl.DataFrame, *, rng: int, said: dict[str, Any], days: int
) -> Task:
    """Return everything a worker needs for so many days of dispatch. said: every setting by
    name."""
    from corridor.kernels import states

    check_hazards(arrays.network, hazards)
    bits = bits_of_links(arrays.network, hazards)
    base = _base(arrays, bits)
    share = said["limit_share"]
    value = arrays.column("value_usd_per_unit")
    waits = np.array([said["patience_days"], said["limit_days"]], np.int64)
    most = (
        np.full(len(value), np.int64(1) << 50)
        if share is None
        else np.rint(100 * share * value).astype(np.int64)
    )
    limits = waits, most, np.rint(100 * (1.0 if share is None else share) * value).astype(np.int64)
    book = new_book(1 << 15)
    while not (answer := states.undisturbed(base, book, days, waits))[0]:
        book = new_book(2 * len(book[3]))
    rows = [_hazard(row) for row in hazards.to_dicts()]
    digest = hashlib.sha256(arrays.hash().encode())
    digest.update(repr((said, days, rng, rows, bits.tobytes())).encode())
    return Task(
        base,
        answer[1],
        limits,
        tuple(r[0] for r in rows),
        tuple(r[1] for r in rows),
        _epoch_day(arrays.first_on),
        said["memory_years"] * CALENDAR_YEAR_DAYS,
        rng,
        digest.hexdigest(),
    )


def draw_block(task: Task, first: int, last: int) -> Block:
    """Return the results of some draws: totals [draws, trips, 4], cents by link [draws, links] and
    the events of all."""
    from corridor.kernels import states

    trips = task.quiet.shape[1]
    elements = int(task.base[3][7].max(initial=0)) + 1
    elements = max(elements, int(task.base[3][8].max(initial=0)) + 1)
    totals = np.zeros((last - first, trips, 4))
    by_element = np.zeros((last - first, elements))
    parts: list[Floats] = []
    for k, draw in enumerate(range(first, last)):
        events = draw_events(task, draw)
        active = at_work(events, len(task.base[8]))
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


def draw_events(task: Task, draw: int) -> Ints:
    """Return the closures of one draw that touch its days: hazard, first day, first day no longer
    [3, events].

    A day is shut where its noon lies inside the closure, so that on average as many days are shut
    as the closure lasts.
    """
    horizon = len(task.base[8])
    made = []
    for h, ((name, rate, family, median, sigma), season) in enumerate(
        zip(task.hazards, task.seasons, strict=True)
    ):
        dice = np.random.default_rng([task.rng, draw, zlib.crc32(name.encode())])
        count = dice.poisson(rate * (task.memory_days + horizon))
        begin = dice.random(count) * (task.memory_days + horizon) - task.memory_days
        length = durations.quantile(family, median, sigma, dice.random(count))
        begin = begin[keep := _in_season(task.first_day + np.floor(begin), season)]
        length = length[keep]
        first = np.ceil(begin - 0.5)
        last = np.ceil(np.minimum(begin + length, 1e8) - 0.5)
        touching = (last > 0) & (first < horizon) & (last > first)
        made.append(np.stack([np.full(touching.sum(), float(h)), first[touching], last[touching]]))
    events = np.concatenate(made, axis=1).astype(np.int64) if made else np.zeros((3, 0), np.int64)
    return np.ascontiguousarray(events[:, np.lexsort((events[2], events[0], events[1]))])


def at_work(events: Ints, days: int) -> Ints:
    """Return the hazard bits at work on each day [days]."""
    active = np.zeros(days, np.int64)
    for hazard, first, last in events.T.tolist():
        active[max(first, 0) : max(last, 0)] |= np.int64(1) << np.int64(hazard)
    return active


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


def _settings(options: SimulateOptions) -> dict[str, Any]:
    said: dict[str, Any] = {
        "patience_days": options.get("patience_days", PATIENCE_DAYS),
        "limit_days": options.get("limit_days", LIMIT_DAYS),
        "limit_share": options.get("limit_share", LIMIT_SHARE),
        "memory_years": options.get("memory_years", MEMORY_YEARS),
    }
    for name, value in said.items():
        if value is not None and not 0 <= value < 1e6:
            raise CallError(f"{name} must be 0 or more, not {value}.")
    return said


def _hazard(row: dict[str, Any]) -> tuple[tuple[str, float, str, float, float], tuple[int, int]]:
    """Id, events a day in season, family, median and sigma; and the season as MMDD."""
    season = (0, 0)
    if row["season_from"] and row["season_to"]:
        (a, b) = parse_monthday(row["season_from"])
        (c, d) = parse_monthday(row["season_to"])
        season = 100 * a + b, 100 * c + d
    days = np.arange(_epoch_day(dt.date(2023, 1, 1)), _epoch_day(dt.date(2024, 1, 1)), dtype=float)
    share = _in_season(days, season).mean()
    family = row.get("distribution") or "lognormal"
    rate = row["events_per_year"] / MEAN_YEAR_DAYS / share
    return (
        row["hazard_id"],
        float(rate),
        family,
        float(row["duration_median_d"]),
        float(row["duration_sigma"]),
    ), season


def _in_season(days: Floats, season: tuple[int, int]) -> Any:
    """Which days (since 1970) lie in a season."""
    if season == (0, 0):
        return np.ones(len(days), bool)
    when = days.astype(np.int64).astype("datetime64[D]")
    month = when.astype("datetime64[M]")
    code = 100 * (month.astype(np.int64) % 12 + 1) + (when - month).astype(np.int64) + 1
    first, last = season
    return (first <= code) & (code <= last) if first <= last else (code >= first) | (code <= last)


def _epoch_day(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days
