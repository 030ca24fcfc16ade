"""The reader's language: messages of the program from catalogues, and numbers as it writes them.

Messages stand in English in the code; a catalogue ``catalogues/<code>.po`` (gettext) holds them in
another language, a study's own ``languages/<code>.po`` the texts of its rows. What no catalogue
holds stays English. Sentences of results, which are told later, are in
:mod:`corridor.language.messages`.
"""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from corridor.errors import UnknownName
from corridor.language.po_files import read_catalogue

SOURCE = "en"
FOLDER = Path(__file__).parent / "catalogues"
_TWO_STOPS = re.compile(r"(?<!\.)\.((?:</\w+>)*)\.(?![\w./])")


@dataclass(frozen=True, eq=False)
class Speech:
    """One language.

    name: its own. direction: of writing, ltr or rtl. decimal, group: signs in numbers. catalogue:
    the messages of the program. texts: of the study, translated.
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
_SPOKEN: ContextVar[Speech] = ContextVar("language", default=ENGLISH)


def speech() -> Speech:
    """Return the language spoken now."""
    return _SPOKEN.get()


@contextmanager
def speaking(code: str, folder: str | Path | None = None) -> Iterator[Speech]:
    """Give a context in which messages are told in a language.

    folder: of a study, whose own catalogue counts too. Raises UnknownName for a language without a
    catalogue, CallError for a catalogue that cannot be read.
    """
    codes = languages()
    if code not in codes:
        raise UnknownName("language", code, codes)

    study_catalogue = None
    written_ns = None
    if folder is not None:
        path = Path(folder) / "languages" / f"{code}.po"
        if path.is_file():
            study_catalogue = path
            written_ns = path.stat().st_mtime_ns

    token = _SPOKEN.set(_speech(code, study_catalogue, written_ns))
    try:
        yield _SPOKEN.get()
    finally:
        _SPOKEN.reset(token)


def languages() -> list[str]:
    """Return the codes of the languages the program speaks, English first."""
    return [SOURCE, *sorted(path.stem for path in FOLDER.glob("*.po"))]


def own_name(code: str) -> str:
    """Return what a language calls itself.

    >>> own_name("ru")
    'Русский'
    """
    from babel import Locale

    return (Locale.parse(code).get_display_name(code) or code).capitalize()


def catalogue_path(code: str) -> Path:
    """Return the file that holds the messages of the program in a language."""
    return FOLDER / f"{code}.po"


def tell(message: str, /, **values: object) -> str:
    """Return a message in the language spoken, with the values in their places.

    >>> tell("{count} links", count=3)
    '3 links'
    """
    return with_one_stop(speech().catalogue.gettext(message).format(**values))


def tell_html(message: str, /, **values: object) -> Markup:
    """Return a message that holds HTML, with the values in their places, escaped."""
    html = Markup(speech().catalogue.gettext(message)).format(**values)
    return Markup(with_one_stop(str(html)))


def tell_count(singular: str, plural: str, count: int, /, **values: object) -> str:
    """Return a message in the form that a count asks for; {count} stands for it.

    >>> tell_count("{count} trip changes", "{count} trips change", 2)
    '2 trips change'
    """
    message = speech().catalogue.ngettext(singular, plural, count)
    return with_one_stop(message.format(count=number(count), **values))


def with_one_stop(text: str) -> str:
    """Return a text with one full stop where an abbreviation ends a sentence.

    >>> with_one_stop("It costs 5 mln..")
    'It costs 5 mln.'
    """
    return _TWO_STOPS.sub(r".\1", text)


def marked(message: str, /) -> str:
    """Return the message as it is: it stands in the catalogues because it is told elsewhere."""
    return message


def number(value: float, digits: int = 0) -> str:
    """Return a number as the language writes it, with so many decimals.

    >>> number(12345.678, 1)
    '12,345.7'
    """
    return number_in_style(value, f"z,.{digits}f")


def signed(value: float, digits: int = 0) -> str:
    """Return a number as the language writes it, with its sign."""
    return number_in_style(value, f"+z,.{digits}f")


def number_in_style(value: float, style: str) -> str:
    """Return a number as Python's ``format`` writes it, with the signs of the language.

    >>> number_in_style(12345.678, ",.4g")
    '1.235e+04'
    """
    text = format(value, style)
    spoken = speech()
    if spoken.is_english:
        return text
    return text.translate({ord(","): spoken.group, ord("."): spoken.decimal, ord("-"): "−"})


@lru_cache(maxsize=16)
def _speech(code: str, study_catalogue: Path | None, written_ns: int | None) -> Speech:
    """Return a language read from its catalogues.

    written_ns: when the study's was last written; one that has changed is read again.
    """
    if code == SOURCE and study_catalogue is None:
        return ENGLISH

    from babel import Locale

    locale = Locale.parse(code)
    signs = locale.number_symbols["latn"]
    return Speech(
        code=code,
        name=own_name(code),
        direction=locale.text_direction,
        decimal=signs["decimal"],
        group=signs["group"].replace("\u202f", "\u00a0"),
        catalogue=_messages(code),
        texts={} if study_catalogue is None else _texts(study_catalogue, code),
    )


def _messages(code: str) -> gettext.NullTranslations:
    """Return the messages of the program in a language; English needs no catalogue."""
    if code == SOURCE:
        return gettext.NullTranslations()

    from babel.messages.mofile import write_mo

    compiled = io.BytesIO()
    write_mo(compiled, read_catalogue(catalogue_path(code), code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _texts(path: Path, code: str) -> dict[str, str]:
    """Return the texts of a study that its catalogue has translated."""
    return {
        entry.id: str(entry.string)
        for entry in read_catalogue(path, code)
        if isinstance(entry.id, str) and entry.id and entry.string and not entry.fuzzy
    }
