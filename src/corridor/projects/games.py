"""Games: what each set of players is worth together, and what holds all of them together.

A game gives every set of players a value: ``worth`` float64 [2^players], the set of player p has
bit p. Source: Shapley (1953), Contributions to the Theory of Games II; Bondareva (1963) and Shapley
(1967) for the core; Schmeidler (1969), SIAM Journal on Applied Mathematics 17(6), for the
nucleolus, computed by the programmes of Maschler, Peleg and Shapley (1979).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import factorial
from typing import Any, NamedTuple

import numpy as np

from corridor.errors import CallError, NotConverged
from corridor.highs import new_solver, run
from corridor.kernels import Floats
from corridor.projects.lattice import members

TOLERANCE = 1e-9  # of the largest value, between what is paid and what is asked for
MIN_DUAL = 1e-7  # of a set that binds; all of them sum to 1


class Core(NamedTuple):
    """Whether what all together are worth can be parted so that no set would rather leave.

    is_empty: no division keeps everybody. needed_usd: the least sum that would. shares_usd: a
    division of that sum [players].
    """

    is_empty: bool
    needed_usd: float
    shares_usd: Floats


class _Row(NamedTuple):
    """What the players of a set have together: between two numbers, less some of a surplus."""

    subset: int
    low: float
    high: float
    surplus: float = 0.0


def shapley_values(worth: Floats) -> Floats:
    """Return what each player brings on average over all orders of joining [players].

    >>> import numpy as np
    >>> shapley_values(np.array([0.0, 0, 0, 0, 0, 1, 1, 1])).round(4).tolist()  # two left gloves
    [0.1667, 0.1667, 0.6667]
    """
    players = _players(worth)
    subsets = np.arange(len(worth))
    sizes = np.array([subset.bit_count() for subset in subsets.tolist()])
    weight_of = [
        factorial(size) * factorial(players - size - 1) / factorial(players)
        for size in range(players)
    ]

    values = np.zeros(players)
    for player in range(players):
        without = subsets[subsets >> player & 1 == 0]
        weights = np.array(weight_of)[sizes[without]]
        values[player] = weights @ (worth[without | 1 << player] - worth[without])
    return values


def core(worth: Floats) -> Core:
    """Return whether the core of a game is empty, by the least sum that satisfies every set."""
    players = _players(worth)
    everybody = len(worth) - 1
    if players == 1:
        return Core(False, float(worth[everybody]), worth[1:].copy())

    scale = _scale(worth)
    rows = [_Row(subset, worth[subset] / scale, np.inf) for subset in range(1, everybody)]
    solution = _solve(np.ones(players), rows)
    shares = np.array(solution.col_value) * scale
    needed = float(shares.sum())
    is_empty = needed > worth[everybody] + TOLERANCE * scale * players
    return Core(bool(is_empty), needed, shares)


def nucleolus(worth: Floats) -> Floats:
    """Return the division of what all are worth that makes the unhappiest set least unhappy.

    Of those, the one that makes the next unhappiest least unhappy, and so on: one division, in the
    core where that is not empty. Float64 [players].

    >>> import numpy as np
    >>> claims = np.array([100.0, 200.0, 300.0])  # estate 200: Aumann and Maschler (1985)
    >>> paid = [sum(claims[p] for p in range(3) if not s >> p & 1) for s in range(8)]
    >>> nucleolus(np.maximum(0.0, 200.0 - np.array(paid))).round(6).tolist()
    [50.0, 75.0, 75.0]
    """
    players = _players(worth)
    everybody = len(worth) - 1
    scale = _scale(worth)
    settled = {everybody: float(worth[everybody]) / scale}  # what sets have, once that is fixed

    while (rank := np.linalg.matrix_rank(_membership(list(settled), players))) < players:
        settled |= _least_unhappy(worth / scale, settled)
        if np.linalg.matrix_rank(_membership(list(settled), players)) == rank:
            raise NotConverged("the search for side payments settled no further set.")
    sums = np.array(list(settled.values()))
    shares, *_ = np.linalg.lstsq(_membership(list(settled), players), sums, rcond=None)
    return np.asarray(shares * scale)


def _players(worth: Floats) -> int:
    players = len(worth).bit_length() - 1
    if players < 1 or len(worth) != 1 << players:
        raise CallError(f"a game has a value for each of 2^n sets of players, not {len(worth)}.")
    if worth[0] != 0:
        raise CallError(f"the set of nobody must be worth 0, not {worth[0]}.")
    return players


def _scale(worth: Floats) -> float:
    return float(np.abs(worth).max()) or 1.0


def _membership(subsets: Sequence[int], players: int) -> Floats:
    """Return who is in subsets float64 [subsets, players]."""
    return np.array([[subset >> p & 1 for p in range(players)] for subset in subsets], float)


def _least_unhappy(worth: Floats, settled: Mapping[int, float]) -> dict[int, float]:
    """Return the sets that bind where the smallest surplus of a set not settled is largest.

    What they have is the same in every such division, as their dual values are not 0.
    """
    players = _players(worth)
    rows = [_Row(subset, usd, usd) for subset, usd in settled.items()]
    free = _not_settled(players, settled)
    rows += [_Row(subset, float(worth[subset]), np.inf, surplus=-1.0) for subset in free]

    solution = _solve(np.append(np.zeros(players), -1.0), rows)
    surplus = solution.col_value[players]
    duals = np.array(solution.row_dual)[len(settled) :]
    return {
        subset: float(worth[subset]) + surplus
        for subset, dual in zip(free, duals, strict=True)
        if dual > MIN_DUAL
    }


def _not_settled(players: int, settled: Mapping[int, float]) -> list[int]:
    """Return the sets whose sum does not follow from those settled."""
    fixed = _membership(list(settled), players)
    every_set = _membership(range(1 << players), players)
    left = every_set - every_set @ np.linalg.pinv(fixed) @ fixed
    return [int(s) for s in np.flatnonzero(np.abs(left).max(axis=1) > TOLERANCE)]


def _solve(costs: Floats, rows: Sequence[_Row]) -> Any:
    """Return the solution of least cost over shares, and a surplus where costs have one more."""
    import highspy

    solver = new_solver(
        primal_feasibility_tolerance=TOLERANCE, dual_feasibility_tolerance=TOLERANCE
    )
    for usd in costs.tolist():
        solver.addCol(
            usd, -highspy.kHighsInf, highspy.kHighsInf, 0, np.zeros(0, np.int32), np.zeros(0)
        )
    for row in rows:
        columns = members(row.subset)
        weights = [1.0] * len(columns)
        if row.surplus:
            columns.append(len(costs) - 1)
            weights.append(row.surplus)
        solver.addRow(
            row.low, row.high, len(columns), np.array(columns, np.int32), np.array(weights)
        )

    status = run(solver)
    if status != highspy.HighsModelStatus.kOptimal:
        raise NotConverged(f"the programme of a game ended as {status}, without an optimum.")
    return solver.getSolution()
