"""Rules: who may pass where, with which paper, at what extra cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from corridor.network.calendar import FOREVER_S
from corridor.network.graph import Row
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.network.zones import day_begin
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
    found = []
    for row in network.rows("rules"):
        asked = (
            row["cargo_id"],
            row["origin_country"],
            row["destination_country"],
            row["carrier_country"],
        )
        given = (
            party.cargo_id,
            party.origin_country,
            party.destination_country,
            party.carrier_country,
        )
        if any(a is not None and a != g for a, g in zip(asked, given, strict=True)):
            continue
        links = _links_covered(network, row)
        found.append(Applied(row, links, _periods(network, row, links)))
    return found


def _periods(network: Network, rule: Row, links: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Return from when to before when a rule holds on each of some links.

    What it adds, or asks for, is like tariffs that of the day of departure, in UTC.
    """
    zones = list(network.zones("links").values())
    if rule["effect"] != "forbid":
        zones = [None] * len(zones)
    return tuple(
        (
            -FOREVER_S if rule["from_on"] is None else day_begin(rule["from_on"], zones[link]),
            FOREVER_S if rule["to_on"] is None else day_begin(rule["to_on"], zones[link]),
        )
        for link in links
    )


def _links_covered(network: Network, rule: Row) -> tuple[int, ...]:
    """Return the link rows a rule covers, selected once."""
    links = network.frames["links"]
    nodes = network.frames["nodes"]
    return network.once(
        Derived.RULE_LINKS.of(rule["rule_id"]),
        lambda: tuple(selectors.select(rule["row_id"], links, nodes)),
    )
