"""A simulation killed at any point goes on where it stopped and ends as if nothing had happened.

CORRIDOR_KILLS says how often it is killed (3 unless set).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from closure_cases import STUDY, STUDY_ON, study_network
from corridor.closures.simulation import simulate
from corridor.parallel import QUESTION_FILE, BlockFolder, draw_ranges

DRAWS = 240
TRIPS = 12
RUN = f"""
import sys

import corridor as co

network = co.read({str(STUDY)!r}, scenario="open-borders").network
co.simulate(
    network,
    network.frames["demand"].head({TRIPS}),
    network.frames["hazards"],
    on={STUDY_ON!r},
    draws={DRAWS},
    workers=2,
    folder=sys.argv[1],
)
"""


def test_killed_and_resumed_gives_the_same_tables(tmp_path: Path) -> None:
    network = study_network()
    demand = network.frames["demand"].head(TRIPS)
    hazards = network.frames["hazards"]
    whole = simulate(network, demand, hazards, on=STUDY_ON, draws=DRAWS, workers=1)
    dice = random.Random(int(os.environ.get("CORRIDOR_SEED", "1")))
    home = tmp_path / "draws"
    kills = int(os.environ.get("CORRIDOR_KILLS", "3"))
    killed = 0
    for _ in range(kills):
        for path in dice.sample(
            sorted(home.glob("draws-*.npz")), k=len(list(home.glob("draws-*.npz"))) * 2 // 3
        ):
            path.unlink()  # so that there is always something left to do
        held = len(list(home.glob("draws-*.npz")))
        child = subprocess.Popen([sys.executable, "-c", RUN, str(home)], stderr=subprocess.DEVNULL)
        until = time.monotonic() + 60
        wanted = held + dice.randint(0, 4)
        while (
            child.poll() is None
            and time.monotonic() < until
            and len(list(home.glob("draws-*.npz"))) < wanted
        ):
            time.sleep(0.002)
        time.sleep(dice.random() * 0.15)
        child.kill()
        killed += child.wait() == -9
        for draws in draw_ranges(DRAWS):
            path = BlockFolder.path(_peek(home), draws)
            if path.exists():  # whole, or not there at all
                with np.load(path) as block:
                    assert block["totals"].shape == (draws.end - draws.first, TRIPS, 4)
    assert killed
    resumed = simulate(network, demand, hazards, on=STUDY_ON, draws=DRAWS, workers=2, folder=home)
    for name in (
        "summary",
        "return_levels",
        "by_hazard",
        "by_element",
        "by_trip",
        "years",
        "events",
    ):
        assert getattr(resumed, name).equals(getattr(whole, name)), name
    left = (
        {p.name for p in home.iterdir()}
        - {QUESTION_FILE}
        - {BlockFolder.path(_peek(home), s).name for s in draw_ranges(DRAWS)}
    )
    assert not left, f"left behind: {left}"


def test_a_damaged_block_is_drawn_again(tmp_path: Path) -> None:
    network = study_network()
    demand = network.frames["demand"].head(2)
    hazards = network.frames["hazards"]
    one = simulate(network, demand, hazards, on=STUDY_ON, draws=40, folder=tmp_path)
    first, second = sorted(tmp_path.glob("draws-*.npz"))
    first.write_bytes(first.read_bytes()[:100])
    second.write_bytes(b"")
    assert simulate(network, demand, hazards, on=STUDY_ON, draws=40, folder=tmp_path).years.equals(
        one.years
    )


def _peek(home: Path) -> BlockFolder:
    """Return a store that only knows its folder, so that looking changes nothing."""
    store = BlockFolder.__new__(BlockFolder)
    store.home = home
    return store
