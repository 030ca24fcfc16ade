"""Dominance: rows that no other is at least as good as, and what routes that turn back may hide."""

from __future__ import annotations

import numpy as np

from corridor.kernels import Ints
from corridor.kernels.records import Tolerances

MOST_POINTS = 256  # each two of which are compared with all


def undominated_rows(values: Ints, most: int | None = None) -> Ints:
    """Return the rows that no other is at least as good as, the best by the first column first.

    most: how many of them, the first; null: all.
    """
    from corridor.kernels.pareto import undominated

    # What is the same of all rows sets none of them back; the kernel is faster on fewer columns.
    differs = (values != values[:1]).any(axis=0)
    order = np.lexsort(values.T[::-1])
    ordered = np.ascontiguousarray(values[order][:, differs])
    rows: Ints = order[undominated(ordered, len(values) if most is None else most)]
    return rows


def beyond_hidden(straight: Ints, back: Ints, tolerances: Tolerances) -> Ints:
    """Return points beyond which no route lies that one that turns back may hide [points, 4].

    Routes of a search are near every other, but some turn back and will not do. What only such are
    near takes at least what one of them takes, less the tolerances. So a partial way leads to
    nothing hidden where, for each of them, a straight route is near the least that takes as much
    as both in all that counts. That is so beyond some points, which a search compares with as with
    routes that arrived. Fewer points are right too, and those of early routes spare most.

    Parameters
    ----------
    straight, back
        Time, money, carbon and risk of the routes that do not turn back and of those that do
        [routes, 4].
    tolerances
        Of the search.
    """
    columns = straight.shape[1]
    points = np.zeros((1, columns), np.int64)
    for row in back:
        of_row = np.where(straight <= _near_least(row, tolerances), 0, straight)
        of_row = of_row[undominated_rows(of_row, MOST_POINTS)]
        pairs = np.maximum(points[:, None], of_row[None]).reshape(-1, columns)
        points = pairs[undominated_rows(pairs, MOST_POINTS)]
    return points


def _near_least(taken: Ints, tolerances: Tolerances) -> Ints:
    """Return the most that is near the least that a route near some other takes [4]."""
    shares = np.array([0.0, tolerances.money, tolerances.carbon, 0.0])
    risk = np.array([0, 0, 0, tolerances.risk])
    least = np.floor(np.maximum(taken - risk, 0) / (1 + shares)).astype(np.int64)
    near: Ints = least + (least * shares).astype(np.int64) + risk
    return near
