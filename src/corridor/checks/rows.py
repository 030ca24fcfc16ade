"""Checks across the rows and tables of a study: keys, references, ranges, and what rows must say
together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from corridor.errors import Finding, near_matches
from corridor.network import geo
from corridor.tables import schema
from corridor.tables.cells import WEEKDAYS
from corridor.tables.columns import MODES, Column, Table
from corridor.tables.reading import Spot, Tables

# (table, lower, upper): the upper figure must not lie below the lower one.
_ORDERED = (
    ("links", "fixed_h", "fixed_p95_h"),
    ("terminals", "handling_h", "handling_p95_h"),
    ("sectors", "elasticity_low", "elasticity"),
    ("sectors", "elasticity", "elasticity_high"),
    ("observations", "value_low", "value_high"),
)
_SHARES = (
    ("specialisations", ("exporter", "importer"), "export_share"),
    ("markets", ("country",), "trade_share"),
)
_SHARE_SLACK = 0.005  # shares rounded to two digits
_WORDS = {"weekdays": WEEKDAYS, "allowed_modes": MODES, "modes": MODES}


def check_rows(tables: Tables) -> list[Finding]:
    """Return what is wrong with keys, references, codes, ranges, periods and shares."""
    return [
        *_keys(tables),
        *_references(tables),
        *_codes(tables),
        *_ranges(tables),
        *_ordered(tables),
        *_periods(tables),
        *_shares(tables),
    ]


def _keys(tables: Tables) -> Iterator[Finding]:
    """Keys that stand twice; rows of different options of one parameter may share one."""
    for table in schema.TABLES:
        if table.key is None:
            yield from _twins(tables, table)
            continue
        frame = tables.frames[table.name]
        if frame[table.key].n_unique() == frame.height:
            continue
        options = (
            frame["alternative"].to_list()
            if "alternative" in frame.columns
            else [None] * frame.height
        )
        seen: dict[str, list[int]] = {}
        for i, key in enumerate(frame[table.key].to_list()):
            if key is None:
                continue
            clash = next(
                (j for j in seen.get(key, ()) if not _exclude(options[i], options[j])), None
            )
            seen.setdefault(key, []).append(i)
            if clash is not None:
                line = tables.lines.get(table.name, range(2, i + 3))[clash]
                yield tables.finding(
                    "duplicate-key",
                    Spot(table.name, i, table.key),
                    f"{table.name}.{table.key} holds {key!r} a second time; the first is on line "
                    f"{line}.",
                    "Remove one of the rows, or give it another id.",
                    value=key,
                )


def _twins(tables: Tables, table: Table) -> Iterator[Finding]:
    """Rows of a table without key that say the same twice."""
    said: dict[tuple[Any, ...], int] = {}
    for i, row in enumerate(tables.frames[table.name].iter_rows()):
        if (j := said.setdefault(row, i)) != i:
            line = tables.lines.get(table.name, range(2, i + 3))[j]
            yield tables.finding(
                "duplicate-row",
                Spot(table.name, i),
                f"the row is the same as that on line {line}.",
                "Remove one of them.",
                severity="warning",
            )


def _exclude(one: str | None, two: str | None) -> bool:
    """Tell whether two alternatives are options of one parameter, so that only one of them
    counts."""
    if one is None or two is None or one == two:
        return False
    return one.partition(":")[0] == two.partition(":")[0]


def _references(tables: Tables) -> Iterator[Finding]:
    """Ids that the table they refer to does not have: one finding for each id and column."""
    for table in schema.TABLES:
        frame = tables.frames[table.name]
        for column in table.columns:
            if column.refers and frame.height and column.refers not in tables.broken:
                target = schema.table(column.refers)
                known = set(tables.frames[target.name][target.key or ""].to_list())
                yield from _unknown(
                    tables, table, column, _cells(frame[column.name].to_list(), column), known
                )


def _cells(values: Sequence[str | None], column: Column) -> Iterator[tuple[int, str]]:
    """Return (row, word) of every word of a column."""
    for i, value in enumerate(values):
        if value is not None:
            for word in value.split() if column.kind == "words" else (value,):
                yield i, word


def _unknown(
    tables: Tables, table: Table, column: Column, cells: Iterator[tuple[int, str]], known: set[Any]
) -> Iterator[Finding]:
    lost: dict[str, list[int]] = {}
    for i, word in cells:
        if word not in known:
            lost.setdefault(word, []).append(i)
    target = column.refers or ""
    file = tables.name(target)
    pool = [k for k in known if k is not None]
    for word, at in lost.items():
        near = near_matches(word, pool, most=2)
        meant = (
            f", or write {' or '.join(map(repr, near))} if that was meant."
            if near
            else f", or correct {column.name}."
        )
        yield tables.finding(
            f"unknown-{schema.singular(target)}",
            Spot(table.name, at[0], column.name),
            f"{table.name}.{column.name} names {word!r}, which {file} does not have.",
            f"Add it to {file}{meant}",
            value=word,
            rows=tuple(k for i in dict.fromkeys(at) if (k := tables.key(table.name, i))),
        )


def _codes(tables: Tables) -> Iterator[Finding]:
    """Codes of countries that there are not, and words of a fixed list that are not on it."""
    codes = geo.country_names().keys() | set(
        tables.frames["countries"]["country"].drop_nulls().to_list()
    )
    for table in schema.TABLES:
        frame = tables.frames[table.name]
        for column in table.columns:
            known = (
                codes
                if column.kind == "country" and not column.refers
                else _WORDS.get(column.name, ())
            )
            if not known or not frame.height:
                continue
            for word, i in {
                w: i for i, w in reversed([*_cells(frame[column.name].to_list(), column)])
            }.items():
                if word not in known:
                    near = near_matches(word, known, most=3)
                    yield tables.finding(
                        "unknown-country" if column.kind == "country" else "unknown-word",
                        Spot(table.name, i, column.name),
                        f"{table.name}.{column.name} holds {word!r}, which is no "
                        + (
                            "code of ISO 3166."
                            if column.kind == "country"
                            else f"word of {column.name}."
                        ),
                        f"Write {' or '.join(near)} if that was meant."
                        if near
                        else "Write the country's two letters, or list it in countries."
                        if column.kind == "country"
                        else f"Write words of: {' '.join(known)}.",
                        value=word,
                    )


def _ranges(tables: Tables) -> Iterator[Finding]:
    """Numbers outside the range their column declares."""
    for table in schema.TABLES:
        frame = tables.frames[table.name]
        bounded = [
            c
            for c in table.columns
            if c.kind in ("number", "integer") and (c.low, c.high) != (None, None)
        ]
        if not frame.height or not bounded:
            continue
        names = [c.name for c in bounded]
        for column, least, most in zip(
            bounded, frame.select(names).min().row(0), frame.select(names).max().row(0), strict=True
        ):
            if least is None or not _outside(column, least) and not _outside(column, most):
                continue
            for i, value in enumerate(frame[column.name].to_list()):
                if value is not None and _outside(column, value):
                    yield tables.finding(
                        "out-of-range",
                        Spot(table.name, i, column.name),
                        f"{table.name}.{column.name} is {value:g}; it lies {_span(column)}.",
                        _range_cure(column, value),
                        value=f"{value:g}",
                    )


def _outside(column: Column, value: float) -> bool:
    return (column.low is not None and value < column.low) or (
        column.high is not None and value > column.high
    )


def _span(column: Column) -> str:
    unit = f" {column.unit}" if column.unit and column.unit != "1" else ""
    if column.low is None:
        return f"at or below {column.high:g}{unit}"
    return (
        f"at or above {column.low:g}{unit}"
        if column.high is None
        else f"from {column.low:g} to {column.high:g}{unit}"
    )


def _range_cure(column: Column, value: float) -> str:
    if column.name == "open_share" and value == 0:
        return "Leave the season out: a link with windows is shut outside all of them."
    if value in (-1, -9, -99, -999, -9999) or value in (9999, 99999, 999999, 1e6, 1e9):
        return (
            "Write the figure."
            if column.required
            else ("Leave the cell empty where the figure is not known; no stand-ins.")
        )
    if column.name.endswith("_share") or "_share_" in column.name:
        return (
            f"Write a share of 1, such as {value / 100:g} for {value:g} per cent."
            if 1 < value <= 100
            else ("Write a share between 0 and 1.")
        )
    return f"Write {column.meaning}" + (
        f", in {column.unit}." if column.unit and column.unit != "1" else "."
    )


def _ordered(tables: Tables) -> Iterator[Finding]:
    """Figures of one row that stand in the wrong order."""
    for table, low, high in _ORDERED:
        for i, (less, more) in enumerate(tables.frames[table].select(low, high).iter_rows()):
            if less is not None and more is not None and more < less:
                yield tables.finding(
                    "p95-below-median" if high.endswith("p95_h") else "wrong-order",
                    Spot(table, i, high),
                    f"{table}.{high} is {more:g}, below {low} with {less:g}.",
                    "Swap them, or correct the one that is wrong.",
                    value=f"{more:g}",
                )
            elif less is None and more is not None and high == "fixed_p95_h":
                yield tables.finding(
                    "p95-without-median",
                    Spot(table, i, low),
                    f"{table}.{high} is {more:g}, and {low} is empty.",
                    f"Write the median into {low}, or empty {high}.",
                    value=f"{more:g}",
                )


def _periods(tables: Tables) -> Iterator[Finding]:
    """Dates that end before they begin, and seasons with one end."""
    for table in schema.TABLES:
        names = {c.name for c in table.columns}
        frame = tables.frames[table.name]
        if {"from_on", "to_on"} <= names:
            counts_last = table.name == "figures"  # there the last day is part of the period
            for i, (first, last) in enumerate(frame.select("from_on", "to_on").iter_rows()):
                if (
                    first is not None
                    and last is not None
                    and (last < first or (last == first and not counts_last))
                ):
                    yield tables.finding(
                        "empty-period",
                        Spot(table.name, i, "to_on"),
                        f"{table.name} runs from {first} to before {last}: no day at all.",
                        "Write a to_on later than from_on (to_on is the first day no longer), or "
                        "leave it empty where no end is known.",
                        value=str(last),
                    )
        if {"season_from", "season_to"} <= names:
            for i, (first, last) in enumerate(frame.select("season_from", "season_to").iter_rows()):
                if (first is None) != (last is None):
                    column = "season_from" if first is None else "season_to"
                    yield tables.finding(
                        "half-season",
                        Spot(table.name, i, column),
                        f"{table.name} gives a season with one end only.",
                        f"Write {column} too, or empty both for the whole year.",
                    )


def _shares(tables: Tables) -> Iterator[Finding]:
    """Shares of one whole that do not add up to 1."""
    for table, group, column in _SHARES:
        sums: dict[tuple[Any, ...], float] = {}
        first: dict[tuple[Any, ...], int] = {}
        for i, (*key, share) in enumerate(tables.frames[table].select(*group, column).iter_rows()):
            sums[tuple(key)] = sums.get(tuple(key), 0.0) + (share or 0.0)
            first.setdefault(tuple(key), i)
        for whole, total in sums.items():
            if abs(total - 1) > _SHARE_SLACK and table not in tables.broken:
                name = " to ".join(str(k) for k in whole if k is not None)
                yield tables.finding(
                    "shares-not-one",
                    Spot(table, first[whole], column),
                    f"the {column} of {name} add up to {total:.4g}.",
                    "Correct them so that they add up to 1.",
                    severity="warning",
                    value=f"{total:.4g}",
                    rows=(name,),
                )
