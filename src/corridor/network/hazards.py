"""Hazards: closures that may happen, as the share of time they shut a way.

Source: the share of time at least one closure is in progress when closures begin at random (rate a
day r) and last m days on average is 1 - exp(-r m), the busy share of the M/G/infinity queue: Takacs
(1962).
"""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import polars as pl

from corridor.errors import CallError
from corridor.kernels import Ints
from corridor.language.messages import message
from corridor.network import durations
from corridor.network.calendar import day_of, second
from corridor.network.graph import Row
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.network.windows import season_contains, season_spans
from corridor.tables import selectors
from corridor.units import CALENDAR_YEAR_DAYS, DAY_S, MEAN_YEAR_DAYS

MAX_HAZARDS = 62  # bits of a 64-bit number less its sign, and one in reserve
WEIGHT_UNIT = 1e-9  # of -log(1 - chance)
AHEAD_DAYS = 30
COMMON_YEAR = (second("2023-01-01"), second("2024-01-01"))


def shut_share(hazard: Row, on: dt.date) -> float:
    """Return the chance that a hazard shuts its ways, averaged over the 30 days from a day on.

    Outside its season a hazard has no chance; inside, the year's events are concentrated in it. A
    duration without a mean (a pareto of the heaviest tail) shuts its links without end.
    """
    days = [on + dt.timedelta(days=i) for i in range(AHEAD_DAYS)]
    season = (
        sum(
            b - a for a, b in season_spans(hazard["season_from"], hazard["season_to"], *COMMON_YEAR)
        )
        // DAY_S
    )
    inside = (
        sum(season_contains(d, hazard["season_from"], hazard["season_to"]) for d in days)
        / AHEAD_DAYS
    )
    if not season or not inside:
        return 0.0
    mean_d = durations.mean_d(
        hazard.get("distribution") or durations.DEFAULT,
        hazard["duration_median_d"],
        hazard["duration_sigma"],
    )
    if mean_d is None:
        return inside
    rate = hazard["events_per_year"] / (MEAN_YEAR_DAYS * season / CALENDAR_YEAR_DAYS)
    return inside * (1 - math.exp(-rate * mean_d))


def link_bits(network: Network) -> Ints:
    """Return the bits of the network's own hazards that cover each link int64 [links].

    Bit h is set where row h of ``hazards`` covers the link. Raises CallError for more hazards than
    a word has bits.
    """
    return network.once(
        Derived.HAZARD_BITS.of(), lambda: bits_of_links(network, network.frames["hazards"])
    )


def bits_of_links(network: Network, hazards: pl.DataFrame) -> Ints:
    """Return the bits of the hazards that cover each link int64 [links], bit h for row h.

    Raises CallError for more hazards than a word has bits, ValueError for a selector that cannot
    be read.
    """
    refuse_too_many(hazards)

    links = network.frames["links"]
    bits = np.zeros(links.height, np.int64)
    for h, selector in enumerate(hazards["row_id"]):
        covered = selectors.select(selector, links, network.frames["nodes"])
        bits[covered] |= np.int64(1) << np.int64(h)
    return bits


def bits_of_arcs(network: Network, link_bits: Ints) -> Ints:
    """Return the bits of every arc of the graph int64 [arcs]: those of all links it runs over."""
    bits = []
    for runs in network.graph.runs:
        links = [link for link, _ in runs]
        bits.append(np.bitwise_or.reduce(link_bits[links]) if links else 0)
    return np.array(bits, np.int64)


def refuse_too_many(hazards: pl.DataFrame) -> None:
    """Raise CallError for more hazards than a word has bits."""
    if hazards.height > MAX_HAZARDS:
        raise CallError(
            message(
                "{count} hazards are more than the {most} that fit: join those that cover the "
                "same links.",
                count=hazards.height,
                most=MAX_HAZARDS,
            )
        )


def weights(network: Network, depart_s: int) -> Ints:
    """Return -log(1 - chance) of every hazard for a departure, in units of 1e-9 [64].

    The risks of a route add up in it.
    """
    day = day_of(depart_s)
    return network.once(Derived.HAZARD_WEIGHTS.of(day), lambda: _weights(network, day))


def _weights(network: Network, day: dt.date) -> Ints:
    weights = np.zeros(64, np.int64)
    for h, row in enumerate(network.rows("hazards")):
        chance = min(shut_share(row, day), 1 - 1e-9)
        weights[h] = round(-math.log1p(-chance) / WEIGHT_UNIT)
    return weights


def risk_share(weight: int) -> float:
    """Return the chance that at least one hazard strikes, from the sum of their weights."""
    return 0.0 - math.expm1(-weight * WEIGHT_UNIT)  # 0, not -0, where none may strike


def route_risk(network: Network, bits: int, depart_s: int) -> float:
    """Return the chance that at least one of the hazards whose bits are set strikes."""
    weight = weights(network, depart_s)
    return risk_share(sum(int(w) for h, w in enumerate(weight) if bits >> h & 1))


def names(network: Network, bits: int, depart_s: int) -> list[str]:
    """Return the hazards whose bits are set and that may strike within 30 days of a departure."""
    return [
        row["hazard_id"]
        for h, row in enumerate(network.rows("hazards"))
        if bits >> h & 1 and weights(network, depart_s)[h]
    ]
