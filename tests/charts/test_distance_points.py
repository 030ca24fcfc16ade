"""The lines of distance diagrams: steps at their kilometre, sums as the routes have them."""

from __future__ import annotations

import polars as pl
import pytest

import chart_cases as cases
from corridor.charts.distance_points import distance_points
from corridor.charts.style import STYLES

GATE = "North Gate – South Gate"


def test_steps_stand_at_their_kilometre() -> None:
    points = distance_points(cases.legs(), cases.nodes())
    steps = points.filter(pl.col("drawn") == STYLES["stop"].name)
    assert (steps["km"] == steps["km_to"]).all()

    assert steps.select("letter", "stop", "km").rows() == [
        ("A", GATE, 250.0),
        ("B", "Midway", 900.0),
    ]
    assert (steps["time_to_h"] - steps["time_h"]).to_list() == pytest.approx([8.5, 30.0])


def test_waits_stand_before_the_ride() -> None:
    points = distance_points(cases.legs(), cases.nodes())
    waits = points.filter(pl.col("drawn") == STYLES["wait"].name)
    assert waits.select("letter", "km", "time_h", "time_to_h").rows() == [("B", 0.0, 0.0, 24.0)]


def test_pieces_sum_up_to_the_routes() -> None:
    points = distance_points(cases.legs(), cases.nodes())
    ends = points.group_by("letter", maintain_order=True).last()
    assert ends["time_to_h"].to_list() == pytest.approx([129.0, 189.0])
    assert ends["cost_to_usd"].to_list() == pytest.approx([3520.0, 3350.0])
    assert ends["km_to"].to_list() == pytest.approx(cases.routes()["length_km"].to_list())


def test_fees_told_apart_are_a_step() -> None:
    fee = pl.when(pl.col("link_id") == "gate").then(90.0).otherwise(0.0)
    points = distance_points(cases.legs().with_columns(fixed_usd=fee), cases.nodes())
    step = points.filter(pl.col("stop") == GATE, pl.col("km") == pl.col("km_to"))
    assert (step["cost_to_usd"] - step["cost_usd"]).to_list() == [90.0]


def test_no_legs_are_no_points() -> None:
    points = distance_points(cases.legs().clear(), cases.nodes())
    assert points.is_empty()
    assert {"route_id", "letter", "drawn", "stop", "km_to"} <= set(points.columns)
