"""Tables come out the same whatever file they were in; lines, hints and writing are exact."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from corridor import new
from corridor.tables import schema
from corridor.tables.cells import TYPES, parse, typed
from corridor.tables.columns import Column
from corridor.tables.cures import cure, unit_hint
from corridor.tables.files import write_bytes, write_frame
from corridor.tables.reading import from_frames, read_folder


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return new(tmp_path / "study")


def frames_of(folder: Path) -> dict[str, pl.DataFrame]:
    tables = read_folder(folder)
    assert tables.findings == ()
    return dict(tables.frames)


def rewrite(folder: Path, change: Any) -> None:
    for path in folder.glob("*.csv"):
        path.write_bytes(change(path.read_bytes()))


def test_every_declared_column_is_there_and_typed(study: Path) -> None:
    tables = read_folder(study)
    assert set(tables.frames) == {t.name for t in schema.TABLES}
    for table in schema.TABLES:
        expected = {c.name: TYPES.get(c.kind, pl.String) for c in table.columns}
        assert dict(tables.frames[table.name].schema) == expected, table.name
    assert tables.frames["trade"].height == 0
    assert tables.frames["links"].row(2, named=True)["fixed_p95_h"] == 24.0
    assert tables.frames["changes"]["from_on"].to_list() == [dt.date(2027, 1, 1)]
    assert tables.frames["services"]["required"].to_list() == [False]


def test_hashes_are_those_of_the_files(study: Path) -> None:
    tables = read_folder(study)
    assert tables.files["links"] == "links.csv"
    assert (
        tables.hashes["links.csv"] == hashlib.sha256((study / "links.csv").read_bytes()).hexdigest()
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.replace(b"\n", b"\r"),
        lambda data: data.rstrip(b"\n"),
        lambda data: data.replace(b"\n", b"\n\n"),
        lambda data: data + b",,,\n  \n",
        lambda data: data.replace(b",example,", b"  ,\xc2\xa0example ,"),
    ],
    ids=[
        "byte order mark",
        "CRLF",
        "CR",
        "no last line end",
        "blank lines",
        "empty rows",
        "blanks around cells",
    ],
)
def test_looks_of_csv_do_not_matter(study: Path, change: Any) -> None:
    before = frames_of(study)
    rewrite(study, change)
    after = read_folder(study)
    # A row of fewer empty cells than the header has is still an empty row.
    assert after.findings == ()
    for name, frame in before.items():
        assert_frame_equal(frame, after.frames[name])


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_delimiters(study: Path, delimiter: str) -> None:
    before = frames_of(study)
    for path in study.glob("*.csv"):
        pl.read_csv(path, infer_schema=False).write_csv(path, separator=delimiter)
    after = frames_of(study)
    for name, frame in before.items():
        assert_frame_equal(frame, after[name])


@pytest.mark.parametrize("suffix", [".parquet", ".xlsx", ".csv"])
@pytest.mark.parametrize("as_text", [True, False], ids=["text", "typed"])
def test_formats_hold_the_same(study: Path, suffix: str, as_text: bool) -> None:
    before = frames_of(study)
    for path in list(study.glob("*.csv")):
        frame = pl.read_csv(path, infer_schema=False) if as_text else before[path.stem]
        path.unlink()
        write_frame(path.with_suffix(suffix), frame)
    after = read_folder(study)
    assert after.findings == ()
    for name, frame in before.items():
        assert_frame_equal(frame, after.frames[name])


def test_one_workbook_holds_every_table(study: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    before = frames_of(study)
    with xlsxwriter.Workbook(study / "study.xlsx") as book:
        book.add_worksheet("read me").write(0, 0, "any words")
        for path in study.glob("*.csv"):
            before[path.stem].write_excel(book, worksheet=path.stem, autofilter=False)
            path.unlink()
    tables = read_folder(study)
    assert tables.findings == ()
    assert set(tables.files.values()) == {"study.xlsx"}
    for name, frame in before.items():
        assert_frame_equal(frame, tables.frames[name])


def test_rows_of_a_sheet_keep_their_numbers(study: Path) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    frame = pl.read_csv(study / "rates.csv", infer_schema=False)
    (study / "rates.csv").unlink()
    with xlsxwriter.Workbook(study / "rates.xlsx") as book:
        sheet = book.add_worksheet("prices")
        sheet.write_row(2, 0, frame.columns)
        for i, row in enumerate(frame.rows()):
            sheet.write_row(4 + 2 * i, 0, row)
    tables = read_folder(study)
    assert tables.findings == ()
    assert list(tables.lines["rates"]) == [5, 7, 9, 11, 13]


def test_columns_come_in_any_order(study: Path) -> None:
    before = frames_of(study)
    for path in study.glob("*.csv"):
        frame = pl.read_csv(path, infer_schema=False)
        frame.select(reversed(frame.columns)).write_csv(path)
    for name, frame in frames_of(study).items():
        assert_frame_equal(before[name], frame)


def test_lines_are_those_of_the_file(study: Path) -> None:
    path = study / "sources.csv"
    path.write_text(
        'source_id,citation,year,where,licence\n\nexample,"two\nlines",,,\n\ngeonames,"three\r\nlines\nhere",,,\n'
        "osm,x,about 2020,,\n",
        "utf-8",
    )
    tables = read_folder(study)
    assert list(tables.lines["sources"]) == [3, 6, 9]
    (finding,) = tables.findings
    assert (finding.kind, finding.line, finding.value, finding.rows) == (
        "bad-integer",
        9,
        "about 2020",
        ("osm",),
    )


def test_many_bad_cells_are_told_shortly(study: Path) -> None:
    rows = "\n".join(f"s{i},x,soon,," for i in range(500))
    (study / "sources.csv").write_text(f"source_id,citation,year,where,licence\n{rows}\n", "utf-8")
    found = read_folder(study).findings
    assert len(found) == 21
    assert "480 more" in found[-1].message


def test_frames_of_any_library(study: Path) -> None:
    class Other:
        """A frame that only speaks Arrow."""

        def __init__(self, frame: pl.DataFrame) -> None:
            self.frame = frame

        def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
            return self.frame.__arrow_c_stream__(requested_schema)

    before = frames_of(study)
    tables = from_frames({name: Other(frame) for name, frame in before.items()})
    assert tables.findings == ()
    for name, frame in before.items():
        assert_frame_equal(frame, tables.frames[name])
    assert [f.kind for f in from_frames({**before, "lnks": before["links"]}).findings] == [
        "unknown-table"
    ]


def test_missing_extra_is_a_finding(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "fastexcel", None)
    (study / "rates.csv").rename(study / "rates.xlsx")
    (finding,) = read_folder(study).findings
    assert (finding.kind, finding.file) == ("needs-excel", "rates.xlsx")
    assert "corridor[excel]" in finding.do


# Cells

CELLS = [
    ("number", "12.5", 12.5),
    ("number", "-3", -3.0),
    ("number", "1e3", 1000.0),
    ("number", "12,5", None),
    ("number", "nan", None),
    ("number", "inf", None),
    ("number", "1e999", None),
    ("number", "1_000", None),
    ("integer", "1520", 1520),
    ("integer", "1520.0", 1520),
    ("integer", "1520.5", None),
    ("integer", "1e20", None),
    ("boolean", "true", True),
    ("boolean", "FALSE", False),
    ("boolean", "yes", None),
    ("boolean", "1", None),
    ("date", "2026-02-28", dt.date(2026, 2, 28)),
    ("date", "2026-02-29", None),
    ("date", "2026-2-8", None),
    ("date", "0026-02-08", None),
    ("monthday", "02-29", "02-29"),
    ("monthday", "02-30", None),
    ("monthday", "13-01", None),
    ("hours", "08:00-20:00", "08:00-20:00"),
    ("hours", "22:00-06:00", "22:00-06:00"),
    ("hours", "00:00-24:00", "00:00-24:00"),
    ("hours", "24:00-08:00", None),
    ("hours", "08:00", None),
    ("timetable", "mon 08:00; thu 20:00", "mon 08:00; thu 20:00"),
    ("timetable", "mon 08:00, thu 20:00", None),
    ("timetable", "monday 08:00", None),
    ("country", "KZ", "KZ"),
    ("country", "kz", None),
    ("id", "rail-1520", "rail-1520"),
    ("id", "Rail 1520", None),
    ("words", "a  b", "a b"),
    ("words", "a,b", None),
    ("text", "Қазақстан, «№ 1»", "Қазақстан, «№ 1»"),
    ("text", "bell\x07", None),
]


@pytest.mark.parametrize(("kind", "text", "value"), CELLS)
def test_cell(kind: str, text: str, value: Any) -> None:
    column = Column("x", kind, "something")
    if value is None:
        with pytest.raises(ValueError, match=r"\w"):
            parse(column, text)
    else:
        assert parse(column, text) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_survive_writing(value: float) -> None:
    assert parse(Column("x", "number", ""), repr(value)) == value


@given(st.text(), st.sampled_from(sorted({c.kind for t in schema.TABLES for c in t.columns})))
def test_any_text_has_a_cure(text: str, kind: str) -> None:
    column = Column("x", kind, "something", choices=("a", "b") if kind == "choice" else ())
    pl.DataFrame({"x": [text]}).select(typed(column))
    assert cure(column, text).strip()


@pytest.mark.parametrize(
    ("given", "declared", "word"),
    [
        ("length_mi", "length_km", "1.609344"),
        ("length_m", "length_km", "1000"),
        ("speed_mph", "speed_kmh", "1.609344"),
        ("fixed_min", "fixed_h", "60"),
        ("duration_median_h", "duration_median_d", "24"),
        ("t_per_year", "t_per_day", "365"),
    ],
)
def test_unit_hint(given: str, declared: str, word: str) -> None:
    assert word in (unit_hint(given, declared) or "")


@pytest.mark.parametrize(
    ("given", "declared"),
    [("name", "length_km"), ("length_km", "length_km"), ("fixed_mi", "length_km")],
)
def test_no_unit_hint(given: str, declared: str) -> None:
    assert unit_hint(given, declared) is None


# Writing


def test_write_leaves_nothing_beside(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a.csv", b"one")
    write_bytes(tmp_path / "a.csv", b"two")
    assert os.listdir(tmp_path) == ["a.csv"]
    assert (tmp_path / "a.csv").read_bytes() == b"two"


def test_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_bytes(tmp_path / "a.csv", b"one")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_bytes(tmp_path / "a.csv", b"two")
    assert os.listdir(tmp_path) == ["a.csv"]
    assert (tmp_path / "a.csv").read_bytes() == b"one"


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.csv"):
        write_frame(tmp_path / "a.ods", pl.DataFrame({"a": [1]}))


def test_reading_writes_nothing(study: Path) -> None:
    before = {p.name: p.read_bytes() for p in study.iterdir()}
    read_folder(study)
    assert {p.name: p.read_bytes() for p in study.iterdir()} == before
