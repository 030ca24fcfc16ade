"""Reasons: what is named is what stands in the way, and what was never asked is never named."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core_cases import Rows, closed, link, node, small
from corridor.network.network import Network
from corridor.routing.route import Routes, route
from corridor.routing.scenarios import compare
from corridor.routing.year import departures
from corridor.study.settings import Trip

DAY = dt.date
CHAIN = [link("ab", "a", "b"), link("bc", "b", "c"), link("cd", "c", "d")]
LONG = [link("ab", "a", "b", length_km=50 * 24 * 45.0), *CHAIN[1:]]  # 45 days to b
PORT = [link("ab", "a", "b", mode="sea", length_km=500.0, speed_kmh=50.0)]
SAILING = [
    {"service_id": "ship", "link_ids": "ab", "required": True, "timetable": "mon 08:00; thu 06:00"}
]


def asked(
    built: Network, destination: str = "d", depart: str = "2026-07-05", **more: Any
) -> Routes:
    return route(built, "a", destination, cargo="box", depart=depart, draws=2, **more)


def sets(routes: Routes) -> list[list[str]]:
    return [[closure.closure_id for closure in each.closures] for each in routes.openings]


def test_a_closure_over_a_planned_line_is_lifted_with_the_plan() -> None:
    planned = [*CHAIN[:2], link("cd", "c", "d", status="planned")]
    shut = [closed("cd", DAY(2026, 1, 1), change_id="c")]
    routes = asked(small("c", links=planned, changes=shut))
    assert sets(routes) == [["c", "planned:cd"]]
    assert routes.openings[0].time_h == 6.0
    assert routes.reason == (
        "closed (cd since 2026-01-01 until reopened [change c]; cd: planned, not open)"
    )


def test_two_changes_of_one_link_are_both_lifted() -> None:
    shut = [
        closed("cd", DAY(2026, 1, 1), change_id="ca"),
        closed("cd", DAY(2026, 3, 1), change_id="cb"),
    ]
    routes = asked(small("ca", "cb", changes=shut))
    assert [set(each) for each in sets(routes)] == [{"ca", "cb"}]
    assert str(routes.reason) == (
        "closed (cd since 2026-01-01 until reopened [change ca], since 2026-03-01 until reopened "
        "[change cb])"
    )


def test_the_end_of_a_change_does_not_open_what_is_shut_beneath() -> None:
    own = [*CHAIN[:2], link("cd", "c", "d", status="closed")]
    routes = asked(small("c", links=own, changes=[closed("cd", None, DAY(2026, 8, 1), "c")]))
    assert sets(routes) == [["closed:cd"]]
    assert routes.openings[0].time_h == 27 * 24 + 2.0  # once the change has ended
    assert routes.reason == "closed (cd: closed, not open)"


def test_what_ends_by_itself_is_in_no_set() -> None:
    shut = [
        closed("bc", DAY(2026, 1, 1), change_id="ca"),
        closed("cd", DAY(2026, 1, 1), DAY(2026, 7, 10), change_id="cb"),
    ]
    routes = asked(small("ca", "cb", changes=shut))
    assert sets(routes) == [["ca"]]
    assert routes.openings[0].time_h == 5 * 24 + 2.0


def test_rules_and_closures_that_begin_at_any_date_are_named() -> None:
    forbid = {"rule_id": "ban", "row_id": "cd", "effect": "forbid", "from_on": DAY(2026, 7, 6)}
    slow = [link("ab", "a", "b", length_km=50 * 48.0), *CHAIN[1:]]  # two days to b
    routes = asked(small(links=slow, rules=[forbid]))
    assert sets(routes) == [["ban"]]
    assert routes.reason == "closed (cd since 2026-07-06 until reopened [rule ban])"

    later = [closed("cd", DAY(2026, 8, 14), change_id="later")]  # 40 days after the departure
    routes = asked(small("later", links=LONG, changes=later))
    assert sets(routes) == [["later"]]
    assert routes.reason == "closed (cd since 2026-08-14 until reopened [change later])"


def test_a_service_that_never_meets_the_hours_of_a_port_is_named_with_them() -> None:
    hours = [{"window_id": "w", "node_id": "a", "hours": "09:00-20:00", "utc_offset_h": 0.0}]
    built = small(links=PORT, services=SAILING, windows=hours)
    routes = asked(built, "b")
    assert sets(routes) == [["a"]]
    assert routes.reason == (
        "closed (ship (mon 08:00; thu 06:00, UTC) never leaves while a is open (09:00-20:00 UTC) "
        "[window a])"
    )
    assert routes.openings[0].time_h == 32 + 10.0  # Sunday to Monday 08:00, and ten hours


def test_hours_that_never_meet_are_named_with_their_season() -> None:
    windows = [
        {"window_id": "w", "link_id": "bc", "hours": "08:00-10:00", "weekdays": "mon"},
        {
            "window_id": "v",
            "node_id": "b",
            "season_from": "04-01",
            "season_to": "11-30",
            "hours": "12:00-14:00",
        },
    ]
    routes = asked(small(windows=windows))
    assert {tuple(each) for each in sets(routes)} == {("bc",), ("b",)}
    assert "is never open when goods can pass it" in str(routes.reason)
    assert "limits" not in str(routes.reason)


def test_a_chain_of_more_closures_than_a_set_holds_is_not_called_not_joined() -> None:
    names = [f"p{number}" for number in range(9)]
    nodes = [node("a"), *map(node, names), node("d")]
    ends = ["a", *names, "d"]
    links: Rows = [
        link(f"l{number}", one, other, status="planned")
        for number, (one, other) in enumerate(zip(ends, ends[1:], strict=False))
    ]
    routes = asked(small(nodes=nodes, links=links))
    assert [len(each) for each in sets(routes)] == [10]
    assert str(routes.reason).startswith("closed (")


@pytest.mark.parametrize(
    ("options", "words", "conditions"),
    [
        ({"avoid": ["UZ"]}, "avoid UZ; without it", ("avoid UZ",)),
        ({"avoid": ["PK"]}, "avoid PK, where d lies; without it", ("avoid PK, where d lies",)),
        ({"avoid": ["d"]}, "avoid d, an end of the trip; without it", None),
        (
            {"avoid": ["bc", "cd"]},
            "avoid bc; avoid cd; without all of that",
            ("avoid bc", "avoid cd"),
        ),
        ({"require": ["rail"]}, "require rail; without it", ("require rail",)),
        ({"via": ["e"]}, "via e; without it", ("via e",)),
        ({"deadline": "2026-07-05T03:00"}, "arrival by 2026-07-05 03:00; without it", None),
        ({"deadline": "2026-07-04"}, "arrival by the end of 2026-07-04; without it", None),
        ({"require": ["road", "ef"], "avoid": ["road"]}, "without all of that", None),
    ],
)
def test_what_was_asked_is_named_where_it_cuts(
    options: dict[str, Any], words: str, conditions: tuple[str, ...] | None
) -> None:
    nodes = [node("a"), node("b"), node("c", "UZ"), node("d", "PK"), node("e"), node("f")]
    links = [*CHAIN, link("ef", "e", "f", mode="rail")]
    routes = asked(small(nodes=nodes, links=links), **options)
    assert str(routes.reason).startswith("what was asked leaves no route: ")
    assert words in str(routes.reason)
    assert "whatever opens" not in str(routes.reason)
    assert conditions is None or routes.conditions == conditions


def test_one_of_two_conditions_is_enough_to_drop() -> None:
    built = small(links=[*CHAIN, link("other", "b", "c")])
    routes = asked(built, require=["bc"], avoid=["bc"])
    assert routes.reason == (
        "what was asked leaves no route: avoid bc; require bc; without one of these there is one"
    )


def test_a_carrier_that_a_rule_bars_is_named() -> None:
    rules = [{"rule_id": "ban", "row_id": "bc", "effect": "forbid", "carrier_country": "PK"}]
    built = small(rules=rules)
    assert asked(built).reason is None
    routes = asked(built, carrier="PK")
    assert routes.reason == (
        "closed (bc until reopened [rule ban]); there is a route without: carrier PK"
    )


def test_transshipments_are_named_only_where_they_were_limited() -> None:
    links = [*CHAIN[:2], link("cd", "c", "d", mode="rail"), link("cd2", "c", "d", status="planned")]
    terminal = {
        "terminal_id": "t",
        "node_id": "c",
        "from_layer": "road",
        "to_layer": "rail",
        "two_way": True,
        "handling_h": 1.0,
        "handling_p95_h": 2.0,
    }
    built = small(links=links, terminals=[terminal])
    routes = route(built, "a", "d@rail", cargo="box", depart="2026-07-05", max_transshipments=0)
    assert routes.reason == (
        "what was asked leaves no route: transshipments at most 0; without it there is one"
    )


def test_conditions_and_closures_are_told_apart() -> None:
    shut = [closed("bc", DAY(2026, 1, 1))]
    routes = asked(small("shut", changes=shut), avoid=["PK"])
    assert routes.reason == (
        "what was asked leaves no route, whatever opens: avoid PK, where d lies; without it: "
        "closed (bc since 2026-01-01 until reopened [change shut])"
    )
    assert routes.openings == ()

    routes = asked(small("shut", changes=shut), via=["b"])
    assert routes.reason == "closed (bc since 2026-01-01 until reopened [change shut])"


def test_a_service_that_passes_an_end_without_a_call_is_named() -> None:
    line = [{"service_id": "line", "link_ids": "ab bc", "required": True, "timetable": "mon 08:00"}]
    past = small(links=CHAIN[:2], services=line)
    assert str(asked(past, "b").reason).endswith(
        "whatever opens; line passes b and does not call there"
    )
    calling = small(links=CHAIN[:2], services=[{**line[0], "calls": "b"}])
    assert asked(calling, "b").reason is None


def test_what_was_never_asked_is_never_named() -> None:
    for built in (
        small(links=CHAIN[:2]),
        small(links=[*CHAIN[:2], link("cd", "c", "d", mode="air")]),
    ):
        routes = asked(built)
        assert str(routes.reason).startswith("not joined: ")
        assert "asked" not in str(routes.reason)


def test_a_year_and_a_comparison_say_the_same() -> None:
    shut = [
        closed("cd", DAY(2026, 1, 1), change_id="ca"),
        closed("cd", DAY(2026, 3, 1), change_id="cb"),
    ]
    built = small("ca", "cb", changes=shut)
    reason = asked(built).reason
    year = departures(built, "a", "d", cargo="box", depart="2026-07-05")
    assert year["reason"].to_list() == [reason]
    trip = Trip("t", "a", "d", "box", DAY(2026, 7, 5))
    assert set(compare([trip], ["one"], lambda _: built)["reason"]) == {reason}
