"""The outline under every map, its cutting, its projection, and how it was made."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest

from corridor.charts.basemap.clipping import Bounds, Line, clip_line, clip_ring, divide_edges
from corridor.charts.basemap.details import details, relief_tiles
from corridor.charts.basemap.make import make_outline, simplify
from corridor.charts.basemap.outline import WORLD, basemap, waters
from corridor.charts.basemap.view import close_together, view_of
from corridor.network.outline import countries_on, join_arcs, outline, unpack, without_jumps

SQUARE: Line = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)]


def test_pixel_of_a_place_and_back() -> None:
    view = view_of([50.0, 80.0], [25.0, 50.0], max_height=400)
    assert view.height <= 400
    for lon, lat in ((50.0, 25.0), (64.0, 40.0), (80.0, 50.0)):
        assert view.place(*view.pixel(lon, lat)) == pytest.approx((lon, lat))

    west, south, east, north = view.visible()
    assert west < 50 and south < 25 and east > 80 and north > 50


def test_the_world_lies_within_its_bounds() -> None:
    world = basemap(WORLD)
    assert_within(world["land"]["coordinates"], WORLD)
    points = [p for polygon in world["land"]["coordinates"] for ring in polygon for p in ring]
    assert min(lon for lon, _ in points) == -180 and max(lon for lon, _ in points) == 180
    assert min(lat for _, lat in points) == -90 and max(lat for _, lat in points) > 83
    assert len(world["names"]) > 230


def test_bounds_beyond_180_degrees_hold_both_sides() -> None:
    bounds = Bounds(165.0, -25.0, 195.0, -8.0)
    part = basemap(bounds)
    assert_within(part["land"]["coordinates"], bounds)
    lons = {name["country"]: name["lon"] for name in part["names"]}
    assert lons["FJ"] == pytest.approx(178, abs=2) and lons["WS"] == pytest.approx(187.6, abs=1)

    chukotka = basemap(Bounds(170.0, 60.0, 200.0, 75.0))["land"]["coordinates"]
    rings = [ring for polygon in chukotka for ring in polygon]
    assert any(min(lon for lon, _ in ring) < 180 < max(lon for lon, _ in ring) for ring in rings)


def test_basemap_is_cut_to_its_bounds() -> None:
    bounds = Bounds(60.0, 30.0, 70.0, 40.0)
    part = basemap(bounds)
    assert {name["country"] for name in part["names"]} >= {"AF"}
    assert_within(part["land"]["coordinates"], bounds)
    assert part["borders"]["coordinates"]


def test_the_line_of_control_is_dashed_and_no_border() -> None:
    """Between the two parts of Kashmir runs a disputed line; between Iran and Pakistan a border."""
    assert passes(details().disputed, Bounds(73.5, 33.5, 74.2, 35.0))
    assert not passes(details().borders, Bounds(73.5, 33.5, 74.2, 35.0))
    assert passes(details().borders, Bounds(61.0, 28.0, 63.5, 29.5))
    assert len(details().disputed) > 30


def passes(lines: Iterable[Line], bounds: Bounds) -> bool:
    return any(clip_line(line, bounds) for line in lines)


@pytest.mark.parametrize(
    ("bounds", "has_lakes"),
    [
        (Bounds(60.0, 20.0, 80.0, 50.0), True),  # Indus and Balkhash
        (Bounds(-80.0, -40.0, -50.0, 0.0), True),  # Parana and Titicaca
        (Bounds(120.0, 55.0, 125.0, 75.0), False),  # the Lena
        (Bounds(140.0, -40.0, 225.0, -20.0), True),  # the Murray, across 180 degrees
    ],
)
def test_waters_of_both_hemispheres_lie_within_their_bounds(
    bounds: Bounds, has_lakes: bool
) -> None:
    found = waters(bounds)
    points = [point for line in found["rivers"]["coordinates"] for point in line]
    assert len(points) > 100
    assert all(bounds.west <= lon <= bounds.east for lon, _ in points)
    assert all(bounds.south <= lat <= bounds.north for _, lat in points)
    assert bool(found["lakes"]["coordinates"]) == has_lakes


def test_names_are_spread_by_zoom() -> None:
    """Large towns are named from afar, and no zoom names one thing twice."""
    names = details().names
    zooms = {(name.kind, name.name): name.zoom for name in names}
    assert zooms["town", "Karachi"] == 3 and zooms["town", "Suva"] <= 4
    assert zooms["sea", "Arabian Sea"] < zooms["sea", "Strait of Hormuz"]
    assert zooms["lake", "Lake Balkhash"] == 3
    assert all(abs(name.lon) <= 180 and abs(name.lat) <= 90 for name in names)
    seas = [name.name for name in names if name.kind == "sea"]
    assert len(seas) == len(set(seas)) > 100


def test_seas_are_named_at_sea() -> None:
    on_land = [
        name.name
        for name in details().names
        if name.kind == "sea" and countries_on(name.lon, name.lat)
    ]
    assert on_land == []


def test_relief_has_every_tile_of_its_zooms() -> None:
    tiles = relief_tiles()
    assert set(tiles) == {
        f"{zoom}/{column}/{row}.webp"
        for zoom in range(1, 5)
        for column in range(2**zoom)
        for row in range(2**zoom)
    }
    assert all(data[:4] == b"RIFF" and data[8:12] == b"WEBP" for data in tiles.values())


def assert_within(polygons: Iterable[Any], bounds: Bounds) -> None:
    points = [point for polygon in polygons for ring in polygon for point in ring]
    assert points
    assert all(bounds.west <= lon <= bounds.east for lon, _ in points)
    assert all(bounds.south <= lat <= bounds.north for _, lat in points)


def test_caspian_is_water() -> None:
    """A point in the sea's middle is outside the land, one in Turkmenistan is inside."""
    assert crossings(51.0, 41.5) % 2 == 0
    assert crossings(58.4, 38.5) % 2 == 1


