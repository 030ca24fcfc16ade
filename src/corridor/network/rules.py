"""Rules: who may pass where, with which document, at what extra cost."""

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
from corridor.tables.columns import SERVICE_CLASSES


@dataclass(frozen=True, slots=True)
class Party:
    """Whose goods go where, and how: what rules and prices look at.

    Countries are ISO 3166 alpha-2; null: not said. service_class: one of SERVICE_CLASSES.
    complies: with sanctions, which bind no others here. lot_t: tonnes moved together, for services
    that take no smaller lot; null: that of the cargo.
    """

    cargo_id: str
    origin_country: str | None = None
    destination_country: str | None = None
    carrier_country: str | None = None
    service_class: str = SERVICE_CLASSES[0]
    complies: bool = False
    lot_t: float | None = None


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


def concerning(network: Network, party: Party) -> list[Applied]:
    """Return the rules that name nothing but what is a party's, whether they bind it or not."""
    memo = Derived.CONCERNING.of(party)
    rows = network.once(
        memo, lambda: [row for row in network.rows("rules") if _concerns(row, party)]
    )
    return [_with_links(network, row) for row in rows]


def applying(network: Network, party: Party) -> list[Applied]:
    """Return the rules that concern a party, whatever the date.

    A rule that names a carrier's country concerns only parties that say theirs; a sanction only
    those that comply with sanctions.
    """
    return [
        rule
        for rule in concerning(network, party)
        if party.complies or rule.row["authority"] is None
    ]


def cautions(network: Network, party: Party) -> list[Applied]:
    """Return the rules that a party is told of in words: cautions, and sanctions it is named by."""
    return [
        rule
        for rule in concerning(network, party)
        if rule.row["authority"] is not None or rule.row["effect"] == "caution"
    ]


def sanctioned_countries(network: Network) -> tuple[str, ...]:
    """Return the countries that sanctions are about, by code, in the order rules name them."""
    codes = [
        term.word
        for row in network.rows("rules")
        if row["authority"] is not None
        for term in selectors.parse(row["row_id"])
        if term.kind == "country"
    ]
    return tuple(dict.fromkeys(codes))


def _with_links(network: Network, rule: Row) -> Applied:
    """Return a rule with the links it covers, made once."""
    return network.once(Derived.RULES.of(rule["rule_id"]), partial(_applied, network, rule))


def _concerns(rule: Row, party: Party) -> bool:
    """Tell whether a rule concerns a party: all that it names is theirs, and it spares them not."""
    traits = {
        "cargo_id": party.cargo_id,
        "origin_country": party.origin_country,
        "destination_country": party.destination_country,
        "carrier_country": party.carrier_country,
    }
    if {party.origin_country, party.destination_country} & _spared(rule):
        return False
    return all(rule[name] is None or rule[name] == trait for name, trait in traits.items())


def _spared(rule: Row) -> set[str]:
    """Return the countries whose goods a rule spares."""
    return set((rule["except_countries"] or "").split())


def _applied(network: Network, rule: Row) -> Applied:
    """Return a rule with the links it covers, whomever it concerns."""
    links = network.selected_links(rule["row_id"])
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
