"""Legs and sampled journeys of a way."""

from __future__ import annotations

import datetime as dt
import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_cases import closed, link, network, small
from corridor.network.network import Network
from corridor.routing.itinerary import entry, legs
from corridor.routing.journeys import sample
from corridor.routing.query import Query, prepare
from corridor.routing.whynot import best_way

CALM = [
    {"mode_id": m, "mode": m, "active_h_per_day": 24.0, "running_p95_ratio": 1.0}
    for m in ("road", "sea", "rail")
]


def best(
    built: Network,
    origin: str = "a",
    destination: str = "d",
    depart: str = "2026-03-02",
    cargo: str = "box",
    **options: Any,
) -> tuple[Query, list[int]]:
    asked = prepare(built, origin, destination, cargo=cargo, depart=depart, options=options)  # type: ignore[arg-type]
    way = best_way(asked, 0)
    assert way is not None
    return asked, way


@given(st.lists(st.integers(0, 60), max_size=8, unique=True).map(sorted), st.integers(-1, 61))
def test_entry_is_for_the_earliest_leaving(edges: list[int], at: int) -> None:
    rows = [(a, b, (7 * a) % 11) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    enter, delay = entry(np.array(rows, np.int64).reshape(-1, 3).T, at)
    options = [(t + d, t) for a, b, d in rows for t in range(max(a, at), b)]
    if options:
        assert enter + delay == min(options)[0]
        assert enter == min(t for leave, t in options if leave == min(options)[0])


def test_legs_follow_each_other_and_add_up() -> None:
    asked, way = best(
        network("mid-2026"),
        "almaty",
        "karachi",
        "2026-07-01",
        "container-40",
        require=["sea", "ferry"],
    )
    parts = legs(asked, way)
    assert {p.mode for p in parts} >= {"ferry", "sea", "terminal"}
    ready = asked.depart_min
    for part, after in zip(parts, [*parts[1:], None], strict=True):
        assert part.depart_min == ready + part.wait_min
        assert part.arrive_min >= part.depart_min
        assert part.wait_min >= 0
        assert after is None or after.from_node_id == part.to_node_id
        ready = part.arrive_min
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
    asked, way = best(built)
    parts = legs(asked, way)
    assert [(p.row["link_id"], p.wait_min) for p in parts] == [
        ("ab", 30 * 60),
        ("bc", 0),
        ("cd", 0),
    ]
    assert {p.service_id for p in parts} == {"s"}
    assert [(p.arrive_min - p.depart_min) / 60 for p in parts] == [1.0, 10.5, 1.0]
    assert sum(p.usd for p in parts) == pytest.approx(250 * 2 * 1.0)


def test_without_spread_every_journey_takes_the_median_time() -> None:
    asked, way = best(
        small(modes=CALM, changes=[closed("bc", dt.date(2026, 3, 2), dt.date(2026, 3, 4))])
    )
    assert set(sample(asked, way, draws=50, rng=3)) == {6.0}
    asked, way = best(
        small("shut", modes=CALM, changes=[closed("bc", dt.date(2026, 3, 2), dt.date(2026, 3, 4))])
    )
    assert set(sample(asked, way, draws=50, rng=3)) == {52.0}  # two days of waiting
    assert [(p.wait_min, p.row["link_id"]) for p in legs(asked, way)] == [
        (0, "ab"),
        (46 * 60, "bc"),
        (0, "cd"),
    ]


def test_the_spread_under_way_is_that_of_its_mode() -> None:
    asked, way = best(small())  # 6 hours, p95 over p50 is 1.5
    hours = sample(asked, way, draws=20_000, rng=1)
    assert np.quantile(hours, 0.5) == pytest.approx(6, rel=0.02)
    assert np.quantile(hours, 0.95) == pytest.approx(9, rel=0.03)


def test_a_border_has_its_median_and_its_p95() -> None:
    built = small(
        modes=CALM, links=[link("ad", "a", "d", length_km=0.001, fixed_h=20.0, fixed_p95_h=70.0)]
    )
    asked, way = best(built)
    hours = sample(asked, way, draws=40_000, rng=1)
    assert np.quantile(hours, (0.5, 0.95)) == pytest.approx([20, 70], rel=0.03)


def test_a_ship_without_a_timetable_is_waited_for_over_its_headway() -> None:
    built = small(
        modes=CALM,
        links=[link("ad", "a", "d", mode="sea")],
        services=[
            {"service_id": "s", "link_ids": "ad", "required": True, "departures_per_week": 7.0}
        ],
    )
    asked, way = best(built)
    hours = sample(asked, way, draws=20_000, rng=1) - 2
    assert (hours.min(), hours.max()) == (pytest.approx(0, abs=0.1), pytest.approx(24, abs=0.1))
    assert hours.mean() == pytest.approx(12, abs=0.2)
    assert legs(asked, way)[0].wait_min == 12 * 60


def test_weather_waits_are_those_of_a_memoryless_closure() -> None:
    built = small(
        modes=CALM,
        links=[link("ad", "a", "d")],
        windows=[{"window_id": "w", "link_id": "ad", "open_share": 0.7, "closed_spell_h": 48.0}],
    )
    asked, way = best(built)
    wait = sample(asked, way, draws=40_000, rng=1) - 2
    assert (wait < 1e-9).mean() == pytest.approx(0.7, abs=0.01)
    assert wait.mean() == pytest.approx(0.3 * 48, rel=0.05)
    assert legs(asked, way)[0].wait_min == round(0.3 * 48 * 60)


def test_a_missed_sailing_costs_a_week_and_the_last_one_for_ever() -> None:
    links = [
        link("ab", "a", "b", fixed_h=20.0, fixed_p95_h=200.0),
        link("bd", "b", "d", mode="road"),
    ]
    built = small(
        "shut",
        modes=CALM,
        links=links,
        changes=[closed("bd", dt.date(2026, 3, 12))],
        services=[
            {"service_id": "s", "link_ids": "bd", "required": True, "timetable": "tue 23:00"}
        ],
    )
    asked, way = best(built)
    hours = sample(asked, way, draws=2000, rng=1)
    assert set(np.unique(hours)) == {49.0, 49.0 + 168, np.inf}
    late = [
        math.log((h - 2) / 20) / (math.log(10) / 1.6449) for h in (47, 47 + 168)
    ]  # the sailings, as seen from the queue
    assert (hours > 49).mean() == pytest.approx(1 - NormalDist().cdf(late[0]), abs=0.03)
    assert np.isinf(hours).mean() == pytest.approx(1 - NormalDist().cdf(late[1]), abs=0.02)


def test_nobody_sails_while_the_strait_is_shut() -> None:
    built = small(
        "shut",
        modes=CALM,
        links=[link("ad", "a", "d", mode="sea")],
        changes=[closed("ad", dt.date(2026, 3, 5), dt.date(2026, 4, 5))],
        services=[
            {"service_id": "s", "link_ids": "ad", "required": True, "departures_per_week": 1.0}
        ],
    )
    asked, way = best(built)
    hours = sample(asked, way, draws=2000, rng=1) - 2
    assert ((hours < 72) | (hours >= 34 * 24)).all()
    assert (hours < 72).mean() == pytest.approx(72 / 168, abs=0.04)
    part = legs(asked, way)[0]
    assert (
        part.depart_min == asked.depart_min + 34 * 24 * 60
    )  # the mean ship, after 84 h, meets the closure


def test_draws_hang_on_seed_and_element_only() -> None:
    built = network("mid-2026")
    asked, way = best(built, "almaty", "karachi", "2026-07-01", "container-40")
    same, other = (sample(asked, way, draws=200, rng=r) for r in (0, 1))
    assert np.array_equal(sample(asked, way, draws=200, rng=0), same)
    assert not np.array_equal(same, other)
    assert (np.diff(np.quantile(same, (0.05, 0.5, 0.95))) > 0).all()
