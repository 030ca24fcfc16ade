"""Elements: what fails together on two roads, and names as they are printed."""

from __future__ import annotations

import pytest

from closure_cases import ON, build, demand_of, hazard_rows, two_roads
from corridor.closures.elements import KINDS, elements
from corridor.errors import UnknownName
from corridor.flows.demand import DemandArrays, compile_demand


@pytest.fixture(scope="module")
def arrays() -> DemandArrays:
    hazards = hazard_rows([{"hazard_id": "slide", "row_id": "pass-east plain-east"}])
    network = build({**two_roads(), "hazards": hazards})
    return compile_demand(network, demand_of([("west", "east")]), on=ON)


def links_of(arrays: DemandArrays, kind: str) -> dict[str, set[str]]:
    """Return the links that fail with each element of a kind."""
    graph = arrays.network.graph
    link_ids = arrays.network.frames["links"]["link_id"].to_list()
    return {
        element.element_id: {
            link_ids[link]
            for arc in arrays.arc_of[element.arcs].tolist()
            for link, _ in graph.runs[arc]
        }
        for element in elements(arrays, [kind])
    }


def test_a_link_fails_alone_and_both_ways(arrays: DemandArrays) -> None:
    assert links_of(arrays, "link")["west-pass"] == {"west-pass"}
    assert [len(link.arcs) for link in elements(arrays, ["link"])] == [2] * 5


def test_a_place_fails_with_all_its_links(arrays: DemandArrays) -> None:
    assert links_of(arrays, "node")["node:west"] == {"west-pass", "west-plain", "west-spur"}


def test_a_crossing_is_every_link_between_two_countries(arrays: DemandArrays) -> None:
    assert links_of(arrays, "crossing") == {
        "crossing:KZ-PK": {"pass-east"},
        "crossing:KZ-UZ": {"west-plain"},
        "crossing:PK-UZ": {"plain-east"},
    }


def test_a_country_fails_with_the_links_that_lead_into_it(arrays: DemandArrays) -> None:
    assert links_of(arrays, "country")["country:PK"] == {"pass-east", "plain-east"}


def test_a_hazard_fails_with_what_it_covers(arrays: DemandArrays) -> None:
    assert links_of(arrays, "hazard") == {"slide": {"pass-east", "plain-east"}}


def test_names_are_those_of_places(arrays: DemandArrays) -> None:
    names = {element.element_id: element.name for element in elements(arrays, KINDS)}
    assert names["west-pass"] == "West - Pass, road"
    assert names["crossing:KZ-PK"] == "KZ - PK, every crossing"
    assert names["node:plain"] == "Plain"


def test_what_cannot_fail_is_refused(arrays: DemandArrays) -> None:
    with pytest.raises(UnknownName, match="crossing"):
        elements(arrays, ["crosing"])
