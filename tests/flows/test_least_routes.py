"""Least routes: read off a hierarchy and searched they are the same."""

from __future__ import annotations

import numpy as np
import pytest

from closure_cases import ON
from corridor.flows import least_routes as module
from corridor.flows.assign import assign
from corridor.flows.least_routes import least_routes
from flow_cases import random_flows


@pytest.mark.slow  # its kernels take some 15 s to compile
@pytest.mark.parametrize("seed", range(3))
def test_routes_off_a_hierarchy_are_those_of_searches(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, demand = random_flows(seed)
    programme = assign(network, demand, on=ON).programme
    cents = programme.weight
    coarse = np.where(cents < 0, -1, 1 + cents // 20_000)  # so coarse that many routes tie

    for weight in (np.where(cents < 0, -1, cents + 1), coarse):
        for class_, _, searches in programme.searches:
            asked = (programme.arrays, weight[class_], searches)
            expected = list(least_routes(*asked))
            with monkeypatch.context() as patched:
                patched.setattr(module, "MIN_STATES", 0)
                patched.setattr(module, "MIN_SEARCHES", 0)
                patched.setattr(module, "_from_searches", None)
                assert list(least_routes(*asked)) == expected
            assert any(route.arcs for route in expected)
