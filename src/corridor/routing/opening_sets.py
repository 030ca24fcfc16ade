"""Opening sets: the smallest sets of closures whose lifting really gives a route.

A set counts where a search finds a route once it is lifted, and no part of it gives one. What ends
by itself and opening hours are waited out, so they are in no set that does without them. Why so,
and how they are searched for: docs/decisions/053.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import count, product
from typing import NamedTuple

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
    if not trials.opens(trials.every):
        return ()

    masks = [0] if trials.opens(0) else _smallest_masks(trials, most)
    if not masks:
        masks = [trials.needed(0, _bits(trials.every))]
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
        self.every = (1 << len(standing.closures)) - 1
        self.answers: dict[int, bool] = {}
        self.cuts: list[int] = []

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
        """Return closures of which every set that opens lifts one, and this set none; 0: it opens.

        All that can be lifted with it in vain is, in halves; what is left is the cut.
        """
        for cut in self.cuts:
            if not mask & cut:
                return cut
        if self.opens(mask):
            return 0

        cut = self.every & ~self._in_vain(mask, _bits(self.every & ~mask))
        self.cuts.append(cut)
        return cut

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


class _Chain(NamedTuple):
    """A chain of links from the origin, and the set of closures it needs lifted; in their order.

    closures_count, unopened_count: closures of the set, and links never opened among them. number:
    of the chains before it. state: where it ends.
    """

    closures_count: int
    unopened_count: int
    number: int
    state: int
    mask: int


class _Chains:
    """Chains of links still to go on with, those of the fewest closures first."""

    def __init__(self, closures: Sequence[Closure]) -> None:
        self.unopened = sum(
            1 << bit for bit, closure in enumerate(closures) if closure.kind == "status"
        )
        self.queue: list[_Chain] = []
        self.numbers = count()
        self.passed_at: dict[int, list[int]] = {}

    def add(self, state: int, mask: int) -> None:
        """Add a chain that ends at a state, unless it needs too many closures lifted."""
        if mask.bit_count() > MAX_CLOSURES:
            return
        chain = _Chain(
            closures_count=mask.bit_count(),
            unopened_count=(mask & self.unopened).bit_count(),
            number=next(self.numbers),
            state=state,
            mask=mask,
        )
        heapq.heappush(self.queue, chain)

    def pop(self) -> _Chain:
        """Take the next chain out."""
        return heapq.heappop(self.queue)

    def is_passed(self, chain: _Chain) -> bool:
        """Tell whether a chain before it led there with no more lifted; note it where none did."""
        passed = self.passed_at.setdefault(chain.state, [])
        if chain.state == GOAL:
            is_passed = chain.mask in passed
        else:
            is_passed = _contains_any(chain.mask, passed)

        if not is_passed:
            passed.append(chain.mask)
        return is_passed


def _smallest_masks(trials: _Trials, most: int) -> list[int]:
    """Return sets that open and of which no part does, fewest closures first.

    Sets come from the queue by their number of closures. Each is what stands on some chain of
    links, dates and waits apart; where a search finds no route with it lifted after all, it goes
    on with each closure of a cut.
    """
    chains = _Chains(trials.obstacles.closures)
    for start in trials.query.starts.tolist():
        chains.add(start, 0)

    arc_masks = _arc_masks(trials)
    smallest: list[int] = []
    while chains.queue and len(smallest) < most and len(trials.answers) < MAX_TRIES:
        chain = chains.pop()
        if _contains_any(chain.mask, smallest) or chains.is_passed(chain):
            continue

        if chain.state != GOAL:
            for state, mask in _steps(trials.query, arc_masks, chain):
                chains.add(state, mask)
        elif cut := trials.cut(chain.mask):
            for bit in _bits(cut):
                chains.add(GOAL, chain.mask | bit)
        else:
            smallest.append(chain.mask)
    return smallest


def _steps(
    query: Query, arc_masks: Sequence[Sequence[int]], chain: _Chain
) -> Iterator[tuple[int, int]]:
    """Yield the states where a chain of links goes on, and what it then needs lifted."""
    if query.is_goal[chain.state]:
        yield GOAL, chain.mask
        return

    for arc in range(int(query.ptr[chain.state]), int(query.ptr[chain.state + 1])):
        for closures in arc_masks[arc]:
            yield int(query.head[arc]), chain.mask | closures


def _contains_any(mask: int, others: Sequence[int]) -> bool:
    """Return whether a set contains another, or is the same."""
    return any(other & ~mask == 0 for other in others)


def _arc_masks(trials: _Trials) -> list[list[int]]:
    """Return for every arc of the search graph the smallest sets of closures it needs lifted.

    One of them is enough at some time from which goods can be there on. None: not to be passed.
    """
    standing = trials.obstacles
    query = trials.lifted(trials.every)
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
    return _smallest([_union(masks) for masks in product(*options)])


def _union(masks: Iterable[int]) -> int:
    """Return the closures that are in some of these sets."""
    return reduce(int.__or__, masks, 0)


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
    of_links = [
        cause
        for link in sorted(used)
        for cause in standing.of_link.get(link, ())
        if key(cause) == key(closure)
    ]
    return max(of_links or [closure], key=lambda closure: closure.end_s)


def _links_of(
    closure: Closure, query: Query, standing: Obstacles, used: set[int]
) -> tuple[str, ...]:
    """Return the links that a closure shuts, as ids: those used, or all where none is."""
    link_ids = query.network.frames["links"]["link_id"].to_list()
    rows = [link for link, causes in standing.of_link.items() if key(closure) in map(key, causes)]
    used_rows = [link for link in rows if link in used]
    return tuple(link_ids[link] for link in used_rows or rows)
