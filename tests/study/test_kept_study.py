"""A study is the same, kept on disk or read from its files; what changed in it is read anew."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from corridor.errors import StudyError
from corridor.study import kept_study, study


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CORRIDOR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(kept_study, "MIN_BYTES", 0)
    return study.new(tmp_path / "study")


def _count_looks(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return a list that grows by one whenever a study is read from its files."""
    looks: list[object] = []
    look = study._look

    def counted(folder: Path) -> study._Look:
        looks.append(folder)
        return look(folder)

    monkeypatch.setattr(study, "_look", counted)
    return looks


def test_a_study_is_read_from_its_files_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = _count_looks(monkeypatch)
    first = study.read(home)
    again = study.read(home)
    assert len(looks) == 1

    assert (again.hash, again.settings, again.warnings) == (
        first.hash,
        first.settings,
        first.warnings,
    )
    assert list(again.tables) == list(first.tables)
    for name, frame in first.tables.items():
        assert again.tables[name].schema == frame.schema and again.tables[name].equals(frame)
    assert again.defaults.equals(first.defaults)
    assert study.read(home, scenario="border-shut").hash != first.hash
    assert len(looks) == 1


def _append(name: str) -> Callable[[Path], object]:
    def change(home: Path) -> None:
        with open(home / name, "a", encoding="utf-8") as stream:
            stream.write("\n")

    return change


CHANGES: dict[str, Callable[[Path], object]] = {
    "a table": _append("links.csv"),
    "study.toml": _append("study.toml"),
    "one more file": lambda home: (home / "notes.tsv").write_text(""),
    "a file less": lambda home: (home / "windows.csv").unlink(),
    "a translation": lambda home: (
        (home / "languages").mkdir(),
        (home / "languages" / "ru.po").write_text(""),
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_study_that_changed_is_read_anew(
    home: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], object]
) -> None:
    study.read(home)
    change(home)
    looks = _count_looks(monkeypatch)
    study.read(home)
    assert len(looks) == 1


def test_a_study_with_an_error_is_not_kept(home: Path) -> None:
    (home / "links.csv").write_text("link_id\n")
    for _ in range(2):
        with pytest.raises(StudyError, match="missing-column"):
            study.read(home)


def test_a_damaged_file_is_made_again(home: Path, tmp_path: Path) -> None:
    first = study.read(home)
    (file,) = (tmp_path / "cache" / "corridor" / "prepared").iterdir()
    file.write_bytes(b"nothing of the kind")
    assert study.read(home).tables["links"].equals(first.tables["links"])
    assert file.stat().st_size > 1000


def test_a_small_study_is_read_from_its_files(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_study, "MIN_BYTES", 10**9)
    study.read(home)
    assert not (tmp_path / "cache").exists()


def test_a_link_to_another_place_is_not_followed(home: Path, tmp_path: Path) -> None:
    shutil.move(home / "links.csv", tmp_path / "links.csv")
    (home / "links.csv").symlink_to(tmp_path / "links.csv")
    assert kept_study.inputs_of(home, "languages") is None
