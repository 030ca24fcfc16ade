"""Shortest paths, trees and Pareto filters against SciPy and readable twins."""

from __future__ import annotations

import heapq
import itertools
import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra as reference

from corridor.kernels import Ints, paths
from corridor.kernels.compilation import cache_folder
from corridor.kernels.pareto import DONE, STOPPED, TOO_MANY, search, undominated
from corridor.kernels.paths import UNREACHED
from corridor.kernels.records import (
    ARC,
    BOUND,
    LABEL,
    SPAN,
    Calendars,
    SearchGraph,
    SearchLimits,
    Trip,
)

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
NONE = np.zeros(0, np.int64)


def random_graph(
    seed: int, least: int = 1, n: int = 40, arcs: int = 160
) -> tuple[Ints, Ints, Ints, Ints]:
    """Return ptr, head, tail and weights; one arc in eight may not be passed."""
    dice = np.random.default_rng(seed)
    tail = np.sort(dice.integers(0, n, arcs))
    ptr = np.searchsorted(tail, np.arange(n + 1)).astype(np.int64)
    weight = dice.integers(least, 12, arcs)
    return ptr, dice.integers(0, n, arcs), tail, np.where(dice.random(arcs) < 0.125, -1, weight)


def matrix(head: Ints, tail: Ints, weight: Ints, n: int) -> csr_array:
    """Return the least weight of each pair as SciPy wants it: no loops, no parallels."""
    least: dict[tuple[int, int], int] = {}
    for t, h, w in zip(tail.tolist(), head.tolist(), weight.tolist(), strict=True):
        if w >= 0 and t != h:
            least[t, h] = min(w, least.get((t, h), w))
    rows, columns = zip(*least, strict=True)
    return csr_array((np.array(list(least.values()), float), (rows, columns)), shape=(n, n))


@pytest.mark.parametrize("heavy", [1, 1 << 50])
@pytest.mark.parametrize("seed", range(20))
def test_distances_are_scipys(seed: int, heavy: int) -> None:
    """Heavy weights do not fit into one number with the state they lead to."""
    ptr, head, tail, weight = random_graph(seed)
    weight = np.where(weight < 0, -1, weight * heavy)
    n = len(ptr) - 1
    expected = reference(matrix(head, tail, weight, n))
    sources = np.array([0, 3, 3, 7, 11])
    parts = np.array([0, 1, 3, 5])
    distance, arc = paths.dijkstra_many(ptr, head, weight, sources, parts)
    for g, group in enumerate(([0], [3, 3], [7, 11])):
        best = expected[group].min(axis=0)
        assert np.array_equal(np.where(distance[g] >= UNREACHED, np.inf, distance[g]), best)
        for v in np.flatnonzero(arc[g] >= 0):
            assert head[arc[g, v]] == v
            assert distance[g, tail[arc[g, v]]] + weight[arc[g, v]] == distance[g, v]
        assert set(np.flatnonzero((arc[g] < 0) & (distance[g] < UNREACHED))) == set(group)


@pytest.mark.parametrize("least", [0, 1])
@pytest.mark.parametrize("seed", range(10))
def test_sums_along_trees_are_those_of_the_way_back(seed: int, least: int) -> None:
    """With least 0 most arcs are free, so that states stand at the same distance as those before
    them."""
    ptr, head, tail, weight = random_graph(seed, least)
    weight = np.where((weight > 0) & (np.arange(len(weight)) % 3 > 0), weight * least, weight)
    dice = np.random.default_rng(seed)
    values = dice.integers(0, 100, (2, len(head)))
    bits = 1 << dice.integers(0, 60, len(head))
    distance, arc = paths.dijkstra_many(ptr, head, weight, np.array([5, 9]), np.array([0, 1, 2]))
    sums, joined = paths.along_trees(distance, arc, tail, values, bits)
    for g, v in itertools.product(range(2), range(len(ptr) - 1)):
        here = v
        total = np.zeros(2, np.int64)
        met = 0
        while arc[g, here] >= 0:
            a = arc[g, here]
            total = total + values[:, a]
            met = met | int(bits[a])
            here = tail[a]
        assert np.array_equal(sums[g, :, v], total)
        assert joined[g, v] == met


@given(st.lists(st.integers(-50, 50)))
def test_heap_gives_entries_in_order(entries: list[int]) -> None:
    keys = np.empty(len(entries), np.int64)
    items = np.empty(len(entries), np.int64)
    size = 0
    for i, key in enumerate(entries):
        size = paths.push(keys, items, size, key, i)
    out = []
    while size:
        assert entries[items[0]] == keys[0]
        out.append(int(keys[0]))
        size = paths.pop(keys, items, size)
    assert out == [heapq.heappop(h) for h in [sorted(entries)] for _ in entries]


