"""Why not: why the best routes pass an element by, and what opening it would change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, NamedTuple, Unpack

import numpy as np
import polars as pl

from corridor.language.messages import figure, joined, message
from corridor.language.speech import marked
from corridor.network.changes import Closure
from corridor.network.network import Network
from corridor.network.words import matching_links
from corridor.routing.binding_conditions import Condition
from corridor.routing.conditions import CRITERIA, Options
from corridor.routing.exposure import risk_share
from corridor.routing.itinerary import duration_h, legs
from corridor.routing.obstacles import key, lift, shut_links
from corridor.routing.opening_sets import MAX_CLOSURES, Opening, opening_sets
from corridor.routing.query import Query, prepare
from corridor.routing.quickest import quickest
from corridor.routing.reasons import conditions_in_the_way, name_closure, say_closures
from corridor.routing.search import best_route
from corridor.units import DAY_H

UNITS = (marked("h"), "USD", marked("kg"), "1")  # of the criteria
NO_GAP = 0.5  # less is the same to a reader of whole dollars and kilograms
NO_GAP_D = 0.05  # and of tenths of days
_COMPARISON_TYPES: dict[str, Any] = {
    "criterion": pl.String,
    "best": pl.Float64,
    "through": pl.Float64,
    "opened": pl.Float64,
}


class Scale(NamedTuple):
    """How a figure is said: its unit, what makes one, its digits, and what is no gap in it."""

    unit: str
    per: float
    style: str
    no_gap: float


IN_DAYS = Scale(marked("d"), DAY_H, ",.1f", NO_GAP_D)


@dataclass(frozen=True, eq=False)
class WhyNot:
    """Why the best routes do not use an element, and what it would take.

    Attributes
    ----------
    element
        A place, link, mode or country.
    links
        Link ids the word means.
    closures
        What shuts them now or within 30 days, in words.
    openings
        Smallest sets of closures whose opening gives a route through; an empty set: there is one,
        perhaps after a wait.
    comparison
        Per criterion the best now, the best through the element now and the best through it with
        the first of those sets open, null where there is none. Where goods can wait until it
        opens: with the closures of the element itself lifted. Of time the hours that half of the
        trips take.
    verdict
        All that in a few sentences.
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
    """Return why the best routes do not pass an element and what opening it would change.

    Raises like :func:`corridor.routing.route.route`.

    Parameters
    ----------
    network
        The network, as built: dated changes hold on their days.
    origin, destination
        As for a route.
    element
        A place, link, mode or country.
    cargo
        The cargo, of which one unit leaves.
    depart
        Date (midnight UTC) or instant.
    options
        See :class:`corridor.routing.conditions.Options`.
    """
    now = prepare(network, origin, destination, cargo=cargo, depart=depart, options=options)
    required: Options = {**options, "require": [*now.conditions.require, element]}
    through = prepare(network, origin, destination, cargo=cargo, depart=depart, options=required)
    openings = opening_sets(through)
    has_route = bool(openings) and not openings[0].closures
    conditions: tuple[str, ...] = ()
    if not has_route:
        required_here = Condition("require", element)
        conditions = conditions_in_the_way(through, openings, [required_here])

    shut = shut_links(now)
    links = np.flatnonzero(matching_links(now.network, element)).tolist()
    built = _built(links, shut)
    is_shut = all(link in shut for link in built)
    lifted = _lifted(openings, [shut[link] for link in built if link in shut], is_shut=is_shut)
    comparison = _comparison(now, through, lift(through, lifted) if lifted else through)

    link_ids = now.network.frames["links"]["link_id"].to_list()
    closures = tuple(_closures_in_words(built, shut, link_ids))
    gaps = _say_gaps(openings, lifted, conditions, comparison)
    return WhyNot(
        element=element,
        links=tuple(link_ids[link] for link in links),
        closures=closures,
        openings=openings,
        comparison=comparison,
        verdict=_say_verdict(element, closures, is_shut, gaps),
    )


def _lifted(
    openings: Sequence[Opening], shut: Sequence[Sequence[Closure]], *, is_shut: bool
) -> tuple[Closure, ...]:
    """Return what is lifted to see what that changes: a smallest set, or what is waited out.

    shut: the closures of each link of the element that has some.
    """
    if openings and openings[0].closures:
        return openings[0].closures
    own = {key(closure): closure for closures in shut for closure in closures}
    if openings and is_shut and len(own) <= MAX_CLOSURES:
        return tuple(own.values())
    return ()


def _comparison(now: Query, through: Query, opened: Query) -> pl.DataFrame:
    """Return the best by each criterion of three questions."""
    rows = []
    for criterion in CRITERIA:
        row = {
            "criterion": criterion,
            "best": _best(now, criterion),
            "through": _best(through, criterion),
            "opened": _best(opened, criterion),
        }
        rows.append(row)
    return pl.DataFrame(rows, schema=_COMPARISON_TYPES).with_columns(pl.Series("unit", UNITS))


