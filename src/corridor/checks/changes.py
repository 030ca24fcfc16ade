"""Checks of what amends a study: selectors of links, dated changes, and parameters with their
alternatives."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corridor.errors import Finding, did_you_mean
from corridor.tables import schema, selectors
from corridor.tables.cells import parse
from corridor.tables.columns import FACTOR, Column
from corridor.tables.reading import Spot, Tables

_FIRST = dt.date.min
_LAST = dt.date.max


@dataclass(frozen=True)
class Known:
    """What the terms of selectors can mean: kind -> words."""

    words: Mapping[str, frozenset[str]]

    def missing(self, term: selectors.Term) -> bool:
        """Tell whether a term means no link at all."""
        if term.kind == "any":
            return False
        word = "-".join(sorted(term.word.split("-"))) if term.kind == "crossing" else term.word
        return word not in self.words[term.kind]


def check_changes(tables: Tables) -> list[Finding]:
    """Return what is wrong with selectors, changes, parameters and alternatives."""
    return [
        *_selectors(tables),
        *_changes(tables),
        *_parameters(tables),
        *_alternatives(tables),
        *contradictions(tables),
    ]


def contradictions(tables: Tables, change_ids: Sequence[str] | None = None) -> list[Finding]:
    """Return pairs of change rows that set one cell to different values at the same time.

    change_ids: of these changes of one scenario, whose order then decides: warnings. None: within
    each change: errors.
    """
    if {"changes", "links", "nodes"} & tables.broken:
        return []
    rows = [
        (i, r)
        for i, r in enumerate(tables.frames["changes"].to_dicts())
        if r["op"] == "set" and (change_ids is None or r["change_id"] in change_ids)
    ]
    groups: dict[tuple[Any, ...], list[tuple[int, dict[str, Any], frozenset[str]]]] = {}
    for i, row in rows:
        cells = (row["change_id"] if change_ids is None else None, row["table"], row["column"])
        groups.setdefault(cells, []).append((i, row, _rows_meant(tables, row)))
    found = []
    for group in groups.values():
        for at, (i, row, mine) in enumerate(group):
            for j, other, theirs in group[:at]:
                if change_ids is not None and row["change_id"] == other["change_id"]:
                    continue
                both = mine & theirs
                if (
                    both
                    and row["value"] != other["value"]
                    and _overlap(row, other)
                    and _together(row, other)
                ):
                    found.append(
                        _contradiction(
                            tables, (j, other), (i, row), sorted(both), change_ids is not None
                        )
                    )
    return found


def selected(text: str, tables: Tables) -> list[int]:
    """Return the link rows a selector means; none where it cannot be read."""
    try:
        return selectors.select(text, tables.frames["links"], tables.frames["nodes"])
    except ValueError:
        return []


def _contradiction(
    tables: Tables,
    first: tuple[int, dict[str, Any]],
    second: tuple[int, dict[str, Any]],
    rows: Sequence[str],
    ordered: bool,
) -> Finding:
    (j, other) = first
    (i, row) = second
    line = tables.lines.get("changes", range(2, i + 3))[j]
    names = (
        row["change_id"]
        if row["change_id"] == other["change_id"]
        else f"{other['change_id']} and {row['change_id']}"
    )
    do = (
        "The later one in the scenario's list counts; end the other on the day it begins, if that "
        "was meant."
        if ordered
        else "Let one end on the day the other begins, or keep one of them."
    )
    return tables.finding(
        "order-decides" if ordered else "contradictory-changes",
        Spot("changes", i, "value"),
        f"{names}: {row['table']}.{row['column']} of {', '.join(rows[:3])} is set to "
        f"{other['value']!r} (line {line}) and to {row['value']!r} for the same days.",
        do,
        severity="warning" if ordered else "error",
        value=row["value"],
    )


def _rows_meant(tables: Tables, row: Mapping[str, Any]) -> frozenset[str]:
    table = row["table"]
    text = row["row_id"]
    if table is None or text is None:
        return frozenset()
    keys = tables.frames[table][schema.table(table).key or ""].to_list()
    if table == "links":
        return frozenset(keys[i] for i in selected(text, tables) if keys[i])
    words = set(text.split())
    return frozenset(k for k in keys if k and (k in words or "*" in words))


def _overlap(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    return (a["from_on"] or _FIRST) < (b["to_on"] or _LAST) and (b["from_on"] or _FIRST) < (
        a["to_on"] or _LAST
    )


def _together(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """Tell whether both rows can count at once: options of one parameter exclude each other."""
    one, two = (str(r["alternative"] or "").partition(":") for r in (a, b))
    return not (one[0] and one[0] == two[0] and one[2] != two[2])


def _known(tables: Tables) -> Known:
    nodes = tables.frames["nodes"]
    links = tables.frames["links"]
    country = dict(zip(nodes["node_id"].to_list(), nodes["country"].to_list(), strict=True))
    ends = list(zip(links["from_node_id"].to_list(), links["to_node_id"].to_list(), strict=True))
    pairs = [(country.get(a), country.get(b)) for a, b in ends]

    def words(values: Any) -> frozenset[str]:
        return frozenset(v for v in values if v is not None)

    return Known(
        {
            "id": words(links["link_id"].to_list()),
            "mode": words(links["mode"].to_list()),
            "operator": words(links["operator"].to_list()),
            "node": words(n for pair in ends for n in pair),
            "country": words(c for pair in pairs for c in pair),
            "crossing": frozenset("-".join(sorted((a, b))) for a, b in pairs if a and b),
        }
    )


def _selectors(tables: Tables) -> Iterator[Finding]:
    """Terms of row_id that cannot be read or mean no link."""
    known = _known(tables)
    for table in ("rules", "hazards", "events", "changes"):
        frame = tables.frames[table]
        edited = frame["table"].to_list() if table == "changes" else ["links"] * frame.height
        for i, (text, target) in enumerate(zip(frame["row_id"].to_list(), edited, strict=True)):
            if text is None or target is None:
                continue
            spot = Spot(table, i, "row_id")
            try:
                terms = selectors.parse(text)
            except ValueError as error:
                yield tables.finding(
                    "bad-selector",
                    spot,
                    f"{table}.row_id cannot be read: {error}.",
                    "Part ids and terms such as crossing:AF-PK by blanks.",
                    value=text,
                )
                continue
            if target != "links":
                yield from _plain_ids(tables, spot, target, terms)
            elif not {"links", "nodes"} & tables.broken:
                yield from _terms(tables, spot, terms, known)


def _terms(
    tables: Tables, spot: Spot, terms: Sequence[selectors.Term], known: Known
) -> Iterator[Finding]:
    lost = [t for t in terms if known.missing(t)]
    for term in lost:
        do = did_you_mean(
            term.word, known.words[term.kind], "Remove it here, or add the links it is for."
        )
        if term.kind == "id":
            yield tables.finding(
                "unknown-link",
                spot,
                f"{spot.table}.row_id names {term.word!r}, which {tables.name('links')} does not "
                "have.",
                do,
                value=term.word,
            )
        else:
            text = f"{term.kind}:{term.word}"
            yield tables.finding(
                "selects-nothing",
                spot,
                f"{spot.table}.row_id holds {text}, and there is no such link.",
                do,
                value=text,
                severity="error" if len(lost) == len(terms) else "warning",
            )


def _plain_ids(
    tables: Tables, spot: Spot, target: str, terms: Sequence[selectors.Term]
) -> Iterator[Finding]:
    known = set(tables.frames[target][schema.table(target).key or ""].to_list()) - {None}
    for term in terms:
        if term.kind not in ("id", "any"):
            yield tables.finding(
                "bad-selector",
                spot,
                f"changes.row_id holds {term.kind}:{term.word}, which means links, and the change "
                f"edits {target}.",
                f"Name rows of {target} by their ids, or write *.",
                value=f"{term.kind}:{term.word}",
            )
        elif term.kind == "id" and term.word not in known and target not in tables.broken:
            yield tables.finding(
                f"unknown-{schema.singular(target)}",
                spot,
                f"changes.row_id names {term.word!r}, which {tables.name(target)} does not have.",
                did_you_mean(
                    term.word, known, f"Add it to {tables.name(target)}, or remove it here."
                ),
                value=term.word,
            )


def _changes(tables: Tables) -> Iterator[Finding]:
    """Columns that are not there, and values that do not fit them."""
    for i, row in enumerate(tables.frames["changes"].to_dicts()):
        table = row["table"]
        name = row["column"]
        op = row["op"]
        value = row["value"]
        if table is None or name is None:
            continue
        declared = schema.table(table)
        open_columns = [
            c.name
            for c in declared.columns
            if c.name not in (declared.key, "alternative", "source_id", "confidence", "note")
        ]
        if name not in open_columns:
            yield tables.finding(
                "unknown-column",
                Spot("changes", i, "column"),
                f"changes.column names {name!r}, which is no column of {table} that a change may "
                "edit.",
                did_you_mean(name, open_columns, f"Write one of: {', '.join(open_columns)}."),
                value=name,
            )
        elif op is not None and value is not None:
            yield from _value(tables, i, declared.column(name), op, value)


def _value(tables: Tables, i: int, column: Column, op: str, value: str) -> Iterator[Finding]:
    spot = Spot("changes", i, "value")
    if op != "set" and column.kind not in ("number", "integer"):
        yield tables.finding(
            "bad-op",
            Spot("changes", i, "op"),
            f"changes.op is {op!r}, and {column.name} holds no numbers.",
            "Write set, and the new value.",
            value=op,
        )
        return
    try:
        new = parse(column if op == "set" else FACTOR, value)
    except ValueError as error:
        yield tables.finding(
            "bad-value",
            spot,
            f"changes.value holds {value!r}, which does not fit {column.name}.",
            str(error),
            value=value,
        )
        return
    if op == "scale" and new < 0:
        yield tables.finding(
            "out-of-range",
            spot,
            f"changes.value scales {column.name} by {value}, below zero.",
            "Write a factor of zero or more.",
            value=value,
        )
    if (
        op == "set"
        and column.kind in ("number", "integer")
        and not (
            (column.low is None or new >= column.low)
            and (column.high is None or new <= column.high)
        )
    ):
        low, high = ("any" if b is None else f"{b:g}" for b in (column.low, column.high))
        yield tables.finding(
            "out-of-range",
            spot,
            f"changes.value sets {column.name} to {value}, outside {low} to {high}.",
            f"Write {column.meaning} in {column.unit or 'its unit'}.",
            value=value,
        )
    if op == "set" and column.refers and column.refers not in tables.broken:
        known = set(
            tables.frames[column.refers][schema.table(column.refers).key or ""].to_list()
        ) - {None}
        for word in str(new).split():
            if word not in known:
                yield tables.finding(
                    f"unknown-{schema.singular(column.refers)}",
                    spot,
                    f"changes.value names {word!r}, which {tables.name(column.refers)} does not "
                    "have.",
                    did_you_mean(word, known, f"Add it to {tables.name(column.refers)}."),
                    value=word,
                )


def _parameters(tables: Tables) -> Iterator[Finding]:
    """Options that cannot be read, and parameters with no default or several."""
    first: dict[str, int] = {}
    defaults: dict[str, int] = {}
    unread: set[str] = set()
    for i, (option_id, is_default) in enumerate(
        tables.frames["parameters"].select("option_id", "is_default").iter_rows()
    ):
        if option_id is None:
            continue
        if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]*:[a-z0-9][a-z0-9_.-]*", option_id):
            yield tables.finding(
                "bad-option",
                Spot("parameters", i, "option_id"),
                f"parameters.option_id holds {option_id!r}.",
                "Write parameter:option, two lower-case words.",
                value=option_id,
            )
            continue
        parameter = option_id.partition(":")[0]
        first.setdefault(parameter, i)
        defaults[parameter] = defaults.get(parameter, 0) + bool(is_default)
        if is_default is None:
            unread.add(parameter)
    used = {
        str(a).partition(":")[0]
        for t in schema.TABLES
        if "alternative" in tables.frames[t.name].columns
        for a in tables.frames[t.name]["alternative"].drop_nulls().to_list()
    }
    for parameter, count in defaults.items():
        spot = Spot("parameters", first[parameter], "is_default")
        if count != 1 and parameter not in unread and "parameters" not in tables.broken:
            yield tables.finding(
                "default-count",
                spot,
                f"parameter {parameter} has {count or 'no'} default options.",
                "Write true in is_default for exactly one of its options.",
                value=str(count),
            )
        if parameter not in used and not tables.broken:
            yield tables.finding(
                "unused-parameter",
                spot,
                f"no row of any table hangs on parameter {parameter}.",
                f"Write {parameter}:... into the alternative of the rows it decides, or remove it.",
                severity="warning",
                value=parameter,
            )


def _alternatives(tables: Tables) -> Iterator[Finding]:
    """Alternatives that name an option nobody declared."""
    if "parameters" in tables.broken:
        return
    options = set(tables.frames["parameters"]["option_id"].drop_nulls().to_list())
    for table in schema.TABLES:
        frame = tables.frames[table.name]
        if "alternative" not in frame.columns or frame["alternative"].null_count() == frame.height:
            continue
        rows: dict[str, list[int]] = {}
        for i, text in enumerate(frame["alternative"].to_list()):
            if text is not None and text not in options:
                rows.setdefault(text, []).append(i)
        for text, at in rows.items():
            yield tables.finding(
                "unknown-option",
                Spot(table.name, at[0], "alternative"),
                f"{table.name}.alternative names {text!r}, which {tables.name('parameters')} does "
                "not have.",
                did_you_mean(
                    text, options, f"Add it to {tables.name('parameters')} as parameter:option."
                ),
                value=text,
                rows=tuple(k for i in at if (k := tables.key(table.name, i))),
            )
