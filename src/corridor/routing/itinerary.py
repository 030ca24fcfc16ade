"""Itinerary: a way through the graph as legs with hours, money and carbon, and its spread by
sampled journeys."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corridor.kernels import Floats, Ints
from corridor.network.calendar import Span, instant
from corridor.network.memory import Derived
from corridor.network.network import Row
from corridor.routing.query import Query
from corridor.units import HOUR_MIN

STUCK = np.inf  # a sampled journey that meets a closure without end


@dataclass(frozen=True, slots=True)
class Leg:
    """One link or terminal of a way, in whole minutes; money and carbon of one unit.

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
    depart_min: int
    arrive_min: int
    wait_min: int
    fixed_h: float
    length_km: float
    usd: float
    kg: float
    rate: Row | None = None

    def as_row(self, route_id: str, number: int) -> dict[str, Any]:
        """Return the leg as a row of ``Routes.legs``."""
        is_link = self.kind == "link"
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
            "depart_at": instant(self.depart_min),
            "arrive_at": instant(self.arrive_min),
            "wait_h": self.wait_min / HOUR_MIN,
            "time_h": (self.arrive_min - self.depart_min) / HOUR_MIN,
            "fixed_h": self.fixed_h,
            "length_km": self.length_km,
            "cost_usd": round(self.usd, 2),
            "carbon_kg": round(self.kg, 3),
            "source_id": self.row["source_id"],
            "confidence": self.row["confidence"],
            "rate_source_id": None if self.rate is None else self.rate["source_id"],
            "rate_confidence": None if self.rate is None else self.rate["confidence"],
        }


def entry(spans: Ints, at_min: int) -> tuple[int, int]:
    """Return when a way is entered for the earliest arrival, and the expected delay on entry, in
    minutes.

    spans int64 [3, spans]: start, end, delay, in order.
    """
    best = None
    chosen = (at_min, 0)
    for k in range(int(np.searchsorted(spans[1], at_min, side="right")), spans.shape[1]):
        start, _, delay = spans[:, k].tolist()
        enter = max(at_min, start)
        if best is not None and enter >= best:
            break
        if best is None or enter + delay < best:
            best = enter + delay
            chosen = (enter, delay)
    return chosen


def legs(query: Query, arcs: Sequence[int]) -> list[Leg]:
    """Return the legs of a way given by its arcs, each waiting for its opening."""
    graph = query.graph
    nodes = query.network.by_id("nodes")
    links = query.network.rows("links")
    terminals = query.network.rows("terminals")
    costs = query.costs
    at_min = query.depart_min
    made = list[Leg]()
    for a in arcs:
        tail = graph.node_ids[graph.state_node[graph.tail[a]]]
        enter, delay = entry(query.packed[:, query.span_ptr[a] : query.span_ptr[a + 1]], at_min)
        duration = int(query.duration_min[a])
        headway = round(costs.headway_h[a] * 30)
        start = enter + delay + headway
        end = enter + delay + duration
        if graph.kind[a] == "terminal":
            row = terminals[int(graph.row[a])]
            made.append(
                Leg(
                    "terminal",
                    a,
                    row,
                    None,
                    "terminal",
                    graph.state_layer[graph.head[a]],
                    tail,
                    tail,
                    nodes[tail]["country"],
                    start,
                    end,
                    start - at_min,
                    float(costs.fixed_h[a]),
                    0.0,
                    float(costs.usd[a]),
                    float(costs.kg[a]),
                )
            )
        else:
            service = (
                query.network.rows("services")[int(graph.row[a])]
                if graph.kind[a] == "service"
                else None
            )
            made += _ride(
                query, a, [links[i] for i, _ in graph.runs[a]], service, (at_min, start, end)
            )
        at_min = end
    return made


def _ride(
    query: Query, arc: int, rows: Sequence[Row], service: Row | None, at: tuple[int, int, int]
) -> list[Leg]:
    """Legs of one arc: a link, or the links of a service with its running time shared out by
    length."""
    ready, start, end = at
    costs = query.costs
    runs = query.graph.runs[arc]
    nodes = query.network.by_id("nodes")
    link = query.costs.link
    places = [2 * i + (not forward) for i, forward in runs]
    stops, share = (
        ([end], [1.0]) if len(runs) == 1 else _shared_out(query, arc, rows, service, (start, end))
    )
    made = list[Leg]()
    here = start
    for k, (row, (_, forward)) in enumerate(zip(rows, runs, strict=True)):
        first, last = (
            (row["from_node_id"], row["to_node_id"])
            if forward
            else (row["to_node_id"], row["from_node_id"])
        )
        made.append(
            Leg(
                "link",
                arc,
                row,
                service["service_id"] if service else None,
                row["mode"],
                query.graph.state_layer[query.graph.head[arc]],
                first,
                last,
                nodes[first]["country"],
                here,
                stops[k],
                start - ready if k == 0 else 0,
                float(link.fixed_h[places[k]]),
                float(row["length_km"]),
                float(costs.usd[arc] * share[k]),
                float(link.kg[places[k]]),
                costs.service_rates.get(arc) or link.rates[places[k]],
            )
        )
        here = stops[k]
    return made


