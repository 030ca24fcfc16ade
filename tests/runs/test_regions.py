"""Studies of the south, the west and both sides of 180 degrees, from an empty one to the report."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import corridor as co
from chart_cases import path_points
from corridor.runs import run as results
from region_cases import STUDIES, write_study

PATH = re.compile(r' d="(M[^"]*)"')


@pytest.mark.parametrize(
    "region",
    [r if r == "antimeridian" else pytest.param(r, marks=pytest.mark.slow) for r in STUDIES],
)
def test_a_study_of_another_region_is_drawn_with_land_links_and_route(
    region: str, tmp_path: Path
) -> None:
    folder = write_study(region, tmp_path / region)
    assert co.check(folder) == []

    answers = results.run(co.read(folder))
    page = co.report(answers.for_report(), tmp_path / "report.html").read_text("utf-8")
    figure = page.split('id="figure-front-map"')[1].split("</figure>")[0]
    long_paths = [path for path in PATH.findall(figure) if len(path) > 30 and path_points(path)]
    assert len(long_paths) >= 2  # land, and the links
    assert 'stroke-width="4' in figure or figure.count("<path") > 6  # the route over them

    # No line crosses the paper to come back on the other side.
    for path in long_paths:
        for piece in re.findall("M[^M]*", path):
            xs = [x for x, _ in path_points(piece)]
            assert all(abs(b - a) < 700 for a, b in zip(xs, xs[1:], strict=False))


def test_lines_of_the_map_page_are_cut_at_180_degrees(tmp_path: Path) -> None:
    folder = write_study("antimeridian", tmp_path / "pacific")
    status, body = co.web_answer(folder, "/api/network")
    lines = {f["properties"]["id"]: f["geometry"] for f in json.loads(body)["links"]["features"]}
    assert status == 200 and lines["b"]["type"] == "LineString"
    east_of_180, west_of_180 = lines["a"]["coordinates"]
    assert east_of_180[-1][0] == -180 and west_of_180[0][0] == 180
    assert east_of_180[-1][1] == west_of_180[0][1]
