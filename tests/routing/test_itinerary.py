"""Legs of a route."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_cases import link, network, small
from corridor.network.calendar import Span
from corridor.routing.itinerary import entry, legs
from routing_cases import quickest


@given(st.lists(st.integers(0, 60), max_size=8, unique=True).map(sorted), st.integers(-1, 61))
def test_entry_is_for_the_earliest_leaving(edges: list[int], at: int) -> None:
    rows = [(a, b, (7 * a) % 11) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    enter, delay = entry([Span(*row) for row in rows], at)
    options = [(t + d, t) for a, b, d in rows for t in range(max(a, at), b)]
    if options:
        assert enter + delay == min(options)[0]
        assert enter == min(t for leave, t in options if leave == min(options)[0])


def test_legs_follow_each_other_and_add_up() -> None:
    asked, way = quickest(
        network("mid-2026"),
        "almaty",
        "karachi",
        "2026-07-01",
        "container-40",
        require=["sea", "ferry"],
    )
    parts = legs(asked, way)
    assert {p.mode for p in parts} >= {"ferry", "sea", "terminal"}
    ready = asked.depart_s
    for part, after in zip(parts, [*parts[1:], None], strict=True):
        assert part.depart_s == ready + part.wait_s
        assert part.arrive_s >= part.depart_s
        assert part.wait_s >= 0
        assert after is None or after.from_node_id == part.to_node_id
        ready = part.arrive_s
    assert sum(p.usd for p in parts) == pytest.approx(sum(asked.costs.usd[a] for a in way))
    assert sum(p.kg for p in parts) == pytest.approx(sum(asked.costs.kg[a] for a in way))
    assert parts[0].country == "KZ"


def test_a_service_is_one_ride_over_its_links() -> None:
    service = {
        "service_id": "s",
        "link_ids": "ab bc cd",
        "required": True,
        "timetable": "tue 06:00",
        "speed_kmh": 100.0,
    }
    built = small(
        services=[service],
        rates=[{"rate_id": "s", "mode": "road", "service_id": "s", "usd_per_teu_km": 1.0}],
        links=[
            link("ab", "a", "b"),
            link("bc", "b", "c", length_km=50.0, fixed_h=10.0),
            link("cd", "c", "d"),
        ],
    )
    asked, way = quickest(built)
    parts = legs(asked, way)
    assert [(p.row["link_id"], p.wait_s) for p in parts] == [
        ("ab", 30 * 3600),
        ("bc", 0),
        ("cd", 0),
    ]
    assert {p.service_id for p in parts} == {"s"}
    assert [(p.arrive_s - p.depart_s) / 3600 for p in parts] == [1.0, 10.5, 1.0]
    assert sum(p.usd for p in parts) == pytest.approx(250 * 2 * 1.0)
