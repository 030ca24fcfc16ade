"""Costs of phases: what projects cost, by the year they begin in and by the country that pays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from corridor.kernels import Floats, Ints
from corridor.network.graph import Row
from corridor.network.network import Network

Country = str | None


class Horizon(NamedTuple):
    """The years looked at: the first, in how many a project may begin, and all of them."""

    first_year: int
    starts: int
    years: int


class ProjectCosts(NamedTuple):
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


def project_costs(
    network: Network,
    projects: Sequence[Row],
    countries: Sequence[Country],
    horizon: Horizon,
    discount_share: float,
) -> ProjectCosts:
    """Return what projects cost.

    Who pays for building pays again for what wears out within the years looked at, and has what is
    left after them: the share of its life a work has still to serve. Running costs fall to the
    country of the project.

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
    discount_share
        Discount rate a year.
    """
    shares = [_payer_shares(network, project, countries) for project in projects]
    spend = tuple(project["capex_usd"] * capex_shares(project) for project in projects)
    own = np.zeros((horizon.starts, len(projects), len(countries)))
    for p, project in enumerate(projects):
        runner = countries.index(project["country"])
        for start in range(horizon.starts):
            own[start, p] -= _works_usd(project, start, horizon, discount_share) * shares[p]
            own[start, p, runner] -= _running_usd(project, start, horizon, discount_share)

    earliest = [_earliest(project, horizon) for project in projects]
    return ProjectCosts(own, spend, np.array(shares), np.array(earliest, np.int64))


def capex_shares(project: Row) -> Floats:
    """Return the share of the price in each year of building [build years]."""
    years = project["build_years"]
    if not project["capex_shares"]:
        return np.full(years, 1 / years)
    return np.array([float(share) for share in project["capex_shares"].split()])


def exclusions(projects: Sequence[Row]) -> tuple[tuple[int, int], ...]:
    """Return pairs of numbers of projects that are not built both; either of them says it."""
    number = {project["project_id"]: p for p, project in enumerate(projects)}
    pairs = {
        tuple(sorted((p, number[other])))
        for p, project in enumerate(projects)
        for other in (project["excludes"] or "").split()
        if other in number
    }
    return tuple(sorted((first, second) for first, second in pairs))


def requirements(projects: Sequence[Row]) -> tuple[tuple[int, int], ...]:
    """Return pairs of numbers of projects: the first requires the second."""
    number = {project["project_id"]: p for p, project in enumerate(projects)}
    return tuple(
        (p, number[required])
        for p, project in enumerate(projects)
        for required in (project["requires"] or "").split()
    )


def _payer_shares(network: Network, project: Row, countries: Sequence[Country]) -> Floats:
    """Return which share of a project each country pays [countries]."""
    shares = np.zeros(len(countries))
    for payer in network.rows("project_payers"):
        if payer["project_id"] == project["project_id"]:
            shares[countries.index(payer["payer_country"])] += payer["share"]
    if not shares.any():
        shares[countries.index(project["country"])] = 1.0
    return shares


def _works_usd(project: Row, start: int, horizon: Horizon, rate: float) -> float:
    """Return the value in the first year of building and renewing, less what is left at the end."""
    capex_usd = project["capex_usd"]
    opens = start + project["build_years"]
    spend = capex_usd * capex_shares(project)
    usd = sum(money * _factor(rate, start + k) for k, money in enumerate(spend.tolist()))

    worn = opens + project["life_years"]
    while worn < horizon.years:
        usd += capex_usd * _factor(rate, worn)
        worn += project["life_years"]
    left_share = (worn - horizon.years) / project["life_years"]
    return float(usd - capex_usd * min(left_share, 1.0) * _factor(rate, horizon.years))


def _running_usd(project: Row, start: int, horizon: Horizon, rate: float) -> float:
    """Return the value in the first year of what running a project costs."""
    opens = start + project["build_years"]
    served = sum(_factor(rate, year) for year in range(opens, horizon.years))
    return float((project["opex_usd_per_year"] or 0.0) * served)


def _earliest(project: Row, horizon: Horizon) -> int:
    earliest_on = project["earliest_on"]
    return 0 if earliest_on is None else max(earliest_on.year - horizon.first_year, 0)


def _factor(rate: float, year: int) -> float:
    return float((1.0 + rate) ** -year)


def present_factors(horizon: Horizon, discount_share: float) -> Floats:
    """Return the value in the first year of a USD of every year [years]."""
    return np.asarray((1.0 + discount_share) ** -np.arange(horizon.years, dtype=float))


def funds_of(
    costs: ProjectCosts,
    countries: Sequence[Country],
    horizon: Horizon,
    budget_usd_per_year: float | None,
    national_usd_per_year: Mapping[str, float],
) -> tuple[Floats, Floats]:
    """Return budgets [years, funds] and shares of projects [projects, funds]: all, then nations.

    null: no limit on all together.
    """
    everybody = np.inf if budget_usd_per_year is None else budget_usd_per_year
    budget = [everybody, *national_usd_per_year.values()]
    share = [np.ones(len(costs.spend_usd))]
    share += [costs.fund_share[:, countries.index(country)] for country in national_usd_per_year]
    return np.tile(np.array(budget, float), (horizon.years, 1)), np.column_stack(share)
