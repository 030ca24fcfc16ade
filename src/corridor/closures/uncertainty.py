"""Uncertainty: which expected losses the record of closures allows, not only the best guess.

How often a hazard strikes and for how long is known from few closures or guessed. Its parameters
are drawn from what is known of them, many times, and for each draw the expected loss is computed
anew from the closures already simulated: their mean loss by length, weighed by how often the drawn
parameters bring that length. So no year is simulated again, and the answer does not depend on
workers. Longer closures than any simulated cost what the longest do.

Source: importance of simulated outcomes as in Glasserman (2004), Monte Carlo methods in financial
engineering, section 4.6; the likelihood: :mod:`corridor.closures.likelihood`.
"""

from __future__ import annotations

import math
import zlib
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from corridor.closures.history import history, lengths
from corridor.closures.likelihood import log_likelihood
from corridor.kernels import Floats, Ints
from corridor.network import durations
from corridor.network.durations import EXPONENTIAL_SIGMA
from corridor.units import MEAN_YEAR_DAYS, NORMAL_P95

DRAWS = 400
LEVELS = (0.05, 0.95)  # of the intervals: nine in ten
# Nine in ten true values of a guess lie within this factor of it (docs/decisions/058).
GUESS_FACTOR = 2.0
READ_FACTOR = 1.25  # the same for figures read in a source
SIGMA_FACTOR = 1.3  # the same for the spread of lengths
GUESS = "C"  # confidence
MIN_CLOSURES = 3  # with fewer, a length is a guess
CLOSURES_IN_BIN = 8
FIRST_EDGE = 0.5  # days; shorter closures shut no day
GRID = 61  # points of the likelihood along each parameter
MEDIAN_SPAN = 5.0  # of ln median, on either side of the lengths' mean
SPREAD_RANGE = (math.log(0.1), math.log(8.0))  # of ln sigma or ln xi


class LengthsAndLosses(NamedTuple):
    """Closures simulated: which hazard, how many days shut, and the loss of each [closures]."""

    hazard: Ints
    days: Floats
    loss_usd: Floats


class Parameters(NamedTuple):
    """Drawn parameters of a hazard: its rate over the one in use, and its length [draws]."""

    rate_ratio: Floats
    median_d: Floats
    sigma: Floats


class Interval(NamedTuple):
    """Nine in ten draws of an expected loss lie between."""

    low_usd: float
    high_usd: float


class LossIntervals(NamedTuple):
    """What is known of expected losses: of all hazards together, and of each [hazards]."""

    total: Interval
    by_hazard: list[Interval]


def loss_intervals(
    hazards: pl.DataFrame,
    events: pl.DataFrame | None,
    closures: LengthsAndLosses,
    *,
    years: int,
    standard_error: float,
    rng: int,
) -> LossIntervals:
    """Return which expected yearly losses the record of closures allows.

    Parameters
    ----------
    hazards
        Rows of the ``hazards`` table that were drawn from.
    events
        Closures that were seen, the table ``events``; null: every hazard is a guess.
    closures
        What was simulated with the parameters of ``hazards``, losses in the years drawn.
    years
        Years drawn.
    standard_error
        Of the mean yearly loss: the chance of the draws, which the interval of the total holds too.
    rng
        Seed.
    """
    drawn_usd = np.zeros((hazards.height, DRAWS))
    for number, hazard in enumerate(hazards.iter_rows(named=True)):
        days = closures.days[closures.hazard == number]
        loss_usd = closures.loss_usd[closures.hazard == number]
        yearly_usd = float(loss_usd.sum()) / years
        if not yearly_usd:
            continue

        dice = np.random.default_rng([rng, zlib.crc32(hazard["hazard_id"].encode())])
        parameters = _draw(hazard, _closures_on_record(events, hazard["hazard_id"]), dice)
        drawn_usd[number] = yearly_usd * _loss_ratios(hazard, parameters, days, loss_usd)

    chance = np.random.default_rng([rng, DRAWS]).standard_normal(DRAWS) * standard_error
    total_usd = np.maximum(drawn_usd.sum(axis=0) + chance, 0.0)
    return LossIntervals(_interval(total_usd), [_interval(of_hazard) for of_hazard in drawn_usd])


def _interval(values: Floats) -> Interval:
    low, high = np.quantile(values, LEVELS).tolist()
    return Interval(low, high)


def _closures_on_record(events: pl.DataFrame | None, hazard_id: str) -> pl.DataFrame | None:
    """Return the closures on record of a hazard; null where there are none."""
    if events is None or hazard_id not in events["hazard_id"].to_list():
        return None
    return history(events, hazard_id)


def _draw(
    hazard: dict[str, Any], closures: pl.DataFrame | None, dice: np.random.Generator
) -> Parameters:
    """Draw parameters of a hazard from what is known of them."""
    spread = GUESS_FACTOR if hazard["confidence"] == GUESS else READ_FACTOR
    rate_ratio = _guess(spread, dice)
    median_ratio = _guess(spread, dice)
    sigma_ratio = _guess(SIGMA_FACTOR, dice)

    if closures is not None and hazard["watched_from_on"] and hazard["watched_to_on"]:
        rate_ratio = _rate_ratios(hazard, closures, dice)
    if closures is not None and _is_enough(closures):
        median_ratio, sigma_ratio = _length_ratios(hazard, closures, dice)
    return Parameters(
        rate_ratio=rate_ratio,
        median_d=hazard["duration_median_d"] * median_ratio,
        sigma=hazard["duration_sigma"] * sigma_ratio,
    )


