"""Stages of routes: what days and dollars are spent on, and a bar for each."""

from __future__ import annotations

import polars as pl
import pytest

import chart_cases as cases
from corridor.charts.stages import BORDER, HANDLING, UNDER_WAY, WAITING, stage_rows, stages


def amounts(rows: pl.DataFrame, figure: str, route: str) -> dict[str, float]:
    of_route = rows.filter((pl.col("figure") == figure) & (pl.col("route") == route))
    return dict(of_route.select("stage", "amount").iter_rows())


def test_dollars_go_where_their_tables_say_and_hours_where_they_pass() -> None:
    rows = stage_rows(cases.legs(), cases.money())
    assert amounts(rows, "usd", "A") == {UNDER_WAY: 3320.0, BORDER: 200.0}
    assert amounts(rows, "usd", "B") == {UNDER_WAY: 3100.0, HANDLING: 250.0}
    assert amounts(rows, "days", "A")[BORDER] == pytest.approx(8.5 / 24)
    assert amounts(rows, "days", "B")[WAITING] == pytest.approx(1.0)
    assert amounts(rows, "days", "B")[HANDLING] == pytest.approx(30 / 24)


def test_a_ship_stops_in_port_and_at_no_border() -> None:
    legs = cases.legs().with_columns(mode=pl.lit("sea"))
    days = amounts(stage_rows(legs, None), "days", "A")
    assert days[HANDLING] == pytest.approx(8.5 / 24)
    assert days.get(BORDER, 0.0) == 0.0


def test_routes_without_money_have_days_alone() -> None:
    rows = stage_rows(cases.legs(), None)
    assert rows["figure"].unique().to_list() == ["days"]
    assert len(stages(rows).to_dict()["hconcat"]) == 1
