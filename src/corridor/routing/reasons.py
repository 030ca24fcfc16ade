"""Reasons: why there is no route, in words."""

from __future__ import annotations

from collections.abc import Sequence

from corridor.language.messages import joined, message
from corridor.network.calendar import day_of
from corridor.network.changes import Closure
from corridor.routing.opening_sets import Opening
from corridor.routing.query import Query

MAX_LINKS = 3  # named of those a closure shuts


def say_openings(query: Query, openings: Sequence[Opening]) -> str:
    """Return one sentence on why there is no route, naming closures and dates."""
    if not openings:
        return message(
            "not joined: no chain of links and terminals that {cargo} may use leads from {origin} "
            "to {destination}, whatever opens",
            cargo=query.party.cargo_id,
            origin=query.origin,
            destination=query.destination,
        )

    smallest = openings[0]
    if not smallest.closures:
        return message(
            "no route within the limits asked (deadline, transshipments, places to avoid or pass)"
        )
    closures = [
        say_closure(closure, links)
        for closure, links in zip(smallest.closures, smallest.links, strict=True)
    ]
    return message("closed ({closures})", closures=joined(closures))


def say_closure(closure: Closure, links: Sequence[str]) -> str:
    """Return a closure in words: the links, since when, until when, and its id."""
    named = joined(links[:MAX_LINKS], ", ")
    if len(links) > MAX_LINKS:
        named = message("{links} and {figure} more", links=named, figure=len(links) - MAX_LINKS)
    if closure.kind != "status":
        return _say_dates(closure, named)

    status = closure.closure_id.partition(":")[0]
    # Translators: links that were never opened; {status} is planned, under construction or an
    # idea.
    return message("{links}: {status}, not open", links=named, status=status)


def _say_dates(closure: Closure, links: str) -> str:
    """Say since when and until when a closure shuts links."""
    values = {
        "links": links,
        "since": None if closure.from_s is None else day_of(closure.from_s),
        "until": None if closure.to_s is None else day_of(closure.to_s),
        "closure": name_closure(closure),
    }
    if closure.from_s is None and closure.to_s is None:
        return message("{links} until reopened [{closure}]", **values)
    if closure.from_s is None:
        return message("{links} until {until} [{closure}]", **values)
    if closure.to_s is None:
        return message("{links} since {since} until reopened [{closure}]", **values)
    return message("{links} since {since} until {until} [{closure}]", **values)


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
