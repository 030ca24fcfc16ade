"""Changes: dated edits laid over a network, never into it.

Order and overlap: rows apply in the order of the scenario's change ids, then of the table; where
two rows set the same cell at the same time the later one counts. ``scale`` multiplies and ``add``
adds to what earlier rows left; a null stays null. An edit of ``links.status`` is followed day by
day along a trip; every other edit is that of the departure date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from corridor.errors import CallError
from corridor.network.alternatives import active_rows
from corridor.network.calendar import FOREVER_S, Span, add_joined, day_of, second
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.network.zones import local_day, period_of_days
from corridor.tables import cells, schema, selectors
from corridor.tables.columns import FACTOR, OPEN_STATUS, Column

OF_STATUS = (pl.col("table") == "links") & (pl.col("column") == "status")


@dataclass(frozen=True, slots=True)
class Closure:
    """One reason why links are shut for a time.

    kind: change, status, window or rule; closure_id: its id; from_s, to_s: null for no known
    begin or end. zone: in which these are local days; null: UTC.
    """

    kind: str
    closure_id: str
    from_s: int | None
    to_s: int | None
    source_id: str | None
    note: str | None
    zone: str | None = None

    @property
    def begin_s(self) -> int:
        """The second from which it shuts."""
        return -FOREVER_S if self.from_s is None else self.from_s

    @property
    def end_s(self) -> int:
        """The second from which it shuts no longer."""
        return FOREVER_S if self.to_s is None else self.to_s

    @property
    def from_on(self) -> dt.date | None:
        """The first local day it shuts; null: no begin is known."""
        return None if self.from_s is None else local_day(self.from_s, self.zone)

    @property
    def to_on(self) -> dt.date | None:
        """The first local day it shuts no longer; null: no end is known."""
        return None if self.to_s is None else local_day(self.to_s, self.zone)


def apply(network: Network, changes: pl.DataFrame, *, on: dt.date | str | None = None) -> Network:
    """Return the network with further change rows laid over it; the base is untouched.

    Parameters
    ----------
    network
        What the rows are laid over, its own dated changes included.
    changes
        Rows of the table ``changes``; a column that is missing is null. Rows of alternatives that
        are not chosen are left out.
    on
        Keep only the rows in force that day (of these and of the network's own), without their
        dates; null: rows keep their dates.

    Returns
    -------
    Network
        Shares with the base what does not depend on the rows.

    Raises
    ------
    CallError
        For a missing column that every change needs.

    Examples
    --------
    >>> import polars as pl
    >>> import corridor as co
    >>> network = co.read("studies/kazakhstan-pakistan").network
    >>> row = {"change_id": "test", "table": "links", "row_id": "crossing:CN-PK"}
    >>> shut = pl.DataFrame([{**row, "column": "status", "op": "set", "value": "closed"}])
    >>> co.apply(network, shut).changes.height - network.changes.height
    1
    """
    further = active_rows(_with_every_column(changes, network.changes.schema), network.choices)
    rows = pl.concat([network.changes, further], how="vertical_relaxed")
    if on is not None:
        rows = rows.filter(_in_force(second(on))).with_columns(
            pl.lit(None, pl.Date).alias("from_on"), pl.lit(None, pl.Date).alias("to_on")
        )

    changed = replace(network, changes=rows)
    changed.inherit(network)
    if on is None and further.filter(OF_STATUS).height == further.height:
        changed.share(network)
    return changed


def _with_every_column(changes: pl.DataFrame, columns: pl.Schema) -> pl.DataFrame:
    """Return change rows with every column of the table, null where they lack it."""
    declared = schema.table("changes").columns
    needed = [c.name for c in declared if c.required and c.name not in ("source_id", "confidence")]
    if missing := [name for name in needed if name not in changes.columns]:
        raise CallError(f"the changes lack {', '.join(missing)}: a row needs {', '.join(needed)}.")

    return pl.DataFrame(
        [
            changes[name]
            if name in changes.columns
            else pl.Series(name, [None] * changes.height, kind)
            for name, kind in columns.items()
        ]
    )


def snapshot(network: Network, at_s: int) -> Network:
    """Return the network as its tables stand at an instant, the status of links apart.

    Status is followed in time. The same rows in force give the same object, so its graph is
    compiled once.
    """
    edits = network.once(
        Derived.EDITS.of(), lambda: network.changes.filter(~OF_STATUS).with_row_index("order")
    )
    if edits.height == 0:
        return network

    in_force = network.once(
        Derived.EDITS_IN_FORCE.of(day_of(at_s)), lambda: edits.filter(_in_force(at_s))
    )
    order = tuple(in_force["order"].to_list())
    edited = network.once(Derived.EDITED.of(order), lambda: _with_edits(network, in_force))
    return network.once(Derived.SNAPSHOT.of(order), lambda: _with_status(edited, network.changes))


def _with_edits(network: Network, edits: pl.DataFrame) -> Network:
    """Return the network with edits made in its tables and without any dated changes."""
    frames = dict(network.frames)
    for name in edits["table"].unique().to_list():
        rows = edits.filter(pl.col("table") == name).to_dicts()
        frames[name] = _edited(frames, name, rows)
    undated = network.frames if network.undated is None else network.undated
    edited = replace(network, frames=frames, changes=network.changes.clear(), undated=undated)
    edited.inherit(network)
    return edited


def _with_status(edited: Network, changes: pl.DataFrame) -> Network:
    """Return an edited network with the dated changes; those of links' status are followed."""
    network = replace(edited, changes=changes)
    network.share(edited)
    return network


def status_spans(network: Network) -> list[tuple[list[Span], list[Closure]]]:
    """Return for every link when its status lets it be used, and what shuts it else."""
    return network.once(Derived.STATUS_SPANS.of(), lambda: _status_spans(network))


def _status_spans(network: Network) -> list[tuple[list[Span], list[Closure]]]:
    zones = list(network.zones("links").values())
    edits: dict[int, list[dict[str, Any]]] = {}
    for row in network.changes.filter(OF_STATUS).iter_rows(named=True):
        for i in network.selected_links(row["row_id"]):
            edits.setdefault(i, []).append(_with_instants(row, zones[i]))

    # Links that are open and that no change concerns share one calendar.
    links = network.rows("links")
    statuses = network.frames["links"]["status"].to_list()
    not_open = [i for i, status in enumerate(statuses) if status != OPEN_STATUS]
    spans = [_status_of({"status": OPEN_STATUS}, ())] * len(links)
    for i in {*not_open, *edits}:
        spans[i] = _status_of(links[i], edits.get(i, []))
    return spans


def _with_instants(edit: Mapping[str, Any], zone: str | None) -> dict[str, Any]:
    """Return a change with the seconds at which its days begin and end in a zone."""
    from_s, to_s = period_of_days(edit["from_on"], edit["to_on"], zone)
    return {**edit, "from_s": from_s, "to_s": to_s, "zone": zone}


def _status_of(
    link: Mapping[str, Any], edits: Sequence[Mapping[str, Any]]
) -> tuple[list[Span], list[Closure]]:
    """Return when a link's status lets it be used, and the closures that say when it does not.

    Closures lie one over the other: a change that shuts what is planned leaves it planned once it
    is lifted. So each that would have to go is there, the topmost first.
    """
    spans: list[Span] = []
    closures: list[Closure] = []

    for begin, end in _periods(edits):
        in_force = [edit for edit in edits if _from(edit) <= begin and end <= _to(edit)]
        layers = _shutting_layers(link, in_force)
        if not layers:
            add_joined(spans, begin, end)
        for layer in layers:
            _prolong_closure(closures, _closure_of(link, layer, begin, end))
    return spans, closures


def _shutting_layers(
    link: Mapping[str, Any], edits: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any] | None]:
    """Return what keeps a link shut, the topmost first: edits, and null for its own status.

    edits: those in force at a time, in their order; none below one that opens the link counts.
    """
    layers: list[Mapping[str, Any] | None] = []
    for edit in reversed(edits):
        if edit["value"] == OPEN_STATUS:
            return layers
        layers.append(edit)

    if link["status"] != OPEN_STATUS:
        layers.append(None)
    return layers


