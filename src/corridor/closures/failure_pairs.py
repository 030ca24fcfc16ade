"""Failure pairs: two elements lost at once, where that costs more than both losses one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from corridor import stopping
from corridor.closures.elements import Element
from corridor.closures.failures import CheapestRoutes, losses_usd, measures, routes_without
from corridor.flows.demand import DemandArrays
from corridor.kernels import Bools, Floats, Ints
from corridor.language.messages import message, pack
from corridor.parallel import in_threads
from corridor.steps import tell_step

MIN_SURPLUS_USD = 0.01


class Pair(NamedTuple):
    """Two elements, by their numbers, and the measures of losing both."""

    first: int
    second: int
    measures: dict[str, Any]


class _Single(NamedTuple):
    """What the failure of each element alone does.

    routes: around each, row 0 of the network with none. loss_usd: a year [elements]. is_used:
    whether any trip goes another way then [elements].
    """

    routes: CheapestRoutes
    loss_usd: Floats
    is_used: Bools


def worst_pairs(
    arrays: DemandArrays,
    elements: Sequence[Element],
    *,
    by: str,
    max_pairs: int,
    limit_share: float | None,
    is_own: Bools | None = None,
    workers: int | None = 1,
) -> list[dict[str, Any]]:
    """Return the worst failures of two elements at once, as rows of :func:`corridor.rank`.

    Only pairs that cost more together than apart; the rest is the sum of two failures. A pair of
    which neither is used changes nothing, so each used element is shut in turn and all others are
    shut beside it.

    Parameters
    ----------
    arrays
        Demand laid on the network.
    elements
        What may fail.
    by
        Measure that says which pairs are the worst.
    max_pairs
        How many pairs are returned.
    limit_share, is_own
        As :func:`corridor.closures.failures.measures` takes them.
    workers
        Threads; null: one for each processor.
    """
    alone = routes_without(arrays, elements, workers=workers)
    single = _Single(
        alone,
        losses_usd(arrays, alone, limit_share),
        (alone.cents[1:] != alone.cents[0]).any(axis=1),
    )

    def pairs_with(first: int) -> list[Pair]:
        return _pairs_with(arrays, elements, first, single, limit_share, is_own)

    worst: list[Pair] = []
    used = np.flatnonzero(single.is_used).tolist()
    for number, pairs in enumerate(in_threads(pairs_with, used, workers)):
        stopping.raise_if_stopped()
        tell_step("pairs of links that fail at once", number, len(used))
        worst += pairs
        worst.sort(key=lambda pair: (-(pair.measures[by] or 0.0), pair.first, pair.second))
        worst = worst[:max_pairs]
    return [_row(pair, elements) for pair in worst]


def _pairs_with(
    arrays: DemandArrays,
    elements: Sequence[Element],
    first: int,
    single: _Single,
    limit_share: float | None,
    is_own: Bools | None,
) -> list[Pair]:
    """Return the pairs of one element with others that cost more together than apart."""
    # A pair of two used elements was looked at when the earlier of them was shut.
    number = np.arange(len(elements))
    others = np.flatnonzero((number > first) | ~single.is_used)
    changed, both = _routes_without_two(arrays, elements, first, others, single.routes)

    second = others[changed]
    apart_usd = single.loss_usd[first] + single.loss_usd[second]
    surplus_usd = losses_usd(arrays, both, limit_share) - apart_usd

    costs_more = np.flatnonzero(surplus_usd > MIN_SURPLUS_USD)
    measured = measures(arrays, _rows(both, both, costs_more), limit_share, is_own)
    return [
        Pair(first, int(second[row]), of_pair | {"joint_usd_per_year": float(surplus_usd[row])})
        for row, of_pair in zip(costs_more.tolist(), measured, strict=True)
    ]


def _routes_without_two(
    arrays: DemandArrays,
    elements: Sequence[Element],
    first: int,
    others: Ints,
    alone: CheapestRoutes,
) -> tuple[Ints, CheapestRoutes]:
    """Return which of some others change anything beside one element, and the routes around both.

    Row 0 of the routes: of the network with nothing shut.
    """
    weight = _weight_without(arrays, elements[first])
    rest = [elements[other] for other in others.tolist()]
    beside = routes_without(arrays, rest, weight)
    changed = np.flatnonzero((beside.cents[1:] != beside.cents[0]).any(axis=1))
    return changed, _rows(alone, beside, changed)


def _weight_without(arrays: DemandArrays, element: Element) -> Ints:
    """Return the weights of the first day with an element shut, int64 [classes, arcs]."""
    weight: Ints = arrays.weight[arrays.regime_of_day[0]].copy()
    weight[:, element.arcs] = -1
    return weight


def _rows(alone: CheapestRoutes, failures: CheapestRoutes, rows: Ints) -> CheapestRoutes:
    """Return the routes of some failures, after row 0: of the network with none."""
    return CheapestRoutes(
        *(
            np.concatenate([with_none[:1], with_failure[1:][rows]])
            for with_none, with_failure in zip(alone, failures, strict=True)
        )
    )


def _row(pair: Pair, elements: Sequence[Element]) -> dict[str, Any]:
    first = elements[pair.first]
    second = elements[pair.second]
    name = message("{one} and {other}", one=first.name, other=second.name)
    return {
        "kind": "pair",
        "element_id": f"{first.element_id} {second.element_id}",
        "name": name,
        **pair.measures,
        "name_message": pack(name),
    }
