"""Durations: how long a closure lasts, in four families, each with a median and a spread.

``sigma`` is the standard deviation of the logarithm of the length in every family, so that families
compare:

    lognormal    any sigma above 0
    weibull      shape pi / (sqrt(6) sigma); sigma above 1.2825 means a heavier tail than the
                 exponential
    exponential  sigma is pi / sqrt(6) = 1.2825, whatever is given
    pareto       second kind (Lomax), tail index 1 / xi; sigma is above 1.2825 and xi -> 0 is the
                 exponential

Source: Johnson, Kotz and Balakrishnan (1994), Continuous univariate distributions 1, chapters 14
(lognormal), 19 (exponential), 20 (Pareto), 21 (Weibull: its logarithm is Gumbel with variance pi^2
/ 6 shape^2). A Lomax length is a ratio of two gamma variates, so the variance of its logarithm is
trigamma(1) + trigamma(1 / xi).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from corridor.errors import CallError, UnknownName
from corridor.kernels import Floats
from corridor.language.speech import marked

# Translators: names of probability distributions.
FAMILIES = (marked("exponential"), marked("lognormal"), marked("weibull"), marked("pareto"))
DEFAULT = "lognormal"
EXPONENTIAL_SIGMA = math.pi / math.sqrt(6)
MAX_XI = 50.0
LN2 = math.log(2)


def sigma_of_xi(xi: float) -> float:
    """Return the spread of the logarithm of a Pareto (Lomax) length with tail index 1 / xi.

    xi of 0 is the exponential.
    """
    from scipy.special import polygamma

    return math.sqrt(EXPONENTIAL_SIGMA**2 + (float(polygamma(1, 1 / xi)) if xi > 0 else 0.0))


def xi_of_sigma(sigma: float) -> float:
    """Return the xi whose Pareto (Lomax) length has this spread of its logarithm.

    Raises CallError below the exponential's spread.
    """
    from scipy.optimize import brentq

    if sigma < EXPONENTIAL_SIGMA - 1e-9:
        raise CallError(
            f"A pareto duration has a sigma of at least {EXPONENTIAL_SIGMA:.4f}, not {sigma:g}. "
            "Take weibull or lognormal for a narrower spread."
        )
    if sigma <= sigma_of_xi(1e-9):
        return 0.0
    if sigma >= sigma_of_xi(MAX_XI):
        return MAX_XI
    return float(brentq(lambda x: sigma_of_xi(x) - sigma, 1e-9, MAX_XI, xtol=1e-12))


def survival(family: str, median_d: float, sigma: float, days: ArrayLike) -> Floats:
    """Return the chance that a closure lasts longer than some days."""
    from scipy.special import ndtr

    x = np.asarray(days, np.float64) / median_d
    match _known(family):
        case "lognormal":
            with np.errstate(divide="ignore"):
                return np.asarray(ndtr(-np.log(x) / sigma), np.float64)
        case "weibull":
            return np.exp(-LN2 * x ** (EXPONENTIAL_SIGMA / sigma))
        case "pareto" if (xi := xi_of_sigma(sigma)) > 0:
            return np.exp(-np.log1p((2**xi - 1) * x) / xi)
    return np.exp(-LN2 * x)


def quantile(family: str, median_d: float, sigma: float, shares: ArrayLike) -> Floats:
    """Return the days that a share of closures does not outlast.

    With uniform shares these are draws of a duration.

    shares: at least 0, below 1. The inverse of 1 - survival.
    """
    from scipy.special import ndtri

    p = np.asarray(shares, np.float64)
    if np.any((p < 0) | (p >= 1)):
        raise CallError("shares lie from 0 to below 1: no closure is known to outlast every other")
    halvings = -np.log1p(-p) / LN2
    match _known(family):
        case "lognormal":
            return np.asarray(median_d * np.exp(sigma * ndtri(p)), np.float64)
        case "weibull":
            return median_d * halvings ** (sigma / EXPONENTIAL_SIGMA)
        case "pareto" if (xi := xi_of_sigma(sigma)) > 0:
            return median_d * np.expm1(xi * LN2 * halvings) / (2**xi - 1)
    return median_d * halvings


def mean_d(family: str, median_d: float, sigma: float) -> float | None:
    """Return the mean length in days; null where the tail is too heavy for one.

    That is a pareto with xi of 1 or more.
    """
    match _known(family):
        case "lognormal":
            return median_d * math.exp(sigma**2 / 2)
        case "weibull":
            shape = EXPONENTIAL_SIGMA / sigma
            return float(median_d * LN2 ** (-1 / shape) * math.gamma(1 + 1 / shape))
        case "pareto" if (xi := xi_of_sigma(sigma)) > 0:
            return median_d * xi / (2**xi - 1) / (1 - xi) if xi < 1 else None
    return median_d / LN2


def shut_d(family: str, median_d: float | Floats, sigma: float, days: ArrayLike) -> Floats:
    """Return how many of the first days after it begins a closure is expected to be still on.

    This is the integral of the survival from 0 to each of some days, their restricted mean; 0 where
    the days are below 0. median_d: one for all days, or one for each. Source: Johnson, Kotz and
    Balakrishnan (1994), partial expectations.
    """
    x = np.maximum(np.asarray(days, np.float64), 0.0)
    match _known(family):
        case "lognormal" if sigma == 0:
            return np.minimum(x, median_d)
        case "lognormal":
            with np.errstate(divide="ignore"):
                z = np.log(x / median_d) / sigma
            mean = median_d * math.exp(sigma**2 / 2)
            return x * _normal_share(-z) + mean * _normal_share(z - sigma)
        case "pareto" if (xi := xi_of_sigma(sigma)) > 0:
            return _pareto_shut_d(x / median_d, xi) * median_d
    return _weibull_shut_d(x, family, median_d, sigma)


def _weibull_shut_d(x: Floats, family: str, median_d: float | Floats, sigma: float) -> Floats:
    """Return the integral of the survival of a Weibull or exponential length."""
    from scipy.special import gamma, gammainc

    shape = EXPONENTIAL_SIGMA / sigma if family == "weibull" else 1.0
    hazard = LN2 * (x / median_d) ** shape
    ended = gamma(1 + 1 / shape) * gammainc(1 + 1 / shape, hazard) * median_d * LN2 ** (-1 / shape)
    return np.asarray(x * np.exp(-hazard) + ended, np.float64)


def _pareto_shut_d(x: Floats, xi: float) -> Floats:
    """Return the integral of the survival of a Pareto (Lomax) length in units of its median."""
    a = 2**xi - 1
    power = 1 - 1 / xi
    logarithm = np.log1p(a * x)
    if abs(power) < 1e-9:
        return np.asarray(logarithm / a, np.float64)
    return np.asarray(np.expm1(power * logarithm) / (a * power), np.float64)


def _normal_share(z: Floats) -> Floats:
    """Return the share of normal deviates below some, by the C library.

    SciPy's function says the same, but importing it takes longer than a whole search.
    Source: Abramowitz and Stegun (1964), Handbook of mathematical functions, 26.2.29.
    """
    twice = map(math.erfc, (-z.ravel() / math.sqrt(2)).tolist())
    return 0.5 * np.fromiter(twice, np.float64, z.size).reshape(z.shape)


def _known(family: str) -> str:
    if family not in FAMILIES:
        raise UnknownName("duration family", family, FAMILIES)
    return family
