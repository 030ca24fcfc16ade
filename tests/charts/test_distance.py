"""Distance diagrams: steps upright and in place, labels side by side."""

from __future__ import annotations

import re
from typing import Any

import polars as pl

import chart_cases as cases
from corridor.charts.distance import time_distance
from every_chart import EVERY, texts

BLACK_LINE = re.compile(r'<path[^>]* d="([^"]+)"[^>]*stroke="#000000"')


def test_single_diagrams_tell_their_ends_and_stops(svgs: dict[str, str]) -> None:
    time_texts = set(texts(svgs["time_distance"]))
    assert {"A 5.4 d", "B 7.9 d", "North Gate – South Gate", "Midway"} <= time_texts
    assert {"A USD 3,520", "B USD 3,350"} <= set(texts(svgs["cost_distance"]))


def test_svg_draws_the_vertical_steps(svgs: dict[str, str]) -> None:
    """The border's step of r0 is in the picture: upright, at its kilometre, of its hours."""
    plot = EVERY["time_distance"]().to_dict()["vconcat"][0]
    channels = plot["layer"][0]["encoding"]
    x_px = 250 / channels["x"]["scale"]["domain"][1] * plot["width"]
    height_px = 8.5 / 24 / channels["y"]["scale"]["domain"][1] * plot["height"]

    lines = [cases.path_points(path) for path in BLACK_LINE.findall(svgs["time_distance"])]
    ends = [line for line in lines if len(line) == 2]
    steps = [(x0, abs(y1 - y0)) for (x0, y0), (x1, y1) in ends if abs(x0 - x1) < 0.01]
    assert any(abs(x - x_px) < 0.5 and abs(height - height_px) < 0.5 for x, height in steps)


def test_labels_of_a_diagram_do_not_overlap() -> None:
    legs = pl.concat([slower_legs(i) for i in range(3)])
    spec = time_distance(legs, cases.nodes()).to_dict()
    name = spec["vconcat"][0]["layer"][1]["data"]["name"]
    labels = spec["datasets"][name]

    for i, label in enumerate(labels):
        for other in labels[:i]:
            width = half_width(label) + half_width(other)
            is_beside = abs(label["x_px"] - other["x_px"]) >= width - 0.5
            is_above_or_below = abs(label["y_px"] - other["y_px"]) >= 15.5
            assert is_beside or is_above_or_below


def slower_legs(i: int) -> pl.DataFrame:
    """Return the legs of two more routes, each a little slower than those before."""
    return cases.legs().with_columns(
        route_id=pl.lit(f"r{i}") + pl.col("route_id"), time_h=pl.col("time_h") * (1 + 0.02 * i)
    )


def half_width(label: dict[str, Any]) -> float:
    return 9.0 if label["is_number"] else 3.5 * len(label["mark"]) + 2
