"""Dated network: least costs to goals by a hierarchy are those of searches."""

from __future__ import annotations

import numpy as np
import pytest

from closure_cases import ON, build, random_case
from corridor.closures import dated_network
from corridor.closures.dated_network import compile_dated_network
from corridor.flows.demand import compile_demand


@pytest.mark.slow  # its kernels take some 15 s to compile
@pytest.mark.parametrize("seed", range(3))
def test_bounds_by_a_hierarchy_are_those_of_searches(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables, demand = random_case(seed, nodes=6, links=16)
    arrays = compile_demand(build(tables), demand, on=ON, days=90)
    no_hazards = np.zeros((0, tables["links"].height), bool)
    expected = compile_dated_network(arrays, no_hazards).bound

    monkeypatch.setattr(dated_network, "MIN_STATES", 0)
    monkeypatch.setattr(dated_network, "MIN_SEARCHES", 0)
    monkeypatch.setattr(dated_network, "_searched", None)
    assert np.array_equal(compile_dated_network(arrays, no_hazards).bound, expected)
