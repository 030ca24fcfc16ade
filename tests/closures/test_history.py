"""History: which events count, and when in the year closures began."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from corridor.closures.history import history, season_p_value, seasons
from corridor.errors import UnknownName
from corridor.tables.reading import read_folder
from corridor.tables.tables import Tables


@pytest.fixture(scope="module")
def study(study_folder: Path) -> Tables:
    return read_folder(study_folder)


def began(*days: str) -> pl.DataFrame:
    return pl.DataFrame({"from_on": [dt.date.fromisoformat(day) for day in days]})


def test_shares_of_months_add_up_to_one() -> None:
    winters = began(*(f"20{year}-01-{day}" for year in range(11, 19) for day in ("05", "25")))
    by_month = seasons(winters)
    january = by_month.row(0, named=True)
    assert by_month["share"].sum() == pytest.approx(1)
    assert january["share_low"] == pytest.approx(0.794, abs=1e-3)  # 16 of 16: 0.025 ** (1 / 16)


def test_a_bunch_is_told_from_chance() -> None:
    winters = began(*(f"20{year}-01-{day}" for year in range(11, 19) for day in ("05", "25")))
    even = began(*(f"2020-{month:02}-15" for month in range(1, 13)))

    bunched = season_p_value(winters)
    spread = season_p_value(even)

    assert bunched is not None
    assert spread is not None
    assert bunched < 1e-4
    assert spread > 0.9
    assert season_p_value(began("2020-01-01")) is None


def test_the_torkham_history_agrees_with_its_summary_in_the_press(study: Tables) -> None:
    # Collected from the press to September 2025, without the pandemic and elections, closures to
    # people included: median 9-10 days, mean about 15.
    events = study.frames["events"].filter(
        pl.col("hazard_id").is_in(["af-pk-all", "torkham-shut"])
        & (pl.col("cause") != "election")
        & (pl.col("from_on") < dt.date(2025, 10, 1))
    )
    days = (events["to_on"] - events["from_on"]).dt.total_days().to_list()
    assert sorted(days) == [3, 6, 9, 10, 26, 32]
    assert 9 <= float(np.median(days)) <= 10
    assert float(np.mean(days)) == pytest.approx(15, abs=1)


def test_partial_closures_and_weather_do_not_count(study: Tables) -> None:
    counted = set(history(study.frames["events"])["event_id"])
    assert not counted & {
        "hormuz-2026-half",
        "torkham-2024-office",
        "afpk-2020-covid",
        "salang-2018-snow",
    }
    assert "hormuz-2026-shut" in counted


def test_a_hazard_without_events_is_refused_with_a_neighbour(study: Tables) -> None:
    with pytest.raises(UnknownName, match="torkham-shut"):
        history(study.frames["events"], "torkam-shut")
