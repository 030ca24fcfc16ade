"""Sheets: what a workbook holds and would take, counted before a reader lays out its cells."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from corridor.tables import budgets
from corridor.tables.raw import Unreadable
from corridor.tables.sheet_xml import (
    RELATIONS,
    TEXTS,
    column_number,
    local_name,
    new_parser,
    parse,
    part_of,
)

_OTHER_FORMATS = ("content.xml", "xl/workbook.bin")  # an ODS or XLSB named .xlsx
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_CHUNK_BYTES = 1 << 16


@dataclass
class _Extent:
    """What the cells of a sheet take.

    row, column: the last ones with a value. letters: of all texts that cells share. cell: the one
    being read, as (row, column); shares_text: whether its value numbers one. number: that number.
    """

    row: int = 0
    column: int = 0
    letters: int = 0
    cell: tuple[int, int] = (0, 0)
    shares_text: bool = False
    number: list[str] | None = None


@dataclass
class _Texts:
    """The lengths of the texts that cells share."""

    lengths: list[int] = field(default_factory=list)
    is_text: bool = False


def refuse_bad_workbook(data: bytes) -> None:
    """Raise Unreadable for a workbook that would take too much.

    Raises zipfile.BadZipFile, zlib.error, KeyError, ValueError or expat.ExpatError for a damaged
    one.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        if len(names) > len(set(names)) or any(name in names for name in _OTHER_FORMATS):
            raise ValueError("no XLSX inside")
        _refuse_too_large(archive, data)

        lengths = _text_lengths(archive) if TEXTS in names else []
        for name in _sheet_files(archive):
            _refuse_bad_sheet(archive, name, lengths)


def _refuse_too_large(archive: zipfile.ZipFile, data: bytes) -> None:
    """Raise Unreadable where the files inside unpack to too much, whatever they say of it."""
    left = budgets.MAX_UNPACKED_BYTES
    for member in archive.infolist():
        for size in _unpacked(member, data):
            left -= size
            if left < 0:
                raise Unreadable(
                    "file-too-large",
                    "unpacks to more than is read.",
                    do="Keep only the rows the study needs.",
                )


def _unpacked(member: zipfile.ZipInfo, data: bytes) -> Iterator[int]:
    """Give the sizes of the pieces a file inside unpacks to."""
    if member.compress_type == zipfile.ZIP_STORED:
        yield member.compress_size
        return
    if member.compress_type != zipfile.ZIP_DEFLATED or member.flag_bits & 1:
        raise ValueError("packed in an unusual way")

    header = data[member.header_offset : member.header_offset + 30]
    name_bytes = int.from_bytes(header[26:28], "little")
    extra_bytes = int.from_bytes(header[28:30], "little")
    start = member.header_offset + 30 + name_bytes + extra_bytes

    packed = data[start : start + member.compress_size]
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    while packed and not unpacker.eof:
        yield len(unpacker.decompress(packed, _CHUNK_BYTES))
        packed = unpacker.unconsumed_tail


def _sheet_files(archive: zipfile.ZipFile) -> list[str]:
    """Return the files inside that are sheets, wherever the workbook says they are."""
    names = set(archive.namelist())
    targets: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if local_name(tag) == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            targets.append(part_of(attributes))

    parse(archive, RELATIONS, new_parser(start))
    in_place = {name for name in names if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)}
    return sorted(in_place | (set(targets) & names))


def _text_lengths(archive: zipfile.ZipFile) -> list[int]:
    """Return how long each text is that cells share."""
    texts = _Texts()

    def start(tag: str, _: Any) -> None:
        local = local_name(tag)
        if local == "si":
            texts.lengths.append(0)
        texts.is_text = local == "t"

    def end(_: str) -> None:
        texts.is_text = False

    def letters(text: str) -> None:
        if texts.is_text and texts.lengths:
            texts.lengths[-1] += len(text)

    parser = new_parser(start, end)
    parser.CharacterDataHandler = letters
    parse(archive, TEXTS, parser)
    return texts.lengths


def _refuse_bad_sheet(archive: zipfile.ZipFile, name: str, lengths: list[int]) -> None:
    """Raise Unreadable for a sheet that would take too much."""
    extent = _Extent()

    def start(tag: str, attributes: dict[str, str]) -> None:
        local = local_name(tag)
        if local == "row":
            row = attributes.get("r", "")
            extent.cell = (int(row) if row else extent.cell[0] + 1, 0)
        elif local == "c":
            _begin_cell(extent, attributes)
        elif local in ("v", "is"):
            _count_value(extent)
            if local == "v" and extent.shares_text:
                extent.number = []
                parser.CharacterDataHandler = extent.number.append

    def end(tag: str) -> None:
        if extent.number is not None and local_name(tag) == "v":
            _count_text(extent, lengths)
            extent.number = None
            parser.CharacterDataHandler = None

    parser = new_parser(start, end)
    parse(archive, name, parser)


def _begin_cell(extent: _Extent, attributes: dict[str, str]) -> None:
    """Note which cell begins, of what kind."""
    address = attributes.get("r")
    place = _CELL.fullmatch(address or "")
    if address is not None and place is None:
        raise _no_cell(address)

    if place is None:
        extent.cell = (max(1, extent.cell[0]), extent.cell[1] + 1)
    else:
        extent.cell = (int(place[2]), column_number(place[1]))

    kind = attributes.get("t")
    extent.shares_text = kind == "s"


def _no_cell(address: str) -> Unreadable:
    """Return that an address is no cell's: readers take it for one anywhere."""
    return Unreadable(
        "unreadable-file",
        f"has a cell at {address[:20]!r}, and no sheet has such a place.",
        do="Open it in a spreadsheet and save it again.",
    )


def _count_value(extent: _Extent) -> None:
    """Count a cell that has a value; Unreadable where the sheet becomes too large."""
    row, column = extent.cell
    extent.row = max(extent.row, row)
    extent.column = max(extent.column, column)
    if extent.row * extent.column > budgets.MAX_SHEET_CELLS:
        raise Unreadable(
            "file-too-large",
            f"has a sheet of {extent.row:,} rows and {extent.column:,} columns: "
            f"{budgets.MAX_SHEET_CELLS:,} cells are the most that is read.",
            do="Delete the cells far below or beside the table, then save it again.",
            line=row,
        )


def _count_text(extent: _Extent, lengths: list[int]) -> None:
    """Count the letters of a text that cells share; Unreadable where they are too many."""
    number = int("".join(extent.number or ()))
    extent.letters += lengths[number] if 0 <= number < len(lengths) else 0
    if extent.letters > budgets.MAX_SHEET_LETTERS:
        raise Unreadable(
            "file-too-large",
            f"has a sheet of more than {budgets.MAX_SHEET_LETTERS:,} letters.",
            do="Keep only the rows the study needs.",
        )
