"""Folders of results: what is written is read back, and only with the same provenance."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import polars as pl
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
