"""Distances by hierarchies against a readable twin: whole, pruned and brought up to date."""

from __future__ import annotations

import heapq
import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corridor.kernels import Ints, hierarchy, paths
from corridor.kernels.records import Groups

pytestmark = pytest.mark.slow  # its kernels take some 15 s to compile

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"

Arc = tuple[int, int, int]  # tail, head, weight; negative: no passage


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[Arc]]:
    """Draw a graph: its states, and arcs with loops, parallels, weights of 0 and closed ones."""
    n = draw(st.integers(1, 12))
    state = st.integers(0, n - 1)
    return n, draw(st.lists(st.tuples(state, state, st.integers(-1, 5)), max_size=40))


def csr(n: int, arcs: list[Arc]) -> tuple[Ints, Ints, Ints]:
    """Return ptr, head and weight of some arcs, sorted by their tails."""
    rows = np.array(sorted(arcs, key=lambda arc: arc[0]), np.int64).reshape(-1, 3)
    ptr = np.searchsorted(rows[:, 0], np.arange(n + 1)).astype(np.int64)
    return ptr, rows[:, 1].copy(), rows[:, 2].copy()


def naive(ptr: Ints, head: Ints, weight: Ints, sources: list[int]) -> list[int]:
    """Return least weights from the nearest source to every state, by Dijkstra's search."""
    least = [int(hierarchy.FAR)] * (len(ptr) - 1)
    heap = [(0, source) for source in sources]
    while heap:
        so_far, here = heapq.heappop(heap)
        if so_far >= least[here]:
            continue
        least[here] = so_far
        for a in range(ptr[here], ptr[here + 1]):
            if weight[a] >= 0:
                heapq.heappush(heap, (so_far + int(weight[a]), int(head[a])))
    return least


@settings(max_examples=80)
@given(graphs(), st.lists(st.integers(0, 11), max_size=6), st.data())
@example((1, []), [], None)
def test_distances_are_those_of_the_readable_twin(
    graph: tuple[int, list[Arc]], numbers: list[int], data: st.DataObject | None
) -> None:
    n, arcs = graph
    ptr, head, weight = csr(n, arcs)
    states = [number % n for number in numbers]
    groups = [[state] for state in range(n)] + [states]
    sources = np.array([state for group in groups for state in group], np.int64)
    source_ptr = np.cumsum([0, *map(len, groups)]).astype(np.int64)
    expected = [naive(ptr, head, weight, group) for group in groups]

    layers = hierarchy.build(ptr, head)
    weights, is_exact = hierarchy.customise(layers, weight)
    assert is_exact
    for sweep in (hierarchy.whole(layers, weights), hierarchy.prune(layers, weights)):
        for targets in (list(range(n)), states):
            selection = hierarchy.select(
                layers, sweep.down_ptr, sweep.down_head, np.array(targets, np.int64)
            )
            least, is_exact = hierarchy.distances(layers, sweep, selection, sources, source_ptr)
            assert is_exact
            assert least.tolist() == [[row[target] for target in targets] for row in expected]


@settings(max_examples=80)
@given(graphs(), st.lists(st.integers(0, 11), min_size=1, max_size=3))
def test_sums_along_distances_are_those_along_the_trees_of_searches(
    graph: tuple[int, list[Arc]], numbers: list[int]
) -> None:
    n, arcs = graph
    ptr, head, weight = csr(n, arcs)
    weight = np.where(weight == 0, 1, weight)
    tail = np.repeat(np.arange(n), np.diff(ptr))
    sources = np.array([number % n for number in numbers], np.int64)
    source_ptr = np.array([0, 1, len(sources)], np.int64)
    values = np.stack([weight, np.arange(len(weight)), 7 * head])
    words = 1 << np.arange(len(weight)) % 60

    distance, arc = paths.dijkstra_many(ptr, head, weight, sources, source_ptr)
    expected, joined = paths.along_trees(distance, arc, tail, values, words)
    into = np.argsort(head, kind="stable")
    into_ptr = np.searchsorted(head[into], np.arange(n + 1)).astype(np.int64)
    least = np.minimum(distance, hierarchy.FAR).astype(np.int32)
    goals = np.arange(n)[::-1].copy()
    sums, met = paths.along_distances(
        least,
        Groups(into, into_ptr),
        tail,
        weight,
        np.ascontiguousarray(values.T),
        words[:, None].copy(),
        goals,
    )
    assert np.array_equal(sums, expected[:, :, ::-1])
    assert np.array_equal(met, joined[None, :, ::-1])


