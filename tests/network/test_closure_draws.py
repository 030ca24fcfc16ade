"""Closure draws: as often, as long and in the season that the hazards say."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from closure_cases import hazard_rows
from corridor.kernels import Ints
from corridor.kernels.records import Closures
from corridor.network import durations
from corridor.network.closure_draws import (
    ClosureDraws,
    epoch_day,
    hazards_at_work,
    read_hazards,
)
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
def drawn() -> list[Closures]:
    draws = ClosureDraws(
        hazards=read_hazards(hazard_rows([OFTEN, WINTER, HEAVY])),
        first_on_day=epoch_day(FIRST_ON),
        days=CALENDAR_YEAR_DAYS + 213,
        memory_days=10 * CALENDAR_YEAR_DAYS,
        rng=11,
    )
    return [draws.closures(draw) for draw in range(DRAWS)]


@pytest.fixture(scope="module")
def first_days(drawn: list[Closures]) -> list[Ints]:
    """Return the first days of the closures of each hazard that began in the year."""
    hazard = np.concatenate([closures.hazard for closures in drawn])
    day = np.concatenate([closures.first_day for closures in drawn])
    in_year = (day >= 0) & (day < CALENDAR_YEAR_DAYS)
    return [day[in_year & (hazard == number)] for number in range(3)]


@pytest.mark.parametrize("hazard, rate", [(0, 6.0), (1, 3.0)])
def test_closures_begin_as_often_as_said(first_days: list[Ints], hazard: int, rate: float) -> None:
    per_year = len(first_days[hazard]) / DRAWS
    # A closure counts unless it holds no noon at all.
    assert per_year == pytest.approx(rate, abs=4 * (rate / DRAWS) ** 0.5 + 0.02 * rate)


def test_closures_of_a_season_begin_in_it(first_days: list[Ints]) -> None:
    dates = [FIRST_ON + dt.timedelta(days=day) for day in first_days[1].tolist()]
    assert {date.month for date in dates} <= {12, 1, 2, 3}
    assert max(date for date in dates if date.month == 3).day == 1  # began after noon of 28 Feb


def test_closures_last_as_long_as_said(drawn: list[Closures]) -> None:
    at_work = np.array([hazards_at_work(closures, CALENDAR_YEAR_DAYS) for closures in drawn])
    is_shut = at_work & 1  # [draws, days]: the hazard that strikes often
    mean_d = durations.mean_d("lognormal", 5.0, 1.0)
    assert mean_d is not None
    expected = 1 - np.exp(-6.0 / MEAN_YEAR_DAYS * mean_d)

    yearly = is_shut.mean(axis=1)

    assert yearly.mean() == pytest.approx(expected, abs=4 * yearly.std() / DRAWS**0.5)
    # As likely shut on the first day as on the last.
    assert is_shut[:, :60].mean() == pytest.approx(is_shut[:, 300:360].mean(), abs=0.03)


def test_closures_stand_in_order_of_their_first_day(drawn: list[Closures]) -> None:
    for closures in drawn[:20]:
        assert (np.diff(closures.first_day) >= 0).all()
        assert (closures.end_day > closures.first_day).all()


def test_a_hazard_keeps_its_closures_whatever_others_there_are() -> None:
    settings = {"first_on_day": 0, "days": 365, "memory_days": 3650, "rng": 7}
    alone = ClosureDraws(hazards=read_hazards(hazard_rows([OFTEN])), **settings)
    beside_another = ClosureDraws(hazards=read_hazards(hazard_rows([HEAVY, OFTEN])), **settings)
    for draw in range(5):
        expected = alone.closures(draw)
        closures = beside_another.closures(draw)
        is_often = closures.hazard == 1
        assert np.array_equal(closures.first_day[is_often], expected.first_day)
        assert np.array_equal(closures.end_day[is_often], expected.end_day)


def test_no_hazards_no_closures() -> None:
    none = ClosureDraws(hazards=(), first_on_day=0, days=365, memory_days=0, rng=7)
    assert all(len(column) == 0 for column in none.closures(0))