def crossings(lon_deg: float, lat_deg: float) -> int:
    """Return how often a line to the east of a point crosses a coast: odd on land."""
    edges = [edge for polygon in outline().land for ring in polygon for edge in pairwise(ring)]
    return sum(
        (south <= lat_deg) != (north <= lat_deg)
        and lon_deg < west + (lat_deg - south) * (east - west) / (north - south)
        for (west, south), (east, north) in edges
    )


def test_no_line_of_the_outline_crosses_the_map() -> None:
    edges = [edge for polygon in outline().land for ring in polygon for edge in pairwise(ring)]
    for (x0, y0), (x1, y1) in edges:
        assert abs(x1 - x0) < 8 or y0 == y1 == -90, ((x0, y0), (x1, y1))


def test_rings_are_clipped_and_stay_closed() -> None:
    ring = clip_ring(SQUARE, Bounds(2.0, 1.0, 9.0, 9.0))
    assert set(ring) == {(2.0, 1.0), (4.0, 1.0), (4.0, 4.0), (2.0, 4.0)}
    assert ring[0] == ring[-1]
    assert clip_ring(SQUARE, Bounds(5.0, 5.0, 9.0, 9.0)) == []


def test_lines_are_clipped_to_their_pieces() -> None:
    assert clip_line(SQUARE[:-1], Bounds(1.0, -1.0, 3.0, 9.0)) == [
        [(1.0, 0.0), (3.0, 0.0)],
        [(3.0, 4.0), (1.0, 4.0)],
    ]


def test_edges_along_a_parallel_are_divided() -> None:
    divided = divide_edges(SQUARE, Bounds(0.0, 0.0, 4.0, 9.0))
    southern = [point for point in divided if point[1] == 0.0]
    assert len(southern) == 7  # both corners, four between, and the first again
    assert [point for point in divided if point[1] == 4.0] == [(4.0, 4.0), (0.0, 4.0)]


def test_simplified_lines_keep_their_corners() -> None:
    line = [(0.0, 0.0), (1.0, 0.001), (2.0, 0.0), (3.0, 1.0)]
    assert simplify(line) == [(0.0, 0.0), (2.0, 0.0), (3.0, 1.0)]


