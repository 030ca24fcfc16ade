"""Network: the frozen tables of one scenario, with the dated changes it asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar

import polars as pl

from corridor import views
from corridor.counts import count_of
from corridor.errors import CallError, UnknownName
from corridor.network.alternatives import active_rows, resolve_choices
from corridor.network.graph import Graph, Row, compile_graph
from corridor.network.kept_graph import graph_hash, kept_graph
from corridor.network.memory import Derived, Memo, Memory
from corridor.network.rows import Rows, RowsByKey
from corridor.tables import schema, selectors
from corridor.tables.tables import empty_table

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Network:
    """The tables of one scenario, alternatives chosen, with the dated changes it asks for.

    frames: table name -> frame with the declared columns; never edited. changes: the rows of
    ``changes`` in force, in the order they apply. choices: parameter -> option for every parameter.
    inputs: hash of the study's files, null for tables from elsewhere. catalogues: folder of the
    study's catalogues, where places have names of other languages. undated: the frames before
    dated changes were made in them; null: these are they. memory: what was computed of it so far
    (see ``once``); a network made of another one by ``replace`` starts with an empty one.
    """

    frames: Mapping[str, pl.DataFrame]
    changes: pl.DataFrame
    choices: Mapping[str, str]
    inputs: str | None = None
    catalogues: Path | None = None
    undated: Mapping[str, pl.DataFrame] | None = None
    memory: Memory = field(default_factory=Memory, init=False, repr=False, compare=False)

    def once(self, memo: Memo, make: Callable[[], T]) -> T:
        """Return what is declared in :class:`Derived`, made the first time it is asked for."""
        return self.memory.once(memo, make)

    def share(self, base: Network) -> None:
        """Use, and add to, all the base computes that does not follow the status of links.

        Only for a network whose tables are the base's and whose dated changes are the base's but
        for those of ``links.status``. Raises CallError for other tables.
        """
        if self.frames is not base.frames:
            raise CallError("only networks of the same tables can share what is computed of them")
        self.memory.share(base.memory)

    def inherit(self, base: Network) -> None:
        """Use, and add to, all the base computes that follows from its arguments alone.

        For any network made of another one.
        """
        self.memory.inherit(base.memory)

    def rows(self, table: str) -> Sequence[Row]:
        """Return the rows of a table as dicts, made once."""
        return self.once(Derived.ROWS.of(table), lambda: Rows(self.frames[table]))

    def undated_rows(self, table: str) -> Sequence[Row]:
        """Return the rows of a table as they are without dated changes."""
        if self.undated is None or self.undated[table] is self.frames[table]:
            return self.rows(table)
        return self.undated[table].to_dicts()

    def by_id(self, table: str) -> Mapping[str, Row]:
        """Return a table's rows by their key, made once."""
        return self.once(Derived.BY_ID.of(table), lambda: self._keyed(table))

    def _keyed(self, table: str) -> RowsByKey:
        key = schema.table(table).key
        if key is None:
            raise CallError(f"table {table} has no key")
        return RowsByKey(self.rows(table), self.frames[table][key].to_list())

    @cached_property
    def graph(self) -> Graph:
        """Return the graph of (place, layer) states, compiled once for all of the same shape."""
        return self.once(Derived.GRAPH.of(), self._kept_graph)

    def _kept_graph(self) -> Graph:
        key = graph_hash(self.frames)
        make = partial(kept_graph, self.frames, key, self._compiled_graph)
        return self.once(Derived.GRAPHS.of(key), make)

    def zones(self, table: str) -> dict[str, str | None]:
        """Return the zone of every place, or of every link: that of the place where it begins.

        Made once.
        """
        return self.once(Derived.ZONES.of(table), lambda: self._zones(table))

    def selected_links(self, selector: str) -> tuple[int, ...]:
        """Return the rows of the links a selector means, in row order, made once.

        Raises ValueError where the text cannot be read.
        """
        return self.once(Derived.SELECTED_LINKS.of(selector), lambda: self._selected(selector))

    def _selected(self, selector: str) -> tuple[int, ...]:
        terms = selectors.parse(selector)
        if all(term.kind == "id" for term in terms):
            rows = {row for term in terms for row in self._link_rows.get(term.word, ())}
            return tuple(sorted(rows))
        return tuple(selectors.select_terms(terms, self.frames["links"], self.frames["nodes"]))

    @cached_property
    def _link_rows(self) -> dict[str, list[int]]:
        """The rows of links by their id."""
        rows: dict[str, list[int]] = {}
        for row, link_id in enumerate(self.frames["links"]["link_id"].to_list()):
            rows.setdefault(link_id, []).append(row)
        return rows

    def _zones(self, table: str) -> dict[str, str | None]:
        nodes = self.frames["nodes"]
        places = dict(zip(nodes["node_id"].to_list(), nodes["time_zone"].to_list(), strict=True))
        if table == "nodes":
            return places
        links = self.frames["links"]
        starts = links["from_node_id"].to_list()
        return dict(zip(links["link_id"].to_list(), map(places.get, starts), strict=True))

    def _compiled_graph(self) -> Graph:
        node_ids = self.frames["nodes"]["node_id"].to_list()
        return compile_graph(
            node_ids,
            self.frames["links"],
            self.rows("links"),
            self.rows("services"),
            self.rows("terminals"),
            self.rows("modes"),
        )

    map = views.draw_map
    _repr_html_ = views.page

    def __repr__(self) -> str:
        return (
            f"Network({count_of(self.frames['nodes'].height, 'node')}, "
            f"{count_of(self.frames['links'].height, 'link')}, "
            f"{count_of(self.frames['terminals'].height, 'terminal')}, "
            f"{count_of(self.changes.height, 'dated change')})"
        )


def build(
    tables: Mapping[str, pl.DataFrame],
    *,
    choices: Mapping[str, str] | None = None,
    change_ids: Sequence[str] = (),
    inputs: str | None = None,
    catalogues: Path | None = None,
) -> Network:
    """Return the network of a scenario: alternatives resolved, changes kept in the order asked for.

    tables: every declared table (a missing one counts as empty). choices: parameter -> option;
    parameters not named take their default. inputs: hash of the files they came from.
    catalogues: folder of the study's catalogues. Raises UnknownName for an option or change that is
    not in the tables.
    """
    whole = {t.name: tables.get(t.name, empty_table(t.name)) for t in schema.TABLES}
    resolved = resolve_choices(whole["parameters"], choices or {})
    frames = {name: active_rows(frame, resolved) for name, frame in whole.items()}

    declared = whole["changes"]["change_id"].unique().to_list()
    for change_id in change_ids:
        if change_id not in declared:
            raise UnknownName("change", change_id, declared)

    changes = _in_order(frames["changes"], change_ids)
    return Network(
        frames=frames, changes=changes, choices=resolved, inputs=inputs, catalogues=catalogues
    )


def _in_order(changes: pl.DataFrame, change_ids: Sequence[str]) -> pl.DataFrame:
    """Return the rows of the changes asked for, in the order asked for."""
    rows = [changes.filter(pl.col("change_id") == change_id) for change_id in change_ids]
    return pl.concat(rows) if rows else changes.clear()
