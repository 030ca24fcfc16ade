"""Time the first answers of a shell: nothing compiled or prepared before, and all of it there.

    python benchmarks/first_answers.py [--small]

Each answer is a process of its own that answers the same question on the built-in study. Cold: in
an empty cache folder, so that kernels are compiled and the study is read and checked, and the shell
must say that it compiles. Warm: the median of what follows in the same folder; the answers must be
the same. Prints Markdown for docs/performance.md. --small: one warm answer, what the tests run.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

STUDY = Path(__file__).resolve().parents[1] / "studies" / "kazakhstan-pakistan"
QUESTION = ("route", str(STUDY), "almaty", "karachi", "--depart", "2026-07-01", "--json")
WARM_ANSWERS = 20
# Python keeps the bytecode of modules, as it does wherever it is not told otherwise.
_USUAL = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
COMPILING = "compiling the search kernels"


class Answer(NamedTuple):
    """What a process printed, and the seconds it took, of the clock and of the processor."""

    stdout: str
    stderr: str
    seconds: float
    cpu_s: float


def ask(*words: str, cache: str) -> Answer:
    """Return the answer of a command that keeps what it compiles and prepares in a folder."""
    before = os.times()
    began = time.perf_counter()
    process = subprocess.run(
        [sys.executable, "-m", "corridor.cli", *words],
        capture_output=True,
        text=True,
        check=True,
        env=_USUAL | {"CORRIDOR_CACHE_DIR": cache},
    )

    seconds = time.perf_counter() - began
    after = os.times()
    cpu_s = after.children_user + after.children_system
    cpu_s -= before.children_user + before.children_system
    return Answer(process.stdout, process.stderr, seconds, cpu_s)


def row(name: str, seconds: float, cpu_s: float) -> str:
    """Return a row of the table."""
    return f"| {name} | {seconds:.2f} | {cpu_s:.2f} |"


def main(warm_count: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as cache:
        cold = ask(*QUESTION, cache=cache)
        warm = [ask(*QUESTION, cache=cache) for _ in range(warm_count)]

    if COMPILING not in cold.stderr or any(COMPILING in answer.stderr for answer in warm):
        raise SystemExit("The first answer, and only that, must say that it compiles.")
    if any(answer.stdout != cold.stdout for answer in warm):
        raise SystemExit("Warm answers differ from the first one.")

    print(f"Python {platform.python_version()}, numba {version('numba')}.\n")
    print("`corridor route` on the built-in study, each answer a process of its own:\n")
    print("| answer | s | CPU s |\n|---|---:|---:|")
    print(row("first one, nothing compiled", cold.seconds, cold.cpu_s))
    seconds = statistics.median(answer.seconds for answer in warm)
    cpu_s = statistics.median(answer.cpu_s for answer in warm)
    print(row(f"later ones, median of {warm_count}", seconds, cpu_s))


if __name__ == "__main__":
    main(1 if "--small" in sys.argv else WARM_ANSWERS)
