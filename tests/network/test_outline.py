"""The outline of the world says on whose land a point lies."""

from __future__ import annotations

import pytest

from corridor.network.geo import countries_at, line_geometry
from corridor.network.outline import countries_on, join_arcs, pack_arc


@pytest.mark.parametrize(
    ("lon", "lat", "codes"),
    [
        (105.85, 21.03, {"VN"}),
        (100.5, 13.75, {"TH"}),
        (36.82, -1.29, {"KE"}),
        (-58.4, -34.6, {"AR"}),
        (150.9, -33.8, {"AU"}),
        (-175.0, 67.0, {"RU"}),
        (175.0, 67.0, {"RU"}),
        (0.0, -89.0, {"AQ"}),
        (28.5, -29.5, {"LS"}),  # a hole in South Africa
        (-30.0, 30.0, set()),
    ],
)
def test_land_of_countries(lon: float, lat: float, codes: set[str]) -> None:
    assert countries_on(lon, lat) == codes


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (105.85, 21.03, "VN"),  # Hanoi keeps the time of Bangkok
        (103.97, 22.5, "VN"),  # Lao Cai, at the border with China
        (100.5, 13.75, "TH"),
        (34.27, 0.63, "KE"),  # Malaba, at the border with Uganda
        (32.58, 0.31, "UG"),
        (34.1, 44.95, "UA"),  # the zone is disputed: left as IANA has it
    ],
)
def test_countries_that_share_a_zone(lon: float, lat: float, code: str) -> None:
    assert countries_at(lon, lat) == {code}


def test_a_ring_round_the_pole_is_closed_over_it() -> None:
    ring = join_arcs([0], [[(-180.0, -80.0), (-60.0, -75.0), (60.0, -75.0), (180.0, -80.0)]])
    assert ring[-3:] == [(180.0, -90.0), (-180.0, -90.0), (-180.0, -80.0)]


def test_arcs_are_stored_without_repeated_points() -> None:
    assert pack_arc([(1.0, 2.0), (1.001, 2.001), (1.5, 1.0)]) == [100, 200, 50, -100]


def test_lines_are_cut_at_180_degrees() -> None:
    suva = (178.0, -18.0)
    pago = (-170.0, -14.0)
    assert line_geometry([suva, pago]) == {
        "type": "MultiLineString",
        "coordinates": [
            [[178.0, -18.0], [180.0, -17.333333]],
            [[-180.0, -17.333333], [-170.0, -14.0]],
        ],
    }
    there_and_back = line_geometry([pago, suva, pago])
    assert [len(part) for part in there_and_back["coordinates"]] == [2, 3, 2]
    assert line_geometry([(10.0, 0.0), (20.0, 0.0)])["type"] == "LineString"
