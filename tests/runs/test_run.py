"""Results kept beside a study: read back where nothing changed, computed anew where a byte did."""

from __future__ import annotations

import datetime as dt
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core_cases import closed, small
from corridor.errors import UnknownName
from corridor.runs import cache
from corridor.runs import run as results
from corridor.runs.closed_links import closed_links
from corridor.runs.confidence import confidence_counts
from corridor.study import study
from corridor.tables import schema_results
from corridor.tables import store as folders


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return study.new(tmp_path / "study")


def answered(home: Path, scenario: str | None = None, **more: Any) -> results.Results:
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


def test_every_file_of_the_package_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "corridor"
    shutil.copytree(cache.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "static"))
    monkeypatch.setattr(cache, "PACKAGE", copy)
    hashes = set()
    files = sorted(path for path in copy.rglob("*") if path.is_file())
    for file in [None, *files[::7], copy / "new" / "module.py"]:
        if file is not None:
            file.parent.mkdir(exist_ok=True)
            file.write_bytes((file.read_bytes() if file.exists() else b"") + b"\n")
        cache.code_hash.cache_clear()
        hashes.add(cache.code_hash())
    cache.code_hash.cache_clear()
    assert len(hashes) == len(files[::7]) + 2


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
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(home)
    write = folders.write_frame

    class Killed(BaseException):
        pass

    def dies(path: Path, frame: pl.DataFrame) -> None:
        if path.stem == "validation":
            raise Killed
        write(path, frame)

    monkeypatch.setattr(folders, "write_frame", dies)
    with pytest.raises(Killed):
        answered(home, fresh=True)
    monkeypatch.undo()
    folder = home / "results" / "base"
    assert not (folder / "manifest.toml").exists()
    assert not answered(home).from_cache
    assert answered(home).from_cache


@pytest.mark.parametrize("damage", ["missing", "junk", "manifest", "empty"])
def test_a_damaged_folder_does_not_count(home: Path, damage: str) -> None:
    first = answered(home)
    file = first.folder / ("manifest.toml" if damage in ("manifest", "empty") else "legs.parquet")
    if damage == "missing":
        file.unlink()
    else:
        file.write_bytes(b"" if damage == "empty" else b"\xff junk")
    second = answered(home)
    assert not second.from_cache
    assert second.frames["legs"].equals(first.frames["legs"])
    shutil.rmtree(first.folder)
    assert not answered(home).from_cache


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


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda frames: frames | {"loss_rnak": frames["loss_rank"]}, "loss_rnak is not declared"),
        (lambda frames: {n: f for n, f in frames.items() if n != "legs"}, "legs is missing"),
        (lambda frames: {n: f for n, f in frames.items() if n != "loss_rank"}, "loss_rank is miss"),
        (
            lambda frames: frames | {"legs": frames["legs"].drop("mode")},
            "legs lacks the column mode",
        ),
        (
            lambda frames: frames | {"legs": frames["legs"].with_columns(more=1)},
            "legs has a column more that is not declared",
        ),
        (
            lambda frames: frames | {"evidence": frames["evidence"][:, ::-1]},
            "evidence has its columns in the order rows, confidence, table",
        ),
        (
            lambda frames: frames | {"evidence": frames["evidence"].cast({"rows": pl.String})},
            "evidence.rows holds String, not Int64",
        ),
    ],
)
def test_tables_that_are_not_declared_are_not_kept(
    home: Path,
    tmp_path: Path,
    change: Callable[[dict[str, pl.DataFrame]], dict[str, pl.DataFrame]],
    said: str,
) -> None:
    known = study.read(home)
    first = results.run(known)
    changed = change(dict(first.frames))
    with pytest.raises(RuntimeError, match=said):
        cache.write(tmp_path / "kept", known, changed, first.provenance)
    assert not (tmp_path / "kept").exists()

    folders.keep(first.folder, changed, first.provenance)  # its manifest is fine
    assert not answered(home).from_cache
    assert answered(home).from_cache


def test_a_table_is_due_where_the_study_has_what_it_needs(study_folder: Path, home: Path) -> None:
    def due(folder: Path) -> set[str]:
        known = study.read(folder)
        return {table.name for table in schema_results.TABLES if cache.is_due(table, known)}

    assert due(study_folder) - due(home) == {
        "trade_sentences",
        "claims",
        "commitments",
        "loss_moves",
        "loss_shifted",
    }
    assert not due(home) & {"trade_target", "loss_years"}  # no equilibrium, no year simulated


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.one_of(
    st.booleans(),
    st.integers(-(2**60), 2**60),
    words,
    st.lists(words, max_size=3),
    st.dates(dt.date(1900, 1, 1)).map(str),
)


@settings(max_examples=60)
@given(
    st.dictionaries(
        words, st.none() | values | st.dictionaries(words, values, max_size=3), max_size=5
    )
)
def test_a_manifest_says_what_it_was_given(said: dict[str, Any]) -> None:
    assert tomllib.loads(folders.manifest(said)) == {k: v for k, v in said.items() if v is not None}


def test_tables_are_kept_with_their_provenance(tmp_path: Path) -> None:
    frames = {"one": pl.DataFrame({"x": [1, None], "y": [["a"], []]}), "none": pl.DataFrame()}
    provenance = {"seed": 0, "choices": {"road": "low"}, "when": None}
    folders.keep(tmp_path / "a" / "b", frames, provenance)
    known = folders.kept(tmp_path / "a" / "b", provenance)
    assert known is not None
    assert all(known[n].equals(f) for n, f in frames.items())
    for other in (
        {**provenance, "seed": 1},
        {**provenance, "choices": {"road": "high"}},
        {**provenance, "more": "x"},
    ):
        assert folders.kept(tmp_path / "a" / "b", other) is None
    assert folders.kept(tmp_path / "nothing", provenance) is None


def test_closures_of_a_day_are_one_row_a_reason() -> None:
    rows = [
        closed("ab bc", dt.date(2026, 1, 1), dt.date(2026, 5, 1)),
        closed("cd", dt.date(2027, 1, 1), change_id="later"),
    ]
    built = small(
        "shut",
        "later",
        changes=rows,
        windows=[{"window_id": "w", "link_id": "cd", "season_from": "04-01", "season_to": "11-30"}],
    )
    table = closed_links(built, dt.date(2026, 3, 1)).to_dicts()
    assert [(r["kind"], r["element"], r["links"], r["from_on"], r["to_on"]) for r in table] == [
        ("change", "ab bc", 2, dt.date(2026, 1, 1), dt.date(2026, 5, 1)),
        ("window", "cd", 1, None, None),
    ]


def test_evidence_counts_rows_by_table_and_confidence() -> None:
    table = confidence_counts(small().frames)
    assert table.filter(pl.col("table") == "links").select("confidence", "rows").rows() == [
        ("C", 3)
    ]
    assert table["rows"].sum() == sum(
        f.height for f in small().frames.values() if "confidence" in f.columns
    )
