"""Defaults: figures for what a study does not say, shipped with the program, each with its source.

How modes work, what handling takes, what transport emits and the usual cargoes stand in
``default_tables``, in the form of the tables of a study. A row of the study takes the place of the
defaults for the same thing, and whatever is taken is written down figure by figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import polars as pl

from corridor.tables import schema, schema_results
from corridor.tables.reading import read_folder
from corridor.tables.tables import Tables

FOLDER = "default_tables"
USUAL_CARGO = "container-40"
_ROW = "_row"
_MONEY = ("usd_per_unit", "usd_per_teu", "usd_per_t")

Row = Mapping[str, Any]


class Completed(NamedTuple):
    """Tables with defaults where the study says nothing, and the figures that were taken.

    defaults: as the table of results of this name.
    """

    tables: Tables
    defaults: pl.DataFrame


class _Cell(NamedTuple):
    """A figure for an empty cell, and the row of defaults it is from."""

    column: str
    value: float
    default: Row


CellsOf = Callable[[Row], Iterable[_Cell]]


@dataclass(frozen=True)
class _Taken:
    """The figures taken so far: rows of the table of results ``defaults``."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, table: str, row_id: str, column: str, value: float, default: Row) -> None:
        """Write down a figure taken from a row of defaults."""
        default_id = default.get("handling_id") or next(iter(default.values()))
        self.rows.append(
            {
                "table": table,
                "row_id": row_id,
                "column": column,
                "value": float(value),
                "default_id": default_id,
                "is_shipped": _is_shipped(default),
                "source_id": default["source_id"],
                "confidence": default["confidence"],
                "note": default["note"],
            }
        )

    def add_row(self, table: str, row: Row) -> None:
        """Write down every figure of a whole row that was taken."""
        for column in schema.table(table).columns:
            value = row[column.name]
            if column.kind in ("number", "integer") and value is not None:
                self.add(table, str(next(iter(row.values()))), column.name, value, row)

    def frame(self) -> pl.DataFrame:
        """Return what was taken as a table of results."""
        return pl.DataFrame(self.rows, schema=schema_results.empty("defaults").schema)


@cache
def default_tables() -> Mapping[str, pl.DataFrame]:
    """Return the tables of defaults that are shipped with the program."""
    folder = resources.files("corridor.study").joinpath(FOLDER)
    with resources.as_file(folder) as path:
        return read_folder(path).frames


def no_defaults() -> pl.DataFrame:
    """Return the table of figures taken where none was."""
    return schema_results.empty("defaults")


def complete(tables: Tables, cargo_ids: Collection[str]) -> Completed:
    """Return the tables with defaults for what the study does not say.

    cargo_ids: cargoes that the study's trips name. Tables that could not be read stay as they are.
    """
    taken = _Taken()
    frames = dict(tables.frames)
    readable = {name for name in frames if name not in tables.broken}

    if "links" in readable:
        modes = _modes_used(frames)
        for name, words in (("modes", modes), ("emissions", {*modes, "terminal"})):
            if name in readable:
                frames[name] = _with_modes(name, frames[name], words, taken)
    if "cargoes" in readable:
        frames["cargoes"] = _with_cargoes(frames, cargo_ids, taken)
    if "modes" in readable:
        frames["modes"] = _with_mode_figures(frames["modes"], taken)
        if "links" in readable and "nodes" in readable:
            frames["links"] = _with_border_spread(frames, taken)
    if "terminals" in readable and "handling" in readable:
        if {"links", "services"} <= readable:
            frames["terminals"] = _with_transshipment(frames)
        frames["terminals"] = _with_handling(frames, taken)
    if "sources" in readable:
        frames["sources"] = _with_sources(frames["sources"], taken)

    return Completed(replace(tables, frames=frames), taken.frame())


def _is_shipped(row: Row) -> bool:
    return str(row["source_id"]).startswith("default-")


# Rows


def _modes_used(frames: Mapping[str, pl.DataFrame]) -> set[str]:
    """Return the modes of links, those that changes give them included."""
    changes = frames["changes"].filter(pl.col("table") == "links", pl.col("column") == "mode")
    return {*frames["links"]["mode"].drop_nulls().unique(), *changes["value"].drop_nulls()}


def _with_modes(
    name: str, frame: pl.DataFrame, modes: Collection[str], taken: _Taken
) -> pl.DataFrame:
    """Return a table with the default rows of the modes it has no row for."""
    missing = set(modes) - set(frame["mode"].drop_nulls())
    rows = default_tables()[name].filter(pl.col("mode").is_in(list(missing)))
    return _with_rows(name, frame, rows, taken)


