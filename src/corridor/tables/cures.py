"""Cures: what to do about a cell that does not fit its column, or a column in another unit."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from corridor.errors import near_matches
from corridor.tables.columns import WEEKDAYS, Column

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
# Yes and no, true and false, in the languages of spreadsheet programs that are near.
_BOOLEANS = {
    **dict.fromkeys(("yes", "y", "1", "t", "x", "✓", "истина", "да", "wahr", "ja"), "true"),
    **dict.fromkeys(("vrai", "oui", "verdadero", "sí", "si", "verdadeiro", "sim"), "true"),
    **dict.fromkeys(("vero", "prawda", "tak", "doğru", "evet", "ақиқат", "иә"), "true"),
    **dict.fromkeys(("是", "真", "صحیح", "ہاں", "درست"), "true"),
    **dict.fromkeys(("no", "n", "0", "f", "ложь", "нет", "falsch", "nein", "faux", "non"), "false"),
    **dict.fromkeys(("falso", "não", "fałsz", "nie", "yanlış", "hayır", "жалған", "жоқ"), "false"),
    **dict.fromkeys(("否", "假", "غلط", "نہیں", "نادرست"), "false"),
}
# A spreadsheet counts days from here.
_DAY_ZERO = dt.date(1899, 12, 30)

_CURES = {
    "month": "Write year and month as YYYY-MM, such as 2026-02.",
    "monthday": "Write month and day as MM-DD, such as 11-30 "
    "(a spreadsheet may have made a date of it).",
    "hours": "Write opening hours as 08:00-20:00; leave the cell empty for round the clock.",
    "timetable": "Write departures in UTC as mon 08:00; thu 20:00.",
    "words": "Separate the words with spaces, without commas.",
    "text": "Save the file as UTF-8 and type the text again: "
    "it holds signs that were lost on the way.",
}

_DAY_WORDS = {
    **{day: (day,) for day in WEEKDAYS},
    **dict.fromkeys(("weekdays", "workdays"), WEEKDAYS[:5]),
    **dict.fromkeys(("weekend", "weekends"), WEEKDAYS[5:]),
    **dict.fromkeys(("daily", "all", "every", "everyday", "always"), WEEKDAYS),
}
_FULL_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_BETWEEN_DAYS = re.compile(r"\s*(?:[-–—]|\.\.|\bto\b)\s*")
_BESIDE_DAYS = re.compile(r"\s*[,;&+|/]\s*|\s+and\s+|\s+")
_RANGE_OF_DAYS = re.compile(r"([a-z]+)-([a-z]+)")
_DEPARTURE = re.compile(r"(.+?)\s+(\d{1,3})[:.h](\d\d)")
_OPENING_HOURS = re.compile(r"(\d{1,2})[:.](\d\d)\s*(?:-|–|—| to )\s*(\d{1,2})[:.](\d\d)")
_HOURS_A_DAY = 24
_MIN_DAY_LETTERS = 2
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_COMMA_OF_THOUSANDS = re.compile(r",\d{3}$")
_THOUSANDS = re.compile(r"[-+]?\d{1,3}([ ,'’\u00a0\u202f_]\d{3})+(\.\d+)?")
_POINTS_OF_THOUSANDS = re.compile(r"[-+]?\d{1,3}(\.\d{3}){2,}(,\d+)?|[-+]?\d{1,3}(\.\d{3})+,\d+")
_THOUSANDS_SIGN = re.compile(r"[ ,'’\u00a0\u202f_]")
_NUMBER_AND_UNIT = re.compile(r"([-+]?\d+(?:[.,]\d+)?)\s*([A-Za-zµ°%$€/²³ .]+)")
_SIGNED_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
_MINUS_SIGNS = {0x2212: "-", 0x2013: "-", 0x2011: "-", 0xFE63: "-", 0x066B: "."}
_PERCENT = re.compile(r"([-+]?\d+(?:[.,]\d+)?)\s*%")
_RANGE_OR_DOUBT = re.compile(r"[<>~≈±]\s*[\d.,]+|[\d.]+\s*(-|–|\.\.|to)\s*[\d.]+")
_PLAIN_NUMBER = re.compile(r"[-+]?[\d.]+")
_DAY_NUMBER = re.compile(r"[345]\d{4}(\.\d+)?")
_DAY_AND_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T].*")
_OFFSET = re.compile(r"(?:UTC|GMT|Z)?\s*([-+\u2212])\s*(\d{1,2})(?::?(\d\d))?")
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
        case "timetable":
            return _cure_timetable(text)
        case "hours":
            return _cure_hours(text)
        case "words" if column.name == "weekdays":
            return _cure_weekdays(text)
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

    plain = _plain_number(text)
    if plain is not None:
        return f"Write {plain}, in plain digits."
    if _DAY_AND_TIME.fullmatch(text) or _OTHER_DATE.fullmatch(text):
        return f"The cell is formatted as a day or a time: format it as a number{unit}."
    if percent := _PERCENT.fullmatch(text):
        return _cure_percent(column, percent[1])
    if _DECIMAL_COMMA.fullmatch(text):
        return _cure_comma(text)
    if _THOUSANDS.fullmatch(text):
        return f"Write {_THOUSANDS_SIGN.sub('', text)}: nothing parts the thousands."
    if measure := _NUMBER_AND_UNIT.fullmatch(text):
        return _cure_unit(column, number=measure[1], unit=measure[2].strip())
    if _POINTS_OF_THOUSANDS.fullmatch(text):
        return f"Write {text.replace('.', '').replace(',', '.')}: nothing separates the thousands."
    if _RANGE_OR_DOUBT.fullmatch(text):
        return "Write one number; the range or doubt belongs in the note."
    if column.kind == "integer" and _PLAIN_NUMBER.fullmatch(text):
        return "Write a whole number."
    return f"Write a number such as 12.5{unit}, with a point and without unit."


def _plain_number(text: str) -> str | None:
    """The number a text holds in other digits, or behind a sign that marks it as text."""
    plain = unicodedata.normalize("NFKC", text.translate(_MINUS_SIGNS)).strip(" '\u200e\u200f")
    digits = "".join(str(unicodedata.decimal(c, c)) for c in plain)
    return digits if digits != text and _SIGNED_NUMBER.fullmatch(digits) else None


def _cure_percent(column: Column, number: str) -> str:
    value = float(number.replace(",", "."))
    if column.high == 1:
        return f"Write {value / 100:g}: a share lies from 0 to 1."
    return f"Write the number alone{f' in {column.unit}' if column.unit else ''}, without per cent."


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
    value = _BOOLEANS.get(text.lower().replace("i̇", "i"))
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


def weekdays_meant(text: str) -> tuple[str, ...] | None:
    """Return the days a person means by such words as ``mon-fri``; null where it is not clear.

    >>> weekdays_meant("Mon-Wed, sat")
    ('mon', 'tue', 'wed', 'sat')
    """
    days: set[str] = set()
    between_days = _BETWEEN_DAYS.sub("-", text.lower().strip())
    for part in _BESIDE_DAYS.split(between_days):
        between = _RANGE_OF_DAYS.fullmatch(part)
        if between is None:
            meant = _days_of(part)
        else:
            meant = _days_from(_days_of(between[1]), _days_of(between[2]))
        if not meant:
            return None
        days.update(meant)
    return tuple(day for day in WEEKDAYS if day in days) or None


def _days_of(word: str) -> tuple[str, ...]:
    """The days of one word; none where it is not clear."""
    plain = word.strip(". ")
    for day, full in zip(WEEKDAYS, _FULL_DAYS, strict=True):
        if len(plain) >= _MIN_DAY_LETTERS and full.startswith(plain):
            return (day,)
    return _DAY_WORDS.get(plain, ())


def _days_from(first: tuple[str, ...], last: tuple[str, ...]) -> tuple[str, ...]:
    """The days from one to another, over the end of the week where need be."""
    if len(first) != 1 or len(last) != 1:
        return ()

    start = WEEKDAYS.index(first[0])
    count = (WEEKDAYS.index(last[0]) - start) % len(WEEKDAYS) + 1
    return tuple(WEEKDAYS[(start + i) % len(WEEKDAYS)] for i in range(count))


def _cure_weekdays(text: str) -> str:
    meant = weekdays_meant(text)
    return f"Write {' '.join(meant or WEEKDAYS)}{'' if meant else ', as far as they are meant'}."


def _cure_timetable(text: str) -> str:
    """The timetable that is meant, where every part of it is clear: a night counts as 25:30."""
    departures: list[str] = []
    for part in re.split(r"\s*[;,]\s*", text.strip(" ;,")):
        departure = _DEPARTURE.fullmatch(part)
        days = weekdays_meant(departure[1]) if departure else None
        if departure is None or days is None or int(departure[3]) >= 60:
            return _CURES["timetable"]

        later, hour = divmod(int(departure[2]), _HOURS_A_DAY)
        for day in days:
            leaves_on = WEEKDAYS[(WEEKDAYS.index(day) + later) % len(WEEKDAYS)]
            departures.append(f"{leaves_on} {hour:02}:{departure[3]}")
    return f"Write {'; '.join(departures)} (in UTC)."


def offset_meant(text: str) -> float | None:
    """Return the hours from UTC that a text such as UTC+5 or +05:30 means; null: none."""
    match = _OFFSET.fullmatch(text.strip().upper())
    if not match:
        return None
    hours = int(match[2]) + int(match[3] or 0) / 60
    return -hours if match[1] in ("-", "\u2212") else hours


def _cure_hours(text: str) -> str:
    """The opening hours that are meant, where they are clear: a night may end at 26:00."""
    times = _OPENING_HOURS.fullmatch(text.strip())
    if times is None:
        return _CURES["hours"]

    from_hour, from_minute, to_hour, to_minute = map(int, times.groups())
    if from_hour >= _HOURS_A_DAY or max(from_minute, to_minute) >= 60 or to_hour >= 48:
        return _CURES["hours"]
    if to_hour > _HOURS_A_DAY or (to_hour == _HOURS_A_DAY and to_minute):
        to_hour -= _HOURS_A_DAY
    return f"Write {from_hour:02}:{from_minute:02}-{to_hour:02}:{to_minute:02}."
