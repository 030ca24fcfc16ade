"""A readable twin of the equilibrium: every route is listed, and trips move from the dearest used
one to the cheapest one of their pair until no pair gains."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

import polars as pl

BISECTIONS = 60
MAX_ROUNDS = 20_000


class Route(NamedTuple):
    links: tuple[str, ...]
    fixed: float


class NaiveEquilibrium(NamedTuple):
    cost_of_link: dict[str, float]
    objective: float
    served: float


def naive_equilibrium(
    links: pl.DataFrame,
    trips: pl.DataFrame,
    no_through: list[str],
    class_costs: pl.DataFrame,
    *,
    gap: float = 1e-10,
) -> NaiveEquilibrium:
    """Return what links cost at user equilibrium, without fixed costs, and Beckmann's objective."""
    rows = {row["link_id"]: row for row in links.iter_rows(named=True)}
    tolls = {(r["class_id"], r["link_id"]): r["fixed_cost"] for r in class_costs.to_dicts()}
    demand: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in trips.iter_rows(named=True):
        demand[row["class_id"], row["origin_node_id"], row["destination_node_id"]] += row["trips"]

    choices = {}
    for class_, origin, destination in demand:
        routes = [
            Route(r, sum(rows[k]["fixed_cost"] + tolls.get((class_, k), 0.0) for k in r))
            for r in simple_routes(rows, origin, destination, no_through)
        ]
        if routes:
            choices[class_, origin, destination] = routes

    flows = {pair: [demand[pair]] + [0.0] * (len(r) - 1) for pair, r in choices.items()}
    for _ in range(MAX_ROUNDS):
        worst = max(
            (equalise(rows, choices, flows, pair) for pair in choices),
            default=0.0,
        )
        if worst <= gap:
            break
    else:
        raise AssertionError("the twin does not converge")

    volume = volumes(choices, flows)
    fixed = sum(
        route.fixed * flow
        for pair, routes in choices.items()
        for route, flow in zip(routes, flows[pair], strict=True)
    )
    return NaiveEquilibrium(
        {k: time(row, volume[k]) for k, row in rows.items()},
        fixed + sum(area(row, volume[k]) for k, row in rows.items()),
        sum(demand[pair] for pair in choices),
    )


def simple_routes(
    rows: dict[str, Any], origin: str, destination: str, no_through: list[str]
) -> list[tuple[str, ...]]:
    """Return every route without a node twice."""
    routes = []
    stack: list[tuple[str, tuple[str, ...], frozenset[str]]] = [(origin, (), frozenset([origin]))]
    while stack:
        node, route, seen = stack.pop()
        if node == destination:
            routes.append(route)
        elif node == origin or node not in no_through:
            for name, row in rows.items():
                if row["from_node_id"] == node and row["to_node_id"] not in seen:
                    head = row["to_node_id"]
                    stack.append((head, (*route, name), seen | {head}))
    return sorted(routes)


def jams(row: dict[str, Any]) -> bool:
    return row["capacity"] is not None and row["bpr_factor"] > 0


def time(row: dict[str, Any], volume: float) -> float:
    """Return what a trip pays on a link, without fixed cost."""
    if not jams(row):
        return row["free_cost"]
    ratio = max(volume, 0.0) / row["capacity"]
    return row["free_cost"] * (1 + row["bpr_factor"] * ratio ** row["bpr_power"])


def area(row: dict[str, Any], volume: float) -> float:
    """Return the area below the cost function of a link up to a volume."""
    if not jams(row):
        return row["free_cost"] * volume
    power = row["bpr_power"]
    added = row["bpr_factor"] * (volume / row["capacity"]) ** power / (power + 1)
    return row["free_cost"] * volume * (1 + added)


def volumes(choices: dict[Any, list[Route]], flows: dict[Any, list[float]]) -> dict[str, float]:
    """Return what is on each link."""
    volume: dict[str, float] = defaultdict(float)
    for pair, routes in choices.items():
        for route, flow in zip(routes, flows[pair], strict=True):
            for k in route.links:
                volume[k] += flow
    return volume


def equalise(
    rows: dict[str, Any], choices: dict[Any, list[Route]], flows: dict[Any, list[float]], pair: Any
) -> float:
    """Move trips of a pair from its dearest used route to its cheapest; return the relative gap."""
    routes = choices[pair]
    volume = volumes(choices, flows)
    costs = [sum(time(rows[k], volume[k]) for k in r.links) + r.fixed for r in routes]
    cheap = min(range(len(routes)), key=lambda i: costs[i])
    used = [i for i in range(len(routes)) if flows[pair][i] > 0]
    dear = max(used, key=lambda i: costs[i])
    gap = (costs[dear] - costs[cheap]) / max(costs[dear], 1e-9)
    if gap <= 0:
        return 0.0

    def difference(moved: float) -> float:
        """What the dear route costs more once so many have moved."""
        total = routes[dear].fixed - routes[cheap].fixed
        for k in set(routes[dear].links) - set(routes[cheap].links):
            total += time(rows[k], volume[k] - moved)
        for k in set(routes[cheap].links) - set(routes[dear].links):
            total -= time(rows[k], volume[k] + moved)
        return total

    low = 0.0
    high = flows[pair][dear]
    if difference(high) >= 0:
        low = high
    for _ in range(BISECTIONS if low < high else 0):
        middle = (low + high) / 2
        if difference(middle) > 0:
            low = middle
        else:
            high = middle
    flows[pair][dear] -= low
    flows[pair][cheap] += low
    return gap
