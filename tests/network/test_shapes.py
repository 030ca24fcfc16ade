"""Shapes: what is written is read again; those of the study run where ships and lorries do."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_cases import read
from corridor.checks.shapes import LAND_MODES
from corridor.kernels import Bools, Floats
from corridor.network.geo import great_circle_km
from corridor.network.outline import outline
from corridor.network.shapes import (
    MIN_DIFFERENCE_KM,
    is_off,
    length_km,
    lines_of,
    point_along,
    points_of,
    text_of,
    with_lines,
)

PLACES = st.tuples(
    st.integers(-180_000, 180_000).map(lambda k: k / 1000),
    st.integers(-90_000, 90_000).map(lambda k: k / 1000),
)
LACKS_BENDS = "its bends are not known"
MAX_LAND_KM = 20.0
STEP_KM = 10.0
# Where ships pass through land, or between shores nearer than the outline can show: Suez, Bosporus,
# Dardanelles, Messina, the channel of the Volga (west, south, east, north).
CHANNELS = (
    (31.9, 29.6, 32.9, 31.6),
    (28.5, 40.8, 29.5, 41.4),
    (25.8, 39.8, 27.6, 40.8),
    (15.2, 37.8, 15.9, 38.4),
    (47.4, 45.3, 48.6, 46.6),
)


@given(st.lists(PLACES, min_size=2, max_size=20))
def test_what_is_written_is_read_again(points: list[tuple[float, float]]) -> None:
    assert points_of(text_of(points)) == tuple(points)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "66.9 24.8, 67.1 25.2",
        "LINESTRING (66.9 24.8)",
        "LINESTRING (66.9 24.8, 67.1)",
        "LINESTRING (66.9 24.8, 190 25.2)",
        "LINESTRING (24.8 91, 25 91)",
        "LINESTRING (66.9 24.8, nan nan)",
        "POINT (1 2)",
    ],
)
def test_other_text_is_refused(line: str) -> None:
    with pytest.raises(ValueError):
        points_of(line)


def test_length_is_that_over_the_sphere() -> None:
    quarter_km = length_km([(0.0, 0.0), (45.0, 0.0), (90.0, 0.0)])
    assert quarter_km == pytest.approx(np.pi / 2 * 6371.0088)


def test_middle_lies_half_way_along_also_across_180_degrees() -> None:
    assert point_along([(0.0, 0.0), (1.0, 0.0), (4.0, 0.0)], 0.5) == pytest.approx((2.0, 0.0))
    assert point_along([(178.0, 0.0), (-178.0, 0.0)], 0.5)[0] in (180.0, -180.0)
    assert point_along([(5.0, 5.0), (5.0, 5.0)], 0.5) == (5.0, 5.0)


def test_links_keep_their_order_and_lack_lines_that_are_not_known() -> None:
    links = pl.DataFrame({"link_id": ["b", "a"]})
    shapes = pl.DataFrame({"link_id": ["a"], "line": ["LINESTRING (0 0, 1 1)"]})
    assert with_lines(links, shapes).rows() == [("b", None), ("a", "LINESTRING (0 0, 1 1)")]


def test_lines_of_the_study_were_traced_over_the_length_of_their_links() -> None:
    """A road or railway is as long as its link where it was traced, within 10 % or 3 km."""
    tables = read("mid-2026").tables
    links = {row["link_id"]: row for row in tables["links"].to_dicts()}
    points = lines_of(tables["shapes"])

    for shape in tables["shapes"].to_dicts():
        link = links[shape["link_id"]]
        if link["mode"] in LAND_MODES:
            assert not is_off(shape["traced_km"], link["length_km"]), link["link_id"]
        drawn_km = length_km(points[shape["link_id"]])
        assert 0.7 * shape["traced_km"] <= drawn_km <= 1.1 * shape["traced_km"] + MIN_DIFFERENCE_KM


def test_every_line_that_is_drawn_whole_has_the_length_of_its_link() -> None:
    """Measured on what is drawn, over all roads and railways: the rest says it lacks bends.

    Those are at most 47 of 455; a map draws them dashed.
    """
    tables = read("mid-2026").tables
    shapes = tables["shapes"].join(
        tables["links"].select("link_id", "mode", "length_km"), on="link_id"
    )
    by_land = shapes.filter(pl.col("mode").is_in(LAND_MODES)).to_dicts()
    off = [
        shape
        for shape in by_land
        if is_off(length_km(points_of(shape["line"])), shape["length_km"])
    ]

    rough = [shape for shape in by_land if LACKS_BENDS in (shape["note"] or "")]
    assert [shape["link_id"] for shape in off] == [shape["link_id"] for shape in rough]
    assert {shape["confidence"] for shape in rough} == {"C"}
    assert len(by_land) >= 455
    assert len(rough) <= 47


def test_every_sea_link_and_nearly_every_other_has_a_line() -> None:
    """Of ten existing links nine have one as long as they are."""
    tables = read("mid-2026").tables
    shapes = tables["shapes"].with_columns(
        pl.col("note").fill_null("").str.contains(LACKS_BENDS).alias("is_rough")
    )
    links = with_lines(tables["links"], shapes).filter(pl.col("status") == "existing")
    whole = with_lines(links.drop("line"), shapes.filter(~pl.col("is_rough")))

    afloat = links.filter(pl.col("mode").is_in(["sea", "ferry"]))
    assert afloat["line"].null_count() == 0
    assert links["line"].null_count() / links.height <= 0.020
    assert whole["line"].null_count() / links.height <= 0.100


# The bridge from Yangshan, an island, to Shanghai.
BRIDGES = (121.85, 30.55, 122.15, 30.9)


def test_no_schematic_road_or_railway_of_the_study_crosses_the_sea() -> None:
    """Neither those drawn straight from end to end nor those drawn straight from town to town."""
    tables = read("mid-2026").tables
    places = {
        node["node_id"]: (node["lon_deg"], node["lat_deg"]) for node in tables["nodes"].to_dicts()
    }
    ashore = with_lines(tables["links"], tables["shapes"]).filter(pl.col("mode").is_in(LAND_MODES))
    guessed = tables["shapes"].filter(pl.col("source_id") == "own-estimate")["link_id"]
    lines = [
        [places[link["from_node_id"]], places[link["to_node_id"]]]
        if link["line"] is None
        else points_of(link["line"])
        for link in ashore.to_dicts()
        if link["line"] is None or link["link_id"] in set(guessed)
    ]
    assert len(lines) >= 60
    along = [np.concatenate([_every_10_km(*piece) for piece in pairwise(line)]) for line in lines]
    is_land = _is_land(np.concatenate(along))

    west, south, east, north = BRIDGES
    first = 0
    for line, spots in zip(lines, along, strict=True):
        lon, lat = spots.T
        is_bridge = (lon > west) & (lon < east) & (lat > south) & (lat < north)
        at_sea = ~is_land[first : first + len(spots)] & ~is_bridge
        assert STEP_KM * _longest_run(at_sea) <= MAX_LAND_KM, line
        first += len(spots)


@pytest.mark.slow
def test_no_ship_of_the_study_crosses_land() -> None:
    """Looked at every 10 km of every lane, channels apart."""
    tables = read("mid-2026").tables
    links = with_lines(tables["links"], tables["shapes"])
    afloat = links.filter(pl.col("mode").is_in(["sea", "ferry"]))
    segments = sorted({segment for line in afloat["line"] for segment in pairwise(points_of(line))})
    along = [_every_10_km(*segment) for segment in segments]
    is_land = _is_land(np.concatenate(along))

    first = 0
    for segment, places in zip(segments, along, strict=True):
        on_land_km = STEP_KM * _longest_run(is_land[first : first + len(places)])
        assert on_land_km <= MAX_LAND_KM, segment
        first += len(places)


def test_the_check_itself_sees_land() -> None:
    assert _is_land(np.array([(67.0, 48.0), (60.0, 20.0)])).tolist() == [True, False]


def _every_10_km(start: tuple[float, float], end: tuple[float, float]) -> Floats:
    count = max(2, int(float(great_circle_km(*start, *end)) / STEP_KM))
    shares = np.linspace(0.0, 1.0, count)[:, None]
    return np.array(start) + shares * (np.array(end) - np.array(start))


def _is_land(places: Floats) -> Bools:
    """Tell which places lie on land and in no channel: an even-odd test, polygon by polygon."""
    lon, lat = places.T
    is_land = np.zeros(len(places), bool)
    for polygon in outline().land:
        for ring in polygon:
            corners = np.array(ring)
            west, south = corners.min(axis=0)
            east, north = corners.max(axis=0)
            near = np.flatnonzero((lon > west) & (lon < east) & (lat > south) & (lat < north))
            is_land[near] ^= _is_inside(lon[near], lat[near], corners)

    for west, south, east, north in CHANNELS:
        is_land &= ~((lon > west) & (lon < east) & (lat > south) & (lat < north))
    return is_land


def _is_inside(lon: Floats, lat: Floats, corners: Floats) -> Bools:
    is_inside = np.zeros(len(lon), bool)
    for (x0, y0), (x1, y1) in pairwise(corners):
        if y0 == y1:
            continue
        between = (y0 > lat) != (y1 > lat)
        is_inside ^= between & (lon < x0 + (lat - y0) / (y1 - y0) * (x1 - x0))
    return is_inside


def _longest_run(flags: Bools) -> int:
    longest = 0
    run = 0
    for flag in flags:
        run = run + 1 if flag else 0
        longest = max(longest, run)
    return longest
