"""Checks of dated changes: values that fit, and rows that contradict each other."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from check_cases import Frames, kinds, tables_of, with_cells, with_row
from corridor.checks.changes import contradictions


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({"value": "existing"}, True),
        ({"value": "closed"}, False),
        ({"value": "existing", "from_on": dt.date(2027, 2, 1), "to_on": None}, False),
        ({"value": "existing", "from_on": dt.date(2027, 1, 31), "to_on": None}, True),
        ({"value": "existing", "from_on": None, "to_on": None}, True),
        ({"value": "existing", "row_id": "almaty-shymkent-road"}, False),
        ({"value": "existing", "row_id": "node:keles"}, True),
        ({"value": "12", "column": "fixed_h"}, False),
        ({"value": "existing", "change_id": "another"}, False),
    ],
)
def test_contradiction(frames: Frames, cells: dict[str, Any], wrong: bool) -> None:
    more = with_row(frames, "changes", **cells)
    assert [f.kind for f in contradictions(tables_of(more))] == ["contradictory-changes"] * wrong


def test_options_may_contradict(frames: Frames) -> None:
    more = with_row(frames, "changes", value="existing", alternative="road-price:high")
    both = {
        **more,
        "changes": more["changes"].with_columns(
            pl.Series("alternative", ["road-price:low", "road-price:high"])
        ),
    }
    assert contradictions(tables_of(both)) == []


def test_changes_of_one_scenario_are_ordered(frames: Frames) -> None:
    more = tables_of(with_row(frames, "changes", value="existing", change_id="another"))
    (finding,) = contradictions(more, ["border-shut", "another"])
    assert (finding.kind, finding.severity) == ("order-decides", "warning")
    assert contradictions(more, ["border-shut"]) == []


@pytest.mark.parametrize(
    "cells",
    [
        {"column": "speed_kmh", "op": "scale", "value": "0.5"},
        {"column": "fixed_h", "op": "add", "value": "-2"},
        {"column": "gauge_mm", "value": "1435"},
        {"column": "opens_on", "value": "2030-01-01"},
        {"column": "two_way", "value": "false"},
        {"column": "to_node_id", "value": "samarkand"},
    ],
)
def test_changes_that_fit(frames: Frames, cells: dict[str, Any]) -> None:
    assert kinds(with_cells(frames, "changes", "border-shut", **cells)) == []


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ({"column": "speed_kmh", "op": "scale", "value": "half"}, "bad-value"),
        ({"column": "speed_kmh", "op": "scale", "value": "-1"}, "out-of-range"),
        ({"column": "gauge_mm", "value": "14.35"}, "bad-value"),
        ({"column": "two_way", "op": "add", "value": "1"}, "bad-op"),
        ({"column": "to_node_id", "value": "bukhara"}, "unknown-node"),
        ({"column": "link_id", "value": "another"}, "unknown-column"),
    ],
)
def test_changes_that_do_not_fit(frames: Frames, cells: dict[str, Any], kind: str) -> None:
    assert kinds(with_cells(frames, "changes", "border-shut", **cells)) == [kind]
