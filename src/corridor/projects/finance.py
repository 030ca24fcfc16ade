"""Finance: what a stream of money by year is worth, and at which rates it is worth nothing.

A stream is a list of USD by year, the first of them not discounted. Nothing here knows a project.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import brentq

from corridor.errors import CallError
from corridor.kernels import Floats

Stream = Sequence[float] | Floats

# Rates are sought as their logarithm per year: from -0.9999 to a hundredfold in a year and more.
MAX_LOG_RATE = 12.0
BISECTIONS = 60  # of the logarithms, to the last digits of a rate
ROUNDING_SHARE = 1e-13  # of the money moved below which what is left is rounding


def discount_factors(years: int, rate_share: float) -> Floats:
    """Return what a USD of each year is worth in the first one [years]."""
    if not rate_share > -1:
        raise CallError(f"a discount rate must be above -1, not {rate_share}.")
    return np.asarray((1.0 + rate_share) ** -np.arange(years, dtype=float))


def present_usd(stream: Stream, rate_share: float) -> float:
    """Return the net present value of a stream in its first year.

    Source: ADB (2017), Guidelines for the Economic Analysis of Projects, chapter on investment
    criteria.

    >>> round(present_usd([-100, 60, 60], 0.1), 2)
    4.13
    """
    money = _money(stream)
    return float(money @ discount_factors(len(money), rate_share))


def internal_rates(stream: Stream) -> list[float]:
    """Return every rate above -1 at which a stream is worth nothing, the lowest first.

    None where the stream never changes its sign, or changes it and is worth something at every
    rate. More than one may be there where the sign changes more than once; none of them is then
    the return of the project.

    With the discount factor x of a year a stream is a polynomial. Multiplied by a power of x that
    lies at a change of sign its derivative has one change less, so the factors at which it turns
    are known from a simpler stream, and between two of them there is at most one root.

    Source: Descartes' rule of signs and its proof (Rolle's theorem).

    >>> [round(rate, 6) for rate in internal_rates([-100, 110])]
    [0.1]
    >>> [round(rate, 6) for rate in internal_rates([-100, 230, -132])]
    [0.1, 0.2]
    >>> internal_rates([-100, 150, -100])
    []
    """
    money = _money(stream)
    roots = _log_roots(money)
    return sorted(float(np.expm1(-root)) for root in roots)


def return_share(stream: Stream) -> float | None:
    """Return the internal rate of return where there is exactly one; null for none or several."""
    rates = internal_rates(stream)
    return rates[0] if len(rates) == 1 else None


def return_shares(streams: Floats) -> Floats:
    """Return the internal rate of return of many streams; NaN for none or several [streams].

    streams: a row each, float64 [streams, years]. Those that change their sign once have exactly
    one rate, which bisection finds for all at once; each of the others is looked at by itself.
    """
    changes = np.array([_sign_changes(stream) for stream in streams])
    rates = np.full(len(streams), np.nan)
    once = np.flatnonzero(changes == 1)
    if len(once):
        rates[once] = _bisected(streams[once])

    for number in np.flatnonzero(changes > 1).tolist():
        share = return_share(streams[number])
        rates[number] = np.nan if share is None else share
    return rates


def benefit_cost_ratio(benefits: Stream, costs: Stream, rate_share: float) -> float | None:
    """Return benefits by costs, both discounted; null where the costs are nothing.

    benefits, costs: both positive; operating costs count as costs.
    """
    costs_usd = present_usd(costs, rate_share)
    return present_usd(benefits, rate_share) / costs_usd if costs_usd > 0 else None


def first_year_return_share(
    net_benefits: Stream, capex: Stream, first_year: int, rate_share: float
) -> float | None:
    """Return the net benefits of the first year of use by the capital spent until then.

    Below the discount rate it would be better to build later. first_year: number of that year in
    the streams. Null where nothing is spent before, or the stream ends before it.

    Source: TRL (2005), Overseas Road Note 5, A guide to road project appraisal, chapter on
    economic analysis: costs are compounded to the first year of benefits.
    """
    benefits = _money(net_benefits)
    spent = _money(capex)[:first_year]
    if first_year >= len(benefits):
        return None

    years_before = first_year - np.arange(len(spent))
    compounded_usd = float(spent @ (1.0 + rate_share) ** years_before)
    return float(benefits[first_year]) / compounded_usd if compounded_usd > 0 else None


def payback_years(stream: Stream, rate_share: float = 0.0) -> float | None:
    """Return the years until what was paid has come back; null where it never does.

    A year's money comes evenly over the year. rate_share: 0 for the plain payback.

    >>> payback_years([-100, 40, 40, 40])
    2.5
    """
    money = _money(stream)
    discounted = money * discount_factors(len(money), rate_share)
    balance = np.cumsum(discounted)
    if not (balance < 0).any():
        return 0.0

    first_debt = int((balance < 0).argmax())
    for year in range(first_debt + 1, len(balance)):
        if balance[year] >= 0:
            return year - 1 + float(-balance[year - 1] / discounted[year])
    return None


def switching_share(net_usd: float, item_usd: float) -> float | None:
    """Return by which share of itself an item must change for the net present value to be 0.

    net_usd: net present value. item_usd: what the item adds to it, costs negative: -0.2 of
    benefits means that they may be a fifth lower, 0.2 of costs that they may be a fifth higher.
    Null for an item of nothing.

    Source: ADB (2017), Guidelines for the Economic Analysis of Projects, sensitivity analysis.
    """
    return -net_usd / item_usd if item_usd else None


def expected_shortfall(values: Floats, share: float) -> float:
    """Return the mean of the worst share of some values.

    Source: Acerbi and Tasche (2002), Journal of Banking and Finance 26, 1487-1503, equation 11: the
    value at the edge counts by the part of it that still belongs to the share.
    """
    if not 0 < share <= 1:
        raise CallError(f"the share of worst values must be above 0 and at most 1, not {share}.")

    ordered = np.sort(values)
    size = share * len(ordered)
    complete = int(size)
    edge = (size - complete) * ordered[complete] if complete < len(ordered) else 0.0
    return float((ordered[:complete].sum() + edge) / size)


def _sign_changes(stream: Floats) -> int:
    """Return how often the money of a stream changes its sign."""
    signs = np.sign(stream[stream != 0])
    return int((np.diff(signs) != 0).sum())


def _bisected(streams: Floats) -> Floats:
    """Return the rates of streams that change their sign once [streams]."""
    years = np.arange(streams.shape[1])
    last = streams.shape[1] - 1 - (streams[:, ::-1] != 0).argmax(axis=1)
    last_sign = np.sign(streams[np.arange(len(streams)), last])
    low = np.full(len(streams), -MAX_LOG_RATE)
    high = np.full(len(streams), MAX_LOG_RATE)

    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        logs = middle[:, None] * years
        factors = np.exp(logs - logs.max(axis=1, keepdims=True))
        value = (streams * factors).sum(axis=1)
        # Late money has the last sign; the value takes it once the factor is large enough.
        is_above = np.sign(value) == last_sign
        high = np.where(is_above, middle, high)
        low = np.where(is_above, low, middle)
    return np.asarray(np.expm1(-(low + high) / 2))


def _money(stream: Stream) -> Floats:
    """Return a stream as an array; CallError where a year is not a number."""
    money = np.asarray(stream, dtype=float)
    if money.ndim != 1 or not len(money):
        raise CallError("a stream of money has one figure for every year.")
    if not np.isfinite(money).all():
        raise CallError("a stream of money has a year without a number.")
    return money


def _log_roots(money: Floats) -> list[float]:
    """Return the logarithms of the discount factors at which a stream is worth nothing."""
    years = np.flatnonzero(money)
    changes = np.flatnonzero(np.diff(np.sign(money[years])))
    if not len(changes):
        return []

    # The power lies half way between two years of different sign.
    change = changes[len(changes) // 2]
    power = (years[change] + years[change + 1]) / 2
    turns = _log_roots(money * (np.arange(len(money)) - power))
    edges = [-MAX_LOG_RATE, *turns, MAX_LOG_RATE]
    values = [_value(money, edge) for edge in edges]

    roots = [turn for turn, value in zip(turns, values[1:-1], strict=True) if value == 0]
    for number in range(len(edges) - 1):
        if values[number] * values[number + 1] < 0:
            between = brentq(
                lambda log: _exact_value(money, log),
                edges[number],
                edges[number + 1],
                xtol=1e-15,
                rtol=4 * np.finfo(float).eps,
            )
            roots.append(float(between))
    return sorted(roots)


def _value(money: Floats, log_factor: float) -> float:
    """Return a stream at a discount factor by the largest of its years; 0 for rounding."""
    value = _exact_value(money, log_factor)
    moved = _exact_value(np.abs(money), log_factor)
    return 0.0 if abs(value) <= ROUNDING_SHARE * moved else value


def _exact_value(money: Floats, log_factor: float) -> float:
    logs = np.arange(len(money)) * log_factor
    return float(money @ np.exp(logs - max(0.0, logs[-1])))  # the first or the last is largest
