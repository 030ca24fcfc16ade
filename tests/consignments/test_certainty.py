"""What certainty costs, against simulated years."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import polars as pl
import pytest

import corridor as co
from consignment_cases import MONDAY, shipment, two_ways, walk
from core_cases import hazard_row, read
from corridor.consignments.certainty import Choice, assure, lateness, on_time_share, surest
from corridor.consignments.offers import Trips, offers_of
from corridor.consignments.programme import Effort, Order, Solution
from corridor.consignments.shipment import read_shipment
from corridor.consignments.years import arrivals_s, draw_years, late_days
from corridor.network.calendar import second

EXACT = Effort(0.0, 30.0)
HAZARDS = [
    hazard_row(
        hazard_id="rail",
        row_id="ac",
        events_per_year=6.0,
        duration_median_d=5.0,
        duration_sigma=0.8,
    ),
    hazard_row(
        hazard_id="pass",
        row_id="bd",
        events_per_year=1.0,
        duration_median_d=3.0,
        duration_sigma=0.5,
    ),
]


@cache
def curve() -> pl.DataFrame:
    """Return what certainty costs where the ship arrives just before the deadline."""
    asked = shipment(deadline_on=MONDAY + dt.timedelta(days=30))
    network = two_ways(hazards=HAZARDS)
    plan = co.schedule(network, asked, chance=0.95, gap_share=0.0, draws=200)
    walk(plan)
    return plan.certainty


def test_a_higher_chance_never_costs_less() -> None:
    rows = curve()
    costs = rows["cost_usd"].drop_nulls().to_list()
    assert costs == sorted(costs)
    assert rows["extra_usd"][0] == 0
    sure = rows.filter(pl.col("chance").is_not_null() & pl.col("cost_usd").is_not_null())
    assert (sure["on_time_share"] >= sure["chance"]).all()


def test_certainty_costs_something_where_the_cheap_route_is_late() -> None:
    rows = curve()
    assert rows["cost_usd"][-1] > rows["cost_usd"][0]
    assert rows["on_time_share"][0] < 0.9
    assert rows["late_mean_d"][-1] < rows["late_mean_d"][0]


def test_a_chance_beyond_reach_says_so() -> None:
    plan = co.schedule(
        two_ways(hazards=HAZARDS),
        shipment(deadline_on=MONDAY + dt.timedelta(days=17), units_per_week=4),
        chance=0.99,
        gap_share=0.0,
        draws=200,
    )
    row = plan.summary.row(0, named=True)
    assert row["binding"] == "chance" and row["delivered_units"] == 12
    assert row["on_time_share"] < 0.99
    assert plan.certainty["cost_usd"][-1] is None


def test_a_chance_needs_a_deadline() -> None:
    with pytest.raises(co.CallError, match="deadline"):
        co.schedule(two_ways(), shipment(deadline_on=None), chance=0.9)
    with pytest.raises(co.CallError, match="chance"):
        co.schedule(two_ways(), shipment(), chance=1.5)


def test_units_wait_at_a_closure_for_its_end() -> None:
    network = two_ways(hazards=HAZARDS)
    trips = Trips(network, shipment(slots=()), {})
    offers = offers_of(trips, [MONDAY])
    years = draw_years(network, MONDAY, MONDAY, 200, rng=3)
    arrivals = arrivals_s(trips, offers, years)

    links = network.frames["links"]["link_id"].to_list()
    by_road = [k for k, offer in enumerate(offers) if offer.modes == ("road",)]
    for number, closures in enumerate(years.closures):
        spans = [
            (second(MONDAY) + 86400 * first, second(MONDAY) + 86400 * end)
            for hazard, first, end in zip(*closures, strict=True)
            if HAZARDS[hazard]["row_id"] == "bd"
        ]
        at_s = np.array([second(MONDAY) + 86400.0 * 2])
        whole = years.open_s(links.index("bd"), np.repeat(at_s, len(years)))[number]
        assert not any(start <= whole < end for start, end in spans)
        assert whole >= at_s[0]
    assert (arrivals[by_road] >= second(MONDAY)).all()


def test_the_same_seed_gives_the_same_years() -> None:
    network = two_ways(hazards=HAZARDS)
    first, again = (draw_years(network, MONDAY, MONDAY, 20, rng=5) for _ in range(2))
    for one, two in zip(first.closures, again.closures, strict=True):
        assert all((a == b).all() for a, b in zip(one, two, strict=True))


def test_shares_and_lateness_are_of_the_last_unit() -> None:
    late_d = np.array([[0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 5.0, 0.0], [9.0, 9.0, 9.0, 9.0]])
    units = np.array([2, 1, 0])
    assert on_time_share(late_d, units) == 0.5
    assert lateness(late_d, units) == {
        "late_mean_d": 7 / 4,
        "late_worst_d": 5.0,
        "late_unit_days": (2 * 2 + 5) / 4,
    }
    assert on_time_share(late_d, np.zeros(3, int)) == 1.0


@pytest.mark.slow
def test_the_floor_is_near_the_best_there_is() -> None:
    """Against every set of offers that keeps the chance, on a few shipments of one destination."""
    network = two_ways(hazards=HAZARDS)
    for seed in range(3):
        asked = shipment(deadline_on=MONDAY + dt.timedelta(days=30 + seed), units=4, lot_units=4)
        trips = Trips(network, asked, {})
        offers = offers_of(trips, [MONDAY + dt.timedelta(days=k) for k in range(14)])
        years = draw_years(network, MONDAY, MONDAY + dt.timedelta(days=14), 200, rng=seed)
        late = late_days(arrivals_s(trips, offers, years), asked.deadline_on)  # type: ignore[arg-type]
        choice = Choice(Order.of(asked), offers, late, EXACT)
        for plan in assure(choice, [0.8, 0.95])[1:]:
            single = [
                choice.order
                and offer.usd
                + 5 * (offer.depart_on - MONDAY).days
                + 100 * offer.late_days(asked.deadline_on)
                for offer, share in zip(offers, choice.own_shares, strict=True)
                if share >= (plan.chance or 0)
            ]
            if plan.solution is not None:
                assert plan.solution.cost_usd == pytest.approx(4 * min(single))


@pytest.mark.slow
def test_the_sure_plan_of_the_buses_is_in_time_in_fresh_years() -> None:
    network = read("mid-2026").network
    plan = co.schedule(
        network, read_shipment(network, "buses-600"), deadline="2026-10-15", chance=0.95
    )
    walk(plan)
    row = plan.certainty.row(-1, named=True)
    assert row["chance"] == 0.95
    assert row["on_time_share"] >= 0.95
    assert 0.93 <= row["fresh_share"] <= 0.97


def test_the_surest_of_all_plans_tried_is_taken_the_plain_one_included() -> None:
    choice = tried_choice()
    assert surest(choice).floor_share == 0.0
    assert surest(choice).on_time_share == 0.8


def test_a_chance_is_met_by_the_cheapest_plan_tried_that_meets_it() -> None:
    plain, likely, sure = assure(tried_choice(), [0.75, 0.95])
    assert likely.floor_share == plain.floor_share == 0.0
    assert sure.solution is None


def tried_choice() -> Choice:
    """Return a choice whose higher floor is less sure: its offers are late in different years."""
    late_d = np.zeros((5, 10))
    late_d[:2, :2] = 1.0
    late_d[[2, 3, 4], [3, 4, 5]] = 1.0

    trips = Trips(two_ways(), shipment(slots=(), units=5), {})
    offers = offers_of(trips, [MONDAY + dt.timedelta(days=7 * week) for week in range(5)])
    by_road = [offer for offer in offers if offer.modes == ("road",)]
    choice = Choice(Order.of(trips.shipment), by_road, late_d, EXACT)
    choice.solutions = {
        0.0: Solution(np.array([3, 2, 0, 0, 0]), 90.0, 90.0, {}, True),
        0.9: Solution(np.array([0, 0, 1, 2, 2]), 95.0, 95.0, {}, True),
    }
    choice.solutions[0.8] = choice.solutions[0.0]
    return choice
