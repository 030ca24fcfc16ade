"""Elements: what of a network can fail, and which arcs fail with it.

Links, nodes, crossings and countries have a selector as their id, so that it can be written into a
change or a hazard as it stands; terminals and hazards have their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from corridor.errors import CallError, UnknownName
from corridor.flows.demand import DemandArrays, part
from corridor.kernels import Ints
from corridor.kernels.records import Groups
from corridor.language.messages import message
from corridor.network.graph import pointers
from corridor.network.network import Network


@dataclass(frozen=True, eq=False)
class Element:
    """One thing that can fail: its kind, id, name as printed, and the arcs that fail with it.

    arcs int64 [arcs of it]: in CSR order, each once.
    """

    kind: str
    element_id: str
    name: str
    arcs: Ints


class Scope(NamedTuple):
    """What fails with an element: its rows of the tables ``links`` and ``terminals``."""

    element_id: str
    name: str
    links: Sequence[int] = ()
    terminals: Sequence[int] = ()


def elements(arrays: DemandArrays, kinds: Sequence[str]) -> list[Element]:
    """Return the elements of some kinds, in the order of their tables.

    A link fails with every service that runs over it; a node and a country with every link and
    terminal there. Raises UnknownName for another kind.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise UnknownName("kind of element", kind, KINDS)

    arcs_of_link, arcs_of_terminal = _arcs_by_row(arrays)
    failing = []
    for kind in kinds:
        for scope in _SCOPES[kind](arrays.network):
            arcs = [part(arcs_of_link, link) for link in scope.links]
            arcs += [part(arcs_of_terminal, terminal) for terminal in scope.terminals]
            each_once = np.unique(np.concatenate([np.zeros(0, np.int64), *arcs]))
            failing.append(Element(kind, scope.element_id, scope.name, each_once))
    return failing


def _arcs_by_row(arrays: DemandArrays) -> tuple[Groups, Groups]:
    """Return the arcs in CSR order that run over each link, and those of each terminal."""
    network = arrays.network
    graph = network.graph
    number = np.empty(graph.arcs_count, np.int64)
    number[arrays.arc_of] = np.arange(graph.arcs_count)

    arc, direction = graph.runs_of_arcs
    handling = np.flatnonzero(graph.is_terminal)
    return (
        _grouped(direction // 2, number[arc], network.frames["links"].height),
        _grouped(graph.row[handling], number[handling], network.frames["terminals"].height),
    )


def _grouped(row: Ints, arc: Ints, count: int) -> Groups:
    """Return the arcs of each row, in order; row, arc: of every pair."""
    order = np.lexsort((arc, row))
    return Groups(arc[order], pointers(row, count))


def _links(network: Network) -> Iterator[Scope]:
    nodes = network.by_id("nodes")
    for link, row in enumerate(network.rows("links")):
        name = message(
            "{one} - {other}, {mode}",
            one=nodes[row["from_node_id"]]["name"],
            other=nodes[row["to_node_id"]]["name"],
            mode=row["mode"],
        )
        yield Scope(row["link_id"], name, links=[link])


def _nodes(network: Network) -> Iterator[Scope]:
    ends = _ends_of_links(network)
    terminals_at = network.frames["terminals"]["node_id"].to_list()
    for row in network.rows("nodes"):
        node_id = row["node_id"]
        yield Scope(
            f"node:{node_id}",
            row["name"],
            links=[link for link, nodes in enumerate(ends) if node_id in nodes],
            terminals=[terminal for terminal, node in enumerate(terminals_at) if node == node_id],
        )


def _terminals(network: Network) -> Iterator[Scope]:
    nodes = network.by_id("nodes")
    for terminal, row in enumerate(network.rows("terminals")):
        name = message(
            "{place}: {layer} - {other_layer}",
            place=nodes[row["node_id"]]["name"],
            layer=_layer(row["from_layer"]),
            other_layer=_layer(row["to_layer"]),
        )
        yield Scope(row["terminal_id"], name, terminals=[terminal])


def _layer(name: str) -> str:
    """Return a layer as it is printed."""
    mode, _, gauge = name.partition("-")
    if not gauge:
        return mode
    # Translators: a mode and its gauge in millimetres, as in rail-1520.
    return message("{mode}-{figure}", mode=mode, figure=gauge)


def _crossings(network: Network) -> Iterator[Scope]:
    names = _country_names(network)
    links_between: dict[tuple[str, str], list[int]] = {}
    for link, countries in enumerate(_countries_of_links(network)):
        first, second = sorted(countries)
        if first != second:
            links_between.setdefault((first, second), []).append(link)

    for (first, second), links in links_between.items():
        name = message(
            "{one} - {other}, every crossing",
            one=names.get(first, first),
            other=names.get(second, second),
        )
        yield Scope(f"crossing:{first}-{second}", name, links=links)


def _countries(network: Network) -> Iterator[Scope]:
    countries_of_links = _countries_of_links(network)
    names = _country_names(network)
    nodes = network.by_id("nodes")
    terminal_nodes = network.frames["terminals"]["node_id"].to_list()
    terminals_in = [nodes[node_id]["country"] for node_id in terminal_nodes]

    for country in dict.fromkeys(row["country"] for row in network.rows("nodes")):
        yield Scope(
            f"country:{country}",
            names.get(country, country),
            links=[link for link, ends in enumerate(countries_of_links) if country in ends],
            terminals=[terminal for terminal, at in enumerate(terminals_in) if at == country],
        )


def _country_names(network: Network) -> dict[str, str]:
    return {row["country"]: row["name"] for row in network.rows("countries")}


def _hazards(network: Network) -> Iterator[Scope]:
    for row in network.rows("hazards"):
        try:
            covered = network.selected_links(row["row_id"])
        except ValueError as error:
            raise CallError(f"hazard {row['hazard_id']!r}: {error}.") from None
        yield Scope(row["hazard_id"], row["name"], links=covered)


def _ends_of_links(network: Network) -> list[tuple[str, str]]:
    return network.frames["links"].select("from_node_id", "to_node_id").rows()


def _countries_of_links(network: Network) -> list[tuple[str, str]]:
    country = network.frames["nodes"]["country"].to_list()
    ends = network.graph.link_ends.tolist()
    return [(country[start], country[end]) for start, end in ends]


_SCOPES: dict[str, Callable[[Network], Iterator[Scope]]] = {
    "link": _links,
    "node": _nodes,
    "terminal": _terminals,
    "crossing": _crossings,
    "country": _countries,
    "hazard": _hazards,
}
KINDS = tuple(_SCOPES)
