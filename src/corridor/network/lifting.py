"""Lifting: a network without some of its closures, and with what lies beneath them.

A change that is lifted no longer shuts links; rows of it that open links, or set other figures,
stay. A status that is lifted is that of a link in use. A window that is lifted leaves its place or
link open at every hour, on holidays too. Rules are the question's: see
:func:`corridor.routing.query.reopened`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

import polars as pl

from corridor.network.changes import OF_STATUS, Closure
from corridor.network.holidays import holidays_by_link
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.tables.columns import OPEN_STATUS

# What a network computes of itself that neither windows nor the status of links alter.
_WITHOUT_WINDOWS = (
    Derived.ROWS,
    Derived.BY_ID,
    Derived.PLACES,
    Derived.GRAPH,
    Derived.ZONES,
    Derived.RULES,
    Derived.SELECTED_LINKS,
    Derived.TARIFFS,
    Derived.MEANT_ARCS,
    Derived.LINK_KINDS,
    Derived.LINK_FIGURES,
    Derived.COSTS,
    Derived.TIMETABLE_EDITS,
    Derived.HAZARD_LINKS,
    Derived.HAZARD_ARCS,
    Derived.CLOSURE_LAWS,
    Derived.HAZARD_WEIGHTS,
    Derived.ARC_WORDS,
    Derived.BACKWARDS,
    Derived.ARC_LENGTHS,
    Derived.ARC_MEASURES,
    Derived.LUCK,
    Derived.TURNS,
)


def lift(day: Network, closures: Iterable[Closure]) -> Network:
    """Return the network of a day without some closures; rules are left as they are."""
    by_kind: dict[str, list[str]] = {}
    for closure in closures:
        by_kind.setdefault(closure.kind, []).append(closure.closure_id)

    base = _without_windows(day, by_kind.get("window", ()))
    link_ids = [status.partition(":")[2] for status in by_kind.get("status", ())]
    changes = _without_closing(base.changes, by_kind.get("change", ()))
    if link_ids:
        changes = pl.concat([_opening(link_ids, changes.schema), changes])
    if changes is base.changes:
        return base

    lifted = replace(base, changes=changes)
    lifted.share(base)
    return lifted


def _without_windows(day: Network, elements: Collection[str]) -> Network:
    """Return the network without the windows of some links and places."""
    if not elements:
        return day

    windows = day.frames["windows"]
    is_lifted = pl.coalesce("link_id", "node_id").is_in(list(elements))
    left = {"windows": windows.filter(~is_lifted), "holidays": _holidays_of_others(day, elements)}
    lifted = replace(day, frames={**day.frames, **left})
    lifted.memory.copy(day.memory, _WITHOUT_WINDOWS, but_of=tuple(left))
    return lifted


def _holidays_of_others(day: Network, elements: Collection[str]) -> pl.DataFrame:
    """Return the rows of holidays without some links, one row a holiday and link."""
    rows = [
        {**holiday, "row_id": link_id}
        for link_id, holidays in holidays_by_link(day).items()
        if link_id not in elements
        for holiday in holidays
    ]
    return pl.DataFrame(rows, schema=day.frames["holidays"].schema)


def _without_closing(changes: pl.DataFrame, change_ids: Collection[str]) -> pl.DataFrame:
    """Return change rows less those of some changes that shut links."""
    if not change_ids:
        return changes

    is_lifted = (
        OF_STATUS
        & pl.col("change_id").is_in(list(change_ids))
        & pl.col("value").ne_missing(OPEN_STATUS)
    )
    return changes.filter(~is_lifted)


def _opening(link_ids: Collection[str], schema: pl.Schema) -> pl.DataFrame:
    """Return the change row that puts some links in use, whatever their own status."""
    row = {
        "change_id": "lifted",
        "table": "links",
        "row_id": " ".join(link_ids),
        "column": "status",
        "op": "set",
        "value": OPEN_STATUS,
    }
    return pl.DataFrame([{name: row.get(name) for name in schema}], schema=schema)
