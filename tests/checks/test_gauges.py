"""Gauges that exist, and those of the other railways of a country."""

from __future__ import annotations

import polars as pl

from check_cases import Frames, new_findings, tables_of
from corridor.checks.gauges import check_gauges


def test_gauge_that_no_railway_has(built_in: Frames) -> None:
    (finding,) = new_findings(check_gauges, built_in, "links", "dostyk-aktogay-rail", gauge_mm=1530)
    assert (finding.kind, finding.column) == ("no-such-gauge", "gauge_mm")
    assert "1524" in finding.do

    (finding,) = new_findings(
        check_gauges,
        built_in,
        "terminals",
        "herat-road-rail-1520-container",
        to_layer="rail-1502",
    )
    assert (finding.kind, finding.column) == ("no-such-gauge", "to_layer")


def test_gauge_that_a_change_sets(built_in: Frames) -> None:
    changes = built_in["changes"]
    wrong = changes.with_columns(value=changes["value"].replace("1435", "1453"))
    findings = check_gauges(tables_of({**built_in, "changes": wrong}))
    assert {(f.kind, f.table, f.column) for f in findings} == {
        ("no-such-gauge", "changes", "value")
    }


def test_gauge_of_no_other_railway_around(built_in: Frames) -> None:
    (finding,) = new_findings(
        check_gauges, built_in, "links", "moyynty-karaganda-rail", gauge_mm=1676
    )
    assert (finding.kind, finding.rows) == ("gauge-of-no-other", ("moyynty-karaganda-rail",))


def test_line_that_goes_on_from_a_neighbour_is_no_slip(built_in: Frames) -> None:
    links = built_in["links"]
    (gauge,) = links.filter(pl.col("link_id") == "zahedan-mirjaveh-rail")["gauge_mm"]
    assert gauge == 1676
    assert check_gauges(tables_of(built_in)) == []
