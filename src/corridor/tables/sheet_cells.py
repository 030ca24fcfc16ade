"""Cells of a sheet that a reader of values does not see: errors, merged or hidden cells, and more.

Read from the XML inside the workbook; only sheets that are tables are looked into.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from corridor.tables.sheet_xml import (
    LETTERS_IN_ALPHABET,
    RELATIONS,
    TEXTS,
    column_number,
    local_name,
    new_parser,
    parse,
    part_of,
)

_WORKBOOK = "xl/workbook.xml"
# A text that may be 40 or 40,000: numbers are stored without zeros at their end.
_POINTED = re.compile(r"\s*[-+]?[1-9][0-9]{0,2}(\.[0-9]{3})+\s*")
# A number whose last digits a reader of texts would lose.
_LONG_NUMBER = re.compile(r"-?[0-9]+\.[0-9]{9,}|-?[0-9.]+[eE][-+]?[0-9]+")
_TRUE = ("1", "true")
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class Cell(NamedTuple):
    """A cell by its row and column, both from 1."""

    row: int
    column: int

    def __str__(self) -> str:
        letters = ""
        number = self.column
        while number:
            number, letter = divmod(number - 1, LETTERS_IN_ALPHABET)
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
    pointed_texts : cells whose text may be a number with points between its thousands.
    long_numbers : numbers of many digits, as they are stored.
    hidden_rows : rows with values that are not shown, from 1.
    hidden_columns : first and last ones of columns that are not shown, from 1.
    """

    first_column: int = 0
    last_column: int = 0
    errors: list[Cell] = field(default_factory=list)
    uncomputed: list[Cell] = field(default_factory=list)
    merged: list[Block] = field(default_factory=list)
    pointed_texts: list[Cell] = field(default_factory=list)
    long_numbers: dict[Cell, float] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class WorkbookParts:
    """Where the sheets of a workbook lie inside it.

    Parameters
    ----------
    parts : name of a sheet -> file inside.
    hidden : names of sheets that are not shown.
    pointed_texts : numbers of the texts that cells share which look like 40.000.
    computes_on_opening : a program is asked to compute every formula anew, because the one that
        wrote the workbook could not: it stored 0 for each.
    """

    parts: Mapping[str, str]
    hidden: frozenset[str]
    pointed_texts: frozenset[str]
    computes_on_opening: bool


@dataclass
class _CellRead:
    """The cell that is being read."""

    place: Cell = field(default_factory=lambda: Cell(0, 0))
    kind: str = "n"
    is_formula: bool = False
    is_hidden: bool = False
    text: list[str] = field(default_factory=list)


def workbook_parts(archive: zipfile.ZipFile) -> WorkbookParts:
    """Return where the sheets of a workbook lie inside it.

    Raises KeyError, ValueError, zipfile.BadZipFile or expat.ExpatError for a damaged one.
    """
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}
    settings: dict[str, str] = {}
    hidden: set[str] = set()

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if local_name(tag) == "Relationship":
            targets[attributes.get("Id", "")] = part_of(attributes)

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if local_name(tag) == "sheet":
            ids = [value for name, value in attributes.items() if name.endswith(":id")]
            sheets[attributes.get("name", "")] = ids[0] if ids else ""
            if attributes.get("state", "visible") != "visible":
                hidden.add(attributes.get("name", ""))
        elif local_name(tag) == "calcPr":
            settings.update(attributes)

    parse(archive, RELATIONS, new_parser(relation))
    parse(archive, _WORKBOOK, new_parser(sheet))
    parts = {name: targets[part] for name, part in sheets.items() if part in targets}
    return WorkbookParts(
        parts,
        frozenset(hidden),
        _pointed_texts(archive),
        settings.get("fullCalcOnLoad") in _TRUE,
    )


def _pointed_texts(archive: zipfile.ZipFile) -> frozenset[str]:
    """Return the numbers of the texts that cells share which look like 40.000."""
    if TEXTS not in archive.namelist():
        return frozenset()

    numbers: set[str] = set()
    letters: list[str] = []
    count = 0

    def start(tag: str, _: dict[str, str]) -> None:
        match local_name(tag):
            case "si":
                letters.clear()
            case "t":
                parser.CharacterDataHandler = letters.append

    def end(tag: str) -> None:
        nonlocal count
        parser.CharacterDataHandler = None
        if local_name(tag) == "si":
            if _POINTED.fullmatch("".join(letters)):
                numbers.add(str(count))
            count += 1

    parser = new_parser(start, end)
    parse(archive, TEXTS, parser)
    return frozenset(numbers)


def sheet_cells(archive: zipfile.ZipFile, part: str, workbook: WorkbookParts) -> SheetCells:
    """Return what stands in a sheet beside plain values. Raises as :func:`workbook_parts`."""
    cells = SheetCells()
    cell = _CellRead()

    def start(tag: str, attributes: dict[str, str]) -> None:
        match local_name(tag):
            case "row":
                row = attributes.get("r")
                cell.place = Cell(int(row) if row else cell.place.row + 1, 0)
                cell.is_hidden = _is_hidden(attributes, attributes.get("ht"))
            case "col" if _is_hidden(attributes, attributes.get("width")):
                columns = (int(attributes["min"]), int(attributes["max"]))
                cells.hidden_columns.append(columns)
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
        match local_name(tag):
            case "v" | "t":
                parser.CharacterDataHandler = None
            case "c":
                _add_cell(cells, cell, workbook)

    parser = new_parser(start, end)
    parse(archive, part, parser)
    return cells


def _is_hidden(attributes: Mapping[str, str], size: str | None) -> bool:
    """Tell whether a row or column is not shown; size: its height or width."""
    return attributes.get("hidden") in _TRUE or (size is not None and float(size) == 0)


def _add_cell(cells: SheetCells, cell: _CellRead, workbook: WorkbookParts) -> None:
    """Note a cell that has been read."""
    value = "".join(cell.text)
    is_unset = not value or (workbook.computes_on_opening and value == "0")

    if cell.kind == "e":
        cells.errors.append(cell.place)
    elif cell.is_formula and is_unset and cell.kind != "str":  # a formula may give an empty text
        cells.uncomputed.append(cell.place)
    if not value:
        return

    if cell.is_hidden and cells.hidden_rows[-1:] != [cell.place.row]:
        cells.hidden_rows.append(cell.place.row)
    _add_value(cells, cell, value, workbook)

    column = cell.place.column
    cells.first_column = min(cells.first_column or column, column)
    cells.last_column = max(cells.last_column, column)


def _add_value(cells: SheetCells, cell: _CellRead, value: str, workbook: WorkbookParts) -> None:
    """Note a value that a reader of texts would take for another one."""
    match cell.kind:
        case "n" if _LONG_NUMBER.fullmatch(value):
            cells.long_numbers[cell.place] = float(value)
        case "s" if value in workbook.pointed_texts:
            cells.pointed_texts.append(cell.place)
        case "str" | "inlineStr" if _POINTED.fullmatch(value):
            cells.pointed_texts.append(cell.place)


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

    return Cell(int(place[2]), column_number(place[1]))
