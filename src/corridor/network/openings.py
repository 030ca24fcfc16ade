"""Openings: the calendar of every arc over two years or more, and the closures behind its gaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

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
    window_spans,
    without,
)
from corridor.network.changes import Closure, status_spans
from corridor.network.cost import headway_h
from corridor.network.memory import Derived
from corridor.network.network import Network, Row
from corridor.network.rules import Applied
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
    """Return when every link can be entered, for departures in the year of depart_min. Made once a
    year and network."""
    from_min, to_min = horizon(depart_min)
    return network.once(
        Derived.OPENINGS.of(from_min), lambda: _link_openings(network, from_min, to_min)
    )


def _link_openings(network: Network, from_min: int, to_min: int) -> Openings:
    at_link, link_spans = _windowed(network, "link_id", from_min, to_min)
    at_node, node_spans = _windowed(network, "node_id", from_min, to_min)
    whole = [Span(from_min, to_min)]
    spans = []
    windows = []
    closures = []
    for link, (status, shut) in zip(network.rows("links"), status_spans(network), strict=True):
        mine = intersect(status, whole)
        why = list(shut)
        own = dict[str, list[Span]]()
        if link["link_id"] in at_link:
            own[link["link_id"]] = link_spans[link["link_id"]]
            why.append(_window_closure(link["link_id"], at_link[link["link_id"]]))
        for node in sorted({link["from_node_id"], link["to_node_id"]} & node_spans.keys()):
            own[node] = node_spans[node]
            why.append(_window_closure(node, at_node[node]))
        for opened in own.values():
            mine = intersect(mine, opened)
        windows.append(own)
        spans.append(mine)
        closures.append(why)
    return Openings(from_min, to_min, spans, windows, closures)


def arc_spans(
    network: Network, openings: Openings, forbidding: Sequence[Applied]
) -> list[list[Span]]:
    """Return when every arc can be entered: its links' calendars together, a service's timetable,
    and rules that forbid."""
    graph = network.graph
    services = network.rows("services")
    links = _allowed(openings, forbidding)
    always = [Span(openings.from_min, openings.to_min)]
    made: list[list[Span]] = []
    for kind, row, runs in zip(graph.kind, graph.row.tolist(), graph.runs, strict=True):
        if kind == "terminal":
            made.append(always)
            continue
        spans = _together(links, runs)
        if kind == "service" and services[row]["timetable"]:
            departures = parse_timetable(services[row]["timetable"])
            spans = intersect(
                spans, timetable_spans(departures, openings.from_min, openings.to_min)
            )
        made.append(spans)
    return made


def search_spans(
    network: Network,
    openings: Openings,
    forbidding: Sequence[Applied],
    entries: Sequence[list[Span]],
) -> list[list[Span]]:
    """Return the calendars of arcs as the search takes them: who waits for weather or a ship leaves
    while the way is open.

    entries: as :func:`arc_spans` returns them. A ship without a timetable comes after half a
    headway.
    """
    graph = network.graph
    services = network.rows("services")
    links = _allowed(openings, forbidding)
    made = list(entries)
    for a, spans in enumerate(entries):
        service = services[int(graph.row[a])] if graph.kind[a] == "service" else None
        wait = round(headway_h(service) * 30) if service else 0
        if (wait or any(s.delay_min for s in spans)) and (
            len(spans) > 1 or (spans and spans[0][:2] != (openings.from_min, openings.to_min))
        ):
            made[a] = leaving(spans, _together(links, graph.runs[a]), wait)
    return made


def pack(spans: Sequence[Sequence[Span]]) -> tuple[Ints, Ints]:
    """Return calendars as arrays: int64 [3, all spans] (start, end, delay in minutes) and int64
    [calendars + 1]."""
    ptr = np.zeros(len(spans) + 1, np.int64)
    np.cumsum([len(s) for s in spans], out=ptr[1:])
    flat = [(s.start_min, s.end_min, round(s.delay_min)) for each in spans for s in each]
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
    """The rows of windows by link or by place, and the calendar they leave each; made once a year
    and network."""

    def compute() -> tuple[dict[str, list[Row]], dict[str, list[Span]]]:
        at: dict[str, list[Row]] = {}
        for row in network.rows("windows"):
            if row[column] and (column == "link_id" or not row["link_id"]):
                at.setdefault(row[column], []).append(row)
        return at, {name: window_spans(rows, from_min, to_min) for name, rows in at.items()}

    return network.once(Derived.WINDOWED.of(column, from_min), compute)


def _allowed(openings: Openings, forbidding: Sequence[Applied]) -> list[list[Span]]:
    """When every link can be entered by those whom rules forbid it."""
    links = list(openings.spans)
    for rule in forbidding:
        for i in rule.links:
            links[i] = without(links[i], rule.from_min, rule.to_min)
    return links


def _together(links: Sequence[list[Span]], runs: Sequence[tuple[int, bool]]) -> list[Span]:
    spans = links[runs[0][0]]
    for i, _ in runs[1:]:
        spans = intersect(spans, links[i])
    return spans


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
