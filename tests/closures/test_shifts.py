"""Closures: simulated years against the walk by hand, draws, the replay, what moves and what it is
worth."""

from __future__ import annotations

import dataclasses
import datetime as dt
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import naive_disruption
from corridor import parallel as distribution
from corridor.closures import simulation
from corridor.closures.demand_arrays import Exposure, expose
from corridor.closures.shifts import (
    compare,
    replay,
    replay_beside,
    second_corridor,
    shifts,
    simulate,
)
from corridor.errors import CallError, StudyError, UnknownName
from corridor.network import changes, durations
from disruption_cases import (
    ON,
    STUDY_ON,
    build,
    demand_of,
    hazard_rows,
    random_case,
    study_network,
    two_roads,
)

SAID = {"patience_days": 3, "limit_days": 12, "limit_share": 0.3, "memory_years": 2}


# --- simulated years
# --------------------------------------------------------------------------------------------------


def year_of(
    exposed: Exposure, hazards: pl.DataFrame, days: int, draw: int = 0
) -> tuple[Any, np.ndarray[Any, Any], Any]:
    """Return the kernel's totals of one draw, the days' hazards and the task; ties of cost broken
    at random."""
    noise = np.random.default_rng(5).integers(0, 50, exposed.weight.shape[1:])
    broken = dataclasses.replace(
        exposed, weight=np.where(exposed.weight < 0, -1, 100 * exposed.weight + noise)
    )
    task = simulation.make_task(broken, hazards, rng=3, said=SAID, days=days)
    task = dataclasses.replace(
        task, limits=(task.limits[0], 100 * task.limits[1], 100 * task.limits[2])
    )
    active = simulation.at_work(simulation.draw_events(task, draw), len(broken.regime_of_day))
    return simulation.draw_block(task, draw, draw + 1)["totals"][0], active, task


