"""Simulated year: every unit of every day against the walk by hand, and books of routes."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import polars as pl
import pytest

from closure_cases import (
    ON,
    STUDY_ON,
    build,
    demand_of,
    hazard_rows,
    random_case,
    study_network,
    two_roads,
)
from corridor.closures import route_books
from corridor.closures.simulated_year import (
    SimulateSettings,
    Task,
    draw_block,
    make_task,
    run_year,
    sending_only,
)
from corridor.closures.simulation import prepare_task
from corridor.errors import CallError
from corridor.flows.demand import DemandArrays, compile_demand
from corridor.kernels import Floats, states
from corridor.kernels.records import TRIP_LOSS, Closures
from corridor.network.closure_draws import hazards_at_work
from naive_closures import NaiveYear

SETTINGS = SimulateSettings(patience_days=3, limit_days=12, limit_share=0.3, memory_years=2)
HAZARDS = 7
HOUR_CENTS = 1000  # of a box on two roads
PASS_CENTS = 20000 + 8 * HOUR_CENTS  # 200 km to the pass
PLAIN_CENTS = 90000 + 36 * HOUR_CENTS  # 900 km by the plain


def task_without_ties(arrays: DemandArrays, hazards: pl.DataFrame, days: int) -> Task:
    """Return a task in which no two routes cost the same: cents and limits times 100, and noise."""
    noise = np.random.default_rng(5).integers(0, 50, arrays.weight.shape[1:])
    weight = np.where(arrays.weight < 0, -1, 100 * arrays.weight + noise)
    without_ties = dataclasses.replace(arrays, weight=weight)
    task = make_task(without_ties, hazards, rng=3, settings=SETTINGS, days=days)

    limits = task.limits._replace(
        max_extra_cents=100 * task.limits.max_extra_cents,
        lost_unit_cents=100 * task.limits.lost_unit_cents,
    )
    return dataclasses.replace(task, limits=limits)


def totals_and_naive_ones(task: Task, days: int) -> tuple[Floats, Floats]:
    """Return the losses of the first draw by trip, by the kernel and by the walk of every unit."""
    active = hazards_at_work(task.draws.closures(0), task.draws.days)
    naive = NaiveYear(task.network, active.tolist(), task.limits).totals(days)
    return draw_block(task, 0, 1)["totals"][0], np.array(naive)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_a_year_equals_the_walk_of_every_unit(seed: int) -> None:
    tables, demand = random_case(seed, nodes=6, links=16)
    arrays = compile_demand(build(tables), demand, on=ON, days=90)
    link_ids = tables["links"]["link_id"].to_list()
    hazards = hazard_rows(
        [
            {
                "hazard_id": f"h{number}",
                "row_id": " ".join(link_ids[number::HAZARDS]),
                "events_per_year": 9.0,
            }
            for number in range(HAZARDS)
        ]
    )

    totals, naive = totals_and_naive_ones(task_without_ties(arrays, hazards, days=60), days=60)

    assert totals == pytest.approx(naive, rel=1e-12, abs=1e-6)
    assert np.abs(totals).sum() > 0


@pytest.mark.slow
def test_a_stretch_of_the_study_equals_the_walk_of_every_unit() -> None:
    network = study_network()
    demand_ids = [
        "tashkent-lahore-container-40",
        "lahore-kabul-container-40",
        "kashgar-osh-container-40",
        "xian-poti-container-40",
    ]
    demand = network.frames["demand"].filter(pl.col("demand_id").is_in(demand_ids))
    arrays = compile_demand(network, demand, on="2026-10-20", days=160)
    hazards = network.frames["hazards"].with_columns(pl.col("events_per_year") * 8)

    totals, naive = totals_and_naive_ones(task_without_ties(arrays, hazards, days=40), days=40)

    assert totals == pytest.approx(naive, rel=1e-12, abs=1e-6)
    assert (totals[:, TRIP_LOSS.extra_cents] > 0).sum() >= 3
    assert totals[:, TRIP_LOSS.delay_t_s].max() > 0


def box_of_day_4(patience_days: int, shut_days: int) -> Any:
    """Return what becomes of a box that meets a closure at the pass, 32 h away, on day 5 at 08:00.

    Also the losses of the year with that closure, which begins on day 5.
    """
    hazards = hazard_rows([{"hazard_id": "slide", "row_id": "pass-east"}])
    task, _ = prepare_task(
        build(two_roads()),
        demand_of([("west", "east")]),
        hazards,
        on=ON,
        rng=1,
        options={"patience_days": patience_days},
        days=20,
    )
    assert task.quiet.cents[0, 0] == 2 * PASS_CENTS
    assert task.quiet.seconds[0, 0] == 16 * 3600

    slow = task.network._replace(seconds=4 * task.network.seconds)
    closures = Closures(*np.array([[0], [5], [5 + shut_days]], np.int64))
    active = hazards_at_work(closures, task.draws.days)
    year = NaiveYear(slow, active.tolist(), task.limits)
    totals = year.totals(20)
    assert totals[0][TRIP_LOSS.extra_cents] > 0

    _, quiet = states.undisturbed(slow, route_books.new_book(), 20, task.limits.waiting)
    slow_task = dataclasses.replace(task, network=slow, quiet=quiet, hash="slow")
    assert run_year(slow_task, closures).by_trip[0] == pytest.approx(np.array(totals), rel=1e-12)
    return year.walk(0, 4, 1e9)


def test_a_short_closure_met_on_the_way_is_waited_for() -> None:
    fate = box_of_day_4(patience_days=3, shut_days=2)
    assert fate.cents == 2 * PASS_CENTS + 40 * HOUR_CENTS  # to day 7 at 00:00
    assert fate.seconds == (72 + 32) * 3600


def test_goods_without_patience_turn_back() -> None:
    fate = box_of_day_4(patience_days=0, shut_days=9)
    assert fate.cents == 2 * PASS_CENTS + PLAIN_CENTS
    assert fate.seconds == 4 * (8 + 8 + 36) * 3600


def study_task() -> Task:
    network = study_network()
    demand = network.frames["demand"].head(8)
    hazards = network.frames["hazards"]
    task, _ = prepare_task(network, demand, hazards, on=STUDY_ON, rng=7, options={})
    return task


def test_a_small_book_of_routes_changes_nothing() -> None:
    task = study_task()
    block = draw_block(task, 0, 6)

    small = dataclasses.replace(task, hash="small")
    route_books.put_book("small", route_books.new_book(8))
    again = draw_block(small, 0, 6)

    assert len(route_books.book_of("small").cost) > 8
    assert all(np.array_equal(block[name], again[name]) for name in block)


def test_a_year_without_closures_costs_nothing() -> None:
    task = study_task()
    none = Closures(*np.zeros((3, 0), np.int64))
    losses = run_year(task, none)
    assert not losses.by_trip.any()
    assert not losses.by_link.any()


def test_without_a_limit_a_lost_unit_counts_its_value() -> None:
    arrays = compile_demand(build(two_roads()), demand_of([("west", "east")]), on=ON, days=30)
    hazards = hazard_rows([{"hazard_id": "slide", "row_id": "pass-east"}])
    free = SETTINGS._replace(limit_share=None)

    task = make_task(arrays, hazards, rng=1, settings=free, days=10)

    assert task.limits.lost_unit_cents.tolist() == [2_400_000]
    assert task.limits.max_extra_cents[0] > 10**12


def many_hazards(link_ids: list[str], count: int) -> list[dict[str, Any]]:
    """Return hazards that shut some links each, now and then."""
    return [
        {
            "hazard_id": f"h{number}",
            "row_id": " ".join(link_ids[number % HAZARDS :: HAZARDS]),
            "events_per_year": 9.0 if number < HAZARDS else 0.0,
        }
        for number in range(count)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_any_number_of_hazards_may_stand_beside_those_that_strike(seed: int) -> None:
    tables, demand = random_case(seed, nodes=6, links=16)
    arrays = compile_demand(build(tables), demand, on=ON, days=90)
    rows = many_hazards(tables["links"]["link_id"].to_list(), 70 + HAZARDS)
    few = make_task(arrays, hazard_rows(rows[:HAZARDS]), rng=3, settings=SETTINGS, days=60)
    # The seventy that never strike come first, so that those that do have numbers above 62.
    many_rows = hazard_rows([*rows[HAZARDS:], *rows[:HAZARDS]])
    many = make_task(arrays, many_rows, rng=3, settings=SETTINGS, days=60)
    assert few.many is None and many.many is not None

    expected = draw_block(few, 0, 4)
    block = draw_block(many, 0, 4)
    assert expected["totals"].any()
    np.testing.assert_array_equal(block["totals"], expected["totals"])
    np.testing.assert_allclose(block["by_element"].sum(), expected["by_element"].sum())
    events = block["events"]
    events[:, 1] -= 70
    np.testing.assert_array_equal(events, expected["events"])

    is_sent = np.arange(arrays.trips.height) % 2 == 0
    of_few = draw_block(sending_only(few, is_sent), 0, 4)["totals"]
    of_many = draw_block(sending_only(many, is_sent), 0, 4)["totals"]
    np.testing.assert_array_equal(of_many, of_few)
    assert not of_many[:, ~is_sent].any()


def test_more_hazards_in_one_year_than_bits_are_refused() -> None:
    tables, demand = random_case(0, nodes=6, links=16)
    arrays = compile_demand(build(tables), demand, on=ON, days=90)
    rows = [
        {**row, "events_per_year": 30.0}
        for row in many_hazards(tables["links"]["link_id"].to_list(), 70)
    ]
    task = make_task(arrays, hazard_rows(rows), rng=3, settings=SETTINGS, days=60)
    with pytest.raises(CallError, match="strike in one simulated year, and 62 can be told apart"):
        draw_block(task, 0, 1)
