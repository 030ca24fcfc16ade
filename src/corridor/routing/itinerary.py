"""Itinerary: a route through the graph as legs, with hours, money and carbon."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain, islice
from typing import Any, NamedTuple

from corridor.network.calendar import Span
from corridor.network.graph import Row
from corridor.network.prices import Deviation, PriceLine
from corridor.routing.query import Query
from corridor.routing.sections import Section
from corridor.units import HOUR_S

MICROSECONDS = 1_000_000  # of a second


class Leg(NamedTuple):
    """A section of a route with when goods come by, in whole seconds; else as in Section."""

    kind: str
    arc: int
    row: Row
    service_id: str | None
    mode: str
    layer: str
    from_node_id: str
    to_node_id: str
    country: str
    to_country: str
    fixed_h: float
    length_km: float
    usd: float
    kg: float
    rate: Row | None
    lines: tuple[PriceLine, ...]
    deviations: tuple[Deviation, ...]
    gateways: tuple[tuple[str, str], ...]
    depart_s: int
    arrive_s: int
    wait_s: int

    def as_row(self, route_id: str, number: int) -> dict[str, Any]:
        """Return the leg as a row of ``Routes.legs``; instants in microseconds since 1970."""
        is_link = self.kind == "link"
        rate = self.rate or {}
        return {
            "route_id": route_id,
            "leg": number,
            "kind": self.kind,
            "link_id": self.row["link_id"] if is_link else None,
            "terminal_id": None if is_link else self.row["terminal_id"],
            "service_id": self.service_id,
            "mode": self.mode,
            "layer": self.layer,
            "from_node_id": self.from_node_id,
            "to_node_id": self.to_node_id,
            "country": self.country,
            "depart_at": MICROSECONDS * self.depart_s,
            "arrive_at": MICROSECONDS * self.arrive_s,
            "wait_h": self.wait_s / HOUR_S,
            "time_h": (self.arrive_s - self.depart_s) / HOUR_S,
            "fixed_h": self.fixed_h,
            "length_km": self.length_km,
            "cost_usd": round(self.usd, 2),
            "carbon_kg": round(self.kg, 3),
            "source_id": self.row["source_id"],
            "confidence": self.row["confidence"],
            "rate_source_id": rate.get("source_id"),
            "rate_confidence": rate.get("confidence"),
        }


class _Place(NamedTuple):
    """When goods come to a place, and when it lets them in."""

    reached_s: int
    entered_s: int


class _Ride(NamedTuple):
    """The legs of an arc, and when goods come to the place at its end."""

    legs: tuple[Leg, ...]
    end: _Place


def entry(spans: Sequence[Span], at_s: int) -> tuple[int, int]:
    """Return when a calendar is entered for the earliest arrival, and the delay on entry.

    In seconds. spans: in order; some end after at_s.
    """
    earliest = None
    entered = (at_s, 0)
    first = bisect_right(spans, at_s, key=lambda span: span.end_s)

    for span in islice(spans, first, None):
        enter_s = max(at_s, span.start_s)
        delay_s = round(span.delay_s)
        if earliest is not None and enter_s >= earliest:
            break
        if earliest is None or enter_s + delay_s < earliest:
            earliest = enter_s + delay_s
            entered = (enter_s, delay_s)
    return entered


def legs(query: Query, arcs: Sequence[int]) -> list[Leg]:
    """Return the legs of a route given by its arcs.

    Goods go on as soon as they may, and wait where something is shut. A leg ends where its place is
    reached; the wait for the place to open is that of the next leg, after the last leg its own.
    """
    itinerary: list[Leg] = []
    place = _Place(query.depart_s, query.depart_s)

    for arc in arcs:
        ride = query.once(("ride", arc, place), partial(_ride, query, arc, place))
        itinerary += ride.legs
        place = ride.end

    if itinerary:
        itinerary[-1] = itinerary[-1]._replace(arrive_s=place.entered_s)
    return itinerary


def _ride(query: Query, arc: int, place: _Place) -> _Ride:
    """Return the legs of an arc, for goods that come to its start so."""
    if query.graph.kind[arc] != "terminal":
        return _link_ride(query, arc, place)

    leg = _handling(query, arc, place)
    return _Ride((leg,), _Place(leg.arrive_s, leg.arrive_s))


def _handling(query: Query, arc: int, place: _Place) -> Leg:
    """Return the leg of a terminal."""
    passage = query.passages[arc]
    (section,) = query.sections[arc]
    enter_s, _ = entry(passage.entry, place.entered_s)
    return Leg(*section, enter_s, enter_s + passage.duration_s, enter_s - place.reached_s)


def _link_ride(query: Query, arc: int, place: _Place) -> _Ride:
    """Return the legs of a link or of a service."""
    passage = query.passages[arc]
    ride: list[Leg] = []

    for number, (section, stage) in enumerate(
        zip(query.sections[arc], passage.stages, strict=True)
    ):
        wait_s = 0 if number else passage.wait_s
        calendar = stage.onward if number else passage.departures
        enter_s, delay_s = (
            (place.entered_s, 0) if calendar is None else entry(calendar, place.entered_s)
        )

        depart_s = enter_s + delay_s + wait_s
        arrive_s = depart_s + stage.run_s
        ride.append(Leg(*section, depart_s, arrive_s, depart_s - place.reached_s))

        entered_s = arrive_s if stage.ends is None else entry(stage.ends, arrive_s)[0]
        place = _Place(arrive_s, entered_s)
    return _Ride(tuple(ride), place)


def duration_h(query: Query, itinerary: Sequence[Leg]) -> float:
    """Return the hours from the departure to the end of the last leg."""
    if not itinerary:
        return 0.0
    return (itinerary[-1].arrive_s - query.depart_s) / HOUR_S


def cost_usd(itinerary: Sequence[Leg]) -> float:
    """Return the money of a route, in whole cents."""
    return round(sum(leg.usd for leg in itinerary), 2)


def carbon_kg(itinerary: Sequence[Leg]) -> float:
    """Return the carbon of a route, in whole grams."""
    return round(sum(leg.kg for leg in itinerary), 3)


def modes(itinerary: Iterable[Section | Leg]) -> list[str]:
    """Return the modes of a route in the order it first takes them."""
    return list(dict.fromkeys(leg.mode for leg in itinerary if leg.kind == "link"))


def countries(query: Query, itinerary: Iterable[Section | Leg]) -> list[str]:
    """Return the countries of a route in the order it first touches them, its origin's first."""
    first = query.network.by_id("nodes")[query.origin]["country"]
    ends = chain.from_iterable((leg.country, leg.to_country) for leg in itinerary)
    return list(dict.fromkeys((first, *ends)))


def borders(itinerary: Sequence[Leg]) -> list[str]:
    """Return the links of a route from one country to another, in order."""
    return [leg.row["link_id"] for leg in itinerary if leg.country != leg.to_country]
