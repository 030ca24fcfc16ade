"""Why not: smallest sets of closures against all subsets, and the sentences of the built-in
study."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import numpy as np
import polars as pl
import pytest

import naive
from core_cases import closed, link, network, node, small
from corridor.errors import UnknownName
from corridor.network import network as networks
from corridor.routing.query import prepare
from corridor.routing.route import pareto_ways, route
from corridor.routing.whynot import opening_sets, why_not
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
        if not len(pareto_ways(asked, ALL)[0]) and found:
            assert found[0].closures, f"seed {seed}: no way, yet nothing is said to stand in it"
    assert asked_more_than_one >= 4


def test_torkham_names_the_closure_and_its_dates() -> None:
    why = why_not(
        network("summit-2026"),
        "almaty",
        "karachi",
        "torkham",
        cargo="container-40",
        depart="2026-02-10",
    )
    assert set(why.links) == {"torkhamaf-torkhampk-road", "torkhampk-torkhamaf-road"}
    assert "af-pk-closure-2025" in why.verdict
    assert "2025-10-12" in why.verdict
    assert [c.closure_id for c in why.openings[0].closures] == ["af-pk-closure-2025"]
    rows = {row["criterion"]: row for row in why.comparison.to_dicts()}
    assert list(rows) == ["time", "cost", "carbon", "risk"]
    assert rows["cost"]["through"] is None  # shut without an end
    opened = route(
        network("open-borders"),
        "almaty",
        "karachi",
        cargo="container-40",
        depart="2026-02-10",
        require=["torkham"],
        criteria=("cost",),
    )
    assert rows["cost"]["opened"] == pytest.approx(opened.routes["cost_usd"].min(), abs=0.02)


def test_khunjerab_in_january_names_its_season_and_its_end() -> None:
    why = why_not(
        network("mid-2026", "khunjerab=protocol-1985"),
        "almaty",
        "karachi",
        "khunjerab",
        cargo="container-40",
        depart="2027-01-15",
    )
    assert any("until 2027-04-01 [window khunjerab]" in c for c in why.closures)
    now = {row["criterion"]: row["through"] for row in why.comparison.to_dicts()}
    opened = {row["criterion"]: row["opened"] for row in why.comparison.to_dicts()}
    assert now["time"] > 76 * 24 - 20 * 24 > opened["time"]


def test_an_open_element_is_said_to_be_open() -> None:
    why = why_not(
        network("open-borders"),
        "almaty",
        "karachi",
        "torkham",
        cargo="container-40",
        depart="2026-07-01",
    )
    assert why.verdict.startswith("torkham is open.")
    assert why.openings[0].closures == ()
    with pytest.raises(UnknownName):
        why_not(
            network("open-borders"),
            "almaty",
            "karachi",
            "nowhere",
            cargo="container-40",
            depart="2026-07-01",
        )


SHUT = [{**closed("bc", dt.date(2026, 1, 1)), "source_id": "s"}]
WINTER = [{"window_id": "w", "node_id": "c", "season_from": "04-01", "season_to": "11-30"}]


def test_a_border_shut_twice_needs_both_opened_and_hours_stay() -> None:
    built = small("shut", changes=SHUT, windows=WINTER)
    found = route(built, "a", "d", cargo="box", depart="2026-02-01")
    assert found.reason == (
        "closed (bc since 2026-01-01 until reopened [change shut]; bc, cd until 2026-04-01 "
        "[window c])"
    )
    (opening,) = found.openings
    assert [c.kind for c in opening.closures] == ["change", "window"]
    assert (opening.time_h, opening.cost_usd) == (6.0, 300.0)
    only = why_not(
        built, "a", "d", "bc", cargo="box", depart="2026-05-01"
    )  # the season is open: only the change stands
    assert [c.closure_id for c in only.openings[0].closures] == ["shut"]


def test_lifting_a_closure_leaves_the_hours_of_a_post() -> None:
    built = small(
        "shut", changes=SHUT, windows=[{"window_id": "w", "link_id": "bc", "hours": "10:00-12:00"}]
    )
    (opening,) = route(built, "a", "d", cargo="box", depart="2026-02-01").openings
    assert opening.time_h == 10 + 2 + 2


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (link("bc", "b", "c", status="planned"), "bc: planned, not open"),
        (link("bc", "b", "c", speed_kmh=None), "not joined: no chain of links"),
    ],
)
def test_an_empty_answer_has_a_reason(row: dict[str, Any], word: str) -> None:
    found = route(
        small(links=[link("ab", "a", "b"), row, link("cd", "c", "d")]),
        "a",
        "d",
        cargo="box",
        depart="2026-02-01",
    )
    assert (found.pareto_count, found.routes.height, found.legs.height) == (0, 0, 0)
    assert word in str(found.reason)
    assert str(found.reason) in repr(found)


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
