"""Traffic arrays: links and trips of a plain road network, checked and laid out for the kernel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from corridor.errors import CallError, UnknownName
from corridor.kernels import Bools, Floats, Ints
from corridor.kernels.records import Bushes, CongestedCosts, Graph, Groups, ZoneTrips
from corridor.network.graph import group_members, pointers

LINK_ID = "link_id"
LINK_ENDS = ("from_node_id", "to_node_id")
FREE_COST = "free_cost"
# What a link without the column has; null capacity: a link that does not jam.
OPTIONAL_COLUMNS = {"capacity": None, "bpr_factor": 0.0, "bpr_power": 1.0, "fixed_cost": 0.0}
TRIP_ENDS = ("origin_node_id", "destination_node_id")
TRIPS = "trips"
CLASS = "class_id"
ONE_CLASS = "all"
MAX_NAMED = 3  # rows in a message


@dataclass(frozen=True, eq=False)
class TripArrays:
    """Trips laid out for the kernel, by class and origin.

    Attributes
    ----------
    frame
        The trips as they came in.
    classes
        Their ids, in the order of their numbers.
    by_zone
        As :func:`corridor.kernels.assignment.equilibrium` takes them.
    place_of_row
        Places in by_zone of the rows of the frame int64 [trips]; -1: not on the network.
    """

    frame: pl.DataFrame
    classes: pl.Series
    by_zone: ZoneTrips
    place_of_row: Ints


@dataclass(frozen=True, eq=False)
class TrafficArrays:
    """A road network and its trips, for the kernel; arcs are links in CSR order.

    Attributes
    ----------
    links
        The links in the order of the arcs, all columns there.
    arc_of_row
        Arc of each link as they came in int64 [links].
    nodes
        Their ids, in the order of their numbers.
    graph, is_through, costs
        As :func:`corridor.kernels.assignment.equilibrium` takes them.
    trips
        The trips between the nodes.
    """

    links: pl.DataFrame
    arc_of_row: Ints
    nodes: pl.Series
    graph: Graph
    is_through: Bools
    costs: CongestedCosts
    trips: TripArrays

    def bush_ids(self) -> pl.DataFrame:
        """Return class_id and origin_node_id of each bush."""
        by_zone = self.trips.by_zone
        origins = self.nodes[by_zone.origin]
        classes = self.trips.classes[by_zone.class_]
        return pl.DataFrame({CLASS: classes, TRIP_ENDS[0]: origins})


def traffic_arrays(
    links: pl.DataFrame,
    trips: pl.DataFrame,
    no_through: Iterable[Any],
    class_costs: pl.DataFrame | None,
    former: TrafficArrays | None = None,
) -> TrafficArrays:
    """Return links and trips as arrays; raise CallError for what cannot be.

    Parameters
    ----------
    links, trips, no_through, class_costs
        As :func:`corridor.equilibrium` takes them.
    former
        Arrays whose trips are taken over where they are the same between the same nodes.
    """
    links = _checked_links(links)
    ends = pl.concat([links[end] for end in LINK_ENDS])
    nodes = ends.unique().sort()

    tail, head = _numbers(ends, nodes, "node").reshape(2, -1)
    order, ptr = group_members(tail, len(nodes))
    arc_of_row = np.argsort(order)
    links = links[order]
    graph = Graph(ptr, head[order], tail[order])

    closed = pl.Series(list(no_through), dtype=nodes.dtype)
    is_through = np.array(~nodes.is_in(closed.implode()))
    trip_arrays = _trip_arrays(trips, nodes, former)
    costs = _costs(links, class_costs, trip_arrays.classes)
    return TrafficArrays(links, arc_of_row, nodes, graph, is_through, costs, trip_arrays)


def without_links(arrays: TrafficArrays, link_ids: Iterable[Any]) -> TrafficArrays:
    """Return the arrays of a network without some links; nodes and trips stay the same.

    Raise UnknownName for a link that is not there.
    """
    known = arrays.links[LINK_ID]
    is_open = np.ones(len(known), bool)
    is_open[_numbers(pl.Series(list(link_ids), dtype=known.dtype), known, "link")] = False

    tail = arrays.graph.tail[is_open]
    graph = Graph(pointers(tail, len(arrays.nodes)), arrays.graph.head[is_open], tail)

    number = np.cumsum(is_open) - 1
    open_arcs = arrays.arc_of_row[is_open[arrays.arc_of_row]]
    costs = CongestedCosts(*(np.compress(is_open, column, axis=-1) for column in arrays.costs))
    return replace(
        arrays,
        links=arrays.links.filter(is_open),
        arc_of_row=number[open_arcs],
        graph=graph,
        costs=costs,
    )


def marginal(costs: CongestedCosts) -> CongestedCosts:
    """Return cost functions whose cost is what one more trip costs all."""
    return costs._replace(factor=costs.factor * (costs.power + 1))


def empty_bushes(arrays: TrafficArrays) -> Bushes:
    """Return bushes without arcs."""
    bushes = len(arrays.trips.by_zone.origin)
    nodes = len(arrays.nodes)
    arcs = arrays.links.height
    return Bushes(
        np.zeros(bushes, np.int64),
        np.zeros((bushes, nodes), np.int32),
        np.zeros((bushes, nodes + 1), np.int32),
        np.zeros((bushes, arcs), np.int32),
        np.zeros((bushes, arcs), np.float64),
    )


def former_bushes(former: TrafficArrays, bushes: Bushes, arrays: TrafficArrays) -> Bushes:
    """Return the bushes of former arrays on new ones; what is not there any more is -1."""
    from corridor.kernels import assignment

    node_map = _node_map(former, arrays)
    arc_map = _arc_map(former, arrays, node_map)
    renewed = empty_bushes(arrays)
    assignment.renumber(bushes, node_map, arc_map, _bush_map(former, arrays), renewed)
    return renewed


def _node_map(former: TrafficArrays, arrays: TrafficArrays) -> Ints:
    """Return the new number of each former node; -1: it is not there."""
    if former.nodes.equals(arrays.nodes):
        return np.arange(len(former.nodes))
    return _new_numbers(former.nodes.to_frame("id"), arrays.nodes.to_frame("id"))


def _arc_map(former: TrafficArrays, arrays: TrafficArrays, node_map: Ints) -> Ints:
    """Return the new number of each former arc; -1: it is not there, or runs elsewhere."""
    arc_map = _new_numbers(former.links.select(LINK_ID), arrays.links.select(LINK_ID))
    old = np.flatnonzero(arc_map >= 0)
    new = arc_map[old]
    is_moved = (arrays.graph.tail[new] != node_map[former.graph.tail[old]]) | (
        arrays.graph.head[new] != node_map[former.graph.head[old]]
    )
    arc_map[old[is_moved]] = -1
    return arc_map


def _bush_map(former: TrafficArrays, arrays: TrafficArrays) -> Ints:
    """Return the former number of each bush; -1: it was not there."""
    if arrays.trips is former.trips:
        return np.arange(len(arrays.trips.by_zone.origin))
    return _new_numbers(arrays.bush_ids(), former.bush_ids())


def _new_numbers(ids: pl.DataFrame, others: pl.DataFrame) -> Ints:
    """Return the row of each id among others; -1: it is not there."""
    numbered = others.with_row_index("number")
    joined = ids.join(numbered, on=ids.columns, how="left", maintain_order="left")
    return np.array(joined["number"].cast(pl.Int64).fill_null(-1))


def _numbers(ids: pl.Series, known: pl.Series, what: str) -> Ints:
    """Return the places of ids among the known ones; raise UnknownName for another."""
    frame = ids.to_frame("id")
    places = _new_numbers(frame, known.to_frame("id"))
    if (places < 0).any():
        name = str(ids[int(np.argmin(places))])
        raise UnknownName(what, name, known.cast(pl.String).to_list())
    return places


# ---- the frames


def _require(frame: pl.DataFrame, name: str, columns: Iterable[str]) -> None:
    """Raise CallError for columns that lack."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise CallError(f"{name} lacks the column {', '.join(missing)}.")


