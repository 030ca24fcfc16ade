"""The reader's language: messages of the program and texts of a study from catalogues, numbers and dates as it has them.

Messages stand in English in the code; a catalogue ``languages/<code>.po`` (gettext) holds them in another language, a
study's own ``languages/<code>.po`` the texts of its rows. What no catalogue holds stays English. Results are kept in
English (:func:`kept`) and told anew in the reader's language when they are shown (:func:`retell`).
"""

from __future__ import annotations

import datetime as dt
import gettext
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from corridor.errors import UnknownName

SOURCE = "en"
CONTEXT = "result"  # of messages that stand in results
FOLDER = Path(__file__).parent / "languages"
_FIELD = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"(?<![\w.,-])([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?![\w,]|\.\d|-\d)")


@dataclass(frozen=True, eq=False)
class Speech:
    """One language: its code, its own name, direction of writing (ltr, rtl), decimal and thousands signs, and catalogue.

    texts: whole texts of results and studies. patterns: of results with figures in them: (letters that stand fast, pattern,
    message), the longest first.
    """

    code: str = SOURCE
    name: str = "English"
    direction: str = "ltr"
    decimal: str = "."
    group: str = ","
    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)
    texts: Mapping[str, str] = field(default_factory=dict)
    patterns: Sequence[tuple[int, re.Pattern[str], str]] = ()


ENGLISH = Speech()
_NOW: ContextVar[Speech] = ContextVar("language", default=ENGLISH)


def speech() -> Speech:
    """Return the language spoken now."""
    return _NOW.get()


@contextmanager
def speaking(code: str, folder: str | Path | None = None) -> Iterator[Speech]:
    """Give a context in which messages are told in a language; folder: of the study whose own catalogue counts too.

    Raises UnknownName for a language without a catalogue.
    """
    known = languages()
    if code not in known:
        raise UnknownName("language", code, known)
    own = None if folder is None else Path(folder) / "languages" / f"{code}.po"
    stamp = own.stat().st_mtime_ns if own is not None and own.is_file() else None
    token = _NOW.set(_speech(code, own if stamp is not None else None, stamp))
    try:
        yield _NOW.get()
    finally:
        _NOW.reset(token)


def languages() -> list[str]:
    """Return the codes of the languages the program speaks, English first."""
    return [SOURCE, *sorted(path.stem for path in FOLDER.glob("*.po"))]


def tell(message: str, /, **values: object) -> str:
    """Return a message in the language spoken, with the values in their places.

    >>> tell("{count} links", count=3)
    '3 links'
    """
    return speech().catalogue.gettext(message).format(**values)


def tell_html(message: str, /, **values: object) -> Markup:
    """Return a message that holds HTML, with the values in their places, escaped."""
    return Markup(speech().catalogue.gettext(message)).format(**values)


def tell_count(one: str, many: str, count: int, /, **values: object) -> str:
    """Return a message in the form that a count asks for; {count} stands for it.

    >>> tell_count("{count} trip changes", "{count} trips change", 2)
    '2 trips change'
    """
    return speech().catalogue.ngettext(one, many, count).format(count=number(count), **values)


def marked(message: str, /) -> str:
    """Return the message as it is: it stands in the catalogues because it is told elsewhere."""
    return message


def kept(message: str, /, **values: object) -> str:
    """Return a sentence of a result: English whatever is spoken, to be told in another language by :func:`retell`."""
    return message.format(**values)


def retell(text: str) -> str:
    """Return a text of a result or a study in the language spoken; what no catalogue holds stays as it is.

    >>> retell("Port of Karachi")
    'Port of Karachi'
    """
    now = speech()
    if now is ENGLISH or not text:
        return text
    if text in now.texts:
        return now.texts[text]
    for _, pattern, message in now.patterns:
        if found := pattern.fullmatch(text):
            return message.format(**{name: retell(value) for name, value in found.groupdict().items()})
    return _NUMBER.sub(_local, text)


def number(value: float, digits: int = 0) -> str:
    """Return a number as the language writes it, with so many decimals.

    >>> number(12345.678, 1)
    '12,345.7'
    """
    return _signs(f"{value:,.{digits}f}")


