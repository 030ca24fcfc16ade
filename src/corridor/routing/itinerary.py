"""Itinerary: a route through the graph as legs, with hours, money and carbon."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from typing import Any, NamedTuple

import numpy as np

from corridor.kernels import Floats
from corridor.network.calendar import Span, instant
from corridor.network.cost import directed_links
from corridor.network.graph import LinkRun, Row
from corridor.network.prices import PriceLine
from corridor.routing.query import Query
from corridor.units import HOUR_S


@dataclass(frozen=True, slots=True)
class Leg:
    """One link or terminal of a route, in whole seconds; money and carbon of one unit.

    rate: the row of rates a link's money comes from; null at a terminal, whose own row says what it
    charges. lines: what the money is made of.
    """

    kind: str
    arc: int
    row: Row
    service_id: str | None
    mode: str
    layer: str
    from_node_id: str
    to_node_id: str
    country: str
    depart_s: int
    arrive_s: int
    wait_s: int
    fixed_h: float
    length_km: float
    usd: float
    kg: float
    rate: Row | None = None
    lines: tuple[PriceLine, ...] = ()

    def as_row(self, route_id: str, number: int) -> dict[str, Any]:
        """Return the leg as a row of ``Routes.legs``."""
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
            "depart_at": instant(self.depart_s),
            "arrive_at": instant(self.arrive_s),
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
        itinerary[-1] = replace(itinerary[-1], arrive_s=place.entered_s)
    return itinerary


def _ride(query: Query, arc: int, place: _Place) -> _Ride:
    """Return the legs of an arc, for goods that come to its start so."""
    if query.graph.kind[arc] != "terminal":
        return _link_ride(query, arc, place)

    leg = _handling(query, arc, place)
    return _Ride((leg,), _Place(leg.arrive_s, leg.arrive_s))


def _handling(query: Query, arc: int, place: _Place) -> Leg:
    """Return the leg of a terminal."""
    graph = query.graph
    costs = query.costs
    enter_s, _ = entry(query.passages[arc].entry, place.entered_s)
    node_id = graph.node_ids[graph.state_node[graph.tail[arc]]]
    return Leg(
        kind="terminal",
        arc=arc,
        row=query.network.rows("terminals")[int(graph.row[arc])],
        service_id=None,
        mode="terminal",
        layer=graph.state_layer[graph.head[arc]],
        from_node_id=node_id,
        to_node_id=node_id,
        country=query.network.by_id("nodes")[node_id]["country"],
        depart_s=enter_s,
        arrive_s=enter_s + query.passages[arc].duration_s,
        wait_s=enter_s - place.reached_s,
        fixed_h=float(costs.fixed_h[arc]),
        length_km=0.0,
        usd=float(costs.usd[arc]),
        kg=float(costs.kg[arc]),
        lines=costs.handling[arc],
    )


def _link_ride(query: Query, arc: int, place: _Place) -> _Ride:
    """Return the legs of a link or of a service."""
    passage = query.passages[arc]
    links = query.once(("links", arc), partial(_links, query, arc))
    ride: list[Leg] = []

    for number, (link, stage) in enumerate(zip(links, passage.stages, strict=True)):
        wait_s = 0 if number else passage.wait_s
        calendar = stage.onward if number else passage.departures
        enter_s, delay_s = (
            (place.entered_s, 0) if calendar is None else entry(calendar, place.entered_s)
        )

        depart_s = enter_s + delay_s + wait_s
        arrive_s = depart_s + stage.run_s
        ride.append(
            Leg(
                kind="link",
                arc=arc,
                depart_s=depart_s,
                arrive_s=arrive_s,
                wait_s=depart_s - place.reached_s,
                **link,
            )
        )
        entered_s = arrive_s if stage.ends is None else entry(stage.ends, arrive_s)[0]
        place = _Place(arrive_s, entered_s)
    return _Ride(tuple(ride), place)


def _links(query: Query, arc: int) -> list[dict[str, Any]]:
    """Return the links that an arc runs over: what their legs say, whenever goods come."""
    runs = query.graph.runs[arc]
    carriage_usd = _carriage_usd(query, arc)
    return [_link(query, arc, run, usd) for run, usd in zip(runs, carriage_usd, strict=True)]


def _link(query: Query, arc: int, run: LinkRun, carriage_usd: float) -> dict[str, Any]:
    """Return the fields of a leg that do not hang on when goods come to it."""
    costs = query.costs
    service = _service(query, arc)
    row = query.network.rows("links")[run.link]
    from_node_id, to_node_id = _ends(row, is_forward=run.is_forward)
    (at,) = directed_links([run])
    rate = costs.service_rates.get(arc) or costs.link.rates[at]
    lines = _lines(rate, carriage_usd, costs.link.charges[at])
    return {
        "row": row,
        "service_id": service["service_id"] if service else None,
        "mode": row["mode"],
        "layer": query.graph.state_layer[query.graph.head[arc]],
        "from_node_id": from_node_id,
        "to_node_id": to_node_id,
        "country": query.network.by_id("nodes")[from_node_id]["country"],
        "fixed_h": float(costs.link.fixed_h[at]),
        "length_km": float(row["length_km"]),
        "usd": sum(line.usd for line in lines),
        "kg": float(costs.link.kg[at]),
        "rate": rate,
        "lines": lines,
    }


def _lines(
    rate: Row | None, carriage_usd: float, charges: tuple[PriceLine, ...]
) -> tuple[PriceLine, ...]:
    """Return what the money of a link is made of: carriage by its rate, fees and charges."""
    carriage = () if rate is None else (PriceLine("rates", rate, carriage_usd),)
    return (*carriage, *charges)


def _ends(link: Row, *, is_forward: bool) -> tuple[str, str]:
    """Return where a link is entered and left."""
    ends = (link["from_node_id"], link["to_node_id"])
    return ends if is_forward else ends[::-1]


def _service(query: Query, arc: int) -> Row | None:
    """Return the service that an arc is a ride of; null for a link."""
    row = query.graph.service(arc)
    return None if row is None else query.network.rows("services")[row]


def _carriage_usd(query: Query, arc: int) -> list[float]:
    """Return the money of each link of an arc without fees: of a price for a ride, by length."""
    costs = query.costs
    at = directed_links(query.graph.runs[arc])
    charge_usd = costs.link.charge_usd[at]

    if arc not in costs.service_rates:
        by_link: list[float] = (costs.link.usd[at] - charge_usd).tolist()
        return by_link

    length_km = _lengths_km(query, arc)
    ride_usd = costs.usd[arc] - charge_usd.sum()
    by_length: list[float] = (ride_usd * length_km / max(length_km.sum(), 1e-9)).tolist()
    return by_length


def _lengths_km(query: Query, arc: int) -> Floats:
    """Return the length of each link that an arc runs over."""
    links = query.network.rows("links")
    return np.array([links[run.link]["length_km"] for run in query.graph.runs[arc]])


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


def modes(itinerary: Sequence[Leg]) -> list[str]:
    """Return the modes of a route in the order it first takes them."""
    return list(dict.fromkeys(leg.mode for leg in itinerary if leg.kind == "link"))


def countries(query: Query, itinerary: Sequence[Leg]) -> list[str]:
    """Return the countries of a route in the order it first touches them, its origin's first."""
    nodes = query.network.by_id("nodes")
    ends = chain.from_iterable((leg.from_node_id, leg.to_node_id) for leg in itinerary)
    return list(dict.fromkeys(nodes[node_id]["country"] for node_id in (query.origin, *ends)))


def borders(query: Query, itinerary: Sequence[Leg]) -> list[str]:
    """Return the links of a route from one country to another, in order."""
    nodes = query.network.by_id("nodes")
    return [
        leg.row["link_id"]
        for leg in itinerary
        if nodes[leg.from_node_id]["country"] != nodes[leg.to_node_id]["country"]
    ]
