"""Maps mark what is shut or planned, and put names where the projection puts places."""

from __future__ import annotations

import math
import re
from itertools import pairwise

import polars as pl
import pytest

import chart_cases as cases
from corridor.charts.basemap.outline import basemap, waters
from corridor.charts.basemap.view import View, view_of
from corridor.charts.map_labels import Name, place_countries
from corridor.charts.map_layers import land_and_borders
from corridor.charts.map_lines import along_great_circle, line_rows, link_features
from corridor.charts.maps import network_map
from corridor.charts.placement import Box, Ink, Pixel, box_around, ink_of
from corridor.charts.style import STYLES
from corridor.network.outline import countries_on
from corridor.network.shapes import text_of
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

    paths = re.findall(r' d="([^"]*)"', svgs["network_map"])
    ends = [end for path in paths for end in cases.path_points(path)]
    assert min(abs(end_x - x) + abs(end_y - y) for end_x, end_y in ends) < 0.2


def test_parallel_links_bow_apart() -> None:
    view = view_of(cases.nodes()["lon_deg"], cases.nodes()["lat_deg"])
    lines = line_rows(link_features(cases.nodes(), cases.links(), view))
    corners = {
        link: geometry["coordinates"][0]
        for link, geometry in lines.select("link_id", "geometry").iter_rows()
    }
    assert len(corners["mid-port"]) == 2  # the first one is straight
    assert len(corners["mid-port-rail"]) == 9
    assert corners["mid-port-rail"][0] in corners["mid-port"]


def test_a_line_has_no_more_points_than_paper_shows() -> None:
    nodes = cases.nodes()
    ends = {name: (lon, lat) for name, lon, lat in nodes["node_id", "lon_deg", "lat_deg"].rows()}
    link = cases.links().filter(pl.col("link_id") == "mid-port")
    start, end = (ends[link[column][0]] for column in ("from_node_id", "to_node_id"))
    places = [
        (start[0] + (end[0] - start[0]) * k / 5000, start[1] + (end[1] - start[1]) * k / 5000)
        for k in range(5001)
    ]
    line = link.with_columns(line=pl.lit(text_of(places)))

    view = view_of(nodes["lon_deg"], nodes["lat_deg"])
    (drawn,) = link_features(nodes, line, view)[0]["geometry"]["coordinates"]
    pixels = [view.pixel(*point) for point in drawn]
    assert drawn[0] == pytest.approx(start, abs=1e-3) and drawn[-1] == pytest.approx(end, abs=1e-3)
    assert len(drawn) < 2 * math.dist(pixels[0], pixels[-1]) + 3
    assert all(math.dist(*pair) < 1.5 for pair in pairwise(pixels))


def test_long_lines_follow_the_great_circle() -> None:
    arc = along_great_circle([(0.0, 60.0), (90.0, 60.0)])
    assert arc[0] == pytest.approx((0.0, 60.0))
    assert arc[-1] == pytest.approx((90.0, 60.0))

    middle = arc[len(arc) // 2]
    assert middle[1] > 65  # to the north of the parallel both ends lie on
    assert along_great_circle([(0.0, 0.0), (1.0, 1.0)]) == [(0.0, 0.0), (1.0, 1.0)]


# Places of the south, the west, both sides of 180 degrees, and both sides of the equator.
REGIONS = {
    "south": [("lima", "PE", -77.03, -12.05), ("santos", "BR", -46.33, -23.96)],
    "west": [("mexico", "MX", -99.13, 19.43), ("prince-rupert", "CA", -130.32, 54.31)],
    "antimeridian": [("suva", "FJ", 178.44, -18.14), ("pago", "AS", -170.7, -14.28)],
    "equator": [("mombasa", "KE", 39.67, -4.05), ("juba", "SS", 31.58, 4.85)],
}


@pytest.mark.parametrize("region", REGIONS)
def test_any_part_of_the_world_is_drawn(region: str) -> None:
    """Land under a line that leads from one place to the other, all of it on the paper."""
    nodes, links = two_places(REGIONS[region])
    view = view_of(nodes["lon_deg"], nodes["lat_deg"])
    bounds = view.visible()
    land, rivers, *_ = land_and_borders(basemap(bounds) | waters(bounds), view)
    if region != "antimeridian":  # islands without large rivers
        assert rivers.to_dict()["mark"]["shape"].count("M") >= 3
    path = land.to_dict()["mark"]["shape"]
    assert path.count("M") >= 3 or len(path) > 300

    (feature,) = link_features(nodes, links, view)
    ((start, end),) = feature["geometry"]["coordinates"]
    pixels = [view.pixel(*start), view.pixel(*end)]
    assert all(0 < x < view.width and 0 < y < view.height for x, y in pixels)
    assert abs(end[0] - start[0]) < 60

    names = place_countries(set(nodes["country"]), view, [], no_ink(view))
    assert len(names) == 2


def test_names_of_countries_stay_in_their_country() -> None:
    """A name that finds no room in its own country is left out, not set on a neighbour."""
    nodes, _ = two_places([("a", "AE", 55.0, 25.0), ("b", "OM", 58.5, 23.6)])
    view = view_of(nodes["lon_deg"], nodes["lat_deg"])
    (emirates,) = place_countries({"AE"}, view, [], no_ink(view))
    taken = box_around(Pixel(emirates["x_px"], emirates["y_px"]), 10)
    for name in place_countries({"AE"}, view, [Name("", Pixel(0, 0), taken)], no_ink(view)):
        lon_deg, lat_deg = view.place(name["x_px"], name["y_px"])
        assert countries_on(lon_deg, lat_deg) == {"AE"}

    everything = Box(0, 0, view.width, view.height)
    assert place_countries({"AE"}, view, [Name("", Pixel(0, 0), everything)], no_ink(view)) == []


def no_ink(view: View) -> Ink:
    return ink_of([], (view.width, view.height), 0.0)


def two_places(places: list[tuple[str, str, float, float]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return two places and the link between them."""
    names = ("node_id", "country", "lon_deg", "lat_deg")
    nodes = pl.DataFrame(places, schema=names, orient="row")
    link = {
        "link_id": "there",
        "from_node_id": places[0][0],
        "to_node_id": places[1][0],
        "mode": "road",
        "gauge_mm": None,
        "length_km": 1000.0,
        "status": "existing",
    }
    return nodes, pl.DataFrame([link], schema_overrides={"gauge_mm": pl.Int64})
