"""Checks of a study made from the starter: rows that still rest on its example figures."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from corridor.errors import Finding
from corridor.tables import schema
from corridor.tables.columns import Table
from corridor.tables.tables import Spot, Tables

EXAMPLE = "Round figures made up"  # the citation of the starter's figures begins so
PLACES = ("geonames", "osm")  # sources of the starter's places, which are true


def check_examples(tables: Tables) -> list[Finding]:
    """Return a warning for each table that mixes own rows, or own tables, with examples.

    The starter as it was written has none: all its figures are examples, and say so.
    """
    examples = _example_sources(tables)
    if not examples or not _has_own_sources(tables, examples):
        return []
    return [finding for table in schema.TABLES for finding in _rows_left(tables, table, examples)]


def _example_sources(tables: Tables) -> list[str]:
    sources = tables.frames["sources"].drop_nulls(["source_id", "citation"])
    return sources.filter(pl.col("citation").str.starts_with(EXAMPLE))["source_id"].to_list()


def _has_own_sources(tables: Tables, examples: list[str]) -> bool:
    """Tell whether any row rests on a source that the starter does not have."""
    of_starter = {*examples, *PLACES}
    return any(
        source is not None and source not in of_starter and not source.startswith("default-")
        for frame in tables.frames.values()
        if "source_id" in frame.columns and "citation" not in frame.columns
        for source in frame["source_id"].unique()
    )


def _rows_left(tables: Tables, table: Table, examples: list[str]) -> Iterator[Finding]:
    frame = tables.frames[table.name]
    if "source_id" not in frame.columns or table.name == "sources":
        return

    rows = frame.select(pl.col("source_id").is_in(examples).fill_null(value=False))
    numbers = rows.to_series().arg_true().to_list()
    if numbers:
        yield tables.warning(
            "example-figures",
            Spot(table.name, numbers[0], "source_id"),
            f"{len(numbers)} of {frame.height} rows of {table.name} still rest on the example "
            "figures of the starter.",
            do="Write what they really are, with their source, or remove them.",
            rows=tuple(key for row in numbers if (key := tables.key(table.name, row))),
        )
