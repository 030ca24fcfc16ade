"""Closure chances: how likely the closures of a hazard shut its links, and when.

Closures begin at random, r(u) of them on day u, and one that began at u is still on at t with the
chance S(t - u). Those on at t that began between a and t are Poisson with the mean

    N(a, t) = integral from a to t of r(u) S(t - u) du,

so at least one is on with the chance 1 - exp(-N). This is the busy share of the M/G/infinity queue,
not only once it has settled: outside a season r is 0, and what began in it may still be on. Source:
Takacs (1962), Introduction to the theory of queues, chapter 3.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from corridor.kernels import Floats, Ints
from corridor.network import durations
from corridor.network.calendar import second
from corridor.network.graph import Row, number_values
from corridor.network.windows import season_spans
from corridor.units import CALENDAR_YEAR_DAYS, DAY_S, MEAN_YEAR_DAYS

AHEAD_DAYS = 30  # for which the chance of a hazard is a mean
MEMORY_DAYS = 20 * CALENDAR_YEAR_DAYS  # in which seasons are told apart; before, rates are means
NOON = 0.5  # of a day
COMMON_YEAR = (second("2023-01-01"), second("2024-01-01"))


class ClosureLaw(NamedTuple):
    """How closures of a hazard begin and last.

    per_day: how many begin on a day of its season. family, median_d, sigma: of their length, see
    :mod:`corridor.network.durations`. season_from, season_to: null all year. season_d: its days.
    """

    per_day: float
    family: str
    median_d: float
    sigma: float
    season_from: str | None
    season_to: str | None
    season_d: float

    def mean_closures(self) -> float | None:
        """Return how many closures are on at a time, mean over years; null where none ever ends."""
        mean_d = durations.mean_d(self.family, self.median_d, self.sigma)
        return None if mean_d is None else self.mean_per_day() * mean_d

    def mean_per_day(self) -> float:
        """Return how many closures begin on a day, mean over the year."""
        return self.per_day * self.season_d / CALENDAR_YEAR_DAYS

    def shut_d(self, days: Floats) -> Floats:
        """Return how many of the first days after it begins a closure is expected to be on."""
        return durations.shut_d(self.family, self.median_d, self.sigma, days)


def closure_law(hazard: Row) -> ClosureLaw:
    """Return how closures of a row of ``hazards`` begin and last."""
    season = (hazard["season_from"], hazard["season_to"])
    season_d = sum(end - start for start, end in season_spans(*season, *COMMON_YEAR)) / DAY_S
    per_day = hazard["events_per_year"] / (MEAN_YEAR_DAYS * season_d / CALENDAR_YEAR_DAYS)
    return ClosureLaw(
        per_day=per_day,
        family=hazard.get("distribution") or durations.DEFAULT,
        median_d=hazard["duration_median_d"],
        sigma=hazard["duration_sigma"],
        season_from=season[0],
        season_to=season[1],
        season_d=season_d,
    )


def closures_on(law: ClosureLaw, since_d: Floats, at_d: Floats) -> Floats:
    """Return how many closures are expected to be on that began since another time.

    Parameters
    ----------
    law
        How closures begin and last.
    since_d, at_d
        Days since 1970 [times]; nothing begins where since is not before at.
    """
    return closures_on_each([law], np.zeros(len(at_d), np.int64), since_d, at_d)


def closures_on_each(
    laws: Sequence[ClosureLaw], number: Ints, since_d: Floats, at_d: Floats
) -> Floats:
    """Return how many closures are expected to be on that began since another time [times].

    number: of the law of each time; else as in :func:`closures_on`. Laws of one family and spread
    are computed together.
    """
    season, season_d = _seasons_of_times(laws, number, since_d, at_d)
    law = number[season]
    first = np.maximum(since_d[season], season_d[0])
    last = np.minimum(at_d[season], season_d[1])
    days = at_d[season] - np.stack([first, last])

    median_d = np.array([each.median_d for each in laws])[law]
    per_day = np.array([each.per_day for each in laws])[law]
    spreads, spread_of_law = number_values((each.family, each.sigma) for each in laws)
    left = np.zeros(len(season))
    for spread, (family, sigma) in enumerate(spreads):
        at = np.flatnonzero(spread_of_law[law] == spread)
        if len(at):
            on, over = durations.shut_d(family, median_d[at], sigma, days[:, at])
            left[at] = on - over

    expected = np.zeros(len(at_d))
    np.add.at(expected, season, np.where(first < last, per_day * left, 0.0))
    return expected


def _seasons_of_times(
    laws: Sequence[ClosureLaw], number: Ints, since_d: Floats, at_d: Floats
) -> tuple[Ints, Floats]:
    """Return the seasons of the law of each time that may meet it, and which time each is of.

    Times int64 [seasons], seasons in days since 1970 [2, seasons].
    """
    is_seasonal = np.array([None not in (law.season_from, law.season_to) for law in laws], bool)
    all_year = np.flatnonzero(~is_seasonal[number])
    times = [all_year]
    seasons_d = [np.repeat([[-math.inf], [math.inf]], len(all_year), axis=1)]
    seasonal = number[is_seasonal[number]]
    for law in np.flatnonzero(np.bincount(seasonal)).tolist():  # np.unique would load numpy.ma
        at = np.flatnonzero(number == law)
        for season_d in _seasons(laws[law], float(since_d[at].min()), float(at_d[at].max())):
            times.append(at)
            seasons_d.append(np.repeat(np.array([season_d]).T, len(at), axis=1))
    return np.concatenate(times), np.concatenate(seasons_d, axis=1)


def shut_share(hazard: Row, on: dt.date) -> float:
    """Return the chance that a hazard shuts its links, mean over the 30 days from a day on.

    Nothing is known of what is shut on the day: closures of all years before may still be on. A
    duration without a mean (a pareto of the heaviest tail) shuts its links without end.
    """
    law = closure_law(hazard)
    mean_closures = law.mean_closures()
    if not law.per_day:
        return 0.0
    if mean_closures is None:
        return 1.0

    at_d = _noons(on)
    recent = closures_on(law, at_d - MEMORY_DAYS, at_d)
    recent_mean = law.mean_per_day() * float(law.shut_d(np.array(float(MEMORY_DAYS))))
    on_at = recent + max(mean_closures - recent_mean, 0.0)
    return float(0.0 - np.expm1(-on_at).mean())


def ahead_share(law: ClosureLaw, on: dt.date) -> float:
    """Return the chance that a hazard of a law, open on a day, shuts its links later.

    The mean over the 30 days from then on: only closures that begin from the day on count.
    """
    return float(ahead_shares([law], on)[0])


def ahead_shares(laws: Sequence[ClosureLaw], on: dt.date) -> Floats:
    """Return :func:`ahead_share` of several laws [laws], computed together."""
    at_d = _noons(on)
    since_d = np.full(len(laws) * AHEAD_DAYS, at_d[0] - NOON)
    number = np.repeat(np.arange(len(laws)), AHEAD_DAYS)
    expected = closures_on_each(laws, number, since_d, np.tile(at_d, len(laws)))

    shares: Floats = 0.0 - np.expm1(-expected).reshape(len(laws), AHEAD_DAYS).mean(axis=1)
    return shares


def _noons(on: dt.date) -> Floats:
    """Return the noons of the 30 days from a day on, in days since 1970."""
    first_d = second(on) / DAY_S
    return first_d + NOON + np.arange(AHEAD_DAYS, dtype=np.float64)


def _seasons(law: ClosureLaw, from_d: float, to_d: float) -> list[tuple[float, float]]:
    """Return the seasons that meet a time, in days since 1970, not cut to it."""
    if law.season_from is None or law.season_to is None:
        return [(-math.inf, math.inf)]

    year = CALENDAR_YEAR_DAYS + 1  # beyond either end, so that no season is cut
    from_s = math.floor(from_d - year) * DAY_S
    to_s = math.ceil(to_d + year) * DAY_S
    spans = season_spans(law.season_from, law.season_to, from_s, to_s)
    in_days = [(start / DAY_S, end / DAY_S) for start, end in spans]
    return [(start_d, end_d) for start_d, end_d in in_days if start_d < to_d and from_d < end_d]
