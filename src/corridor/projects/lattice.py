"""Lattice: every set of projects that can be open or being built, year by year.

A state says of each project whether it is not begun, in which year of building it is, or that it is
open. Budgets, precedence and exclusion depend on the state alone, so that states with the same
future are one, whatever the order they were reached in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridor.errors import CallError, TooLarge
from corridor.kernels import Bools, Floats, Ints

Digits = NDArray[np.int8]

MAX_STATES = 30_000_000  # over all years: about 2 GB
MAX_BITS = 62  # of a state in one whole number
BUDGET_TOLERANCE = 1e-9  # of a budget, for sums of spending


@dataclass(frozen=True, eq=False)
class Programme:
    """Projects to be put in order, as arrays; year 0 is the first that one may begin in.

    Attributes
    ----------
    benefit_usd
        What a year is worth with a set of projects open, float64 [years, subsets]: project p is in
        subset s where bit p of s is set. NaN: the set cannot be.
    own_usd
        Value in year 0 of what depends on the year alone that a project begins in (its capital
        cost, its residual value), float64 [first years, projects]. None begins in later years.
    spend_usd
        What each project spends in each year of building; as many years as it takes.
    budget_usd
        What funds have for a year, float64 [years, funds].
    fund_share
        Share of each project that a fund pays, float64 [projects, funds].
    discount
        Value in year 0 of a USD of each year, float64 [years].
    earliest
        The first year that each project may begin in, int64 [projects].
    requires, excludes
        Pairs of projects: the first begins and opens no sooner than the second; not both begin.
    carries_over
        Whether a fund keeps for later years what it does not spend.
    """

    benefit_usd: Floats
    own_usd: Floats
    spend_usd: tuple[Floats, ...]
    budget_usd: Floats
    fund_share: Floats
    discount: Floats
    earliest: Ints
    requires: tuple[tuple[int, int], ...] = ()
    excludes: tuple[tuple[int, int], ...] = ()
    carries_over: bool = True

    @property
    def years(self) -> int:
        """How many years are looked at."""
        return len(self.discount)

    @property
    def projects(self) -> int:
        """How many projects there are."""
        return len(self.spend_usd)

    @cached_property
    def build_years(self) -> Ints:
        """Years that each project takes to build [projects]."""
        return np.array([len(spend) for spend in self.spend_usd], np.int64)

    @cached_property
    def allowance_usd(self) -> Floats:
        """What funds may have spent [years, funds]: until a year, or in it where none is kept."""
        if self.carries_over:
            return np.asarray(np.cumsum(self.budget_usd, axis=0))
        return self.budget_usd

    @cached_property
    def requirements(self) -> dict[int, list[int]]:
        """What each project requires."""
        needs: dict[int, list[int]] = {project: [] for project in range(self.projects)}
        for project, required in self.requires:
            needs[project].append(required)
        return needs

    @cached_property
    def order(self) -> list[int]:
        """Projects, each after what it requires; CallError for a circle."""
        try:
            return list(TopologicalSorter(self.requirements).static_order())
        except CycleError as error:
            circle = " -> ".join(str(project) for project in error.args[1])
            raise CallError(f"projects require each other in a circle: {circle}.") from None

    def dropped_with(self, project: int) -> list[int]:
        """Return a project and all that require it, directly or not."""
        return linked(project, [(required, first) for first, required in self.requires])

    def drawn_usd(self, project: int) -> Floats:
        """Return what a project draws on the funds by its state [states of the project].

        What it has spent so far; where funds keep nothing, what it spends in the year.
        """
        spend = self.spend_usd[project]
        if self.carries_over:
            return np.concatenate([[0.0], np.cumsum(spend), [spend.sum()]])
        return np.concatenate([[0.0], spend, [0.0]])


class Layer(NamedTuple):
    """One year: states after its beginnings, and what they come from and lead to.

    before int64 [states]: the state at the start of the year, by its number. after int64 [states]:
    the state at the start of the next. open int64 [states]: the subset of projects open. begun
    int64 [states]: the subset that begins this year. own_usd float64 [states]: what beginning it is
    worth by itself. starts: how many states there are at the start of the year.
    """

    before: Ints
    after: Ints
    open: Ints
    begun: Ints
    own_usd: Floats
    starts: int


@dataclass(frozen=True, eq=False)
class _States:
    """States of one year: digits int8 [states, projects], and what Layer holds of each."""

    digits: Digits
    before: Ints
    begun: Ints
    own_usd: Floats
    drawn_usd: Floats  # [states, funds]

    def rows(self, chosen: Ints | Bools) -> _States:
        return _States(
            self.digits[chosen],
            self.before[chosen],
            self.begun[chosen],
            self.own_usd[chosen],
            self.drawn_usd[chosen],
        )

    def joined(self, other: _States) -> _States:
        return _States(
            np.concatenate([self.digits, other.digits]),
            np.concatenate([self.before, other.before]),
            np.concatenate([self.begun, other.begun]),
            np.concatenate([self.own_usd, other.own_usd]),
            np.concatenate([self.drawn_usd, other.drawn_usd]),
        )


def layers_of(programme: Programme) -> list[Layer]:
    """Return every state that can be, year by year.

    Raises
    ------
    TooLarge
        Where there are too many to hold.
    CallError
        For projects that require each other in a circle.
    """
    require_valid(programme)
    digits = np.zeros((1, programme.projects), np.int8)
    layers: list[Layer] = []
    total = 0

    for year in range(programme.years):
        states = _begin(programme, digits, year)
        total += len(states.digits)
        if total > MAX_STATES:
            raise TooLarge(
                f"The programme of {programme.projects} projects has more than {MAX_STATES:,} "
                "states of building: give it smaller budgets, fewer years to begin in or fewer "
                "projects."
            )
        next_digits, after = _distinct(programme, _advance(programme, states.digits))
        layers.append(
            Layer(
                before=states.before,
                after=after,
                open=_subsets(states.digits == programme.build_years + 1),
                begun=states.begun,
                own_usd=states.own_usd,
                starts=len(digits),
            )
        )
        digits = next_digits
    return layers


def subset_of(projects: Sequence[int]) -> int:
    """Return the number of a subset of projects."""
    return sum(1 << project for project in projects)


def members(subset: int) -> list[int]:
    """Return the projects of a subset."""
    return [project for project in range(subset.bit_length()) if subset >> project & 1]


def linked(project: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """Return a project and all that pairs lead to from it, directly or not, in order."""
    follows: dict[int, list[int]] = defaultdict(list)
    for first, second in pairs:
        follows[first].append(second)

    together = [project]
    for earlier in together:
        together += [later for later in follows[earlier] if later not in together]
    return sorted(together)


def require_valid(programme: Programme) -> None:
    """Raise for shapes that do not fit, and for projects that require each other in a circle."""
    subsets = 1 << programme.projects
    if programme.benefit_usd.shape != (programme.years, subsets):
        raise CallError(
            f"benefits are {programme.benefit_usd.shape}, not years by subsets, "
            f"({programme.years}, {subsets})."
        )
    if min(programme.build_years, default=1) < 1:
        raise CallError("every project takes a year or more to build.")

    if len(programme.order) > MAX_BITS:
        raise TooLarge(f"{programme.projects} projects have too many sets: phase them by pairs.")
    if _bits(programme).sum() > MAX_BITS:
        raise TooLarge(
            f"A programme of {programme.projects} projects has too many states of building: phase "
            "it by pairs."
        )


def _begin(programme: Programme, digits: Digits, year: int) -> _States:
    """Return the states of a year after its beginnings, those that keep to all limits."""
    count = len(digits)
    states = _within_budget(
        programme,
        year,
        _States(
            digits=digits,
            before=np.arange(count),
            begun=np.zeros(count, np.int64),
            own_usd=np.zeros(count),
            drawn_usd=_drawn(programme, digits),
        ),
    )
    if year >= len(programme.own_usd):
        return states

    for project in programme.order:
        states = states.joined(_begun(programme, states, project, year))
    return states


def _begun(programme: Programme, states: _States, project: int, year: int) -> _States:
    """Return the states in which a project begins beside what has begun before it."""
    digits = states.digits
    open_in_y = programme.build_years[project]
    can_begin = digits[:, project] == 0
    if year < programme.earliest[project] or year + open_in_y > programme.years:
        can_begin[:] = False

    for required in programme.requirements[project]:
        # What it requires has begun and opens no later.
        left = programme.build_years[required] + 1 - digits[:, required]
        can_begin &= (digits[:, required] > 0) & (left <= open_in_y)
    for first, second in programme.excludes:
        if project in (first, second):
            other = second if project == first else first
            can_begin &= digits[:, other] == 0

    begun = states.rows(np.flatnonzero(can_begin))
    begun.digits[:, project] = 1
    drawn = programme.drawn_usd(project)[1] * programme.fund_share[project]
    return _within_budget(
        programme,
        year,
        _States(
            digits=begun.digits,
            before=begun.before,
            begun=begun.begun | 1 << project,
            own_usd=begun.own_usd + programme.own_usd[year, project],
            drawn_usd=begun.drawn_usd + drawn,
        ),
    )


def _within_budget(programme: Programme, year: int, states: _States) -> _States:
    """Return the states whose spending the funds of a year allow."""
    allowance = programme.allowance_usd[year]
    is_paid = (states.drawn_usd <= allowance + BUDGET_TOLERANCE * (1 + allowance)).all(axis=1)
    return states if is_paid.all() else states.rows(is_paid)


def _drawn(programme: Programme, digits: Digits) -> Floats:
    """Return what states draw on the funds float64 [states, funds]."""
    drawn = np.zeros((len(digits), programme.fund_share.shape[1]))
    for project in range(programme.projects):
        usd = programme.drawn_usd(project)[digits[:, project]]
        drawn += usd[:, None] * programme.fund_share[project]
    return drawn


def _advance(programme: Programme, digits: Digits) -> Digits:
    """Return states one year later, before anything begins."""
    is_building = (digits > 0) & (digits <= programme.build_years)
    return np.asarray(digits + is_building, np.int8)


def _distinct(programme: Programme, digits: Digits) -> tuple[Digits, Ints]:
    """Return the different states, and which of them each is int64 [states]."""
    bits = _bits(programme)
    shift = np.concatenate([[0], np.cumsum(bits)[:-1]]) if len(bits) else bits
    codes = np.zeros(len(digits), np.int64)
    for project in range(programme.projects):
        codes |= digits[:, project].astype(np.int64) << shift[project]

    _, first, which = np.unique(codes, return_index=True, return_inverse=True)
    return digits[first], which.astype(np.int64)


def _bits(programme: Programme) -> Ints:
    """Return the bits that the state of each project takes [projects]."""
    return np.array([int(y + 1).bit_length() for y in programme.build_years], np.int64)


def _subsets(is_member: Bools) -> Ints:
    """Return the numbers of subsets from who is in them, bool [subsets, projects]."""
    subsets = np.zeros(len(is_member), np.int64)
    for project in range(is_member.shape[1]):
        subsets |= is_member[:, project].astype(np.int64) << project
    return subsets


def worth_a_look(programme: Programme) -> list[int]:
    """Return the projects that may be in a best programme; the others can be left out.

    A project and all that require it, directly or not, can be dropped from any programme. Where
    that saves more, in every year it may begin in, than they are ever worth together, none of the
    best has it. What is left out makes others lose their worth, so this goes on until all stay.
    """
    left = list(range(programme.projects))
    while True:
        usable = subset_of(left)
        stay = [p for p in left if _may_pay(programme, p, usable)]
        if stay == left:
            return left

        dropped = set(left) - set(stay)
        left = [p for p in stay if dropped.isdisjoint(linked(p, programme.requires))]


def part_of(programme: Programme, projects: Sequence[int]) -> Programme:
    """Return a programme of some projects alone, with all that they require among them."""
    number = {project: n for n, project in enumerate(projects)}
    subsets = np.zeros(1 << len(projects), np.int64)
    for n, project in enumerate(projects):
        subsets |= (np.arange(len(subsets)) >> n & 1) << project

    return replace(
        programme,
        benefit_usd=programme.benefit_usd[:, subsets],
        own_usd=programme.own_usd[:, projects],
        spend_usd=tuple(programme.spend_usd[p] for p in projects),
        fund_share=programme.fund_share[projects],
        earliest=programme.earliest[projects],
        requires=_among(programme.requires, number),
        excludes=_among(programme.excludes, number),
    )


def _among(
    pairs: Sequence[tuple[int, int]], number: Mapping[int, int]
) -> tuple[tuple[int, int], ...]:
    return tuple((number[a], number[b]) for a, b in pairs if a in number and b in number)


def _may_pay(programme: Programme, project: int, usable: int) -> bool:
    """Tell whether a project may be worth its cost in any year with any of the usable others."""
    build_years = int(programme.build_years[project])
    first = int(programme.earliest[project])
    last = min(len(programme.own_usd) - 1, programme.years - build_years)
    if first > last:
        return False

    with_it = np.flatnonzero(np.arange(programme.benefit_usd.shape[1]) >> project & 1)
    with_it = with_it[with_it & ~usable == 0]
    dropped = programme.dropped_with(project)
    dependents = [p for p in dropped if p != project]
    without = with_it & ~subset_of(dropped)
    gain = programme.benefit_usd[:, with_it] - programme.benefit_usd[:, without]
    most = programme.discount * np.nan_to_num(gain, nan=-np.inf).max(axis=1)

    # From a year on; dependents are taken to cost nothing, or what they are worth by themselves.
    from_year = np.append(np.cumsum(np.maximum(most, 0.0)[::-1])[::-1], 0.0)
    extra = np.maximum(programme.own_usd[:, dependents], 0.0).max(axis=0, initial=0.0).sum()
    best = programme.own_usd[first : last + 1, project]
    worth = best + from_year[first + build_years : last + 1 + build_years] + extra
    return bool((worth >= 0).any())
