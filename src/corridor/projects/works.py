"""Works: what is built together, a project or a programme of several, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corridor.language.messages import joined
from corridor.network.graph import Row
from corridor.network.network import Network
from corridor.projects.conventions import Convention
from corridor.projects.project_rows import (
    exclude_each_other,
    of_programme,
    required_ids,
    unknown_project,
)


@dataclass(frozen=True, eq=False)
class Works:
    """What is built together: a project, or a programme of several.

    Attributes
    ----------
    works_id, name
        The project, or the programme.
    projects
        Its rows of ``projects``, in the order they are taken.
    requires
        Projects that are taken as built in both cases.
    """

    works_id: str
    name: str
    projects: tuple[Row, ...]
    requires: tuple[str, ...]

    @property
    def project_ids(self) -> list[str]:
        """The projects that are built."""
        return [row["project_id"] for row in self.projects]

    def start_year(self, first_year: int) -> int:
        """Return the year in which works begin: the first, or when all of them can."""
        earliest = [row["earliest_on"].year for row in self.projects if row["earliest_on"]]
        return int(max([first_year, *earliest]))

    def open_year(self, first_year: int) -> int:
        """Return the first year of use: all begin together, and open when the last is ready."""
        return self.start_year(first_year) + max(int(row["build_years"]) for row in self.projects)

    def last_year(self, first_year: int, convention: Convention) -> int:
        """Return the last year of use that counts."""
        life = min(int(row["life_years"]) for row in self.projects)
        return self.open_year(first_year) + min(life, convention.horizon_years) - 1


def works_named(network: Network, name: str) -> Works:
    """Return a project, or the projects of a programme that can stand beside each other.

    Of a programme the projects count in the order of the table; one that an earlier one excludes
    is left out. Raises UnknownName for neither.
    """
    projects = network.by_id("projects")
    if name in projects:
        return _works(network, name, [projects[name]])

    rows = of_programme(network, name)
    if not rows:
        raise unknown_project(network, name)

    beside: list[Row] = []
    for row in rows:
        if not any(exclude_each_other(row, other) for other in beside):
            beside.append(row)
    return _works(network, name, beside)


def _works(network: Network, works_id: str, rows: Sequence[Row]) -> Works:
    names = joined(str(row["name"]) for row in rows)
    required = required_ids(network, [row["project_id"] for row in rows])
    return Works(works_id, names, tuple(rows), tuple(sorted(required)))
