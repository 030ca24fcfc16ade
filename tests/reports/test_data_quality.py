"""How sure the rows are on each topic: counted from the tables of the study."""

from __future__ import annotations

import polars as pl
import pytest

import chart_cases as cases
from corridor.reports.data_quality import sections
from corridor.reports.inputs import report_inputs


def test_grades_of_a_topic_are_shares_of_the_rows_of_its_tables() -> None:
    evidence = pl.DataFrame(
        [("rates", "A", 1), ("charges", "C", 3), ("hazards", "B", 2), ("claims", "A", 9)],
        schema={"table": pl.String, "confidence": pl.String, "rows": pl.Int64},
        orient="row",
    )
    (section,) = sections(report_inputs({**cases.results(), "evidence": evidence}))
    topics = {topic.name: topic for topic in section.values["topics"]}
    assert "demand" not in topics  # no row says anything of it

    prices = topics["prices"]
    assert (prices.rows, prices.read_share, prices.estimate_share) == (4, 0.25, 0.75)
    assert topics["closures"].known_share == 1.0

    for topic in topics.values():
        assert topic.read_share + topic.known_share + topic.estimate_share == pytest.approx(1)


def test_times_at_borders_are_those_of_links_over_a_border_on_land() -> None:
    inputs = report_inputs(cases.results())
    country = dict(inputs.nodes.select("node_id", "country").iter_rows())
    over = [
        row["confidence"]
        for row in inputs.links.iter_rows(named=True)
        if country[row["from_node_id"]] != country[row["to_node_id"]]
        and row["mode"] not in ("sea", "ferry", "air")
    ]
    (section,) = sections(inputs)
    borders = next(t for t in section.values["topics"] if t.name == "times at borders")
    assert borders.rows == len(over) > 0
    assert borders.estimate_share == over.count("C") / len(over)
