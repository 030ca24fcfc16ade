"""Risk: futures drawn for projects, from what such works and forecasts have done elsewhere.

A future has one luck of demand, of what a unit gains and of borders for all projects, and one of
capital for each, so that projects compare like with like. Draws hang on the seed and the name of
the project alone: not on what else is appraised, nor on who computes it.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from corridor.kernels import Floats
from corridor.network.graph import Row
from corridor.projects.border_states import MONTHS_OF_YEAR, SHUT_SHARES, fit_chain
from corridor.projects.streams import Streams
from corridor.projects.works import Works
from corridor.units import NORMAL_P95


class Overrun(NamedTuple):
    """How actual capital costs compare with estimates: mean ratio and its standard deviation."""

    mean: float
    deviation: float


# Rail, roads, and bridges and tunnels: Flyvbjerg, Skamris Holm and Buhl (2003), How common and how
# large are cost overruns in transport infrastructure projects?, Transport Reviews 23(1), 71-88:
# 45 % (38), 20 % (30), 34 % (62) at constant prices. Ports, buildings and IT: means of Flyvbjerg
# and Gardner (2023), How Big Things Get Done, appendix A: 32, 62 and 73 % (B); the spread of all
# projects of the former study, 39 %, stands for theirs (C). Ships are bought, not built on site:
# an estimate (C).
OVERRUNS = {
    "rail": Overrun(1.45, 0.38),
    "road": Overrun(1.20, 0.30),
    "fixed-link": Overrun(1.34, 0.62),
    "port": Overrun(1.32, 0.39),
    "building": Overrun(1.62, 0.39),
    "it": Overrun(1.73, 0.39),
    "ship": Overrun(1.10, 0.15),
}
# Actual road traffic by its forecast has a standard deviation of 44 %: Flyvbjerg, Skamris Holm and
# Buhl (2005), Journal of the American Planning Association 71(2), 131-146. Its mean there, 1.1, is
# that of other roads and not taken over.
DEMAND_DEVIATION = 0.44
# Time values and the prices of carriage, together: an estimate (C) from the bands of rates.
VALUE_DEVIATION = 0.2
# Streams of random numbers.
_DEMAND_STREAM = 11
_VALUE_STREAM = 12
_CAPEX_STREAM = 13
_BORDER_STREAM = 14


@dataclass(frozen=True, eq=False)
class Futures:
    """Futures common to all projects [draws].

    Attributes
    ----------
    demand_ratio, value_ratio
        Goods by the forecast, and what a unit gains by the estimate.
    shut_share
        Share of each year in which borders are shut, from the first year on [draws, years].
    rng
        Seed.
    """

    demand_ratio: Floats
    value_ratio: Floats
    shut_share: Floats
    rng: int

    @property
    def count(self) -> int:
        """How many futures there are."""
        return len(self.demand_ratio)


def draw_futures(
    draws: int, years: int, rng: int, states: pl.DataFrame, places: Sequence[str]
) -> Futures:
    """Return futures of so many years; places: whose closures count, none: borders stay.

    states: the table of months that the chain of borders is fitted from.
    """
    shut = np.zeros((draws, years))
    if places:
        shut = _shut_shares(states, places, draws, years, rng)

    return Futures(
        demand_ratio=_lognormal(Overrun(1.0, DEMAND_DEVIATION), _dice(rng, _DEMAND_STREAM), draws),
        value_ratio=_lognormal(Overrun(1.0, VALUE_DEVIATION), _dice(rng, _VALUE_STREAM), draws),
        shut_share=shut,
        rng=rng,
    )


def capex_ratios(works: Works, futures: Futures) -> Floats:
    """Return actual by estimated capital of works in every future [draws].

    Each project has its own luck; the ratio of a programme is that of its sum.
    """
    total = sum(row["capex_usd"] for row in works.projects)
    if not total:
        return np.ones(futures.count)

    spent = np.zeros(futures.count)
    for row in works.projects:
        dice = _dice(futures.rng, _CAPEX_STREAM, row["project_id"])
        spent += row["capex_usd"] * _lognormal(overrun_of(row), dice, futures.count)
    return np.asarray(spent / total)


def overrun_of(project: Row) -> Overrun:
    """Return how far a project's price may run over: as its class, wider where its band is.

    The band is that of the table, from the 5th to the 95th percentile.
    """
    overrun = OVERRUNS[project["reference_class"]]
    low = project["capex_p5_usd"]
    high = project["capex_p95_usd"]
    if not low or not high or high <= low:
        return overrun

    sigma = math.log(high / low) / (2 * NORMAL_P95)
    of_band = overrun.mean * math.sqrt(math.expm1(sigma**2))
    return overrun._replace(deviation=max(overrun.deviation, of_band))


def expected_capex_usd(works: Works) -> float:
    """Return what works cost with what their classes run over on average."""
    return float(sum(row["capex_usd"] * overrun_of(row).mean for row in works.projects))


def net_of_futures(
    streams: Streams, shut_welfare: Floats | None, capex_ratio: Floats, futures: Futures
) -> Floats:
    """Return the net stream of every future float64 [draws, years].

    shut_welfare: what a year with the borders shut brings [years]; null: as with them open.
    """
    years = len(streams.years)
    shut = futures.shut_share[:, :years]
    welfare = np.broadcast_to(streams.welfare, shut.shape)
    if shut_welfare is not None:
        welfare = (1 - shut) * streams.welfare + shut * shut_welfare

    scale = (futures.demand_ratio * futures.value_ratio)[:, None]
    capital = streams.items["residual"] - streams.items["capex"]
    return np.asarray(scale * welfare + capex_ratio[:, None] * capital - streams.items["opex"])


def _shut_shares(
    states: pl.DataFrame, places: Sequence[str], draws: int, years: int, rng: int
) -> Floats:
    """Return the share of each year in which places are shut, mean over them [draws, years].

    Months follow the chain fitted from what was seen, from its last month on.
    """
    chain = fit_chain(states, places)
    shut_of_state = np.array(
        [np.mean([SHUT_SHARES[word] for word in joint]) for joint in chain.states]
    )
    reach = np.cumsum(chain.month(), axis=1)
    dice = _dice(rng, _BORDER_STREAM, " ".join(places))
    number = np.full(draws, chain.number(*chain.now))

    shares = np.zeros((draws, years))
    for month in range(years * MONTHS_OF_YEAR):
        luck = dice.random(draws)
        number = np.minimum((reach[number] <= luck[:, None]).sum(axis=1), len(reach) - 1)
        shares[:, month // MONTHS_OF_YEAR] += shut_of_state[number // chain.ages] / MONTHS_OF_YEAR
    return np.clip(shares, 0.0, 1.0)


def _lognormal(overrun: Overrun, dice: np.random.Generator, draws: int) -> Floats:
    """Return log-normal numbers of a mean and standard deviation [draws]."""
    variance = math.log1p((overrun.deviation / overrun.mean) ** 2)
    mean = math.log(overrun.mean) - variance / 2
    return np.exp(mean + math.sqrt(variance) * dice.standard_normal(draws))


def _dice(rng: int, stream: int, name: str = "") -> np.random.Generator:
    return np.random.default_rng([rng, stream, zlib.crc32(name.encode())])
