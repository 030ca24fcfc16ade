"""The programme against every plan there is, on small random orders."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from corridor.consignments.offers import Boarding, Offer
from corridor.consignments.programme import (
    Effort,
    Order,
    can_dispatch,
    slots_in,
    solve,
    stored_days,
)
from corridor.consignments.shipment import Destination, Shipment, Slots

MONDAY = dt.date(2026, 3, 2)
EXACT = Effort(0.0, 30.0)
INSTANCES = 240
Units = tuple[int, ...]


def day(number: int) -> dt.date:
    return MONDAY + dt.timedelta(days=number)


def offer(depart: int, days: int, usd: float, mode: str = "road", to: str = "d") -> Offer:
    """Return an offer of one mode that boards the convoy of its day or the ship of its week."""
    on = day(depart)
    number = depart if mode == "road" else depart // 7
    return Offer(
        depart_on=on,
        destination=to,
        arcs=(depart, days),
        itinerary=(),
        arrive_on=day(depart + days),
        usd=usd,
        kg=1.0,
        modes=(mode,),
        boardings=(Boarding(mode, f"{mode}-line", number, on),),
    )


def random_case(seed: int) -> tuple[Shipment, list[Offer]]:
    """Return a shipment of up to four units and up to six offers."""
    dice = random.Random(seed)
    places = ("d",) if dice.random() < 0.6 else ("d", "e")
    units = dice.randint(1, 4)
    shipment = Shipment(
        "s",
        "S",
        "box",
        units,
        "a",
        tuple(Destination(place, 1 / len(places)) for place in places),
        ready_on=MONDAY,
        units_per_week=dice.choice([None, 1, 2, 0.5]),
        deadline_on=dice.choice([None, day(9), day(16)]),
        penalty_usd_per_unit_day=dice.choice([0.0, 20.0, 150.0]),
        storage_usd_per_unit_day=dice.choice([0.0, 3.0]),
        lot_units=dice.choice([1, 1, 2]),
        slots=(
            Slots("road", dice.choice([None, 1, 2]), dice.choice([None, 1, 2])),
            Slots("sea", dice.choice([None, 1, 3]), dice.choice([None, 2]), dice.choice([None, 2])),
        ),
    )
    offers = [
        offer(
            dice.randrange(0, 27),
            dice.choice([2, 5, 9]),
            float(dice.choice([100, 130, 180, 260])),
            dice.choice(["road", "sea"]),
            dice.choice(places),
        )
        for _ in range(dice.randint(2, 6))
    ]
    return shipment, offers


def keeps_to_limits(shipment: Shipment, offers: list[Offer], units: Units) -> bool:
    """Walk a plan on the calendar, unit by unit; nothing of the programme is used."""
    leaving = sorted(
        (each.depart_on, number) for number, each in enumerate(offers) for _ in range(units[number])
    )
    ready = sorted(ready_days(shipment))
    if any(left < first for (left, _), first in zip(leaving, ready, strict=False)):
        return False

    weeks: Counter[tuple[str, int]] = Counter()
    aboard: Counter[tuple[str, int]] = Counter()
    for left, number in leaving:
        (boarding,) = offers[number].boardings
        weeks[boarding.mode, (left - MONDAY).days // 7] += 1
        aboard[boarding.mode, boarding.number] += 1
    limits = {slots.mode: slots for slots in shipment.slots}
    for (mode, _), taken in weeks.items():
        if limits[mode].units_per_week is not None and taken > limits[mode].units_per_week:
            return False
    for (mode, _), taken in aboard.items():
        if limits[mode].departure_units is not None and taken > limits[mode].departure_units:
            return False

    for each, number in zip(offers, units, strict=True):
        lot = max(shipment.lot_units, limits[each.modes[0]].lot_units or 1)
        if 0 < number < lot:
            return False
    return True


def ready_days(shipment: Shipment) -> list[dt.date]:
    """Return the day each unit is ready, by running the plant week by week."""
    if shipment.units_per_week is None:
        return [MONDAY] * shipment.units
    days: list[dt.date] = []
    output = 0.0
    for week in itertools.count():
        output += shipment.units_per_week
        while len(days) + 1 <= output and len(days) < shipment.units:
            days.append(day(7 * week))
        if len(days) == shipment.units:
            return days
    raise AssertionError


def cost(shipment: Shipment, offers: list[Offer], units: Units) -> float:
    """Return what a plan costs, unit by unit."""
    ready = sorted(ready_days(shipment))
    leaving = sorted(
        (each.depart_on, number) for number, each in enumerate(offers) for _ in range(units[number])
    )
    total = 0.0
    for (left, number), first in zip(leaving, ready, strict=False):
        total += offers[number].usd
        total += shipment.storage_usd_per_unit_day * (left - first).days
        if shipment.deadline_on is not None:
            late = max((offers[number].arrive_on - shipment.deadline_on).days, 0)
            total += (shipment.penalty_usd_per_unit_day or 0) * late
    return total


def brute_force(shipment: Shipment, offers: list[Offer]) -> tuple[int, float]:
    """Return the most units that can be dispatched, and the least cost of so many."""
    wanted = shipment.units_by_destination()
    best = (0, 0.0)
    most = [range(wanted[each.destination] + 1) for each in offers]
    for units in itertools.product(*most):
        sent = Counter[str]()
        for each, number in zip(offers, units, strict=True):
            sent[each.destination] += number
        if any(sent[place] > wanted[place] for place in sent):
            continue
        total = sum(units)
        if total < best[0] or not keeps_to_limits(shipment, offers, units):
            continue
        usd = cost(shipment, offers, units)
        if total > best[0] or usd < best[1] - 1e-9:
            best = (total, usd)
    return best


def solved(shipment: Shipment, offers: list[Offer]) -> tuple[int, float]:
    solution = solve(Order.of(shipment), offers, EXACT)
    units = tuple(solution.units.tolist())
    assert keeps_to_limits(shipment, offers, units)
    assert solution.bound_usd == pytest.approx(solution.cost_usd, abs=1e-4)
    assert cost(shipment, offers, units) == pytest.approx(solution.cost_usd, abs=1e-6)
    return sum(units), solution.cost_usd


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, INSTANCES, 40))
def test_equals_brute_force(first: int) -> None:
    for seed in range(first, first + 40):
        check_against_brute_force(seed)


def test_equals_brute_force_on_a_few() -> None:
    for seed in range(1000, 1015):
        check_against_brute_force(seed)


def check_against_brute_force(seed: int) -> None:
    shipment, offers = random_case(seed)
    if shipment.units_per_week is not None and shipment.units_per_week < 1:
        shipment = replace(shipment, units=min(shipment.units, 2))
    sent, usd = solved(shipment, offers)
    most, least = brute_force(shipment, offers)
    assert sent == most, seed
    assert usd == pytest.approx(least, abs=1e-4), seed
    assert can_dispatch(Order.of(shipment), offers) == (most == shipment.units)


def test_laws_of_deadlines_and_slots() -> None:
    for seed in range(60):
        shipment, offers = random_case(seed)
        if not can_dispatch(Order.of(shipment), offers) or shipment.deadline_on is None:
            continue
        base = solve(Order.of(shipment), offers, EXACT).cost_usd
        tighter = replace(shipment, deadline_on=shipment.deadline_on - dt.timedelta(days=3))
        assert solve(Order.of(tighter), offers, EXACT).cost_usd >= base - 1e-6
        free = replace(shipment, slots=())
        assert solve(Order.of(free), offers, EXACT).cost_usd <= base + 1e-6


def test_never_worse_than_one_route_alone() -> None:
    cheap = [offer(k, 9, 100.0, "sea") for k in range(0, 28, 7)]
    quick = [offer(k, 2, 160.0) for k in range(28)]
    shipment = Shipment(
        "s",
        "S",
        "box",
        12,
        "a",
        (Destination("d", 1.0),),
        ready_on=MONDAY,
        units_per_week=4,
        deadline_on=day(18),
        penalty_usd_per_unit_day=30.0,
        slots=(Slots("sea", departure_units=3), Slots("road", units_per_week=4)),
    )
    both = solve(Order.of(shipment), cheap + quick, EXACT)
    assert not any(both.short.values())
    for alone in (cheap, quick):
        single = solve(Order.of(shipment), alone, EXACT)
        assert any(single.short.values()) or both.cost_usd <= single.cost_usd + 1e-6
    assert both.units[:4].sum() > 0 and both.units[4:].sum() > 0


def test_slots_of_a_week_make_up_half_units() -> None:
    assert [slots_in(0.5, week) for week in range(6)] == [0, 1, 0, 1, 0, 1]
    assert sum(slots_in(2.3, week) for week in range(10)) == 23


def test_storage_counts_those_ready_first() -> None:
    shipment = Shipment(
        "s", "S", "box", 6, "a", (Destination("d", 1.0),), ready_on=MONDAY, units_per_week=2
    )
    assert stored_days(shipment, 0, 6) == 2 * 7 + 2 * 14
    assert stored_days(shipment, 2, 2) == 2 * 7
    assert stored_days(shipment, 3, 2) == 7 + 14


def test_shares_become_whole_units() -> None:
    for units in range(1, 40):
        shipment = Shipment(
            "s",
            "S",
            "box",
            units,
            "a",
            (Destination("d", 0.5), Destination("e", 0.3), Destination("f", 0.2)),
            ready_on=MONDAY,
        )
        by_destination = shipment.units_by_destination()
        assert sum(by_destination.values()) == units
        exact = np.array([0.5, 0.3, 0.2]) * units
        assert np.abs(exact - list(by_destination.values())).max() < 1


def test_offers_to_a_place_that_needs_no_more_take_nothing() -> None:
    destinations = (Destination("d", 0.5), Destination("e", 0.5))
    both = Shipment("few", "Few boxes", "box", 4, "a", destinations, ready_on=MONDAY)
    order = replace(Order.of(both), units={"d": 2}, dispatched=2)
    solution = solve(order, [offer(0, 3, 10.0, to="e"), offer(0, 3, 20.0)], EXACT)
    assert solution.units.tolist() == [0, 2]
    assert solution.short == {"d": 0}
