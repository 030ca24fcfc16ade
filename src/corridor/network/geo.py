"""Places on the globe: distances, and which country or sea a point lies in.

Countries are those of time zones: most zones of the IANA database belong to one country, and the
zones' shapes come with tzfpy. They are simplified (borders are right to a kilometre or two) and
count waters near the coast as the country's. Where countries share a zone (Hanoi keeps the time of
Bangkok) the outline of the world says in which of them a point lies.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from corridor.kernels import Floats
from corridor.network.outline import countries_on

EARTH_RADIUS_KM = 6371.0088  # mean radius. Source: Moritz (2000), Geodetic Reference System 1980
# The same rounded to a whole kilometre. The potential of trade is built on it; it lies 0.0001 %
# below the mean radius, and changing it would move published figures.
EARTH_RADIUS_ROUNDED_KM = 6371.0
_CLEAR_KM = 20.0  # the outline is right to about 5 km: nearer to a border it decides nothing
_DISPUTED_ZONES = frozenset({"Europe/Simferopol"})
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

    zones = [zone for zone in tzfpy.get_tzs(lon_deg, lat_deg) if zone in _zones()]
    return frozenset().union(*(_countries_of(zone, lon_deg, lat_deg) for zone in zones))


def _countries_of(zone: str, lon_deg: float, lat_deg: float) -> frozenset[str]:
    """Return the country of a zone, or of those that share it the one whose land a point lies in.

    Its own where the outline leaves it open, as near a border, or where the border is disputed.
    """
    own = _zones()[zone]
    others = _sharing_countries().get(zone, frozenset()) - {own}
    if not others or zone in _DISPUTED_ZONES:
        return frozenset({own})

    on_land = countries_on(lon_deg, lat_deg) & others
    around = (countries_on(*point) for point in _points_around(lon_deg, lat_deg, _CLEAR_KM))
    if on_land and not any(own in codes for codes in around):
        return on_land
    return frozenset({own})


def countries_near(lon_deg: float, lat_deg: float, within_km: float) -> frozenset[str]:
    """Return the countries of a point and of eight points around it at a distance in km."""
    around = _points_around(lon_deg, lat_deg, within_km)
    return countries_at(lon_deg, lat_deg).union(*(countries_at(*point) for point in around))


def _points_around(
    lon_deg: float, lat_deg: float, within_km: float
) -> Iterator[tuple[float, float]]:
    """Give eight points around one, at a distance in km."""
    north = math.degrees(within_km / EARTH_RADIUS_KM)
    east = north / max(math.cos(math.radians(lat_deg)), 0.01)
    for eighth in range(8):
        angle = eighth * math.pi / 4
        lat = min(90.0, max(-90.0, lat_deg + north * math.sin(angle)))
        yield (lon_deg + east * math.cos(angle) + 180) % 360 - 180, lat


def is_sea(lon_deg: float, lat_deg: float) -> bool:
    """Tell whether a point lies on the sea, beyond the waters near a coast (about 22 km)."""
    return not countries_at(lon_deg, lat_deg)


@cache
def country_names() -> Mapping[str, str]:
    """Return the name of every ISO 3166 alpha-2 code, and of EU, XK and ZZ."""
    return {**{row[0]: row[1] for row in _rows("iso3166.tab")}, **_NOT_ISO}


def line_geometry(places: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """Return the line through some places as GeoJSON, by the short way between each two.

    Parts on both sides of 180 degrees are lines of their own.
    Source: RFC 7946 (2016), section 3.1.9.
    """
    lines = [[_coordinates(places[0])]]
    for start, end in pairwise(places):
        if abs(end[0] - start[0]) > 180:
            side = math.copysign(180.0, start[0])
            lat = _lat_at_180(start, end)
            lines[-1].append([side, lat])
            lines.append([[-side, lat]])
        lines[-1].append(_coordinates(end))

    if len(lines) == 1:
        return {"type": "LineString", "coordinates": lines[0]}
    return {"type": "MultiLineString", "coordinates": lines}


def _coordinates(place: tuple[float, float]) -> list[float]:
    return [place[0], place[1]]


def _lat_at_180(start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return the latitude at which the line between two places passes 180 degrees."""
    to_180 = 180.0 - abs(start[0])
    beyond = 180.0 - abs(end[0])
    share = to_180 / (to_180 + beyond) if to_180 + beyond else 0.5
    return round(start[1] + share * (end[1] - start[1]), 6)


@cache
def _zones() -> Mapping[str, str]:
    """Country of every time zone."""
    return {row[2]: row[0] for row in _rows("zone.tab")}


@cache
def _sharing_countries() -> Mapping[str, frozenset[str]]:
    """The countries that keep the time of each zone since 1970."""
    return {row[2]: frozenset(row[0].split(",")) for row in _rows("zone1970.tab")}


def _rows(name: str) -> list[list[str]]:
    text = resources.files("tzdata").joinpath("zoneinfo", name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
