"""Checks of selectors: terms that cannot be read or mean no row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from corridor.checks.ends import links_with_countries
from corridor.errors import Finding, did_you_mean, first_findings
from corridor.network.names import ids_called, place_names
from corridor.tables import schema, selectors
from corridor.tables.selectors import Term
from corridor.tables.tables import Row, Tables


@dataclass(frozen=True)
class Vocabulary:
    """What the terms of selectors can mean: kind -> words."""

    words: Mapping[str, frozenset[str]]

    def has(self, term: Term) -> bool:
        """Tell whether a term means any link at all."""
        if term.kind == "any":
            return True

        word = _crossing(term.word.split("-")) if term.kind == "crossing" else term.word
        return word in self.words[term.kind]


def check_selectors(tables: Tables) -> list[Finding]:
    """Return what is wrong with the row_id of all tables that have one, and with places."""
    vocabulary = _vocabulary(tables)
    return first_findings(_row_ids(tables, vocabulary), _places(tables, vocabulary))


def selected(text: str, tables: Tables) -> list[int]:
    """Return the link rows a selector means; none where it cannot be read."""
    try:
        return selectors.select(text, tables.frames["links"], tables.frames["nodes"])
    except ValueError:
        return []


def _row_ids(tables: Tables, vocabulary: Vocabulary) -> Iterator[Finding]:
    for table in ("rules", "holidays", "hazards", "events"):
        for row in tables.rows(table):
            yield from _check_selector(row, "links", vocabulary)

    for table in ("changes", "regimes", "volumes"):
        for row in tables.rows(table):
            yield from _check_selector(row, row["table"], vocabulary)


def _places(tables: Tables, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Check each place of states once: a hazard, whose links are meant, or links."""
    if "hazards" in tables.broken:
        return

    checked = tables.keys("hazards")
    for state in tables.rows("states"):
        if state["place"] not in checked:
            checked.add(state["place"])
            yield from _check_selector(state, "links", vocabulary, column="place")


def _vocabulary(tables: Tables) -> Vocabulary:
    links = links_with_countries(tables)
    countries = links.select("from_country", "to_country").unique()

    return Vocabulary(
        {
            "id": _words(links["link_id"]),
            "mode": _words(links["mode"]),
            "operator": _words(links["operator"]),
            "node": _words(links["from_node_id"]) | _words(links["to_node_id"]),
            "country": _words(countries["from_country"]) | _words(countries["to_country"]),
            "crossing": frozenset(_crossing((a, b)) for a, b in countries.rows() if a and b),
        }
    )


def _words(column: pl.Series) -> frozenset[str]:
    return frozenset(column.drop_nulls().unique().to_list())


def _crossing(countries: Iterable[str]) -> str:
    """Return the word of a border crossing, the same from both sides."""
    return "-".join(sorted(countries))


def _check_selector(
    row: Row, edited: str | None, vocabulary: Vocabulary, *, column: str = "row_id"
) -> Iterator[Finding]:
    """Check the selector of a row in a column, which means rows of the table edited."""
    text = row[column]
    if text is None or edited is None:
        return

    try:
        terms = selectors.parse(text)
    except ValueError as error:
        yield row.error(
            "bad-selector",
            column,
            f"{row.table}.{column} cannot be read: {error}.",
            do="Separate ids and terms such as crossing:AF-PK with spaces.",
            value=text,
        )
        return

    if edited != "links":
        yield from _check_ids(row, edited, terms)
    elif not {"links", "nodes"} & row.tables.broken:
        yield from _check_terms(row, terms, vocabulary, column)


def _check_terms(
    row: Row, terms: Sequence[Term], vocabulary: Vocabulary, column: str
) -> Iterator[Finding]:
    """Terms that mean no link; an error where the selector means none at all."""
    unknown = [term for term in terms if not vocabulary.has(term)]
    nodes = row.tables.frames["nodes"]
    severity = "error" if len(unknown) == len(terms) else "warning"

    for term in unknown:
        words = sorted(vocabulary.words[term.kind])
        do = did_you_mean(term.word, words, "Remove it here, or add the links it is for.")
        called = ids_called(place_names(nodes), term.word) if term.kind in ("id", "node") else []
        if called:
            do = f"Write {' or '.join(f'node:{place}' for place in called)} if that was meant."
        if term.kind == "id":
            yield _unknown_id(row, "links", term.word, column, do=do)
        else:
            yield row.finding(
                "selects-nothing",
                column,
                f"{row.table}.{column} holds {term}, and there is no such link.",
                do=do,
                severity=severity,
                value=str(term),
            )


def _check_ids(change: Row, edited: str, terms: Sequence[Term]) -> Iterator[Finding]:
    """Terms of a change of another table than links, which has ids only."""
    tables = change.tables
    ids = tables.keys(edited)

    for term in terms:
        if term.kind not in ("id", "any"):
            yield change.error(
                "bad-selector",
                "row_id",
                f"{change.table}.row_id holds {term}, which means links and not {edited}.",
                do=f"Name rows of {edited} by their ids, or write *.",
                value=str(term),
            )
        elif term.kind == "id" and term.word not in ids and edited not in tables.broken:
            otherwise = f"Add it to {tables.name(edited)}, or remove it here."
            do = did_you_mean(term.word, ids, otherwise)
            yield _unknown_id(change, edited, term.word, "row_id", do=do)


def _unknown_id(row: Row, table: str, word: str, column: str, *, do: str) -> Finding:
    return row.error(
        f"unknown-{schema.singular(table)}",
        column,
        f"{row.table}.{column} names {word!r}, which {row.tables.name(table)} does not have.",
        do=do,
        value=word,
    )