def _periods(edits: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, int]]:
    """Yield the periods between the days on which an edit begins or ends, for all time."""
    begins = (_from(edit) for edit in edits)
    ends = (_to(edit) for edit in edits)
    cuts = sorted({-FOREVER_S, FOREVER_S, *begins, *ends})
    yield from zip(cuts, cuts[1:], strict=False)


def _prolong_closure(closures: list[Closure], closure: Closure) -> None:
    """Add a closure, as one with an earlier one that is the same and ends as it begins."""
    for number, earlier in enumerate(closures):
        is_same = (earlier.kind, earlier.closure_id) == (closure.kind, closure.closure_id)
        if is_same and earlier.to_s == closure.to_s:
            return  # two rows of one change
        if is_same and earlier.to_s is not None and earlier.to_s == closure.from_s:
            closures[number] = replace(earlier, to_s=closure.to_s)
            return
    closures.append(closure)


def _closure_of(
    link: Mapping[str, Any], edit: Mapping[str, Any] | None, begin: int, end: int
) -> Closure:
    """Return the closure of a link by an edit, or by its own status where there is none."""
    source = link if edit is None else edit
    return Closure(
        kind="status" if edit is None else "change",
        closure_id=f"{link['status']}:{link['link_id']}" if edit is None else edit["change_id"],
        from_s=None if begin == -FOREVER_S else begin,
        to_s=None if end == FOREVER_S else end,
        source_id=source["source_id"],
        note=source["note"],
        zone=None if edit is None else edit["zone"],
    )


def _edited(
    frames: Mapping[str, pl.DataFrame], name: str, edits: Sequence[Mapping[str, Any]]
) -> pl.DataFrame:
    """Return a table with the edits made in it, one after the other."""
    frame = frames[name]
    columns: dict[str, list[Any]] = {}

    for edit in edits:
        column = schema.table(name).column(edit["column"])
        values = columns.setdefault(edit["column"], frame[edit["column"]].to_list())
        new = _typed(column, edit)
        for i in _edited_rows(frames, name, edit["row_id"]):
            values[i] = _edited_value(values[i], edit["op"], new, column)

    return frame.with_columns(
        pl.Series(column, values, dtype=frame.schema[column], strict=False)
        for column, values in columns.items()
    )


def _edited_rows(frames: Mapping[str, pl.DataFrame], name: str, row_id: str) -> list[int]:
    """Return the row numbers an edit means: links by selector, rows of other tables by key."""
    frame = frames[name]
    if name == "links":
        return selectors.select(row_id, frame, frames["nodes"])

    keys = frame[schema.table(name).key or ""].to_list()
    ids = set(row_id.split())
    return [i for i, key in enumerate(keys) if "*" in ids or key in ids]


def _typed(column: Column, edit: Mapping[str, Any]) -> Any:
    """Return the value of a change as its column is read, the factor of a scale or add."""
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


def _in_force(at_s: int) -> pl.Expr:
    day = day_of(at_s)
    return (pl.col("from_on").is_null() | (pl.col("from_on") <= day)) & (
        pl.col("to_on").is_null() | (pl.col("to_on") > day)
    )


def _from(edit: Mapping[str, Any]) -> int:
    return int(edit["from_s"])


def _to(edit: Mapping[str, Any]) -> int:
    return int(edit["to_s"])