def signed(value: float, digits: int = 0) -> str:
    """Return a number as the language writes it, with its sign."""
    return _signs(f"{value:+,.{digits}f}")


def long_date(value: dt.date) -> str:
    """Return a date in words.

    >>> long_date(dt.date(2026, 7, 1))
    '1 July 2026'
    """
    now = speech()
    if now is ENGLISH:
        return f"{value.day} {value:%B %Y}"
    from babel.dates import format_date

    return format_date(value, "long", locale=now.code)


def country_name(code: str) -> str | None:
    """Return the name of a country (ISO 3166) in the language spoken; null in English and where it is not known."""
    now = speech()
    if now is ENGLISH:
        return None
    from babel import Locale

    name: str | None = Locale.parse(now.code).territories.get(code)
    return name


def vega_locale() -> dict[str, Any] | None:
    """Return how the language writes numbers and dates, in the words of Vega's configuration; null for English."""
    now = speech()
    if now is ENGLISH:
        return None
    from babel import Locale

    locale = Locale.parse(now.code)
    months, days = ([locale.months, locale.days][kind]["stand-alone"] for kind in (0, 1))
    sunday_first = [6, 0, 1, 2, 3, 4, 5]
    return {
        "number": {"decimal": now.decimal, "thousands": now.group, "grouping": [3], "currency": ["", ""],
                   "percent": "\u00a0%" if now.code != "zh" else "%"},
        "time": {"dateTime": "%x, %X", "date": "%d.%m.%Y", "time": "%H:%M:%S", "periods": ["AM", "PM"],
                 "days": [days["wide"][i] for i in sunday_first],
                 "shortDays": [days["abbreviated"][i] for i in sunday_first],
                 "months": [months["wide"][i] for i in range(1, 13)],
                 "shortMonths": [months["abbreviated"][i].rstrip(".") for i in range(1, 13)]}}


@lru_cache(maxsize=16)
def _speech(code: str, own: Path | None, stamp: int | None) -> Speech:
    """Return a language read from its catalogues; stamp: when the study's was last written."""
    if code == SOURCE and own is None:
        return ENGLISH
    import io

    from babel import Locale
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    texts: dict[str, str] = {}
    patterns: list[tuple[int, re.Pattern[str], str]] = []
    packed = io.BytesIO()
    for path in filter(None, (None if code == SOURCE else FOLDER / f"{code}.po", own)):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=code)
        if path is not own:
            write_mo(packed, catalogue)
        for message in catalogue:
            if not (isinstance(message.id, str) and message.id and message.string) or message.fuzzy:
                continue
            if _FIELD.search(message.id) and path is not own:
                if message.context == CONTEXT:
                    patterns.append((len(_FIELD.sub("", message.id)), _pattern(message.id), str(message.string)))
            elif path is own or message.context == CONTEXT or message.id not in texts:
                texts[message.id] = str(message.string)
    packed.seek(0)
    locale = Locale.parse(code)
    signs = locale.number_symbols["latn"]
    return Speech(
        code, (locale.get_display_name(code) or code).capitalize(), locale.text_direction, signs["decimal"],
        signs["group"].replace("\u202f", "\u00a0"),
        gettext.GNUTranslations(packed) if packed.getbuffer().nbytes else gettext.NullTranslations(), texts,
        sorted(patterns, key=lambda one: -one[0]))


def _pattern(message: str) -> re.Pattern[str]:
    """Return the pattern that finds a message again and its values in it."""
    parts = _FIELD.split(message)
    seen: set[str] = set()
    found = ""
    for i, part in enumerate(parts):
        if i % 2 == 0:
            found += re.escape(part)
        else:
            found += f"(?P={part})" if part in seen else f"(?P<{part}>.+?)"
            seen.add(part)
    return re.compile(found, re.DOTALL)


def _signs(text: str) -> str:
    now = speech()
    if now is ENGLISH:
        return text
    return text.translate({ord(","): now.group, ord("."): now.decimal})


def _local(found: re.Match[str]) -> str:
    return found[1] + _signs(found[2] + (found[3] or ""))
