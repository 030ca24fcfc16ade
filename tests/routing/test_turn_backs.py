"""No route comes to a place twice, and none that does not is lost."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import naive
from core_cases import link, network, node, small
from corridor.network.network import Network
from corridor.routing.pareto import pareto_set
from corridor.routing.query import Query, prepare
from corridor.routing.route import Routes, route
from corridor.routing.search import best_route
from corridor.routing.whynot import why_not
from random_lines import PLACES, random_lines

NO_RISK = np.array([True, True, True, False])


def rides(query: Query) -> list[naive.Ride]:
    """Return the arcs that may be passed, as the twin takes them."""
    graph = query.graph
    states = {number: state for state, number in graph.state_index.items()}
    links = query.network.rows("links")
    return [
        naive.Ride(
            states[int(graph.tail[arc])],
            states[int(graph.head[arc])],
            tuple(
                links[run.link]["to_node_id" if run.is_forward else "from_node_id"]
                for run in graph.runs[arc]
            ),
            (int(query.duration_s[arc]), int(query.usd_cents[arc]), int(query.carbon_g[arc])),
        )
        for arc in range(graph.arcs_count)
        if query.duration_s[arc] >= 0
    ]


def values_of_twin(query: Query, via: list[str]) -> set[tuple[int, ...]]:
    states = {number: state for state, number in query.graph.state_index.items()}
    count = query.graph.states_count
    starts = [states[s % count] for s in query.starts.tolist()]
    goals = {states[s % count] for s in np.flatnonzero(query.is_goal).tolist()}
    return naive.simple_routes(rides(query), starts, goals, set(via))


@pytest.mark.parametrize(
    "block", [0, *(pytest.param(block, marks=pytest.mark.slow) for block in range(1, 10))]
)
def test_the_set_equals_the_enumeration_of_routes_that_come_to_no_place_twice(block: int) -> None:
    served = 0
    for seed in range(60 * block, 60 * block + 60):
        dice = random.Random(seed)
        built = random_lines(dice)
        via = dice.sample([f"n{k}" for k in range(1, PLACES - 1)], dice.randint(0, 2))
        ends = ("n0", f"n{PLACES - 1}")
        asked = prepare(built, *ends, cargo="box", depart="2026-03-01", options={"via": via})

        pareto = pareto_set(asked, NO_RISK)
        mine = {
            (seconds - asked.depart_s, cents, grams)
            for seconds, cents, grams, _ in pareto.values.tolist()
        }
        every = values_of_twin(asked, via)
        assert mine == naive.undominated(every), seed
        served += bool(every)

        best = best_route(asked, "cost")
        cheapest = min((cents for _, cents, _ in every), default=None)
        assert (best is None) == (cheapest is None), seed
        if best is not None:
            assert sum(int(asked.usd_cents[arc]) for arc in best.arcs) == cheapest, seed
    assert served > 15


def dead_end() -> Network:
    """Return a - b - c by road, with x beyond b that nothing else leads to."""
    return small(
        nodes=[node("a"), node("b"), node("c", "UZ"), node("x", "PK")],
        links=[link("ab", "a", "b"), link("bc", "b", "c"), link("bx", "b", "x")],
    )


def ask(built: Network, origin: str, destination: str, **options: Any) -> Routes:
    return route(built, origin, destination, cargo="box", depart="2026-03-01", **options)


def test_via_passes_a_place() -> None:
    assert ask(dead_end(), "a", "c", via=["b"]).routes.height == 1
    answer = ask(dead_end(), "a", "c", via=["x"])
    assert answer.pareto_count == 0 and answer.reason


def test_an_end_of_the_trip_is_passed() -> None:
    assert ask(dead_end(), "a", "x", via=["x", "a"]).routes.height == 1


def test_why_not_takes_no_run_into_a_dead_end_for_a_route() -> None:
    verdict = why_not(dead_end(), "a", "c", "x", cargo="box", depart="2026-03-01").verdict
    assert "No route from origin to destination leads through it" in verdict


def test_a_train_is_not_boarded_beyond_where_it_comes_back_to() -> None:
    """Goods at b do not ride to the terminal at x to take a train that passes b again."""
    railways = [
        link("bx-rail", "b", "x", mode="rail", gauge_mm=1520),
        link("bc-rail", "b", "c", mode="rail", gauge_mm=1520),
    ]
    built = small(
        nodes=[node("a"), node("b"), node("c", "UZ"), node("x")],
        links=[link("ab", "a", "b"), link("bx", "b", "x"), *railways],
        services=[
            {
                "service_id": "train",
                "link_ids": "bx-rail bc-rail",
                "from_node_id": "x",
                "required": True,
                "departures_per_week": 7.0,
            }
        ],
        terminals=[
            {
                "terminal_id": place,
                "node_id": place,
                "from_layer": "road",
                "to_layer": "rail-1520",
                "two_way": True,
                "handling_h": 1.0,
            }
            for place in ("x", "c")
        ],
    )
    assert ask(built, "x", "c").routes.height == 1
    assert ask(built, "a", "c").pareto_count == 0


@pytest.mark.parametrize(
    ("ends", "via"),
    [
        (("almaty", "karachi"), []),
        (("almaty", "karachi"), ["bandar-abbas"]),
        (("karachi", "tashkent"), ["khunjerab"]),
        (("xian", "poti"), []),
    ],
)
def test_routes_of_the_study_come_to_no_place_twice(ends: tuple[str, str], via: list[str]) -> None:
    answer = route(network("mid-2026"), *ends, cargo="container-40", depart="2026-07-01", via=via)
    assert answer.routes.height
    for _, legs in answer.legs.group_by("route_id"):
        places = [*legs.filter(kind="link").sort("leg")["to_node_id"], ends[0]]
        assert len(places) == len(set(places))
        links = legs.filter(kind="link")["link_id"].to_list()
        assert len(links) == len(set(links))
