"""Bounds of the search."""

from __future__ import annotations

import numpy as np

from core_cases import network
from corridor.kernels.records import ARC, BOUND
from corridor.routing.query import prepare
from corridor.routing.search import lower_bounds


def test_bounds_never_exceed_what_a_route_takes() -> None:
    built = network("mid-2026")
    asked = prepare(
        built, "almaty", "karachi", cargo="container-40", depart="2026-07-01", options={}
    )
    arcs = np.zeros((asked.graph.arcs_count, len(ARC)), np.int64)
    arcs[:, ARC.duration] = asked.duration_s
    arcs[:, ARC.money] = asked.usd_cents
    arcs[:, ARC.carbon] = asked.carbon_g
    arcs = arcs[asked.arc_of]

    bounds = lower_bounds(asked, arcs)
    tail = np.repeat(np.arange(len(asked.ptr) - 1), np.diff(asked.ptr))
    passable = arcs[:, ARC.duration] >= 0
    for bound, column in (
        (BOUND.duration, ARC.duration),
        (BOUND.money, ARC.money),
        (BOUND.carbon, ARC.carbon),
    ):
        least_on = arcs[:, column] + bounds[asked.head, bound]
        assert (bounds[tail, bound] <= least_on)[passable].all()
    assert (bounds[asked.is_goal] == 0).all()
