"""Changes: dated edits laid over a network, never into it.

Order and overlap: rows apply in the order of the scenario's change ids, then of the table; where
two rows set the same cell at the same time the later one counts. ``scale`` multiplies and ``add``
adds to what earlier rows left; a null stays null. An edit of ``links.status`` is followed day by
day along a trip; every other edit is that of the departure date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from corridor.errors import CallError
from corridor.network.calendar import FOREVER_MIN, Span, day_of, minute
from corridor.network.memory import Derived
from corridor.network.network import Network, active_rows
from corridor.tables import cells, schema, selectors
from corridor.tables.columns import FACTOR, OPEN_STATUS, Column

_OF_STATUS = (pl.col("table") == "links") & (pl.col("column") == "status")


@dataclass(frozen=True, slots=True)
class Closure:
    """One reason why links are shut for a time.

    kind: change, status, window or rule; closure_id: its id; from_min, to_min: null for no known
    begin or end.
    """

    kind: str
    closure_id: str
    from_min: int | None
    to_min: int | None
    source_id: str | None
    note: str | None


def apply(network: Network, changes: pl.DataFrame, *, on: dt.date | str | None = None) -> Network:
    """Return the network with further change rows laid over it; the base is untouched.

    changes: rows of the ``changes`` table. on: keep only the rows in force that day (of these and
    of the network's own) and let them hold for ever; null: rows keep their dates. Rows of
    alternatives that are not chosen are left out. A column that is missing is null; CallError for
    one that every change needs.
    """
    needed = [
        c.name
        for c in schema.table("changes").columns
        if c.required and c.name not in ("source_id", "confidence")
    ]
    if missing := [name for name in needed if name not in changes.columns]:
        raise CallError(f"the changes lack {', '.join(missing)}: a row needs {', '.join(needed)}.")
    whole = [
        changes[name] if name in changes.columns else pl.Series(name, [None] * changes.height, kind)
        for name, kind in network.changes.schema.items()
    ]
    further = active_rows(pl.DataFrame(whole), network.choices)
    rows = pl.concat([network.changes, further], how="vertical_relaxed")
    if on is not None:
        rows = rows.filter(_in_force(minute(on))).with_columns(
            pl.lit(None, pl.Date).alias("from_on"), pl.lit(None, pl.Date).alias("to_on")
        )
    changed = replace(network, changes=rows)
    if on is None and further.filter(_OF_STATUS).height == further.height:
        changed.share(network)
    return changed


def snapshot(network: Network, at_min: int) -> Network:
    """Return the network as its tables stand at a minute, links' status apart (that is followed in
    time).

    The same rows in force give the same object, so its graph is compiled once.
    """
    edits = network.once(
        Derived.EDITS.of(), lambda: network.changes.with_row_index("order").filter(~_OF_STATUS)
    )
    if edits.height == 0:
        return network

    in_force = edits.filter(_in_force(at_min))
    order = tuple(in_force["order"].to_list())
    edited = network.once(Derived.EDITED.of(order), lambda: _with_edits(network, in_force))
    return network.once(Derived.SNAPSHOT.of(order), lambda: _with_status(edited, network.changes))


def _with_edits(network: Network, edits: pl.DataFrame) -> Network:
    """The network with edits made in its tables and without any dated changes."""
    frames = dict(network.frames)
    for name in edits["table"].unique().to_list():
        rows = edits.filter(pl.col("table") == name).to_dicts()
        frames[name] = _edited(frames, name, rows)
    return replace(network, frames=frames, changes=network.changes.clear())


def _with_status(edited: Network, changes: pl.DataFrame) -> Network:
    """An edited network with the dated changes, of which those of links' status are followed."""
    network = replace(edited, changes=changes)
    network.share(edited)
    return network


def status_spans(network: Network) -> list[tuple[list[Span], list[Closure]]]:
    """Return for every link when its status lets it be used, and the closures that say when it does
    not."""
    return network.once(Derived.STATUS_SPANS.of(), lambda: _status_spans(network))


