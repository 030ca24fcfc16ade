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
from corridor.projects.works import Works
from corridor.tables.schema_appraisals import (
    BENEFITS,
    COSTS,
    WELFARE,
)


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

    @property
    def in_use(self) -> Floats:
        """1 in the years of use that count, 0 in the others [years]."""
        return ((self.years >= self.open_year) & (self.years <= self.last_year)).astype(float)

    def present_usd(self, item: str) -> float:
        """Return what an item is worth in the first year, a cost as it is."""
        return float(self.items[item] @ self.discount)

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
