"""Border states: how places open and shut together, as a chain of months fitted from a history.

A state is joint: how every place stood in the same month. Only combinations that were seen are
states, so places that shut together do so in the chain. How long a state lasts is geometric
(Markov) unless the lengths seen ask for a chance of leaving that changes with age (semi-Markov).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import NamedTuple

import numpy as np
import polars as pl
from scipy.optimize import minimize
from scipy.stats import chi2

from corridor.errors import CallError, UnknownName
from corridor.kernels import Bools, Floats, Ints
from corridor.network.network import Network

MONTHS_OF_YEAR = 12
MAX_AGE_M = 36  # months in a state beyond which its age is no longer counted
MIN_SPELLS = 4  # ended spells of a state below which their lengths are not tested
SIGNIFICANCE = 0.05
HALF_SHARE = 0.5  # of a month in which a quarter to three quarters of the days were open
SHUT_SHARES = {"open": 0.0, "half": HALF_SHARE, "shut": 1.0, "trade-stopped": 1.0}
CLOSED = "closed"  # status of a link
# Jeffreys' prior of a share: half a month of leaving, half of staying.
PRIOR_LEAVINGS = 0.5
PRIOR_MONTHS = 1.0

JointState = tuple[str, ...]


class Spell(NamedTuple):
    """Months in a row in one state; ended: whether the end was seen."""

    state: int
    months: int
    ended: bool


class LengthTest(NamedTuple):
    """Whether lengths of a state are geometric: the shape fitted, and how likely by chance.

    shape: 1 is geometric, below 1 a state gets surer with age. p_value: null where too few spells
    ended.
    """

    shape: float | None
    p_value: float | None
    spells: int

    @property
    def is_semi_markov(self) -> bool:
        """Whether the lengths ask for a chance of leaving that changes with age."""
        return self.p_value is not None and self.p_value < SIGNIFICANCE


@dataclass(frozen=True, eq=False)
class BorderChain:
    """A chain of months over joint states and the months spent in them.

    Attributes
    ----------
    places
        What stood so.
    states
        The joint states, each with a word for every place.
    leave_share
        Chance that a state is left in the next month, float64 [states, ages]: by the months spent
        in it, from 1 to the age beyond which it is not counted.
    goes_to
        Where it goes when it is left, float64 [states, states]: rows sum to 1.
    now
        The last state seen, by its number, and its months.
    tests
        What was tested of the lengths of each state.
    """

    places: tuple[str, ...]
    states: tuple[JointState, ...]
    leave_share: Floats
    goes_to: Floats
    now: tuple[int, int]
    tests: tuple[LengthTest, ...] = ()

    @property
    def ages(self) -> int:
        """How many ages of a state are told apart."""
        return int(self.leave_share.shape[1])

    def number(self, state: int, age_m: int) -> int:
        """Return the number of a state at an age, as rows of :meth:`month` are in order."""
        return state * self.ages + min(age_m, self.ages) - 1

    def month(self) -> Floats:
        """Return the chance of each state and age in a month from each before [numbers, numbers].

        Numbers are states, and within a state ages.
        """
        count = len(self.states) * self.ages
        chance = np.zeros((count, count))

        for state in range(len(self.states)):
            for age_m in range(1, self.ages + 1):
                row = self.number(state, age_m)
                leaves = float(self.leave_share[state, age_m - 1])
                chance[row, self.number(state, age_m + 1)] += 1 - leaves
                for other in np.flatnonzero(self.goes_to[state]).tolist():
                    chance[row, self.number(other, 1)] += leaves * self.goes_to[state, other]
        return chance

    def years(self) -> YearChain:
        """Return the chain by years: what a year is like that begins in a state at an age."""
        month = self.month()
        of_state = np.repeat(np.eye(len(self.states)), self.ages, axis=0)
        occupancy = np.zeros((len(month), len(self.states)))
        power = np.eye(len(month))
        for _ in range(MONTHS_OF_YEAR):
            power = power @ month
            occupancy += power @ of_state / MONTHS_OF_YEAR

        first = np.zeros(len(month))
        first[self.number(*self.now)] = 1.0
        labels = [(s, a) for s in range(len(self.states)) for a in range(1, self.ages + 1)]
        return YearChain(power, occupancy, first, tuple(labels))

    def without_age(self) -> BorderChain:
        """Return the chain with one age a state, where no state's lengths ask for more."""
        return replace(self, leave_share=self.leave_share[:, :1], now=(self.now[0], 1))

    def with_states(self, *further: JointState) -> BorderChain:
        """Return the chain with more states, which are never reached from those seen."""
        count = len(self.states)
        total = count + len(further)
        goes_to = np.zeros((total, total))
        goes_to[:count, :count] = self.goes_to
        goes_to[count:, 0] = 1.0  # where a state that is never left would go

        never = np.zeros((len(further), self.ages))
        leave_share = np.concatenate([self.leave_share, never])
        states = (*self.states, *further)
        return replace(self, states=states, leave_share=leave_share, goes_to=goes_to)

    def settled_in(self, state: int) -> BorderChain:
        """Return the chain that goes to a state at once, wherever it is, and stays in it."""
        leave_share = np.ones_like(self.leave_share)
        leave_share[state] = 0.0
        goes_to = np.zeros_like(self.goes_to)
        goes_to[:, state] = 1.0
        return replace(self, leave_share=leave_share, goes_to=goes_to, now=(state, 1))


