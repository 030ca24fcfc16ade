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
import pytest

from closure_cases import STUDY, STUDY_ON, study_network
from corridor.closures.risk import TABLES
from corridor.closures.simulation import simulate
from corridor.parallel import QUESTION_FILE, BlockFolder, draw_ranges
from corridor.tables.files import MIN_AGE_S

DRAWS = 240
TRIPS = 12
MAX_WAIT_S = 60
KILLED = -9
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


def blocks_in(home: Path) -> list[Path]:
    return sorted(home.glob("draws-*.npz"))


def folder_at(home: Path) -> BlockFolder:
    """Return a folder of blocks that is not opened, so that looking changes nothing."""
    folder = BlockFolder.__new__(BlockFolder)
    folder.home = home
    return folder


def start_and_kill(home: Path, dice: random.Random) -> bool:
    """Start a simulation, kill it once it has written some blocks, tell whether it was killed."""
    wanted = len(blocks_in(home)) + dice.randint(0, 4)
    child = subprocess.Popen([sys.executable, "-c", RUN, str(home)], stderr=subprocess.DEVNULL)
    until = time.monotonic() + MAX_WAIT_S
    while child.poll() is None and time.monotonic() < until and len(blocks_in(home)) < wanted:
        time.sleep(0.002)

    time.sleep(dice.random() * 0.15)
    child.kill()
    return child.wait() == KILLED


@pytest.mark.slow
def test_killed_and_resumed_gives_the_same_tables(tmp_path: Path) -> None:
    network = study_network()
    demand = network.frames["demand"].head(TRIPS)
    hazards = network.frames["hazards"]
    whole = simulate(network, demand, hazards, on=STUDY_ON, draws=DRAWS, workers=1)
    dice = random.Random(int(os.environ.get("CORRIDOR_SEED", "1")))
    home = tmp_path / "draws"
    files = {folder_at(home).path(draws) for draws in draw_ranges(DRAWS)}

    kills = 0
    wanted_kills = int(os.environ.get("CORRIDOR_KILLS", "3"))
    for _ in range(4 * wanted_kills):  # one may end before it is killed
        if kills == wanted_kills:
            break
        written = blocks_in(home)
        for path in dice.sample(written, k=len(written) * 2 // 3):
            path.unlink()  # so that there is always something left to do
        kills += start_and_kill(home, dice)
        for path in files:
            if path.exists():
                assert_whole(path)
    assert kills == wanted_kills

    age_what_the_killed_left(home)
    resumed = simulate(network, demand, hazards, on=STUDY_ON, draws=DRAWS, workers=2, folder=home)
    for table in TABLES:
        assert getattr(resumed, table).equals(getattr(whole, table)), table
    assert set(home.iterdir()) == {*files, home / QUESTION_FILE}


def age_what_the_killed_left(home: Path) -> None:
    """Make unfinished files as old as those that no process can still be writing."""
    long_ago_s = time.time() - 2 * MIN_AGE_S
    for path in home.glob(".*"):
        os.utime(path, (long_ago_s, long_ago_s))


def assert_whole(path: Path) -> None:
    """Assert that a file holds a block of as many draws as its name says."""
    first, last = (int(number) for number in path.stem.split("-")[1:])
    with np.load(path) as block:
        assert block["totals"].shape == (last - first, TRIPS, 4)


def test_a_damaged_block_is_drawn_again(tmp_path: Path) -> None:
    network = study_network()
    demand = network.frames["demand"].head(2)
    hazards = network.frames["hazards"]
    whole = simulate(network, demand, hazards, on=STUDY_ON, draws=40, folder=tmp_path)
    half_a_block, empty_block = blocks_in(tmp_path)
    half_a_block.write_bytes(half_a_block.read_bytes()[:100])
    empty_block.write_bytes(b"")

    again = simulate(network, demand, hazards, on=STUDY_ON, draws=40, folder=tmp_path)

    assert again.years.equals(whole.years)
