"""Checks across rows: keys, references and shares."""

from __future__ import annotations

import polars as pl
import pytest

from check_cases import Frames, kinds, only_finding, tables_of, with_cells
from corridor.checks import every
from corridor.tables.reading import from_frames


def test_unknown_id_is_named_once_with_its_rows(frames: Frames) -> None:
    lost = {**frames, "nodes": frames["nodes"].filter(pl.col("node_id") != "samarkand")}
    findings = [
        f for f in every.check(tables_of(lost)) if f.kind == "unknown-node" and f.table == "links"
    ]
    assert [(f.value, f.rows) for f in findings] == [
        ("samarkand", ("tashkent-samarkand-road", "tashkent-samarkand-rail"))
    ]


def test_references_into_a_broken_table_say_nothing(frames: Frames) -> None:
    short = {**frames, "nodes": frames["nodes"].drop("lat_deg")}
    read = from_frames(short)
    assert [f.kind for f in read.findings] == ["missing-column"]
    assert [f for f in every.check(read) if f.severity == "error"] == []


def test_options_that_exclude_each_other_may_share_a_key(frames: Frames) -> None:
    twice = with_cells(frames, "rates", "road-high", rate_id="road-low")
    assert kinds(twice) == []


def test_rows_that_can_both_count_may_not_share_a_key(frames: Frames) -> None:
    twice = with_cells(frames, "rates", "road-high", rate_id="road-low", alternative=None)
    assert "duplicate-key" in kinds(twice)


def test_shares_of_a_country(frames: Frames) -> None:
    base = {"country": "KZ", "source_id": "example", "confidence": "C"}
    names = {
        "countries": [
            {"country": "KZ", "name": "Kazakhstan", "source_id": "example", "confidence": "A"}
        ],
        "markets": [
            {"market_id": "a", "node_id": "almaty", "trade_share": 0.6, **base},
            {"market_id": "b", "node_id": "shymkent", "trade_share": 0.3, **base},
        ],
    }
    more = {
        **frames,
        **{n: pl.DataFrame(rows, schema=frames[n].schema) for n, rows in names.items()},
    }
    assert only_finding(more, "shares-not-one").value == "0.9"
    assert kinds(with_cells(more, "markets", "b", trade_share=0.4)) == []


@pytest.mark.parametrize(
    ("word", "cure"),
    [
        ("Almaty", "or write 'almaty' if that was meant"),
        ("алматы", "or write 'almaty' if that was meant"),
        ("KZALA", "or write 'almaty' if that was meant"),
        ("ALMATТY", "or write 'almaty' if that was meant"),
        ("Keles", "write the id of the one that is meant: 'keles' or 'shymkent'"),
        ("nowhere", "or correct origin_node_id"),
    ],
)
def test_a_name_where_an_id_is_due_is_told_by_its_id(frames: Frames, word: str, cure: str) -> None:
    twice = with_cells(frames, "nodes", "shymkent", name="Keles")
    named = with_cells(twice, "demand", "almaty-tashkent-boxes", origin_node_id=word)
    assert cure in only_finding(named, "unknown-node").do
