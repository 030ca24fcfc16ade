"""Laws of networks under changes, for random networks: what may move, what may not."""

from __future__ import annotations

import hashlib
import random
from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from closure_cases import ON, build, hazard_rows, random_case
from corridor.closures.best_routes import best_routes
from corridor.closures.criticality import rank, without
from corridor.closures.demand_arrays import DemandArrays, compile_demand
from corridor.closures.elements import Element, elements
from corridor.closures.simulation import simulate
from corridor.kernels import Ints
from corridor.kernels.paths import UNREACHED
from corridor.network import changes
from corridor.network.network import Network
from random_networks import evidence, frame

seeds = st.integers(0, 10_000)
few = settings(max_examples=12)


def costs_of(arrays: DemandArrays) -> Ints:
    return without(arrays, [])[0][0]


def closing(*link_ids: str, change_id: str = "shut", **more: Any) -> pl.DataFrame:
    return frame(
        "changes",
        [
            evidence(
                {
                    "change_id": change_id,
                    "table": "links",
                    "row_id": " ".join(link_ids),
                    "op": "set",
                    "column": "status",
                    "value": "closed",
                    **more,
                }
            )
        ],
    )


def fingerprint(network: Network) -> str:
    """Return a hash of all tables and changes of a network."""
    digest = hashlib.sha256()
    for name in sorted(network.frames):
        digest.update(name.encode() + network.frames[name].write_ipc(None).getvalue())
    digest.update(network.changes.write_ipc(None).getvalue())
    return digest.hexdigest()


@few
@given(seeds, seeds)
def test_an_added_link_never_raises_a_best_cost(seed: int, other: int) -> None:
    tables, demand = random_case(seed)
    r = random.Random(other)
    a, b = r.sample(tables["nodes"]["node_id"].to_list(), 2)
    new = frame(
        "links",
        [
            evidence(
                {
                    "link_id": "new",
                    "from_node_id": a,
                    "to_node_id": b,
                    "mode": "road",
                    "length_km": r.choice((60.0, 600.0)),
                    "speed_kmh": 40.0,
                    "status": "existing",
                    "two_way": r.random() < 0.5,
                }
            )
        ],
    )
    # a place gains a road where it had none: goods may start there now, which is more choice, but
    # not by that layer alone
    roads = set(
        tables["links"]
        .filter(pl.col("mode") == "road")
        .select("from_node_id", "to_node_id")
        .unpivot()["value"]
    )
    if not {a, b} <= roads:
        return
    more = {**tables, "links": pl.concat([tables["links"], new])}
    assert (
        costs_of(compile_demand(build(more), demand, on=ON))
        <= costs_of(compile_demand(build(tables), demand, on=ON))
    ).all()


@few
@given(seeds)
def test_closing_an_unused_link_changes_nothing(seed: int) -> None:
    tables, demand = random_case(seed)
    network = build(tables)
    ways = best_routes(compile_demand(network, demand, on=ON))
    used = {link for way in ways if way for link in way["links"]}
    for link in sorted(set(tables["links"]["link_id"]) - used):
        again = best_routes(compile_demand(changes.apply(network, closing(link)), demand, on=ON))
        assert [w and w["generalised_cost_usd"] for w in again] == [
            w and w["generalised_cost_usd"] for w in ways
        ]


@few
@given(seeds, seeds)
def test_more_closures_never_lower_cost(seed: int, other: int) -> None:
    tables, demand = random_case(seed)
    arrays = compile_demand(build(tables), demand, on=ON)
    links = elements(arrays, ["link"])
    random.Random(other).shuffle(links)
    growing = [
        Element("link", str(k), "", np.unique(np.concatenate([e.arcs for e in links[: k + 1]])))
        for k in range(len(links))
    ]
    costs, _ = without(arrays, growing)
    assert (np.diff(costs, axis=0) >= 0).all()
    assert (costs[-1] == UNREACHED).all()  # all links gone: no way between two places


