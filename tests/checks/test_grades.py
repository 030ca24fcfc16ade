"""Grades: an estimate of one's own is graded as one."""

from __future__ import annotations

import polars as pl
import pytest

from check_cases import Frames, kinds, only_finding, tables_of, with_cells, with_row
from corridor.checks.grades import check_grades

KIND = "estimate-graded-higher"


def with_source(frames: Frames, citation: str, confidence: str) -> Frames:
    """Return the frames with a new source, on which the first link rests with a grade."""
    link = frames["links"]["link_id"][0]
    sourced = with_row(frames, "sources", source_id="circuity", citation=citation)
    return with_cells(sourced, "links", link, source_id="circuity", confidence=confidence)


@pytest.mark.parametrize(
    "citation",
    [
        "Our estimate: great-circle distance times a circuity factor",
        "our own rough estimates, from the map",
        "Authors' assumption",
        "Expert judgement, 2024",
        "Estimate by the authors of the study",
        "Assumption",
        "Наша оценка: расстояние по дуге большого круга",
        "Экспертная оценка",
        "Біздің бағалауымыз",
        "ہمارا تخمینہ",
        "我们的估计：大圆距离",
    ],
)
@pytest.mark.parametrize("grade", ["A", "B"])
def test_an_estimate_that_is_said_to_be_read_or_well_known(
    frames: Frames, citation: str, grade: str
) -> None:
    finding = only_finding(with_source(frames, citation, grade), KIND)
    assert (finding.table, finding.column) == ("links", "confidence")
    assert finding.severity == "warning"
    assert finding.rows == (frames["links"]["link_id"][0],)
    assert finding.value == grade


def test_an_estimate_graded_as_one(frames: Frames) -> None:
    assert check_grades(tables_of(with_source(frames, "Our estimate", "C"))) == []


@pytest.mark.parametrize(
    "citation",
    [
        "Estimates of trade in services, WTO",
        "Port Economics: rail ferries, estimated at 95,000 wagons a year",
        "Own correspondent of Dawn",
        "Our World in Data: freight by mode",
        "Оценка транзитного потенциала, ЕАБР",
    ],
)
def test_what_others_published_may_be_read_or_well_known(frames: Frames, citation: str) -> None:
    assert KIND not in kinds(with_source(frames, citation, "A"))


def test_rows_of_a_table_are_said_once(frames: Frames) -> None:
    graded = with_source(frames, "Our estimate", "B")
    links = graded["links"].with_columns(
        source_id=pl.lit("circuity"), confidence=pl.lit("B", graded["links"]["confidence"].dtype)
    )
    finding = only_finding({**graded, "links": links}, KIND)
    assert len(finding.rows) == links.height
