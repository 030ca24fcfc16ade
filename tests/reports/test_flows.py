"""Flows in the report: demand and flows that do not agree are told, in every language."""

from __future__ import annotations

import polars as pl
import pytest

from corridor.language.speech import languages, speaking
from corridor.reports.flows import rounds_warning
from corridor.reports.page import template_environment
from corridor.tables import schema_results
from corridor.tables.cells import frame_of


def two_rounds(last_change_share: float, *, agrees: bool) -> pl.DataFrame:
    """Return rounds of demand and flows whose last one ended so."""
    row = {"round": 1, "t_per_year": 1e6, "demand_gap_share": 0.1, "gap_share": 0.0}
    first = {**row, "change_share": 0.2, "agrees": False}
    last = {**row, "round": 2, "change_share": last_change_share, "agrees": agrees}
    return frame_of(schema_results.FLOW_ROUNDS, [first, last])


@pytest.mark.parametrize("code", languages())
def test_rounds_that_do_not_agree_are_told_with_their_change(code: str) -> None:
    with speaking(code):
        warning = rounds_warning(two_rounds(0.034, agrees=False))
    assert warning is not None
    assert "2" in warning and ("3.4" in warning or "3,4" in warning)
    assert warning.isascii() == (code == "en")


def test_rounds_that_agree_and_none_at_all_are_not_told() -> None:
    assert rounds_warning(two_rounds(0.0004, agrees=True)) is None
    assert rounds_warning(schema_results.empty("flow_rounds")) is None
    assert rounds_warning(pl.DataFrame()) is None


def test_the_chapter_shows_the_warning() -> None:
    template = template_environment().get_template("flows.html")
    no_flows = {"words": [], "figures": [], "jams": [], "corridor": [], "misfit": None}
    warning = rounds_warning(two_rounds(0.034, agrees=False))
    assert f'<p class="warning">{warning}</p>' in template.render(no_flows, warning=warning)
    assert "warning" not in template.render(no_flows, warning=None)
