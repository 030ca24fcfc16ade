"""Drawing: charts become SVG in a second process while this one makes the next chart.

Drawing takes most of a report's time and holds the interpreter, so threads would not help. The
process runs one small file, :mod:`corridor.reports.drawing_process`. A process pool of the standard
library would run the caller's own script once more where that has no ``if __name__ ==
"__main__"``, or copy a process that has threads.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from corridor.charts.style import Chart
from corridor.charts.svg import draw, finish, vega_lite

DRAWING_PROCESS = Path(__file__).with_name("drawing_process.py")


class SecondProcess:
    """The second process, and the one thread that speaks to it."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.thread = ThreadPoolExecutor(1)

    def draw(self, spec: dict[str, Any]) -> str:
        """Return a chart as SVG, drawn by the second process, else here."""
        try:
            svg = self._ask(spec)
        except (OSError, ValueError):
            svg = draw(spec)
        return finish(svg, spec)

    def close(self) -> None:
        """End the second process."""
        self.thread.shutdown(cancel_futures=True)
        if self.process is None:
            return

        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(OSError):  # it has gone already
                    stream.close()
        self.process.wait()

    def _ask(self, spec: dict[str, Any]) -> str:
        """Return what the second process draws; OSError or ValueError where it does not."""
        if self.process is None:
            self.process = _start()
        assert self.process.stdin is not None and self.process.stdout is not None

        self.process.stdin.write(json.dumps(spec) + "\n")
        self.process.stdin.flush()
        svg: str = json.loads(self.process.stdout.readline())
        return svg


_SECOND_PROCESS: ContextVar[SecondProcess | None] = ContextVar("second_process", default=None)


@contextmanager
def second_process() -> Iterator[None]:
    """Give a context in which charts are drawn in a second process, where there are two cores."""
    if (os.cpu_count() or 1) < 2 or not sys.executable:
        yield
        return

    process = SecondProcess()
    token = _SECOND_PROCESS.set(process)
    try:
        yield
    finally:
        _SECOND_PROCESS.reset(token)
        process.close()


def start_drawing(chart: Chart) -> Future[str]:
    """Return a chart's SVG, which is there once it is drawn."""
    spec = vega_lite(chart)
    process = _SECOND_PROCESS.get()
    if process is not None:
        return process.thread.submit(process.draw, spec)

    here: Future[str] = Future()
    here.set_result(finish(draw(spec), spec))
    return here


def _start() -> subprocess.Popen[str]:
    """Start the second process."""
    return subprocess.Popen(
        [sys.executable, "-P", str(DRAWING_PROCESS)],  # -P: not to import its neighbours
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )
