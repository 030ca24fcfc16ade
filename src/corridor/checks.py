"""Checks across the rows and tables of a study: keys, references, ranges, and what rows must say together."""

from __future__ import annotations

from corridor import schema
from corridor.errors import Finding
from corridor.tables import Spot, Tables


def every(tables: Tables) -> list[Finding]:
    """Return everything that is wrong across the rows and tables of a study; warnings are marked as such."""
    return _keys(tables)


def _keys(tables: Tables) -> list[Finding]:
    found = []
    for table in schema.TABLES:
        if table.key is None:
            continue
        first: dict[str, int] = {}
        for i, key in enumerate(tables.frames[table.name][table.key].to_list()):
            if key is not None and first.setdefault(key, i) != i:
                found.append(tables.finding(
                    "duplicate-key", Spot(table.name, i, table.key), f"{table.name}.{table.key} holds {key!r} twice.",
                    "Keep one of the rows, or give one another id.", value=key))
    return found