@pytest.mark.parametrize("seed", range(8))
def test_a_year_equals_the_walk_of_every_unit(seed: int) -> None:
    tables, demand = random_case(seed, nodes=6, links=16)
    exposed = expose(build(tables), demand, on=ON, days=90)
    ids = tables["links"]["link_id"].to_list()
    hazards = hazard_rows(
        [
            {"hazard_id": f"h{i}", "row_id": " ".join(ids[i::7]), "events_per_year": 9.0}
            for i in range(7)
        ]
    )
    totals, active, task = year_of(exposed, hazards, days=60)
    naive = naive_disruption.Year(task.base, active.tolist(), task.limits).totals(60)
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
    exposed = expose(network, demand, on="2026-10-20", days=160)
    hazards = network.frames["hazards"].with_columns(pl.col("events_per_year") * 8)
    totals, active, task = year_of(exposed, hazards, days=40)
    naive = naive_disruption.Year(task.base, active.tolist(), task.limits).totals(40)
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
        assert int(task.quiet[1, 0, 0]) == 56000 and int(task.quiet[2, 0, 0]) == 16 * 60
        slow = dataclasses.replace(
            task, base=(*task.base[:7], 4 * task.base[7], task.base[8])
        )  # 32 h to the pass
        events = np.array([[0], [5], [5 + length]], np.int64)
        active = simulation.at_work(events, len(task.base[8]))
        totals = np.array(
            naive_disruption.Year(slow.base, active.tolist(), slow.limits).totals(1 + 5)
        )
        box_of_day_4 = naive_disruption.Year(slow.base, active.tolist(), slow.limits).walk(
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


def test_draws_are_as_often_and_as_long_as_said() -> None:
    network = build(two_roads())
    demand = demand_of([("west", "east")])
    hazards = hazard_rows(
        [
            {
                "hazard_id": "often",
                "row_id": "west-spur",
                "events_per_year": 6.0,
                "duration_median_d": 5.0,
                "duration_sigma": 1.0,
            },
            {
                "hazard_id": "winter",
                "row_id": "west-spur",
                "season_from": "12-01",
                "season_to": "02-28",
                "events_per_year": 3.0,
            },
            {
                "hazard_id": "heavy",
                "row_id": "west-spur",
                "distribution": "pareto",
                "duration_sigma": 1.5,
                "events_per_year": 1.0,
            },
        ]
    )
    task, exposed = simulation.prepare_task(network, demand, hazards, on=ON, rng=11, options={})
    draws = [simulation.draw_events(task, k) for k in range(800)]
    starts = np.concatenate([e[:, (e[1] >= 0) & (e[1] < 365)] for e in draws], axis=1)
    for h, rate in enumerate((6.0, 3.0)):  # a closure counts unless it holds no noon at all
        count = (starts[0] == h).sum() / len(draws)
        assert count == pytest.approx(rate, abs=4 * (rate / len(draws)) ** 0.5 + 0.02 * rate)
    winter = [exposed.first_on + dt.timedelta(days=int(d)) for d in starts[1, starts[0] == 1]]
    assert {d.month for d in winter} <= {12, 1, 2, 3} and max(
        d for d in winter if d.month == 3
    ).day == 1
    bits = np.array([simulation.at_work(e, 365) for e in draws])
    shut = 1 - np.exp(-6.0 / 365.25 * durations.mean_d("lognormal", 5.0, 1.0))
    yearly = (bits & 1).mean(axis=1)
    assert yearly.mean() == pytest.approx(shut, abs=4 * yearly.std() / len(draws) ** 0.5)
    first, last = (
        bits[:, s] & 1 for s in (slice(0, 60), slice(300, 360))
    )  # as likely shut on the first day as on the last
    assert first.mean() == pytest.approx(last.mean(), abs=0.03)


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
    assert len(simulation._books.book[3]) > 8
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
    monkeypatch.setattr(distribution, "CONNECT", "1s")
    for wrong in (
        {"draws": 0},
        {"workers": 0},
        {"limit_days": -1},
        {"cluster": "tcp://127.0.0.1:1"},
    ):
        with pytest.raises(CallError):
            simulate(network, demand, good, **{"on": ON, "draws": 1, **wrong})  # type: ignore[arg-type]


# --- what moves, what it is worth, what happened
# ----------------------------------------------------------------------


def test_compare_says_what_moved() -> None:
    network = build(two_roads())
    demand = demand_of([("west", "east"), ("west", "spur"), ("plain", "pass")])
    row = {"change_id": "x", "table": "links", "column": "status", "op": "set", "value": "closed"}
    base = study_network().frames["changes"].clear()

    def changed(**more: str) -> Any:
        given = {**row, **more}
        return changes.apply(
            network,
            pl.concat(
                [base, pl.DataFrame([{**dict.fromkeys(base.columns), **given}], schema=base.schema)]
            ),
        )

    told = compare(network, changed(row_id="west-pass west-spur"), demand, on=ON)
    assert told["moved"].to_list() == ["route", "cut", "route"]
    assert told["extra_usd_per_year"][0] == 365 * 700 and told["extra_usd_per_year"][1] is None
    assert told["borders_after"][0].to_list() == ["west-plain", "plain-east"]
    assert {r["link_id"]: r["difference"] for r in shifts(told).iter_rows(named=True)} == {
        "west-pass": -20 * 365 * (1 + 3),
        "pass-east": 20 * 365 * (3 - 1),
        "west-spur": -20 * 365 * 2,
        "west-plain": 20 * 365 * (1 - 3),
        "plain-east": 20 * 365 * (1 + 3),
    }
    back = compare(changed(row_id="west-spur"), network, demand, on=ON)
    assert back["moved"].to_list() == ["same", "opened", "same"]
    dearer = changed(row_id="west-spur", column="fixed_h", value="5")
    assert compare(network, dearer, demand, on=ON)["moved"].to_list() == ["same", "cost", "same"]
    trips = pl.DataFrame(
        {"trip_id": ["t"], "origin": ["west"], "destination": ["east"], "cargo": ["box"]}
    )
    assert compare(network, network, trips, on=ON)["extra_usd_per_year"].to_list() == [None]


def test_second_corridor_is_worth_what_it_saves() -> None:
    tables = two_roads()
    network = build(tables)
    demand = demand_of([("west", "east")])
    narrow = build({**tables, "links": tables["links"].filter(pl.col("link_id") != "west-plain")})
    hazards = hazard_rows([{"hazard_id": "slide", "row_id": "pass-east", "events_per_year": 5.0}])
    frame = second_corridor(narrow, network, demand, hazards, on=ON, draws=30)
    told = {r["measure"]: r for r in frame.iter_rows(named=True)}
    assert told["undisturbed_usd"]["difference"] == 0
    assert told["loss_usd"]["difference"] > 3 * told["loss_usd"]["standard_error"]
    assert told["lost_t"]["with"] == 0 < told["lost_t"]["without"]
    same = second_corridor(network, network, demand, hazards, on=ON, draws=5)
    assert same["difference"].to_list() == [0] * 5
    with pytest.raises(CallError, match="two"):
        second_corridor(network, network, demand, hazards, on=ON, draws=5, folder="somewhere")


def test_replay_of_the_closure_of_october_2025() -> None:
    network = study_network()
    closure = network.frames["changes"].filter(pl.col("change_id") == "af-pk-closure-2025")
    demand = network.frames["demand"].filter(pl.col("source_id") == "pk-af-trade")
    half = replay_beside(network, demand, closure, before="pk-af-h2-2024", after="pk-af-h2-2025")
    assert (half["shut_days"], half["days"]) == (81, 184)
    assert half["observed_change"] == pytest.approx(-0.53, abs=0.005)
    assert (
        half["all_stopped_change"] == pytest.approx(-81 / 184)
        and half["observed_change"] < half["all_stopped_change"]
    )
    year = replay_beside(network, demand, closure, before="pk-af-2024", after="pk-af-2025")
    assert year["observed_change"] == pytest.approx(-0.282, abs=0.0005)  # 695 of 2461
    assert year["over_after"] == pytest.approx(
        -0.394, abs=0.0005
    )  # 695 of 1766: what is told as 40 %
    nothing = replay_beside(
        network, demand, closure, before="pk-af-h2-2024", after="pk-af-h2-2025", limit_share=0.0
    )
    assert nothing["model_change"] == pytest.approx(
        -81 / 184, abs=0.06
    )  # nothing turned aside: those sent while shut stay
    assert nothing["all_stopped_change"] - 0.06 < nothing["model_change"] < half["model_change"] < 0
    with pytest.raises(UnknownName):
        replay_beside(network, demand, closure, before="pk-af-h2-2024", after="pk-af-h2-2052")
    with pytest.raises(CallError, match="closed"):
        replay(network, demand, closure.clear(), from_on="2025-07-01", to_on="2025-12-31")


def test_more_of_a_limit_keeps_more_trade() -> None:
    network = study_network()
    closure = network.frames["changes"].filter(pl.col("change_id") == "af-pk-closure-2025")
    demand = network.frames["demand"].filter(pl.col("source_id") == "pk-af-trade")
    lost = [
        float(
            replay(
                network, demand, closure, from_on="2025-10-01", to_on="2025-11-30", limit_share=s
            )["lost_t"].sum()
        )
        for s in (0.0, 0.05, 0.1, 0.25, 1.0)
    ]
    assert all(a >= b for a, b in pairwise(lost)) and lost[0] > lost[-1] == 0
