"""Congestion: hours that the use of a limit adds for all who use it, as one convex function each.

Hours are those of an average shipment, so that a row has one price for all its users and the
programme of :mod:`corridor.flows.master` an objective (Beckmann's). Three laws: a queue where
goods are served one after the other, the road's, and none where nothing is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from corridor.flows.capacity_rows import Capacities, CapacityRow
from corridor.flows.demand import DemandArrays
from corridor.kernels import Bools, Floats, Ints
from corridor.network.graph import Row
from corridor.network.network import Network
from corridor.units import DAY_H, WEEK_H

# Hours added at capacity, as a share of the hours of the free road, and its power: Bureau of Public
# Roads (1964), Traffic Assignment Manual, U.S. Department of Commerce.
BPR_SHARE = 0.15
BPR_POWER = 4.0
# A queue is looked at over a week, or over as many servings where they are rarer: fewer would make
# the law below concave.
MIN_SERVINGS = 8.0
TINY = 1e-300
HALVINGS = 80  # of an interval, until it is one floating-point number


@dataclass(frozen=True, eq=False)
class Congestion:
    """What the use of every limit costs whoever adds one more to it [rows].

    Attributes
    ----------
    full_per_day
        Use at which a limit is full.
    hour_usd
        What an hour of an average shipment is worth for one of what the limit counts.
    queue_period_h, queue_ease
        Of rows with a queue: the hours it is looked at over, and 8 / (servings in them); else 0.
    free_h
        Of rows with the road's law: its hours when empty; else 0.
    is_system
        Whether who adds one more pays for the hours of all others too (system optimum), or only
        for its own (user equilibrium).
    """

    full_per_day: Floats
    hour_usd: Floats
    queue_period_h: Floats
    queue_ease: Floats
    free_h: Floats
    is_system: bool

    @property
    def is_felt(self) -> Bools:
        """Which rows cost anything before they are full."""
        felt: Bools = (self.hour_usd > 0) & ((self.queue_period_h > 0) | (self.free_h > 0))
        return felt

    def hours(self, use: Floats) -> Floats:
        """Return the hours that a use adds.

        Source: Akçelik (1991), Australian Road Research 21(3), eq. 12, with J = 1: over a long
        period it is the wait of one server with random arrivals and services, rho / (mu (1 - rho));
        at capacity it stays finite. BPR (1964).
        """
        share = self._share(use)
        root = np.sqrt((share - 1) ** 2 + self.queue_ease * share)
        quarter_h, bpr_h = self._factors_h
        return np.asarray(quarter_h * (share - 1 + root) + bpr_h * share**BPR_POWER)

    @cached_property
    def _factors_h(self) -> tuple[Floats, Floats]:
        """A quarter of the hours a queue is looked at, and the hours a full road adds."""
        return self.queue_period_h / 4, self.free_h * BPR_SHARE

    def price_usd(self, use: Floats) -> Floats:
        """Return what one more pays for congestion at a use; 0 where nothing is felt."""
        usd = self.hour_usd * self.hours(use)
        if self.is_system:
            usd = usd + self.hour_usd * use * self._slope_h(use)
        return np.asarray(usd)

    def total_usd(self, use: Floats) -> Floats:
        """Return the integral of the price from no use to a use."""
        if self.is_system:
            return np.asarray(self.hour_usd * use * self.hours(use))
        share = self._share(use)
        ease = self.queue_ease
        root = np.sqrt((share - 1) ** 2 + ease * share)

        # The integral of the root of share^2 + (ease - 2) share + 1.
        middle = 2 * share + ease - 2
        bend = ease * (4 - ease)
        grown = np.where(middle > 0, middle + 2 * root, bend / np.maximum(2 * root - middle, TINY))
        logarithm = np.log(np.maximum(grown, TINY) / np.maximum(ease, TINY))
        rooted = middle / 4 * root - (ease - 2) / 4 + bend / 8 * logarithm
        queue = self.queue_period_h / 4 * (share**2 / 2 - share + rooted)
        road = self.free_h * BPR_SHARE * share ** (BPR_POWER + 1) / (BPR_POWER + 1)
        return np.asarray(self.hour_usd * self.full_per_day * (queue + road))

    def use_at(self, price_usd: Floats, least: Floats, most: Floats) -> Floats:
        """Return the use between two at which one more pays a price, or the end next to it."""
        # Where nothing is to be paid even the least use costs as much.
        paying = np.flatnonzero(price_usd > 0)
        of_paying = self._of_rows(paying)
        low = least[paying]
        high = np.maximum(least, most)[paying]
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            is_cheaper = of_paying.price_usd(middle) < price_usd[paying]
            low = np.where(is_cheaper, middle, low)
            high = np.where(is_cheaper, high, middle)

        use = least.copy()
        use[paying] = low
        return use

    def _of_rows(self, rows: Ints) -> Congestion:
        """Return the congestion of some limits."""
        return Congestion(
            self.full_per_day[rows],
            self.hour_usd[rows],
            self.queue_period_h[rows],
            self.queue_ease[rows],
            self.free_h[rows],
            self.is_system,
        )

    def _share(self, use: Floats) -> Floats:
        return np.asarray(use / self._divisor)

    @cached_property
    def _divisor(self) -> Floats:
        """Use at which a limit is full; 1 where it is shut."""
        return np.where(self.full_per_day > 0, self.full_per_day, 1.0)

    def _slope_h(self, use: Floats) -> Floats:
        """Return the hours that one more adds to the hours of each."""
        share = self._share(use)
        root = np.sqrt((share - 1) ** 2 + self.queue_ease * share)
        ratio = (share - 1 + self.queue_ease / 2) / np.where(root > 0, root, 1.0)
        queue_h = self.queue_period_h / 4 * (1 + ratio)
        road_h = self.free_h * BPR_SHARE * BPR_POWER * share ** (BPR_POWER - 1)
        return np.asarray(
            (queue_h + road_h) / np.where(self.full_per_day > 0, self.full_per_day, 1)
        )


def read_congestion(
    arrays: DemandArrays, capacities: Capacities, *, is_system: bool, is_felt: bool
) -> Congestion:
    """Return what the use of limits costs.

    is_system: whether who adds one more pays for the hours of all. is_felt: whether hours follow
    use at all; if not, only what is full costs anything.
    """
    network = arrays.network
    rows = capacities.rows
    laws = [_law(network, row) if is_felt else _NO_LAW for row in rows]
    periods_h = np.array([law.queue_period_h for law in laws])
    servings = np.array([row.per_day / DAY_H for row in rows]) * periods_h

    return Congestion(
        full_per_day=np.array([row.per_day for row in rows]),
        hour_usd=worth_of_one(arrays, capacities, arrays.column("hour_usd")),
        queue_period_h=periods_h,
        queue_ease=np.divide(8.0, servings, out=np.zeros(len(rows)), where=servings > 0),
        free_h=np.array([law.free_h for law in laws]),
        is_system=is_system,
    )


@dataclass(frozen=True)
class _Law:
    queue_period_h: float = 0.0
    free_h: float = 0.0


_NO_LAW = _Law()


def _law(network: Network, row: CapacityRow) -> _Law:
    """Return the law of a limit: a queue at posts, places and services, the road's on roads."""
    if row.per_day <= 0:
        return _NO_LAW
    if row.table != "links":
        return _queue(row)

    link = network.by_id("links")[row.row_id]
    if _crosses_border(network, link):
        return _queue(row)
    if link["mode"] == "road" and link["speed_kmh"]:
        return _Law(free_h=link["length_km"] / link["speed_kmh"])
    return _NO_LAW  # a line takes its hours until it is full: nothing is known of the rest


def _queue(row: CapacityRow) -> _Law:
    return _Law(queue_period_h=max(WEEK_H, MIN_SERVINGS / row.per_day * DAY_H))


def _crosses_border(network: Network, link: Row) -> bool:
    nodes = network.by_id("nodes")
    ends = (link["from_node_id"], link["to_node_id"])
    return len({nodes[node_id]["country"] for node_id in ends}) > 1


def worth_of_one(arrays: DemandArrays, capacities: Capacities, unit_usd: Floats) -> Floats:
    """Return what cargo units are worth for one of what each limit counts, mean of demand [rows].

    unit_usd: of a unit of every trip [trips].
    """
    units = arrays.units()
    taken = units @ capacities.per_unit[capacities.cargo_of] if len(units) else np.zeros(0)
    is_counted = capacities.per_unit[capacities.cargo_of] > 0
    worth = (units * unit_usd) @ is_counted.astype(float)
    of_one = np.zeros(len(capacities.rows))
    np.divide(worth, taken, out=of_one, where=taken > 0)
    return of_one
