"""Places on the globe: distances, and which country or sea a point lies in.

Countries are those of time zones: a zone of the IANA database belongs to one country, and the
zones' shapes come with tzfpy. They are simplified (borders are right to a kilometre or two) and
count waters near the coast as the country's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import ArrayLike

from corridor.kernels import Floats

EARTH_RADIUS_KM = 6371.0088  # mean radius. Source: Moritz (2000), Geodetic Reference System 1980
# The same rounded to a whole kilometre. The potential of trade is built on it; it lies 0.0001 %
# below the mean radius, and changing it would move published figures.
EARTH_RADIUS_ROUNDED_KM = 6371.0
_NOT_ISO = {"EU": "European Union", "XK": "Kosovo", "ZZ": "rest of the world"}


def great_circle_km(
    lon_deg: ArrayLike,
    lat_deg: ArrayLike,
    to_lon_deg: ArrayLike,
    to_lat_deg: ArrayLike,
) -> Floats:
    """Return the shortest distances over the sphere in km; nan where a coordinate is.

    The ellipsoid's differ by up to 0.6 %. Source: Sinnott (1984), haversine formula.
    """
    lon, lat, to_lon, to_lat = (
        np.radians(np.asarray(a, dtype=np.float64))
        for a in (lon_deg, lat_deg, to_lon_deg, to_lat_deg)
    )
    half = (
        np.sin((to_lat - lat) / 2) ** 2
        + np.cos(lat) * np.cos(to_lat) * np.sin((to_lon - lon) / 2) ** 2
    )
    return np.asarray(
        2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))), dtype=np.float64
    )


def great_circles_km(lon_deg: ArrayLike, lat_deg: ArrayLike) -> Floats:
    """Return the shortest distances over the sphere between all places in km [places, places].

    With the rounded radius, and by the law of cosines, which is right to some metres.
    """
    lon = np.radians(np.asarray(lon_deg, dtype=np.float64))
    lat = np.radians(np.asarray(lat_deg, dtype=np.float64))

    sines = np.sin(lat)[:, None] * np.sin(lat)
    cosines = np.cos(lat)[:, None] * np.cos(lat) * np.cos(lon[:, None] - lon)
    distances_km: Floats = EARTH_RADIUS_ROUNDED_KM * np.arccos(np.clip(sines + cosines, -1.0, 1.0))
    return distances_km


def countries_at(lon_deg: float, lat_deg: float) -> frozenset[str]:
    """Return the ISO 3166 codes of the countries a point lies in.

    Several where zones overlap, none on the high sea.
    """
    import tzfpy

    of = _zones()
    return frozenset(of[z] for z in tzfpy.get_tzs(lon_deg, lat_deg) if z in of)


def countries_near(lon_deg: float, lat_deg: float, within_km: float) -> frozenset[str]:
    """Return the countries of a point and of eight points around it at a distance in km."""
    found = set(countries_at(lon_deg, lat_deg))
    north = math.degrees(within_km / EARTH_RADIUS_KM)
    east = north / max(math.cos(math.radians(lat_deg)), 0.01)
    for eighth in range(8):
        angle = eighth * math.pi / 4
        lat = min(90.0, max(-90.0, lat_deg + north * math.sin(angle)))
        found |= countries_at((lon_deg + east * math.cos(angle) + 180) % 360 - 180, lat)
    return frozenset(found)


def is_sea(lon_deg: float, lat_deg: float) -> bool:
    """Tell whether a point lies on the sea, beyond the waters near a coast (about 22 km)."""
    return not countries_at(lon_deg, lat_deg)


@cache
def country_names() -> Mapping[str, str]:
    """Return the name of every ISO 3166 alpha-2 code, and of EU, XK and ZZ."""
    return {**{row[0]: row[1] for row in _rows("iso3166.tab")}, **_NOT_ISO}


@cache
def _zones() -> Mapping[str, str]:
    """Country of every time zone."""
    return {row[2]: row[0] for row in _rows("zone.tab")}


def _rows(name: str) -> list[list[str]]:
    text = resources.files("tzdata").joinpath("zoneinfo", name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
