"""Workbooks as they are: sheets of any spelling, titles, notes, cells that seem to hold."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from polars.testing import assert_frame_equal

from corridor import check, new
from corridor.exchange.export import contents, pack_workbook, write_workbook
from corridor.tables import schema_results
from corridor.tables.reading import may_be_written, read_folder
from corridor.tables.tables import Tables

Sheet = Any  # of xlsxwriter
Change = Callable[[Sheet], None]


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    """The tables of the starter study as text."""
    folder = new(tmp_path_factory.mktemp("starter") / "study")
    return {path.stem: pl.read_csv(path, infer_schema=False) for path in folder.glob("*.csv")}


def write(sheet: Sheet, frame: pl.DataFrame, *, row: int = 0, column: int = 0) -> None:
    sheet.write_row(row, column, frame.columns)
    for i, cells in enumerate(frame.rows()):
        sheet.write_row(row + 1 + i, column, [cell or "" for cell in cells])


def workbook(
    texts: dict[str, pl.DataFrame],
    *,
    names: dict[str, str] | None = None,
    changes: dict[str, Change] | None = None,
    extra: dict[str, Change] | None = None,
    below: dict[str, tuple[int, int]] | None = None,
) -> bytes:
    """Return the starter study as a workbook.

    names: table -> name of its sheet. changes: what is done to the sheet of a table. extra: more
    sheets. below: table -> row and column its header begins in.
    """
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        for table, frame in texts.items():
            sheet = book.add_worksheet((names or {}).get(table, table))
            row, column = (below or {}).get(table, (0, 0))
            write(sheet, frame, row=row, column=column)
            (changes or {}).get(table, lambda _: None)(sheet)
        for name, fill in (extra or {}).items():
            fill(book.add_worksheet(name))
    return stream.getvalue()


def read(tmp_path: Path, data: bytes, name: str = "study.xlsx") -> Tables:
    (tmp_path / name).write_bytes(data)
    return read_folder(tmp_path)


def kinds(tables: Tables) -> list[str]:
    return [finding.kind for finding in tables.findings]


def test_sheets_are_read_in_any_case_and_with_blanks(
    tmp_path: Path, texts: dict[str, pl.DataFrame]
) -> None:
    names = {"windows": "Windows", "changes": "Changes ", "rules": "RULES", "nodes": " nodes"}
    tables = read(tmp_path, workbook(texts, names=names))
    assert tables.findings == ()
    assert all(tables.frames[table].height == frame.height for table, frame in texts.items())


def test_a_sheet_that_looks_like_a_table_is_named(
    tmp_path: Path, texts: dict[str, pl.DataFrame]
) -> None:
    names = {"hazards": "Hazards 2026", "demand": "Sheet7"}
    notes: dict[str, Change] = {"read me": lambda sheet: None, "notes": lambda sheet: None}
    tables = read(tmp_path, workbook(texts, names=names, extra=notes))
    warnings = {finding.value: finding.table for finding in tables.findings}
    assert warnings == {"Hazards 2026": "hazards", "Sheet7": "demand"}
    assert {finding.severity for finding in tables.findings} == {"warning"}


def test_a_table_in_two_sheets_is_an_error(tmp_path: Path, texts: dict[str, pl.DataFrame]) -> None:
    extra: dict[str, Change] = {"Links ": lambda sheet: write(sheet, texts["links"])}
    tables = read(tmp_path, workbook(texts, extra=extra))
    assert kinds(tables) == ["two-sheets"]
    assert "'links' and 'Links '" in tables.findings[0].message


def test_damage_on_a_sheet_nobody_reads_does_not_matter(
    tmp_path: Path, texts: dict[str, pl.DataFrame]
) -> None:
    extra: dict[str, Change] = {
        "my sums": lambda sheet: sheet.write_formula(0, 0, "=1/0", None, "#DIV/0!")
    }
    beside: dict[str, Change] = {
        "links": lambda sheet: sheet.write_formula(3, 40, "=NA()", None, "#N/A")
    }
    tables = read(tmp_path, workbook(texts, changes=beside, extra=extra))
    assert [f.kind for f in tables.findings if f.severity == "error"] == []
    assert tables.frames["links"].height == texts["links"].height


def seen(change: Change, texts: dict[str, pl.DataFrame], tmp_path: Path, **more: Any) -> Any:
    """Return the one finding on the sheet of links after a change."""
    (finding,) = read(tmp_path, workbook(texts, changes={"links": change}, **more)).findings
    return finding


def test_an_error_is_named_by_its_sheet_and_cell(
    tmp_path: Path, texts: dict[str, pl.DataFrame]
) -> None:
    def fault(sheet: Sheet) -> None:
        sheet.write_formula("H4", "=1/0", None, "#DIV/0!")

    finding = seen(fault, texts, tmp_path, names={"links": "LINKS"})
    assert (finding.kind, finding.table, finding.line) == ("spreadsheet-error", "links", 4)
    assert "sheet 'LINKS' of study.xlsx has an error such as #DIV/0! in cell H4." in finding.message


def test_rows_and_columns_that_are_not_shown_are_named(
    tmp_path: Path, texts: dict[str, pl.DataFrame]
) -> None:
    column = texts["links"].columns.index("length_km")

    def hide(sheet: Sheet) -> None:
        sheet.hide()
        sheet.set_column(column, column, None, None, {"hidden": True})
        for row in range(2, 7):
            sheet.set_row(row, None, None, {"hidden": True})
        sheet.set_row(300, None, None, {"hidden": True})  # empty

    tables = read(tmp_path, workbook(texts, changes={"links": hide}))
    assert kinds(tables) == ["hidden-sheet", "hidden-rows", "hidden-columns"]
    assert {finding.severity for finding in tables.findings} == {"warning"}
    assert "hides rows 3, 4, 5 and 2 more" in tables.findings[1].message
    assert "hides column length_km" in tables.findings[2].message
    assert tables.frames["links"].height == texts["links"].height


def test_a_text_with_points_may_be_thousands(
    tmp_path: Path, texts: dict[str, pl.DataFrame]
) -> None:
    column = texts["links"].columns.index("fixed_usd")

    def write_texts(sheet: Sheet) -> None:
        sheet.write_number(1, column, 1.234)
        sheet.write_string(2, column, "1.234")
        sheet.write_string(2, texts["links"].columns.index("note"), "1.234")

    finding = seen(write_texts, texts, tmp_path)
    assert (finding.kind, finding.column, finding.value) == (
        "pointed-thousands",
        "fixed_usd",
        "1.234",
    )


@pytest.mark.parametrize("value", [1234.5678901234567, 1.23e-11, 0.1 + 0.2, 123456.75])
def test_numbers_keep_every_digit(
    tmp_path: Path, texts: dict[str, pl.DataFrame], value: float
) -> None:
    column = texts["links"].columns.index("fixed_usd")

    def number(sheet: Sheet) -> None:
        sheet.write_number(1, column, value)

    shifted = workbook(
        texts,
        changes={"links": lambda sheet: sheet.write_number(3, column + 3, value)},
        below={"links": (2, 3)},
    )
    for data in (workbook(texts, changes={"links": number}), shifted):
        length = read(tmp_path, data).frames["links"]["fixed_usd"][0]
        assert length == pytest.approx(value, rel=1e-15)  # the workbook has 16 digits


@pytest.mark.parametrize("value", [0, None, ""])
def test_a_formula_without_a_value_is_no_empty_cell(
    tmp_path: Path, texts: dict[str, pl.DataFrame], value: Any
) -> None:
    def formulas(sheet: Sheet) -> None:
        for row in range(2, 8):
            sheet.write_formula(row, 7, "=8*1", None, 0 if value is None else value)

    finding = seen(formulas, texts, tmp_path)
    assert finding.kind == "formula-without-value"
    assert "cells H3, H4, H5 and 3 more" in finding.message


def test_a_formula_with_its_value_is_read(tmp_path: Path, texts: dict[str, pl.DataFrame]) -> None:
    def formula(sheet: Sheet) -> None:
        sheet.write_formula("H4", "=8*1", None, 8)

    tables = read(tmp_path, workbook(texts, changes={"links": formula}))
    assert tables.findings == ()
    assert tables.frames["links"]["fixed_h"][2] == 8.0


def test_cells_are_named_where_a_table_begins_elsewhere(
    tmp_path: Path, texts: dict[str, pl.DataFrame]
) -> None:
    def fault(sheet: Sheet) -> None:
        sheet.write_formula("K7", "=1/0", None, "#DIV/0!")

    finding = seen(fault, texts, tmp_path, below={"links": (3, 3)})
    assert "cell K7." in finding.message


def test_merged_cells_in_a_table_are_an_error(
    tmp_path: Path, texts: dict[str, pl.DataFrame]
) -> None:
    def merge(sheet: Sheet) -> None:
        sheet.merge_range("G2:G4", "12")

    finding = seen(merge, texts, tmp_path)
    assert (finding.kind, finding.line) == ("merged-cells", 2)
    assert "G2:G4" in finding.message


def test_a_title_above_the_header_is_passed_over_and_said(
    tmp_path: Path, texts: dict[str, pl.DataFrame]
) -> None:
    def title(sheet: Sheet) -> None:
        sheet.merge_range("A1:F1", "Links of the corridor, 2026")
        sheet.write("A2", "all figures are examples")

    tables = read(tmp_path, workbook(texts, changes={"links": title}, below={"links": (3, 0)}))
    (finding,) = tables.findings
    assert (finding.kind, finding.severity, finding.line) == ("title-above-header", "warning", 4)
    assert tables.frames["links"].height == texts["links"].height
    assert tables.lines["links"][0] == 5


def test_one_workbook_may_have_any_name(tmp_path: Path, texts: dict[str, pl.DataFrame]) -> None:
    data = workbook(texts)
    tables = read(tmp_path, data, "Corridor of 2026.XLSX")
    assert tables.findings == ()
    assert set(tables.hashes) == {"Corridor of 2026.XLSX"}

    both = read(tmp_path, data, "copy.xlsx")
    assert kinds(both)[0] == "several-workbooks"
    assert "study.xlsx" in both.findings[0].do

    named = read(tmp_path, data)
    assert kinds(named) == ["unknown-table", "unknown-table"]
    assert set(named.hashes) == {"study.xlsx"}


def test_a_workbook_beside_whole_tables_is_not_needed(tmp_path: Path) -> None:
    folder = new(tmp_path / "study")
    (folder / "my sums.xlsx").write_bytes(b"no workbook")
    tables = read_folder(folder)
    assert [f.severity for f in tables.findings] == ["warning"]
    assert "my sums.xlsx" not in tables.hashes


def test_other_workbooks_and_packed_tables_are_named(tmp_path: Path) -> None:
    folder = new(tmp_path / "study")
    (folder / "nodes.csv").rename(folder / "nodes.csv.gz")
    (folder / "figures.ods").write_bytes(b"")
    findings = {f.kind: f for f in read_folder(folder).findings if f.kind != "unread-file"}
    unread = [f.file for f in read_folder(folder).findings if f.kind == "unread-file"]
    assert unread == ["figures.ods", "nodes.csv.gz"]
    assert (
        findings["missing-table"].do == "nodes.csv.gz is not read. Unpack it: gunzip nodes.csv.gz."
    )


def _spellings(draw: random.Random, table: str) -> tuple[str, bool]:
    """Return a name for a sheet, and whether it is still that of the table."""
    cased = "".join(draw.choice((c, c.upper())) for c in table)
    blanks = draw.choice(("", " ", "  ", "\u00a0")) + cased + draw.choice(("", " ", "\u00a0"))
    year = draw.choice(("", "", " 2026", " (old)", "_v2"))
    return blanks + year, not year


@pytest.mark.slow
def test_sheets_of_any_spelling_are_read_or_named(
    tmp_path: Path, texts: dict[str, pl.DataFrame]
) -> None:
    draw = random.Random(53)
    for _ in range(120):
        spelled = {table: _spellings(draw, table) for table in texts}
        names = {table: name for table, (name, _) in spelled.items()}
        begins = {table: (draw.randrange(4), draw.randrange(3)) for table in texts}
        tables = read(tmp_path, workbook(texts, names=names, below=begins))

        unread = {finding.value for finding in tables.findings if finding.kind == "unread-sheet"}
        assert unread == {name for name, is_table in spelled.values() if not is_table}
        for table, (_, is_table) in spelled.items():
            rows = texts[table].height if is_table else 0
            assert tables.frames[table].height == rows
            first_line = begins[table][0] + 2
            assert not is_table or tables.lines[table][0] == first_line


def test_text_and_workbook_hold_the_same(tmp_path: Path, texts: dict[str, pl.DataFrame]) -> None:
    before = read_folder(new(tmp_path / "study"))
    after = read(tmp_path, workbook(texts))
    for name, frame in before.frames.items():
        assert_frame_equal(frame, after.frames[name])


def test_exported_answers_in_the_folder_of_a_study_are_no_tables(tmp_path: Path) -> None:
    folder = new(tmp_path / "study")
    frames = {
        "contents": contents(schema_results.TABLES),
        "sources": pl.DataFrame({"source_id": ["osm"], "citation": ["OpenStreetMap"]}),
    }
    write_workbook(folder / "answers.xlsx", frames)
    tables = read_folder(folder)
    assert [(f.kind, f.severity) for f in tables.findings] == [("exported-answers", "warning")]
    assert "answers.xlsx" not in tables.hashes


def test_exported_answers_beside_a_workbook_of_any_name_do_not_matter(
    tmp_path: Path, texts: dict[str, pl.DataFrame]
) -> None:
    write_workbook(tmp_path / "answers.xlsx", {"contents": contents(schema_results.TABLES)})
    tables = read(tmp_path, workbook(texts), "tables of 2026.xlsx")
    assert [(f.kind, f.file) for f in tables.findings] == [("exported-answers", "answers.xlsx")]
    assert tables.frames["links"].height == texts["links"].height

    assert may_be_written(tmp_path / "answers.xlsx")
    assert may_be_written(tmp_path / "new.xlsx")
    assert not may_be_written(tmp_path / "tables of 2026.xlsx")
    assert not may_be_written(tmp_path / "study.xlsx")
    assert not may_be_written(tmp_path / "links.xlsx")


def test_a_second_copy_of_tables_that_are_whole_is_a_warning(
    tmp_path: Path, texts: dict[str, pl.DataFrame]
) -> None:
    folder = new(tmp_path / "study")
    tables = read(folder, workbook({"links": texts["links"]}), "copy.xlsx")
    assert [(f.kind, f.severity) for f in tables.findings] == [("two-files", "warning")]
    assert tables.files["links"] == "links.csv"


def test_a_study_begins_as_a_workbook(tmp_path: Path) -> None:
    folder = new(tmp_path / "study", pack=pack_workbook)
    assert sorted(path.name for path in folder.iterdir()) == ["study.toml", "study.xlsx"]
    assert check(folder) == []

    before = read_folder(new(tmp_path / "as CSV")).frames
    after = read_folder(folder).frames
    for name, frame in before.items():
        assert_frame_equal(frame, after[name])
