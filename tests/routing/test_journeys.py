"""Sampled journeys of a route."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from core_cases import closed, link, network, small
from corridor.errors import CallError
from corridor.routing.conditions import Options, read_options
from corridor.routing.itinerary import legs
from corridor.routing.journeys import sample, sample_each
from corridor.routing.pareto import pareto_set
from corridor.routing.query import prepare
from corridor.routing.search import best_route
from corridor.study.study import read
from routing_cases import CALM, quickest


def test_without_spread_every_journey_takes_the_median_time() -> None:
    asked, way = quickest(
        small(modes=CALM, changes=[closed("bc", dt.date(2026, 3, 2), dt.date(2026, 3, 4))])
    )
    assert set(sample(asked, way, draws=50, rng=3)) == {6.0}
    asked, way = quickest(
        small("shut", modes=CALM, changes=[closed("bc", dt.date(2026, 3, 2), dt.date(2026, 3, 4))])
    )
    assert set(sample(asked, way, draws=50, rng=3)) == {52.0}  # two days of waiting
    assert [(p.wait_s, p.row["link_id"]) for p in legs(asked, way)] == [
        (0, "ab"),
        (46 * 3600, "bc"),
        (0, "cd"),
    ]


def test_the_spread_under_way_is_that_of_its_mode() -> None:
    asked, way = quickest(small())  # 6 hours, p95 over p50 is 1.5
    hours = sample(asked, way, draws=20_000, rng=1)
    assert np.quantile(hours, 0.5) == pytest.approx(6, rel=0.02)
    assert np.quantile(hours, 0.95) == pytest.approx(9, rel=0.03)


def test_a_border_has_its_median_and_its_p95() -> None:
    built = small(
        modes=CALM, links=[link("ad", "a", "d", length_km=0.001, fixed_h=20.0, fixed_p95_h=70.0)]
    )
    asked, way = quickest(built)
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
    asked, way = quickest(built)
    hours = sample(asked, way, draws=20_000, rng=1) - 2
    assert (hours.min(), hours.max()) == (pytest.approx(0, abs=0.1), pytest.approx(24, abs=0.1))
    assert hours.mean() == pytest.approx(12, abs=0.2)
    assert legs(asked, way)[0].wait_s == 12 * 3600


def test_weather_waits_are_those_of_a_memoryless_closure() -> None:
    built = small(
        modes=CALM,
        links=[link("ad", "a", "d")],
        windows=[{"window_id": "w", "link_id": "ad", "open_share": 0.7, "closed_spell_h": 48.0}],
    )
    asked, way = quickest(built)
    wait = sample(asked, way, draws=40_000, rng=1) - 2
    assert (wait < 1e-9).mean() == pytest.approx(0.7, abs=0.01)
    assert wait.mean() == pytest.approx(0.3 * 48, rel=0.05)
    assert legs(asked, way)[0].wait_s == round(0.3 * 48 * 3600)


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
    asked, way = quickest(built)
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
    asked, way = quickest(built)
    hours = sample(asked, way, draws=2000, rng=1) - 2
    assert ((hours < 72) | (hours >= 34 * 24)).all()
    assert (hours < 72).mean() == pytest.approx(72 / 168, abs=0.04)
    part = legs(asked, way)[0]
    assert (
        part.depart_s == asked.depart_s + 34 * 24 * 3600
    )  # the mean ship, after 84 h, meets the closure


def test_draws_hang_on_seed_and_element_only() -> None:
    built = network("mid-2026")
    asked, way = quickest(built, "almaty", "karachi", "2026-07-01", "container-40")
    same, other = (sample(asked, way, draws=200, rng=r) for r in (0, 1))
    assert np.array_equal(sample(asked, way, draws=200, rng=0), same)
    assert not np.array_equal(same, other)
    assert (np.diff(np.quantile(same, (0.05, 0.5, 0.95))) > 0).all()


def test_the_spread_of_a_journey_lies_between_both_ends_of_its_luck() -> None:
    built = network("mid-2026")
    wide = {}
    for legs_alike, borders_alike in ((0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 1.0)):
        options: Options = {
            "leg_correlation": legs_alike,
            "border_correlation": borders_alike,
        }
        query = prepare(
            built, "almaty", "karachi", cargo="container-40", depart="2026-07-01", options=options
        )
        best = best_route(query, "time")
        assert best is not None
        hours = sample(query, best.arcs, draws=4000, rng=0)
        low, high = np.quantile(hours, (0.05, 0.95))
        wide[legs_alike, borders_alike] = high - low
    assert list(wide.values()) == sorted(wide.values())
    assert wide[1.0, 0.0] > 1.3 * wide[0.0, 0.0]


@pytest.mark.parametrize("name", ["leg_correlation", "border_correlation"])
def test_a_correlation_lies_between_0_and_1(name: str) -> None:
    with pytest.raises(CallError, match=f"{name} must lie between 0 and 1, not 1.5"):
        read_options({name: 1.5})  # type: ignore[misc]


def test_routes_drawn_together_have_the_hours_each_has_alone(study_folder: Path) -> None:
    built = read(study_folder).network
    asks: list[Options] = [{}, {"leg_correlation": 0.5, "border_correlation": 0.3}]
    for asked in asks:
        query = prepare(
            built, "almaty", "karachi", cargo="container-40", depart="2026-02-10", options=asked
        )
        pareto = pareto_set(query, np.array([True, True, False, False]))
        routes = [pareto[number] for number in range(len(pareto))]
        together = dict(sample_each(query, routes, draws=20, rng=2))
        assert len(together) == len(routes) > 3
        for number, arcs in enumerate(routes):
            assert together[number].tolist() == sample(query, arcs, draws=20, rng=2).tolist()
