"""No negative zero is written."""

from __future__ import annotations

import math
from pathlib import Path

import polars as pl
import pytest

from corridor.tables.csv import csv_text
from corridor.tables.files import write_frame
from corridor.tables.zeros import without_negative_zeros

FRAME = pl.DataFrame({"a": [-0.0, 0.0, -0.0004, None, -1.5], "b": ["-0.0", "x", "", None, "y"]})


def signs(values: pl.Series) -> list[float | None]:
    return [None if value is None else math.copysign(1, value) for value in values]


def test_a_number_that_is_written_as_0_is_a_plain_0() -> None:
    exact = without_negative_zeros(FRAME)
    rounded = without_negative_zeros(FRAME, decimals=3)

    assert exact["a"].to_list() == FRAME["a"].to_list()
    assert signs(exact["a"]) == [1, 1, -1, None, -1]
    assert signs(rounded["a"]) == [1, 1, 1, None, -1]
    assert rounded["b"].equals(FRAME["b"])


def test_csv_shows_no_minus_before_0() -> None:
    assert csv_text(FRAME.select("a")).split() == ["a", "0.000", "0.000", "0.000", "-1.500"]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_files_hold_no_negative_0(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"table.{ending}"
    write_frame(path, FRAME)

    read = pl.read_csv(path) if ending == "csv" else pl.read_parquet(path)
    assert signs(read["a"].drop_nulls()) == [1, 1, -1, -1]
