"""Certainty: plans that are in time in a chosen share of simulated years, and what that costs.

A plan is in time in a year where its last unit is. A surer plan takes only offers that are each in
time by themselves in a share of the years, the floor. The higher the floor the fewer offers, so
the cost never falls with it. For a chance, the lowest floor is sought whose cheapest plan is in
time that often; of all plans tried on the way the cheapest such is taken. Where none is so sure,
the surest of all tried is. Why a floor: docs/decisions/072.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from corridor.consignments.offers import Offer
from corridor.consignments.programme import Effort, Order, Solution, can_dispatch, solve
from corridor.kernels import Floats, Ints

CHANCES = (0.6, 0.8, 0.95)
WORST_SHARE = 0.05  # of the years, for the mean of the worst


@dataclass(frozen=True, eq=False)
class Assured:
    """A plan and how often it is in time.

    chance: asked for; null: none. floor_share: least share of years in which each offer taken is
    in time by itself. solution: null where no plan is so sure.
    """

    chance: float | None
    floor_share: float
    solution: Solution | None
    on_time_share: float | None


@dataclass(eq=False)
class Choice:
    """The cheapest plans by the floor of their offers, each solved once.

    late_d: days every offer is late in every year [offers, years].
    """

    order: Order
    offers: Sequence[Offer]
    late_d: Floats
    effort: Effort
    solutions: dict[float, Solution] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Compute the share of years in which each offer is in time by itself."""
        self.own_shares: Floats = (self.late_d == 0).mean(axis=1)

    def solution(self, floor: float) -> Solution:
        """Return the cheapest plan of offers in time in at least a share of years."""
        if floor not in self.solutions:
            chosen = np.flatnonzero(self.own_shares >= floor)
            part = solve(self.order, [self.offers[k] for k in chosen.tolist()], self.effort)
            units = np.zeros(len(self.offers), np.int64)
            units[chosen] = part.units
            self.solutions[floor] = Solution(
                units, part.cost_usd, part.bound_usd, part.short, part.converged
            )
        return self.solutions[floor]

    def serves(self, floor: float) -> bool:
        """Tell whether offers in time in a share of years take all units."""
        chosen = np.flatnonzero(self.own_shares >= floor)
        return can_dispatch(self.order, [self.offers[k] for k in chosen.tolist()])

    def on_time_share(self, floor: float) -> float:
        """Return the share of years in which the plan of a floor is in time."""
        return on_time_share(self.late_d, self.solution(floor).units)


def assure(choice: Choice, chances: Sequence[float]) -> list[Assured]:
    """Return a plan without a chance asked for, then one for each chance, lowest first.

    Each is the cheapest of all plans tried that is in time often enough.
    """
    choice.solution(0.0)
    floors = _serving_floors(choice)
    first = 0
    for chance in sorted(chances):
        first = _lowest(choice, floors, first, chance)

    tried = _tried(choice)
    return [_cheapest(tried, chance) for chance in (None, *sorted(chances))]


def surest(choice: Choice) -> Assured:
    """Return the plan tried that is in time most often, the cheapest such: beyond it is none."""
    choice.solution(0.0)
    return max(_tried(choice), key=_sureness)


def on_time_share(late_d: Floats, units: Ints) -> float:
    """Return the share of years in which no unit is late.

    late_d [offers, years], units [offers].
    """
    used = late_d[units > 0]
    return 1.0 if not len(used) else float((used.max(axis=0) == 0).mean())


def lateness(late_d: Floats, units: Ints) -> dict[str, float]:
    """Return how late the last unit is, in the mean and in the worst years, and all units."""
    used = late_d[units > 0]
    if not len(used):
        return {"late_mean_d": 0.0, "late_worst_d": 0.0, "late_unit_days": 0.0}

    last_d = np.sort(used.max(axis=0))
    worst = max(round(WORST_SHARE * len(last_d)), 1)
    return {
        "late_mean_d": float(last_d.mean()),
        "late_worst_d": float(last_d[-worst:].mean()),
        "late_unit_days": float((units[units > 0] @ used).mean()),
    }


def certainty_rows(
    assured: Sequence[Assured], choice: Choice, fresh: Sequence[float | None], shipment_id: str
) -> list[dict[str, Any]]:
    """Return the curve of what certainty costs, a row a chance.

    fresh: share of fresh years in which each plan is in time.
    """
    base = assured[0].solution
    return [
        {
            "shipment_id": shipment_id,
            "chance": plan.chance,
            **_plan_cells(plan, choice, 0.0 if base is None else base.cost_usd),
            "fresh_share": share,
        }
        for plan, share in zip(assured, fresh, strict=True)
    ]


def _plan_cells(plan: Assured, choice: Choice, base_usd: float) -> dict[str, Any]:
    if plan.solution is None:
        return {}
    return {
        "floor_share": plan.floor_share,
        "cost_usd": plan.solution.cost_usd,
        "extra_usd": plan.solution.cost_usd - base_usd,
        "on_time_share": plan.on_time_share,
        **lateness(choice.late_d, plan.solution.units),
        "last_depart_on": _last_day(choice.offers, plan.solution.units),
    }


def _last_day(offers: Sequence[Offer], units: Ints) -> dt.date | None:
    return max((offers[k].depart_on for k in np.flatnonzero(units).tolist()), default=None)


def _serving_floors(choice: Choice) -> list[float]:
    """Return the floors at which offers fall away and the rest still takes all units."""
    floors = [0.0, *np.unique(choice.own_shares[choice.own_shares > 0]).tolist()]
    low = 0
    high = len(floors)
    while low < high:
        middle = (low + high) // 2
        if choice.serves(floors[middle]):
            low = middle + 1
        else:
            high = middle
    return floors[:low]


def _lowest(choice: Choice, floors: Sequence[float], first: int, chance: float) -> int:
    """Return the number of a floor, from first on, whose plan is in time often enough.

    The lowest such where plans are surer with every floor; else one that is. None: their count.
    """
    low = first
    high = len(floors)
    while low < high:
        middle = (low + high) // 2
        if choice.on_time_share(floors[middle]) >= chance:
            high = middle
        else:
            low = middle + 1
    return low


def _tried(choice: Choice) -> list[Assured]:
    """Return the plans solved so far that take all units, the lowest floor first."""
    return [
        Assured(None, floor, solution, choice.on_time_share(floor))
        for floor, solution in sorted(choice.solutions.items())
        if not any(solution.short.values())
    ]


def _cheapest(tried: Sequence[Assured], chance: float | None) -> Assured:
    """Return the cheapest plan that is in time often enough; one without a solution: none is."""
    sure = [plan for plan in tried if chance is None or (plan.on_time_share or 0.0) >= chance]
    if not sure:
        return Assured(chance, 1.0, None, None)
    return replace(min(sure, key=_cost_usd), chance=chance)


def _cost_usd(plan: Assured) -> float:
    assert plan.solution is not None
    return plan.solution.cost_usd


def _sureness(plan: Assured) -> tuple[float, float]:
    """Return how often a plan is in time, then how cheap it is."""
    return (plan.on_time_share or 0.0, -_cost_usd(plan))
