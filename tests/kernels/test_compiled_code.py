"""Compiled code on disk: a damaged file is compiled anew, a full disk or no home ends nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numba
import pytest

from corridor.kernels import compilation
from corridor.kernels.compiled_code import SealedFiles, _environment, njit


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that kernels made in this test are kept in."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    return tmp_path


def kernel() -> Any:
    @njit(cache=True)
    def twice(number: int) -> int:
        return 2 * number

    return twice


def test_damaged_code_is_compiled_anew(folder: Path) -> None:
    assert kernel()(3) == 6
    files = list(folder.rglob("*.nb[ic]"))
    assert len(files) == 2
    loaded = kernel()
    assert loaded(3) == 6
    assert sum(loaded.stats.cache_hits.values()) == 1

    for file in files:
        whole = file.read_bytes()
        flipped = bytes([*whole[:90], whole[90] ^ 8, *whole[91:]])
        for damaged in (b"", whole[:40], flipped):
            file.write_bytes(damaged)
            again = kernel()
            assert again(3) == 6
            assert not again.stats.cache_hits


def test_code_of_another_signature_is_not_taken(folder: Path) -> None:
    files = SealedFiles(str(folder), "kernel", "stamp")
    files.save("one", 1)
    files.save("two", 2)
    assert files.load("one") == 1
    (folder / "kernel.2.nbc").replace(folder / "kernel.1.nbc")
    assert files.load("one") is None


def test_an_environment_imports_no_module() -> None:
    environment = _environment("numba.nowhere", [3], "environment of a test")
    assert environment.consts == [3]
    assert _environment("numba.nowhere", [], "environment of a test") is environment


def test_kernels_run_where_nothing_is_compiled(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    assert kernel()(3) == 6
    assert not list(folder.rglob("*.nb[ic]"))


def test_a_full_disk_ends_no_search(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert kernel()(3) == 6
    assert not list(folder.rglob("*.nb[ic]"))


def test_a_user_without_a_home_gets_a_private_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("CORRIDOR_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = compilation.cache_folder()
    assert folder is not None and folder.is_relative_to(tmp_path)

    (private,) = tmp_path.iterdir()
    private.chmod(0o777)  # somebody else could put code there
    assert compilation.cache_folder() is None
    assert not compilation.is_compiled()
