"""Mean waits against a numerical integral."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.network.calendar import Span, second, timetable_spans
from corridor.network.windows import window_spans
from corridor.routing.waits import mean_wait
from corridor.tables.schema import WINDOWS
from corridor.units import DAY_S, HOUR_S, MINUTE_S, WEEK_S

MONDAY = second("2026-03-02")


def integral(spans: list[Span], at: int, step: int) -> float:
    """Wait and delay of arrivals spread over a week, one at the middle of each step."""
    total = []
    for t in np.arange(at + step / 2, at + WEEK_S, step):
        here = next(s for s in spans if s.end_s > t)
        total.append(max(0.0, here.start_s - t) + here.delay_s)
    return float(np.mean(total))


@settings(max_examples=40)
@given(
    st.lists(
        st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1, unique=True
    ),
    st.sampled_from([None, "08:00-20:00", "22:00-04:00"]),
    st.integers(0, 13),
    st.sampled_from([0.0, 1.5 * HOUR_S]),
)
def test_mean_wait_is_the_integral_over_the_week_whatever_its_first_day(
    days: list[str], hours: str | None, later: int, delay: float
) -> None:
    at = MONDAY + later * DAY_S // 2
    row: dict[str, object] = dict.fromkeys(column.name for column in WINDOWS.columns)
    row |= {"weekdays": " ".join(days), "hours": hours, "utc_offset_h": 5.0}
    weekly = window_spans([row], at - DAY_S, at + 30 * DAY_S)
    spans = [span._replace(delay_s=delay) for span in weekly]
    assert mean_wait(spans, at) == pytest.approx(integral(spans, at, 10 * MINUTE_S), abs=MINUTE_S)


@pytest.mark.parametrize("later", range(0, 7 * DAY_S, DAY_S // 2))
def test_a_weekly_sailing_is_waited_for_half_a_week(later: int) -> None:
    spans = timetable_spans([8 * HOUR_S], MONDAY - WEEK_S, MONDAY + 5 * WEEK_S)
    assert mean_wait(spans, MONDAY + later) == pytest.approx(WEEK_S / 2, abs=1)


def test_what_stays_shut_all_week_is_not_waited_for() -> None:
    at = MONDAY
    assert math.isnan(mean_wait([], at))
    assert math.isnan(mean_wait([Span(0, at)], at))
    assert math.isnan(mean_wait([Span(at + WEEK_S, at + 9 * WEEK_S)], at))
    assert mean_wait([Span(0, at + 9 * WEEK_S)], at) == 0
    assert mean_wait([Span(at + DAY_S, at + 9 * WEEK_S, float(HOUR_S))], at) == pytest.approx(
        DAY_S / 14 + HOUR_S
    )
    for next_spans in (
        [],
        [Span(at + 30 * WEEK_S, at + 31 * WEEK_S)],
    ):  # shut from the second day on, for long
        assert mean_wait([Span(0, at + DAY_S), *next_spans], at) == pytest.approx(
            6 * DAY_S * 6 / 7 / 2
        )