def _with_cargoes(
    frames: Mapping[str, pl.DataFrame], cargo_ids: Collection[str], taken: _Taken
) -> pl.DataFrame:
    """Return the cargoes with the usual ones that are named and that the study does not declare.

    A study that declares and names none has the box of 40 feet.
    """
    cargoes = frames["cargoes"]
    of_tables = (frames[name]["cargo_id"].drop_nulls() for name in ("demand", "observations"))
    named = set(cargo_ids).union(*of_tables)
    if not cargoes.height and not named:
        named = {USUAL_CARGO}

    missing = named - set(cargoes["cargo_id"])
    rows = default_tables()["cargoes"].filter(pl.col("cargo_id").is_in(list(missing)))
    return _with_rows("cargoes", cargoes, rows, taken)


def _with_rows(name: str, frame: pl.DataFrame, rows: pl.DataFrame, taken: _Taken) -> pl.DataFrame:
    """Return a table with rows of defaults behind its own."""
    if not rows.height:
        return frame
    for row in rows.iter_rows(named=True):
        taken.add_row(name, row)
    return pl.concat([frame, rows])


def _with_transshipment(frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the terminals with one for each port where goods change from ship to ship.

    A port that has a row of its own for the layer keeps it. Figures are those of handling, by form.
    """
    terminals = frames["terminals"]
    has_row = set(terminals.select("node_id", "from_layer", "to_layer").iter_rows())
    forms = default_tables()["handling"].filter(_is_from_sea_to_sea())["form"].to_list()
    rows = [
        {
            "terminal_id": f"{node_id}-sea-sea-{form or 'other'}",
            "node_id": node_id,
            "from_layer": "sea",
            "to_layer": "sea",
            "form": form,
            "two_way": True,
        }
        for node_id in _ports_of_change(frames)
        if (node_id, "sea", "sea") not in has_row
        for form in forms
    ]
    return pl.concat([terminals, pl.DataFrame(rows, schema=terminals.schema)])


def _is_from_sea_to_sea() -> pl.Expr:
    return (pl.col("from_mode") == "sea") & (pl.col("to_mode") == "sea")


def _ports_of_change(frames: Mapping[str, pl.DataFrame]) -> list[str]:
    """Return the places where more than one service by sea begins, ends or calls, by name."""
    words = " ".join(frames["services"]["link_ids"].drop_nulls()).split()
    named = frames["links"].filter(pl.col("link_id").is_in(words))
    links = {row["link_id"]: row for row in named.iter_rows(named=True)}
    counts: Counter[str] = Counter()

    for service in frames["services"].iter_rows(named=True):
        words = (service["link_ids"] or "").split()
        run = [links[link_id] for link_id in words if link_id in links]
        if run and all(link["mode"] == "sea" for link in run):
            counts.update({*_ends_of(run), *(service["calls"] or "").split()})
    return sorted(node_id for node_id, count in counts.items() if count > 1)


def _ends_of(run: Sequence[Row]) -> set[str]:
    """Return the two places that a run over links begins and ends at: those it touches once."""
    touched = Counter(link[end] for link in run for end in ("from_node_id", "to_node_id"))
    return {node_id for node_id, count in touched.items() if count == 1}


def _with_sources(sources: pl.DataFrame, taken: _Taken) -> pl.DataFrame:
    """Return the sources with those of the figures that were taken."""
    missing = {row["source_id"] for row in taken.rows} - set(sources["source_id"])
    rows = default_tables()["sources"].filter(pl.col("source_id").is_in(list(missing)))
    return pl.concat([sources, rows])


# Cells


def _with_mode_figures(modes: pl.DataFrame, taken: _Taken) -> pl.DataFrame:
    """Return the modes with the hours a day and the spread that a row leaves out."""
    defaults = {row["mode"]: row for row in default_tables()["modes"].iter_rows(named=True)}
    columns = ("active_h_per_day", "running_p95_ratio")

    def cells_of(row: Row) -> Iterator[_Cell]:
        default = defaults.get(row["mode"])
        for column in columns:
            if row[column] is None and default is not None:
                yield _Cell(column, default[column], default)

    return _filled("modes", modes, _any_null(columns), cells_of, taken)


def _with_border_spread(frames: Mapping[str, pl.DataFrame], taken: _Taken) -> pl.DataFrame:
    """Return the links with the 95th percentile of the hours at a border that give none."""
    links = frames["links"]
    country = dict(frames["nodes"].select("node_id", "country").iter_rows())
    shipped = default_tables()["modes"].iter_rows(named=True)
    ratios = [*frames["modes"].iter_rows(named=True), *shipped]

    def cells_of(link: Row) -> Iterator[_Cell]:
        default = _border_ratio(ratios, link["mode"], country.get(link["from_node_id"]))
        if default is not None:
            p95_h = round(link["fixed_h"] * default["fixed_p95_ratio"], 2)
            yield _Cell("fixed_p95_h", p95_h, default)

    has_gap = (pl.col("fixed_h") > 0) & pl.col("fixed_p95_h").is_null()
    return _filled("links", links, has_gap, cells_of, taken)


def _border_ratio(modes: Iterable[Row], mode: str | None, country: str | None) -> Row | None:
    """Return the first row of a mode with a spread for borders, that of the country before any."""
    rows = [row for row in modes if row["mode"] == mode and row["fixed_p95_ratio"] is not None]
    of_country = [row for row in rows if row["country"] == country]
    anywhere = [row for row in rows if row["country"] is None]
    return next(iter([*of_country, *anywhere]), None)


def _with_handling(frames: Mapping[str, pl.DataFrame], taken: _Taken) -> pl.DataFrame:
    """Return the terminals with the hours, spread and money they leave to their kind."""
    terminals = frames["terminals"]
    shipped = default_tables()["handling"].iter_rows(named=True)
    kinds = [*frames["handling"].iter_rows(named=True), *shipped]

    def cells_of(terminal: Row) -> Iterator[_Cell]:
        kind = _kind_of_handling(kinds, terminal)
        if kind is not None:
            yield from _handling_cells(terminal, kind)

    has_gap = _any_null(("handling_h", "handling_p95_h"))
    return _filled("terminals", terminals, has_gap, cells_of, taken)


def _handling_cells(terminal: Row, kind: Row) -> Iterator[_Cell]:
    """Give the cells a terminal takes from its kind: hours, their spread, and the money of both."""
    handling_h = terminal["handling_h"]
    if handling_h is None:
        handling_h = kind["handling_h"]
        yield _Cell("handling_h", handling_h, kind)
        if all(terminal[column] is None for column in _MONEY):
            yield from (_Cell(c, kind[c], kind) for c in _MONEY if kind[c] is not None)

    if terminal["handling_p95_h"] is None:
        p95_h = round(handling_h * kind["handling_p95_ratio"], 2)
        yield _Cell("handling_p95_h", p95_h, kind)


def _kind_of_handling(kinds: Iterable[Row], terminal: Row) -> Row | None:
    """Return the row of handling that is closest to a terminal; null where none fits.

    The row that names more of its modes wins, then the study's own, then one that names its form.
    """
    fitting = [kind for kind in kinds if _handles(kind, terminal)]

    def rank(kind: Row) -> tuple[int, bool, bool]:
        unnamed = sum(kind[column] is None for column in ("from_mode", "to_mode"))
        return unnamed, _is_shipped(kind), kind["form"] is None

    return min(fitting, key=rank, default=None)


def _handles(kind: Row, terminal: Row) -> bool:
    """Tell whether a row of handling holds for a terminal, in either direction."""
    if kind["form"] not in (None, terminal["form"]):
        return False

    a, b = (str(terminal[column]).split("-")[0] for column in ("from_layer", "to_layer"))
    pairs = ((a, b), (b, a))
    return any(
        kind["from_mode"] in (None, first) and kind["to_mode"] in (None, second)
        for first, second in pairs
    )


def _any_null(columns: Iterable[str]) -> pl.Expr:
    return pl.any_horizontal(pl.col(column).is_null() for column in columns)


def _filled(
    name: str, frame: pl.DataFrame, has_gap: pl.Expr, cells_of: CellsOf, taken: _Taken
) -> pl.DataFrame:
    """Return a table with empty cells filled from defaults.

    Parameters
    ----------
    name, frame : the table.
    has_gap : which of its rows have empty cells.
    cells_of : row -> what its empty cells take.
    taken : where what is filled is written down.

    Notes
    -----
    A row is as sure as its weakest figure: its confidence becomes that of the default if lower.
    """
    numbered = frame.with_row_index(_ROW)
    gaps = numbered.filter(has_gap)
    if not gaps.height:
        return frame

    rows = [
        _filled_row(name, row, cells_of(row), taken)
        for row in gaps.select(frame.columns).iter_rows(named=True)
    ]
    filled = pl.DataFrame(rows, schema=frame.schema).insert_column(0, gaps[_ROW])
    others = numbered.filter(~has_gap.fill_null(value=False))
    return pl.concat([filled, others]).sort(_ROW).drop(_ROW)


def _filled_row(name: str, row: Row, cells: Iterable[_Cell], taken: _Taken) -> Row:
    """Return a row with cells written into it, and write them down.

    One that has no figure of its own has the source of the default too.
    """
    filled = dict(row)
    columns = set()
    for cell in cells:
        taken.add(name, str(next(iter(row.values()))), cell.column, cell.value, cell.default)
        columns.add(cell.column)
        filled[cell.column] = cell.value
        filled["confidence"] = max(filled["confidence"] or "", cell.default["confidence"] or "")

    if columns and columns == _figures(name, filled):
        filled["source_id"] = taken.rows[-1]["source_id"]
    return filled


def _figures(name: str, row: Row) -> set[str]:
    """Return the columns of a row that hold a number with a unit."""
    numbers = (c.name for c in schema.table(name).columns if c.kind == "number" and c.unit)
    return {column for column in numbers if row[column] is not None}
