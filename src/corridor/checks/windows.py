"""Checks of windows: what each is for, its clock and weather, and days its seasons leave out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import polars as pl

from corridor.errors import Finding, did_you_mean, first_findings
from corridor.network.calendar import second
from corridor.network.windows import parse_monthday
from corridor.network.zones import is_zone, stretches, zone_names
from corridor.tables.cures import offset_meant
from corridor.tables.tables import Row, Tables

_LEAP_YEAR = tuple(dt.date(2024, 1, 1) + dt.timedelta(days=i) for i in range(366))
_CLOCKS_FROM_S = second("2024-01-01")
_CLOCKS_TO_S = second("2027-01-01")


def check_windows(tables: Tables) -> list[Finding]:
    """Return what is wrong with windows, and with the zones that any table names."""
    return first_findings(_windows(tables), _zones(tables), _gaps(tables))


def _windows(tables: Tables) -> Iterator[Finding]:
    if "windows" in tables.broken:
        return

    for window in tables.rows("windows"):
        has_link = window["link_id"] is not None
        has_node = window["node_id"] is not None
        if has_link == has_node:
            yield window.error(
                "window-target",
                "link_id",
                f"the window names {'both' if has_link else 'neither'} of link_id and node_id.",
                do="Name the one it is for, and leave the other empty.",
            )
        yield from _spell(window)
        yield from _two_clocks(window)


def _spell(window: Row) -> Iterator[Finding]:
    share = window["open_share"]
    if share is None or share >= 1:
        return

    if window.is_empty("closed_spell_h"):
        yield window.error(
            "missing-spell",
            "closed_spell_h",
            f"windows.open_share is {share:g}, and closed_spell_h is empty: "
            "how long a closure lasts is not said.",
            do="Write the mean hours of one weather closure.",
        )


def _two_clocks(window: Row) -> Iterator[Finding]:
    """A zone beside an offset that its clock does not show the year round."""
    zone = window["time_zone"]
    offset_h = window["utc_offset_h"]
    if zone is None or offset_h is None or not is_zone(zone):
        return

    clocks = stretches(zone, _CLOCKS_FROM_S, _CLOCKS_TO_S)
    offsets_h = sorted({clock.offset_s / 3600 for clock in clocks})
    if offsets_h != [offset_h]:
        shown = " and ".join(f"{hours:g}" for hours in offsets_h)
        yield window.error(
            "two-clocks",
            "utc_offset_h",
            f"windows.utc_offset_h is {offset_h:g}, and the clock of {zone} shows UTC + {shown} h.",
            do="Keep one of the two: the zone where its clock is meant, with daylight saving; "
            "the offset where it is not.",
            value=f"{offset_h:g}",
        )


def _zones(tables: Tables) -> Iterator[Finding]:
    """Zones there are not."""
    for table in ("nodes", "windows", "services"):
        if "time_zone" not in tables.frames[table].columns:
            continue
        for row in tables.rows_where(table, pl.col("time_zone").is_not_null()):
            zone = row["time_zone"]
            if not is_zone(zone):
                yield row.error(
                    "unknown-time-zone",
                    "time_zone",
                    f"{table}.time_zone is {zone!r}, which is no zone of the IANA database.",
                    do=_zone_cure(table, zone),
                    value=zone,
                )


def _zone_cure(table: str, text: str) -> str:
    """Return what to write for a zone that is none."""
    offset_h = offset_meant(text)
    if offset_h is not None and table == "windows":
        return f"Leave it empty and write {offset_h:g} into utc_offset_h."

    word = text.strip().casefold().replace(" ", "_")
    for name in sorted(zone_names()):
        if word in (name.casefold(), name.casefold().rpartition("/")[2]):
            return f"Write {name} if that was meant."
    return did_you_mean(text, sorted(zone_names()), "Write a name such as Asia/Almaty.")


# Seasons of one place or link, side by side


def _gaps(tables: Tables) -> Iterator[Finding]:
    """A single day of the year on which no season of a place or link is open."""
    rows = sorted(tables.rows("windows"), key=_element)
    for _, windows in groupby(rows, _element):
        for together in _of_every_option(list(windows)):
            yield from _gap(together)


def _element(window: Row) -> tuple[str, str]:
    return window["link_id"] or "", window["node_id"] or ""


def _of_every_option(windows: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield the windows that count together: those of each option with those of every one."""
    options = dict.fromkeys(window["alternative"] for window in windows)
    for option in [option for option in options if option is not None] or [None]:
        yield [window for window in windows if window["alternative"] in (None, option)]


def _gap(windows: Sequence[Row]) -> Iterator[Finding]:
    seasons = {(window["season_from"], window["season_to"]) for window in windows}
    is_open = _open_days(seasons)
    for i, day in enumerate(_LEAP_YEAR):
        is_gap = not is_open[i] and is_open[i - 1] and is_open[(i + 1) % len(is_open)]
        if is_gap:
            before = _LEAP_YEAR[i - 1]
            ends_before = [w for w in windows if w["season_to"] == f"{before:%m-%d}"] or windows
            yield ends_before[0].warning(
                "day-out-of-season",
                "season_to",
                f"no season holds {day:%m-%d}, and the days before and after are open: "
                f"the {'link' if windows[0]['link_id'] else 'place'} is shut on that day.",
                do=f"Write {day:%m-%d} into season_to if the seasons should meet.",
                value=ends_before[0]["season_to"],
            )


def _open_days(seasons: Iterable[tuple[str | None, str | None]]) -> list[bool]:
    """Tell of each day of a leap year whether it is in any of some seasons."""
    days = [(day.month, day.day) for day in _LEAP_YEAR]
    open_days: set[tuple[int, int]] = set()
    for first, last in seasons:
        if first is None or last is None:
            return [True] * len(days)

        begin, end = days.index(parse_monthday(first)), days.index(parse_monthday(last))
        open_days.update(days[begin : end + 1] if begin <= end else days[begin:] + days[: end + 1])
    return [day in open_days for day in days]
