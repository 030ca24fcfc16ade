"""Triggers against every policy of small trees, and the laws of waiting."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import polars as pl
import pytest

from corridor.projects.border_states import BorderChain, YearChain
from corridor.projects.lattice import Programme
from corridor.projects.phasing import best_phases
from corridor.projects.triggers import (
    best_policy,
    break_even_share,
    expected,
    fixed_plan,
    regrets,
    sentence,
    triggers,
)
from phasing_cases import random_programme


def _year_chain(rng: np.random.Generator, states: int = 2) -> YearChain:
    chance = rng.dirichlet(np.ones(states), states)
    first = rng.dirichlet(np.ones(states))
    return YearChain(chance, np.eye(states), first, tuple((s, 1) for s in range(states)))


def _tiny(seed: int) -> tuple[Programme, np.ndarray, YearChain]:
    """Return two projects, three years to begin in and two states of borders."""
    rng = np.random.default_rng(seed)
    years = 4
    programme = Programme(
        benefit_usd=np.zeros((years, 4)),
        own_usd=-rng.uniform(1, 8, (3, 2)),
        spend_usd=(np.ones(1), np.ones(1)),
        budget_usd=np.full((years, 1), float(rng.choice([0.5, 1.0, 2.0]))),
        fund_share=np.ones((2, 1)),
        discount=0.9 ** np.arange(years),
        earliest=np.zeros(2, np.int64),
        requires=((1, 0),) if rng.random() < 0.4 else (),
        carries_over=bool(rng.random() < 0.5),
    )
    chain = _year_chain(rng)._replace(first=np.array([1.0, 0.0]))
    return programme, rng.normal(3, 8, (years, 2, 4)), chain


def _best_of_every_policy(programme: Programme, benefit_usd: np.ndarray, chain: YearChain) -> float:
    """Return the best value over every rule from histories of borders to what begins."""
    histories = [(0, *later) for year in range(3) for later in product((0, 1), repeat=year)]
    best = -np.inf
    for actions in product(range(4), repeat=len(histories)):
        rule = dict(zip(histories, actions, strict=True))
        best = max(best, _value(programme, benefit_usd, chain, rule))
    return best


def _value(programme: Programme, benefit_usd: np.ndarray, chain: YearChain, rule: dict) -> float:
    """Return what a rule is worth on average; -inf where it breaks a limit on any history."""
    total = 0.0
    for later in product((0, 1), repeat=3):
        history = (0, *later)
        chance = chain.first[history[0]]
        for before, after in zip(history, history[1:], strict=False):
            chance *= chain.chance[before, after]

        begun, left = 0, 0.0
        for year in range(4):
            opened = begun
            action = rule[history[: year + 1]] if year < 3 else 0
            left = programme.budget_usd[year, 0] + (left if programme.carries_over else 0.0)
            left -= action.bit_count()
            begun |= action
            needs = any(begun >> p & 1 and not begun >> q & 1 for p, q in programme.requires)
            if action & opened or left < 0 or needs:
                return -np.inf
            own = sum(programme.own_usd[year, p] for p in range(2) if action >> p & 1)
            benefit = benefit_usd[year, history[year], opened]
            total += chance * (own + programme.discount[year] * benefit)
    return total


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 4))]
)
def test_the_policy_equals_every_policy_of_a_small_tree(seed: int) -> None:
    programme, benefit, chain = _tiny(seed)
    best = best_policy(programme, benefit, chain).npv_usd
    assert best == pytest.approx(_best_of_every_policy(programme, benefit, chain))


def _with_borders(seed: int, states: int = 3) -> tuple[Programme, np.ndarray, YearChain]:
    rng = np.random.default_rng(seed)
    programme = random_programme(seed, max_projects=4, starts=4)
    shape = (programme.years, states, 1 << programme.projects)
    return programme, rng.normal(4, 8, shape), _year_chain(rng, states)


@pytest.mark.parametrize("seed", range(8))
def test_waiting_is_never_worth_less_than_nothing(seed: int) -> None:
    programme, benefit, chain = _with_borders(seed)
    policy = best_policy(programme, benefit, chain)
    assert policy.npv_usd >= fixed_plan(programme, benefit, chain).npv_usd - 1e-9
    assert policy.worth_usd(chain) == pytest.approx(policy.npv_usd)


@pytest.mark.parametrize("seed", range(8))
def test_with_a_border_certain_to_stay_the_policy_is_the_plan(seed: int) -> None:
    programme, benefit, chain = _with_borders(seed)
    stays = chain._replace(chance=np.eye(3), first=np.array([0.0, 1.0, 0.0]))
    plan = best_phases(replace(programme, benefit_usd=benefit[:, 1]))
    policy = best_policy(programme, benefit, stays)
    assert policy.npv_usd == pytest.approx(plan.npv_usd)
    assert fixed_plan(programme, benefit, stays).npv_usd == pytest.approx(plan.npv_usd)
    assert {rule.project: rule.first_year for rule in triggers(policy)} == dict(plan.begins)


def test_regrets_are_nothing_for_the_policy_of_the_scenario() -> None:
    programme, benefit, chain = _with_borders(5)
    shut = chain._replace(chance=np.eye(3), first=np.array([0.0, 0.0, 1.0]))
    table = regrets(programme, benefit, {"history": chain, "shut": shut})
    own = table.filter(pl.col("is_policy"), pl.col("plan") == pl.col("scenario"))
    assert own["regret_usd"].to_list() == pytest.approx([0.0, 0.0])
    assert table["regret_usd"].min() >= -1e-9
    assert table.height == 8


def test_no_plan_beats_the_best_of_a_future_where_years_change_within() -> None:
    chain = _surer_border()
    settled = {f"always {n}": chain.settled_in(n).years() for n in range(2)}
    programme = random_programme(6, max_projects=3, starts=4)
    shape = (programme.years, 2, 1 << programme.projects)
    benefit = np.random.default_rng(6).normal(4, 8, shape)

    table = regrets(programme, benefit, {"history": chain.years(), **settled})
    assert table["regret_usd"].min() >= -1e-9
    policies = table.filter(pl.col("is_policy"))
    assert policies["regret_usd"].max() > 0.1  # what others believe in costs them something


def _surer_border() -> BorderChain:
    """Return a border that, open for some years, stays open."""
    leave = np.array([[0.2] * 12 + [0.02] * 12 + [0.0] * 12, [0.15] * 36])
    goes_to = np.array([[0.0, 1.0], [1.0, 0.0]])
    return BorderChain(("torkham",), (("open",), ("shut",)), leave, goes_to, now=(1, 6))


def test_a_railway_waits_until_the_border_has_been_open_for_long() -> None:
    chain = _surer_border()
    years = 40
    benefit = np.zeros((years, 2, 2))
    benefit[:, 0, 1] = 10.0  # open
    benefit[:, 1, 1] = -3.0
    own = -48.0 * 0.9 ** np.arange(25)[:, None]
    programme = Programme(
        benefit_usd=np.zeros((years, 2)),
        own_usd=own,
        spend_usd=(np.ones(1),),
        budget_usd=np.full((years, 1), np.inf),
        fund_share=np.ones((1, 1)),
        discount=0.9 ** np.arange(years),
        earliest=np.zeros(1, np.int64),
    )
    policy = best_policy(programme, benefit, chain.years())
    (rule,) = triggers(policy)
    assert chain.states[rule.state] == ("open",)
    assert rule.months > 6
    text = sentence(rule, chain, ["herat-kandahar"], 2027)
    assert text.startswith(f"Begin herat-kandahar with torkham open for {rule.months} months: ")
    assert policy.npv_usd > fixed_plan(programme, benefit, chain.years()).npv_usd


def test_break_even_shares() -> None:
    assert break_even_share(60, 100, 20) == 0.5
    assert break_even_share(120, 100, 20) is None
    assert break_even_share(10, 100, 20) == 0.0
    # At that share a programme of one project is worth nothing.
    programme, benefit, chain = _with_borders(1, 2)
    half = chain._replace(chance=np.full((2, 2), 0.5), first=np.full(2, 0.5))
    mean = expected(programme, benefit, half).benefit_usd
    assert mean == pytest.approx(benefit.mean(axis=1))