def _refuse(frame: pl.DataFrame, ids: tuple[str, ...], bad_rows: dict[str, pl.Expr]) -> None:
    """Raise CallError that names the first bad rows of a kind; none where there are none."""
    # One query for all kinds: frames are checked for every equilibrium, and a query takes a while.
    occurs = frame.select(is_bad.any().alias(what) for what, is_bad in bad_rows.items())
    for what in (column.name for column in occurs if column.item()):
        bad = frame.filter(bad_rows[what])
        first_ids = bad.select(ids).head(MAX_NAMED).rows()
        names = [" to ".join(map(str, row)) for row in first_ids]
        more = f" and {bad.height - MAX_NAMED} more" if bad.height > MAX_NAMED else ""
        raise CallError(f"{what}: {', '.join(names)}{more}.")


def _checked_links(links: pl.DataFrame) -> pl.DataFrame:
    """Return links with all columns as numbers that can be computed with."""
    _require(links, "links", (LINK_ID, *LINK_ENDS, FREE_COST))
    filled = links.with_columns(
        pl.lit(value, pl.Float64).alias(column)
        for column, value in OPTIONAL_COLUMNS.items()
        if column not in links.columns
    )
    filled = filled.select(LINK_ID, *LINK_ENDS, FREE_COST, *OPTIONAL_COLUMNS)
    filled = filled.with_columns(
        _number(FREE_COST), *(_number(column) for column in OPTIONAL_COLUMNS)
    )

    bad_rows = {
        "links need an id, two ends and a free_cost": pl.any_horizontal(
            pl.col(LINK_ID, *LINK_ENDS, FREE_COST).is_null()
        ),
    }
    if filled[LINK_ID].n_unique() < filled.height:
        bad_rows["links with the same id"] = pl.col(LINK_ID).is_duplicated()
    for column in (FREE_COST, "bpr_factor", "bpr_power", "fixed_cost"):
        is_bad = (pl.col(column) < 0) | ~pl.col(column).is_finite()
        bad_rows[f"links whose {column} is not a number of 0 or more"] = is_bad
    is_bad = (pl.col("capacity") <= 0) | pl.col("capacity").is_nan()
    bad_rows["links whose capacity is not above 0"] = is_bad
    _refuse(filled, (LINK_ID,), bad_rows)
    return _without_nulls(filled)


