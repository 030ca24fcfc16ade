"""Rows of a study counted by their confidence."""

from __future__ import annotations

import polars as pl

from core_cases import small
from corridor.runs.confidence import confidence_counts


def test_evidence_counts_rows_by_table_and_confidence() -> None:
    table = confidence_counts(small().frames)
    assert table.filter(pl.col("table") == "links").select("confidence", "rows").rows() == [
        ("C", 3)
    ]
    assert table["rows"].sum() == sum(
        f.height for f in small().frames.values() if "confidence" in f.columns
    )
