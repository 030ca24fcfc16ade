"""Likelihood of closure lengths, some of them still going on when last seen, and its best
parameters with their intervals.

A closure that ended after x days counts with the density at x; one still going on after x days
counts with the chance of lasting longer than x (right-censoring). Source: Kalbfleisch and Prentice
(2002), The statistical analysis of failure time data, section 3.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corridor.errors import CallError, UnknownName
from corridor.network import durations
from corridor.network.durations import EXPONENTIAL_SIGMA, FAMILIES, LN2, MOST_XI, Floats

Bools = NDArray[np.bool_]
Surface = Callable[[float, float], float]
Bounds = tuple[tuple[float, float], tuple[float, float]]
LEVEL = 0.95
LEAST_XI = 1e-6
LEAST_SIGMA = 0.02
MOST_SIGMA = 20.0
MOST_POWER = 300.0
HALF_LN_TAU = 0.5 * math.log(2 * math.pi)
LN_EXPONENTIAL_SIGMA = math.log(EXPONENTIAL_SIGMA)
SPAN = 12.0  # how far, in logarithms, an interval is looked for on either side of a median


@dataclass(frozen=True, slots=True)
class DurationFit:
    """One family fitted to lengths of closures.

    median_d in days, sigma: see corridor.durations. (low, high): 95 % interval by profile
    likelihood, null on a side the data do not bound. mean_d: null where the fitted tail has none.
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
        """Akaike's criterion corrected for few closures (Hurvich and Tsai 1989); null for too few
        to correct."""
        k = self.parameters_count
        n = self.closures_count
        return self.aic + 2 * k * (k + 1) / (n - k - 1) if n > k + 1 else None

    @property
    def bic(self) -> float:
        """Schwarz's criterion; lower is better."""
        return self.parameters_count * math.log(self.closures_count) - 2 * self.log_likelihood


def log_likelihood(family: str, days: Floats, ended: Bools) -> Callable[[float, float], float]:
    """Return the logarithm of the likelihood as a function of (ln median, ln sigma), for a pareto
    (ln median, ln xi)."""
    from scipy.special import log_ndtr

    ends = np.log(days[ended])
    lasts = np.log(days[~ended])
    count = ends.size
    total = float(ends.sum())

    def lognormal(median: float, spread: float) -> float:
        sigma = math.exp(spread)
        z = (ends - median) / sigma
        return (
            -0.5 * float(np.dot(z, z))
            - count * (spread + HALF_LN_TAU)
            - total
            + float(log_ndtr((median - lasts) / sigma).sum())
        )

    def pareto(median: float, spread: float) -> float:
        xi = math.exp(spread)
        a = 2**xi - 1
        return (
            count * (math.log(a / xi) - median)
            - (1 / xi + 1) * float(np.log1p(a * np.exp(ends - median)).sum())
            - float(np.log1p(a * np.exp(lasts - median)).sum()) / xi
        )

    def weibull(median: float, spread: float) -> float:
        shape = EXPONENTIAL_SIGMA / math.exp(spread)
        # Capped: a point far from the data would overflow, and no optimum lies there.
        hazard = (
            np.exp(np.minimum(shape * (ends - median), MOST_POWER)).sum()
            + np.exp(np.minimum(shape * (lasts - median), MOST_POWER)).sum()
        )
        return (
            count * math.log(LN2 * shape)
            + shape * (total - count * median)
            - total
            - LN2 * float(hazard)
        )

    def exponential(median: float, spread: float) -> float:
        return weibull(median, LN_EXPONENTIAL_SIGMA)

    return {
        "lognormal": lognormal,
        "pareto": pareto,
        "weibull": weibull,
        "exponential": exponential,
    }[family]


