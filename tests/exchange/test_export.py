"""Tables for spreadsheets: what is written is what a spreadsheet reads."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from corridor.errors import CallError
from corridor.exchange import export
from corridor.tables import schema, schema_results
from corridor.tables.csv import read_csv
from corridor.tables.tables import empty_table
from corridor.tables.xlsx import read_xlsx

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


# Exports read back


TEXTS = ["plain", "=1+1", "-", "- a", "'=x", "+7 %", "Алматы; Карачи", 'a "b"\nc', None]


def every_table() -> dict[str, pl.DataFrame]:
    """Every table of results and of a study, with texts and figures of every kind."""
    declared = {table.name: schema_results.empty(table.name) for table in schema_results.TABLES}
    declared |= {f"study_{table.name}": empty_table(table.name) for table in schema.TABLES}
    frames = {
        name: pl.DataFrame({c: values(kind, len(c)) for c, kind in frame.schema.items()})
        for name, frame in declared.items()
    }
    # A row without any value is no row.
    shown = pl.exclude("^.*_message$")
    return {
        name: frame.filter(~pl.all_horizontal(shown.is_null())) for name, frame in frames.items()
    }


def values(kind: pl.DataType, shift: int) -> pl.Series:
    """A column of some type; shift: which of its values comes first."""
    texts = [*TEXTS[shift % 9 :], *TEXTS[: shift % 9]]
    match kind:
        case pl.List():
            return pl.Series([[text] if text else [] for text in texts], dtype=pl.List(pl.String))
        case pl.Boolean():
            return pl.Series([True, False, None] * 3)
        case pl.Date():
            return pl.Series([dt.date(2026, 7, 1), None, dt.date(1900, 1, 1)] * 3)
        case pl.Datetime():
            return pl.Series([dt.datetime(2026, 7, 1, 8, 30), None, None] * 3, dtype=kind)
        case pl.Int64():
            return pl.Series([0, -3, None] * 3)
        case pl.Float64():
            return pl.Series([0.125, -1e6, None] * 3)
        case _:
            return pl.Series(texts, dtype=pl.String)


def as_text(value: object) -> str | None:
    """A cell as a person reads it."""
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case dt.datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case float():
            return f"{value:.3f}"
        case list():
            return "; ".join(value) or None
        case _:
            return str(value)


def test_every_table_comes_back_from_its_export(tmp_path: Path) -> None:
    frames = every_table()
    export.write_csvs(tmp_path, frames)

    for name, frame in frames.items():
        data = (tmp_path / f"{name}.csv").read_bytes()
        shown = frame.select(c for c in frame.columns if not c.endswith("_message"))
        raw, findings = read_csv(data, name, shown.columns)
        assert findings == [] and list(raw.header) == shown.columns, name
        for place, column in enumerate(shown.columns):
            expected = [as_text(value) for value in shown[column].to_list()]
            assert raw.cells[str(place)].to_list() == expected, (name, column)


def test_every_table_comes_back_from_its_workbook(tmp_path: Path) -> None:
    frames = every_table()
    export.write_workbook(tmp_path / "x.xlsx", frames)

    columns = {name[: export.MAX_SHEET_NAME]: frame.columns for name, frame in frames.items()}
    sheets = read_xlsx((tmp_path / "x.xlsx").read_bytes(), "x.xlsx", columns)
    assert sheets.findings == [] and sheets.tables.keys() == columns.keys()
    for name, frame in frames.items():
        raw = sheets.tables[name[: export.MAX_SHEET_NAME]]
        for place, column in enumerate(raw.header):
            for text, value in zip(raw.cells[str(place)], frame[column].to_list(), strict=True):
                if isinstance(value, float):
                    assert float(text) == value, (name, column)
                elif isinstance(value, dt.datetime):
                    assert text == f"{value:%Y-%m-%d %H:%M:%S}", (name, column)
                else:
                    assert text == as_text(value), (name, column)
