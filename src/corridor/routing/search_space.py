"""Search space: the network's graph in CSR order, a copy for each set of requirements met."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from corridor.errors import CallError
from corridor.kernels import Bools, Ints
from corridor.network.graph import Graph, group_members

MAX_REQUIRED = 5


class Requirement(NamedTuple):
    """A place, mode or country that every route must pass.

    arcs: those that meet it [arcs]; is_met: by goods that have not left yet.
    """

    arcs: Bools
    is_met: bool


class SearchSpace(NamedTuple):
    """Arcs in CSR order: those out of each state stand together.

    ptr: where the arcs of each state begin [states + 1]; head: the state each leads to; arc_of: its
    arc of the network's graph. starts: states; is_goal [states].
    """

    ptr: Ints
    head: Ints
    arc_of: Ints
    starts: Ints
    is_goal: Bools


def search_space(
    graph: Graph, starts: Sequence[int], goals: Sequence[int], requirements: Sequence[Requirement]
) -> SearchSpace:
    """Return the graph a search runs over.

    State s with the requirements of a mask met is s + states x mask; an arc that meets one leads
    into the copy where it is met, and goals are those of the copy where all are.

    Parameters
    ----------
    graph
        The network's graph.
    starts, goals
        States of it.
    requirements
        Each doubles the number of states.

    Raises
    ------
    CallError
        For more than MAX_REQUIRED requirements.
    """
    if len(requirements) > MAX_REQUIRED:
        raise CallError(
            f"At most {MAX_REQUIRED} places, modes or countries can be required at once."
        )

    states = graph.states_count
    if not requirements:
        by_state = graph.arcs_by_state
        is_goal = np.zeros(states, bool)
        is_goal[list(goals)] = True
        return SearchSpace(
            ptr=by_state.ptr,
            head=by_state.head,
            arc_of=by_state.arc,
            starts=np.array(starts, np.int64),
            is_goal=is_goal,
        )

    copies = 1 << len(requirements)
    gains = _gains(graph, requirements)
    tail = np.concatenate([graph.tail + states * mask for mask in range(copies)])
    head = np.concatenate([graph.head + states * (mask | gains) for mask in range(copies)])
    arc_of = np.tile(np.arange(graph.arcs_count), copies)
    order, ptr = group_members(tail, states * copies)

    met = sum(1 << bit for bit, requirement in enumerate(requirements) if requirement.is_met)
    is_goal = np.zeros(states * copies, bool)
    is_goal[[goal + states * (copies - 1) for goal in goals]] = True
    return SearchSpace(
        ptr=ptr,
        head=head[order],
        arc_of=arc_of[order],
        starts=np.array([start + states * met for start in starts], np.int64),
        is_goal=is_goal,
    )


def _gains(graph: Graph, requirements: Sequence[Requirement]) -> Ints:
    """Return the requirements that every arc meets, as bits [arcs]."""
    gains = np.zeros(graph.arcs_count, np.int64)
    for bit, requirement in enumerate(requirements):
        gains |= requirement.arcs.astype(np.int64) << bit
    return gains
