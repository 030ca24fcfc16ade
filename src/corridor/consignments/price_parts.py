"""Price parts: what a price pays for, with the band and the sources of each part.

Every line of a price is carriage (``rates``), borders (fees of ``links``, ``rules`` and
``regimes``, charges of crossings) or handling (``terminals`` and charges of handling). Finance, the
interest on the goods while they travel, is no line of a table: it is computed from the value of the
goods, the days under way and a rate of interest.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from corridor.network.network import Network
from corridor.network.prices import PriceLine, price_band
from corridor.units import DAY_H, MEAN_YEAR_DAYS

LINE_PARTS = ("freight", "borders", "handling")
PRICE_TYPES: dict[str, Any] = {
    "part": pl.String,
    "usd_per_unit": pl.Float64,
    "p05_usd_per_unit": pl.Float64,
    "p95_usd_per_unit": pl.Float64,
    "usd": pl.Float64,
    "share": pl.Float64,
}
SOURCE_TYPES: dict[str, Any] = {
    "source_id": pl.String,
    "confidence": pl.String,
    "citation": pl.String,
    "usd_per_unit": pl.Float64,
}


class Amount(NamedTuple):
    """Money of one unit: as planned, and its 5th and 95th percentile."""

    usd: float
    p05_usd: float
    p95_usd: float


def part_of(line: PriceLine) -> str:
    """Return which part of a price a line belongs to: freight, borders or handling."""
    if line.table == "rates":
        return "freight"
    if line.table == "charges":
        return "borders" if line.row["charged_at"] == "crossing" else "handling"
    if line.table == "regimes":
        return "handling" if line.row["table"] == "terminals" else "borders"
    return "handling" if line.table == "terminals" else "borders"


def price_lines(network: Network, money: pl.DataFrame) -> list[PriceLine]:
    """Return the lines of a table of money, each with the row it comes from."""
    return [
        PriceLine(table, network.by_id(table)[row_id], usd)
        for table, row_id, usd in money.select("table", "row_id", "cost_usd").iter_rows()
    ]


def finance_usd_per_h(cargo: Mapping[str, Any], interest_share_per_year: float) -> float:
    """Return the interest on the value of one unit of a cargo in an hour."""
    return float(cargo["value_usd_per_unit"]) * interest_share_per_year / (MEAN_YEAR_DAYS * DAY_H)


def price_table(
    network: Network,
    lines: Sequence[PriceLine],
    finance: Amount,
    units: int,
    storage_usd: float = 0.0,
) -> pl.DataFrame:
    """Return the parts of a price and their total, with bands; finance varies by itself.

    Parameters
    ----------
    network : the network.
    lines : what one unit pays.
    finance : interest on one unit's value.
    units : units that pay it.
    storage_usd : of one unit between ready and dispatch; 0: no such part.
    """
    parts: dict[str, Amount] = {}
    for part in LINE_PARTS:
        parts[part] = _amount(network, [line for line in lines if part_of(line) == part])
    if storage_usd:
        parts["storage"] = Amount(storage_usd, storage_usd, storage_usd)
    parts["finance"] = finance

    total = sum(amount.usd for amount in parts.values())
    paid = _amount(network, lines)
    below = math.hypot(paid.usd - paid.p05_usd, max(finance.usd - finance.p05_usd, 0.0))
    above = math.hypot(paid.p95_usd - paid.usd, max(finance.p95_usd - finance.usd, 0.0))
    parts["total"] = Amount(total, total - below, total + above)

    rows = [
        {
            "part": part,
            "usd_per_unit": round(amount.usd, 2),
            "p05_usd_per_unit": round(amount.p05_usd, 2),
            "p95_usd_per_unit": round(amount.p95_usd, 2),
            "usd": round(amount.usd * units, 2),
            "share": amount.usd / total if total else None,
        }
        for part, amount in parts.items()
    ]
    return pl.DataFrame(rows, schema=PRICE_TYPES)


def _amount(network: Network, lines: Sequence[PriceLine]) -> Amount:
    """Return what lines come to, with the band of all of them together."""
    band = price_band(network, lines)
    return Amount(sum(line.usd for line in lines), band.p05_usd, band.p95_usd)


def sources_of(network: Network, money: pl.DataFrame) -> pl.DataFrame:
    """Return the sources of the lines of a price, the costliest first."""
    citations = dict(network.frames["sources"].select("source_id", "citation").iter_rows())
    sums = (
        money.group_by("source_id", "confidence", maintain_order=True)
        .agg(pl.col("cost_usd").sum())
        .sort("cost_usd", descending=True, maintain_order=True)
    )
    rows = [
        {
            "source_id": source_id,
            "confidence": confidence,
            "citation": citations.get(source_id),
            "usd_per_unit": round(usd, 2),
        }
        for source_id, confidence, usd in sums.iter_rows()
    ]
    return pl.DataFrame(rows, schema=SOURCE_TYPES)
