"""Why not: the closures that stand in the way, and what their opening would change."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import count
from typing import Unpack

import numpy as np
import polars as pl

from corridor import stopping
from corridor.kernels.records import CRITERIA_COLUMNS, LABEL
from corridor.language.messages import figure, joined, message
from corridor.language.speech import marked
from corridor.network import hazards
from corridor.network.calendar import Span, day_of, intersect, next_open
from corridor.network.changes import Closure
from corridor.network.names import matching_arcs, matching_links
from corridor.network.network import Network
from corridor.network.openings import arc_spans, forbidden_by, pack, search_spans, shut_by
from corridor.routing.itinerary import legs
from corridor.routing.query import (
    CRITERIA,
    Options,
    Query,
    arc_durations,
    prepare,
    search,
    trace,
)
from corridor.units import DAY_MIN, HOUR_MIN

MOST_SETS = 5
MOST_CLOSURES = 6
SOON_MIN = 30 * DAY_MIN
UNITS = (marked("h"), "USD", marked("kg"), "1")
NO_GAP = 0.5  # less is the same to a reader of whole hours, dollars and kilograms
SHUT_LONG_MIN = 3 * DAY_MIN  # a night or a weekend is waited out; longer is worth a word


@dataclass(frozen=True, slots=True)
class Opening:
    """A smallest set of closures whose opening gives a way, and the quickest and cheapest way it
    gives.

    links: link ids each closure shuts on those ways; opens_on: when all of them open again, null if
    that is not known. time_h, cost_usd: least hours, and least money, once opened; null where
    something else is in the way.
    """

    closures: tuple[Closure, ...]
    links: tuple[tuple[str, ...], ...]
    time_h: float | None
    cost_usd: float | None


@dataclass(frozen=True, eq=False)
class WhyNot:
    """Why the best routes do not use an element, and what it would take.

    links: link ids the word means; closures: what shuts them now, in words; openings: smallest sets
    of closures whose opening gives a way through; comparison: per criterion the best now, the best
    through the element now and the best through it with the first of those sets open, null where
    there is none; verdict: all that in a few sentences.
    """

    element: str
    links: tuple[str, ...]
    closures: tuple[str, ...]
    openings: tuple[Opening, ...]
    comparison: pl.DataFrame
    verdict: str


def why_not(
    network: Network,
    origin: str,
    destination: str,
    element: str,
    *,
    cargo: str,
    depart: dt.date | str,
    **options: Unpack[Options],
) -> WhyNot:
    """Return why the best routes do not pass an element (a place, link, mode or country) and what
    opening it would change.

    Raises like :func:`corridor.routing.route.route`.
    """
    now = prepare(network, origin, destination, cargo=cargo, depart=depart, options=options)
    asked: Options = {**options, "require": [*now.conditions.require, element]}
    through = prepare(network, origin, destination, cargo=cargo, depart=depart, options=asked)
    meant = np.flatnonzero(matching_links(now.network, element)).tolist()
    ids = now.network.frames["links"]["link_id"].to_list()
    shut = shut_links(now)
    openings = opening_sets(through)
    opened = (
        lift(through, openings[0].closures, shut) if openings and openings[0].closures else through
    )
    rows = [
        {
            "criterion": name,
            **{
                word: _value(q, way, k) if (way := best_way(q, k)) is not None else None
                for word, q in (("best", now), ("through", through), ("opened", opened))
            },
        }
        for k, name in enumerate(CRITERIA)
    ]
    comparison = pl.DataFrame(
        rows,
        schema={
            "criterion": pl.String,
            "best": pl.Float64,
            "through": pl.Float64,
            "opened": pl.Float64,
        },
    ).with_columns(pl.Series("unit", UNITS))
    built = [
        i for i in meant if any(c.kind != "status" for c in shut.get(i, ())) or i not in shut
    ] or meant
    why = tuple(
        dict.fromkeys(
            say_closure(c, [ids[i] for i in built if c in shut.get(i, ())])
            for i in built
            for c in shut.get(i, ())
        )
    )
    return WhyNot(
        element,
        tuple(ids[i] for i in meant),
        why,
        openings,
        comparison,
        _verdict(element, why, all(i in shut for i in built), _gaps(openings, comparison)),
    )


def _verdict(element: str, why: Sequence[str], is_shut: bool, gaps: str | None) -> str:
    told = {"element": element, "closures": joined(why), "sentence": gaps}
    if gaps is None:
        return (
            message("{element} is open.", **told)
            if not why
            else message("{element} is shut: {closures}.", **told)
            if is_shut
            else message("{element} is open in part; shut: {closures}.", **told)
        )
    if not why:
        return message("{element} is open. {sentence}", **told)
    return (
        message("{element} is shut: {closures}. {sentence}", **told)
        if is_shut
        else message("{element} is open in part; shut: {closures}. {sentence}", **told)
    )


def _gaps(openings: Sequence[Opening], comparison: pl.DataFrame) -> str | None:
    """Say how the best through the element stands to the best of all; null where that cannot be
    said."""
    if not openings:
        return message("No way from origin to destination leads through it, whatever opens.")
    column = "through" if not openings[0].closures else "opened"
    parts = []
    for row in comparison.iter_rows(named=True):
        if row["criterion"] == "risk" or row[column] is None:
            continue
        amount = message("{figure} {unit_id}", figure=figure(row[column]), unit_id=row["unit"])
        told = {"criterion": row["criterion"], "amount": amount}
        if row["best"] is None:
            # Translators: {criterion} is time, cost or carbon.
            parts.append(message("{criterion} would be {amount} where there is no way now", **told))
            continue
        gap = row[column] - row["best"]
        told["figure"] = figure(abs(gap))
        parts.append(
            # Translators: {criterion} is time, cost or carbon.
            message("best {criterion} through it {amount}, as the best of all now", **told)
            if abs(gap) < NO_GAP
            # Translators: {criterion} is time, cost or carbon; {figure} in the same unit as
            # {amount}.
            else message(
                "best {criterion} through it {amount}, {figure} more than the best of all now",
                **told,
            )
            if gap > 0
            # Translators: {criterion} is time, cost or carbon; {figure} in the same unit as
            # {amount}.
            else message(
                "best {criterion} through it {amount}, {figure} less than the best of all now",
                **told,
            )
        )
    if not parts:
        return None
    if column == "through":
        return message("With what is open now: {comparison}.", comparison=joined(parts))
    lifted = reduce(
        lambda one, other: message("{one} and {other}", one=one, other=other),
        map(named, openings[0].closures),
    )
    return message(
        "If {closures} were lifted: {comparison}.", closures=lifted, comparison=joined(parts)
    )


def _value(query: Query, way: Sequence[int], criterion: int) -> float:
    if criterion == 0:
        parts = legs(query, way)
        return (parts[-1].arrive_min - query.depart_min) / HOUR_MIN if parts else 0.0
    if criterion == 3:
        bits = int(np.bitwise_or.reduce(query.hazard_bits[list(way)])) if len(way) else 0
        return hazards.route_risk(query.network, bits, query.depart_min)
    return (
        sum(int((query.usd_cents, query.carbon_g)[criterion - 1][a]) for a in way)
        / (100, 1000)[criterion - 1]
    )


def shut_links(query: Query) -> dict[int, tuple[Closure, ...]]:
    """Return the closures in force in the 30 days from the departure, by link row.

    A window counts where it keeps the link shut for more than three days from the departure on.
    """
    found: dict[int, list[Closure]] = {}
    for i, closures in enumerate(query.openings.closures):
        why = [
            c
            for at in (query.depart_min, query.depart_min + SOON_MIN)
            for c in shut_by(closures, at)
        ]
        elements = query.openings.windows[i]
        opens = {e: next_open(spans, query.depart_min) for e, spans in elements.items()}
        if len(elements) > 1 and not any(_is_late(at, query) for at in opens.values()):
            together = next_open(reduce(intersect, elements.values()), query.depart_min)
            if _is_late(together, query):
                opens = dict.fromkeys(opens, together)  # no window alone shuts it for so long
        why += [
            replace(c, to_min=opens[c.closure_id])
            for c in closures
            if c.kind == "window" and _is_late(opens[c.closure_id], query)
        ]
        found[i] = list(dict.fromkeys(why))
    for i, closures in forbidden_by(query.rules, query.depart_min).items():
        found[i] += closures
    return {i: tuple(why) for i, why in found.items() if why}


def _is_late(opens_min: int | None, query: Query) -> bool:
    return opens_min is None or opens_min > query.depart_min + SHUT_LONG_MIN


def opening_sets(query: Query, *, most: int = MOST_SETS) -> tuple[Opening, ...]:
    """Return the smallest sets of closures whose opening gives a way, fewest closures first, at
    most so many.

    No set contains another. An empty set means that a way is open already. Empty answer: the places
    are not joined at all, or only by more than six closures.
    """
    shut = shut_links(query)
    known = {(c.kind, c.closure_id): c for why in shut.values() for c in why}
    bit = {key: k for k, key in enumerate(known)}
    masks = [0] * query.graph.arcs_count
    for a, runs in enumerate(query.graph.runs):
        for i, _ in runs:
            for closure in shut.get(i, ()):
                masks[a] |= 1 << bit[closure.kind, closure.closure_id]
    passable = query.costs.may_pass & ~_avoided(query)
    keys = list(known)
    made = []
    for mask in _smallest_masks(query, masks, passable.tolist(), most):
        chosen = [known[keys[k]] for k in range(len(keys)) if mask >> k & 1]
        made.append(_opening(query, chosen, shut))
    return tuple(
        sorted(
            made,
            key=lambda o: (
                len(o.closures),
                sum(c.kind == "status" for c in o.closures),
                o.time_h if o.time_h is not None else np.inf,
            ),
        )
    )


def say_openings(query: Query, openings: Sequence[Opening]) -> str:
    """Return one sentence on why there is no way, naming closures and dates."""
    if not openings:
        return message(
            "not joined: no chain of links and terminals that {cargo} may use leads from {origin} "
            "to {destination}, whatever opens",
            cargo=query.party.cargo_id,
            origin=query.origin,
            destination=query.destination,
        )
    if not openings[0].closures:
        return message(
            "no way within the limits asked (deadline, transshipments, places to avoid or pass)"
        )
    best = openings[0]
    parts = [say_closure(c, links) for c, links in zip(best.closures, best.links, strict=True)]
    return message("closed ({closures})", closures=joined(parts))


def say_closure(closure: Closure, links: Sequence[str]) -> str:
    """Return a closure in words: the links, since when, until when, and its id."""
    where = joined(links[:3], ", ")
    if len(links) > 3:
        where = message("{links} and {figure} more", links=where, figure=len(links) - 3)
    if closure.kind == "status":
        # Translators: links that were never opened; {status} is planned, under construction or an
        # idea.
        return message(
            "{links}: {status}, not open", links=where, status=closure.closure_id.partition(":")[0]
        )
    since, until = (None if at is None else day_of(at) for at in (closure.from_min, closure.to_min))
    told = {"links": where, "since": since, "until": until, "closure": named(closure)}
    if since is None:
        return (
            message("{links} until reopened [{closure}]", **told)
            if until is None
            else message("{links} until {until} [{closure}]", **told)
        )
    return (
        message("{links} since {since} until reopened [{closure}]", **told)
        if until is None
        else message("{links} since {since} until {until} [{closure}]", **told)
    )


def named(closure: Closure) -> str:
    """Return a closure's kind and id in words."""
    told = {"closure_id": closure.closure_id}
    if closure.kind == "change":
        return message("change {closure_id}", **told)
    if closure.kind == "window":
        # Translators: opening hours, a season or weather.
        return message("window {closure_id}", **told)
    return (
        message("rule {closure_id}", **told)
        if closure.kind == "rule"
        else message("status {closure_id}", **told)
    )


