"""Checks of parameters: their options, their defaults and the rows that hang on them."""

from __future__ import annotations

from check_cases import Frames, only_finding, tables_of, with_cells, with_row
from corridor.checks.parameters import check_parameters


def test_parameter_has_one_default(frames: Frames) -> None:
    without = with_cells(frames, "parameters", "road-price:low", is_default=False)
    assert only_finding(without, "default-count").value == "0"


def test_parameter_decides_rows(frames: Frames) -> None:
    idle = with_row(frames, "parameters", option_id="rail-price:low", is_default=True)
    assert [(f.kind, f.value) for f in check_parameters(tables_of(idle))] == [
        ("unused-parameter", "rail-price")
    ]


def test_unknown_option_is_named_once_a_table(frames: Frames) -> None:
    unknown = with_cells(frames, "rates", "road-high", alternative="road-price:higher")
    unknown = with_cells(unknown, "rates", "road-bulk", alternative="road-price:higher")
    finding = only_finding(unknown, "unknown-option")
    assert set(finding.rows) == {"road-high", "road-bulk"}
    assert "road-price:high" in finding.do
