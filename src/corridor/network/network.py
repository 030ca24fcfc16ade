"""Network: the frozen tables of one scenario and the graph of (place, layer) states they make.

A layer is a mode, for rails and rail ferries with the gauge. Goods pass a place freely within a
layer and change layer only where a row of ``terminals`` says so. Closed and planned links are part
of the graph; calendars keep them shut.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import polars as pl

from corridor.errors import CallError, UnknownName
from corridor.kernels import Ints
from corridor.network.memory import Derived, Memo, Memory
from corridor.tables import schema
from corridor.tables.tables import empty_table

Row = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Network:
    """The tables of one scenario, alternatives chosen, with the dated changes it asks for.

    frames: table name -> frame with the declared columns; never edited. changes: the rows of
    ``changes`` in force, in the order they apply. choices: parameter -> option for every parameter.
    inputs: hash of the study's files, null for tables from elsewhere. memory: what was computed of
    it so far (see ``once``); a network made of another one by ``replace`` starts with an empty one.
    """

    frames: Mapping[str, pl.DataFrame]
    changes: pl.DataFrame
    choices: Mapping[str, str]
    inputs: str | None = None
    memory: Memory = field(default_factory=Memory, init=False, repr=False, compare=False)

    def once(self, memo: Memo, make: Callable[[], T]) -> T:
        """Return what is declared in :class:`Derived`, made the first time it is asked for."""
        return self.memory.once(memo, make)

    def share(self, base: Network) -> None:
        """Use, and add to, all the base computes that does not follow the status of links.

        Only for a network whose tables are the base's and whose dated changes are the base's and
        further ones of ``links.status`` after them. Raises CallError for other tables.
        """
        if self.frames is not base.frames:
            raise CallError("only networks of the same tables can share what is computed of them")
        self.memory.share(base.memory)

    def rows(self, table: str) -> list[Row]:
        """Return a table as a list of dicts, made once."""
        return list(self.once(Derived.ROWS.of(table), self.frames[table].to_dicts))

    def by_id(self, table: str) -> dict[str, Row]:
        """Return a table's rows by their key, made once."""
        return self.once(Derived.BY_ID.of(table), lambda: self._keyed(table))

    def _keyed(self, table: str) -> dict[str, Row]:
        key = schema.table(table).key
        if key is None:
            raise CallError(f"table {table} has no key")
        return {row[key]: row for row in self.rows(table)}

    @cached_property
    def graph(self) -> Graph:
        """The graph of (place, layer) states, compiled once."""
        return self.once(Derived.GRAPH.of(), lambda: compile_graph(self))

    def __repr__(self) -> str:
        return (
            f"Network({self.frames['nodes'].height} nodes, {self.frames['links'].height} links, "
            f"{self.frames['terminals'].height} terminals, {self.changes.height} dated changes)"
        )


@dataclass(frozen=True, eq=False)
class Graph:
    """States and arcs as arrays.

    state_node: node row of every state [states]. state_layer: layer name [states]. tail, head:
    state of every arc [arcs]. kind: ``link``, ``service`` or ``terminal`` [arcs]. runs: for link
    and service arcs the (link row, forward) pairs run over; empty for terminals. row: row of the
    arc's links, services or terminals table.
    """

    node_ids: list[str]
    state_node: Ints
    state_layer: list[str]
    state_index: Mapping[tuple[str, str], int]
    tail: Ints
    head: Ints
    kind: list[str]
    row: Ints
    runs: list[tuple[tuple[int, bool], ...]]
    forward: list[bool]

    @property
    def states_count(self) -> int:
        """Number of states."""
        return len(self.state_layer)

    @property
    def arcs_count(self) -> int:
        """Number of arcs."""
        return len(self.kind)


def build(
    tables: Mapping[str, pl.DataFrame],
    *,
    choices: Mapping[str, str] | None = None,
    change_ids: Sequence[str] = (),
    inputs: str | None = None,
) -> Network:
    """Return the network of a scenario: alternatives resolved, changes kept in the order asked for.

    tables: every declared table (a missing one counts as empty). choices: parameter -> option;
    parameters not named take their default. inputs: hash of the files they came from. Raises
    UnknownName for an option or change that is not in the tables.
    """
    whole = {t.name: tables.get(t.name, empty_table(t.name)) for t in schema.TABLES}
    resolved = resolve_choices(whole["parameters"], choices or {})
    frames = {name: active_rows(frame, resolved) for name, frame in whole.items()}
    known = frames["changes"]["change_id"].unique().to_list()
    declared = whole["changes"]["change_id"].unique().to_list()
    parts = []
    for change_id in change_ids:
        if change_id not in declared:
            raise UnknownName("change", change_id, declared)
        if change_id in known:
            parts.append(frames["changes"].filter(pl.col("change_id") == change_id))
    changes = pl.concat(parts) if parts else frames["changes"].clear()
    return Network(frames=frames, changes=changes, choices=resolved, inputs=inputs)


