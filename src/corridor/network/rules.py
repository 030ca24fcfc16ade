"""Rules: who may pass where, with which paper, at what extra cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from corridor.network.calendar import FOREVER_MIN, minute
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
    """A rule that concerns a party: its row, the link rows it covers, and its dates in minutes."""

    row: dict[str, Any]
    links: tuple[int, ...]
    from_min: int
    to_min: int


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
        key = ("rule_links", row["rule_id"])
        if key not in network.cache:
            network.cache[key] = tuple(
                selectors.select(row["row_id"], network.frames["links"], network.frames["nodes"])
            )
        found.append(
            Applied(
                row,
                network.cache[key],
                -FOREVER_MIN if row["from_on"] is None else minute(row["from_on"]),
                FOREVER_MIN if row["to_on"] is None else minute(row["to_on"]),
            )
        )
    return found
