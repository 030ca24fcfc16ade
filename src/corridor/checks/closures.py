"""Checks of the history of closures, of the hazards drawn from it and of the closures replayed."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Set
from itertools import pairwise

from corridor.errors import Finding, did_you_mean, first_findings
from corridor.network import durations
from corridor.network.coverage import WORD_HAZARDS
from corridor.network.durations import DEFAULT, EXPONENTIAL_SIGMA
from corridor.tables import schema
from corridor.tables.tables import Row, Spot, Tables
from corridor.units import MEAN_YEAR_DAYS

_SLACK = 0.01  # a sigma rounded to two digits
# Hazards expected to strike in one year, from which a year may well have more than the simulation
# tells apart (WORD_HAZARDS).
_MANY_STRIKE = 45.0
_MAX_SIGMA = schema.table("hazards").column("duration_sigma").high or math.inf


def check_closures(tables: Tables) -> list[Finding]:
    """Return what is wrong with events, hazards and replays beyond single cells and references."""
    return first_findings(
        _ends(tables),
        _overlaps(tables),
        _watched_periods(tables),
        _unwatched_events(tables),
        _spreads(tables),
        _mostly_shut(tables),
        _many_a_year(tables),
        _replays(tables),
    )


# Events


def _ends(tables: Tables) -> Iterator[Finding]:
    """Closures that neither end nor were seen last, do both, or have no length."""
    for event in tables.rows("events"):
        has_end = event["to_on"] is not None
        was_last_seen = event["last_seen_on"] is not None

        if not has_end and not was_last_seen:
            yield _open_event(event)
        elif has_end and was_last_seen:
            yield _contradictory_event(event)
        elif not has_end and _is_without_length(event):
            yield _empty_event(event)


def _open_event(event: Row) -> Finding:
    return event.error(
        "open-event",
        "last_seen_on",
        "events has neither to_on nor last_seen_on: how long the closure lasted cannot be told.",
        do="Write the day it was open again into to_on, "
        "or the last day it was seen shut into last_seen_on.",
    )


def _contradictory_event(event: Row) -> Finding:
    last_seen = event["last_seen_on"]
    return event.error(
        "contradictory-event",
        "last_seen_on",
        f"events is open again on {event['to_on']} "
        f"and also still shut when last seen on {last_seen}.",
        do="Keep to_on if the end is known, else last_seen_on.",
        value=str(last_seen),
    )


def _empty_event(event: Row) -> Finding:
    start = event["from_on"]
    last_seen = event["last_seen_on"]
    return event.error(
        "empty-period",
        "last_seen_on",
        f"events begins on {start} and was last seen on {last_seen}: no length at all.",
        do="Write a later last_seen_on, or the hours as days into duration_d.",
        value=str(last_seen),
    )


def _is_without_length(event: Row) -> bool:
    if event["from_on"] is None or event["duration_d"] is not None:
        return False
    return bool(event["last_seen_on"] <= event["from_on"])


def _overlaps(tables: Tables) -> Iterator[Finding]:
    """Closures of one hazard at one time: one closure twice, or an end that is wrong."""
    for events in _full_closures(tables).values():
        events.sort(key=lambda event: (event["from_on"], event.number))
        for earlier, event in pairwise(events):
            end = earlier["to_on"] or earlier["last_seen_on"]
            if end is not None and event["from_on"] < end:
                yield _overlapping_events(earlier, event, end)


def _overlapping_events(earlier: Row, event: Row, end: dt.date) -> Finding:
    """Return the finding on a closure that begins before the end of an earlier one."""
    start = event["from_on"]
    return event.error(
        "overlapping-events",
        "from_on",
        f"events shuts {event['hazard_id']} from {start}, "
        f"while {earlier['event_id']} holds it shut to {end}.",
        do="Join the rows, correct an end, or name another hazard: "
        "one hazard is shut once at a time.",
        value=str(start),
    )


def _full_closures(tables: Tables) -> dict[str, list[Row]]:
    """Return hazard -> its events that stopped all traffic."""
    closures: dict[str, list[Row]] = {}
    for event in tables.rows("events"):
        hazard_id = event["hazard_id"]
        if hazard_id is not None and event["from_on"] is not None and event["effect_share"] == 1:
            closures.setdefault(hazard_id, []).append(event)
    return closures


# Hazards


def _watched_periods(tables: Tables) -> Iterator[Finding]:
    """Watched periods with one end, or without a day."""
    for hazard in tables.rows("hazards"):
        start = hazard["watched_from_on"]
        end = hazard["watched_to_on"]
        if (start is None) != (end is None):
            yield _half_period(hazard, "watched_from_on" if start is None else "watched_to_on")
        elif start is not None and end <= start:
            yield _empty_period(hazard, start, end)


def _half_period(hazard: Row, empty_column: str) -> Finding:
    return hazard.error(
        "half-period",
        empty_column,
        "hazards gives a watched period with one end only.",
        do=f"Write {empty_column} too, or empty both where events are examples.",
    )


def _empty_period(hazard: Row, start: dt.date, end: dt.date) -> Finding:
    return hazard.error(
        "empty-period",
        "watched_to_on",
        f"hazards was watched from {start} to before {end}: no day at all.",
        do="Write a watched_to_on later than watched_from_on.",
        value=str(end),
    )


def _unwatched_events(tables: Tables) -> Iterator[Finding]:
    """Events outside the watched period of their hazard."""
    periods = _periods(tables)
    for event in tables.rows("events"):
        hazard_id = event["hazard_id"]
        day = event["from_on"]
        if hazard_id not in periods or not day:
            continue

        start, end = periods[hazard_id]
        if not start <= day < end:
            yield event.warning(
                "unwatched-event",
                "from_on",
                f"events begins on {day}, and {hazard_id} was watched "
                f"from {start} to before {end}: it does not count for the rate.",
                do="Widen the watched period if every closure in it is known.",
                value=str(day),
            )


def _periods(tables: Tables) -> dict[str, tuple[dt.date, dt.date]]:
    """Return hazard -> first day watched and first day no longer, where they make a period."""
    columns = ("hazard_id", "watched_from_on", "watched_to_on")
    return {
        hazard_id: (start, end)
        for _, (hazard_id, start, end) in tables.cells("hazards", *columns)
        if start is not None and end is not None and start < end
    }


def _spreads(tables: Tables) -> Iterator[Finding]:
    """Spreads that a family of durations cannot have."""
    for hazard in tables.rows("hazards"):
        family = hazard["distribution"]
        sigma = hazard["duration_sigma"]
        if sigma is None or _can_have(family, sigma):
            continue

        bound = "of at least" if family == "pareto" else "of"
        yield hazard.error(
            "impossible-spread",
            "duration_sigma",
            f"hazards.duration_sigma is {sigma:g}, and the logarithm of a length "
            f"that is {family} has one {bound} {EXPONENTIAL_SIGMA:.4f}.",
            do="Write weibull or lognormal, or correct the sigma.",
            value=f"{sigma:g}",
        )


def _can_have(family: str | None, sigma: float) -> bool:
    """Tell whether lengths of a family can have a logarithm of this standard deviation."""
    match family:
        case "pareto":
            return sigma >= EXPONENTIAL_SIGMA - _SLACK
        case "exponential":
            return abs(sigma - EXPONENTIAL_SIGMA) <= _SLACK
        case _:
            return True


def _mostly_shut(tables: Tables) -> Iterator[Finding]:
    """Hazards that would shut their links most of the time."""
    for hazard in tables.rows("hazards"):
        if not _is_in_range(hazard):
            continue

        rate = hazard["events_per_year"]
        mean = _mean_length_d(hazard)
        if mean is not None and rate * mean < MEAN_YEAR_DAYS / 2:
            continue

        yield hazard.warning(
            "mostly-shut",
            "duration_median_d",
            f"hazards gives closures {_shut_time(rate, mean)} of the time.",
            do="Check rate and length; "
            "a link that is mostly shut is a change or a window, not a hazard.",
            value=f"{hazard['duration_median_d']:g}",
        )


def _shut_time(rate_per_year: float, mean_d: float | None) -> str:
    if mean_d is None:
        return f"no mean at all: shut {1.0:.0%}"

    share = -math.expm1(-rate_per_year * mean_d / MEAN_YEAR_DAYS)
    return f"a mean of {mean_d:.0f} days, {rate_per_year:g} times a year: shut {share:.0%}"


def _is_in_range(hazard: Row) -> bool:
    """Tell whether rate, length and spread are possible; what is not has been reported already."""
    rate = hazard["events_per_year"] or 0
    median = hazard["duration_median_d"] or 0
    sigma = hazard["duration_sigma"] or 0
    is_impossible = hazard["distribution"] == "pareto" and not _can_have("pareto", sigma)
    return rate > 0 and median > 0 and 0 < sigma <= _MAX_SIGMA and not is_impossible


def _mean_length_d(hazard: Row) -> float | None:
    family = hazard["distribution"] or DEFAULT
    sigma = hazard["duration_sigma"]
    if family == "pareto":
        sigma = max(sigma, EXPONENTIAL_SIGMA)
    return durations.mean_d(family, hazard["duration_median_d"], sigma)


# Replays


def _many_a_year(tables: Tables) -> Iterator[Finding]:
    """More hazards than a simulated year tells apart: routes take any number."""
    rates = tables.frames["hazards"]["events_per_year"].drop_nulls().to_list()
    expected = sum(-math.expm1(-max(rate, 0.0)) for rate in rates)
    if expected > _MANY_STRIKE:
        yield tables.warning(
            "many-hazards",
            Spot("hazards", 0, "events_per_year"),
            f"about {expected:.0f} of {len(rates)} hazards strike in a year; simulate tells "
            f"{WORD_HAZARDS} in one year apart and refuses a year with more.",
            do="Join rows that stand for the same danger on neighbouring links: row_id takes "
            "several ids.",
            rows=(),
        )


def _replays(tables: Tables) -> Iterator[Finding]:
    """Replays of no closure, of a time without its first or last day, or of no demand."""
    changes = {change["change_id"] for change in tables.rows("changes")}
    closing = {change["change_id"] for change in tables.rows("changes") if _closes_links(change)}
    figures = {figure["figure_id"]: figure for figure in tables.rows("figures")}
    sources = set(tables.frames["demand"]["source_id"].to_list())

    for replay in tables.rows("replays"):
        yield from _replayed_change(replay, changes, closing)
        yield from _replayed_days(replay, figures.get(replay["figure_after_id"]))
        yield from _replayed_demand(replay, sources)


def _replayed_change(replay: Row, changes: Set[str], closing: Set[str]) -> Iterator[Finding]:
    """A change to be replayed that is none, or closes nothing.

    changes, closing: ids of all, and of those that close links.
    """
    name = replay["change_id"]
    if name is None or name in closing or "changes" in replay.tables.broken:
        return

    what = "closes nothing" if name in changes else f"{replay.tables.name('changes')} does not have"
    yield replay.error(
        "unknown-change",
        "change_id",
        f"replays.change_id names {name!r}, which {what}.",
        do=did_you_mean(name, closing, "Name a change that sets links.status to closed."),
        value=name,
    )


def _replayed_days(replay: Row, figure: Row | None) -> Iterator[Finding]:
    if figure is not None and (figure["from_on"] is None or figure["to_on"] is None):
        yield replay.error(
            "open-period",
            "figure_after_id",
            f"replays.figure_after_id names {figure['figure_id']!r}, "
            "which has no first or no last day.",
            do="Write from_on and to_on of the figure: they say which days to replay.",
        )


def _replayed_demand(replay: Row, sources: Set[str]) -> Iterator[Finding]:
    """A replay of demand of which there is none; sources: those demand comes from."""
    source = replay["demand_source_id"]
    if source is not None and source not in sources and "demand" not in replay.tables.broken:
        yield replay.error(
            "no-demand",
            "demand_source_id",
            f"replays.demand_source_id names {source!r}, "
            f"and no row of {replay.tables.name('demand')} comes from there.",
            do="Name the source of the demand that the closure stops.",
            value=source,
        )


def _closes_links(change: Row) -> bool:
    edit = (change["table"], change["column"], change["value"])
    return edit == ("links", "status", "closed")
