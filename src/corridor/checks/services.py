"""Checks of scheduled services: that they depart, and that their links make one run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from corridor.errors import Finding, first_findings
from corridor.tables import schema
from corridor.tables.tables import Row, Tables


def check_services(tables: Tables) -> list[Finding]:
    """Return what is wrong with services: no departures, several layers, a broken run."""
    return first_findings(_services(tables))


def _services(tables: Tables) -> Iterator[Finding]:
    nodes = tables.keys("nodes")
    links: dict[str, Row] = {}
    for link in tables.rows("links"):
        links.setdefault(link["link_id"], link)

    for service in tables.rows("services"):
        yield from _departures(service)

        run = _run(service, links)
        # An unknown place has been named already.
        if run and all(_ends_are_known(link, nodes) for link in run):
            yield from _layers(service, run)
            yield from _order(service, run)


def _departures(service: Row) -> Iterator[Finding]:
    if service.is_empty("timetable") and service.is_empty("departures_per_week"):
        yield service.error(
            "no-departures",
            "departures_per_week",
            "the service has neither departures_per_week nor a timetable.",
            do="Write one of them.",
        )


def _run(service: Row, links: Mapping[str, Row]) -> list[Row]:
    """Return the links of a service in order; none where one of them is not known."""
    words = (service["link_ids"] or "").split()
    if "links" in service.tables.broken or any(word not in links for word in words):
        return []
    return [links[word] for word in words]


def _ends_are_known(link: Row, nodes: set[str]) -> bool:
    return link["from_node_id"] in nodes and link["to_node_id"] in nodes


def _layers(service: Row, run: Sequence[Row]) -> Iterator[Finding]:
    layers = {
        schema.layer(link["mode"], link["gauge_mm"]) for link in run if link["mode"] is not None
    }
    if len(layers) > 1 and service.tables.is_whole("links"):
        yield service.error(
            "mixed-layers",
            "link_ids",
            f"the service runs over {' and '.join(sorted(layers))}.",
            do="Part it into one service for each layer, joined by terminals.",
        )


def _order(service: Row, run: Sequence[Row]) -> Iterator[Finding]:
    """Links that do not follow one another, or cannot be run over in that direction."""
    # The first link may be meant in either direction; a run of one link can be walked in both.
    walks = [_walk(run, run[0]["from_node_id"]), _walk(run, run[0]["to_node_id"])]
    full_walks = [walk for walk in walks if len(walk) == len(run) + 1]
    ends = sorted({node for walk in full_walks for node in (walk[0], walk[-1])})
    start = service["from_node_id"]

    if not full_walks:
        yield _broken_run(service, run, max(walks, key=len))
    elif start is not None and start not in ends:
        yield _wrong_start(service, ends)
    elif not _can_run(run, full_walks, start):
        yield _against_one_way(service, run)


def _walk(run: Sequence[Row], start: str) -> list[str]:
    """Return the places of a run from its first one on, as far as the links follow one another."""
    places = [start]
    for link in run:
        tail = link["from_node_id"]
        head = link["to_node_id"]
        if places[-1] not in (tail, head):
            break
        places.append(head if places[-1] == tail else tail)
    return places


def _broken_run(service: Row, run: Sequence[Row], walk: Sequence[str]) -> Finding:
    """Return the finding on a run whose walk ends before its last link."""
    next_link = run[len(walk) - 1]["link_id"]
    last_link = run[len(walk) - 2]["link_id"]
    return service.error(
        "broken-service",
        "link_ids",
        f"{next_link} does not begin where {last_link} ends ({walk[-1]}).",
        do="List the links in the order they are run over, none left out.",
        value=next_link,
    )


def _wrong_start(service: Row, ends: Sequence[str]) -> Finding:
    start = service["from_node_id"]
    return service.error(
        "service-start",
        "from_node_id",
        f"services.from_node_id is {start!r}, and the links run between {' and '.join(ends)}.",
        do="Write one of these two ends.",
        value=start,
    )


def _against_one_way(service: Row, run: Sequence[Row]) -> Finding:
    link_id = next(link["link_id"] for link in run if link["two_way"] is False)
    return service.error(
        "one-way-service",
        "link_ids",
        f"the service runs against the one-way link {link_id}.",
        do="Turn the link, make it two_way, or correct the order.",
        value=link_id,
    )


def _can_run(run: Sequence[Row], walks: Sequence[Sequence[str]], start: str | None) -> bool:
    """Tell whether the links let a service run from its start, or from either end without one."""
    for walk in walks:
        forward = list(zip(run, walk, strict=False))
        backward = list(zip(run[::-1], walk[::-1], strict=False))
        for steps in (forward, backward):
            _, first_place = steps[0]
            departs_here = start is None or first_place == start
            if departs_here and all(_may_enter(link, node) for link, node in steps):
                return True
    return False


def _may_enter(link: Row, node: str) -> bool:
    """Tell whether traffic may enter a link at one of its ends."""
    return link["two_way"] is not False or link["from_node_id"] == node
