"""Files of tables as text: CSV, Parquet and XLSX read with all their damage, and files written
whole or not at all."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import os
import re
import stat
import zipfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from corridor.errors import Finding

MOST_BYTES = 200_000_000
MOST_LINE_BYTES = 1_000_000
MOST_ROWS = 5_000_000
DELIMITERS = (",", ";", "\t")
SUFFIXES = (".csv", ".parquet", ".xlsx")
SAVE_AS = "Save the table as CSV UTF-8 with a comma between cells."
_BATCH_ROWS = 50_000
_MOST_SHOWN = 20
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
class Raw:
    """One table as text.

    header: names in order of the file. cells: text columns named "0", "1" ... in that order, null
    where empty. lines: line (workbook: row of the sheet) of every row. ragged: rows that had too
    few or too many cells.
    """

    file: str
    header: tuple[str, ...]
    cells: pl.DataFrame
    lines: Sequence[int]
    ragged: frozenset[int] = frozenset()


class Unreadable(Exception):
    """A file that cannot be read as a table at all; holds the finding that says why."""

    def __init__(self, kind: str, message: str, do: str, line: int | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.do = do
        self.line = line

    def finding(self, file: str, table: str | None) -> Finding:
        """Return the finding for the file this was."""
        return Finding(
            self.kind, f"{file} {self.message}", self.do, table=table, file=file, line=self.line
        )


def read_bytes(folder: Path, name: str) -> bytes:
    """Return the bytes of a plain file of the folder; Unreadable for links, devices and files over
    MOST_BYTES."""
    path = folder / name
    try:
        kind = path.lstat()
        if stat.S_ISLNK(kind.st_mode) or path.resolve().parent != folder.resolve():
            raise Unreadable(
                "outside-folder",
                "is a link to another place.",
                "Put the file itself into the study's folder.",
            )
        if not stat.S_ISREG(kind.st_mode):
            raise Unreadable(
                "not-a-file",
                "is not a plain file.",
                "Put a plain file of that name there, or remove it.",
            )
        if kind.st_size > MOST_BYTES:
            raise Unreadable(
                "file-too-large",
                f"has {kind.st_size:,} bytes; {MOST_BYTES:,} is the most that is read.",
                "Keep only the rows the study needs, or write the table as Parquet.",
            )
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(
            "unreadable-file",
            f"cannot be read: {error.strerror or error}.",
            "See to it that the file is there and may be read.",
        ) from None


def read_csv(data: bytes, file: str, declared: Collection[str]) -> tuple[Raw, list[Finding]]:
    """Return a CSV file as text with the findings on its rows; the delimiter is the one that fits
    declared names best.

    Raises Unreadable where no table can be made of it.
    """
    _refuse_unlike_text(data)
    first = next((line for line in _stream(data) if line.strip()), "")
    if first.startswith("sep="):
        raise Unreadable(
            "wrong-delimiter",
            "begins with a line for Excel instead of the header.",
            "Remove line 1.",
            1,
        )
    delimiter = max(
        DELIMITERS,
        key=lambda d: sum(
            c.strip() in declared for c in next(csv.reader([first], delimiter=d), [])
        ),
    )
    reader = csv.reader(_stream(data), delimiter=delimiter, strict=True)
    findings: list[Finding] = []
    try:
        header = tuple(
            c.strip() for c in next(row for row in reader if any(c.strip() for c in row))
        )
        _refuse_other_delimiter(header, declared)
        cells, starts, ragged = _rows(reader, len(header), file, findings)
    except StopIteration:
        raise Unreadable(
            "empty-file", "is empty.", "Write the header and the rows, or remove the file."
        ) from None
    except csv.Error as error:
        raise _broken_quotes(error, reader.line_num) from None
    return Raw(file, header, cells, starts, ragged), findings


def read_parquet(data: bytes, file: str) -> Raw:
    """Return a Parquet file as text; Unreadable where it is damaged. Rows count from 2, as in a CSV
    of the same table."""
    try:
        height = pl.scan_parquet(io.BytesIO(data)).select(pl.len()).collect().item()
        _refuse_too_many(height)
        frame = pl.read_parquet(io.BytesIO(data))
    except Unreadable:
        raise
    except (
        Exception,
        pl.exceptions.PanicException,
    ) as error:  # a damaged file fails anywhere in the reader
        raise Unreadable(
            "broken-parquet",
            f"is not a whole Parquet file ({_first_line(error)}).",
            "Write the file again with the program it comes from.",
        ) from None
    return from_frame(frame, file)


def from_frame(frame: pl.DataFrame, file: str) -> Raw:
    """Return any frame as text; Unreadable where a column holds what has no plain text."""
    try:
        text = pl.DataFrame({str(i): s.cast(pl.String) for i, s in enumerate(frame.get_columns())})
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise Unreadable(
            "bad-column-type",
            f"has a column that is not plain values ({_first_line(error)}).",
            "Write lists as words parted by blanks, and everything else as text or numbers.",
        ) from None
    return Raw(file, tuple(frame.columns), _clean(text), range(2, frame.height + 2))


def read_xlsx(
    data: bytes, file: str, wanted: Collection[str], only: str | None = None
) -> dict[str, Raw]:
    """Return the sheets of a workbook that are tables, as text.

    only: the table a file is named after; its sheet has that name or is the first one. Raises
    Unreadable, also where the extra ``excel`` is not installed.
    """
    try:
        import fastexcel
    except ImportError:
        raise Unreadable(
            "needs-excel",
            "is a workbook, and reading it needs fastexcel, which is not installed.",
            "Run: pip install 'corridor[excel]'. Or save every sheet as CSV UTF-8.",
        ) from None
    try:
        _refuse_bad_workbook(data)
        book = fastexcel.read_excel(data)
        names = (
            [n for n in book.sheet_names if n in wanted]
            if only is None
            else [only if only in book.sheet_names else book.sheet_names[0]]
        )
        found = {}
        for name in names:
            sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            _refuse_too_many(sheet.total_height)
            found[only or name] = _sheet(sheet.to_polars(), file)
        return found
    except Unreadable:
        raise
    except (
        Exception,
        pl.exceptions.PanicException,
    ) as error:  # a damaged file fails anywhere in three libraries
        raise Unreadable(
            "broken-workbook",
            f"is not a whole XLSX workbook ({_first_line(error)}).",
            "Open it in the spreadsheet program and save it again as .xlsx.",
        ) from None


def write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file whole or not at all: beside it, then to disk, then in its place. Raises
    OSError."""
    target = Path(path)
    beside = target.with_name(f".{target.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        with open(beside, "xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    with contextlib.suppress(OSError):  # not every system lets a folder be opened
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def write_frame(path: str | os.PathLike[str], frame: pl.DataFrame) -> None:
    """Write a frame as CSV, Parquet or XLSX by the file's ending, whole or not at all; ValueError
    for other endings."""
    stream = io.BytesIO()
    match Path(path).suffix:
        case ".csv":
            frame.write_csv(stream)
        case ".parquet":
            frame.write_parquet(stream)
        case ".xlsx":
            frame.write_excel(stream, worksheet=Path(path).stem, autofilter=False)
        case other:
            raise ValueError(f"cannot write {other!r}: use one of {', '.join(SUFFIXES)}")
    write_bytes(path, stream.getvalue())


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or ["damaged"])[0][:120]


