"""Rules: who may pass where, with which paper, at what extra cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from corridor.network.calendar import FOREVER_S
from corridor.network.graph import Row
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.network.zones import period_of_days
from corridor.tables import selectors


@dataclass(frozen=True, slots=True)
class Party:
    """Whose goods go where: what rules look at. Countries are ISO 3166 alpha-2; null: not said."""

    cargo_id: str
    origin_country: str | None = None
    destination_country: str | None = None
    carrier_country: str | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """A rule that concerns a party: its row, the link rows it covers, and its dates in seconds.

    periods: from when to before when it holds on each of these links; the dates of one that
    forbids count in the zone of the place where the link begins.
    """

    row: dict[str, Any]
    links: tuple[int, ...]
    periods: tuple[tuple[int, int], ...]

    @property
    def from_s(self) -> int:
        """The second from which it holds on some link."""
        return min((begin for begin, _ in self.periods), default=-FOREVER_S)

    @property
    def to_s(self) -> int:
        """The second from which it holds on no link any more."""
        return max((end for _, end in self.periods), default=FOREVER_S)

    def links_at(self, at_s: int) -> tuple[int, ...]:
        """Return the link rows on which it holds at an instant."""
        pairs = zip(self.links, self.periods, strict=True)
        return tuple(link for link, (begin, end) in pairs if begin <= at_s < end)


def applying(network: Network, party: Party) -> list[Applied]:
    """Return the rules that concern a party, whatever the date.

    A rule that names a carrier's country concerns only parties that say theirs.
    """
    return [
        network.once(Derived.RULES.of(row["rule_id"]), partial(_applied, network, row))
        for row in network.rows("rules")
        if _concerns(row, party)
    ]


def _concerns(rule: Row, party: Party) -> bool:
    """Tell whether a rule concerns a party: all that it names is theirs."""
    traits = {
        "cargo_id": party.cargo_id,
        "origin_country": party.origin_country,
        "destination_country": party.destination_country,
        "carrier_country": party.carrier_country,
    }
    return all(rule[name] is None or rule[name] == trait for name, trait in traits.items())


def _applied(network: Network, rule: Row) -> Applied:
    """Return a rule with the links it covers, whomever it concerns."""
    links = tuple(
        selectors.select(rule["row_id"], network.frames["links"], network.frames["nodes"])
    )
    return Applied(rule, links, _periods(network, rule, links))


def _periods(network: Network, rule: Row, links: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return from when to before when a rule holds on each of some links.

    What it adds, or asks for, is like tariffs that of the day of departure, in UTC.
    """
    zones: list[str | None] = [None] * len(links)
    if rule["effect"] == "forbid":
        zone_of_row = list(network.zones("links").values())
        zones = [zone_of_row[link] for link in links]

    return tuple(period_of_days(rule["from_on"], rule["to_on"], zone) for zone in zones)
