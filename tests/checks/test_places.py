"""Countries, markets and clocks: where they are."""

from __future__ import annotations

from typing import Any

import pytest

from check_cases import Frames, new_findings, tables_of, with_cells
from corridor.checks.places import check_places, iso_codes


@pytest.mark.parametrize(
    ("table", "row", "cells", "kind"),
    [
        ("countries", "UZ", {"lon_deg": 41.27, "lat_deg": 69.22}, "other-country"),
        ("countries", "IN", {"lon_deg": -77.2}, "other-country"),
        ("countries", "KZ", {"iso3": "KGZ"}, "code-of-other-country"),
        ("countries", "KZ", {"numeric_code": 389}, "code-of-other-country"),
        ("countries", "UZ", {"neighbours": "AF KG KZ TJ TM CN"}, "one-sided-neighbour"),
        ("markets", "af-herat", {"node_id": "mashhad"}, "other-country"),
        ("windows", "irkeshtam-winter", {"utc_offset_h": -6.0}, "clock-off-the-sun"),
        ("windows", "irkeshtam-winter", {"utc_offset_h": 0.0}, "clock-off-the-sun"),
        ("nodes", "tashkent", {"kind": "seaport"}, "kind-without-links"),
        ("nodes", "karaganda", {"kind": "border-crossing"}, "kind-without-links"),
    ],
)
def test_thing_that_lies_elsewhere(
    built_in: Frames, table: str, row: str, cells: dict[str, Any], kind: str
) -> None:
    (finding,) = new_findings(check_places, built_in, table, row, **cells)
    assert (finding.kind, finding.severity, finding.rows) == (kind, "warning", (row,))


def test_missing_border_is_said_in_a_sentence(built_in: Frames) -> None:
    cells = {"kind": "border-crossing"}
    (finding,) = new_findings(check_places, built_in, "nodes", "karaganda", **cells)
    assert "no link at karaganda crosses a border (there: " in finding.message


def test_port_without_water_is_seen_beside_a_road_to_no_place(built_in: Frames) -> None:
    astray = with_cells(built_in, "links", "keles-tashkent-rail", from_node_id="keless")
    (finding,) = new_findings(check_places, astray, "nodes", "tashkent", kind="seaport")
    assert finding.kind == "kind-without-links"


def test_beijing_time_holds_in_kashgar(built_in: Frames) -> None:
    assert not new_findings(check_places, built_in, "windows", "irkeshtam-winter", utc_offset_h=8.0)


def test_codes_of_iso_3166() -> None:
    assert iso_codes()["KZ"] == {"KAZ", "398"}
    assert len(iso_codes()) > 240
    assert not {"EU", "ZZ"} & iso_codes().keys()


def test_study_as_shipped_lies_where_it_says(built_in: Frames) -> None:
    assert check_places(tables_of(built_in)) == []
