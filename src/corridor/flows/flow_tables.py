"""Tables of flows: an assignment, told by link, terminal, service, limit, route and demand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from corridor.flows.capacity_rows import CapacityRow
from corridor.flows.programme import Column, Programme
from corridor.flows.solution import Solution
from corridor.flows.unserved import unserved_reasons
from corridor.kernels import Floats
from corridor.language.messages import joined, message, pack
from corridor.network.graph import Row
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.tables import schema_results
from corridor.tables.cells import frame_of
from corridor.tables.schema import is_afloat
from corridor.units import CALENDAR_YEAR_DAYS, HOUR_S

MIN_SHARE = 1e-9  # of its demand below which a route or a rest is rounding
MAX_PAYERS = 5  # rows of demand named at a limit


class Element(NamedTuple):
    """What an arc passes in one direction: a link, terminal or service, and where to."""

    kind: str
    element_id: str
    from_node_id: str
    to_node_id: str
    from_layer: str
    to_layer: str


class TakenRoute(NamedTuple):
    """A route that is taken: its column, and units in the whole period."""

    column: Column
    units: float


def taken_routes(programme: Programme, solution: Solution, days: int) -> list[TakenRoute]:
    """Return the routes that are taken, by row of demand, the most used first."""
    taken = [
        TakenRoute(column, units * days)
        for column, units in zip(solution.columns, solution.optimum.units.tolist(), strict=True)
        if units > MIN_SHARE * programme.units_per_day[column.trip]
    ]
    return sorted(taken, key=lambda route: (route.column.trip, -route.units, route.column.arcs))


def elements_passed(programme: Programme, arc: int) -> tuple[Element, ...]:
    """Return what an arc in CSR order passes: its terminal, or its service and its links."""
    network = programme.arrays.network
    of_arcs: dict[int, tuple[Element, ...]] = network.once(Derived.ELEMENTS.of(), dict)
    graph_arc = int(programme.arrays.arc_of[arc])
    if graph_arc not in of_arcs:
        of_arcs[graph_arc] = tuple(_elements(network, graph_arc))
    return of_arcs[graph_arc]


def _elements(network: Network, arc: int) -> Iterator[Element]:
    """Yield what an arc of the network's graph passes."""
    graph = network.graph
    ends = (int(graph.tail[arc]), int(graph.head[arc]))
    nodes = [graph.node_ids[graph.state_node[state]] for state in ends]
    layers = [graph.state_layer[state] for state in ends]

    kind = graph.kind[arc]
    if kind != "link":
        row = network.rows(f"{kind}s")[int(graph.row[arc])]
        yield Element(kind, row[f"{kind}_id"], *nodes, *layers)

    links = network.rows("links")
    for run in graph.runs[arc]:
        link = links[run.link]
        run_ends = [link["from_node_id"], link["to_node_id"]]
        yield Element("link", link["link_id"], *run_ends[:: 1 if run.is_forward else -1], *layers)


def volumes(programme: Programme, taken: Sequence[TakenRoute]) -> pl.DataFrame:
    """Return units and tonnes by link, terminal or service, direction and cargo."""
    trips = programme.arrays.trips.to_dicts()
    units_of: dict[tuple[Element, str], float] = {}
    tonnes_of_cargo = {trip["cargo_id"]: trip["t_per_unit"] for trip in trips}
    for route in taken:
        cargo_id = trips[route.column.trip]["cargo_id"]
        for arc in route.column.arcs:
            for element in elements_passed(programme, arc):
                key = (element, cargo_id)
                units_of[key] = units_of.get(key, 0.0) + route.units

    rows = [
        {
            **element._asdict(),
            "cargo_id": cargo_id,
            "units": units,
            "t": units * tonnes_of_cargo[cargo_id],
        }
        for (element, cargo_id), units in sorted(units_of.items())
    ]
    return frame_of(schema_results.FLOW_VOLUMES, rows)


