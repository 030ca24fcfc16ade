"""Criticality: every element against brute force and by hand; demand arrays against skims."""

from __future__ import annotations

import dataclasses
import datetime as dt
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

import naive_closures
from closure_cases import ON, STUDY_ON, build, demand_of, random_case, study_network, two_roads
from corridor.closures.criticality import measure, rank, without, worst_pairs
from corridor.closures.demand_arrays import DemandArrays, compile_demand, part
from corridor.closures.disjoint_routes import disjoint_counts
from corridor.closures.elements import elements
from corridor.errors import CallError, UnknownName
from corridor.kernels.paths import UNREACHED
from corridor.network import changes
from corridor.routing import skims
from corridor.tables import schema


def arcs_of(arrays: DemandArrays, kind: int) -> list[tuple[int, int, int]]:
    weight = arrays.weight[arrays.regime_of_day[0], kind]
    return list(zip(arrays.tail.tolist(), arrays.head.tolist(), weight.tolist(), strict=True))


@pytest.mark.parametrize("seed", range(12))
def test_costs_without_each_element_equal_the_naive_twin(seed: int) -> None:
    tables, demand = random_case(seed)
    arrays = compile_demand(build(tables), demand, on=ON)
    found = elements(arrays, ("link", "node", "terminal", "crossing", "country"))
    costs, _ = without(arrays, found)
    for kind, starts, trips in arrays.groups():
        goals = [part(arrays.goals, t).tolist() for t in trips.tolist()]
        for row, shut in enumerate([set(), *({int(a) for a in e.arcs} for e in found)]):
            naive = naive_closures.costs_without(
                arcs_of(arrays, kind), shut, starts.tolist(), goals, len(arrays.ptr) - 1
            )
            assert [None if c >= UNREACHED else c for c in costs[row, trips].tolist()] == naive


