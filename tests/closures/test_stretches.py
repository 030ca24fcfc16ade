"""Stretches: shutting all links of one costs every trip the same as shutting any of them."""

from __future__ import annotations

import numpy as np

from closure_cases import ON, build, random_case
from corridor.closures.criticality import rank
from corridor.closures.elements import Element, elements
from corridor.closures.failures import routes_without
from corridor.closures.stretches import STRETCH, with_stretches
from corridor.flows.demand import compile_demand


def test_a_stretch_is_lost_with_any_of_its_links() -> None:
    lengths = []
    for seed in range(8):
        tables, demand = random_case(seed, nodes=9, links=9)
        some = demand.gather_every(13, offset=seed)
        network = build(tables)
        ranked = rank(network, some, on=ON, kinds=["link"], pairs=0)
        arrays = compile_demand(network, some, on=ON)
        links = {element.element_id: element for element in elements(arrays, ["link"])}

        stretches = [ids.split() for ids in ranked.filter(kind=STRETCH)["element_id"]]
        lengths += [len(link_ids) for link_ids in stretches]
        for link_ids in stretches:
            arcs = np.unique(np.concatenate([links[link_id].arcs for link_id in link_ids]))
            whole = Element(STRETCH, "all", "all", arcs)
            routes = routes_without(arrays, [whole, *(links[link_id] for link_id in link_ids)])
            assert (routes.cents[1:] == routes.cents[1]).all()

        listed = [link for ids in with_stretches(ranked)["element_id"] for link in ids.split()]
        assert sorted(listed) == sorted(ranked.filter(kind="link")["element_id"])
    assert len(lengths) > 3
