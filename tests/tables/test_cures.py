"""Cures: every text that does not fit has one, and units are turned into one another."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.tables import schema
from corridor.tables.cells import typed
from corridor.tables.columns import Column
from corridor.tables.cures import cure, unit_hint


@given(st.text(), st.sampled_from(sorted({c.kind for t in schema.TABLES for c in t.columns})))
def test_any_text_has_a_cure(text: str, kind: str) -> None:
    column = Column("x", kind, "something", choices=("a", "b") if kind == "choice" else ())
    pl.DataFrame({"x": [text]}).select(typed(column))
    assert cure(column, text).strip()


@pytest.mark.parametrize(
    ("name", "declared", "word"),
    [
        ("length_mi", "length_km", "1.609344"),
        ("length_m", "length_km", "1000"),
        ("speed_mph", "speed_kmh", "1.609344"),
        ("fixed_min", "fixed_h", "60"),
        ("duration_median_h", "duration_median_d", "24"),
        ("t_per_year", "t_per_day", "365"),
    ],
)
def test_unit_hint(name: str, declared: str, word: str) -> None:
    assert word in (unit_hint(name, declared) or "")


@pytest.mark.parametrize(
    ("name", "declared"),
    [("name", "length_km"), ("length_km", "length_km"), ("fixed_mi", "length_km")],
)
def test_no_unit_hint(name: str, declared: str) -> None:
    assert unit_hint(name, declared) is None
