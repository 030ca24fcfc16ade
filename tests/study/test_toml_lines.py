"""Values of a TOML file by declared keys, each finding with its line."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from corridor.study.toml_lines import Section, TomlLines, shown

TEXT = """\
title = "top"  # of no section
[study]
id = "small"
  "price_year" = 2025

[[trips]]
trip_id = "one"
[[trips]]  # the second
trip_id = "two"
via.x = 1
"""
TRIPS = "[[trips]]"


@pytest.fixture
def lines() -> TomlLines:
    return TomlLines("study.toml", TEXT)


@pytest.mark.parametrize(
    ("key", "section", "line"),
    [
        ("title", None, 1),
        ("id", None, 3),
        ("id", Section("[study]"), 3),
        ("price_year", Section("[study]"), 4),
        ("title", Section("[study]"), 2),  # not there: the header
        ("trip_id", Section(TRIPS, 0), 7),
        ("trip_id", Section(TRIPS, 1), 9),
        ("via", Section(TRIPS, 1), 10),
        ("trip_id", Section(TRIPS, 2), None),
        ("nothing", None, None),
        ("id", Section("[target]"), None),
    ],
)
def test_a_key_has_a_line(
    lines: TomlLines, key: str, section: Section | None, line: int | None
) -> None:
    assert lines.key_line(key, section) == line


def test_values_are_those_declared(lines: TomlLines) -> None:
    content = lines.content()
    assert content is not None
    values = lines.values(
        {**content["study"], "idd": "x", "title": ""},
        {"id": str, "title": str, "price_year": str, "licence": str},
        ("id", "licence"),
        Section("[study]"),
    )
    assert values == {"id": "small"}
    assert [(f.kind, f.severity, f.line) for f in lines.findings] == [
        ("bad-setting", "error", 4),
        ("unknown-setting", "warning", 2),
        ("bad-setting", "error", 2),
        ("missing-setting", "error", 2),
    ]
    assert lines.has_errors


def test_what_is_no_section_is_said(lines: TomlLines) -> None:
    assert lines.values(5, {"id": str}, ("id",), Section("[title]")) == {}
    assert [(f.kind, f.line) for f in lines.findings] == [("bad-setting", 1)]


def test_what_is_not_toml_names_its_line() -> None:
    lines = TomlLines("study.toml", "[study]\nid = small\n")
    assert lines.content() is None
    assert [(f.kind, f.line) for f in lines.findings] == [("bad-toml", 2)]


def test_long_values_are_cut() -> None:
    assert shown("a" * 100) == "'" + "a" * 56 + "..."
    assert shown(["a"]) == "['a']"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[study]\n" + ".".join("a" * 40_000) + " = 1\n", 2),
        ("x = 1\n\n[" + " . ".join("a" * 17) + "]\n", 3),
        ("x = { " + ".".join(["'a'"] * 17) + " = 1 }\n", 1),
    ],
)
def test_a_key_of_many_parts_is_no_toml(text: str, line: int) -> None:
    lines = TomlLines("study.toml", text)
    assert lines.content() is None
    assert [(f.kind, f.line) for f in lines.findings] == [("bad-toml", line)]


def test_points_in_texts_are_no_keys() -> None:
    points = ".".join("a" * 40)
    text = f'x = "{points} = 1"  # {points}\ny = """\n{points} = 1\n"""\nz = \'{points}\'\n'
    assert TomlLines("study.toml", text).content() is not None


def test_numbers_and_days_without_end_are_findings() -> None:
    lines = TomlLines("study.toml", "[study]\n")
    values = lines.values(
        {"year": 16**6000, "first": dt.date(1, 1, 1), "last": dt.date(9999, 12, 31)},
        {"year": int, "first": dt.date, "last": dt.date},
        (),
        Section("[study]"),
    )
    assert values == {}
    assert [f.kind for f in lines.findings] == ["bad-setting"] * 3


def test_lines_of_thousands_of_sections_are_looked_up_once() -> None:
    text = "".join(f'[[trips]]\ntrip_id = "t{i}"\n' for i in range(20_000))
    lines = TomlLines("study.toml", text)
    start = time.process_time()
    assert [lines.key_line("trip_id", Section(TRIPS, i)) for i in range(20_000)] == list(
        range(2, 40_002, 2)
    )
    assert time.process_time() - start < 5
