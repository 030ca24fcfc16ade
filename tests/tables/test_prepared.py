"""What is prepared comes back as it was kept, and nothing else does."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from corridor.tables import prepared
from corridor.tables.prepared import Prepared, keep_prepared, key_of, read_prepared

FRAME = pl.DataFrame(
    {
        "name": ["Алматы", None],
        "on": [dt.date(2026, 7, 1), None],
        "modes": [["road", "rail"], []],
        "km": [0.1, None],
    }
)
ARRAYS = {"ptr": np.arange(5), "open": np.array([True, False]), "none": np.zeros((0, 3))}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CORRIDOR_CACHE_DIR", str(tmp_path))
    return tmp_path / "corridor" / prepared.FOLDER


@pytest.fixture
def key(folder: Path) -> str:
    key = key_of("study", "of a test")
    keep_prepared(key, Prepared({"links": FRAME}, ARRAYS, {"said": [1, "two"]}))
    return key


def test_what_is_kept_comes_back(key: str) -> None:
    back = read_prepared(key)
    assert back is not None
    assert back.frames["links"].equals(FRAME) and back.frames["links"].schema == FRAME.schema
    assert back.words == {"said": [1, "two"]}
    assert back.arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert back.arrays[name].dtype == array.dtype
        assert np.array_equal(back.arrays[name], array)


@pytest.mark.parametrize("at", [0, 31, 32, 100, -1])
def test_a_damaged_file_is_absent_until_it_is_written_again(
    folder: Path, key: str, at: int
) -> None:
    data = bytearray((folder / key).read_bytes())
    data[at] ^= 1
    (folder / key).write_bytes(data)
    assert read_prepared(key) is None
    keep_prepared(key, Prepared(words="anew"))
    assert read_prepared(key) == Prepared(words="anew")


@pytest.mark.parametrize("size", [0, 10, 40, 200])
def test_a_cut_file_is_absent(folder: Path, key: str, size: int) -> None:
    (folder / key).write_bytes((folder / key).read_bytes()[:size])
    assert read_prepared(key) is None


def test_a_file_under_another_name_is_absent(folder: Path, key: str) -> None:
    other = key_of("study", "another")
    shutil.copy(folder / key, folder / other)
    assert read_prepared(other) is None


def test_a_file_of_another_user_is_absent(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert read_prepared(key) is None


def test_no_code_is_read(folder: Path, key: str) -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        prepared._pack(Prepared(arrays={"objects": np.array([object()])}))


def test_the_files_read_last_stay(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "MAX_FILES", 3)
    keys = [key_of("study", str(number)) for number in range(5)]
    for age_s, key in zip((50, 40, 30), keys, strict=False):
        keep_prepared(key, Prepared(words=key))
        stamp = (folder / key).stat().st_mtime - age_s
        os.utime(folder / key, (stamp, stamp))
    assert read_prepared(keys[0]) is not None  # and is the youngest now
    for key in keys[3:]:
        keep_prepared(key, Prepared(words=key))
    assert {file.name for file in folder.iterdir()} == {keys[0], *keys[3:]}


def test_a_folder_that_cannot_be_written_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CORRIDOR_CACHE_DIR", str(tmp_path / "file"))
    keep_prepared("key", Prepared(words="words"))
    assert read_prepared("key") is None
