"""Best routes: what the cheapest route of every trip costs, and what it passes."""

from __future__ import annotations

from typing import Any

from corridor.closures.demand_arrays import Exposure, part
from corridor.units import HOUR_MIN


def best_routes(exposure: Exposure) -> list[dict[str, Any] | None]:
    """Return the figures of the best way of every trip on the first day, null where there is
    none."""
    from corridor.kernels.paths import UNREACHED, dijkstra

    network = exposure.network
    graph = exposure.network.graph
    links = network.rows("links")
    nodes = network.by_id("nodes")
    regime = exposure.regime_of_day[0]
    found: list[dict[str, Any] | None] = [None] * exposure.trips.height
    for kind, starts, trips in exposure.groups():
        distance, arc = dijkstra(exposure.ptr, exposure.head, exposure.weight[regime, kind], starts)
        for t in trips.tolist():
            goals = part(exposure.goals, t)
            here = int(goals[distance[goals].argmin()]) if len(goals) else -1
            if here < 0 or distance[here] >= UNREACHED:
                continue
            cents = int(distance[here])
            arcs = []
            while arc[here] >= 0:
                arcs.append(int(arc[here]))
                here = int(exposure.tail[arc[here]])
            arcs.reverse()
            runs = [
                (links[i], forward) for a in arcs for i, forward in graph.runs[exposure.arc_of[a]]
            ]
            ends = [
                (r["from_node_id"], r["to_node_id"])[:: 1 if forward else -1] for r, forward in runs
            ]
            countries = [(nodes[a]["country"], nodes[b]["country"]) for a, b in ends]
            found[t] = {
                "generalised_cost_usd": cents / 100,
                "cost_usd": int(exposure.cents[kind, arcs].sum()) / 100,
                "time_h": int(exposure.minutes[regime, kind, arcs].sum()) / HOUR_MIN,
                "length_km": int(exposure.metres[arcs].sum()) / 1000,
                "countries": list(dict.fromkeys(c for pair in countries for c in pair)),
                "borders": [
                    r["link_id"] for (r, _), (a, b) in zip(runs, countries, strict=True) if a != b
                ],
                "links": [r["link_id"] for r, _ in runs],
            }
    return found
