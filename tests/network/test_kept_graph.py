"""A kept graph is the one that is made, and what is damaged or of other tables is made anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from closure_cases import study_network
from corridor.network import kept_graph
from corridor.network.graph import Graph, Runs
from corridor.network.kept_graph import graph_hash


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep graphs of any size in a folder of the test."""
    monkeypatch.setenv("CORRIDOR_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(kept_graph, "MIN_LINKS", 0)
    return tmp_path


def graph_of(frames: Mapping[str, pl.DataFrame], make: Callable[[], Graph]) -> Graph:
    return kept_graph.kept_graph(frames, graph_hash(frames), make)


def never() -> Graph:
    raise AssertionError("made anew")


def assert_same(graph: Graph, other: Graph) -> None:
    for of in fields(Graph):
        value = getattr(graph, of.name)
        again = getattr(other, of.name)
        if isinstance(value, Runs):
            assert list(value) == list(again), of.name
        elif isinstance(value, np.ndarray):
            assert value.dtype == again.dtype and np.array_equal(value, again), of.name
        else:
            assert value == again, of.name


def test_the_graph_of_the_study_comes_back_as_it_was(cache: Path) -> None:
    network = study_network()
    made = graph_of(network.frames, lambda: network.graph)
    assert {"link", "service", "terminal"} == set(made.kind)
    assert_same(made, graph_of(network.frames, never))

    for path in (path for path in cache.rglob("*") if path.is_file()):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(bytes(content))
    with pytest.raises(AssertionError, match="made anew"):
        graph_of(network.frames, never)


def test_a_graph_is_made_of_what_its_hash_is_made_of() -> None:
    network = study_network()
    frames = {
        name: network.frames[name].select(columns or pl.all())
        for name, columns in kept_graph.MADE_OF.items()
    }
    bare = replace(network, frames=frames)
    assert bare.graph is not network.graph
    assert_same(bare.graph, network.graph)


def test_a_link_that_is_another_makes_another_graph() -> None:
    network = study_network()
    graph_of(network.frames, lambda: network.graph)

    one_way = network.frames["links"].with_columns(pl.lit(False).alias("two_way"))
    with pytest.raises(AssertionError, match="made anew"):
        graph_of({**network.frames, "links": one_way}, never)