def _best(query: Query, criterion: str) -> float | None:
    """Return the least of one criterion in its unit; null where there is no route."""
    if criterion == "time":
        return _best_median_h(query)
    route = best_route(query, criterion)
    if route is None:
        return None
    if criterion == "cost":
        return sum(int(query.usd_cents[arc]) for arc in route.arcs) / 100
    if criterion == "carbon":
        return sum(int(query.carbon_g[arc]) for arc in route.arcs) / 1000
    return risk_share(query, legs(query, route.arcs))


def _best_median_h(query: Query) -> float | None:
    """Return the least hours that half of a route's trips take, as a list of routes says them."""
    route = quickest(query)
    if route is None:
        return None
    median_h = route.spread.time_p50_h
    return duration_h(query, legs(query, route.arcs)) if median_h is None else median_h


def _built(links: Sequence[int], shut: Mapping[int, Sequence[Closure]]) -> list[int]:
    """Return the links that exist, of which no status alone says otherwise; all where none does."""
    built = [
        link
        for link in links
        if link not in shut or any(closure.kind != "status" for closure in shut[link])
    ]
    return built or list(links)


def _closures_in_words(
    links: Sequence[int], shut: Mapping[int, Sequence[Closure]], link_ids: Sequence[str]
) -> Iterator[str]:
    """Yield each closure of some links once, with those of them that it shuts."""
    by_closure: dict[Any, list[str]] = {}
    for link in links:
        for closure in dict.fromkeys(shut.get(link, ())):
            by_closure.setdefault(closure, []).append(link_ids[link])
    yield from say_closures(by_closure.items())


def _say_verdict(element: str, closures: Sequence[str], is_shut: bool, gaps: str | None) -> str:
    """Say whether the element is open, and how the best through it compares."""
    values = {"element": element, "closures": joined(closures), "sentence": gaps}
    if gaps is None and not closures:
        return message("{element} is open.", **values)
    if gaps is None and is_shut:
        return message("{element} is shut: {closures}.", **values)
    if gaps is None:
        return message("{element} is open in part; shut: {closures}.", **values)

    if not closures:
        return message("{element} is open. {sentence}", **values)
    if is_shut:
        return message("{element} is shut: {closures}. {sentence}", **values)
    return message("{element} is open in part; shut: {closures}. {sentence}", **values)


def _say_gaps(
    openings: Sequence[Opening],
    lifted: Sequence[Closure],
    conditions: Sequence[str],
    comparison: pl.DataFrame,
) -> str | None:
    """Say how the best through the element compares with the best of all; null where none can.

    lifted: closures, for the column ``opened``. conditions: what of the question is in the way.
    """
    sentences = []
    if conditions:
        asked = joined(conditions)
        sentences.append(
            message("What was asked leaves no route through it: {conditions}.", conditions=asked)
        )
    elif not openings:
        return message("No route from origin to destination leads through it, whatever opens.")

    now = _say_column(comparison, "through")
    if now is not None:
        sentences.append(message("With what is open now: {comparison}.", comparison=now))
    opened = _say_column(comparison, "opened")
    if lifted and opened is not None:
        names = reduce(_say_both, map(name_closure, lifted))
        sentences.append(
            message("If {closures} were lifted: {comparison}.", closures=names, comparison=opened)
        )
    return joined(sentences, " ") if sentences else None


def _say_column(comparison: pl.DataFrame, column: str) -> str | None:
    """Say the gaps of a column beside the best of all, risk apart; null where it has none."""
    gaps = [
        _say_gap(row, row[column])
        for row in comparison.iter_rows(named=True)
        if row["criterion"] != "risk" and row[column] is not None
    ]
    return joined(gaps) if gaps else None


def _say_both(one: str, other: str) -> str:
    return message("{one} and {other}", one=one, other=other)


def _say_gap(row: Mapping[str, Any], value: float) -> str:
    """Say one criterion's best through the element, beside the best of all."""
    scale = IN_DAYS if row["criterion"] == "time" else Scale(row["unit"], 1, ",.0f", NO_GAP)
    said = figure(value / scale.per, scale.style)
    if row["criterion"] == "cost":
        amount = message("USD {amount}", amount=said)
    else:
        amount = message("{figure} {unit_id}", figure=said, unit_id=scale.unit)
    values = {"criterion": row["criterion"], "amount": amount}
    if row["best"] is None:
        # Translators: {criterion} is time, cost or carbon.
        return message("{criterion} would be {amount} where there is no route now", **values)

    gap = value - row["best"]
    if abs(gap) / scale.per < scale.no_gap:
        # Translators: {criterion} is time, cost or carbon.
        return message("best {criterion} through it {amount}, as the best of all now", **values)
    more = figure(abs(gap) / scale.per, scale.style)
    return _say_difference({**values, "figure": more}, is_more=gap > 0)


def _say_difference(values: Mapping[str, str], *, is_more: bool) -> str:
    """Say by how much the best through the element differs from the best of all."""
    if is_more:
        # Translators: {criterion} is time, cost or carbon; {figure} in the same unit as
        # {amount}.
        return message(
            "best {criterion} through it {amount}, {figure} more than the best of all now",
            **values,
        )
    # Translators: {criterion} is time, cost or carbon; {figure} in the same unit as
    # {amount}.
    return message(
        "best {criterion} through it {amount}, {figure} less than the best of all now",
        **values,
    )
