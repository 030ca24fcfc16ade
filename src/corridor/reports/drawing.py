"""A second process that turns charts into SVG while this one makes the next chart, and this one
where none can be had.

Drawing takes most of a report's time and holds the interpreter, so threads would not help.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from corridor.charts.style import Chart
from corridor.charts.svg import draw, finish, vega_lite

_WORKER = """
import json, sys
import vl_convert
for line in sys.stdin:
    sys.stdout.write(json.dumps(vl_convert.vegalite_to_svg(line)) + "\\n")
    sys.stdout.flush()
"""
_NOW: ContextVar[_Press | None] = ContextVar("press", default=None)


class _Press:
    """The second process, and the one thread that speaks to it."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.thread = ThreadPoolExecutor(1)

    def draw(self, spec: dict[str, Any]) -> str:
        """Return the spec as SVG, drawn by the second process, else here."""
        try:
            if self.process is None:
                self.process = subprocess.Popen(
                    [sys.executable, "-c", _WORKER],
                    stdin=subprocess.PIPE,
                    text=True,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    encoding="utf-8",
                )
            assert self.process.stdin is not None and self.process.stdout is not None
            self.process.stdin.write(json.dumps(spec) + "\n")
            self.process.stdin.flush()
            svg: str = json.loads(self.process.stdout.readline())
        except (OSError, ValueError):
            svg = draw(spec)
        return finish(svg, spec)

    def close(self) -> None:
        """End the second process."""
        self.thread.shutdown(cancel_futures=True)
        if self.process is not None:
            for stream in (self.process.stdin, self.process.stdout):
                try:
                    if stream is not None:
                        stream.close()
                except OSError:
                    pass  # it has gone already
            self.process.wait()


@contextmanager
def pressing() -> Iterator[None]:
    """Give a context in which :func:`press` draws in a second process, where the machine has two
    cores."""
    if (os.cpu_count() or 1) < 2 or not sys.executable:
        yield
        return
    press_now = _Press()
    token = _NOW.set(press_now)
    try:
        yield
    finally:
        _NOW.reset(token)
        press_now.close()


def press(chart: Chart) -> Future[str]:
    """Return the chart's SVG, to be had when it is drawn."""
    spec = vega_lite(chart)
    now = _NOW.get()
    if now is not None:
        return now.thread.submit(now.draw, spec)
    done: Future[str] = Future()
    done.set_result(finish(draw(spec), spec))
    return done
