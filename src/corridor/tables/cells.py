"""Cells: text made into typed values by a column's declared kind, and what to do about those that
do not fit."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import polars as pl

from corridor.errors import near_matches
from corridor.tables.columns import Column

TYPES: Mapping[str, Any] = {
    "number": pl.Float64,
    "integer": pl.Int64,
    "boolean": pl.Boolean,
    "date": pl.Date,
}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = r"([01]?[0-9]|2[0-3]):[0-5][0-9]"
_DAY = "(mon|tue|wed|thu|fri|sat|sun)"
_PATTERNS = {
    "id": r"^[a-z0-9][a-z0-9_.-]*$",
    "country": r"^[A-Z]{2}$",
    "hours": rf"^{_CLOCK}-({_CLOCK}|24:00)$",
    "timetable": rf"^{_DAY} {_CLOCK}( *; *{_DAY} {_CLOCK})* *;?$",
    "monthday": r"^((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))$",  # noqa: E501
    "words": r"^[^,;|]*$",
    "text": "^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]*$",
}
_NOTHING = (
    "nan",
    "na",
    "n/a",
    "null",
    "none",
    "nil",
    "-",
    "--",
    "—",
    "?",
    "unknown",
    "inf",
    "+inf",
    "-inf",
    "infinity",
    "#n/a",
    "tbd",
    "...",
    "…",
)
# Units people write, in the unit of the column they belong in.
FACTORS = {
    ("mi", "km"): "multiply by 1.609344",
    ("miles", "km"): "multiply by 1.609344",
    ("m", "km"): "divide by 1000",
    ("nmi", "km"): "multiply by 1.852",
    ("nm", "km"): "multiply by 1.852",
    ("ft", "km"): "multiply by 0.0003048",
    ("mph", "kmh"): "multiply by 1.609344",
    ("kt", "kmh"): "multiply by 1.852",
    ("kn", "kmh"): "multiply by 1.852",
    ("knots", "kmh"): "multiply by 1.852",
    ("ms", "kmh"): "multiply by 3.6",
    ("min", "h"): "divide by 60",
    ("minutes", "h"): "divide by 60",
    ("d", "h"): "multiply by 24",
    ("days", "h"): "multiply by 24",
    ("s", "h"): "divide by 3600",
    ("hours", "h"): "only rename it",
    ("hrs", "h"): "only rename it",
    ("kg", "t"): "divide by 1000",
    ("h", "d"): "divide by 24",
    ("cm", "mm"): "multiply by 10",
    ("m", "mm"): "multiply by 1000",
    ("year", "day"): "divide by 365",
    ("month", "day"): "multiply by 12 and divide by 365",
    ("week", "day"): "divide by 7",
    ("day", "week"): "multiply by 7",
    ("month", "week"): "multiply by 12 and divide by 52",
    ("percent", "share"): "divide by 100",
    ("pct", "share"): "divide by 100",
    ("kusd", "usd"): "multiply by 1000",
    ("musd", "usd"): "multiply by 1000000",
}


def typed(column: Column) -> pl.Expr:
    """Return the expression that makes a text column (named as declared) typed; null where the text
    does not fit."""
    text = pl.col(column.name)
    match column.kind:
        case "number":
            number = text.cast(pl.Float64, strict=False)
            return pl.when(number.is_finite()).then(number).alias(column.name)
        case "integer":
            number = text.cast(pl.Float64, strict=False)
            whole = number.is_finite() & (number == number.round()) & (number.abs() <= 2.0**53)
            return pl.when(whole).then(number).cast(pl.Int64).alias(column.name)
        case "boolean":
            lower = text.str.to_lowercase()
            return (
                pl.when(lower == "true")
                .then(True)
                .when(lower == "false")
                .then(False)
                .alias(column.name)
            )
        case "date":
            shaped = pl.when(text.str.contains(r"^(1[89]|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}$")).then(
                text
            )
            return shaped.str.to_date("%Y-%m-%d", strict=False).alias(column.name)
        case "choice":
            return pl.when(text.is_in(column.choices)).then(text).alias(column.name)
        case "id" if column.refers:  # an unknown reference says more than a badly formed one
            return text
        case "words":
            return (
                pl.when(text.str.contains(_PATTERNS["words"]))
                .then(text.str.replace_all(r"\s+", " "))
                .alias(column.name)
            )
        case kind:
            return pl.when(text.str.contains(_PATTERNS[kind])).then(text).alias(column.name)


def parse(column: Column, text: str) -> Any:
    """Return one value as its column declares it; ValueError says what to do where it does not
    fit."""
    value = (
        pl.DataFrame({column.name: [text]}, schema={column.name: pl.String})
        .select(typed(column))
        .item()
    )
    if value is None:
        raise ValueError(cure(column, text))
    return value


def cure(column: Column, text: str) -> str:
    """Return what to do about a cell that does not fit its column."""
    if text.lower() in _NOTHING:
        return (
            "Write the value: this column may not be empty."
            if column.required
            else "Leave the cell empty where the value is not known."
        )
    if text.startswith("#") and column.kind != "text":
        return "The spreadsheet had an error here: repair its formula and save the table again."
    match column.kind:
        case "number" | "integer":
            return _number_cure(column, text)
        case "boolean":
            near = {
                "yes": "true",
                "y": "true",
                "1": "true",
                "t": "true",
                "no": "false",
                "n": "false",
                "0": "false",
                "f": "false",
            }.get(text.lower())
            return f"Write {near}." if near else "Write true or false."
        case "date":
            return _date_cure(text)
        case "choice":
            near_words = near_matches(text, column.choices, most=1)
            return (f"Write {near_words[0]!r} if that was meant; " if near_words else "") + (
                f"one of: {', '.join(column.choices)}."
            )
        case "country":
            return (
                f"Write {text.upper()}."
                if re.fullmatch("[A-Za-z]{2}", text)
                else "Write the two capital letters of ISO 3166, such as KZ."
            )
        case "monthday":
            return "Write month and day as MM-DD, such as 11-30 (a spreadsheet may have made a date of it)."  # noqa: E501
        case "hours":
            return "Write opening hours as 08:00-20:00; leave the cell empty for round the clock."
        case "timetable":
            return "Write departures in UTC as mon 08:00; thu 20:00."
        case "words":
            return "Part the words by blanks, without commas."
        case "id":
            tidy = re.sub(r"[^a-z0-9_.]+", "-", text.lower()).strip("-_.")
            return f"Write {tidy!r}." if tidy else "Write a word of a-z, 0-9 and hyphens."
        case _:
            return "Save the file as UTF-8 and type the text anew: it holds signs that were lost on the way."  # noqa: E501


def unit_hint(given: str, declared: str) -> str | None:
    """Return how to turn one column into another that says the same in another unit; None where
    they are unlike."""
    theirs = given.lower().split("_")
    ours = declared.split("_")
    unlike = [(a, b) for a, b in zip(theirs, ours, strict=False) if a != b]
    if len(theirs) != len(ours) or len(unlike) != 1 or theirs[0] != ours[0] or len(ours) < 2:
        return None
    how = FACTORS.get(unlike[0])
    return (
        f"Name it {declared} and {how} where need be."
        if how and how.startswith("only")
        else (f"Name the column {declared} and {how}." if how else None)
    )


def is_placeholder(column: Column, value: float) -> bool:
    """Tell whether a number that is in range still looks as if it stood for "not known" or "no
    limit"."""
    if abs(value) in (9999, 99999, 999999, 9999999, 99999999, 999999999):
        return True
    return value in (1e6, 1e9, 1e12) and column.name.startswith(
        ("capacity", "fixed", "handling", "usd_per")
    )