def test_ring_over_the_date_line_goes_on() -> None:
    """What passes 180 degrees does not come back across the whole map."""
    east = [(170.0, 60.0), (180.0, 61.0)]
    west = [(-180.0, 61.0), (-170.0, 65.0), (-180.0, 66.0)]
    back = [(180.0, 66.0), (170.0, 60.0)]

    arcs = [without_jumps(arc) for arc in (east, [east[-1], *west], [west[-1], *back])]
    ring = join_arcs([0, 1, 2], arcs)
    assert max(abs(b[0] - a[0]) for a, b in pairwise(ring)) <= 10
    assert ring[0] == ring[-1]
    assert max(lon for lon, _ in ring) == 190


def test_neighbours_are_countries_of_one_land() -> None:
    """Two square neighbours: a name where it has a code, and one land of both."""
    made = unpack(make_outline(two_squares(), {"001": "WW"}))
    assert [label.country for label in made.labels] == ["WW"]
    assert len(made.land) == 1
    assert {code: len(shapes) for code, shapes in made.countries.items()} == {"WW": 1}


def two_squares() -> dict[str, Any]:
    """Return the TopoJSON of two countries side by side."""
    border = [[10, 10], [0, 10]]
    western = [[10, 20], [-10, 0], [0, -10], [10, 0]]
    eastern = [[10, 20], [10, 0], [0, -10], [-10, 0]]
    west = {"type": "Polygon", "id": "001", "properties": {"name": "West"}, "arcs": [[0, 1]]}
    east = {"type": "Polygon", "id": "002", "properties": {"name": "East"}, "arcs": [[~0, ~2]]}
    return {
        "transform": {"scale": [1, 1], "translate": [0, 0]},
        "arcs": [border, western, eastern],
        "objects": {
            "countries": {"geometries": [west, east]},
            "land": {"geometries": [{"type": "Polygon", "arcs": [[1, ~2]]}]},
        },
    }


@pytest.mark.parametrize(
    ("lons", "lats"),
    [([28.0, 31.0], [-26.2, -17.8]), ([-99.1, -96.1], [19.4, 25.7]), ([-58.0], [-34.6])],
)
def test_places_beyond_the_outline_are_on_the_paper(lons: list[float], lats: list[float]) -> None:
    view = view_of(lons, lats)
    west, south, east, north = view.visible()
    for lon, lat in zip(lons, lats, strict=True):
        x, y = view.pixel(lon, lat)
        assert 0 <= x <= view.width and 0 <= y <= view.height
        assert view.place(x, y) == pytest.approx((lon, lat))
        assert west < lon < east and south < lat < north


@pytest.mark.parametrize(
    ("lons", "together"),
    [
        ([178.4, -171.8, 175.0], [178.4, 188.2, 175.0]),
        ([-99.0, -60.0], [-99.0, -60.0]),
        ([-100.0, 100.0], [260.0, 100.0]),
        ([31.0], [31.0]),
    ],
)
def test_places_beyond_the_widest_gap_lie_a_turn_further(
    lons: list[float], together: list[float]
) -> None:
    assert close_together(lons) == pytest.approx(together)


def test_a_map_over_180_degrees_is_as_wide_as_its_places() -> None:
    view = view_of([178.44, -171.76, -170.7], [-18.14, -13.83, -14.28])
    west, _, east, _ = view.visible()
    assert east - west < 40
    xs = [view.pixel(lon, -15.0)[0] for lon in (178.44, -171.76, -170.7)]
    assert xs == sorted(xs) and xs[0] > 0 and xs[-1] < view.width


def test_lakes_between_the_caspian_and_the_altai_are_named_in_kazakh() -> None:
    near = [n for n in details().names if n.kind == "lake" and 44 < n.lon < 90 and 36 < n.lat < 52]
    assert len(near) > 8
    assert [n.name for n in near if "kk" not in n.names] == []
