"""Checks of quantities against what is usual in the world, whatever the other rows say.

Each range is wide: what lies outside it has hardly been seen. It holds for the first row of a table
too, which has no peers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import polars as pl

from corridor.errors import Finding, first_findings
from corridor.tables import schema
from corridor.tables.tables import Spot, Tables


class Usual(NamedTuple):
    """The usual range of a column, of the rows whose ``where`` column is ``value``; null: all."""

    table: str
    column: str
    low: float
    high: float
    where: str | None = None
    value: str | None = None


# Sizes of ships and trains, sailings and train paths: UNCTAD, Review of Maritime Transport 2024
# (largest ship 24,346 TEU); UIC, Railisa (trains of 40 to 300 TEU).
# Boxes: ISO 668 (20 to 45 feet, gross weight up to 36 t; a TEU of 30 t is full to the limit).
# Value of time: Hummels and Schaur (2013), 0.6 to 2.1 % a day for manufactures; goods in bulk cost
# the interest on them, 0.03 to 0.07 %.
# Elasticities: Head and Mayer (2014), table 5: 3 to 8 for most, 1 to 20 for nearly all goods.
# Growth and population: World Bank, over ten years and of states.
USUAL = (
    Usual("services", "departures_per_week", 0.1, 100, "mode", "sea"),
    Usual("services", "departures_per_week", 0.1, 140, "mode", "rail"),
    Usual("services", "departures_per_week", 0.25, 200, "mode", "ferry"),
    Usual("services", "capacity_teu", 50, 25_000, "mode", "sea"),
    Usual("services", "capacity_teu", 30, 400, "mode", "rail"),
    Usual("services", "capacity_teu", 10, 1_500, "mode", "ferry"),
    Usual("cargoes", "teu_per_unit", 1, 2.5, "form", "container"),
    Usual("cargoes", "t_per_unit", 1.5, 40, "form", "container"),
    Usual("cargoes", "t_per_unit", 0.8, 150, "form", "vehicle"),
    Usual("cargoes", "time_value_share_per_day", 0.0002, 0.05),
    Usual("cargoes", "rate_ratio", 0.25, 6),
    Usual("cargoes", "carbon_ratio", 0.4, 4),
    Usual("cargoes", "clearances_per_unit", 0.01, 3),
    Usual("sectors", "time_value_share_per_day", 0.0002, 0.05),
    Usual("sectors", "elasticity", 1, 20),
    Usual("modes", "running_p95_ratio", 1.02, 4),
    Usual("hazards", "events_per_year", 0.01, 26),
    Usual("hazards", "duration_median_d", 0.2, 400),
    Usual("hazards", "duration_sigma", 0.25, 3),
    Usual("countries", "gdp_growth_share_per_year", -0.08, 0.12),
    Usual("countries", "population", 10_000, 1.5e9),
    Usual("windows", "closed_spell_h", 3, 500),
    Usual("claims", "tolerance_share", 0.0, 0.25),
    Usual("links", "capacity_teu_per_day", 5, 200_000),
    Usual("links", "capacity_t_per_day", 50, 2e6),
)
_EVERYWHERE = ("ZZ",)  # the rest of the world is larger than any state


def check_usual(tables: Tables) -> list[Finding]:
    """Return warnings on quantities outside what is usual in the world."""
    return first_findings(*(_outside(tables, usual) for usual in USUAL))


def _outside(tables: Tables, usual: Usual) -> Iterator[Finding]:
    extent = tables.extent(usual.table, usual.column)
    if extent is None or (usual.low <= extent[0] and extent[1] <= usual.high):
        return

    value = pl.col(usual.column)
    is_outside = (value != 0) & ~value.is_between(usual.low, usual.high)
    column = schema.table(usual.table).column(usual.column)
    for row in _rows(tables, usual).filter(is_outside).rows(named=True):
        is_everywhere = tables.key(usual.table, row["_row"]) in _EVERYWHERE
        # one that cannot be at all is an error of its own
        if not is_everywhere and not column.is_outside(row[usual.column]):
            yield _finding(tables, usual, row["_row"], row[usual.column])


def _rows(tables: Tables, usual: Usual) -> pl.DataFrame:
    """Return the rows of a table that a range is for."""
    frame = tables.frames[usual.table].with_row_index("_row")
    if usual.table == "services":
        links = tables.frames["links"].select("link_id", "mode").unique("link_id")
        first = pl.col("link_ids").str.extract(r"^(\S+)").alias("link_id")
        frame = frame.with_columns(first).join(links, on="link_id", how="left")
    return frame if usual.where is None else frame.filter(pl.col(usual.where) == usual.value)


def _finding(tables: Tables, usual: Usual, row: int, value: float) -> Finding:
    unit = schema.table(usual.table).column(usual.column).unit or "1"
    of = "" if usual.value is None else f" for {usual.value}"
    return tables.warning(
        "unusual-figure",
        Spot(usual.table, row, usual.column),
        f"{usual.table}.{usual.column} is {value:g}; "
        f"{usual.low:g} to {usual.high:g}{'' if unit == '1' else ' ' + unit} is usual{of}.",
        do="Correct it, or say in the note why it differs.",
        value=f"{value:g}",
    )
