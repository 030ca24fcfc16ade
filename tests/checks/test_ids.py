"""Ids against their rows."""

from __future__ import annotations

import pytest

from check_cases import Frames, new_findings, tables_of
from corridor.checks.ids import check_ids


@pytest.mark.parametrize(
    ("table", "row", "column", "value"),
    [
        ("links", "multan-rohri-road", "from_node_id", "sibi"),
        ("links", "multan-rohri-road", "mode", "rail"),
        ("terminals", "herat-road-rail-1520-container", "to_layer", "rail-1435"),
        ("terminals", "herat-road-rail-1520-container", "form", "bulk"),
        ("rates", "road-uz-container", "country", "TM"),
        ("emissions", "rail-electric-ge-bulk", "country", "BY"),
        ("demand", "tashkent-karachi-bulk-t", "destination_node_id", "lahore"),
        ("observations", "karachi-almaty-length", "destination", "astana"),
        ("markets", "af-herat", "node_id", "mazar"),
        ("trade", "kz-af-2023", "importer", "PK"),
        ("specialisations", "ae-metals", "sector_id", "textiles"),
    ],
)
def test_id_that_names_another_value(
    built_in: Frames, table: str, row: str, column: str, value: str
) -> None:
    (finding,) = new_findings(check_ids, built_in, table, row, **{column: value})
    assert (finding.kind, finding.column) == ("id-says-otherwise", column)
    assert finding.rows == (row,)


def test_ends_of_a_one_way_link_that_are_swapped(built_in: Frames) -> None:
    ends = {"from_node_id": "batumi", "to_node_id": "sarp"}
    (finding,) = new_findings(check_ids, built_in, "links", "sarp-batumi-road", **ends)
    assert "seem swapped" in finding.message
    assert finding.do == "Swap from_node_id and to_node_id, or correct the id."


def test_id_that_names_nothing_else_is_free(built_in: Frames) -> None:
    assert not new_findings(
        check_ids, built_in, "links", "multan-rohri-road", link_id="the-old-highway"
    )


def test_study_as_shipped_keeps_its_ids(built_in: Frames) -> None:
    assert check_ids(tables_of(built_in)) == []
