"""Distances over a frozen day against SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from core_cases import network
from corridor.routing.frozen_day import freeze
from corridor.routing.query import end_states_at, states_at
from corridor.routing.skims import skim


@pytest.mark.parametrize(
    ("scenario", "cargo"), [("open-borders", "container-40"), ("mid-2026", "bulk-t")]
)
def test_distances_are_scipys(scenario: str, cargo: str) -> None:
    built = network(scenario)
    frozen = freeze(built, cargo=cargo, depart="2026-07-01")
    open_arcs = frozen.weight >= 0
    least: dict[tuple[int, int], int] = {}
    for t, h, w in zip(
        frozen.tail[open_arcs].tolist(),
        frozen.head[open_arcs].tolist(),
        frozen.weight[open_arcs].tolist(),
        strict=True,
    ):
        least[t, h] = min(w, least.get((t, h), w))
    rows, columns = zip(*least, strict=True)
    n = len(frozen.ptr) - 1
    every = dijkstra(
        csr_array((np.array(list(least.values()), float), (rows, columns)), shape=(n, n))
    )
    ids = frozen.query.graph.node_ids
    starts = frozen.starts
    ends = frozen.ends
    made = skim(built, cargo=cargo, depart="2026-07-01")
    assert made.height == len(ids) * (len(ids) - 1)
    expected = {
        (ids[i], ids[j]): every[np.ix_(starts[i], ends[j])].min() / 100
        if len(starts[i]) and len(ends[j])
        else math.inf
        for i in range(len(ids))
        for j in range(len(ids))
        if i != j
    }
    for a, b, found, reason in made.select(
        "origin", "destination", "generalised_cost_usd", "reason"
    ).iter_rows():
        assert (math.inf if found is None else found) == pytest.approx(expected[a, b])
        assert (reason is None) == (found is not None)


def test_goods_of_a_skim_start_where_those_of_a_route_do() -> None:
    built = network("open-borders")
    frozen = freeze(built, cargo="container-40", depart="2026-07-01")
    for node_id, starts, ends in zip(
        frozen.query.graph.node_ids, frozen.starts, frozen.ends, strict=True
    ):
        assert starts.tolist() == states_at(built, node_id, "2026-07-01").tolist(), node_id
        assert ends.tolist() == end_states_at(built, node_id, "2026-07-01").tolist(), node_id
