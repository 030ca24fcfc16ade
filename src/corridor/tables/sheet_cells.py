"""Cells of a sheet that a reader of values does not see: errors, formulas never computed, merged.

Read from the XML inside the workbook; only sheets that are tables are looked into.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat

_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_LETTERS_IN_ALPHABET = 26

_OnStart = Callable[[str, dict[str, str]], None]


class Cell(NamedTuple):
    """A cell by its row and column, both from 1."""

    row: int
    column: int

    def __str__(self) -> str:
        letters = ""
        number = self.column
        while number:
            number, letter = divmod(number - 1, _LETTERS_IN_ALPHABET)
            letters = chr(ord("A") + letter) + letters
        return f"{letters}{self.row}"


class Block(NamedTuple):
    """Merged cells by their first and last one."""

    first: Cell
    last: Cell

    def __str__(self) -> str:
        return f"{self.first}:{self.last}"


@dataclass
class SheetCells:
    """What stands in a sheet beside plain values.

    Parameters
    ----------
    first_column, last_column : where values begin and end; 0: there is none.
    errors : cells with a spreadsheet's error.
    uncomputed : formulas of which no value is stored.
    merged : cells that are shown as one.
    """

    first_column: int = 0
    last_column: int = 0
    errors: list[Cell] = field(default_factory=list)
    uncomputed: list[Cell] = field(default_factory=list)
    merged: list[Block] = field(default_factory=list)


@dataclass(frozen=True)
class WorkbookParts:
    """Where the sheets of a workbook lie inside it.

    Parameters
    ----------
    parts : name of a sheet -> file inside.
    computes_on_opening : a program is asked to compute every formula anew, because the one that
        wrote the workbook could not: it stored 0 for each.
    """

    parts: Mapping[str, str]
    computes_on_opening: bool


@dataclass
class _CellRead:
    """The cell that is being read."""

    place: Cell = field(default_factory=lambda: Cell(0, 0))
    kind: str = "n"
    is_formula: bool = False
    text: list[str] = field(default_factory=list)


def workbook_parts(archive: zipfile.ZipFile) -> WorkbookParts:
    """Return where the sheets of a workbook lie inside it.

    Raises KeyError, ValueError, zipfile.BadZipFile or expat.ExpatError for a damaged one.
    """
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}
    settings: dict[str, str] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "Relationship":
            target = attributes.get("Target", "")
            inside = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            targets[attributes.get("Id", "")] = inside

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "sheet":
            ids = [value for name, value in attributes.items() if name.endswith(":id")]
            sheets[attributes.get("name", "")] = ids[0] if ids else ""
        elif _local(tag) == "calcPr":
            settings.update(attributes)

    _parse(archive, _RELATIONS, relation)
    _parse(archive, _WORKBOOK, sheet)
    parts = {name: targets[part] for name, part in sheets.items() if part in targets}
    return WorkbookParts(parts, settings.get("fullCalcOnLoad") in ("1", "true"))


def sheet_cells(archive: zipfile.ZipFile, part: str, *, computes_on_opening: bool) -> SheetCells:
    """Return what stands in a sheet beside plain values. Raises as :func:`workbook_parts`."""
    cells = SheetCells()
    cell = _CellRead()
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def start(tag: str, attributes: dict[str, str]) -> None:
        match _local(tag):
            case "row":
                row = attributes.get("r")
                cell.place = Cell(int(row) if row else cell.place.row + 1, 0)
            case "c":
                cell.place = _place(attributes.get("r", ""), cell.place)
                cell.kind = attributes.get("t", "n")
                cell.is_formula = False
                cell.text = []
            case "f":
                cell.is_formula = True
            case "v" | "t":
                parser.CharacterDataHandler = cell.text.append
            case "mergeCell":
                _add_block(cells, attributes.get("ref", ""))

    def end(tag: str) -> None:
        match _local(tag):
            case "v" | "t":
                parser.CharacterDataHandler = None
            case "c":
                _add_cell(cells, cell, computes_on_opening)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    with archive.open(part) as stream:
        parser.ParseFile(stream)
    return cells


def _add_cell(cells: SheetCells, cell: _CellRead, computes_on_opening: bool) -> None:
    """Note a cell that has been read."""
    value = "".join(cell.text)
    is_unset = not value or (computes_on_opening and value == "0")

    if cell.kind == "e":
        cells.errors.append(cell.place)
    elif cell.is_formula and is_unset and cell.kind != "str":  # a formula may give an empty text
        cells.uncomputed.append(cell.place)
    if not value:
        return

    column = cell.place.column
    cells.first_column = min(cells.first_column or column, column)
    cells.last_column = max(cells.last_column, column)


def _add_block(cells: SheetCells, reference: str) -> None:
    first, _, last = reference.partition(":")
    nowhere = Cell(0, 0)
    block = Block(_place(first, nowhere), _place(last or first, nowhere))
    if block.first != block.last:
        cells.merged.append(block)


def _place(reference: str, before: Cell) -> Cell:
    """Return the cell of a reference such as B7; without one, that behind the one before."""
    place = _CELL.fullmatch(reference.replace("$", ""))
    if place is None:
        return Cell(max(1, before.row), before.column + 1)

    column = 0
    for letter in place[1]:
        column = _LETTERS_IN_ALPHABET * column + ord(letter) - ord("A") + 1
    return Cell(int(place[2]), column)


def _parse(archive: zipfile.ZipFile, part: str, start: _OnStart) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    with archive.open(part) as stream:
        parser.ParseFile(stream)


def _local(tag: str) -> str:
    """Return the name of an element without its prefix."""
    return tag.rpartition(":")[2]
