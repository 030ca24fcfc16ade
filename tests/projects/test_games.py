"""Shapley values, core and nucleolus against games of textbooks and programmes written apart."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy.optimize import linprog

from corridor.errors import CallError
from corridor.projects.games import core, nucleolus, shapley_values

GLOVES = [0, 0, 0, 0, 0, 1, 1, 1]  # players 0 and 1 have a left glove, 2 a right one


def _voting(weights: list[int], quota: int) -> np.ndarray:
    players = len(weights)
    sums = [sum(w for p, w in enumerate(weights) if s >> p & 1) for s in range(1 << players)]
    return np.array([float(total >= quota) for total in sums])


def _airport(costs: list[float]) -> np.ndarray:
    """Return minus the price of the runway that a set of planes needs."""
    players = len(costs)
    return np.array(
        [
            -max((c for p, c in enumerate(costs) if s >> p & 1), default=0)
            for s in range(1 << players)
        ]
    )


def _bankruptcy(estate: float, claims: list[float]) -> np.ndarray:
    players = len(claims)
    others = [sum(c for p, c in enumerate(claims) if not s >> p & 1) for s in range(1 << players)]
    return np.maximum(0.0, estate - np.array(others))


def _random_game(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    players = int(rng.integers(2, 6))
    worth = rng.normal(0, 10, 1 << players) + rng.uniform(0, 8) * np.arange(1 << players) ** 0.5
    worth[0] = 0.0
    worth[-1] += rng.uniform(0, 60)
    return worth


@pytest.mark.parametrize(
    ("worth", "values"),
    [
        # Gloves: Shapley value (1/6, 1/6, 2/3). Osborne and Rubinstein (1994), section 14.4.
        (GLOVES, [1 / 6, 1 / 6, 2 / 3]),
        # The majority of [51; 40, 30, 20, 10] has (5, 3, 3, 1) / 12: Straffin (1993), chapter 26.
        (_voting([40, 30, 20, 10], 51), [5 / 12, 3 / 12, 3 / 12, 1 / 12]),
        # A runway for planes that need 8, 11, 13 and 18 of it, each part shared by those that
        # need it: Littlechild and Owen (1973), Management Science 20(3).
        (_airport([8, 11, 13, 18]), [-2, -3, -4, -9]),
    ],
)
def test_shapley_values_of_textbooks(worth: list[float], values: list[float]) -> None:
    assert shapley_values(np.array(worth, float)) == pytest.approx(values, abs=1e-12)


@pytest.mark.parametrize("seed", range(8))
def test_shapley_values_are_means_over_orders_and_add_up(seed: int) -> None:
    worth = _random_game(seed)
    players = len(worth).bit_length() - 1
    means = np.zeros(players)
    orders = list(permutations(range(players)))
    for order in orders:
        joined = 0
        for player in order:
            means[player] += worth[joined | 1 << player] - worth[joined]
            joined |= 1 << player
    values = shapley_values(worth)
    assert values == pytest.approx(means / len(orders), abs=1e-9)
    assert values.sum() == pytest.approx(worth[-1])


@pytest.mark.parametrize("seed", range(30))
def test_core_equals_a_programme_written_apart(seed: int) -> None:
    worth = _random_game(seed)
    players = len(worth).bit_length() - 1
    members = np.array([[s >> p & 1 for p in range(players)] for s in range(1, len(worth))], float)
    apart = linprog(
        np.zeros(players),
        A_ub=-members[:-1],
        b_ub=-worth[1:-1],
        A_eq=members[-1:],
        b_eq=worth[-1:],
        bounds=(None, None),
    )
    result = core(worth)
    assert result.is_empty == (apart.status == 2)
    assert (members[:-1] @ result.shares_usd >= worth[1:-1] - 1e-6).all()


def test_both_kinds_of_core_are_among_the_random_games() -> None:
    assert {core(_random_game(seed)).is_empty for seed in range(30)} == {False, True}


@pytest.mark.parametrize(
    ("estate", "shares"),
    [(100, [100 / 3] * 3), (200, [50, 75, 75]), (300, [50, 100, 150])],
)
def test_nucleolus_of_the_talmud(estate: float, shares: list[float]) -> None:
    """Claims of 100, 200 and 300: Aumann and Maschler (1985), Journal of Economic Theory 36(2)."""
    worth = _bankruptcy(estate, [100, 200, 300])
    assert nucleolus(worth) == pytest.approx(shares, abs=1e-6)


def test_nucleolus_of_gloves_gives_all_to_the_scarce_one() -> None:
    assert nucleolus(np.array(GLOVES, float)) == pytest.approx([0, 0, 1], abs=1e-9)


@pytest.mark.parametrize("seed", range(30))
def test_nucleolus_adds_up_and_is_in_the_core_where_there_is_one(seed: int) -> None:
    worth = _random_game(seed)
    players = len(worth).bit_length() - 1
    shares = nucleolus(worth)
    assert shares.sum() == pytest.approx(worth[-1])
    if not core(worth).is_empty:
        sums = np.array(
            [sum(shares[p] for p in range(players) if s >> p & 1) for s in range(1 << players)]
        )
        assert (sums >= worth - 1e-6).all()


def test_the_nucleolus_parts_what_all_are_worth() -> None:
    worth = _random_game(3)
    assert nucleolus(worth).sum() == pytest.approx(worth[-1], abs=1e-9)


def test_a_game_must_have_a_value_for_every_set() -> None:
    with pytest.raises(CallError, match="2\\^n"):
        shapley_values(np.zeros(3))
    with pytest.raises(CallError, match="nobody"):
        core(np.array([1.0, 2.0]))
