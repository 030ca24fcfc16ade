"""Selectors: which links a short text such as ``crossing:AF-PK`` or ``country:IR`` means.

A selector is one or more terms separated by spaces; it means every link that any term means.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import compress

import polars as pl

KINDS = ("country", "crossing", "mode", "node", "operator")
_Ends = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Term:
    """One term: its kind (``any``, ``id`` or one of KINDS) and the word after the colon."""

    kind: str
    word: str

    def __str__(self) -> str:
        return self.word if self.kind in ("any", "id") else f"{self.kind}:{self.word}"


def parse(text: str) -> tuple[Term, ...]:
    """Return the terms of a selector; ValueError says which one cannot be read."""
    terms = tuple(_parse_term(word) for word in text.split())
    if not terms:
        raise ValueError("a selector cannot be empty: write * for every link")
    return terms


def select(text: str, links: pl.DataFrame, nodes: pl.DataFrame) -> list[int]:
    """Return the row numbers of the links a selector means, in row order.

    Raises ValueError where the text cannot be read.
    """
    return select_terms(parse(text), links, nodes)


def select_terms(terms: Iterable[Term], links: pl.DataFrame, nodes: pl.DataFrame) -> list[int]:
    """Return the row numbers of the links that any of the terms means, in row order."""
    rows: set[int] = set()
    for term in terms:
        rows.update(_rows_meant(term, links, nodes))
    return sorted(rows)


def _parse_term(text: str) -> Term:
    if text == "*":
        return Term("any", text)

    kind, colon, word = text.partition(":")
    if not colon:
        return Term("id", text)
    if kind not in KINDS or not word:
        kinds = ", ".join(f"{k}:..." for k in KINDS)
        raise ValueError(f"{text!r} is not a selector: write an id, * or one of {kinds}")
    if kind == "crossing" and sum(map(bool, word.split("-"))) != 2:
        raise ValueError(f"{text!r} needs two countries, as in crossing:AF-PK")
    return Term(kind, word)


def _rows_meant(term: Term, links: pl.DataFrame, nodes: pl.DataFrame) -> Iterable[int]:
    match term.kind:
        case "any":
            return range(links.height)
        case "id":
            return _rows_with(links["link_id"], term.word)
        case "mode" | "operator":
            return _rows_with(links[term.kind], term.word)
        case "node":
            ends = _end_nodes(links)
            return [row for row, places in enumerate(ends) if term.word in places]
        case "country":
            ends = _end_countries(links, nodes)
            return [row for row, countries in enumerate(ends) if term.word in countries]
        case _:
            pair = sorted(term.word.split("-"))
            ends = _end_countries(links, nodes)
            return [row for row, (a, b) in enumerate(ends) if sorted((a or "", b or "")) == pair]


def _rows_with(column: pl.Series, word: str) -> list[int]:
    return list(compress(range(len(column)), (column == word).to_list()))


def _end_nodes(links: pl.DataFrame) -> list[_Ends]:
    tails = links["from_node_id"].to_list()
    heads = links["to_node_id"].to_list()
    return list(zip(tails, heads, strict=True))


def _end_countries(links: pl.DataFrame, nodes: pl.DataFrame) -> list[_Ends]:
    country = dict(zip(nodes["node_id"].to_list(), nodes["country"].to_list(), strict=True))
    return [(country.get(tail), country.get(head)) for tail, head in _end_nodes(links)]