def _smallest_masks(
    query: Query, masks: Sequence[int], passable: Sequence[bool], most: int
) -> list[int]:
    """Sets of closure bits met on some way from a start to the goal, none containing another,
    fewest bits first."""
    ptr = query.ptr.tolist()
    head = query.head.tolist()
    arc_of = query.arc_of.tolist()
    reached: dict[int, list[int]] = {}
    found: list[int] = []
    order = count()
    queue = [(0, next(order), int(s), 0) for s in query.starts]
    while queue and len(found) < most:
        stopping.raise_if_stopped()
        _, _, state, mask = heapq.heappop(queue)
        known = reached.setdefault(state, [])
        if any(k & ~mask == 0 for k in known) or any(f & ~mask == 0 for f in found):
            continue
        known.append(mask)
        if query.is_goal[state]:
            found.append(mask)
            continue
        for a in range(ptr[state], ptr[state + 1]):
            arc = arc_of[a]
            if passable[arc]:
                more = mask | masks[arc]
                if more.bit_count() <= MOST_CLOSURES:
                    heapq.heappush(queue, (more.bit_count(), next(order), head[a], more))
    return found


def _opening(
    query: Query, chosen: Sequence[Closure], shut: dict[int, tuple[Closure, ...]]
) -> Opening:
    lifted = lift(query, chosen, shut)
    ids = query.network.frames["links"]["link_id"].to_list()
    fastest, used = _best(lifted, 0)
    _, cheap_used = _best(lifted, 1)
    cheapest = (
        None if cheap_used is None else sum(int(query.usd_cents[a]) for a in cheap_used) / 100
    )
    on_way = {i for a in [*(used or []), *(cheap_used or [])] for i, _ in query.graph.runs[a]}
    keys = [(c.kind, c.closure_id) for c in chosen]
    links = []
    for key in keys:
        its = [i for i, why in shut.items() if key in {(c.kind, c.closure_id) for c in why}]
        links.append(tuple(ids[i] for i in ([i for i in its if i in on_way] or its)))
    return Opening(tuple(chosen), tuple(links), fastest, cheapest)


