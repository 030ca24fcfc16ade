"""Mean waits against a numerical integral."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.network.calendar import Span, minute, timetable_spans
from corridor.network.windows import weekly_spans
from corridor.routing.waits import mean_wait
from corridor.units import DAY_MIN, WEEK_MIN

MONDAY = minute("2026-03-02")


def integral(spans: list[Span], at: int, step: int) -> float:
    """Wait and delay of arrivals spread over a week, one at the middle of each step."""
    total = []
    for t in np.arange(at + step / 2, at + WEEK_MIN, step):
        here = next(s for s in spans if s.end_min > t)
        total.append(max(0.0, here.start_min - t) + here.delay_min)
    return float(np.mean(total))


@settings(max_examples=40)
@given(
    st.lists(
        st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1, unique=True
    ),
    st.sampled_from([None, "08:00-20:00", "22:00-04:00"]),
    st.integers(0, 13),
    st.sampled_from([0.0, 90.0]),
)
def test_mean_wait_is_the_integral_over_the_week_whatever_its_first_day(
    days: list[str], hours: str | None, later: int, delay: float
) -> None:
    at = MONDAY + later * DAY_MIN // 2
    spans = [
        Span(a, b, delay)
        for a, b in weekly_spans(" ".join(days), hours, 5.0, at - DAY_MIN, at + 30 * DAY_MIN)
    ]
    assert mean_wait(spans, at) == pytest.approx(integral(spans, at, 10), abs=1.0)


@pytest.mark.parametrize("later", range(0, 7 * DAY_MIN, DAY_MIN // 2))
def test_a_weekly_sailing_is_waited_for_half_a_week(later: int) -> None:
    spans = timetable_spans([480], MONDAY - WEEK_MIN, MONDAY + 5 * WEEK_MIN)
    assert mean_wait(spans, MONDAY + later) == pytest.approx(WEEK_MIN / 2, abs=1)


def test_what_stays_shut_all_week_is_not_waited_for() -> None:
    at = MONDAY
    assert math.isnan(mean_wait([], at))
    assert math.isnan(mean_wait([Span(0, at)], at))
    assert math.isnan(mean_wait([Span(at + WEEK_MIN, at + 9 * WEEK_MIN)], at))
    assert mean_wait([Span(0, at + 9 * WEEK_MIN)], at) == 0
    assert mean_wait([Span(at + DAY_MIN, at + 9 * WEEK_MIN, 60.0)], at) == pytest.approx(
        DAY_MIN / 14 + 60
    )
    for next_spans in (
        [],
        [Span(at + 30 * WEEK_MIN, at + 31 * WEEK_MIN)],
    ):  # shut from the second day on, for long
        assert mean_wait([Span(0, at + DAY_MIN), *next_spans], at) == pytest.approx(
            6 * DAY_MIN * 6 / 7 / 2
        )
