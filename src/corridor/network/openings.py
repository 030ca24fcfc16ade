"""Openings: the calendar of every arc over two years or more, and the closures behind its gaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from corridor.kernels import Ints
from corridor.network.calendar import (
    FOREVER_MIN,
    Span,
    intersect,
    leaving,
    minute,
    parse_timetable,
    timetable_spans,
    without,
)
from corridor.network.changes import Closure, status_spans
from corridor.network.graph import LinkRun, Row
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.network.rules import Applied
from corridor.network.services import mean_wait_min
from corridor.network.windows import window_spans
from corridor.units import MINUTE_S

YEARS_AHEAD = 2


@dataclass(frozen=True, eq=False)
class Openings:
    """When every link can be entered, from from_min to before to_min.

    By link row: spans: its calendar; windows: the calendar each element with windows (the link, its
    ends) leaves it; closures: what shuts it (status and changes, whole; windows by name).
    """

    from_min: int
    to_min: int
    spans: list[list[Span]]
    windows: list[dict[str, list[Span]]]
    closures: list[list[Closure]]


def horizon(depart_min: int) -> tuple[int, int]:
    """Return the minutes a calendar must cover for a departure: its year and two more."""
    year = dt.datetime.fromtimestamp(depart_min * MINUTE_S, dt.UTC).year
    return minute(dt.date(year, 1, 1)), minute(dt.date(year + 1 + YEARS_AHEAD, 1, 1))


def link_openings(network: Network, depart_min: int) -> Openings:
    """Return when every link can be entered, for departures in the year of depart_min.

    Made once a year and network.
    """
    from_min, to_min = horizon(depart_min)
    return network.once(
        Derived.OPENINGS.of(from_min), lambda: _link_openings(network, from_min, to_min)
    )


def _link_openings(network: Network, from_min: int, to_min: int) -> Openings:
    at_link, link_spans = _windowed(network, "link_id", from_min, to_min)
    at_node, node_spans = _windowed(network, "node_id", from_min, to_min)
    all_time = [Span(from_min, to_min)]
    openings = Openings(from_min, to_min, spans=[], windows=[], closures=[])

    for link, (status, shut) in zip(network.rows("links"), status_spans(network), strict=True):
        link_id = link["link_id"]
        windows = dict[str, list[Span]]()
        closures = list(shut)
        if link_id in at_link:
            windows[link_id] = link_spans[link_id]
            closures.append(_window_closure(link_id, at_link[link_id]))
        for node in sorted({link["from_node_id"], link["to_node_id"]} & node_spans.keys()):
            windows[node] = node_spans[node]
            closures.append(_window_closure(node, at_node[node]))

        openings.spans.append(reduce(intersect, windows.values(), intersect(status, all_time)))
        openings.windows.append(windows)
        openings.closures.append(closures)
    return openings


def arc_spans(
    network: Network, openings: Openings, forbidding: Sequence[Applied]
) -> list[list[Span]]:
    """Return when every arc can be entered.

    That is its links' calendars together, a service's timetable, and rules that forbid.
    """
    graph = network.graph
    services = network.rows("services")
    links = _allowed(openings, forbidding)
    all_time = [Span(openings.from_min, openings.to_min)]

    entries: list[list[Span]] = []
    for kind, row, runs in zip(graph.kind, graph.row.tolist(), graph.runs, strict=True):
        if kind == "terminal":
            entries.append(all_time)
            continue

        spans = _together(links, runs)
        if kind == "service" and services[row]["timetable"]:
            spans = intersect(spans, _sailings(services[row], openings))
        entries.append(spans)
    return entries


def _sailings(service: Row, openings: Openings) -> list[Span]:
    """Return the minutes at which a service with a timetable leaves."""
    departures = parse_timetable(service["timetable"])
    return timetable_spans(departures, openings.from_min, openings.to_min)


def search_spans(
    network: Network,
    openings: Openings,
    forbidding: Sequence[Applied],
    entries: Sequence[list[Span]],
) -> list[list[Span]]:
    """Return the calendars of arcs as the search takes them.

    What waits for weather or for a ship leaves while its links are open. entries: as
    :func:`arc_spans` returns them. A ship without a timetable comes after half a headway.
    """
    graph = network.graph
    services = network.rows("services")
    links = _allowed(openings, forbidding)
    calendars = list(entries)

    for arc, spans in enumerate(entries):
        is_service = graph.kind[arc] == "service"
        wait_min = mean_wait_min(services[int(graph.row[arc])]) if is_service else 0

        waits = bool(wait_min) or any(span.delay_min for span in spans)
        if waits and not _is_always_open(spans, openings):
            calendars[arc] = leaving(spans, _together(links, graph.runs[arc]), wait_min)
    return calendars


def _is_always_open(spans: Sequence[Span], openings: Openings) -> bool:
    """Tell whether a calendar is never open, or open from the first minute to the last."""
    if not spans:
        return True
    return len(spans) == 1 and spans[0][:2] == (openings.from_min, openings.to_min)


def pack(spans: Sequence[Sequence[Span]]) -> tuple[Ints, Ints]:
    """Return calendars as arrays: their spans, and where each calendar begins among them.

    int64 [3, all spans] (start, end, delay in minutes) and int64 [calendars + 1].
    """
    ptr = np.zeros(len(spans) + 1, np.int64)
    np.cumsum([len(calendar) for calendar in spans], out=ptr[1:])

    flat = [
        (span.start_min, span.end_min, round(span.delay_min))
        for calendar in spans
        for span in calendar
    ]
    return np.array(flat, np.int64).reshape(-1, 3).T.copy(), ptr


def shut_by(closures: Sequence[Closure], at_min: int) -> list[Closure]:
    """Return the dated closures in force at a minute."""
    return [
        c
        for c in closures
        if c.kind != "window"
        and (-FOREVER_MIN if c.from_min is None else c.from_min)
        <= at_min
        < (FOREVER_MIN if c.to_min is None else c.to_min)
    ]


def forbidden_by(rules: Sequence[Applied], at_min: int) -> dict[int, list[Closure]]:
    """Return the closures that rules in force at a minute make, by link row."""
    closures: dict[int, list[Closure]] = {}

    for rule in rules:
        if rule.row["effect"] == "forbid" and rule.from_min <= at_min < rule.to_min:
            closure = _rule_closure(rule)
            for i in rule.links:
                closures.setdefault(i, []).append(closure)

    return closures


def _windowed(
    network: Network, column: str, from_min: int, to_min: int
) -> tuple[dict[str, list[Row]], dict[str, list[Span]]]:
    """Return the rows of windows by link or by place, and the calendar they leave each.

    Made once a year and network.
    """

    def compute() -> tuple[dict[str, list[Row]], dict[str, list[Span]]]:
        at: dict[str, list[Row]] = {}
        for row in network.rows("windows"):
            if row[column] and (column == "link_id" or not row["link_id"]):
                at.setdefault(row[column], []).append(row)
        return at, {name: window_spans(rows, from_min, to_min) for name, rows in at.items()}

    return network.once(Derived.WINDOWED.of(column, from_min), compute)


def _allowed(openings: Openings, forbidding: Sequence[Applied]) -> list[list[Span]]:
    """Return when every link can be entered by those whom rules forbid it."""
    links = list(openings.spans)
    for rule in forbidding:
        for i in rule.links:
            links[i] = without(links[i], rule.from_min, rule.to_min)
    return links


def _together(links: Sequence[list[Span]], runs: Sequence[LinkRun]) -> list[Span]:
    """Return when all links of a run are open."""
    return reduce(intersect, (links[run.link] for run in runs))


def _rule_closure(rule: Applied) -> Closure:
    return Closure(
        kind="rule",
        closure_id=rule.row["rule_id"],
        from_min=None if rule.row["from_on"] is None else rule.from_min,
        to_min=None if rule.row["to_on"] is None else rule.to_min,
        source_id=rule.row["source_id"],
        note=rule.row["note"],
    )


def _window_closure(element: str, rows: Sequence[Row]) -> Closure:
    return Closure("window", element, None, None, rows[0]["source_id"], rows[0]["note"])
