"""Checks of dated changes: columns that are not there, values that do not fit, contradictions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corridor.checks.selectors import selected
from corridor.errors import Finding, did_you_mean
from corridor.tables import schema
from corridor.tables.cells import parse
from corridor.tables.columns import FACTOR, Column, Table
from corridor.tables.tables import Spot, Tables

Row = Mapping[str, Any]

_FIXED_COLUMNS = ("alternative", "source_id", "confidence", "note")
_NUMBERS = ("number", "integer")


@dataclass(frozen=True)
class _Setting:
    """A row of changes that sets cells: its number, its cells and the keys of the rows it means."""

    i: int
    row: Row
    keys: frozenset[str]


def check_changes(tables: Tables) -> list[Finding]:
    """Return what is wrong with the columns and values of changes, and where they contradict."""
    return [*_edits(tables), *contradictions(tables)]


def contradictions(tables: Tables, change_ids: Sequence[str] | None = None) -> list[Finding]:
    """Return pairs of change rows that set one cell to different values at the same time.

    change_ids: changes of one scenario, whose order then decides: warnings. None: within each
    change: errors.
    """
    if {"changes", "links", "nodes"} & tables.broken:
        return []

    findings = []
    for settings in _settings_by_column(tables, change_ids):
        for at, later in enumerate(settings):
            for earlier in settings[:at]:
                if change_ids is not None and _of_one_change(earlier, later):
                    continue  # an error of the change itself
                if _contradict(earlier, later):
                    findings.append(
                        _contradiction(tables, earlier, later, by_order=change_ids is not None)
                    )
    return findings


# Columns and values


def _edits(tables: Tables) -> Iterator[Finding]:
    for i, row in tables.rows("changes"):
        if row["table"] is not None and row["column"] is not None:
            yield from _check_edit(tables, i, row)


def _check_edit(tables: Tables, i: int, row: Row) -> Iterator[Finding]:
    table = schema.table(row["table"])
    name = row["column"]
    open_columns = _open_columns(table)

    if name not in open_columns:
        yield tables.error(
            "unknown-column",
            Spot("changes", i, "column"),
            f"changes.column names {name!r}, "
            f"which is no column of {table.name} that a change may edit.",
            do=did_you_mean(name, open_columns, f"Write one of: {', '.join(open_columns)}."),
            value=name,
        )
    elif row["op"] is not None and row["value"] is not None:
        yield from _check_value(tables, i, table.column(name), row)


def _open_columns(table: Table) -> list[str]:
    """Return the columns a change may edit."""
    return [c.name for c in table.columns if c.name not in (table.key, *_FIXED_COLUMNS)]


def _check_value(tables: Tables, i: int, column: Column, row: Row) -> Iterator[Finding]:
    """Check the op and the value of row i for the column it edits."""
    op = row["op"]
    text = row["value"]
    if op != "set" and column.kind not in _NUMBERS:
        yield _bad_op(tables, i, column, op)
        return

    spot = Spot("changes", i, "value")
    try:
        value = parse(column if op == "set" else FACTOR, text)
    except ValueError as error:
        yield _bad_value(tables, spot, column, text, str(error))
        return

    if op == "scale" and value < 0:
        yield _negative_factor(tables, spot, column, text)
    if op == "set" and column.kind in _NUMBERS and column.is_outside(value):
        yield _out_of_range(tables, spot, column, text)
    if op == "set" and column.refers and column.refers not in tables.broken:
        yield from _unknown_ids(tables, spot, column.refers, str(value))


def _bad_op(tables: Tables, i: int, column: Column, op: str) -> Finding:
    return tables.error(
        "bad-op",
        Spot("changes", i, "op"),
        f"changes.op is {op!r}, and {column.name} holds no numbers.",
        do="Write set, and the new value.",
        value=op,
    )


def _bad_value(tables: Tables, spot: Spot, column: Column, text: str, cure: str) -> Finding:
    return tables.error(
        "bad-value",
        spot,
        f"changes.value holds {text!r}, which does not fit {column.name}.",
        do=cure,
        value=text,
    )


def _negative_factor(tables: Tables, spot: Spot, column: Column, text: str) -> Finding:
    return tables.error(
        "out-of-range",
        spot,
        f"changes.value scales {column.name} by {text}, below zero.",
        do="Write a factor of zero or more.",
        value=text,
    )


def _out_of_range(tables: Tables, spot: Spot, column: Column, text: str) -> Finding:
    low = "any" if column.low is None else f"{column.low:g}"
    high = "any" if column.high is None else f"{column.high:g}"
    return tables.error(
        "out-of-range",
        spot,
        f"changes.value sets {column.name} to {text}, outside {low} to {high}.",
        do=f"Write {column.meaning} in {column.unit or 'its unit'}.",
        value=text,
    )


def _unknown_ids(tables: Tables, spot: Spot, target: str, text: str) -> Iterator[Finding]:
    """Ids, parted by blanks, that the table they refer to does not have."""
    ids = tables.keys(target)
    file = tables.name(target)

    for word in text.split():
        if word not in ids:
            yield tables.error(
                f"unknown-{schema.singular(target)}",
                spot,
                f"changes.value names {word!r}, which {file} does not have.",
                do=did_you_mean(word, ids, f"Add it to {file}."),
                value=word,
            )


# Contradictions


def _settings_by_column(tables: Tables, change_ids: Sequence[str] | None) -> list[list[_Setting]]:
    """Return the rows that set cells of one column; within each change where no ids are named."""
    groups: dict[tuple[Any, ...], list[_Setting]] = {}
    for i, row in tables.rows("changes"):
        if row["op"] != "set" or (change_ids is not None and row["change_id"] not in change_ids):
            continue

        change = row["change_id"] if change_ids is None else None
        group = groups.setdefault((change, row["table"], row["column"]), [])
        group.append(_Setting(i, row, _keys_meant(tables, row)))
    return list(groups.values())


def _keys_meant(tables: Tables, row: Row) -> frozenset[str]:
    table = row["table"]
    text = row["row_id"]
    if table is None or text is None:
        return frozenset()

    keys = tables.frames[table][schema.table(table).key or ""].to_list()
    if table == "links":
        return frozenset(keys[i] for i in selected(text, tables) if keys[i])

    words = set(text.split())
    return frozenset(key for key in keys if key and (key in words or "*" in words))


def _of_one_change(a: _Setting, b: _Setting) -> bool:
    return bool(a.row["change_id"] == b.row["change_id"])


def _contradict(a: _Setting, b: _Setting) -> bool:
    return (
        not a.keys.isdisjoint(b.keys)
        and a.row["value"] != b.row["value"]
        and _overlap(a.row, b.row)
        and _can_both_count(a.row, b.row)
    )


def _overlap(a: Row, b: Row) -> bool:
    """Tell whether each row begins before the other ends."""
    return _start(a) < _end(b) and _start(b) < _end(a)


def _start(row: Row) -> dt.date:
    return row["from_on"] or dt.date.min


def _end(row: Row) -> dt.date:
    return row["to_on"] or dt.date.max


def _can_both_count(a: Row, b: Row) -> bool:
    """Tell whether one scenario can hold both rows; it chooses one option of a parameter."""
    parameter_a, _, option_a = str(a["alternative"] or "").partition(":")
    parameter_b, _, option_b = str(b["alternative"] or "").partition(":")
    return not (parameter_a and parameter_a == parameter_b and option_a != option_b)


def _contradiction(
    tables: Tables, earlier: _Setting, later: _Setting, *, by_order: bool
) -> Finding:
    """Return the finding on two rows that contradict each other.

    Parameters
    ----------
    tables : the tables.
    earlier, later : the two rows.
    by_order : they are of two changes, of which the later one counts; else of the same.
    """
    edit = later.row
    keys = sorted(earlier.keys & later.keys)
    line = tables.line("changes", earlier.i)
    names = edit["change_id"]
    if not _of_one_change(earlier, later):
        names = f"{earlier.row['change_id']} and {names}"

    return tables.finding(
        "order-decides" if by_order else "contradictory-changes",
        Spot("changes", later.i, "value"),
        f"{names}: {edit['table']}.{edit['column']} of {', '.join(keys[:3])} is set "
        f"to {earlier.row['value']!r} (line {line}) and to {edit['value']!r} for the same days.",
        do="The later one in the scenario's list counts; "
        "end the other on the day it begins, if that was meant."
        if by_order
        else "Let one end on the day the other begins, or keep one of them.",
        severity="warning" if by_order else "error",
        value=edit["value"],
    )
