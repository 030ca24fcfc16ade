"""Checks of capacities and of how demand falls on the months."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.checks.directions import check_direction, link_ends
from corridor.errors import Finding, did_you_mean, first_findings
from corridor.tables.schema import MONTHS
from corridor.tables.tables import Row, Tables

MAX_SHARE_ERROR = 0.005  # of the twelve shares together: rounding


def check_capacities(tables: Tables) -> list[Finding]:
    """Return what is wrong with capacities and with the months of demand."""
    return first_findings(_capacities(tables), _seasons(tables))


def _capacities(tables: Tables) -> Iterator[Finding]:
    ends = link_ends(tables, "capacities")
    for capacity in tables.rows("capacities"):
        yield from _row_of_table(tables, capacity)
        yield from check_direction(capacity, ends)
        yield from _figures(capacity)


def _row_of_table(tables: Tables, capacity: Row) -> Iterator[Finding]:
    table = capacity["table"]
    row_id = capacity["row_id"]
    if table is None or row_id is None or table in tables.broken:
        return

    ids = tables.keys(table)
    if row_id not in ids:
        yield capacity.error(
            f"unknown-{table.removesuffix('s')}",
            "row_id",
            f"capacities.row_id names {row_id!r}, which {tables.name(table)} does not have.",
            do=did_you_mean(row_id, ids, f"Write an id of {tables.name(table)}."),
            value=row_id,
        )


def _figures(capacity: Row) -> Iterator[Finding]:
    figures = [capacity[column] for column in ("per_day", "background_per_day", "seen_per_day")]
    if figures == [None, None, None]:
        yield capacity.warning(
            "capacity-without-figure",
            "per_day",
            "the row says neither what is possible, nor what is there, nor what was seen.",
            do="Write one of per_day, background_per_day and seen_per_day, or remove the row.",
        )

    per_day = capacity["per_day"]
    for column in ("background_per_day", "seen_per_day"):
        if None not in (per_day, capacity[column]) and capacity[column] > per_day:
            yield capacity.warning(
                "above-capacity",
                column,
                f"capacities.{column} is {capacity[column]:g}, above per_day {per_day:g}.",
                do="Correct one of them: what was carried can be carried.",
            )
    if capacity["unit"] == "trains" and capacity["t_each"] is None:
        yield capacity.warning(
            "trains-without-load",
            "t_each",
            "the capacity is in trains and does not say what one carries: no flow is compared with "
            "it.",
            do="Write the tonnes of cargo a train carries.",
        )


def _seasons(tables: Tables) -> Iterator[Finding]:
    for season in tables.rows("demand_seasons"):
        shares = [season[f"{month}_share"] for month in MONTHS]
        if None not in shares and abs(sum(shares) - 1) > MAX_SHARE_ERROR:
            yield season.error(
                "shares-not-one",
                "jan_share",
                f"the twelve shares sum to {sum(shares):.3f}, not to 1.",
                do="Divide each by their sum.",
            )
