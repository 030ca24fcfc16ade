"""Effects: what a set of projects does in a year, beside nothing or beside a part of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import polars as pl

from corridor.projects.outcome import Outcome
from corridor.tables.schema_appraisals import WELFARE

REVENUE_KEYS = ("country", "group", "traffic")


@dataclass(frozen=True, eq=False)
class Effects:
    """What a set of projects does in a year.

    Attributes
    ----------
    users
        One row of demand: units and cost without and with, and what users gain.
    groups
        One row a country and group: welfare in USD a year. Carbon has no country.
    revenue
        One row a country, group and kind of traffic: money without and with, which is no welfare
        by itself.
    carbon_kg
        Emissions saved.
    converged
        Whether both assignments are within the gap asked for.
    """

    users: pl.DataFrame
    groups: pl.DataFrame
    revenue: pl.DataFrame
    carbon_kg: float
    converged: bool

    @property
    def welfare_usd(self) -> float:
        """What all groups of all countries gain a year."""
        return float(self.groups["usd_per_year"].sum())

    def beyond(self, before: Effects) -> Effects:
        """Return what is done beside the effects of a part of the set, on the same base."""
        return Effects(
            users=_users_beyond(self.users, before.users),
            groups=_groups_beyond(self.groups, before.groups),
            revenue=_revenue_beyond(self.revenue, before.revenue),
            carbon_kg=self.carbon_kg - before.carbon_kg,
            converged=self.converged and before.converged,
        )


def differences(before: Outcome, after: Outcome) -> dict[tuple[str, str, bool], float]:
    """Return how earnings change, by group, country and kind of traffic."""
    keys = sorted({*before.earnings_usd, *after.earnings_usd})
    return {
        key: after.earnings_usd.get(key, 0.0) - before.earnings_usd.get(key, 0.0) for key in keys
    }


def revenue_frame(before: Outcome, after: Outcome) -> pl.DataFrame:
    """Return earnings without and with, by country, group and kind of traffic."""
    rows = [
        {
            "country": country,
            "group": group,
            "traffic": "transit" if is_transit else "own",
            "without_usd": before.earnings_usd.get((group, country, is_transit), 0.0),
            "with_usd": after.earnings_usd.get((group, country, is_transit), 0.0),
        }
        for group, country, is_transit in differences(before, after)
    ]
    keys = dict.fromkeys(REVENUE_KEYS, pl.String)
    money = {"without_usd": pl.Float64, "with_usd": pl.Float64}
    frame = pl.DataFrame(rows, schema={**keys, **money})

    change_usd = pl.col("with_usd") - pl.col("without_usd")
    return frame.with_columns(change_usd.alias("usd_per_year")).sort(REVENUE_KEYS)


def groups_frame(usd: dict[tuple[str | None, str], float]) -> pl.DataFrame:
    """Return money by country and group as a table, the countries in order, carbon last."""
    order = sorted(usd, key=lambda key: (key[0] is None, key[0] or "", WELFARE.index(key[1])))
    rows = [(country, group, usd[country, group]) for country, group in order]
    schema = {"country": pl.String, "group": pl.String, "usd_per_year": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _users_beyond(users: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Return the gains of users beside those of a part: its with is the other's without."""
    gains = [name for name in users.columns if name.endswith("_usd") and "pays" not in name]
    joined = users.join(before, on="demand_id", suffix="_before", maintain_order="left")
    return joined.with_columns(
        pl.col("units_with_before").alias("units_without"),
        pl.col("pays_with_usd_before").alias("pays_without_usd"),
        *(pl.col(name) - pl.col(f"{name}_before") for name in gains),
    ).select(users.columns)


def _groups_beyond(groups: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Return welfare by country and group beside that of a part."""
    usd: dict[tuple[str | None, str], float] = defaultdict(float)
    for country, group, money in groups.iter_rows():
        usd[country, group] += money
    for country, group, money in before.iter_rows():
        usd[country, group] -= money
    return groups_frame(usd)


def _revenue_beyond(revenue: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Return earnings beside a part: its with is the other's without."""
    earlier = before.select(*REVENUE_KEYS, pl.col("with_usd").alias("earlier_usd"))
    both = revenue.join(earlier, on=REVENUE_KEYS, how="full", coalesce=True).with_columns(
        pl.col("with_usd", "earlier_usd").fill_null(0.0)
    )

    return both.select(
        *REVENUE_KEYS,
        pl.col("earlier_usd").alias("without_usd"),
        "with_usd",
        (pl.col("with_usd") - pl.col("earlier_usd")).alias("usd_per_year"),
    ).sort(REVENUE_KEYS)
