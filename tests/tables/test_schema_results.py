"""The tables of results are declared as those of a study are."""

from __future__ import annotations

import runpy
from pathlib import Path

import polars as pl
import pytest

from corridor.errors import UnknownName
from corridor.tables import schema, schema_results

DOCS = Path(__file__).resolve().parents[2] / "docs"
KINDS = {
    "boolean",
    "choice",
    "country",
    "date",
    "id",
    "instant",
    "integer",
    "message",
    "number",
    "prose",
    "text",
}


@pytest.mark.parametrize("table", schema_results.TABLES, ids=lambda table: table.name)
def test_a_table_of_results_is_declared_in_full(table: schema.Table) -> None:
    names = [column.name for column in table.columns]
    assert table.title and table.meaning
    assert len(set(names)) == len(names)
    assert table.key is None or table.key in names
    assert {column.kind for column in table.columns} <= KINDS
    assert all(column.meaning for column in table.columns)

    inputs = {declared.name for declared in schema.TABLES}
    assert set(table.needs) <= inputs | {"target"}
    assert {column.refers for column in table.columns} <= inputs | {None}
    for column in table.columns:
        if column.kind == "message":
            assert column.name.removesuffix("_message") in names


def test_names_are_unique() -> None:
    names = schema_results.names()
    assert len(set(names)) == len(names)
    with pytest.raises(UnknownName, match="Did you mean 'loss_rank'"):
        schema_results.table("loss_rnak")
    with pytest.raises(KeyError):
        schema_results.empty("nothing")


def test_prose_is_what_a_reader_reads() -> None:
    prose = {name: {c.name for c in schema_results.prose(name)} for name in schema_results.names()}
    assert prose["trips"] == {
        "origin",
        "destination",
        "cargo",
        "reason",
        "warnings",
        "left_out",
        "question",
    }
    assert prose["loss_corridors"] == {"scenario", "without_scenario"}  # titles there
    assert "scenario" not in prose["scenarios"]  # an id there
    assert prose["loss_moves"] == {"reason"}
    assert not prose["legs"]


def test_types_follow_the_kinds() -> None:
    legs = schema_results.empty("legs")
    assert legs.schema["depart_at"] == pl.Datetime("us", "UTC")
    assert schema_results.empty("routes").schema["documents"] == pl.List(pl.String)
    assert schema_results.flaws("legs", legs) == []
    assert schema_results.flaws("legs", legs.with_columns(leg=pl.lit(1, pl.Int32))) == []
    assert schema_results.flaws("legs", legs.with_columns(service_id=pl.lit(None))) == []


def test_the_page_of_tables_is_up_to_date() -> None:
    page = runpy.run_path(str(DOCS / "make_tables.py"))["page"]
    assert (DOCS / "tables.md").read_text("utf-8") == page()
