"""Confidence: how many rows of a study's tables were read, are well known or are estimates."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from corridor.tables import schema_results


def confidence_counts(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return how many rows of each table have which confidence, tables without rows left out."""
    counts = [schema_results.empty("evidence")]

    for name, frame in tables.items():
        if "confidence" not in frame.columns or not frame.height:
            continue
        by_confidence = frame.group_by("confidence").len("rows")
        counts.append(
            by_confidence.select(
                pl.lit(name).alias("table"), "confidence", pl.col("rows").cast(pl.Int64)
            )
        )

    return pl.concat(counts).sort("table", "confidence")
