"""Offers: every route worth taking on every day of dispatch, with its dates, money and boardings.

A shipment is limited by slots of some modes. Of the routes of a day by the same set of such modes
only those can be in a best plan that no other beats on time and cost: each takes the same slots.
So the search runs for every set of limited modes that routes are met by, and the offers of a day
are exact for slots by the week. Places on one departure are shared by all who board it; who finds
it full takes another day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from corridor import stopping
from corridor.consignments.shipment import Shipment
from corridor.network.calendar import day_of
from corridor.network.network import Network
from corridor.network.services import headways_h
from corridor.routing.conditions import Options, read_criteria
from corridor.routing.itinerary import Leg, carbon_kg, cost_usd, legs, modes
from corridor.routing.pareto import pareto_set
from corridor.routing.query import Query, drawn_on, prepare
from corridor.routing.search import best_route
from corridor.units import DAY_S, HOUR_S

CRITERIA = ("time", "cost")


class Boarding(NamedTuple):
    """One departure that units board: a sailing, a train, or a convoy of one day.

    line_id: its service, or the first link where none is meant. number: of the departure: days
    since 1970 for a link, headways for a service without a timetable, else its second. on: its day.
    """

    mode: str
    line_id: str
    number: int
    on: dt.date


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """One route on one day of dispatch to one destination; money and carbon of one unit."""

    depart_on: dt.date
    destination: str
    arcs: tuple[int, ...]
    itinerary: tuple[Leg, ...]
    arrive_on: dt.date
    usd: float
    kg: float
    modes: tuple[str, ...]
    boardings: tuple[Boarding, ...]

    def late_days(self, deadline_on: dt.date | None) -> int:
        """Return the days of arrival after a deadline; 0 without one."""
        return days_late(self.arrive_on, deadline_on)


class Trips(NamedTuple):
    """How to ask for the routes of a shipment: its network, itself and what else is asked."""

    network: Network
    shipment: Shipment
    options: Options

    def query(self, destination: str, on: dt.date) -> Query:
        """Return the question of one unit that leaves for a destination on a day."""
        return prepare(
            self.network,
            self.shipment.origin_node_id,
            destination,
            cargo=self.shipment.cargo_id,
            depart=on,
            options=self.unit_options(),
        )

    def unit_options(self) -> Options:
        """Return what is asked of every route, with the modes and the lot of the shipment."""
        avoided = (*self.options.get("avoid", ()), *self.shipment.avoided_modes())
        options: Options = {**self.options, "avoid": avoided}
        if self.shipment.lot_units > 1 and "lot_t" not in options:
            options["lot_t"] = self.shipment.lot_units * self._t_per_unit()
        return options

    def _t_per_unit(self) -> float:
        return float(self.network.by_id("cargoes")[self.shipment.cargo_id]["t_per_unit"])


def days_late(arrive_on: dt.date, deadline_on: dt.date | None) -> int:
    """Return the days of arrival after a deadline; 0 without one."""
    return 0 if deadline_on is None else max((arrive_on - deadline_on).days, 0)


def offers_of(trips: Trips, days: Sequence[dt.date]) -> list[Offer]:
    """Return the offers of some days of dispatch to every destination."""
    offers: list[Offer] = []
    for destination in trips.shipment.units_by_destination():
        for day in days:
            stopping.raise_if_stopped()
            offers += _offers_on(trips, destination, day)
    return offers


def offer_on(trips: Trips, destination: str, day: dt.date, arcs: Sequence[int]) -> Offer | None:
    """Return a route as it is offered on a day; null where it cannot be passed then."""
    query = trips.query(destination, day)
    if not can_pass(query, arcs):
        query = drawn_on(query) or query
    if not can_pass(query, arcs):
        return None
    return offer_of(query, day, tuple(arcs), tuple(legs(query, arcs)))


def can_pass(query: Query, arcs: Sequence[int]) -> bool:
    """Tell whether goods get through a route: every arc opens after they come to it."""
    at_s = query.depart_s
    for arc in arcs:
        if query.duration_s[arc] < 0:
            return False

        first, end = query.span_ptr[arc : arc + 2]
        starts, ends, delays = query.packed[:, first:end]
        later = ends > at_s
        if not later.any():
            return False
        entered = starts[later].clip(min=at_s) + delays[later]
        at_s = int(entered.min() + query.duration_s[arc])
    return True


def _offers_on(trips: Trips, destination: str, day: dt.date) -> list[Offer]:
    """Return the routes of a day, for every set of limited modes that they keep to."""
    limited = [slots.mode for slots in trips.shipment.slots]
    query = _with_routes(trips.query(destination, day))
    offers: dict[tuple[int, ...], Offer] = {}
    searched: set[frozenset[str]] = set()
    waiting: list[frozenset[str]] = [frozenset()]

    while waiting:
        avoided = waiting.pop()
        if avoided in searched:
            continue
        searched.add(avoided)
        for arcs in _pareto_routes(_without_modes(query, avoided)):
            if arcs not in offers:
                offers[arcs] = offer_of(query, day, arcs, tuple(legs(query, arcs)))
            waiting += [avoided | {mode} for mode in limited if mode in offers[arcs].modes]
    return list(offers.values())


def _with_routes(query: Query) -> Query:
    """Return a question with a calendar long enough for a route, where a longer one gives one."""
    if best_route(query, "time") is not None:
        return query
    return drawn_on(query) or query


def _without_modes(query: Query, avoided: Collection[str]) -> Query:
    """Return a question that keeps off some modes."""
    if not avoided:
        return query

    links = query.network.rows("links")
    is_avoided = [
        any(links[run.link]["mode"] in avoided for run in runs) for runs in query.graph.runs
    ]
    return replace(query, duration_s=np.where(is_avoided, -1, query.duration_s))


def _pareto_routes(query: Query) -> list[tuple[int, ...]]:
    """Return the routes that no other beats on time and cost, as arcs."""
    pareto = pareto_set(query, read_criteria(CRITERIA))
    return [tuple(pareto[number]) for number in range(len(pareto))]


def offer_of(
    query: Query, day: dt.date, arcs: tuple[int, ...], itinerary: tuple[Leg, ...]
) -> Offer:
    """Return a route on a day as an offer."""
    arrive_s = itinerary[-1].arrive_s if itinerary else query.depart_s
    return Offer(
        depart_on=day,
        destination=query.destination,
        arcs=arcs,
        itinerary=itinerary,
        arrive_on=day_of(arrive_s),
        usd=cost_usd(itinerary),
        kg=carbon_kg(itinerary),
        modes=tuple(modes(itinerary)),
        boardings=tuple(_boardings(itinerary, headways_h(query.network))),
    )


def _boardings(itinerary: Sequence[Leg], headways: Mapping[str, float]) -> Iterator[Boarding]:
    """Yield the departures a route boards: where a mode or service begins, or after handling."""
    ride: tuple[str, str | None] | None = None
    for leg in itinerary:
        if leg.kind == "terminal":
            ride = None
            continue
        if ride != (leg.mode, leg.service_id):
            yield _boarding(leg, headways)
        ride = (leg.mode, leg.service_id)


def _boarding(leg: Leg, headways: Mapping[str, float]) -> Boarding:
    on = day_of(leg.depart_s)
    if leg.service_id is None:
        return Boarding(leg.mode, leg.row["link_id"], leg.depart_s // DAY_S, on)

    headway_s = round(HOUR_S * headways[leg.service_id])
    number = leg.depart_s // headway_s if headway_s else leg.depart_s
    return Boarding(leg.mode, leg.service_id, number, on)
