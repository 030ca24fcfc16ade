"""Cures: what to do about a cell that does not fit its column, or a column in another unit."""

from __future__ import annotations

import datetime as dt
import re

from corridor.errors import near_matches
from corridor.tables.columns import Column

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

# What people write where they know nothing, or where a program had no number.
_ABSENT = frozenset(
    (
        *("na", "n/a", "null", "none", "nil", "unknown", "tbd", "#n/a"),
        *("nan", "inf", "+inf", "-inf", "infinity"),
        *("-", "--", "—", "?", "...", "…"),
    )
)
_BOOLEANS = {
    **dict.fromkeys(("yes", "y", "1", "t"), "true"),
    **dict.fromkeys(("no", "n", "0", "f"), "false"),
}
# A spreadsheet counts days from here.
_DAY_ZERO = dt.date(1899, 12, 30)

_CURES = {
    "monthday": "Write month and day as MM-DD, such as 11-30 "
    "(a spreadsheet may have made a date of it).",
    "hours": "Write opening hours as 08:00-20:00; leave the cell empty for round the clock.",
    "timetable": "Write departures in UTC as mon 08:00; thu 20:00.",
    "words": "Separate the words with spaces, without commas.",
    "text": "Save the file as UTF-8 and type the text again: "
    "it holds signs that were lost on the way.",
}

_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_COMMA_OF_THOUSANDS = re.compile(r",\d{3}$")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}([ ,'’\u00a0\u202f_]\d{3})+(\.\d+)?")
_THOUSANDS_SIGN = re.compile(r"[ ,'’\u00a0\u202f_]")
_NUMBER_AND_UNIT = re.compile(r"([-+]?\d+(?:[.,]\d+)?)\s*([A-Za-zµ°%$€/²³ .]+)")
_RANGE_OR_DOUBT = re.compile(r"[<>~≈±]\s*[\d.,]+|[\d.]+\s*(-|–|\.\.|to)\s*[\d.]+")
_PLAIN_NUMBER = re.compile(r"[-+]?[\d.]+")
_DAY_NUMBER = re.compile(r"[345]\d{4}(\.\d+)?")
_DAY_AND_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T].*")
_OTHER_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")


def cure(column: Column, text: str) -> str:
    """Return what to do about a cell that does not fit its column."""
    if text.lower() in _ABSENT:
        if column.required:
            return "Write the value: this column may not be empty."
        return "Leave the cell empty where the value is not known."
    if text.startswith("#") and column.kind != "text":
        return "The spreadsheet had an error here: repair its formula and save the table again."

    match column.kind:
        case "number" | "integer":
            return _cure_number(column, text)
        case "boolean":
            return _cure_boolean(text)
        case "date":
            return _cure_date(text)
        case "choice":
            return _cure_choice(column, text)
        case "country":
            return _cure_country(text)
        case "id":
            return _cure_id(text)
        case kind:
            return _CURES[kind]


def unit_hint(name: str, declared: str) -> str | None:
    """Return how to turn a column into the declared one that holds the same in another unit.

    Null where the two names differ in more than a unit.
    """
    words = name.lower().split("_")
    declared_words = declared.split("_")
    if len(words) != len(declared_words) or len(declared_words) < 2:
        return None

    pairs = zip(words, declared_words, strict=True)
    unlike = [(word, declared_word) for word, declared_word in pairs if word != declared_word]
    if len(unlike) != 1 or words[0] != declared_words[0]:
        return None

    conversion = FACTORS.get(unlike[0])
    if conversion is None:
        return None
    if conversion.startswith("only"):
        return f"Name it {declared} and {conversion} where need be."
    return f"Name the column {declared} and {conversion}."


def _cure_number(column: Column, text: str) -> str:
    unit = f" ({column.unit})" if column.unit else ""

    if _DECIMAL_COMMA.fullmatch(text):
        return _cure_comma(text)
    if _THOUSANDS.fullmatch(text):
        return f"Write {_THOUSANDS_SIGN.sub('', text)}: nothing parts the thousands."
    if measure := _NUMBER_AND_UNIT.fullmatch(text):
        return _cure_unit(column, number=measure[1], unit=measure[2].strip())
    if _RANGE_OR_DOUBT.fullmatch(text):
        return "Write one number; the range or doubt belongs in the note."
    if column.kind == "integer" and _PLAIN_NUMBER.fullmatch(text):
        return "Write a whole number."
    return f"Write a number such as 12.5{unit}, with a point and without unit."


def _cure_comma(text: str) -> str:
    advice = f"Write {text.replace(',', '.')}: the decimal sign is a point"
    if _COMMA_OF_THOUSANDS.search(text):
        return f"{advice}; or {text.replace(',', '')} if the comma parts thousands."
    return f"{advice}."


def _cure_unit(column: Column, number: str, unit: str) -> str:
    advice = f"Write {number.replace(',', '.')} alone:"
    if column.unit and unit.lower() == column.unit.lower():
        return f"{advice} the unit stands in the column's name."

    declared = f" ({column.unit})" if column.unit else ""
    return f"{advice} the column's unit is its own{declared}; convert if need be."


def _cure_boolean(text: str) -> str:
    value = _BOOLEANS.get(text.lower())
    return f"Write {value}." if value else "Write true or false."


def _cure_date(text: str) -> str:
    if _DAY_NUMBER.fullmatch(text):
        day = _DAY_ZERO + dt.timedelta(days=int(float(text)))
        return f"Write {day} if that was meant: {text} is a spreadsheet's day number."
    if instant := _DAY_AND_TIME.fullmatch(text):
        return f"Write the day alone: {instant[1]}."
    if _OTHER_DATE.fullmatch(text):
        return "Write year-month-day as 2026-07-31: other orders can be read in two ways."
    return "Write a day that exists, as 2026-07-31."


def _cure_choice(column: Column, text: str) -> str:
    choices = f"one of: {', '.join(column.choices)}."
    near = near_matches(text, column.choices, most=1)
    return f"Write {near[0]!r} if that was meant; {choices}" if near else choices


def _cure_country(text: str) -> str:
    if re.fullmatch("[A-Za-z]{2}", text):
        return f"Write {text.upper()}."
    return "Write the two capital letters of ISO 3166, such as KZ."


def _cure_id(text: str) -> str:
    tidy = re.sub(r"[^a-z0-9_.]+", "-", text.lower()).strip("-_.")
    return f"Write {tidy!r}." if tidy else "Write a word of a-z, 0-9 and hyphens."
