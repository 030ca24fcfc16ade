"""Checks across the rows of tables: keys, references, ranges, and cells that must agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from corridor.errors import (
    MAX_LIKE,
    Finding,
    findings_at,
    first_findings,
    looks_the_same,
    near_matches,
)
from corridor.network import geo
from corridor.network.names import ids_called, place_names
from corridor.tables import schema
from corridor.tables.columns import MODES, WEEKDAYS, Column, Table
from corridor.tables.cures import cure
from corridor.tables.tables import Spot, Tables

# (table, lower, upper): the upper figure must not lie below the lower one.
_ORDERED = (
    ("links", "fixed_h", "fixed_p95_h"),
    ("terminals", "handling_h", "handling_p95_h"),
    ("modes", "departure_h", "departure_p95_h"),
    ("services", "gathering_h", "gathering_p95_h"),
    ("sectors", "elasticity_low", "elasticity"),
    ("sectors", "elasticity", "elasticity_high"),
    ("projects", "capex_p5_usd", "capex_usd"),
    ("projects", "capex_usd", "capex_p95_usd"),
    ("observations", "value_low", "value_high"),
    ("questions", "days_low", "days_high"),
    ("questions", "usd_low", "usd_high"),
    ("questions", "km_low", "km_high"),
)
# (table, columns of the group whose shares add up to 1, column of the shares)
_SHARES = (
    ("specialisations", ("exporter", "importer"), "export_share"),
    ("markets", ("country",), "trade_share"),
)
_SHARE_SLACK = 0.005  # shares rounded to two digits
_WORDS = {"weekdays": WEEKDAYS, "allowed_modes": MODES, "modes": MODES}
_WORDS_OF_COUNTRIES = ("except_countries",)
# What people write for a figure they do not know.
_STAND_INS = (-1, -9, -99, -999, -9999, 9999, 99999, 999999, 1e6, 1e9)


@dataclass
class _Group:
    """Rows whose shares add up to 1: the first of them, and the sum so far."""

    first_row: int
    total: float = 0.0


@dataclass
class _RowsOfKey:
    """The rows that use one key: the first of each option, and of each disputed figure.

    A row without an option stands for the figure None.
    """

    of_option: dict[str | None, int] = field(default_factory=dict)
    of_figure: dict[str | None, int] = field(default_factory=dict)

    def clash_of(self, row: int, option: str | None) -> int | None:
        """Add a row and return the first one it cannot stand beside; null where it can.

        Options of one figure can stand beside each other, as only one of them counts.
        """
        figure = None if option is None else option.partition(":")[0]
        others = (first for other, first in self.of_figure.items() if other != figure)
        clashes = [
            first for first in (self.of_option.get(option), next(others, None)) if first is not None
        ]

        self.of_option.setdefault(option, row)
        self.of_figure.setdefault(figure, row)
        return min(clashes, default=None)


def check_rows(tables: Tables) -> list[Finding]:
    """Return what is wrong with keys, references, codes, ranges, periods and shares."""
    return first_findings(
        _keys(tables),
        _references(tables),
        _codes(tables),
        _ranges(tables),
        _orders(tables),
        _periods(tables),
        _seasons(tables),
        _shares(tables),
    )


# Keys


def _keys(tables: Tables) -> Iterator[Finding]:
    for table in schema.TABLES:
        if table.key is None:
            yield from _same_rows(tables, table)
        elif tables.frames[table.name][table.key].n_unique() < tables.frames[table.name].height:
            yield from _same_keys(tables, table, table.key)


def _same_rows(tables: Tables, table: Table) -> Iterator[Finding]:
    """Rows of a table without key that repeat another row."""
    frame = tables.frames[table.name]
    if not frame.is_duplicated().any():
        return

    first_row: dict[tuple[Any, ...], int] = {}
    pairs = []
    for i, row in enumerate(frame.iter_rows()):
        first = first_row.setdefault(row, i)
        if first != i:
            pairs.append((i, first))

    def finding(pair: tuple[int, int]) -> Finding:
        row, first = pair
        return tables.warning(
            "duplicate-row",
            Spot(table.name, row),
            f"the row is the same as that on line {tables.line(table.name, first)}.",
            do="Remove one of them.",
        )

    yield from findings_at(pairs, finding)


def _same_keys(tables: Tables, table: Table, key_column: str) -> Iterator[Finding]:
    """Keys that are used twice; rows of different options of one parameter may share one."""
    frame = tables.frames[table.name]
    keys = frame[key_column].to_list()

    def finding(pair: tuple[int, int]) -> Finding:
        row, first = pair
        return tables.error(
            "duplicate-key",
            Spot(table.name, row, key_column),
            f"{table.name}.{key_column} holds {keys[row]!r} a second time; "
            f"the first is on line {tables.line(table.name, first)}.",
            do="Remove one of the rows, or give it another id.",
            value=keys[row],
        )

    yield from findings_at(list(_key_clashes(keys, _options(frame))), finding)


def _options(frame: pl.DataFrame) -> list[str | None]:
    """Return the option that each row is of; null for a row of every scenario."""
    if "alternative" in frame.columns:
        return frame["alternative"].to_list()
    return [None] * frame.height


def _key_clashes(
    keys: Sequence[str | None], options: Sequence[str | None]
) -> Iterator[tuple[int, int]]:
    """Return (row, first row of the same key) of rows that may count in one scenario."""
    rows_of: dict[str, _RowsOfKey] = {}
    for i, key in enumerate(keys):
        if key is None:
            continue

        clash = rows_of.setdefault(key, _RowsOfKey()).clash_of(i, options[i])
        if clash is not None:
            yield i, clash


# References and codes


def _references(tables: Tables) -> Iterator[Finding]:
    """Ids that the table they refer to does not have: one finding for each id and column."""
    for table in schema.TABLES:
        for column in table.columns:
            target = column.refers
            if target and tables.frames[table.name].height and target not in tables.broken:
                yield from _unknown_ids(tables, table, column, target)


def _unknown_ids(tables: Tables, table: Table, column: Column, target: str) -> Iterator[Finding]:
    ids = tables.keys(target)
    file = tables.name(target)

    unknown: dict[str, list[int]] = {}
    for row, word in _other_words(tables, table, column, ids):
        unknown.setdefault(word, []).append(row)

    places = place_names(tables.frames["nodes"]) if target == "nodes" and unknown else None
    for nth, (word, rows) in enumerate(unknown.items()):
        compared = sorted(ids) if nth < MAX_LIKE else []  # near names take their time
        called = ids_called(places, word) if places else []
        keys = (tables.key(table.name, row) for row in dict.fromkeys(rows))
        yield tables.error(
            f"unknown-{schema.singular(target)}",
            Spot(table.name, rows[0], column.name),
            f"{table.name}.{column.name} names {word!r}, which {file} does not have.",
            do=f"Add it to {file}, {_other_cure(column, word, compared, called)}",
            value=word,
            rows=tuple(key for key in keys if key),
        )


def _other_cure(column: Column, word: str, ids: Sequence[str], called: Sequence[str]) -> str:
    """Return what to do about an unknown id that is not to be added.

    called: ids of places that have the word for a name.
    """
    if len(called) > 1:
        return f"or write the id of the one that is meant: {' or '.join(map(repr, called))}."

    near = called or near_matches(word, ids, most=2)
    if near:
        shown = " or ".join(map(repr, near))
        return f"or write {shown} if that was meant.{looks_the_same(word, near)}"
    return f"or correct {column.name}."


def _other_words(
    tables: Tables, table: Table, column: Column, words: Collection[str]
) -> Iterator[tuple[int, str]]:
    """Return (row number, word) of every word of a column that is none of those there are.

    Parameters
    ----------
    tables, table, column : where the words are.
    words : those there are.
    """
    for i, cell in enumerate(tables.frames[table.name][column.name].to_list()):
        if cell is None or cell in words:
            continue
        for word in cell.split() if column.kind == "words" else [cell]:
            if word not in words:
                yield i, word


def _codes(tables: Tables) -> Iterator[Finding]:
    """Codes of countries that there are not, and words of a fixed list that are not on it."""
    countries = geo.country_names().keys() | tables.keys("countries")

    for table in schema.TABLES:
        for column in table.columns:
            is_country = column.kind == "country" and not column.refers
            if is_country or column.name in _WORDS_OF_COUNTRIES:
                yield from _unknown_words(tables, table, column, countries)
            elif column.name in _WORDS:
                yield from _unknown_words(tables, table, column, _WORDS[column.name])


def _unknown_words(
    tables: Tables, table: Table, column: Column, words: Collection[str]
) -> Iterator[Finding]:
    """One finding for each word of a column that is not one of those there are.

    Parameters
    ----------
    tables, table, column : where the words are.
    words : those there are.
    """
    is_country = column.kind == "country" or column.name in _WORDS_OF_COUNTRIES
    list_name = "code of ISO 3166" if is_country else f"word of {column.name}"

    # From the last word to the first, so that each is named on its first row.
    row_of = {word: i for i, word in reversed([*_other_words(tables, table, column, words)])}
    for word, row in row_of.items():
        yield tables.error(
            "unknown-country" if is_country else "unknown-word",
            Spot(table.name, row, column.name),
            f"{table.name}.{column.name} holds {word!r}, which is no {list_name}.",
            do=cure(column, tables.frames[table.name][column.name][row])
            if column.name == "weekdays"
            else _word_cure(column, word, words),
            value=word,
        )


def _word_cure(column: Column, word: str, words: Collection[str]) -> str:
    near = near_matches(word, words, most=3)
    if near:
        return f"Write {' or '.join(near)} if that was meant."
    if column.kind == "country":
        return "Write the country's two letters, or list it in countries."
    return f"Write words of: {' '.join(words)}."


# Ranges


def _ranges(tables: Tables) -> Iterator[Finding]:
    """Numbers outside the range their column declares."""
    for table in schema.TABLES:
        for column in table.columns:
            has_range = column.low is not None or column.high is not None
            if column.kind in ("number", "integer") and has_range:
                yield from _out_of_range(tables, table, column)


def _out_of_range(tables: Tables, table: Table, column: Column) -> Iterator[Finding]:
    # Most columns are right throughout, as their least and largest number show at once.
    extent = tables.extent(table.name, column.name)
    if extent is None or not any(map(column.is_outside, extent)):
        return

    places = [
        (i, value)
        for i, (value,) in tables.cells(table.name, column.name)
        if value is not None and column.is_outside(value)
    ]

    def finding(place: tuple[int, float]) -> Finding:
        row, value = place
        return tables.error(
            "out-of-range",
            Spot(table.name, row, column.name),
            f"{table.name}.{column.name} is {value:g}; it lies {_range(column)}.",
            do=_range_cure(column, value),
            value=f"{value:g}",
        )

    yield from findings_at(places, finding)


def _range(column: Column) -> str:
    unit = f" {column.unit}" if column.unit and column.unit != "1" else ""
    if column.low is None:
        return f"at or below {column.high:g}{unit}"
    if column.high is None:
        return f"at or above {column.low:g}{unit}"
    return f"from {column.low:g} to {column.high:g}{unit}"


def _range_cure(column: Column, value: float) -> str:
    if column.name == "open_share" and value == 0:
        return "Leave the season out: a link with windows is shut outside all of them."
    if value in _STAND_INS:
        return _stand_in_cure(column)
    if column.name.endswith("_share") or "_share_" in column.name:
        return _share_cure(value)

    unit = f", in {column.unit}" if column.unit and column.unit != "1" else ""
    return f"Write {column.meaning}{unit}."


def _stand_in_cure(column: Column) -> str:
    if column.required:
        return "Write the figure."
    return "Leave the cell empty where the figure is not known; no stand-ins."


def _share_cure(value: float) -> str:
    if 1 < value <= 100:
        return f"Write a share of 1, such as {value / 100:g} for {value:g} per cent."
    return "Write a share between 0 and 1."


# Cells that must agree


def _orders(tables: Tables) -> Iterator[Finding]:
    """Figures of one row that are in the wrong order."""
    for table, lower, upper in _ORDERED:
        can_be_wrong = (pl.col(upper) < pl.col(lower)) | pl.col(lower).is_null()
        for row in tables.rows_where(table, pl.col(upper).is_not_null() & can_be_wrong):
            low, high = row[lower], row[upper]
            if low is not None:
                yield _wrong_order(tables, Spot(table, row.number, upper), lower, low, high)
            elif upper == "fixed_p95_h":
                yield _p95_without_median(tables, Spot(table, row.number, lower), upper, high)


def _wrong_order(tables: Tables, spot: Spot, lower: str, low: float, high: float) -> Finding:
    upper = str(spot.column)
    return tables.error(
        "p95-below-median" if upper.endswith("p95_h") else "wrong-order",
        spot,
        f"{spot.table}.{upper} is {high:g}, below {lower} with {low:g}.",
        do="Swap them, or correct the one that is wrong.",
        value=f"{high:g}",
    )


def _p95_without_median(tables: Tables, spot: Spot, upper: str, p95_h: float) -> Finding:
    lower = spot.column
    return tables.error(
        "p95-without-median",
        spot,
        f"{spot.table}.{upper} is {p95_h:g}, and {lower} is empty.",
        do=f"Write the median into {lower}, or empty {upper}.",
        value=f"{p95_h:g}",
    )


def _periods(tables: Tables) -> Iterator[Finding]:
    """Dates that end before they begin."""
    for table in _tables_with("from_on", "to_on"):
        for i, (start, end) in tables.cells(table, "from_on", "to_on"):
            if start is not None and end is not None and _is_empty_period(table, start, end):
                yield _empty_period(tables, Spot(table, i, "to_on"), start, end)


def _empty_period(tables: Tables, spot: Spot, start: dt.date, end: dt.date) -> Finding:
    return tables.error(
        "empty-period",
        spot,
        f"{spot.table} runs from {start} to before {end}: no day at all.",
        do="Write a to_on later than from_on (to_on is the first day no longer), "
        "or leave it empty where no end is known.",
        value=str(end),
    )


def _is_empty_period(table: str, start: dt.date, end: dt.date) -> bool:
    if table == "figures":  # there the last day is part of the period
        return end < start
    return end <= start


def _seasons(tables: Tables) -> Iterator[Finding]:
    """Seasons with one end."""
    for table in _tables_with("season_from", "season_to"):
        for i, (start, end) in tables.cells(table, "season_from", "season_to"):
            if (start is None) != (end is None):
                column = "season_from" if start is None else "season_to"
                yield tables.error(
                    "half-season",
                    Spot(table, i, column),
                    f"{table} gives a season with one end only.",
                    do=f"Write {column} too, or empty both for the whole year.",
                )


def _tables_with(*columns: str) -> Iterable[str]:
    for table in schema.TABLES:
        if {column.name for column in table.columns}.issuperset(columns):
            yield table.name


def _shares(tables: Tables) -> Iterator[Finding]:
    """Shares of one group that do not add up to 1."""
    for table, names, share_column in _SHARES:
        if table in tables.broken:
            continue

        for words, group in _groups(tables, table, names, share_column).items():
            if abs(group.total - 1) > _SHARE_SLACK:
                name = " to ".join(str(word) for word in words if word is not None)
                spot = Spot(table, group.first_row, share_column)
                yield _wrong_sum(tables, spot, name, group.total)


def _wrong_sum(tables: Tables, spot: Spot, name: str, total: float) -> Finding:
    return tables.warning(
        "shares-not-one",
        spot,
        f"the {spot.column} of {name} add up to {total:.4g}.",
        do="Correct them so that they add up to 1.",
        value=f"{total:.4g}",
        rows=(name,),
    )


def _groups(
    tables: Tables, table: str, names: tuple[str, ...], share_column: str
) -> dict[tuple[Any, ...], _Group]:
    """Return name -> the group of that name, whose shares a table gives.

    Parameters
    ----------
    tables, table : the tables, and the one with the shares.
    names : columns that name a group together.
    share_column : column of the shares.
    """
    groups: dict[tuple[Any, ...], _Group] = {}
    for i, (*words, share) in tables.cells(table, *names, share_column):
        group = groups.setdefault(tuple(words), _Group(first_row=i))
        group.total += share or 0.0
    return groups
