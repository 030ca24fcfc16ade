"""The catalogues: every message of the program and every text of the built-in study in every
language, fields and all."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from core_cases import STUDY, read
from corridor.language.speech import FOLDER, languages
from corridor.runs.texts import catalogue_bytes, phrases
from language_cases import messages_in_code

CODES = [code for code in languages() if code != "en"]
FIELDS = re.compile(r"\{\w+\}|%\(\w+\)s|%%")
# A field of any gender, and a participle that would have to agree with it.
AGREES = re.compile(
    r"\{(?:place|element|project|service|name|link|border|change|corridor)\}(?: \([^)]*\))?"
    r"(?: никогда)?(?: не)? \w+(?:ыт|ен|ан|ят)[ао]?\b"
)
TAGS = re.compile(r"</?\w+[^>]*>")


@cache
def catalogue(path: Path, code: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=code)


def keys(messages: Catalog) -> set[tuple[str | None, object]]:
    return {(message.context, message.id) for message in messages if message.id}


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def test_the_report_speaks_what_it_promises() -> None:
    assert CODES == ["kk", "ru", "ur", "zh"]


@pytest.mark.parametrize("code", CODES)
def test_every_message_is_there_and_translated(code: str) -> None:
    known = catalogue(FOLDER / f"{code}.po", code)
    assert keys(known) == keys(messages_in_code()), "run `make messages`, and translate what is new"
    missing = [
        message.id for message in known if message.id and (message.fuzzy or not all(forms(message)))
    ]
    assert not missing


@pytest.mark.parametrize("code", CODES)
def test_fields_and_tags_are_the_same_on_both_sides(code: str) -> None:
    for message in catalogue(FOLDER / f"{code}.po", code):
        english = message.id if isinstance(message.id, str) else message.id[-1]
        for form in forms(message) if english else []:
            # a form of one or two may leave the number out, and a field may come twice where
            # grammar asks
            wanted = set(FIELDS.findall(english))
            found = set(FIELDS.findall(form))
            assert found == wanted or (len(forms(message)) > 1 and found <= wanted), (
                f"{english!r}: {form!r}"
            )
            assert Counter(TAGS.findall(form)) == Counter(TAGS.findall(english)), (
                f"{english!r}: {form!r}"
            )


@pytest.mark.parametrize("code", CODES)
def test_the_texts_of_the_study_are_translated(code: str) -> None:
    known = catalogue(STUDY / "languages" / f"{code}.po", code)
    texts = {text for text, _ in phrases(read("mid-2026"))}
    assert {message.id for message in known if message.id} == texts, (
        f"run corridor translate STUDY {code}, and translate"
    )
    assert not [
        message.id for message in known if message.id and (message.fuzzy or not message.string)
    ]


@pytest.mark.parametrize(
    "path",
    [*sorted(FOLDER.glob("*.po")), *sorted((STUDY / "languages").glob("*.po"))],
    ids=lambda path: "/".join(path.parts[-3:]),
)
def test_a_catalogue_is_written_as_the_tools_write_it(path: Path) -> None:
    assert path.read_bytes() == catalogue_bytes(catalogue(path, path.stem))


def test_russian_names_of_any_gender_need_no_agreement() -> None:
    """Else there are borders, which are feminine, with the word for a masculine."""
    assert AGREES.search("{place} закрыт") and AGREES.search(
        "{element} ({hours}) никогда не открыт"
    )
    for message in catalogue(FOLDER / "ru.po", "ru"):
        for form in forms(message) if message.id else []:
            assert not AGREES.search(form), form