def _number_cure(column: Column, text: str) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    if re.fullmatch(r"[-+]?\d+,\d+", text):
        plain = f"Write {text.replace(',', '.')}: the decimal sign is a point"
        thousands = re.search(r",\d{3}$", text)
        return plain + (
            f"; or {text.replace(',', '')} if the comma parts thousands." if thousands else "."
        )
    if re.fullmatch(r"[-+]?\d{1,3}([ ,'’\u00a0\u202f_]\d{3})+(\.\d+)?", text):
        joined = re.sub(r"[ ,'’\u00a0\u202f_]", "", text)
        return f"Write {joined}: nothing parts the thousands."
    if found := re.fullmatch(r"([-+]?\d+(?:[.,]\d+)?)\s*([A-Za-zµ°%$€/²³ .]+)", text):
        same = column.unit and found[2].strip().lower() == column.unit.lower()
        return f"Write {found[1].replace(',', '.')} alone: " + (
            "the unit stands in the column's name."
            if same
            else f"the column's unit is its own{unit}; convert if need be."
        )
    if re.fullmatch(r"[<>~≈±]\s*[\d.,]+|[\d.]+\s*(-|–|\.\.|to)\s*[\d.]+", text):
        return "Write one number; the range or doubt belongs in the note."
    if re.fullmatch(r"[-+]?[\d.]+", text) and column.kind == "integer":
        return "Write a whole number."
    return f"Write a number such as 12.5{unit}, with a point and without unit."


def _date_cure(text: str) -> str:
    if re.fullmatch(r"[345]\d{4}(\.\d+)?", text):
        day = dt.date(1899, 12, 30) + dt.timedelta(days=int(float(text)))
        return f"Write {day} if that was meant: {text} is a spreadsheet's day number."
    if found := re.fullmatch(r"(\d{4}-\d\d-\d\d)[ T].*", text):
        return f"Write the day alone: {found[1]}."
    if re.fullmatch(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}", text):
        return "Write year-month-day as 2026-07-31: other orders can be read in two ways."
    return "Write a day that exists, as 2026-07-31."
