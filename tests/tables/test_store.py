"""Folders of results: what is written is read back, and only with the same provenance."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from filelock import FileLock, Timeout
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.tables import store

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
    assert tomllib.loads(store.manifest(said)) == {k: v for k, v in said.items() if v is not None}


def test_tables_are_kept_with_their_provenance(tmp_path: Path) -> None:
    frames = {"one": pl.DataFrame({"x": [1, None], "y": [["a"], []]}), "none": pl.DataFrame()}
    provenance = {"seed": 0, "choices": {"road": "low"}, "when": None}
    store.write_results(tmp_path / "a" / "b", frames, provenance)
    known = store.read_results(tmp_path / "a" / "b", provenance)
    assert known is not None
    assert all(known[n].equals(f) for n, f in frames.items())
    for other in (
        {**provenance, "seed": 1},
        {**provenance, "choices": {"road": "high"}},
        {**provenance, "more": "x"},
    ):
        assert store.read_results(tmp_path / "a" / "b", other) is None
    assert store.read_results(tmp_path / "nothing", provenance) is None


def test_a_damaged_table_is_not_read_back(tmp_path: Path) -> None:
    store.write_results(tmp_path, {"one": pl.DataFrame({"x": list(range(50))})}, {"seed": 0})
    file = tmp_path / "one.parquet"
    whole = file.read_bytes()

    for position in range(0, len(whole), 37):
        damaged = bytearray(whole)
        damaged[position] ^= 4
        file.write_bytes(bytes(damaged))
        assert store.read_results(tmp_path, {"seed": 0}) is None

    file.write_bytes(whole)
    assert store.read_results(tmp_path, {"seed": 0}) is not None


def test_tables_of_two_runs_are_never_mixed(tmp_path: Path) -> None:
    low = {"one": pl.DataFrame({"x": [1]}), "two": pl.DataFrame({"x": [1]})}
    high = {"one": pl.DataFrame({"x": [2]}), "two": pl.DataFrame({"x": [2]})}
    store.write_results(tmp_path / "high", high, {"seed": 0})
    store.write_results(tmp_path / "low", low, {"seed": 0})
    (tmp_path / "high" / "two.parquet").replace(tmp_path / "low" / "two.parquet")

    assert store.read_results(tmp_path / "low", {"seed": 0}) is None


def test_a_folder_is_written_by_one_process_at_a_time(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom corridor.tables import store\n"
        "with store.writing(sys.argv[1]):\n print('held', flush=True)\n sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(Timeout):
            FileLock(tmp_path / store.LOCK).acquire(timeout=0.2)
        holder.communicate(b"")

    with store.writing(tmp_path), store.writing(tmp_path):
        pass
