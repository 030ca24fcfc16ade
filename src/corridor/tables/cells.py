"""Cells: text made into typed values by the declared kind of its column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from corridor.tables.columns import WEEKDAYS, Column, Table

TYPES: Mapping[str, Any] = {
    "number": pl.Float64,
    "integer": pl.Int64,
    "boolean": pl.Boolean,
    "date": pl.Date,
    "instant": pl.Datetime("us", "UTC"),
}

_CLOCK = r"([01]?[0-9]|2[0-3]):[0-5][0-9]"
_WEEKDAY = f"({'|'.join(WEEKDAYS)})"
_DEPARTURE = f"{_WEEKDAY} {_CLOCK}"
_LONG_MONTHS = r"(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
_SHORT_MONTHS = r"(0[469]|11)-(0[1-9]|[12][0-9]|30)"
_FEBRUARY = r"02-(0[1-9]|[12][0-9])"
_PATTERNS = {
    "id": r"^[a-z0-9][a-z0-9_.-]*$",
    "country": r"^[A-Z]{2}$",
    "hours": rf"^{_CLOCK}-({_CLOCK}|24:00)$",
    "timetable": rf"^{_DEPARTURE}( *; *{_DEPARTURE})* *;?$",
    "month": r"^(1[89]|2[01])[0-9]{2}-(0[1-9]|1[0-2])(-01)?$",
    "monthday": rf"^({_LONG_MONTHS}|{_SHORT_MONTHS}|{_FEBRUARY})$",
    "words": r"^[^,;|]*$",
    "text": "^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]*$",
}
_DATE = r"^(1[89]|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}$"
_MAX_EXACT = 2.0**53  # the largest whole number up to which a float holds every one

# What people write for "not known" and "no limit".
_NINES = (9999, 99999, 999999, 9999999, 99999999, 999999999)
_POWERS = (1e6, 1e9, 1e12)
_COLUMNS_WITH_POWERS = ("capacity", "fixed", "handling", "usd_per")


def stored_type(column: Column) -> pl.DataType:
    """Return what a column of results is stored as."""
    single = TYPES.get(column.kind, pl.String)
    return pl.List(single) if column.many else single


def stored_types(table: Table) -> dict[str, pl.DataType]:
    """Return what the columns of a table of results are stored as, in order."""
    return {column.name: stored_type(column) for column in table.columns}


def frame_of(table: Table, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows as a declared table of results; a cell that a row lacks is null."""
    types = stored_types(table)
    return pl.DataFrame([{name: row.get(name) for name in types} for row in rows], schema=types)


def typed(column: Column) -> pl.Expr:
    """Return the expression that types a text column named as declared; null: does not fit."""
    text = pl.col(column.name)

    match column.kind:
        case "number":
            value = _number(text)
        case "integer":
            value = _integer(text)
        case "boolean":
            value = _boolean(text)
        case "date":
            value = _date(text)
        case "choice":
            value = pl.when(text.is_in(column.choices)).then(text)
        case "id" if column.refers:  # an unknown reference says more than a badly formed one
            value = text
        case "month":  # of a spreadsheet that made a date of it, the first day
            value = _matching(text, "month", text.str.slice(0, 7))
        case "words":
            value = _matching(text, "words", text.str.replace_all(r"\s+", " "))
        case kind:
            value = _matching(text, kind, text)

    return value.alias(column.name)


def parse(column: Column, text: str) -> Any:
    """Return one value as its column declares it; ValueError where it does not fit."""
    cell = pl.DataFrame({column.name: [text]}, schema={column.name: pl.String})
    value = cell.select(typed(column)).item()

    if value is None:
        from corridor.tables.cures import cure

        raise ValueError(cure(column, text))
    return value


def is_placeholder(column: Column, value: float) -> bool:
    """Tell whether a number in range still looks like "not known" or "no limit"."""
    if abs(value) in _NINES:
        return True
    return value in _POWERS and column.name.startswith(_COLUMNS_WITH_POWERS)


def _number(text: pl.Expr) -> pl.Expr:
    number = text.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _integer(text: pl.Expr) -> pl.Expr:
    number = text.cast(pl.Float64, strict=False)
    is_whole = number.is_finite() & (number == number.round()) & (number.abs() <= _MAX_EXACT)
    return pl.when(is_whole).then(number).cast(pl.Int64)


def _boolean(text: pl.Expr) -> pl.Expr:
    lower = text.str.to_lowercase()
    return pl.when(lower == "true").then(True).when(lower == "false").then(False)


def _date(text: pl.Expr) -> pl.Expr:
    with_four_digits = pl.when(text.str.contains(_DATE)).then(text)
    return with_four_digits.str.to_date("%Y-%m-%d", strict=False)


def _matching(text: pl.Expr, kind: str, value: pl.Expr) -> pl.Expr:
    return pl.when(text.str.contains(_PATTERNS[kind])).then(value)
