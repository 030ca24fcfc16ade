"""Write docs/validation.md: what was seen in the world beside what the model says, from the
built-in study."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl

import corridor as co
from corridor.evidence.validation import validate

PAGE = Path(__file__).with_name("validation.md")
STUDY = Path(__file__).parents[1] / "studies" / "kazakhstan-pakistan"
HEAD = """# Validation: seen beside modelled

Made by `make docs` from `studies/kazakhstan-pakistan/observations.csv`. No link is fitted to a row of this page: speeds,
hours a day and border times are those of whole countries and classes (decisions 004 and 005), and speeds by country rest on
the same reports as the rows that test them. "inside band": the figure seen lies between the model's 5th and 95th percentile;
"within 25 %": of its median; money and lengths have no band. A miss stays a miss; the column before the last says what was
known before comparing. Rows ending in `-escorted` take the pilot runs again under the scenario `tir-pilot` (two drivers, a
fifth of the wait at borders: one assumption for all of them). V numbers are those of the list the study was built against.

"""  # noqa: E501


def page() -> str:
    """Return the whole page as Markdown."""
    study = co.read(STUDY)
    frame = validate(study.tables["observations"], cache(study.network_of))
    counts = dict(frame.group_by("verdict").len().sort("verdict").iter_rows())
    listed = frame.filter(pl.col("observation_id").str.starts_with("v"))
    said = ", ".join(f"{n} {v}" for v, n in counts.items())
    rows = [
        f"| {r['observation_id']} | {r['name']} | {r['metric']} | {_seen(r)} | {_band(r)} | "
        f"{r['verdict']} | {r['explains'] or ''} | `{r['source_id']}` {r['confidence']} |"
        for r in frame.iter_rows(named=True)
    ]
    good = listed.filter(pl.col("verdict").is_in(["inside band", "within 25 %"])).height
    table = [
        "| id | what | metric | seen | model p5 - p50 - p95 | verdict | may differ because | "
        "source |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
    ]
    return (
        HEAD
        + f"{frame.height} figures: {said}. Of the {listed.height} with a V number {good} are inside the band or "  # noqa: E501
        "within 25 %.\n\n" + "\n".join(table) + "\n"
    )


def _seen(row: dict[str, float | None]) -> str:
    low = row["value_low"]
    high = row["value_high"]
    value = "happened" if row["value"] is None else f"{row['value']:,.0f}"
    return f"{value} ({low:,.0f} to {high:,.0f})" if low is not None and high is not None else value


def _band(row: dict[str, float | None]) -> str:
    return " - ".join(
        "none" if v is None else f"{v:,.0f}"
        for v in (row["model_p05"], row["model_p50"], row["model_p95"])
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(PAGE)