def _shared_out(
    query: Query, arc: int, rows: Sequence[Row], service: Row | None, at: tuple[int, int]
) -> tuple[list[int], list[float]]:
    """When a service passes the end of each of its links, and each link's share of its price."""
    start, end = at
    link = query.costs.link
    runs = query.graph.runs[arc]
    places = np.array([2 * i + (not forward) for i, forward in runs])
    km = np.array([r["length_km"] for r in rows])
    run = query.costs.run_h[arc] * km / km.sum() if km.sum() else np.zeros(len(km))
    if service is None or not service["speed_kmh"]:
        run = link.run_h[places]
    spent = np.cumsum(run + link.fixed_h[places])
    stops = [
        start + round(float(h) / spent[-1] * (end - start)) if spent[-1] else end for h in spent
    ]
    share = (
        link.usd[places] / link.usd[places].sum()
        if link.usd[places].sum()
        else km / max(km.sum(), 1e-9)
    )
    return stops, share.tolist()


def sample(query: Query, arcs: Sequence[int], *, draws: int, rng: int) -> Floats:
    """Return door-to-door hours of sampled journeys [draws]; infinite where one meets a closure
    without end.

    Hours under way are log-normal with one draw a journey and mode (the same lorry, train and
    weather all the way); every border, terminal and weather closure is drawn by itself; a ride
    without a timetable waits uniformly over its headway. The same element has the same draws in
    every route, so routes compare like with like.
    """
    at = np.full(draws, float(query.depart_min))
    for a in arcs:
        at = _pass(query, a, at, rng)
    return (at - query.depart_min) / HOUR_MIN


def _pass(query: Query, arc: int, at: Floats, rng: int) -> Floats:
    costs = query.costs
    link = query.costs.link
    draws = len(at)
    dice = np.random.default_rng([rng, 1, zlib.crc32(_name(query, arc).encode())])
    if query.graph.kind[arc] == "terminal":
        handled: Floats = (
            HOUR_MIN
            * costs.fixed_h[arc]
            * np.exp(costs.handling_sigma[arc] * dice.standard_normal(draws))
        )
        return at + handled
    headway_min = HOUR_MIN * float(costs.headway_h[arc])
    if not query.is_always_open(arc):
        at = _wait(query.spans[arc], headway_min, at, dice)
    elif headway_min:
        at = at + headway_min * dice.random(draws)
    places = [2 * i + (not forward) for i, forward in query.graph.runs[arc]]
    mode = query.network.rows("links")[query.graph.runs[arc][0][0]]["mode"]
    luck = _luck(query, mode, draws, rng)
    total: Floats = HOUR_MIN * costs.run_h[arc] * np.exp(link.run_sigma[places[0]] * luck)
    for at_link in places:
        if link.fixed_h[at_link]:
            total = total + HOUR_MIN * link.fixed_h[at_link] * np.exp(
                link.fixed_sigma[at_link] * dice.standard_normal(draws)
            )
    return at + total


def _luck(query: Query, mode: str, draws: int, rng: int) -> Floats:

    def draw() -> Floats:
        dice = np.random.default_rng([rng, 2, zlib.crc32(mode.encode())])
        return dice.standard_normal(draws)

    return query.network.once(Derived.LUCK.of(mode, draws, rng), draw)


def _name(query: Query, arc: int) -> str:
    """What an arc is called in any order of the tables, so that its draws do not hang on the
    order."""
    table = {"link": "links", "service": "services", "terminal": "terminals"}[query.graph.kind[arc]]
    row = query.network.rows(table)[int(query.graph.row[arc])]
    return f"{row[table[:-1] + '_id']} {query.graph.forward[arc]}"


def _wait(
    spans: Sequence[Span], headway_min: float, at: Floats, dice: np.random.Generator
) -> Floats:
    """Wait for the opening, then for weather and ship and, where the way has shut meanwhile, for
    the opening again."""
    starts, ends, share, spell = (np.array([s[k] for s in spans]) for k in (0, 1, 3, 4))

    def open_from(t: Floats) -> tuple[Floats, Ints]:
        k = np.searchsorted(ends, t, side="right")
        inside = np.minimum(k, len(spans) - 1)
        return np.where(k < len(spans), np.maximum(t, starts[inside]), STUCK), inside

    entered, k = open_from(at)
    if (share < 1).any():
        storm = dice.random(len(at)) < 1 - share[k]
        entered = entered + storm * dice.standard_exponential(len(at)) * spell[k]
    if headway_min:
        entered = entered + headway_min * dice.random(len(at))
    return open_from(entered)[0]
