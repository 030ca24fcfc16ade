"""Failures: every element against brute force, SciPy and a network that lacks the link."""

from __future__ import annotations

import dataclasses
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

import naive_closures
from closure_cases import ON, STUDY_ON, build, random_case, study_network
from corridor.closures.elements import Element, elements
from corridor.closures.failure_pairs import worst_pairs
from corridor.closures.failures import measures, routes_without
from corridor.flows.demand import DemandArrays, compile_demand, part
from corridor.kernels import Bools, Floats
from corridor.kernels.paths import UNREACHED

KINDS = ("link", "node", "terminal", "crossing", "country")


def weighted_arcs(arrays: DemandArrays, class_: int) -> list[tuple[int, int, int]]:
    weight = arrays.weight[arrays.regime_of_day[0], class_]
    return list(zip(arrays.tail.tolist(), arrays.head.tolist(), weight.tolist(), strict=True))


@pytest.mark.parametrize("seed", range(12))
def test_costs_without_each_element_equal_the_naive_twin(seed: int) -> None:
    tables, demand = random_case(seed)
    arrays = compile_demand(build(tables), demand, on=ON)
    shut = elements(arrays, KINDS)
    nothing_then_each = [set(), *(set(element.arcs.tolist()) for element in shut)]

    routes = routes_without(arrays, shut)

    for class_, starts, trips in arrays.groups():
        goals = [part(arrays.goals, trip).tolist() for trip in trips.tolist()]
        arcs = weighted_arcs(arrays, class_)
        for row, shut_arcs in enumerate(nothing_then_each):
            naive = naive_closures.costs_without(
                arcs, shut_arcs, starts.tolist(), goals, len(arrays.ptr) - 1
            )
            cents = [None if c >= UNREACHED else c for c in routes.cents[row, trips].tolist()]
            assert cents == naive


def scipy_costs(arrays: DemandArrays, is_shut: Bools) -> Floats:
    """Return every trip's cost with some arcs shut, each tree searched whole, inf for no route."""
    costs = np.full(arrays.trips.height, np.inf)
    states = len(arrays.ptr) - 1
    for class_, starts, trips in arrays.groups():
        weight = arrays.weight[arrays.regime_of_day[0], class_].astype(float)
        weight[(weight < 0) | is_shut] = np.inf
        matrix = csr_array((weight, arrays.head, arrays.ptr), shape=(states, states))
        distance = dijkstra(matrix, indices=starts, min_only=True)
        costs[trips] = [distance[part(arrays.goals, trip)].min() for trip in trips.tolist()]
    return costs


def test_threads_change_nothing() -> None:
    tables, demand = random_case(1)
    arrays = compile_demand(build(tables), demand, on=ON)
    shut = elements(arrays, KINDS)

    alone = routes_without(arrays, shut, workers=1)
    together = routes_without(arrays, shut, workers=3)

    assert all(np.array_equal(one, three) for one, three in zip(alone, together, strict=True))


@pytest.mark.slow
def test_every_link_of_the_study_costs_what_scipy_says() -> None:
    network = study_network()
    arrays = compile_demand(network, network.frames["demand"], on=STUDY_ON)
    links = elements(arrays, ["link"])
    assert len(links) == network.frames["links"].height

    routes = routes_without(arrays, links)

    for row, element in enumerate([None, *links]):
        is_shut = np.zeros(len(arrays.head), bool)
        if element is not None:
            is_shut[element.arcs] = True
        ours = np.where(routes.cents[row] >= UNREACHED, np.inf, routes.cents[row])
        assert np.array_equal(ours, scipy_costs(arrays, is_shut)), element


@pytest.mark.parametrize("seed", range(4))
def test_worst_pairs_equal_all_pairs(seed: int) -> None:
    tables, demand = random_case(seed, nodes=5, links=9)
    arrays = compile_demand(build(tables), demand, on=ON)
    links = elements(arrays, ["link"])

    pairs = worst_pairs(arrays, links, by="loss_usd_per_year", max_pairs=1000, limit_share=0.1)

    losses = {frozenset(row["element_id"].split()): row["loss_usd_per_year"] for row in pairs}
    assert losses == pytest.approx(naive_pair_losses(arrays, links))


def naive_pair_losses(arrays: DemandArrays, links: list[Element]) -> dict[frozenset[str], float]:
    """Return the loss of every pair that costs more together than apart, each pair shut at once."""
    pairs = list(combinations(links, 2))
    both = [dataclasses.replace(one, arcs=np.union1d(one.arcs, other.arcs)) for one, other in pairs]
    alone = dict(zip([link.element_id for link in links], losses_of(arrays, links), strict=True))

    losses: dict[frozenset[str], float] = {}
    for (one, other), loss in zip(pairs, losses_of(arrays, both), strict=True):
        if loss - alone[one.element_id] - alone[other.element_id] > 0.01:
            losses[frozenset((one.element_id, other.element_id))] = loss
    return losses


def losses_of(arrays: DemandArrays, shut: list[Element]) -> list[Any]:
    measured = measures(arrays, routes_without(arrays, shut), 0.1)
    return [row["loss_usd_per_year"] for row in measured]