class YearChain(NamedTuple):
    """A chain by years over numbers, each a state and an age at the start of a year.

    chance float64 [numbers, numbers]: of the next year's number. occupancy float64 [numbers,
    states]: mean share of the year's months in each joint state. first float64 [numbers]: chance of
    the first year's. labels: state and months of each number.
    """

    chance: Floats
    occupancy: Floats
    first: Floats
    labels: tuple[tuple[int, int], ...]

    def marginal(self, years: int) -> Floats:
        """Return the chance of every number at the start of each year [years, numbers]."""
        rows = [self.first]
        for _ in range(years - 1):
            rows.append(rows[-1] @ self.chance)
        return np.array(rows)


def fit_chain(
    states: pl.DataFrame, places: Sequence[str], *, max_age_m: int = MAX_AGE_M
) -> BorderChain:
    """Return the chain of some places, fitted from the months in which all of them were seen.

    Parameters
    ----------
    states
        Table ``states``: place, month, state.
    places
        Which of its places.
    max_age_m
        Months in a state up to which ages are told apart.

    Returns
    -------
    BorderChain
        States in the order first seen. Chances of leaving have Jeffreys' prior, so that a state
        never left so far may be left.

    Raises
    ------
    UnknownName
        For a place that the table has not.
    CallError
        Where no month has all places.

    Source: Nakagawa and Osaki (1975), IEEE Transactions on Reliability 24(5), for the discrete
    Weibull distribution of lengths; likelihood ratio test of its shape, Wilks (1938).
    """
    history = _joint_history(states, places)
    seen = tuple(dict.fromkeys(history))
    spells = _spells([seen.index(state) for state in history])

    tests = tuple(_test_lengths(spells, state) for state in range(len(seen)))
    leave = np.array([_leave_share(spells, s, tests[s], max_age_m) for s in range(len(seen))])
    if len(seen) == 1:
        leave[:] = 0.0
    last = spells[-1]
    return BorderChain(
        places=tuple(places),
        states=seen,
        leave_share=leave,
        goes_to=_destinations(spells, len(seen)),
        now=(last.state, last.months),
        tests=tests,
    )


def _joint_history(states: pl.DataFrame, places: Sequence[str]) -> list[JointState]:
    """Return how all places stood, month by month, from the first month that has all on."""
    have = states["place"].unique().to_list()
    for place in places:
        if place not in have:
            raise UnknownName("place of states", place, have)

    wide = (
        states.filter(pl.col("place").is_in(list(places)))
        .pivot("place", index="month", values="state")
        .drop_nulls()
        .sort("month")
    )
    if not wide.height:
        raise CallError(f"no month of states has all of {', '.join(places)}.")
    return [tuple(row) for row in wide.select(places).iter_rows()]


def _spells(history: Sequence[int]) -> list[Spell]:
    runs = [(state, len(list(months))) for state, months in groupby(history)]
    last = len(runs) - 1
    return [Spell(state, months, n < last) for n, (state, months) in enumerate(runs)]