def resolve_choices(parameters: pl.DataFrame, choices: Mapping[str, str]) -> dict[str, str]:
    """Return the option of every parameter: the one asked for, else the default. UnknownName for
    what is not there."""
    options: dict[str, list[str]] = {}
    defaults: dict[str, str] = {}
    for option_id, is_default in parameters.select("option_id", "is_default").iter_rows():
        parameter, _, option = option_id.partition(":")
        options.setdefault(parameter, []).append(option)
        if is_default:
            defaults[parameter] = option
    for parameter, option in choices.items():
        if parameter not in options:
            raise UnknownName("parameter", parameter, options)
        if option not in options[parameter]:
            raise UnknownName(f"option of {parameter}", option, options[parameter])
    return defaults | dict(choices)


def active_rows(frame: pl.DataFrame, choices: Mapping[str, str]) -> pl.DataFrame:
    """Return the rows whose ``alternative`` is chosen or null."""
    if "alternative" not in frame.columns or frame["alternative"].null_count() == frame.height:
        return frame
    chosen = [f"{p}:{o}" for p, o in choices.items()]
    return frame.filter(pl.col("alternative").is_null() | pl.col("alternative").is_in(chosen))


def compile_graph(network: Network) -> Graph:
    """Return the graph of a network's links, services and terminals."""
    links = network.rows("links")
    services = network.rows("services")
    index: dict[tuple[str, str], int] = {}
    node_ids = network.frames["nodes"]["node_id"].to_list()
    node_row = {n: i for i, n in enumerate(node_ids)}
    link_row = {row["link_id"]: i for i, row in enumerate(links)}

    def state(node_id: str, layer: str) -> int:
        return index.setdefault((node_id, layer), len(index))

    only_by_service = {w for s in services if s["required"] for w in s["link_ids"].split()}
    arcs: list[tuple[int, int, str, int, tuple[tuple[int, bool], ...], bool]] = []
    for i, row in enumerate(links):
        layer = schema.layer(row["mode"], row["gauge_mm"])
        a = state(row["from_node_id"], layer)
        b = state(row["to_node_id"], layer)
        if row["link_id"] in only_by_service:
            continue
        arcs.append((a, b, "link", i, ((i, True),), True))
        if row["two_way"]:
            arcs.append((b, a, "link", i, ((i, False),), False))
    for i, row in enumerate(services):
        for forward in (True, False):
            runs = _service_runs(
                [links[link_row[w]] for w in row["link_ids"].split() if w in link_row],
                row,
                link_row,
                forward,
            )
            if runs:
                first = links[runs[0][0]]
                last = links[runs[-1][0]]
                layer = schema.layer(first["mode"], first["gauge_mm"])
                a = state(first["from_node_id" if runs[0][1] else "to_node_id"], layer)
                b = state(
                    last["to_node_id" if runs[-1][1] else "from_node_id"],
                    schema.layer(last["mode"], last["gauge_mm"]),
                )
                arcs.append((a, b, "service", i, runs, forward))
    for i, row in enumerate(network.rows("terminals")):
        a = state(row["node_id"], row["from_layer"])
        b = state(row["node_id"], row["to_layer"])
        arcs.append((a, b, "terminal", i, (), True))
        if row["two_way"]:
            arcs.append((b, a, "terminal", i, (), False))
    return Graph(
        node_ids=node_ids,
        state_node=np.array([node_row[n] for n, _ in index], dtype=np.int64),
        state_layer=[layer for _, layer in index],
        state_index=index,
        tail=np.array([a[0] for a in arcs], dtype=np.int64),
        head=np.array([a[1] for a in arcs], dtype=np.int64),
        kind=[a[2] for a in arcs],
        row=np.array([a[3] for a in arcs], dtype=np.int64),
        runs=[a[4] for a in arcs],
        forward=[a[5] for a in arcs],
    )


def _service_runs(
    rows: list[Row], service: Row, link_row: Mapping[str, int], forward: bool
) -> tuple[tuple[int, bool], ...]:
    """The (link row, forward) pairs of a service in one direction; empty if it does not run that
    way."""
    ordered = rows if forward else rows[::-1]
    if not ordered:
        return ()
    for start in (ordered[0]["from_node_id"], ordered[0]["to_node_id"]):
        runs: list[tuple[int, bool]] = []
        here = start
        for row in ordered:
            ahead = row["from_node_id"] == here
            if not ahead and row["to_node_id"] != here or not ahead and not row["two_way"]:
                runs = []
                break
            here = row["to_node_id"] if ahead else row["from_node_id"]
            runs.append((link_row[row["link_id"]], ahead))
        if not runs:
            continue
        if len(ordered) == 1 and runs[0][1] != forward:
            continue  # a single link fits both ways round; forward means from its from_node
        if service["from_node_id"] is None or service["from_node_id"] == start:
            return tuple(runs)
    return ()
