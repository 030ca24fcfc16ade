"""Itinerary: a route through the graph as legs, with hours, money and carbon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np

from corridor.kernels import Floats, Ints
from corridor.network.calendar import instant
from corridor.network.cost import directed_links
from corridor.network.graph import LinkRun, Row
from corridor.routing.query import Query
from corridor.units import HOUR_S


@dataclass(frozen=True, slots=True)
class Leg:
    """One link or terminal of a route, in whole seconds; money and carbon of one unit.

    rate: the row of rates a link's money comes from; null at a terminal, whose own row says what it
    charges.
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


@dataclass(frozen=True, slots=True)
class _Passage:
    """When an arc is passed, in seconds: ready to enter, under way from, through at."""

    ready_s: int
    depart_s: int
    arrive_s: int


@dataclass(frozen=True, slots=True)
class _Stage:
    """One link of a ride: when it is passed, and its share of the money of the arc."""

    depart_s: int
    arrive_s: int
    usd_share: float


def entry(spans: Ints, at_s: int) -> tuple[int, int]:
    """Return when an arc is entered for the earliest arrival, and the delay on entry, in seconds.

    spans int64 [3, spans]: start, end, expected delay, in order.
    """
    earliest = None
    entered = (at_s, 0)
    first = int(np.searchsorted(spans[1], at_s, side="right"))

    for k in range(first, spans.shape[1]):
        start, _, delay = spans[:, k].tolist()
        enter_s = max(at_s, start)
        if earliest is not None and enter_s >= earliest:
            break
        if earliest is None or enter_s + delay < earliest:
            earliest = enter_s + delay
            entered = (enter_s, delay)
    return entered


def legs(query: Query, arcs: Sequence[int]) -> list[Leg]:
    """Return the legs of a route given by its arcs, each waiting for its opening."""
    itinerary: list[Leg] = []
    at_s = query.depart_s

    for arc in arcs:
        passage = _passage(query, arc, at_s)
        if query.graph.kind[arc] == "terminal":
            itinerary.append(_handling(query, arc, passage))
        else:
            itinerary += _ride(query, arc, passage)
        at_s = passage.arrive_s
    return itinerary


def _passage(query: Query, arc: int, ready_s: int) -> _Passage:
    """Return when an arc is passed by goods that are ready for it."""
    calendar = query.packed[:, query.span_ptr[arc] : query.span_ptr[arc + 1]]
    enter_s, delay_s = entry(calendar, ready_s)
    half_headway_s = round(query.costs.headway_h[arc] * HOUR_S / 2)

    return _Passage(
        ready_s=ready_s,
        depart_s=enter_s + delay_s + half_headway_s,
        arrive_s=enter_s + delay_s + int(query.duration_s[arc]),
    )


def _handling(query: Query, arc: int, passage: _Passage) -> Leg:
    """Return the leg of a terminal."""
    graph = query.graph
    costs = query.costs
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
        depart_s=passage.depart_s,
        arrive_s=passage.arrive_s,
        wait_s=passage.depart_s - passage.ready_s,
        fixed_h=float(costs.fixed_h[arc]),
        length_km=0.0,
        usd=float(costs.usd[arc]),
        kg=float(costs.kg[arc]),
    )


def _ride(query: Query, arc: int, passage: _Passage) -> list[Leg]:
    """Return the legs of a link, or of the links of a service."""
    runs = query.graph.runs[arc]
    stages = _stages(query, arc, passage)
    ride = [_link_leg(query, arc, run, stage) for run, stage in zip(runs, stages, strict=True)]

    wait_s = passage.depart_s - passage.ready_s
    return [replace(ride[0], wait_s=wait_s), *ride[1:]]


def _link_leg(query: Query, arc: int, run: LinkRun, stage: _Stage) -> Leg:
    """Return the leg of one link run over, without the wait for its arc."""
    costs = query.costs
    service = _service(query, arc)
    row = query.network.rows("links")[run.link]
    from_node_id, to_node_id = _ends(row, is_forward=run.is_forward)
    (at,) = directed_links([run])
    return Leg(
        kind="link",
        arc=arc,
        row=row,
        service_id=service["service_id"] if service else None,
        mode=row["mode"],
        layer=query.graph.state_layer[query.graph.head[arc]],
        from_node_id=from_node_id,
        to_node_id=to_node_id,
        country=query.network.by_id("nodes")[from_node_id]["country"],
        depart_s=stage.depart_s,
        arrive_s=stage.arrive_s,
        wait_s=0,
        fixed_h=float(costs.link.fixed_h[at]),
        length_km=float(row["length_km"]),
        usd=float(costs.usd[arc] * stage.usd_share),
        kg=float(costs.link.kg[at]),
        rate=costs.service_rates.get(arc) or costs.link.rates[at],
    )


def _ends(link: Row, *, is_forward: bool) -> tuple[str, str]:
    """Return where a link is entered and left."""
    ends = (link["from_node_id"], link["to_node_id"])
    return ends if is_forward else ends[::-1]


def _service(query: Query, arc: int) -> Row | None:
    """Return the service that an arc is a ride of; null for a link."""
    if query.graph.kind[arc] != "service":
        return None
    return query.network.rows("services")[int(query.graph.row[arc])]


def _stages(query: Query, arc: int, passage: _Passage) -> list[_Stage]:
    """Share the time and the money of a ride out over its links."""
    if len(query.graph.runs[arc]) == 1:
        return [_Stage(passage.depart_s, passage.arrive_s, 1.0)]

    stops = _stops(query, arc, passage)
    starts = [passage.depart_s, *stops[:-1]]
    shares = _usd_shares(query, arc)
    return [_Stage(*stage) for stage in zip(starts, stops, shares, strict=True)]


def _stops(query: Query, arc: int, passage: _Passage) -> list[int]:
    """Return when a service passes the end of each of its links, in seconds."""
    standing_h = query.costs.link.fixed_h[directed_links(query.graph.runs[arc])]
    spent_h = np.cumsum(_running_h(query, arc) + standing_h)
    if not spent_h[-1]:
        return [passage.arrive_s] * len(spent_h)

    seconds = passage.arrive_s - passage.depart_s
    return [passage.depart_s + round(float(h) / spent_h[-1] * seconds) for h in spent_h]


def _running_h(query: Query, arc: int) -> Floats:
    """Return the hours under way on each link of a service: by its own speed, else the links'."""
    service = _service(query, arc)
    if service is None or not service["speed_kmh"]:
        return query.costs.link.run_h[directed_links(query.graph.runs[arc])]

    length_km = _lengths_km(query, arc)
    if not length_km.sum():
        return np.zeros(len(length_km))
    by_length: Floats = query.costs.run_h[arc] * length_km / length_km.sum()
    return by_length


def _usd_shares(query: Query, arc: int) -> list[float]:
    """Return each link's share of the price of a service: by its own price, else by length."""
    usd = query.costs.link.usd[directed_links(query.graph.runs[arc])]
    if usd.sum():
        shares: list[float] = (usd / usd.sum()).tolist()
        return shares

    length_km = _lengths_km(query, arc)
    by_length: list[float] = (length_km / max(length_km.sum(), 1e-9)).tolist()
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
