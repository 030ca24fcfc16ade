"""Closed links: what is shut on a day, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import polars as pl

from corridor.network.calendar import second
from corridor.network.changes import Closure, status_spans
from corridor.network.network import Network
from corridor.network.openings import link_openings, shut_by
from corridor.tables import schema_results


def closed_links(network: Network, on: dt.date) -> pl.DataFrame:
    """Return what changes shut on a day and the windows that shut links in some season.

    One row a reason, as declared in :data:`corridor.tables.schema_results.CLOSURES`. Links that
    were never opened (planned, idea) are not closures and are left out.
    """
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    link_ids: dict[tuple[str, str], list[str]] = {}

    for link_id, closures in _closures(network, on):
        for closure in closures:
            reason = (closure.kind, closure.closure_id)
            rows.setdefault(reason, _row(closure))
            link_ids.setdefault(reason, []).append(link_id)

    return pl.DataFrame(
        [
            {**row, "element": " ".join(link_ids[reason]), "links": len(link_ids[reason])}
            for reason, row in rows.items()
        ],
        schema=schema_results.empty("closures").schema,
    )


def _closures(network: Network, on: dt.date) -> Iterator[tuple[str, list[Closure]]]:
    """Yield every link with the changes that shut it on a day, then its windows."""
    at_s = second(on)
    windows = link_openings(network, at_s).closures
    statuses = status_spans(network)

    for link, own_windows, (_, dated) in zip(network.rows("links"), windows, statuses, strict=True):
        in_force = [closure for closure in shut_by(dated, at_s) if closure.kind == "change"]
        seasonal = [closure for closure in own_windows if closure.kind == "window"]
        yield link["link_id"], in_force + seasonal


def _row(closure: Closure) -> dict[str, Any]:
    """Return a closure as a row, without the links it shuts."""
    return {
        "kind": closure.kind,
        "what": closure.note or closure.closure_id,
        "source_id": closure.source_id,
        "from_on": closure.from_on,
        "to_on": closure.to_on,
    }
