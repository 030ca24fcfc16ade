"""The run of the chapter: what closures cost the built-in study, and charts of its tables."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import corridor as co
from corridor.charts.closures import (
    corridor_bars,
    hazard_bars,
    loss_curve,
    replay_bars,
    shift_map,
)
from corridor.charts.criticality import criticality_bars, criticality_map
from corridor.closures import chapter
from corridor.closures.chapter import REOPENED, corridors, losses
from corridor.flows.demand import LIMIT_SHARE

pytestmark = pytest.mark.slow  # the chapter takes ten seconds and more, of a few years too

TORKHAM = "torkhampk-torkhamaf-road"
Frames = dict[str, pl.DataFrame]


@pytest.fixture(scope="module")
def study(study_folder: Path) -> co.Study:
    return co.read(study_folder)


@pytest.fixture(scope="module")
def steps() -> list[tuple[str, int, int]]:
    return []


@pytest.fixture(scope="module")
def frames(study: co.Study, steps: list[tuple[str, int, int]]) -> Frames:
    """Return the tables of the chapter, of a few years only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chapter, "YEARS", 20)
        patch.setitem(corridors.__kwdefaults__, "draws", 20)
        tables = losses(study, progress=lambda word, done, total: steps.append((word, done, total)))
        return tables | {"corridors": corridors(study, study.network_of)}


def test_every_step_is_said(frames: Frames, steps: list[tuple[str, int, int]]) -> None:
    assert [(done, total) for _, done, total in steps] == [(0, 3), (1, 3), (2, 3)]


def test_notes_are_on_demand_that_both_states_stopped(frames: Frames, study: co.Study) -> None:
    country_of = dict(study.tables["nodes"].select("node_id", "country").iter_rows())
    stopped = [
        demand_id
        for demand_id, *ends in study.tables["demand"]
        .select("demand_id", "origin_node_id", "destination_node_id")
        .iter_rows()
        if {country_of[node_id] for node_id in ends} == {"AF", "PK"}
    ]
    notes = frames["notes"]["note"].to_list()
    assert sorted(note.partition(":")[0] for note in notes) == sorted(stopped)


def test_years_are_simulated_with_the_replayed_closures_and_without(frames: Frames) -> None:
    for table in ("summary", "levels", "by_hazard", "years"):
        assert set(frames[table]["case"]) == {"mid-2026", REOPENED}


def test_what_would_pay_too_much_stays(frames: Frames) -> None:
    stays = frames["moves"].filter("stays")
    assert "peshawar-kabul-bulk-t" in stays["demand_id"].to_list()

    not_cut = stays.filter(pl.col("extra_share").is_not_null())
    assert (not_cut["extra_share"] > LIMIT_SHARE).all()


def test_what_stays_leaves_its_links_and_joins_none(frames: Frames) -> None:
    by_torkham = frames["moves"].filter(pl.col("links_before").list.contains(TORKHAM))
    shifted = dict(frames["shifted"].select("link_id", "difference").iter_rows())
    assert shifted[TORKHAM] == pytest.approx(-by_torkham["t_per_year"].sum(), rel=1e-12)


def test_corridors_replays_and_fits_are_those_of_the_study(study: co.Study, frames: Frames) -> None:
    assert set(frames["corridors"]["scenario_id"]) == {"mid-2026", "railway-built"}
    assert frames["replay"].height == study.tables["replays"].height == 2
    assert frames["fits"].height == study.tables["hazards"].height


def test_bars_name_the_worst_place(frames: Frames) -> None:
    places = frames["rank"].filter(pl.col("kind") == "node")
    worst = places.sort("loss_usd_per_year", descending=True)["name"][0]
    assert str(worst).removeprefix("Port of ") in criticality_bars(frames["rank"]).to_json()


def test_every_chart_is_described(study: co.Study, frames: Frames) -> None:
    nodes = study.tables["nodes"]
    links = study.tables["links"]
    charts = (
        loss_curve(frames["years"], frames["summary"], {}),
        hazard_bars(frames["by_hazard"], {}),
        replay_bars(frames["replay"]),
        corridor_bars(frames["corridors"]),
        criticality_map(nodes, links, frames["rank"]),
        shift_map(nodes, links, frames["shifted"]),
    )
    for chart in charts:
        assert '"description"' in chart.to_json()


def test_a_study_without_demand_still_tells_its_history(tmp_path: Path) -> None:
    folder = co.new(tmp_path / "own")
    for name in ("demand", "hazards", "events"):
        (folder / f"{name}.csv").unlink(missing_ok=True)
    study = co.read(folder)
    assert set(losses(study)) == {"fits", "families"}
