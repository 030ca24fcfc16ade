"""Seasons of one place adjoin."""

from __future__ import annotations

import pytest

from check_cases import Frames, new_findings, tables_of
from corridor.checks.seasons import check_seasons


@pytest.mark.parametrize(
    ("row", "column", "value", "what"),
    [
        ("salang-summer", "season_from", "05-01", "30 days after"),
        ("salang-winter", "season_from", "10-15", "31 days before"),
        ("kuryk-ferry-jan-feb", "season_to", "02-02", "27 days after"),
        ("torugart-winter", "season_to", "04-30", "30 days before"),
    ],
)
def test_seasons_that_overlap_or_leave_days(
    built_in: Frames, row: str, column: str, value: str, what: str
) -> None:
    (finding,) = new_findings(check_seasons, built_in, "windows", row, **{column: value})
    assert finding.kind == "seasons-apart"
    assert what in finding.message


def test_february_may_end_on_the_28th_or_29th(built_in: Frames) -> None:
    row = "kuryk-ferry-jan-feb"
    assert not new_findings(check_seasons, built_in, "windows", row, season_to="02-28")
    assert check_seasons(tables_of(built_in)) == []
