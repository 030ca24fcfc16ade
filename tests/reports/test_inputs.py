"""Inputs of the report: what a run gives, made ready; a part that no run keeps is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

import chart_cases as cases
from corridor.reports import report
from corridor.reports.inputs import report_inputs, shut_links


def test_a_part_that_no_run_keeps_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="Did you mean 'loss_rank'"):
        report({"loss_rnak": pl.DataFrame()}, tmp_path / "typo.html")
    with pytest.raises(KeyError, match="Did you mean 'loss_rank'"):
        report_inputs({}).frame("loss_rnak")
    assert report_inputs({}).frame("loss_rank").columns[:2] == ["rank", "kind"]


def test_links_are_shut_by_status_and_by_closures_in_force() -> None:
    closures = pl.DataFrame(
        {
            "element": ["mid-port", "crossing:KZ-KG", "mode:sea", "a-gate", "gate-mid"],
            "kind": ["change", "change", "change", "rule", "window"],
            "from_on": [dt.date(2026, 1, 1), None, dt.date(2027, 1, 1), None, None],
            "to_on": [None, dt.date(2026, 7, 1), None, None, None],
        }
    )
    shut = shut_links(cases.links(), cases.nodes(), closures, dt.date(2026, 7, 1))
    assert shut == {
        "gate-rail",
        "mid-port",
    }  # the crossing opened that day, the sea shuts later, a rule shuts for some only
    assert "gate" in shut_links(cases.links(), cases.nodes(), closures, dt.date(2026, 6, 30))


def test_a_table_of_the_study_that_no_report_shows_is_refused() -> None:
    with pytest.raises(KeyError, match="table of the study"):
        report_inputs({}).study_frame("rates")
    assert report_inputs({}).study_frame("cargoes").is_empty()


def test_ends_and_view_are_those_of_the_trips() -> None:
    inputs = report_inputs(cases.results())
    assert inputs.ends() == {"alpha", "port"}
    assert report_inputs({"nodes": cases.nodes()}).ends() == set()
