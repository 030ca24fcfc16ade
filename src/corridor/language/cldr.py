"""What CLDR knows of a language: its dates, its names of countries, its forms for charts.

CLDR is the Common Locale Data Repository of Unicode, which comes with Babel.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from corridor.language.speech import SOURCE, speech

SUNDAY_FIRST = (6, 0, 1, 2, 3, 4, 5)  # Vega's week begins on Sunday, CLDR's days on Monday
MONTHS = range(1, 13)


def long_date(value: dt.date) -> str:
    """Return a date in words.

    >>> long_date(dt.date(2026, 7, 1))
    '1 July 2026'
    """
    spoken = speech()
    if spoken.is_english:
        return f"{value.day} {value:%B %Y}"

    from babel.dates import format_date

    return format_date(value, "long", locale=spoken.code)


def weekday_name(number: int) -> str:
    """Return the name of a weekday, 0 for Monday.

    >>> weekday_name(4)
    'Friday'
    """
    _, days = month_and_day_names(speech().code)
    return str(days["format"]["wide"][number])


def country_name(code: str) -> str | None:
    """Return the name of a country (ISO 3166) in the language spoken; null in English.

    It is as the study's catalogue has it, else as CLDR has it; null where neither does.
    """
    spoken = speech()
    if spoken.is_english:
        return None

    from babel import Locale

    english = english_country_name(code) or ""
    name: str | None = Locale.parse(spoken.code).territories.get(code)
    return spoken.texts.get(english) or name


def english_country_name(code: str) -> str | None:
    """Return the English name of a country (ISO 3166) as CLDR has it; null where it has none."""
    from babel import Locale

    name: str | None = Locale.parse(SOURCE).territories.get(code)
    return name


def vega_locale() -> dict[str, Any] | None:
    """Return the numbers and dates of the language as Vega is configured; null for English."""
    spoken = speech()
    if spoken.is_english:
        return None

    months, days = (names["stand-alone"] for names in month_and_day_names(spoken.code))
    return {
        "number": {
            "decimal": spoken.decimal,
            "thousands": spoken.group,
            "grouping": [3],
            "currency": ["", ""],
            "percent": "\u00a0%" if spoken.code != "zh" else "%",
        },
        "time": {
            "dateTime": "%x, %X",
            "date": "%d.%m.%Y",
            "time": "%H:%M:%S",
            "periods": ["AM", "PM"],
            "days": [days["wide"][day] for day in SUNDAY_FIRST],
            "shortDays": [days["abbreviated"][day] for day in SUNDAY_FIRST],
            "months": [months["wide"][month] for month in MONTHS],
            "shortMonths": [months["abbreviated"][month].rstrip(".") for month in MONTHS],
        },
    }


@cache
def month_and_day_names(code: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the names of months and of days of a language, by where they stand and their width.

    Babel writes what an alias leads to into data that all languages share: after a chart in Urdu,
    Kazakh would have Urdu days. So they are read from a copy.
    """
    from babel import localedata

    shared = localedata.load(code)
    copied = deepcopy({names: shared[names] for names in ("months", "days")})
    own = localedata.LocaleDataDict(copied)  # type: ignore[arg-type]
    return own["months"], own["days"]
