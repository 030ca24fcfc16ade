"""Rules: who may pass where, with which paper, at what extra cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from corridor.network.calendar import FOREVER_S, second
from corridor.network.graph import Row
from corridor.network.memory import Derived
from corridor.network.network import Network
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
    """A rule that concerns a party: its row, the link rows it covers, and its dates in seconds."""

    row: dict[str, Any]
    links: tuple[int, ...]
    from_s: int
    to_s: int


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
        found.append(
            Applied(
                row,
                _links_covered(network, row),
                -FOREVER_S if row["from_on"] is None else second(row["from_on"]),
                FOREVER_S if row["to_on"] is None else second(row["to_on"]),
            )
        )
    return found


def _links_covered(network: Network, rule: Row) -> tuple[int, ...]:
    """Return the link rows a rule covers, selected once."""
    links = network.frames["links"]
    nodes = network.frames["nodes"]
    return network.once(
        Derived.RULE_LINKS.of(rule["rule_id"]),
        lambda: tuple(selectors.select(rule["row_id"], links, nodes)),
    )
