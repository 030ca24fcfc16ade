"""Capacity rows: what links, places, terminals and services can take, in the unit that binds.

The table ``capacities`` says it in lorries, wagons, trains, vehicles, TEU or tonnes a day; columns
of ``links``, ``terminals`` and ``services`` are its short form, which counts only for what has no
row of the table with a limit. A flow once seen limits nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from corridor.flows.demand import DemandArrays
from corridor.kernels import Floats
from corridor.language.messages import figure, message
from corridor.network.graph import LinkRun, Row, members_of
from corridor.network.memory import Derived
from corridor.network.services import departures_per_week

WEEK_DAYS = 7
MAX_EMPTY_SHARE = 0.99  # more would let nothing through
# Unit of a capacity -> column of cargoes that says how many of them one cargo unit is.
UNITS = {
    "lorries": "lorries_per_unit",
    "vehicles": "lorries_per_unit",
    "wagons": "wagons_per_unit",
    "trains": "t_per_unit",
    "TEU": "teu_per_unit",
    "t": "t_per_unit",
}
# Short forms: table -> column -> unit.
SHORT_FORMS = {
    "links": {"capacity_teu_per_day": "TEU", "capacity_t_per_day": "t"},
    "terminals": {"capacity_teu_per_day": "TEU"},
    "services": {"capacity_teu": "TEU", "capacity_t": "t"},
}
KEYS = {"links": "link_id", "terminals": "terminal_id", "services": "service_id"}


class Ride(NamedTuple):
    """A passage of an arc over a part of what has a capacity: the arc, and how often."""

    arc: int
    times: int


@dataclass(frozen=True, eq=False)
class CapacityRow:
    """One limit of the programme.

    Attributes
    ----------
    capacity_id
        Row of ``capacities``; of a short form ``table:row_id:unit``. A service that calls on its
        way has a row for each part of its run, the number of the part behind the id.
    table, row_id, from_node_id
        What is limited, and the place its direction leaves; null: both directions together.
    unit, per_day, background_per_day
        What is counted, how many are possible, how many of others are on it already.
    empty_share
        Share of them that run empty.
    t_each
        Tonnes one train carries; null for other units.
    rides
        The arcs that pass it.
    links
        Rows of the links it limits: a link itself, or those of a part of a service's run.
    """

    capacity_id: str
    table: str
    row_id: str
    from_node_id: str | None
    unit: str
    per_day: float
    background_per_day: float = 0.0
    empty_share: float = 0.0
    t_each: float | None = None
    rides: tuple[Ride, ...] = ()
    links: tuple[int, ...] = ()

    @property
    def free_per_day(self) -> float:
        """What is left for the demand; 0 where others fill it."""
        return max(0.0, self.per_day - self.background_per_day)

    def per_unit(self, cargo: Row) -> float:
        """Return how much of it one unit of a cargo takes, the empties it causes included."""
        count = cargo[UNITS[self.unit]] or 0.0
        if self.unit == "trains":
            count /= self.t_each or np.inf
        return float(count / (1.0 - self.empty_share))


@dataclass(frozen=True, eq=False)
class Capacities:
    """The limits that some demand meets, as arrays.

    rows: the limits. cargo_of: cargo row of every trip int64 [trips]. per_unit: how much of each
    limit one unit of a cargo takes float64 [cargoes, rows]. occupancy: how often each arc passes
    each limit, sparse [rows, arcs]. warnings: what of the tables could not be used.
    """

    rows: tuple[CapacityRow, ...]
    cargo_of: Any
    per_unit: Floats
    occupancy: Any
    warnings: tuple[str, ...]

    @cached_property
    def free_per_day(self) -> Floats:
        """What is left of every limit for the demand [rows]."""
        return np.array([row.free_per_day for row in self.rows])

    @cached_property
    def background_per_day(self) -> Floats:
        """What others use of every limit [rows]; no more than there is."""
        return np.array([min(row.background_per_day, row.per_day) for row in self.rows])

    @cached_property
    def arcs_into_rows(self) -> Any:
        """How often each arc passes each limit, sparse [arcs, rows]."""
        return self.occupancy.T.tocsr()

    def times_passed(self, arcs: Sequence[int]) -> Floats:
        """Return how often a route of some arcs passes each limit [rows]."""
        by_arc = self.arcs_into_rows
        places = members_of(by_arc.indptr, np.array(arcs, np.int64))
        times = np.bincount(by_arc.indices[places], by_arc.data[places], minlength=len(self.rows))
        return np.asarray(times, dtype=float)

    def arc_usd(self, cargo: int, row_usd: Floats) -> Floats:
        """Return what the prices of limits make one unit of a cargo pay on every arc [arcs]."""
        prices: Floats = self.arcs_into_rows @ (self.per_unit[cargo] * row_usd)
        return prices


def read_capacities(arrays: DemandArrays, *, is_limited: bool = True) -> Capacities:
    """Return the limits that the trips of some demand meet.

    is_limited: whether there are any at all.
    """
    network = arrays.network
    number_of = {row["cargo_id"]: number for number, row in enumerate(network.rows("cargoes"))}
    cargo_of = np.array([number_of[cargo_id] for cargo_id in arrays.trips["cargo_id"]], np.int64)
    moved = tuple(sorted(set(cargo_of.tolist())))
    memo = Derived.LIMITS.of(arrays.arc_of.tobytes(), moved, is_limited)
    shared = network.once(memo, lambda: _capacities(arrays, moved, is_limited=is_limited))
    return replace(shared, cargo_of=cargo_of)


def _capacities(arrays: DemandArrays, moved: Sequence[int], *, is_limited: bool) -> Capacities:
    """Return the limits that cargoes meet, by their rows, before trips are known."""
    from scipy.sparse import csr_matrix

    cargoes = arrays.network.rows("cargoes")
    limits = _Limits(arrays)
    warnings = tuple(limits.warnings()) if is_limited else ()
    rows = tuple(
        row
        for row in (limits.rows() if is_limited else ())
        if row.rides and any(row.per_unit(cargoes[cargo]) for cargo in moved)
    )

    rides = [(number, *ride) for number, row in enumerate(rows) for ride in row.rides]
    at_row, at_arc, times = np.array(rides, np.int64).reshape(-1, 3).T
    shape = (len(rows), len(arrays.head))
    return Capacities(
        rows=rows,
        cargo_of=np.zeros(0, np.int64),
        per_unit=np.array([[row.per_unit(cargo) for row in rows] for cargo in cargoes]),
        occupancy=csr_matrix((times.astype(float), (at_row, at_arc)), shape=shape),
        warnings=warnings,
    )


class _Limits:
    """Reads the limits of a network, arcs in the order of some arrays."""

    def __init__(self, arrays: DemandArrays) -> None:
        network = arrays.network
        self.network = network
        self.graph = network.graph
        self.graph_arc = arrays.arc_of.tolist()
        self.links = network.rows("links")
        self.row_of_link = {link["link_id"]: row for row, link in enumerate(self.links)}
        self.terminals = network.rows("terminals")
        self.runs_of_link = self._runs_of_links()
        self.arcs_of_terminal = self._arcs_of("terminal")
        self.arcs_of_service = self._arcs_of("service")

    def rows(self) -> Iterator[CapacityRow]:
        """Yield the limits of the table, then those of short forms of what has none there."""
        limited = set()
        for row in self.network.rows("capacities"):
            if row["per_day"] is None or (row["unit"] == "trains" and not row["t_each"]):
                continue
            limited.add((row["table"], row["row_id"]))
            yield from self._of_table(row)

        for table, columns in SHORT_FORMS.items():
            for row in self.network.rows(table):
                if (table, row[KEYS[table]]) not in limited:
                    yield from self._of_short_form(table, row, columns)

    def warnings(self) -> Iterator[str]:
        """Yield what of the tables limits nothing although it should."""
        for row in self.network.rows("capacities"):
            per_day = row["per_day"]
            if per_day is None:
                continue
            if row["unit"] == "trains" and not row["t_each"]:
                yield message(
                    "{capacity} counts trains and does not say what one carries: it limits "
                    "nothing.",
                    capacity=row["capacity_id"],
                )
            background = row["background_per_day"] or 0.0
            if background > per_day:
                yield message(
                    "{capacity}: others use {background} of {per_day} a day, so nothing is left.",
                    capacity=row["capacity_id"],
                    background=figure(background, ",.0f"),
                    per_day=figure(per_day, ",.0f"),
                )

        for column in sorted({UNITS[row["unit"]] for row in self.network.rows("capacities")}):
            if all(cargo[column] is None for cargo in self.network.rows("cargoes")):
                yield message(
                    "No cargo says its {column}, so capacities counted in it limit nothing.",
                    column=column,
                )

    def _of_table(self, row: Row) -> Iterator[CapacityRow]:
        """Yield the limits of a row of ``capacities``: one, or one a part of a service's run."""
        limit = CapacityRow(
            capacity_id=row["capacity_id"],
            table=row["table"],
            row_id=row["row_id"],
            from_node_id=row["from_node_id"],
            unit=row["unit"],
            per_day=row["per_day"],
            background_per_day=row["background_per_day"] or 0.0,
            empty_share=min(row["empty_share"] or 0.0, MAX_EMPTY_SHARE),
            t_each=row["t_each"],
        )
        yield from self._in_parts(limit)

    def _of_short_form(
        self, table: str, row: Row, columns: dict[str, str]
    ) -> Iterator[CapacityRow]:
        """Yield the limits a row of another table gives itself; a service has them each way."""
        row_id = row[KEYS[table]]
        is_service = table == "services"
        departures_per_day = departures_per_week(row) / WEEK_DAYS if is_service else 1.0

        for column, unit in columns.items():
            if row[column] is None:
                continue
            for start in self._starts(row_id) if is_service else [None]:
                limit = CapacityRow(
                    capacity_id=":".join(filter(None, (table, row_id, start, unit))),
                    table=table,
                    row_id=row_id,
                    from_node_id=start,
                    unit=unit,
                    per_day=row[column] * departures_per_day,
                )
                yield from self._in_parts(limit)

    def _in_parts(self, limit: CapacityRow) -> Iterator[CapacityRow]:
        """Yield a limit for every part of the run of a service, or as it is."""
        if limit.table != "services":
            yield replace(limit, rides=self._rides(limit), links=self._links(limit))
            return

        parts = self._parts_of_service(limit)
        for number, (links, rides) in enumerate(parts.items(), start=1):
            name = limit.capacity_id if len(parts) == 1 else f"{limit.capacity_id}:{number}"
            yield replace(limit, capacity_id=name, rides=rides, links=links)

    def _links(self, limit: CapacityRow) -> tuple[int, ...]:
        """Return the row of a link with a limit; none of a terminal or a place."""
        return (self.row_of_link[limit.row_id],) if limit.table == "links" else ()

    def _rides(self, limit: CapacityRow) -> tuple[Ride, ...]:
        """Return the arcs that pass a link, a terminal or a place with a limit."""
        if limit.table == "links":
            return self._over_link(limit.row_id, limit.from_node_id)
        if limit.table == "terminals":
            return self._through(self.arcs_of_terminal.get(limit.row_id, ()))
        handling = (
            arc
            for terminal in self.terminals
            if terminal["node_id"] == limit.row_id and _is_counted(limit.unit, terminal)
            for arc in self.arcs_of_terminal.get(terminal["terminal_id"], ())
        )
        return self._through(handling)

    def _over_link(self, link_id: str, from_node_id: str | None) -> tuple[Ride, ...]:
        """Return the arcs over a link, in one direction or both."""
        times: dict[int, int] = {}
        for arc, run in self.runs_of_link.get(link_id, ()):
            start = self.links[run.link]["from_node_id" if run.is_forward else "to_node_id"]
            if from_node_id in (None, start):
                times[arc] = times.get(arc, 0) + 1
        return tuple(Ride(arc, count) for arc, count in times.items())

    def _through(self, arcs: Iterable[int]) -> tuple[Ride, ...]:
        return tuple(Ride(arc, 1) for arc in arcs)

    def _parts_of_service(self, limit: CapacityRow) -> dict[tuple[int, ...], tuple[Ride, ...]]:
        """Return links and arcs of each part of a service's run, between one stop and the next.

        A part has the same links in both directions.
        """
        arcs_of_part: dict[tuple[int, ...], list[int]] = {}
        for start in self._starts(limit.row_id):
            if limit.from_node_id not in (None, start):
                continue
            for links, arcs in self._legs(limit.row_id, start):
                arcs_of_part.setdefault(links, []).extend(arcs)
        return {links: self._through(arcs) for links, arcs in arcs_of_part.items()}

    def _legs(self, service_id: str, start: str) -> Iterator[tuple[tuple[int, ...], list[int]]]:
        """Yield the links between each stop and the next from a start, and the arcs over them."""
        arcs = [arc for arc in self.arcs_of_service[service_id] if self._start(arc) == start]
        spans = {arc: self._span(arc) for arc in arcs}
        stops = sorted({stop for span in spans.values() for stop in span})
        run = max((self._run(arc) for arc in arcs), key=len)

        for begin, end in pairwise(stops):
            links = tuple(sorted(step.link for step in run[begin:end]))
            over = [arc for arc, (first, last) in spans.items() if first <= begin and end <= last]
            yield links, over

    def _starts(self, service_id: str) -> list[str]:
        """Return the places where the runs of a service begin, one a direction it runs in."""
        return list(dict.fromkeys(map(self._start, self.arcs_of_service.get(service_id, ()))))

    def _run(self, arc: int) -> tuple[LinkRun, ...]:
        """Return the links a service has run over from its first place to the end of an arc."""
        graph_arc = self.graph_arc[arc]
        return (*self.graph.earlier[graph_arc], *self.graph.runs[graph_arc])

    def _span(self, arc: int) -> tuple[int, int]:
        """Return how many links a service has run over where an arc begins and where it ends."""
        return len(self.graph.earlier[self.graph_arc[arc]]), len(self._run(arc))

    def _start(self, arc: int) -> str:
        """Return the place where the run begins that an arc is a part of."""
        first = self._run(arc)[0]
        start: str = self.links[first.link]["from_node_id" if first.is_forward else "to_node_id"]
        return start

    def _arcs_of(self, kind: str) -> dict[str, list[int]]:
        """Return the arcs of every terminal or every service, by its id."""
        table = f"{kind}s"
        rows = self.network.rows(table)
        arcs: dict[str, list[int]] = {}
        for arc, graph_arc in enumerate(self.graph_arc):
            if self.graph.kind[graph_arc] == kind:
                row_id = rows[int(self.graph.row[graph_arc])][KEYS[table]]
                arcs.setdefault(row_id, []).append(arc)
        return arcs

    def _runs_of_links(self) -> dict[str, list[tuple[int, LinkRun]]]:
        """Return the arcs over every link, by its id, and how each runs over it."""
        runs: dict[str, list[tuple[int, LinkRun]]] = {}
        for arc, graph_arc in enumerate(self.graph_arc):
            for run in self.graph.runs[graph_arc]:
                runs.setdefault(self.links[run.link]["link_id"], []).append((arc, run))
        return runs


def _is_counted(unit: str, terminal: Row) -> bool:
    """Tell whether what passes a terminal is counted in a unit at its place.

    Lorries and vehicles come or leave by road, wagons and trains by rail; boxes count in TEU where
    they are lifted, not where they roll on a ferry; tonnes always.
    """
    modes = {terminal[end].split("-")[0] for end in ("from_layer", "to_layer")}
    if unit in ("lorries", "vehicles"):
        return "road" in modes
    if unit in ("wagons", "trains"):
        return "rail" in modes
    return unit == "t" or "ferry" not in modes
