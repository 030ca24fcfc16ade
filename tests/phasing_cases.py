"""Random programmes, and every order and year of them tried one by one."""

from __future__ import annotations

from itertools import product

import numpy as np

from corridor.projects.lattice import Programme


def random_programme(seed: int, *, max_projects: int = 6, starts: int = 6) -> Programme:
    """Return up to some projects with budgets, precedence and exclusion, synergies included."""
    rng = np.random.default_rng(seed)
    projects = int(rng.integers(1, max_projects + 1))
    years = starts + int(rng.integers(0, 4))
    discount = (1 + rng.uniform(0.02, 0.15)) ** -np.arange(years)
    spend = tuple(rng.uniform(1, 9, int(rng.integers(1, 4))).round(1) for _ in range(projects))
    own = np.array(
        [
            [-sum(usd / 1.1 ** (year + k) for k, usd in enumerate(of)) for of in spend]
            for year in range(starts)
        ]
    )

    share = rng.choice([0.0, 0.5, 1.0], (projects, 2))
    share[:, 0] = 1.0  # all pay into one fund, some into a national one
    budget = rng.uniform(0, 12, (years, 2)).round(1)
    if rng.random() < 0.2:
        budget[:] = np.inf
    pairs = [(a, b) for a in range(projects) for b in range(a)]
    chosen = [pair for pair in pairs if rng.random() < 0.25]
    parted = int(rng.integers(0, len(chosen) + 1))
    return Programme(
        benefit_usd=rng.normal(4, 6, (years, 1 << projects)).round(1),
        own_usd=own,
        spend_usd=spend,
        budget_usd=budget,
        fund_share=share,
        discount=discount,
        earliest=rng.integers(0, 3, projects),
        requires=tuple(chosen[:parted]),
        excludes=tuple(chosen[parted:]),
        carries_over=bool(rng.random() < 0.5),
    )


def pair_values(benefit_usd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what projects and pairs are worth from what every subset is [years, subsets]."""
    projects = benefit_usd.shape[1].bit_length() - 1
    bits = 1 << np.arange(projects)
    single = benefit_usd[:, bits] - benefit_usd[:, :1]
    both = benefit_usd[:, bits[:, None] | bits[None, :]] - benefit_usd[:, :1, None]
    return single, both - single[:, :, None] - single[:, None, :]


def every_order_and_year(programme: Programme) -> float:
    """Return the best value over every year that every project may begin in, or not at all."""
    starts = len(programme.own_usd)
    choices = np.array(list(product(range(starts + 1), repeat=programme.projects)))  # last: never
    is_begun = choices < starts
    build_y = np.array([len(spend) for spend in programme.spend_usd])
    opens = np.where(is_begun, choices + build_y, 10**6)

    allowed = ~(is_begun & ((choices < programme.earliest) | (opens > programme.years))).any(axis=1)
    for p, q in programme.requires:
        is_first = (opens[:, q] <= opens[:, p]) & (choices[:, q] <= choices[:, p])
        allowed &= ~is_begun[:, p] | is_first
    for p, q in programme.excludes:
        allowed &= ~(is_begun[:, p] & is_begun[:, q])
    allowed &= _is_paid(programme, choices, is_begun)

    worth = np.zeros(len(choices))
    for p in range(programme.projects):
        own = np.append(programme.own_usd[:, p], 0.0)
        worth += own[choices[:, p]]
    for year in range(programme.years):
        subset = (opens <= year) @ (2 ** np.arange(programme.projects))
        worth += programme.discount[year] * programme.benefit_usd[year, subset]
    return float(worth[allowed].max(initial=-np.inf))


def _is_paid(programme: Programme, choices: np.ndarray, is_begun: np.ndarray) -> np.ndarray:
    """Tell which choices the funds pay for, year after year."""
    left = np.zeros((len(choices), programme.budget_usd.shape[1]))
    paid = np.ones(len(choices), bool)
    for year in range(programme.years):
        left = programme.budget_usd[year] + (left if programme.carries_over else 0.0)
        for p, spend in enumerate(programme.spend_usd):
            for k, usd in enumerate(spend):
                spends = is_begun[:, p] & (choices[:, p] + k == year)
                left = left - spends[:, None] * usd * programme.fund_share[p]
        paid &= (left > -1e-9).all(axis=1)
    return paid