def _guess(factor: float, dice: np.random.Generator) -> Floats:
    """Draw multiples of a figure, nine in ten of them within a factor of it [draws]."""
    return np.exp(dice.standard_normal(DRAWS) * math.log(factor) / NORMAL_P95)


def _is_enough(closures: pl.DataFrame) -> bool:
    days, ended = lengths(closures)
    return days.size >= MIN_CLOSURES and np.unique(days[ended]).size >= 2


def _rate_ratios(
    hazard: dict[str, Any], closures: pl.DataFrame, dice: np.random.Generator
) -> Floats:
    """Draw how often closures begin, as multiples of the rate in use [draws].

    Poisson over the time watched less the days shut, with Jeffreys' prior: a gamma of n + 1/2.
    """
    watched_from = hazard["watched_from_on"]
    watched_to = hazard["watched_to_on"]
    began = pl.col("from_on")
    watched = closures.filter((began >= watched_from) & (began < watched_to))
    shut_d = sum(
        min(days, (watched_to - from_on).days)
        for days, from_on in watched.select("days", "from_on").iter_rows()
    )
    years = ((watched_to - watched_from).days - shut_d) / MEAN_YEAR_DAYS

    count = watched.height
    in_use = hazard["events_per_year"] or count / years
    rates = dice.gamma(count + 0.5, 1 / years, DRAWS)
    # The rate in use stands for the count; where they differ, its own scale stays.
    centre = count / years if count else in_use
    return np.asarray(rates / centre, np.float64)


def _length_ratios(
    hazard: dict[str, Any], closures: pl.DataFrame, dice: np.random.Generator
) -> tuple[Floats, Floats]:
    """Draw median and sigma of the lengths as multiples of the best ones [draws] both.

    From the likelihood on a grid of ln median and ln sigma, of a pareto ln xi, flat before it.
    """
    family = hazard["distribution"] or durations.DEFAULT
    days, ended = lengths(closures)
    surface = log_likelihood(family, days, ended)
    centre = float(np.log(days).mean())
    medians = np.linspace(centre - MEDIAN_SPAN, centre + MEDIAN_SPAN, GRID)
    spreads = np.linspace(*SPREAD_RANGE, GRID)

    heights = np.array([[surface(m, s) for s in spreads] for m in medians])
    best_median, best_spread = np.unravel_index(int(heights.argmax()), heights.shape)
    weights = np.exp(heights - heights.max()).ravel()
    cells = dice.choice(weights.size, DRAWS, p=weights / weights.sum())
    row, column = np.divmod(cells, GRID)

    # Anywhere in its cell of the grid.
    median_in_cell, spread_in_cell = dice.random((2, DRAWS)) - 0.5
    median = medians[row] + median_in_cell * (medians[1] - medians[0])
    spread = spreads[column] + spread_in_cell * (spreads[1] - spreads[0])
    sigmas = _sigmas(family, spread)
    best_sigma = _sigmas(family, spreads[[best_spread]])[0]
    return np.exp(median - medians[best_median]), sigmas / best_sigma


def _sigmas(family: str, spread: Floats) -> Floats:
    """Return the sigma of spreads, which of a pareto are ln xi."""
    if family == "exponential":
        return np.full(len(spread), EXPONENTIAL_SIGMA)
    if family == "pareto":
        return np.array([durations.sigma_of_xi(math.exp(ln_xi)) for ln_xi in spread])
    return np.exp(spread)


def _loss_ratios(
    hazard: dict[str, Any], parameters: Parameters, days: Floats, loss_usd: Floats
) -> Floats:
    """Return the expected loss under drawn parameters over that under those in use [draws]."""
    edges, mean_usd = _loss_by_length(days, loss_usd)
    family = hazard["distribution"] or durations.DEFAULT
    in_use = _mean_loss(
        family, hazard["duration_median_d"], hazard["duration_sigma"], edges, mean_usd
    )
    if not in_use:
        return parameters.rate_ratio

    least_sigma = EXPONENTIAL_SIGMA if family == "pareto" else 0.0
    drawn = [
        _mean_loss(family, median_d, max(sigma, least_sigma), edges, mean_usd)
        for median_d, sigma in zip(
            parameters.median_d.tolist(), parameters.sigma.tolist(), strict=True
        )
    ]
    ratios: Floats = parameters.rate_ratio * np.array(drawn) / in_use
    return ratios


def _loss_by_length(days: Floats, loss_usd: Floats) -> tuple[Floats, Floats]:
    """Return the edges of bins of lengths, and the mean loss of the closures in each [bins].

    Equal lengths share a bin; each holds several closures, the last all that are longer.
    """
    order = np.argsort(days, kind="stable")
    bins = max(1, len(days) // CLOSURES_IN_BIN)
    starts = np.unique(days[order][np.arange(bins) * len(days) // bins])
    edges = np.concatenate([[FIRST_EDGE], starts[1:] - 0.5])
    number = np.searchsorted(edges, days, side="right") - 1
    count = np.bincount(np.maximum(number, 0), minlength=len(edges))
    total = np.bincount(np.maximum(number, 0), weights=loss_usd, minlength=len(edges))
    return edges, total / np.maximum(count, 1)


def _mean_loss(
    family: str, median_d: float, sigma: float, edges: Floats, mean_usd: Floats
) -> float:
    """Return the mean loss of a closure whose length is drawn from a family."""
    if not sigma:
        lasts = (edges < median_d).astype(float)
    else:
        lasts = durations.survival(family, median_d, sigma, edges)
    share_of_bin = lasts - np.append(lasts[1:], 0.0)
    return float(share_of_bin @ mean_usd)
