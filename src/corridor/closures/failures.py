"""Failures: what the loss of an element costs the trips of a demand, exactly.

Every trip takes its cheapest route around what failed; only what hangs below a failed element is
searched again (:mod:`corridor.kernels.criticality`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from corridor import stopping
from corridor.closures.elements import Element
from corridor.flows.demand import DemandArrays, TripGroup, into, packed, part
from corridor.kernels import Bools, Floats, Ints
from corridor.kernels.records import Graph
from corridor.parallel import Block, BlockFolder, DrawRange, in_threads
from corridor.steps import tell_step
from corridor.units import HOUR_S

MEASURES: dict[str, Any] = {
    "extra_usd_per_year": pl.Float64,
    "unserved_units_per_year": pl.Float64,
    "unserved_t_per_year": pl.Float64,
    "unserved_usd_per_year": pl.Float64,
    "loss_usd_per_year": pl.Float64,
    "loss_low_usd_per_year": pl.Float64,
    "loss_high_usd_per_year": pl.Float64,
    "loss_share": pl.Float64,
    "own_loss_usd_per_year": pl.Float64,
    "own_loss_low_usd_per_year": pl.Float64,
    "own_loss_high_usd_per_year": pl.Float64,
    "own_loss_share": pl.Float64,
    "used_t_per_year": pl.Float64,
    "detour_km": pl.Float64,
    "detour_h": pl.Float64,
}
# Of limit_share, the ends of a loss's band: 5 and 25 % of the value, docs/decisions/016.
LIMIT_BAND = (0.5, 2.5)


class CheapestRoutes(NamedTuple):
    """The cheapest route of every trip, int64 [elements + 1, trips] each.

    Row 0: with nothing shut; then with each element shut in turn. cents: generalised cost of a
    unit, UNREACHED of the kernels where there is no route. seconds, metres: 0 there.
    """

    cents: Ints
    seconds: Ints
    metres: Ints


class TripFigures(NamedTuple):
    """Figures of every trip, [trips] each: a year's units, tonnes, value and cost, and its limits.

    max_extra_usd: a unit pays no more than that. lost_unit_usd: what one counts that has no route
    left or would pay more; both [limits, trips]: at the limit and at the ends of its band, or with
    none. is_served: it has a route while nothing is shut. is_own: it is own demand; null: none is.
    """

    units: Floats
    t: Floats
    value_usd: Floats
    paid_usd: Floats
    max_extra_usd: Floats
    lost_unit_usd: Floats
    is_served: Bools
    is_own: Bools | None


def routes_without(
    arrays: DemandArrays,
    elements: Sequence[Element],
    weight: Ints | None = None,
    *,
    workers: int | None = 1,
    folder: Path | None = None,
) -> CheapestRoutes:
    """Return the cheapest route of every trip with nothing shut and with each element shut.

    Parameters
    ----------
    arrays
        Demand laid on the network.
    elements
        What is shut, each alone.
    weight
        Other weights than those of the first day, int64 [classes, arcs].
    workers
        Threads; null: one for each processor.
    folder
        Where the routes from each start are kept, so that a killed run goes on; with the weights
        of the first day.
    """
    from corridor.kernels.criticality import without_each

    regime = arrays.regime_of_day[0]
    first_day = arrays.weight[regime] if weight is None else weight
    graph = Graph(arrays.ptr, arrays.head, arrays.tail)
    arcs_into = into(arrays)
    arcs_of_elements = packed([element.arcs for element in elements])

    costs = np.zeros((len(elements) + 1, arrays.trips.height), np.int64)
    sums = np.zeros((2, len(elements) + 1, arrays.trips.height), np.int64)

    def search(group: TripGroup) -> Block:
        group_costs, group_sums = without_each(
            graph,
            arcs_into,
            first_day[group.class_],
            np.stack([arrays.seconds[regime, group.class_], arrays.metres]),
            group.starts,
            packed([part(arrays.goals, trip) for trip in group.trips.tolist()]),
            arcs_of_elements,
        )
        return {"costs": group_costs, "sums": group_sums}

    blocks = None if folder is None else BlockFolder(folder, question_of(arrays, elements))

    def routes_from(number: int) -> Block:
        compute = partial(search, groups[number])
        return blocks.once(DrawRange(number, number + 1), compute) if blocks else compute()

    groups = arrays.groups()
    searched = zip(groups, in_threads(routes_from, range(len(groups)), workers), strict=True)
    for number, (group, block) in enumerate(searched):
        stopping.raise_if_stopped()
        if weight is None:  # with other weights it is one step of many
            tell_step("routes without each element", number, len(groups))
        costs[:, group.trips] = block["costs"]
        sums[:, :, group.trips] = block["sums"]
    seconds, metres = sums
    return CheapestRoutes(costs, seconds, metres)


def question_of(arrays: DemandArrays, elements: Sequence[Element]) -> str:
    """Return a hash of all that the routes of a demand around elements depend on."""
    digest = hashlib.sha256(arrays.hash().encode())
    for array in (arrays.metres, arrays.arc_of, *packed([element.arcs for element in elements])):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def measures(
    arrays: DemandArrays,
    routes: CheapestRoutes,
    limit_share: float | None,
    is_own: Bools | None = None,
) -> list[dict[str, Any]]:
    """Return the measures of :func:`corridor.rank` for every row of routes after the first.

    limit_share: share of its value a unit may cost more before it is not sent; null: no limit.
    is_own [trips]: what counts as own demand; null: none does.
    """
    figures = _figures(arrays, routes, limit_share, is_own)
    demand_ids = arrays.trips["demand_id"].to_list()
    return [_measures_of(routes, row, figures, demand_ids) for row in range(1, len(routes.cents))]


def losses_usd(arrays: DemandArrays, routes: CheapestRoutes, limit_share: float | None) -> Floats:
    """Return loss_usd_per_year of :func:`measures` for every row of routes after the first [rows].

    All at once: for who looks at many failures of which few matter.
    """
    figures = _figures(arrays, routes, limit_share, None)
    at_limit = figures._replace(
        max_extra_usd=figures.max_extra_usd[0], lost_unit_usd=figures.lost_unit_usd[0]
    )
    losses: Floats = _effects(routes.cents[1:], routes.cents[0], at_limit).loss_usd.sum(axis=1)
    return losses


def _figures(
    arrays: DemandArrays,
    routes: CheapestRoutes,
    limit_share: float | None,
    is_own: Bools | None,
) -> TripFigures:
    from corridor.kernels.paths import UNREACHED

    units = arrays.units()
    value_usd = arrays.column("value_usd_per_unit")
    is_served = routes.cents[0] < UNREACHED
    # A unit that stays at home loses no more than its value.
    max_extra_usd = np.full((1, len(value_usd)), np.inf)
    lost_unit_usd = value_usd[np.newaxis]
    if limit_share is not None:
        limits = limit_share * np.array([1.0, *LIMIT_BAND])
        max_extra_usd = lost_unit_usd = limits[:, np.newaxis] * value_usd

    return TripFigures(
        units=units,
        t=units * arrays.column("t_per_unit"),
        value_usd=units * value_usd,
        paid_usd=units * np.where(is_served, routes.cents[0], 0) / 100,
        max_extra_usd=max_extra_usd,
        lost_unit_usd=lost_unit_usd,
        is_served=is_served,
        is_own=is_own,
    )


class FailureEffects(NamedTuple):
    """What one failure does to every trip, [trips] each.

    is_cut_off: no route is left. extra_usd: a unit that still goes pays more. loss_usd [limits,
    trips]: of a year, at most the limit a unit.
    """

    is_cut_off: Bools
    extra_usd: Floats
    loss_usd: Floats


def _measures_of(
    routes: CheapestRoutes, row: int, trips: TripFigures, demand_ids: Sequence[str]
) -> dict[str, Any]:
    """Return the measures of one failure, which has a row of routes, compared with row 0."""
    effects = _effects(routes.cents[row], routes.cents[0], trips)

    return {
        "extra_usd_per_year": float((trips.units * effects.extra_usd).sum()),
        "unserved_units_per_year": float(trips.units[effects.is_cut_off].sum()),
        "unserved_t_per_year": float(trips.t[effects.is_cut_off].sum()),
        "unserved_usd_per_year": float(trips.value_usd[effects.is_cut_off].sum()),
        **_losses("loss", effects.loss_usd, trips.paid_usd),
        **_own_losses(effects.loss_usd, trips),
        **_detours(routes, row, trips, effects),
        "worst_demand_id": _worst(effects, demand_ids),
    }


def _losses(name: str, loss_usd: Floats, paid_usd: Floats) -> dict[str, float | None]:
    """Return the loss of some trips, its band, and its share of what they pay undisturbed."""
    loss, low, high = (*loss_usd.sum(axis=1).tolist(), None, None)[:3]
    paid = float(paid_usd.sum())
    return {
        f"{name}_usd_per_year": loss,
        f"{name}_low_usd_per_year": low,
        f"{name}_high_usd_per_year": high,
        f"{name}_share": loss / paid if paid else None,
    }


def _own_losses(loss_usd: Floats, trips: TripFigures) -> dict[str, float | None]:
    """Return the loss of own demand; nothing where none was named."""
    if trips.is_own is None:
        return {}
    return _losses("own_loss", loss_usd[:, trips.is_own], trips.paid_usd[trips.is_own])


def _effects(cents: Ints, cents_before: Ints, trips: TripFigures) -> FailureEffects:
    from corridor.kernels.paths import UNREACHED

    is_cut_off = trips.is_served & (cents >= UNREACHED)
    extra_usd = np.where(trips.is_served & ~is_cut_off, cents - cents_before, 0) / 100
    unit_loss_usd = np.where(
        is_cut_off, trips.lost_unit_usd, np.minimum(extra_usd, trips.max_extra_usd)
    )
    return FailureEffects(is_cut_off, extra_usd, trips.units * unit_loss_usd)


def _detours(
    routes: CheapestRoutes, row: int, trips: TripFigures, effects: FailureEffects
) -> dict[str, float | None]:
    """Return the tonnes that use what failed, and how far those go round that still go."""
    detoured_t = (effects.extra_usd > 0) * trips.t
    cut_off_t = trips.t[effects.is_cut_off].sum()
    km = (routes.metres[row] - routes.metres[0]) / 1000
    hours = (routes.seconds[row] - routes.seconds[0]) / HOUR_S
    return {
        "used_t_per_year": float(detoured_t.sum() + cut_off_t),
        "detour_km": _mean(km, detoured_t),
        "detour_h": _mean(hours, detoured_t),
    }


def _worst(effects: FailureEffects, demand_ids: Sequence[str]) -> str | None:
    """Return the trip that loses most, null where none loses anything."""
    loss_usd = effects.loss_usd[0]
    if not loss_usd.max(initial=0.0) > 0:
        return None
    return demand_ids[int(loss_usd.argmax())]


def _mean(values: Floats, weights: Floats) -> float | None:
    """Return the weighted mean; null where nothing has a weight."""
    total = weights.sum()
    return float((weights * values).sum() / total) if total else None
