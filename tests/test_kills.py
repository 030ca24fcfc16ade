"""Verbs killed while they write leave nothing half-written, and the next run is the same."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from corridor.study.study import new
from kills import VERBS, Verb, kill


def test_new_sweeps_what_an_earlier_one_left(tmp_path: Path) -> None:
    left = tmp_path / ".mine.a1b2c3d4"
    young = tmp_path / ".mine.a1b2c3d5"
    other = tmp_path / ".mine.of-somebody-else"
    for folder in (left, young, other):
        folder.mkdir()
        (folder / "nodes.csv").write_text("")
    for folder in (left, other):
        os.utime(folder, (time.time() - 7200,) * 2)

    new(tmp_path / "mine")
    assert not left.exists()
    assert young.exists() and other.exists()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: f"{verb.name}-{verb.target}")
def test_nothing_is_lost_or_half_written(verb: Verb) -> None:
    pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
    killed = kill(verb, 1, seed=59)
    assert (killed.kills, killed.faults) == (1, [])
