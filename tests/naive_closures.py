"""Readable twins of the kernels of criticality and states: every state searched whole, every unit
walked day by day."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Sequence
from itertools import combinations
from typing import Any

from corridor.kernels.records import DatedNetwork, LossLimits

NO_WAY = None
DAY = 1440
Arc = tuple[int, int, int]


def least_costs(arcs: Sequence[Arc], starts: Collection[int], states: int) -> list[int | None]:
    """Return the least cost from any start to each state, arcs (tail, head, weight) relaxed until
    nothing changes."""
    best: list[int | None] = [0 if s in starts else None for s in range(states)]
    changed = True
    while changed:
        changed = False
        for tail, head, weight in arcs:
            here = best[tail]
            there = best[head]
            if here is not None and (there is None or here + weight < there):
                best[head] = here + weight
                changed = True
    return best


def costs_without(
    arcs: Sequence[Arc],
    shut: Collection[int],
    starts: Collection[int],
    goals: Sequence[Collection[int]],
    states: int,
) -> list[int | None]:
    """Return the least cost to the nearest state of each goal with some arcs (by number) taken
    out."""
    best = least_costs(
        [a for k, a in enumerate(arcs) if k not in shut and a[2] >= 0], starts, states
    )
    return [
        min((c for c in (best[g] for g in goal) if c is not None), default=None) for goal in goals
    ]


def least_cut(
    ways: Sequence[tuple[int, int]],
    changes: Sequence[tuple[int, int]],
    ends: tuple[int, int],
    most: int,
) -> int:
    """Return how few ways (tail, head) must go so that nothing leads from one end to the other,
    trying all sets.

    changes: steps that always stay. More than most are not tried: most + 1. It equals the number of
    ways without a link in common (Menger 1927).
    """
    for size in range(most + 1):
        for gone in combinations(range(len(ways)), size):
            reached = {ends[0]}
            steps = [*changes, *(w for k, w in enumerate(ways) if k not in gone)]
            while grown := {v for u, v in steps if u in reached} - reached:
                reached |= grown
            if ends[1] not in reached:
                return size
    return most + 1


class Year:
    """A network under closures, told as :func:`corridor.kernels.states.simulate` is told, walked in
    plain Python."""

    def __init__(self, network: DatedNetwork, active: Sequence[int], limits: LossLimits) -> None:
        ptr = network.graph.ptr
        self.states = len(ptr) - 1
        self.head = network.graph.head.tolist()
        self.tail = network.graph.tail.tolist()
        self.out = [range(ptr[u], ptr[u + 1]) for u in range(self.states)]
        self.weights = network.weight
        self.minutes = network.minutes
        self.masks = network.hazard_bits
        self.is_goal = network.is_goal
        self.regimes = network.regime_of_day

        trips = network.trips
        starts = trips.starts
        self.kind = trips.class_
        self.starts = [
            starts.numbers[a:b].tolist() for a, b in zip(starts.ptr, starts.ptr[1:], strict=False)
        ]
        self.goal = trips.goal
        self.hour_cents = trips.hour_cents
        self.tonnes = trips.t_per_day
        self.units = trips.units_per_day

        self.active = list(active)
        self.patience = limits.waiting.patience_days
        self.most_days = limits.waiting.limit_days
        self.most = limits.max_extra_cents
        self.known: dict[Any, tuple[int, list[int]] | None] = {}

    def is_shut(self, trip: int, arc: int, day: int) -> bool:
        """Tell whether calendar or hazards keep an arc from being entered on a day."""
        day = min(day, len(self.active) - 1)
        return bool(
            self.weights[self.regimes[day], self.kind[trip], arc] < 0
            or self.masks[arc] & self.active[day]
        )

    def way(self, trip: int, starts: tuple[int, ...], day: int) -> tuple[int, list[int]] | None:
        """Return cost and arcs of the cheapest way of all that are open on a day."""
        day = min(day, len(self.active) - 1)
        regime = int(self.regimes[day])
        kind = int(self.kind[trip])
        key = (regime, kind, int(self.goal[trip]), starts, self.active[day])
        if key in self.known:
            return self.known[key]
        best = dict.fromkeys(starts, 0)
        by: dict[int, int] = {}
        heap = [(0, s) for s in starts]
        self.known[key] = None
        while heap:
            cost, u = heapq.heappop(heap)
            if cost > best[u]:
                continue
            if self.is_goal[self.goal[trip], u]:
                arcs = []
                while u in by:
                    arcs.append(by[u])
                    u = self.tail[by[u]]
                self.known[key] = cost, arcs[::-1]
                break
            for a in self.out[u]:
                weight = int(self.weights[regime, kind, a])
                if weight < 0 or self.masks[a] & self.active[day]:
                    continue
                if cost + weight < best.get(self.head[a], 1 << 62):
                    best[self.head[a]] = cost + weight
                    by[self.head[a]] = a
                    heapq.heappush(heap, (cost + weight, self.head[a]))
        return self.known[key]

    def walk(self, trip: int, leave: int, most: float) -> tuple[str, int, int]:
        """Return what becomes of a unit that wants to leave on a day: served, stayed or stranded,
        its cents and minutes."""
        now = leave * DAY
        cents = 0.0
        waited = 0
        here: tuple[int, ...] = tuple(self.starts[trip])
        on_the_way = False
        per_minute = self.hour_cents[trip] / 60
        while True:
            plan = self.way(trip, here, now // DAY)
            if plan is None or (not on_the_way and plan[0] + cents > most):
                if waited >= self.most_days * DAY:
                    return "stranded" if on_the_way else "stayed", round(cents), now - leave * DAY
                until = (now // DAY + 1) * DAY
                cents = cents + (until - now) * per_minute
                waited = waited + until - now
                now = until
                continue
            on_the_way = True
            regime = int(self.regimes[min(now // DAY, len(self.active) - 1)])
            for arc in plan[1]:
                day = min(now // DAY, len(self.active) - 1)
                if self.is_shut(trip, arc, day):
                    later = [
                        d
                        for d in range(day + 1, min(day + self.patience, len(self.active) - 1) + 1)
                        if not self.is_shut(trip, arc, d)
                    ]
                    until = max(now, (later[0] if later else day + self.patience) * DAY)
                    cents = cents + (until - now) * per_minute
                    waited = waited + until - now
                    now = until
                    if not later:
                        break
                cents += int(self.weights[regime, self.kind[trip], arc])
                now += int(self.minutes[regime, self.kind[trip], arc])
                here = (self.head[arc],)
            else:
                return "served", round(cents), now - leave * DAY
            if waited >= self.most_days * DAY:
                return "stranded", round(cents), now - leave * DAY

    def totals(self, days: int) -> list[list[float]]:
        """Return, for each trip, cents more than undisturbed, tonne-minutes later, units lost and
        units late."""
        quiet = Year.__new__(Year)
        quiet.__dict__ = {**self.__dict__, "active": [0] * len(self.active), "known": {}}
        made = []
        for t in range(len(self.kind)):
            more = later = lost = late = 0.0
            for d in range(days):
                fate, base_cents, base_minutes = quiet.walk(t, d, float("inf"))
                if fate != "served":
                    continue
                fate, cents, minutes = self.walk(t, d, base_cents + int(self.most[t]))
                if fate != "served":
                    more += self.units[t] * cents * (fate == "stranded")
                    lost += self.units[t]
                else:
                    more += self.units[t] * (cents - base_cents)
                    later += self.tonnes[t] * (minutes - base_minutes)
                    late += self.units[t] * (minutes > base_minutes)
            made.append([more, later, lost, late])
        return made
