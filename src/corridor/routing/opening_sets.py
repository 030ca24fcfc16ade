"""Opening sets: the closures in the way of goods, and the smallest sets of them to be lifted."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import count
from typing import TypeAlias

import numpy as np

from corridor import stopping
from corridor.network.calendar import Span, intersect, next_open
from corridor.network.changes import Closure
from corridor.network.openings import (
    Openings,
    arc_spans,
    forbidden_by,
    pack,
    search_spans,
    shut_by,
)
from corridor.routing.query import Query, arc_durations, avoided_arcs, bans
from corridor.routing.search import best_route
from corridor.units import DAY_S

MAX_SETS = 5
MAX_CLOSURES = 6  # in one set
SOON_S = 30 * DAY_S
SHUT_LONG_S = 3 * DAY_S  # a night or a weekend is waited out; longer is worth a word

ShutLinks: TypeAlias = Mapping[int, tuple[Closure, ...]]  # closures by link row
Key: TypeAlias = tuple[str, str]  # kind and id of a closure


@dataclass(frozen=True, slots=True)
class Opening:
    """A smallest set of closures whose opening gives a route.

    links: link ids each closure shuts on the quickest and the cheapest route it gives. time_h,
    cost_usd: least hours, and least money, once opened; null where something else is in the way.
    """

    closures: tuple[Closure, ...]
    links: tuple[tuple[str, ...], ...]
    time_h: float | None
    cost_usd: float | None


def shut_links(query: Query) -> dict[int, tuple[Closure, ...]]:
    """Return the closures in force in the 30 days from the departure, by link row.

    A window counts where it keeps the link shut for more than three days from the departure on.
    """
    forbidden = forbidden_by(query.rules, query.depart_s)
    shut = {}
    for link, closures in enumerate(query.openings.closures):
        dated = _dated(closures, query.depart_s)
        windows = _long_windows(closures, query.openings.windows[link], query.depart_s)
        causes = [*dict.fromkeys([*dated, *windows]), *forbidden.get(link, ())]
        if causes:
            shut[link] = tuple(causes)
    return shut


def _dated(closures: Sequence[Closure], depart_s: int) -> list[Closure]:
    """Return the closures with dates in force at the departure, or soon after."""
    return shut_by(closures, depart_s) + shut_by(closures, depart_s + SOON_S)


def _long_windows(
    closures: Sequence[Closure], windows: Mapping[str, Sequence[Span]], depart_s: int
) -> list[Closure]:
    """Return the windows that keep a link shut for long, each with the second it opens.

    windows: the calendar each element with windows (the link, its ends) leaves it.
    """
    opens = _opens(windows, depart_s)
    return [
        replace(closure, to_s=opens[closure.closure_id])
        for closure in closures
        if closure.kind == "window" and _is_late(opens[closure.closure_id], depart_s)
    ]


def _opens(windows: Mapping[str, Sequence[Span]], depart_s: int) -> dict[str, int | None]:
    """Return the second each element with windows opens; that of all, where only all are late."""
    opens = {element: next_open(spans, depart_s) for element, spans in windows.items()}
    if len(windows) < 2 or any(_is_late(at_s, depart_s) for at_s in opens.values()):
        return opens

    together = next_open(reduce(intersect, map(list, windows.values())), depart_s)
    return dict.fromkeys(opens, together) if _is_late(together, depart_s) else opens


def _is_late(opens_s: int | None, depart_s: int) -> bool:
    return opens_s is None or opens_s > depart_s + SHUT_LONG_S


def opening_sets(query: Query, *, most: int = MAX_SETS) -> tuple[Opening, ...]:
    """Return the smallest sets of closures whose opening gives a route, fewest closures first.

    No set contains another. An empty set means that a route is open already. Empty answer: the
    places are not joined at all, or only by more than MAX_CLOSURES closures. most: of the sets.
    """
    shut = shut_links(query)
    closures = {_key(closure): closure for causes in shut.values() for closure in causes}
    masks = _smallest_masks(query, _arc_masks(query, shut, list(closures)), most)

    openings = []
    for mask in masks:
        lifted = [closure for bit, closure in enumerate(closures.values()) if mask >> bit & 1]
        openings.append(_opening(query, lifted, shut))
    return tuple(sorted(openings, key=_effort))


def _key(closure: Closure) -> Key:
    return closure.kind, closure.closure_id


def _effort(opening: Opening) -> tuple[int, int, float]:
    """Return how hard a set is to open: closures, of them links never opened, hours it gives."""
    unopened = sum(closure.kind == "status" for closure in opening.closures)
    hours = np.inf if opening.time_h is None else opening.time_h
    return len(opening.closures), unopened, hours


def _arc_masks(query: Query, shut: ShutLinks, keys: Sequence[Key]) -> list[int]:
    """Return the closures in the way of every arc, as bits by their place among the keys."""
    bit = {key: 1 << k for k, key in enumerate(keys)}
    masks = []
    for runs in query.graph.runs:
        mask = 0
        for run in runs:
            for closure in shut.get(run.link, ()):
                mask |= bit[_key(closure)]
        masks.append(mask)
    return masks


def _smallest_masks(query: Query, masks: Sequence[int], most: int) -> list[int]:
    """Return the sets of closures met from a start to the goal, none containing another.

    masks: closures in the way of every arc of the network's graph, as bits. Fewest bits first, as
    the queue hands them out; sets met at a state are kept, so that none worse goes on from it.
    """
    ptr = query.ptr.tolist()
    head = query.head.tolist()
    arc_of = query.arc_of.tolist()
    passable = (query.costs.may_pass & ~avoided_arcs(query)).tolist()

    met_at: dict[int, list[int]] = {}
    smallest: list[int] = []
    order = count()
    queue = [(0, next(order), start, 0) for start in query.starts.tolist()]
    while queue and len(smallest) < most:
        stopping.raise_if_stopped()
        _, _, state, mask = heapq.heappop(queue)
        met = met_at.setdefault(state, [])
        if _contains_any(mask, met) or _contains_any(mask, smallest):
            continue
        met.append(mask)
        if query.is_goal[state]:
            smallest.append(mask)
            continue

        for k in range(ptr[state], ptr[state + 1]):
            arc = arc_of[k]
            union = mask | masks[arc]
            if passable[arc] and union.bit_count() <= MAX_CLOSURES:
                heapq.heappush(queue, (union.bit_count(), next(order), head[k], union))
    return smallest


def _contains_any(mask: int, others: Sequence[int]) -> bool:
    """Return whether a set contains another, or is the same."""
    return any(other & ~mask == 0 for other in others)


def _opening(query: Query, closures: Sequence[Closure], shut: ShutLinks) -> Opening:
    """Return what lifting a set of closures gives."""
    lifted = lift(query, closures, shut)
    quickest = best_route(lifted, "time")
    cheapest = best_route(lifted, "cost")
    cost_usd = None
    if cheapest is not None:
        cost_usd = sum(int(query.usd_cents[arc]) for arc in cheapest.arcs) / 100

    used = set()
    for route in (quickest, cheapest):
        for arc in route.arcs if route is not None else ():
            used |= {run.link for run in query.graph.runs[arc]}
    return Opening(
        closures=tuple(closures),
        links=tuple(_links_of(closure, query, shut, used) for closure in closures),
        time_h=None if quickest is None else quickest.time_h,
        cost_usd=cost_usd,
    )


def _links_of(closure: Closure, query: Query, shut: ShutLinks, used: set[int]) -> tuple[str, ...]:
    """Return the links that a closure shuts, as ids: those used, or all where none is."""
    link_ids = query.network.frames["links"]["link_id"].to_list()
    rows = [link for link, causes in shut.items() if _key(closure) in map(_key, causes)]
    rows = [link for link in rows if link in used] or rows
    return tuple(link_ids[link] for link in rows)


def lift(query: Query, closures: Sequence[Closure], shut: ShutLinks) -> Query:
    """Return the question with some closures lifted: links that only they shut are open.

    Opening hours, seasons and weather stay, unless the window is what is lifted.
    """
    keys = {_key(closure) for closure in closures}
    openings = _lifted_openings(query.openings, keys, shut)
    forbidding = [rule for rule in bans(query.rules) if ("rule", rule.row["rule_id"]) not in keys]

    spans = arc_spans(query.network, openings, forbidding)
    packed, span_ptr = pack(search_spans(query.network, openings, forbidding, spans))
    return replace(
        query,
        openings=openings,
        spans=spans,
        packed=packed,
        span_ptr=span_ptr,
        duration_s=arc_durations(query.costs, avoided_arcs(query), span_ptr),
    )


def _lifted_openings(openings: Openings, keys: set[Key], shut: ShutLinks) -> Openings:
    """Return the calendars of links once some closures are lifted."""
    always = [Span(openings.from_s, openings.to_s)]
    spans = list(openings.spans)
    for link, causes in shut.items():
        if not keys.issuperset(map(_key, causes)):
            continue
        windows = openings.windows[link].items()
        left = [window for element, window in windows if ("window", element) not in keys]
        spans[link] = reduce(intersect, left, always)
    return replace(openings, spans=spans)
