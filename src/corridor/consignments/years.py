"""Years: closures and delays that a plan may meet, drawn alike for every plan.

A year is one draw. Closures of a hazard begin and last in it as in :func:`corridor.simulate`, from
what the scenario has open, and shut the same links for every unit. Delays are those of sampled
journeys; units that leave on the same day have the same luck, those of other days their own. Every
offer meets the same years, so plans compare like with like. Units wait where something is shut.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from corridor import stopping
from corridor.consignments.offers import Offer, Trips
from corridor.kernels import Bools, Floats
from corridor.kernels.records import Closures
from corridor.network.calendar import second
from corridor.network.closure_draws import ClosureDraws, epoch_day, read_hazards
from corridor.network.hazards import links_covered
from corridor.network.network import Network
from corridor.routing.journeys import sample
from corridor.units import DAY_S, HOUR_S

UNDER_WAY_DAYS = 365  # looked at after the last dispatch; later is as late
_DAYS_OF_SEED = 1_000_000  # departures have seeds of their own


class ShutSpans(NamedTuple):
    """When a link is shut in every year, in seconds [years, closures]; empty where start is end."""

    start_s: Floats
    end_s: Floats


@dataclass(frozen=True, eq=False)
class Years:
    """Simulated years that begin on a day.

    Attributes
    ----------
    closures
        Those of every year; days are counted from the first one.
    spans
        When each link row that anything shuts is shut.
    first_on
        The first day.
    rng
        Seed.
    """

    closures: tuple[Closures, ...]
    spans: Mapping[int, ShutSpans]
    first_on: dt.date
    rng: int

    def __len__(self) -> int:
        return len(self.closures)

    def open_s(self, link: int, at_s: Floats) -> Floats:
        """Return when goods that come to a link can enter it in every year [years]."""
        if link not in self.spans:
            return at_s

        shut = self.spans[link]
        while True:
            is_shut = (shut.start_s <= at_s[:, None]) & (at_s[:, None] < shut.end_s)
            if not is_shut.any():
                return at_s
            at_s = np.where(is_shut, shut.end_s, at_s[:, None]).max(axis=1)

    def seed_of(self, on: dt.date) -> int:
        """Return the seed of the journeys that begin on a day."""
        return self.rng * _DAYS_OF_SEED + on.toordinal()


def draw_years(
    network: Network, first_on: dt.date, last_on: dt.date, draws: int, rng: int
) -> Years:
    """Return years with what the network's own hazards shut, from a first to a last dispatch."""
    days = (last_on - first_on).days + 1 + UNDER_WAY_DAYS
    drawing = ClosureDraws(
        hazards=read_hazards(network.frames["hazards"]),
        first_on_day=epoch_day(first_on),
        days=days,
        memory_days=0,
        rng=rng,
    )
    closures = tuple(drawing.closures(draw) for draw in range(draws))
    return Years(closures, _spans(closures, links_covered(network), first_on), first_on, rng)


def arrivals_s(trips: Trips, offers: Sequence[Offer], years: Years) -> Floats:
    """Return the second each offer arrives in every year [offers, years]; inf: never."""
    arrivals = np.zeros((len(offers), len(years)))
    for number, offer in enumerate(offers):
        stopping.raise_if_stopped()
        query = trips.query(offer.destination, offer.depart_on)
        hours = sample(
            query,
            offer.arcs,
            draws=len(years),
            rng=years.seed_of(offer.depart_on),
            closures=years,
        )
        arrivals[number] = query.depart_s + HOUR_S * hours
    return arrivals


def late_days(arrivals: Floats, deadline_on: dt.date) -> Floats:
    """Return the days of arrival after a deadline, at most UNDER_WAY_DAYS.

    arrivals: seconds; inf: never.
    """
    after_d = np.floor((arrivals - second(deadline_on)) / DAY_S)
    days: Floats = np.clip(after_d, 0, UNDER_WAY_DAYS)
    return days


def _spans(closures: Sequence[Closures], covered: Bools, first_on: dt.date) -> dict[int, ShutSpans]:
    """Return when every link that hazards cover is shut; covered [hazards, links]."""
    first_s = second(first_on)
    return {
        int(link): _spans_of(closures, covered[:, link], first_s)
        for link in np.flatnonzero(covered.any(axis=0))
    }


def _spans_of(closures: Sequence[Closures], is_covering: Bools, first_s: int) -> ShutSpans:
    """Return when one link is shut, by the hazards that cover it."""
    of_years = [is_covering[year.hazard] for year in closures]
    most = max((int(is_met.sum()) for is_met in of_years), default=0)
    start_s = np.zeros((len(closures), most))
    end_s = np.zeros((len(closures), most))

    for number, (year, is_met) in enumerate(zip(closures, of_years, strict=True)):
        count = int(is_met.sum())
        start_s[number, :count] = first_s + DAY_S * year.first_day[is_met]
        end_s[number, :count] = first_s + DAY_S * year.end_day[is_met]
    return ShutSpans(start_s, end_s)
