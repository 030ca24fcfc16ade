"""Shapes: how links run on the ground, as lines of longitudes and latitudes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import polars as pl

from corridor.network.geo import great_circle_km

Point = tuple[float, float]  # longitude, latitude in degrees

DIGITS = 3  # of a degree, about 100 m: finer than any map drawn
_NUMBER = r"-?\d{1,3}(?:\.\d{1,12})?"
_LINE = re.compile(rf"LINESTRING \({_NUMBER} {_NUMBER}(?:, {_NUMBER} {_NUMBER})+\)")


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
    return sum(float(great_circle_km(*start, *end)) for start, end in pairwise(points))


def point_along(points: Sequence[Point], share: float) -> Point:
    """Return the point at a share of the length of a line."""
    lengths_km = [float(great_circle_km(*start, *end)) for start, end in pairwise(points)]
    left_km = sum(lengths_km) * share
    for (start, end), piece_km in zip(pairwise(points), lengths_km, strict=True):
        if piece_km >= left_km and piece_km > 0:
            part = left_km / piece_km
            turn_deg = 360 * round((end[0] - start[0]) / 360)
            lon = start[0] + part * (end[0] - turn_deg - start[0])
            return (lon + 540) % 360 - 180, start[1] + part * (end[1] - start[1])
        left_km -= piece_km
    return points[0]


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
