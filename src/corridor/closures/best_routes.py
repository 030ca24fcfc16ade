"""Best routes: what the cheapest route of every trip costs, and what it passes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypedDict

from corridor.flows.demand import DemandArrays
from corridor.flows.least_routes import Search, least_routes
from corridor.units import HOUR_S


class BestRoute(TypedDict):
    """Figures of one unit by its cheapest route: real USD, hours, kg CO2e, km, and what it passes.

    countries: each once; borders: links between two countries; links: every link, with repeats.
    """

    generalised_cost_usd: float
    cost_usd: float
    time_h: float
    carbon_kg: float
    length_km: float
    countries: list[str]
    borders: list[str]
    links: list[str]


def best_routes(arrays: DemandArrays) -> list[BestRoute | None]:
    """Return the best route of every trip on the first day, null where there is none.

    Best is least generalised cost.
    """
    searches: dict[int, list[Search]] = {}
    for class_, starts, trips in arrays.groups():
        searches.setdefault(class_, []).append(Search(starts, trips))

    regime = arrays.regime_of_day[0]
    routes: list[BestRoute | None] = [None] * arrays.trips.height
    for class_, of_class in searches.items():
        for route in least_routes(arrays, arrays.weight[regime, class_], of_class):
            routes[route.trip] = _route(arrays, class_, route.trip, route.arcs, route.weight)
    return routes


class Passage(NamedTuple):
    """A link as it is passed: its id, and the countries it leads from and to."""

    link_id: str
    country_from: str
    country_to: str


def _route(
    arrays: DemandArrays, class_: int, trip: int, arcs: Sequence[int], cents: int
) -> BestRoute:
    """Return the figures of a trip's route along some arcs in CSR order."""
    regime = arrays.regime_of_day[0]
    passages = _passages(arrays, arcs)
    query = arrays.queries[arrays.query_of[trip]]
    countries = [country for p in passages for country in (p.country_from, p.country_to)]

    return {
        "generalised_cost_usd": cents / 100,
        "cost_usd": int(arrays.cents[class_, arcs].sum()) / 100,
        "time_h": int(arrays.seconds[regime, class_, arcs].sum()) / HOUR_S,
        "carbon_kg": int(query.carbon_g[arrays.arc_of[list(arcs)]].sum()) / 1000,
        "length_km": int(arrays.metres[arcs].sum()) / 1000,
        "countries": list(dict.fromkeys(countries)),
        "borders": [p.link_id for p in passages if p.country_from != p.country_to],
        "links": [p.link_id for p in passages],
    }


def _passages(arrays: DemandArrays, arcs: Sequence[int]) -> list[Passage]:
    """Return the links passed along some arcs in CSR order."""
    network = arrays.network
    links = network.rows("links")
    nodes = network.by_id("nodes")

    passages = []
    for graph_arc in arrays.arc_of[arcs].tolist():
        for link, forward in network.graph.runs[graph_arc]:
            row = links[link]
            countries = [nodes[row[end]]["country"] for end in ("from_node_id", "to_node_id")]
            passages.append(Passage(row["link_id"], *(countries if forward else countries[::-1])))
    return passages
