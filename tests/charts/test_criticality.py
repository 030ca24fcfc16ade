"""Charts of criticality: pairs of links on two lines, and the part that finds no route."""

from __future__ import annotations

from typing import Any

import pytest

import chart_cases as cases
from corridor.charts.criticality import criticality_bars
from corridor.flows.demand import LIMIT_SHARE


def rows_with(spec: dict[str, Any], field: str) -> list[dict[str, Any]]:
    return next(rows for rows in spec["datasets"].values() if rows and field in rows[0])


def test_pair_is_named_by_its_two_links() -> None:
    spec = criticality_bars(cases.ranked(), ("pair",)).to_dict()
    assert rows_with(spec, "label")[0]["label"] == "North Gate - South Gate\nMidway - Southport"


def test_bar_parts_the_detour_from_what_finds_no_route() -> None:
    spec = criticality_bars(cases.ranked(), ("node",)).to_dict()
    detour, unserved = rows_with(spec, "how")
    assert detour["start"] == 0.0
    assert detour["end"] == unserved["start"]
    assert unserved["end"] == pytest.approx(1200.0)
    assert unserved["end"] - unserved["start"] == pytest.approx(LIMIT_SHARE * 2e4 / 1e6)


def test_kind_without_any_loss_is_left_out() -> None:
    spec = criticality_bars(cases.ranked(), ("crossing", "country")).to_dict()
    assert len(spec["vconcat"]) == 1
