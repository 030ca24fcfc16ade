"""Visits: states that stand once more, for goods that were at a place they may come to once.

Goods that were at such a place differ from others only where they could come back to it. There a
state stands once for those that were nowhere, and once for each set of places that others may have
come from. The search then compares labels as if there was nothing to remember.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from corridor.kernels import Ints
from corridor.routing.query import Query
from corridor.routing.turn_backs import places_of_arcs


class Visits(NamedTuple):
    """The search graph of a question, and after its states those that stand once more.

    ptr: where the arcs of each state begin [states + 1]; head: the state each arc leads to. state,
    arc: which of the question each of them is.
    """

    ptr: Ints
    head: Ints
    state: Ints
    arc: Ints


def once_each(query: Query) -> Visits:
    """Return the search graph of a question as it is: each state stands once."""
    return Visits(query.ptr, query.head, np.arange(len(query.is_goal)), np.arange(len(query.head)))


def visits(
    query: Query, minded: Mapping[int, Collection[int]], most: int | None = None
) -> Visits | None:
    """Return the search graph in which goods come to some places once.

    minded: places by number, each with the states of the network's graph at which it is remembered
    that goods were there. most: how many states may stand once more; null: as many as the question
    has. Null where more would: sets of places grow where many are near each other.
    """
    as_asked = once_each(query)
    if not minded:
        return as_asked

    further = _Further(query, minded)
    head = query.head.copy()
    for arc, places in further.comes_to.items():
        head[arc] = further.state(arc, places)

    arcs_of, heads, counts = further.arcs(len(query.is_goal) if most is None else most)
    if len(counts) < len(further.members):
        return None
    return Visits(
        np.concatenate([query.ptr, query.ptr[-1] + np.cumsum(counts, dtype=np.int64)]),
        np.concatenate([head, np.array(heads, np.int64)]),
        np.concatenate([as_asked.state, np.array([state for state, _ in further.members], int)]),
        np.concatenate([as_asked.arc, np.array(arcs_of, np.int64)]),
    )


class _Further:
    """The states that stand once more, found from the arcs that lead to them.

    comes_to: minded places as bits, of the arcs that come to any; members: each a state of the
    question and the places that goods were at, in their order after all states of the question.
    """

    def __init__(self, query: Query, minded: Mapping[int, Collection[int]]) -> None:
        self._query = query
        self._number: dict[tuple[int, int], int] = {}
        self._remembered: dict[int, int] = defaultdict(int)  # by state of the network's graph
        self.members: list[tuple[int, int]] = []
        self.comes_to: dict[int, int] = defaultdict(int)

        places = places_of_arcs(query.network)
        for number, (place, states) in enumerate(minded.items()):
            for arc in np.flatnonzero(places.come_to(place)[query.arc_of]).tolist():
                self.comes_to[arc] |= 1 << number
            for state in states:
                self._remembered[state] |= 1 << number

    def state(self, arc: int, places: int) -> int:
        """Return the state that an arc leads goods to that were at some places."""
        head = int(self._query.head[arc])
        known = places & self._remembered.get(head % self._query.graph.states_count, 0)
        if not known:
            return head

        member = (head, known)
        if member not in self._number:
            self._number[member] = len(self._query.is_goal) + len(self.members)
            self.members.append(member)
        return self._number[member]

    def arcs(self, most: int) -> tuple[list[int], list[int], list[int]]:
        """Return arcs out of the members and the states they lead to, and how many each has.

        most: members of which arcs are sought; where there are more, those of the first.
        """
        arcs: list[int] = []
        heads: list[int] = []
        counts: list[int] = []
        for state, places in self.members:  # which grow meanwhile
            if len(counts) == most:
                break
            ways = [
                arc
                for arc in range(self._query.ptr[state], self._query.ptr[state + 1])
                if not self.comes_to.get(arc, 0) & places
            ]
            arcs += ways
            heads += [self.state(arc, places | self.comes_to.get(arc, 0)) for arc in ways]
            counts.append(len(ways))
        return arcs, heads, counts
