"""Phasing against every order and year, and the laws of budgets and exclusion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from corridor.errors import CallError
from corridor.projects.lattice import Programme, worth_a_look
from corridor.projects.pairwise import pairwise_phases
from corridor.projects.phasing import best_of_all, best_phases, phases_value
from phasing_cases import every_order_and_year, pair_values, random_programme


def _require_best(programme: Programme) -> None:
    best = best_phases(programme)
    assert best.npv_usd == pytest.approx(every_order_and_year(programme), rel=1e-12, abs=1e-9)
    assert best.npv_usd == pytest.approx(phases_value(programme, best.begins), rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_small_programmes_equal_every_order_and_year(seed: int) -> None:
    _require_best(random_programme(seed, max_projects=4, starts=5))


@pytest.mark.slow
def test_220_programmes_equal_every_order_and_year() -> None:
    for seed in range(1000, 1220):
        _require_best(random_programme(seed))


@pytest.mark.parametrize("seed", range(10))
def test_more_budget_never_lowers_the_optimum(seed: int) -> None:
    programme = random_programme(seed)
    more = replace(programme, budget_usd=programme.budget_usd * 1.3 + 0.5)
    assert best_phases(more).npv_usd >= best_phases(programme).npv_usd - 1e-9


@pytest.mark.parametrize("seed", range(10))
def test_a_project_that_all_exclude_and_that_pays_least_changes_nothing(seed: int) -> None:
    programme = random_programme(seed, max_projects=5)
    count = programme.projects
    # Alone it loses money; beside the others it may not be built.
    alone = np.full((programme.years, 1 << count), -1.0)
    with_it = replace(
        programme,
        benefit_usd=np.concatenate([programme.benefit_usd, alone + programme.benefit_usd], axis=1),
        own_usd=np.column_stack([programme.own_usd, np.full(len(programme.own_usd), -3.0)]),
        spend_usd=(*programme.spend_usd, np.array([1.0])),
        fund_share=np.vstack([programme.fund_share, [1.0, 0.0]]),
        earliest=np.append(programme.earliest, 0),
        excludes=(*programme.excludes, *((p, count) for p in range(count))),
    )
    assert best_phases(with_it) == best_phases(programme)


def test_two_halves_of_a_railway_open_together_or_not_at_all() -> None:
    both_only = np.array([[0.0, 0.0, 0.0, 10.0]] * 10)
    programme = Programme(
        benefit_usd=both_only,
        own_usd=np.full((4, 2), -20.0),
        spend_usd=(np.array([10.0, 10.0]), np.array([20.0])),
        budget_usd=np.full((10, 1), 20.0),
        fund_share=np.ones((2, 1)),
        discount=np.ones(10),
        earliest=np.zeros(2, np.int64),
    )
    assert best_phases(programme).npv_usd == 40.0  # 8 years of both, for 40
    assert best_phases(replace(programme, carries_over=False)).npv_usd == 30.0
    poor = replace(programme, budget_usd=np.full((10, 1), 9.0))
    assert best_phases(replace(poor, carries_over=False)).begins == {}


@pytest.mark.parametrize("seed", range(20, 40))
def test_leaving_out_what_cannot_pay_changes_nothing(seed: int) -> None:
    programme = random_programme(seed, max_projects=5)
    dear = replace(programme, own_usd=programme.own_usd * 2.5)
    assert best_phases(dear).npv_usd == pytest.approx(best_of_all(dear).npv_usd)


def test_some_projects_are_left_out_before_the_search() -> None:
    left = [
        len(worth_a_look(replace(p, own_usd=p.own_usd * 2.5))) - p.projects
        for p in map(random_programme, range(20, 40))
    ]
    assert min(left) < 0


def test_projects_that_require_each_other_are_refused() -> None:
    programme = replace(random_programme(3), requires=((0, 1), (1, 0)), excludes=())
    assert programme.projects > 1
    with pytest.raises(CallError, match="circle"):
        best_phases(programme)


def _pairwise(seed: int, max_projects: int) -> tuple[Programme, Programme]:
    """Return a programme whose sets are worth their projects and pairs."""
    programme = random_programme(seed, max_projects=max_projects, starts=4)
    single, synergy = pair_values(programme.benefit_usd)
    benefit = np.array(programme.benefit_usd)
    for subset in range(benefit.shape[1]):
        inside = [p for p in range(programme.projects) if subset >> p & 1]
        benefit[:, subset] = benefit[:, 0] + single[:, inside].sum(axis=1)
        for k, p in enumerate(inside):
            benefit[:, subset] += synergy[:, p, inside[k + 1 :]].sum(axis=1)
    return programme, replace(programme, benefit_usd=benefit)


@pytest.mark.parametrize("seed", range(12))
def test_pairs_equal_subsets_where_sets_are_worth_their_pairs(seed: int) -> None:
    _, programme = _pairwise(seed, 5)
    single, synergy = pair_values(programme.benefit_usd)
    nothing = float(programme.discount @ programme.benefit_usd[:, 0])
    pairs = pairwise_phases(programme, single, synergy)
    assert pairs.converged
    assert pairs.gap_share <= 1e-6
    best = best_phases(programme).npv_usd
    assert pairs.npv_usd + nothing == pytest.approx(best, rel=1e-5, abs=1e-5)
    assert phases_value(programme, pairs.begins) == pytest.approx(best, rel=1e-5, abs=1e-5)


@pytest.mark.slow
def test_25_projects_have_a_proven_gap() -> None:
    rng = np.random.default_rng(7)
    count, years = 25, 20
    programme = Programme(
        benefit_usd=np.zeros((years, 1)),
        own_usd=-rng.uniform(3, 30, count) * 0.92 ** np.arange(8)[:, None],
        spend_usd=tuple(rng.uniform(1, 9, int(rng.integers(1, 5))) for _ in range(count)),
        budget_usd=np.full((years, 1), 14.0),
        fund_share=np.ones((count, 1)),
        discount=0.92 ** np.arange(years),
        earliest=np.zeros(count, np.int64),
        requires=((3, 2), (5, 4), (6, 5)),
        excludes=((8, 9),),
    )
    single = np.tile(rng.uniform(0, 5, count), (years, 1))
    pairs = rng.random((count, count)) < 0.05
    synergy = np.tile(np.where(pairs, rng.normal(1, 2, (count, count)), 0.0), (years, 1, 1))
    phases = pairwise_phases(programme, single, synergy, gap_share=0.01, time_limit_s=120)
    assert phases.begins
    assert phases.gap_share < 0.05
