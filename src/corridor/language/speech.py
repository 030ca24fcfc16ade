"""The reader's language: messages of the program and texts of a study from catalogues, numbers and
dates as it has them.

Messages stand in English in the code; a catalogue ``languages/<code>.po`` (gettext) holds them in
another language, a study's own ``languages/<code>.po`` the texts of its rows. What no catalogue
holds stays English. Sentences of results, which are told later, are in
:mod:`corridor.language.messages`.
"""

from __future__ import annotations

import codecs
import datetime as dt
import gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from corridor.errors import CallError, UnknownName

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

SOURCE = "en"
FOLDER = Path(__file__).parent / "catalogues"
_MOST_BYTES = 16 << 20  # of a catalogue


@dataclass(frozen=True, eq=False)
class Speech:
    """One language: its code, its own name, direction of writing (ltr, rtl), decimal and thousands
    signs, and catalogue.

    texts: of the study, translated.
    """

    code: str = SOURCE
    name: str = "English"
    direction: str = "ltr"
    decimal: str = "."
    group: str = ","
    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_english(self) -> bool:
        """Whether numbers, dates and names of countries are written as in English."""
        return self.code == SOURCE


ENGLISH = Speech()
_NOW: ContextVar[Speech] = ContextVar("language", default=ENGLISH)


def speech() -> Speech:
    """Return the language spoken now."""
    return _NOW.get()


@contextmanager
def speaking(code: str, folder: str | Path | None = None) -> Iterator[Speech]:
    """Give a context in which messages are told in a language; folder: of the study whose own
    catalogue counts too.

    Raises UnknownName for a language without a catalogue, CallError for a catalogue that cannot be
    read.
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


def number(value: float, digits: int = 0) -> str:
    """Return a number as the language writes it, with so many decimals.

    >>> number(12345.678, 1)
    '12,345.7'
    """
    return written(value, f"z,.{digits}f")


def signed(value: float, digits: int = 0) -> str:
    """Return a number as the language writes it, with its sign."""
    return written(value, f"+z,.{digits}f")


def written(value: float, style: str) -> str:
    """Return a number as Python's ``format`` writes it, with the signs of the language.

    >>> written(12345.678, ",.4g")
    '1.235e+04'
    """
    text = format(value, style)
    now = speech()
    if now.is_english:
        return text
    return text.translate({ord(","): now.group, ord("."): now.decimal, ord("-"): "−"})


def long_date(value: dt.date) -> str:
    """Return a date in words.

    >>> long_date(dt.date(2026, 7, 1))
    '1 July 2026'
    """
    now = speech()
    if now.is_english:
        return f"{value.day} {value:%B %Y}"
    from babel.dates import format_date

    return format_date(value, "long", locale=now.code)


def country_name(code: str) -> str | None:
    """Return the name of a country (ISO 3166) in the language spoken, as the study's catalogue has
    it, else as CLDR has it.

    Null in English and where it is not known.
    """
    now = speech()
    if now.is_english:
        return None
    from babel import Locale

    english = Locale.parse(SOURCE).territories.get(code)
    name: str | None = now.texts.get(english or "") or Locale.parse(now.code).territories.get(code)
    return name


def vega_locale() -> dict[str, Any] | None:
    """Return how the language writes numbers and dates, in the words of Vega's configuration; null
    for English."""
    now = speech()
    if now.is_english:
        return None
    from babel import Locale

    locale = Locale.parse(now.code)
    months, days = ([locale.months, locale.days][kind]["stand-alone"] for kind in (0, 1))
    sunday_first = [6, 0, 1, 2, 3, 4, 5]
    return {
        "number": {
            "decimal": now.decimal,
            "thousands": now.group,
            "grouping": [3],
            "currency": ["", ""],
            "percent": "\u00a0%" if now.code != "zh" else "%",
        },
        "time": {
            "dateTime": "%x, %X",
            "date": "%d.%m.%Y",
            "time": "%H:%M:%S",
            "periods": ["AM", "PM"],
            "days": [days["wide"][i] for i in sunday_first],
            "shortDays": [days["abbreviated"][i] for i in sunday_first],
            "months": [months["wide"][i] for i in range(1, 13)],
            "shortMonths": [months["abbreviated"][i].rstrip(".") for i in range(1, 13)],
        },
    }


def read_catalogue(path: Path, code: str) -> Catalog:
    """Return a catalogue; CallError where it is no gettext catalogue, too large, or a link to
    somewhere else."""
    from babel.messages.pofile import PoFileError, read_po

    if path.is_symlink() or path.stat().st_size > _MOST_BYTES:
        raise CallError(
            f"{path} is a link or larger than {_MOST_BYTES >> 20} MB: put the catalogue itself "
            "there."
        )
    try:
        with path.open("rb") as file:
            found = read_po(file, locale=code, abort_invalid=True)
        codecs.lookup(found.charset or "utf-8")
        return found
    except (PoFileError, ValueError, LookupError) as error:
        raise CallError(f"{path} cannot be read as a gettext catalogue: {error}.") from None


@lru_cache(maxsize=16)
def _speech(code: str, own: Path | None, stamp: int | None) -> Speech:
    """Return a language read from its catalogues; stamp: when the study's was last written."""
    if code == SOURCE and own is None:
        return ENGLISH
    import io

    from babel import Locale
    from babel.messages.mofile import write_mo

    packed = io.BytesIO()
    if code != SOURCE:
        write_mo(packed, read_catalogue(FOLDER / f"{code}.po", code))
    texts: dict[str, str] = {}
    for entry in read_catalogue(own, code) if own is not None else ():
        if isinstance(entry.id, str) and entry.id and entry.string and not entry.fuzzy:
            texts[entry.id] = str(entry.string)
    packed.seek(0)
    locale = Locale.parse(code)
    signs = locale.number_symbols["latn"]
    return Speech(
        code,
        (locale.get_display_name(code) or code).capitalize(),
        locale.text_direction,
        signs["decimal"],
        signs["group"].replace("\u202f", "\u00a0"),
        gettext.GNUTranslations(packed)
        if packed.getbuffer().nbytes
        else gettext.NullTranslations(),
        texts,
    )
