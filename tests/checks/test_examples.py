"""Rows left from the starter are warned of once others are the study's own."""

from __future__ import annotations

from check_cases import Frames, kinds, tables_of, with_cells, with_row
from corridor.checks.examples import check_examples


def test_the_starter_itself_is_all_examples(frames: Frames) -> None:
    assert "example-figures" not in kinds(frames)


def test_examples_beside_own_figures_are_warned_of(frames: Frames) -> None:
    own = with_row(frames, "sources", source_id="own", citation="Our survey")
    own = with_cells(own, "rates", "road-low", source_id="own", confidence="B")
    findings = kinds(own)
    assert findings.count("example-figures") > 5

    finding = next(f for f in check_examples(tables_of(own)) if f.table == "rates")
    assert "4 of 5 rows" in finding.message and "road-low" not in finding.rows
