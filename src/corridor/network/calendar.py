"""When a way is open: seasons, weekly hours, sailings and dated closures as spans of minutes.

An instant is a whole number of minutes since 1970-01-01 00:00 UTC. A :class:`Span` is half open:
entry is possible at every minute from ``start_min`` to before ``end_min``, and then takes
``delay_min`` longer than usual. A way's calendar is a list of spans in order, none overlapping; no
span, no entry.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from corridor.units import DAY_MIN, HOUR_MIN, MINUTE_S, WEEK_MIN

_EPOCH = dt.date(1970, 1, 1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FOREVER_MIN = 1 << 50


class Span(NamedTuple):
    """A time in which a way can be entered.

    delay_min: expected extra minutes on entry (weather). open_share and spell_min: chance that it
    is open on arrival and mean minutes of one closure, for sampling; 1 and 0 where there is no
    weather.
    """

    start_min: int
    end_min: int
    delay_min: float = 0.0
    open_share: float = 1.0
    spell_min: float = 0.0


def minute(day: dt.date | dt.datetime | str) -> int:
    """Return the minute of a date (its midnight UTC) or instant; ValueError if the text is neither.

    A datetime without a zone is taken as UTC.
    """
    if isinstance(day, str):
        text = day.strip().replace("Z", "+00:00")
        day = dt.datetime.fromisoformat(text) if len(text) > 10 else dt.date.fromisoformat(text)
    if isinstance(day, dt.datetime):
        zoned = day if day.tzinfo else day.replace(tzinfo=dt.UTC)
        return int((zoned - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)).total_seconds() // MINUTE_S)
    return (day - _EPOCH).days * DAY_MIN


def instant(at_min: int) -> dt.datetime:
    """Return the UTC datetime of a minute."""
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=int(at_min))


def day_of(at_min: int) -> dt.date:
    """Return the UTC date of a minute."""
    return _EPOCH + dt.timedelta(days=at_min // DAY_MIN)


def parse_timetable(text: str) -> list[int]:
    """Return the departures of ``mon 08:00; thu 20:00``: minutes since Monday 00:00 UTC, sorted."""
    departures = []
    for part in text.split(";"):
        if part.strip():
            day, clock = part.split()
            departures.append(WEEKDAYS.index(day.lower()[:3]) * DAY_MIN + minutes_of_day(clock))
    return sorted(set(departures))


def timetable_spans(departures: Sequence[int], from_min: int, to_min: int) -> list[Span]:
    """Return one span of a single minute for each departure in [from_min, to_min).

    departures: minutes since Monday.
    """
    # 1970-01-01 was a Thursday, three days into its week: the Monday at or before from_min.
    first = (from_min + 3 * DAY_MIN) // WEEK_MIN * WEEK_MIN - 3 * DAY_MIN
    instants = (
        start + d for start in range(first, to_min + WEEK_MIN, WEEK_MIN) for d in departures
    )
    return [Span(t, t + 1) for t in instants if from_min <= t < to_min]


def intersect(a: Sequence[Span], b: Sequence[Span]) -> list[Span]:
    """Return the times when both calendars are open.

    Delays add up, the chances of being open multiply.
    """
    both: list[Span] = []
    i = j = 0
    while i < len(a) and j < len(b):
        one = a[i]
        two = b[j]
        start = max(one[0], two[0])
        end = min(one[1], two[1])
        if start < end:
            both.append(Span(start, end, one[2] + two[2], one[3] * two[3], max(one[4], two[4])))
        if one[1] <= two[1]:
            i += 1
        else:
            j += 1
    return both


def without(spans: Sequence[Span], from_min: int, to_min: int) -> list[Span]:
    """Return a calendar less the minutes from from_min to before to_min."""
    kept: list[Span] = []
    for span in spans:
        if span.start_min < from_min:
            kept.append(span._replace(end_min=min(span.end_min, from_min)))
        if span.end_min > to_min:
            kept.append(span._replace(start_min=max(span.start_min, to_min)))
    return [s for s in kept if s.start_min < s.end_min]


def leaving(spans: Sequence[Span], open_spans: Sequence[Span], wait_min: int = 0) -> list[Span]:
    """Return a calendar with delays such that all who enter leave while the way is open.

    They leave after the delay and wait_min (for a ship) or, where the way has shut meanwhile, at
    its next opening. spans: when it is entered; open_spans: when it can be left. In the result,
    leaving = entry + delay + wait_min; entries that can never leave are gone.
    """
    made: list[Span] = []
    ends = [s.end_min for s in open_spans]
    for span in spans:
        lag = round(span.delay_min) + wait_min
        at = span.start_min + lag
        end = span.end_min + lag
        j = bisect_right(ends, at)
        while at < end and j < len(open_spans):
            opens, shuts = open_spans[j][:2]
            if (
                at < opens
            ):  # shut: the last to enter before the opening waits least, and leaves no later
                last = min(end, opens)
                made.append(
                    Span(last - 1 - lag, last - lag, opens - (last - 1 - lag) - wait_min, *span[3:])
                )
                at = last
            else:
                made.append(Span(at - lag, min(end, shuts) - lag, lag - wait_min, *span[3:]))
                at = min(end, shuts)
                j = j + 1
    return made


def is_open(spans: Sequence[Span], at_min: int) -> bool:
    """Tell whether a way can be entered at a minute."""
    return any(s.start_min <= at_min < s.end_min for s in spans)


def next_open(spans: Sequence[Span], at_min: int) -> int | None:
    """Return the first minute from at_min on at which an arc can be entered; null: never."""
    for span in spans:
        if span.end_min > at_min:
            return max(at_min, span.start_min)
    return None


def minutes_of_day(clock: str) -> int:
    """Return the minutes since midnight of ``08:00``; ValueError for what is no time of day."""
    hour, _, minutes = clock.strip().partition(":")
    value = int(hour) * HOUR_MIN + int(minutes)
    if not (0 <= value <= DAY_MIN and 0 <= int(minutes) < HOUR_MIN):
        raise ValueError(f"{clock!r} is not a time of day")
    return value