def capacities(programme: Programme, solution: Solution, days: int) -> pl.DataFrame:
    """Return how much of every limit is used, what one more would be worth, and who pays."""
    optimum = solution.optimum
    congestion = programme.congestion
    hours = congestion.hours(optimum.use)
    slot_usd = scarcity_usd(programme, solution)
    payers = _payers(programme, solution)
    links = programme.arrays.network.rows("links")
    rows = []
    for number, limit in enumerate(programme.capacities.rows):
        use = float(optimum.use[number])
        price_usd = float(slot_usd[number])
        use_of_demand = use - float(programme.capacities.background_per_day[number])
        rows.append(
            {
                "capacity_id": limit.capacity_id,
                "table": limit.table,
                "row_id": limit.row_id,
                "from_node_id": limit.from_node_id,
                "unit": limit.unit,
                "per_day": limit.per_day,
                "background_per_day": limit.background_per_day,
                "use_per_day": use,
                "use_share": use / limit.per_day if limit.per_day else None,
                "price_usd": price_usd,
                "price_usd_per_year": price_usd * CALENDAR_YEAR_DAYS,
                "paid_usd": price_usd * use_of_demand * days,
                "delay_h": float(hours[number]) if congestion.is_felt[number] else None,
                "payers": payers[number],
                "links": _links_filled(limit, links),
            }
        )
    rows.sort(key=_dearest_first)
    return frame_of(schema_results.FLOW_CAPACITIES, rows)


def _links_filled(limit: CapacityRow, links: Sequence[Row]) -> list[str]:
    """Return the links that are full where a limit is: a link itself, or those a ship sails.

    A full train leaves its line to other trains.
    """
    rows = [links[link] for link in limit.links]
    return [row["link_id"] for row in rows if limit.table == "links" or is_afloat(row["mode"])]


def _dearest_first(row: Row) -> tuple[float, float, str]:
    """Return where a limit stands: by the price of all of it, then by its use."""
    price_of_all_usd = row["price_usd_per_year"] * row["per_day"]
    return -price_of_all_usd, -(row["use_share"] or 0.0), row["capacity_id"]


def scarcity_usd(programme: Programme, solution: Solution) -> Floats:
    """Return what one more of every limit is worth, beyond the hours it would save [rows]."""
    optimum = solution.optimum
    scarce_usd = optimum.row_usd - programme.congestion.price_usd(optimum.use)
    is_full = optimum.use >= programme.congestion.full_per_day * (1 - MIN_SHARE)
    return np.where(is_full, np.maximum(scarce_usd, 0.0), 0.0)


def _payers(programme: Programme, solution: Solution) -> list[list[str]]:
    """Return the rows of demand that take up most of every limit, the largest first."""
    demand_ids = programme.arrays.trips["demand_id"].to_list()
    taken_up: list[dict[str, float]] = [{} for _ in programme.capacities.rows]
    for column, units in zip(solution.columns, solution.optimum.units.tolist(), strict=True):
        if units <= MIN_SHARE * programme.units_per_day[column.trip]:
            continue
        demand_id = demand_ids[column.trip]
        for row, use in zip(column.rows.tolist(), column.uses.tolist(), strict=True):
            taken_up[row][demand_id] = taken_up[row].get(demand_id, 0.0) + units * use
    return [sorted(by, key=lambda d: (-by[d], d))[:MAX_PAYERS] for by in taken_up]


