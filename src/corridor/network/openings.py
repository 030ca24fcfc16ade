"""Openings: the calendar of every arc over two years or more, and the closures behind its gaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from corridor.kernels import Ints
from corridor.network.calendar import (
    FOREVER_S,
    Span,
    intersect,
    leaving,
    parse_timetable,
    second,
    timetable_spans,
    without,
)
from corridor.network.changes import Closure, status_spans
from corridor.network.graph import LinkRun, Row
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.network.rules import Applied
from corridor.network.services import mean_wait_s
from corridor.network.windows import window_spans

YEARS_AHEAD = 2


@dataclass(frozen=True, eq=False)
class Openings:
    """When every link can be entered, from from_s to before to_s.

    By link row: spans: its calendar; windows: the calendar each element with windows (the link, its
    ends) leaves it; closures: what shuts it (status and changes, whole; windows by name).
    """

    from_s: int
    to_s: int
    spans: list[list[Span]]
    windows: list[dict[str, list[Span]]]
    closures: list[list[Closure]]


def horizon(depart_s: int) -> tuple[int, int]:
    """Return the seconds a calendar must cover for a departure: its year and two more."""
    year = dt.datetime.fromtimestamp(depart_s, dt.UTC).year
    return second(dt.date(year, 1, 1)), second(dt.date(year + 1 + YEARS_AHEAD, 1, 1))


def link_openings(network: Network, depart_s: int) -> Openings:
    """Return when every link can be entered, for departures in the year of depart_s.

    Made once a year and network.
    """
    from_s, to_s = horizon(depart_s)
    return network.once(Derived.OPENINGS.of(from_s), lambda: _link_openings(network, from_s, to_s))


def _link_openings(network: Network, from_s: int, to_s: int) -> Openings:
    at_link, link_spans = _windowed(network, "link_id", from_s, to_s)
    at_node, node_spans = _windowed(network, "node_id", from_s, to_s)
    all_time = [Span(from_s, to_s)]
    openings = Openings(from_s, to_s, spans=[], windows=[], closures=[])

    for link, (status, shut) in zip(network.rows("links"), status_spans(network), strict=True):
        link_id = link["link_id"]
        windows = dict[str, list[Span]]()
        closures = list(shut)
        if link_id in at_link:
            windows[link_id] = link_spans[link_id]
            closures.append(window_closure(link_id, at_link[link_id]))
        for node in sorted({link["from_node_id"], link["to_node_id"]} & node_spans.keys()):
            windows[node] = node_spans[node]
            closures.append(window_closure(node, at_node[node]))

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
    all_time = [Span(openings.from_s, openings.to_s)]

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
    """Return the seconds at which a service with a timetable leaves."""
    departures = parse_timetable(service["timetable"])
    return timetable_spans(departures, openings.from_s, openings.to_s)


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
        wait_s = mean_wait_s(services[int(graph.row[arc])]) if is_service else 0

        waits = bool(wait_s) or any(span.delay_s for span in spans)
        if waits and not _is_always_open(spans, openings):
            calendars[arc] = leaving(spans, _together(links, graph.runs[arc]), wait_s)
    return calendars


def _is_always_open(spans: Sequence[Span], openings: Openings) -> bool:
    """Tell whether a calendar is never open, or open from the first second to the last."""
    if not spans:
        return True
    return len(spans) == 1 and spans[0][:2] == (openings.from_s, openings.to_s)


def pack(spans: Sequence[Sequence[Span]]) -> tuple[Ints, Ints]:
    """Return calendars as arrays: their spans, and where each calendar begins among them.

    int64 [3, all spans] (start, end, delay in seconds) and int64 [calendars + 1].
    """
    ptr = np.zeros(len(spans) + 1, np.int64)
    np.cumsum([len(calendar) for calendar in spans], out=ptr[1:])

    flat = [
        (span.start_s, span.end_s, round(span.delay_s)) for calendar in spans for span in calendar
    ]
    return np.array(flat, np.int64).reshape(-1, 3).T.copy(), ptr


def shut_by(closures: Sequence[Closure], at_s: int) -> list[Closure]:
    """Return the dated closures in force at an instant."""
    return [
        c
        for c in closures
        if c.kind != "window"
        and (-FOREVER_S if c.from_s is None else c.from_s)
        <= at_s
        < (FOREVER_S if c.to_s is None else c.to_s)
    ]


def forbidden_by(rules: Sequence[Applied], at_s: int) -> dict[int, list[Closure]]:
    """Return the closures that rules in force at an instant make, by link row."""
    closures: dict[int, list[Closure]] = {}

    for rule in rules:
        if rule.row["effect"] == "forbid" and rule.from_s <= at_s < rule.to_s:
            closure = rule_closure(rule)
            for i in rule.links:
                closures.setdefault(i, []).append(closure)

    return closures


def _windowed(
    network: Network, column: str, from_s: int, to_s: int
) -> tuple[dict[str, list[Row]], dict[str, list[Span]]]:
    """Return the rows of windows by link or by place, and the calendar they leave each.

    Made once a year and network.
    """

    def compute() -> tuple[dict[str, list[Row]], dict[str, list[Span]]]:
        at: dict[str, list[Row]] = {}
        for row in network.rows("windows"):
            if row[column] and (column == "link_id" or not row["link_id"]):
                at.setdefault(row[column], []).append(row)

        zones = network.zones("links" if column == "link_id" else "nodes")
        return at, {
            name: window_spans(rows, from_s, to_s, zones.get(name)) for name, rows in at.items()
        }

    return network.once(Derived.WINDOWED.of(column, from_s), compute)


def _allowed(openings: Openings, forbidding: Sequence[Applied]) -> list[list[Span]]:
    """Return when every link can be entered by those whom rules forbid it."""
    links = list(openings.spans)
    for rule in forbidding:
        for i in rule.links:
            links[i] = without(links[i], rule.from_s, rule.to_s)
    return links


def _together(links: Sequence[list[Span]], runs: Sequence[LinkRun]) -> list[Span]:
    """Return when all links of a run are open."""
    return reduce(intersect, (links[run.link] for run in runs))


def rule_closure(rule: Applied) -> Closure:
    """Return the closure that a rule which forbids makes of the links it covers."""
    return Closure(
        kind="rule",
        closure_id=rule.row["rule_id"],
        from_s=None if rule.row["from_on"] is None else rule.from_s,
        to_s=None if rule.row["to_on"] is None else rule.to_s,
        source_id=rule.row["source_id"],
        note=rule.row["note"],
    )


def window_closure(element: str, rows: Sequence[Row]) -> Closure:
    """Return the closure that the windows of a link or place make outside all of them."""
    return Closure("window", element, None, None, rows[0]["source_id"], rows[0]["note"])
