"""Services: gathering, calls, what they carry, changes between them, and ordinary wagons beside."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core_cases import link, network, node, small
from corridor.errors import CallError
from corridor.network.cost import Costs, directed_links, price
from corridor.network.network import Network, build
from corridor.network.rules import Party
from corridor.routing.itinerary import legs
from corridor.routing.query import prepare
from corridor.routing.search import best_route
from random_openness import Tables, frames_of, random_world, with_stands

few = settings(max_examples=12, deadline=None)
NODES = [node("a"), node("b"), node("c", "UZ")]
CALM = [
    {"mode_id": mode, "mode": mode, "active_h_per_day": 24.0, "running_p95_ratio": 1.0}
    for mode in ("road", "rail", "sea")
]
WAGONS = {"departure_h": 30.0, "departure_p95_h": 60.0, "yard_h_per_1000km": 20.0}
WITH_YARDS = [{**row, **WAGONS} if row["mode"] == "rail" else row for row in CALM]
RAILS = [
    link("ab", "a", "b", mode="rail", gauge_mm=1520, length_km=500.0),
    link("bc", "b", "c", mode="rail", gauge_mm=1520, length_km=500.0),
]
SEAS = [link("ab", "a", "b", mode="sea"), link("bc", "b", "c", mode="sea")]
TRAIN = {"service_id": "s", "link_ids": "ab bc", "required": False, "timetable": "thu 12:00"}
SHIPS = [
    {"service_id": "one", "link_ids": "ab", "required": True, "departures_per_week": 84.0},
    {"service_id": "two", "link_ids": "bc", "required": True, "departures_per_week": 84.0},
]
CHANGE = {
    "terminal_id": "hub",
    "node_id": "b",
    "from_layer": "sea",
    "to_layer": "sea",
    "two_way": True,
    "handling_h": 36.0,
    "handling_p95_h": 72.0,
    "usd_per_teu": 60.0,
}


def best(built: Network, origin: str, destination: str, **more: Any) -> tuple[float, float] | None:
    """Return the hours and USD of the quickest route; null where there is none."""
    options = {"cargo": "box", "depart": "2026-07-01", "options": {}, **more}
    asked = prepare(built, origin, destination, **options)
    route = best_route(asked, "time")
    if route is None:
        return None
    return route.time_h, round(sum(leg.usd for leg in legs(asked, route.arcs)), 2)


def test_ordinary_wagons_wait_to_move_off_once_and_stand_in_yards() -> None:
    free = small(nodes=NODES, links=RAILS, modes=CALM)
    with_yards = small(nodes=NODES, links=RAILS, modes=WITH_YARDS)
    free_h, usd = best(free, "a", "c") or (0, 0)
    assert free_h == 20
    assert best(with_yards, "a", "c") == (pytest.approx(20 + 30 + 20), usd)
    assert best(with_yards, "a", "b") == (pytest.approx(10 + 30 + 10), usd / 2)


def test_wagons_that_came_by_the_trains_of_a_line_go_on_without_waiting_for_others() -> None:
    trains = {"service_id": "s", "link_ids": "ab", "departures_per_week": 84.0}
    line = small(
        nodes=NODES, links=RAILS, modes=WITH_YARDS, services=[{**trains, "required": True}]
    )
    block = small(
        nodes=NODES, links=RAILS, modes=WITH_YARDS, services=[{**trains, "required": False}]
    )
    wagons_h = 1 + 10 + 20  # half a headway, one link by train, one as wagons with yards
    assert (best(line, "a", "c") or (0,))[0] == pytest.approx(wagons_h)
    # who leaves a train that runs beside the wagons of its line waits for a wagon of his own
    assert (best(block, "a", "c") or (0,))[0] == pytest.approx(wagons_h + 30)


def test_wagons_go_from_rails_to_a_ferry_and_back_and_move_off_once() -> None:
    ferry = link("bc", "b", "c", mode="ferry", gauge_mm=1520, length_km=100.0)
    tail = link("cd", "c", "d", mode="rail", gauge_mm=1520, length_km=500.0)
    shore = {"handling_h": 8.0, "handling_p95_h": 16.0, "two_way": True}
    wharf = {**shore, "from_layer": "rail-1520", "to_layer": "ferry-1520"}
    built = small(
        nodes=[*NODES, node("d")],
        links=[RAILS[0], ferry, tail],
        modes=[*WITH_YARDS, {**CALM[2], "mode_id": "ferry", "mode": "ferry"}],
        terminals=[{**wharf, "terminal_id": n, "node_id": n} for n in ("b", "c")],
    )
    sail_h = 100 / ferry["speed_kmh"]
    # 30 h before wagons move off, once; 10 h and 10 h in yards on either shore
    assert (best(built, "a", "d") or (0,))[0] == pytest.approx(30 + 20 + 8 + sail_h + 8 + 20)


def test_a_train_leaves_by_its_timetable_with_what_was_gathered_in_time() -> None:
    train = {**TRAIN, "gathering_h": 24.0}
    built = small(nodes=NODES, links=RAILS, modes=WITH_YARDS, services=[train])
    # 1 July 2026 is a Wednesday: gathered by Thursday noon, if handed in by Wednesday noon.
    assert (best(built, "a", "c") or (0,))[0] == 36 + 20
    late = best(built, "a", "c", depart="2026-07-01T13:00")
    assert (late or (0,))[0] == pytest.approx(30 + 20 + 20)


def test_ships_are_changed_in_hours_and_for_money_and_a_call_costs_nothing() -> None:
    terminal = small(nodes=NODES, links=SEAS, modes=CALM, services=SHIPS, terminals=[CHANGE])
    free = small(nodes=NODES, links=SEAS, modes=CALM, services=SHIPS)
    hours, usd = best(free, "a", "c") or (0, 0)
    assert best(terminal, "a", "c") == (hours + 36, usd + 120)
    assert best(terminal, "a", "b") == best(free, "a", "b")
    assert best(terminal, "b", "c") == best(free, "b", "c")

    line = {**SHIPS[0], "link_ids": "ab bc", "calls": "b"}
    through = small(nodes=NODES, links=SEAS, modes=CALM, services=[line], terminals=[CHANGE])
    assert best(through, "a", "c") == (pytest.approx(hours - 1), usd)


def test_a_ride_between_calls_pays_its_own_kilometres() -> None:
    train = {**TRAIN, "calls": "b", "required": True}
    rate = {"rate_id": "r", "mode": "rail", "service_id": "s", "usd_per_teu_km": 0.25}
    built = small(nodes=NODES, links=RAILS, modes=CALM, services=[train], rates=[rate])
    assert (best(built, "a", "b") or (0, 0))[1] == 250
    assert (best(built, "b", "c") or (0, 0))[1] == 250
    assert (best(built, "a", "c") or (0, 0))[1] == 500


@pytest.mark.parametrize(
    ("service", "lot_t", "is_taken"),
    [
        ({}, None, True),
        ({"carries": "container"}, None, False),
        ({"carries": "container grain"}, None, True),
        ({"min_lot_t": 3000.0}, None, True),
        ({"min_lot_t": 3001.0}, None, False),
        ({"min_lot_t": 3001.0}, 5000.0, True),
        ({"min_lot_t": 100.0}, 50.0, False),
        ({"min_lot_t": 9000.0, "carries": "container grain"}, None, True),
    ],
)
def test_bulk_is_taken_by_ships_that_carry_it_in_lots_they_sail_for(
    service: dict[str, Any], lot_t: float | None, is_taken: bool
) -> None:
    grain = {
        "cargo_id": "grain",
        "name": "Grain",
        "form": "bulk",
        "t_per_unit": 1.0,
        "value_usd_per_unit": 250.0,
        "time_value_share_per_day": 0.0005,
        "allowed_modes": "sea",
        "lot_t": 3000.0,
    }
    ship = {**SHIPS[0], **service}
    built = small(nodes=NODES, links=SEAS[:1], modes=CALM, services=[ship], cargoes=[grain])
    options = {} if lot_t is None else {"lot_t": lot_t}
    assert (best(built, "a", "b", cargo="grain", options=options) is not None) == is_taken


def test_a_lot_is_a_number_of_tonnes() -> None:
    for lot_t in (0.0, -1.0, float("inf"), float("nan")):
        with pytest.raises(CallError, match="lot_t must be more than 0 tonnes"):
            best(small(), "a", "b", options={"lot_t": lot_t})


# Laws


@pytest.mark.slow
@few
@given(st.integers(0, 10_000))
def test_a_stop_added_to_a_service_never_worsens_anyone(seed: int) -> None:
    tables, origin, destination, leave = random_world(seed)
    tables = with_stands(tables, seed)
    places = {row["node_id"] for row in tables["nodes"]}
    services = [dict(row) for row in tables["services"]]
    service = random.Random(seed).choice(services)
    service["calls"] = " ".join(sorted(places))

    def hours(of: Tables) -> float:
        built = build(frames_of(of), change_ids=["dated"] if of["changes"] else [])
        found = best(built, origin, destination, depart=leave)
        return np.inf if found is None else found[0]

    assert hours({**tables, "services": services}) <= hours(tables)


@few
@given(st.integers(0, 10_000))
def test_no_ordinary_wagon_is_quicker_than_a_train_as_fast_as_its_line(seed: int) -> None:
    tables = with_stands(random_world(seed)[0], seed)
    departure_h = min(row.get("departure_h") or 24.0 for row in tables["modes"])
    services = [
        {**row, "speed_kmh": None, "gathering_h": min(row["gathering_h"] or 0.0, departure_h)}
        for row in tables["services"]
    ]
    built = build(frames_of({**tables, "services": services}))
    assert outrun(built, "box") == []


def test_no_ordinary_wagon_of_the_study_is_quicker_than_the_train_on_its_line() -> None:
    assert outrun(network("mid-2026"), "container-40") == []


def outrun(built: Network, cargo: str) -> list[str]:
    """Return the services that goods moving by themselves outrun over the links they ride."""
    costs = price(built, Party(cargo), (), 0)
    graph = built.graph
    of_links = [arc for arc in range(graph.arcs_count) if graph.kind[arc] == "link"]
    free_runs = {run for arc in of_links for run in graph.runs[arc]}
    departs = {
        (int(graph.row[arc]), graph.forward[arc]): float(costs.before_h[arc])
        for arc in range(graph.arcs_count)
        if graph.departs[arc]
    }
    services = built.rows("services")
    return [
        services[row]["service_id"]
        for arc in range(graph.arcs_count)
        if (row := graph.service(arc)) is not None
        and free_runs.issuperset(graph.runs[arc])
        and _ordinary_h(costs, graph.runs[arc], departs)
        < float(costs.before_h[arc] + costs.run_h[arc] + costs.fixed_h[arc]) - 1e-6
    ]


def _ordinary_h(costs: Costs, runs: Any, departs: dict[tuple[int, bool], float]) -> float:
    """Return the hours of goods that move over some links by themselves."""
    at = directed_links(runs)
    before_h = departs.get((runs[0].link, runs[0].is_forward), 0.0)
    return float(before_h + costs.link.run_h[at].sum() + costs.link.fixed_h[at].sum())
