"""Frozen day: the network of one day and one cargo as arrays, its arcs by generalised cost.

An arc shut for the whole week from the day on is not passed; nights, weekends and sailings cost
their mean wait over that week.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from corridor.errors import CallError
from corridor.kernels import Bools, Floats, Ints
from corridor.network.cost import cargo_hour_usd
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.routing.conditions import Options
from corridor.routing.query import Query, bans, prepare, rule_ids
from corridor.routing.waits import mean_waits
from corridor.units import HOUR_S

SKIM_OPTIONS = ("avoid", "carrier", "service_class", "sanctions", "lot_t")
MAX_ADDED = 1 << 50  # by one arc to a sum, so that the longest route stays below 2**62


class Sums(NamedTuple):
    """What adds up along a route; each an array [routes], or [arcs] of one arc.

    excess_s: mean over median seconds; variance: in square seconds, of all that errs by itself;
    mode_deviations: standard deviation of seconds under way by each mode [modes, routes], which err
    together.
    """

    seconds: Ints
    cents: Ints
    grams: Ints
    metres: Ints
    border_s: Ints
    border_cents: Ints
    excess_s: Ints
    variance: Ints
    mode_deviations: Ints

    @classmethod
    def of(cls, values: Ints) -> Sums:
        """Name the rows of an array as in FrozenDay.values [8 + modes, ...]."""
        count = len(cls._fields) - 1
        return cls._make([*values[:count], values[count:]])


@dataclass(frozen=True, eq=False)
class FrozenDay:
    """A network on one day for one cargo, as arrays in CSR order.

    weight: generalised cost of every arc in cents, -1 where shut [arcs]; values: the rows of
    :class:`Sums` of every arc [8 + modes, arcs]; hazard_words: hazards [words, arcs]. starts, ends:
    states goods start and end in, by node row. query: the question it was made from; hour_usd: what
    an hour costs one unit.
    """

    query: Query
    ptr: Ints
    tail: Ints
    head: Ints
    arc_of: Ints
    weight: Ints
    values: Ints
    hazard_words: Ints
    starts: list[Ints]
    ends: list[Ints]
    hour_usd: float

    def valued(self, hour_usd: float) -> FrozenDay:
        """Return the same day with another value of an hour."""
        sums = Sums.of(self.values)
        weight = _weights(sums.seconds, sums.cents, self.weight < 0, hour_usd)
        return replace(self, weight=weight, hour_usd=hour_usd)


def freeze(
    network: Network, *, cargo: str, depart: dt.date | str, options: Options | None = None
) -> FrozenDay:
    """Return the network of one day and cargo as arrays, its arcs weighted by generalised cost.

    Rules that name an origin or destination country do not apply: a matrix has many.
    """
    _check_options(options or {})
    query = _between_any(network, cargo, depart, options or {})
    hour_usd = cargo_hour_usd(query.network.by_id("cargoes")[cargo])

    wait_s, storm_variance = _waits(query)
    is_shut = np.isnan(wait_s) | (query.duration_s < 0)
    seconds = _seconds(query, wait_s, is_shut)
    values = _values(query, seconds, storm_variance)

    order = query.arc_of
    return FrozenDay(
        query=query,
        ptr=query.ptr,
        tail=query.graph.tail[order],
        head=query.head,
        arc_of=order,
        weight=_weights(seconds, query.usd_cents, is_shut, hour_usd)[order],
        values=np.rint(np.minimum(values, MAX_ADDED)).astype(np.int64)[:, order],
        hazard_words=np.ascontiguousarray(query.hazard_words[:, order]),
        starts=query.graph.starts_by_place,
        ends=query.graph.ends_by_place,
        hour_usd=hour_usd,
    )


def _check_options(options: Options) -> None:
    """Raise CallError for an option that only makes sense for one trip."""
    for name, value in options.items():
        if name not in SKIM_OPTIONS and value is not None and value != ():
            raise CallError(
                f"{name} says something about one trip: a matrix takes "
                f"{' and '.join(SKIM_OPTIONS)} only."
            )


def _between_any(network: Network, cargo: str, depart: dt.date | str, options: Options) -> Query:
    """Return the question of a cargo on a day, between no places in particular."""
    any_place = network.frames["nodes"]["node_id"][0]
    return prepare(
        network,
        any_place,
        any_place,
        cargo=cargo,
        depart=depart,
        options=options,
        between_any=True,
    )


def _seconds(query: Query, wait_s: Floats, is_shut: Bools) -> Ints:
    """Return the whole seconds every arc takes, its mean wait included; 0 where it is shut."""
    spent_s = query.duration_s + np.where(np.isnan(wait_s), 0, wait_s)
    seconds: Ints = np.where(is_shut, 0, spent_s).round().astype(np.int64)
    return seconds


def _values(query: Query, seconds: Ints, storm_variance: Floats) -> Floats:
    """Return what adds up along a route, of every arc: the rows of Sums [8 + modes, arcs]."""
    metres, is_border = _lengths(query)
    spread = partial(_spread, query)
    excess, variance, *by_mode = query.network.once(Derived.SPREAD.of(query.costs), spread)
    return np.vstack(
        [
            seconds,
            query.usd_cents,
            query.carbon_g,
            metres,
            _at_borders(query, is_border),
            excess,
            variance + storm_variance,
            *by_mode,
        ]
    )


def _weights(seconds: Ints, cents: Ints, is_shut: Bools, hour_usd: float) -> Ints:
    """Return the generalised cost of arcs in whole cents, -1 where they are shut."""
    time_cents = np.rint(seconds / HOUR_S * hour_usd * 100).astype(np.int64)
    weights: Ints = np.where(is_shut, -1, cents + time_cents)
    return weights


def _waits(query: Query) -> Floats:
    """Return mean waits, and variances of waits for the weather, of all arcs [2, arcs].

    Made once for a day and what is forbidden.
    """
    memo = Derived.MEAN_WAITS.of(query.depart_s, rule_ids(bans(query.rules)), query.costs.times_key)
    return query.network.once(memo, lambda: mean_waits(query.spans, query.depart_s))


def _lengths(query: Query) -> tuple[Ints, Bools]:
    """Return the metres of every arc, and which links lead from one country to another."""

    def compute() -> tuple[Ints, Bools]:
        metres = np.array([1000 * row["length_km"] for row in query.network.rows("links")])
        arc, at = query.graph.runs_of_arcs
        of_arcs = np.rint(np.bincount(arc, metres[at // 2], query.graph.arcs_count))
        return of_arcs.astype(np.int64), _border_links(query)

    return query.network.once(Derived.ARC_LENGTHS.of(), compute)


def _border_links(query: Query) -> Bools:
    """Return which links lead from one country to another [links]."""
    country = {node["node_id"]: node["country"] for node in query.network.rows("nodes")}
    links = query.network.rows("links")
    crosses = [country[row["from_node_id"]] != country[row["to_node_id"]] for row in links]
    return np.array(crosses, bool)


def _at_borders(query: Query, is_border: Bools) -> Floats:
    """Return the seconds and cents at borders of every arc [2, arcs]."""
    arc, at = query.graph.runs_of_arcs
    crosses = is_border[at // 2]
    arc = arc[crosses]
    at = at[crosses]

    link_costs = query.costs.link
    count = query.graph.arcs_count
    seconds = np.bincount(arc, HOUR_S * link_costs.fixed_h[at], count)
    cents = np.bincount(arc, 100 * link_costs.charge_usd[at], count)
    return np.stack([seconds, cents])


def _spread(query: Query) -> Floats:
    """Return how the seconds of every arc spread, storms apart [2 + modes, arcs].

    Rows: excess of mean over median, variance, and the standard deviation under way by each mode.
    """
    costs = query.costs
    link_costs = costs.link
    count = query.graph.arcs_count
    arc, at = query.graph.runs_of_arcs
    mode, run_sigma = _running(query)
    stand_excess, stand_sd = _moments(HOUR_S * link_costs.fixed_h, link_costs.fixed_sigma)
    handled_excess, handled_sd = _moments(HOUR_S * costs.fixed_h, costs.handling_sigma)
    before_excess, before_sd = _moments(HOUR_S * costs.before_h, costs.before_sigma)
    run_excess, run_sd = _moments(HOUR_S * costs.run_h, run_sigma)

    # A wait spread evenly over a headway has a twelfth of its square as variance.
    headway_variance = (HOUR_S * costs.headway_h) ** 2 / 12
    excess = np.bincount(arc, stand_excess[at], count) + handled_excess + before_excess + run_excess
    variance = (
        np.bincount(arc, stand_sd[at] ** 2, count) + handled_sd**2 + before_sd**2 + headway_variance
    )
    by_mode = [np.where(mode == name, run_sd, 0.0) for name in sorted(set(mode.tolist()) - {""})]
    return np.stack([excess, variance, *by_mode])


def _running(query: Query) -> tuple[np.ndarray[tuple[int], np.dtype[np.object_]], Floats]:
    """Return the mode of every arc, empty at terminals, and the spread of its hours under way.

    Both are those of the first link the arc runs over.
    """
    links = query.network.rows("links")
    count = query.graph.arcs_count
    arc, at = query.graph.runs_of_arcs
    first = np.unique(arc, return_index=True)[1]

    mode = np.array([""] * count, dtype=object)
    mode[arc[first]] = [links[link]["mode"] for link in (at[first] // 2).tolist()]
    run_sigma = np.zeros(count)
    run_sigma[arc[first]] = query.costs.link.run_sigma[at[first]]
    return mode, run_sigma


def _moments(median: Floats, sigma: Floats) -> tuple[Floats, Floats]:
    """Return mean less median, and standard deviation, of log-normals."""
    mean: Floats = median * np.exp(sigma**2 / 2)
    return mean - median, mean * np.sqrt(np.expm1(sigma**2))
