"""The network: alternatives, places and the graph of (place, layer) states."""

from __future__ import annotations

import pytest

from core_cases import BASE, closed, frames, link, network, node, small
from corridor.errors import CallError, UnknownName
from corridor.network import network as networks

OPTIONS = [
    {"option_id": "gauge:wide", "meaning": "w", "is_default": True},
    {"option_id": "gauge:narrow", "meaning": "n", "is_default": False},
]
RAILS = [
    link("wide", "a", "b", mode="rail", gauge_mm=1520, alternative="gauge:wide"),
    link("narrow", "a", "b", mode="rail", gauge_mm=1435, alternative="gauge:narrow"),
    link("bc", "b", "c"),
]


def arcs(built: networks.Network) -> set[tuple[str, str, str, str, str]]:
    """Return kind and end states of every arc."""
    g = built.graph
    ends = [
        [(g.node_ids[g.state_node[s]], g.state_layer[s]) for s in side.tolist()]
        for side in (g.tail, g.head)
    ]
    return {(kind, *a, *b) for kind, a, b in zip(g.kind, *ends, strict=True)}


def test_an_alternative_counts_only_where_it_is_chosen() -> None:
    for choices, ids in (({}, ["wide", "bc"]), ({"gauge": "narrow"}, ["narrow", "bc"])):
        built = small(parameters=OPTIONS, links=RAILS, choices=choices)
        assert built.frames["links"]["link_id"].to_list() == ids
        assert built.choices == {"gauge": "wide", **choices}


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"gage": "wide"}, "There is no parameter 'gage'. Did you mean 'gauge'?"),
        ({"gauge": "wild"}, "There is no option of gauge 'wild'. Did you mean 'wide'?"),
        ({"": ""}, "no parameter ''"),
    ],
)
def test_an_unknown_choice_says_what_was_meant(choices: dict[str, str], said: str) -> None:
    with pytest.raises(UnknownName) as caught:
        small(parameters=OPTIONS, links=RAILS, choices=choices)
    assert said in str(caught.value)


def test_changes_come_in_the_order_asked_for_and_unknown_ones_are_refused() -> None:
    rows = [
        closed("ab", change_id="one"),
        closed("bc", change_id="two"),
        {**closed("cd"), "alternative": "gauge:narrow"},
    ]
    built = small("two", "one", "shut", changes=rows, parameters=OPTIONS)
    assert built.changes["row_id"].to_list() == [
        "bc",
        "ab",
    ]  # the alternative of the third is not chosen
    with pytest.raises(UnknownName, match="one"):
        small("onne", changes=rows, parameters=OPTIONS)


def test_layers_meet_only_at_terminals() -> None:
    rail = {"mode": "rail", "gauge_mm": 1520}
    terminal = {
        "node_id": "b",
        "from_layer": "road",
        "to_layer": "rail-1520",
        "handling_h": 5.0,
        "handling_p95_h": 9.0,
    }
    links = [link("ab", "a", "b"), link("bc", "b", "c", two_way=False, **rail)]
    for two_way in (True, False):
        built = small(links=links, terminals=[{"terminal_id": "t", "two_way": two_way, **terminal}])
        expected = {
            ("link", "a", "road", "b", "road"),
            ("link", "b", "road", "a", "road"),
            ("link", "b", "rail-1520", "c", "rail-1520"),
            ("terminal", "b", "road", "b", "rail-1520"),
        }
        assert arcs(built) == expected | (
            {("terminal", "b", "rail-1520", "b", "road")} if two_way else set()
        )


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ({"required": True}, {("service", "a", "b"), ("service", "b", "a")}),
        ({"required": True, "from_node_id": "b"}, {("service", "b", "a")}),
        (
            {"required": False, "from_node_id": "a"},
            {("link", "a", "b"), ("link", "b", "a"), ("service", "a", "b")},
        ),
    ],
)
def test_a_required_service_takes_the_place_of_its_link(
    service: dict[str, object], expected: set[tuple[str, ...]]
) -> None:
    built = small(
        links=[link("ab", "a", "b", mode="sea")],
        services=[{"service_id": "s", "link_ids": "ab", "departures_per_week": 2.0, **service}],
    )
    assert {(k, a, b) for k, a, _, b, _ in arcs(built)} == expected


def test_a_service_runs_over_its_links_whichever_way_they_were_drawn() -> None:
    links = [link("ab", "a", "b"), link("cb", "c", "b"), link("cd", "c", "d", two_way=False)]
    built = small(
        links=links,
        services=[
            {
                "service_id": "s",
                "link_ids": "ab cb cd",
                "required": False,
                "departures_per_week": 1.0,
            }
        ],
    )
    at = built.graph.kind.index("service")
    assert built.graph.kind.count("service") == 1  # a one-way link leaves no way back
    assert built.graph.runs[at] == ((0, True), (1, False), (2, True))


def test_every_state_of_the_study_is_a_place_and_a_layer() -> None:
    graph = network("open-borders").graph
    assert graph.states_count == len(graph.ready_state) == len(graph.state_node)
    assert set(graph.ready_state.tolist()) == set(graph.state_index.values())
    for state, ready in enumerate(graph.ready_state.tolist()):
        assert graph.state_node[state] == graph.state_node[ready]
        assert graph.state_layer[state] == graph.state_layer[ready]
    assert graph.arcs_count == len(graph.tail) == len(graph.head) == len(graph.runs)
    assert {"road", "rail-1520", "rail-1435", "rail-1676", "sea", "ferry", "ferry-1520"} <= set(
        graph.state_layer
    )
    for a, (kind, runs) in enumerate(zip(graph.kind, graph.runs, strict=True)):
        same_place = graph.state_node[graph.tail[a]] == graph.state_node[graph.head[a]]
        assert same_place == (kind == "terminal") == (not runs)


def test_a_network_says_what_it_is_and_has_keys_only_where_declared() -> None:
    built = small()
    assert repr(built) == "Network(4 nodes, 3 links, 0 terminals, 0 dated changes)"
    assert built.by_id("nodes")["c"]["country"] == "UZ"
    with pytest.raises(CallError):
        built.by_id("changes")


def test_tables_given_are_not_edited() -> None:
    tables = frames(changes=[closed("ab")])
    before = {name: frame.clone() for name, frame in tables.items()}
    built = networks.build(tables, change_ids=["shut"])
    assert built.graph.arcs_count == 6
    assert all(tables[name].equals(before[name]) for name in tables)
    assert len(BASE["nodes"]) == tables["nodes"].height
    assert node("x")["name"] == "X"
