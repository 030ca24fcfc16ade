"""The reader's language: messages of the program and texts of a study from catalogues, numbers and
dates as it has them.

Messages stand in English in the code; a catalogue ``languages/<code>.po`` (gettext) holds them in
another language, a study's own ``languages/<code>.po`` the texts of its rows. What no catalogue
holds stays English. Results are kept in English (:func:`kept`) and told anew in the reader's
language when they are shown (:func:`retell`).
"""

from __future__ import annotations

import codecs
import datetime as dt
import gettext
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from corridor.errors import CallError, UnknownName

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

SOURCE = "en"
CONTEXT = "result"  # of messages that stand in results
FOLDER = Path(__file__).parent / "catalogues"
_MOST_BYTES = 16 << 20  # of a catalogue
_MOST_LETTERS = 1000  # of a text that is searched for messages
_FIELD = re.compile(r"\{(\w+)\}")
_FIGURES = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?")
_SHAPES = {
    "figure": _FIGURES,
    "id": re.compile(r"\S+"),
}  # of fields that end so: a bare number, an id without blanks
_LEAST_LETTERS = (
    8  # that stand fast in a message; one with fewer is found again only by the words in its fields
)
_MOST_READINGS = 40
_NUMBER = re.compile(r"(?<![\w.,-])([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?![\w,]|\.\d|-\d)")


@dataclass(frozen=True, eq=False)
class Speech:
    """One language: its code, its own name, direction of writing (ltr, rtl), decimal and thousands
    signs, and catalogue.

    texts: whole texts of results and studies. patterns: of results with fields in them: (letters
    that stand fast, English message as letters and names of fields in turn, message), the most
    letters first.
    """

    code: str = SOURCE
    name: str = "English"
    direction: str = "ltr"
    decimal: str = "."
    group: str = ","
    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)
    texts: Mapping[str, str] = field(default_factory=dict)
    patterns: Sequence[tuple[int, tuple[str, ...], str]] = ()

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


def kept(message: str, /, **values: object) -> str:
    """Return a sentence of a result: English whatever is spoken, to be told in another language by
    :func:`retell`.

    Fields that are called or end in ``figure`` hold a bare number, in ``id`` a word without blanks;
    the others anything.
    """
    return message.format(**values)


def retell(text: str) -> str:
    """Return a text of a result or a study in the language spoken; what no catalogue holds stays as
    it is.

    Lines, and parts between semicolons, may be messages of their own.

    >>> retell("Port of Karachi")
    'Port of Karachi'
    """
    now = speech()
    return text if now is ENGLISH or not text else _retold(now, text)[0]


def number(value: float, digits: int = 0) -> str:
    """Return a number as the language writes it, with so many decimals.

    >>> number(12345.678, 1)
    '12,345.7'
    """
    return _signs(f"{value:z,.{digits}f}")


def signed(value: float, digits: int = 0) -> str:
    """Return a number as the language writes it, with its sign."""
    return _signs(f"{value:+z,.{digits}f}")


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

    texts: dict[str, str] = {}
    patterns: list[tuple[int, tuple[str, ...], str]] = []
    packed = io.BytesIO()
    for path in filter(None, (None if code == SOURCE else FOLDER / f"{code}.po", own)):
        catalogue = read_catalogue(path, code)
        if path is not own:
            write_mo(packed, catalogue)
        for message in catalogue:
            if not (isinstance(message.id, str) and message.id and message.string) or message.fuzzy:
                continue
            if _FIELD.search(message.id) and path is not own:
                if message.context == CONTEXT:
                    patterns.append(
                        (
                            len(_FIELD.sub("", message.id)),
                            tuple(_FIELD.split(message.id)),
                            str(message.string),
                        )
                    )
            elif (
                path is own
                or message.context == CONTEXT
                or message.context is None
                and message.id not in texts
            ):
                texts[message.id] = str(message.string)
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
        sorted(patterns, key=lambda one: -one[0]),
    )


@lru_cache(maxsize=1 << 16)
def _retold(now: Speech, text: str) -> tuple[str, int]:
    """Return a text told anew, and how many of its letters no catalogue holds: of several readings,
    the one with fewest."""
    if text in now.texts:
        return now.texts[text], 0
    if "\n" in text:
        lines = [_retold(now, line) for line in text.split("\n")]
        return "\n".join(line for line, _ in lines), sum(left for _, left in lines)
    best = _NUMBER.sub(_local, text), 0 if _FIGURES.fullmatch(text) else len(text)
    if len(text) > _MOST_LETTERS:
        return best
    for letters, parts, message in now.patterns if best[1] else ():
        for values in islice(_readings(parts, text), _MOST_READINGS):
            told = {name: _retold(now, value) for name, value in values.items()}
            left = sum(count for _, count in told.values())
            found = (
                not left
                or letters >= _LEAST_LETTERS
                or all(map(_shape, told))
                or any(
                    not count and not _FIGURES.fullmatch(values[name])
                    for name, (_, count) in told.items()
                )
            )
            if found and left < best[1]:
                best = message.format(**{name: value for name, (value, _) in told.items()}), left
            if not best[1]:
                return best
    for gap in re.finditer("; ", text):
        one = _retold(now, text[: gap.start()])
        other = _retold(now, text[gap.end() :])
        if one[1] + other[1] < best[1]:
            best = one[0] + tell("; ") + other[0], one[1] + other[1]
    return best


def _shape(name: str) -> re.Pattern[str] | None:
    """Return what a field may hold, by how its name ends; null for anything."""
    return next((shape for end, shape in _SHAPES.items() if name.endswith(end)), None)


def _readings(parts: Sequence[str], text: str) -> Iterator[dict[str, str]]:
    """Give each way to read a text as a message: letters and names of fields in turn; the first
    field shortest first."""
    start = len(parts[0])
    if not text.startswith(parts[0]) or not all(part in text for part in parts[2::2]):
        return
    if len(parts) == 1:
        if start == len(text):
            yield {}
        return
    name = parts[1]
    then = parts[2]
    shape = _shape(name)
    at = text.find(then, start + 1) if len(parts) > 3 else max(len(text) - len(then), 0)
    while at > start:
        value = text[start:at]
        if shape is None or shape.fullmatch(value):
            for more in _readings(parts[2:], text[at:]):
                if more.setdefault(name, value) == value:
                    yield more
        at = text.find(then, at + 1) if len(parts) > 3 else -1


def _signs(text: str) -> str:
    now = speech()
    if now.is_english:
        return text
    return text.translate({ord(","): now.group, ord("."): now.decimal, ord("-"): "−"})


def _local(found: re.Match[str]) -> str:
    return _signs(found[1] + found[2] + (found[3] or ""))
