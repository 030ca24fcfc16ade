"""The choice of routes that is shown."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from core_cases import network
from corridor.errors import NotConverged
from corridor.routing import pareto
from corridor.routing.pareto import spread
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
