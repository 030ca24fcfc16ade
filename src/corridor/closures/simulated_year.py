"""Simulated year: a year of closures, run for every trip of every day.

Every day each trip sends a day's share of its units. Goods leave by the cheapest route that is open
that day: what is shut is known, how long it will last is not. Goods that meet a closure on their
route wait patience_days for it to end, then go on from where they are by the cheapest route open
then, which may lead back. A unit whose cheapest route costs more than its undisturbed one by
limit_share of its value stays where it is until that is no longer so; what it has waited is spent
whatever it does and decides nothing. After limit_days of waiting it is lost, which counts
limit_share of its value (what it was worth to send it), on top of what it spent if it had left.
Capacities change no route; where they are asked for, what waits for room because of closures is
counted beside (:mod:`corridor.closures.queues`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import polars as pl

from corridor.closures.dated_network import compile_dated_network
from corridor.closures.hazard_checks import check_hazards
from corridor.closures.many_hazards import ManyHazards, number_hazards
from corridor.closures.queues import Queues, read_queues
from corridor.closures.route_books import book_of, larger_book, make_room, new_book
from corridor.errors import CallError
from corridor.flows.demand import DemandArrays
from corridor.kernels import Bools, Floats, Ints
from corridor.kernels.records import (
    CLOSURE_LOSS,
    TRIP_LOSS,
    Closures,
    ClosureYears,
    DatedNetwork,
    Dispatches,
    Losses,
    LossLimits,
    RouteBook,
    Waiting,
)
from corridor.language.messages import message
from corridor.network.closure_draws import ClosureDraws, closure_years, epoch_day, read_hazards
from corridor.network.coverage import WORD_HAZARDS, covered_arcs, covered_links
from corridor.parallel import Block
from corridor.units import CALENDAR_YEAR_DAYS

NO_LIMIT_CENTS = np.int64(1) << 50


class SimulateSettings(NamedTuple):
    """The rules goods go by, and how far back closures are drawn.

    See :class:`corridor.closures.simulation.SimulateOptions`.
    """

    patience_days: int
    limit_days: int
    limit_share: float | None
    memory_years: int


@dataclass(frozen=True, eq=False)
class Task:
    """All a worker needs for any draw, as arrays.

    network, quiet, limits: as :func:`corridor.kernels.states.simulate` takes them; quiet is the
    year without closures. draws: what closures are drawn from. hash: of everything here. routes: a
    hash of what routes hang on, the same whichever of the trips are sent. many: the hazards, where
    there are more than a word has bits; else null. queues: the limits at which goods queue; null:
    none are looked at.
    """

    network: DatedNetwork
    quiet: Dispatches
    limits: LossLimits
    draws: ClosureDraws
    hash: str
    routes: str
    many: ManyHazards | None = None
    queues: Queues | None = None

    def links_count(self) -> int:
        """Return how many links, the first ones, may have a closure put down to them."""
        last_of_arcs = self.network.link_of_arc.max(initial=0)
        last_of_hazards = self.network.link_of_hazard.max(initial=0)
        return int(max(last_of_arcs, last_of_hazards)) + 1


def make_task(
    arrays: DemandArrays, hazards: pl.DataFrame, *, rng: int, settings: SimulateSettings, days: int
) -> Task:
    """Return all a worker needs to simulate so many days of dispatch.

    Parameters
    ----------
    arrays
        Demand laid on the network, for these days and those on which goods may still be on the way.
    hazards
        Rows of the ``hazards`` table.
    rng
        Seed.
    settings
        The rules goods go by.
    days
        Days of dispatch.

    Raises
    ------
    StudyError
        For hazards that make no sense.
    """
    check_hazards(arrays.network, hazards)

    links = covered_links(arrays.network, hazards)
    network = compile_dated_network(arrays, links)
    limits = loss_limits(arrays, settings)
    draws = ClosureDraws(
        hazards=read_hazards(hazards),
        first_on_day=epoch_day(arrays.first_on),
        days=len(arrays.regime_of_day),
        memory_days=settings.memory_years * CALENDAR_YEAR_DAYS,
        rng=rng,
    )
    book, quiet = _undisturbed(network, limits.waiting, days)
    many = None
    if len(links) > WORD_HAZARDS:
        arcs_of_hazards = covered_arcs(arrays.network, links)[:, arrays.arc_of]
        many = number_hazards(network, book, quiet, arcs_of_hazards, limits.waiting)

    digest = _hash(arrays, settings, draws, links, days)
    return Task(
        network=network,
        quiet=quiet,
        limits=limits,
        draws=draws,
        hash=digest,
        routes=digest,
        many=many,
    )


def with_limits(task: Task, arrays: DemandArrays) -> Task:
    """Return a task in which goods also queue at limits; arrays: those it was made from."""
    _, days = task.quiet.outcome.shape
    queues = read_queues(arrays, task.network, task.limits, days)
    digest = hashlib.sha256(f"{task.hash} {queues.hash()}".encode())
    return replace(task, queues=queues, hash=digest.hexdigest())


def sending_only(task: Task, is_sent: Bools) -> Task:
    """Return a task in which only some trips are sent [trips]; routes are found in the same book.

    The others keep their rows, in which nothing is lost.
    """
    from corridor.kernels.states import STAYED

    outcome = np.where(is_sent[:, np.newaxis], task.quiet.outcome, STAYED)
    digest = hashlib.sha256(f"{task.hash} {is_sent.tolist()}".encode())
    return replace(task, quiet=task.quiet._replace(outcome=outcome), hash=digest.hexdigest())


def run_year(task: Task, closures: Closures) -> Losses:
    """Return what a year with some closures costs, compared with the year without.

    Raises CallError where more hazards strike in the year than a word has bits.
    """
    return simulated_years(task, [closures]).losses


class Years(NamedTuple):
    """Simulated years: what they cost, and what is on limits every day [years, limits, days].

    loads: null where no limits are looked at.
    """

    losses: Losses
    loads: Floats | None


def simulated_years(task: Task, closures: Sequence[Closures]) -> Years:
    """Return years with some closures each; raises as :func:`run_year` does."""
    if task.many is not None:
        return _end_to_end([_year_of_many(task, task.many, of_year) for of_year in closures])

    is_one = len(closures) == 1
    while True:
        book = book_of(task.routes)
        was_empty = not book.counts.any()
        years = _years_by_book(task, task.network, book, closures, task.quiet)
        if years is not None:
            return years
        if not make_room(task.routes, was_empty, is_needed=is_one):
            break

    half = len(closures) // 2
    return _end_to_end(
        [simulated_years(task, closures[:half]), simulated_years(task, closures[half:])]
    )


def _end_to_end(parts: Sequence[Years]) -> Years:
    """Return the years of all parts."""
    losses = Losses(*map(np.concatenate, zip(*(part.losses for part in parts), strict=True)))
    loads = [part.loads for part in parts if part.loads is not None]
    return Years(losses, np.concatenate(loads) if loads else None)


def _years_by_book(
    task: Task,
    network: DatedNetwork,
    book: RouteBook,
    closures: Sequence[Closures],
    quiet: Dispatches,
) -> Years | None:
    """Return years on a network; null where the book of routes is full."""
    from corridor.kernels import states

    years = closure_years(closures, task.draws.days)
    losses = _no_losses(task, years)
    if not states.simulate(network, book, years, quiet, task.limits, losses):
        return None
    if task.queues is None:
        return Years(losses, None)

    from corridor.kernels.loads import move_loads

    loads = np.repeat(task.queues.undisturbed[None], len(closures), axis=0)
    arc_limits = task.queues.arc_limits
    for load, active in zip(loads, years.active, strict=True):
        if not move_loads(network, book, active, quiet, task.limits, arc_limits, load):
            return None
    return Years(losses, loads)


def _year_of_many(task: Task, many: ManyHazards, closures: Closures) -> Years:
    """Return what a year costs in which only some of very many hazards strike.

    These are numbered anew, so that routes of other years cannot be read from the book, apart from
    the undisturbed ones.
    """
    _refuse_too_many(len(np.unique(closures.hazard)))
    network, quiet, renumbered = many.of_year(task.network, task.quiet, closures)

    routes = len(many.book.cost)
    while True:
        year = _years_by_book(task, network, many.book_of(network, routes), [renumbered], quiet)
        if year is not None:
            return year
        routes *= 2


def _refuse_too_many(hazards_count: int) -> None:
    """Raise CallError for more hazards that strike in one year than a word has bits."""
    if hazards_count > WORD_HAZARDS:
        raise CallError(
            message(
                "{count} hazards strike in one simulated year, and {most} can be told apart: join "
                "rows of hazards that stand for the same danger on neighbouring links.",
                count=hazards_count,
                most=WORD_HAZARDS,
            )
        )


def draw_block(task: Task, first: int, end: int) -> Block:
    """Return the results of the draws from first to before end.

    totals float64 [draws, trips, TRIP_LOSS]; by_element float64 [draws, links]: cents; events
    float64 [closures of all draws, 7]: draw, hazard, first day, first day open again, cents more,
    cents given up, second of the last arrival (-1: none). Where limits are looked at, queues
    float64 [draws, limits, 3]: as :meth:`corridor.closures.queues.Queues.more_than_undisturbed`.
    """
    closures = [task.draws.closures(draw) for draw in range(first, end)]
    losses, loads = simulated_years(task, closures)
    draw_of_closure = np.repeat(np.arange(first, end), [len(year.hazard) for year in closures])
    columns = map(np.concatenate, zip(*closures, strict=True))
    block = {
        "totals": losses.by_trip,
        "by_element": losses.by_link,
        "events": np.column_stack(
            [draw_of_closure, *columns, losses.by_closure, losses.last_arrival]
        ),
    }
    if task.queues is None or loads is None:
        return block
    return block | {"queues": np.stack([task.queues.more_than_undisturbed(year) for year in loads])}


def _no_losses(task: Task, years: ClosureYears) -> Losses:
    trips_count, _ = task.quiet.outcome.shape
    years_count = len(years.active)
    closures_count = len(years.closures.hazard)
    return Losses(
        by_trip=np.zeros((years_count, trips_count, len(TRIP_LOSS))),
        by_closure=np.zeros((closures_count, len(CLOSURE_LOSS))),
        by_link=np.zeros((years_count, task.links_count())),
        last_arrival=np.full(closures_count, -1, np.int64),
    )


def _undisturbed(
    network: DatedNetwork, waiting: Waiting, days: int
) -> tuple[RouteBook, Dispatches]:
    """Return what becomes of every unit in a year without closures, and the routes it takes."""
    from corridor.kernels import states

    book = new_book()
    while True:
        suffices, quiet = states.undisturbed(network, book, days, waiting)
        if suffices:
            return book, quiet
        book = larger_book(book)


def loss_limits(arrays: DemandArrays, settings: SimulateSettings) -> LossLimits:
    """Return what trips bear: without a limit a lost unit counts its whole value."""
    limit_share = settings.limit_share
    value_usd = arrays.column("value_usd_per_unit")
    waiting = Waiting(settings.patience_days, settings.limit_days)
    if limit_share is None:
        no_limit = np.full(len(value_usd), NO_LIMIT_CENTS)
        return LossLimits(waiting, no_limit, _cents(1.0, value_usd))

    limit_cents = _cents(limit_share, value_usd)
    return LossLimits(waiting, limit_cents, limit_cents)


def _cents(share: float, value_usd: Floats) -> Ints:
    return np.rint(100 * share * value_usd).astype(np.int64)


def _hash(
    arrays: DemandArrays,
    settings: SimulateSettings,
    draws: ClosureDraws,
    links: Bools,
    days: int,
) -> str:
    """Return a hash of everything the draws depend on, as plain values."""
    hazards = [(tuple(hazard[:-1]), tuple(hazard.season)) for hazard in draws.hazards]
    beside_demand = (settings._asdict(), days, draws.rng, hazards, links.tobytes())

    digest = hashlib.sha256(arrays.hash().encode())
    digest.update(repr(beside_demand).encode())
    return digest.hexdigest()