def _number(column: str) -> pl.Expr:
    """Return a column as floating-point numbers."""
    return pl.col(column).cast(pl.Float64)


def _without_nulls(links: pl.DataFrame) -> pl.DataFrame:
    """Return links in which nulls have become what they mean; no capacity: it does not jam."""
    jams = pl.col("capacity").is_finite().fill_null(False)
    return links.with_columns(
        *(
            pl.col(column).fill_null(value)
            for column, value in OPTIONAL_COLUMNS.items()
            if value is not None
        )
    ).with_columns(
        pl.when(jams).then("capacity").otherwise(1.0).alias("capacity"),
        pl.when(jams).then("bpr_factor").otherwise(0.0).alias("bpr_factor"),
    )


def _checked_trips(trips: pl.DataFrame) -> pl.DataFrame:
    """Return trips with class and number."""
    _require(trips, "trips", (*TRIP_ENDS, TRIPS))
    if CLASS not in trips.columns:
        trips = trips.with_columns(pl.lit(ONE_CLASS).alias(CLASS))

    demand = trips.select(CLASS, *TRIP_ENDS, _number(TRIPS))
    bad_rows = {
        "trips need two ends, a number and a class": pl.any_horizontal(pl.all().is_null()),
        "trips that are not a number of 0 or more": (pl.col(TRIPS) < 0)
        | ~pl.col(TRIPS).is_finite(),
    }
    _refuse(demand, TRIP_ENDS, bad_rows)
    return demand


def _trip_arrays(frame: pl.DataFrame, nodes: pl.Series, former: TrafficArrays | None) -> TripArrays:
    """Return trips by class and origin; those of former arrays where they are the same."""
    if former is not None and nodes.equals(former.nodes) and frame.equals(former.trips.frame):
        return former.trips

    trips = _checked_trips(frame)
    classes = trips[CLASS].unique(maintain_order=True)
    class_ = _numbers(trips[CLASS], classes, "class")
    origin, destination = (
        _new_numbers(trips.select(pl.col(end).alias("id")), nodes.to_frame("id"))
        for end in TRIP_ENDS
    )
    units = trips[TRIPS].to_numpy()
    pairs = len(nodes) * np.int64(len(nodes))
    key = class_ * pairs + origin * len(nodes) + destination
    is_used = (origin >= 0) & (destination >= 0) & (origin != destination) & (units > 0)

    pair, place = np.unique(key[is_used], return_inverse=True)
    bush, first = np.unique(pair // len(nodes), return_index=True)
    place_of_row = np.full(trips.height, -1, np.int64)
    place_of_row[is_used] = place
    volume = np.bincount(place, units[is_used], len(pair)).astype(np.float64)
    ptr = np.append(first, len(pair)).astype(np.int64)
    destinations = Groups(pair % len(nodes), ptr)
    by_zone = ZoneTrips(bush % len(nodes), bush // len(nodes), destinations, volume)
    return TripArrays(frame.clone(), classes, by_zone, place_of_row)


def _costs(
    links: pl.DataFrame, class_costs: pl.DataFrame | None, classes: pl.Series
) -> CongestedCosts:
    """Return the cost functions of links in the order of the arcs."""
    of_all = links["fixed_cost"].to_numpy()
    fixed = np.tile(of_all, (len(classes), 1))
    if class_costs is not None:
        _add_class_costs(fixed, class_costs, links, classes)

    return CongestedCosts(
        free=np.array(links[FREE_COST]),
        factor=np.array(links["bpr_factor"]),
        capacity=np.array(links["capacity"]),
        power=np.array(links["bpr_power"]),
        fixed=fixed,
    )


def _add_class_costs(
    fixed: Floats, class_costs: pl.DataFrame, links: pl.DataFrame, classes: pl.Series
) -> None:
    """Add what classes pay on links."""
    _require(class_costs, "class_costs", (CLASS, LINK_ID, "fixed_cost"))
    rows = class_costs.select(CLASS, LINK_ID, _number("fixed_cost"))
    is_bad = (pl.col("fixed_cost") < 0) | ~pl.col("fixed_cost").is_finite()
    bad_rows = {"class_costs that are not a number of 0 or more": is_bad}
    _refuse(rows, (CLASS, LINK_ID), bad_rows)

    class_ = _numbers(rows[CLASS], classes, "class")
    arc = _numbers(rows[LINK_ID], links[LINK_ID], "link")
    np.add.at(fixed, (class_, arc), rows["fixed_cost"].to_numpy())
