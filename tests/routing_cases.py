"""Questions for the tests of routing, with their quickest route."""

from __future__ import annotations

from typing import Any

from core_cases import small
from corridor.network.network import Network
from corridor.routing.query import Query, prepare
from corridor.routing.search import best_route

CALM = [
    {"mode_id": m, "mode": m, "active_h_per_day": 24.0, "running_p95_ratio": 1.0}
    for m in ("road", "sea", "rail")
]


def quickest(
    built: Network,
    origin: str = "a",
    destination: str = "d",
    depart: str = "2026-03-02",
    cargo: str = "box",
    **options: Any,
) -> tuple[Query, list[int]]:
    """Return the question, and its quickest route as arcs."""
    asked = prepare(built, origin, destination, cargo=cargo, depart=depart, options=options)  # type: ignore[arg-type]
    route = best_route(asked, "time")
    assert route is not None
    return asked, route.arcs


def ask(
    origin: str = "a", destination: str = "d", depart: Any = "2026-03-01", **options: Any
) -> Query:
    """Return a question to a - b - c - d by road."""
    return prepare(small(), origin, destination, cargo="box", depart=depart, options=options)  # type: ignore[arg-type]
