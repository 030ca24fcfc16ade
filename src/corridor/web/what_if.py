"""What-if: change rows a person lays over a network, looked at before they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from corridor.checks.changes import check_changes
from corridor.checks.parameters import check_parameters
from corridor.checks.selectors import check_selectors
from corridor.errors import CallError, StudyError
from corridor.network.changes import apply
from corridor.network.network import Network
from corridor.tables import schema, selectors
from corridor.tables.reading import from_frames
from corridor.tables.tables import Tables

Row = Mapping[str, Any]


def with_what_if(tables: Mapping[str, pl.DataFrame], base: Network, rows: Sequence[Row]) -> Network:
    """Return a network with the rows of a what-if laid over it; the base is untouched.

    tables: of the study, to check the rows against. Raises StudyError for rows that make no sense,
    CallError for one that ends before it begins.
    """
    if not only_opens_and_shuts(tables, rows):
        check_rows(tables, rows)
    for row in rows:
        if row["from_on"] and row["to_on"] and row["from_on"] >= row["to_on"]:
            raise CallError(f"A change of {row['row_id']} ends before it begins.")

    return apply(base, as_changes(base.changes, rows))


def as_changes(like: pl.DataFrame, rows: Sequence[Row]) -> pl.DataFrame:
    """Return rows as a frame of the table ``changes``."""
    return pl.DataFrame([{c: row.get(c) for c in like.columns} for row in rows], schema=like.schema)


def only_opens_and_shuts(tables: Mapping[str, pl.DataFrame], rows: Sequence[Row]) -> bool:
    """Tell whether all rows open or shut links of the study; a quick look at the usual what-if."""
    links = tables["links"]
    nodes = tables["nodes"]
    statuses = schema.table("links").column("status").choices

    def opens_or_shuts(row: Row) -> bool:
        return (
            row["table"] == "links"
            and row["column"] == "status"
            and row["op"] == "set"
            and row["value"] in statuses
            and all(selectors.select(term, links, nodes) for term in row["row_id"].split())
        )

    try:
        return all(opens_or_shuts(row) for row in rows)
    except ValueError:
        return False


def check_rows(tables: Mapping[str, pl.DataFrame], rows: Sequence[Row]) -> None:
    """Raise StudyError with every finding on change rows that cannot be laid over a study.

    CallError where one is empty.
    """
    read = from_frames({"changes": as_changes(tables["changes"], rows)})
    errors = [f for f in read.findings if f.table == "changes" and f.severity == "error"]

    with_rows = Tables({**tables, "changes": read.frames["changes"]})
    findings = [
        *check_selectors(with_rows),
        *check_changes(with_rows),
        *check_parameters(with_rows),
    ]
    errors += [
        f
        for f in findings
        if f.table == "changes" and f.severity == "error" and f.kind != "contradictory-changes"
    ]

    if errors:
        raise StudyError(errors)
