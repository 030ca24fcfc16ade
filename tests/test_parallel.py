"""Blocks of draws: all computed, each once, kept whole, never those of another question."""

from __future__ import annotations

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
    (tmp_path / ".draws-unfinished").touch()
    folder.write(draws, squares(1, *draws))

    again = BlockFolder(tmp_path, "question")
    block = again.read(draws)
    assert block is not None and block["squares"].tolist() == [d**2 for d in range(*draws)]
    assert again.read(lost) is None
    assert not list(tmp_path.glob(".draws-*"))
    with pytest.raises(CallError, match="another network, demand or settings"):
        BlockFolder(tmp_path, "another question")


def test_a_damaged_block_is_not_read(tmp_path: Path) -> None:
    (draws,) = draw_ranges(5)
    folder = BlockFolder(tmp_path, "question")
    folder.path(draws).write_bytes(b"PK no archive")

    assert folder.read(draws) is None
