"""Showing: which routes of an exact set an answer shows, and what it leaves out by which rule.

The exact set is computed whole, unless it is too large to be held; this is about what a person
reads of it. Four rules, in this order:

1. Tolerances. The quickest stays, and the best by each criterion. Any other route stays only if no
   other that stays is within the tolerances of it or better on every criterion. So every exact
   route is within the tolerances of one that stays. Where the search has spent those of cost,
   carbon and risk, only that of time is left here: a route left out is then no better than one that
   stays, but in time.
2. Caps. A route with much more of its way by land than the shortest route has in all, or with many
   more changes of mode or gauge than another by the same modes, goes. A ship has no shorter way
   than the coasts leave it, so its kilometres are no detour. No route that keeps to the caps was
   left out by rule 1 for one that does not; by a search within tolerances it may have been.
3. One route for each sequence of countries and modes: the best by a criterion, else the one of the
   least generalised cost. The quickest and the best by each criterion stay, whatever else goes
   their way.
4. A number. First the quickest, then the best by every criterion, then the best of each set of
   modes, then that of each set of gateways, then those that differ most from the ones taken.

The quickest is the route that half of the trips take least by, as lists are ordered, while criteria
and tolerances are of plans. It is chosen among all routes of the set within the caps, before any
rule drops one. So whatever the tolerances and the number, no route of the set within the caps has a
lower median than the first of a list, nor is any of them better by a criterion than the best that
is listed. Routes outside the set may have a lower median: those that another beats as planned, and
those that a search within tolerances left out, whose plan is no quicker than that of a route it
returned. No route is chosen by its 5th or 95th percentile: those are figures of the routes shown.

Source of 1: Warburton (1987), Oper. Res. 35(1): approximate Pareto sets of shortest paths.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from corridor.errors import CallError
from corridor.kernels import Bools, Floats, Ints
from corridor.language.messages import figure, message
from corridor.network.graph import number_values
from corridor.network.hazards import risk_share
from corridor.routing.conditions import CRITERIA
from corridor.routing.corridor_names import gateways
from corridor.routing.itinerary import countries, modes
from corridor.routing.medians import Quickest, least_median
from corridor.routing.pareto import Measures, ParetoSet, spread
from corridor.routing.route_tables import RISK_DIGITS
from corridor.units import HOUR_S

POINTS = 100  # of a share


@dataclass(frozen=True, slots=True)
class Showing:
    """What routes of an exact set are shown, and how near two of them may be.

    Attributes
    ----------
    time_tolerance, cost_tolerance, carbon_tolerance
        Share by which a route left out may be better than one shown.
    risk_tolerance
        The same of risk, as a difference of shares: 0.02 is two in a hundred.
    max_detour
        Most kilometres by land, as times the length of the shortest route; null: no cap.
    max_more_transshipments
        Most changes of mode or gauge beyond the fewest by the same modes; null: no cap.
    alike
        Whether several routes are shown through the same countries by the same modes.
    """

    time_tolerance: float = 0.05
    cost_tolerance: float = 0.05
    carbon_tolerance: float = 0.10
    risk_tolerance: float = 0.02
    max_detour: float | None = 2.5
    max_more_transshipments: int | None = 2
    alike: bool = False

    @classmethod
    def of(cls, options: object) -> Showing:
        """Return what options of the same names say is shown."""
        return cls(**{field.name: getattr(options, field.name) for field in fields(cls)})

    def __post_init__(self) -> None:
        """Raise CallError for a tolerance below 0 or a cap that leaves no route."""
        for name, tolerance in zip(CRITERIA, self.tolerances, strict=True):
            if not 0 <= tolerance <= 1:
                raise CallError(
                    f"{name}_tolerance must lie between 0 and 1, not {tolerance}: a share."
                )
        if self.max_detour is not None and not self.max_detour >= 1:
            raise CallError(f"max_detour must be 1 or more, not {self.max_detour}.")
        if self.max_more_transshipments is not None and self.max_more_transshipments < 0:
            raise CallError(
                f"max_more_transshipments must be 0 or more, not {self.max_more_transshipments}."
            )

    @property
    def tolerances(self) -> tuple[float, float, float, float]:
        """The tolerances of time, cost, carbon and risk."""
        return (
            self.time_tolerance,
            self.cost_tolerance,
            self.carbon_tolerance,
            self.risk_tolerance,
        )


USUAL = Showing()
EXACT = Showing(0, 0, 0, 0, None, None, alike=True)  # every route of the exact set


class Choice(NamedTuple):
    """The routes shown, as rows of an exact set; how many were apart, and what is left out."""

    rows: list[int]
    apart_count: int
    left_out: tuple[str, ...]


def choose(pareto: ParetoSet, showing: Showing, max_routes: int) -> Choice:
    """Return which routes of an exact set are shown, at most so many, and why not the others."""
    if showing == EXACT or len(pareto) <= 1:
        return _spread_of_all(pareto, max_routes)

    costs_usd = pareto.costs_usd()
    measures = pareto.measures()
    is_short, is_direct = _within_caps(measures, showing)
    is_within = is_short & is_direct
    criteria = _criteria(pareto)
    best = _best_of(pareto, criteria, costs_usd, np.flatnonzero(is_within))

    order = np.lexsort((costs_usd, ~is_within)).tolist()
    apart = cover(criteria, order, _tolerances_left(showing, pareto), best)
    kept = [row for row in apart if is_within[row]]
    seen = _Seen(pareto, kept)
    different = kept if showing.alike else _one_each(kept, seen.sequence, best)

    at = np.array(different, np.int64)
    _, gateway_set = number_values(map(seen.gateways, different))
    groups = [measures.mode_bits[at], gateway_set]
    before = [different.index(row) for row in best]
    chosen = spread(pareto.values[at], groups, costs_usd[at], max_routes, before)
    rows = [different[k] for k in chosen]
    counts = _Counts(
        exact=len(pareto),
        is_exact=pareto.is_exact,
        apart=len(apart),
        long=sum(not is_short[row] for row in apart),
        reloaded=sum(bool(is_short[row]) and not is_direct[row] for row in apart),
        alike=len(kept) - len(different),
        beyond=len(different) - len(rows),
    )
    return Choice(rows, len(apart), tuple(_say(showing, counts)))


def quickest_shown(pareto: ParetoSet, showing: Showing) -> Quickest | None:
    """Return the route of an exact set that comes first of those shown; null for an empty set.

    However near others are to it, and however few are shown.
    """
    if not len(pareto):
        return None
    is_short, is_direct = _within_caps(pareto.measures(), showing)
    return least_median(pareto, np.flatnonzero(is_short & is_direct).tolist())


def _spread_of_all(pareto: ParetoSet, max_routes: int) -> Choice:
    """Return a choice of all routes of an exact set."""
    before = []
    if len(pareto) > max_routes:
        before.append(least_median(pareto, range(len(pareto))).row)
    rows = spread(pareto.values, [pareto.corridors()], pareto.costs_usd(), max_routes, before)
    return Choice(rows, len(pareto), ())


def cover(
    values: Floats,
    order: Sequence[int],
    tolerances: tuple[float, float, float, float],
    best: Sequence[int] = (),
) -> list[int]:
    """Return rows such that every row is within the tolerances of one of them, in some order.

    values: hours, money, carbon and risk [routes, 4]. order: all rows; one stays if none that stays
    before it is within the tolerances of it or better everywhere. tolerances: shares, the last a
    difference. best: rows that stay before all others, however near they are to each other.
    """
    *shares, points = tolerances
    limits = values * [*(1 + np.array(shares)), 1.0] + [0.0, 0.0, 0.0, points]
    stay = list(best)
    left = np.array(order, np.int64)
    for row in stay:
        left = left[(values[row] > limits[left]).any(axis=1)]
    while len(left):
        row = int(left[0])
        stay.append(row)
        others = left[1:]
        left = others[(values[row] > limits[others]).any(axis=1)]
    return stay


def _tolerances_left(showing: Showing, pareto: ParetoSet) -> tuple[float, float, float, float]:
    """Return what the search has left of the tolerances."""
    if pareto.is_exact:
        return showing.tolerances
    return showing.time_tolerance, 0.0, 0.0, 0.0


def _criteria(pareto: ParetoSet) -> Floats:
    """Return the hours, cents, grams and chance of a closure of every route [routes, 4]."""
    values = pareto.values.astype(float)
    values[:, 0] = np.where(values[:, 0] > 0, (values[:, 0] - pareto.query.depart_s) / HOUR_S, 0.0)
    values[:, 3] = [risk_share(weight) for weight in values[:, 3].tolist()]
    return values


def _best_of(pareto: ParetoSet, criteria: Floats, costs_usd: Floats, rows: Ints) -> list[int]:
    """Return the quickest of some routes, and the best by each criterion in which they differ.

    The quickest by the median comes first, the one with the quickest plan last. Of routes best by
    the same criterion, as far as it is shown, one that is best otherwise is taken, else the one of
    the least generalised cost.
    """
    best = [least_median(pareto, rows.tolist()).row]
    shown = criteria[rows]
    shown[:, -1] = shown[:, -1].round(RISK_DIGITS)
    for column in (*shown.T[1:], shown.T[0]):
        is_least = column == column.min()
        if is_least.all() or np.isin(best, rows[is_least]).any():
            continue
        least = rows[is_least]
        best.append(int(least[costs_usd[least].argmin()]))
    return best


def _within_caps(measures: Measures, showing: Showing) -> tuple[Bools, Bools]:
    """Tell which routes are within the cap of length, and which within that of reloads.

    Where none is within both, that of length alone holds, which the shortest route keeps.
    """
    is_short = _within_detour(measures, showing.max_detour)
    is_direct = _within_reloads(measures, showing.max_more_transshipments)
    if not (is_short & is_direct).any():
        is_direct = np.ones_like(is_direct)
    return is_short, is_direct


def _within_detour(measures: Measures, most: float | None) -> Bools:
    """Tell whose way by land is at most so many times as long as the shortest route is in all."""
    if most is None:
        return np.ones(len(measures.land_m), bool)
    return np.asarray(measures.land_m <= most * measures.length_m.min())


def _within_reloads(measures: Measures, most_more: int | None) -> Bools:
    """Tell which routes change at most so much more often than another by the same modes."""
    reloads = measures.reloads
    if most_more is None:
        return np.ones(len(reloads), bool)
    return np.asarray(reloads <= most_more + _least(reloads, measures.mode_bits))


def _least(values: Ints, groups: Ints) -> Ints:
    """Return the least value of the group of each route [routes]."""
    _, group = np.unique(groups, return_inverse=True)
    least = np.full(group.max() + 1, np.iinfo(np.int64).max)
    np.minimum.at(least, group, values)
    of_each: Ints = least[group]
    return of_each


class _Seen:
    """What a person sees of routes: countries, modes and gateways, found once for each."""

    def __init__(self, pareto: ParetoSet, rows: Sequence[int]) -> None:
        query = pareto.query
        self.sections = {
            row: [section for arc in pareto[row] for section in query.sections[arc]] for row in rows
        }
        self.query = query

    def sequence(self, row: int) -> Hashable:
        """Return the countries and the modes of a route, in the order it first takes them."""
        sections = self.sections[row]
        return tuple(countries(self.query, sections)), tuple(modes(sections))

    def gateways(self, row: int) -> Hashable:
        """Return the gateways that a route passes, its ends apart."""
        return frozenset(gateways(self.query, self.sections[row]))


def _one_each(
    rows: Sequence[int], key: Callable[[int], Hashable], always: Collection[int]
) -> list[int]:
    """Return the first row of each key, and those that always stay."""
    first: dict[Hashable, int] = {}
    for row in rows:
        first.setdefault(key(row), row)
    stay = {*first.values(), *always}
    return [row for row in rows if row in stay]


class _Counts(NamedTuple):
    """How many routes there are, how many are apart, and how many each rule leaves out."""

    exact: int
    is_exact: bool  # else only so many are known
    apart: int
    long: int
    reloaded: int
    alike: int
    beyond: int


def _say(showing: Showing, counts: _Counts) -> list[str]:
    """Say what is left out, a sentence a rule; nothing where every route is shown."""
    sentences: list[str] = []
    shares = [figure(POINTS * share, ",.3g") for share in showing.tolerances]
    tolerances = dict(zip(CRITERIA, shares, strict=True))
    if not counts.is_exact:
        sentences.append(
            message(
                "There are too many routes to hold them all: of {count} found, {apart} are apart. "
                "Each other route is within {time} % of time, {cost} % of cost, {carbon} % of "
                "carbon and {risk} points of risk of one of these, and the best by each criterion "
                "is among those found.",
                count=counts.exact,
                apart=counts.apart,
                **tolerances,
            )
        )
    elif counts.apart < counts.exact:
        sentences.append(
            message(
                "Of {exact} routes that no other beats, {apart} are the best by a criterion or "
                "more than {time} % of time, {cost} % of cost, {carbon} % of carbon or {risk} "
                "points of risk apart; each of the others is that near to one of them.",
                exact=counts.exact,
                apart=counts.apart,
                **tolerances,
            )
        )
    if counts.long:
        sentences.append(
            message(
                "{count} more left out: by land alone over {times} times as long as the shortest "
                "route.",
                count=counts.long,
                times=figure(showing.max_detour or 0, ",.3g"),
            )
        )
    if counts.reloaded:
        sentences.append(
            message(
                "{count} more left out: over {reloads} transshipments more than another by "
                "the same modes.",
                count=counts.reloaded,
                reloads=showing.max_more_transshipments,
            )
        )
    if counts.alike:
        sentences.append(
            message(
                "{count} more left out: through the same countries by the same modes as one "
                "listed before.",
                count=counts.alike,
            )
        )
    if counts.beyond:
        sentences.append(
            message("{count} more left out: beyond the number asked for.", count=counts.beyond)
        )
    return sentences
