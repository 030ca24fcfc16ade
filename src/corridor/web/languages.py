"""Languages: the messages of the page in one language, and answers with their texts in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog, Message

from corridor.errors import UnknownName
from corridor.language.cldr import month_and_day_names
from corridor.language.messages import Message as ResultMessage
from corridor.language.messages import translate
from corridor.language.po_files import read_catalogue
from corridor.language.speech import ENGLISH, SOURCE, catalogue_path, languages, own_name, speech
from corridor.routing.corridor_words import corridor_message

PAGE_SOURCES = ".ts"  # how files end whose messages the page says
TEXTS = frozenset(  # fields whose texts are a study's or the program's, not ids
    (
        "about",
        "document",
        "documents",
        "drawn",
        "meaning",
        "name",
        "note",
        "reason",
        "title",
    )
)
STOPS = "stop"  # a place, or a border by its two ends
BETWEEN_ENDS = " – "
CORRIDORS = frozenset(("corridor", "baseline_corridor"))
MONTH_FIELDS = {  # CLDR's letters for the name of a month: where it stands, and how long it is
    "MMM": ("format", "abbreviated"),
    "MMMM": ("format", "wide"),
    "LLL": ("stand-alone", "abbreviated"),
    "LLLLL": ("stand-alone", "narrow"),
}
COUNTS = range(200)  # every form of a plural is that of one of these, in any language


def page_catalogue(code: str) -> dict[str, Any]:
    """Return the messages of the page in a language, as ``web/src/language.ts`` reads them.

    plurals: number of the form by CLDR's category. dates, decimal, group: how the language writes
    dates and numbers, which not every browser knows. Raises UnknownName for a language that is not
    spoken.
    """
    if code not in languages():
        raise UnknownName("language", code, languages())
    if code == SOURCE:
        return {"code": code, "direction": "ltr", "plurals": {}, "messages": {}}

    catalogue = read_catalogue(catalogue_path(code), code)
    locale = Locale.parse(code)
    signs = locale.number_symbols["latn"]
    return {
        "code": code,
        "direction": locale.text_direction,
        "dates": _dates(locale),
        "decimal": signs["decimal"],
        "group": signs["group"],
        "plurals": _plurals(catalogue, code),
        "messages": {
            _english(entry): entry.string
            for entry in catalogue
            if _is_of_page(entry) and entry.string
        },
    }


def _dates(locale: Locale) -> dict[str, Any]:
    """Return how a language writes dates: CLDR's patterns, and names from January and Monday."""
    pattern = {key: form.pattern for key, form in locale.datetime_skeletons.items()}
    moment = str(locale.datetime_formats["medium"])
    months_of, days_of = month_and_day_names(locale.language)
    months = {
        field: [months_of[where][width][month] for month in range(1, 13)]
        for field, (where, width) in MONTH_FIELDS.items()
    }
    weekdays = days_of["stand-alone"]["wide"]
    return {
        "patterns": {
            "day": pattern["yMMMd"],
            "moment": moment.replace("{1}", pattern["MMMd"]).replace("{0}", pattern["Hm"]),
            "day of the year": pattern["MMMMd"],
            "month": "LLL",
            "initial": "LLLLL",
            "weekday": "cccc",
        },
        "months": months,
        "weekdays": [weekdays[day] for day in range(7)],
    }


def language_names() -> list[dict[str, str]]:
    """Return the languages spoken, each by its own name, English first."""
    return [{"code": code, "name": own_name(code)} for code in languages()]


def translated(value: Any, field: str = "") -> Any:
    """Return an answer with its messages and texts in the language spoken.

    field: of the object that the value stands in.
    """
    if speech() is ENGLISH:
        return value

    match value:
        case ResultMessage():
            return translate(value)
        case str():
            return _text(value, field)
        case Mapping():
            return {
                name: cell if name == "coordinates" else translated(cell, name)
                for name, cell in value.items()
            }
        case list() | tuple():
            return [translated(item, field) for item in value]
        case _:
            return value


def _text(text: str, field: str) -> str:
    """Return a text of an answer in the language spoken; an id, a code or a date as it is."""
    if field in CORRIDORS:
        return translate(corridor_message(text))
    if field == STOPS:
        return BETWEEN_ENDS.join(map(translate, text.split(BETWEEN_ENDS)))
    return translate(text) if field in TEXTS else text


def _plurals(catalogue: Catalog, code: str) -> dict[str, int]:
    """Return the number of the form in a catalogue by CLDR's category: one, few, many, other."""
    from gettext import c2py

    form_of = c2py(catalogue.plural_expr)
    category_of = Locale.parse(code).plural_form
    return {category_of(count): form_of(count) for count in COUNTS}


def _is_of_page(entry: Message) -> bool:
    return any(file.endswith(PAGE_SOURCES) for file, _ in entry.locations)


def _english(entry: Message) -> str:
    """Return what a message is looked up by: its English text, of one where it counts."""
    return entry.id if isinstance(entry.id, str) else entry.id[0]
