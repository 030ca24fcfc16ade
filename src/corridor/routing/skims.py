"""Skims: what it takes between all pairs of places on one day, by least generalised cost.

The day is frozen. Searching least generalised cost while the calendar moves has no exact answer in
one pass, so :func:`corridor.routing.route.route` is the verb for one dated trip and this one for
matrices.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Unpack

import numpy as np
import polars as pl

from corridor import stopping
from corridor.errors import CallError
from corridor.free_memory import refuse_beyond_free
from corridor.kernels import Bools, Floats, Ints
from corridor.network import hazards
from corridor.network.closure_chances import closures_on
from corridor.network.coverage import is_in_words
from corridor.network.hierarchies import MIN_STATES, Layers, layers_of, weighted
from corridor.network.names import resolve_place
from corridor.network.network import Network
from corridor.routing.conditions import Options
from corridor.routing.frozen_day import FrozenDay, Sums, freeze
from corridor.steps import tell_step
from corridor.units import DAY_S, HOUR_S, NORMAL_P95

if TYPE_CHECKING:
    from corridor.kernels.hierarchy import Sweep

BLOCK_BYTES = 32_000_000  # of the trees that are held at once
MIN_ORIGINS = 32  # of a matrix, from which a hierarchy pays
PAIR_BYTES = 300  # of a row of the matrix, and of what it is made from


def skim(
    network: Network,
    *,
    cargo: str,
    depart: dt.date | str,
    places: Sequence[str] | None = None,
    **options: Unpack[Options],
) -> pl.DataFrame:
    """Return time, money, carbon and risk between all pairs of places on a day.

    Each pair takes its route of least generalised cost = money + hours x value x
    time_value_share_per_day / 24. A link shut for the whole week from the day on is not passed;
    nights, weekends and sailings cost their mean wait over that week.

    Parameters
    ----------
    network
        The network, as built: dated changes hold on their days.
    cargo
        The cargo, of which one unit is moved.
    depart
        The day.
    places
        Ids, names or UN/LOCODEs; null: every place.
    options
        avoid, carrier and lot_t of :class:`corridor.routing.conditions.Options`.

    Returns
    -------
    pl.DataFrame
        A row a pair: origin, destination, cargo_id, generalised_cost_usd, time_h, time_p95_h,
        cost_usd, carbon_kg, risk_share, length_km, border_h, border_usd (the part of time and money
        spent on links between two countries: queue, clearance, anchorage and their fees), reason;
        where there is no route they are null and reason is ``no route``. time_p95_h: of a
        log-normal with the sum's mean and variance. As in :func:`corridor.routing.journeys.sample`,
        hours under way err together within a mode, every border, terminal, headway and storm by
        itself; hours of opening add no spread.

    Notes
    -----
    Source: moments of a sum of log-normals, Fenton (1960), IRE Transactions on Communications
    Systems 8(1).

    Examples
    --------
    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan").network
    >>> ends = ["almaty", "karachi"]
    >>> co.skim(network, cargo="container-40", depart="2026-07-01", places=ends).height
    2
    """
    return skims_by_value(network, (None,), cargo=cargo, depart=depart, places=places, **options)[0]


def skims_by_value(
    network: Network,
    hours_usd: Sequence[float | None],
    *,
    cargo: str,
    depart: dt.date | str,
    places: Sequence[str] | None = None,
    with_risk: bool = True,
    **options: Unpack[Options],
) -> list[pl.DataFrame]:
    """Return a :func:`skim` for each of several goods that travel as one cargo.

    Their routes differ by what an hour is worth. hours_usd: USD of an hour for one unit; null: that
    of the cargo. with_risk: whether risk_share is told, else it is not among the columns.
    """
    if places is not None and not len(places):
        raise CallError("places cannot be empty: name some, or give None for every place.")
    day = freeze(network, cargo=cargo, depart=depart, options=options)
    node_ids = day.query.graph.node_ids

    nodes = list(range(len(node_ids)))
    if places is not None:
        nodes = [node_ids.index(resolve_place(network, place)) for place in places]
    days = (day if usd is None else day.valued(usd) for usd in hours_usd)
    return [_matrix(valued, nodes, with_risk=with_risk) for valued in days]


class _Trees(NamedTuple):
    """Least-cost routes from the states of some places to the goals of a matrix.

    distance int64 [places, goals]: generalised cost in cents; values int64 [places, 8 + modes,
    goals]: the rows of Sums; words int64 [words, places, goals]: hazards.
    """

    distance: Ints
    values: Ints
    words: Ints


class _Pairs(NamedTuple):
    """Pairs of different places, as rows of the places, and the goal each ends at [pairs].

    tree: the row of the trees that lead from the origin.
    """

    tree: Ints
    origin: Ints
    destination: Ints
    goal: Ints
    is_reached: Bools


class _Ready(NamedTuple):
    """A network's graph made ready for many searches, with the weights of a day."""

    layers: Layers
    sweep: Sweep


