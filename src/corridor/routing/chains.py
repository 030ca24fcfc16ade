"""Chains: the labels that routes are made of, each the one that its route had before."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from corridor.kernels import Ints
from corridor.kernels.records import LABEL


def rows_to(labels: Ints, label: int) -> list[int]:
    """Return the rows of the labels that a label was made from, its start first, its own last."""
    rows = [label]
    while (parent := int(labels[rows[-1], LABEL.parent])) >= 0:
        rows.append(parent)
    return rows[::-1]


def labels_backwards(labels: Ints, goals: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Yield which routes have one more arc, and the labels at its end, from the goals back.

    labels: of a search; goals: rows of labels that routes end in. Routes are numbers of goals; the
    label that a route starts with is at the end of no arc.
    """
    route = np.arange(len(goals))
    label = np.asarray(goals, np.int64)

    while True:
        goes_on = labels[label, LABEL.parent] >= 0
        route = route[goes_on]
        label = label[goes_on]
        if not len(route):
            return

        yield route, label
        label = labels[label, LABEL.parent]
