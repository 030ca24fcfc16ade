"""Checks of ids against their rows: an id that names another place, country, mode or year.

People build ids of what a row is about: ``almaty-shu-rail`` runs from almaty to shu by rail. Where
nearly all ids of a table do so, one that says something else than its row is a row written wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from corridor.errors import Finding, first_findings
from corridor.tables import schema
from corridor.tables.columns import Column, Table
from corridor.tables.tables import Spot, Tables

MIN_ROWS = 5
MIN_SHARE = 0.5  # of the rows of a table whose ids name what a column holds
MIN_SHARE_IN_ORDER = 0.9  # of the rows whose ids name two columns in one order
_KINDS = ("id", "choice", "country", "text")
_COLUMNS_OF_EVIDENCE = {"source_id", "confidence", "note", "operator", "alternative", "name"}


@dataclass(frozen=True)
class _Naming:
    """How the ids of a table name what a column holds.

    words: value of every row, as it would stand in an id. spots: where it begins in the id of the
    row; null where the id does not name it.
    """

    column: Column
    words: pl.Series
    spots: pl.Series

    @property
    def share(self) -> float:
        """The share of the rows with a value whose ids name it."""
        written = self.words.count()
        named = self.spots.count()
        return named / written if written >= MIN_ROWS else 0.0


def check_ids(tables: Tables) -> list[Finding]:
    """Return warnings on rows whose ids say something else than the row."""
    return first_findings(*(_table(tables, table) for table in schema.TABLES))


def _table(tables: Tables, table: Table) -> Iterator[Finding]:
    if table.key is None or tables.frames[table.name].height < MIN_ROWS:
        return
    if table.name in tables.broken or table.name in ("sources", "nodes", "countries"):
        return

    ids = tables.frames[table.name][table.key].to_list()
    namings = _namings(tables, table, table.key)
    reported: set[int] = set()
    for naming in namings:
        for row in _named_otherwise(naming, namings, ids, _vocabulary(tables, naming)):
            reported.add(row)
            yield _otherwise(tables, table, naming, row, ids[row])

    for first, second in combinations(namings, 2):
        for row in _swapped(first, second):
            if row not in reported:
                yield _in_other_order(tables, table, (first, second), row)


def _namings(tables: Tables, table: Table, key: str) -> list[_Naming]:
    """Return the columns that nearly all ids name, and how."""
    columns = [
        column
        for column in table.columns
        if column.name not in (key, *_COLUMNS_OF_EVIDENCE) and column.kind in _KINDS
    ]
    names = [column.name for column in columns]
    words = tables.frames[table.name].select(*map(_word, names), pl.col(key))
    spots = words.select(_spot(name, key) for name in names)

    namings = (_Naming(column, words[column.name], spots[column.name]) for column in columns)
    return [naming for naming in namings if naming.share >= MIN_SHARE]


def _word(column: str) -> pl.Expr:
    """Return values as they stand in ids, a place without its layer; null for several words."""
    cell = pl.col(column)
    word = cell.str.to_lowercase().str.replace("(?s)@.*", "")
    return pl.when(~cell.str.contains(" ", literal=True)).then(word)


def _spot(column: str, key: str) -> pl.Expr:
    """Return where words begin among the words of ids; null where they are not there."""
    word = pl.concat_str(pl.lit("-"), column, pl.lit("-"))
    name = pl.concat_str(pl.lit("-"), key, pl.lit("-"))
    return name.str.find(word, literal=True).alias(column)


def _vocabulary(tables: Tables, naming: _Naming) -> set[str]:
    """Return the words a column may hold: those it holds, and those it could refer to."""
    column = naming.column
    words = {*naming.words.drop_nulls().unique(), *column.choices}
    if column.refers is not None:
        words |= {key.lower() for key in tables.keys(column.refers)}
    return words


def _named_otherwise(
    naming: _Naming,
    namings: Sequence[_Naming],
    ids: Sequence[str | None],
    vocabulary: Set[str],
) -> Iterator[int]:
    """Give the rows whose id names another value of a column than the row holds.

    Parameters
    ----------
    naming : of the column.
    namings : of all columns of the table.
    ids : of all rows.
    vocabulary : every word the column may hold.
    """
    unnamed = (naming.words.is_not_null() & naming.spots.is_null()).arg_true()
    for row in unnamed.to_list():
        name = ids[row]
        if name is None:
            continue

        explained = {other.words[row] for other in namings if other.spots[row] is not None}
        others = _words_of(name) & vocabulary - explained - _words_of(naming.words[row])
        if others:
            yield row


def _words_of(name: str) -> set[str]:
    """Return everything that an id could name: its words, and words beside each other joined."""
    words = name.split("-")
    return {
        "-".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 1, min(start + 4, len(words)) + 1)
    }


def _swapped(first: _Naming, second: _Naming) -> Iterator[int]:
    """Give the rows whose id names two columns in the other order than nearly all rows do."""
    if first.column.refers != second.column.refers or first.column.kind != second.column.kind:
        return

    in_order = (first.spots < second.spots).arg_true()
    in_other_order = (first.spots > second.spots).arg_true()
    both = len(in_order) + len(in_other_order)
    if both >= MIN_ROWS and len(in_order) >= MIN_SHARE_IN_ORDER * both:
        yield from in_other_order.to_list()


def _otherwise(
    tables: Tables, table: Table, naming: _Naming, row: int, name: str | None
) -> Finding:
    column = naming.column.name
    value = tables.frames[table.name][column][row]
    return tables.warning(
        "id-says-otherwise",
        Spot(table.name, row, column),
        f"{table.name}.{column} is {value!r}, and the id {name!r} names another one, "
        f"as {naming.share:.0%} of the ids name theirs.",
        do="Correct the value, or the id.",
        value=str(value),
    )


def _in_other_order(
    tables: Tables, table: Table, pair: tuple[_Naming, _Naming], row: int
) -> Finding:
    a, b = (naming.column.name for naming in pair)
    return tables.warning(
        "id-says-otherwise",
        Spot(table.name, row, a),
        f"the id names {table.name}.{b} before {a}, and nearly all other ids name {a} first: "
        "the two seem swapped.",
        do=f"Swap {a} and {b}, or correct the id.",
    )
