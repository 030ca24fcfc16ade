"""Cautions: what routes are told of in words, such as sanctions on countries they pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import polars as pl

from corridor.language.messages import joined, message
from corridor.network import geo
from corridor.network.rules import Applied, cautions
from corridor.routing.query import Query
from corridor.tables import selectors

_Groups = Mapping[str, Sequence[Applied]]


def cautions_of(query: Query, legs: pl.DataFrame) -> tuple[str, ...]:
    """Return what is to be told of some routes, in the order of the rules.

    legs: as in :class:`corridor.routing.route.Routes`.
    """
    stance = query.conditions.sanctions
    rules = [
        rule
        for rule in cautions(query.network, query.party)
        if rule.row["authority"] is None or stance != "ignore"
    ]
    passed: dict[str, set[str | None]] = {}
    for route_id, link_id in zip(*legs["route_id", "link_id"], strict=True):
        passed.setdefault(route_id, set()).add(link_id)

    told = []
    for where, of_place in _by_place(rules).items():
        covered = _links_covered(query, of_place)
        route_ids = [r for r, links in passed.items() if not links.isdisjoint(covered)]
        if route_ids:
            told.append(_say(where, of_place, route_ids, is_free=stance == "warn"))
    return tuple(told)


def _by_place(rules: Sequence[Applied]) -> _Groups:
    """Return rules by what they are about: the name of a country, else the links they name."""
    groups: dict[str, list[Applied]] = {}
    for rule in rules:
        for where in _places(rule.row["row_id"]):
            groups.setdefault(where, []).append(rule)
    return groups


def _places(row_id: str) -> Iterator[str]:
    """Yield the names of the countries of a selector; itself where it names others."""
    terms = selectors.parse(row_id)
    for is_country, of_kind in groupby(terms, key=lambda term: term.kind == "country"):
        words = [str(term.word) for term in of_kind]
        if is_country:
            yield from (geo.country_names().get(code, code) for code in words)
        else:
            yield " ".join(words)


def _links_covered(query: Query, rules: Sequence[Applied]) -> set[str]:
    """Return the ids of the links on which one of some rules holds on departure."""
    links = query.network.rows("links")
    return {links[link]["link_id"] for rule in rules for link in rule.links_at(query.depart_s)}


def _say(where: str, rules: Sequence[Applied], route_ids: Sequence[str], *, is_free: bool) -> str:
    """Say what routes meet at a place; is_free: a question may still be asked otherwise."""
    routes = joined(route_ids, ", ")
    words = " ".join(rule.row["authority"] or "" for rule in rules).split()
    authorities = ", ".join(dict.fromkeys(words))
    if not authorities:
        return message("{routes}: take care at {where}.", routes=routes, where=where)

    if is_free:
        return message(
            "{routes}: {where} is under sanctions ({authorities}); banks, insurers or carriers may "
            "refuse.",
            routes=routes,
            where=where,
            authorities=authorities,
        )
    return message(
        "{routes}: {where} is under sanctions ({authorities}) that do not forbid this; banks, "
        "insurers or carriers may refuse.",
        routes=routes,
        where=where,
        authorities=authorities,
    )
