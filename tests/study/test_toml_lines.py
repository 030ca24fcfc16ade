"""Values of a TOML file by declared keys, each finding with its line."""

from __future__ import annotations

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
