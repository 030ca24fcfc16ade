"""States that stand once more say what bits of places in labels say, and are few or none."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping

import numpy as np
import pytest

from corridor.kernels.records import CRITERIA_COLUMNS, NO_TOLERANCES, Tolerances
from corridor.routing import search as searches
from corridor.routing.dominance import undominated_rows
from corridor.routing.query import Query, prepare
from corridor.routing.turn_backs import turns_back
from corridor.routing.visits import Visits, visits
from random_lines import PLACES, random_lines

NO_RISK = np.array([True, True, True, False])
ALMOST_NOTHING = Tolerances(1e-12, 1e-12, 0)


def question(seed: int) -> Query:
    dice = random.Random(seed)
    lines = random_lines(dice)
    via = dice.sample([f"n{k}" for k in range(1, PLACES - 1)], dice.randint(0, 2))
    ends = ("n0", f"n{PLACES - 1}")
    return prepare(lines, *ends, cargo="box", depart="2026-03-01", options={"via": via})


def best_values(query: Query, tolerances: Tolerances) -> set[tuple[int, ...]]:
    answer = searches.search(query, NO_RISK, tolerances=tolerances)
    values = answer.labels[answer.goals, CRITERIA_COLUMNS]
    return {tuple(row) for row in values[undominated_rows(values)].tolist()}


@pytest.mark.parametrize("seeds", [range(60), pytest.param(range(60, 600), marks=pytest.mark.slow)])
def test_states_that_stand_twice_find_what_bits_find(
    seeds: range, monkeypatch: pytest.MonkeyPatch
) -> None:
    further = []

    def watched(query: Query, minded: Mapping[int, Collection[int]]) -> Visits | None:
        split = visits(query, minded)
        further.append(0 if split is None else len(split.state) - len(query.is_goal))
        return split

    monkeypatch.setattr(searches, "visits", watched)
    for seed in seeds:
        query = question(seed)
        near = best_values(query, ALMOST_NOTHING)
        assert near == best_values(query, NO_TOLERANCES), f"seed {seed}"
    assert max(further) > 0  # some routes came back, or would have


@pytest.mark.parametrize("seeds", [range(60), pytest.param(range(60, 600), marks=pytest.mark.slow)])
def test_what_routes_that_turn_back_may_hide_is_sought_again(seeds: range) -> None:
    """Every route is near one that a search within tolerances returns, and none turns back."""
    tolerances = Tolerances(0.2, 0.4, 0)
    for seed in seeds:
        query = question(seed)
        answer = searches.search(query, NO_RISK, tolerances=tolerances)
        near = answer.labels[answer.goals, CRITERIA_COLUMNS][:, :3]
        for exact in best_values(query, NO_TOLERANCES):
            limits = np.array(exact[:3]) * [1, 1 + tolerances.money, 1 + tolerances.carbon] + 1e-6
            assert (near <= limits).all(axis=1).any(), f"seed {seed}"
        assert not turns_back(query, answer.labels, answer.goals).any()


def test_many_sets_of_places_are_bits_again() -> None:
    query = question(1)
    everywhere = set(range(query.graph.states_count))
    minded = dict.fromkeys(range(PLACES), everywhere)
    assert visits(query, minded, most=10**6) is not None
    assert visits(query, minded, most=1) is None
