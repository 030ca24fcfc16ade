"""Which links a short text means: ``torkhamaf-torkhampk-road``, ``crossing:AF-PK``, ``country:IR``,
``mode:sea``.

A selector is one or more terms parted by blanks; it means every link that any term means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

KINDS = ("country", "crossing", "mode", "node", "operator")


@dataclass(frozen=True, slots=True)
class Term:
    """One term: its kind (``any``, ``id`` or one of KINDS) and the word after the colon."""

    kind: str
    word: str


def parse(text: str) -> tuple[Term, ...]:
    """Return the terms of a selector; ValueError says which one cannot be read."""
    terms = []
    for part in text.split():
        kind, colon, word = part.partition(":")
        if part == "*":
            terms.append(Term("any", "*"))
        elif not colon:
            terms.append(Term("id", part))
        elif kind not in KINDS or not word:
            raise ValueError(
                f"{part!r} is not a selector: write an id, * or one of "
                + ", ".join(f"{k}:..." for k in KINDS)
            )
        elif kind == "crossing" and len([c for c in word.split("-") if c]) != 2:
            raise ValueError(f"{part!r} needs two countries, as in crossing:AF-PK")
        else:
            terms.append(Term(kind, word))
    if not terms:
        raise ValueError("a selector cannot be empty: write * for every link")
    return tuple(terms)


def select(text: str, links: pl.DataFrame, nodes: pl.DataFrame) -> list[int]:
    """Return the row numbers of the links a selector means, in row order.

    Raises ValueError where the text cannot be read.
    """
    return select_terms(parse(text), links, nodes)


def select_terms(terms: Sequence[Term], links: pl.DataFrame, nodes: pl.DataFrame) -> list[int]:
    """Return the row numbers of the links that any of the terms means, in row order."""
    country = dict(zip(nodes["node_id"].to_list(), nodes["country"].to_list(), strict=True))
    ids = links["link_id"].to_list()
    tails = links["from_node_id"].to_list()
    heads = links["to_node_id"].to_list()
    modes = links["mode"].to_list()
    operators = links["operator"].to_list()
    chosen: set[int] = set()
    for term in terms:
        match term.kind:
            case "any":
                chosen.update(range(len(ids)))
            case "id":
                chosen.update(i for i, x in enumerate(ids) if x == term.word)
            case "country":
                chosen.update(
                    i
                    for i in range(len(ids))
                    if term.word in (country.get(tails[i]), country.get(heads[i]))
                )
            case "crossing":
                pair = sorted(term.word.split("-"))
                chosen.update(
                    i
                    for i in range(len(ids))
                    if sorted((country.get(tails[i]) or "", country.get(heads[i]) or "")) == pair
                )
            case "mode":
                chosen.update(i for i, x in enumerate(modes) if x == term.word)
            case "node":
                chosen.update(i for i in range(len(ids)) if term.word in (tails[i], heads[i]))
            case "operator":
                chosen.update(i for i, x in enumerate(operators) if x == term.word)
    return sorted(chosen)