def _stream(data: bytes) -> io.TextIOWrapper:
    """Lines as they come: a file of 200 MB decoded whole would take five times its size."""
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")


def _refuse_unlike_text(data: bytes) -> None:
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise Unreadable(
            "empty-file", "is empty.", "Write the header and the rows, or remove the file."
        )
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            raise Unreadable("binary-file", f"is not CSV: it is {what}.", SAVE_AS)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("bad-encoding", "is UTF-16, not UTF-8.", SAVE_AS, 1)
    if (at := data.find(b"\0")) >= 0:
        raise Unreadable(
            "binary-file",
            "holds a NUL byte, as no text does.",
            SAVE_AS,
            data.count(b"\n", 0, at) + 1,
        )
    if data.count(b"\n") > MOST_ROWS:
        _refuse_too_many(data.count(b"\n"))
    start = 0
    while len(data) - start > MOST_LINE_BYTES:
        end = data.rfind(b"\n", start, start + MOST_LINE_BYTES)
        if end < 0 and (end := data.rfind(b"\r", start, start + MOST_LINE_BYTES)) < 0:
            raise Unreadable(
                "line-too-long",
                f"has a line of more than {MOST_LINE_BYTES:,} bytes.",
                "Put every row on a line of its own.",
                data.count(b"\n", 0, start) + 1,
            )
        start = end + 1
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            "bad-encoding",
            f"is not UTF-8: byte {data[error.start]:#04x} on line {line} is from another encoding, "
            "such as Windows-1251 or Latin-1.",
            SAVE_AS,
            line,
        ) from None


