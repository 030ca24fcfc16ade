"""Results kept beside a study: read back where nothing changed, computed anew where a byte did."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corridor.errors import UnknownName
from corridor.runs import cache
from corridor.runs import run as results
from corridor.runs.results import Results
from corridor.study import study
from corridor.tables import schema_results
from corridor.tables import store as folders


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return study.new(tmp_path / "study")


def answered(home: Path, scenario: str | None = None, **more: Any) -> Results:
    return results.run(study.read(home, scenario=scenario), **more)


def test_an_unchanged_study_answers_from_its_folder(home: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    first = answered(home, progress=lambda *step: steps.append(step))
    assert not first.from_cache
    assert first.folder == home / "results" / "base"
    assert [s[1] for s in steps] == sorted(s[1] for s in steps)
    assert steps[-1][1] == steps[-1][2]
    again = answered(home)
    assert again.from_cache
    assert again.frames.keys() == first.frames.keys()
    for name, frame in first.frames.items():
        assert frame.equals(again.frames[name]), name
    assert again.answers() == first.answers()
    assert len(first.answers()) == len(first.frames["trips"])
    assert not answered(home, fresh=True).from_cache
    assert not answered(home, "border-shut").from_cache
    assert answered(home).from_cache  # another scenario has a folder of its own


def test_any_changed_byte_of_any_input_is_computed_anew(home: Path, tmp_path: Path) -> None:
    answered(home)
    files = sorted(p for p in home.iterdir() if p.is_file())
    assert len(files) > 10
    for file in files:
        before = file.read_bytes()
        file.write_bytes(before + b"\n")
        known = study.read(home)
        provenance = tomllib.loads((home / "results" / "base" / "manifest.toml").read_text("utf-8"))
        assert provenance["inputs"] != known.hash, file.name
        file.write_bytes(before)
    (home / "links.csv").write_bytes(
        (home / "links.csv").read_bytes().replace(b"\r\n", b"\n") + b"\n"
    )
    assert not answered(home).from_cache
    (home / "notes.txt").write_text("no input", encoding="utf-8")
    assert answered(home).from_cache


def test_a_run_killed_half_way_leaves_nothing_that_counts(
    answered_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = answered_home
    write = folders.write_frame

    class Killed(BaseException):
        pass

    def dies(path: Path, frame: pl.DataFrame) -> str:
        if path.stem == "validation":
            raise Killed
        return write(path, frame)

    monkeypatch.setattr(folders, "write_frame", dies)
    with pytest.raises(Killed):
        answered(home, fresh=True)
    monkeypatch.undo()
    folder = home / "results" / "base"
    assert not (folder / "manifest.toml").exists()
    assert not answered(home).from_cache
    assert answered(home).from_cache


@pytest.mark.parametrize("damage", ["missing", "junk", "manifest", "empty"])
def test_a_damaged_folder_does_not_count(answered_home: Path, damage: str) -> None:
    first = answered(answered_home)
    assert first.from_cache
    file = first.folder / ("manifest.toml" if damage in ("manifest", "empty") else "legs.parquet")
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(b"" if damage == "empty" else b"\xff junk")
    second = answered(answered_home)
    assert not second.from_cache
    assert second.frames["legs"].equals(first.frames["legs"])


def test_a_folder_that_is_gone_does_not_count(answered_home: Path) -> None:
    shutil.rmtree(answered(answered_home).folder)
    assert not answered(answered_home).from_cache


def test_a_run_keeps_the_tables_that_are_declared(home: Path) -> None:
    known = study.read(home)
    first = results.run(known)
    assert cache.flaws(known, first.frames) == []
    assert {"trips", "legs", "loss_fits", "loss_rank"} <= first.frames.keys()
    for name in schema_results.names():
        assert schema_results.flaws(name, first.frame(name)) == []
    assert not first.frame("trade_target").height  # the study asks about no target

    with pytest.raises(UnknownName, match="Did you mean 'loss_rank'"):
        first.frame("loss_rnak")
