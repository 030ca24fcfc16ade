"""The choice of routes that is shown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core_cases import network
from corridor.errors import NotConverged
from corridor.routing import pareto
from corridor.routing.conditions import read_criteria
from corridor.routing.dominance import undominated_rows
from corridor.routing.pareto import pareto_set, spread
from corridor.routing.query import prepare
from corridor.routing.route import route
from corridor.routing.showing import EXACT, Showing

TRIP: dict[str, Any] = {"cargo": "container-40", "depart": "2026-07-01"}


def test_too_many_labels_give_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pareto, "MAX_LABELS", 1 << 10)
    with pytest.raises(NotConverged, match="partial ways"):
        route(network("mid-2026"), "xian", "karachi", **TRIP, showing=EXACT)


def test_too_many_labels_within_tolerances_give_no_number() -> None:
    with pytest.raises(NotConverged, match=r"partial ways .* take 17 kB"):  # 256 times 65 bytes
        route(network("mid-2026"), "xian", "karachi", **TRIP, most_labels=1 << 8)


@pytest.mark.parametrize("ends", [("almaty", "karachi"), ("bishkek", "kashgar")])
def test_where_routes_are_too_many_to_hold_those_shown_cover_them(
    monkeypatch: pytest.MonkeyPatch, ends: tuple[str, str]
) -> None:
    built = network("mid-2026")
    asked = prepare(built, *ends, cargo="container-40", depart="2026-07-01", options={})
    every = ["time", "cost", "carbon", "risk"]
    exact = pareto_set(asked, read_criteria(every))

    monkeypatch.setattr(pareto, "EXACT_LABELS", 1 << 8)
    showing = Showing(max_detour=None, max_more_transshipments=None, alike=True)
    routes = route(built, *ends, **TRIP, max_routes=1000, showing=showing)
    assert exact.is_exact and not routes.is_exact
    assert routes.pareto_count < len(exact)
    assert routes.left_out[0].startswith("There are too many routes to hold them all")

    # the risk of an answer counts days, that of a search does not
    shown = routes.routes.select("time_h", "cost_usd", "carbon_kg").to_numpy()
    values = exact.values[:, :3] - [asked.depart_s, 0, 0]
    values = values / [3600, 100, 1000]
    limits = values * [1.05, 1.05, 1.10] + 1e-9
    assert (shown[None] <= limits[:, None]).all(axis=2).any(axis=1).all()
    assert shown.min(axis=0) == pytest.approx(values.min(axis=0), rel=1e-5)  # of whole cents


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
