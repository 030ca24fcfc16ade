"""Chances of closures: in season, out of it, and given what is open on departure."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest

from core_cases import hazard_row, network, small
from corridor.kernels import Floats
from corridor.network import durations
from corridor.network.calendar import second
from corridor.network.closure_chances import ahead_share, closure_law, closures_on, shut_share
from corridor.network.graph import Row
from corridor.units import DAY_S

JUNE = dt.date(2026, 6, 10)


def hazard(**more: Any) -> Row:
    return small(hazards=[hazard_row(**more)]).rows("hazards")[0]


def drawn_shut_shares(row: Row, days: list[dt.date], years: int) -> list[float]:
    """Return how many of many years of drawn closures find each day shut at noon, of 30 days."""
    dice = np.random.default_rng(5)
    first = dt.date(2023, 1, 1)
    season = [int(row[key].replace("-", "")) for key in ("season_from", "season_to")]
    begin = np.sort(dice.integers(0, 365 * 3, dice.poisson(row["events_per_year"] * 3 * years)))
    year_of = dice.integers(0, years, len(begin))
    length = dice.lognormal(math.log(row["duration_median_d"]), row["duration_sigma"], len(begin))
    # a year's closures begin in its season, on days as likely as one another
    in_season = [
        day
        for day in range(365)
        if season[0] <= int((first + dt.timedelta(day)).strftime("%m%d")) <= season[1]
    ]
    begin = begin // 365 * 365 + np.array(in_season)[dice.integers(0, len(in_season), len(begin))]
    begin = begin + dice.random(len(begin))

    shares = []
    for day in days:
        at = 2 * 365 + day.timetuple().tm_yday - 1 + 0.5
        shut = [
            len(np.unique(year_of[(begin <= at + i) & (at + i < begin + length)])) / years
            for i in range(30)
        ]
        shares.append(float(np.mean(shut)))
    return shares


def test_floods_of_quetta_by_departure() -> None:
    """The table of the review of the methods, computed there from the integral."""
    row = network("mid-2026").by_id("hazards")["quetta-flood"]
    exact = {
        "06-15": 0.009,
        "07-01": 0.039,
        "08-15": 0.102,
        "09-15": 0.107,
        "10-01": 0.082,
        "11-01": 0.034,
        "12-15": 0.011,
    }
    days = [dt.date.fromisoformat(f"2026-{day}") for day in exact]
    shares = [shut_share(row, day) for day in days]
    assert shares == pytest.approx(list(exact.values()), abs=0.004)
    assert shares == pytest.approx(drawn_shut_shares(row, days, 40_000), abs=0.003)


def test_the_share_settles_at_that_of_a_queue_with_a_server_for_each_closure() -> None:
    share = 1 - math.exp(-2 / 365.25 * 10 * math.exp(0.5))
    assert shut_share(hazard(duration_sigma=1.0), JUNE) == pytest.approx(share)
    steady = hazard(distribution="exponential", duration_sigma=1.2825)
    assert shut_share(steady, JUNE) == pytest.approx(1 - math.exp(-2 / 365.25 * 10 / math.log(2)))


def test_what_began_in_season_outlasts_it() -> None:
    winter = hazard(season_from="11-01", season_to="03-31", duration_median_d=60.0)
    april = shut_share(winter, dt.date(2026, 4, 1))
    assert 0.2 < april < shut_share(winter, dt.date(2026, 3, 1))
    assert shut_share(winter, dt.date(2026, 11, 1)) < shut_share(winter, dt.date(2026, 12, 1))
    assert ahead_share(closure_law(winter), dt.date(2026, 4, 1)) == 0


def test_closures_that_never_end_are_certain() -> None:
    endless = hazard(distribution="pareto", duration_sigma=60.0)
    assert shut_share(endless, JUNE) == 1
    assert 0 < ahead_share(closure_law(endless), JUNE) < 0.2
    assert (
        shut_share(hazard(distribution="pareto", duration_sigma=60.0, events_per_year=0.0), JUNE)
        == 0
    )


@pytest.mark.parametrize(
    ("family", "sigma"),
    [
        ("lognormal", 1.9),
        ("lognormal", 0.0),
        ("weibull", 0.7),
        ("weibull", 2.0),
        ("exponential", 1.2825),
        ("pareto", 1.9),
        ("pareto", 60.0),
    ],
)
def test_days_shut_are_the_integral_of_the_survival(family: str, sigma: float) -> None:
    days = np.linspace(0, 90, 90_001)
    if sigma:
        lasts = durations.survival(family, 8.0, sigma, days)
    else:
        lasts = (days < 8.0).astype(float)
    integral = np.concatenate([[0.0], np.cumsum((lasts[1:] + lasts[:-1]) / 2) * 0.001])
    some = [0, 100, 7000, 30_000, 90_000]
    shut_d = durations.shut_d(family, 8.0, sigma, days[some])
    assert shut_d == pytest.approx(integral[some], abs=2e-3)


def test_closures_on_are_those_that_began_since() -> None:
    row = hazard(duration_sigma=1.0, season_from="07-01", season_to="09-30")
    law = closure_law(row)
    first = second("2026-06-20") / DAY_S
    day: Floats = first + np.arange(0, 200, 10.0)
    expected = closures_on(law, np.full_like(day, first), day)
    step = 0.01
    for at, share in zip(day, expected, strict=True):
        begin = np.arange(first + step / 2, at, step)
        season = (begin >= second("2026-07-01") / DAY_S) & (begin < second("2026-10-01") / DAY_S)
        lasts = durations.survival("lognormal", 10.0, 1.0, at - begin)
        assert share == pytest.approx(
            2 / (365.25 * 92 / 365) * (season * lasts).sum() * step, abs=1e-4
        )
