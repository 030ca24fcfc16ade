"""Reasons: why there is no route, in words that name what really stands in the way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from corridor.language.messages import joined, message
from corridor.network.calendar import (
    Span,
    day_of,
    instant,
    intersect,
    next_open,
)
from corridor.network.changes import Closure
from corridor.network.graph import Row
from corridor.network.holidays import holidays_by_link
from corridor.network.services import sailings, services_with_timetable
from corridor.network.windows import window_spans
from corridor.routing.binding_conditions import Condition, binding_conditions, without
from corridor.routing.obstacles import lift, obstacles
from corridor.routing.opening_sets import MAX_SETS, Opening, opening_sets
from corridor.routing.query import Query
from corridor.routing.search import best_route
from corridor.units import DAY_S

MAX_LINKS = 3  # named of those a closure shuts
LINK_ENDS = ("from_node_id", "to_node_id")


class Absence(NamedTuple):
    """Why a question has no route.

    reason: in words. openings: smallest sets of closures whose lifting gives one, under all that
    is asked. conditions: what of the question itself is in the way, as ``avoid UZ``.
    """

    reason: str
    openings: tuple[Opening, ...]
    conditions: tuple[str, ...]


def absence(query: Query, *, most: int = MAX_SETS) -> Absence:
    """Return why a question that has no route has none. most: sets of closures looked for."""
    openings = opening_sets(query, most=most)
    binding = binding_conditions(query, _has_route)
    if openings:
        parts = [_say_closed(query, openings[0])]
        if binding:
            first = joined(_named(query, binding[:1]))
            parts.append(message("there is a route without: {conditions}", conditions=first))
        return Absence(joined(parts), openings, _named(query, binding))
    if binding:
        parts = [_say_leaves_no_route(query, binding), _say_without(binding)]
        return Absence(joined(parts), (), _named(query, binding))

    binding = binding_conditions(query, _has_route_once_all_opens)
    if binding:
        return Absence(_say_never(query, binding), (), _named(query, binding))
    return Absence(_say_not_joined(query), (), ())


def conditions_in_the_way(
    query: Query, openings: Sequence[Opening], fixed: Collection[Condition]
) -> tuple[str, ...]:
    """Return what of a question that has no route is in the way itself, in words.

    openings: what would have to open. fixed: conditions that are not looked at.
    """
    binding = binding_conditions(query, _has_route, fixed)
    if not binding and not openings:
        binding = binding_conditions(query, _has_route_once_all_opens, fixed)
    return _named(query, binding)


def _has_route(query: Query) -> bool:
    return best_route(query, "time") is not None


def _has_route_once_all_opens(query: Query) -> bool:
    return _has_route(lift(query, obstacles(query).closures))


def _say_leaves_no_route(query: Query, binding: Sequence[Sequence[Condition]]) -> str:
    """Say which conditions no route meets; binding: sets without which there is one."""
    return message(
        "what was asked leaves no route: {conditions}", conditions=joined(_named(query, binding))
    )


def _say_without(binding: Sequence[Sequence[Condition]]) -> str:
    """Say that there is a route without some conditions."""
    if len(binding[0]) > 1:
        return message("without all of that there is one")
    if len(binding) > 1:
        return message("without one of these there is one")
    return message("without it there is one")


def _say_never(query: Query, binding: Sequence[Sequence[Condition]]) -> str:
    """Say that no route meets some conditions, whatever opens, and why there is none without."""
    never = message(
        "what was asked leaves no route, whatever opens: {conditions}",
        conditions=joined(_named(query, binding)),
    )
    free = without(query, binding[0])
    closed = _say_closed(free, opening_sets(free, most=1)[0])
    if len(binding) == len(binding[0]) == 1:
        return joined([never, message("without it: {reason}", reason=closed)])

    first = joined(_named(query, binding[:1]))
    return joined(
        [never, message("without {conditions}: {reason}", conditions=first, reason=closed)]
    )


def _named(query: Query, binding: Sequence[Sequence[Condition]]) -> tuple[str, ...]:
    """Return conditions in words; where several have to go at once those of the first set."""
    sets = [dropped for dropped in binding if len(dropped) == 1] or binding[:1]
    return tuple(_say_condition(query, condition) for dropped in sets for condition in dropped)


def _say_condition(query: Query, condition: Condition) -> str:
    """Return one condition in words."""
    conditions = query.conditions
    match condition.option:
        case "avoid":
            return _say_avoided(query, condition.word)
        case "require":
            return message("require {word}", word=condition.word)
        case "via":
            return message("via {word}", word=condition.word)
        case "carrier":
            # Translators: the carrier is of a country, given by its code.
            return message("carrier {country}", country=conditions.carrier)
        case "sanctions":
            return message("comply with sanctions")
        case "max_transshipments":
            count = conditions.max_transshipments
            return message("transshipments at most {count}", count=count)
    return _say_deadline(conditions.deadline_s or 0)


def _say_avoided(query: Query, word: str) -> str:
    """Say what is to be avoided, and which end lies there."""
    nodes = query.network.by_id("nodes")
    for end in (query.destination, query.origin):
        if word == end:
            return message("avoid {word}, an end of the trip", word=word)
        if word == nodes[end]["country"]:
            return message("avoid {word}, where {place} lies", word=word, place=end)
    return message("avoid {word}", word=word)


def _say_deadline(deadline_s: int) -> str:
    """Say by when goods are to arrive."""
    if deadline_s % DAY_S == 0:
        return message("arrival by the end of {date}", date=day_of(deadline_s - 1))
    return message("arrival by {instant}", instant=f"{instant(deadline_s):%Y-%m-%d %H:%M}")


def _say_not_joined(query: Query) -> str:
    """Say that no chain leads there, and which services only pass its ends."""
    not_joined = message(
        "not joined: no chain of links and terminals that {cargo} may use leads from {origin} "
        "to {destination}, whatever opens",
        cargo=query.party.cargo_id,
        origin=query.origin,
        destination=query.destination,
    )
    ends = (query.origin, query.destination)
    return joined([not_joined, *(said for end in ends for said in _say_passing(query, end))])


def _say_passing(query: Query, node_id: str) -> Iterator[str]:
    """Say which services pass a place that nothing leaves or comes to."""
    graph = query.graph
    places = graph.state_node[np.concatenate([graph.tail, graph.head])]
    if graph.node_ids.index(node_id) in places:
        return

    links = query.network.rows("links")
    services = query.network.rows("services")
    passing = dict.fromkeys(
        int(graph.row[arc])
        for arc, runs in enumerate(graph.runs)
        if graph.kind[arc] == "service"
        and any(node_id in (links[run.link][end] for end in LINK_ENDS) for run in runs)
    )
    for row in passing:
        yield message(
            "{service} passes {place} and does not call there",
            service=services[row]["service_id"],
            place=node_id,
        )


def _say_closed(query: Query, opening: Opening) -> str:
    """Return one sentence on what stands in the way, naming closures and dates."""
    closures = list(zip(opening.closures, opening.links, strict=True))
    windows = [
        _say_window(query, opening, closure) for closure, _ in closures if closure.kind == "window"
    ]
    others = [(closure, links) for closure, links in closures if closure.kind != "window"]
    return message("closed ({closures})", closures=joined([*say_closures(others), *windows]))


def _say_window(query: Query, opening: Opening, closure: Closure) -> str:
    """Say which hours or season leave no time for goods, and which service never meets them."""
    element = closure.closure_id
    rows = [
        row for row in query.network.rows("windows") if element in (row["link_id"], row["node_id"])
    ]
    zone = _zone(query, element)
    holidays = dict.fromkeys(
        row["name"] for row in holidays_by_link(query.network).get(element, ())
    )
    hours = joined([*(_hours(row, zone) for row in rows), *([] if rows else holidays)])
    values = {"element": element, "hours": hours, "closure": name_closure(closure)}

    service = _service_never_in(query, opening, closure, rows)
    if service is None:
        return message(
            "{element} ({hours}) is never open when goods can pass it [{closure}]", **values
        )
    return message(
        "{service} ({timetable}, {zone}) never leaves while {element} is open ({hours}) "
        "[{closure}]",
        service=service["service_id"],
        timetable=service["timetable"],
        zone=service["time_zone"] or "UTC",
        **values,
    )


def _hours(window: Row, zone: str | None) -> str:
    """Return a row of windows as its cells have it, such as ``04-01..11-30 09:00-20:00 UTC+5``.

    zone: of its place or link, where the row names none.
    """
    cells = []
    if window["season_from"]:
        cells.append(f"{window['season_from']}..{window['season_to']}")
    cells += [window[column] for column in ("weekdays", "hours") if window[column]]
    offset_h = window["utc_offset_h"]
    place_zone = None if offset_h is not None else zone
    fixed = f"UTC{offset_h:+g}" if offset_h else "UTC"
    cells.append(window["time_zone"] or place_zone or fixed)
    return " ".join(cells)


def _service_never_in(
    query: Query, opening: Opening, closure: Closure, windows: Sequence[Row]
) -> Row | None:
    """Return the service whose departures no window lets pass, of those a lifted route rides."""
    route = best_route(lift(query, opening.closures), "time")
    graph = query.graph
    from_s = query.depart_s
    to_s = query.openings.to_s
    zone = _zone(query, closure.closure_id)
    is_open = window_spans(windows, from_s, to_s, zone)

    for arc in () if route is None else route.arcs:
        if graph.kind[arc] != "service" or not _touches(query, arc, closure.closure_id):
            continue
        departures = _departures(query, arc)
        if departures and next_open(intersect(departures, is_open), from_s) is None:
            return query.network.rows("services")[int(graph.row[arc])]
    return None


def _touches(query: Query, arc: int, element: str) -> bool:
    """Tell whether an arc runs over a link, or a link at a place."""
    links = query.network.rows("links")
    return any(
        element in (links[run.link][name] for name in ("link_id", "from_node_id", "to_node_id"))
        for run in query.graph.runs[arc]
    )


def _departures(query: Query, arc: int) -> list[Span]:
    """Return the departures, at the place where it begins, of a service that has a timetable."""
    network = query.network
    row = int(query.graph.row[arc])
    if row not in services_with_timetable(network):
        return []

    first = (*query.graph.earlier[arc], *query.graph.runs[arc])[0]
    link = network.rows("links")[first.link]
    zone = network.zones("nodes")[link["from_node_id" if first.is_forward else "to_node_id"]]
    return sailings(network, row, zone, query.depart_s, query.openings.to_s)


def _zone(query: Query, element: str) -> str | None:
    """Return the zone of a link or a place."""
    network = query.network
    return {**network.zones("links"), **network.zones("nodes")}.get(element)


def say_closures(closures: Iterable[tuple[Closure, Sequence[str]]]) -> list[str]:
    """Return closures with the links they shut in words, those of the same links together."""
    by_links: dict[tuple[str, ...], list[Closure]] = {}
    for closure, links in closures:
        by_links.setdefault(tuple(links), []).append(closure)

    sentences: dict[str, None] = {}
    for links, shutting in by_links.items():
        named = _named_links(links)
        dates = dict.fromkeys(_say_dates(each) for each in shutting if each.kind != "status")
        if dates:
            # Translators: {dates} are one or more, such as since 2025-10-12 until reopened.
            sentence = message("{links} {dates}", links=named, dates=joined(dates, ", "))
            sentences.setdefault(sentence)
        for closure in shutting:
            if closure.kind == "status":
                sentences.setdefault(_say_status(closure, named))
    return list(sentences)


def _named_links(links: Sequence[str]) -> str:
    """Return the first of some links, and how many more there are."""
    named = joined(links[:MAX_LINKS], ", ")
    if len(links) <= MAX_LINKS:
        return named
    return message("{links} and {figure} more", links=named, figure=len(links) - MAX_LINKS)


def _say_status(closure: Closure, links: str) -> str:
    """Say that links were never opened."""
    status = closure.closure_id.partition(":")[0]
    # Translators: links that were never opened; {status} is planned, under construction or an
    # idea.
    return message("{links}: {status}, not open", links=links, status=status)


def _say_dates(closure: Closure) -> str:
    """Say since when and until when a closure holds, and its id."""
    values = {
        "since": closure.from_on,
        "until": closure.to_on,
        "closure": name_closure(closure),
    }
    if closure.from_s is None and closure.to_s is None:
        return message("until reopened [{closure}]", **values)
    if closure.from_s is None:
        return message("until {until} [{closure}]", **values)
    if closure.to_s is None:
        return message("since {since} until reopened [{closure}]", **values)
    return message("since {since} until {until} [{closure}]", **values)


def name_closure(closure: Closure) -> str:
    """Return a closure's kind and id in words."""
    closure_id = closure.closure_id
    if closure.kind == "change":
        return message("change {closure_id}", closure_id=closure_id)
    if closure.kind == "window":
        # Translators: opening hours, a season or weather.
        return message("window {closure_id}", closure_id=closure_id)
    if closure.kind == "rule":
        return message("rule {closure_id}", closure_id=closure_id)
    return message("status {closure_id}", closure_id=closure_id)
