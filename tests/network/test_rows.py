"""Rows are the same dicts, asked for one by one or all at once."""

from __future__ import annotations

import polars as pl
import pytest

from corridor.network import rows
from corridor.network.rows import Rows

FRAME = pl.DataFrame({"link_id": ["a", "b", "c"], "length_km": [1.0, None, 3.0]})


def test_rows_are_those_of_the_frame() -> None:
    assert list(Rows(FRAME)) == FRAME.to_dicts()
    assert [Rows(FRAME)[number] for number in (0, -1, 1)] == [
        FRAME.to_dicts()[i] for i in (0, 2, 1)
    ]
    assert Rows(FRAME)[1:] == FRAME.to_dicts()[1:]
    assert len(Rows(FRAME)) == 3


def test_a_row_is_the_same_object_each_time() -> None:
    made = Rows(FRAME)
    first = made[0]
    assert made[0] is first and next(iter(made)) is first and made[0] is first


def test_no_row_lies_beyond_the_table() -> None:
    for number in (3, -4):
        with pytest.raises(IndexError):
            Rows(FRAME)[number]


def test_whoever_asks_for_many_gets_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_SINGLE_SHARE", 0.0)
    made = Rows(FRAME)
    assert [made[number]["link_id"] for number in range(3)] == ["a", "b", "c"]
    assert "_all" in vars(made)
