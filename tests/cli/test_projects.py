"""The verbs of projects: phase, wait and coalition."""

from __future__ import annotations

from typing import Any

import pytest

BUILT_IN = "studies/kazakhstan-pakistan"
TWO = ("--projects", "khaf-herat", "az-ge-single-window", "--workers", "1")


@pytest.mark.slow
def test_two_projects_of_the_study_are_phased(run: Any) -> None:
    ran = run("phase", BUILT_IN, *TWO, "--budget", "1e8")
    assert ran.code == 0
    assert "khaf-herat" in ran.out
    assert ran.err.strip().endswith(".")
    assert "Phasing: " in ran.err


@pytest.mark.slow
def test_a_border_that_the_scenario_shuts_is_said(run: Any) -> None:
    window = ("--projects", "torkham-single-window", "--start-years", "1", "--workers", "1")
    shut = run("phase", BUILT_IN, *window, "--scenario", "mid-2026")
    assert "this scenario shuts the border AF-PK" in shut.err
    opened = run("phase", BUILT_IN, *window, "--scenario", "open-borders")
    assert "shuts" not in opened.err
    moved = run("coalition", BUILT_IN, *window, "--scenario", "mid-2026", "--table", "sets")
    assert "with the border AF-PK open" in moved.err and "shuts" not in moved.err
    assert "AF PK,2," in moved.out


@pytest.mark.slow
def test_a_coalition_of_the_study(run: Any) -> None:
    ran = run("coalition", BUILT_IN, "--projects", "az-ge-single-window", "--workers", "1")
    assert ran.code == 0
    assert "Coalition: AZ GE" in ran.err


def test_budgets_that_cannot_be_read_are_said(run: Any) -> None:
    ran = run("phase", BUILT_IN, *TWO, "--national", "PK")
    assert ran.code == 2
    assert "PK=5e8" in ran.err
