"""Shapes: how links run on the ground, as lines of longitudes and latitudes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

import numpy as np
import polars as pl

from corridor.network.geo import great_circle_km

Point = tuple[float, float]  # longitude, latitude in degrees

DIGITS = 3  # of a degree, about 100 m: finer than any map drawn
MAX_DIFFERENCE = 0.10  # of a line's length from that of its link by land
MIN_DIFFERENCE_KM = 3.0  # below it a post or a siding explains it
_NUMBER = r"-?\d{1,3}(?:\.\d{1,12})?"
_LINE = re.compile(rf"LINESTRING \({_NUMBER} {_NUMBER}(?:, {_NUMBER} {_NUMBER})+\)")


@lru_cache(maxsize=4096)
def points_of(line: str) -> tuple[Point, ...]:
    """Return the points of a line of well-known text.

    Source: ISO 19125-1 (2004), section 6.2 (well-known text of a line string). Raises ValueError
    where it is none, or a point lies off the globe.
    """
    if not _LINE.fullmatch(line):
        raise ValueError("not LINESTRING (longitude latitude, longitude latitude, ...)")

    points = []
    for pair in line[len("LINESTRING (") : -1].split(", "):
        lon_deg, lat_deg = map(float, pair.split(" "))
        if abs(lon_deg) > 180 or abs(lat_deg) > 90:
            raise ValueError(f"{pair} lies off the globe")
        points.append((lon_deg, lat_deg))
    return tuple(points)


def text_of(points: Sequence[Point]) -> str:
    """Return a line as well-known text."""
    pairs = ", ".join(f"{_short(lon)} {_short(lat)}" for lon, lat in points)
    return f"LINESTRING ({pairs})"


def _short(degrees: float) -> str:
    """Return degrees without needless digits: a whole number where they are one."""
    return f"{round(degrees, DIGITS) + 0.0:.{DIGITS}f}".rstrip("0").rstrip(".")


def length_km(points: Sequence[Point]) -> float:
    """Return the length of a line over the sphere."""
    return sum(_pieces_km(points))


def is_off(line_km: float, link_km: float) -> bool:
    """Tell whether a line is too short or too long for its link by land."""
    return abs(line_km - link_km) > max(MIN_DIFFERENCE_KM, MAX_DIFFERENCE * link_km)


def point_along(points: Sequence[Point], share: float) -> Point:
    """Return the point at a share of the length of a line."""
    return points_along(points, [share])[0]


def points_along(points: Sequence[Point], shares: Sequence[float]) -> list[Point]:
    """Return the points at some shares of the length of a line."""
    km_to = [0.0, *accumulate(_pieces_km(points))]
    return [_point_at(points, km_to, share * km_to[-1]) for share in shares]


def _pieces_km(points: Sequence[Point]) -> list[float]:
    """Return the lengths of the pieces of a line over the sphere."""
    lon, lat = np.array(points).T
    lengths_km: list[float] = great_circle_km(lon[:-1], lat[:-1], lon[1:], lat[1:]).tolist()
    return lengths_km


def _point_at(points: Sequence[Point], km_to: Sequence[float], km: float) -> Point:
    """Return the point so many km along a line; km_to: how far each of its points is."""
    end = bisect_left(km_to, km, lo=1, hi=len(points) - 1)
    start = end - 1
    piece_km = km_to[end] - km_to[start]
    share = (km - km_to[start]) / piece_km if piece_km else 0.0
    return _between(points[start], points[end], share)


def _between(start: Point, end: Point, share: float) -> Point:
    """Return the point at a share of a straight line, by the short way round the globe."""
    turn_deg = 360 * round((end[0] - start[0]) / 360)
    lon = start[0] + share * (end[0] - turn_deg - start[0])
    return (lon + 540) % 360 - 180, start[1] + share * (end[1] - start[1])


def with_lines(links: pl.DataFrame, shapes: pl.DataFrame) -> pl.DataFrame:
    """Return links with their ``line``, null where how they run is not known."""
    return links.join(
        shapes.select("link_id", "line"), on="link_id", how="left", maintain_order="left"
    )


def lines_of(shapes: pl.DataFrame) -> dict[str, tuple[Point, ...]]:
    """Return link_id -> the points of its line, from its first end to its second."""
    return {
        link_id: points_of(line) for link_id, line in shapes.select("link_id", "line").iter_rows()
    }
