"""Costs of phases: what projects cost, by the year they begin in and by the country that pays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from corridor.kernels import Floats, Ints
from corridor.network.graph import Row
from corridor.network.network import Network
from corridor.projects.conventions import Convention
from corridor.projects.finance import discount_factors
from corridor.projects.project_rows import Country, capex_shares, left_share, payer_shares


class Horizon(NamedTuple):
    """The years looked at: the first, in how many a project may begin, and all of them."""

    first_year: int
    starts: int
    years: int


class PhaseCosts(NamedTuple):
    """What projects cost.

    own_usd float64 [starts, projects, countries]: value in the first year of all that depends on
    the year a project begins in, by the country that bears it, null last. spend_usd: of each
    project in each year of building. fund_share float64 [projects, countries]: who pays how much of
    it. earliest int64 [projects].
    """

    own_usd: Floats
    spend_usd: tuple[Floats, ...]
    fund_share: Floats
    earliest: Ints


class Funds(NamedTuple):
    """Who has how much: budget_usd float64 [years, funds], share of projects [projects, funds]."""

    budget_usd: Floats
    project_share: Floats


def phase_costs(
    network: Network,
    projects: Sequence[Row],
    countries: Sequence[Country],
    horizon: Horizon,
    convention: Convention,
) -> PhaseCosts:
    """Return what projects cost.

    Who pays for building pays again for what wears out within the years looked at, and has what is
    left after them: the price less what use has worn off. Running costs fall to the country of the
    project. Budgets pay the price as it is, whatever factors the convention lays on it.

    Parameters
    ----------
    network
        With ``project_payers``.
    projects
        Rows of ``projects``.
    countries
        Countries in the order of the result, null last: who pays from no country of the study.
    horizon
        The years looked at.
    convention
        Discount rate, factors, and whether what is left counts.
    """
    shares = np.array([_shares(network, project, countries) for project in projects])
    own_usd = np.zeros((horizon.starts, len(projects), len(countries)))

    for p, project in enumerate(projects):
        runner = countries.index(project["country"])
        for start in range(horizon.starts):
            own_usd[start, p] -= _works_usd(project, start, horizon, convention) * shares[p]
            own_usd[start, p, runner] -= _running_usd(project, start, horizon, convention)

    return PhaseCosts(
        own_usd=own_usd,
        spend_usd=tuple(project["capex_usd"] * capex_shares(project) for project in projects),
        fund_share=shares,
        earliest=np.array([_earliest(project, horizon) for project in projects], np.int64),
    )


def funds_of(
    costs: PhaseCosts,
    countries: Sequence[Country],
    horizon: Horizon,
    budget_usd_per_year: float | None,
    national_usd_per_year: Mapping[str, float],
) -> Funds:
    """Return the fund of all together, then those of nations.

    Parameters
    ----------
    costs : whose projects are paid.
    countries : in the order of the costs.
    horizon : years that have a budget.
    budget_usd_per_year : of all together; null: no limit.
    national_usd_per_year : of single countries, each one of them.
    """
    budgets = [np.inf if budget_usd_per_year is None else budget_usd_per_year]
    shares = [np.ones(len(costs.spend_usd))]

    for country, usd in national_usd_per_year.items():
        budgets.append(usd)
        shares.append(costs.fund_share[:, countries.index(country)])

    by_year = np.tile(np.array(budgets, float), (horizon.years, 1))
    return Funds(by_year, np.column_stack(shares))


def _shares(network: Network, project: Row, countries: Sequence[Country]) -> Floats:
    """Return which share of a project each country pays [countries]."""
    shares = np.zeros(len(countries))
    for country, share in payer_shares(network, project).items():
        shares[countries.index(country)] = share
    return shares


def _works_usd(project: Row, start: int, horizon: Horizon, convention: Convention) -> float:
    """Return the value in the first year of building and renewing, less what is left at the end."""
    price_usd = project["capex_usd"] * convention.capex_factor
    rate = convention.discount_share
    in_use_from = start + project["build_years"]
    while_building = discount_factors(in_use_from, rate)[start:]
    usd = float(price_usd * capex_shares(project) @ while_building)

    # What is left of a worn work goes into the one that follows it.
    discount = discount_factors(horizon.years + 1, rate)
    worn_usd = price_usd * (1.0 - left_share(project, project["life_years"]))
    while in_use_from + project["life_years"] < horizon.years:
        in_use_from += project["life_years"]
        usd += float(worn_usd * discount[in_use_from])

    if convention.counts_residual:
        left = left_share(project, max(horizon.years - in_use_from, 0))
        usd -= float(price_usd * left * discount[horizon.years])
    return usd


def _running_usd(project: Row, start: int, horizon: Horizon, convention: Convention) -> float:
    """Return the value in the first year of what running a project costs."""
    in_use_from = start + project["build_years"]
    served = discount_factors(horizon.years, convention.discount_share)[in_use_from:].sum()
    return float((project["opex_usd_per_year"] or 0.0) * convention.opex_factor * served)


def _earliest(project: Row, horizon: Horizon) -> int:
    earliest_on = project["earliest_on"]
    return 0 if earliest_on is None else max(earliest_on.year - horizon.first_year, 0)
