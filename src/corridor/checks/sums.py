"""Checks of sums: money, carbon and hours along a route stay below what a search counts exactly.

Each figure has a top of its own (``schema``), but a thousand links at the top, or the product of a
price, a length and a load, may pass what is counted. Here the largest sum that any route could have
is bounded from above by the largest figures of every table; no study of this world comes near.
Changes may move figures later: :mod:`corridor.network.cost` looks again at those of the day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import polars as pl

from corridor.errors import Finding
from corridor.network.sums import (
    CENTS_PER_USD,
    CURE,
    GRAMS_PER_KG,
    MAX_WAIT_H,
    Place,
    is_countable,
    say_beyond_counting,
)
from corridor.tables import schema
from corridor.tables.tables import Spot, Tables
from corridor.units import DAY_H

DIRECTIONS = 2
MAX_RULE_H = 8760.0  # a year; what takes longer is a closure
_NEEDED = {
    "links",
    "terminals",
    "rates",
    "charges",
    "emissions",
    "modes",
    "services",
    "cargoes",
    "rules",
}
# What a rate or a factor is multiplied by, by the unit in its name.
_LOADS = {"unit": None, "teu": "teu_per_unit", "t": "t_per_unit"}


class _Part(NamedTuple):
    """A part of a sum: cents or grams, and the table and column it comes from."""

    amount: float
    table: str
    column: str


def check_sums(tables: Tables) -> list[Finding]:
    """Return where sums along a route could pass what is counted, and rules of too many hours."""
    findings = list(_rules_of_years(tables))
    if _NEEDED & tables.broken:
        return findings

    for what, parts in (
        ("money", _money(tables)),
        ("carbon", _carbon(tables)),
        ("time", _time(tables)),
    ):
        if is_countable(sum(part.amount for part in parts)):
            continue
        if all(_is_within_range(tables, part) for part in parts):
            findings.append(_beyond_counting(tables, what, parts))
    return findings


def _is_within_range(tables: Tables, part: _Part) -> bool:
    """Tell whether every figure of a part lies in its range; one outside is named anyway."""
    extent = tables.extent(part.table, part.column)
    column = schema.table(part.table).column(part.column)
    return extent is None or not any(map(column.is_outside, extent))


def _beyond_counting(tables: Tables, what: str, parts: Sequence[_Part]) -> Finding:
    part = max(parts, key=lambda part: part.amount)
    row = tables.frames[part.table][part.column].arg_max()
    return tables.error(
        "beyond-counting",
        Spot(part.table, row, part.column),
        say_beyond_counting(what, Place(part.table, part.column, None)),
        do=CURE,
    )


def _rules_of_years(tables: Tables) -> Iterator[Finding]:
    for rule in tables.rows("rules"):
        hours = rule["value"]
        if rule["effect"] == "extra-hours" and hours is not None and hours > MAX_RULE_H:
            yield rule.error(
                "out-of-range",
                "value",
                f"rules.value is {hours:g} hours, more than a year.",
                do="Write the hours, or the effect forbid where nothing passes.",
                value=f"{hours:g}",
            )


def _money(tables: Tables) -> list[_Part]:
    """Return the cents that a route over every link and terminal could cost."""
    times = _uses(tables) * CENTS_PER_USD
    clearances = _most(tables, "cargoes", "clearances_per_unit", otherwise=1.0)
    ratio = _most(tables, "cargoes", "rate_ratio", otherwise=1.0)
    length_km = _total(tables, "links", "length_km")
    links = tables.frames["links"].height
    uses = links + tables.frames["terminals"].height
    extra_usd = _extra(tables, "extra-usd")

    parts = [
        _Part(times * clearances * _total(tables, "links", "fixed_usd"), "links", "fixed_usd"),
        _Part(times * clearances * links * extra_usd, "rules", "value"),
    ]
    for unit in _LOADS:
        load = _load(tables, unit)
        rate = _most(tables, "rates", f"usd_per_{unit}_km")
        parts.append(_Part(times * ratio * length_km * rate * load, "rates", f"usd_per_{unit}_km"))
        ride = _most(tables, "rates", f"usd_per_{unit}")
        parts.append(_Part(times * ratio * links * ride * load, "rates", f"usd_per_{unit}"))
        charge = _total(tables, "charges", f"usd_per_{unit}")
        parts.append(_Part(times * uses * charge * load, "charges", f"usd_per_{unit}"))
        handling = _total(tables, "terminals", f"usd_per_{unit}")
        parts.append(_Part(times * handling * load, "terminals", f"usd_per_{unit}"))
    return parts


def _carbon(tables: Tables) -> list[_Part]:
    """Return the grams that a route over every link and terminal could emit."""
    ratio = _most(tables, "cargoes", "carbon_ratio", otherwise=1.0)
    length_km = _total(tables, "links", "length_km")
    terminals = tables.frames["terminals"].height

    parts = []
    for unit in ("t", "teu"):
        load = _load(tables, unit) * _uses(tables)
        per_km = _most(tables, "emissions", f"g_co2e_per_{unit}_km")
        parts.append(_Part(ratio * length_km * per_km * load, "emissions", f"g_co2e_per_{unit}_km"))
        handling = terminals * _most(tables, "emissions", f"kg_co2e_per_{unit}") * GRAMS_PER_KG
        parts.append(_Part(handling * load, "emissions", f"kg_co2e_per_{unit}"))
    return parts


def _time(tables: Tables) -> list[_Part]:
    """Return the cents that the time of a route over everything could be worth."""
    value_usd = _most(tables, "cargoes", "value_usd_per_unit")
    hour_usd = value_usd * _most(tables, "cargoes", "time_value_share_per_day") / DAY_H
    cents = hour_usd * CENTS_PER_USD
    hour_cents = cents * _uses(tables)

    active_h = tables.extent("modes", "active_h_per_day") or (DAY_H, DAY_H)
    links = tables.frames["links"]
    run_h = links.select((pl.col("length_km") / pl.col("speed_kmh")).sum()).item() or 0.0
    arcs = links.height + tables.frames["terminals"].height + tables.frames["services"].height
    return [
        _Part(hour_cents * run_h * DAY_H / max(active_h[0], 1.0), "links", "length_km"),
        _Part(hour_cents * _total(tables, "links", "fixed_h"), "links", "fixed_h"),
        _Part(hour_cents * _total(tables, "terminals", "handling_h"), "terminals", "handling_h"),
        _Part(hour_cents * links.height * _extra(tables, "extra-hours"), "rules", "value"),
        _Part(cents * DIRECTIONS * arcs * MAX_WAIT_H, "cargoes", "value_usd_per_unit"),
    ]


def _uses(tables: Tables) -> int:
    """Return how often a link is an arc, or a part of one, at most."""
    return DIRECTIONS * (1 + tables.frames["services"].height)


def _load(tables: Tables, unit: str) -> float:
    """Return the most of a unit (unit, teu, t) that one unit of a cargo takes, or pays for."""
    column = _LOADS[unit]
    if column is None:
        return 1.0

    least_t_per_teu = tables.extent("rates", "t_per_teu")
    if unit == "teu" and least_t_per_teu is not None:
        by_weight = _most(tables, "cargoes", "t_per_unit") / least_t_per_teu[0]
        return max(_most(tables, "cargoes", column), by_weight)
    return _most(tables, "cargoes", column)


def _extra(tables: Tables, effect: str) -> float:
    """Return what all rules of an effect add together."""
    rules = tables.frames["rules"].filter(pl.col("effect") == effect)
    return float(rules["value"].sum() or 0.0)


def _total(tables: Tables, table: str, column: str) -> float:
    return float(tables.frames[table][column].sum() or 0.0)


def _most(tables: Tables, table: str, column: str, *, otherwise: float = 0.0) -> float:
    """Return the largest figure of a column, and no less than what an empty cell stands for."""
    extent = tables.extent(table, column)
    return otherwise if extent is None else max(extent[1], otherwise)