@few
@given(seeds)
def test_costs_scale_with_prices(seed: int) -> None:
    tables, demand = random_case(seed)
    times = 7.0
    money = {
        "links": ["fixed_usd"],
        "terminals": ["usd_per_unit", "usd_per_teu", "usd_per_t"],
        "rates": ["usd_per_unit_km", "usd_per_teu_km", "usd_per_t_km"],
        "cargoes": ["value_usd_per_unit"],
    }
    dear = {
        **tables,
        **{
            name: tables[name].with_columns(pl.col(columns) * times)
            for name, columns in money.items()
        },
    }
    dear["rules"] = tables["rules"].with_columns(
        pl.when(pl.col("effect") == "extra-usd")
        .then(pl.col("value") * times)
        .otherwise("value")
        .alias("value")
    )
    one, two = (costs_of(compile_demand(build(t), demand, on=ON)) for t in (tables, dear))
    served = one < UNREACHED
    assert ((two < UNREACHED) == served).all()
    arcs = 40  # every arc is rounded to a cent, before and after
    assert (np.abs(two[served] - times * one[served]) <= arcs * (times + 1)).all()


@few
@given(seeds, seeds)
def test_order_of_rows_is_irrelevant(seed: int, other: int) -> None:
    tables, demand = random_case(seed)
    mixed = {
        name: t if name == "changes" else t.sample(fraction=1.0, shuffle=True, seed=other)
        for name, t in tables.items()
    }
    one, two = (costs_of(compile_demand(build(t), demand, on=ON)) for t in (tables, mixed))
    assert (one == two).all()
    turned = demand.reverse()
    assert (costs_of(compile_demand(build(tables), turned, on=ON))[::-1] == one).all()


@few
@given(seeds, seeds)
def test_disjoint_changes_add_up_in_any_order(seed: int, other: int) -> None:
    tables, demand = random_case(seed)
    network = build(tables)
    r = random.Random(other)
    ids = tables["links"]["link_id"].to_list()
    r.shuffle(ids)
    a = closing(*ids[:2], change_id="a")
    b = frame(
        "changes",
        [
            evidence(
                {
                    "change_id": "b",
                    "table": "links",
                    "row_id": ids[2],
                    "column": "fixed_h",
                    "op": "add",
                    "value": "5",
                }
            )
        ],
    )
    whole = compile_demand(changes.apply(network, pl.concat([a, b])), demand, on=ON)
    for first, second in ((a, b), (b, a)):
        steps = compile_demand(changes.apply(changes.apply(network, first), second), demand, on=ON)
        assert np.array_equal(steps.weight, whole.weight) and np.array_equal(
            steps.minutes, whole.minutes
        )
    on = changes.apply(network, pl.concat([a, b]), on=ON)
    steps = changes.apply(changes.apply(network, a, on=ON), b, on=ON)
    assert np.array_equal(
        compile_demand(on, demand, on=ON).weight, compile_demand(steps, demand, on=ON).weight
    )


@settings(max_examples=6)
@given(seeds)
def test_the_base_is_never_touched(seed: int) -> None:
    tables, demand = random_case(seed, nodes=5, links=9)
    network = build(tables)
    before = fingerprint(network)
    asked = demand.write_ipc(None).getvalue()
    hazards = hazard_rows(
        [{"hazard_id": "h", "row_id": " ".join(tables["links"]["link_id"].to_list()[:4])}]
    )
    told = hazards.write_ipc(None).getvalue()
    changes.apply(network, closing("l0", "l1"))
    changes.apply(network, closing("l2"), on=ON)
    rank(network, demand, on=ON, pairs=3)
    simulate(network, demand, hazards, on=ON, draws=2)
    assert fingerprint(network) == before
    assert demand.write_ipc(None).getvalue() == asked and hazards.write_ipc(None).getvalue() == told


@settings(max_examples=6)
@given(seeds, seeds)
def test_the_same_seed_draws_the_same_for_any_workers(seed: int, rng: int) -> None:
    tables, demand = random_case(seed, nodes=4, links=8)
    network = build(tables)
    hazards = hazard_rows(
        [
            {"hazard_id": f"h{i}", "row_id": link}
            for i, link in enumerate(tables["links"]["link_id"])
        ]
    )
    one, two = (
        simulate(network, demand, hazards, on=ON, draws=41, rng=rng, workers=w) for w in (1, 2)
    )
    assert (
        one.years.equals(two.years)
        and one.events.equals(two.events)
        and one.by_trip.equals(two.by_trip)
    )