@settings(max_examples=80)
@given(graphs(), st.lists(st.lists(st.integers(0, 39), max_size=5), max_size=4))
def test_closures_are_those_of_the_graph_without_the_closed_arcs(
    graph: tuple[int, list[Arc]], sets: list[list[int]]
) -> None:
    n, arcs = graph
    ptr, head, weight = csr(n, arcs)
    closed = [[number for number in numbers if number < len(arcs)] for numbers in sets]
    closures = Groups(
        np.array([a for each in closed for a in each], np.int64),
        np.cumsum([0, *map(len, closed)]).astype(np.int64),
    )
    layers = hierarchy.build(ptr, head)
    everywhere = np.arange(n)
    selection = hierarchy.select(layers, layers.ptr, layers.head, everywhere)

    least, is_exact = hierarchy.distances_under_closures(
        layers, weight, closures, selection, everywhere, np.arange(n + 1)
    )
    assert is_exact
    for row, each in zip(least, closed, strict=True):
        remaining = weight.copy()
        remaining[each] = -1
        assert row.tolist() == [naive(ptr, head, remaining, [state]) for state in range(n)]


@settings(max_examples=80)
@given(graphs(), st.lists(st.tuples(st.integers(0, 39), st.integers(-1, 5)), max_size=6))
def test_customised_where_it_changed_is_customised_anew(
    graph: tuple[int, list[Arc]], changes: list[tuple[int, int]]
) -> None:
    n, arcs = graph
    ptr, head, weight = csr(n, arcs)
    layers = hierarchy.build(ptr, head)
    weights, _ = hierarchy.customise(layers, weight)

    now = {a: new for a, new in changes if a < len(arcs)}
    changed = np.array(list(now), np.int64)
    weight[changed] = list(now.values())
    is_due = np.zeros(len(layers.head), np.bool_)
    assert hierarchy.recustomise(layers, weight, changed, weights, is_due)
    assert not is_due.any()
    assert np.array_equal(weights, hierarchy.customise(layers, weight)[0])


def test_closing_many_arcs_of_a_larger_graph_is_the_same_as_closing_them_before() -> None:
    """Few closed arcs change some shortcuts, many have all of them computed anew."""
    dice = np.random.default_rng(3)
    tail = np.sort(dice.integers(0, 400, 2000))
    ptr = np.searchsorted(tail, np.arange(401)).astype(np.int64)
    head = np.clip(tail + dice.integers(-9, 10, 2000), 0, 399)
    weight = dice.integers(0, 99, 2000)
    sets = [dice.choice(2000, count, replace=False) for count in (2, 200, 0, 3)]
    closures = Groups(np.concatenate(sets), np.cumsum([0, *map(len, sets)]).astype(np.int64))
    layers = hierarchy.build(ptr, head)
    targets = np.arange(0, 400, 7)
    selection = hierarchy.select(layers, layers.ptr, layers.head, targets)
    groups = np.arange(len(targets) + 1)

    least, _ = hierarchy.distances_under_closures(
        layers, weight, closures, selection, targets, groups
    )
    for row, closed in zip(least, sets, strict=True):
        remaining = weight.copy()
        remaining[closed] = -1
        for origin in (0, 31, 57):
            expected = naive(ptr, head, remaining, [int(targets[origin])])
            assert row[origin].tolist() == [expected[target] for target in targets]


@pytest.mark.parametrize(("heavy", "is_fit"), [(1 << 27, True), (1 << 28, False), (1 << 29, False)])
def test_weights_too_heavy_for_its_numbers_are_told(heavy: int, is_fit: bool) -> None:
    """A chain of three arcs: 3 x 2**27 is counted exactly, 3 x 2**28 is not."""
    ptr, head, weight = csr(4, [(0, 1, heavy), (1, 2, heavy), (2, 3, heavy)])
    layers = hierarchy.build(ptr, head)
    weights, fits = hierarchy.customise(layers, weight)
    sweep = hierarchy.whole(layers, weights)
    selection = hierarchy.select(layers, sweep.down_ptr, sweep.down_head, np.arange(4))
    least, is_exact = hierarchy.distances(layers, sweep, selection, np.array([0]), np.array([0, 1]))
    assert (fits and is_exact) is is_fit
    if is_fit:
        assert least.tolist() == [[0, heavy, 2 * heavy, 3 * heavy]]


@pytest.mark.parametrize(
    "name", ["skims", "closures", pytest.param("criticality", marks=pytest.mark.slow)]
)
def test_benchmarks_run_on_their_smallest_size(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    runpy.run_path(str(BENCHMARKS / f"{name}.py"))["main"](["--small"])
    assert "SciPy" in capsys.readouterr().out