@settings(max_examples=60)
@given(
    st.integers(3, 4).flatmap(
        lambda width: st.lists(st.tuples(*[st.integers(0, 4)] * width), max_size=20)
    ),
    st.integers(1, 20),
)
def test_undominated_keeps_the_front_and_one_of_equals(
    rows: list[tuple[int, ...]], most: int
) -> None:
    rows = sorted(rows)
    values = np.array(rows, np.int64).reshape(len(rows), -1 if rows else 3)
    keep = undominated(values, len(rows))
    first = undominated(values, most)
    assert np.flatnonzero(first).tolist() == np.flatnonzero(keep)[:most].tolist()
    front = {
        r
        for r in rows
        if not any(q != r and all(a <= b for a, b in zip(q, r, strict=True)) for q in rows)
    }
    kept = [r for r, k in zip(rows, keep, strict=True) if k]
    assert len(kept) == len(set(kept))
    assert set(kept) == front


def ladder(steps: int) -> tuple[SearchGraph, Ints, Ints]:
    """Return a graph, its arcs and bounds in which every step is quick and dear or slow and cheap:
    2 ** steps ways."""
    tail = np.repeat(np.arange(steps), 2)
    ptr = np.searchsorted(tail, np.arange(steps + 2)).astype(np.int64)
    arcs = np.zeros((2 * steps, len(ARC)), np.int64)
    arcs[::2, ARC.duration] = arcs[1::2, ARC.money] = 1
    arcs[1::2, ARC.duration] = arcs[::2, ARC.money] = 1 + 2 ** np.arange(steps)
    bounds = np.zeros((steps + 1, len(BOUND)), np.int64)
    bounds[:, BOUND.duration] = bounds[:, BOUND.money] = np.arange(steps, -1, -1)
    return SearchGraph(ptr, tail + 1), arcs, bounds


@pytest.mark.parametrize(
    ("most", "flag", "status"), [(1 << 14, 0, TOO_MANY), (1 << 24, 0, DONE), (1 << 24, 1, STOPPED)]
)
def test_search_says_how_it_ended(most: int, flag: int, status: int) -> None:
    steps = 14
    graph, arcs, bounds = ladder(steps)
    spans = np.zeros((len(arcs), len(SPAN)), np.int64)
    spans[:, SPAN.end] = 1 << 40
    calendars = Calendars(spans, np.arange(len(arcs) + 1))
    goal = np.arange(steps + 1) == steps
    said, labels, goals, _ = search(
        graph,
        calendars,
        arcs,
        np.zeros((1, 64), np.int64),
        Trip(np.array([0]), 0, goal),
        np.zeros((0, steps + 1), np.int64),
        bounds,
        SearchLimits(last_arrival=1 << 40, transshipments=1 << 40, labels=most),
        np.array([flag], np.int64),
    )
    assert said == status
    if said == DONE:
        assert len(goals) == 2**steps
        both = labels[goals, LABEL.second] + labels[goals, LABEL.money]
        assert set(both) == {2 * steps + 2**steps - 1}


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [("skims", ["--trees"], "SciPy"), ("pareto", [], "plain Python")],
)
def test_benchmarks_run_on_their_smallest_size(
    name: str, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """They stop where kernel and peer differ; how long they take is not looked at."""
    runpy.run_path(str(BENCHMARKS / f"{name}.py"))["main"](["--small", *options])
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("seed", range(10))
def test_of_equal_arcs_the_one_from_the_nearest_and_lowest_state_is_taken(seed: int) -> None:
    ptr, head, tail, weight = random_graph(seed)
    distance, arc = paths.dijkstra(ptr, head, weight, np.array([2]))
    for v in np.flatnonzero(arc >= 0):
        into = np.flatnonzero((head == v) & (weight >= 0))
        equal = into[distance[tail[into]] + weight[into] == distance[v]]
        assert arc[v] == min(equal, key=lambda a: (distance[tail[a]], tail[a], a))


def test_no_source_reaches_nothing() -> None:
    ptr, head, _, weight = random_graph(1)
    distance, arc = paths.dijkstra(ptr, head, weight, NONE)
    assert (distance == UNREACHED).all()
    assert (arc == -1).all()


def test_compiled_kernels_are_kept_by_their_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_CACHE_DIR", "here")
    folder = cache_folder()
    assert folder is not None and folder.parts[:2] == ("here", "corridor")
    assert folder.name.startswith("kernels-")
