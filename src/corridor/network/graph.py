"""The graph of (place, layer) states that links, services and terminals make.

A layer is a mode, for rails and rail ferries with the gauge. Goods pass a place freely within a
layer and change layer only where a row of ``terminals`` says so. Closed and planned links are part
of the graph; calendars keep them shut.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from corridor.kernels import Ints
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


class Arc(NamedTuple):
    """A passage from one state to another: over links by themselves, by a service, by a terminal.

    row: of the table ``links``, ``services`` or ``terminals``, as kind says. earlier: the links a
    service has run over before goods board it at a call on its way.
    """

    tail: int
    head: int
    kind: str
    row: int
    runs: tuple[LinkRun, ...]
    is_forward: bool
    earlier: tuple[LinkRun, ...] = ()


@dataclass(frozen=True, eq=False)
class Graph:
    """States and arcs as arrays.

    state_node: node row of every state [states]. state_layer: layer name [states]. tail, head:
    state of every arc [arcs]. kind: ``link``, ``service`` or ``terminal`` [arcs]. runs: for link
    and service arcs the links run over; empty for terminals. row: row of the arc's links, services
    or terminals table. earlier: the links a service has run over before the arc begins [arcs].
    """

    node_ids: list[str]
    state_node: Ints
    state_layer: list[str]
    state_index: Mapping[tuple[str, str], int]
    tail: Ints
    head: Ints
    kind: list[str]
    row: Ints
    runs: list[tuple[LinkRun, ...]]
    forward: list[bool]
    earlier: list[tuple[LinkRun, ...]]

    @property
    def states_count(self) -> int:
        """Return the number of states."""
        return len(self.state_layer)

    @property
    def arcs_count(self) -> int:
        """Return the number of arcs."""
        return len(self.kind)

    def layers_at(self, node_id: str) -> dict[str, int]:
        """Return layer -> state of a place."""
        return {
            layer: state for (node, layer), state in self.state_index.items() if node == node_id
        }

    def end_states(self, node_id: str) -> list[int]:
        """Return the states where goods start or end at a place, when no layer is named.

        By road where there is one, else on any layer ashore that a link or service serves; afloat,
        or in a terminal alone, only where nothing else is.
        """
        return _end_states(self.layers_at(node_id), self._ridden_states())

    def end_states_by_place(self) -> list[list[int]]:
        """Return the states where goods start or end, for every row of nodes."""
        layers: list[dict[str, int]] = [{} for _ in self.node_ids]
        for state, node in enumerate(self.state_node.tolist()):
            layers[node][self.state_layer[state]] = state

        ridden = self._ridden_states()
        return [_end_states(state_of, ridden) for state_of in layers]

    def _ridden_states(self) -> set[int]:
        """Return the states where a link or service begins or ends."""
        is_ride = np.array([kind != "terminal" for kind in self.kind], bool)
        return {*self.tail[is_ride].tolist(), *self.head[is_ride].tolist()}

    def service(self, arc: int) -> int | None:
        """Return the row of the service that an arc is a ride of; null for a link or terminal."""
        return int(self.row[arc]) if self.kind[arc] == "service" else None


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
    node_ids: list[str], links: list[Row], services: list[Row], terminals: list[Row]
) -> Graph:
    """Return the graph of the rows of links, services and terminals."""
    states = _States()
    arcs = [
        *_link_arcs(states, links, services),
        *_service_arcs(states, links, services),
        *_terminal_arcs(states, terminals),
    ]
    states.add_lonely(node_ids)

    node_row = {node_id: row for row, node_id in enumerate(node_ids)}
    return Graph(
        node_ids=node_ids,
        state_node=np.array([node_row[node_id] for node_id, _ in states.index], dtype=np.int64),
        state_layer=[layer for _, layer in states.index],
        state_index=states.index,
        tail=np.array([arc.tail for arc in arcs], dtype=np.int64),
        head=np.array([arc.head for arc in arcs], dtype=np.int64),
        kind=[arc.kind for arc in arcs],
        row=np.array([arc.row for arc in arcs], dtype=np.int64),
        runs=[arc.runs for arc in arcs],
        forward=[arc.is_forward for arc in arcs],
        earlier=[arc.earlier for arc in arcs],
    )


@dataclass
class _States:
    """The (place, layer) states met so far, numbered in the order they were first met."""

    index: dict[tuple[str, str], int] = field(default_factory=dict)

    def at(self, node_id: str, layer: str) -> int:
        """Return the number of a state."""
        return self.index.setdefault((node_id, layer), len(self.index))

    def add_lonely(self, node_ids: Sequence[str]) -> None:
        """Add places that nothing leads to, by road: goods there are at least where they are."""
        met = {node_id for node_id, _ in self.index}
        for node_id in node_ids:
            if node_id not in met:
                self.at(node_id, "road")


def _link_arcs(states: _States, links: Sequence[Row], services: Sequence[Row]) -> Iterator[Arc]:
    """Yield the arcs of links that goods may use by themselves, in each direction they allow."""
    only_by_service = {
        link_id for row in services if row["required"] for link_id in row["link_ids"].split()
    }

    for i, row in enumerate(links):
        layer = link_layer(row)
        start = states.at(row["from_node_id"], layer)
        end = states.at(row["to_node_id"], layer)

        if row["link_id"] in only_by_service:
            continue
        yield Arc(start, end, "link", i, (LinkRun(i, True),), True)
        if row["two_way"]:
            yield Arc(end, start, "link", i, (LinkRun(i, False),), False)


def _service_arcs(states: _States, links: Sequence[Row], services: Sequence[Row]) -> Iterator[Arc]:
    """Yield the arcs of services in each direction: between any two of their ends and calls."""
    link_row = {row["link_id"]: i for i, row in enumerate(links)}

    for i, service in enumerate(services):
        rows = [link_row[link_id] for link_id in service["link_ids"].split() if link_id in link_row]
        for is_forward in (True, False):
            runs = _service_runs(links, rows if is_forward else rows[::-1], service, is_forward)
            for first, last in combinations(_stops(links, runs, service), 2):
                part = runs[first:last]
                start = states.at(*_run_start(links, part[0]))
                end = states.at(*_run_end(links, part[-1]))
                yield Arc(start, end, "service", i, part, is_forward, runs[:first])


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
        start = states.at(row["node_id"], row["from_layer"])
        end = states.at(row["node_id"], row["to_layer"])

        yield Arc(start, end, "terminal", i, (), True)
        if row["two_way"]:
            yield Arc(end, start, "terminal", i, (), False)


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
