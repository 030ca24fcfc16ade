"""The graph of (place, layer) states that links, services and terminals make.

A layer is a mode, for rails and rail ferries with the gauge. Goods pass a place freely within a
layer and change layer only where a row of ``terminals`` says so. Closed and planned links are part
of the graph; calendars keep them shut.

At a place and layer goods are ready, as they come from a terminal. Where a mode has hours of
departure they are moving once they have left by themselves, and pass on without these hours. They
are moving as well where they came in their wagon: by the trains that alone run over a line, or from
rails to a ferry of the same gauge and back. Where a terminal leads from a layer to itself they are
landed when they leave a service, and may board another, or leave by themselves, only through it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from corridor.kernels import Bools, Floats, Ints
from corridor.tables import schema

Row = dict[str, Any]


class LinkRun(NamedTuple):
    """A link as an arc runs over it: its row, and whether from its from_node to its to_node."""

    link: int
    is_forward: bool

    @property
    def direction(self) -> int:
        """Its row among the directions of links: 2 x link forward, and one more backward."""
        return 2 * self.link + (not self.is_forward)


class RunsOfArcs(NamedTuple):
    """Every link that an arc runs over: the arc, and the direction of the link; in order of arcs.

    direction: 2 x link forward, and one more backward, see :class:`LinkRun`.
    """

    arc: Ints
    direction: Ints

    def sums(self, of_directions: Floats | Bools, arcs_count: int) -> Floats:
        """Return the sums over the links of every arc [arcs]."""
        weights = of_directions[self.direction].astype(np.float64)
        sums = np.bincount(self.arc, weights=weights, minlength=arcs_count)
        return np.asarray(sums, dtype=np.float64)


class ArcsByState(NamedTuple):
    """Arcs in CSR order: those out of each state stand together.

    ptr: where the arcs of each state begin [states + 1]; arc: their numbers; head: where they lead.
    """

    ptr: Ints
    arc: Ints
    head: Ints


class Stand(Enum):
    """How goods stand at a place and layer."""

    READY = "ready"
    MOVING = "moving"
    LANDED = "landed"


class Arc(NamedTuple):
    """A passage from one state to another: over links by themselves, by a service, by a terminal.

    row: of the table ``links``, ``services`` or ``terminals``, as kind says. earlier: the links a
    service has run over before goods board it at a call on its way. departs: goods that stood
    ready move off by themselves, after the hours of departure of the mode.
    """

    tail: int
    head: int
    kind: str
    row: int
    runs: tuple[LinkRun, ...]
    is_forward: bool
    earlier: tuple[LinkRun, ...] = ()
    departs: bool = False


@dataclass(frozen=True, eq=False)
class Graph:
    """States and arcs as arrays.

    state_node: node row of every state [states]. state_layer: layer name [states]. state_index:
    (node_id, layer) -> the state of goods that are ready there. ready_state: that of the place and
    layer of every state [states]. tail, head: state of every arc [arcs]. kind: ``link``,
    ``service`` or ``terminal`` [arcs]. runs: for link and service arcs the links run over; empty
    for terminals. row: row of the arc's links, services or terminals table. earlier: the links a
    service has run over before the arc begins [arcs]. departs: whether goods move off by
    themselves on the arc, which takes hours of departure [arcs].
    """

    node_ids: list[str]
    state_node: Ints
    state_layer: list[str]
    state_index: Mapping[tuple[str, str], int]
    ready_state: Ints
    tail: Ints
    head: Ints
    kind: list[str]
    row: Ints
    runs: list[tuple[LinkRun, ...]]
    forward: list[bool]
    earlier: list[tuple[LinkRun, ...]]
    departs: list[bool]

    @property
    def states_count(self) -> int:
        """Return the number of states."""
        return len(self.state_layer)

    @property
    def arcs_count(self) -> int:
        """Return the number of arcs."""
        return len(self.kind)

    def layers_at(self, node_id: str) -> Mapping[str, int]:
        """Return layer -> state of a place."""
        return self._layers.get(node_id, {})

    @cached_property
    def _layers(self) -> dict[str, dict[str, int]]:
        """Layer -> state, of every row of nodes and of every place that has a state."""
        layers: dict[str, dict[str, int]] = {node_id: {} for node_id in self.node_ids}
        for (node_id, layer), state in self.state_index.items():
            layers.setdefault(node_id, {})[layer] = state
        return layers

    def end_states(self, node_id: str) -> list[int]:
        """Return the states where goods start or end at a place, when no layer is named.

        By road where there is one, else on any layer ashore that a link or service serves; afloat,
        or in a terminal alone, only where nothing else is.
        """
        return _end_states(self.layers_at(node_id), self._ridden_states)

    def end_states_by_place(self) -> list[list[int]]:
        """Return the states where goods start or end, for every row of nodes."""
        return [self.end_states(node_id) for node_id in self.node_ids]

    @cached_property
    def _ridden_states(self) -> set[int]:
        """The states of goods ready where a link or service begins or ends."""
        is_ride = np.array([kind != "terminal" for kind in self.kind], bool)
        states = np.concatenate([self.tail[is_ride], self.head[is_ride]])
        return set(self.ready_state[states].tolist())

    @cached_property
    def runs_of_arcs(self) -> RunsOfArcs:
        """Every link that an arc runs over."""
        directions = [2 * link + (not forward) for runs in self.runs for link, forward in runs]
        arc = np.repeat(np.arange(self.arcs_count), [len(runs) for runs in self.runs])
        return RunsOfArcs(arc, np.array(directions, np.int64))

    @cached_property
    def arcs_by_state(self) -> ArcsByState:
        """The arcs out of each state, made once for all who ask."""
        arc = np.argsort(self.tail, kind="stable")
        return ArcsByState(pointers(self.tail, self.states_count), arc, self.head[arc])

    def service(self, arc: int) -> int | None:
        """Return the row of the service that an arc is a ride of; null for a link or terminal."""
        return int(self.row[arc]) if self.kind[arc] == "service" else None

    def however_standing(self, ready: Sequence[int]) -> list[int]:
        """Return the states of goods, however they stand, where they may be ready: of an end."""
        return sorted(state for end in set(ready) for state in self._standing[end])

    @cached_property
    def _standing(self) -> dict[int, list[int]]:
        """The states of goods, however they stand, by the state of those that are ready there."""
        standing: dict[int, list[int]] = {}
        for state, ready in enumerate(self.ready_state.tolist()):
            standing.setdefault(ready, []).append(state)
        return standing


def _end_states(state_of: Mapping[str, int], ridden: Collection[int]) -> list[int]:
    """Return the states where goods start or end, of the layers of a place.

    ridden: states where a link or service begins or ends.
    """
    if "road" in state_of:
        return [state_of["road"]]

    ashore = [
        state
        for layer, state in state_of.items()
        if not schema.is_afloat(layer) and state in ridden
    ]
    return sorted(ashore or state_of.values())


def compile_graph(
    node_ids: list[str],
    link_frame: pl.DataFrame,
    links: Sequence[Row],
    services: Sequence[Row],
    terminals: Sequence[Row],
    modes: Sequence[Row] = (),
) -> Graph:
    """Return the graph of the rows of links, services, terminals and modes.

    Parameters
    ----------
    node_ids
        Of every place.
    link_frame, links
        The links as a frame and as rows.
    services, terminals, modes
        Rows of these tables.
    """
    departing_modes = {row["mode"] for row in modes if row["departure_h"]}
    of_links = _link_states(node_ids, link_frame, _only_by_service(services), departing_modes)
    states = _States(of_links.numbers())
    by_links = _link_arcs(of_links)
    arcs = [
        *_service_arcs(states, links, services, _places_of_change(terminals)),
        *_terminal_arcs(states, terminals),
    ]
    states.add_lonely(node_ids)

    node_row = {node_id: row for row, node_id in enumerate(node_ids)}
    return Graph(
        node_ids=node_ids,
        state_node=np.array([node_row[node_id] for node_id, _, _ in states.index], dtype=np.int64),
        state_layer=[layer for _, layer, _ in states.index],
        state_index=states.ready(),
        ready_state=states.ready_states(),
        tail=_joined(by_links.tail, [arc.tail for arc in arcs]),
        head=_joined(by_links.head, [arc.head for arc in arcs]),
        kind=["link"] * len(by_links.row) + [arc.kind for arc in arcs],
        row=_joined(by_links.row, [arc.row for arc in arcs]),
        runs=by_links.runs() + [arc.runs for arc in arcs],
        forward=by_links.is_forward.tolist() + [arc.is_forward for arc in arcs],
        earlier=[()] * len(by_links.row) + [arc.earlier for arc in arcs],
        departs=by_links.departs.tolist() + [arc.departs for arc in arcs],
    )


def pointers(groups: Ints, count: int) -> Ints:
    """Return where the members of each group begin once they are sorted by group [count + 1]."""
    ptr = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(groups, minlength=count), out=ptr[1:])
    return ptr


def _joined(of_links: Ints, of_others: Sequence[int]) -> Ints:
    """Return the numbers of arcs of links and of all others, one after the other."""
    return np.concatenate([of_links, np.array(of_others, np.int64)])


@dataclass
class _States:
    """The (place, layer, stand) met so far, numbered in the order they were first met."""

    index: dict[tuple[str, str, Stand], int] = field(default_factory=dict)

    def at(self, node_id: str, layer: str, stand: Stand = Stand.READY) -> int:
        """Return the number of a state."""
        return self.index.setdefault((node_id, layer, stand), len(self.index))

    def boarding(self, node_id: str, layer: str) -> Iterator[int]:
        """Yield the states of goods that may board a service: ready, or moving by themselves."""
        yield self.at(node_id, layer)
        if (node_id, layer, Stand.MOVING) in self.index:
            yield self.at(node_id, layer, Stand.MOVING)

    def leaving(self, node_id: str, layer: str) -> Iterator[int]:
        """Yield the states of goods that may leave a layer by a terminal: all there are."""
        yield from self.boarding(node_id, layer)
        if (node_id, layer, Stand.LANDED) in self.index:
            yield self.at(node_id, layer, Stand.LANDED)

    def in_wagons(self, node_id: str, layer: str) -> int:
        """Return the state of goods that came in their wagon: moving, ready where none move off."""
        moving = self.index.get((node_id, layer, Stand.MOVING))
        return self.at(node_id, layer) if moving is None else moving

    def add_lonely(self, node_ids: Sequence[str]) -> None:
        """Add places that nothing leads to, by road: goods there are at least where they are."""
        met = {node_id for node_id, _, _ in self.index}
        for node_id in node_ids:
            if node_id not in met:
                self.at(node_id, "road")

    def ready(self) -> dict[tuple[str, str], int]:
        """Return (node_id, layer) -> the state of goods that are ready there."""
        return {
            (node_id, layer): state
            for (node_id, layer, stand), state in self.index.items()
            if stand is Stand.READY
        }

    def ready_states(self) -> Ints:
        """Return the state of goods that are ready at the place and layer of each state."""
        ready = [self.index[node_id, layer, Stand.READY] for node_id, layer, _ in self.index]
        return np.array(ready, dtype=np.int64)


def _places_of_change(terminals: Sequence[Row]) -> set[tuple[str, str]]:
    """Return the places and layers where goods change from service to service by a terminal."""
    return {
        (row["node_id"], row["from_layer"])
        for row in terminals
        if row["from_layer"] == row["to_layer"]
    }


def _only_by_service(services: Sequence[Row]) -> set[str]:
    """Return the links that goods pass only by the services over them."""
    return {link_id for row in services if row["required"] for link_id in row["link_ids"].split()}


class _LinkStates(NamedTuple):
    """The states at the ends of links, and who passes these by themselves.

    state: number at the start and the end of each link of goods that are ready and that are moving
    [links, 2, 2]; -1 where there are none. ends: (place, layer, stand) by number. passed, departs,
    two_way: whether goods use the link by themselves, take hours of departure, go back [links].
    """

    state: Ints
    ends: list[tuple[str, str, Stand]]
    passed: Bools
    departs: Bools
    two_way: Bools

    def numbers(self) -> dict[tuple[str, str, Stand], int]:
        """Return the number of every state."""
        return {end: number for number, end in enumerate(self.ends)}


class _LinkArcs(NamedTuple):
    """The arcs of links that goods may use by themselves [arcs]; as in :class:`Arc`."""

    tail: Ints
    head: Ints
    row: Ints
    is_forward: Bools
    departs: Bools

    def runs(self) -> list[tuple[LinkRun, ...]]:
        """Return the link that each arc runs over."""
        pairs = zip(self.row.tolist(), self.is_forward.tolist(), strict=True)
        return [(LinkRun(row, is_forward),) for row, is_forward in pairs]


def _link_states(
    node_ids: Sequence[str],
    links: pl.DataFrame,
    only_by_service: Collection[str],
    departing_modes: Collection[str],
) -> _LinkStates:
    """Return the states at the ends of links, numbered in the order of links.

    Of each link: those where goods are ready, then those where they are moving by themselves.
    """
    node_row = {node_id: row for row, node_id in enumerate(node_ids)}
    names, layer = _layers_of_links(links)
    link_ids = links["link_id"].to_list()
    modes = links["mode"].to_list()
    passed = np.array([link_id not in only_by_service for link_id in link_ids], bool)
    departs = passed & np.array([mode in departing_modes for mode in modes], bool)

    ends = [
        [node_row[node_id] for node_id in links[column].to_list()]
        for column in ("from_node_id", "to_node_id")
    ]
    place_and_layer = np.array(ends, np.int64).T.reshape(-1, 2) * len(names) + layer[:, None]
    keys = np.stack([2 * place_and_layer, 2 * place_and_layer + 1], axis=1)  # ready, moving
    is_met = np.stack([np.ones(len(layer), bool), departs], axis=1)

    met = keys[is_met].ravel()
    unique, first, number = np.unique(met, return_index=True, return_inverse=True)
    in_order = np.argsort(first)
    rank = np.empty(len(unique), np.int64)
    rank[in_order] = np.arange(len(unique))

    state = np.full(keys.shape, -1, np.int64)
    state[is_met] = rank[number].reshape(-1, 2)
    stands = (Stand.READY, Stand.MOVING)
    named = [
        (node_ids[key // 2 // len(names)], names[key // 2 % len(names)], stands[key % 2])
        for key in unique[in_order].tolist()
    ]
    two_way = links["two_way"].fill_null(False).to_numpy()
    return _LinkStates(state.swapaxes(1, 2), named, passed, departs, two_way)


def _layers_of_links(links: pl.DataFrame) -> tuple[list[str], Ints]:
    """Return the layers of links by name, and the number of each link's [links]."""
    numbers: dict[tuple[str, int | None], int] = {}
    pairs = zip(links["mode"].to_list(), links["gauge_mm"].to_list(), strict=True)
    number = np.array([numbers.setdefault(pair, len(numbers)) for pair in pairs], np.int64)

    names = [schema.layer(*pair) for pair in numbers]
    unique = list(dict.fromkeys(names))
    return unique, np.array([unique.index(name) for name in names], np.int64)[number]


