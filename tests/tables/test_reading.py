"""Tables come out the same whatever file they were in; lines, hints and writing are exact."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from corridor import new
from corridor.tables import schema
from corridor.tables.cells import TYPES
from corridor.tables.files import write_frame
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
        lambda data: b"\xef\xbb\xbf\xef\xbb\xbf" + data,
        lambda data: b"\xc3\xaf\xc2\xbb\xc2\xbf" + data,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.replace(b"\n", b"\r"),
        lambda data: data.rstrip(b"\n"),
        lambda data: data.replace(b"\n", b"\n\n"),
        lambda data: data + b",,,\n  \n",
        lambda data: data.replace(b",example,", b"  ,\xc2\xa0example ,"),
    ],
    ids=[
        "byte order mark",
        "two byte order marks",
        "byte order mark taken for Latin-1",
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
    assert {place.rpartition(" of ")[2] for place in tables.files.values()} == {"study.xlsx"}
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


def test_many_bad_cells_are_listed_shortly(study: Path) -> None:
    rows = "\n".join(f"s{i},x,soon,," for i in range(500))
    (study / "sources.csv").write_text(f"source_id,citation,year,where,licence\n{rows}\n", "utf-8")
    findings = read_folder(study).findings
    assert len(findings) == 21
    assert "480 more" in findings[-1].message


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


def test_reading_writes_nothing(study: Path) -> None:
    before = {p.name: p.read_bytes() for p in study.iterdir()}
    read_folder(study)
    assert {p.name: p.read_bytes() for p in study.iterdir()} == before


def test_a_title_above_the_header_is_passed_over_and_said(study: Path) -> None:
    before = frames_of(study)
    path = study / "links.csv"
    path.write_bytes(b'"Links, 2026";;;\n\n' + path.read_bytes())
    tables = read_folder(study)
    (finding,) = tables.findings
    assert (finding.kind, finding.severity, finding.line) == ("title-above-header", "warning", 3)
    assert_frame_equal(before["links"], tables.frames["links"])
    assert tables.lines["links"][0] == 4


@pytest.mark.parametrize("is_there", [True, False])
def test_terminals_are_needed_only_where_layers_differ(study: Path, is_there: bool) -> None:
    header = (study / "terminals.csv").read_text("utf-8").splitlines()[0]
    (study / "terminals.csv").write_text(header + "\n", "utf-8")
    if not is_there:
        (study / "terminals.csv").unlink()
    kind = "no-rows" if is_there else "missing-table"
    assert [finding.kind for finding in read_folder(study).findings] == [kind]

    links = pl.read_csv(study / "links.csv", infer_schema=False)
    links.filter(pl.col("mode") == "road").write_csv(study / "links.csv")
    assert read_folder(study).findings == ()
