"""Conventions: what the banks that appraise corridors take for rates, horizons and carbon.

Each is a named setting; a study may ask for any of them and change any figure of it. Money is real
USD. What no guide sets (the shadow exchange rate of a country, say) is not guessed: every factor is
1, and a study that knows better says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from corridor.errors import CallError, UnknownName
from corridor.kernels import Floats

# Consumer prices of the United States, annual averages, 1982-84 = 100 (Bureau of Labor Statistics,
# CPI-U), to bring prices of carbon to the price year 2025 of the built-in study; 2025 is C.
_CPI = {2014: 236.7, 2016: 240.0, 2017: 245.1, 2025: 322.0}
# Mean exchange rate of 2016, European Central Bank: the EIB's path is in EUR of 2016.
_USD_PER_EUR_2016 = 1.107


@dataclass(frozen=True)
class Convention:
    """How one bank appraises.

    Attributes
    ----------
    convention_id, name
        Its key, and how it is called.
    discount_share
        Discount rate a year, which is the hurdle of the internal rate of return as well.
    horizon_years
        Most years of use that count.
    carbon_usd_per_t
        Shadow price of carbon by year, in USD of the price year, a straight line between them, the
        first and last beyond.
    capex_factor, opex_factor
        What a USD of capital and of running costs counts: shadow prices, 1 where none is set.
    counts_residual
        Whether what a project is worth at the end of the horizon counts.
    source
        Where the figures stand.
    """

    convention_id: str
    name: str
    discount_share: float
    horizon_years: int
    carbon_usd_per_t: Mapping[int, float]
    source: str
    capex_factor: float = 1.0
    opex_factor: float = 1.0
    counts_residual: bool = True

    def carbon_usd(self, years: Floats) -> Floats:
        """Return the shadow price of a tonne of carbon in some years [years]."""
        at = sorted(self.carbon_usd_per_t)
        return np.interp(years, at, [self.carbon_usd_per_t[year] for year in at])


def _in_prices_of_2025(path: Mapping[int, float], of: int, rate: float = 1.0) -> dict[int, float]:
    """Return a path of prices of one year in USD of 2025, to a tenth of a dollar."""
    return {year: round(price * rate * _CPI[2025] / _CPI[of], 1) for year, price in path.items()}


ADB = Convention(
    convention_id="adb",
    name="Asian Development Bank",
    discount_share=0.09,
    horizon_years=30,
    # USD 36.3 of 2016 a tonne in 2016, 2 % more a year in real terms.
    carbon_usd_per_t=_in_prices_of_2025(
        {year: 36.3 * 1.02 ** (year - 2016) for year in range(2016, 2061, 4)}, of=2016
    ),
    source=(
        "ADB (2017), Guidelines for the Economic Analysis of Projects: minimum economic internal "
        "rate of return of 9 % (6 % for social and some environmental projects), carbon at USD "
        "36.3 of 2016 rising by 2 % a year; horizon: life of the project, here at most 30 years"
    ),
)
WORLD_BANK = Convention(
    convention_id="world-bank",
    name="World Bank",
    discount_share=0.06,
    horizon_years=30,
    # Low path, prices of 2017.
    carbon_usd_per_t=_in_prices_of_2025({2020: 40, 2030: 50, 2040: 63, 2050: 78}, of=2017),
    source=(
        "World Bank (2016), Discounting costs and benefits in economic analysis of World Bank "
        "projects: twice the growth of consumption a head, 6 % where 3 % is expected; World Bank "
        "(2017), Shadow price of carbon in economic analysis, guidance note: low path"
    ),
)
WORLD_BANK_HIGH = replace(
    WORLD_BANK,
    convention_id="world-bank-high",
    name="World Bank, high price of carbon",
    carbon_usd_per_t=_in_prices_of_2025({2020: 80, 2030: 100, 2040: 125, 2050: 156}, of=2017),
    source=WORLD_BANK.source.replace("low path", "high path"),
)
EC = Convention(
    convention_id="ec",
    name="European Commission",
    discount_share=0.05,
    horizon_years=30,
    carbon_usd_per_t=_in_prices_of_2025(
        {2020: 80, 2025: 165, 2030: 250, 2035: 390, 2040: 525, 2045: 660, 2050: 800},
        of=2016,
        rate=_USD_PER_EUR_2016,
    ),
    source=(
        "European Commission (2014), Guide to Cost-Benefit Analysis of Investment Projects: social "
        "discount rate of 5 % in cohesion countries, reference period of railways 30 years (roads "
        "25-30, ports 25); European Investment Bank (2020), Climate Bank Roadmap, and European "
        "Commission (2021), Economic Appraisal Vademecum: shadow cost of carbon in EUR of 2016"
    ),
)
CONVENTIONS = {each.convention_id: each for each in (ADB, WORLD_BANK, WORLD_BANK_HIGH, EC)}


def convention_of(name: str | Convention, changes: Mapping[str, Any] | None = None) -> Convention:
    """Return a convention by its key, or as it is, with some figures changed.

    changes: attributes of :class:`Convention`, such as ``{"discount_share": 0.12}``. Raises
    UnknownName for a convention or figure there is none of, CallError for one out of range.
    """
    if isinstance(name, str):
        if name not in CONVENTIONS:
            raise UnknownName("convention", name, CONVENTIONS)
        convention = CONVENTIONS[name]
    else:
        convention = name

    for figure in changes or {}:
        if figure not in Convention.__dataclass_fields__:
            raise UnknownName("figure of a convention", figure, Convention.__dataclass_fields__)
    changed = replace(convention, **(changes or {}))
    _require_valid(changed)
    return changed


def _require_valid(convention: Convention) -> None:
    if not -1 < convention.discount_share < 1:
        rate = convention.discount_share
        raise CallError(f"discount_share must be below 1, such as 0.09 for 9 %, not {rate}.")
    if not 1 <= convention.horizon_years <= 100:
        raise CallError(f"horizon_years must be 1 to 100, not {convention.horizon_years}.")
    if not convention.carbon_usd_per_t:
        raise CallError("carbon_usd_per_t needs the price of at least one year.")
