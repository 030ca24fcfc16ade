"""Distances agree with published ones and with the laws of the sphere; countries are right near
borders and coasts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.network import geo

LON = st.floats(-180, 180)
LAT = st.floats(-90, 90)


def km(*ends: float) -> float:
    return float(geo.great_circle_km(*ends))


def test_quarter_of_a_meridian() -> None:
    assert km(10, 0, 10, 90) == pytest.approx(geo.EARTH_RADIUS_KM * math.pi / 2)


def test_published_distance() -> None:
    # Rosetta Code, "Haversine formula": Nashville to Los Angeles airport, 2887.26 km on a sphere of
    # 6372.8 km.
    assert km(-86.67, 36.12, -118.40, 33.94) == pytest.approx(
        2887.2599 * geo.EARTH_RADIUS_KM / 6372.8, abs=0.01
    )


def test_antipodes_are_half_round_the_globe() -> None:
    assert km(30, 20, -150, -20) == pytest.approx(geo.EARTH_RADIUS_KM * math.pi)


@given(LON, LAT, LON, LAT)
def test_either_way_is_as_long(a: float, b: float, c: float, d: float) -> None:
    assert km(a, b, c, d) == pytest.approx(km(c, d, a, b), abs=1e-6)
    assert 0 <= km(a, b, c, d) <= geo.EARTH_RADIUS_KM * math.pi * (1 + 1e-12)


@given(LON, LAT, LON, LAT, LON, LAT)
def test_a_detour_is_no_shorter(a: float, b: float, c: float, d: float, e: float, f: float) -> None:
    assert km(a, b, e, f) <= km(a, b, c, d) + km(c, d, e, f) + 1e-6


def test_arrays_go_element_by_element() -> None:
    lon = np.array([76.93, 67.01])
    lat = np.array([43.26, 24.86])
    both = geo.great_circle_km(lon, lat, 69.2, 34.5)
    assert both.shape == (2,)
    assert both[1] == pytest.approx(km(67.01, 24.86, 69.2, 34.5))


def test_distances_between_all_places_are_those_of_each_pair() -> None:
    lon = np.array([76.9, 67.0, 69.2, -74.0])
    lat = np.array([43.2, 24.9, 34.5, 40.7])

    all_pairs = geo.great_circles_km(lon, lat)

    one_by_one = geo.great_circle_km(lon[:, None], lat[:, None], lon, lat)
    rounded = one_by_one * geo.EARTH_RADIUS_ROUNDED_KM / geo.EARTH_RADIUS_KM
    assert all_pairs == pytest.approx(rounded, rel=1e-9, abs=1e-3)


@pytest.mark.parametrize(
    ("lon", "lat", "country"),
    [
        (76.93, 43.26, "KZ"),
        (67.01, 24.86, "PK"),
        (69.2, 34.5, "AF"),
        (69.24, 41.3, "UZ"),
        (58.38, 37.95, "TM"),
        (74.6, 42.87, "KG"),
        (68.78, 38.56, "TJ"),
        (75.99, 39.47, "CN"),
        (51.42, 35.7, "IR"),
        (77.2, 28.6, "IN"),
        (49.87, 40.4, "AZ"),
        (44.8, 41.7, "GE"),
        (17.1, 48.15, "SK"),
        (18.07, 59.33, "SE"),
        (55.27, 25.2, "AE"),
        (-0.1, 51.5, "GB"),
    ],
)
def test_country_of_a_city(lon: float, lat: float, country: str) -> None:
    assert geo.countries_at(lon, lat) == {country}


def test_sea() -> None:
    assert geo.is_sea(65.0, 15.0)
    assert geo.is_sea(-30.0, 40.0)
    assert not geo.is_sea(66.97, 24.83)  # the port of Karachi
    assert not geo.is_sea(76.93, 43.26)


def test_border_is_seen_from_both_sides() -> None:
    here = geo.countries_near(71.09, 34.13, 5)  # Torkham
    assert here == {"AF", "PK"}


def test_ring_reaches_over_the_date_line_and_the_pole() -> None:
    assert geo.countries_near(179.99, 66.0, 5) == {"RU"}
    assert isinstance(geo.countries_near(0.0, 90.0, 50), frozenset)


def test_codes_are_those_of_iso() -> None:
    names = geo.country_names()
    assert len(names) == 249 + 3
    assert names["KZ"] == "Kazakhstan"
    assert all(len(code) == 2 and code.isupper() for code in names)
