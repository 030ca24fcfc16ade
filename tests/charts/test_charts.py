"""Charts compile to SVG that holds what the frames say, named, unique, no wider than the page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import polars as pl
import pytest

import chart_cases as cases
from corridor.charts.basemap.clipping import Bounds, clip_line, clip_ring
from corridor.charts.basemap.make import make_outline, simplify
from corridor.charts.basemap.outline import basemap, outline
from corridor.charts.basemap.view import view_of
from corridor.charts.calendar import calendar
from corridor.charts.distance import time_distance
from corridor.charts.distance_points import distance_points
from corridor.charts.letters import route_letter, with_letters
from corridor.charts.maps import network_map
from corridor.charts.placement import Label, free_places
from corridor.charts.style import STYLES, WIDTH, style_key
from corridor.charts.svg import to_svg
from corridor.charts.validation import validation
from every_chart import EVERY, SVG, one_criterion, texts


@pytest.fixture(scope="module")
def drawn() -> dict[str, str]:
    return {name: to_svg(make_chart()) for name, make_chart in EVERY.items()}


@pytest.mark.parametrize("name", EVERY)
def test_chart_is_named_fits_the_page_and_keeps_text(drawn: dict[str, str], name: str) -> None:
    root = ET.fromstring(drawn[name])
    title = root.find(f"{SVG}title")
    desc = root.find(f"{SVG}desc")
    assert (
        title is not None and title.text and desc is not None and desc.text and len(desc.text) > 20
    )
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert float(root.attrib["width"]) <= WIDTH + 16
    assert title.text in texts(drawn[name])
    assert "http" not in re.sub(r"http://www\.w3\.org/\S+", "", drawn[name])


@pytest.mark.parametrize("name", EVERY)
def test_no_text_leaves_the_picture(drawn: dict[str, str], name: str) -> None:
    """Every text's anchor, moved by the groups it stands in, lies inside, with room for its
    letters."""
    root = ET.fromstring(drawn[name])
    width = float(root.attrib["width"])
    height = float(root.attrib["height"])
    cut = []

    def walk(element: ET.Element, x: float, y: float) -> None:
        shift = re.search(r"translate\(([-\d.]+)[, ]+([-\d.]+)\)", element.get("transform", ""))
        if shift:
            x = x + float(shift[1])
            y = y + float(shift[2])
        text = "".join(element.itertext())
        if element.tag == f"{SVG}text" and text and "rotate" not in element.get("transform", ""):
            length = (
                0.43
                * float(re.sub(r"[^\d.]", "", element.get("font-size", "11")))
                * max(len("".join(line.itertext())) for line in ([*element] or [element]))
            )
            left = x - {"middle": length / 2, "end": length}.get(
                element.get("text-anchor", "start"), 0.0
            )
            if left < -6 or left + length > width + 6 or not 0 <= y <= height:
                cut.append((text, left, left + length, y))
        for child in element:
            walk(child, x, y)

    walk(root, 0.0, 0.0)
    assert not cut


def test_ids_of_two_charts_never_meet(drawn: dict[str, str]) -> None:
    ids = [found for svg in drawn.values() for found in set(re.findall(r'\bid="([^"]+)"', svg))]
    assert len(ids) == len(set(ids))
    for svg in drawn.values():
        assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= set(re.findall(r'\bid="([^"]+)"', svg))


def test_svg_is_slim_and_draws_repeated_shapes_once(drawn: dict[str, str]) -> None:
    for svg in drawn.values():
        inside = re.sub(r"<(title|desc)\b.*?</\1>", "", svg)
        assert not re.search(r' (?:d|transform)="[^"]*\d\.\d\d', inside) and "class=" not in inside
        assert inside.count("font-family") == 1 and "<g>" not in inside
    uses = re.findall(r'<use[^>]* href="#([^"]+)"', drawn["calendar"])
    assert len(uses) > 10 and set(uses) <= set(re.findall(r'<path id="([^"]+)"', drawn["calendar"]))


def test_pair_shares_numbers_and_kilometres(drawn: dict[str, str]) -> None:
    shown = texts(drawn["distance_pair"])
    assert {"A 5.4 d", "B 7.9 d", "A 3,520 USD", "B 3,350 USD"} <= set(shown)
    assert shown.count("North Gate – South Gate") == 1 and shown.count("km from origin") == 1


def test_calendar_of_two_criteria_has_two_panels(drawn: dict[str, str]) -> None:
    assert {"fastest: days", "cheapest: USD"} <= set(texts(drawn["calendar_both"]))
    tops = [
        float(y)
        for y in re.findall(r'<g [^>]*transform="translate\(\d+,(\d+)\)"', drawn["calendar_both"])
    ]
    assert max(tops) > 112  # the second panel stands below the first


def test_pixel_of_a_place_and_back() -> None:
    view = view_of([50.0, 80.0], [25.0, 50.0], max_height=400)
    assert view.height <= 400
    for lon, lat in ((50.0, 25.0), (64.0, 40.0), (80.0, 50.0)):
        assert view.place(*view.pixel(lon, lat)) == pytest.approx((lon, lat))
    west, south, east, north = view.visible()
    assert west < 50 and south < 25 and east > 80 and north > 50


def test_same_frames_make_the_same_picture(drawn: dict[str, str]) -> None:
    assert to_svg(EVERY["time_distance"]()) == drawn["time_distance"]


def test_diagram_steps_stand_at_their_kilometre_and_sum_up() -> None:
    points = distance_points(cases.legs(), cases.nodes())
    steps = points.filter(pl.col("drawn") == STYLES["stop"].name)
    assert (steps["km"] == steps["km_to"]).all()
    assert steps.select("letter", "stop", "km").rows() == [
        ("A", "North Gate – South Gate", 250.0),
        ("B", "Midway", 900.0),
    ]
    assert (steps["time_to_h"] - steps["time_h"]).to_list() == pytest.approx([8.5, 30.0])
    waits = points.filter(pl.col("drawn") == STYLES["wait"].name)
    assert waits.select("letter", "km", "time_h", "time_to_h").rows() == [("B", 0.0, 0.0, 24.0)]
    ends = points.group_by("letter", maintain_order=True).last()
    assert ends["time_to_h"].to_list() == pytest.approx([129.0, 189.0])
    assert ends["cost_to_usd"].to_list() == pytest.approx([3520.0, 3350.0])
    assert ends["km_to"].to_list() == pytest.approx(cases.routes()["length_km"].to_list())


def test_fees_told_apart_are_a_step() -> None:
    legs = cases.legs().with_columns(
        fixed_usd=pl.when(pl.col("link_id") == "gate").then(90.0).otherwise(0.0)
    )
    step = distance_points(legs, cases.nodes()).filter(
        (pl.col("stop") == "North Gate – South Gate") & (pl.col("km") == pl.col("km_to"))
    )
    assert (step["cost_to_usd"] - step["cost_usd"]).to_list() == [90.0]


def test_svg_draws_the_vertical_steps(drawn: dict[str, str]) -> None:
    """The border's step of r0 is in the picture: upright, at its kilometre, as long as its
    hours."""
    spec = EVERY["time_distance"]().to_dict()
    plot = spec["vconcat"][0]
    x_top = plot["layer"][0]["encoding"]["x"]["scale"]["domain"][1]
    y_top = plot["layer"][0]["encoding"]["y"]["scale"]["domain"][1]
    uprights = []
    for path in re.findall(
        r'<path[^>]* d="M([\d.]+),([\d.]+)L([\d.]+),([\d.]+)"[^>]*stroke="#000000"',
        drawn["time_distance"],
    ):
        x0, y0, x1, y1 = map(float, path)
        uprights.append((x0, x1, abs(y1 - y0)))
    wanted = (250 / x_top * plot["width"], 8.5 / 24 / y_top * plot["height"])
    assert any(
        abs(x0 - x1) < 0.01 and abs(x0 - wanted[0]) < 0.5 and abs(h - wanted[1]) < 0.5
        for x0, x1, h in uprights
    )


def test_labels_of_a_diagram_do_not_overlap() -> None:
    many = pl.concat(
        [
            cases.legs().with_columns(
                route_id=pl.lit(f"r{i}") + pl.col("route_id"),
                time_h=pl.col("time_h") * (1 + 0.02 * i),
            )
            for i in range(3)
        ]
    )
    plot = time_distance(many, cases.nodes()).to_dict()
    name = plot["vconcat"][0]["layer"][1]["data"]["name"]
    labels = plot["datasets"][name]
    boxes = [
        (x["x_px"], x["y_px"], 9.0 if x["is_number"] else 3.5 * len(x["mark"]) + 2) for x in labels
    ]
    for i, (x, y, half) in enumerate(boxes):
        for other_x, other_y, other_half in boxes[:i]:
            assert abs(x - other_x) >= half + other_half - 0.5 or abs(y - other_y) >= 15.5


def test_texts_tell_the_routes(drawn: dict[str, str]) -> None:
    assert {"A 5.4 d", "B 7.9 d", "North Gate – South Gate", "Midway"} <= set(
        texts(drawn["time_distance"])
    )
    assert {"A 3,520 USD", "B 3,350 USD"} <= set(texts(drawn["cost_distance"]))
    assert {"Alpha", "Southport", "North Gate", "A", "B"} <= set(texts(drawn["route_map"]))


def test_modes_look_alike_everywhere_and_differ_by_more_than_colour() -> None:
    modes = [
        style for name, style in STYLES.items() if name not in ("stop", "wait", "planned", "closed")
    ]
    assert len({(style.dash, style.width) for style in modes}) == len(modes)
    assert len({style.hue for style in modes}) == len(modes)
    assert (
        style_key("ferry-1520") == "ferry"
        and style_key("rail-1067") == "rail"
        and style_key("rail-1520") == "rail-1520"
    )
    for name in ("time_distance", "network_map", "route_map"):
        found = [
            part
            for part in _walk(EVERY[name]().to_dict())
            if part.get("field") == "drawn" and "scale" in part
        ]
        for channel in found:
            for label, value in zip(
                channel["scale"]["domain"], channel["scale"]["range"], strict=True
            ):
                style = next(style for style in STYLES.values() if style.name == label)
                assert value in (style.hue, list(style.dash), style.width, style.width * 1.5)


def _walk(tree: Any) -> list[dict[str, Any]]:
    if isinstance(tree, list):
        return [found for item in tree for found in _walk(item)]
    if isinstance(tree, dict):
        return [tree, *(found for item in tree.values() for found in _walk(item))]
    return []


def test_map_marks_planned_shut_and_leaves_out_ways_round_land() -> None:
    rows = next(
        rows
        for rows in network_map(cases.nodes(), cases.links(), closed={"mid-port"})
        .to_dict()["datasets"]
        .values()
        if rows and "link_id" in rows[0]
    )
    kinds = {row["link_id"]: row["drawn"] for row in rows}
    assert kinds["mid-port"] == kinds["gate-rail"] == STYLES["closed"].name
    assert kinds["mid-port-rail"] == STYLES["planned"].name
    assert kinds["a-mid-rail"] == STYLES["rail-1520"].name
    assert "isle-round" not in kinds and "port-isle" in kinds


def test_labels_stand_where_the_projection_puts_places(drawn: dict[str, str]) -> None:
    """The dot drawn from our own formula and the end of the line drawn by the viewer's projection
    meet."""
    view = view_of(cases.nodes()["lon_deg"], cases.nodes()["lat_deg"])
    x, y = view.pixel(67.0, 24.8)
    ends = [
        (float(a), float(b))
        for a, b in re.findall(r"[ML](-?[\d.]+),(-?[\d.]+)", drawn["network_map"])
    ]
    assert min(abs(a - x) + abs(b - y) for a, b in ends) < 0.2


def test_calendar_shows_gaps_with_their_reason(drawn: dict[str, str]) -> None:
    shown = texts(drawn["calendar"])
    assert (
        "closed (mid-port until 2026-03-30)" in shown and shown.count("a") == 2
    )  # in the gap and in the key
    spec = EVERY["calendar"]().to_dict()
    points = next(rows for rows in spec["datasets"].values() if rows and "corridor" in rows[0])
    assert len(points) == one_criterion("time")["time_h"].drop_nulls().len() == 23
    assert {row["corridor"] for row in points} == {"KZ–KG–PK by gate", "KZ–KG–PK by a-mid-rail"}


def test_calendar_without_any_route_is_one_gap() -> None:
    empty = one_criterion("time").with_columns(
        time_h=pl.lit(None, dtype=pl.Float64),
        cost_usd=pl.lit(None, dtype=pl.Float64),
        reason=pl.lit("war"),
        countries=pl.lit([], dtype=pl.List(pl.String)),
        borders=pl.lit([], dtype=pl.List(pl.String)),
    )
    assert "war" in texts(to_svg(calendar(empty)))


def test_validation_and_evidence_hold_their_rows(drawn: dict[str, str]) -> None:
    assert {"Lorry Alpha-Midway", "First run", "Price Alpha-Southport"} <= set(
        texts(drawn["validation"])
    )
    assert {"links (9)", "nodes (6)", "2", "3", "4", "6"} <= set(texts(drawn["evidence"]))


def test_same_name_twice_makes_two_rows() -> None:
    twice = cases.validation().with_columns(name=pl.lit("run"))
    assert {"run (o1)", "run (o2)", "run (o4)"} <= set(texts(to_svg(validation(twice))))


def test_letters_and_free_places() -> None:
    assert [route_letter(i) for i in (0, 25, 26)] == ["A", "Z", "A2"]
    assert with_letters(cases.legs())["letter"].to_list() == ["A"] * 4 + ["B"] * 3
    box = Label(50.0, 50.0, 20.0, 10.0)
    places = free_places([box, box, box], ((0, 0), (0, 1.0)), (100.0, 100.0))
    assert places == [(50.0, 50.0), (50.0, 60.0), None]


def test_outline_is_small_and_cut_to_its_window() -> None:
    whole = outline()
    west, south, east, north = whole["window"]
    assert all(
        west <= x <= east and south <= y <= north
        for polygon in whole["land"]
        for ring in polygon
        for x, y in ring
    )
    part = basemap(Bounds(60.0, 30.0, 70.0, 40.0))
    assert {name["country"] for name in part["names"]} >= {"AF"}
    assert all(
        60 <= x <= 70 and 30 <= y <= 40
        for polygon in part["land"]["coordinates"]
        for ring in polygon
        for x, y in ring
    )
    assert part["borders"]["coordinates"]


def test_caspian_is_water() -> None:
    """A ring of even crossings: a point in the sea's middle is outside the land, one in
    Turkmenistan is inside."""

    def crossings(lon: float, lat: float) -> int:
        return sum(
            (y0 <= lat) != (y1 <= lat) and lon < x0 + (lat - y0) * (x1 - x0) / (y1 - y0)
            for polygon in outline()["land"]
            for ring in polygon
            for (x0, y0), (x1, y1) in zip(ring, ring[1:], strict=False)
        )

    assert crossings(51.0, 41.5) % 2 == 0
    assert crossings(58.4, 38.5) % 2 == 1


def test_clipping_and_thinning() -> None:
    square = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]
    cut = clip_ring(square, Bounds(2.0, 1.0, 9.0, 9.0))
    assert set(cut) == {(2.0, 1.0), (4.0, 1.0), (4.0, 4.0), (2.0, 4.0)} and cut[0] == cut[-1]
    assert clip_ring(square, Bounds(5.0, 5.0, 9.0, 9.0)) == []
    assert clip_line(
        [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)], Bounds(1.0, -1.0, 3.0, 9.0)
    ) == [
        [(1.0, 0.0), (3.0, 0.0)],
        [(3.0, 4.0), (1.0, 4.0)],
    ]
    assert simplify([(0.0, 0.0), (1.0, 0.001), (2.0, 0.0), (3.0, 1.0)]) == [
        (0.0, 0.0),
        (2.0, 0.0),
        (3.0, 1.0),
    ]


def test_making_keeps_one_common_border() -> None:
    """Two square neighbours of a hand-made TopoJSON: two names where coded, one border between
    them."""
    topology = {
        "transform": {"scale": [1, 1], "translate": [0, 0]},
        "arcs": [
            [[10, 10], [0, 10]],
            [[10, 20], [-10, 0], [0, -10], [10, 0]],
            [[10, 20], [10, 0], [0, -10], [-10, 0]],
        ],
        "objects": {
            "countries": {
                "geometries": [
                    {
                        "type": "Polygon",
                        "id": "001",
                        "properties": {"name": "West"},
                        "arcs": [[0, 1]],
                    },
                    {
                        "type": "Polygon",
                        "id": "002",
                        "properties": {"name": "East"},
                        "arcs": [[~0, ~2]],
                    },
                ]
            },
            "land": {"geometries": [{"type": "Polygon", "arcs": [[1, ~2]]}]},
        },
    }
    made = make_outline(topology, {"001": "WW"})
    assert made["borders"] == [[(10.0, 10.0), (10.0, 20.0)]]
    assert [name["country"] for name in made["names"]] == ["WW"]
    assert len(made["land"]) == 1
