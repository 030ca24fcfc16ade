"""Triggers: what to build when borders stand how, and what it is worth to wait and see.

Each year begins with what is open or being built and how the borders stand; what begins then is
decided knowing both. Source: stochastic dynamic programming, Bellman (1957); value of waiting:
Dixit and Pindyck (1994), Investment under Uncertainty, chapter 2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import polars as pl

from corridor.errors import TooLarge
from corridor.kernels import Bools, Floats, Ints
from corridor.language.amounts import per_cent_message
from corridor.language.messages import joined, message
from corridor.language.speech import marked
from corridor.projects.border_states import BorderChain, JointState, YearChain
from corridor.projects.lattice import Layer, Programme, layers_of, members
from corridor.projects.phasing import Phases, best_of, best_phases, phases_value

MAX_VALUES = 100_000_000  # states of building times states of borders, of all years
AND = marked(" and ")
MIN_CHANCE = 1e-12  # below which a state is taken as never reached


@dataclass(frozen=True, eq=False)
class Policy:
    """What to begin in every year, state of building and state of borders.

    Attributes
    ----------
    programme
        The projects; its ``benefit_usd`` is the mean over the states of borders.
    benefit_usd
        What a year with borders in a joint state throughout is worth, float64 [years, states,
        subsets].
    chain
        How it takes borders to go on.
    layers
        The states of building, by year.
    values
        What each state at the start of a year is worth float64 [years + 1] of [states, numbers].
    """

    programme: Programme
    benefit_usd: Floats
    chain: YearChain
    layers: list[Layer]
    values: list[Floats]

    @property
    def npv_usd(self) -> float:
        """What following it is worth in year 0."""
        at_start = self.values[0]
        return float(self.chain.first @ at_start[0])

    @cached_property
    def of_numbers_usd(self) -> Floats:
        """What a year is worth by how it begins float64 [years, numbers, subsets]."""
        return _of_numbers(self.chain, self.benefit_usd)

    @cached_property
    def begins(self) -> list[Beginning]:
        """Every beginning that may come about, by year."""
        return [
            beginning
            for step in self._steps(self.chain)
            for beginning in _beginnings(step.choice, step.year, step.begun)
        ]

    def worth_usd(self, chain: YearChain) -> float:
        """Return what following it is worth where borders go on by another chain."""
        benefit_usd = _of_numbers(chain, self.benefit_usd)
        total_usd = 0.0
        for year, choice, _ in self._steps(chain):
            layer = self.layers[year]
            benefit = choice.chance @ benefit_usd[year][:, layer.open[choice.state]]
            own_usd = layer.own_usd[choice.state] * choice.chance.sum()
            total_usd += float(own_usd + self.programme.discount[year] * benefit)
        return total_usd

    def _steps(self, chain: YearChain) -> Iterator[_Step]:
        """Give every choice that may come about where borders go on by a chain, by year."""
        reached = {0: _Reached(chain.first, 0)}
        for year in range(self.programme.years):
            following: dict[int, _Reached] = {}
            for state, before in reached.items():
                for choice in self._choices(year, state, before.chance):
                    yield _Step(year, choice, before.begun)

                    goes_on = _Reached(choice.chance @ chain.chance, before.begun | choice.begun)
                    others = following.get(choice.after)
                    following[choice.after] = goes_on if others is None else others.joined(goes_on)
            reached = following

    def _choices(self, year: int, state: int, chance: Floats) -> list[Choice]:
        """Return what is done in a state of building, by what the borders are like."""
        layer = self.layers[year]
        states = np.flatnonzero(layer.before == state)
        worth = _values_of(self, year, states, self.values[year + 1])
        chosen = states[worth.argmax(axis=0)]

        choices = []
        for number in np.unique(chosen).tolist():
            share = np.where(chosen == number, chance, 0.0)
            if share.sum() > MIN_CHANCE:
                choices.append(
                    Choice(int(layer.begun[number]), int(layer.after[number]), share, number)
                )
        return choices


class _Reached(NamedTuple):
    """A state of building: the chance of it by borders [numbers], and what has begun before."""

    chance: Floats
    begun: int

    def joined(self, other: _Reached) -> _Reached:
        """Return the same state as reached in one way or another."""
        return _Reached(self.chance + other.chance, self.begun | other.begun)


class _Step(NamedTuple):
    """What is done in a year, after what has begun before it."""

    year: int
    choice: Choice
    begun: int


class Choice(NamedTuple):
    """What is begun where the borders are in some of their states, with the chance of each."""

    begun: int
    after: int
    chance: Floats
    state: int


class Beginning(NamedTuple):
    """A project begun in a year with borders in a state, after others, and the chance of it."""

    project: int
    year: int
    number: int
    after: int
    chance: float


class Trigger(NamedTuple):
    """When a project is begun: the state of borders and the months it has lasted at least.

    chance: that it is begun so. after: projects that have begun before in every case.
    """

    project: int
    state: int
    months: int
    first_year: int
    last_year: int
    chance: float
    after: tuple[int, ...]


class Regret(NamedTuple):
    """What a plan made for one scenario is worth in another, and less than the best of that."""

    plan: str
    is_policy: bool
    scenario: str
    npv_usd: float
    regret_usd: float


def best_policy(programme: Programme, benefit_usd: Floats, chain: YearChain) -> Policy:
    """Return the policy that is worth most on average.

    Parameters
    ----------
    programme
        The projects; its ``benefit_usd`` is not read.
    benefit_usd
        What a year with borders in a joint state throughout is worth, float64 [years, states,
        subsets]; a set that cannot be is NaN in all states.
    chain
        How borders go on, by years.

    Raises
    ------
    TooLarge
        Where states of building and of borders are too many together.
    """
    mean = expected(programme, benefit_usd, chain)
    layers = layers_of(mean)
    size = len(chain.first) * sum(len(layer.before) for layer in layers)
    if size > MAX_VALUES:
        raise TooLarge(
            f"{size:,} states of building and borders are too many: take fewer projects whose "
            "benefits hang on borders, or fewer ages."
        )

    policy = Policy(mean, benefit_usd, chain, layers, [])
    return replace(policy, values=_backward(policy))


def _backward(policy: Policy) -> list[Floats]:
    """Return what each state at the start of a year is worth, from the last year to the first."""
    last = policy.layers[-1]
    values = [np.zeros((last.after.max() + 1, len(policy.chain.first)))]

    for year in range(policy.programme.years - 1, -1, -1):
        layer = policy.layers[year]
        of_states = _values_of(policy, year, np.arange(len(layer.before)), values[0])
        values.insert(0, best_of(layer, of_states))
    return values


def fixed_plan(programme: Programme, benefit_usd: Floats, chain: YearChain) -> Phases:
    """Return the plan that is best where it must be kept to, whatever borders do."""
    return best_phases(expected(programme, benefit_usd, chain))


def expected(programme: Programme, benefit_usd: Floats, chain: YearChain) -> Programme:
    """Return a programme with what a year is worth on average over the states of borders.

    benefit_usd: as of :func:`best_policy`.
    """
    of_numbers = _of_numbers(chain, benefit_usd)
    mean = np.einsum("yn,yns->ys", chain.marginal(programme.years), of_numbers)
    return replace(programme, benefit_usd=mean)


def triggers(policy: Policy) -> list[Trigger]:
    """Return when each project is begun: one for each state of borders it is begun in.

    The months are the fewest with which it is begun; the first year of the plan is left out where
    the border then stands as it does today and the project would be begun in any case.
    """
    cases: dict[tuple[int, int], list[Beginning]] = {}
    for begin in policy.begins:
        state = policy.chain.labels[begin.number][0]
        cases.setdefault((begin.project, state), []).append(begin)

    rules = []
    for (project, state), begins in sorted(cases.items()):
        before = begins[0].after
        for begin in begins:
            before &= begin.after
        rules.append(
            Trigger(
                project=project,
                state=state,
                months=min(policy.chain.labels[begin.number][1] for begin in begins),
                first_year=min(begin.year for begin in begins),
                last_year=max(begin.year for begin in begins),
                chance=sum(begin.chance for begin in begins),
                after=tuple(members(before)),
            )
        )
    return rules


def regrets(
    programme: Programme, benefit_usd: Floats, scenarios: Mapping[str, YearChain]
) -> pl.DataFrame:
    """Return what every plan is worth in every scenario, and what is lost against its best.

    Plans are the policy of each scenario (kept to under another chain), and the fixed plan of each.
    Columns are those of :class:`Regret`.
    """
    best = {name: best_policy(programme, benefit_usd, chain) for name, chain in scenarios.items()}
    fixed = {name: fixed_plan(programme, benefit_usd, chain) for name, chain in scenarios.items()}
    rows: list[Regret] = []

    for scenario, chain in scenarios.items():
        most_usd = best[scenario].npv_usd
        mean = expected(programme, benefit_usd, chain)
        for plan in scenarios:
            policy_usd = best[plan].worth_usd(chain)
            fixed_usd = phases_value(mean, fixed[plan].begins)
            rows.append(Regret(plan, True, scenario, policy_usd, most_usd - policy_usd))
            rows.append(Regret(plan, False, scenario, fixed_usd, most_usd - fixed_usd))

    return pl.DataFrame(rows, schema=Regret._fields, orient="row")


def break_even_share(costs_usd: float, open_usd: float, shut_usd: float) -> float | None:
    """Return the share of time a border must be open for benefits to pay costs; null: none does.

    Parameters
    ----------
    costs_usd
        Present value of the costs.
    open_usd, shut_usd
        Present value of the benefits with the border always open, and always shut.

    >>> break_even_share(60, 100, 20)
    0.5
    >>> break_even_share(10, 100, 20)
    0.0
    """
    if shut_usd >= costs_usd:
        return 0.0
    if open_usd < costs_usd:
        return None

    return (costs_usd - shut_usd) / (open_usd - shut_usd)


def sentence(
    rule: Trigger,
    chain: BorderChain,
    names: Sequence[str],
    first_year: int,
    place_names: Mapping[str, str] | None = None,
) -> str:
    """Return a trigger as a sentence, a message in any language.

    Parameters
    ----------
    rule
        The trigger.
    chain
        How borders go on, with the places and their states.
    names
        Of the projects.
    first_year
        Calendar year of year 0.
    place_names
        What places are called; null: as in the table ``states``.
    """
    places = [(place_names or {}).get(place, place) for place in chain.places]
    borders = _border_words(places, chain.states[rule.state])
    if rule.months > 1:
        borders = message("{borders} for {months} months", borders=borders, months=rule.months)

    values: dict[str, str | int] = {
        "project": names[rule.project],
        "year": first_year + rule.first_year,
        "chance": per_cent_message(min(rule.chance, 1.0), ".0f"),
        "borders": borders,
    }
    if rule.last_year == 0 and rule.chance > 1 - MIN_CHANCE:
        return message(
            "Begin {project} at once, in {year}: with {borders} nothing is gained by waiting.",
            **values,
        )

    if rule.after:
        return message(
            "Begin {project} with {borders}, once {after} has begun: {year} at the earliest, "
            "chance {chance}.",
            after=joined([names[project] for project in rule.after], AND),
            **values,
        )
    return message(
        "Begin {project} with {borders}: {year} at the earliest, chance {chance}.", **values
    )


def _border_words(places: Sequence[str], states: JointState) -> str:
    """Return how places stand, those that stand alike together."""
    alike: dict[str, list[str]] = {}
    for place, state in zip(places, states, strict=True):
        alike.setdefault(state, []).append(place)
    return joined([_state_words(state, joined(names, AND)) for state, names in alike.items()], AND)


def _state_words(state: str, places: str) -> str:
    """Return how some places stand."""
    if state == "open":
        return message("{places} open", places=places)
    if state == "half":
        return message("{places} half open", places=places)
    if state == "shut":
        return message("{places} shut", places=places)
    return message("trade stopped at {places}", places=places)


def _of_numbers(chain: YearChain, benefit_usd: Floats) -> Floats:
    """Return what a year is worth by how it begins float64 [years, numbers, subsets]."""
    return np.asarray(np.einsum("nb,ybs->yns", chain.occupancy, benefit_usd))


def _values_of(policy: Policy, year: int, states: Ints, later: Floats) -> Floats:
    """Return what states of a year are worth from it on, by borders float64 [states, numbers].

    later: what states at the start of the next year are worth [states, numbers].
    """
    layer = policy.layers[year]
    can_go_on: Bools = np.asarray(np.isfinite(later).all(axis=1))
    goes_on = np.where(can_go_on[:, None], later, 0.0) @ policy.chain.chance.T
    goes_on[~can_go_on] = -np.inf

    benefit = policy.of_numbers_usd[year][:, layer.open[states]].T
    cash_usd = layer.own_usd[states][:, None] + policy.programme.discount[year] * benefit
    return np.asarray(np.where(np.isnan(benefit), -np.inf, cash_usd) + goes_on[layer.after[states]])


def _beginnings(choice: Choice, year: int, begun: int) -> list[Beginning]:
    """Return the beginnings of a choice, one for each project and each state of borders."""
    return [
        Beginning(project, year, number, begun, float(choice.chance[number]))
        for project in members(choice.begun)
        for number in np.flatnonzero(choice.chance > MIN_CHANCE).tolist()
    ]