def lift(query: Query, chosen: Sequence[Closure], shut: dict[int, tuple[Closure, ...]]) -> Query:
    """Return the question with some closures lifted: links that only they shut are open all the
    time.

    Opening hours, seasons and weather stay, unless the window is what is lifted.
    """
    keys = {(c.kind, c.closure_id) for c in chosen}
    whole = [Span(query.openings.from_min, query.openings.to_min)]
    spans = list(query.openings.spans)
    for i, why in shut.items():
        if {(c.kind, c.closure_id) for c in why} <= keys:
            stay = (w for e, w in query.openings.windows[i].items() if ("window", e) not in keys)
            spans[i] = reduce(intersect, stay, whole)
    openings = replace(query.openings, spans=spans)
    forbidding = [
        r
        for r in query.rules
        if r.row["effect"] == "forbid" and ("rule", r.row["rule_id"]) not in keys
    ]
    per_arc = arc_spans(query.network, openings, forbidding)
    packed, ptr = pack(search_spans(query.network, openings, forbidding, per_arc))
    return replace(
        query,
        openings=openings,
        spans=per_arc,
        packed=packed,
        span_ptr=ptr,
        duration_min=arc_durations(query.costs, _avoided(query), ptr),
    )


def best_way(query: Query, criterion: int) -> list[int] | None:
    """Return the arcs of the best way by one criterion (0 time, 1 cost, 2 carbon, 3 risk); None if
    there is none."""
    return _best(query, criterion)[1]


def _best(query: Query, criterion: int) -> tuple[float | None, list[int] | None]:
    use = np.arange(4) == criterion
    _, labels, goals = search(query, use)
    if not len(goals):
        return None, None
    minutes = labels[goals, LABEL.minute]
    values = labels[goals, CRITERIA_COLUMNS][:, criterion]
    goal = int(goals[np.lexsort((minutes, values))[0]])
    hours = (int(labels[goal, LABEL.minute]) - query.depart_min) / HOUR_MIN
    return hours, trace(query, labels, goal)


def _avoided(query: Query) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return matching_arcs(query.network, query.conditions.avoid)
