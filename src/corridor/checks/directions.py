"""Checks of directions: what is counted or limited on a link leaves from one of its ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from corridor.errors import Finding
from corridor.tables.tables import Row, Tables


def link_ends(tables: Tables, table: str) -> dict[str, set[str]]:
    """Return the two places of every link that a table names in ``row_id``."""
    links = tables.frames["links"].select("link_id", "from_node_id", "to_node_id")
    named = links.filter(pl.col("link_id").is_in(tables.frames[table]["row_id"].implode()))
    return {link: {start, end} for link, start, end in named.iter_rows()}


def check_direction(row: Row, ends: Mapping[str, set[str]]) -> Iterator[Finding]:
    """Yield a finding where a row on a link leaves from a place that is no end of it."""
    start = row["from_node_id"]
    places = ends.get(row["row_id"], set())
    if row["table"] == "links" and start is not None and places and start not in places:
        yield row.error(
            "not-an-end",
            "from_node_id",
            f"the direction leaves from {start}, which is no end of {row['row_id']}.",
            do=f"Write {' or '.join(sorted(places))}, or leave it empty for both directions.",
            value=start,
        )
