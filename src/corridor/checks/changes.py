"""Checks of dated changes: columns that are not there, values that do not fit, contradictions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from corridor.checks.selectors import selected
from corridor.errors import Finding, did_you_mean, first_findings
from corridor.tables import schema
from corridor.tables.cells import parse
from corridor.tables.columns import FACTOR, Column, Table
from corridor.tables.tables import Row, Tables

_FIXED_COLUMNS = ("alternative", "source_id", "confidence", "note")
_NUMBERS = ("number", "integer")


@dataclass(frozen=True)
class _Edit:
    """A row of changes that sets cells, and the keys of the rows it means."""

    change: Row
    keys: frozenset[str]


def check_changes(tables: Tables) -> list[Finding]:
    """Return what is wrong with the columns and values of changes, and where they contradict."""
    return first_findings(_edited_cells(tables), contradictions(tables))


def contradictions(tables: Tables, change_ids: Sequence[str] | None = None) -> list[Finding]:
    """Return pairs of change rows that set one cell to different values at the same time.

    change_ids: changes of one scenario, whose order then decides: warnings. None: within each
    change: errors.
    """
    if {"changes", "links", "nodes"} & tables.broken:
        return []

    by_order = change_ids is not None
    findings = []
    for edits in _edits_by_column(tables, change_ids):
        for at, later in enumerate(edits):
            for earlier in edits[:at]:
                if by_order and _of_one_change(earlier, later):
                    continue  # an error of the change itself
                if _contradict(earlier, later):
                    findings.append(_contradiction(earlier, later, by_order=by_order))
    return findings


# Columns and values


def _edited_cells(tables: Tables) -> Iterator[Finding]:
    for change in tables.rows("changes"):
        if change["table"] is not None and change["column"] is not None:
            yield from _check_column(change, schema.table(change["table"]))


def _check_column(change: Row, table: Table) -> Iterator[Finding]:
    name = change["column"]
    open_columns = _open_columns(table)

    if name not in open_columns:
        yield change.error(
            "unknown-column",
            "column",
            f"changes.column names {name!r}, "
            f"which is no column of {table.name} that a change may edit.",
            do=did_you_mean(name, open_columns, f"Write one of: {', '.join(open_columns)}."),
            value=name,
        )
    elif change["op"] is not None and change["value"] is not None:
        yield from _check_value(change, table.column(name))


def _open_columns(table: Table) -> list[str]:
    """Return the columns a change may edit."""
    return [c.name for c in table.columns if c.name not in (table.key, *_FIXED_COLUMNS)]


def _check_value(change: Row, column: Column) -> Iterator[Finding]:
    op = change["op"]
    if op != "set" and column.kind not in _NUMBERS:
        yield _bad_op(change, column)
        return

    try:
        value = parse(column if op == "set" else FACTOR, change["value"])
    except ValueError as error:
        yield _bad_value(change, column, cure=str(error))
        return

    if op != "set" and FACTOR.is_outside(value):
        yield _bad_value(change, column, cure=f"Write a number of at most {FACTOR.high:,.0f}.")
    if op == "scale" and value < 0:
        yield _negative_factor(change, column)
    if op == "set" and column.kind in _NUMBERS and column.is_outside(value):
        yield _out_of_range(change, column)
    if op == "set" and column.refers and column.refers not in change.tables.broken:
        yield from _unknown_ids(change, column.refers, str(value).split())


def _bad_op(change: Row, column: Column) -> Finding:
    op = change["op"]
    return change.error(
        "bad-op",
        "op",
        f"changes.op is {op!r}, and {column.name} holds no numbers.",
        do="Write set, and the new value.",
        value=op,
    )


def _bad_value(change: Row, column: Column, cure: str) -> Finding:
    text = change["value"]
    return change.error(
        "bad-value",
        "value",
        f"changes.value holds {text!r}, which does not fit {column.name}.",
        do=cure,
        value=text,
    )


def _negative_factor(change: Row, column: Column) -> Finding:
    text = change["value"]
    return change.error(
        "out-of-range",
        "value",
        f"changes.value scales {column.name} by {text}, below zero.",
        do="Write a factor of zero or more.",
        value=text,
    )


def _out_of_range(change: Row, column: Column) -> Finding:
    text = change["value"]
    low = "any" if column.low is None else f"{column.low:g}"
    high = "any" if column.high is None else f"{column.high:g}"
    return change.error(
        "out-of-range",
        "value",
        f"changes.value sets {column.name} to {text}, outside {low} to {high}.",
        do=f"Write {column.meaning} in {column.unit or 'its unit'}.",
        value=text,
    )


def _unknown_ids(change: Row, target: str, words: list[str]) -> Iterator[Finding]:
    """Ids that the table they refer to does not have."""
    ids = change.tables.keys(target)
    file = change.tables.name(target)

    for word in words:
        if word not in ids:
            yield change.error(
                f"unknown-{schema.singular(target)}",
                "value",
                f"changes.value names {word!r}, which {file} does not have.",
                do=did_you_mean(word, ids, f"Add it to {file}."),
                value=word,
            )


# Contradictions


def _edits_by_column(tables: Tables, change_ids: Sequence[str] | None) -> list[list[_Edit]]:
    """Return the rows that set cells of one column; within each change where no ids are named."""
    edits: dict[tuple[Any, ...], list[_Edit]] = {}
    for change in tables.rows("changes"):
        change_id = change["change_id"]
        if change["op"] != "set" or (change_ids is not None and change_id not in change_ids):
            continue

        group = (change_id if change_ids is None else None, change["table"], change["column"])
        edits.setdefault(group, []).append(_Edit(change, _keys_meant(change)))
    return list(edits.values())


def _keys_meant(change: Row) -> frozenset[str]:
    """Return the keys of the rows that a change edits."""
    tables = change.tables
    table = change["table"]
    selector = change["row_id"]
    if table is None or selector is None:
        return frozenset()

    keys = tables.frames[table][schema.table(table).key or ""].to_list()
    if table == "links":
        return frozenset(keys[i] for i in selected(selector, tables) if keys[i])

    words = set(selector.split())
    return frozenset(key for key in keys if key and (key in words or "*" in words))


def _of_one_change(a: _Edit, b: _Edit) -> bool:
    return bool(a.change["change_id"] == b.change["change_id"])


def _contradict(a: _Edit, b: _Edit) -> bool:
    return (
        not a.keys.isdisjoint(b.keys)
        and a.change["value"] != b.change["value"]
        and _overlap(a.change, b.change)
        and _can_both_count(a.change, b.change)
    )


def _overlap(a: Row, b: Row) -> bool:
    """Tell whether each row begins before the other ends."""
    return _start(a) < _end(b) and _start(b) < _end(a)


def _start(change: Row) -> dt.date:
    return change["from_on"] or dt.date.min


def _end(change: Row) -> dt.date:
    return change["to_on"] or dt.date.max


def _can_both_count(a: Row, b: Row) -> bool:
    """Tell whether one scenario can hold both rows; it chooses one option of a parameter."""
    parameter_a, _, option_a = str(a["alternative"] or "").partition(":")
    parameter_b, _, option_b = str(b["alternative"] or "").partition(":")
    return not (parameter_a and parameter_a == parameter_b and option_a != option_b)


def _contradiction(earlier: _Edit, later: _Edit, *, by_order: bool) -> Finding:
    """Return the finding on two rows that contradict each other.

    by_order: they are of two changes, of which the later one counts; else of the same.
    """
    change = later.change
    return change.finding(
        "order-decides" if by_order else "contradictory-changes",
        "value",
        _two_values(earlier, later),
        do="The later one in the scenario's list counts; "
        "end the other on the day it begins, if that was meant."
        if by_order
        else "Let one end on the day the other begins, or keep one of them.",
        severity="warning" if by_order else "error",
        value=change["value"],
    )


def _two_values(earlier: _Edit, later: _Edit) -> str:
    """Return in words that two rows set one cell to two values."""
    first = earlier.change
    change = later.change
    keys = sorted(earlier.keys & later.keys)
    names = change["change_id"]
    if not _of_one_change(earlier, later):
        names = f"{first['change_id']} and {names}"

    return (
        f"{names}: {change['table']}.{change['column']} of {', '.join(keys[:3])} is set "
        f"to {first['value']!r} (line {first.line}) "
        f"and to {change['value']!r} for the same days."
    )
