"""Waits: how long arrivals spread over a week wait for an opening, on average."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from corridor.kernels import Floats
from corridor.network.calendar import Span
from corridor.units import WEEK_S


def mean_waits(calendars: Sequence[Sequence[Span]], at_s: int) -> Floats:
    """Return mean waits, and variances of waits for the weather, of calendars [2, calendars]."""
    different = {id(spans): spans for spans in calendars}
    waits = {
        key: (mean_wait(spans, at_s), storm_variance(spans, at_s))
        for key, spans in different.items()
    }
    return np.array([waits[id(spans)] for spans in calendars]).reshape(-1, 2).T


def mean_wait(spans: Sequence[Span], at_s: int) -> float:
    """Return the mean seconds of wait and delay of arrivals spread over the week from at_s on.

    NaN where it stays shut. Arrivals after the week's last opening wait for the next; where that is
    more than a week later it is a closure, of which only the part in this week counts.
    """
    end_s = at_s + WEEK_S
    passed_s = at_s  # arrivals up to here are counted
    total = 0.0  # seconds of wait, times seconds of arrivals
    is_opened = False

    for span in spans:
        if span.end_s <= at_s:
            continue
        if span.start_s >= end_s:
            if is_opened and span.start_s <= passed_s + WEEK_S:
                wait = (span.start_s - passed_s) ** 2 - (span.start_s - end_s) ** 2
                delay = (end_s - passed_s) * span.delay_s
                return (total + wait / 2 + delay) / WEEK_S
            break

        is_opened = True
        gap_s = max(0, span.start_s - passed_s)
        closes_s = min(span.end_s, end_s)
        total += gap_s * gap_s / 2 + (closes_s - passed_s) * span.delay_s
        passed_s = closes_s
        if passed_s == end_s:
            break

    if not is_opened:
        return float("nan")
    return (total + (end_s - passed_s) ** 2 / 2) / WEEK_S


def storm_variance(spans: Sequence[Span], at_s: int) -> float:
    """Return the variance, in square seconds, of the wait for the weather at the first opening.

    The wait is 0 or, if weather shuts it, exponential.
    """
    span = next((span for span in spans if span.end_s > at_s), None)
    if span is None or span.open_share >= 1 or not math.isfinite(span.spell_s):
        return 0.0
    return (1 - span.open_share**2) * span.spell_s**2
