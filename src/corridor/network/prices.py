"""Prices: the lines a price is made of, each from a row of a table, and the band around their sum.

A row of money may cost less or more than it says: another year of the market, the other direction,
another lane. Its 5th and 95th percentile stand beside it as ratios, or in ``price_bands``. How the
rows of one price move together is stated here, once, and nowhere fitted.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from corridor.network.graph import Row
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.tables import schema

# Rows of rates of one mode share diesel, exchange rates and season: half of the variance of each
# is taken to be common to them. An estimate, and what it does is in docs/decisions/060-prices.md.
SAME_MODE_CORRELATION = 0.5


class PriceLine(NamedTuple):
    """What one row of a table charges one unit of a cargo."""

    table: str
    row: Row
    usd: float

    @property
    def row_id(self) -> str:
        """Return the key of the row."""
        return str(self.row[schema.table(self.table).key or ""])


class PriceBand(NamedTuple):
    """The 5th and 95th percentile of a price."""

    p05_usd: float
    p95_usd: float


class Deviation(NamedTuple):
    """How far a row's money may be below and above what it says, in USD."""

    below: float
    above: float


def price_band(network: Network, lines: Sequence[PriceLine]) -> PriceBand:
    """Return the band around the sum of lines; see :func:`band_around`."""
    return band_around(lines, [deviation(network, line) for line in lines])


def band_around(lines: Iterable[PriceLine], deviations: Iterable[Deviation]) -> PriceBand:
    """Return the band around the sum of lines, from how far each of them may be off.

    Lines of one row move together: a dear kilometre is dear all the way. Rows of rates of one mode
    move together by half of their variance, all other rows by chance. Deviations therefore add up
    to no less than before where a line is added: a longer route never has a narrower band.
    """
    price_usd = 0.0
    families: dict[str, dict[str, list[float]]] = defaultdict(dict)

    for line, more in zip(lines, deviations, strict=True):
        price_usd += line.usd
        row_id = line.row_id
        rows = families[_family(line, row_id)]
        off = rows.setdefault(row_id, [0.0, 0.0])
        off[0] += more.below
        off[1] += more.above

    below_usd, above_usd = (_together(families.values(), side) for side in (0, 1))
    return PriceBand(price_usd - below_usd, price_usd + above_usd)


def deviation(network: Network, line: PriceLine) -> Deviation:
    """Return how far the money of a line may be below and above what it says."""
    p05_ratio = line.row.get("p05_ratio")
    p95_ratio = line.row.get("p95_ratio")

    if p05_ratio is None or p95_ratio is None:
        band = _band_of_grade(network, line.table, line.row["confidence"])
        p05_ratio = band.get("p05_ratio", 1.0) if p05_ratio is None else p05_ratio
        p95_ratio = band.get("p95_ratio", 1.0) if p95_ratio is None else p95_ratio
    return Deviation(line.usd * (1 - p05_ratio), line.usd * (p95_ratio - 1))


def _family(line: PriceLine, row_id: str) -> str:
    """Return what rows share that move together in part: the mode of rates; else nothing."""
    if line.table == "rates":
        return f"rates {line.row['mode']}"
    return f"{line.table} {row_id}"


def _together(families: Iterable[Mapping[str, Sequence[float]]], side: int) -> float:
    """Return what deviations come to: rows of a family in part together, families by chance.

    side: 0 below, 1 above.
    """
    variance = sum(_family_variance([off[side] for off in rows.values()]) for rows in families)
    return math.sqrt(variance)


def _family_variance(deviations: list[float]) -> float:
    """Return the square of what the deviations of one family come to."""
    together = sum(deviations) ** 2
    by_chance = sum(usd**2 for usd in deviations)
    return SAME_MODE_CORRELATION * together + (1 - SAME_MODE_CORRELATION) * by_chance


def _band_of_grade(network: Network, table: str, confidence: str) -> Row:
    """Return the row of price_bands for lines of a table; empty where the study has none."""

    def find() -> Row:
        bands = network.rows("price_bands")
        fitting = [band for band in bands if _fits(band, table, confidence)]
        return min(fitting, key=_unnamed, default={})

    return network.once(Derived.PRICE_BANDS.of(table, confidence), find)


def _fits(band: Row, table: str, confidence: str) -> bool:
    """Tell whether a row of price_bands is for a table and a confidence."""
    return band["table"] in (None, table) and band["grade"] in (None, confidence)


def _unnamed(band: Row) -> tuple[bool, bool]:
    return band["table"] is None, band["grade"] is None


def charges_at_crossing(
    charges: Iterable[Row], cargo: Row, mode: str, countries: tuple[str, str]
) -> Iterator[Row]:
    """Give the rows of charges that fit a link from one country to another."""
    country, to_country = countries
    if country == to_country:
        return

    for charge in charges:
        if (
            charge["charged_at"] == "crossing"
            and charge["mode"] in (None, mode)
            and charge["country"] in (None, country)
            and charge["to_country"] in (None, to_country)
            and charge["form"] in (None, cargo["form"])
        ):
            yield charge


def charges_at_handling(
    charges: Iterable[Row], cargo: Row, modes: tuple[str, str], country: str
) -> Iterator[Row]:
    """Give the rows of charges that fit a terminal from one mode to another."""
    mode, to_mode = modes
    for charge in charges:
        if (
            charge["charged_at"] == "handling"
            and charge["mode"] in (None, mode)
            and charge["to_mode"] in (None, to_mode)
            and charge["country"] in (None, country)
            and charge["form"] in (None, cargo["form"])
        ):
            yield charge