def _link_arcs(links: _LinkStates) -> _LinkArcs:
    """Return the arcs of links that goods may use by themselves, in each direction they allow.

    In each direction that of moving goods, then that of those that have stood ready.
    """
    ready = links.state[:, :, 0]
    under_way = np.where(links.departs[:, None], links.state[:, :, 1], ready)
    count = len(ready)

    # [links, forward and backward, moving and departing]
    head = np.repeat(under_way[:, ::-1, None], 2, axis=2)
    tail = np.stack([under_way, ready], axis=2)
    directions = np.stack([links.passed, links.passed & links.two_way], axis=1)
    is_arc = np.stack([directions, directions & links.departs[:, None]], axis=2)

    row = np.broadcast_to(np.arange(count)[:, None, None], is_arc.shape)
    is_forward = np.broadcast_to(np.array([True, False])[None, :, None], is_arc.shape)
    departs = np.broadcast_to(np.array([False, True])[None, None, :], is_arc.shape)
    return _LinkArcs(tail[is_arc], head[is_arc], row[is_arc], is_forward[is_arc], departs[is_arc])


def _service_arcs(
    states: _States,
    links: Sequence[Row],
    services: Sequence[Row],
    places_of_change: Collection[tuple[str, str]],
) -> Iterator[Arc]:
    """Yield the arcs of services in each direction: between any two of their ends and calls."""
    link_row = {row["link_id"]: i for i, row in enumerate(links)}

    for i, service in enumerate(services):
        rows = [link_row[link_id] for link_id in service["link_ids"].split() if link_id in link_row]
        for is_forward in (True, False):
            runs = _service_runs(links, rows if is_forward else rows[::-1], service, is_forward)
            for first, last in combinations(_stops(links, runs, service), 2):
                part = runs[first:last]
                end = _run_end(links, part[-1])
                head = _landing(states, end, service, places_of_change)
                for tail in states.boarding(*_run_start(links, part[0])):
                    yield Arc(tail, head, "service", i, part, is_forward, runs[:first])


