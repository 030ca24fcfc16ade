"""Simulation: years of closures against the walk by hand, and the draws they stand on."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import naive_closures
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
from corridor import parallel
from corridor.closures import simulation
from corridor.closures.closure_draws import hazards_at_work
from corridor.closures.demand_arrays import DemandArrays, compile_demand
from corridor.closures.simulation import SimulateSettings, simulate
from corridor.errors import CallError, StudyError
from corridor.kernels.records import LossLimits

SETTINGS = SimulateSettings(patience_days=3, limit_days=12, limit_share=0.3, memory_years=2)


def year_of(
    arrays: DemandArrays, hazards: pl.DataFrame, days: int, draw: int = 0
) -> tuple[Any, np.ndarray[Any, Any], Any]:
    """Return the kernel's totals of one draw, the days' hazards and the task; ties of cost broken
    at random."""
    noise = np.random.default_rng(5).integers(0, 50, arrays.weight.shape[1:])
    broken = dataclasses.replace(
        arrays, weight=np.where(arrays.weight < 0, -1, 100 * arrays.weight + noise)
    )
    task = simulation.make_task(broken, hazards, rng=3, settings=SETTINGS, days=days)
    limits = LossLimits(
        waiting=task.limits.waiting,
        max_extra_cents=100 * task.limits.max_extra_cents,
        lost_unit_cents=100 * task.limits.lost_unit_cents,
    )
    task = dataclasses.replace(task, limits=limits)
    active = hazards_at_work(task.draws.closures(draw), task.draws.days)
    return simulation.draw_block(task, draw, draw + 1)["totals"][0], active, task


@pytest.mark.parametrize("seed", range(8))
def test_a_year_equals_the_walk_of_every_unit(seed: int) -> None:
    tables, demand = random_case(seed, nodes=6, links=16)
    arrays = compile_demand(build(tables), demand, on=ON, days=90)
    ids = tables["links"]["link_id"].to_list()
    hazards = hazard_rows(
        [
            {"hazard_id": f"h{i}", "row_id": " ".join(ids[i::7]), "events_per_year": 9.0}
            for i in range(7)
        ]
    )
    totals, active, task = year_of(arrays, hazards, days=60)
    naive = naive_closures.Year(task.network, active.tolist(), task.limits).totals(60)
    assert totals == pytest.approx(np.array(naive), rel=1e-12, abs=1e-6)
    assert np.abs(totals).sum() > 0


def test_a_stretch_of_the_study_equals_the_walk_of_every_unit() -> None:
    network = study_network()
    demand = network.frames["demand"].filter(
        pl.col("demand_id").is_in(
            [
                "tashkent-lahore-container-40",
                "lahore-kabul-container-40",
                "kashgar-osh-container-40",
                "xian-poti-container-40",
            ]
        )
    )
    arrays = compile_demand(network, demand, on="2026-10-20", days=160)
    hazards = network.frames["hazards"].with_columns(pl.col("events_per_year") * 8)
    totals, active, task = year_of(arrays, hazards, days=40)
    naive = naive_closures.Year(task.network, active.tolist(), task.limits).totals(40)
    assert totals == pytest.approx(np.array(naive), rel=1e-12, abs=1e-6)
    assert (totals[:, 0] > 0).sum() >= 3 and totals[:, 1].max() > 0


def test_a_closure_met_on_the_way_by_hand() -> None:
    # one box a day
    network = build(two_roads())
    demand = demand_of([("west", "east")])
    hazards = hazard_rows([{"hazard_id": "slide", "row_id": "pass-east"}])
    for length, patience, outcome in ((2, 3, "waits"), (9, 0, "turns back")):
        options: simulation.SimulateOptions = {"patience_days": patience}
        task, _ = simulation.prepare_task(
            network, demand, hazards, on=ON, rng=1, options=options, days=20
        )
        assert int(task.quiet.cents[0, 0]) == 56000 and int(task.quiet.minutes[0, 0]) == 16 * 60
        slow = dataclasses.replace(  # 32 h to the pass
            task, network=task.network._replace(minutes=4 * task.network.minutes)
        )
        events = np.array([[0], [5], [5 + length]], np.int64)
        active = hazards_at_work(events, task.draws.days)
        totals = np.array(
            naive_closures.Year(slow.network, active.tolist(), slow.limits).totals(1 + 5)
        )
        box_of_day_4 = naive_closures.Year(slow.network, active.tolist(), slow.limits).walk(
            0, 4, 1e9
        )
        # it reaches the pass on day 5 at 08:00
        if outcome == "waits":
            assert box_of_day_4[1:] == (
                56000 + 40 * 1000,
                (72 + 32) * 60,
            )  # to day 7 at 00:00, at 10 USD an hour
        else:  # 200 km back, then 900 km
            assert box_of_day_4[1:] == (2 * (20000 + 8 * 1000) + 126000, 4 * (8 + 8 + 36) * 60)
        assert totals[0, 0] > 0


def test_the_same_seed_gives_the_same_years_whoever_computes_them(tmp_path: Path) -> None:
    network = study_network()
    demand = network.frames["demand"].head(12)
    hazards = network.frames["hazards"]
    one = simulate(network, demand, hazards, on=STUDY_ON, draws=45, workers=1)
    two = simulate(
        network, demand, hazards, on=STUDY_ON, draws=45, workers=2, folder=tmp_path / "two"
    )
    for name in (
        "summary",
        "return_levels",
        "by_hazard",
        "by_element",
        "by_trip",
        "years",
        "events",
    ):
        assert getattr(one, name).equals(getattr(two, name)), name
    longer = simulate(
        network, demand, hazards, on=STUDY_ON, draws=50, workers=2, folder=tmp_path / "two"
    )
    assert longer.years.head(45).equals(one.years)
    other = simulate(network, demand, hazards, on=STUDY_ON, draws=45, rng=8, workers=1)
    assert not other.years.equals(one.years)
    assert one.years["loss_usd"].sum() == pytest.approx(
        one.by_hazard["loss_usd_per_year"].sum() * 45
    )
    assert one.expected_loss_usd == pytest.approx(one.by_element["loss_usd_per_year"].sum())
    assert one.expected_loss_usd == pytest.approx(one.by_trip["loss_usd_per_year"].sum())
    with pytest.raises(CallError, match="name another folder"):
        simulate(network, demand, hazards, on=STUDY_ON, draws=45, rng=8, folder=tmp_path / "two")
    home = one.write(tmp_path / "risk")
    assert (
        pl.read_parquet(home / "years.parquet").equals(one.years)
        and (home / "manifest.toml").exists()
    )


def test_a_cluster_gives_the_same_years() -> None:
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    network = study_network()
    demand = network.frames["demand"].head(5)
    hazards = network.frames["hazards"]
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        there = simulate(
            network, demand, hazards, on=STUDY_ON, draws=45, cluster=cluster.scheduler_address
        )
    here = simulate(network, demand, hazards, on=STUDY_ON, draws=45, workers=1)
    assert there.years.equals(here.years) and there.events.equals(here.events)
    assert there.by_element.equals(here.by_element)


def test_a_small_book_of_ways_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    network = study_network()
    demand = network.frames["demand"].head(8)
    hazards = network.frames["hazards"]
    task, _ = simulation.prepare_task(network, demand, hazards, on=STUDY_ON, rng=7, options={})
    whole = simulation.draw_block(task, 0, 6)
    small = dataclasses.replace(task, hash="small")
    simulation._books.hash = "small"
    simulation._books.book = simulation.new_book(8)
    again = simulation.draw_block(small, 0, 6)
    assert len(simulation._books.book.cost) > 8
    assert all(np.array_equal(whole[name], again[name]) for name in whole)


def test_order_of_rows_does_not_matter() -> None:
    network = study_network()
    demand = network.frames["demand"].head(10)
    hazards = network.frames["hazards"]
    one = simulate(network, demand, hazards, on=STUDY_ON, draws=12)
    two = simulate(network, demand.reverse(), hazards.reverse(), on=STUDY_ON, draws=12)
    assert two.years["loss_usd"].to_list() == pytest.approx(one.years["loss_usd"].to_list())
    assert two.by_hazard.sort("hazard_id")["loss_usd_per_year"].to_list() == pytest.approx(
        one.by_hazard.sort("hazard_id")["loss_usd_per_year"].to_list()
    )


def test_a_hazard_nobody_meets_costs_nothing_and_leaves_the_others_alone() -> None:
    network = build(two_roads())
    demand = demand_of([("west", "east")])
    slide = {"hazard_id": "slide", "row_id": "pass-east", "events_per_year": 5.0}
    spur = {"hazard_id": "spur", "row_id": "west-spur", "events_per_year": 50.0}
    one = simulate(network, demand, hazard_rows([slide]), on=ON, draws=30)
    two = simulate(network, demand, hazard_rows([spur, slide]), on=ON, draws=30)
    assert two.years.equals(one.years) and one.expected_loss_usd > 0
    assert two.by_hazard.filter(pl.col("hazard_id") == "spur")["loss_usd_per_year"][0] == 0
    assert simulate(network, demand, hazard_rows([spur]), on=ON, draws=3).expected_loss_usd == 0


def test_bad_hazards_are_all_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    network = build(two_roads())
    demand = demand_of([("west", "east")])
    bad = hazard_rows(
        [
            {"hazard_id": "a", "row_id": "west-pass", "events_per_year": -1.0},
            {"hazard_id": "b", "row_id": "west-pas"},
            {"hazard_id": "c", "row_id": "crossing:KZ"},
            {"hazard_id": "d", "row_id": "mode:sea", "duration_median_d": 0.0},
            {"hazard_id": "e", "row_id": "west-pass", "duration_sigma": None},
        ]
    )
    with pytest.raises(StudyError) as caught:
        simulate(network, demand, bad, on=ON, draws=1)
    assert [(f.rows[0], f.column) for f in caught.value.findings] == [
        ("a", "events_per_year"),
        ("b", "row_id"),
        ("c", "row_id"),
        ("d", "duration_median_d"),
        ("d", "row_id"),
        ("e", "duration_sigma"),
    ]
    good = hazard_rows([{"hazard_id": "a", "row_id": "west-pass"}])
    monkeypatch.setattr(parallel, "CONNECT_TIMEOUT", "1s")
    for wrong in (
        {"draws": 0},
        {"workers": 0},
        {"limit_days": -1},
        {"cluster": "tcp://127.0.0.1:1"},
    ):
        with pytest.raises(CallError):
            simulate(network, demand, good, **{"on": ON, "draws": 1, **wrong})  # type: ignore[arg-type]
