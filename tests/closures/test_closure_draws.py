"""Closure draws: as often, as long and in the season that the hazards say."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from closure_cases import hazard_rows
from corridor.closures.closure_draws import (
    ClosureDraws,
    epoch_day,
    hazards_at_work,
    read_hazards,
)
from corridor.network import durations
from corridor.units import CALENDAR_YEAR_DAYS, MEAN_YEAR_DAYS

FIRST_ON = dt.date(2026, 3, 20)
DRAWS = 800
OFTEN = {
    "hazard_id": "often",
    "row_id": "west-spur",
    "events_per_year": 6.0,
    "duration_median_d": 5.0,
    "duration_sigma": 1.0,
}
WINTER = {
    "hazard_id": "winter",
    "row_id": "west-spur",
    "season_from": "12-01",
    "season_to": "02-28",
    "events_per_year": 3.0,
}
HEAVY = {
    "hazard_id": "heavy",
    "row_id": "west-spur",
    "distribution": "pareto",
    "duration_sigma": 1.5,
    "events_per_year": 1.0,
}


@pytest.fixture(scope="module")
def drawn() -> list[np.ndarray]:
    draws = ClosureDraws(
        hazards=read_hazards(hazard_rows([OFTEN, WINTER, HEAVY])),
        first_on_day=epoch_day(FIRST_ON),
        days=CALENDAR_YEAR_DAYS + 213,
        memory_days=10 * CALENDAR_YEAR_DAYS,
        rng=11,
    )
    return [draws.closures(draw) for draw in range(DRAWS)]


@pytest.fixture(scope="module")
def begun_in_year(drawn: list[np.ndarray]) -> np.ndarray:
    """Return hazard, first day and first day open again of closures that began in the year."""
    return np.concatenate([c[:, (c[1] >= 0) & (c[1] < CALENDAR_YEAR_DAYS)] for c in drawn], axis=1)


@pytest.mark.parametrize("hazard, rate", [(0, 6.0), (1, 3.0)])
def test_closures_begin_as_often_as_said(
    begun_in_year: np.ndarray, hazard: int, rate: float
) -> None:
    per_year = (begun_in_year[0] == hazard).sum() / DRAWS
    # A closure counts unless it holds no noon at all.
    assert per_year == pytest.approx(rate, abs=4 * (rate / DRAWS) ** 0.5 + 0.02 * rate)


def test_closures_of_a_season_begin_in_it(begun_in_year: np.ndarray) -> None:
    first_days = begun_in_year[1, begun_in_year[0] == 1].tolist()
    dates = [FIRST_ON + dt.timedelta(days=day) for day in first_days]
    assert {date.month for date in dates} <= {12, 1, 2, 3}
    assert max(date for date in dates if date.month == 3).day == 1  # began after noon of 28 Feb


def test_closures_last_as_long_as_said(drawn: list[np.ndarray]) -> None:
    at_work = np.array([hazards_at_work(closures, CALENDAR_YEAR_DAYS) for closures in drawn])
    is_shut = at_work & 1  # [draws, days]: the hazard that strikes often
    mean_d = durations.mean_d("lognormal", 5.0, 1.0)
    assert mean_d is not None
    expected = 1 - np.exp(-6.0 / MEAN_YEAR_DAYS * mean_d)

    yearly = is_shut.mean(axis=1)

    assert yearly.mean() == pytest.approx(expected, abs=4 * yearly.std() / DRAWS**0.5)
    # As likely shut on the first day as on the last.
    assert is_shut[:, :60].mean() == pytest.approx(is_shut[:, 300:360].mean(), abs=0.03)


def test_a_hazard_keeps_its_closures_whatever_others_there_are() -> None:
    settings = {"first_on_day": 0, "days": 365, "memory_days": 3650, "rng": 7}
    alone = ClosureDraws(hazards=read_hazards(hazard_rows([OFTEN])), **settings)
    second = ClosureDraws(hazards=read_hazards(hazard_rows([HEAVY, OFTEN])), **settings)
    for draw in range(5):
        of_second = second.closures(draw)
        assert np.array_equal(of_second[1:, of_second[0] == 1], alone.closures(draw)[1:])


def test_no_hazards_no_closures() -> None:
    none = ClosureDraws(hazards=(), first_on_day=0, days=365, memory_days=0, rng=7)
    assert none.closures(0).shape == (3, 0)
