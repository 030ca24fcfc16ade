"""Outlook: how a plan fares in simulated years, and the plan that is in time in enough of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from corridor.consignments.certainty import (
    CHANCES,
    Assured,
    Choice,
    assure,
    certainty_rows,
    lateness,
    on_time_share,
    surest,
)
from corridor.consignments.infeasibility import Obstacle
from corridor.consignments.offers import Offer, Trips
from corridor.consignments.plan_tables import Dispatch
from corridor.consignments.programme import Effort, Order, Solution
from corridor.consignments.years import Years, arrivals_s, draw_years, late_days
from corridor.kernels import Floats
from corridor.language.messages import figure, message
from corridor.routing.conditions import DEFAULT_DRAWS

FRESH_SEED = 7_919  # added to the seed for years that no plan was made with


class _Trial(NamedTuple):
    """A route on a day of dispatch, in the years of a seed."""

    seed_offset: int
    depart_on: dt.date
    destination: str
    arcs: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Outlook:
    """The years that the offers of a shipment may meet.

    offers: those plans are chosen from. order: what is to leave.
    """

    trips: Trips
    order: Order
    offers: Sequence[Offer]
    effort: Effort
    drawn: dict[int, Years] = field(default_factory=dict)
    late_of: dict[_Trial, Floats] = field(default_factory=dict)

    def years(self, seed_offset: int = 0) -> Years:
        """Return the years of the seed asked for, or of another one; drawn once."""
        if seed_offset not in self.drawn:
            self.drawn[seed_offset] = self._draw(seed_offset)
        return self.drawn[seed_offset]

    def _draw(self, seed_offset: int) -> Years:
        options = self.trips.options
        days = [offer.depart_on for offer in self.offers]
        return draw_years(
            self.trips.network,
            min(days),
            max(days),
            options.get("draws", DEFAULT_DRAWS),
            options.get("rng", 0) + seed_offset,
        )

    def late_d(self, offers: Sequence[Offer], seed_offset: int = 0) -> Floats:
        """Return the days offers are late in every year [offers, years]; each sampled once."""
        late = np.zeros((len(offers), len(self.years(seed_offset))))
        for number, offer in enumerate(offers):
            trial = _Trial(seed_offset, offer.depart_on, offer.destination, offer.arcs)
            if trial not in self.late_of:
                self.late_of[trial] = self._sample_late_d(offer, seed_offset)
            late[number] = self.late_of[trial]
        return late

    def _sample_late_d(self, offer: Offer, seed_offset: int) -> Floats:
        """Return the days an offer is late in every year [years]."""
        deadline_on = self.trips.shipment.deadline_on
        assert deadline_on is not None
        arrivals = arrivals_s(self.trips, [offer], self.years(seed_offset))
        return late_days(arrivals[0], deadline_on)

    def assured(self, chance: float) -> tuple[Solution, list[dict[str, Any]], Obstacle | None]:
        """Return the plan for a chance, the curve of what certainty costs, and what is in the way.

        Where no plan is so sure, the surest there is.
        """
        choice = Choice(self.order, self.offers, self.late_d(self.offers), self.effort)
        plans = assure(choice, sorted({*CHANCES, chance}))
        fresh = [self._fresh_share(plan) for plan in plans]
        rows = certainty_rows(plans, choice, fresh, self.trips.shipment.shipment_id)

        (wanted,) = [plan for plan in plans if plan.chance == chance]
        if wanted.solution is not None:
            return wanted.solution, rows, None
        best = surest(choice)
        assert best.solution is not None
        reason = message(
            "no plan tried is in time in {chance} % of years; the surest is in {share} %",
            chance=figure(100 * chance, ",.3g"),
            share=figure(100 * (best.on_time_share or 0.0), ",.3g"),
        )
        return best.solution, rows, Obstacle("chance", reason, None)

    def with_chances(self, dispatches: Sequence[Dispatch]) -> list[Dispatch]:
        """Return dispatches with the share of years in which each is in time."""
        if self.trips.shipment.deadline_on is None or not dispatches:
            return list(dispatches)
        late = self.late_d([dispatch.offer for dispatch in dispatches])
        shares = (late == 0).mean(axis=1).tolist()
        return [
            replace(dispatch, on_time_share=share)
            for dispatch, share in zip(dispatches, shares, strict=True)
        ]

    def lateness(self, dispatches: Sequence[Dispatch]) -> dict[str, float]:
        """Return how often dispatches are all in time, and how late the last one is."""
        if self.trips.shipment.deadline_on is None or not dispatches:
            return {}
        late = self.late_d([dispatch.offer for dispatch in dispatches])
        units = np.array([dispatch.units for dispatch in dispatches], np.int64)
        cells = lateness(late, units)
        return {
            "on_time_share": on_time_share(late, units),
            "late_mean_d": cells["late_mean_d"],
            "late_worst_d": cells["late_worst_d"],
        }

    def _fresh_share(self, plan: Assured) -> float | None:
        """Return the share of fresh years in which a plan is in time."""
        if plan.solution is None:
            return None
        used = np.flatnonzero(plan.solution.units).tolist()
        late = self.late_d([self.offers[k] for k in used], FRESH_SEED)
        return on_time_share(late, np.ones(len(used), np.int64))
