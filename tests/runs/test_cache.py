"""When results are stale: other code, other tables than those declared."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from corridor.runs import cache, run
from corridor.study import study
from corridor.tables import prepared, schema_results, store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return study.new(tmp_path / "study")


def test_every_file_of_the_package_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "corridor"
    shutil.copytree(prepared.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "static"))
    monkeypatch.setattr(prepared, "PACKAGE", copy)
    hashes = set()
    files = sorted(path for path in copy.rglob("*") if path.is_file())
    for file in [None, *files[::7], copy / "new" / "module.py"]:
        if file is not None:
            file.parent.mkdir(exist_ok=True)
            file.write_bytes((file.read_bytes() if file.exists() else b"") + b"\n")
        prepared.code_hash.cache_clear()
        hashes.add(prepared.code_hash())
    prepared.code_hash.cache_clear()
    assert len(hashes) == len(files[::7]) + 2


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
    answered_home: Path,
    tmp_path: Path,
    change: Callable[[dict[str, pl.DataFrame]], dict[str, pl.DataFrame]],
    said: str,
) -> None:
    known = study.read(answered_home)
    first = run.run(known)
    assert first.from_cache
    changed = change(dict(first.frames))
    with pytest.raises(RuntimeError, match=said):
        cache.write(tmp_path / "kept", known, changed, first.provenance)
    assert not (tmp_path / "kept").exists()

    store.write_results(first.folder, changed, first.provenance)  # its manifest is fine
    assert not run.run(study.read(answered_home)).from_cache
    assert run.run(study.read(answered_home)).from_cache


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
