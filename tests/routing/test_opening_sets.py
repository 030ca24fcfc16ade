"""Smallest sets of closures against all subsets."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import numpy as np
import polars as pl
import pytest

import naive
from core_cases import closed, link, node, small
from corridor.network import network as networks
from corridor.routing.opening_sets import opening_sets
from corridor.routing.pareto import pareto_set
from corridor.routing.query import prepare
from corridor.routing.route import route
from random_networks import DEPART, random_network

Key = tuple[str, str]
ALL = np.ones(4, bool)


def closures_by_link(twin: naive.NaiveNetwork) -> dict[str, set[Key]]:
    """Read from the tables what shuts each link now or in 30 days, and the windows that keep it
    shut for three days."""
    found: dict[str, set[Key]] = {}
    for row in twin.tables["links"]:
        name = row["link_id"]
        why: set[Key] = set()
        for on in (DEPART, DEPART + dt.timedelta(days=30)):
            rows = [
                c
                for c in twin.tables["changes"]
                if c["column"] == "status"
                and naive.is_in_force(c, on)
                and twin.covers(c["row_id"], row)
            ]
            if (rows[-1]["value"] if rows else row["status"]) != "existing":
                why.add(
                    ("change", rows[-1]["change_id"])
                    if rows
                    else ("status", f"{row['status']}:{name}")
                )
        hours = [twin.depart + dt.timedelta(hours=h) for h in range(73)]
        lists = {
            w[0]["link_id"] or w[0]["node_id"]: {
                h for h in hours if any(naive.is_window_open(x, h) for x in w)
            }
            for w in twin.windows(name)
        }
        shut = {e for e, when in lists.items() if not when}
        if lists and not shut and not set.intersection(*lists.values()):
            shut = set(lists)
        why |= {("window", e) for e in shut}
        why |= {
            ("rule", r["rule_id"])
            for r in twin.rules
            if r["effect"] == "forbid"
            and naive.is_in_force(r, DEPART)
            and twin.covers(r["row_id"], row)
        }
        found[name] = why
    return found


def joined(
    twin: naive.NaiveNetwork,
    shut: dict[str, set[Key]],
    lifted: frozenset[Key],
    starts: set[Any],
    goals: set[Any],
) -> bool:
    """Tell whether a way leads to a goal over links that only lifted closures shut."""
    reached = set(starts)
    ahead = list(starts)
    while ahead:
        here = ahead.pop()
        for arc in twin.arcs:
            if (
                arc.tail == here
                and arc.head not in reached
                and (arc.terminal or shut[arc.name] <= lifted)
            ):
                reached.add(arc.head)
                ahead.append(arc.head)
    return bool(reached & goals)


@pytest.mark.parametrize("block", range(4))
def test_sets_are_the_smallest_of_all_subsets(block: int) -> None:
    asked_more_than_one = 0
    for seed in range(1000 + 20 * block, 1020 + 20 * block):
        tables = random_network(seed, links=12)
        planned = (
            pl.int_range(pl.len()) + seed
        ) % 4 == 0  # enough closures that sets of several are needed
        status = pl.when(planned).then(pl.lit("planned")).otherwise("status")
        tables["links"] = tables["links"].with_columns(status.alias("status"))
        built = networks.build(tables, change_ids=["events"] if tables["changes"].height else [])
        asked = prepare(built, "n0", "n5", cargo="box", depart=DEPART, options={})
        twin = naive.NaiveNetwork(tables, DEPART, "n0", "n5")
        state = {s: k for k, s in asked.graph.state_index.items()}
        starts = {state[s] for s in asked.starts.tolist()}
        goals = {k for s, k in state.items() if asked.is_goal[s]}
        shut = closures_by_link(twin)
        smallest: list[frozenset[Key]] = []
        every = sorted(set().union(*shut.values()))
        for size in range(min(len(every), 6) + 1):
            for subset in map(frozenset, itertools.combinations(every, size)):
                if not any(s <= subset for s in smallest) and joined(
                    twin, shut, subset, starts, goals
                ):
                    smallest.append(subset)
        found = opening_sets(asked, most=1000)
        assert {frozenset((c.kind, c.closure_id) for c in o.closures) for o in found} == set(
            smallest
        ), f"seed {seed}"
        asked_more_than_one += len(smallest) > 1 or any(len(s) > 1 for s in smallest)
        if not len(pareto_set(asked, ALL)) and found:
            assert found[0].closures, f"seed {seed}: no way, yet nothing is said to stand in it"
    assert asked_more_than_one >= 4


def test_two_ways_shut_for_two_reasons_give_two_sets() -> None:
    nodes = [node("a"), node("b", "UZ"), node("c", "TM"), node("d", "PK")]
    links = [
        link("ab", "a", "b"),
        link("bd", "b", "d"),
        link("ac", "a", "c"),
        link("cd", "c", "d", length_km=50.0),
    ]
    built = small(
        "one",
        "two",
        nodes=nodes,
        links=links,
        changes=[
            closed("bd", dt.date(2026, 1, 1), change_id="one"),
            closed("cd", dt.date(2026, 1, 1), change_id="two"),
        ],
    )
    sets = route(built, "a", "d", cargo="box", depart="2026-02-01").openings
    assert [([c.closure_id for c in o.closures], o.links, o.time_h) for o in sets] == [
        (["two"], (("cd",),), 3.0),
        (["one"], (("bd",),), 4.0),
    ]
