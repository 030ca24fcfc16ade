"""Demand arrays: demand laid on a network, compiled once into what closures are computed from.

Trips are the rows of a demand table. Each day has a regime, what its calendar opens; days alike
share the arrays of one regime (:mod:`corridor.flows.periods`). Trips for which every arc weighs
the same share a class, so that an array stands once for all who ask the same.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import polars as pl

from corridor.errors import CallError
from corridor.flows.periods import ArcCosts, ArcFigures, Period, periods_between_changes
from corridor.free_memory import refuse_beyond_free
from corridor.kernels import Floats, Ints
from corridor.kernels.records import Groups
from corridor.language.messages import message
from corridor.network.calendar import day_of
from corridor.network.cost import cargo_hour_usd
from corridor.network.graph import Row, group_members
from corridor.network.network import Network
from corridor.routing.conditions import read_instant
from corridor.routing.query import Query

# Of its value a unit may cost more before it stays: an estimate, docs/decisions/016.
LIMIT_SHARE = 0.1
ARC_BYTES = 40  # of an arc for a class in a regime: weight and seconds, once more while joined
NEEDED = ("demand_id", "origin_node_id", "destination_node_id", "cargo_id", "units_per_year")
NUMBERS = ("units_per_year", "t_per_unit", "value_usd_per_unit", "hour_usd")


class TripGroup(NamedTuple):
    """Trips searched for together: their class, the states they start from, their numbers."""

    class_: int
    starts: Ints
    trips: Ints


@dataclass(frozen=True, eq=False)
class DemandArrays:
    """Demand on a network over some days, as arrays; arcs are in CSR order.

    Attributes
    ----------
    network
        The network as its tables are on the first day.
    first_on
        The first day.
    trips
        The demand rows, with t_per_unit, value_usd_per_unit and hour_usd (what an hour costs a
        unit).
    ptr, head, tail
        int64 [states + 1], [arcs], [arcs]: the search graph; arcs out of state s are those from
        ptr[s] to ptr[s + 1].
    arc_of
        int64 [arcs]: the arc of ``network.graph`` each of them is.
    weight
        int64 [regimes, classes, arcs]: generalised cost of a unit in cents, -1 where shut.
    seconds
        int64 [regimes, classes, arcs]: time with waits.
    cents
        int64 [classes, arcs]: money alone, in the prices of the first day.
    metres
        int64 [arcs].
    regime_of_day
        int64 [days].
    class_of
        int64 [trips].
    starts, goals
        States of each trip.
    queries, query_of
        What was asked on the first day, and which of it each trip asks [trips]: prices, hours and
        carbon of every arc, line by line.
    """

    network: Network
    first_on: dt.date
    trips: pl.DataFrame
    ptr: Ints
    head: Ints
    tail: Ints
    arc_of: Ints
    weight: Ints
    seconds: Ints
    cents: Ints
    metres: Ints
    regime_of_day: Ints
    class_of: Ints
    starts: Groups
    goals: Groups
    queries: tuple[Query, ...]
    query_of: tuple[int, ...]

    def units(self) -> Floats:
        """Return the units of every trip a year [trips]."""
        return self.column("units_per_year")

    def column(self, name: str) -> Floats:
        """Return a number of every trip [trips]."""
        return self.trips[name].to_numpy().astype(float)

    def groups(self) -> list[TripGroup]:
        """Return the trips that share class and start, for which one search is enough."""
        trips_of: dict[tuple[int, ...], list[int]] = {}
        for trip in range(self.trips.height):
            key = (int(self.class_of[trip]), *part(self.starts, trip).tolist())
            trips_of.setdefault(key, []).append(trip)

        return [
            TripGroup(class_, np.array(starts, np.int64), np.array(trips, np.int64))
            for (class_, *starts), trips in trips_of.items()
        ]

    def of_trips(self, trips: Ints) -> DemandArrays:
        """Return the arrays of some trips, by their numbers; classes stay as they are."""
        numbers = trips.tolist()
        return replace(
            self,
            trips=self.trips[numbers],
            class_of=self.class_of[trips],
            starts=packed([part(self.starts, trip) for trip in numbers]),
            goals=packed([part(self.goals, trip) for trip in numbers]),
            query_of=tuple(self.query_of[trip] for trip in numbers),
        )

    def hash(self) -> str:
        """Return a hash of everything the results depend on."""
        arrays = (
            self.ptr,
            self.head,
            self.weight,
            self.seconds,
            self.regime_of_day,
            self.class_of,
            *self.starts,
            *self.goals,
            *(self.column(name) for name in NUMBERS),
        )
        digest = hashlib.sha256(self.first_on.isoformat().encode())
        for array in arrays:
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def compile_demand(
    network: Network, demand: pl.DataFrame, *, on: dt.date | str, days: int = 1
) -> DemandArrays:
    """Return demand laid on the network, from a day on for so many days.

    Parameters
    ----------
    network
        The network of a scenario.
    demand
        Columns demand_id, origin_node_id, destination_node_id, cargo_id, units_per_year; every row
        counts, whatever its year. A place may be written place@layer.
    on
        First day.
    days
        How many days.

    Raises
    ------
    CallError
        For a demand without rows or columns, for units below 0 or null, for a change within these
        days that alters the shape of the graph.
    UnknownName
        For a place or cargo the network has not.
    """
    first_on = _first_day(on, days)
    trips = _read_trips(demand)
    periods = periods_between_changes(network, trips, first_on, days)
    _require_one_shape(periods)

    costs_of_class, class_of = _classes(periods)
    costs = _joined(costs_of_class)
    first = periods[0]
    query = first.queries[0]
    return DemandArrays(
        network=query.network,
        first_on=first_on,
        trips=_with_cargo(trips, query.network),
        ptr=query.ptr,
        head=query.head,
        tail=query.graph.tail[query.arc_of],
        arc_of=query.arc_of,
        weight=costs.weight,
        seconds=costs.seconds,
        cents=costs.cents,
        metres=_metres(query)[query.arc_of],
        regime_of_day=_regimes_of_days(periods),
        class_of=class_of,
        starts=packed([ends.starts for ends in first.ends]),
        goals=packed([ends.goals for ends in first.ends]),
        queries=tuple(first.queries),
        query_of=tuple(first.query_of),
    )


def packed(groups: Sequence[Sequence[int] | Ints]) -> Groups:
    """Return groups of numbers end to end."""
    ptr = np.zeros(len(groups) + 1, np.int64)
    np.cumsum([len(group) for group in groups], out=ptr[1:])
    return Groups(np.array([number for group in groups for number in group], np.int64), ptr)


def part(groups: Groups, number: int) -> Ints:
    """Return one group of :func:`packed`."""
    return groups.numbers[groups.ptr[number] : groups.ptr[number + 1]]


def into(arrays: DemandArrays) -> Groups:
    """Return the arcs into each state."""
    return group_members(arrays.head, len(arrays.ptr) - 1)


def _first_day(on: dt.date | str, days: int) -> dt.date:
    first_on = day_of(read_instant(on, "on"))
    if (dt.date.max - first_on).days <= days:
        raise CallError(f"on {first_on} is too late a day to look {days} days ahead.")
    return first_on


def _read_trips(demand: pl.DataFrame) -> list[Row]:
    """Return the rows of demand; CallError for columns that are not there, no rows, bad units."""
    missing = [column for column in NEEDED if column not in demand.columns]
    if missing:
        raise CallError(f"demand lacks the columns {', '.join(missing)}.")
    if not demand.height:
        raise CallError("demand has no rows.")

    trips = demand.select(NEEDED).to_dicts()
    for trip in trips:
        _require_units(trip)
    return trips


def _require_units(trip: Row) -> None:
    units = trip["units_per_year"]
    if units is None or units < 0:
        raise CallError(
            f"demand {trip['demand_id']!r}: units_per_year must be 0 or more, not {units}."
        )


def _require_one_shape(periods: Sequence[Period]) -> None:
    if len({period.shape() for period in periods}) > 1:
        raise CallError(
            message(
                "A dated change alters the shape of the network (a gauge or a service) within "
                "these days: take days on one side of it."
            )
        )


def _refuse_too_large(periods: Sequence[Period], classes: int) -> None:
    """Raise TooLarge where what arcs cost each class in each regime does not fit into memory."""
    regimes = sum(len(period.waits) for period in periods)
    arcs = periods[0].queries[0].graph.arcs_count
    refuse_beyond_free(
        regimes * classes * arcs * ARC_BYTES,
        f"A demand of {classes:,} classes on {arcs:,} arcs in {regimes:,} states of the calendar",
        "take fewer cargoes and countries in the demand, or fewer days",
    )


def _classes(periods: Sequence[Period]) -> tuple[list[list[ArcCosts]], Ints]:
    """Return the costs of each class in every period, and the class of each trip int64 [trips].

    A class is one for all who find every arc as expensive and as slow, whatever they asked.
    """
    costs_of_class: list[list[ArcCosts]] = []
    class_of_costs: dict[tuple[bytes, ...], int] = {}
    class_of_figures: dict[tuple[ArcFigures, ...], int] = {}
    class_of_trip = []

    for questions in zip(*(period.query_of for period in periods), strict=True):
        pairs = list(zip(periods, questions, strict=True))
        figures = tuple(period.figures(question) for period, question in pairs)
        if figures not in class_of_figures:
            _refuse_too_large(periods, len(costs_of_class) + 1)
            costs = [period.arc_costs([question]) for period, question in pairs]
            key = _fingerprint(costs)
            if key not in class_of_costs:
                class_of_costs[key] = len(costs_of_class)
                costs_of_class.append(costs)
            class_of_figures[figures] = class_of_costs[key]
        class_of_trip.append(class_of_figures[figures])
    return costs_of_class, np.array(class_of_trip, np.int64)


def _fingerprint(costs: Sequence[ArcCosts]) -> tuple[bytes, ...]:
    """Return hashes of what arcs cost in every period."""
    return tuple(
        hashlib.sha256(array.tobytes()).digest() for of_period in costs for array in of_period
    )


def _joined(costs_of_class: Sequence[Sequence[ArcCosts]]) -> ArcCosts:
    """Return what arcs cost the classes in the regimes of all periods, end to end."""
    of_periods = [
        ArcCosts(
            weight=np.concatenate([costs.weight for costs in of_period], axis=1),
            seconds=np.concatenate([costs.seconds for costs in of_period], axis=1),
            cents=np.concatenate([costs.cents for costs in of_period]),
        )
        for of_period in zip(*costs_of_class, strict=True)
    ]
    return ArcCosts(
        weight=np.concatenate([costs.weight for costs in of_periods]),
        seconds=np.concatenate([costs.seconds for costs in of_periods]),
        cents=of_periods[0].cents,
    )


def _regimes_of_days(periods: Sequence[Period]) -> Ints:
    """Return the regime of every day, those of later periods numbered after the earlier ones."""
    regimes_before = 0
    numbered = []
    for period in periods:
        numbered.append(period.regime_of_day + regimes_before)
        regimes_before += len(period.waits)
    return np.concatenate(numbered)


def _with_cargo(trips: Sequence[Row], network: Network) -> pl.DataFrame:
    """Return trips with what a unit of their cargo weighs, is worth, and pays for an hour."""
    cargoes = network.by_id("cargoes")
    rows = []
    for trip in trips:
        cargo = cargoes[trip["cargo_id"]]
        rows.append(
            {
                **trip,
                "t_per_unit": cargo["t_per_unit"],
                "value_usd_per_unit": cargo["value_usd_per_unit"],
                "hour_usd": cargo_hour_usd(cargo),
            }
        )
    return pl.DataFrame(rows)


def _metres(query: Query) -> Ints:
    """Return the length of every arc of the graph int64 [graph arcs]; terminals have none."""
    graph = query.graph
    length_km = query.network.frames["links"]["length_km"].to_numpy()
    lengths_km = graph.runs_of_arcs.sums(np.repeat(length_km, 2), graph.arcs_count)
    metres: Ints = (1000 * lengths_km).round().astype(np.int64)
    return metres
