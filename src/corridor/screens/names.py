"""Names: what a person calls the rows that a table tells by their ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import polars as pl

from corridor.language.messages import translate
from corridor.network import geo
from corridor.network.network import Network
from corridor.screens.row_names import WORD_OF_IDS, row_name

# What a column holds the ids of, by its name or by the end of it.
TABLES = {
    "node_id": "nodes",
    "origin": "nodes",
    "destination": "nodes",
    "link_id": "links",
    "terminal_id": "terminals",
    "service_id": "services",
    "cargo_id": "cargoes",
    "cargo": "cargoes",
    "hazard_id": "hazards",
    "history": "hazards",
    "demand_id": "demand",
    "payers": "demand",
    "project_id": "projects",
    "sector_id": "sectors",
}
NAMED_TABLES = ("links", "demand", "services", "terminals", "hazards", "projects", "nodes")
SENTENCES = ("reason", "why")  # columns of sentences
CAUSE = re.compile(r"\b(change|rule) [a-z0-9]+(?:-[a-z0-9]+)+\b")
CAUSES = {"change": "the closure", "rule": "the rule"}
ID_IN_BRACKETS = re.compile(r"\s*\[[^\]]*\]")
COUNTRIES = ("country", "exporter", "importer", "members")  # columns of their codes


def with_names(frame: pl.DataFrame, network: Network) -> pl.DataFrame:
    """Return a table with names in place of ids and codes, where they name a row of the study.

    What is no id stays as it is.
    """
    named = frame.with_columns(_named_columns(frame, network))
    if not {"table", "row_id"} <= set(frame.columns):
        return named

    rows = zip(frame["table"], frame["row_id"], strict=True)
    names = [name_of(network, table, row_id) for table, row_id in rows]
    return named.with_columns(pl.Series("row_id", names, dtype=pl.String))


def name_of(network: Network, table: str, row_id: str) -> str:
    """Return what a person calls a row; its id where the row has no name or is not there."""
    cells = network.by_id(table).get(row_id) if row_id else None
    if cells is None:
        return row_id
    if table != "demand":
        return row_name(network, table, cells) or row_id

    ends = [name_of(network, "nodes", cells[f"{end}_node_id"]) for end in ("origin", "destination")]
    return ", ".join([" – ".join(ends), name_of(network, "cargoes", cells["cargo_id"])])


def in_words(network: Network, sentence: str) -> str:
    """Return a sentence with names in place of ids, and without ids in brackets."""
    without = ID_IN_BRACKETS.sub("", sentence)
    without = CAUSE.sub(lambda cause: CAUSES[cause[1]], without)
    return WORD_OF_IDS.sub(lambda word: _word(network, word[0]), without)


def _word(network: Network, word: str) -> str:
    """Return the name of a word that is the id of a row; else the word."""
    names = (name_of(network, table, word) for table in NAMED_TABLES)
    return next((name for name in names if name != word), word)


def _named_columns(frame: pl.DataFrame, network: Network) -> Iterator[pl.Series]:
    for column in frame.columns:
        table = _table_of(column)
        is_text = frame.schema[column].base_type() in (pl.String, pl.List)
        cells = frame[column].to_list()
        if is_text and column in SENTENCES:
            words = [None if text is None else in_words(network, text) for text in cells]
            yield pl.Series(column, words, dtype=pl.String)
        elif is_text and (table or column in COUNTRIES):
            names = [_names_of_cell(network, table, cell) for cell in cells]
            yield pl.Series(column, names, dtype=frame.schema[column])


def _table_of(column: str) -> str | None:
    """Return the table whose ids a column holds; null where it holds none."""
    ends = (name for name in TABLES if column == name or column.endswith(f"_{name}"))
    end = next(ends, None)
    return TABLES[end] if end else None


def _names_of_cell(
    network: Network, table: str | None, cell: str | Iterable[str] | None
) -> str | list[str] | None:
    """Return the names of a cell: a text of a text, a list of a list."""
    if cell is None:
        return None
    if not isinstance(cell, str):
        return [_name(network, table, word) for word in cell]

    name = _name(network, table, cell)
    return name if name != cell else ", ".join(_name(network, table, w) for w in cell.split(" "))


def _name(network: Network, table: str | None, word: str) -> str:
    """Return the name of one row, or of a country where a column is of no table."""
    if table is None:
        return translate(geo.country_names().get(word, word))
    return name_of(network, table, word)
