"""The benchmark of large studies runs on its smallest size."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from corridor.study import study

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "large_study.py"


@pytest.mark.slow
def test_benchmark_runs_on_its_smallest_size(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(BENCHMARK))["main"](["--small"])
    assert capsys.readouterr().out.count("|\n") == 11


@pytest.mark.slow
def test_a_made_up_study_has_no_error(tmp_path: Path) -> None:
    write_study = runpy.run_path(str(BENCHMARK))["write_study"]
    ends = write_study(tmp_path, 300)
    assert set(ends) <= set(study.read(tmp_path).tables["nodes"]["node_id"])
