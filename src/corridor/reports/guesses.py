"""The guesses that carry the front page: estimates, by their part of the days and dollars on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from corridor.language.speech import marked, number, tell
from corridor.reports.element_names import place_names
from corridor.reports.formats import country, share
from corridor.reports.inputs import ReportInputs
from corridor.tables.columns import SEA_MODES

MAX_GUESSES = 10
ESTIMATE = "C"

# What the tables that charge money charge it for, and where.
PRICES = {
    "rates": marked("price of carriage by {mode} in {place}"),
    "rates at sea": marked("price of carriage on {place}"),
    "charges": marked("fees and documents in {place}"),
    "terminals": marked("price of handling at {place}"),
    "links": marked("charges on {place}"),
}


@dataclass(frozen=True, slots=True)
class Guess:
    """An estimate, and the corridor of the page that hangs on it most.

    share: its part of the corridor's days, or dollars. amount: hours, or USD. low, high: band of
    its dollars; null: none is known. source_ids: what it was estimated from.
    """

    name: str
    is_money: bool
    letter: str
    share: float
    amount: float
    low: float | None
    high: float | None
    source_ids: tuple[str, ...]

    @property
    def weight_text(self) -> str:
        """What part of which corridor it is, in words."""
        words = {"share": share(self.share), "letter": self.letter}
        if self.is_money:
            return tell("{share} of the dollars of {letter}", **words)
        return tell("{share} of the days of {letter}", **words)

    @property
    def amount_text(self) -> str:
        """What it comes to, with its band where it has one."""
        if not self.is_money:
            return tell("{hours} h", hours=number(self.amount))
        if self.low is None or self.high is None:
            return tell("USD {usd}", usd=number(self.amount))
        return tell(
            "USD {usd} ({low} to {high})",
            usd=number(self.amount),
            low=number(self.low),
            high=number(self.high),
        )


def heaviest_guesses(inputs: ReportInputs, routes: Sequence[Mapping[str, Any]]) -> list[Guess]:
    """Return the heaviest estimates of some routes, each where it weighs most."""
    links = inputs.element_names()
    places = place_names(inputs.nodes)

    heaviest: dict[str, Guess] = {}
    for route in routes:
        for guess in [*_of_hours(route, links, places), *_of_money(route, links, places)]:
            before = heaviest.get(guess.name)
            if before is None or guess.share > before.share:
                heaviest[guess.name] = guess
    return sorted(heaviest.values(), key=lambda guess: -guess.share)[:MAX_GUESSES]


def _of_hours(
    route: Mapping[str, Any], links: Mapping[str, str], places: Mapping[str, str]
) -> list[Guess]:
    """Return the estimated hours of a route: of each link, and of handling at each place."""
    legs = route["leg_rows"]
    total = sum(leg["time_h"] + (leg["wait_h"] or 0.0) for leg in legs) or 1.0
    return [
        Guess(
            name=_hours_name(leg, links, places),
            is_money=False,
            letter=route["letter"],
            share=(leg["time_h"] + (leg["wait_h"] or 0.0)) / total,
            amount=leg["time_h"] + (leg["wait_h"] or 0.0),
            low=None,
            high=None,
            source_ids=(leg["source_id"],),
        )
        for leg in legs
        if leg["confidence"] == ESTIMATE and leg["time_h"]
    ]


def _hours_name(leg: Mapping[str, Any], links: Mapping[str, str], places: Mapping[str, str]) -> str:
    if leg["kind"] == "terminal":
        node_id = leg["from_node_id"]
        return tell("hours of handling at {place}", place=places.get(node_id, node_id))
    return tell("hours on {link}", link=links.get(leg["link_id"], leg["link_id"]))


def _of_money(
    route: Mapping[str, Any], links: Mapping[str, str], places: Mapping[str, str]
) -> list[Guess]:
    """Return the estimated dollars of a route, those of one kind and place together."""
    lines: dict[str, list[Mapping[str, Any]]] = {}
    for line in route["price_lines"]:
        if line.get("confidence") == ESTIMATE:
            leg = route["leg_rows"][line["leg"]]
            lines.setdefault(_price_name(line, leg, links, places), []).append(line)

    total = route["cost_usd"] or 1.0
    return [_price_guess(name, route["letter"], total, of_name) for name, of_name in lines.items()]


def _price_guess(name: str, letter: str, total: float, lines: Sequence[Mapping[str, Any]]) -> Guess:
    frame = pl.DataFrame(lines, infer_schema_length=None)
    usd = float(frame["cost_usd"].sum())
    has_band = "cost_p05_usd" in frame.columns
    return Guess(
        name=name,
        is_money=True,
        letter=letter,
        share=usd / total,
        amount=usd,
        low=float(frame["cost_p05_usd"].sum()) if has_band else None,
        high=float(frame["cost_p95_usd"].sum()) if has_band else None,
        source_ids=tuple(frame["source_id"].unique(maintain_order=True)),
    )


def _price_name(
    line: Mapping[str, Any],
    leg: Mapping[str, Any],
    links: Mapping[str, str],
    places: Mapping[str, str],
) -> str:
    table, mode = line["table"], leg["mode"]
    if table == "terminals":
        message, where = PRICES[table], places.get(leg["from_node_id"], leg["from_node_id"])
    elif table == "links" or (table == "rates" and mode in SEA_MODES):
        message = PRICES["rates at sea" if table == "rates" else table]
        where = links.get(leg["link_id"], leg["link_id"])
    else:
        message, where = PRICES.get(table, PRICES["charges"]), country(leg["country"])
    return tell(message, mode=tell(mode) if mode else "", place=where)
