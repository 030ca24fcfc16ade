"""Checks of observed volumes: directions, demand they stand for, and what is held out."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.checks.directions import check_direction, link_ends
from corridor.errors import Finding, first_findings
from corridor.tables.tables import Row, Tables

MIN_ROWS = 2  # below that nothing can be held out
# Unit -> modes of links on which it can be counted; any other unit: all of them.
MODES_OF_UNIT = {
    "lorries": ("road", "ferry"),
    "vehicles": ("road", "ferry"),
    "wagons": ("rail", "ferry"),
}


def check_volumes(tables: Tables) -> list[Finding]:
    """Return what is wrong with the volumes observed."""
    return first_findings(_rows(tables), _held_out(tables))


def _rows(tables: Tables) -> Iterator[Finding]:
    volumes = list(tables.rows("volumes"))
    if not volumes:
        return

    ends = link_ends(tables, "volumes")
    mode = tables.by_key("links", "mode")
    sources_of_demand = set(tables.frames["demand"]["source_id"])
    for volume in volumes:
        yield from check_direction(volume, ends)
        yield from _unit(volume, mode.get(volume["row_id"]))
        yield from _demand(volume, sources_of_demand)


def _unit(volume: Row, mode: str | None) -> Iterator[Finding]:
    unit = volume["unit"]
    modes = MODES_OF_UNIT.get(unit)
    if volume["table"] == "links" and mode is not None and modes and mode not in modes:
        yield volume.error(
            "unit-not-of-mode",
            "unit",
            f"{unit} are counted on {volume['row_id']}, which is a link by {mode}.",
            do="Correct the unit or the link.",
            value=unit,
        )


def _demand(volume: Row, sources_of_demand: set[str]) -> Iterator[Finding]:
    source = volume["demand_source_id"]
    if source is not None and source not in sources_of_demand:
        yield volume.warning(
            "no-demand-of-source",
            "demand_source_id",
            f"only goods of the demand of {source} are compared, and no row of demand is of it.",
            do="Write the source_id of rows of demand, or leave it empty for all goods.",
            value=source,
        )


def _held_out(tables: Tables) -> Iterator[Finding]:
    volumes = list(tables.rows("volumes"))
    is_held_out = [volume["held_out"] for volume in volumes]
    if len(volumes) < MIN_ROWS or None in is_held_out:
        return

    if all(is_held_out) or not any(is_held_out):
        which = "all are" if all(is_held_out) else "none is"
        yield volumes[0].warning(
            "nothing-tests-the-calibration",
            "held_out",
            f"of {len(volumes)} volumes {which} held out: the model is compared with what it was "
            "made to meet, or with nothing.",
            do="Hold out every second row, in their order.",
        )
