"""Tables for spreadsheets: what is written is what a spreadsheet reads."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from corridor.errors import CallError
from corridor.exchange import export
from corridor.tables import schema_results

FRAMES = {
    "routes": pl.DataFrame(
        {
            "name": ["Алматы – Карачи", "=1+1"],
            "days": [10.54321, None],
            "modes": [["road", "rail"], []],
            "on": [dt.date(2026, 7, 1), None],
            "at": pl.Series([dt.datetime(2026, 7, 1, 8, 30), None], dtype=pl.Datetime("us", "UTC")),
        }
    ),
    "empty": pl.DataFrame({"a": []}),
    "a" * 40: pl.DataFrame({"n": [1]}),
}


def test_a_workbook_holds_the_tables(tmp_path: Path) -> None:
    fastexcel = pytest.importorskip("fastexcel", reason="the extra excel is not installed")
    assert export.write_workbook(tmp_path / "x.xlsx", FRAMES) == 2
    book = fastexcel.read_excel(tmp_path / "x.xlsx")
    assert book.sheet_names == ["routes", "a" * 31]
    read = book.load_sheet("routes").to_polars()
    assert read.columns == ["name", "days", "modes", "on", "at"] and read["name"].to_list() == [
        "Алматы – Карачи",
        "=1+1",
    ]
    assert read["days"][0] == pytest.approx(10.54321) and read["modes"][0] == "road; rail"
    assert str(read["on"][0]).startswith("2026-07-01") and str(read["at"][0]).startswith(
        "2026-07-01 08:30"
    )


def test_csv_files_hold_the_tables(tmp_path: Path) -> None:
    assert export.write_csvs(tmp_path / "new" / "folder", FRAMES) == 2
    data = (tmp_path / "new" / "folder" / "routes.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    read = pl.read_csv(data, try_parse_dates=True)
    assert (
        read["modes"][0] == "road; rail"
        and read["on"][0] == dt.date(2026, 7, 1)
        and read["days"][0] == 10.543
    )
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == sorted(
        ["routes.csv", f"{'a' * 40}.csv"]
    )


def test_too_many_rows_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("xlsxwriter", reason="the extra excel is not installed")
    monkeypatch.setattr(export, "MAX_SHEET_ROWS", 1)
    with pytest.raises(CallError, match="name a folder"):
        export.write_workbook(tmp_path / "x.xlsx", FRAMES)
    assert not list(tmp_path.iterdir())


def test_contents_say_what_every_column_of_every_table_is() -> None:
    rows = export.contents(schema_results.TABLES)
    assert rows.columns == ["table", "title", "column", "unit", "meaning"]
    columns = [column for table in schema_results.TABLES for column in table.columns]
    assert rows.height == sum(column.kind != "message" for column in columns)
    assert rows.filter(pl.col("column") == "carbon_kg").row(0) == (
        "routes",
        "Routes",
        "carbon_kg",
        "kg CO2e",
        "emissions per cargo unit",
    )
