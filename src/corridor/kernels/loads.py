"""Loads: how much of every limit goods take up on each day of a simulated year."""

from __future__ import annotations

import numpy as np

from corridor.kernels import Floats, Ints
from corridor.kernels.compilation import JIT
from corridor.kernels.compiled_code import njit
from corridor.kernels.paths import UNREACHED
from corridor.kernels.records import (
    ArcLimits,
    DatedNetwork,
    Dispatches,
    LossLimits,
    RouteBook,
    Track,
    Waiting,
)
from corridor.kernels.states import (
    ABSENT,
    SERVED,
    at_work_within,
    hazards_ahead,
    last_day_under_way,
    new_track,
    walk,
)
from corridor.units import DAY_S

MAX_PASSED = 4096  # arcs one unit is followed over


@njit(**JIT)
def add_undisturbed_loads(
    network: DatedNetwork,
    book: RouteBook,
    arc_limits: ArcLimits,
    days: int,
    waiting: Waiting,
    loads: Floats,
) -> bool:
    """Add what all trips of so many days take up without hazards; tell whether the book sufficed.

    loads float64 [limits, days].
    """
    quiet = at_work_within(np.zeros(len(network.regime_of_day), np.int64))
    track = new_track(MAX_PASSED)
    start_routes = np.empty(quiet.shape[1], np.int64)
    for t in range(len(network.trips.class_)):
        start_routes[:] = ABSENT
        for d in range(days):
            journey = walk(network, book, quiet, t, d, waiting, UNREACHED, start_routes, track)
            if journey.seconds < 0:
                return False
            if journey.outcome == SERVED:
                _add_load(network, arc_limits, t, track, journey.passed, 1.0, loads)
    return True


@njit(**JIT)
def move_loads(
    network: DatedNetwork,
    book: RouteBook,
    active: Ints,
    quiet: Dispatches,
    limits: LossLimits,
    arc_limits: ArcLimits,
    loads: Floats,
) -> bool:
    """Move what closures move from undisturbed routes; tell whether the book sufficed.

    active int64 [days]: hazard bits at work. loads float64 [limits, days].
    """
    trips, days = quiet.outcome.shape
    at_work = at_work_within(active)
    no_hazards = at_work_within(np.zeros(len(active), np.int64))
    track = new_track(MAX_PASSED)
    start_routes = np.empty(len(active), np.int64)
    quiet_routes = np.empty(len(active), np.int64)
    for t in range(trips):
        start_routes[:] = ABSENT
        quiet_routes[:] = ABSENT
        for d in range(days):
            if quiet.outcome[t, d] != SERVED:
                continue
            last_day = last_day_under_way(quiet, at_work, t, d)
            if hazards_ahead(quiet, at_work, t, d, last_day) == 0:
                continue

            journey = walk(
                network, book, no_hazards, t, d, limits.waiting, UNREACHED, quiet_routes, track
            )
            if journey.seconds < 0:
                return False
            _add_load(network, arc_limits, t, track, journey.passed, -1.0, loads)

            most = quiet.cents[t, d] + limits.max_extra_cents[t]
            journey = walk(network, book, at_work, t, d, limits.waiting, most, start_routes, track)
            if journey.seconds < 0:
                return False
            _add_load(network, arc_limits, t, track, journey.passed, 1.0, loads)
    return True


@njit(**JIT)
def _add_load(
    network: DatedNetwork,
    arc_limits: ArcLimits,
    trip: int,
    track: Track,
    passed: int,
    times: float,
    loads: Floats,
) -> None:
    """Add a day's units of a trip, so many times, to the limits of the arcs they pass."""
    units = times * network.trips.units_per_day[trip]
    last_day = loads.shape[1] - 1
    for k in range(passed):
        arc = track.arcs[k]
        day = min(track.seconds[k] // DAY_S, last_day)
        for i in range(arc_limits.rows.ptr[arc], arc_limits.rows.ptr[arc + 1]):
            row = arc_limits.rows.numbers[i]
            loads[row, day] += units * arc_limits.times[i] * arc_limits.per_unit[trip, row]
