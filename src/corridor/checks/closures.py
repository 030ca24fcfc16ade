"""Checks of the history of closures, of the hazards drawn from it and of the closures replayed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from corridor.errors import Finding, did_you_mean
from corridor.network.durations import DEFAULT, EXPONENTIAL_SIGMA, mean_d
from corridor.tables.reading import Spot, Tables
from corridor.units import MEAN_YEAR_DAYS

_SLACK = 0.01  # a sigma rounded to two digits


def check_closures(tables: Tables) -> list[Finding]:
    """Return what is wrong with events and hazards beyond single cells, periods and references."""
    return [
        *_ends(tables),
        *_twice(tables),
        *_watched(tables),
        *_durations(tables),
        *_always(tables),
        *_replays(tables),
    ]


def _ends(tables: Tables) -> Iterator[Finding]:
    """Closures that neither end nor were seen last, do both, or have no length."""
    for i, row in enumerate(tables.frames["events"].to_dicts()):
        first = row["from_on"]
        end = row["to_on"]
        seen = row["last_seen_on"]
        spot = Spot("events", i, "last_seen_on")
        if end is None and seen is None:
            yield tables.finding(
                "open-event",
                spot,
                "events has neither to_on nor last_seen_on: how long the closure lasted cannot be "
                "told.",
                "Write the day it was open again into to_on, or the last day it was seen shut "
                "into last_seen_on.",
            )
        elif end is not None and seen is not None:
            yield tables.finding(
                "contradictory-event",
                spot,
                f"events is open again on {end} and also still shut when last seen on {seen}.",
                "Keep to_on if the end is known, else last_seen_on.",
                value=str(seen),
            )
        elif end is None and first is not None and row["duration_d"] is None and seen <= first:
            yield tables.finding(
                "empty-period",
                spot,
                f"events begins on {first} and was last seen on {seen}: no length at all.",
                "Write a later last_seen_on, or the hours as days into duration_d.",
                value=str(seen),
            )


def _twice(tables: Tables) -> Iterator[Finding]:
    """Two whole closures of one hazard at one time: one closure told twice, or an end that is
    wrong."""
    known: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for i, row in enumerate(tables.frames["events"].to_dicts()):
        if row["hazard_id"] is not None and row["from_on"] is not None and row["effect_share"] == 1:
            known.setdefault(row["hazard_id"], []).append((i, row))
    for hazard_id, events in known.items():
        events.sort(key=lambda pair: (pair[1]["from_on"], pair[0]))
        for (_, before), (i, row) in zip(events, events[1:], strict=False):
            end = before["to_on"] or before["last_seen_on"]
            if end is not None and row["from_on"] < end:
                yield tables.finding(
                    "overlapping-events",
                    Spot("events", i, "from_on"),
                    f"events shuts {hazard_id} from {row['from_on']}, while {before['event_id']} "
                    f"holds it shut to {end}.",
                    "Join the rows, correct an end, or name another hazard: one hazard is shut "
                    "once at a time.",
                    value=str(row["from_on"]),
                )


def _watched(tables: Tables) -> Iterator[Finding]:
    """Watched periods with one end, and events outside the period of their hazard."""
    hazards: dict[str, Mapping[str, Any]] = {}
    for i, row in enumerate(tables.frames["hazards"].to_dicts()):
        since = row["watched_from_on"]
        until = row["watched_to_on"]
        if (since is None) != (until is None):
            column = "watched_from_on" if since is None else "watched_to_on"
            yield tables.finding(
                "half-period",
                Spot("hazards", i, column),
                "hazards gives a watched period with one end only.",
                f"Write {column} too, or empty both where events are examples.",
            )
        elif since is not None and until <= since:
            yield tables.finding(
                "empty-period",
                Spot("hazards", i, "watched_to_on"),
                f"hazards was watched from {since} to before {until}: no day at all.",
                "Write a watched_to_on later than watched_from_on.",
                value=str(until),
            )
        elif since is not None:
            hazards[row["hazard_id"]] = row
    for i, row in enumerate(tables.frames["events"].to_dicts()):
        hazard = hazards.get(row["hazard_id"])
        if (
            hazard
            and row["from_on"]
            and not hazard["watched_from_on"] <= row["from_on"] < hazard["watched_to_on"]
        ):
            yield tables.finding(
                "unwatched-event",
                Spot("events", i, "from_on"),
                f"events begins on {row['from_on']}, and {row['hazard_id']} was watched from "
                f"{hazard['watched_from_on']} to before {hazard['watched_to_on']}: it does not "
                "count for the rate.",
                "Widen the watched period if every closure in it is known.",
                severity="warning",
                value=str(row["from_on"]),
            )


def _durations(tables: Tables) -> Iterator[Finding]:
    """Spreads that a family of durations cannot have."""
    for i, row in enumerate(tables.frames["hazards"].to_dicts()):
        family = row["distribution"]
        sigma = row["duration_sigma"]
        if sigma is None or family not in ("exponential", "pareto"):
            continue
        wrong = (
            sigma < EXPONENTIAL_SIGMA - _SLACK
            if family == "pareto"
            else abs(sigma - EXPONENTIAL_SIGMA) > _SLACK
        )
        if wrong:
            must = "of at least" if family == "pareto" else "of"
            yield tables.finding(
                "impossible-spread",
                Spot("hazards", i, "duration_sigma"),
                f"hazards.duration_sigma is {sigma:g}, and the logarithm of a length that is "
                f"{family} has one {must} {EXPONENTIAL_SIGMA:.4f}.",
                "Write weibull or lognormal, or correct the sigma.",
                value=f"{sigma:g}",
            )


def _always(tables: Tables) -> Iterator[Finding]:
    """Hazards that would shut their links most of the time."""
    for i, row in enumerate(tables.frames["hazards"].to_dicts()):
        rate = row["events_per_year"]
        median = row["duration_median_d"]
        sigma = row["duration_sigma"]
        if not rate or not median or not sigma or rate < 0 or median < 0 or sigma < 0:
            continue
        family = row["distribution"] or DEFAULT
        if family == "pareto" and sigma < EXPONENTIAL_SIGMA - _SLACK:
            continue
        mean = mean_d(
            family, median, max(sigma, EXPONENTIAL_SIGMA) if family == "pareto" else sigma
        )
        if mean is None or rate * mean >= MEAN_YEAR_DAYS / 2:
            said = (
                "no mean at all"
                if mean is None
                else f"a mean of {mean:.0f} days, {rate:g} times a year"
            )
            share = 1.0 if mean is None else -math.expm1(-rate * mean / MEAN_YEAR_DAYS)
            yield tables.finding(
                "mostly-shut",
                Spot("hazards", i, "duration_median_d"),
                f"hazards gives closures {said}: shut {share:.0%} of the time.",
                "Check rate and length; a way that is mostly shut is a change or a window, not a "
                "hazard.",
                severity="warning",
                value=f"{median:g}",
            )


def _replays(tables: Tables) -> Iterator[Finding]:
    """Replays of a change that is none or closes nothing, over a time without a first and last day,
    or of no demand."""
    changes = tables.frames["changes"].to_dicts()
    known = dict.fromkeys(row["change_id"] for row in changes)
    closing = {
        row["change_id"]
        for row in changes
        if (row["table"], row["column"], row["value"]) == ("links", "status", "closed")
    }
    figures = {row["figure_id"]: row for row in tables.frames["figures"].to_dicts()}
    sent = set(tables.frames["demand"]["source_id"].to_list())
    for i, row in enumerate(tables.frames["replays"].to_dicts()):
        name = row["change_id"]
        source = row["demand_source_id"]
        if "changes" not in tables.broken and name is not None and name not in closing:
            what = "closes nothing" if name in known else f"{tables.name('changes')} does not have"
            yield tables.finding(
                "unknown-change",
                Spot("replays", i, "change_id"),
                f"replays.change_id names {name!r}, which {what}.",
                did_you_mean(name, closing, "Name a change that sets links.status to closed."),
                value=name,
            )
        figure = figures.get(row["figure_after_id"])
        if figure is not None and (figure["from_on"] is None or figure["to_on"] is None):
            yield tables.finding(
                "open-period",
                Spot("replays", i, "figure_after_id"),
                f"replays.figure_after_id names {row['figure_after_id']!r}, which has no first or "
                "no last day.",
                "Write from_on and to_on of the figure: they say which days to replay.",
            )
        if source is not None and source not in sent and "demand" not in tables.broken:
            yield tables.finding(
                "no-demand",
                Spot("replays", i, "demand_source_id"),
                f"replays.demand_source_id names {source!r}, and no row of {tables.name('demand')} "
                "comes from there.",
                "Name the source of the demand that the closure stops.",
                value=source,
            )
