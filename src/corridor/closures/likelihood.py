"""Likelihood: of lengths of closures, its best parameters and their intervals.

A closure that ended after x days counts with the density at x; one still going on after x days
counts with the chance of lasting longer than x (right-censoring). Source: Kalbfleisch and Prentice
(2002), The statistical analysis of failure time data, section 3.2.

The four families are written in (ln median, ln sigma), which mean the same in each of them, and
agree with ``scipy.stats`` to the last digits. They stand here because a fit asks for the likelihood
some eight hundred times, and the checks that ``scipy.stats`` makes at every call would take most of
its time (docs/decisions/010-closure-fits.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from corridor.errors import CallError, UnknownName
from corridor.kernels import Bools, Floats
from corridor.network import durations
from corridor.network.durations import EXPONENTIAL_SIGMA, FAMILIES, LN2, MAX_XI

Surface = Callable[[float, float], float]  # log-likelihood at (ln median, ln sigma or ln xi)
Range = tuple[float, float]
LEVEL = 0.95  # of all intervals
MIN_XI = 1e-6
MIN_SIGMA = 0.02
MAX_SIGMA = 20.0
MAX_POWER = 300.0  # of e; beyond, a hazard would overflow
HALF_LN_TAU = 0.5 * math.log(2 * math.pi)
LN_EXPONENTIAL_SIGMA = math.log(EXPONENTIAL_SIGMA)
SPAN = 12.0  # how far, in logarithms, the median is sought on either side of the exponential's
FIRST_STEP = 0.4  # in logarithms, from the best value towards the end of its interval
STARTS = (-0.7, 0.7)  # of ln sigma: on either side of the exponential
MEDIAN = 0  # the axes of a surface
SPREAD = 1


@dataclass(frozen=True, slots=True)
class DurationFit:
    """One family fitted to lengths of closures.

    median_d in days, sigma: see :mod:`corridor.network.durations`. (low, high): 95 % interval by
    profile likelihood, null on a side the data do not bound. mean_d: null where the fitted tail has
    none.
    """

    family: str
    parameters_count: int
    closures_count: int
    ended_count: int
    log_likelihood: float
    median_d: float
    median_d_low: float | None
    median_d_high: float | None
    sigma: float
    sigma_low: float | None
    sigma_high: float | None
    mean_d: float | None

    @property
    def aic(self) -> float:
        """Akaike's criterion; lower is better."""
        return 2 * self.parameters_count - 2 * self.log_likelihood

    @property
    def aicc(self) -> float | None:
        """Akaike's criterion corrected for few closures; null for too few to correct.

        Source: Hurvich and Tsai (1989), Biometrika 76, 297-307.
        """
        k = self.parameters_count
        n = self.closures_count
        if n <= k + 1:
            return None
        return self.aic + 2 * k * (k + 1) / (n - k - 1)

    @property
    def bic(self) -> float:
        """Schwarz's criterion; lower is better."""
        return self.parameters_count * math.log(self.closures_count) - 2 * self.log_likelihood


class LogLengths(NamedTuple):
    """Logarithms of lengths in days: ended [closures that ended], going [still going on]."""

    ended: Floats
    going: Floats
    ended_count: int
    ended_sum: float


class Box(NamedTuple):
    """Where the best parameters are sought: ranges of ln median and of ln sigma or ln xi.

    centre: ln median of the exponential fitted to the same lengths.
    """

    centre: float
    median: Range
    spread: Range


class Interval(NamedTuple):
    """Ends of an interval of a parameter; None on a side the data do not bound."""

    low: float | None
    high: float | None


class Point(NamedTuple):
    """A place on a surface: ln median and ln sigma, of a pareto ln xi."""

    median: float
    spread: float


def log_likelihood(family: str, days: Floats, ended: Bools) -> Surface:
    """Return the log-likelihood as a function of ln median and ln sigma, of a pareto ln xi.

    days: lengths [closures]. ended [closures]: false where a closure was still going on after them.
    """
    log_ended = np.log(days[ended])
    lengths = LogLengths(
        ended=log_ended,
        going=np.log(days[~ended]),
        ended_count=log_ended.size,
        ended_sum=float(log_ended.sum()),
    )

    formula = {
        "lognormal": _lognormal,
        "pareto": _pareto,
        "weibull": _weibull,
        "exponential": _exponential,
    }[family]
    return lambda median, spread: formula(lengths, median, spread)


