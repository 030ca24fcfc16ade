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

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import chain, combinations, starmap
from typing import Any, NamedTuple, TypeVar, overload

import numpy as np
import polars as pl

from corridor.kernels import Bools, Floats, Ints
from corridor.kernels.records import Groups
from corridor.tables import schema

Row = dict[str, Any]
Key = TypeVar("Key", int, Ints)
Value = TypeVar("Value", bound=Hashable)


class LinkRun(NamedTuple):
    """A link as an arc runs over it: its row, and whether from its from_node to its to_node."""

    link: int
    is_forward: bool

    @classmethod
    def of(cls, direction: int) -> LinkRun:
        """Return the run of a row among the directions of links."""
        return cls(direction // 2, direction % 2 == 0)

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


class Runs(Sequence[tuple[LinkRun, ...]]):
    """The links that every arc runs over, in order; those of an arc are made when it is looked at.

    ptr: where those of each arc begin [arcs + 1]; direction: of every link, see :class:`LinkRun`.
    """

    def __init__(self, ptr: Ints, direction: Ints) -> None:
        self.ptr = ptr
        self.direction = direction
        self._made: dict[int, tuple[LinkRun, ...]] = {}

    @classmethod
    def of(cls, runs: Sequence[Sequence[LinkRun]]) -> Runs:
        """Return the runs of some arcs."""
        directions = [run.direction for run in chain.from_iterable(runs)]
        counts = np.array([0, *map(len, runs)], np.int64)
        return cls(np.cumsum(counts), np.array(directions, np.int64))

    def after(self, direction: Ints) -> Runs:
        """Return these after those of other arcs, of which each runs over one link [arcs]."""
        ptr = np.concatenate([np.arange(len(direction)), len(direction) + self.ptr])
        return Runs(ptr, np.concatenate([direction, self.direction]))

    def key(self) -> tuple[bytes, bytes]:
        """Return what is equal where the arcs run over the same links."""
        return self.ptr.tobytes(), self.direction.tobytes()

    def counts(self) -> Ints:
        """Return over how many links each arc runs [arcs]."""
        return np.diff(self.ptr)

    def __len__(self) -> int:
        return len(self.ptr) - 1

    @overload
    def __getitem__(self, arc: int) -> tuple[LinkRun, ...]: ...

    @overload
    def __getitem__(self, arc: slice) -> list[tuple[LinkRun, ...]]: ...

    def __getitem__(self, arc: int | slice) -> tuple[LinkRun, ...] | list[tuple[LinkRun, ...]]:
        if isinstance(arc, slice):
            return [self[number] for number in range(len(self))[arc]]
        runs = self._made.get(arc)
        if runs is None:
            directions = self.direction[self.ptr[arc] : self.ptr[arc + 1]].tolist()
            runs = self._made[arc] = tuple(map(LinkRun.of, directions))
        return runs

    def __iter__(self) -> Iterator[tuple[LinkRun, ...]]:
        runs = list(map(LinkRun.of, self.direction.tolist()))
        bounds = self.ptr.tolist()
        for begin, end in zip(bounds[:-1], bounds[1:], strict=True):
            yield tuple(runs[begin:end])


class ArcsByState(NamedTuple):
    """Arcs in CSR order: those out of each state stand together.

    ptr: where the arcs of each state begin [states + 1]; arc: their numbers; head: where they lead.
    """

    ptr: Ints
    arc: Ints
    head: Ints


class Stand(IntEnum):
    """How goods stand at a place and layer."""

    READY = 0
    MOVING = 1
    LANDED = 2


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

    state_node: node row of every state [states]. state_layer: layer name [states]. ready_state: of
    goods that are ready at the place and layer of every state [states]. tail, head: state of every
    arc [arcs]. kind: ``link``, ``service`` or ``terminal`` [arcs]. row: row of the arc's links,
    services or terminals table. runs: for link and service arcs the links run over; empty for
    terminals. forward: whether a service or terminal is taken as its row has it. earlier: the links
    a service has run over before the arc begins [arcs]. departs: whether goods move off by
    themselves on the arc, which takes hours of departure [arcs]. link_states: of goods
    that are ready in the layer of each link where it starts and ends [links, 2].
    """

    node_ids: list[str]
    link_states: Ints
    state_node: Ints
    state_layer: list[str]
    ready_state: Ints
    tail: Ints
    head: Ints
    kind: list[str]
    row: Ints
    runs: Runs
    forward: list[bool]
    earlier: Runs
    departs: list[bool]

    @property
    def states_count(self) -> int:
        """Return the number of states."""
        return len(self.state_layer)

    @property
    def arcs_count(self) -> int:
        """Return the number of arcs."""
        return len(self.kind)

    @property
    def link_ends(self) -> Ints:
        """The rows of the places where links start and end [links, 2]."""
        return self.state_node[self.link_states]

    @cached_property
    def is_terminal(self) -> Bools:
        """Tell which arcs are handling at a terminal [arcs]."""
        return np.array([kind == "terminal" for kind in self.kind], bool)

    @cached_property
    def is_service(self) -> Bools:
        """Tell which arcs are rides with a service [arcs]."""
        return np.array([kind == "service" for kind in self.kind], bool)

    @cached_property
    def state_index(self) -> Mapping[tuple[str, str], int]:
        """(node_id, layer) -> the state of goods that are ready there."""
        return {
            (node_id, layer): state
            for node_id in self.node_ids
            for layer, state in self.layers_at(node_id).items()
        }

    def layers_at(self, node_id: str) -> Mapping[str, int]:
        """Return layer -> the state of goods that are ready there, of a place."""
        node = self._node_row.get(node_id)
        if node is None:
            return {}
        states, ptr = self._ready_by_node
        at_node = states[ptr[node] : ptr[node + 1]].tolist()
        return {self.state_layer[state]: state for state in at_node}

    @cached_property
    def _node_row(self) -> dict[str, int]:
        """Row of every place by its id."""
        return {node_id: row for row, node_id in enumerate(self.node_ids)}

    @cached_property
    def _ready_by_node(self) -> Groups:
        """The states of goods that are ready, place by place."""
        ready = np.flatnonzero(np.bincount(self.ready_state))
        by_node = group_members(self.state_node[ready], len(self.node_ids))
        return Groups(ready[by_node.numbers], by_node.ptr)

    def end_states(self, node_id: str) -> list[int]:
        """Return the states where goods start or end at a place, when no layer is named.

        By road where there is one, else on any layer ashore that a link or service serves; afloat,
        or in a terminal alone, only where nothing else is.
        """
        return _end_states(self.layers_at(node_id), self._ridden_states)

    @cached_property
    def starts_by_place(self) -> list[Ints]:
        """The states where goods start, for every row of nodes."""
        return [np.array(self.end_states(node_id), np.int64) for node_id in self.node_ids]

    @cached_property
    def ends_by_place(self) -> list[Ints]:
        """The states where goods end, however they stand there, for every row of nodes."""
        return [
            np.array(self.however_standing(states.tolist()), np.int64)
            for states in self.starts_by_place
        ]

    @cached_property
    def _ridden_states(self) -> set[int]:
        """The states of goods ready where a link or service begins or ends."""
        is_ride = ~self.is_terminal
        states = np.concatenate([self.tail[is_ride], self.head[is_ride]])
        return set(self.ready_state[states].tolist())

    @cached_property
    def runs_of_arcs(self) -> RunsOfArcs:
        """Every link that an arc runs over."""
        arc = np.repeat(np.arange(self.arcs_count), self.runs.counts())
        return RunsOfArcs(arc, self.runs.direction)

    @cached_property
    def arcs_by_state(self) -> ArcsByState:
        """The arcs out of each state, made once for all who ask."""
        arc, ptr = group_members(self.tail, self.states_count)
        return ArcsByState(ptr, arc, self.head[arc])

    def service(self, arc: int) -> int | None:
        """Return the row of the service that an arc is a ride of; null for a link or terminal."""
        return int(self.row[arc]) if self.kind[arc] == "service" else None

    def however_standing(self, ready: Sequence[int]) -> list[int]:
        """Return the states of goods, however they stand, where they may be ready: of an end."""
        return sorted(state for end in set(ready) for state in self._standing(end))

    def _standing(self, ready: int) -> list[int]:
        """Return the states of goods, however they stand, where they may be ready in a state."""
        states, ptr = self._by_ready_state
        standing: list[int] = states[ptr[ready] : ptr[ready + 1]].tolist()
        return standing

    @cached_property
    def _by_ready_state(self) -> Groups:
        """States by that of goods ready at their place and layer."""
        return group_members(self.ready_state, self.states_count)


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
    ends = _link_ends(node_ids, link_frame)
    of_links = _link_states(
        ends, len(node_ids), link_frame, _only_by_service(services), departing_modes
    )
    states = _States(node_ids, of_links)
    by_links = _link_arcs(of_links)
    arcs = [
        *_service_arcs(states, links, services, _places_of_change(terminals)),
        *_terminal_arcs(states, terminals),
    ]
    states.add_lonely()

    others = Runs.of([arc.runs for arc in arcs])
    earlier = Runs.of([arc.earlier for arc in arcs])
    no_runs = np.zeros(len(by_links.row), np.int64)
    return Graph(
        node_ids=node_ids,
        link_states=of_links.state[:, :, 0],
        state_node=states.nodes(),
        state_layer=states.layer_names(),
        ready_state=states.ready_states(),
        tail=_joined(by_links.tail, [arc.tail for arc in arcs]),
        head=_joined(by_links.head, [arc.head for arc in arcs]),
        kind=["link"] * len(by_links.row) + [arc.kind for arc in arcs],
        row=_joined(by_links.row, [arc.row for arc in arcs]),
        runs=others.after(2 * by_links.row + ~by_links.is_forward),
        forward=by_links.is_forward.tolist() + [arc.is_forward for arc in arcs],
        earlier=Runs(np.concatenate([no_runs, earlier.ptr]), earlier.direction),
        departs=by_links.departs.tolist() + [arc.departs for arc in arcs],
    )


def pointers(groups: Ints, count: int) -> Ints:
    """Return where the members of each group begin once they are sorted by group [count + 1]."""
    ptr = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(groups, minlength=count), out=ptr[1:])
    return ptr


def group_members(groups: Ints, count: int) -> Groups:
    """Return the numbers of the members of each group, in order; groups: of every member."""
    return Groups(np.argsort(groups, kind="stable"), pointers(groups, count))


def members_of(ptr: Ints, groups: Ints) -> Ints:
    """Return the places of the members of some groups, one group after the other.

    ptr: where the members of every group begin, see :func:`pointers`.
    """
    counts = ptr[groups + 1] - ptr[groups]
    ends = np.cumsum(counts)
    shift = np.repeat(ptr[groups] - (ends - counts), counts)
    places: Ints = shift + np.arange(len(shift))
    return places


def number_values(values: Iterable[Value]) -> tuple[list[Value], Ints]:
    """Return the different values as they are first met, and the number of each among them."""
    numbers: dict[Value, int] = {}
    number = [numbers.setdefault(value, len(numbers)) for value in values]
    return list(numbers), np.array(number, np.int64)


def _joined(of_links: Ints, of_others: Sequence[int]) -> Ints:
    """Return the numbers of arcs of links and of all others, one after the other."""
    return np.concatenate([of_links, np.array(of_others, np.int64)])


class _States:
    """The (place, layer, stand) met so far, numbered in the order they were first met.

    Each is a key: (layer x places + place) x stands + stand, all by number; index: its state.
    """

    def __init__(self, node_ids: Sequence[str], links: _LinkStates) -> None:
        self.node_ids = node_ids
        self.node_row = {node_id: row for row, node_id in enumerate(node_ids)}
        self.layers = {name: number for number, name in enumerate(links.layers)}
        self.index = {key: number for number, key in enumerate(links.keys.tolist())}

    def key(self, node_id: str, layer: str, stand: Stand) -> int:
        """Return the key of a place, a layer and how goods stand there."""
        number = self.layers.setdefault(layer, len(self.layers))
        return _key(number * len(self.node_ids) + self.node_row[node_id], stand)

    def at(self, node_id: str, layer: str, stand: Stand = Stand.READY) -> int:
        """Return the number of a state."""
        return self.index.setdefault(self.key(node_id, layer, stand), len(self.index))

    def boarding(self, node_id: str, layer: str) -> Iterator[int]:
        """Yield the states of goods that may board a service: ready, or moving by themselves."""
        yield self.at(node_id, layer)
        if self.key(node_id, layer, Stand.MOVING) in self.index:
            yield self.at(node_id, layer, Stand.MOVING)

    def leaving(self, node_id: str, layer: str) -> Iterator[int]:
        """Yield the states of goods that may leave a layer by a terminal: all there are."""
        yield from self.boarding(node_id, layer)
        if self.key(node_id, layer, Stand.LANDED) in self.index:
            yield self.at(node_id, layer, Stand.LANDED)

    def in_wagons(self, node_id: str, layer: str) -> int:
        """Return the state of goods that came in their wagon: moving, ready where none move off."""
        moving = self.index.get(self.key(node_id, layer, Stand.MOVING))
        return self.at(node_id, layer) if moving is None else moving

    def add_lonely(self) -> None:
        """Add places that nothing leads to, by road: goods there are at least where they are."""
        is_met = np.zeros(len(self.node_ids), bool)
        is_met[self.nodes()] = True
        for row in np.flatnonzero(~is_met).tolist():
            self.at(self.node_ids[row], "road")

    def nodes(self) -> Ints:
        """Return the row of the place of every state [states]."""
        return self._keys() // len(Stand) % max(len(self.node_ids), 1)

    def layer_names(self) -> list[str]:
        """Return the layer of every state [states]."""
        names = list(self.layers)
        numbers = self._keys() // len(Stand) // max(len(self.node_ids), 1)
        return [names[number] for number in numbers.tolist()]

    def ready_states(self) -> Ints:
        """Return the state of goods that are ready at the place and layer of each state."""
        keys = self._keys()
        ready = keys - keys % len(Stand)
        return np.array([self.index[key] for key in ready.tolist()], np.int64)

    def _keys(self) -> Ints:
        """Return the key of every state, in order [states]."""
        return np.fromiter(self.index, np.int64, len(self.index))


def _key(place_and_layer: Key, stand: Stand) -> Key:
    """Return the keys of places and layers, as numbers, where goods stand so."""
    return place_and_layer * len(Stand) + stand.value


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
    [links, 2, 2]; -1 where there are none. keys: of the states, as :class:`_States` has them.
    layers: names. passed, departs, two_way: whether goods use the link by themselves, take hours of
    departure, go back [links].
    """

    state: Ints
    keys: Ints
    layers: list[str]
    passed: Bools
    departs: Bools
    two_way: Bools


class _LinkArcs(NamedTuple):
    """The arcs of links that goods may use by themselves [arcs]; as in :class:`Arc`."""

    tail: Ints
    head: Ints
    row: Ints
    is_forward: Bools
    departs: Bools


def _link_states(
    ends: Ints,
    places_count: int,
    links: pl.DataFrame,
    only_by_service: Collection[str],
    departing_modes: Collection[str],
) -> _LinkStates:
    """Return the states at the ends of links, numbered in the order of links.

    Of each link: those where goods are ready, then those where they are moving by themselves.
    ends: places where links start and end [links, 2].
    """
    layers, layer = _layers_of_links(links)
    passed = ~links["link_id"].is_in(sorted(only_by_service)).to_numpy()
    departs = passed & links["mode"].is_in(sorted(departing_modes)).to_numpy()

    place_and_layer = layer[:, None] * places_count + ends
    stands = [_key(place_and_layer, Stand.READY), _key(place_and_layer, Stand.MOVING)]
    keys = np.stack(stands, axis=1)
    is_met = np.stack([np.ones(len(layer), bool), departs], axis=1)

    met = keys[is_met].ravel()
    number, first = _numbers_of_keys(met, len(Stand) * len(layers) * places_count)
    state = np.full(keys.shape, -1, np.int64)
    state[is_met] = number.reshape(-1, 2)
    two_way = links["two_way"].fill_null(False).to_numpy()
    return _LinkStates(state.swapaxes(1, 2), met[first], layers, passed, departs, two_way)


def _numbers_of_keys(keys: Ints, count: int) -> tuple[Ints, Ints]:
    """Return the number of each key, in the order they are first met, and where that is.

    keys: from 0 to count - 1 [keys].
    """
    first_of = np.empty(count, np.int64)
    first_of[keys[::-1]] = np.arange(len(keys))[::-1]  # of equal keys the last written stays
    first = np.flatnonzero(first_of[keys] == np.arange(len(keys)))

    number_of = np.empty(count, np.int64)
    number_of[keys[first]] = np.arange(len(first))
    return number_of[keys], first


def _link_ends(node_ids: Sequence[str], links: pl.DataFrame) -> Ints:
    """Return the rows of the places where links start and end [links, 2]."""
    node_row = {node_id: row for row, node_id in enumerate(node_ids)}
    ends = [
        [node_row[node_id] for node_id in links[column].to_list()]
        for column in ("from_node_id", "to_node_id")
    ]
    return np.array(ends, np.int64).T


def _layers_of_links(links: pl.DataFrame) -> tuple[list[str], Ints]:
    """Return the layers of links by name, and the number of each link's [links]."""
    pairs, pair = number_values(
        zip(links["mode"].to_list(), links["gauge_mm"].to_list(), strict=True)
    )
    layers, layer = number_values(starmap(schema.layer, pairs))
    return layers, layer[pair]


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
    if not services:
        return

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
