"""Files whose cells no comma separates: decimal commas are read, points of thousands are named."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from corridor import new
from corridor.tables.reading import read_folder
from corridor.tables.tables import Tables


def with_column(
    tmp_path: Path, table: str, column: str, cells: list[str], delimiter: str = ";"
) -> Tables:
    """Return the tables of the starter study with the first cells of a column written anew."""
    folder = new(tmp_path / "study")
    for path in folder.glob("*.csv"):
        frame = pl.read_csv(path, infer_schema=False)
        if path.stem == table:
            rest = frame[column].to_list()[len(cells) :]
            frame = frame.with_columns(pl.Series(column, cells + rest, pl.String))
        frame.write_csv(path, separator=delimiter)
    return read_folder(folder)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_decimal_commas_are_read(tmp_path: Path, delimiter: str) -> None:
    cells = ["12,5", "1.234,5", "-0,5", "1.234.567,25"]
    tables = with_column(tmp_path, "links", "length_km", cells, delimiter)
    assert tables.frames["links"]["length_km"][:4].to_list() == [12.5, 1234.5, -0.5, 1234567.25]
    assert tables.findings == ()


def test_a_decimal_comma_between_commas_is_still_an_error(tmp_path: Path) -> None:
    tables = with_column(tmp_path, "links", "length_km", ["12,5"], ",")
    assert [finding.kind for finding in tables.findings] == ["bad-number"]


def all_of(tmp_path: Path, column: str, cells: list[str], **more: str) -> list[tuple[str, str]]:
    """Return kind and severity of what is wrong where a column of cargoes is written anew."""
    height = read_folder(new(tmp_path / "count")).frames["cargoes"].height
    repeated = (cells * height)[:height]
    findings = with_column(tmp_path, "cargoes", column, repeated, **more).findings
    return [(finding.kind, finding.severity) for finding in findings]


@pytest.mark.parametrize("cells", [["40.000"], ["40.000", "900"], ["1.000.000", "40.000"][1:]])
def test_points_that_may_separate_thousands_are_a_warning(tmp_path: Path, cells: list[str]) -> None:
    assert all_of(tmp_path, "value_usd_per_unit", cells) == [("pointed-thousands", "warning")]


def test_commas_that_may_separate_thousands_are_a_warning(tmp_path: Path) -> None:
    tables = with_column(tmp_path, "demand", "units_per_year", ["40,000", "1,500"])
    found = [(finding.kind, finding.severity, finding.value) for finding in tables.findings]
    assert found == [("comma-thousands", "warning", "40,000")]


def test_beside_decimal_points_commas_of_thousands_are_an_error(tmp_path: Path) -> None:
    assert all_of(tmp_path, "value_usd_per_unit", ["40,000"]) == [("comma-thousands", "error")]


def test_a_comma_beside_decimal_commas_is_decimal(tmp_path: Path) -> None:
    assert all_of(tmp_path, "value_usd_per_unit", ["40,000", "12,5"]) == []


@pytest.mark.parametrize("cells", [["40.5", "40.000"], ["0.125"], ["40000"]])
def test_decimal_points_are_no_finding(tmp_path: Path, cells: list[str]) -> None:
    assert all_of(tmp_path, "value_usd_per_unit", cells) == []


def test_between_commas_a_point_is_decimal(tmp_path: Path) -> None:
    assert all_of(tmp_path, "value_usd_per_unit", ["40.000"], delimiter=",") == []


def test_beside_decimal_commas_points_of_thousands_are_an_error(tmp_path: Path) -> None:
    found = all_of(tmp_path, "value_usd_per_unit", ["40.000", "12,5"])
    assert found == [("pointed-thousands", "error")]


def test_degrees_that_could_be_no_thousands_are_no_finding(tmp_path: Path) -> None:
    folder = new(tmp_path / "study")
    for path in folder.glob("*.csv"):
        frame = pl.read_csv(path, infer_schema=False)
        if path.stem == "nodes":
            frame = frame.with_columns(lon_deg=pl.lit("71.234"), lat_deg=pl.lit("43.210"))
        frame.write_csv(path, separator=";")
    assert read_folder(folder).findings == ()
