"""Chains: the labels that routes are made of, each the one that its route had before."""

from __future__ import annotations

import numpy as np

from corridor.kernels import Ints
from corridor.kernels.records import LABEL


def rows_to(labels: Ints, label: int) -> list[int]:
    """Return the rows of the labels that a label was made from, its start first, its own last."""
    rows = [label]
    while (parent := int(labels[rows[-1], LABEL.parent])) >= 0:
        rows.append(parent)
    return rows[::-1]


def labels_of_routes(labels: Ints, goals: Ints) -> tuple[Ints, Ints]:
    """Return the labels at the ends of the arcs of routes, and which route each is of.

    Both [arcs of all routes], from the goals back. labels: of a search; goals: rows of labels that
    routes end in. Routes are numbers of goals; the label that a route starts with is at the end of
    no arc.
    """
    route = np.arange(len(goals))
    label = np.asarray(goals, np.int64)
    routes, steps = [route[:0]], [label[:0]]

    parent_of = labels[:, LABEL.parent]
    parent = parent_of[label]
    while len(going_on := np.flatnonzero(parent >= 0)):
        route = route[going_on]
        routes.append(route)
        steps.append(label[going_on])

        label = parent[going_on]
        parent = parent_of[label]
    return np.concatenate(routes), np.concatenate(steps)