def _rows(
    reader: Iterable[list[str]], width: int, file: str, findings: list[Finding]
) -> tuple[pl.DataFrame, list[int], frozenset[int]]:
    """Return the rows below the header, the line each begins on, and which of them were ragged."""
    batches: list[pl.DataFrame] = []
    names = [str(i) for i in range(width)]
    starts: list[int] = []
    ragged: dict[int, int] = {}
    batch: list[list[str]] = []
    before: int = reader.line_num  # type: ignore[attr-defined]
    for row in reader:
        start = before + 1
        before = reader.line_num  # type: ignore[attr-defined]
        if not any(row) or not any(c.strip() for c in row):
            continue
        if len(row) != width:
            while len(row) > width and not row[-1].strip():
                row.pop()
            if len(row) != width:
                ragged[len(starts)] = len(row)
                row = [row[0], *[""] * (width - 1)]
        starts.append(start)
        batch.append(row)
        if len(batch) == _BATCH_ROWS:
            batches.append(_frame(batch, names))
            batch = []
    if batch or not batches:
        batches.append(_frame(batch, names))
    for row_number, count in itertools.islice(ragged.items(), _MOST_SHOWN):
        findings.append(
            Finding(
                "ragged-row",
                f"{file} has {count} cells on line {starts[row_number]}, the header has {width}.",
                "Put a cell that holds a comma in double quotes."
                if count > width
                else "Write every cell of the row, empty ones too, and close every quote.",
                file=file,
                line=starts[row_number],
                value=str(count),
            )
        )
    if len(ragged) > _MOST_SHOWN:
        findings.append(
            Finding(
                "ragged-row",
                f"{file} has {len(ragged)} rows that do not fit its header.",
                "Put cells that hold a comma in double quotes.",
                file=file,
            )
        )
    return pl.concat(batches), starts, frozenset(ragged)


def _frame(rows: list[list[str]], names: list[str]) -> pl.DataFrame:
    columns: Mapping[str, Sequence[str]] = (
        dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
    )
    return _clean(pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String)))


def _clean(cells: pl.DataFrame) -> pl.DataFrame:
    """Blanks around a value do not count; nothing is null."""
    stripped = cells.select(pl.all().str.strip_chars())
    return stripped.select(pl.when(pl.all() != "").then(pl.all())) if cells.width else cells


def _sheet(frame: pl.DataFrame, file: str) -> Raw:
    if frame.height == 0:
        raise Unreadable(
            "empty-file",
            "has an empty sheet.",
            "Write the header and the rows, or remove the sheet.",
        )
    # A day in a date cell comes with a midnight that nobody typed.
    cells = _clean(
        frame.rename(dict(zip(frame.columns, map(str, range(frame.width)), strict=True)))
    ).with_columns(pl.all().str.replace(r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00:00$", "$1"))
    filled = cells.select(pl.any_horizontal(pl.all().is_not_null())).to_series().to_list()
    kept = [i for i, full in enumerate(filled) if full]
    if not kept:
        raise Unreadable(
            "empty-file",
            "has an empty sheet.",
            "Write the header and the rows, or remove the sheet.",
        )
    header = tuple(c or "" for c in cells.row(kept[0]))
    return Raw(file, header, cells[kept[1:]], [i + 1 for i in kept[1:]])


def _refuse_too_many(rows: int) -> None:
    if rows > MOST_ROWS:
        raise Unreadable(
            "too-many-rows",
            f"has {rows:,} rows; {MOST_ROWS:,} is the most that is read.",
            "Keep only the rows the study needs.",
        )


def _refuse_bad_workbook(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(i.file_size for i in archive.infolist()) > 5 * MOST_BYTES:
            raise Unreadable(
                "file-too-large",
                "unpacks to more than is read.",
                "Keep only the rows the study needs.",
            )
        for name in archive.namelist():
            # The reader would take a spreadsheet's error for an empty cell.
            if (
                name.startswith("xl/worksheets/")
                and name.endswith(".xml")
                and (
                    cell := re.search(
                        rb'<c\b[^>]*?\br="([A-Z]+)(\d+)"[^>]*?\bt="e"', archive.read(name)
                    )
                )
            ):
                where = (cell[1] + cell[2]).decode()
                raise Unreadable(
                    "spreadsheet-error",
                    f"has an error such as #DIV/0! in cell {where} of {Path(name).stem}.",
                    "Repair the formula, or empty the cell where the figure is not known.",
                    int(cell[2]),
                )


def _refuse_other_delimiter(header: tuple[str, ...], declared: Collection[str]) -> None:
    if len(header) == 1:
        for sign in ("|", ":", "^", "~", " "):
            if sum(part.strip(' "') in declared for part in header[0].split(sign)) > 1:
                raise Unreadable("wrong-delimiter", f"parts its cells by {sign!r}.", SAVE_AS, 1)


def _broken_quotes(error: csv.Error, line: int) -> Unreadable:
    words = str(error)
    if "field limit" in words or "field larger" in words:
        return Unreadable(
            "cell-too-long",
            f"has a cell of more than {csv.field_size_limit():,} characters that ends after line "
            f"{line}; perhaps a quote is not closed.",
            "Close the double quotes of every cell.",
            line,
        )
    if "end of data" in words:
        return Unreadable(
            "unclosed-quote",
            "ends inside a cell that a double quote opened.",
            "Close the quotes; a quote within a cell is written twice.",
            line,
        )
    return Unreadable(
        "bad-quotes",
        f"has text after a closing quote on line {line}.",
        "Write a quote within a cell twice, and quote the whole cell.",
        line,
    )
