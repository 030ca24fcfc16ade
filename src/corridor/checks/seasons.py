"""Checks of the seasons of a place or link: those of several windows adjoin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from corridor.errors import Finding, first_findings
from corridor.network.windows import parse_monthday
from corridor.tables.tables import Row, Tables

LEAP_YEAR = 2024
YEAR_DAYS = 366  # with 29 February, which a season may begin or end on
_MAX_SLACK_DAYS = 1  # a season to 28 February adjoins one from 1 March


class _Season(NamedTuple):
    """The season of a window: its first and last day as numbers within the year."""

    first: int
    last: int
    window: Row


def check_seasons(tables: Tables) -> list[Finding]:
    """Return warnings on windows of one target whose seasons overlap or leave days between them."""
    if "windows" in tables.broken:
        return []
    return first_findings(*map(_gaps, _seasons(tables).values()))


def _seasons(tables: Tables) -> Mapping[tuple[str, ...], list[_Season]]:
    """Return target and alternative -> its seasons, of windows open on every day and hour."""
    seasons: dict[tuple[str, ...], list[_Season]] = {}
    for window in tables.rows("windows"):
        ends = (window["season_from"], window["season_to"])
        if None in ends or window["weekdays"] is not None:
            continue

        target = window["link_id"] or window["node_id"] or ""
        dates = (str(window["from_on"]), str(window["to_on"]))
        key = (target, window["alternative"] or "", window["hours"] or "", *dates)
        first, last = (_day(monthday) for monthday in ends)
        seasons.setdefault(key, []).append(_Season(first, last, window))
    return seasons


def _day(monthday: str) -> int:
    """Return the number of a day MM-DD within a leap year, from 0."""
    month, day = parse_monthday(monthday)
    return dt.date(LEAP_YEAR, month, day).timetuple().tm_yday - 1


def _gaps(seasons: Sequence[_Season]) -> Iterator[Finding]:
    """Give a finding for each pair of neighbours in the year that do not adjoin."""
    if len(seasons) < 2:
        return

    ordered = sorted(seasons, key=lambda season: season.first)
    for earlier, later in pairwise([*ordered, ordered[0]]):
        length = (earlier.last - earlier.first) % YEAR_DAYS + 1
        to_next = (later.first - earlier.first) % YEAR_DAYS
        days = to_next - length
        if not 0 <= days <= _MAX_SLACK_DAYS:
            yield _gap(earlier.window, later.window, days)


def _gap(earlier: Row, later: Row, days: int) -> Finding:
    value = later["season_from"]
    what = f"{days} days after" if days > 0 else f"{-days} days before"
    return later.warning(
        "seasons-apart",
        "season_from",
        f"the season of {later['window_id']} begins on {value}, "
        f"{what} that of {earlier['window_id']} is over ({earlier['season_to']}).",
        do="Let the seasons adjoin; where it is shut in between, say so in the note.",
        value=value,
    )