def fit_durations(days: Floats, ended: Bools, family: str) -> DurationFit:
    """Return the family's best parameters for lengths in days, ended or still going on after them.

    Raises CallError for a length that is not positive, no closure that ended, or too few to tell
    two parameters.
    """
    if family not in FAMILIES:
        raise UnknownName("duration family", family, FAMILIES)
    days = np.asarray(days, np.float64)
    ended = np.asarray(ended, np.bool_)
    if days.size == 0 or days.shape != ended.shape or not np.all(days > 0):
        raise CallError("Every closure needs a length above 0 days and a word on whether it ended.")
    if not ended.any() or family != "exponential" and np.unique(days[ended]).size < 2:
        needed = "a closure" if family == "exponential" else "two closures of unequal length"
        raise CallError(
            f"Fitting a {family} needs {needed} that ended. Collect more or keep an estimate."
        )
    centre = math.log(float(days.sum()) / int(ended.sum()) * LN2)  # the exponential's median
    low, high = {
        "pareto": (math.log(LEAST_XI), math.log(MOST_XI)),
        "exponential": (LN_EXPONENTIAL_SIGMA,) * 2,
    }.get(family, (math.log(LEAST_SIGMA), math.log(MOST_SIGMA)))
    bounds = ((centre - SPAN, centre + SPAN), (low, high))

    value = log_likelihood(family, days, ended)
    if family == "exponential":
        best = (centre, LN_EXPONENTIAL_SIGMA)
    else:
        best = _climb(value, bounds, centre)
    top = value(*best)
    free = 1 if family == "exponential" else 2
    floor = top - _half_quantile()
    edges = [_interval(value, bounds, best, axis, floor) for axis in range(free)]
    (m_low, m_high) = edges[0]
    (s_low, s_high) = edges[1] if free == 2 else (None, None)
    if family == "pareto" and s_low is None:
        s_low = low  # the family ends at the exponential, which the data then allow
    median = math.exp(best[0])
    sigma = _sigma(family, best[1])
    return DurationFit(
        family,
        free,
        days.size,
        int(ended.sum()),
        top,
        median,
        None if m_low is None else math.exp(m_low),
        None if m_high is None else math.exp(m_high),
        sigma,
        None if s_low is None else _sigma(family, s_low),
        None if s_high is None else _sigma(family, s_high),
        durations.mean_d(family, median, sigma),
    )


def _climb(value: Surface, bounds: Bounds, centre: float) -> tuple[float, float]:
    """The best point inside the bounds, from two starts: the surface may have a ridge towards the
    exponential."""
    from scipy.optimize import minimize

    # No gradients: on so few figures a linear-algebra library spends longer waking its threads than
    # computing.
    runs = [
        minimize(
            lambda at: -value(float(at[0]), float(at[1])),
            (centre - 0.5, start),
            method="Nelder-Mead",
            bounds=bounds,
            options={"xatol": 1e-7, "fatol": 1e-10, "maxiter": 2000},
        )
        for start in (-0.7, 0.7)
    ]
    best = min(runs, key=lambda run: float(run.fun))
    return float(best.x[0]), float(best.x[1])


def _interval(
    value: Surface, bounds: Bounds, best: tuple[float, float], axis: int, floor: float
) -> tuple[float | None, float | None]:
    """Where the best likelihood for a fixed value of one parameter falls to the floor, on either
    side; None: nowhere."""
    from scipy.optimize import brentq, minimize_scalar

    def profile(fixed: float) -> float:
        if bounds[1 - axis] == (best[1 - axis],) * 2:
            return value(fixed, best[1])
        other = minimize_scalar(
            (lambda x: -value(fixed, x)) if axis == 0 else (lambda x: -value(x, fixed)),
            bounds=bounds[1 - axis],
            method="bounded",
            options={"xatol": 1e-4},
        )
        return -float(other.fun)

    ends: list[float | None] = []
    for side, edge in zip((-1.0, 1.0), bounds[axis], strict=True):
        near = best[axis]
        step = 0.4
        end = None
        while near != edge:
            far = max(near - step, edge) if side < 0 else min(near + step, edge)
            if profile(far) < floor:
                end = float(brentq(lambda x: profile(x) - floor, near, far, xtol=1e-4))
                break
            near = far
            step = step * 2
        ends.append(end)
    return ends[0], ends[1]


def _half_quantile() -> float:
    """Half the chi-square quantile (one degree) that the likelihood may fall by inside the
    interval."""
    from scipy.special import chdtri

    return float(chdtri(1, 1 - LEVEL)) / 2


def _sigma(family: str, at: float) -> float:
    return durations.sigma_of_xi(math.exp(at)) if family == "pareto" else math.exp(at)
