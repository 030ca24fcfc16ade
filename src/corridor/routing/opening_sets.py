"""Opening sets: the smallest sets of closures whose lifting really gives a route.

A set counts where a search finds a route once it is lifted, and no part of it gives one. What ends
by itself and opening hours are waited out, so they are in no set that does without them. Why so,
and how they are searched for: docs/decisions/053.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, product

import numpy as np

from corridor import stopping
from corridor.kernels import Ints
from corridor.network.changes import Closure
from corridor.routing.obstacles import Obstacles, key, lift, obstacles
from corridor.routing.query import Query
from corridor.routing.search import TracedRoute, best_route

MAX_SETS = 5
MAX_CLOSURES = 6  # in one set, unless only more of them give a route
MAX_TRIES = 300  # searches with closures lifted, for one question
GOAL = -1  # stands for every state that is a goal


@dataclass(frozen=True, slots=True)
class Opening:
    """A smallest set of closures whose opening gives a route.

    links: link ids each closure shuts on the quickest and the cheapest route it gives. time_h,
    cost_usd: least hours, waits for what opens by itself included, and least money.
    """

    closures: tuple[Closure, ...]
    links: tuple[tuple[str, ...], ...]
    time_h: float | None
    cost_usd: float | None


def opening_sets(query: Query, *, most: int = MAX_SETS) -> tuple[Opening, ...]:
    """Return the smallest sets of closures whose lifting gives a route, fewest closures first.

    No set contains another. An empty set means that there is a route already. Empty answer: no
    route, whatever opens. most: of the sets.
    """
    standing = obstacles(query)
    trials = _Trials(query, standing)
    every = (1 << len(standing.closures)) - 1
    if not trials.opens(every):
        return ()

    masks = [0] if trials.opens(0) else _smallest_masks(trials, most)
    if not masks:
        masks = [trials.needed(0, _bits(every))]
    openings = [_opening(query, standing, mask) for mask in masks]
    return tuple(sorted(openings, key=_effort))


def _effort(opening: Opening) -> tuple[int, int, float]:
    """Return how hard a set is to open: closures, of them links never opened, hours it gives."""
    unopened = sum(closure.kind == "status" for closure in opening.closures)
    hours = np.inf if opening.time_h is None else opening.time_h
    return len(opening.closures), unopened, hours


class _Trials:
    """Searches of one question with closures lifted, each done once. Sets are masks of bits."""

    def __init__(self, query: Query, standing: Obstacles) -> None:
        self.query = query
        self.obstacles = standing
        self.answers: dict[int, bool] = {}

    def opens(self, mask: int) -> bool:
        """Tell whether there is a route once some closures are lifted."""
        if mask not in self.answers:
            stopping.raise_if_stopped()
            self.answers[mask] = best_route(self.lifted(mask), "time") is not None
        return self.answers[mask]

    def lifted(self, mask: int) -> Query:
        """Return the question without some closures."""
        return lift(self.query, self.obstacles.of_mask(mask)) if mask else self.query

    def cut(self, mask: int) -> int:
        """Return closures of which every set that opens lifts one, as a set lifts none of them.

        mask: a set that does not open. All that can be lifted with it in vain is, in halves; what
        is left is the cut.
        """
        every = (1 << len(self.obstacles.closures)) - 1
        return every & ~self._in_vain(mask, _bits(every & ~mask))

    def _in_vain(self, mask: int, others: Sequence[int]) -> int:
        """Return a set that does not open with as many others as leave it so."""
        if not self.opens(mask | sum(others)):
            return mask | sum(others)
        if len(others) == 1:
            return mask

        half = len(others) // 2
        return self._in_vain(self._in_vain(mask, others[:half]), others[half:])

    def needed(self, mask: int, others: Sequence[int]) -> int:
        """Return which others a set needs to open, none of them in vain; all together do.

        Source: Junker (2004), QuickXplain, AAAI-04.
        """
        if self.opens(mask):
            return 0
        if len(others) == 1:
            return others[0]

        half = len(others) // 2
        last = self.needed(mask | sum(others[:half]), others[half:])
        return last | self.needed(mask | last, others[:half])


def _bits(mask: int) -> list[int]:
    """Return the bits of a mask one by one."""
    return [1 << bit for bit in range(mask.bit_length()) if mask >> bit & 1]


def _smallest_masks(trials: _Trials, most: int) -> list[int]:
    """Return sets that open and of which no part does, fewest closures first.

    Sets come from the queue by their number of closures. Each is what stands on some chain of
    links, dates and waits apart; where a search finds no route with it lifted after all, it goes
    on with each closure of a cut.
    """
    query = trials.query
    unopened = sum(
        1 << bit for bit, c in enumerate(trials.obstacles.closures) if c.kind == "status"
    )
    met_at: dict[int, list[int]] = {}
    smallest: list[int] = []
    cuts: list[int] = []
    order = count()
    queue: list[tuple[int, int, int, int, int]] = []

    def enqueue(state: int, mask: int) -> None:
        if mask.bit_count() <= MAX_CLOSURES:
            effort = (mask.bit_count(), (mask & unopened).bit_count())
            heapq.heappush(queue, (*effort, next(order), state, mask))

    masks = _arc_masks(trials)
    for start in query.starts.tolist():
        enqueue(start, 0)
    while queue and len(smallest) < most and len(trials.answers) < MAX_TRIES:
        *_, state, mask = heapq.heappop(queue)
        met = met_at.setdefault(state, [])
        is_met = mask in met if state == GOAL else _contains_any(mask, met)
        if is_met or _contains_any(mask, smallest):
            continue
        met.append(mask)

        if state != GOAL:
            for head, union in _steps(query, masks, state, mask):
                enqueue(head, union)
            continue

        cut = next((cut for cut in cuts if not mask & cut), None)
        if cut is None and trials.opens(mask):
            smallest.append(mask)
            continue
        if cut is None:
            cut = trials.cut(mask)
            cuts.append(cut)
        for bit in _bits(cut):
            enqueue(GOAL, mask | bit)
    return smallest


def _steps(
    query: Query, masks: Sequence[Sequence[int]], state: int, mask: int
) -> Iterator[tuple[int, int]]:
    """Yield where a chain of links goes on from a state, and what it then needs lifted."""
    if query.is_goal[state]:
        yield GOAL, mask
        return

    for arc in range(int(query.ptr[state]), int(query.ptr[state + 1])):
        for closures in masks[arc]:
            yield int(query.head[arc]), mask | closures


def _contains_any(mask: int, others: Sequence[int]) -> bool:
    """Return whether a set contains another, or is the same."""
    return any(other & ~mask == 0 for other in others)


def _arc_masks(trials: _Trials) -> list[list[int]]:
    """Return for every arc of the search graph the smallest sets of closures it needs lifted.

    One of them is enough at some time from which goods can be there on. None: not to be passed.
    """
    standing = trials.obstacles
    query = trials.lifted((1 << len(standing.closures)) - 1)
    earliest = _earliest(query)
    tail = np.repeat(np.arange(len(query.ptr) - 1), np.diff(query.ptr)).tolist()

    masks: list[list[int]] = []
    for arc, state in zip(query.arc_of.tolist(), tail, strict=True):
        if query.duration_s[arc] < 0 or earliest[state] is None:
            masks.append([])
            continue
        links = {run.link for run in query.graph.runs[arc]} & standing.dated.keys()
        masks.append(_needed_at(standing, links, earliest[state]))
    return masks


def _needed_at(standing: Obstacles, links: set[int], from_s: int | None) -> list[int]:
    """Return the smallest sets of closures that leave every link open once from an instant on."""
    if not links:
        return [0]
    options = [
        _smallest([o.closures for o in standing.dated[link] if o.end_s > (from_s or 0)])
        for link in sorted(links)
    ]
    unions = []
    for together in product(*options):
        union = 0
        for mask in together:
            union |= mask
        unions.append(union)
    return _smallest(unions)


def _smallest(masks: Sequence[int]) -> list[int]:
    """Return those of some sets that contain no other."""
    smallest: list[int] = []
    for mask in sorted(set(masks), key=int.bit_count):
        if not _contains_any(mask, smallest):
            smallest.append(mask)
    return smallest


def _earliest(query: Query) -> list[int | None]:
    """Return the first second goods can be at each state, waits apart; null: never."""
    from corridor.kernels.paths import UNREACHED, dijkstra

    durations: Ints = query.duration_s[query.arc_of]
    distance, _ = dijkstra(query.ptr, query.head, durations, query.starts)
    return [
        None if seconds >= UNREACHED else query.depart_s + seconds for seconds in distance.tolist()
    ]


def _opening(query: Query, standing: Obstacles, mask: int) -> Opening:
    """Return what lifting a set of closures gives."""
    lifted = lift(query, standing.of_mask(mask))
    quickest = best_route(lifted, "time")
    cheapest = best_route(lifted, "cost")
    used = _links_used(query, quickest) | _links_used(query, cheapest)

    closures = [_closure_at(closure, standing, used) for closure in standing.of_mask(mask)]
    closures.sort(key=lambda closure: closure.kind == "status")  # what lies beneath comes last
    cost_usd = None
    if cheapest is not None:
        cost_usd = sum(int(query.usd_cents[arc]) for arc in cheapest.arcs) / 100
    return Opening(
        closures=tuple(closures),
        links=tuple(_links_of(closure, query, standing, used) for closure in closures),
        time_h=None if quickest is None else quickest.time_h,
        cost_usd=cost_usd,
    )


def _links_used(query: Query, route: TracedRoute | None) -> set[int]:
    """Return the link rows of a route."""
    arcs = () if route is None else route.arcs
    return {run.link for arc in arcs for run in query.graph.runs[arc]}


def _closure_at(closure: Closure, standing: Obstacles, used: set[int]) -> Closure:
    """Return a closure with its dates at the links used: the longest, where they differ."""
    there = [
        cause
        for link in sorted(used)
        for cause in standing.of_link.get(link, ())
        if key(cause) == key(closure)
    ]
    return max(there or [closure], key=lambda c: np.inf if c.to_s is None else c.to_s)


def _links_of(
    closure: Closure, query: Query, standing: Obstacles, used: set[int]
) -> tuple[str, ...]:
    """Return the links that a closure shuts, as ids: those used, or all where none is."""
    link_ids = query.network.frames["links"]["link_id"].to_list()
    rows = [link for link, causes in standing.of_link.items() if key(closure) in map(key, causes)]
    used_rows = [link for link in rows if link in used]
    return tuple(link_ids[link] for link in used_rows or rows)