def _landing(
    states: _States,
    end: tuple[str, str],
    service: Row,
    places_of_change: Collection[tuple[str, str]],
) -> int:
    """Return the state of goods that leave a service at a place and layer."""
    ready = states.at(*end)
    if end in places_of_change:
        return states.at(*end, Stand.LANDED)
    return states.in_wagons(*end) if service["required"] else ready


def _stops(links: Sequence[Row], runs: Sequence[LinkRun], service: Row) -> list[int]:
    """Return where goods may board and leave, as numbers of links run over by then."""
    if not runs:
        return []
    calls = (service["calls"] or "").split()
    places = [_run_end(links, run)[0] for run in runs[:-1]]
    between = [number for number, place in enumerate(places, start=1) if place in calls]
    return [0, *between, len(runs)]


def _terminal_arcs(states: _States, terminals: Sequence[Row]) -> Iterator[Arc]:
    """Yield the arcs of terminals, in each direction they allow."""
    for i, row in enumerate(terminals):
        start = (row["node_id"], row["from_layer"])
        end = (row["node_id"], row["to_layer"])
        if start == end:
            ready = states.at(*start)
            yield Arc(states.at(*start, Stand.LANDED), ready, "terminal", i, (), True)
            continue

        # States are numbered in the order of the row, whatever leads there.
        head_at_start = states.at(*start)
        head_at_end = states.at(*end)
        if _share_wagons(row["from_layer"], row["to_layer"]):
            head_at_start = states.in_wagons(*start)
            head_at_end = states.in_wagons(*end)

        for tail in states.leaving(*start):
            yield Arc(tail, head_at_end, "terminal", i, (), True)
        if row["two_way"]:
            for tail in states.leaving(*end):
                yield Arc(tail, head_at_start, "terminal", i, (), False)


