"""Disjoint routes: how many routes without a link in common remain where an element fails."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from corridor import stopping
from corridor.closures.elements import Element
from corridor.flows.demand import DemandArrays
from corridor.network.network import Network
from corridor.steps import tell_step
from corridor.tables.schema import layer

UNLIMITED = 1 << 20  # capacity, in routes, of what is no link
Step = tuple[int, int]  # from a state to a state


class OpenLinks(NamedTuple):
    """What can be used on a day, as steps between states.

    links: for every step the (link row, forward) that make it, each of which one route may use.
    transfers: steps through terminals, which any number may use.
    """

    states_count: int
    links: Mapping[Step, Collection[tuple[int, bool]]]
    transfers: Collection[Step]


class Sides(NamedTuple):
    """The states on either side of an element."""

    near: Sequence[int]
    far: Sequence[int]


def disjoint_counts(arrays: DemandArrays, elements: Sequence[Element]) -> list[int | None]:
    """Return how many routes without a common link still join the sides of each element.

    The sides of a link are its places in its layer, of a crossing its countries; other elements
    have no two sides and get null. Only links some trip's cargo may use on the first day count;
    changing layer is not limited. Max-flow. Source: Menger (1927).
    """
    graph = arrays.network.graph
    open_links = _open_links(arrays)

    counts: list[int | None] = []
    for number, element in enumerate(elements):
        stopping.raise_if_stopped()
        tell_step("routes without a common link", number, len(elements))
        sides = _sides(arrays.network, element)
        if sides is None:
            counts.append(None)
            continue

        graph_arcs = arrays.arc_of[element.arcs].tolist()
        failed = {link for arc in graph_arcs for link, _ in graph.runs[arc]}
        counts.append(_max_flow(open_links, sides, failed))
    return counts


def _open_links(arrays: DemandArrays) -> OpenLinks:
    """Return the links and terminals that some trip's cargo may use on the first day."""
    network = arrays.network
    graph = network.graph
    first_day = arrays.weight[arrays.regime_of_day[0]]  # [classes, arcs]
    is_usable = (first_day >= 0).any(axis=0)

    links: dict[Step, set[tuple[int, bool]]] = {}
    transfers: set[Step] = set()
    for arc in arrays.arc_of[is_usable].tolist():
        if graph.kind[arc] == "terminal":
            tail, head = graph.ready_state[[graph.tail[arc], graph.head[arc]]].tolist()
            if tail != head:
                transfers.add((tail, head))
        for link, forward in graph.runs[arc]:
            step = _ends(network, link, forward)
            links.setdefault(step, set()).add((link, forward))
    return OpenLinks(graph.states_count, links, transfers)


def _max_flow(open_links: OpenLinks, sides: Sides, failed: Collection[int]) -> int:
    """Return the largest number of routes from one side to the other without the failed links."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    source = open_links.states_count
    sink = source + 1
    capacities = _capacities(open_links, failed)
    capacities += [(source, state, UNLIMITED) for state in sides.near]
    capacities += [(state, sink, UNLIMITED) for state in sides.far]

    tails, heads, room = np.array(capacities).T
    matrix = csr_array((room.astype(np.int32), (tails, heads)), shape=(sink + 1, sink + 1))
    matrix.sum_duplicates()
    return int(maximum_flow(matrix, source, sink).flow_value)


def _capacities(open_links: OpenLinks, failed: Collection[int]) -> list[tuple[int, int, int]]:
    """Return how many routes may make each step at once: one a link that has not failed."""
    capacities = [
        (tail, head, sum(link not in failed for link, _ in links))
        for (tail, head), links in open_links.links.items()
    ]
    capacities += [(tail, head, UNLIMITED) for tail, head in open_links.transfers]
    return [capacity for capacity in capacities if capacity[2]]


def _sides(network: Network, element: Element) -> Sides | None:
    """Return the states an element lies between; None where it has no two sides."""
    if element.kind == "link":
        link_ids = network.frames["links"]["link_id"].to_list()
        near, far = _ends(network, link_ids.index(element.element_id), forward=True)
        return Sides([near], [far]) if near != far else None

    if element.kind == "crossing":
        one_country, other_country = element.element_id.partition(":")[2].split("-")
        return Sides(_states_in(network, one_country), _states_in(network, other_country))

    return None


def _ends(network: Network, link: int, forward: bool) -> Step:
    """Return the states a link leads from and to."""
    row = network.rows("links")[link]
    layer_name = layer(row["mode"], row["gauge_mm"])
    from_state = network.graph.state_index[row["from_node_id"], layer_name]
    to_state = network.graph.state_index[row["to_node_id"], layer_name]
    return (from_state, to_state) if forward else (to_state, from_state)


def _states_in(network: Network, country: str) -> list[int]:
    is_in = (network.frames["nodes"]["country"] == country).fill_null(False).to_numpy()
    states: list[int] = np.flatnonzero(is_in[network.graph.state_node]).tolist()
    return states
