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
HEADED = ("_days", "_whole", "_whole_millions", "_tenth_millions", "_in_100", "Measure")
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


def shell() -> Iterator[tuple[str, str]]:
    """Yield every text of the command line: help, messages and names of options."""
    for path in sorted((ROOT / "src" / "corridor" / "cli").glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        comments = {ast.get_docstring(node, clean=False) for node in _private(tree)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if node.value not in comments:
                    yield f"{path.name}:{node.lineno}", FIELD_OR_MARKUP.sub("", node.value)
            elif isinstance(node, ast.arg):
                yield f"{path.name}:{node.lineno}", node.arg.replace("_", " ")
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                yield f"{path.name}:{node.lineno}", node.target.id.replace("_", " ")


def _private(tree: ast.Module) -> Iterator[ast.Module | ast.FunctionDef]:
    """Yield what of a module has a docstring that help does not show."""
    yield tree
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("_"):
            yield node


def heads() -> Iterator[tuple[str, str]]:
    """Yield the heads of tables on a terminal, and the words that stand for values in them."""
    path = ROOT / "src" / "corridor" / "screens" / "columns.py"
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            is_alias = isinstance(node.func, ast.Attribute) and node.func.attr == "alias"
            is_column = isinstance(node.func, ast.Name) and node.func.id in HEADED
            words = node.args[-1:] if is_alias or is_column else []
        elif isinstance(node, ast.Assign) and node in tree.body:
            words = list(ast.walk(node.value))
        else:
            continue
        for word in words:
            if isinstance(word, ast.Constant) and isinstance(word.value, str):
                yield f"{path.name}:{word.lineno}", word.value


def test_glossary_is_a_table_of_about_forty_terms() -> None:
    assert len(glossary()) >= 40
    assert glossary()["lorry"] == ("truck", "trucks")
    assert all(words and all(words) for words in glossary().values())


@pytest.mark.parametrize(
    "texts", [messages, labels, shell, heads], ids=lambda texts: str(texts.__name__)
)
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


def test_what_the_command_line_shows_is_read() -> None:
    shown = {text for _, text in shell()}
    assert "Most transshipments beyond the fewest by the same modes." in shown
    assert any(text.startswith("costliest ") for text in shown)  # a message
    assert "max more transshipments" in shown  # an option
    assert {"transshipments", "least risk", "loss, USD m", "days p95"} <= {t for _, t in heads()}


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
