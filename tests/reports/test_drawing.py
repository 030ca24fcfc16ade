"""Drawing: a second process draws what this one would, and this one where none can be had."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
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


@pytest.mark.timeout(60)
@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no process can be stopped here")
def test_a_second_process_that_is_stopped_while_it_writes_tells_the_whole_chart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")  # then a stop cuts what is being written short
    points = [{"x": n, "y": n % 7} for n in range(2000)]
    of_axis = {axis: {"field": axis, "type": "quantitative"} for axis in "xy"}
    spec = {"data": {"values": points}, "mark": "point", "encoding": of_axis}

    process = drawing._start()
    assert process.stdin is not None and process.stdout is not None
    threading.Thread(target=_stop_often, args=(process,)).start()
    answers = set()
    for _ in range(6):
        process.stdin.write(json.dumps(spec) + "\n")
        process.stdin.flush()
        time.sleep(0.2)  # until the pipe is full
        answers.add(process.stdout.readline())
    process.stdin.close()
    process.stdout.close()
    process.wait()
    assert len(answers) == 1
    assert json.loads(answers.pop()).endswith("</svg>")


def _stop_often(process: subprocess.Popen[str]) -> None:
    while process.poll() is None:
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.002)
        process.send_signal(signal.SIGCONT)
        time.sleep(0.002)
