"""CSV: read with all its damage, and written for people, a list as one cell of text."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from corridor.errors import MAX_LIKE, Finding
from corridor.language.messages import readable
from corridor.tables import budgets
from corridor.tables.raw import (
    MAX_TITLE_ROWS,
    RawTable,
    Unreadable,
    header_place,
    refuse_too_many_rows,
    title_finding,
    trimmed,
)
from corridor.tables.zeros import without_negative_zeros

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = (",", ";", "\t")
SAVE_AS = "Save the table as CSV UTF-8 with a comma between cells."
SPREADSHEET_INSTANT = "%Y-%m-%d %H:%M"  # in UTC; the form spreadsheets read as a time
SPREADSHEET_MARK = b"\xef\xbb\xbf"  # the byte order mark, by which spreadsheets know UTF-8

_BATCH_ROWS = 50_000
_FORMULA = r"^'*[\s\x00]*[=+\-@\t\r]"
_HARMLESS = r"^([+-]?[0-9][0-9.,\u{a0} ]*%?|[-+])$"  # numbers, and a sign on its own
_MARKED = r"^'('*[\s\x00]*[=+\-@\t\r])"  # a formula made text by an apostrophe
_SEPARATOR_LINE = "sep="  # how a file tells Excel what parts its cells
# UTF-8, and UTF-8 that was taken for Latin-1 and written as UTF-8 once more.
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xc3\xaf\xc2\xbb\xc2\xbf")
_BLANKS = ' "\t\r\n\xa0\ufeff'
_MARK = "\ufeff"
_SIGNS = re.compile("[,;\t]")
_MAGIC = {
    b"PK\x03\x04": "a zip archive or XLSX workbook",
    b"\x1f\x8b": "compressed with gzip",
    b"PAR1": "a Parquet file",
    b"SQLite": "a database",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls)",
    b"<!DOC": "a web page",
    b"<html": "a web page",
}


@dataclass(frozen=True)
class _Rows:
    """The rows below the header.

    lines: line each row begins on. cell_counts: ragged row -> cells it had.
    """

    cells: pl.DataFrame
    lines: list[int]
    cell_counts: Mapping[int, int]


def read_csv(data: bytes, file: str, declared: Collection[str]) -> tuple[RawTable, list[Finding]]:
    """Return a CSV file as text, with findings on its rows.

    The delimiter is the one that fits the declared names best. Raises Unreadable where no table
    can be made of the file.
    """
    data = _without_marks(data)
    _refuse_unlike_text(data)
    title_lines, has_title = _lines_above(data, declared)
    delimiter = _find_delimiter(data, title_lines, declared)
    lines = itertools.islice(_text_lines(data), title_lines, None)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)

    try:
        header = _read_header(reader)
        refuse_too_many_rows(data.count(b"\n"), len(header))
        _refuse_other_delimiter(header, declared)
        header_line = title_lines + reader.line_num
        rows = _plain_rows(data, delimiter, len(header), header_line)
        if rows is None:
            rows = _read_rows(reader, len(header), title_lines)
    except StopIteration:
        raise _empty_file() from None
    except csv.Error as error:
        raise _broken_quotes(error, title_lines + reader.line_num) from None

    findings = list(_ragged_findings(rows, len(header), file))
    if has_title:
        findings.insert(0, title_finding(file, file, None, header_line))

    table = RawTable(
        file,
        header,
        rows.cells.with_columns(pl.all().str.replace(_MARKED, "$1")),
        rows.lines,
        frozenset(rows.cell_counts),
        may_have_commas=delimiter != ",",
    )
    return table, findings


def csv_text(
    frame: pl.DataFrame,
    *,
    separators: Mapping[str, str] | None = None,
    decimals: int | None = 3,
    datetime_format: str | None = None,
    for_spreadsheets: bool = False,
) -> str:
    """Return a table as CSV, its lists as texts, without the columns of packed messages.

    Parameters
    ----------
    frame : one row a line, below a line of column names.
    separators : column -> what separates the items of its lists; a column not named takes ``"; "``.
    decimals : digits after the point of every number, zeros included; null: as many as it has.
    datetime_format : how instants are written, as for strftime; null: ISO 8601.
    for_spreadsheets : texts that a spreadsheet would run as a formula begin with an apostrophe.
    """
    joined = join_lists(readable(frame), separators)
    if for_spreadsheets:
        joined = joined.with_columns(_marked(name) for name in _text_columns(joined))
    shown = without_negative_zeros(joined, decimals)
    return shown.write_csv(float_precision=decimals, datetime_format=datetime_format)


def _text_columns(frame: pl.DataFrame) -> list[str]:
    return [name for name, kind in frame.schema.items() if kind == pl.String]


def _marked(name: str) -> pl.Expr:
    """Return a column of texts with an apostrophe before those that begin like a formula."""
    text = pl.col(name)
    is_formula = text.str.contains(_FORMULA) & ~text.str.contains(_HARMLESS)
    return pl.when(is_formula).then(pl.concat_str(pl.lit("'"), text)).otherwise(text).alias(name)


def join_lists(frame: pl.DataFrame, separators: Mapping[str, str] | None = None) -> pl.DataFrame:
    """Return the table with its lists as texts, their items separated by ``"; "`` or as named."""
    parting = separators or {}
    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    items = pl.element().cast(pl.String)

    return frame.with_columns(
        pl.col(name).list.eval(items).list.join(parting.get(name, "; ")) for name in lists
    )


def _without_marks(data: bytes) -> bytes:
    """Return a file without its byte order marks; programs that follow each other write several."""
    while data.startswith(_BYTE_ORDER_MARKS):
        mark = next(mark for mark in _BYTE_ORDER_MARKS if data.startswith(mark))
        data = data[len(mark) :]
    return data


def _text_lines(data: bytes) -> io.TextIOWrapper:
    """Return the lines as they come: a file of 200 MB decoded whole would take five times that."""
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")


def _lines_above(data: bytes, declared: Collection[str]) -> tuple[int, bool]:
    """Return how many lines stand above the header, and whether a title is among them."""
    first_lines = [*itertools.islice(_text_lines(data), MAX_TITLE_ROWS + 1)]
    filled = [i for i, line in enumerate(first_lines) if line.strip(_BLANKS)]
    has_separator = bool(filled) and _is_separator_line(first_lines[filled[0]])
    below = filled[1:] if has_separator else filled
    if not below:
        return 0, False

    rows = [[cell.strip(_BLANKS) for cell in _SIGNS.split(first_lines[i])] for i in below]
    place = header_place(rows, declared)
    return below[place] if place or has_separator else 0, place > 0


def _is_separator_line(line: str) -> bool:
    return line.strip(_BLANKS).lower().startswith(_SEPARATOR_LINE)


def _find_delimiter(data: bytes, title_lines: int, declared: Collection[str]) -> str:
    """Return the delimiter that parts the header into the most declared names."""
    lines = itertools.islice(_text_lines(data), title_lines, None)
    line = next((line for line in lines if line.strip()), "")

    def declared_names(delimiter: str) -> int:
        try:
            cells = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:  # a cell too long, which reading the file reports with its line
            return 0
        return sum(cell.strip() in declared for cell in cells)

    return max(DELIMITERS, key=declared_names)


def _read_header(reader: Reader) -> tuple[str, ...]:
    """Return the first row that holds anything; StopIteration where there is none."""
    row = next(row for row in reader if any(cell.strip() for cell in row))
    return tuple(cell.strip().strip(_MARK) for cell in row)


def _plain_rows(data: bytes, delimiter: str, width: int, header_line: int) -> _Rows | None:
    """Return the rows below the header where every line is a row as wide; null where one is not.

    Null too where a cell is quoted or holds a sign that may end a line, or is blank to some
    programs and not to others: such files are read row by row.
    """
    lines = data.replace(b"\r\n", b"\n").split(b"\n", header_line)
    if len(lines) <= header_line or b'"' in data or any(b"\r" in line for line in lines):
        return None

    below = lines[-1].rstrip(b"\n") + b"\n"
    signs = np.frombuffer(below, np.uint8)
    ends = np.flatnonzero(signs == ord("\n"))
    parts = np.flatnonzero(signs == ord(delimiter))
    cell_counts = 1 + np.diff(np.searchsorted(parts, ends), prepend=0)

    is_plain = set(signs[signs < ord(" ")].tolist()) <= {*b"\t\n"}
    is_short = np.diff(ends, prepend=0).max() < csv.field_size_limit()
    if width < 2 or not (is_plain and is_short and (cell_counts == width).all()):
        return None

    kinds = {str(i): pl.String() for i in range(width)}
    cells = trimmed(
        pl.read_csv(below, has_header=False, separator=delimiter, quote_char=None, schema=kinds)
    )
    is_filled = cells.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    numbers = (is_filled.arg_true() + header_line + 1).to_list()
    return _Rows(cells.filter(is_filled), numbers, {})


def _read_rows(reader: Reader, width: int, title_lines: int) -> _Rows:
    """Return the rows below the header; of a ragged one only the first cell is kept.

    title_lines: of the file that the reader has not seen.
    """
    names = [str(i) for i in range(width)]
    frames: list[pl.DataFrame] = []
    batch: list[list[str]] = []
    lines: list[int] = []
    cell_counts: dict[int, int] = {}

    last_line = title_lines + reader.line_num
    for row in reader:
        first_line = last_line + 1  # a quoted cell may run over several lines
        last_line = title_lines + reader.line_num
        if not any(cell.strip() for cell in row):
            continue

        while len(row) > width and not row[-1].strip():
            row.pop()
        if len(row) != width:
            cell_counts[len(lines)] = len(row)
            row = [row[0], *[""] * (width - 1)]

        lines.append(first_line)
        batch.append(row)
        if len(batch) == _BATCH_ROWS:
            frames.append(_batch_frame(batch, names))
            batch = []

    if batch or not frames:
        frames.append(_batch_frame(batch, names))
    return _Rows(pl.concat(frames), lines, cell_counts)


def _batch_frame(rows: list[list[str]], names: list[str]) -> pl.DataFrame:
    columns: Mapping[str, Sequence[str]] = {}
    if rows:
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))

    return trimmed(pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String)))


def _ragged_findings(rows: _Rows, width: int, file: str) -> Iterator[Finding]:
    """Rows of too few or too many cells: the first twenty, and one finding for all."""
    for row, count in itertools.islice(rows.cell_counts.items(), MAX_LIKE):
        line = rows.lines[row]
        yield Finding(
            "ragged-row",
            f"{file} has {count} cells on line {line}, the header has {width}.",
            do="Put a cell that holds a comma in double quotes."
            if count > width
            else "Write every cell of the row, empty ones too, and close every quote.",
            file=file,
            line=line,
            value=str(count),
        )

    if len(rows.cell_counts) > MAX_LIKE:
        yield Finding(
            "ragged-row",
            f"{file} has {len(rows.cell_counts)} rows that do not fit its header.",
            do="Put cells that hold a comma in double quotes.",
            file=file,
        )


def _refuse_unlike_text(data: bytes) -> None:
    """Raise Unreadable for what is no text in UTF-8, or has too many or too long lines."""
    if not data.strip():
        raise _empty_file()

    _refuse_binary(data)
    refuse_too_many_rows(data.count(b"\n"))
    _refuse_long_line(data)
    _refuse_other_encoding(data)


def _refuse_binary(data: bytes) -> None:
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            raise Unreadable("binary-file", f"is not CSV: it is {what}.", do=SAVE_AS)

    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("bad-encoding", "is UTF-16, not UTF-8.", do=SAVE_AS, line=1)

    nul = data.find(b"\0")
    if nul >= 0:
        raise Unreadable(
            "binary-file",
            "holds a NUL byte, as no text does.",
            do=SAVE_AS,
            line=_line_of(data, nul),
        )


def _refuse_long_line(data: bytes) -> None:
    start = 0
    while len(data) - start > budgets.MAX_LINE_BYTES:
        end = data.rfind(b"\n", start, start + budgets.MAX_LINE_BYTES)
        if end < 0:
            end = data.rfind(b"\r", start, start + budgets.MAX_LINE_BYTES)
        if end < 0:
            raise Unreadable(
                "line-too-long",
                f"has a line of more than {budgets.MAX_LINE_BYTES:,} bytes.",
                do="Put every row on a line of its own.",
                line=_line_of(data, start),
            )
        start = end + 1


def _refuse_other_encoding(data: bytes) -> None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = _line_of(data, error.start)
        raise Unreadable(
            "bad-encoding",
            f"is not UTF-8: byte {data[error.start]:#04x} on line {line} is from another encoding, "
            "such as Windows-1251 or Latin-1.",
            do=SAVE_AS,
            line=line,
        ) from None


def _refuse_other_delimiter(header: tuple[str, ...], declared: Collection[str]) -> None:
    if len(header) > 1:
        return

    for sign in ("|", ":", "^", "~", " "):
        names = header[0].split(sign)
        if sum(name.strip(' "') in declared for name in names) > 1:
            raise Unreadable("wrong-delimiter", f"parts its cells by {sign!r}.", do=SAVE_AS, line=1)


def _line_of(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def _empty_file() -> Unreadable:
    return Unreadable(
        "empty-file", "is empty.", do="Write the header and the rows, or remove the file."
    )


def _broken_quotes(error: csv.Error, line: int) -> Unreadable:
    """Return what a message of the CSV reader means to whoever wrote the file."""
    reason = str(error)
    if "field limit" in reason or "field larger" in reason:
        return Unreadable(
            "cell-too-long",
            f"has a cell of more than {csv.field_size_limit():,} characters "
            f"that ends after line {line}; perhaps a quote is not closed.",
            do="Close the double quotes of every cell.",
            line=line,
        )
    if "end of data" in reason:
        return Unreadable(
            "unclosed-quote",
            "ends inside a cell that a double quote opened.",
            do="Close the quotes; a quote within a cell is written twice.",
            line=line,
        )
    return Unreadable(
        "bad-quotes",
        f"has text after a closing quote on line {line}.",
        do="Write a quote within a cell twice, and quote the whole cell.",
        line=line,
    )
