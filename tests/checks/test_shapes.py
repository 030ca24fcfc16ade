"""Lines of links that cannot be read, lie elsewhere or are of another length."""

from __future__ import annotations

from typing import Any

import pytest

from check_cases import Frames, new_findings, tables_of
from corridor.checks.shapes import check_shapes

LINK = "almaty-shu-rail"


@pytest.mark.parametrize(
    ("cells", "kinds"),
    [
        ({"line": "76.9 43.2, 77.1 43.7"}, ["unreadable-line"]),
        ({"line": "LINESTRING (76.9 43.2, 73.7 99)"}, ["unreadable-line"]),
        (
            {"line": "LINESTRING (43.2 76.9, 43.6 73.7)"},
            ["line-longer-than-traced", "line-off-its-place"],
        ),
        ({"traced_km": 900.0}, ["line-of-another-length"]),
        ({"traced_km": 5.0}, ["line-longer-than-traced", "line-of-another-length"]),
    ],
)
def test_what_cannot_be_is_named(built_in: Frames, cells: dict[str, Any], kinds: list[str]) -> None:
    findings = new_findings(check_shapes, built_in, "shapes", LINK, **cells)
    assert sorted({finding.kind for finding in findings}) == sorted(set(kinds))
    assert all(finding.rows == (LINK,) for finding in findings)


def test_lines_of_the_study_are_right(built_in: Frames) -> None:
    assert check_shapes(tables_of(built_in)) == []