def fit_durations(days: Floats, ended: Bools, family: str) -> DurationFit:
    """Return the family's best parameters for some lengths, with their intervals.

    Parameters
    ----------
    days
        Lengths of closures [closures], above 0.
    ended
        Whether each ended after them [closures]; false: still going on.
    family
        One of :data:`corridor.network.durations.FAMILIES`.

    Raises
    ------
    UnknownName
        For another family.
    CallError
        For a length that is not positive, no closure that ended, or too few to tell two parameters.
    """
    if family not in FAMILIES:
        raise UnknownName("duration family", family, FAMILIES)
    days = np.asarray(days, np.float64)
    ended = np.asarray(ended, np.bool_)
    _require_lengths(days, ended, family)

    surface = log_likelihood(family, days, ended)
    box = _box(family, days, ended)
    best = _best_point(family, surface, box)
    median_range, spread_range = _intervals(family, surface, box, best)

    median_d = math.exp(best.median)
    sigma = _sigma(family, best.spread)
    return DurationFit(
        family=family,
        parameters_count=1 if family == "exponential" else 2,
        closures_count=days.size,
        ended_count=int(ended.sum()),
        log_likelihood=surface(*best),
        median_d=median_d,
        median_d_low=_exp(median_range.low),
        median_d_high=_exp(median_range.high),
        sigma=sigma,
        sigma_low=_sigma_or_none(family, spread_range.low),
        sigma_high=_sigma_or_none(family, spread_range.high),
        mean_d=durations.mean_d(family, median_d, sigma),
    )


def _lognormal(lengths: LogLengths, median: float, spread: float) -> float:
    """Sum ln phi(z) / (sigma x) over those that ended, and ln Phi(-z) over the others."""
    from scipy.special import log_ndtr

    sigma = math.exp(spread)
    z = (lengths.ended - median) / sigma
    return (
        -0.5 * float(np.dot(z, z))
        - lengths.ended_count * (spread + HALF_LN_TAU)
        - lengths.ended_sum
        + float(log_ndtr((median - lengths.going) / sigma).sum())
    )


def _pareto(lengths: LogLengths, median: float, spread: float) -> float:
    """Sum ln -S' and ln S of S(x) = (1 + a x / median) ** (-1 / xi), where a = 2 ** xi - 1."""
    xi = math.exp(spread)
    a = 2**xi - 1
    ended = float(np.log1p(a * np.exp(lengths.ended - median)).sum())
    going = float(np.log1p(a * np.exp(lengths.going - median)).sum())
    return lengths.ended_count * (math.log(a / xi) - median) - (1 / xi + 1) * ended - going / xi


def _weibull(lengths: LogLengths, median: float, spread: float) -> float:
    """Sum ln -S' and ln S of S(x) = 2 ** -((x / median) ** shape)."""
    shape = EXPONENTIAL_SIGMA / math.exp(spread)

    # Capped: a point far from the data would overflow, and no optimum lies there.
    hazard = (
        np.exp(np.minimum(shape * (lengths.ended - median), MAX_POWER)).sum()
        + np.exp(np.minimum(shape * (lengths.going - median), MAX_POWER)).sum()
    )
    return (
        lengths.ended_count * math.log(LN2 * shape)
        + shape * (lengths.ended_sum - lengths.ended_count * median)
        - lengths.ended_sum
        - LN2 * float(hazard)
    )


def _exponential(lengths: LogLengths, median: float, spread: float) -> float:
    """The Weibull of shape 1, whatever spread is asked for."""
    return _weibull(lengths, median, LN_EXPONENTIAL_SIGMA)


def _require_lengths(days: Floats, ended: Bools, family: str) -> None:
    if days.size == 0 or days.shape != ended.shape or not np.all(days > 0):
        raise CallError("Every closure needs a length above 0 days and a word on whether it ended.")

    if family == "exponential":
        needed = "a closure"
        is_enough = bool(ended.any())
    else:
        needed = "two closures of unequal length"
        is_enough = np.unique(days[ended]).size >= 2
    if not is_enough:
        raise CallError(
            f"Fitting a {family} needs {needed} that ended. Collect more or keep an estimate."
        )


def _box(family: str, days: Floats, ended: Bools) -> Box:
    """Return where the parameters are sought: on either side of the exponential's median."""
    centre = math.log(float(days.sum()) / int(ended.sum()) * LN2)
    return Box(centre, (centre - SPAN, centre + SPAN), _spread_range(family))


