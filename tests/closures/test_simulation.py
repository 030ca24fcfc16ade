"""Simulation: the same years whoever computes them, and hazards that matter or not."""

from __future__ import annotations

from pathlib import Path
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
    study_network,
    two_roads,
)
from corridor import parallel
from corridor.closures.risk import TABLES, Risk
from corridor.closures.simulated_year import run_year
from corridor.closures.simulation import prepare_task, simulate, simulate_with_part
from corridor.errors import CallError, StudyError
from corridor.kernels.records import TRIP_LOSS, Closures

DRAWS = 45


def simulate_study(trips: int = 12, draws: int = DRAWS, **options: Any) -> Risk:
    network = study_network()
    demand = network.frames["demand"].head(trips)
    hazards = network.frames["hazards"]
    return simulate(network, demand, hazards, on=STUDY_ON, draws=draws, **options)


@pytest.fixture(scope="module")
def risk() -> Risk:
    return simulate_study(workers=1)


def test_any_number_of_workers_gives_the_same_tables(risk: Risk) -> None:
    shared = simulate_study(workers=2)
    for table in TABLES:
        assert getattr(shared, table).equals(getattr(risk, table)), table


def test_more_draws_begin_with_the_same_years(risk: Risk, tmp_path: Path) -> None:
    simulate_study(workers=2, folder=tmp_path)
    longer = simulate_study(draws=DRAWS + 5, workers=2, folder=tmp_path)
    assert longer.years.head(DRAWS).equals(risk.years)

    with pytest.raises(CallError, match="name another folder"):
        simulate_study(rng=8, folder=tmp_path)


def test_another_seed_gives_other_years(risk: Risk) -> None:
    assert not simulate_study(rng=8, workers=1).years.equals(risk.years)


def test_hazards_links_and_trips_share_the_same_loss(risk: Risk) -> None:
    assert risk.years["loss_usd"].mean() == pytest.approx(risk.expected_loss_usd)
    for table in (risk.by_hazard, risk.by_element, risk.by_trip):
        assert table["loss_usd_per_year"].sum() == pytest.approx(risk.expected_loss_usd)
        assert table["loss_share"].sum() == pytest.approx(1)


def test_a_part_of_demand_loses_what_it_loses_alone(risk: Risk) -> None:
    network = study_network()
    demand = network.frames["demand"].head(12)
    hazards = network.frames["hazards"]
    is_in = np.arange(12) % 5 == 1

    of_all, of_part = simulate_with_part(
        network, demand, hazards, is_in, on=STUDY_ON, draws=10, rng=7, workers=1
    )
    alone = simulate(network, demand.filter(is_in), hazards, on=STUDY_ON, draws=10, workers=1)

    assert of_all.years.equals(risk.years.head(10))
    for table in TABLES:
        assert getattr(of_part, table).equals(getattr(alone, table)), table


def test_a_risk_is_written_and_read_back(risk: Risk, tmp_path: Path) -> None:
    home = risk.write(tmp_path / "risk")
    assert pl.read_parquet(home / "years.parquet").equals(risk.years)
    assert (home / "manifest.toml").exists()


@pytest.mark.slow
def test_a_cluster_gives_the_same_years() -> None:
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        far = simulate_study(trips=5, cluster=cluster.scheduler_address)
    near = simulate_study(trips=5, workers=1)

    assert far.years.equals(near.years)
    assert far.events.equals(near.events)
    assert far.by_element.equals(near.by_element)


def test_order_of_rows_does_not_matter() -> None:
    network = study_network()
    demand = network.frames["demand"].head(10)
    hazards = network.frames["hazards"]

    risk = simulate(network, demand, hazards, on=STUDY_ON, draws=12)
    turned = simulate(network, demand.reverse(), hazards.reverse(), on=STUDY_ON, draws=12)

    assert turned.years["loss_usd"].to_list() == pytest.approx(risk.years["loss_usd"].to_list())
    assert losses_by_hazard(turned) == pytest.approx(losses_by_hazard(risk))


def losses_by_hazard(risk: Risk) -> dict[str, float]:
    return dict(risk.by_hazard.select("hazard_id", "loss_usd_per_year").iter_rows())


def test_a_hazard_nobody_meets_costs_nothing_and_leaves_the_others_alone() -> None:
    network = build(two_roads())
    demand = demand_of([("west", "east")])
    slide = {"hazard_id": "slide", "row_id": "pass-east", "events_per_year": 5.0}
    spur = {"hazard_id": "spur", "row_id": "west-spur", "events_per_year": 50.0}

    alone = simulate(network, demand, hazard_rows([slide]), on=ON, draws=30)
    both = simulate(network, demand, hazard_rows([spur, slide]), on=ON, draws=30)
    unmet = simulate(network, demand, hazard_rows([spur]), on=ON, draws=3)

    assert alone.expected_loss_usd > 0
    assert both.years.equals(alone.years)
    assert losses_by_hazard(both)["spur"] == 0
    assert unmet.expected_loss_usd == 0


def test_bad_hazards_are_all_told_at_once() -> None:
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
        simulate(build(two_roads()), demand_of([("west", "east")]), bad, on=ON, draws=1)
    assert [(finding.rows[0], finding.column) for finding in caught.value.findings] == [
        ("a", "events_per_year"),
        ("b", "row_id"),
        ("c", "row_id"),
        ("d", "duration_median_d"),
        ("d", "row_id"),
        ("e", "duration_sigma"),
    ]


@pytest.mark.parametrize(
    "options", [{"draws": 0}, {"workers": 0}, {"limit_days": -1}, {"cluster": "tcp://127.0.0.1:1"}]
)
def test_wrong_options_are_refused(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "CONNECT_TIMEOUT", "1s")
    hazards = hazard_rows([{"hazard_id": "a", "row_id": "west-pass"}])
    demand = demand_of([("west", "east")])
    with pytest.raises(CallError):
        simulate(build(two_roads()), demand, hazards, **{"on": ON, "draws": 1, **options})


@pytest.mark.parametrize(("share_per_day", "shut_days"), [(0.0208, 10), (0.006, 25)])
def test_what_was_waited_does_not_keep_goods_beside_an_open_road(
    share_per_day: float, shut_days: int
) -> None:
    """Reefers and boxes before a road shut for days: with their waiting counted against them, six
    of ten days of reefers and nine of 25 of boxes never left."""
    assert lost_days(share_per_day, shut_days) == 0


def test_goods_that_wait_longer_than_the_limit_are_lost() -> None:
    assert lost_days(0.006, 40) == 10


def lost_days(share_per_day: float, shut_days: int) -> int:
    """Return how many days' goods are lost by one closure of the only road."""
    tables = two_roads()
    tables["links"] = tables["links"].filter(pl.col("link_id").is_in(["west-pass", "pass-east"]))
    tables["cargoes"] = tables["cargoes"].with_columns(
        pl.lit(share_per_day).alias("time_value_share_per_day")
    )
    hazards = hazard_rows([{"hazard_id": "slide", "row_id": "west-pass"}])
    task, _ = prepare_task(
        build(tables), demand_of([("west", "east")]), hazards, on=ON, rng=1, options={}, days=90
    )
    closures = Closures(*np.array([[0], [20], [20 + shut_days]], np.int64))
    lost_units = run_year(task, closures).by_trip[0, 0, TRIP_LOSS.lost_units]
    return round(float(lost_units / task.network.trips.units_per_day[0]))
