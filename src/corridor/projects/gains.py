"""Gains: who gains by works and who pays for them, by country and group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import polars as pl

from corridor.network.network import Network
from corridor.projects.cash_flow import CashFlow
from corridor.projects.conventions import Convention
from corridor.projects.effects import Effects
from corridor.projects.project_rows import Country, payer_shares
from corridor.projects.streams import Streams, between, project_costs
from corridor.projects.works import Works
from corridor.tables.cells import stored_types
from corridor.tables.schema_appraisals import APPRAISAL_GROUPS, CARBON, GROUPS


class _Gain(NamedTuple):
    """What a group of a country gains: present value, and money in the first year of use."""

    country: Country
    group: str
    pv_usd: float
    usd_per_year: float


def gains_frame(
    works: Works,
    effects: Sequence[Effects],
    cash_flow: CashFlow,
    network: Network,
    convention: Convention,
) -> pl.DataFrame:
    """Return who gains and who pays: present values by country and group.

    Parameters
    ----------
    works : what is built.
    effects : what it does in each anchor year of the cash flow.
    cash_flow : its money by year.
    network : with who pays.
    convention : factors of costs.
    """
    gains = [
        *_welfare_gains(effects, cash_flow),
        *_builder_gains(works, cash_flow.streams, network, convention),
        *_operator_gains(works, cash_flow.streams, convention),
    ]
    order = {group: number for number, group in enumerate(GROUPS)}

    moved = (pl.col("pv_usd") != 0) | (pl.col("usd_per_year") != 0)
    by_group = pl.col("group").replace_strict(order, return_dtype=pl.Int64)
    summed = (
        pl.DataFrame(gains, schema=_gain_types(), orient="row")
        .group_by("country", "group")
        .agg(pl.col("pv_usd", "usd_per_year").sum())
    )
    return summed.filter(moved).sort("country", by_group, nulls_last=True)


def _gain_types() -> dict[str, pl.DataType]:
    """Return the types of the columns of gains, without the project they are of."""
    types = stored_types(APPRAISAL_GROUPS)
    return {name: types[name] for name in _Gain._fields}


def _welfare_gains(effects: Sequence[Effects], cash_flow: CashFlow) -> Iterator[_Gain]:
    """Give what users, carriers and states of each country gain, and the climate."""
    streams = cash_flow.streams
    opening = streams.open_year - int(streams.years[0])

    for (country, group), values in _by_country(effects).items():
        yearly = streams.in_use * between(streams.years, cash_flow.anchors, values)
        yield _Gain(country, group, float(yearly @ streams.discount), float(yearly[opening]))

    carbon = streams.items[CARBON]
    yield _Gain(None, CARBON, streams.present_usd(CARBON), float(carbon[opening]))


def _builder_gains(
    works: Works, streams: Streams, network: Network, convention: Convention
) -> Iterator[_Gain]:
    """Give what who pays gets back of the capital at the end, less the capital."""
    use = (streams.open_year, streams.last_year)
    for project in works.projects:
        costs = project_costs(project, streams.years, use, convention)
        pv_usd = float((costs["residual"] - costs["capex"]) @ streams.discount)

        for country, share in payer_shares(network, project).items():
            yield _Gain(country, "builders", share * pv_usd, 0.0)


def _operator_gains(works: Works, streams: Streams, convention: Convention) -> Iterator[_Gain]:
    """Give what running each project costs its country."""
    for project in works.projects:
        opex_usd = (project["opex_usd_per_year"] or 0.0) * convention.opex_factor
        pv_usd = -opex_usd * float(streams.in_use @ streams.discount)
        yield _Gain(project["country"], "operators", pv_usd, -opex_usd)


def _by_country(effects: Sequence[Effects]) -> dict[tuple[str, str], tuple[float, ...]]:
    """Return yearly welfare by country and group in each anchor year, carbon apart."""
    values: dict[tuple[str, str], list[float]] = {}
    for number, each in enumerate(effects):
        for country, group, usd in each.groups.iter_rows():
            if country is not None:
                values.setdefault((country, group), [0.0] * len(effects))[number] = usd
    return {key: tuple(of_years) for key, of_years in sorted(values.items())}
