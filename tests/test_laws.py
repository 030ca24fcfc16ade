"""Laws of networks under changes, for random networks: what may move, what may not."""

from __future__ import annotations

import hashlib
import random
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from closure_cases import ON, build, hazard_rows, random_case
from core_cases import link, node, small
from corridor.closures.best_routes import best_routes
from corridor.closures.criticality import rank
from corridor.closures.elements import Element, elements
from corridor.closures.failures import routes_without
from corridor.closures.simulation import simulate
from corridor.flows.demand import DemandArrays, compile_demand
from corridor.kernels import Ints
from corridor.kernels.paths import UNREACHED
from corridor.network import changes
from corridor.network.network import Network
from corridor.routing.route import route
from corridor.routing.skims import skim
from corridor.units import HOUR_S
from random_networks import evidence, frame

seeds = st.integers(0, 10_000)
few = settings(max_examples=12)
fewer = settings(max_examples=6)
MAX_ARCS = 40  # of a route
PRICES = {
    "links": ["fixed_usd"],
    "terminals": ["usd_per_unit", "usd_per_teu", "usd_per_t"],
    "rates": ["usd_per_unit_km", "usd_per_teu_km", "usd_per_t_km"],
    "cargoes": ["value_usd_per_unit"],
}
Tables = dict[str, pl.DataFrame]


def best_costs(network: Network, demand: pl.DataFrame) -> Ints:
    """Return the least cost of every trip in cents, UNREACHED where there is no route."""
    return least_costs(compile_demand(network, demand, on=ON))


def least_costs(arrays: DemandArrays) -> Ints:
    return routes_without(arrays, []).cents[0]


def change(*link_ids: str, change_id: str, **cells: Any) -> pl.DataFrame:
    row = {"change_id": change_id, "table": "links", "row_id": " ".join(link_ids), **cells}
    return frame("changes", [evidence(row)])


def closing(*link_ids: str, change_id: str = "shut") -> pl.DataFrame:
    return change(*link_ids, change_id=change_id, op="set", column="status", value="closed")


def fingerprint(network: Network) -> str:
    """Return a hash of all tables and changes of a network."""
    digest = hashlib.sha256()
    for name in sorted(network.frames):
        digest.update(name.encode() + network.frames[name].write_ipc(None).getvalue())

    digest.update(network.changes.write_ipc(None).getvalue())
    return digest.hexdigest()


@pytest.mark.slow
@few
@given(seeds, seeds)
def test_an_added_link_never_raises_a_best_cost(seed: int, other_seed: int) -> None:
    tables, demand = random_case(seed)
    dice = random.Random(other_seed)
    one, other = dice.sample(tables["nodes"]["node_id"].to_list(), 2)
    new_link = {
        "link_id": "new",
        "from_node_id": one,
        "to_node_id": other,
        "mode": "road",
        "length_km": dice.choice((60.0, 600.0)),
        "speed_kmh": 40.0,
        "status": "existing",
        "two_way": dice.random() < 0.5,
    }
    # Goods may start by road at a place that gains its first one: that is another question.
    assume({one, other} <= places_with_a_road(tables))

    links = pl.concat([tables["links"], frame("links", [evidence(new_link)])])
    before = best_costs(build(tables), demand)
    after = best_costs(build({**tables, "links": links}), demand)

    assert (after <= before).all()


def places_with_a_road(tables: Tables) -> set[str]:
    roads = tables["links"].filter(pl.col("mode") == "road")
    return set(roads["from_node_id"]) | set(roads["to_node_id"])


@pytest.mark.slow
@few
@given(seeds)
def test_closing_an_unused_link_changes_nothing(seed: int) -> None:
    tables, demand = random_case(seed)
    network = build(tables)
    routes = best_routes(compile_demand(network, demand, on=ON))
    costs = best_costs(network, demand)
    used = {link_id for route in routes if route for link_id in route["links"]}

    for link_id in sorted(set(tables["links"]["link_id"]) - used):
        shut = changes.apply(network, closing(link_id))
        assert (best_costs(shut, demand) == costs).all()


@few
@given(seeds, seeds)
def test_more_closures_never_lower_cost(seed: int, other_seed: int) -> None:
    tables, demand = random_case(seed)
    arrays = compile_demand(build(tables), demand, on=ON)
    links = elements(arrays, ["link"])
    random.Random(other_seed).shuffle(links)
    growing = [
        Element("link", str(k), "", np.unique(np.concatenate([link.arcs for link in links[:k]])))
        for k in range(1, len(links) + 1)
    ]

    costs = routes_without(arrays, growing).cents

    assert (np.diff(costs, axis=0) >= 0).all()
    assert (costs[-1] == UNREACHED).all()  # all links gone: no route between two places


@pytest.mark.slow
@few
@given(seeds)
def test_costs_scale_with_prices(seed: int) -> None:
    tables, demand = random_case(seed)
    times = 7.0

    costs = best_costs(build(tables), demand)
    scaled_costs = best_costs(build(with_prices_times(tables, times)), demand)

    is_served = costs < UNREACHED
    assert ((scaled_costs < UNREACHED) == is_served).all()
    # Every arc is rounded to a cent, before and after.
    rounding = MAX_ARCS * (times + 1)
    assert (np.abs(scaled_costs[is_served] - times * costs[is_served]) <= rounding).all()


def with_prices_times(tables: Tables, times: float) -> Tables:
    scaled = {
        name: tables[name].with_columns(pl.col(columns) * times) for name, columns in PRICES.items()
    }
    is_price = pl.col("effect") == "extra-usd"
    value = pl.when(is_price).then(pl.col("value") * times).otherwise("value")
    return {**tables, **scaled, "rules": tables["rules"].with_columns(value.alias("value"))}