def _spread_range(family: str) -> Range:
    """Return the range of ln sigma, of a pareto that of ln xi."""
    if family == "pareto":
        return math.log(MIN_XI), math.log(MAX_XI)
    if family == "exponential":
        return LN_EXPONENTIAL_SIGMA, LN_EXPONENTIAL_SIGMA
    return math.log(MIN_SIGMA), math.log(MAX_SIGMA)


def _best_point(family: str, surface: Surface, box: Box) -> Point:
    """Return the parameters with the largest likelihood."""
    if family == "exponential":
        return Point(box.centre, LN_EXPONENTIAL_SIGMA)

    # Two starts: a ridge may lead to the exponential.
    descents = [_descend(surface, box, (box.centre - 0.5, start)) for start in STARTS]
    return max(descents, key=lambda point: surface(*point))


def _descend(surface: Surface, box: Box, start: tuple[float, float]) -> Point:
    """Return the best point of a box that a search from a start comes to."""
    from scipy.optimize import minimize

    # No gradients: on so few figures a linear-algebra library spends longer waking its threads than
    # computing.
    descent = minimize(
        lambda at: -surface(float(at[0]), float(at[1])),
        start,
        method="Nelder-Mead",
        bounds=(box.median, box.spread),
        options={"xatol": 1e-7, "fatol": 1e-10, "maxiter": 2000},
    )
    median, spread = descent.x.tolist()
    return Point(median, spread)


def _intervals(family: str, surface: Surface, box: Box, best: Point) -> tuple[Interval, Interval]:
    """Return the intervals of both parameters: as far as the likelihood falls by little enough."""
    floor = surface(*best) - _half_quantile()
    median = _interval(_profile(surface, box, best, MEDIAN), best.median, box.median, floor)
    if family == "exponential":
        return median, Interval(None, None)

    spread = _interval(_profile(surface, box, best, SPREAD), best.spread, box.spread, floor)
    if family == "pareto" and spread.low is None:
        # The family ends at the exponential, which the data then allow.
        spread = Interval(box.spread[0], spread.high)
    return median, spread


def _interval(
    profile: Callable[[float], float], best: float, edges: Range, floor: float
) -> Interval:
    """Return where a profile falls to the floor on either side of its best value."""
    low, high = edges
    return Interval(
        _end_of_interval(profile, best, low, floor), _end_of_interval(profile, best, high, floor)
    )


def _profile(surface: Surface, box: Box, best: Point, axis: int) -> Callable[[float], float]:
    """Return the best log-likelihood as a function of one parameter, the other one free."""
    from scipy.optimize import minimize_scalar

    free_range = box.spread if axis == MEDIAN else box.median
    free_best = best.spread if axis == MEDIAN else best.median
    if free_range == (free_best, free_best):  # the family has only one parameter
        return lambda fixed: surface(fixed, free_best)

    def loss(free: float, fixed: float) -> float:
        return -surface(fixed, free) if axis == MEDIAN else -surface(free, fixed)

    def profile(fixed: float) -> float:
        best_free = minimize_scalar(
            loss, args=(fixed,), bounds=free_range, method="bounded", options={"xatol": 1e-4}
        )
        return -float(best_free.fun)

    return profile


def _end_of_interval(
    profile: Callable[[float], float], best: float, edge: float, floor: float
) -> float | None:
    """Return where a profile falls to the floor on the way to an edge; None: nowhere."""
    from scipy.optimize import brentq

    near = best
    step = FIRST_STEP
    while near != edge:
        far = max(near - step, edge) if edge < best else min(near + step, edge)
        if profile(far) < floor:
            return float(brentq(lambda x: profile(x) - floor, near, far, xtol=1e-4))
        near = far
        step = step * 2
    return None


def _half_quantile() -> float:
    """Half the chi-square quantile (one degree) that the likelihood may fall by in an interval."""
    from scipy.special import chdtri

    return float(chdtri(1, 1 - LEVEL)) / 2


def _sigma(family: str, spread: float) -> float:
    """Return the sigma of a spread, which of a pareto is ln xi."""
    if family == "pareto":
        return durations.sigma_of_xi(math.exp(spread))
    return math.exp(spread)


def _sigma_or_none(family: str, spread: float | None) -> float | None:
    return None if spread is None else _sigma(family, spread)


def _exp(logarithm: float | None) -> float | None:
    return None if logarithm is None else math.exp(logarithm)
