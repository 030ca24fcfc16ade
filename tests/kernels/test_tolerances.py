"""Searches within tolerances: every exact route is near one that they return, and the best stay."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import naive
from corridor.kernels import Ints, pareto
from corridor.kernels.records import ARC, CRITERIA_COLUMNS, LABEL, NO_TOLERANCES, Tolerances
from corridor.network import hazards
from corridor.network import network as networks
from corridor.routing.query import prepare
from corridor.routing.search import search_within, trace
from random_networks import DEPART, random_network, with_stands

ALL = np.ones(4, bool)
SEED_WITH_HAZARDS = 8
GRIDS = Path(__file__).resolve().parents[2] / "benchmarks" / "pareto_grids.py"
TOLERANCES = [Tolerances(0.05, 0.1, 10**7), Tolerances(0.5, 1.0, 10**8)]


@pytest.fixture(scope="module")
def grids() -> dict[str, Any]:
    return runpy.run_path(str(GRIDS))


def covers(near: Ints, exact: Ints, tolerances: Tolerances) -> bool:
    """Tell whether every row is within tolerances of some other; time first, none of it.

    Rows of two criteria have time and money only.
    """
    shares = np.array([0.0, tolerances.money, tolerances.carbon, 0.0])[: exact.shape[1]]
    points = np.array([0.0, 0.0, 0.0, tolerances.risk])[: exact.shape[1]]
    limits = exact * (1 + shares) + points + 1e-6
    if not len(exact):
        return True
    return bool((near[None] <= limits[:, None]).all(axis=2).any(axis=1).all())


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 1000),
    st.integers(2, 4),
    st.sampled_from([0.01, 0.05, 0.3]),
    st.sampled_from([0.0, 0.1]),
    st.sampled_from([0, 15]),
)
def test_every_route_over_a_grid_is_near_one_that_is_returned(
    grids: dict[str, Any], seed: int, criteria: int, money: float, carbon: float, risk: int
) -> None:
    side = 9
    square = grids["grid"](side, seed)
    tolerances = Tolerances(money, carbon, risk)
    ends = (0, side * side - 1)
    exact = grids["ours"](square, criteria, *ends).values
    near = grids["ours"](square, criteria, *ends, tolerances=tolerances).values
    assert covers(near, exact, tolerances)
    assert near[:, 0].min() == exact[:, 0].min()


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 1000),
    st.integers(2, 4),
    st.lists(st.tuples(*[st.integers(0, 9)] * 4), min_size=1, max_size=4),
    st.booleans(),
)
def test_nothing_is_sought_beyond_points(
    grids: dict[str, Any], seed: int, criteria: int, tenths: list[tuple[int, ...]], is_near: bool
) -> None:
    """Points lie between the least and the most of what routes take, or at nothing."""
    side = 9
    square = grids["grid"](side, seed)
    tolerances = Tolerances(0.05, 0.1, 15) if is_near else NO_TOLERANCES
    ends = (0, side * side - 1)
    exact = grids["ours"](square, criteria, *ends).values
    span = np.ptp(exact, axis=0)
    parts = np.array(tenths)[:, :criteria]
    points = np.where(parts > 0, exact.min(axis=0) + parts * span // 10, 0)
    points = np.pad(points, ((0, 0), (0, 4 - criteria)))

    near = grids["ours"](square, criteria, *ends, tolerances=tolerances, beyond=points).values
    shares = np.array([0.0, tolerances.money, tolerances.carbon, 0.0])[:criteria]
    risk = np.array([0, 0, 0, tolerances.risk])[:criteria]
    most = exact + (exact * shares).astype(np.int64) + risk
    is_beyond = (points[:, :criteria] <= most[:, None]).all(axis=2).any(axis=1)
    assert covers(near, exact[~is_beyond], tolerances)
    if not is_near:
        assert np.array_equal(near, exact[~is_beyond])


@pytest.mark.parametrize("criteria", [2, 3, 4])
def test_points_spare_labels(grids: dict[str, Any], criteria: int) -> None:
    side = 16
    square = grids["grid"](side)
    ends = (0, side * side - 1)
    every = grids["ours"](square, criteria, *ends)
    dear = np.zeros((1, 4), np.int64)
    dear[0, 1] = np.quantile(every.values[:, 1], 0.25)
    cheap = grids["ours"](square, criteria, *ends, beyond=dear)
    assert 0 < len(cheap.values) < len(every.values)
    assert cheap.settled < 0.7 * every.settled


@pytest.mark.parametrize("criteria", [2, 3, 4])
def test_tolerances_of_almost_nothing_leave_out_nothing(
    grids: dict[str, Any], criteria: int
) -> None:
    """They take the other path through the kernel: claims, and ways back."""
    side = 10
    square = grids["grid"](side, 3)
    ends = (0, side * side - 1)
    exact = grids["ours"](square, criteria, *ends).values
    almost = Tolerances(1e-12, 1e-12, 0)
    assert np.array_equal(grids["ours"](square, criteria, *ends, tolerances=almost).values, exact)


def test_labels_follow_the_tolerance(grids: dict[str, Any]) -> None:
    side = 22
    square = grids["grid"](side)
    ends = (0, side * side - 1)
    shares = [0.0, 0.01, 0.05, 0.2]
    results = [
        grids["ours"](square, 3, *ends, tolerances=Tolerances(share, share, 0)) for share in shares
    ]
    settled = [result.settled for result in results]
    routes = [len(result.values) for result in results]
    assert settled == sorted(settled, reverse=True)
    assert routes == sorted(routes, reverse=True)
    assert settled[3] < 0.3 * settled[0], settled
    assert routes[3] < 0.2 * routes[0], routes


@pytest.mark.parametrize(
    ("seeds", "stands"),
    [
        (range(3), False),
        (range(2), True),
        *(
            pytest.param(range(first, first + 60), stands, marks=pytest.mark.slow)
            for first in (3, 63)
            for stands in (False, True)
        ),
    ],
)
def test_every_route_of_the_twin_is_near_one_that_is_returned(seeds: range, stands: bool) -> None:
    """On dated networks with calendars, services and hazards; the best by each stay as they are."""
    for seed in seeds:
        tables = random_network(seed)
        if stands:
            tables = with_stands(tables, seed)
        built = networks.build(tables, change_ids=["events"] if tables["changes"].height else [])
        asked = prepare(built, "n0", "n5", cargo="box", depart=DEPART, options={})
        names = {s: (n, layer) for (n, layer), s in asked.graph.state_index.items()}
        starts = [(*names[s], "ready") for s in asked.starts.tolist()]
        goals = {
            (*names[s], stand)
            for s in asked.graph.ready_state[asked.is_goal].tolist()
            for stand in ("ready", "moving", "landed")
        }
        twin = naive.NaiveNetwork(tables, DEPART, "n0", "n5")
        exact = np.array(sorted(naive.pareto(twin, starts, goals).search), np.int64).reshape(-1, 4)

        for tolerances in TOLERANCES:
            answer = search_within(asked, ALL, tolerances)
            near = answer.labels[answer.goals, CRITERIA_COLUMNS] - [asked.depart_s, 0, 0, 0]
            assert len(near) > 0 or not len(exact)
            if len(exact):
                more = tolerances._replace(risk=tolerances.risk + 10)  # rounded otherwise
                assert covers(near, exact, more), f"seed {seed}"
                gap = near.min(axis=0) - exact.min(axis=0)
                assert (np.abs(gap) <= [0, 0, 0, 10]).all(), f"seed {seed}"


@pytest.mark.parametrize(("points", "counts"), [(10**12, False), (1, True)])
def test_hazards_count_only_where_a_route_meets_more_than_the_tolerance(
    points: int, counts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Either way a route's risk is the sum of the weights of the hazards that its arcs meet."""
    built = networks.build(random_network(SEED_WITH_HAZARDS))
    asked = prepare(built, "n0", "n5", cargo="box", depart=DEPART, options={})
    searches = []

    def watched(*arguments: Any) -> Any:
        arcs = arguments[2]
        searches.append(bool(arcs[:, ARC.money].any() and arcs[:, ARC.hazard_bits :].any()))
        return search(*arguments)

    search = pareto.search
    monkeypatch.setattr(pareto, "search", watched)
    answer = search_within(asked, ALL, Tolerances(0.05, 0.1, points))
    assert searches[0] is False
    assert any(searches) is counts

    covered = hazards.arcs_covered(asked.network)
    weights = hazards.weights(asked.network, asked.depart_s)
    risks = [
        weights[covered[:, trace(asked, answer.labels, goal)].any(axis=1)].sum()
        for goal in answer.goals.tolist()
    ]
    assert max(risks) > 0
    assert answer.labels[answer.goals, LABEL.risk].tolist() == risks