@few
@given(seeds, seeds)
def test_order_of_rows_is_irrelevant(seed: int, other_seed: int) -> None:
    tables, demand = random_case(seed)
    shuffled = {
        name: table.sample(fraction=1.0, shuffle=True, seed=other_seed)
        for name, table in tables.items()
        if name != "changes"  # their order is the order in which they apply
    }

    costs = best_costs(build(tables), demand)

    assert (best_costs(build({**tables, **shuffled}), demand) == costs).all()
    assert (best_costs(build(tables), demand.reverse())[::-1] == costs).all()


@pytest.mark.slow
@few
@given(seeds, seeds)
def test_disjoint_changes_add_up_in_any_order(seed: int, other_seed: int) -> None:
    tables, demand = random_case(seed)
    network = build(tables)
    link_ids = tables["links"]["link_id"].to_list()
    random.Random(other_seed).shuffle(link_ids)
    one = closing(*link_ids[:2], change_id="a")
    other = change(link_ids[2], change_id="b", column="fixed_h", op="add", value="5")

    together = changes.apply(network, pl.concat([one, other]))
    arrays = compile_demand(together, demand, on=ON)
    for first, second in ((one, other), (other, one)):
        in_turn = changes.apply(changes.apply(network, first), second)
        arrays_in_turn = compile_demand(in_turn, demand, on=ON)
        assert np.array_equal(arrays_in_turn.weight, arrays.weight)
        assert np.array_equal(arrays_in_turn.seconds, arrays.seconds)

    together_on = changes.apply(network, pl.concat([one, other]), on=ON)
    in_turn_on = changes.apply(changes.apply(network, one, on=ON), other, on=ON)
    assert np.array_equal(
        compile_demand(together_on, demand, on=ON).weight,
        compile_demand(in_turn_on, demand, on=ON).weight,
    )


@pytest.mark.slow
@fewer
@given(seeds)
def test_the_base_is_never_touched(seed: int) -> None:
    tables, demand = random_case(seed, nodes=5, links=9)
    network = build(tables)
    first_links = " ".join(tables["links"]["link_id"].to_list()[:4])
    hazards = hazard_rows([{"hazard_id": "h", "row_id": first_links}])
    network_before = fingerprint(network)
    demand_before = demand.write_ipc(None).getvalue()
    hazards_before = hazards.write_ipc(None).getvalue()

    changes.apply(network, closing("l0", "l1"))
    changes.apply(network, closing("l2"), on=ON)
    rank(network, demand, on=ON, pairs=3)
    simulate(network, demand, hazards, on=ON, draws=2)

    assert fingerprint(network) == network_before
    assert demand.write_ipc(None).getvalue() == demand_before
    assert hazards.write_ipc(None).getvalue() == hazards_before


@pytest.mark.slow
@fewer
@given(seeds, seeds)
def test_the_same_seed_draws_the_same_for_any_workers(seed: int, rng: int) -> None:
    tables, demand = random_case(seed, nodes=4, links=8)
    network = build(tables)
    hazards = hazard_rows(
        [
            {"hazard_id": f"h{i}", "row_id": link_id}
            for i, link_id in enumerate(tables["links"]["link_id"])
        ]
    )

    alone = simulate(network, demand, hazards, on=ON, draws=41, rng=rng, workers=1)
    shared = simulate(network, demand, hazards, on=ON, draws=41, rng=rng, workers=2)

    assert alone.years.equals(shared.years)
    assert alone.events.equals(shared.events)
    assert alone.by_trip.equals(shared.by_trip)


LINE_KM = 30.0
LINE_KMH = 45.0


def line_of_links(links_count: int) -> Network:
    """Return a road of 30 km from a first place to a last one, cut into equal links."""
    places = [f"p{number}" for number in range(links_count + 1)]
    steps = zip(places, places[1:], strict=False)
    cells = {"length_km": LINE_KM / links_count, "speed_kmh": LINE_KMH}
    return small(
        nodes=[node(place) for place in places],
        links=[link(f"{one}-{other}", one, other, **cells) for one, other in steps],
    )


def line_hours(network: Network) -> dict[str, float]:
    """Return the hours from end to end of a line: of a route, a sampled journey, a skim, a trip."""
    ends = ["p0", network.frames["nodes"]["node_id"][-1]]
    demand = pl.DataFrame(
        {
            "demand_id": ["end-to-end"],
            "origin_node_id": ends[:1],
            "destination_node_id": ends[1:],
            "cargo_id": ["box"],
            "units_per_year": [100.0],
        }
    )
    routes = route(network, *ends, cargo="box", depart=ON, criteria=("time",), draws=99).routes
    pairs = skim(network, cargo="box", depart=ON, places=ends)
    trip = routes_without(compile_demand(network, demand, on=ON), [])
    return {
        "route": routes["time_h"][0],
        "journey": routes["time_p50_h"][0],
        "skim": pairs["time_h"][0],
        "trip": int(trip.seconds[0, 0]) / HOUR_S,
    }


@pytest.mark.parametrize("links_count", [2, 3, 7, 64, 100, 333, 1000])
def test_a_road_takes_as_long_however_many_links_it_is_cut_into(links_count: int) -> None:
    half_a_second_a_link = (links_count + 1) / 2 / HOUR_S

    whole = line_hours(line_of_links(1))
    in_parts = line_hours(line_of_links(links_count))

    for name, hours in in_parts.items():
        assert hours == pytest.approx(whole[name], abs=half_a_second_a_link), name


def test_a_hundred_links_of_300_metres_take_40_minutes() -> None:
    """In whole minutes a link they took none: 24 seconds round to 0."""
    for name, hours in line_hours(line_of_links(100)).items():
        assert hours == pytest.approx(40 / 60, abs=1 / 60), name
