"""Rules: whom they concern, where and when."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core_cases import BOX, network, small
from corridor.network import rules
from corridor.network.calendar import FOREVER_S, second
from corridor.network.rules import Party
from corridor.routing.route import route


def rule(effect: str = "forbid", row_id: str = "bc", **more: Any) -> dict[str, Any]:
    return {"rule_id": "r", "row_id": row_id, "effect": effect, **more}


@pytest.mark.parametrize(
    ("more", "party", "concerned"),
    [
        ({}, Party("box"), True),
        ({"cargo_id": "box"}, Party("box"), True),
        ({"cargo_id": "box"}, Party("bus"), False),
        ({"origin_country": "KZ"}, Party("box", "KZ", "PK"), True),
        ({"origin_country": "PK"}, Party("box", "KZ", "PK"), False),
        ({"origin_country": "KZ", "destination_country": "IN"}, Party("box", "KZ", "PK"), False),
        ({"origin_country": "KZ"}, Party("box"), False),
        ({"carrier_country": "IR"}, Party("box", "KZ", "PK"), False),
        ({"carrier_country": "IR"}, Party("box", "KZ", "PK", "IR"), True),
    ],
)
def test_a_rule_concerns_those_it_names(
    more: dict[str, str], party: Party, concerned: bool
) -> None:
    built = small(rules=[rule(**more)], cargoes=[BOX, {**BOX, "cargo_id": "bus"}])
    assert len(rules.applying(built, party)) == concerned


def test_a_rule_knows_its_links_and_dates() -> None:
    dated = rule(
        row_id="crossing:KZ-UZ node:d", from_on=dt.date(2026, 1, 1), to_on=dt.date(2026, 2, 1)
    )
    one, two = rules.applying(small(rules=[dated, {**rule(), "rule_id": "q"}]), Party("box"))
    assert (one.links, one.from_s, one.to_s) == (
        (1, 2),
        second("2026-01-01"),
        second("2026-02-01"),
    )
    assert (two.links, two.from_s, two.to_s) == ((1,), -FOREVER_S, FOREVER_S)


def ask(*rows: dict[str, Any], **options: Any) -> Any:
    return route(
        small(rules=[{**r, "rule_id": f"r{i}"} for i, r in enumerate(rows)]),
        "a",
        "d",
        cargo="box",
        depart="2026-03-01",
        **options,
    )


def test_a_rule_that_forbids_for_a_time_is_waited_out_and_one_for_ever_is_not() -> None:
    assert ask().routes["time_h"].to_list() == [6.0]
    assert ask(rule(to_on=dt.date(2026, 3, 3))).routes["time_h"].to_list() == [48.0 + 4.0]
    shut = ask(rule(from_on=dt.date(2025, 1, 1)))
    assert shut.pareto_count == 0
    assert shut.reason == "closed (bc since 2025-01-01 until reopened [rule r0])"
    assert ask(rule(carrier_country="IR")).pareto_count == 1
    assert ask(rule(carrier_country="IR"), carrier="IR").pareto_count == 0


def test_documents_are_listed_where_the_rule_is_in_force_and_the_link_is_used() -> None:
    papers = [
        rule("document", document="permit"),
        rule("document", "ab", document="TIR", from_on=dt.date(2027, 1, 1)),
        rule("document", "cd", document="visa", destination_country="PK"),
        rule("document", "node:x", document="none"),
    ]
    assert ask(*papers).routes["documents"].to_list() == [["permit", "visa"]]


def test_the_study_asks_for_a_transit_permit_through_china() -> None:
    found = route(
        network("summit-2026"),
        "almaty",
        "karachi",
        cargo="container-40",
        depart="2026-02-10",
        require=["khunjerab"],
        max_routes=3,
    )
    assert found.pareto_count
    for documents in found.routes["documents"]:
        assert any("QTTA" in d for d in documents)
        assert any("TIR" in d for d in documents)
