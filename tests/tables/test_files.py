"""Files: written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import polars as pl
import pytest

from corridor.tables.files import sweep, write_bytes, write_frame


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
    with pytest.raises(OSError, match="No space") as refusal:
        write_bytes(tmp_path / "a.csv", b"two")
    assert refusal.value.filename == str(tmp_path / "a.csv")  # so that a person knows which disk
    assert os.listdir(tmp_path) == ["a.csv"]
    assert (tmp_path / "a.csv").read_bytes() == b"one"


def test_a_link_stays_one_and_its_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    file = tmp_path / "elsewhere" / "a.csv"
    file.write_bytes(b"one")
    link = tmp_path / "a.csv"
    link.symlink_to(file)
    write_bytes(link, b"two")
    assert link.is_symlink() and file.read_bytes() == b"two"


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.csv"):
        write_frame(tmp_path / "a.ods", pl.DataFrame({"a": [1]}))


def test_rights_stay_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    write_bytes(file, b"one")
    file.chmod(0o640)
    write_bytes(file, b"two")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_file_that_may_not_be_written_is_not_renamed_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_bytes(tmp_path / "a.csv", b"one")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(PermissionError):
        write_bytes(tmp_path / "a.csv", b"two")
    assert (tmp_path / "a.csv").read_bytes() == b"one"


def test_only_what_was_left_long_ago_is_swept(tmp_path: Path) -> None:
    names = (".a.csv.17.0a1b2c3d", ".b.csv.17.0a1b2c3d", ".notes", "a.csv")
    for name in names:
        (tmp_path / name).touch()
        if not name.startswith(".b"):
            os.utime(tmp_path / name, (0, 0))
    sweep(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == set(names[1:])
