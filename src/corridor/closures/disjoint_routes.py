"""Disjoint routes: how many routes without a link in common remain where an element fails."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from corridor import stopping
from corridor.closures.elements import Element
from corridor.closures.failures import question_of
from corridor.flows.demand import DemandArrays
from corridor.kernels import Ints
from corridor.network.network import Network
from corridor.parallel import Block, BlockFolder, draw_ranges
from corridor.steps import tell_step

UNLIMITED = 1 << 20  # capacity, in routes, of what is no link


class OpenLinks(NamedTuple):
    """What can be used on a day, as steps between states.

    link, tail, head: of every direction of a link that may be passed, its row and the states it
    joins; one route may use each. transfer_tail, transfer_head: of steps through terminals, which
    any number may use.
    """

    states_count: int
    link: Ints
    tail: Ints
    head: Ints
    transfer_tail: Ints
    transfer_head: Ints


class Sides(NamedTuple):
    """The states on either side of an element."""

    near: Sequence[int]
    far: Sequence[int]


def disjoint_counts(
    arrays: DemandArrays, elements: Sequence[Element], folder: Path | None = None
) -> list[int | None]:
    """Return how many routes without a common link still join the sides of each element.

    The sides of a link are its places in its layer, of a crossing its countries; other elements
    have no two sides and get null. Only links some trip's cargo may use on the first day count;
    changing layer is not limited. folder: where counts are kept, so that a killed run goes on.
    Max-flow. Source: Menger (1927).
    """
    open_links = _open_links(arrays)
    blocks = None if folder is None else BlockFolder(folder, question_of(arrays, elements))

    def count(first: int, end: int) -> Block:
        counts = [_count(arrays, open_links, element) for element in elements[first:end]]
        return {"counts": np.array(counts, np.int64)}

    counts: list[int | None] = []
    for draws in draw_ranges(len(elements)):
        stopping.raise_if_stopped()
        tell_step("routes without a common link", draws.first, len(elements))
        compute = partial(count, *draws)
        block = blocks.once(draws, compute) if blocks else compute()
        counts += [None if number < 0 else number for number in block["counts"].tolist()]
    return counts


def _count(arrays: DemandArrays, open_links: OpenLinks, element: Element) -> int:
    """Return how many routes join the sides of an element without it; -1: it has no two sides."""
    sides = _sides(arrays.network, element)
    if sides is None:
        return -1

    runs = arrays.network.graph.runs
    failed = {run.link for arc in arrays.arc_of[element.arcs].tolist() for run in runs[arc]}
    return _max_flow(open_links, sides, failed)


def _open_links(arrays: DemandArrays) -> OpenLinks:
    """Return the links and terminals that some trip's cargo may use on the first day."""
    graph = arrays.network.graph
    first_day = arrays.weight[arrays.regime_of_day[0]]  # [classes, arcs]
    is_usable = np.zeros(graph.arcs_count, bool)
    is_usable[arrays.arc_of[(first_day >= 0).any(axis=0)]] = True

    arc, direction = graph.runs_of_arcs
    direction = np.unique(direction[is_usable[arc]])
    link = direction // 2
    is_backward = direction % 2
    handling = is_usable & graph.is_terminal
    transfers = graph.ready_state[np.stack([graph.tail[handling], graph.head[handling]])]
    transfers = np.unique(transfers[:, transfers[0] != transfers[1]], axis=1)
    return OpenLinks(
        graph.states_count,
        link,
        graph.link_states[link, is_backward],
        graph.link_states[link, 1 - is_backward],
        *transfers,
    )


def _max_flow(open_links: OpenLinks, sides: Sides, failed: Collection[int]) -> int:
    """Return the largest number of routes from one side to the other without the failed links."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import maximum_flow

    source = open_links.states_count
    sink = source + 1
    is_left = ~np.isin(open_links.link, list(failed))
    near = np.array(sides.near, np.int64)
    far = np.array(sides.far, np.int64)
    tail = [open_links.tail[is_left], open_links.transfer_tail, np.full(len(near), source), far]
    head = [open_links.head[is_left], open_links.transfer_head, near, np.full(len(far), sink)]

    room = np.full(sum(map(len, tail)), UNLIMITED, np.int32)
    room[: is_left.sum()] = 1
    steps = (np.concatenate(tail), np.concatenate(head))
    matrix = coo_array((room, steps), shape=(sink + 1, sink + 1)).tocsr()  # adds up equal steps
    return int(maximum_flow(matrix, source, sink).flow_value)


def _sides(network: Network, element: Element) -> Sides | None:
    """Return the states an element lies between; None where it has no two sides."""
    if element.kind == "link":
        link_ids = network.frames["links"]["link_id"].to_list()
        near, far = network.graph.link_states[link_ids.index(element.element_id)].tolist()
        return Sides([near], [far]) if near != far else None

    if element.kind == "crossing":
        one_country, other_country = element.element_id.partition(":")[2].split("-")
        return Sides(_states_in(network, one_country), _states_in(network, other_country))

    return None


def _states_in(network: Network, country: str) -> list[int]:
    is_in = (network.frames["nodes"]["country"] == country).fill_null(False).to_numpy()
    states: list[int] = np.flatnonzero(is_in[network.graph.state_node]).tolist()
    return states
