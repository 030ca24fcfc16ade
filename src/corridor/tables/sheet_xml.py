"""The XML inside workbooks: its files, its elements and the addresses of cells."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from xml.parsers import expat

RELATIONS = "xl/_rels/workbook.xml.rels"
TEXTS = "xl/sharedStrings.xml"
LETTERS_IN_ALPHABET = 26

OnStart = Callable[[str, dict[str, str]], None]
OnEnd = Callable[[str], None]


def new_parser(start: OnStart, end: OnEnd | None = None) -> expat.XMLParserType:
    """Return a parser that calls a function at each start and each end of an element."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    return parser


def parse(archive: zipfile.ZipFile, part: str, parser: expat.XMLParserType) -> None:
    """Parse a file inside. Raises KeyError, zipfile.BadZipFile or expat.ExpatError."""
    with archive.open(part) as stream:
        parser.ParseFile(stream)


def local_name(tag: str) -> str:
    """Return the name of an element without its prefix."""
    return tag.rpartition(":")[2]


def part_of(relation: dict[str, str]) -> str:
    """Return the file inside that a relation of the workbook leads to."""
    target = relation.get("Target", "")
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def column_number(letters: str) -> int:
    """Return the number of a column: A is 1, XFD 16,384."""
    number = 0
    for letter in letters:
        number = LETTERS_IN_ALPHABET * number + ord(letter) - ord("A") + 1
    return number
