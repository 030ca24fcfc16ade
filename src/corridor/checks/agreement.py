"""Checks of tables against each other: what one says of a thing and what another says of it.

Demand and trade, hazards and the closures seen, claims and figures, openings and the changes that
open, cargoes and the sectors that travel as them. Where two differ more than ``MAX_RATIO`` times,
one of them is in another unit or of another row.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import polars as pl

from corridor.checks.selectors import selected
from corridor.errors import Finding, first_findings
from corridor.tables.columns import OPEN_STATUS
from corridor.tables.tables import Row, Spot, Tables
from corridor.units import MEAN_YEAR_DAYS

MAX_RATIO = 5.0
MAX_RATIO_OF_TRADE = 10.0  # demand counts some goods of a pair of countries, trade all of them
MIN_EVENTS = 3  # whose median length is held against that of their hazard
MAX_DAYS_APART = 400  # of the day a line is announced to open and the day a change opens it
MAX_RATIO_OF_TARGET = 20.0  # of what is there already
MAX_SCALE = 20.0  # a rate or a time that a change multiplies

_OPERATIONS = {
    "sum": lambda left, right: left + right,
    "difference": lambda left, right: left - right,
    "ratio": lambda left, right: left / right,
    "change": lambda left, right: left / right - 1,
    "change-on-new": lambda left, right: 1 - right / left,
    "conversion": lambda left, right: left * right,
}
_LOOKUPS = ("lookup", "at-least", "at-most")

Pair = tuple[str, str]


class _Seen(NamedTuple):
    """What was seen of a hazard: lengths of its full closures, and days open under watch."""

    lengths_d: list[float]
    starts: list[dt.date]


def check_agreement(tables: Tables) -> list[Finding]:
    """Return warnings on figures that another table of the study contradicts."""
    return first_findings(
        _demand(tables),
        _hazards(tables),
        _lengths(tables),
        _claims(tables),
        _targets(tables),
        _openings(tables),
        _sectors(tables),
        _scales(tables),
    )


def _apart(a: float, b: float) -> float:
    """Return how many times two figures above 0 differ; 1 where one is not above 0."""
    return max(a / b, b / a) if a > 0 and b > 0 else 1.0


# Demand and trade


def _demand(tables: Tables) -> Iterator[Finding]:
    """Trade between two countries that is worth far more or less than the demand between them.

    Where several series count the trade, the largest one is held against the demand: a bank counts
    payments, of which some pass it by.
    """
    if {"demand", "trade", "nodes", "cargoes"} & tables.broken:
        return

    worth = _worth_of_demand(tables)
    for pair, trade in _largest_flows(tables).items():
        figures = worth.get(pair)
        if figures:
            apart = min(_apart(trade["value_usd"], figure) for figure in figures)
            if apart > MAX_RATIO_OF_TRADE:
                yield _other_worth(trade, max(figures), apart)


def _largest_flows(tables: Tables) -> dict[Pair, Row]:
    """Return (exporter, importer) -> its largest flow of all goods."""
    largest: dict[Pair, Row] = {}
    for trade in tables.rows("trade"):
        pair = (trade["exporter"], trade["importer"])
        if trade["sector_id"] is not None or trade["value_usd"] is None:
            continue
        if pair not in largest or trade["value_usd"] > largest[pair]["value_usd"]:
            largest[pair] = trade
    return largest


def _worth_of_demand(tables: Tables) -> dict[Pair, list[float]]:
    """Return (from, to) -> worth of all goods between two countries, one an alternative."""
    country = tables.by_key("nodes", "country")
    value = tables.by_key("cargoes", "value_usd_per_unit")

    worth: dict[Pair, dict[str | None, float]] = {}
    for row in tables.rows("demand"):
        pair = (country.get(row["origin_node_id"]), country.get(row["destination_node_id"]))
        usd = value.get(row["cargo_id"])
        if None in pair or usd is None or row["units_per_year"] is None:
            continue
        sums = worth.setdefault((str(pair[0]), str(pair[1])), {})
        sums[row["alternative"]] = sums.get(row["alternative"], 0.0) + row["units_per_year"] * usd
    return {pair: list(sums.values()) for pair, sums in worth.items()}


def _other_worth(trade: Row, worth: float, apart: float) -> Finding:
    usd = trade["value_usd"]
    ends = f"{trade['exporter']} to {trade['importer']}"
    return trade.warning(
        "demand-and-trade",
        "value_usd",
        f"trade.value_usd is {usd:.4g} USD, and the demand from {ends} is worth {worth:.4g} USD: "
        f"they differ {apart:.0f} times.",
        do="Correct the value (USD, not thousands), or the units of the demand.",
        value=f"{usd:.4g}",
    )


# Hazards and events


def _hazards(tables: Tables) -> Iterator[Finding]:
    """Hazards whose rate or length is far from the closures that were seen of them."""
    if {"hazards", "events"} & tables.broken:
        return

    seen = _closures_seen(tables)
    for hazard in tables.rows("hazards"):
        closures = seen.get(hazard["hazard_id"])
        if closures is not None:
            yield from _length(hazard, closures)
            yield from _rate(hazard, closures)


def _closures_seen(tables: Tables) -> dict[str, _Seen]:
    """Return hazard -> the closures of it that stopped all traffic."""
    seen: dict[str, _Seen] = {}
    for event in tables.rows("events"):
        start = event["from_on"]
        end = event["to_on"] or event["last_seen_on"]
        if event["hazard_id"] is None or start is None or end is None or event["effect_share"] != 1:
            continue
        closures = seen.setdefault(event["hazard_id"], _Seen([], []))
        closures.lengths_d.append(event["duration_d"] or (end - start).days)
        closures.starts.append(start)
    return seen


def _length(hazard: Row, closures: _Seen) -> Iterator[Finding]:
    median_d = hazard["duration_median_d"]
    if median_d is None or len(closures.lengths_d) < MIN_EVENTS:
        return

    seen_d = statistics.median(closures.lengths_d)
    if _apart(median_d, seen_d) > MAX_RATIO:
        yield hazard.warning(
            "hazard-unlike-events",
            "duration_median_d",
            f"hazards.duration_median_d is {median_d:g} days, and the median of the "
            f"{len(closures.lengths_d)} closures in events is {seen_d:g}.",
            do="Correct it (days), or say in the note why it differs.",
            value=f"{median_d:g}",
        )


def _rate(hazard: Row, closures: _Seen) -> Iterator[Finding]:
    start, end, rate = (
        hazard[column] for column in ("watched_from_on", "watched_to_on", "events_per_year")
    )
    if None in (start, end, rate) or end <= start:
        return

    count = sum(start <= day < end for day in closures.starts)
    years = (end - start).days / MEAN_YEAR_DAYS
    if count and _apart(rate, count / years) > MAX_RATIO:
        yield hazard.warning(
            "hazard-unlike-events",
            "events_per_year",
            f"hazards.events_per_year is {rate:g}, and events has {count} closures "
            f"in the {years:.1f} years watched.",
            do="Correct it (closures a year), the watched period or the events.",
            value=f"{rate:g}",
        )


def _lengths(tables: Tables) -> Iterator[Finding]:
    """Closures whose length, known better than from the days, is not within those days."""
    for event in tables.rows("events"):
        start = event["from_on"]
        end = event["to_on"] or event["last_seen_on"]
        length_d = event["duration_d"]
        if None in (start, end, length_d):
            continue

        days = (end - start).days
        if abs(length_d - days) > max(1, days / 2):
            yield event.warning(
                "length-unlike-dates",
                "duration_d",
                f"events.duration_d is {length_d:g}, and from {start} to {end} it is {days} days.",
                do="Write days, not hours, or correct the dates.",
                value=f"{length_d:g}",
            )


# Claims and figures


def _claims(tables: Tables) -> Iterator[Finding]:
    """Claims whose value is many times what the figures they are held against give."""
    for claim in tables.rows("claims"):
        value = claim["value"]
        computed = _computed(tables, claim)
        if value is None or computed is None:
            continue
        if _apart(abs(value), abs(computed)) > MAX_RATIO:
            yield claim.warning(
                "claim-unlike-figures",
                "value",
                f"claims.value is {value:g}, and the figures of its {claim['check']} "
                f"give {computed:g}.",
                do="Correct the value, its unit, or the figures named in left and right; "
                "where the claim is wrong by so much, say so in the note.",
                value=f"{value:g}",
            )


def _computed(tables: Tables, claim: Row) -> float | None:
    """Return what the figures of a claim give; null where they cannot be looked up."""
    left = _operand(tables, claim["left"])
    if claim["check"] in _LOOKUPS:
        return left

    operation = _OPERATIONS.get(claim["check"])
    right = _operand(tables, claim["right"])
    if operation is None or not left or not right:
        return None
    return float(operation(left, right))


def _operand(tables: Tables, reference: str | None) -> float | None:
    """Return the figure a reference table:row:column leads to; null where none does."""
    parts = (reference or "").split(":")
    if len(parts) != 3 or parts[0] not in tables.frames:
        return None

    table, row_id, column = parts
    frame = tables.frames[table]
    if column not in frame.columns or not frame.schema[column].is_numeric():
        return None
    values = frame.filter(frame[frame.columns[0]] == row_id)[column].to_list()
    return None if not values or values[0] is None else float(values[0])


def _targets(tables: Tables) -> Iterator[Finding]:
    """Promises that are many times what was there or has been reached."""
    for commitment in tables.rows("commitments"):
        target = commitment["target"]
        for column in ("baseline", "measured"):
            figure = _operand(tables, commitment[column])
            if target is not None and figure and _apart(target, figure) > MAX_RATIO_OF_TARGET:
                yield commitment.warning(
                    "target-unlike-figures",
                    "target",
                    f"commitments.target is {target:g}, and its {column} is {figure:g}.",
                    do="Correct the target, its unit, or the figure named.",
                    value=f"{target:g}",
                )


# Openings


def _openings(tables: Tables) -> Iterator[Finding]:
    """Links that no change opens near the day they are said to open, though some open them."""
    if {"links", "changes"} & tables.broken:
        return

    openings = _openings_of_links(tables)
    for link in tables.rows_where("links", pl.col("opens_on").is_not_null()):
        day = link["opens_on"]
        changes = openings.get(link.number, [])
        if not changes:
            continue

        nearest = min(changes, key=lambda change: abs((change["from_on"] - day).days))
        if abs((nearest["from_on"] - day).days) > MAX_DAYS_APART:
            yield _other_opening(nearest, link["link_id"], day)


def _openings_of_links(tables: Tables) -> dict[int, list[Row]]:
    """Return row of links -> dated changes that open it."""
    openings: dict[int, list[Row]] = {}
    for change in tables.rows("changes"):
        opens = change["column"] == "status" and change["value"] == OPEN_STATUS
        if change["table"] == "links" and opens and change["from_on"] is not None:
            for link in selected(change["row_id"] or "", tables):
                openings.setdefault(link, []).append(change)
    return openings


def _other_opening(change: Row, link_id: str, day: dt.date) -> Finding:
    start = change["from_on"]
    return change.warning(
        "opening-unlike-link",
        "from_on",
        f"the change opens {link_id} on {start}, and links.opens_on says {day}.",
        do="Correct one of the two, or say in the note why they differ.",
        value=str(start),
    )


# Cargoes and sectors


def _sectors(tables: Tables) -> Iterator[Finding]:
    """Sectors whose tonne is worth far more or less than a tonne of the cargo they travel as."""
    usd_per_t = _usd_per_t(tables)
    for sector in tables.rows("sectors"):
        usd = sector["usd_per_t"]
        cargo_usd = usd_per_t.get(sector["cargo_id"])
        if usd is not None and cargo_usd is not None and _apart(usd, cargo_usd) > MAX_RATIO:
            yield sector.warning(
                "sector-unlike-cargo",
                "usd_per_t",
                f"sectors.usd_per_t is {usd:g}, and a tonne of {sector['cargo_id']} "
                f"is worth {cargo_usd:g} USD in cargoes.",
                do="Correct one of the two, or name another cargo.",
                value=f"{usd:g}",
            )


def _usd_per_t(tables: Tables) -> Mapping[str, float]:
    columns = ("cargo_id", "value_usd_per_unit", "t_per_unit")
    return {
        cargo: usd / weight
        for _, (cargo, usd, weight) in tables.cells("cargoes", *columns)
        if usd is not None and weight
    }


# Changes and what they edit


def _scales(tables: Tables) -> Iterator[Finding]:
    """Changes that scale a figure by more than any project or crisis does."""
    for i, (op, text) in tables.cells("changes", "op", "value"):
        factor = _factor(text) if op == "scale" else None
        if factor is not None and factor > 0 and not 1 / MAX_SCALE <= factor <= MAX_SCALE:
            yield tables.warning(
                "implausible-scale",
                Spot("changes", i, "value"),
                f"the change scales by {factor:g}.",
                do=f"Write the factor (0.5 halves); {1 / MAX_SCALE:g} to {MAX_SCALE:g} is usual.",
                value=text,
            )


def _factor(text: str | None) -> float | None:
    try:
        factor = float(text or "")
    except ValueError:
        return None
    return factor if math.isfinite(factor) else None
