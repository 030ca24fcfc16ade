"""Questions as arrays: where they start, and what arcs take."""

from __future__ import annotations

import numpy as np
import pytest

from core_cases import SCENARIOS, link, network, node, small
from corridor.errors import UnknownName
from corridor.network.calendar import Span
from corridor.network.openings import pack
from corridor.network.passages import Passage, Stage
from corridor.routing.query import arc_durations, prepare
from corridor.routing.route import route


def test_goods_start_on_the_road_or_on_the_layer_named() -> None:
    built = network("open-borders")
    state = {s: k for k, s in built.graph.state_index.items()}

    def starts(text: str) -> set[tuple[str, str]]:
        asked = prepare(
            built, text, "karachi", cargo="container-40", depart="2026-07-01", options={}
        )
        return {state[s] for s in asked.starts.tolist()}

    assert starts("almaty") == {("almaty", "road")}
    assert starts("Almaty@rail-1520") == {("almaty", "rail-1520")}
    assert starts("almaty@") == {("almaty", "road")}
    roadless = next(
        n
        for n in built.graph.node_ids
        if (n, "road") not in built.graph.state_index
        and any(k[0] == n for k in built.graph.state_index)
    )
    assert starts(roadless) == {k for k in built.graph.state_index if k[0] == roadless}
    with pytest.raises(UnknownName, match="layer at almaty"):
        starts("almaty@rail-1435")


def test_a_layer_that_only_a_terminal_knows_is_no_end() -> None:
    """A row of terminals to a layer without links made trips start there, an hour late."""
    at_sea = {"mode": "sea", "length_km": 1275.0, "speed_kmh": 25.0}
    idle = {
        "terminal_id": "idle",
        "node_id": "a",
        "from_layer": "sea",
        "to_layer": "air",
        "two_way": True,
        "handling_h": 1.0,
    }
    built = small(links=[link("ab", "a", "b", **at_sea)], terminals=[idle])
    routes = route(built, "a", "b", cargo="box", depart="2026-07-01", draws=2)
    assert routes.routes["time_h"].to_list() == [51.0]
    assert routes.routes["transshipments_count"].to_list() == [0]


def test_a_place_without_any_route_is_an_empty_answer() -> None:
    built = small(nodes=[node("a"), node("b"), node("island")], links=[link("ab", "a", "b")])
    for pair in (("a", "island"), ("island", "a")):
        found = route(built, *pair, cargo="box", depart="2026-03-01")
        assert found.reason is not None
        assert found.reason.startswith("not joined")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_arcs_join_the_states_their_rows_name(scenario: str) -> None:
    asked = prepare(
        network(scenario),
        "almaty",
        "karachi",
        cargo="container-40",
        depart="2026-07-01",
        options={},
    )
    graph = asked.graph
    tail = np.repeat(np.arange(asked.graph.states_count), np.diff(asked.ptr))
    assert np.array_equal(graph.tail[asked.arc_of], tail)
    assert np.array_equal(graph.head[asked.arc_of], asked.head)
    assert len(asked.span_ptr) == graph.arcs_count + 1


def test_arcs_take_half_their_headway_and_are_not_passed_where_avoided_or_shut() -> None:
    every_hour = [Span(0, 1)]
    ride = Passage(
        every_hour, every_hour, 12 * 3600, (Stage(every_hour, None, 90 * 60, None),), every_hour
    )
    may_pass = np.array([True, False, True])
    opens = np.array([True, True, False])

    open_s = np.array([ride.duration_s] * 3)
    durations = arc_durations(open_s, may_pass, opens)
    assert durations.tolist() == [(13 * 60 + 30) * 60, -1, -1]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_calendars_of_all_arcs_are_those_of_their_passages(scenario: str) -> None:
    asked = prepare(
        network(scenario),
        "almaty",
        "karachi",
        cargo="container-40",
        depart="2026-07-01",
        options={},
    )
    passages = [asked.passages[arc] for arc in range(asked.graph.arcs_count)]
    packed, ptr = pack([passage.calendar() for passage in passages])
    assert np.array_equal(asked.packed, packed) and np.array_equal(asked.span_ptr, ptr)
    assert asked.spans == [passage.mean_calendar() for passage in passages]

    passed = asked.duration_s >= 0
    took = np.array([passage.duration_s for passage in passages])
    assert np.array_equal(asked.duration_s[passed], took[passed])
