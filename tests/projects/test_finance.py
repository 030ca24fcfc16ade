"""Finance: values, every internal rate, payback and switching values, beside other tools."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import naive_finance as naive
from corridor.errors import CallError
from corridor.projects import finance

STREAMS = 1000


@cache
def random_streams() -> list[tuple[list[float], list[float]]]:
    """Return streams of 2 to 40 years with their rates; every third is of any sign."""
    rng = np.random.default_rng(13)
    streams = []
    for number in range(STREAMS):
        years = int(rng.integers(2, 41))
        money = rng.normal(30, 60, years) if number % 3 == 0 else rng.uniform(1, 100, years)
        built = max(1, years // 6)
        money[:built] = -rng.uniform(50, 600, built)
        stream = [round(float(usd), 2) for usd in money]
        streams.append((stream, finance.internal_rates(stream)))
    return streams


def test_all_rates_are_those_of_the_roots_of_the_polynomial() -> None:
    counts = dict.fromkeys(range(5), 0)
    for stream, rates in random_streams():
        assert rates == pytest.approx(naive.internal_rates(stream), rel=1e-6, abs=1e-6)
        counts[len(rates)] += 1

    assert counts[0] > 10
    assert counts[1] > 500
    assert counts[2] > 10


def test_every_rate_makes_the_value_nothing() -> None:
    for stream, rates in random_streams():
        for rate in rates:
            moved = finance.present_usd(np.abs(stream), rate)
            assert abs(finance.present_usd(stream, rate)) < 1e-11 * moved


def test_the_tools_of_others_say_the_same() -> None:
    numpy_financial = pytest.importorskip("numpy_financial")
    pyxirr = pytest.importorskip("pyxirr")
    several = 0
    for stream, rates in random_streams():
        for rate in (-0.03, 0.0, 0.06, 0.12):
            value = finance.present_usd(stream, rate)
            assert value == pytest.approx(float(numpy_financial.npv(rate, stream)), rel=1e-12)
            assert value == pytest.approx(pyxirr.npv(rate, stream), rel=1e-12)

        theirs = (numpy_financial.irr(stream), pyxirr.irr(stream, silent=True))
        for rate in theirs:
            if rate is not None and np.isfinite(rate):
                assert min(abs(rate - ours) for ours in rates) < 1e-7
        several += len(rates) > 1
        if len(rates) == 1 and -0.5 < rates[0] < 1:
            assert pyxirr.irr(stream) == pytest.approx(rates[0], abs=1e-9)
    assert several > 10


def test_a_textbook_with_two_rates() -> None:
    """Benninga, Principles of Finance with Excel, multiple internal rates: 8.78 % and 26.65 %."""
    stream = [-145, 100, 100, 100, 100, -275]

    rates = finance.internal_rates(stream)

    assert [round(rate, 4) for rate in rates] == [0.0878, 0.2665]
    assert finance.return_share(stream) is None
    printed = {0.0: -20.00, 0.03: -10.51, 0.06: -3.99, 0.09: 0.24, 0.18: 3.80, 0.39: -10.27}
    for rate, value in printed.items():
        assert round(finance.present_usd(stream, rate), 2) == value


def test_rates_that_touch_and_rates_beyond_a_hundredfold() -> None:
    once = finance.internal_rates([-100, 200, -100])  # (x - 1)^2
    assert once == pytest.approx([0.0], abs=1e-7)
    three = np.poly([1 / 1.05, 1 / 1.1, 1 / 1.4])[::-1]
    assert finance.internal_rates(three) == pytest.approx([0.05, 0.1, 0.4], abs=1e-9)
    assert finance.internal_rates([-1, 1000]) == pytest.approx([999])
    assert finance.internal_rates([-100, 0, 0, 1]) == pytest.approx([0.01 ** (1 / 3) - 1])


@pytest.mark.parametrize("stream", [[0, 0], [5, 5], [-5, -5], [-100, 150, -100]])
def test_no_rate(stream: list[float]) -> None:
    assert finance.internal_rates(stream) == []
    assert finance.return_share(stream) is None


@given(
    st.lists(st.integers(-1000, 1000), min_size=1, max_size=12),
    st.lists(st.integers(-1000, 1000), min_size=1, max_size=12),
    st.floats(-0.5, 1),
)
def test_values_add_up(first: list[int], second: list[int], rate: float) -> None:
    years = max(len(first), len(second))
    both = np.zeros(years)
    both[: len(first)] += first
    both[: len(second)] += second
    total = finance.present_usd(first, rate) + finance.present_usd(second, rate)
    scale = finance.present_usd(np.abs(first), rate) + finance.present_usd(np.abs(second), rate)
    assert finance.present_usd(both, rate) == pytest.approx(total, abs=1e-12 * scale + 1e-12)


def test_payback() -> None:
    assert finance.payback_years([-100, 40, 40, 40]) == 2.5
    assert finance.payback_years([-100, 40, 40, 40], 0.1) is None
    assert finance.payback_years([-100, 60, 60], 0.1) == pytest.approx(1 + 45.4545 / 49.5868, 1e-4)
    assert finance.payback_years([10, 10]) == 0.0
    assert finance.payback_years([-1, 0]) is None


def test_ratio_and_first_year() -> None:
    assert finance.benefit_cost_ratio([0, 110], [50], 0.1) == pytest.approx(2)
    assert finance.benefit_cost_ratio([1], [0], 0.1) is None
    share = finance.first_year_return_share([0, 0, 22], [50, 50, 0], 2, 0.1)
    assert share == pytest.approx(22 / (50 * 1.21 + 50 * 1.1))
    assert finance.first_year_return_share([0, 0], [50, 50], 2, 0.1) is None


def test_a_switching_share_switches() -> None:
    benefits = np.array([0, 80.0, 80.0])
    costs = np.array([100.0, 5.0, 5.0])
    net = finance.present_usd(benefits - costs, 0.08)
    lower = finance.switching_share(net, finance.present_usd(benefits, 0.08))
    higher = finance.switching_share(net, -finance.present_usd(costs, 0.08))
    assert lower is not None
    assert higher is not None
    assert finance.present_usd(benefits * (1 + lower) - costs, 0.08) == pytest.approx(0, abs=1e-9)
    assert finance.present_usd(benefits - costs * (1 + higher), 0.08) == pytest.approx(0, abs=1e-9)
    assert finance.switching_share(net, 0.0) is None


def test_expected_shortfall_takes_part_of_the_value_at_the_edge() -> None:
    values = np.array([4.0, 1.0, 2.0, 3.0])
    assert finance.expected_shortfall(values, 0.5) == 1.5
    assert finance.expected_shortfall(values, 0.375) == pytest.approx((1 + 0.5 * 2) / 1.5)
    assert finance.expected_shortfall(values, 1.0) == 2.5


@pytest.mark.parametrize("stream", [[], [[1.0]], [np.nan], [np.inf]])
def test_what_is_no_stream(stream: list[float]) -> None:
    with pytest.raises(CallError):
        finance.internal_rates(stream)


def test_rates_out_of_range() -> None:
    with pytest.raises(CallError, match="discount rate"):
        finance.present_usd([1.0], -1.0)
    with pytest.raises(CallError, match="share of worst"):
        finance.expected_shortfall(np.ones(3), 0.0)


def test_many_streams_at_once_have_the_returns_of_each() -> None:
    longest = max(len(stream) for stream, _ in random_streams())
    streams = np.zeros((STREAMS, longest))
    for number, (stream, _) in enumerate(random_streams()):
        streams[number, : len(stream)] = stream
    returns = finance.return_shares(streams[:300])
    for (_, rates), share in zip(random_streams(), returns, strict=False):
        assert share == pytest.approx(rates[0] if len(rates) == 1 else np.nan, nan_ok=True)