def _share_wagons(layer: str, other: str) -> bool:
    """Tell whether a wagon passes from one layer to another: rails and ferries of one gauge."""
    gauge = layer.partition("-")[2]
    return gauge != "" and gauge == other.partition("-")[2]


def link_layer(link: Row) -> str:
    """Return the layer of a row of ``links``."""
    return schema.layer(link["mode"], link["gauge_mm"])


def _run_start(links: Sequence[Row], run: LinkRun) -> tuple[str, str]:
    """Return the place and layer where a run over a link starts."""
    link = links[run.link]
    return link["from_node_id" if run.is_forward else "to_node_id"], link_layer(link)


def _run_end(links: Sequence[Row], run: LinkRun) -> tuple[str, str]:
    """Return the place and layer where a run over a link ends."""
    link = links[run.link]
    return link["to_node_id" if run.is_forward else "from_node_id"], link_layer(link)


def _service_runs(
    links: Sequence[Row], rows: Sequence[int], service: Row, is_forward: bool
) -> tuple[LinkRun, ...]:
    """Return how a service runs over its links in one direction; empty if it does not run so.

    rows: of its links, in the order of that direction. A single link fits both ways round; forward
    then means from its from_node.
    """
    if not rows:
        return ()

    first = links[rows[0]]
    for start in (first["from_node_id"], first["to_node_id"]):
        runs = _chained(links, rows, start)
        if not runs or (len(runs) == 1 and runs[0].is_forward != is_forward):
            continue
        if service["from_node_id"] in (None, start):
            return runs
    return ()


def _chained(links: Sequence[Row], rows: Sequence[int], start: str) -> tuple[LinkRun, ...]:
    """Return the links in a row from a place, each beginning where the last ends; else empty."""
    runs: list[LinkRun] = []
    place = start

    for row in rows:
        link = links[row]
        is_forward = link["from_node_id"] == place
        if not is_forward and (link["to_node_id"] != place or not link["two_way"]):
            return ()

        place = link["to_node_id"] if is_forward else link["from_node_id"]
        runs.append(LinkRun(row, is_forward))
    return tuple(runs)
