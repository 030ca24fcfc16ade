"""Readable twins of the kernels of failures and simulated years, in plain Python.

Every state is searched whole, every unit walked day by day.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from corridor.kernels.records import DatedNetwork, LossLimits

DAY = 86_400
UNREACHED = 1 << 62
Arc = tuple[int, int, int]
Step = tuple[int, int]


def least_costs(arcs: Sequence[Arc], starts: Collection[int], states: int) -> list[int | None]:
    """Return the least cost from any start to each state; None where there is no route.

    Arcs (tail, head, weight) are relaxed until nothing changes.
    """
    best: list[int | None] = [0 if state in starts else None for state in range(states)]
    has_changed = True
    while has_changed:
        has_changed = False
        for tail, head, weight in arcs:
            cost = best[tail]
            cost_ahead = best[head]
            if cost is not None and (cost_ahead is None or cost + weight < cost_ahead):
                best[head] = cost + weight
                has_changed = True
    return best


def costs_without(
    arcs: Sequence[Arc],
    shut: Collection[int],
    starts: Collection[int],
    goals: Sequence[Collection[int]],
    states: int,
) -> list[int | None]:
    """Return the least cost to the nearest state of each goal without some arcs (by number)."""
    is_open = [arc for number, arc in enumerate(arcs) if number not in shut and arc[2] >= 0]
    best = least_costs(is_open, starts, states)
    nearest = []
    for goal in goals:
        costs = [best[state] for state in goal if best[state] is not None]
        nearest.append(min(costs, default=None))
    return nearest


def least_cut(links: Sequence[Step], transfers: Sequence[Step], ends: Step, max_size: int) -> int:
    """Return how few links must go so that nothing leads from one end to the other.

    All sets of up to max_size links are tried; more: max_size + 1. transfers always stay. The
    result is the number of routes without a link in common (Menger 1927).
    """
    first, last = ends
    for size in range(max_size + 1):
        for gone in combinations(range(len(links)), size):
            left = [link for number, link in enumerate(links) if number not in gone]
            if last not in reachable(first, [*transfers, *left]):
                return size
    return max_size + 1


def reachable(start: int, steps: Sequence[Step]) -> set[int]:
    reached = {start}
    while ahead := {head for tail, head in steps if tail in reached} - reached:
        reached |= ahead
    return reached


class Route(NamedTuple):
    """Cost in cents and arcs, first arc first."""

    cents: int
    arcs: list[int]


class Fate(NamedTuple):
    """What becomes of a unit: served, stayed or stranded; its cents, and seconds from its day."""

    outcome: str
    cents: int
    seconds: int


@dataclass
class Journey:
    """A unit on its way: when it is where, what it has spent, how long it has waited."""

    second: int
    states: tuple[int, ...]
    cents_per_second: float
    cents: float = 0.0
    waited: int = 0
    has_left: bool = False

    @property
    def day(self) -> int:
        return self.second // DAY

    def wait_until(self, second: int) -> None:
        self.cents += (second - self.second) * self.cents_per_second
        self.waited += second - self.second
        self.second = second


class NaiveYear:
    """A network under closures, as :func:`corridor.kernels.states.simulate` takes it."""

    def __init__(self, network: DatedNetwork, active: Sequence[int], limits: LossLimits) -> None:
        self.network = network
        self.trips = network.trips
        self.active = list(active)
        self.limits = limits
        self.patience = int(limits.waiting.patience_days)
        self.limit = int(limits.waiting.limit_days) * DAY
        self.last_day = len(self.active) - 1
        self.routes: dict[tuple[object, ...], Route | None] = {}

    def starts(self, trip: int) -> tuple[int, ...]:
        starts = self.trips.starts
        return tuple(starts.numbers[starts.ptr[trip] : starts.ptr[trip + 1]].tolist())

    def regime(self, day: int) -> int:
        return int(self.network.regime_of_day[min(day, self.last_day)])

    def weight(self, trip: int, arc: int, day: int) -> int:
        return int(self.network.weight[self.regime(day), self.trips.class_[trip], arc])

    def is_open(self, trip: int, arc: int, day: int) -> bool:
        """Tell whether calendar and hazards let an arc be entered on a day."""
        at_work = self.active[min(day, self.last_day)]
        is_struck = self.network.hazard_bits[arc] & at_work
        return self.weight(trip, arc, day) >= 0 and not is_struck

    def route(self, trip: int, starts: tuple[int, ...], day: int) -> Route | None:
        """Return the cheapest route of all that are open on a day."""
        goal = int(self.trips.goal[trip])
        class_ = int(self.trips.class_[trip])
        key = (self.regime(day), class_, goal, starts, self.active[min(day, self.last_day)])
        if key not in self.routes:
            self.routes[key] = self.search(trip, starts, day)
        return self.routes[key]

    def search(self, trip: int, starts: tuple[int, ...], day: int) -> Route | None:
        """Return the cheapest route, by Dijkstra's algorithm."""
        graph = self.network.graph
        is_goal = self.network.is_goal[self.trips.goal[trip]]
        best = dict.fromkeys(starts, 0)
        arc_into: dict[int, int] = {}
        heap = [(0, state) for state in starts]
        while heap:
            cost, state = heapq.heappop(heap)
            if cost > best[state]:
                continue
            if is_goal[state]:
                return Route(cost, self.arcs_to(state, arc_into))

            for arc in range(graph.ptr[state], graph.ptr[state + 1]):
                head = int(graph.head[arc])
                new_cost = cost + self.weight(trip, arc, day)
                if self.is_open(trip, arc, day) and new_cost < best.get(head, UNREACHED):
                    best[head] = new_cost
                    arc_into[head] = arc
                    heapq.heappush(heap, (new_cost, head))
        return None

    def arcs_to(self, state: int, arc_into: dict[int, int]) -> list[int]:
        arcs = []
        while state in arc_into:
            arcs.append(arc_into[state])
            state = int(self.network.graph.tail[arc_into[state]])
        return arcs[::-1]

    def walk(self, trip: int, day: int, max_cents: float) -> Fate:
        """Return what becomes of a unit that wants to leave on a day."""
        journey = Journey(day * DAY, self.starts(trip), self.trips.hour_cents[trip] / 3600)
        while True:
            route = self.route(trip, journey.states, journey.day)
            if route is None or not (journey.has_left or route.cents <= max_cents):
                if journey.waited >= self.limit:
                    return self.fate("stranded" if journey.has_left else "stayed", journey, day)
                journey.wait_until((journey.day + 1) * DAY)
                continue

            journey.has_left = True
            if self.ride(trip, route, journey):
                return self.fate("served", journey, day)
            if journey.waited >= self.limit:
                return self.fate("stranded", journey, day)

    def fate(self, outcome: str, journey: Journey, day: int) -> Fate:
        return Fate(outcome, round(journey.cents), journey.second - day * DAY)

    def ride(self, trip: int, route: Route, journey: Journey) -> bool:
        """Move a unit along a route and tell whether it arrived: it turns at what stays shut."""
        set_out = journey.day
        class_ = self.trips.class_[trip]
        for arc in route.arcs:
            is_open = self.is_open(trip, arc, journey.day) or self.wait_for(trip, arc, journey)
            if not is_open:
                return False
            journey.cents += self.weight(trip, arc, set_out)
            journey.second += int(self.network.seconds[self.regime(set_out), class_, arc])
            journey.states = (int(self.network.graph.head[arc]),)
        return True

    def wait_for(self, trip: int, arc: int, journey: Journey) -> bool:
        """Wait for an arc to open, as long as patience lasts, and tell whether it opened."""
        today = min(journey.day, self.last_day)
        last = min(today + self.patience, self.last_day)
        open_days = [day for day in range(today + 1, last + 1) if self.is_open(trip, arc, day)]

        until = open_days[0] if open_days else today + self.patience
        journey.wait_until(max(journey.second, until * DAY))
        return bool(open_days)

    def totals(self, days: int) -> list[list[float]]:
        """Return a row a trip: cents more, tonne-seconds later, units lost, units late."""
        quiet = NaiveYear(self.network, [0] * len(self.active), self.limits)
        return [self.totals_of(trip, days, quiet) for trip in range(len(self.trips.class_))]

    def totals_of(self, trip: int, days: int, quiet: NaiveYear) -> list[float]:
        units = self.trips.units_per_day[trip]
        tonnes = self.trips.t_per_day[trip]
        extra = delay = lost = late = 0.0
        for day in range(days):
            undisturbed = quiet.walk(trip, day, float("inf"))
            if undisturbed.outcome != "served":
                continue

            max_cents = undisturbed.cents + int(self.limits.max_extra_cents[trip])
            fate = self.walk(trip, day, max_cents)
            if fate.outcome == "served":
                extra += units * (fate.cents - undisturbed.cents)
                delay += tonnes * (fate.seconds - undisturbed.seconds)
                late += units * (fate.seconds > undisturbed.seconds)
            else:
                extra += units * fate.cents * (fate.outcome == "stranded")
                lost += units
        return [extra, delay, lost, late]