def _leave_share(spells: Sequence[Spell], state: int, test: LengthTest, max_age_m: int) -> Floats:
    """Return the chance that a state is left in the next month, by its months so far [ages]."""
    of_state = [spell for spell in spells if spell.state == state]
    if test.is_semi_markov and test.shape is not None:
        scale, shape = _fit_weibull(of_state)
        ages = np.arange(max_age_m + 1, dtype=float)
        survival = -scale * ages**shape  # logarithm
        return np.asarray(-np.expm1(np.diff(survival)))

    leavings = sum(spell.ended for spell in of_state) + PRIOR_LEAVINGS
    months = sum(spell.months for spell in of_state) + PRIOR_MONTHS
    return np.full(max_age_m, leavings / months)


def _destinations(spells: Sequence[Spell], count: int) -> Floats:
    """Return where each state goes when it is left; one prior leaving over all others."""
    others = max(count - 1, 1)
    chance = np.full((count, count), 1 / others)
    np.fill_diagonal(chance, 0.0)
    for spell, following in pairwise(spells):
        chance[spell.state, following.state] += 1.0
    if count == 1:
        return np.ones((1, 1))
    return np.asarray(chance / chance.sum(axis=1, keepdims=True))


def _test_lengths(spells: Sequence[Spell], state: int) -> LengthTest:
    """Return whether the lengths of a state may be geometric, by a likelihood ratio."""
    of_state = [spell for spell in spells if spell.state == state]
    ended = sum(spell.ended for spell in of_state)
    if ended < MIN_SPELLS:
        return LengthTest(None, None, ended)

    scale, shape = _fit_weibull(of_state)
    months = sum(spell.months for spell in of_state)
    geometric = _log_likelihood(of_state, -np.log1p(-min(ended / months, 1 - 1e-12)), 1.0)
    ratio = 2 * (_log_likelihood(of_state, scale, shape) - geometric)
    return LengthTest(shape, float(chi2.sf(max(ratio, 0.0), 1)), ended)


def _fit_weibull(spells: Sequence[Spell]) -> tuple[float, float]:
    """Return scale and shape of the discrete Weibull distribution most likely for lengths."""
    ended = sum(spell.ended for spell in spells)
    months = sum(spell.months for spell in spells)
    start = np.log([max(ended, 0.5) / months, 1.0])

    def short(parameters: Floats) -> float:
        return -_log_likelihood(spells, *np.exp(parameters).tolist())

    fit = minimize(short, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-10})
    scale, shape = np.exp(fit.x).tolist()
    return scale, shape


def _log_likelihood(spells: Sequence[Spell], scale: float, shape: float) -> float:
    """Return the logarithm of the likelihood: survival until month k is exp(-scale k^shape).

    A spell without its end has lasted at least its months.
    """
    months = np.array([spell.months for spell in spells], float)
    ended: Bools = np.array([spell.ended for spell in spells])
    before = -scale * (months - 1) ** shape
    after = -scale * months**shape
    log_leaving = before + np.log(np.maximum(-np.expm1(after - before), 1e-300))
    return float(np.where(ended, log_leaving, before).sum())


def draw_history(chain: BorderChain, months: int, rng: np.random.Generator) -> Ints:
    """Return the joint states of so many months after now int64 [months]."""
    month = chain.month()
    number = chain.number(*chain.now)
    states = []
    for _ in range(months):
        number = int(rng.choice(len(month), p=month[number]))
        states.append(number // chain.ages)
    return np.array(states, np.int64)


def closures(network: Network, places: Sequence[str]) -> pl.DataFrame:
    """Return the change rows that shut places of the table ``states``.

    A place is a hazard, whose links are meant, or a selector of links.
    """
    hazards = network.by_id("hazards")
    links = [
        hazards[place]["row_id"] if place in hazards else place.removeprefix("links:")
        for place in places
    ]
    return pl.DataFrame(
        {
            "change_id": [f"shut {place}" for place in places],
            "table": ["links"] * len(places),
            "row_id": links,
            "column": ["status"] * len(places),
            "op": ["set"] * len(places),
            "value": [CLOSED] * len(places),
        }
    )
