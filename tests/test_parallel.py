"""Blocks of draws: all computed, each once, kept whole, never those of another question."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corridor.errors import CallError
from corridor.parallel import BLOCK_DRAWS, Block, BlockFolder, compute_blocks, draw_ranges


def squares(task: Any, first: int, end: int) -> Block:
    return {"squares": task * np.arange(first, end) ** 2}


@pytest.mark.parametrize("draws", [1, BLOCK_DRAWS, 3 * BLOCK_DRAWS + 7])
def test_ranges_hold_every_draw_once(draws: int) -> None:
    ranges = draw_ranges(draws)

    assert [d for each in ranges for d in range(each.first, each.end)] == list(range(draws))
    assert max(each.end - each.first for each in ranges) <= BLOCK_DRAWS


@pytest.mark.parametrize("workers", [1, 3, None])
def test_blocks_are_the_same_for_any_workers(workers: int | None) -> None:
    ranges = draw_ranges(70)
    steps: list[tuple[str, int, int]] = []
    blocks = dict(
        compute_blocks(
            squares, 2, ranges, workers=workers, progress=lambda *step: steps.append(step)
        )
    )

    values = np.concatenate([blocks[each]["squares"] for each in ranges])
    assert values.tolist() == [2 * d**2 for d in range(70)]
    assert steps == [("draws", done, len(ranges)) for done in range(1, len(ranges) + 1)]


def test_no_workers_are_refused() -> None:
    with pytest.raises(CallError, match="workers must be 1 or more"):
        list(compute_blocks(squares, 1, draw_ranges(5), workers=0))


def test_a_folder_keeps_the_blocks_of_one_question(tmp_path: Path) -> None:
    draws, lost = draw_ranges(40)
    folder = BlockFolder(tmp_path, "question")
    unfinished = tmp_path / ".draws-0000000-0000020.npz.17.0a1b2c3d"
    unfinished.touch()
    os.utime(unfinished, (0, 0))
    folder.write(draws, squares(1, *draws))

    again = BlockFolder(tmp_path, "question")
    block = again.read(draws)
    assert block is not None and block["squares"].tolist() == [d**2 for d in range(*draws)]
    assert again.read(lost) is None
    assert not unfinished.exists()
    with pytest.raises(CallError, match="another network, demand or settings"):
        BlockFolder(tmp_path, "another question")


def test_a_damaged_block_is_not_read(tmp_path: Path) -> None:
    (draws,) = draw_ranges(5)
    folder = BlockFolder(tmp_path, "question")
    folder.path(draws).write_bytes(b"PK no archive")

    assert folder.read(draws) is None


def test_no_flipped_bit_is_read_back(tmp_path: Path) -> None:
    (draws,) = draw_ranges(5)
    folder = BlockFolder(tmp_path, "question")
    block = squares(1, *draws)
    folder.write(draws, block)
    whole = folder.path(draws).read_bytes()

    for bit in range(8 * len(whole)):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        folder.path(draws).write_bytes(bytes(damaged))
        read = folder.read(draws)
        assert read is None or read["squares"].tolist() == block["squares"].tolist()


def test_a_question_that_is_no_text_is_another_one(tmp_path: Path) -> None:
    BlockFolder(tmp_path, "question")
    (tmp_path / "draws.txt").write_bytes(b"\xff\xfe")

    with pytest.raises(CallError, match="another network, demand or settings"):
        BlockFolder(tmp_path, "question")
