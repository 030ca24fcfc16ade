"""Tables as read: rows, cells, lines, and findings at places in them."""

from __future__ import annotations

import polars as pl
import pytest

from corridor import new
from corridor.tables import schema
from corridor.tables.reading import from_frames, read_folder
from corridor.tables.tables import Spot, Tables, empty_table


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return read_folder(new(tmp_path_factory.mktemp("tables") / "study"))


def test_finding_says_file_line_and_key(tables: Tables) -> None:
    finding = tables.error("bad", Spot("links", 2, "mode"), "It is bad.", do="Mend it.", value="x")
    assert (finding.severity, finding.file, finding.line) == ("error", "links.csv", 4)
    assert (finding.table, finding.column, finding.value) == ("links", "mode", "x")
    assert finding.rows == ("zhibek-tashkent-road",)


def test_warning_on_a_whole_table_has_no_line(tables: Tables) -> None:
    finding = tables.warning("odd", Spot("modes"), "It is odd.", do="Look at it.")
    assert (finding.severity, finding.line, finding.rows) == ("warning", None, ())


def test_rows_of_a_finding_may_be_named(tables: Tables) -> None:
    finding = tables.error("bad", Spot("links", 2), "It is bad.", do="Mend it.", rows=("a", "b"))
    assert finding.rows == ("a", "b")


def test_lines_without_a_file_are_those_of_a_csv(tables: Tables) -> None:
    assert Tables(tables.frames).line("links", 0) == 2
    assert tables.line("links", 0) == 2


def test_cells_and_rows_are_numbered_from_0(tables: Tables) -> None:
    ids = [key for _, (key,) in tables.cells("modes", "mode_id")]
    assert [row["mode_id"] for row in tables.rows("modes")] == ids
    assert [row.number for row in tables.rows("modes")] == list(range(len(ids)))
    assert tables.keys("modes") == set(ids)


def test_extent_of_a_column(tables: Tables) -> None:
    lengths = tables.frames["links"]["length_km"]
    assert tables.extent("links", "length_km") == (lengths.min(), lengths.max())
    assert tables.extent("trade", "value_usd") is None


@pytest.mark.parametrize("name", [table.name for table in schema.TABLES])
def test_empty_table_is_typed_like_a_read_one(tables: Tables, name: str) -> None:
    assert empty_table(name).height == 0
    assert empty_table(name).schema == tables.frames[name].schema


def test_row_knows_where_it_stands(tables: Tables) -> None:
    link = list(tables.rows("links"))[2]
    assert (link.key, link.line, link["mode"]) == ("zhibek-tashkent-road", 4, "road")

    finding = link.warning("odd", "mode", "It is odd.", do="Look at it.")
    spot = Spot("links", 2, "mode")
    assert finding == tables.warning("odd", spot, "It is odd.", do="Look at it.")


def test_cell_that_does_not_fit_is_not_empty(tables: Tables) -> None:
    frame = tables.frames["sources"].cast(pl.String)
    unfit = from_frames({"sources": frame.with_columns(pl.lit("soon").alias("year"))})
    empty = from_frames({"sources": frame.with_columns(pl.lit(None, pl.String).alias("year"))})
    assert not any(row.is_empty("year") for row in unfit.rows("sources"))
    assert all(row.is_empty("year") for row in empty.rows("sources"))
