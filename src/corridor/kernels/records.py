"""Records: the named arrays that kernels take and return.

No Numba stands here, so that callers can name a record without loading it. Arrays of groups lie end
to end: those of group g from ``ptr[g]`` to before ``ptr[g + 1]``. Shapes are in brackets.
"""

from __future__ import annotations

from typing import NamedTuple

from corridor.kernels import Bools, Ints


class SearchGraph(NamedTuple):
    """Arcs in CSR order: those out of each state stand together."""

    ptr: Ints  # where the arcs out of each state begin [states + 1]
    head: Ints  # state each arc leads to [arcs]


class Calendars(NamedTuple):
    """When each arc can be entered: its spans of time, in order."""

    spans: Ints  # columns SPAN [spans, 3]
    ptr: Ints  # where the spans of each arc begin [arcs + 1]


class Trip(NamedTuple):
    """Where and when a search begins, and where it ends."""

    starts: Ints  # states [starts]
    depart: int  # minute
    is_goal: Bools  # [states]


class SearchLimits(NamedTuple):
    """What no label may exceed, and how many labels a search may hold."""

    last_arrival: int  # minute
    transshipments: int
    labels: int


class SpanColumns(NamedTuple):
    """Columns of the times an arc can be entered in, a row a span of int64 [spans, 3]."""

    start: int  # first minute
    end: int  # first minute no longer
    delay: int  # minutes of waiting after entering


class ArcColumns(NamedTuple):
    """Columns of what each arc adds to a label, a row an arc of int64 [arcs, 5]."""

    duration: int  # minutes; negative: no passage
    money: int
    carbon: int
    transshipments: int
    hazard_bits: int  # hazards met on the arc


class BoundColumns(NamedTuple):
    """Columns of the least that is still to come to the goal, a row a state of int64 [states, 4].

    UNREACHED where no route leads to the goal.
    """

    duration: int
    money: int
    carbon: int
    transshipments: int


class LabelColumns(NamedTuple):
    """Columns of the labels of a Pareto search, a row a label of int64 [labels, 9]."""

    state: int
    minute: int  # of arrival
    money: int
    carbon: int
    risk: int  # sum of the weights of the hazards met
    transshipments: int
    hazard_bits: int  # hazards met
    parent: int  # label it was made from; -1: a start
    arc: int  # taken from there; -1: a start


SPAN = SpanColumns(*range(3))
ARC = ArcColumns(*range(5))
BOUND = BoundColumns(*range(4))
LABEL = LabelColumns(*range(9))
CRITERIA_COLUMNS = slice(
    LABEL.minute, LABEL.risk + 1
)  # columns of a label: time, money, carbon, risk
