"""The benchmark of first answers runs on its smallest size."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "first_answers.py"


@pytest.mark.slow
def test_a_first_answer_says_that_it_compiles_and_later_ones_are_the_same(
    capsys: pytest.CaptureFixture[str],
) -> None:
    runpy.run_path(str(BENCHMARK))["main"](1)
    assert capsys.readouterr().out.count("|\n") == 4
