"""Cells: which text is a value of a column, and which value."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.tables.cells import parse
from corridor.tables.columns import Column

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
    ("month", "2026-02", "2026-02"),
    ("month", "2026-02-01", "2026-02"),
    ("month", "2026-13", None),
    ("month", "Feb 2026", None),
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
