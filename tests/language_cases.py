"""A pseudo-language for tests: every message of the program and every text of a study in it.

Its letters are wide, so that what stays English shows.
"""

from __future__ import annotations

import importlib.util
import re
import string
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from corridor.language import speech as language
from corridor.language.messages import translate, unpack

ROOT = Path(__file__).resolve().parents[1]
CODE = "de"  # what the pseudo-language is called
WIDE = {c: 0xFEE0 + c for c in map(ord, string.ascii_letters)}
FIELD_OR_MARKUP = re.compile(r"(\{\w+\}|%\(\w+\)[sd]|%%|<[^>]*>|&\w+;)")
FIELDS = re.compile(r"\{(\w+)\}")


def wide(message: object) -> str:
    """Return a message in the pseudo-language: wide letters, fields and markup as they are."""
    return "".join(
        piece if FIELD_OR_MARKUP.fullmatch(piece) else piece.translate(WIDE)
        for piece in FIELD_OR_MARKUP.split(str(message))
    )


@cache
def messages_in_code() -> Catalog:
    """Return the messages that stand in the code now."""
    path = ROOT / "docs" / "make_messages.py"
    spec = importlib.util.spec_from_file_location("make_messages", path)
    assert spec is not None and spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    catalogue: Catalog = maker.messages()
    return catalogue


def wide_messages(template: Catalog) -> Catalog:
    """Return all messages of the program in the pseudo-language."""
    catalogue = Catalog(locale=CODE, charset="utf-8", fuzzy=False)
    for entry in template:
        if isinstance(entry.id, tuple):
            catalogue.add(entry.id, tuple(map(wide, entry.id)), context=entry.context)
        elif entry.id:
            catalogue.add(entry.id, wide(entry.id), context=entry.context)
    return catalogue


def save_texts(texts: Iterator[str] | tuple[str, ...], study_folder: Path) -> None:
    """Write texts of a study in the pseudo-language into its folder."""
    catalogue = Catalog(locale=CODE, charset="utf-8", fuzzy=False)
    for text in texts:
        catalogue.add(text, wide(text))
    save(catalogue, study_folder / "languages" / f"{CODE}.po")


def save(catalogue: Catalog, path: Path) -> None:
    """Write a catalogue."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue)


@contextmanager
def catalogues_in(folder: Path) -> Iterator[None]:
    """Give a context in which the program has the catalogues of a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(language, "FOLDER", folder)
        language._speech.cache_clear()
        yield
    language._speech.cache_clear()


def english_words(text: str | None, *ids: str) -> list[str]:
    """Return the English words left in a text translated, but for ids and codes."""
    words = re.findall(r"[^\s;,()\[\]]+", translate(text or ""))
    return [
        word
        for word in words
        if re.search("[A-Za-z]{2}", word)
        and not re.search(r"[-:\d]|^[A-Z/]+[.:]?$", word)
        and word not in ids
    ]


def texts_of(frame: pl.DataFrame, column: str) -> list[str]:
    """Return the texts of a column, as messages where they are."""
    rows = frame.select(column, f"{column}_message").drop_nulls(column).rows()
    return [text if packed is None else unpack(packed) for text, packed in rows]
