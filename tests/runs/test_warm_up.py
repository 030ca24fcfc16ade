"""After a warm-up no question of a study compiles a kernel."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from corridor.runs.warm_up import warm_up

# Asks of the built-in study, and prints how many kernels were compiled for it.
ASK = """
import sys
import corridor as co
from numba.core import event

compiled = []

class Listener(event.Listener):
    def on_start(self, event):
        compiled.append(event.data["dispatcher"].py_func.__name__)
    def on_end(self, event):
        pass

event.register("numba:compile", Listener())
network = co.read(sys.argv[1]).network
demand = network.frames["demand"].head(2)
co.route(network, "almaty", "karachi", cargo="container-40", depart="2026-07-01")
co.rank(network, demand, on="2026-07-01", kinds=["crossing"])
co.simulate(network, demand, network.frames["hazards"], on="2026-07-01", draws=1, workers=1)
print(sorted(set(compiled)))
"""


@pytest.mark.slow
def test_every_step_is_told() -> None:
    steps = []
    warm_up(lambda word, done, total: steps.append((word, done, total)))
    assert [done for _, done, _ in steps] == list(range(steps[0][2]))
    assert steps[0][0] == "compiling routes"


@pytest.mark.slow
def test_after_a_warm_up_nothing_is_compiled(tmp_path: Path, study_folder: Path) -> None:
    there = {**os.environ, "CORRIDOR_CACHE_DIR": str(tmp_path)}
    warm = subprocess.run(
        [sys.executable, "-m", "corridor.cli", "warm-up"],
        env=there,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "compiling the search kernels" in warm.stderr and str(tmp_path) in warm.stderr

    asked = subprocess.run(
        [sys.executable, "-c", ASK, str(study_folder)],
        env=there,
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout == "[]\n"