def _status_spans(network: Network) -> list[tuple[list[Span], list[Closure]]]:
    links = network.frames["links"]
    edits: dict[int, list[dict[str, Any]]] = {}
    for row in network.changes.filter(_OF_STATUS).iter_rows(named=True):
        for i in selectors.select(row["row_id"], links, network.frames["nodes"]):
            edits.setdefault(i, []).append(row)

    return [_status_of(link, edits.get(i, [])) for i, link in enumerate(network.rows("links"))]


def _status_of(
    link: Mapping[str, Any], edits: Sequence[Mapping[str, Any]]
) -> tuple[list[Span], list[Closure]]:
    cuts = sorted({-FOREVER_MIN, FOREVER_MIN, *(_from(e) for e in edits), *(_to(e) for e in edits)})
    spans: list[Span] = []
    closures: list[Closure] = []
    for a, b in zip(cuts, cuts[1:], strict=False):
        last = next((e for e in reversed(edits) if _from(e) <= a and b <= _to(e)), None)
        status = link["status"] if last is None else last["value"]
        if status == OPEN_STATUS:
            if spans and spans[-1].end_min == a:
                spans[-1] = spans[-1]._replace(end_min=b)
            else:
                spans.append(Span(a, b))
            continue
        kind, closure_id = (
            ("status", f"{link['status']}:{link['link_id']}")
            if last is None
            else ("change", last["change_id"])
        )
        source = link if last is None else last
        if closures and closures[-1].closure_id == closure_id and closures[-1].to_min == a:
            closures[-1] = replace(closures[-1], to_min=None if b == FOREVER_MIN else b)
        else:
            closures.append(
                Closure(
                    kind,
                    closure_id,
                    None if a == -FOREVER_MIN else a,
                    None if b == FOREVER_MIN else b,
                    source["source_id"],
                    source["note"],
                )
            )
    return spans, closures


def _edited(
    frames: Mapping[str, pl.DataFrame], name: str, edits: Sequence[Mapping[str, Any]]
) -> pl.DataFrame:
    frame = frames[name]
    columns: dict[str, list[Any]] = {}
    for edit in edits:
        column = schema.table(name).column(edit["column"])
        values = columns.setdefault(edit["column"], frame[edit["column"]].to_list())
        if name == "links":
            rows = selectors.select(edit["row_id"], frame, frames["nodes"])
        else:
            keys = frame[schema.table(name).key or ""].to_list()
            wanted = set(edit["row_id"].split())
            rows = [i for i, k in enumerate(keys) if "*" in wanted or k in wanted]
        new = _typed(column, edit)
        for i in rows:
            values[i] = _edited_value(values[i], edit["op"], new, column)
    return frame.with_columns(
        pl.Series(c, v, dtype=frame.schema[c], strict=False) for c, v in columns.items()
    )


def _typed(column: Column, edit: Mapping[str, Any]) -> Any:
    """Return the value of a change as its column is read everywhere, the factor of a scale or add
    as a number."""
    if edit["op"] != "set" and column.kind not in ("number", "integer"):
        raise CallError(f"op {edit['op']!r} needs a number column")
    if not edit["value"]:
        return None
    try:
        return cells.parse(column if edit["op"] == "set" else FACTOR, edit["value"])
    except ValueError as error:
        raise CallError(
            f"change {edit['change_id']} sets {column.name} to {edit['value']!r}. {error}"
        ) from None


def _edited_value(old: Any, op: str, new: Any, column: Column) -> Any:
    if op == "set":
        return new
    if old is None:
        return None
    value = old * new if op == "scale" else old + new
    return round(value) if column.kind == "integer" else value


def _in_force(at_min: int) -> pl.Expr:
    day = day_of(at_min)
    return (pl.col("from_on").is_null() | (pl.col("from_on") <= day)) & (
        pl.col("to_on").is_null() | (pl.col("to_on") > day)
    )


def _from(edit: Mapping[str, Any]) -> int:
    return -FOREVER_MIN if edit["from_on"] is None else minute(edit["from_on"])


def _to(edit: Mapping[str, Any]) -> int:
    return FOREVER_MIN if edit["to_on"] is None else minute(edit["to_on"])
