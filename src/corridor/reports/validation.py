"""The chapter on validation: what was observed, and what users ask, beside the model."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from corridor.charts.validation import validation as validation_chart
from corridor.language.messages import translate
from corridor.language.speech import marked, number, tell
from corridor.reports.figures import OBSERVED_TABLES, Figure, draw_figure
from corridor.reports.inputs import ReportInputs
from corridor.reports.sections import Section
from corridor.runs.validation import Validation

VERDICTS = {
    "inside band": marked("{count} inside its 5th-95th percentile band"),
    "within 25 %": marked("{count} within 25 % of what was seen"),
    "miss": marked("{count} as misses"),
    "no route": marked("{count} for which it finds no route"),
}
MET = ("inside band", "within 25 %")
MAX_CHART_ROWS = 24  # more observations in one chart do not fit a printed page


def sections(inputs: ReportInputs) -> list[Section]:
    """Return what was observed, and what users ask, beside the model."""
    observations = inputs.frame("validation")
    questions = inputs.frame("questions")
    sentences = Validation(observations, questions).sentences
    is_doubtful = pl.col("verdict") != "believed"
    notes = _repeated_notes(observations)
    values = {
        "validation": [
            {**row, "note": notes.get(row["explains"])}
            for row in observations.iter_rows(named=True)
        ],
        "notes": notes,
        "figures": _figures(observations),
        "sentences": [translate(sentence) for sentence in sentences],
        "questions": questions.filter(is_doubtful).to_dicts(),
    }
    title = tell("How far it can be trusted")
    return [Section("validation", title, "validation.html", values, title)]


def _repeated_notes(observations: pl.DataFrame) -> dict[str, int]:
    """Return what is said of several observations, each with the number of its footnote."""
    said = observations["explains"].drop_nulls()
    repeated = said.filter(said.is_duplicated()).unique(maintain_order=True)
    return {str(note): number for number, note in enumerate(repeated, 1)}


def measured_count(observations: pl.DataFrame) -> int:
    """Return how many observations were measured, and so have a verdict of the four."""
    return observations.filter(pl.col("verdict").is_in(list(VERDICTS))).height


def verdict_counts(observations: pl.DataFrame) -> list[str]:
    """Return in words how many observations have which verdict."""
    verdicts = observations["verdict"].to_list()
    return [
        tell(words, count=verdicts.count(verdict))
        for verdict, words in VERDICTS.items()
        if verdict in verdicts
    ]


def _figures(observations: pl.DataFrame) -> list[Figure]:
    """Return a chart for each metric, more where one would not fit a page."""
    return [
        _figure(f"validation-{metric}{suffix}".replace("_", "-"), rows)
        for (metric,), of_metric in observations.group_by("metric", maintain_order=True)
        for suffix, rows in _chart_rows(of_metric)
    ]


def _chart_rows(observations: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the rows of each chart of a metric, in equal parts, with what tells them apart."""
    ordered = observations.sort(pl.coalesce("value", "model_p50"), nulls_last=True)
    charts = -(-ordered.height // MAX_CHART_ROWS)  # rounded up
    size = -(-ordered.height // charts)
    for chart in range(charts):
        suffix = f"-{chart + 1}" if charts > 1 else ""
        yield suffix, ordered.slice(chart * size, size)


def _figure(figure_id: str, observations: pl.DataFrame) -> Figure:
    verdicts = observations["verdict"].to_list()
    inside = verdicts.count("inside band")
    missed = verdicts.count("miss") + verdicts.count("no route")
    measured = inside + missed + verdicts.count("within 25 %")
    caption = tell(
        "{held} of {measured} values lie in the model's band (pale bar; its tick where it "
        "gives one figure only); {missed} are missed. The table below gives the reasons "
        "known beforehand.",
        held=number(inside),
        measured=number(measured),
        missed=number(missed),
    )
    return draw_figure(
        figure_id, validation_chart(observations), caption, observations, OBSERVED_TABLES
    )
