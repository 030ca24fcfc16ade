"""Likelihood: best parameters and intervals against known ones, published fits and SciPy."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closure_cases import TRUE_SIGMA
from corridor.closures.likelihood import fit_durations, log_likelihood
from corridor.errors import CallError
from corridor.network import durations
from corridor.network.durations import EXPONENTIAL_SIGMA, FAMILIES, LN2

CASES = Path(__file__).parents[1] / "cases" / "closure-lifetimes"
TRUE_MEDIAN = 10


def lifetimes(name: str) -> tuple[Any, Any]:
    frame = pl.read_csv(CASES / name)
    return frame["days"].cast(pl.Float64).to_numpy(), frame["ended"].to_numpy() == 1


def censored(family: str, rng: np.random.Generator, count: int = 40) -> tuple[Any, Any]:
    """Return lengths of which about one in six were still going on when last seen."""
    sigma = TRUE_SIGMA[family]
    lengths = durations.quantile(family, TRUE_MEDIAN, sigma, rng.random(count))
    longest = float(durations.quantile(family, TRUE_MEDIAN, sigma, 0.9))

    watched = np.where(rng.random(count) < 0.5, np.inf, rng.uniform(0, longest, count))
    return np.minimum(lengths, watched), lengths <= watched


def scipy_distribution(family: str, ln_median: float, spread: float) -> Any:
    """Return a family as SciPy has it; spread: ln sigma, of a pareto ln xi."""
    from scipy import stats

    median = math.exp(ln_median)
    sigma = math.exp(spread)
    shape = EXPONENTIAL_SIGMA / sigma
    return {
        "lognormal": lambda: stats.lognorm(sigma, scale=median),
        "weibull": lambda: stats.weibull_min(shape, scale=median * LN2 ** (-1 / shape)),
        "exponential": lambda: stats.expon(scale=median / LN2),
        "pareto": lambda: stats.lomax(1 / sigma, scale=median / (2**sigma - 1)),
    }[family]()


@pytest.mark.parametrize("family", FAMILIES)
def test_the_likelihood_is_that_of_scipy(family: str) -> None:
    days, ended = censored(family, np.random.default_rng(5))
    surface = log_likelihood(family, days, ended)
    for ln_median in (0.5, 2.3, 4.0):
        for spread in (-1.0, 0.0, 0.8):
            theirs = scipy_distribution(family, ln_median, spread)
            expected = theirs.logpdf(days[ended]).sum() + theirs.logsf(days[~ended]).sum()
            assert surface(ln_median, spread) == pytest.approx(expected, rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_intervals_cover_known_parameters(family: str) -> None:
    rng = np.random.default_rng(7)
    sigma = TRUE_SIGMA[family]
    trials = 200
    covered = {"median": 0, "sigma": 0}
    for _ in range(trials):
        fit = fit_durations(*censored(family, rng), family)
        covered["median"] += (
            (fit.median_d_low or 0) <= TRUE_MEDIAN <= (fit.median_d_high or math.inf)
        )
        covered["sigma"] += (fit.sigma_low or 0) <= sigma <= (fit.sigma_high or math.inf)

    assert 0.90 <= covered["median"] / trials <= 0.98, covered
    if family != "exponential":
        assert 0.90 <= covered["sigma"] / trials <= 0.98, covered


@pytest.mark.parametrize("family", ["lognormal", "weibull", "pareto"])
def test_scipy_finds_no_better_parameters(family: str) -> None:
    from scipy import stats

    days, ended = censored(family, np.random.default_rng(3))
    distribution = {
        "lognormal": stats.lognorm,
        "weibull": stats.weibull_min,
        "pareto": stats.lomax,
    }[family]
    data = stats.CensoredData.right_censored(days, ~ended)
    shape, _, scale = distribution.fit(data, floc=0)
    theirs = (
        distribution.logpdf(days[ended], shape, 0, scale).sum()
        + distribution.logsf(days[~ended], shape, 0, scale).sum()
    )

    fit = fit_durations(days, ended, family)

    assert fit.log_likelihood == pytest.approx(theirs, abs=1e-4)
    assert fit.median_d == pytest.approx(distribution.median(shape, 0, scale), rel=2e-3)


def test_locomotive_controls_have_the_published_lognormal() -> None:
    fit = fit_durations(*lifetimes("locomotives.csv"), "lognormal")
    assert (fit.closures_count, fit.ended_count) == (96, 37)
    assert math.log(fit.median_d) == pytest.approx(5.1169, abs=5e-4)
    assert fit.sigma == pytest.approx(0.7055, abs=5e-3)


def test_generator_fans_have_the_published_weibull() -> None:
    fit = fit_durations(*lifetimes("fans.csv"), "weibull")
    shape = EXPONENTIAL_SIGMA / fit.sigma
    assert (fit.closures_count, fit.ended_count) == (70, 12)
    assert shape == pytest.approx(1.0584, abs=1e-4)
    assert fit.median_d / math.log(2) ** (1 / shape) == pytest.approx(26.2968, abs=1e-3)


def test_the_exponential_is_total_time_over_ends() -> None:
    days = np.array([1, 2.5, 3, 6, 7.5, 10, 12, 12, 14.5, 15, 16, 16, 20, 20, 21, 22])
    ended = np.arange(16) < 10
    surface = log_likelihood("exponential", days, ended)

    fit = fit_durations(days, ended, "exponential")

    assert fit.mean_d == pytest.approx(19.85)
    assert fit.median_d_low is not None
    assert fit.median_d_high is not None
    # Both ends lie equally far down the likelihood, 1.92 below its top.
    for end in (fit.median_d_low, fit.median_d_high):
        drop = fit.log_likelihood - surface(math.log(end), 0.0)
        assert drop == pytest.approx(1.9207, abs=1e-3)


def test_a_pareto_without_a_tail_is_the_exponential() -> None:
    days = durations.quantile("weibull", 10, 0.8, (np.arange(30) + 0.5) / 30)
    ended = np.full(30, True)

    pareto = fit_durations(days, ended, "pareto")
    exponential = fit_durations(days, ended, "exponential")

    assert pareto.log_likelihood == pytest.approx(exponential.log_likelihood, abs=1e-3)
    assert pareto.sigma_low == pytest.approx(EXPONENTIAL_SIGMA, abs=1e-4)


@pytest.mark.parametrize(
    "days, ended",
    [
        ([5.0, 6.0, 7.0], [False, False, False]),
        ([5.0, 5.0], [True, True]),
        ([5.0, 0.0], [True, True]),
        ([], []),
    ],
)
def test_too_little_to_fit_is_refused(days: list[float], ended: list[bool]) -> None:
    with pytest.raises(CallError):
        fit_durations(np.array(days), np.array(ended, bool), "lognormal")


lengths = st.lists(st.tuples(st.floats(0.5, 300), st.booleans()), min_size=4, max_size=12).filter(
    lambda pairs: len({round(days, 3) for days, ended in pairs if ended}) >= 3
)


@given(lengths, st.floats(1, 800), st.sampled_from(FAMILIES))
def test_a_closure_still_going_on_never_shortens_the_tail(
    pairs: list[tuple[float, bool]], still_on: float, family: str
) -> None:
    # L0 is best at a, L0 + ln S(c) at b: so S(c) at b cannot be below S(c) at a, whatever the
    # family.
    days = np.array([days for days, _ in pairs])
    ended = np.array([ended for _, ended in pairs])

    before = fit_durations(days, ended, family)
    after = fit_durations(np.append(days, still_on), np.append(ended, False), family)
    chance_before, chance_after = (
        float(durations.survival(family, fit.median_d, fit.sigma, still_on))
        for fit in (before, after)
    )

    assert chance_after >= chance_before - 1e-4
    if family == "exponential":
        assert after.median_d > before.median_d


@given(lengths, st.sampled_from(FAMILIES))
def test_order_does_not_matter_and_units_only_scale(
    pairs: list[tuple[float, bool]], family: str
) -> None:
    days = np.array([days for days, _ in pairs])
    ended = np.array([ended for _, ended in pairs])

    fit = fit_durations(days, ended, family)
    in_hours = fit_durations(days[::-1] * 24, ended[::-1], family)

    expected = fit.log_likelihood - ended.sum() * math.log(24)
    assert in_hours.log_likelihood == pytest.approx(expected, abs=1e-3)
