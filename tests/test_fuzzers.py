"""A quarter of a minute of each fuzzer, with the same attacks each time; more by ``make fuzz``."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.study.study import check
from corridor.tables import schema
from corridor.tables.reading import read_folder
from every_table import every_table
from fuzzers import FUZZERS, attacks

SECONDS = 15.0


def test_the_study_that_is_attacked_is_sound_and_has_nearly_every_table(tmp_path: Path) -> None:
    folder = every_table(tmp_path / "study")
    assert check(folder) == []
    frames = read_folder(folder).frames
    empty = [table.name for table in schema.TABLES if not frames[table.name].height]
    assert len(empty) <= 3, f"give them a row in tests/every_table.py: {empty}"


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(FUZZERS))
def test_attacks_end_as_documented(kind: str) -> None:
    if kind == "requests":
        pytest.importorskip("fastapi", reason="the extra 'web' is not installed")
        pytest.importorskip("httpx", reason="httpx is not installed")

    ended = list(attacks(kind, seed=59, seconds=SECONDS))
    assert len(ended) > 3
    assert [fault for attack in ended for fault in attack.faults] == []