def _matrix(day: FrozenDay, nodes: Sequence[int], *, with_risk: bool) -> pl.DataFrame:
    """Search all pairs of some node rows, from a block of them after the other."""
    _refuse_too_many(len(nodes))
    starts = [day.starts[node] for node in nodes]
    goals, ends = _goals([day.ends[node] for node in nodes])
    ready = _ready(day) if len(nodes) >= MIN_ORIGINS else None
    block = max(1, BLOCK_BYTES // _tree_bytes(day))

    rows = []
    for first in range(0, len(nodes), block):
        stopping.raise_if_stopped()
        end = min(first + block, len(nodes))
        trees = _trees(day, ready, starts[first:end], goals)
        pairs = _pairs(trees, ends, range(first, end))
        sums = _sums(trees, pairs)
        figures = _figures(trees, pairs, sums)
        if with_risk:
            risk_shares = _risk_shares(day, trees, pairs, sums.seconds)
            figures.insert_column(figures.columns.index("length_km"), risk_shares)
        rows.append(_block(day, nodes, figures, pairs))
        tell_step("places", end, len(nodes))
    return pl.concat(rows)


def _goals(ends: Sequence[Ints]) -> tuple[Ints, list[Ints]]:
    """Return the states in which goods end at some places, and which of them each place has.

    One state is always among them, for places without any to point at.
    """
    goals = np.unique(np.concatenate([*ends, np.zeros(1, np.int64)]))
    return goals, [np.searchsorted(goals, states) for states in ends]


def _refuse_too_many(places: int) -> None:
    """Raise TooLarge for more places than there is memory for the pairs of."""
    refuse_beyond_free(
        places**2 * PAIR_BYTES,
        f"A matrix of {places:,} places ({places * (places - 1):,} pairs)",
        "name fewer places, or ask for some origins after the others",
    )


def _tree_bytes(day: FrozenDay) -> int:
    """Return what the tree from one place takes: distance, arc, values and words of every state."""
    numbers_a_state = len(day.values) + len(day.hazard_words) + 2
    return 8 * numbers_a_state * (len(day.ptr) - 1)


def _block(
    day: FrozenDay, nodes: Sequence[int], figures: pl.DataFrame, pairs: _Pairs
) -> pl.DataFrame:
    """Return the rows of the pairs that start at some of the places."""
    unreached = np.flatnonzero(~pairs.is_reached)
    of_reached = [column.scatter(unreached, None) for column in figures]
    reasons = pl.Series("reason", [None, "no route"], dtype=pl.String)
    reason = reasons[(~pairs.is_reached).astype(np.uint32)]
    return _keys(day, nodes, pairs).hstack([*of_reached, reason])


def _ready(day: FrozenDay) -> _Ready | None:
    """Return the graph of a day ready for many searches; null: one search after the other.

    That is where there are few states, where arcs cost nothing, so that distances do not say which
    of equal routes a search takes, and where costs do not fit.
    """
    if len(day.ptr) - 1 < MIN_STATES or (day.weight == 0).any():
        return None

    layers = layers_of(day.query.network, day.ptr, day.head)
    sweep = weighted(layers, day.weight)
    return None if sweep is None else _Ready(layers, sweep)


def _trees(day: FrozenDay, ready: _Ready | None, starts: Sequence[Ints], goals: Ints) -> _Trees:
    """Search from the states of every place to the goals."""
    sources = np.concatenate([*starts, np.zeros(0, np.int64)]).astype(np.int64)
    source_ptr = np.cumsum([0, *map(len, starts)]).astype(np.int64)
    if ready is not None:
        trees = _trees_of_sweeps(day, ready, sources, source_ptr, goals)
        if trees is not None:
            return trees
    return _trees_of_searches(day, sources, source_ptr, goals)


def _trees_of_sweeps(
    day: FrozenDay, ready: _Ready, sources: Ints, source_ptr: Ints, goals: Ints
) -> _Trees | None:
    """Return the trees from groups of sources by a hierarchy; null: costs do not fit."""
    from corridor.kernels import hierarchy
    from corridor.kernels.paths import UNREACHED, along_distances

    layers = ready.layers
    least, is_exact = hierarchy.distances(
        layers.hierarchy, ready.sweep, layers.everywhere, sources, source_ptr
    )
    if not is_exact:
        return None

    least = np.ascontiguousarray(least)
    values, words = along_distances(
        least,
        layers.arcs_into,
        day.tail,
        day.weight,
        np.ascontiguousarray(day.values.T),
        np.ascontiguousarray(day.hazard_words.T),
        goals,
    )
    distance = least[:, goals].astype(np.int64)
    distance[distance >= hierarchy.FAR] = UNREACHED
    return _Trees(distance, values, words)


def _trees_of_searches(day: FrozenDay, sources: Ints, source_ptr: Ints, goals: Ints) -> _Trees:
    """Return the trees from groups of sources by one search after the other."""
    from corridor.kernels.paths import along_trees, dijkstra_many

    distance, arc = dijkstra_many(day.ptr, day.head, day.weight, sources, source_ptr)
    first_word, *further = day.hazard_words
    values, joined = along_trees(distance, arc, day.tail, day.values, first_word)

    no_values = day.values[:0]
    words = [
        joined,
        *(along_trees(distance, arc, day.tail, no_values, word)[1] for word in further),
    ]
    return _Trees(distance[:, goals], values[:, :, goals], np.stack(words)[:, :, goals])


def _pairs(trees: _Trees, ends: Sequence[Ints], origins: range) -> _Pairs:
    """Pair some places with all others, each with its goal that is nearest to its origin."""
    from corridor.kernels.paths import UNREACHED

    places = np.arange(len(ends))
    tree, destination = np.nonzero(np.array(origins)[:, None] != places)
    goal = _nearest(trees.distance, ends)[tree, destination]
    has_goals = np.array([len(each) > 0 for each in ends], bool)
    is_reached = has_goals[destination] & (trees.distance[tree, goal] < UNREACHED)
    return _Pairs(tree, tree + origins.start, destination, goal, is_reached)


def _keys(day: FrozenDay, nodes: Sequence[int], pairs: _Pairs) -> pl.DataFrame:
    """Return what a row of a skim is about."""
    node_ids = np.array(day.query.graph.node_ids, dtype=object)[nodes]
    cargo_ids = [day.query.party.cargo_id] * len(pairs.goal)
    return pl.DataFrame(
        {
            "origin": pl.Series(node_ids[pairs.origin].tolist(), dtype=pl.String),
            "destination": pl.Series(node_ids[pairs.destination].tolist(), dtype=pl.String),
            "cargo_id": pl.Series(cargo_ids, dtype=pl.String),
        }
    )


def _nearest(distance: Ints, ends: Sequence[Ints]) -> Ints:
    """Return the goal of every place that is nearest to every origin [origins, places]."""
    nearest = np.zeros((len(distance), len(ends)), np.int64)
    for node, options in enumerate(ends):
        if len(options):
            nearest[:, node] = options[distance[:, options].argmin(axis=1)]
    return nearest


def _figures(trees: _Trees, pairs: _Pairs, sums: Sums) -> pl.DataFrame:
    """Return what routes take, in the units of a skim; anything where no route leads."""
    weight = np.where(pairs.is_reached, trees.distance[pairs.tree, pairs.goal], 0)
    return pl.DataFrame(
        {
            "generalised_cost_usd": weight / 100,
            "time_h": sums.seconds / HOUR_S,
            "time_p95_h": _p95_h(sums),
            "cost_usd": sums.cents / 100,
            "carbon_kg": sums.grams / 1000,
            "length_km": sums.metres / 1000,
            "border_h": sums.border_s / HOUR_S,
            "border_usd": sums.border_cents / 100,
        }
    )


def _sums(trees: _Trees, pairs: _Pairs) -> Sums:
    """Return what adds up along every route; 0 where none leads."""
    values = trees.values[pairs.tree, :, pairs.goal].T
    return Sums.of(np.where(pairs.is_reached, values, 0))


def _risk_shares(day: FrozenDay, trees: _Trees, pairs: _Pairs, seconds: Ints) -> pl.Series:
    """Return the chance that goods of each route meet a closure, as if half-way they met all.

    seconds: how long each route takes [pairs].
    """
    words = trees.words[:, pairs.tree, pairs.goal]
    half_d = seconds / 2 / DAY_S
    depart_d = np.full(len(half_d), day.query.depart_s / DAY_S)
    expected = np.zeros(len(half_d))
    for hazard, law in enumerate(hazards.laws(day.query.network)):
        is_met = is_in_words(words, hazard)
        at_d = (depart_d + half_d)[is_met]
        expected[is_met] += closures_on(law, depart_d[is_met], at_d)
    shares = 0.0 - np.expm1(-expected)  # 0, not -0
    return pl.Series("risk_share", shares, pl.Float64)


def _p95_h(sums: Sums) -> Floats:
    """Return the 95th percentile of the hours of routes [routes], at least the planned ones."""
    mean_s = np.maximum(sums.seconds + sums.excess_s, 1.0)
    # Deviations of one mode add up before they are squared: its hours err together.
    together = (sums.mode_deviations.astype(np.float64) ** 2).sum(axis=0)
    sigma = np.sqrt(np.log1p((sums.variance + together) / mean_s**2))

    late_s = mean_s * np.exp(NORMAL_P95 * sigma - sigma**2 / 2)
    late_h: Floats = np.maximum(late_s, sums.seconds) / HOUR_S
    return late_h
