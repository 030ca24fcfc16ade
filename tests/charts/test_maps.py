"""Maps mark what is shut or planned, and put names where the projection puts places."""

from __future__ import annotations

import re

import pytest

import chart_cases as cases
from corridor.charts.basemap.view import view_of
from corridor.charts.map_lines import along_great_circle, link_lines
from corridor.charts.maps import network_map
from corridor.charts.style import STYLES
from every_chart import texts


def test_map_marks_planned_and_shut_links() -> None:
    styles = drawn_links()
    assert styles["mid-port"] == styles["gate-rail"] == STYLES["closed"].name
    assert styles["mid-port-rail"] == STYLES["planned"].name
    assert styles["a-mid-rail"] == STYLES["rail-1520"].name


def test_sea_links_that_go_round_land_are_left_out() -> None:
    styles = drawn_links()
    assert "isle-round" not in styles
    assert "port-isle" in styles


def drawn_links() -> dict[str, str]:
    """Return link_id -> name of its style, on the map with mid-port closed."""
    spec = network_map(cases.nodes(), cases.links(), closed={"mid-port"}).to_dict()
    rows = next(rows for rows in spec["datasets"].values() if rows and "link_id" in rows[0])
    return {row["link_id"]: row["drawn"] for row in rows}


def test_map_names_the_ends_and_letters_of_routes(svgs: dict[str, str]) -> None:
    assert {"Alpha", "Southport", "North Gate", "A", "B"} <= set(texts(svgs["route_map"]))


def test_labels_stand_where_the_projection_puts_places(svgs: dict[str, str]) -> None:
    """The dot of our own formula and the end of the line by the viewer's projection meet."""
    view = view_of(cases.nodes()["lon_deg"], cases.nodes()["lat_deg"])
    x, y = view.pixel(67.0, 24.8)

    ends = re.findall(r"[ML](-?[\d.]+),(-?[\d.]+)", svgs["network_map"])
    assert min(abs(float(end_x) - x) + abs(float(end_y) - y) for end_x, end_y in ends) < 0.2


def test_parallel_links_bow_apart() -> None:
    view = view_of(cases.nodes()["lon_deg"], cases.nodes()["lat_deg"])
    lines = link_lines(cases.nodes(), cases.links(), view)
    corners = {
        link: geometry["coordinates"][0]
        for link, geometry in lines.select("link_id", "geometry").iter_rows()
    }
    assert len(corners["mid-port"]) == 2  # the first one is straight
    assert len(corners["mid-port-rail"]) == 9
    assert corners["mid-port-rail"][0] in corners["mid-port"]


def test_long_lines_follow_the_great_circle() -> None:
    arc = along_great_circle([(0.0, 60.0), (90.0, 60.0)])
    assert arc[0] == pytest.approx((0.0, 60.0))
    assert arc[-1] == pytest.approx((90.0, 60.0))

    middle = arc[len(arc) // 2]
    assert middle[1] > 65  # to the north of the parallel both ends lie on
    assert along_great_circle([(0.0, 0.0), (1.0, 1.0)]) == [(0.0, 0.0), (1.0, 1.0)]
