"""Project rows: what rows of ``projects`` say of each other, of who pays, and of their price."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from corridor.errors import UnknownName
from corridor.kernels import Floats
from corridor.network.graph import Row
from corridor.network.network import Network

FIRST_YEAR = 2027  # unless asked otherwise: no works begin before

Country = str | None
Pairs = tuple[tuple[int, int], ...]


def unknown_project(network: Network, name: str) -> UnknownName:
    """Return the refusal of a name that is neither a project nor a programme."""
    programmes = {row["programme"] for row in network.rows("projects")} - {None}
    return UnknownName("project", name, [*network.by_id("projects"), *sorted(programmes)])


def of_programme(network: Network, programme: str) -> list[Row]:
    """Return the projects of a programme, in the order of the table."""
    return [row for row in network.rows("projects") if row["programme"] == programme]


def required_ids(network: Network, project_ids: Iterable[str]) -> list[str]:
    """Return everything that projects require, directly or not, without themselves."""
    projects = network.by_id("projects")
    named = list(project_ids)
    together = list(named)
    for project_id in together:
        needed = _words(projects[project_id], "requires")
        together += [other for other in needed if other not in together]
    return together[len(named) :]


def exclude_each_other(first: Row, second: Row) -> bool:
    """Tell whether either of two projects excludes the other."""
    first_id = first["project_id"]
    second_id = second["project_id"]
    return second_id in _words(first, "excludes") or first_id in _words(second, "excludes")


def exclusions(projects: Sequence[Row]) -> Pairs:
    """Return pairs of numbers of projects that are not built both; either of them says it."""
    return tuple(
        (first, second)
        for second, later in enumerate(projects)
        for first, earlier in enumerate(projects[:second])
        if exclude_each_other(earlier, later)
    )


def requirements(projects: Sequence[Row]) -> Pairs:
    """Return pairs of numbers of projects: the first requires the second."""
    number = {project["project_id"]: p for p, project in enumerate(projects)}
    return tuple(
        (p, number[required])
        for p, project in enumerate(projects)
        for required in _words(project, "requires")
    )


def payer_shares(network: Network, project: Row) -> dict[Country, float]:
    """Return which share of a project each country pays; where no payer is named, its own all."""
    shares: dict[Country, float] = {}
    for payer in network.rows("project_payers"):
        if payer["project_id"] == project["project_id"]:
            country = payer["payer_country"]
            shares[country] = shares.get(country, 0.0) + payer["share"]
    return shares or {project["country"]: 1.0}


def capex_shares(project: Row) -> Floats:
    """Return which share of the price falls into each year of building [build years].

    A profile of fewer years than the building takes has nothing in the last ones.
    """
    text = project["capex_shares"]
    years = int(project["build_years"])
    if not text:
        return np.full(years, 1 / years)

    shares = np.zeros(years)
    profile = [float(word) for word in text.split()][:years]
    shares[: len(profile)] = profile
    return shares


def left_share(project: Row, used_years: int) -> float:
    """Return what is left of a project's price after some years of use, worn off evenly."""
    at_end = project["residual_share"] or 0.0
    worn = min(1.0, used_years / project["life_years"])
    return float(1.0 - worn * (1.0 - at_end))


def _words(project: Row, column: str) -> list[str]:
    return (project[column] or "").split()
