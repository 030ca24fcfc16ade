"""Waits: how long arrivals spread over a week wait for an opening, on average."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from corridor.kernels import Floats
from corridor.network.calendar import Span
from corridor.units import WEEK_MIN


def mean_waits(calendars: Sequence[Sequence[Span]], at_min: int) -> Floats:
    """Return mean waits, and variances of waits for the weather, of calendars [2, calendars]."""
    waits = [(mean_wait(spans, at_min), storm_variance(spans, at_min)) for spans in calendars]
    return np.array(waits).reshape(-1, 2).T


def mean_wait(spans: Sequence[Span], at_min: int) -> float:
    """Return the mean minutes of wait and delay of arrivals spread over the week from at_min on.

    NaN where it stays shut. Arrivals after the week's last opening wait for the next; where that is
    more than a week later it is a closure, of which only the part in this week counts.
    """
    end_min = at_min + WEEK_MIN
    passed_min = at_min  # arrivals up to here are counted
    total = 0.0  # minutes of wait, times minutes of arrivals
    is_opened = False

    for span in spans:
        if span.end_min <= at_min:
            continue
        if span.start_min >= end_min:
            if is_opened and span.start_min <= passed_min + WEEK_MIN:
                wait = (span.start_min - passed_min) ** 2 - (span.start_min - end_min) ** 2
                delay = (end_min - passed_min) * span.delay_min
                return (total + wait / 2 + delay) / WEEK_MIN
            break

        is_opened = True
        gap_min = max(0, span.start_min - passed_min)
        closes_min = min(span.end_min, end_min)
        total += gap_min * gap_min / 2 + (closes_min - passed_min) * span.delay_min
        passed_min = closes_min
        if passed_min == end_min:
            break

    if not is_opened:
        return float("nan")
    return (total + (end_min - passed_min) ** 2 / 2) / WEEK_MIN


def storm_variance(spans: Sequence[Span], at_min: int) -> float:
    """Return the variance, in square minutes, of the wait for the weather at the first opening.

    The wait is 0 or, if weather shuts it, exponential.
    """
    span = next((span for span in spans if span.end_min > at_min), None)
    if span is None or span.open_share >= 1 or not math.isfinite(span.spell_min):
        return 0.0
    return (1 - span.open_share**2) * span.spell_min**2