def scipy_costs(arrays: DemandArrays, shut: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return every trip's cost with some arcs shut, each tree searched whole; parallel arcs stand
    side by side."""
    made = np.full(arrays.trips.height, np.inf)
    n = len(arrays.ptr) - 1
    for kind, starts, trips in arrays.groups():
        weight = arrays.weight[arrays.regime_of_day[0], kind].astype(float)
        weight[(weight < 0) | shut] = np.inf
        matrix = csr_array((weight, arrays.head, arrays.ptr), shape=(n, n))
        reached = dijkstra(matrix, indices=starts, min_only=True)
        made[trips] = [reached[part(arrays.goals, t)].min() for t in trips.tolist()]
    return made


def test_rank_equals_recomputing_every_link_of_the_study() -> None:
    network = study_network()
    arrays = compile_demand(network, network.frames["demand"], on=STUDY_ON)
    found = elements(arrays, ["link"])
    assert len(found) == network.frames["links"].height
    costs, _ = without(arrays, found)
    for row, element in enumerate([None, *found]):
        shut = np.zeros(len(arrays.head), bool)
        if element is not None:
            shut[element.arcs] = True
        ours = np.where(costs[row] >= UNREACHED, np.inf, costs[row])
        assert np.array_equal(ours, scipy_costs(arrays, shut)), element


@pytest.mark.parametrize(
    "link_id", ["saryagash-keles-rail", "karachi-rotterdam-sea", "beyneu-aktau-rail"]
)
def test_rank_equals_a_network_whose_tables_lack_the_link(link_id: str) -> None:
    network = study_network()
    demand = network.frames["demand"]
    closed = changes.apply(
        network,
        network.frames["changes"]
        .head(1)
        .with_columns(pl.lit(link_id).alias("row_id"), pl.lit(None, pl.Date).alias("from_on")),
    )
    whole, cut = (
        without(compile_demand(n, demand, on=STUDY_ON), [])[0][0] for n in (network, closed)
    )
    ranked = rank(network, demand, on=STUDY_ON, kinds=["link"], pairs=0)
    told = ranked.filter(pl.col("element_id") == link_id).row(0, named=True)
    units = demand["units_per_year"].to_numpy()
    served = cut < UNREACHED
    assert told["extra_usd_per_year"] == pytest.approx(
        (units * np.where(served, cut - whole, 0)).sum() / 100, rel=1e-12
    )
    assert told["unserved_units_per_year"] == units[~served].sum()
    assert told["extra_usd_per_year"] + told["unserved_units_per_year"] > 0


def test_measures_by_hand() -> None:
    network = build(two_roads())
    demand = demand_of([("west", "east")])
    told = {row["element_id"]: row for row in rank(network, demand, on=ON).iter_rows(named=True)}
    row = told[
        "west-pass"
    ]  # 400 km and 16 h at 10 USD become 900 km and 36 h: 700 USD more for each of 365 boxes
    assert (row["extra_usd_per_year"], row["detour_km"], row["detour_h"]) == (700 * 365, 500, 20)
    assert (row["unserved_units_per_year"], row["used_t_per_year"], row["disjoint_count"]) == (
        0,
        365 * 20,
        1,
    )
    assert (
        told["node:pass"]["extra_usd_per_year"]
        == told["crossing:KZ-PK"]["extra_usd_per_year"]
        == 700 * 365
    )
    assert told["west-spur"]["loss_usd_per_year"] == told["west-plain"]["loss_usd_per_year"] == 0
    assert told["country:PK"]["unserved_usd_per_year"] == 365 * 24000
    assert told["country:PK"]["loss_usd_per_year"] == pytest.approx(0.1 * 365 * 24000)
    pair = told["west-pass west-plain"]
    assert pair["kind"] == "pair" and pair["unserved_units_per_year"] == 365
    assert pair["joint_usd_per_year"] == pytest.approx(365 * (2400 - 700))
    assert (
        rank(network, demand, on=ON, kinds=["link"], pairs=0, limit_share=0.01)[
            "loss_usd_per_year"
        ][0]
        == 240 * 365
    )


@pytest.mark.parametrize("seed", range(4))
def test_worst_pairs_equal_all_pairs(seed: int) -> None:
    tables, demand = random_case(seed, nodes=5, links=9)
    arrays = compile_demand(build(tables), demand, on=ON)
    found = elements(arrays, ["link"])
    both = [
        dataclasses.replace(
            a, element_id=f"{a.element_id} {b.element_id}", arcs=np.union1d(a.arcs, b.arcs)
        )
        for a, b in combinations(found, 2)
    ]
    alone = {
        e.element_id: m["loss_usd_per_year"]
        for e, m in zip(found, measure(arrays, *without(arrays, found), 0.1), strict=True)
    }
    naive = {}
    for e, m in zip(both, measure(arrays, *without(arrays, both), 0.1), strict=True):
        a, b = e.element_id.split()
        if m["loss_usd_per_year"] - alone[a] - alone[b] > 0.01:
            naive[e.element_id] = m["loss_usd_per_year"]
    ours = worst_pairs(arrays, found, by="loss_usd_per_year", most=1000, limit_share=0.1)
    told = {
        " ".join(sorted(k.split())): v
        for k, v in ours.select("element_id", "loss_usd_per_year").iter_rows()
    }
    assert told == pytest.approx({" ".join(sorted(k.split())): v for k, v in naive.items()})


@pytest.mark.parametrize("seed", range(6))
def test_disjoint_ways_equal_the_least_cut(seed: int) -> None:
    tables, demand = random_case(seed, nodes=5, links=10)
    network = build(tables)
    arrays = compile_demand(network, demand, on=ON)
    graph = network.graph
    rows = network.rows("links")
    usable = arrays.arc_of[(arrays.weight[0] >= 0).any(axis=0)].tolist()
    steps = [
        (int(graph.tail[a]), int(graph.head[a])) for a in usable if graph.kind[a] == "terminal"
    ]
    ways = {run: (int(graph.tail[a]), int(graph.head[a])) for a in usable for run in graph.runs[a]}
    links = elements(arrays, ["link"])
    for i, count in enumerate(disjoint_counts(arrays, links)):
        layer = schema.layer(rows[i]["mode"], rows[i]["gauge_mm"])
        ends = [graph.state_index[rows[i][end], layer] for end in ("from_node_id", "to_node_id")]
        others = [ends_of for (k, _), ends_of in ways.items() if k != i]
        assert count is not None
        assert min(count, 3) == naive_closures.least_cut(others, steps, (ends[0], ends[1]), 2)
    assert disjoint_counts(arrays, elements(arrays, ["country"])[:1]) == [None]


def test_rank_refuses_what_it_does_not_know() -> None:
    network = build(two_roads())
    demand = demand_of([("west", "east")])
    with pytest.raises(UnknownName, match="loss_usd_per_year"):
        rank(network, demand, on=ON, by="loss_usd_per_yr")
    with pytest.raises(UnknownName, match="crossing"):
        rank(network, demand, on=ON, kinds=["crosing"])
    with pytest.raises(CallError, match="limit_share"):
        rank(network, demand, on=ON, limit_share=-0.5)
    with pytest.raises(CallError, match="units_per_year"):
        rank(network, demand.drop("units_per_year"), on=ON)
    with pytest.raises(CallError, match="no rows"):
        rank(network, demand.clear(), on=ON)


def test_exposure_weighs_arcs_as_skims_do() -> None:
    whole = study_network("mid-2026")
    anybodys = whole.frames["rules"].filter(
        pl.col("origin_country").is_null() & pl.col("destination_country").is_null()
    )
    # a skim is of goods from anywhere to anywhere: rules for those of one country are not for it
    network = dataclasses.replace(whole, frames={**whole.frames, "rules": anybodys})
    arrays = compile_demand(network, network.frames["demand"], on=STUDY_ON)
    for cargo in ("bulk-t", "container-40"):
        trip = arrays.trips["cargo_id"].to_list().index(cargo)
        frozen = skims.freeze(network, cargo=cargo, depart=STUDY_ON)
        assert np.array_equal(arrays.weight[0, arrays.class_of[trip]], frozen.weight)
    pairs = skims.skim(
        network, cargo="container-40", depart=STUDY_ON, places=["karachi", "rotterdam"]
    )
    cost = without(arrays, [])[0][
        0, arrays.trips["demand_id"].to_list().index("karachi-rotterdam-container-40")
    ]
    assert cost / 100 == pairs.filter(pl.col("origin") == "karachi")["generalised_cost_usd"][0]


def test_days_with_the_same_calendar_share_a_regime() -> None:
    network = study_network("khunjerab-1985")
    arrays = compile_demand(network, network.frames["demand"].head(3), on="2026-01-01", days=365)
    assert (
        len(arrays.regime_of_day) == 365
        and len(arrays.weight) == len(set(arrays.regime_of_day.tolist())) < 120
    )
    for day in (0, 100, 200, 330):
        one = compile_demand(
            network,
            network.frames["demand"].head(3),
            on=dt.date(2026, 1, 1) + dt.timedelta(days=day),
        )
        assert np.array_equal(one.weight[0], arrays.weight[arrays.regime_of_day[day]])
        assert np.array_equal(one.minutes[0], arrays.minutes[arrays.regime_of_day[day]])
