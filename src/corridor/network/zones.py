"""Zones: what a local clock shows, as stretches of time with one offset from UTC.

Zones are those of the IANA database, read from the system or the package tzdata. The hour a clock
skips in spring is no time of day there, the hour it repeats in autumn is one twice: what is open
is open whenever the clock says so.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from functools import cache, lru_cache
from typing import NamedTuple

from corridor.errors import UnknownName
from corridor.network.calendar import FOREVER_S, day_of, instant, second
from corridor.units import DAY_S

MAX_OFFSET_S = 2 * DAY_S  # no local clock is further from UTC


class Stretch(NamedTuple):
    """A time from start_s to before end_s in which a clock shows UTC + offset_s."""

    start_s: int
    end_s: int
    offset_s: int


@cache
def zone_names() -> frozenset[str]:
    """Return the names of all zones, such as Asia/Almaty."""
    return frozenset(zoneinfo.available_timezones())


def is_zone(name: str) -> bool:
    """Tell whether there is a zone of a name."""
    return name in zone_names()


@lru_cache(maxsize=256)
def stretches(name: str, from_s: int, to_s: int) -> tuple[Stretch, ...]:
    """Return the stretches of a zone's clock from an instant to before another.

    Raises UnknownName for a zone there is not.
    """
    try:
        zone = zoneinfo.ZoneInfo(name)  # to list all that there are takes a hundred times as long
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownName("time zone", name, zone_names()) from None

    found: list[Stretch] = []
    start_s = from_s
    while start_s < to_s:
        end_s = _next_shift(zone, start_s, to_s)
        found.append(Stretch(start_s, end_s, _offset_s(zone, start_s)))
        start_s = end_s
    return tuple(found)


def fixed(offset_s: int, from_s: int, to_s: int) -> tuple[Stretch, ...]:
    """Return the one stretch of a clock that is never changed."""
    return (Stretch(from_s, to_s, offset_s),)


def day_begin(day: dt.date, zone: str | None) -> int:
    """Return the first second of a local day; of a day in UTC where no zone is named."""
    midnight_s = second(day)
    if zone is None:
        return midnight_s

    for stretch in stretches(zone, midnight_s - MAX_OFFSET_S, midnight_s + MAX_OFFSET_S):
        begin_s = max(midnight_s - stretch.offset_s, stretch.start_s)
        if begin_s < stretch.end_s:
            return begin_s
    raise AssertionError("a day begins within two days of its midnight UTC")


def period_of_days(
    from_on: dt.date | None, to_on: dt.date | None, zone: str | None
) -> tuple[int, int]:
    """Return from when to before when local days last; for all time where one is not named."""
    from_s = -FOREVER_S if from_on is None else day_begin(from_on, zone)
    to_s = FOREVER_S if to_on is None else day_begin(to_on, zone)
    return from_s, to_s


def local_day(at_s: int, zone: str | None) -> dt.date:
    """Return the local day of an instant; the day in UTC where no zone is named."""
    if zone is None:
        return day_of(at_s)
    return instant(at_s).astimezone(zoneinfo.ZoneInfo(zone)).date()


def instant_of(local: dt.datetime, zone: str) -> int:
    """Return the second at which a zone's clock shows a time, the first where it does so twice.

    A time the clock skips is counted on by the hour before it was changed.
    """
    return round(local.replace(tzinfo=zoneinfo.ZoneInfo(zone), fold=0).timestamp())


def _next_shift(zone: zoneinfo.ZoneInfo, start_s: int, to_s: int) -> int:
    """Return the first second after another at which a clock is changed, at most to_s."""
    offset_s = _offset_s(zone, start_s)
    last_same = start_s
    while last_same < to_s:
        probe = min(last_same + DAY_S, to_s)
        if _offset_s(zone, probe) != offset_s:
            return _shift_between(zone, last_same, probe)
        last_same = probe
    return to_s


def _shift_between(zone: zoneinfo.ZoneInfo, before_s: int, after_s: int) -> int:
    """Return the second at which a clock is changed, of two between which it is."""
    offset_s = _offset_s(zone, before_s)
    while after_s - before_s > 1:
        middle_s = (before_s + after_s) // 2
        if _offset_s(zone, middle_s) == offset_s:
            before_s = middle_s
        else:
            after_s = middle_s
    return after_s


def _offset_s(zone: zoneinfo.ZoneInfo, at_s: int) -> int:
    offset = instant(at_s).astimezone(zone).utcoffset()
    return 0 if offset is None else round(offset.total_seconds())
