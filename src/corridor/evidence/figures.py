"""Figures that claims and commitments refer to: read, checked, and written with their unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl

from corridor.errors import CallError, Finding
from corridor.language.amounts import per_cent_message
from corridor.language.messages import figure, message
from corridor.language.speech import marked
from corridor.tables import schema

FORECAST = "forecast:"  # begins a reference to a value of the model
MONTHS = (
    marked("January"),
    marked("February"),
    marked("March"),
    marked("April"),
    marked("May"),
    marked("June"),
    marked("July"),
    marked("August"),
    marked("September"),
    marked("October"),
    marked("November"),
    marked("December"),
)
UNSAID = ("1", "count", "month", "year")  # units that are not written behind a figure
BILLION = 1e9
MILLION = 1e6
MIN_WHOLE = 100  # from which on a figure needs no decimals

Tables = Mapping[str, pl.DataFrame]
Row = Mapping[str, Any]


class Figure(NamedTuple):
    """A number that a claim refers to, the grade of its row, its unit, its sources, its name.

    name: what was counted, of a row of ``figures``; null: another table.
    """

    value: float
    grade: str
    unit: str | None
    source_ids: tuple[str, ...] = ()
    name: str | None = None


def table_of(tables: Tables, name: str) -> pl.DataFrame:
    """Return a table of a study; CallError where it is not there."""
    if name not in tables:
        raise CallError(f"the tables hold no {name}")
    return tables[name]


def read_figure(
    reference: str | None, tables: Tables, forecasts: Mapping[str, float]
) -> Figure | None:
    """Return the figure a reference names; null for no reference or a value not computed."""
    if reference is None:
        return None
    if not reference.startswith(FORECAST):
        return _table_figure(reference, tables)

    name = reference.removeprefix(FORECAST)
    return Figure(forecasts[name], "C", None) if name in forecasts else None


def _table_figure(reference: str, tables: Tables) -> Figure:
    """Return the figure of table:row:column; CallError says what is not there."""
    parts = reference.split(":")
    if len(parts) != 3:
        raise CallError("it has not three parts")
    name, row_id, column = parts
    row = _row(tables, name, row_id, column)
    if not isinstance(row[column], int | float):
        raise CallError(f"{column} of {row_id} is not a number")

    grade = row.get("economy_confidence" if name == "countries" else "confidence")
    unit = row.get("unit") or schema.table(name).column(column).unit
    sources = row.get("economy_source_ids" if name == "countries" else "source_id")
    label = row.get("name") if name == "figures" else None
    source_ids = tuple((sources or "").split())
    return Figure(float(row[column]), str(grade or "C"), unit, source_ids, label)


def _row(tables: Tables, name: str, row_id: str, column: str) -> Row:
    """Return a row of a table that has a column; CallError says what is not there."""
    try:
        declared = schema.table(name)
        declared.column(column)
    except KeyError:
        raise CallError(f"there is no table {name} with a column {column}") from None
    if name not in tables or declared.key is None:
        raise CallError(f"the study holds no table {name} with a key")

    rows = tables[name].filter(pl.col(declared.key) == row_id)
    if rows.is_empty():
        raise CallError(f"{name} has no row {row_id}")
    return rows.row(0, named=True)


def wrong_references(
    tables: Tables, table: str, key: str, columns: tuple[str, ...]
) -> list[Finding]:
    """Find references that are not table:row:column of a row that is there, or hold no number.

    Parameters
    ----------
    tables
        Frames by name.
    table
        The table that refers to others.
    key
        Its key.
    columns
        Those that hold references.
    """
    findings = []
    for column in columns:
        for row_id, reference in tables[table].select(key, column).iter_rows():
            if reference is None or reference.startswith(FORECAST):
                continue
            try:
                _table_figure(reference, tables)
            except CallError as error:
                problem = f"{table}.{column} says {reference!r}: {error}"
                findings.append(_unknown_reference(problem, table, column, row_id))
    return findings


def _unknown_reference(problem: str, table: str, column: str, row_id: str) -> Finding:
    return Finding(
        "unknown-reference",
        problem,
        "Write it as table:row:column, as in figures:eur-usd:value.",
        table=table,
        column=column,
        rows=(row_id,),
    )


def say_not_computed(reference: str) -> str:
    """Say that what a reference names has not been computed."""
    return message("{value_id} has not been computed", value_id=reference)


def say_circular(arithmetic: str) -> str:
    """Say that a statement agrees with figures of its own source, which proves nothing."""
    return message(
        "{arithmetic}; circular: the figure is of the same source as what was said",
        arithmetic=arithmetic,
    )


def show_figure(value: float, unit: str | None, *, as_share: bool = False) -> str:
    """Write a figure with its unit, short enough to read; as_share: as per cent."""
    if as_share or (unit == "1" and abs(value) <= 1):
        return per_cent_message(value)
    if unit is None or unit == "1":
        return figure(value, ",.4g")

    label = unit.split("/year")[0]
    if label == "month":
        return _show_month(value)
    if label == "year":
        return figure(value, ".0f")
    if label == "years":
        return _show_years(value)
    return _show_count(value) if label == "count" else _show_amount(value, label)


def _show_month(value: float) -> str:
    """Write a month of the year by its number and its name."""
    number = round(value)
    if not 1 <= number <= len(MONTHS):
        return figure(value, ".0f")
    # Translators: {name} is a month, {number} which of the year it is.
    return message("{name} (month {number})", name=MONTHS[number - 1], number=number)


def _show_years(value: float) -> str:
    """Write a number of years."""
    if value == 1:
        return message("1 year")
    return message("{figure} years", figure=figure(value, ",.4g"))


def _show_count(value: float) -> str:
    """Write how many there are, in millions or billions where they are many."""
    if abs(value) >= BILLION:
        # Translators: bn: billion, 1,000 million.
        return message("{figure} bn", figure=figure(value / BILLION, ",.4g"))
    if abs(value) >= MILLION:
        # Translators: m: million.
        return message("{figure} m", figure=figure(value / MILLION, ",.5g"))
    return _show_small(value)


def _show_amount(value: float, unit_id: str) -> str:
    """Write an amount with its unit, in millions or billions where it is large."""
    if abs(value) >= BILLION:
        billions = figure(value / BILLION, ",.4g")
        # Translators: bn: billion, 1,000 million.
        return message("{figure} bn {unit_id}", figure=billions, unit_id=unit_id)
    if abs(value) >= MILLION:
        millions = figure(value / MILLION, ",.5g")
        # Translators: m: million.
        return message("{figure} m {unit_id}", figure=millions, unit_id=unit_id)
    return message("{figure} {unit_id}", figure=_show_small(value), unit_id=unit_id)


def _show_small(value: float) -> str:
    return figure(value, ",.0f" if abs(value) >= MIN_WHOLE else ",.4g")
