"""Recourse: what to do when something the plan relies on shuts for the first time.

In every simulated year the first closure that the plan meets and that is still on after PATIENCE
days is the surprise. From the next week on the rest goes as planned and waits (the fixed plan), or
by the cheapest plan that keeps off what is shut (divert). What is better in the mean is found for
each hazard and month of dispatch in half of the years, and its value counted in the other half.
Units under way wait for the end of the closure either way.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from corridor.consignments.offers import Offer
from corridor.consignments.outlook import Outlook
from corridor.consignments.plan_tables import Dispatch
from corridor.consignments.programme import solve, stored_days, unit_costs
from corridor.consignments.shipment import WEEK_DAYS
from corridor.consignments.under_way import order_after
from corridor.kernels import Floats
from corridor.language.messages import message
from corridor.network.hazards import arcs_covered
from corridor.routing.corridor_names import corridor_name

PATIENCE_DAYS = 3  # as goods of a simulated year wait before they turn
MONTH_WEEKS = 4


class Surprise(NamedTuple):
    """The first closure a plan meets in a year, and the day from which it can be answered."""

    year: int
    hazard: int
    week: int
    answer_on: dt.date


@dataclass(eq=False)
class _Answers:
    """What the rest of a plan costs in every year, by what is kept off from which day on.

    usd_of: cost of every year, for (hazard, day) [years].
    """

    outlook: Outlook
    dispatches: Sequence[Dispatch]
    diverted: dict[tuple[int, dt.date], list[Dispatch] | None] = field(default_factory=dict)

    def usd(self, dispatches: Sequence[Dispatch]) -> Floats:
        """Return freight, storage and penalty of dispatches in every year [years]."""
        shipment = self.outlook.trips.shipment
        penalty = shipment.penalty_usd_per_unit_day or 0.0
        units = np.array([dispatch.units for dispatch in dispatches], float)
        offers = [dispatch.offer for dispatch in dispatches]
        planned_d = np.array([offer.late_days(shipment.deadline_on) for offer in offers], float)
        stored_d = stored_days(shipment, self.outlook.order.dispatched, int(units.sum()))

        paid = unit_costs(shipment, offers) - penalty * planned_d
        late_d = self.outlook.late_d(offers)
        fixed_usd = float(units @ paid) - shipment.storage_usd_per_unit_day * stored_d
        usd: Floats = fixed_usd + penalty * (units @ late_d)
        return usd

    def divert(self, hazard: int, on: dt.date) -> list[Dispatch] | None:
        """Return the plan whose rest keeps off a hazard from a day on; null where none does."""
        key = (hazard, on)
        if key not in self.diverted:
            self.diverted[key] = self._divert(hazard, on)
        return self.diverted[key]

    def _divert(self, hazard: int, on: dt.date) -> list[Dispatch] | None:
        left = [dispatch for dispatch in self.dispatches if dispatch.offer.depart_on < on]
        order = order_after(self.outlook.trips.shipment, left)
        offers = [
            offer
            for offer in self.outlook.offers
            if offer.depart_on >= on and hazard not in hazards_of(self.outlook, offer)
        ]
        rest = solve(order, offers, self.outlook.effort)
        if any(rest.short.values()):
            return None
        anew = [
            Dispatch(offers[k], int(rest.units[k])) for k in np.flatnonzero(rest.units).tolist()
        ]
        return [*left, *anew]


def policy_rows(outlook: Outlook, dispatches: Sequence[Dispatch]) -> list[dict[str, Any]]:
    """Return what to do at the first surprise, by hazard and month, and what that is worth.

    Nothing where nothing is due, nothing is left to leave or nothing may strike.
    """
    shipment = outlook.trips.shipment
    if not dispatches or shipment.deadline_on is None or shipment.penalty_usd_per_unit_day is None:
        return []

    answers = _Answers(outlook, dispatches)
    fixed_usd = answers.usd(dispatches)
    cells: dict[tuple[int, int], list[Surprise]] = defaultdict(list)
    for surprise in surprises(outlook, dispatches):
        cells[surprise.hazard, surprise.week // MONTH_WEEKS].append(surprise)
    return [
        _row(answers, hazard, month, of_cell, fixed_usd)
        for (hazard, month), of_cell in sorted(cells.items())
    ]


def surprises(outlook: Outlook, dispatches: Sequence[Dispatch]) -> list[Surprise]:
    """Return the first lasting closure of every year that units still to leave would meet."""
    shipment = outlook.trips.shipment
    first_on = outlook.years().first_on
    last_use: dict[int, dt.date] = {}
    for dispatch in dispatches:
        for hazard in hazards_of(outlook, dispatch.offer):
            day = dispatch.offer.depart_on
            last_use[hazard] = max(day, last_use.get(hazard, day))

    first_of_years: list[Surprise] = []
    for year, closures in enumerate(outlook.years().closures):
        for hazard, first_day, end_day in zip(*closures, strict=True):
            lasts = end_day - max(first_day, 0) > PATIENCE_DAYS
            if not lasts or hazard not in last_use:
                continue
            known_on = first_on + dt.timedelta(days=int(max(first_day, 0)) + PATIENCE_DAYS)
            week = shipment.week_of(known_on)
            answer_on = shipment.ready_on + dt.timedelta(days=WEEK_DAYS * (week + 1))
            if answer_on <= last_use[hazard]:
                first_of_years.append(Surprise(year, int(hazard), week, answer_on))
                break
    return first_of_years


def hazards_of(outlook: Outlook, offer: Offer) -> frozenset[int]:
    """Return the hazards that may shut a link of an offer, as rows of ``hazards``."""
    covered = arcs_covered(outlook.trips.network)[:, list(offer.arcs)]
    return frozenset(np.flatnonzero(covered.any(axis=1)).tolist())


def _row(
    answers: _Answers,
    hazard: int,
    month: int,
    of_cell: Sequence[Surprise],
    fixed_usd: Floats,
) -> dict[str, Any]:
    """Return the policy for one hazard and month: chosen in even years, valued in odd ones."""
    outlook = answers.outlook
    diverted_usd = {each.year: _diverted_usd(answers, each, fixed_usd) for each in of_cell}
    even = [each.year for each in of_cell if each.year % 2 == 0]
    odd = [each.year for each in of_cell if each.year % 2]
    gain = sum(fixed_usd[year] - diverted_usd[year] for year in even)
    is_diverted = gain > 0

    policy_usd = {year: diverted_usd[year] if is_diverted else fixed_usd[year] for year in odd}
    saved = sum(fixed_usd[year] - policy_usd[year] for year in odd)
    years = len(outlook.years())
    row = outlook.trips.network.rows("hazards")[hazard]
    corridor = _diverted_corridor(answers, hazard, of_cell) if is_diverted else None
    return {
        "shipment_id": outlook.trips.shipment.shipment_id,
        "hazard_id": row["hazard_id"],
        "hazard": row["name"],
        "from_week": MONTH_WEEKS * month + 1,
        "to_week": MONTH_WEEKS * (month + 1),
        "action": "divert" if is_diverted else "wait",
        "corridor": corridor,
        "sentence": _sentence(row["name"], month, corridor),
        "patience_d": PATIENCE_DAYS,
        "chance": len(of_cell) / years,
        "fixed_usd": float(np.mean(fixed_usd[odd])) if odd else None,
        "policy_usd": float(np.mean(list(policy_usd.values()))) if odd else None,
        "value_usd": float(saved) / max(years // 2, 1),
    }


def _sentence(hazard: str, month: int, corridor: str | None) -> str:
    """Return in words what to do; corridor: by which the rest is sent; null: it waits."""
    weeks = {"first": MONTH_WEEKS * month + 1, "last": MONTH_WEEKS * (month + 1)}
    if corridor is None:
        return message(
            "{hazard}, in weeks {first} to {last}: keep to the plan and wait",
            hazard=hazard,
            **weeks,
        )
    return message(
        "{hazard}, in weeks {first} to {last}: if it lasts more than {days} days, send the rest by "
        "{corridor}",
        hazard=hazard,
        days=PATIENCE_DAYS,
        corridor=corridor,
        **weeks,
    )


def _diverted_usd(answers: _Answers, surprise: Surprise, fixed_usd: Floats) -> float:
    """Return what a year costs if the rest is diverted; as planned where nothing else leads."""
    diverted = answers.divert(surprise.hazard, surprise.answer_on)
    if diverted is None:
        return float(fixed_usd[surprise.year])
    return float(answers.usd(diverted)[surprise.year])


def _diverted_corridor(answers: _Answers, hazard: int, of_cell: Sequence[Surprise]) -> str | None:
    """Return the corridor that most diverted units take."""
    trips = answers.outlook.trips
    units: Counter[str] = Counter()
    for on in {surprise.answer_on for surprise in of_cell}:
        for dispatch in answers.divert(hazard, on) or ():
            if dispatch.offer.depart_on >= on:
                query = trips.query(dispatch.offer.destination, dispatch.offer.depart_on)
                units[corridor_name(query, dispatch.offer.itinerary)] += dispatch.units
    return max(units, key=units.__getitem__, default=None)
