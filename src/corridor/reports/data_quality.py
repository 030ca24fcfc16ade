"""Data quality, sources and provenance: what the figures of the report rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import polars as pl

from corridor.charts.evidence import evidence as evidence_chart
from corridor.language.amounts import per_cent
from corridor.language.speech import marked, number, tell
from corridor.reports.figures import Figure, csv_address, draw_figure
from corridor.reports.formats import dotted_rows
from corridor.reports.guesses import heaviest_guesses
from corridor.reports.inputs import ReportInputs
from corridor.reports.sections import Section
from corridor.reports.trip import main_corridors
from corridor.reports.validation import MET, measured_count, verdict_counts
from corridor.tables.columns import SEA_MODES

EVIDENCE_TABLES = (marked("every table of the study"),)
# What defaults give, by table and column.
DEFAULT_FIGURES = {
    ("modes", "active_h_per_day"): marked("hours a day under way"),
    ("modes", "running_p95_ratio"): marked("running time, 95th percentile over median"),
    ("modes", "fixed_p95_ratio"): marked("time at borders, 95th percentile over median"),
    ("links", "fixed_p95_h"): marked("hours at borders, 95th percentile"),
    ("terminals", "handling_h"): marked("hours of handling"),
    ("terminals", "handling_p95_h"): marked("hours of handling, 95th percentile"),
    ("terminals", "usd_per_unit"): marked("price of handling, USD a unit"),
    ("terminals", "usd_per_teu"): marked("price of handling, USD a TEU"),
    ("terminals", "usd_per_t"): marked("price of handling, USD a tonne"),
}
# What tables say of each topic; times at borders are those of links, and are counted there.
TOPICS = {
    marked("prices"): ("rates", "charges", "price_bands"),
    marked("demand"): ("demand", "demand_seasons"),
    marked("closures"): ("hazards", "events", "states", "regimes"),
    marked("projects"): ("projects", "project_payers"),
}


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic, the rows that say something of it, and the shares of these by grade."""

    name: str
    rows: int
    read_share: float
    known_share: float
    estimate_share: float


@dataclass(frozen=True, slots=True)
class Trust:
    """How far the report can be trusted, in numbers.

    measured, met, counts: observations with a verdict, those inside the band or within 25 %, and
    how many have which. weak_share: share of the
    rows that are estimates; null: rows were not counted.
    """

    measured: int
    met: int
    counts: list[str]
    rows: int
    weak_share: float | None
    defaults: int


def trust(inputs: ReportInputs) -> Trust:
    """Return how many observations have which verdict, and the share of rows that are estimates."""
    observations = inputs.frame("validation")
    rows, weak = _row_counts(inputs.frame("evidence"))
    return Trust(
        measured=measured_count(observations),
        met=observations.filter(pl.col("verdict").is_in(MET)).height,
        counts=verdict_counts(observations),
        rows=rows,
        weak_share=weak / rows if rows else None,
        defaults=inputs.frame("defaults").height,
    )


def sections(inputs: ReportInputs) -> list[Section]:
    """Return the guesses that carry the front page, and how the model meets what was seen."""
    routes = main_corridors(inputs.trips[0]) if inputs.trips else []
    values = {
        "guesses": heaviest_guesses(inputs, routes),
        "quality": trust(inputs),
        "topics": _topics(inputs),
    }
    title = tell("How far to trust this report")
    return [Section("evidence", title, "evidence.html", values, title)]


def row_sections(inputs: ReportInputs) -> list[Section]:
    """Return rows by confidence, shares of estimates in routes, and figures from defaults."""
    evidence = inputs.frame("evidence")
    defaults = inputs.frame("defaults")
    named_routes = [(trip, row) for trip in inputs.trips for row in trip.rows if row["best"]]
    values = {
        "shares": named_routes,
        "evidence": _table_rows(evidence),
        "figures": [_figure(evidence)] if evidence.height else [],
        "defaults": _default_rows(defaults),
        "defaults_csv": csv_address(defaults.drop("note")),  # notes stand in the table
    }
    title = tell("Data quality")
    return [Section("rows", title, "rows.html", values, title)]


def source_sections(inputs: ReportInputs) -> list[Section]:
    """Return the sources all figures lead to."""
    values = {"sources": inputs.study_frame("sources").to_dicts()}
    return [Section("sources", tell("Sources"), "sources.html", values, tell("Sources"))]


