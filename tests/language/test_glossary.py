"""One plain voice: what a person reads keeps to the words of docs/glossary.md."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from functools import cache

import pytest

from core_cases import STUDY
from corridor.tables import schema, schema_results
from language_cases import ROOT, messages_in_code

FIELD_OR_MARKUP = re.compile(r"\{\w+\}|%\(\w+\)[sd]|%%|<[^>]*>|&\w+;")
IDS = re.compile(r"\b[a-z]+-[a-z0-9-]+\b")
COLUMNS = re.compile(r"\b[a-z]+_[a-z0-9_]+\b")


@cache
def glossary() -> dict[str, tuple[str, ...]]:
    """Return the words that are not used, by those that stand in their place."""
    text = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    rows = text.partition("## One plain voice")[2].splitlines()
    cells = [row.strip("| ").split(" | ") for row in rows if row.startswith("| ")]
    return {say: tuple(words.split(", ")) for say, words in cells if say != "say"}


def messages() -> Iterator[tuple[str, str]]:
    """Yield every message of results, reports and the map page, without fields and markup."""
    for entry in messages_in_code():
        for text in entry.id if isinstance(entry.id, tuple) else (entry.id,):
            if text:
                yield entry.locations[0][0], FIELD_OR_MARKUP.sub("", text)


def labels() -> Iterator[tuple[str, str]]:
    """Yield what is said of every declared table and column."""
    for table in (*schema.TABLES, *schema_results.TABLES):
        yield table.name, table.meaning
        for column in table.columns:
            yield f"{table.name}.{column.name}", column.meaning


def helps() -> Iterator[tuple[str, str]]:
    """Yield the help of every command."""
    for path in sorted((ROOT / "src" / "corridor" / "cli").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield f"{path.name}:{node.name}", ast.get_docstring(node) or ""


def test_glossary_is_a_table_of_about_forty_terms() -> None:
    assert len(glossary()) >= 40
    assert glossary()["lorry"] == ("truck", "trucks")
    assert all(words and all(words) for words in glossary().values())


@pytest.mark.parametrize("texts", [messages, labels, helps], ids=lambda texts: str(texts.__name__))
def test_no_other_word_is_used(texts: object) -> None:
    assert callable(texts)
    wrong = {word: say for say, words in glossary().items() for word in words}
    pattern = re.compile(
        rf"(?<![\w-])(?:{'|'.join(map(re.escape, wrong))})(?![\w-])", re.IGNORECASE
    )
    found = [
        f"{place}: {match[0]!r}, say {wrong[match[0].lower()]!r}: {text!r}"
        for place, text in texts()
        for match in pattern.finditer(text)
    ]
    assert not found, "\n".join(found)


def test_no_id_and_no_column_is_shown() -> None:
    ids = set()
    for table in schema.TABLES:
        path = STUDY / f"{table.name}.csv"
        if table.key and path.is_file():
            with path.open(encoding="utf-8", newline="") as file:
                ids |= {row[table.key] for row in csv.DictReader(file)}

    columns = {column.name for table in schema.TABLES for column in table.columns}
    for place, text in messages():
        assert not set(IDS.findall(text)) & ids, (place, text)
        assert not set(COLUMNS.findall(text)) & columns, (place, text)
