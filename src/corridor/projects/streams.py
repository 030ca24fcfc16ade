"""Streams: what a project costs and brings, year by year, from what it is worth in some years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from corridor.kernels import Floats, Ints
from corridor.network.graph import Row
from corridor.projects.conventions import Convention
from corridor.projects.finance import discount_factors
from corridor.projects.project_rows import capex_shares, left_share
from corridor.tables.schema_appraisals import BENEFITS, COSTS

WELFARE = ("shippers", "carriers", "state revenue", "carbon")


@dataclass(frozen=True, eq=False)
class Streams:
    """Money of one project by year from the first year on, each item float64 [years].

    Attributes
    ----------
    project_id
        The project or programme.
    years
        Calendar years; money is discounted to the first.
    open_year, last_year
        First and last year of use that count.
    items
        By item: costs are positive and count against, benefits may be negative.
    discount_share
        Discount rate.
    """

    project_id: str
    years: Ints
    open_year: int
    last_year: int
    items: Mapping[str, Floats]
    discount_share: float

    @property
    def costs(self) -> Floats:
        """What is paid [years]."""
        return np.asarray(sum(self.items[item] for item in COSTS))

    @property
    def benefits(self) -> Floats:
        """What is gained [years]."""
        return np.asarray(sum(self.items[item] for item in BENEFITS))

    @property
    def net(self) -> Floats:
        """What is gained less what is paid [years]."""
        return self.benefits - self.costs

    @property
    def welfare(self) -> Floats:
        """What users, carriers, states and the climate gain [years]."""
        return np.asarray(sum(self.items[item] for item in WELFARE))

    @property
    def discount(self) -> Floats:
        """What a USD of each year is worth in the first [years]."""
        return discount_factors(len(self.years), self.discount_share)

    def table(self) -> pl.DataFrame:
        """Return the streams as rows of ``appraisal_streams``."""
        frames = [
            pl.DataFrame(
                {
                    "project_id": [self.project_id] * len(self.years),
                    "year": self.years,
                    "item": [item] * len(self.years),
                    "usd": usd,
                    "discounted_usd": usd * self.discount,
                }
            )
            for item, usd in self.items.items()
        ]
        return pl.concat(frames)


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


def cost_items(
    works: Works, years: Ints, first_year: int, convention: Convention
) -> dict[str, Floats]:
    """Return capital, running costs and what is left at the end, by year."""
    use = (works.open_year(first_year), works.last_year(first_year, convention))
    of_projects = [project_costs(row, years, use, convention) for row in works.projects]
    return {item: np.asarray(sum(costs[item] for costs in of_projects)) for item in of_projects[0]}


def project_costs(
    project: Row, years: Ints, use: tuple[int, int], convention: Convention
) -> dict[str, Floats]:
    """Return capital, running costs and what is left of one project, by year.

    What is left of a project whose life is longer than the years that count is its price less what
    they have worn off, evenly over its life.

    Parameters
    ----------
    project : its row.
    years : calendar years.
    use : first and last year of use; it is ready just when use begins.
    convention : factors, and whether what is left counts.
    """
    open_year, last_year = use
    capex = np.zeros(len(years))
    residual = np.zeros(len(years))
    shares = capex_shares(project)
    price = project["capex_usd"] * convention.capex_factor

    first = open_year - len(shares) - int(years[0])
    capex[first : first + len(shares)] = price * shares
    if convention.counts_residual:
        left = left_share(project, last_year - open_year + 1)
        residual[last_year - int(years[0])] = left * price
    in_use = (years >= open_year) & (years <= last_year)
    running = (project["opex_usd_per_year"] or 0.0) * convention.opex_factor
    return {"capex": capex, "opex": in_use * running, "residual": residual}


def between(years: Ints, anchors: Sequence[int], values: Sequence[float]) -> Floats:
    """Return values of years from those of a few: straight lines, constant beyond [years]."""
    return np.asarray(np.interp(years, np.array(anchors, float), np.array(values, float)))
