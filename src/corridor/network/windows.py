"""Windows: the seasons, weekdays and opening hours of a link or place as a calendar."""

from __future__ import annotations

import datetime as dt
from calendar import isleap
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from corridor.kernels import Ints
from corridor.network.calendar import WEEKDAYS, Span, day_of, second, seconds_of_day
from corridor.network.zones import Stretch, fixed, period_of_days, stretches
from corridor.units import DAY_S, HOUR_S

# What a row of ``windows`` says of its openings.
_CELLS = (
    "season_from",
    "season_to",
    "weekdays",
    "hours",
    "time_zone",
    "utc_offset_h",
    "open_share",
    "closed_spell_h",
    "from_on",
    "to_on",
)


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


def season_spans(
    season_from: str | None, season_to: str | None, from_s: int, to_s: int
) -> list[tuple[int, int]]:
    """Return (start, end) seconds of every occurrence of a season that meets [from_s, to_s)."""
    if season_from is None or season_to is None:
        return [(from_s, to_s)]
    return _season_spans(
        _Season(parse_monthday(season_from), parse_monthday(season_to)), from_s, to_s
    )


class _Season(NamedTuple):
    """The first and the last day of a season, each as (month, day)."""

    first: tuple[int, int]
    last: tuple[int, int]


def _season_spans(season: _Season, from_s: int, to_s: int) -> list[tuple[int, int]]:
    """Return (start, end) seconds of every occurrence of a season that meets [from_s, to_s)."""
    spans = []
    for year in range(day_of(from_s).year - 1, day_of(to_s).year + 1):
        begin, end = _season_of(year, *season)
        if max(begin, from_s) < min(end, to_s):
            spans.append((max(begin, from_s), min(end, to_s)))
    return spans


def _season_of(year: int, first: tuple[int, int], last: tuple[int, int]) -> tuple[int, int]:
    """Return (start, end) seconds of the season that begins in a year, both days included."""
    last_year = year if first <= last else year + 1
    begins_on = _leap_day_else(year, first, (3, 1))
    ends_on = _leap_day_else(last_year, last, (2, 28))
    return second(begins_on), second(ends_on + dt.timedelta(days=1))


def window_spans(
    rows: Iterable[dict[str, object]], from_s: int, to_s: int, zone: str | None = None
) -> list[Span]:
    """Return the calendar of one element from its rows of ``windows``: their union.

    Where rows overlap, the one with the higher open_share counts; of equal ones, that with the
    shorter delay. Expected delay on entry: (1 - open_share) x closed_spell_h, the residual of a
    memoryless closure. The list is the same for all that say the same: not to be changed.

    Parameters
    ----------
    rows
        Those of the element.
    from_s, to_s
        Seconds covered, to_s no longer.
    zone
        Zone of rows that name none and no offset; null: UTC.
    """
    cells = tuple(tuple(row.get(name) for name in _CELLS) for row in rows)
    return _calendar(cells, from_s, to_s, zone)


@lru_cache(maxsize=512)  # most networks of a study have the same windows, and so have many links
def _calendar(
    rows: tuple[tuple[object, ...], ...], from_s: int, to_s: int, zone: str | None
) -> list[Span]:
    """Return the calendar of one element from the cells of its rows, the same for equal ones."""
    of_rows = (_row_pieces(dict(zip(_CELLS, row, strict=True)), from_s, to_s, zone) for row in rows)
    return _union([piece for pieces in of_rows for piece in pieces])


class _LocalDays(NamedTuple):
    """The days a row of ``windows`` is open on, and its hours in seconds of the local day.

    season: null: all year. A night, which ends on the next day, is of the day it began on.
    """

    season: _Season | None
    weekdays: set[int]
    opens_s: int
    shuts_s: int

    @property
    def is_every_second(self) -> bool:
        """Tell whether no season, weekday or hour is named."""
        return self.season is None and self.is_whole_week

    @property
    def is_whole_week(self) -> bool:
        """Tell whether no weekday or hour is named."""
        return len(self.weekdays) == 7 and (self.opens_s, self.shuts_s) == (0, DAY_S)

    def runs(self, first_day: int, end_day: int) -> Ints:
        """Return the first and the last of days on which it is open without a break, in order.

        Days are counted from 1970-01-01; those from first_day to before end_day int64 [runs, 2].
        """
        seasons = [(first_day * DAY_S, end_day * DAY_S)]
        if self.season is not None:
            seasons = _season_spans(self.season, *seasons[0])
        runs = np.array(seasons, np.int64).reshape(-1, 2) // DAY_S - (0, 1)
        if self.is_whole_week:
            return runs

        days = np.concatenate([np.arange(first, last + 1) for first, last in runs] or [runs[:, 0]])
        is_open = np.isin(np.arange(7), list(self.weekdays))
        days = days[is_open[(days + 3) % 7]]  # 1970-01-01 was a Thursday
        return np.column_stack([days, days])


def _row_pieces(row: dict[str, object], from_s: int, to_s: int, zone: str | None) -> Iterator[Span]:
    """Yield the openings of one row of ``windows``: its weekly hours on the days of its season."""
    share = _float(row["open_share"], 1.0)
    spell = _float(row["closed_spell_h"], 0.0) * HOUR_S
    weather = ((1 - share) * spell, share, spell)

    begin_s, end_s = _period(row, from_s, to_s, zone)
    if begin_s >= end_s:
        return

    days = _local_days(row)
    if days.is_every_second:
        yield Span(begin_s, end_s, *weather)
        return

    pieces = [_spans_by_clock(days, each) for each in _stretches(row, begin_s, end_s, zone)]
    for begin, end in _joined(np.concatenate(pieces)).tolist():
        yield Span(begin, end, *weather)


