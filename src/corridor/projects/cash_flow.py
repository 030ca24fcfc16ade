"""Cash flow: the streams of works, from what they do in the years that were computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from corridor.kernels import Floats, Ints
from corridor.projects.conventions import Convention
from corridor.projects.effects import Effects
from corridor.projects.streams import Streams, between, cost_items
from corridor.projects.works import Works
from corridor.tables.schema_appraisals import BENEFITS, CARBON, COSTS, WELFARE


class CashFlow(NamedTuple):
    """The streams of works, and the yearly welfare by group in the years that were computed.

    anchors: those years. welfare: group -> USD in each of them, carbon apart. carbon_kg: saved in
    each. carbon_usd_per_t: shadow price of every year of the streams.
    """

    streams: Streams
    anchors: tuple[int, ...]
    welfare: Mapping[str, tuple[float, ...]]
    carbon_kg: tuple[float, ...]
    carbon_usd_per_t: Floats


def cash_flow_of(
    works: Works,
    effects: Sequence[Effects],
    anchors: tuple[int, ...],
    years: Ints,
    convention: Convention,
) -> CashFlow:
    """Return the streams of works by year.

    Parameters
    ----------
    works : what is built.
    effects : what it does in each anchor year.
    anchors : the years that were computed.
    years : calendar years, from that to which money is discounted to the last of use.
    convention : whose rates, factors and price of carbon count.
    """
    first_year = int(years[0])
    open_year = works.open_year(first_year)
    in_use = (years >= open_year).astype(float)

    welfare = {
        group: tuple(_group_usd(each, group) for each in effects)
        for group in WELFARE
        if group != CARBON
    }
    carbon_kg = tuple(each.carbon_kg for each in effects)
    price = convention.carbon_usd(years.astype(float))

    items = cost_items(works, years, first_year, convention)
    for group, values in welfare.items():
        items[group] = in_use * between(years, anchors, values)
    items[CARBON] = in_use * between(years, anchors, carbon_kg) / 1000 * price

    streams = Streams(
        project_id=works.works_id,
        years=years,
        open_year=open_year,
        last_year=works.last_year(first_year, convention),
        items={name: items[name] for name in (*COSTS, *BENEFITS)},
        discount_share=convention.discount_share,
    )
    return CashFlow(streams, anchors, welfare, carbon_kg, price)


def _group_usd(effects: Effects, group: str) -> float:
    return float(effects.groups.filter(pl.col("group") == group)["usd_per_year"].sum())
