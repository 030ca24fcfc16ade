"""Files: written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest

from corridor.tables.files import write_bytes, write_frame


def test_write_leaves_nothing_beside(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a.csv", b"one")
    write_bytes(tmp_path / "a.csv", b"two")
    assert os.listdir(tmp_path) == ["a.csv"]
    assert (tmp_path / "a.csv").read_bytes() == b"two"


def test_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_bytes(tmp_path / "a.csv", b"one")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_bytes(tmp_path / "a.csv", b"two")
    assert os.listdir(tmp_path) == ["a.csv"]
    assert (tmp_path / "a.csv").read_bytes() == b"one"


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.csv"):
        write_frame(tmp_path / "a.ods", pl.DataFrame({"a": [1]}))
