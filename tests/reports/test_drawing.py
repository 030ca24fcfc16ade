"""Drawing: a second process draws what this one would, and this one where none can be had."""

from __future__ import annotations

from pathlib import Path

import pytest

import chart_cases as cases
from corridor.charts.svg import to_svg
from corridor.reports import drawing, report
from corridor.reports.drawing import second_process, start_drawing
from every_chart import EVERY


@pytest.mark.slow
def test_charts_are_drawn_here_where_no_second_process_can_be_had(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for broken in ("/no/such/python", "", "/bin/false"):
        monkeypatch.setattr("sys.executable", broken)
        assert report(cases.results(), tmp_path / "here.html").read_text("utf-8") == text


def test_the_second_process_draws_the_same_and_ends() -> None:
    chart = EVERY["pareto"]()
    with second_process():
        process = drawing._SECOND_PROCESS.get()
        svg = start_drawing(chart).result()
    assert svg == to_svg(chart) == start_drawing(chart).result()
    assert process is None or (process.process is not None and process.process.poll() is not None)
