"""Commitments of the built-in study, and the way to a target."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from corridor.evidence.commitments import progress

NAMES = ("claims", "commitments", "figures", "countries", "trade", "sources")
AS_OF = date(2026, 7, 1)


@pytest.fixture(scope="module")
def tables(study_folder: Path) -> dict[str, pl.DataFrame]:
    return {
        n: pl.read_csv(study_folder / f"{n}.csv", infer_schema_length=None, try_parse_dates=True)
        for n in NAMES
    }


def test_commitments(tables: dict[str, pl.DataFrame]) -> None:
    rows = {
        r["commitment_id"]: r
        for r in progress(tables, {"trade-2028": 1.4e8}, as_of=AS_OF).iter_rows(named=True)
    }
    assert rows["trade-target"]["state"] == "short by"
    assert rows["trade-target"]["short_by"] == pytest.approx(8.6e8)
    assert "86% missing" in rows["trade-target"]["arithmetic"]
    # What is seen is of the report that made the promise known.
    assert rows["cultural-centres"]["state"] == "announced, no second source"
    assert "circular" in rows["cultural-centres"]["arithmetic"]
    assert rows["buses-600"]["state"] == rows["agreements-20"]["state"] == "not measurable here"
    met = {
        r["commitment_id"]: r
        for r in progress(tables, {"trade-2028": 1.1e9}, as_of=AS_OF).iter_rows(named=True)
    }
    assert met["trade-target"]["state"] == "on course"
    assert {"600", "20"} <= {str(int(t)) for t in tables["commitments"]["target"].drop_nulls()}


def test_a_value_seen_before_it_is_due_is_held_against_the_way_there(
    tables: dict[str, pl.DataFrame],
) -> None:
    frame = (
        tables["commitments"]
        .filter(pl.col("commitment_id") == "trade-target")
        .with_columns(
            pl.lit("figures:seen:value").alias("measured"),
            pl.lit(date(2027, 2, 4)).alias("measured_on"),
        )
    )

    def state(seen: float) -> dict[str, object]:
        extra = (
            tables["figures"]
            .head(1)
            .with_columns(
                pl.lit("seen").alias("figure_id"),
                pl.lit(seen).alias("value"),
                pl.lit("kz-pk-customs").alias("source_id"),
            )
        )
        figures = pl.concat([tables["figures"], extra])
        return progress({**tables, "commitments": frame, "figures": figures}, as_of=AS_OF).row(
            0, named=True
        )

    halfway = (101.6e6 * 1e9) ** 0.5  # half of the time, at constant growth
    assert state(halfway * 1.001)["state"] == "on course"
    late = state(halfway * 0.9)
    assert late["state"] == "short by"
    assert late["short_by"] == pytest.approx(halfway * 0.1, rel=1e-3)
