"""Calendars: when a link or place is open, by season, hour, sailing and closure, as spans.

An instant is a whole number of seconds since 1970-01-01 00:00 UTC. A :class:`Span` is half open:
entry is possible at every second from ``start_s`` to before ``end_s``, and then takes ``delay_s``
longer than usual. A calendar is a list of spans in order, none overlapping; no span, no entry.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from corridor.kernels import Floats, Ints
from corridor.units import DAY_S, HOUR_S, MINUTE_S, WEEK_S

_EPOCH = dt.date(1970, 1, 1)
_EPOCH_AT = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FOREVER_S = 1 << 50
NO_WEATHER = (0.0, 1.0, 0.0)  # delay_s, open_share and spell_s of a span
_end = itemgetter(1)


class Span(NamedTuple):
    """A time in which a link or place can be entered.

    delay_s: expected extra seconds on entry (weather). open_share and spell_s: chance that it
    is open on arrival and mean seconds of one closure, for sampling; 1 and 0 where there is no
    weather.
    """

    start_s: int
    end_s: int
    delay_s: float = 0.0
    open_share: float = 1.0
    spell_s: float = 0.0


class SpanArrays(NamedTuple):
    """The spans of a calendar as arrays [spans], each as in :class:`Span`.

    spans: the calendar itself.
    """

    spans: Sequence[Span]
    start_s: Ints
    end_s: Ints
    open_share: Floats
    spell_s: Floats

    @classmethod
    def unhindered(cls, spans: Sequence[Span]) -> SpanArrays:
        """Return one span without end, whose storms, where the calendar has any, last no time."""
        whole = np.iinfo(np.int64)
        share = min((span.open_share for span in spans), default=1.0)
        return cls(
            spans,
            np.array([whole.min]),
            np.array([whole.max]),
            np.array([share]),
            np.zeros(1),
        )

    @classmethod
    def of(cls, spans: Sequence[Span]) -> SpanArrays:
        """Return a calendar as arrays."""
        start_s, end_s, _, open_share, spell_s = np.array(spans, np.float64).reshape(-1, 5).T
        return cls(spans, start_s.astype(np.int64), end_s.astype(np.int64), open_share, spell_s)


def second(day: dt.date | dt.datetime | str) -> int:
    """Return the second of a date (its midnight UTC) or instant; ValueError for other text.

    A datetime without a zone is taken as UTC.
    """
    if isinstance(day, str):
        text = day.strip().replace("Z", "+00:00")
        day = dt.datetime.fromisoformat(text) if len(text) > 10 else dt.date.fromisoformat(text)
    if isinstance(day, dt.datetime):
        zoned = day if day.tzinfo else day.replace(tzinfo=dt.UTC)
        return int((zoned - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)).total_seconds())
    return (day - _EPOCH).days * DAY_S


def instant(at_s: int) -> dt.datetime:
    """Return the UTC datetime of an instant."""
    return _EPOCH_AT + dt.timedelta(seconds=int(at_s))


def day_of(at_s: int) -> dt.date:
    """Return the UTC date of an instant."""
    return _EPOCH + dt.timedelta(days=at_s // DAY_S)


def parse_timetable(text: str) -> list[int]:
    """Return the departures of ``mon 08:00; thu 20:00``: seconds since Monday 00:00 UTC, sorted."""
    departures = []
    for part in text.split(";"):
        if part.strip():
            day, clock = part.split()
            departures.append(WEEKDAYS.index(day.lower()[:3]) * DAY_S + seconds_of_day(clock))
    return sorted(set(departures))


def timetable_spans(departures: Sequence[int], from_s: int, to_s: int) -> list[Span]:
    """Return one span of a single second for each departure in [from_s, to_s).

    departures: seconds since Monday.
    """
    # 1970-01-01 was a Thursday, three days into its week: the Monday at or before from_s.
    first = (from_s + 3 * DAY_S) // WEEK_S * WEEK_S - 3 * DAY_S
    instants = (start + d for start in range(first, to_s + WEEK_S, WEEK_S) for d in departures)
    return [Span(t, t + 1) for t in instants if from_s <= t < to_s]


def intersect(a: Sequence[Span], b: Sequence[Span]) -> list[Span]:
    """Return the times when both calendars are open.

    Delays add up, the chances of being open multiply.
    """
    if _is_open_throughout(a, b):
        return list(b)
    if _is_open_throughout(b, a):
        return list(a)

    both: list[Span] = []
    i = j = 0
    while i < len(a) and j < len(b):
        one = a[i]
        two = b[j]
        if two[0] <= one[0] and one[1] <= two[1] and two[2:] == NO_WEATHER:
            first, i = i, bisect_right(a, two[1], i, key=_end)
            both += a[first:i]
            continue
        start = max(one[0], two[0])
        end = min(one[1], two[1])
        if start < end:
            both.append(Span(start, end, one[2] + two[2], one[3] * two[3], max(one[4], two[4])))
        if one[1] <= two[1]:
            i += 1
        else:
            j += 1
    return both


def _is_open_throughout(a: Sequence[Span], b: Sequence[Span]) -> bool:
    """Tell whether one calendar is one span without weather, in which all of another one lies."""
    if len(a) != 1 or not b:
        return False
    return a[0] == (a[0].start_s, a[0].end_s, 0.0, 1.0, 0.0) and (
        a[0].start_s <= b[0].start_s and b[-1].end_s <= a[0].end_s
    )


def add_joined(spans: list[Span], begin: int, end: int) -> None:
    """Add a time without weather to a calendar, as one with its last span where that reaches it."""
    if spans and spans[-1].end_s >= begin:
        spans[-1] = Span(spans[-1].start_s, max(end, spans[-1].end_s))
    else:
        spans.append(Span(begin, end))


def without(spans: Sequence[Span], from_s: int, to_s: int) -> list[Span]:
    """Return a calendar less the seconds from from_s to before to_s."""
    kept: list[Span] = []
    for span in spans:
        if span.start_s < from_s:
            kept.append(span._replace(end_s=min(span.end_s, from_s)))
        if span.end_s > to_s:
            kept.append(span._replace(start_s=max(span.start_s, to_s)))
    return [s for s in kept if s.start_s < s.end_s]


def leaving(spans: Sequence[Span], open_spans: Sequence[Span], wait_s: int = 0) -> list[Span]:
    """Return a calendar with delays such that all who enter leave while it is open.

    They leave after the delay and wait_s (for a ship) or, where it has shut meanwhile, at
    its next opening. spans: when it is entered; open_spans: when it can be left. In the result,
    leaving = entry + delay + wait_s; entries that can never leave are gone.
    """
    return passing(spans, [Span(span.start_s, span.end_s) for span in open_spans], wait_s)


def passing(spans: Sequence[Span], gate: Sequence[Span], lag_s: int) -> list[Span]:
    """Return a calendar with delays such that all who enter pass a gate further on.

    They are at the gate lag_s and their delay after the entry, wait there for its next opening and
    pass with its delay. In the result, passing = entry + delay + lag_s; entries after which the
    gate never opens are gone.
    """
    passages: list[Span] = []
    ends = [span.end_s for span in gate]
    for span in spans:
        lag = round(span.delay_s) + lag_s
        at = span.start_s + lag
        end = span.end_s + lag
        j = bisect_right(ends, at)
        while at < end and j < len(gate):
            opens, shuts, delay_s, open_share, spell_s = gate[j]
            weather = (span.open_share * open_share, max(span.spell_s, spell_s))
            if at < opens:
                # Shut: the last to enter before the opening waits least, and passes no later.
                last = min(end, opens)
                entry = last - 1 - lag
                passages.append(Span(entry, entry + 1, opens - entry - lag_s + delay_s, *weather))
                at = last
            else:
                until = min(end, shuts)
                passages.append(Span(at - lag, until - lag, lag - lag_s + delay_s, *weather))
                at = until
                j = j + 1
    return passages


def soonest(spans: Sequence[Span]) -> list[Span]:
    """Return a calendar without the entries that arrive no sooner than later ones.

    What is left is entered at once by all who are ready, who arrive in the order they came.
    """
    left: list[Span] = []
    arrival = None
    for start_s, end_s, waits_s, open_share, spell_s in reversed(spans):
        delay_s = round(waits_s)
        until_s = end_s if arrival is None else min(end_s, arrival - delay_s)
        if until_s > start_s:
            left.append(Span(start_s, until_s, delay_s, open_share, spell_s))
            arrival = start_s + delay_s
    return left[::-1]


def is_open(spans: Sequence[Span], at_s: int) -> bool:
    """Tell whether a calendar is open at an instant."""
    return any(s.start_s <= at_s < s.end_s for s in spans)


def next_open(spans: Sequence[Span], at_s: int) -> int | None:
    """Return the first second from at_s on at which an arc can be entered; null: never."""
    for span in spans:
        if span.end_s > at_s:
            return max(at_s, span.start_s)
    return None


def seconds_of_day(clock: str) -> int:
    """Return the seconds since midnight of ``08:00``; ValueError for what is no time of day."""
    hours, _, minutes = clock.strip().partition(":")
    value = int(hours) * HOUR_S + int(minutes) * MINUTE_S
    if not (0 <= value <= DAY_S and 0 <= int(minutes) * MINUTE_S < HOUR_S):
        raise ValueError(f"{clock!r} is not a time of day")
    return value
