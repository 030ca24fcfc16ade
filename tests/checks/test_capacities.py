"""Capacities and months of demand that cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from check_cases import Frames, new_findings
from corridor.checks.capacities import check_capacities


@pytest.mark.parametrize(
    ("table", "row", "cells", "kind"),
    [
        ("capacities", "aktau-teu", {"row_id": "aktua"}, "unknown-node"),
        ("capacities", "uzen-bolashak-rail-t", {"row_id": "uzen"}, "unknown-link"),
        ("capacities", "uzen-bolashak-rail-t", {"from_node_id": "almaty"}, "not-an-end"),
        ("capacities", "uzen-bolashak-rail-t", {"seen_per_day": 20_000.0}, "above-capacity"),
        (
            "capacities",
            "qasim-teu",
            {"seen_per_day": None, "background_per_day": None},
            "capacity-without-figure",
        ),
        ("capacities", "saryagash-keles-rail-trains", {"t_each": None}, "trains-without-load"),
        ("demand_seasons", "kinnow", {"jul_share": 0.5}, "shares-not-one"),
    ],
)
def test_what_cannot_be_is_named(
    built_in: Frames, table: str, row: str, cells: dict[str, Any], kind: str
) -> None:
    (finding,) = new_findings(check_capacities, built_in, table, row, **cells)
    assert finding.kind == kind
    assert finding.rows == (row,)