def routes(
    programme: Programme, solution: Solution, taken: Sequence[TakenRoute], days: int
) -> pl.DataFrame:
    """Return the routes that are taken."""
    arrays = programme.arrays
    trips = arrays.trips.to_dicts()
    regime = arrays.regime_of_day[0]
    number_of_trip: dict[int, int] = {}
    rows = []
    for route in taken:
        trip = route.column.trip
        number_of_trip[trip] = number_of_trip.get(trip, 0) + 1
        arcs = list(route.column.arcs)
        elements = [element for arc in arcs for element in elements_passed(programme, arc)]
        paid_usd = float(route.column.uses @ solution.optimum.row_usd[route.column.rows])

        class_ = arrays.class_of[trip]
        row = trips[trip]
        rows.append(
            {
                **row,
                "route": number_of_trip[trip],
                "units": route.units,
                "t": route.units * row["t_per_unit"],
                "share": route.units / (programme.units_per_day[trip] * days),
                "generalised_cost_usd": route.column.usd,
                "capacity_usd": paid_usd,
                "cost_usd": int(arrays.cents[class_, arcs].sum()) / 100,
                "time_h": int(arrays.seconds[regime, class_, arcs].sum()) / HOUR_S,
                "length_km": int(arrays.metres[arcs].sum()) / 1000,
                "countries": _countries(programme, elements),
                "links": _ids(elements, "link"),
                "services": _ids(elements, "service"),
                "terminals": _ids(elements, "terminal"),
            }
        )
    return frame_of(schema_results.FLOW_ROUTES, rows)


def _ids(elements: Sequence[Element], kind: str) -> list[str]:
    return [element.element_id for element in elements if element.kind == kind]


def _countries(programme: Programme, elements: Sequence[Element]) -> list[str]:
    nodes = programme.arrays.network.by_id("nodes")
    ends = [(e.from_node_id, e.to_node_id) for e in elements]
    return list(dict.fromkeys(nodes[end]["country"] for pair in ends for end in pair))


def unserved(
    programme: Programme, solution: Solution, units_per_day: Floats, days: int
) -> pl.DataFrame:
    """Return the rows of demand any of which stays, why, and what a unit would pay at most.

    units_per_day: of the demand, also of what has no route [trips].
    """
    arrays = programme.arrays
    trips = arrays.trips.to_dicts()
    has_route = programme.units_per_day > 0
    stays = np.where(has_route, solution.optimum.unserved, units_per_day)
    has_rest = stays > MIN_SHARE * units_per_day
    closed = has_rest & ~has_route
    reasons = unserved_reasons(arrays.network, trips, list(~closed), on=arrays.first_on)
    slot_usd = scarcity_usd(programme, solution)

    rows = []
    for trip in np.flatnonzero(has_rest).tolist():
        row = trips[trip]
        units = float(stays[trip]) * days
        full = [] if closed[trip] else _full_on_route(programme, solution, slot_usd, trip)
        reason = reasons[trip] or _no_capacity(full)
        rows.append(
            {
                **row,
                "units": units,
                "t": units * row["t_per_unit"],
                "share": float(stays[trip] / units_per_day[trip]),
                "why": "closed" if closed[trip] else "no capacity",
                "most_usd": None if closed[trip] else float(programme.most_usd[trip]),
                "full": full,
                "reason": str(reason),
                "reason_message": pack(reason),
            }
        )
    return frame_of(schema_results.FLOW_UNSERVED, rows)


def _full_on_route(
    programme: Programme, solution: Solution, slot_usd: Floats, trip: int
) -> list[str]:
    """Return the limits with a price on the cheapest route of a trip, the costliest first."""
    columns = [column for column in solution.columns if column.trip == trip]
    cheapest = min(columns, key=lambda column: column.usd)
    prices = slot_usd[cheapest.rows] * cheapest.uses
    order = np.argsort(-prices, kind="stable")
    limits = programme.capacities.rows
    return [limits[cheapest.rows[n]].capacity_id for n in order.tolist() if prices[n] > 0]


def _no_capacity(full: Sequence[str]) -> str:
    if not full:
        return message("hours of waiting make every route costlier than it would pay")
    return message(
        "no room on any route it would pay for: {limits} is full", limits=joined(full, ", ")
    )


def trace(solution: Solution) -> pl.DataFrame:
    """Return the steps of the computation."""
    rows = [
        {"iteration": number, **step._asdict()}
        for number, step in enumerate(solution.trace, start=1)
    ]
    return frame_of(schema_results.FLOW_TRACE, rows)
