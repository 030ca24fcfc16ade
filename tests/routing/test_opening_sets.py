"""Opening sets and binding conditions against all subsets, tried one by one by a naive twin."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core_cases import BASE, node
from corridor.network.network import Network, build
from corridor.routing import opening_sets as module
from corridor.routing.conditions import Options
from corridor.routing.opening_sets import opening_sets
from corridor.routing.query import prepare
from corridor.routing.reasons import binding_conditions
from corridor.routing.search import best_route
from naive_openings import DEPART, Row, Twin, random_conditions, random_tables
from random_networks import evidence, frame

END_MIN = 24 * 60


def built(tables: dict[str, list[Row]], change_ids: list[str]) -> Network:
    """Return the network of a twin's tables, with what every study needs beside them."""
    nodes = [{**node(row["node_id"]), **row} for row in tables["nodes"]]
    terminals = [{**row, "handling_p95_h": 60.0} for row in tables["terminals"]]
    whole = {**BASE, **tables, "nodes": nodes, "terminals": terminals}
    frames = {name: frame(name, [evidence(row) for row in rows]) for name, rows in whole.items()}
    return build(frames, change_ids=change_ids)


def options_of(asked: dict[str, Any]) -> Options:
    """Return what is asked as the package takes it: the deadline as an instant."""
    options: Any = {name: value for name, value in asked.items() if name != "deadline"}
    if "deadline" in asked:
        day = dt.datetime(DEPART.year, DEPART.month, DEPART.day)
        options["deadline"] = (day + dt.timedelta(hours=asked["deadline"])).isoformat()
    return options


def check_sets(seed: int, *, asks_more: bool = False) -> int:
    """Compare the sets of one network with all subsets; return how many there are."""
    tables, change_ids = random_tables(seed)
    asked = random_conditions(seed, tables) if asks_more else {}
    twin = Twin(tables, change_ids)
    query = prepare(
        built(tables, change_ids), "n0", "n5", cargo="box", depart=DEPART, options=options_of(asked)
    )
    openings = opening_sets(query, most=1000)
    sets = [frozenset((c.kind, c.closure_id) for c in each.closures) for each in openings]
    expected = twin.opening_sets(module.MAX_CLOSURES, **asked)
    if expected or len(twin.closures) <= module.MAX_CLOSURES:
        assert set(sets) == expected, f"seed {seed}"
    for each, closures in zip(openings, sets, strict=True):
        assert each.time_h == twin.hours(closures, **asked), f"seed {seed}"
    if not twin.hours(**asked):
        binding = binding_conditions(query, lambda q: best_route(q, "time") is not None)
        assert set(map(frozenset, binding)) == twin.binding_sets(asked), f"seed {seed}"
    return len([each for each in sets if each])


@pytest.fixture(autouse=True)
def tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every set be looked for, however long it takes."""
    monkeypatch.setattr(module, "MAX_TRIES", 10**6)


@pytest.mark.slow
def test_sets_are_the_smallest_of_all_subsets() -> None:
    counts = [check_sets(seed) for seed in range(14)]
    assert sum(count > 0 for count in counts) >= 5
    assert sum(count > 1 for count in counts) >= 2


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("block", range(2))
def test_sets_of_many_networks_are_the_smallest(block: int) -> None:
    for seed in range(1000 + 50 * block, 1050 + 50 * block):
        check_sets(seed)
        check_sets(seed, asks_more=True)
