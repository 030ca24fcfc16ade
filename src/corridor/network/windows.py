"""Windows: the seasons, weekdays and opening hours of a link or place as a calendar."""

from __future__ import annotations

import datetime as dt
from calendar import isleap
from collections.abc import Iterable, Iterator

from corridor.network.calendar import WEEKDAYS, Span, day_of, second, seconds_of_day
from corridor.units import DAY_S, HOUR_S


def parse_monthday(text: str) -> tuple[int, int]:
    """Return (month, day) of ``MM-DD``; ValueError if there is no such day in a leap year."""
    month, _, day = text.partition("-")
    dt.date(2024, int(month), int(day))
    return int(month), int(day)


def parse_hours(text: str) -> tuple[int, int]:
    """Return (start, end) seconds of the day of ``08:00-20:00``.

    An end that is not after the start lies on the next day.
    """
    first, _, last = text.partition("-")
    start, end = (seconds_of_day(part) for part in (first, last))
    return start, end if end > start else end + DAY_S


def season_contains(day: dt.date, season_from: str | None, season_to: str | None) -> bool:
    """Tell whether a day lies in a season (both ends included; it may span the new year)."""
    if season_from is None or season_to is None:
        return True
    first = parse_monthday(season_from)
    last = parse_monthday(season_to)
    here = (day.month, day.day)
    return first <= here <= last if first <= last else here >= first or here <= last


def season_spans(
    season_from: str | None, season_to: str | None, from_s: int, to_s: int
) -> list[tuple[int, int]]:
    """Return (start, end) seconds of every occurrence of a season that meets [from_s, to_s)."""
    if season_from is None or season_to is None:
        return [(from_s, to_s)]
    first = parse_monthday(season_from)
    last = parse_monthday(season_to)

    spans = []
    for year in range(day_of(from_s).year - 1, day_of(to_s).year + 1):
        begin, end = _season_of(year, first, last)
        if max(begin, from_s) < min(end, to_s):
            spans.append((max(begin, from_s), min(end, to_s)))
    return spans


def _season_of(year: int, first: tuple[int, int], last: tuple[int, int]) -> tuple[int, int]:
    """Return (start, end) seconds of the season that begins in a year, both days included."""
    last_year = year if first <= last else year + 1
    begins_on = _leap_day_else(year, first, (3, 1))
    ends_on = _leap_day_else(last_year, last, (2, 28))
    return second(begins_on), second(ends_on + dt.timedelta(days=1))


def weekly_spans(
    weekdays: str | None, hours: str | None, utc_offset_h: float, from_s: int, to_s: int
) -> list[tuple[int, int]]:
    """Return (start, end) seconds UTC of the weekly opening hours that meet [from_s, to_s)."""
    days = _weekday_numbers(weekdays)
    if len(days) == 7 and hours is None:
        return [(from_s, to_s)]

    opens, shuts = parse_hours(hours) if hours else (0, DAY_S)
    offset = round(utc_offset_h * HOUR_S)
    spans: list[tuple[int, int]] = []
    for day in range(from_s // DAY_S - 2, to_s // DAY_S + 2):
        if (day + 3) % 7 not in days:  # 1970-01-01 was a Thursday
            continue
        begin = max(day * DAY_S + opens - offset, from_s)
        end = min(day * DAY_S + shuts - offset, to_s)
        if begin < end:
            _add_joined(spans, begin, end)
    return spans


def _weekday_numbers(weekdays: str | None) -> set[int]:
    """Return the days of the week that are named, Monday 0; all where none is."""
    if not weekdays:
        return set(range(7))
    return {WEEKDAYS.index(word.lower()[:3]) for word in weekdays.split()}


def _add_joined(spans: list[tuple[int, int]], begin: int, end: int) -> None:
    """Add a span, as one with the last where that reaches to it."""
    if spans and spans[-1][1] >= begin:
        spans[-1] = (spans[-1][0], end)
    else:
        spans.append((begin, end))


def window_spans(rows: Iterable[dict[str, object]], from_s: int, to_s: int) -> list[Span]:
    """Return the calendar of one element from its rows of ``windows``: their union.

    Where rows overlap, the one with the higher open_share counts; of equal ones, that with the
    shorter delay. Expected delay on entry: (1 - open_share) x closed_spell_h, the residual of a
    memoryless closure.
    """
    return _union([piece for row in rows for piece in _row_pieces(row, from_s, to_s)])


def _row_pieces(row: dict[str, object], from_s: int, to_s: int) -> Iterator[Span]:
    """Yield the openings of one row of ``windows``: its weekly hours within its seasons."""
    share = _float(row["open_share"], 1.0)
    spell = _float(row["closed_spell_h"], 0.0) * HOUR_S
    season = (_text(row["season_from"]), _text(row["season_to"]))
    week = (_text(row["weekdays"]), _text(row["hours"]), _float(row["utc_offset_h"], 0.0))

    weekly = weekly_spans(*week, from_s, to_s)
    for begin, end in season_spans(*season, from_s, to_s):
        for opens, shuts in weekly:
            if max(begin, opens) < min(end, shuts):
                delay = (1 - share) * spell
                yield Span(max(begin, opens), min(end, shuts), delay, share, spell)


def _union(pieces: list[Span]) -> list[Span]:
    """Cut overlapping pieces at every border and keep the one most open in each part."""
    if all(not _overlap(a, b) for a, b in zip(sorted(pieces), sorted(pieces)[1:], strict=False)):
        return sorted(pieces)
    waiting = sorted(pieces, reverse=True)
    here: list[Span] = []
    merged: list[Span] = []
    cuts = sorted({t for p in pieces for t in (p.start_s, p.end_s)})
    for a, b in zip(cuts, cuts[1:], strict=False):
        here = [p for p in here if p.end_s > a]
        while waiting and waiting[-1].start_s <= a:
            here.append(waiting.pop())
        best = max(here, key=lambda p: (p.open_share, -p.delay_s), default=None)
        if best is not None:
            if merged and merged[-1].end_s == a and merged[-1][2:] == best[2:]:
                merged[-1] = merged[-1]._replace(end_s=b)
            else:
                merged.append(best._replace(start_s=a, end_s=b))
    return merged


def _overlap(a: Span, b: Span) -> bool:
    return a.end_s > b.start_s and b.end_s > a.start_s


def _leap_day_else(year: int, monthday: tuple[int, int], instead: tuple[int, int]) -> dt.date:
    """Return the day in that year; in common years another one instead of 29 February."""
    return dt.date(year, *(instead if monthday == (2, 29) and not isleap(year) else monthday))


def _float(value: object, default: float) -> float:
    return default if value is None else float(value)  # type: ignore[arg-type]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