def _period(row: dict[str, object], from_s: int, to_s: int, zone: str | None) -> tuple[int, int]:
    """Return from when to before when a row holds within [from_s, to_s), by its own clock."""
    from_on = _date(row.get("from_on"))
    to_on = _date(row.get("to_on"))
    if from_on is None and to_on is None:
        return from_s, to_s

    own_zone = _text(row["time_zone"])
    is_by_offset = own_zone is None and row["utc_offset_h"] is not None
    offset_s = round(_float(row["utc_offset_h"], 0.0) * HOUR_S) if is_by_offset else 0
    begin_s, end_s = period_of_days(from_on, to_on, None if is_by_offset else own_zone or zone)
    return max(begin_s - offset_s, from_s), min(end_s - offset_s, to_s)


def _local_days(row: dict[str, object]) -> _LocalDays:
    first, last = _text(row["season_from"]), _text(row["season_to"])
    season = None
    if first is not None and last is not None:
        season = _Season(parse_monthday(first), parse_monthday(last))

    hours = _text(row["hours"])
    opens_s, shuts_s = parse_hours(hours) if hours else (0, DAY_S)
    return _LocalDays(season, _weekday_numbers(_text(row["weekdays"])), opens_s, shuts_s)


def _stretches(
    row: dict[str, object], from_s: int, to_s: int, zone: str | None
) -> Sequence[Stretch]:
    """Return what the clock of a row shows: by its own zone or offset, else by its place's."""
    own_zone = _text(row["time_zone"])
    offset_h = row["utc_offset_h"]
    if own_zone is None and offset_h is not None:
        return fixed(round(_float(offset_h, 0.0) * HOUR_S), from_s, to_s)

    name = own_zone or zone
    return fixed(0, from_s, to_s) if name is None else stretches(name, from_s, to_s)


def _spans_by_clock(days: _LocalDays, stretch: Stretch) -> Ints:
    """Return (start, end) of the openings in a stretch, in order int64 [openings, 2]."""
    start_s, end_s, offset_s = stretch
    # The night before the first day may last into the stretch.
    first_day = (start_s + offset_s) // DAY_S - 1
    last_day = (end_s + offset_s) // DAY_S

    hours_s = (days.opens_s - offset_s, days.shuts_s - offset_s)
    spans = np.clip(days.runs(first_day, last_day + 1) * DAY_S + hours_s, start_s, end_s)
    openings: Ints = spans[spans[:, 0] < spans[:, 1]]
    return openings


def _joined(spans: Ints) -> Ints:
    """Return (start, end) of openings in order, those as one that reach the next."""
    shut_s = np.maximum.accumulate(spans[:, 1])
    begins = np.flatnonzero(np.append(True, spans[1:, 0] > shut_s[:-1])[: len(spans)])
    ends = np.append(begins[1:], len(spans))[: len(begins)] - 1
    return np.column_stack([spans[begins, 0], shut_s[ends]])


def _weekday_numbers(weekdays: str | None) -> set[int]:
    """Return the days of the week that are named, Monday 0; all where none is."""
    if not weekdays:
        return set(range(7))
    return {WEEKDAYS.index(word.lower()[:3]) for word in weekdays.split()}


def _union(pieces: list[Span]) -> list[Span]:
    """Cut overlapping pieces at every border and keep the one most open in each part."""
    in_order = sorted(pieces)
    if not any(_overlap(one, next_one) for one, next_one in pairwise(in_order)):
        return in_order

    cuts = sorted({at_s for piece in pieces for at_s in (piece.start_s, piece.end_s)})
    waiting = in_order[::-1]
    current: list[Span] = []
    merged: list[Span] = []
    for begin, end in pairwise(cuts):
        current = [piece for piece in current if piece.end_s > begin]
        while waiting and waiting[-1].start_s <= begin:
            current.append(waiting.pop())

        best = max(current, key=lambda piece: (piece.open_share, -piece.delay_s), default=None)
        if best is not None:
            _add_prolonged(merged, best._replace(start_s=begin, end_s=end))
    return merged


def _add_prolonged(spans: list[Span], span: Span) -> None:
    """Add a span, as one with the last where that ends as it begins and has the same weather."""
    if spans and spans[-1].end_s == span.start_s and spans[-1][2:] == span[2:]:
        spans[-1] = spans[-1]._replace(end_s=span.end_s)
    else:
        spans.append(span)


def _overlap(a: Span, b: Span) -> bool:
    return a.end_s > b.start_s and b.end_s > a.start_s


def _leap_day_else(year: int, monthday: tuple[int, int], instead: tuple[int, int]) -> dt.date:
    """Return the day in that year; in common years another one instead of 29 February."""
    return dt.date(year, *(instead if monthday == (2, 29) and not isleap(year) else monthday))


def _float(value: object, default: float) -> float:
    return default if value is None else float(value)  # type: ignore[arg-type]


def _date(value: object) -> dt.date | None:
    return value if isinstance(value, dt.date) else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)
