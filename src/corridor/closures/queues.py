"""Queues: what waits where detours and reopenings bring more than a limit lets through in a day.

What arrives at a limit in a day arrives evenly; it lets through what its capacity is, and the rest
waits in one queue until there is room. Who would wait longer than goods wait at a closure before
they are lost does not join it, and is lost. Source: Newell (1982), Applications of Queueing Theory,
chapter 2: the fluid approximation, whose total wait is the area under the queue.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from corridor.closures.route_books import larger_book, new_book
from corridor.flows.capacity_rows import Capacities, CapacityRow, read_capacities
from corridor.flows.congestion import worth_of_one
from corridor.flows.demand import DemandArrays
from corridor.kernels import Bools, Floats
from corridor.kernels.records import ArcLimits, DatedNetwork, Groups, LossLimits, Waiting
from corridor.units import DAY_H

CENTS = 100


class Backlog(NamedTuple):
    """What a year's queues come to [limits]."""

    wait_d: Floats  # days waited by all that passes, summed
    longest_d: Floats  # the longest wait of any
    lost: Floats  # what did not join


@dataclass(frozen=True, eq=False)
class Queues:
    """The limits of a simulation, and what is on them without closures.

    Attributes
    ----------
    rows
        The limits.
    arc_limits
        Which arcs take room of them.
    free_per_day
        What others leave of each a day [limits].
    hour_usd, lost_usd
        What an hour, and what one that is lost, is worth for one of what each counts, mean of the
        demand [limits].
    limit_days
        Days of waiting after which goods are lost.
    undisturbed
        What passes each on every day without hazards [limits, days].
    is_counted
        Where a queue can be worked off: on a mean day without hazards there is room [limits].
    """

    rows: tuple[CapacityRow, ...]
    arc_limits: ArcLimits
    free_per_day: Floats
    hour_usd: Floats
    lost_usd: Floats
    limit_days: int
    undisturbed: Floats
    is_counted: Bools

    @cached_property
    def parts(self) -> list[list[int]]:
        """The limits that are parts of one run of a service: what queued at one is past it."""
        of_run: dict[tuple[str | None, ...], list[int]] = {}
        for number, row in enumerate(self.rows):
            key = (row.table, row.row_id, row.from_node_id, row.unit)
            of_run.setdefault(key, []).append(number)
        return [numbers for numbers in of_run.values() if len(numbers) > 1]

    @cached_property
    def quiet_backlog(self) -> Backlog:
        """What a year without hazards comes to."""
        return self.backlog(self.undisturbed)

    def backlog(self, loads: Floats) -> Backlog:
        """Return what loads come to, at the limits that are counted; 0 at the others."""
        free = np.where(self.is_counted, self.free_per_day, np.inf)
        return backlog(loads, free, self.limit_days)

    def more_than_undisturbed(self, loads: Floats) -> Floats:
        """Return what queues come to beyond those without hazards [limits, 3].

        USD of waiting and of what is lost, the longest wait in days, and what is lost.
        """
        year = self.backlog(loads)
        quiet = self.quiet_backlog
        lost = year.lost - quiet.lost
        usd = (year.wait_d - quiet.wait_d) * DAY_H * self.hour_usd + lost * self.lost_usd
        more = np.column_stack([usd, year.longest_d, lost])

        for numbers in self.parts:
            slowest = numbers[int(np.argmax(usd[numbers]))]
            more[[number for number in numbers if number != slowest]] = 0.0
        return more

    def hash(self) -> str:
        """Return a hash of everything the queues depend on."""
        digest = hashlib.sha256(f"{self.limit_days} {self.parts}".encode())
        rows, times, per_unit = self.arc_limits
        worth = (self.free_per_day, self.hour_usd, self.lost_usd, self.undisturbed)
        for array in (*rows, times, per_unit, *worth):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def backlog(loads: Floats, free_per_day: Floats, limit_days: float) -> Backlog:
    """Return how long loads wait where so much is let through a day.

    loads float64 [limits, days]. free_per_day [limits]: above 0; inf: no limit. limit_days: longest
    wait for which anything joins a queue.
    """
    most = np.where(np.isfinite(free_per_day), limit_days * free_per_day, 0.0)
    queue = np.zeros(len(loads))
    wait_d = np.zeros(len(loads))
    longest = np.zeros(len(loads))
    lost = np.zeros(len(loads))
    for load in loads.T:
        grows = load - free_per_day
        with_all = np.maximum(queue + grows, 0.0)
        after = np.minimum(with_all, most)
        lost += with_all - after

        # a queue that ends within the day is a triangle as wide as the part of the day it lasts
        lasts = np.divide(queue, -grows, out=np.ones(len(queue)), where=queue + grows < 0)
        wait_d += (queue + after) / 2 * lasts
        longest = np.maximum(longest, after)
        queue = after

    wait_d += queue**2 / 2 / free_per_day  # what is left is worked off with nothing behind it
    return Backlog(wait_d, longest / free_per_day, lost)


def read_queues(
    arrays: DemandArrays, network: DatedNetwork, limits: LossLimits, days: int
) -> Queues:
    """Return the limits that the trips of a simulation meet, with what passes them undisturbed.

    days: of dispatch.
    """
    capacities = read_capacities(arrays)
    arc_limits = _arc_limits(capacities)
    undisturbed = _undisturbed_loads(
        network, arc_limits, limits.waiting, days, len(capacities.rows)
    )
    mean_per_day = undisturbed.sum(axis=1) / days
    return Queues(
        rows=capacities.rows,
        arc_limits=arc_limits,
        free_per_day=capacities.free_per_day,
        hour_usd=worth_of_one(arrays, capacities, arrays.column("hour_usd")),
        lost_usd=worth_of_one(arrays, capacities, limits.lost_unit_cents / CENTS),
        limit_days=limits.waiting.limit_days,
        undisturbed=undisturbed,
        is_counted=mean_per_day < capacities.free_per_day,
    )


def _arc_limits(capacities: Capacities) -> ArcLimits:
    """Return the limits of every arc as the kernels take them."""
    of_arcs = capacities.arcs_into_rows
    rows = Groups(of_arcs.indices.astype(np.int64), of_arcs.indptr.astype(np.int64))
    per_unit = np.ascontiguousarray(capacities.per_unit[capacities.cargo_of])
    return ArcLimits(rows, of_arcs.data.astype(np.float64), per_unit)


def _undisturbed_loads(
    network: DatedNetwork, arc_limits: ArcLimits, waiting: Waiting, days: int, limits: int
) -> Floats:
    from corridor.kernels.loads import add_undisturbed_loads

    book = new_book()
    while True:
        loads = np.zeros((limits, len(network.regime_of_day)))
        if add_undisturbed_loads(network, book, arc_limits, days, waiting, loads):
            return loads
        book = larger_book(book)