def provenance_sections(inputs: ReportInputs) -> list[Section]:
    """Return what the results were made with."""
    provenance = cast(Mapping[str, Any], inputs.results.get("provenance") or {})
    rows = dotted_rows(provenance)
    title = tell("Provenance")
    return [Section("provenance", title, "provenance.html", {"provenance": rows}, title)]


def _row_counts(evidence: pl.DataFrame) -> tuple[int, int]:
    """Return how many rows were counted, and how many of these are estimates."""
    weak = evidence.filter(pl.col("confidence") == "C")
    return int(evidence["rows"].sum()), int(weak["rows"].sum())


def _topics(inputs: ReportInputs) -> list[Topic]:
    """Return the topics that rows speak of, each with its rows by grade."""
    evidence = inputs.frame("evidence")
    counts = {tell("times at borders"): _border_counts(inputs)}
    for name, tables in TOPICS.items():
        rows = evidence.filter(pl.col("table").is_in(tables))
        counts[tell(name)] = rows.select("confidence", "rows")
    return [_topic(name, rows) for name, rows in counts.items() if rows["rows"].sum()]


def _border_counts(inputs: ReportInputs) -> pl.DataFrame:
    """Return how many links over a border on land have which grade."""
    if not inputs.links.height:
        return pl.DataFrame(schema={"confidence": pl.String, "rows": pl.Int64})

    country = inputs.nodes.select("node_id", "country")
    tails = country.rename({"node_id": "from_node_id", "country": "tail"})
    heads = country.rename({"node_id": "to_node_id", "country": "head"})
    ends = inputs.links.join(tails, on="from_node_id").join(heads, on="to_node_id")
    on_land = ends.filter(
        pl.col("tail") != pl.col("head"), ~pl.col("mode").is_in([*SEA_MODES, "air"])
    )
    return on_land.group_by("confidence").agg(pl.len().cast(pl.Int64).alias("rows"))


def _topic(name: str, counts: pl.DataFrame) -> Topic:
    """Return a topic with the shares of its rows by grade."""
    rows = int(counts["rows"].sum())
    of_grade = {
        grade: int(counts.filter(pl.col("confidence") == grade)["rows"].sum()) for grade in "ABC"
    }
    return Topic(name, rows, of_grade["A"] / rows, of_grade["B"] / rows, of_grade["C"] / rows)


def _table_rows(evidence: pl.DataFrame) -> list[dict[str, Any]]:
    """Return one row a table: rows in all and by confidence."""
    tables: dict[str, dict[str, Any]] = {}
    for row in evidence.iter_rows(named=True):
        empty = {"table": row["table"], "total": 0, "A": 0, "B": 0, "C": 0}
        counts = tables.setdefault(row["table"], empty)
        counts["total"] += row["rows"]
        counts[row["confidence"]] = counts.get(row["confidence"], 0) + row["rows"]
    return list(tables.values())


def _default_rows(defaults: pl.DataFrame) -> list[dict[str, Any]]:
    """Return one row a figure of a row of defaults: its values, and how many rows took it."""
    groups = defaults.group_by(
        "table", "column", "default_id", "source_id", "confidence", maintain_order=True
    ).agg("value", "row_id", "note")
    return [
        {
            **row,
            "values": "–".join(
                _plain(end) for end in sorted({min(row["value"]), max(row["value"])})
            ),
            "figure": _figure_name(row["table"], row["column"]),
            "count": len(row["row_id"]),
            "note": row["note"][0],
        }
        for row in groups.iter_rows(named=True)
    ]


def _figure_name(table: str, column: str) -> str:
    """Return what a default gives, in words."""
    words = DEFAULT_FIGURES.get((table, column))
    return tell(words) if words else f"{tell(table)}: {column.replace('_', ' ')}"


def _plain(value: float) -> str:
    """Return a number with the digits it has, two at most behind the point."""
    digits = len(f"{value:.2f}".rstrip("0").partition(".")[2])
    return number(value, digits)


def _figure(evidence: pl.DataFrame) -> Figure:
    """Return the rows of every table by confidence."""
    rows, weak = _row_counts(evidence)
    caption = tell(
        "{share} of {rows} rows are estimates (pale). Tables with long pale bars are the "
        "first to be improved.",
        share=per_cent(weak / rows if rows else 0.0),
        rows=number(rows),
    )
    return draw_figure(
        "evidence",
        evidence_chart(evidence),
        caption,
        evidence,
        EVIDENCE_TABLES,
    )
