"""Regimes: slow states of a border or terminal, each with its hours, money and share of the time.

What stands nowhere among the regimes of a link is its ordinary state, with the hours of its own
row. Hours are then a mixture of log-normals. Its median and percentiles are those of the mixture:
the least hours by which that share of all passages, over all states, is through. They exist and are
unique whatever the shares, as the share through never falls with the hours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from corridor.kernels import Floats, Ints
from corridor.network.calendar import day_of
from corridor.network.graph import Row
from corridor.network.network import Network
from corridor.units import NORMAL_P95

_HALVINGS = 200  # of the interval of a percentile; more than a float can tell apart
_FURTHEST_SIGMAS = 9.0  # a log-normal lies within them but for less than a float can tell


class State(NamedTuple):
    """One state: its share of the time, median hours, spread of their logarithm, and extra USD."""

    share: float
    median_h: float
    sigma: float
    usd: float = 0.0


class Mixture(NamedTuple):
    """The states of a link or terminal, the ordinary one first, and the name they share.

    name: the ids of its regimes; those of the same name are in the same state at the same time.
    """

    name: str
    states: tuple[State, ...]

    @property
    def median_h(self) -> float:
        """The hours by which half of all passages are through."""
        return percentile_h(self.states, 0.5)

    @property
    def sigma(self) -> float:
        """The spread of the log-normal with the same median and 95th percentile."""
        return log_spread(self.median_h, percentile_h(self.states, 0.95))

    @property
    def mean_usd(self) -> float:
        """The extra USD of a passage, on average."""
        return sum(state.share * state.usd for state in self.states)

    def scaled(self, ratio: float, more_h: float) -> Mixture:
        """Return the same states with hours times a ratio, and with more hours in each."""
        states = (s._replace(median_h=ratio * (s.median_h + more_h)) for s in self.states)
        return self._replace(states=tuple(states))


class Regimes(NamedTuple):
    """The regimes in force on a day, by link row and by terminal id."""

    of_links: Mapping[int, Sequence[Row]]
    of_terminals: Mapping[str, Sequence[Row]]


def regimes_on(network: Network, at_s: int) -> Regimes:
    """Return the regimes in force on the day of an instant, in the order of their table."""
    of_links: dict[int, list[Row]] = {}
    of_terminals: dict[str, list[Row]] = {}
    for row in in_force(network, at_s):
        if row["table"] == "terminals":
            for terminal_id in row["row_id"].split():
                of_terminals.setdefault(terminal_id, []).append(row)
        else:
            for link in network.selected_links(row["row_id"]):
                of_links.setdefault(link, []).append(row)
    return Regimes(of_links, of_terminals)


def in_force(network: Network, at_s: int) -> list[Row]:
    """Return the rows of ``regimes`` that hold on the day of an instant, for some of the time."""
    day = day_of(at_s)
    return [
        row
        for row in network.rows("regimes")
        if row["share"] > 0
        and (row["from_on"] is None or row["from_on"] <= day)
        and (row["to_on"] is None or row["to_on"] > day)
    ]


def mixture(ordinary: State, rows: Sequence[Row]) -> Mixture:
    """Return the mixture of an ordinary state, which takes the rest of the time, and regimes.

    Shares that are more than all of the time are taken in proportion.
    """
    slow = [
        State(
            row["share"],
            row["fixed_h"],
            log_spread(row["fixed_h"], row["fixed_p95_h"]),
            row["extra_usd"] or 0.0,
        )
        for row in rows
    ]
    taken = sum(state.share for state in slow)
    scale = max(1.0, taken)
    states = (
        ordinary._replace(share=max(0.0, 1.0 - taken)),
        *(state._replace(share=state.share / scale) for state in slow),
    )
    return Mixture(" ".join(row["regime_id"] for row in rows), states)


def log_spread(median_h: float, p95_h: float | None) -> float:
    """Return the standard deviation of the logarithm of log-normal hours."""
    if median_h > 0 and p95_h is not None and p95_h > median_h:
        return math.log(p95_h / median_h) / NORMAL_P95
    return 0.0


@lru_cache(maxsize=1024)  # the same states are met by every cargo, in many networks
def percentile_h(states: tuple[State, ...], share: float) -> float:
    """Return the least hours by which a share of all passages is through, over all states."""
    low_h = min(s.median_h * math.exp(-_FURTHEST_SIGMAS * s.sigma) for s in states)
    high_h = max(s.median_h * math.exp(_FURTHEST_SIGMAS * s.sigma) for s in states)
    if _through_share(states, low_h) >= share:
        return low_h

    for _ in range(_HALVINGS):
        middle_h = (low_h + high_h) / 2
        if _through_share(states, middle_h) >= share:
            high_h = middle_h
        else:
            low_h = middle_h
    return high_h


def sampled_h(mixed: Mixture, turn: Floats, luck: Floats) -> Floats:
    """Return hours of sampled passages [draws].

    Parameters
    ----------
    mixed
        The states.
    turn
        Numbers from 0 to 1 that say which state each passage meets [draws].
    luck
        How well each passage goes in its state, in standard deviations [draws].
    """
    ends = np.cumsum([state.share for state in mixed.states])
    state: Ints = np.minimum(np.searchsorted(ends, turn, side="right"), len(ends) - 1)
    medians_h = np.array([each.median_h for each in mixed.states])
    sigmas = np.array([each.sigma for each in mixed.states])
    hours: Floats = medians_h[state] * np.exp(sigmas[state] * luck)
    return hours


def _through_share(states: Sequence[State], hours: float) -> float:
    """Return the share of all passages that take at most some hours."""
    return sum(s.share * _share_within(s, hours) for s in states)


def _share_within(state: State, hours: float) -> float:
    """Return the share of the passages of one state that take at most some hours."""
    if state.median_h <= 0 or state.sigma <= 0:
        return float(hours >= state.median_h)
    if hours <= 0:
        return 0.0
    return 0.5 * math.erfc(-math.log(hours / state.median_h) / state.sigma / math.sqrt(2))
