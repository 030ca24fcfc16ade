"""Binding conditions: what of a question itself (avoid, via, deadline ...) leaves no route."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

from corridor import stopping
from corridor.routing.conditions import Conditions
from corridor.routing.query import Query, reconsidered
from corridor.tables.columns import SANCTIONS

MAX_TRIES = 200
LISTS = ("avoid", "require", "via")


class Condition(NamedTuple):
    """One thing a question asks: the name of its option, and the word where that is a list."""

    option: str
    word: str = ""


def conditions_of(query: Query) -> list[Condition]:
    """Return what a question asks beyond its ends, one by one."""
    conditions = query.conditions
    words = [
        Condition(option, word)
        for option in LISTS
        for word in dict.fromkeys(getattr(conditions, option))
    ]
    limits = {
        "max_transshipments": conditions.max_transshipments,
        "deadline": conditions.deadline_s,
        "carrier": conditions.carrier,
        "sanctions": "comply" if conditions.sanctions == "comply" else None,
    }
    return words + [Condition(option) for option, value in limits.items() if value is not None]


def without(query: Query, dropped: Collection[Condition]) -> Query:
    """Return a question that no longer asks for some things."""
    conditions = query.conditions
    left = {
        option: tuple(
            word for word in getattr(conditions, option) if Condition(option, word) not in dropped
        )
        for option in LISTS
    }
    lifts_deadline = Condition("deadline") in dropped
    lifts_cap = Condition("max_transshipments") in dropped
    lifts_carrier = Condition("carrier") in dropped
    lifts_sanctions = Condition("sanctions") in dropped
    changed: Conditions = replace(
        conditions,
        avoid=left["avoid"],
        require=left["require"],
        via=left["via"],
        deadline_s=None if lifts_deadline else conditions.deadline_s,
        max_transshipments=None if lifts_cap else conditions.max_transshipments,
        carrier=None if lifts_carrier else conditions.carrier,
        sanctions=SANCTIONS[0] if lifts_sanctions else conditions.sanctions,
    )
    return reconsidered(query, changed)


def binding_conditions(
    query: Query, has_route: Callable[[Query], bool], fixed: Collection[Condition] = ()
) -> list[tuple[Condition, ...]]:
    """Return the smallest sets of conditions without which there is a route.

    All of the least size; where the question asks too much to try them all, one of which nothing
    can be left out. Empty where there is none without any condition either. has_route: tells of
    a question. fixed: conditions that stay.
    """
    conditions = [condition for condition in conditions_of(query) if condition not in fixed]
    answers: dict[frozenset[Condition], bool] = {}

    def opens(dropped: Collection[Condition]) -> bool:
        stopping.raise_if_stopped()
        chosen = frozenset(dropped)
        if chosen not in answers:
            answers[chosen] = has_route(without(query, chosen))
        return answers[chosen]

    if not conditions or not opens(conditions):
        return []
    for size in range(1, len(conditions)):
        sets = list(combinations(conditions, size))
        if len(answers) + len(sets) > MAX_TRIES:
            return [tuple(_needed(opens, conditions))]
        if smallest := [dropped for dropped in sets if opens(dropped)]:
            return smallest
    return [tuple(conditions)]


def _needed(
    opens: Callable[[Collection[Condition]], bool], conditions: Sequence[Condition]
) -> Iterator[Condition]:
    """Yield conditions that have to go, one after the other; the rest can stay."""
    going = list(conditions)
    for condition in conditions:
        others = [other for other in going if other != condition]
        if opens(others):
            going = others
        else:
            yield condition
