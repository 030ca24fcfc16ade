"""Disjoint routes: as many as the least cut, found by trying all sets of links."""

from __future__ import annotations

import pytest

import naive_closures
from closure_cases import ON, build, random_case
from corridor.closures.disjoint_routes import disjoint_counts
from corridor.closures.elements import elements
from corridor.flows.demand import compile_demand
from corridor.tables import schema

MAX_CUT = 2


@pytest.mark.parametrize("seed", range(6))
def test_disjoint_routes_equal_the_least_cut(seed: int) -> None:
    tables, demand = random_case(seed, nodes=5, links=10)
    network = build(tables)
    arrays = compile_demand(network, demand, on=ON)
    graph = network.graph
    usable = arrays.arc_of[(arrays.weight[0] >= 0).any(axis=0)].tolist()
    steps = {arc: (int(graph.tail[arc]), int(graph.head[arc])) for arc in usable}
    transfers = [steps[arc] for arc in usable if graph.kind[arc] == "terminal"]
    step_of_run = {run: steps[arc] for arc in usable for run in graph.runs[arc]}

    counts = disjoint_counts(arrays, elements(arrays, ["link"]))

    for number, (row, count) in enumerate(zip(network.rows("links"), counts, strict=True)):
        layer = schema.layer(row["mode"], row["gauge_mm"])
        one = graph.state_index[row["from_node_id"], layer]
        other = graph.state_index[row["to_node_id"], layer]
        others = [step for (link, _), step in step_of_run.items() if link != number]
        least_cut = naive_closures.least_cut(others, transfers, (one, other), MAX_CUT)
        assert count is not None
        assert min(count, MAX_CUT + 1) == least_cut


def test_what_has_no_two_sides_has_no_count() -> None:
    tables, demand = random_case(0, nodes=5, links=10)
    arrays = compile_demand(build(tables), demand, on=ON)
    assert disjoint_counts(arrays, elements(arrays, ["country"])[:1]) == [None]
