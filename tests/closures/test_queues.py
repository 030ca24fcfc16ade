"""Queues at limits: the law against small steps, loads against the walk of every unit."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest

from closure_cases import ON, STUDY_ON, hazard_rows, study_network
from corridor.closures.queues import Queues, backlog
from corridor.closures.simulated_year import (
    SimulateSettings,
    Task,
    make_task,
    simulated_years,
    with_limits,
)
from corridor.closures.simulation import simulate
from corridor.flows.capacity_rows import CapacityRow
from corridor.flows.demand import compile_demand
from corridor.kernels import Floats, Ints
from corridor.kernels.records import ArcLimits, Groups
from corridor.network.closure_draws import hazards_at_work
from flow_cases import random_flows
from naive_closures import Journey, NaiveYear, Route

SETTINGS = SimulateSettings(patience_days=3, limit_days=12, limit_share=0.3, memory_years=2)
STEPS = 20_000  # of a day


def test_a_queue_is_the_area_under_it() -> None:
    loads = [4.0, 0.0, 9.0, 3.0, 1.0]
    free = 3.0
    law = backlog(np.array([loads]), np.array([free]), limit_days=30)

    queue = area = longest = 0.0
    for load in [*loads, 0.0, 0.0, 0.0]:
        for _ in range(STEPS):
            queue = max(0.0, queue + (load - free) / STEPS)
            area += queue / STEPS
            longest = max(longest, queue / free)
    assert law.wait_d[0] == pytest.approx(area, rel=1e-3)
    assert law.longest_d[0] == pytest.approx(longest, rel=1e-3)
    assert law.lost[0] == 0.0


def test_what_would_wait_too_long_is_lost() -> None:
    law = backlog(np.array([[10.0, 0.0, 0.0, 0.0]]), np.array([1.0]), limit_days=2)
    assert law.longest_d[0] == 2.0
    assert law.lost[0] == 7.0  # one went through on the first day, two days' worth joined


def test_room_for_all_lets_nobody_wait() -> None:
    loads = np.random.default_rng(3).uniform(0, 5, (4, 50))
    for free in (np.full(4, 5.0), np.full(4, np.inf)):
        law = backlog(loads, free, limit_days=30)
        assert not law.wait_d.any() and not law.longest_d.any() and not law.lost.any()


def test_limits_of_other_arcs_are_another_question() -> None:
    first_arc, second_arc = (limit_of_one_arc(np.array(ptr)) for ptr in ([0, 1, 1], [0, 0, 1]))
    assert first_arc.hash() != second_arc.hash()
    assert first_arc.hash() == dataclasses.replace(first_arc).hash()


def limit_of_one_arc(ptr: Ints) -> Queues:
    """Return one limit that nothing passes without closures, of the arc that ptr says."""
    one = np.ones(1)
    rows = Groups(np.zeros(1, np.int64), ptr)
    return Queues(
        rows=(CapacityRow("a", "links", "ab", None, "TEU", 1.0),),
        arc_limits=ArcLimits(rows, one, np.ones((1, 1))),
        free_per_day=one,
        hour_usd=one,
        lost_usd=one,
        limit_days=12,
        undisturbed=np.zeros((1, 3)),
        is_counted=one > 0,
    )


class FollowedYear(NaiveYear):
    """A year whose walks say which arcs were entered when."""

    passages: list[tuple[int, int]]

    def ride(self, trip: int, route: Route, journey: Journey) -> bool:
        """Ride arc by arc, each at the hours of the day of setting out."""
        set_out = journey.day
        class_ = self.trips.class_[trip]
        for arc in route.arcs:
            if not self.is_open(trip, arc, journey.day) and not self.wait_for(trip, arc, journey):
                return False
            self.passages.append((arc, journey.second))
            journey.cents += self.weight(trip, arc, set_out)
            journey.second += int(self.network.seconds[self.regime(set_out), class_, arc])
            journey.states = (int(self.network.graph.head[arc]),)
        return True


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_loads_are_what_the_walk_of_every_unit_brings(seed: int) -> None:
    task = small_task(seed)
    assert task.queues is not None
    closures = task.draws.closures(0)
    loads = simulated_years(task, [closures]).loads
    active = hazards_at_work(closures, task.draws.days).tolist()

    expected = naive_loads(task, active, days=60)
    assert loads is not None
    assert loads[0] == pytest.approx(expected, abs=1e-9)
    assert np.abs(expected - task.queues.undisturbed).sum() > 0


def small_task(seed: int) -> Task:
    network, demand = random_flows(seed)
    arrays = compile_demand(network, demand, on=ON, days=90)
    noise = np.random.default_rng(5).integers(0, 50, arrays.weight.shape[1:])
    weight = np.where(arrays.weight < 0, -1, 100 * arrays.weight + noise)
    without_ties = dataclasses.replace(arrays, weight=weight)
    link_ids = network.frames["links"]["link_id"].to_list()
    rows = [
        {"hazard_id": f"h{n}", "row_id": " ".join(link_ids[n::5]), "events_per_year": 9.0}
        for n in range(5)
    ]
    task = make_task(without_ties, hazard_rows(rows), rng=3, settings=SETTINGS, days=60)
    return with_limits(task, without_ties)


def naive_loads(task: Task, active: list[int], days: int) -> Floats:
    """Return what every unit that would arrive undisturbed brings to limits, day by day."""
    assert task.queues is not None
    loads = np.zeros_like(task.queues.undisturbed)
    quiet = FollowedYear(task.network, [0] * len(active), task.limits)
    year = FollowedYear(task.network, active, task.limits)
    for trip in range(len(task.network.trips.class_)):
        for day in range(days):
            quiet.passages = []
            undisturbed = quiet.walk(trip, day, float("inf"))
            if undisturbed.outcome != "served":
                continue
            year.passages = []
            most = undisturbed.cents + int(task.limits.max_extra_cents[trip])
            year.walk(trip, day, most)
            bring(task, trip, year.passages, loads)
    return loads


def bring(task: Task, trip: int, passages: list[tuple[int, int]], loads: Floats) -> None:
    """Add the units of a day to the limits of the arcs they enter."""
    assert task.queues is not None
    rows, times, per_unit = task.queues.arc_limits
    units = task.network.trips.units_per_day[trip]
    for arc, second in passages:
        day = min(second // 86_400, loads.shape[1] - 1)
        for place in range(rows.ptr[arc], rows.ptr[arc + 1]):
            row = rows.numbers[place]
            loads[row, day] += units * times[place] * per_unit[trip, row]


@pytest.mark.slow
def test_capacities_move_no_other_figure_of_the_study() -> None:
    network = study_network()
    demand = network.frames["demand"]
    without, risk = (
        simulate(
            network,
            demand,
            network.frames["hazards"],
            on=STUDY_ON,
            draws=20,
            workers=1,
            capacities=has_capacities,
        )
        for has_capacities in (False, True)
    )

    assert without.queues is None and risk.queues is not None
    assert risk.years.equals(without.years) and risk.events.equals(without.events)
    assert risk.summary.height == without.summary.height + 1
    queue_usd = risk.summary.filter(pl.col("measure") == "queue_usd")["mean"].item()
    assert queue_usd == pytest.approx(risk.queues["queue_usd_per_year"].sum(), rel=1e-3)
    assert risk.queues["longest_p95_d"].max() <= 30
    room = risk.queues.filter(pl.col("undisturbed_per_day") >= pl.col("free_per_day"))
    assert room.height == 0
    full = [warning for warning in risk.warnings if "full without closures" in warning]
    assert len(full) == 1
