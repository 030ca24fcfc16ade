"""Closure draws: when closures begin in a simulated year and how long they last."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from corridor.kernels import Bools, Floats, Ints
from corridor.kernels.records import Closures, ClosureYears
from corridor.network import durations
from corridor.network.dice import dice_of
from corridor.network.windows import parse_monthday
from corridor.units import CALENDAR_YEAR_DAYS, MEAN_YEAR_DAYS

EPOCH = dt.date(1970, 1, 1)
MAX_DAYS = 1e8  # after which a closure that never ends is taken to end
NOON = 0.5  # of a day
DRAWS_AT_ONCE = 20  # closures of as many draws are drawn together
MAX_YEARS = 1024  # whose closures are remembered: the same years are simulated on several networks


class Season(NamedTuple):
    """First and last day of a season as numbers MMDD; 0, 0: all year."""

    first: int
    last: int


ALL_YEAR = Season(0, 0)


class HazardModel(NamedTuple):
    """How closures of one hazard are drawn.

    events_per_day: how many begin on a day of its season. family, median_d, sigma: of their length,
    see :mod:`corridor.network.durations`.
    """

    hazard_id: str
    events_per_day: float
    family: str
    median_d: float
    sigma: float
    season: Season


@dataclass(frozen=True)
class ClosureDraws:
    """What closures are drawn from; a draw has the same closures whoever draws it, in any order.

    first_on_day: the first simulated day, counted from 1970. days: how many are simulated.
    memory_days: closures that began so long before the first day still count. rng: seed.
    """

    hazards: tuple[HazardModel, ...]
    first_on_day: int
    days: int
    memory_days: int
    rng: int

    def closures(self, draw: int) -> Closures:
        """Return the closures of one draw that touch its days, in order of the first day shut.

        Days are counted from the first simulated one. A day is shut where its noon lies inside the
        closure, so that on average as many days are shut as the closure lasts.
        """
        block, place = divmod(draw, DRAWS_AT_ONCE)
        return _closures(self, block)[place]

    def closures_of(
        self, number: int, hazard: HazardModel, dice: Sequence[np.random.Generator]
    ) -> Floats:
        """Return the closures of one hazard by the dice of some draws, in the order drawn.

        float64 [4, closures]: which of the dice, the hazard's number, first day, first day open
        again.
        """
        draw, begin, length = self._begins_and_lengths(hazard, dice)
        first_day = np.ceil(begin - NOON)
        end_day = np.ceil(np.minimum(begin + length, MAX_DAYS) - NOON)

        touches = (end_day > 0) & (first_day < self.days) & (end_day > first_day)
        closures = np.stack([draw, np.full(len(draw), float(number)), first_day, end_day])
        return closures[:, touches]

    def _begins_and_lengths(
        self, hazard: HazardModel, dice: Sequence[np.random.Generator]
    ) -> tuple[Floats, Floats, Floats]:
        """Return the draw of closures of a hazard, when each begins and how long, in days."""
        span_d = self.memory_days + self.days
        counts = [of_draw.poisson(hazard.events_per_day * span_d) for of_draw in dice]
        shares = np.concatenate(
            [of_draw.random((2, count)) for of_draw, count in zip(dice, counts, strict=True)],
            axis=1,
        )
        draw = np.repeat(np.arange(len(dice), dtype=float), counts)
        begin = shares[0] * span_d - self.memory_days
        length = durations.quantile(hazard.family, hazard.median_d, hazard.sigma, shares[1])

        is_in_season = _in_season(self.first_on_day + np.floor(begin), hazard.season)
        return draw[is_in_season], begin[is_in_season], length[is_in_season]


@lru_cache(maxsize=MAX_YEARS // DRAWS_AT_ONCE)
def _closures(draws: ClosureDraws, block: int) -> list[Closures]:
    """Return the closures of every draw of a block, each in order of the first day shut.

    The dice of a hazard are its own, by its name: it keeps its closures whatever others there are.
    """
    first = block * DRAWS_AT_ONCE
    names = [zlib.crc32(hazard.hazard_id.encode()) for hazard in draws.hazards]
    of_hazard = [(draw, name) for name in names for draw in range(first, first + DRAWS_AT_ONCE)]
    dice = dice_of(draws.rng, of_hazard)
    drawn = [
        draws.closures_of(number, hazard, dice[number * DRAWS_AT_ONCE :][:DRAWS_AT_ONCE])
        for number, hazard in enumerate(draws.hazards)
    ]

    columns = np.concatenate([np.zeros((4, 0)), *drawn], axis=1).astype(np.int64)
    draw, hazard, first_day, end_day = columns
    in_order = columns[:, np.lexsort((end_day, hazard, first_day, draw))]
    ends = np.searchsorted(in_order[0], np.arange(1, DRAWS_AT_ONCE))
    return [
        Closures(*np.ascontiguousarray(of_draw[1:])) for of_draw in np.split(in_order, ends, axis=1)
    ]


def read_hazards(hazards: pl.DataFrame) -> tuple[HazardModel, ...]:
    """Return how the closures of rows of ``hazards`` are drawn."""
    return tuple(_read_hazard(row) for row in hazards.iter_rows(named=True))


def hazards_at_work(closures: Closures, days: int) -> Ints:
    """Return the bits of the hazards that shut something on each day int64 [days]."""
    active = np.zeros(days, np.int64)
    for hazard, first_day, end_day in zip(*closures, strict=True):
        active[max(first_day, 0) : max(end_day, 0)] |= np.int64(1) << hazard
    return active


def closure_years(closures: Sequence[Closures], days: int) -> ClosureYears:
    """Return the closures of some years of so many days, end to end."""
    counts = [len(of_year.hazard) for of_year in closures]
    return ClosureYears(
        closures=Closures(*map(np.concatenate, zip(*closures, strict=True))),
        ptr=np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]),
        active=np.stack([hazards_at_work(of_year, days) for of_year in closures]),
    )


def epoch_day(day: dt.date) -> int:
    """Return a day as a number, counted from 1970."""
    return (day - EPOCH).days


def _read_hazard(row: Mapping[str, Any]) -> HazardModel:
    season = _read_season(row["season_from"], row["season_to"])
    # A year's closures all begin in the season, so a day of it has more than its share of them.
    season_share = _in_season(_days_of_common_year(), season).mean()

    return HazardModel(
        hazard_id=row["hazard_id"],
        events_per_day=float(row["events_per_year"] / MEAN_YEAR_DAYS / season_share),
        family=row.get("distribution") or durations.DEFAULT,
        median_d=float(row["duration_median_d"]),
        sigma=float(row["duration_sigma"]),
        season=season,
    )


def _read_season(season_from: str | None, season_to: str | None) -> Season:
    if not season_from or not season_to:
        return ALL_YEAR
    return Season(_month_and_day(season_from), _month_and_day(season_to))


def _month_and_day(text: str) -> int:
    month, day = parse_monthday(text)
    return 100 * month + day


def _days_of_common_year() -> Floats:
    first = epoch_day(dt.date(2023, 1, 1))
    return np.arange(first, first + CALENDAR_YEAR_DAYS, dtype=float)


def _in_season(days: Floats, season: Season) -> Bools:
    """Tell which days, counted from 1970, lie in a season [days]."""
    if season == ALL_YEAR:
        return np.ones(len(days), bool)

    month_and_day = _months_and_days(days)
    is_after_first: Bools = month_and_day >= season.first
    is_before_last: Bools = month_and_day <= season.last
    runs_over_new_year = season.first > season.last
    return (
        is_after_first | is_before_last if runs_over_new_year else is_after_first & is_before_last
    )


def _months_and_days(days: Floats) -> Ints:
    """Return days, counted from 1970, as numbers MMDD [days]."""
    date = days.astype(np.int64).astype("datetime64[D]")
    month_start = date.astype("datetime64[M]")
    month = month_start.astype(np.int64) % 12 + 1
    day = (date - month_start).astype(np.int64) + 1
    months_and_days: Ints = 100 * month + day
    return months_and_days
