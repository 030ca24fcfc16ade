"""The choice of routes that is shown."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from core_cases import network
from corridor.errors import NotConverged
from corridor.routing import pareto
from corridor.routing.pareto import spread, undominated_rows
from corridor.routing.route import route
from corridor.routing.search import search


def test_too_many_labels_give_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    few = partial(search, max_labels=1 << 10)
    monkeypatch.setattr(pareto, "search", few)
    ends = ("xian", "karachi")
    with pytest.raises(NotConverged, match="partial ways"):
        route(network("mid-2026"), *ends, cargo="container-40", depart="2026-07-01")


def test_the_spread_keeps_the_best_of_each_and_one_of_each_corridor() -> None:
    dice = np.random.default_rng(3)
    values = dice.integers(0, 1000, (60, 4))
    corridor = dice.integers(0, 4, 60)
    cost = dice.random(60)
    for most in (1, 4, 9, 60, 99):
        rows = spread(values, [corridor], cost, most)
        assert len(rows) == len(set(rows)) == min(most, 60)
        assert rows == sorted(rows, key=lambda i: tuple(values[i]))
    nine = spread(values, [corridor], cost, 9)
    assert set(values.argmin(axis=0)) <= set(nine)
    assert set(corridor[nine]) == set(range(4))


@pytest.mark.parametrize("criteria", [1, 2, 3, 4])
def test_rows_that_none_is_as_good_as_are_those_of_comparing_all(criteria: int) -> None:
    dice = np.random.default_rng(criteria)
    for _ in range(200):
        values = dice.integers(0, 6, (int(dice.integers(0, 25)), criteria))
        values[:, 0] *= dice.integers(2)  # one column may be all the same
        distinct = {tuple(row) for row in values.tolist()}
        best = {
            row
            for row in distinct
            if not any(
                other != row and all(a <= b for a, b in zip(other, row, strict=True))
                for other in distinct
            )
        }

        rows = undominated_rows(values)

        assert [tuple(row) for row in values[rows].tolist()] == sorted(best)
