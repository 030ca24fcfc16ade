"""Observed volumes beside flows: which background is counted with them."""

from __future__ import annotations

import pytest

from closure_cases import ON, build, demand_of, two_roads
from corridor.flows.assign import assign
from corridor.flows.observed import observed_beside_flows
from flow_cases import capacity
from random_networks import evidence, frame


@pytest.mark.parametrize(("start", "background_per_day"), [("pass", 5.0), (None, 12.0)])
def test_the_background_of_the_other_direction_is_not_counted(
    start: str | None, background_per_day: float
) -> None:
    out = capacity("out", "links", "pass-east", "TEU", 100.0)
    back = capacity("back", "links", "pass-east", "TEU", 100.0)
    out[0] |= {"from_node_id": "pass", "background_per_day": 5.0}
    back[0] |= {"from_node_id": "east", "background_per_day": 7.0}
    network = build({**two_roads(), "capacities": frame("capacities", [*out, *back])})
    demand = demand_of([("west", "east")])
    flows = assign(network, demand, on=ON)

    volume = {
        "volume_id": "boxes",
        "name": "Boxes by the pass",
        "table": "links",
        "row_id": "pass-east",
        "from_node_id": start,
        "unit": "TEU",
        "year": 2026,
        "per_year": 365.0,
        "held_out": False,
    }
    volumes = frame("volumes", [evidence(volume)])
    observed = observed_beside_flows(volumes, demand, lambda _: flows, lambda _: flows)

    teu_per_unit = network.frames["cargoes"]["teu_per_unit"].item(0)
    by_flows = 365.0 * teu_per_unit
    expected = by_flows + 365.0 * background_per_day
    assert observed["modelled_per_year"].to_list() == pytest.approx([expected])
