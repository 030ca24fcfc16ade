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


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-fri", "mon tue wed thu fri"),
        ("Mon – Fri", "mon tue wed thu fri"),
        ("monday to wednesday", "mon tue wed"),
        ("fri-mon", "mon fri sat sun"),
        ("mon, thu", "mon thu"),
        ("Tue/Thu", "tue thu"),
        ("Mo-Fr sa", "mon tue wed thu fri sat"),
        ("weekends and thurs", "thu sat sun"),
        ("daily", "mon tue wed thu fri sat sun"),
    ],
)
def test_days_that_are_meant_are_written_out(text: str, days: str) -> None:
    column = schema.table("windows").column("weekdays")
    assert cure(column, text) == f"Write {days}."


@pytest.mark.parametrize(
    ("text", "departures"),
    [
        ("sun 25:30", "mon 01:30"),
        ("sun 24:00; thu 20:00", "mon 00:00; thu 20:00"),
        ("fri 49:15", "sun 01:15"),
        ("Sun 8.05", "sun 08:05"),
        ("mon-wed 08:00", "mon 08:00; tue 08:00; wed 08:00"),
        ("mon 8:00, thu 20:00", "mon 08:00; thu 20:00"),
    ],
)
def test_departures_that_are_meant_are_written_out(text: str, departures: str) -> None:
    column = schema.table("services").column("timetable")
    assert cure(column, text) == f"Write {departures} (in UTC)."


@pytest.mark.parametrize("text", ["sun 25:75", "08:00", "some day 08:00", "mon"])
def test_an_unclear_timetable_is_shown_an_example(text: str) -> None:
    assert "mon 08:00; thu 20:00" in cure(schema.table("services").column("timetable"), text)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("22:00-26:00", "22:00-02:00"),
        ("8.00 – 20.00", "08:00-20:00"),
        ("08:00 to 20:00", "08:00-20:00"),
    ],
)
def test_hours_that_are_meant_are_written_out(text: str, hours: str) -> None:
    assert cure(schema.table("windows").column("hours"), text) == f"Write {hours}."


@pytest.mark.parametrize(
    ("text", "number"), [("1.234.567", "1234567"), ("1.234,5", "1234.5"), ("1,5", "1.5")]
)
def test_numbers_of_other_countries_are_written_anew(text: str, number: str) -> None:
    assert f"Write {number}:" in cure(schema.table("links").column("length_km"), text)


@pytest.mark.parametrize(
    ("text", "cure_begins"),
    [
        ("١٢٠٠", "Write 1200,"),
        ("１２．５", "Write 12.5,"),
        ("−5", "Write -5,"),
        ("'700", "Write 700,"),
        ("5%", "Write 0.05:"),
        ("12,5 %", "Write 0.125:"),
        ("1899-12-31 12:00:00", "The cell is formatted as a day or a time"),
    ],
)
def test_numbers_in_other_forms_are_written_out(text: str, cure_begins: str) -> None:
    assert cure(Column("x", "number", "a share", high=1), text).startswith(cure_begins)


@pytest.mark.parametrize(
    ("text", "value"), [("ИСТИНА", "true"), ("Falsch", "false"), ("EVET", "true"), ("否", "false")]
)
def test_booleans_of_other_languages_are_written_out(text: str, value: str) -> None:
    assert cure(Column("x", "boolean", "whether"), text) == f"Write {value}."
