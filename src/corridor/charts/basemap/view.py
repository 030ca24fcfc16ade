"""The part of the world a map shows and how it falls on the paper: Albers' equal-area conic.

Source: Snyder (1987), Map Projections: A Working Manual, USGS Professional Paper 1395, equations
14-1 to 14-6.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from corridor.charts.basemap.clipping import Bounds
from corridor.charts.style import WIDTH
from corridor.kernels import Floats

HALF_TURN_DEG = 180.0
MAP_WIDTH = WIDTH - 16
MIN_HEIGHT = 300.0


class _Cone(NamedTuple):
    """The constants of the projection (Snyder's n and C) for two standard parallels."""

    n: float
    c: float

    @property
    def top(self) -> float:
        """The radius at the equator, from which heights are counted."""
        return math.sqrt(self.c) / self.n


@dataclass(frozen=True, slots=True)
class View:
    """The part of the world shown and how it falls on the paper, in pixels from the top left.

    scale: pixels in the radius of the globe. shift: pixels of the map's middle meridian and the
    equator. parallels: the two standard ones, in degrees.
    """

    bounds: Bounds
    width: float
    height: float
    scale: float
    shift: tuple[float, float]
    parallels: tuple[float, float]

    @property
    def middle_deg(self) -> float:
        """The longitude in the middle of the map."""
        return _middle(self.bounds)

    def pixel(self, lon_deg: float, lat_deg: float) -> tuple[float, float]:
        """Return where a place falls, in pixels from the top left corner."""
        x, y = self.pixels(np.array([(lon_deg, lat_deg)])).tolist()[0]
        return x, y

    def pixels(self, places_deg: Floats) -> Floats:
        """Return where many places fall, as :meth:`pixel`: float64 [places, 2], in and out."""
        from_middle = _from_middle(places_deg[:, 0], self.middle_deg)
        x, y = conic(from_middle, places_deg[:, 1], self.parallels)
        return np.column_stack((self.shift[0] + self.scale * x, self.shift[1] - self.scale * y))

    def place(self, x_px: float, y_px: float) -> tuple[float, float]:
        """Return which longitude and latitude fall on a pixel; off the globe, the nearest.

        The longitude goes on beyond 180 degrees where the map does.
        """
        x = (x_px - self.shift[0]) / self.scale
        y = (self.shift[1] - y_px) / self.scale
        from_middle, lat_deg = _conic_inverse(x, y, self.parallels)
        return self.middle_deg + from_middle, lat_deg

    def visible(self) -> Bounds:
        """Return the bounds of all that falls on the paper, a degree wider; poles included."""
        rim = [self.place(x, y) for x, y in self._rim()]
        rim += [(self.middle_deg, pole) for pole in (-90.0, 90.0) if self._is_on_paper(pole)]
        lons = [lon for lon, _ in rim]
        lats = [lat for _, lat in rim]

        # A little less than half a turn, so that nothing falls on both sides of the map.
        reach = HALF_TURN_DEG - 0.01
        return Bounds(
            max(self.middle_deg - reach, min(lons) - 1),
            max(-90.0, min(lats) - 1),
            min(self.middle_deg + reach, max(lons) + 1),
            min(90.0, max(lats) + 1),
        )

    def _is_on_paper(self, pole_deg: float) -> bool:
        x, y = self.pixel(self.middle_deg, pole_deg)
        return 0 <= x <= self.width and 0 <= y <= self.height

    def _rim(self) -> Iterable[tuple[float, float]]:
        """Give pixels along the four sides of the paper."""
        for share in (i / 12 for i in range(13)):
            x = share * self.width
            y = share * self.height
            yield from ((x, 0.0), (x, self.height), (0.0, y), (self.width, y))

    def projection(self) -> dict[str, Any]:
        """Return the same projection in Vega-Lite's words."""
        return {
            "type": "conicEqualArea",
            "rotate": [-self.middle_deg, 0, 0],
            "center": [0, 0],
            "parallels": list(self.parallels),
            "scale": self.scale,
            "translate": list(self.shift),
        }


def view_of(
    lons_deg: Iterable[float],
    lats_deg: Iterable[float],
    *,
    margin_share: float = 0.08,
    max_height: float = 560.0,
    width: float = MAP_WIDTH,
) -> View:
    """Return the view that holds all the places, as wide as every map unless told otherwise.

    Parameters
    ----------
    lons_deg, lats_deg
        The places, one after the other; at least one.
    margin_share
        Free room at each side, as a share of the extent of the places.
    max_height
        Pixels of the map's height at most; it has 300 at least.
    width
        Pixels of the map's width.
    """
    lons = close_together(list(lons_deg))
    lats = list(lats_deg)
    bounds = _bounds(lons, lats, margin_share)
    parallels = _parallels(bounds)

    sheet = _sheet(lons, lats, bounds, parallels, margin_share)
    return _fit(sheet, bounds, parallels, max_height, width)


def close_together(lons_deg: Sequence[float]) -> list[float]:
    """Return longitudes with those on one side of the widest gap a turn further east.

    So that places on both sides of 180 degrees lie beside each other: 178 and -172 are 178 and 188.
    """
    on_globe = sorted(set(lons_deg))
    gaps = [(b - a, b) for a, b in pairwise(on_globe)]
    gap_at_180 = on_globe[0] + 360 - on_globe[-1]
    widest, west = max(gaps, default=(0.0, 0.0))
    if widest <= gap_at_180:
        return list(lons_deg)
    return [lon if lon >= west else lon + 360 for lon in lons_deg]


def _from_middle(lon_deg: Floats, middle_deg: float) -> Floats:
    """Return how far meridians lie to the east of another, at most half a turn."""
    east_deg: Floats = lon_deg - middle_deg
    east_deg -= 360 * np.rint(east_deg / 360)
    return east_deg


def _bounds(
    lons: Sequence[float],
    lats: Sequence[float],
    margin_share: float,
) -> Bounds:
    """Return the bounds of the places with a margin of at least a degree."""
    extent = max(max(lons) - min(lons), max(lats) - min(lats))
    margin = max(1.0, margin_share * extent)
    return Bounds(
        min(lons) - margin,
        max(-89.0, min(lats) - margin),
        max(lons) + margin,
        min(89.0, max(lats) + margin),
    )


def _parallels(bounds: Bounds) -> tuple[float, float]:
    """Return the standard parallels: a sixth of the height from the south and from the north."""
    sixth = (bounds.north - bounds.south) / 6
    south = bounds.south + sixth
    north = bounds.north - sixth
    # A cone with both parallels alike about the equator has no tip.
    return (south, north + 1.0) if abs(south + north) < 1.0 else (south, north)


def _sheet(
    lons: Sequence[float],
    lats: Sequence[float],
    bounds: Bounds,
    parallels: tuple[float, float],
    margin_share: float,
) -> Bounds:
    """Return the part of the projection's plane that holds all places with a margin."""
    places = [(lon - _middle(bounds), lat) for lon, lat in zip(lons, lats, strict=True)]
    if len(places) == 1:  # one place is seen with a degree around it
        lat = (bounds.south + bounds.north) / 2
        places += [(-1, lat), (1, lat), (0, lat - 1), (0, lat + 1)]

    lons_deg, lats_deg = np.array(places).T
    xs, ys = (axis.tolist() for axis in conic(lons_deg, lats_deg, parallels))
    extent = max(max(xs) - min(xs), max(ys) - min(ys))
    edge = max(math.radians(1.0), margin_share * extent)
    return Bounds(min(xs) - edge, min(ys) - edge, max(xs) + edge, max(ys) + edge)


def _fit(
    sheet: Bounds,
    bounds: Bounds,
    parallels: tuple[float, float],
    max_height: float,
    width: float,
) -> View:
    """Return the view that shows a part of the plane as large as the paper allows."""
    left, low, right, high = sheet
    height = min(max_height, max(MIN_HEIGHT, width * (high - low) / (right - left)))
    scale = min(width / (right - left), height / (high - low))

    shift_x = width / 2 - scale * (left + right) / 2
    shift_y = height / 2 + scale * (low + high) / 2
    return View(bounds, float(width), round(height), scale, (shift_x, shift_y), parallels)


def _middle(bounds: Bounds) -> float:
    return (bounds.west + bounds.east) / 2


def conic(
    lon_deg: Floats,
    lat_deg: Floats,
    parallels: tuple[float, float],
) -> tuple[Floats, Floats]:
    """Return where places fall on a plane of radius 1: x and y, each [places].

    lon_deg: counted from the map's middle. parallels: the two standard ones, in degrees.
    """
    cone = _cone(parallels)
    sine = np.sin(np.radians(lat_deg))
    radius = np.sqrt(np.maximum(0.0, cone.c - 2 * cone.n * sine)) / cone.n
    angle = cone.n * np.radians(lon_deg)
    return radius * np.sin(angle), cone.top - radius * np.cos(angle)


def _conic_inverse(
    x: float,
    y: float,
    parallels: tuple[float, float],
) -> tuple[float, float]:
    """Return the longitude, from the map's middle, and the latitude of a point of the plane."""
    cone = _cone(parallels)
    down = cone.top - y
    sine = (cone.c - (x * x + down * down) * cone.n * cone.n) / (2 * cone.n)

    sign = math.copysign(1.0, cone.n)  # south of the equator the cone stands on its tip
    lon_deg = math.degrees(math.atan2(sign * x, sign * down) / cone.n)
    lon_deg = max(-HALF_TURN_DEG, min(HALF_TURN_DEG, lon_deg))  # beyond lies no part of the globe
    lat_deg = math.degrees(math.asin(max(-1.0, min(1.0, sine))))
    return lon_deg, lat_deg


@cache
def _cone(parallels: tuple[float, float]) -> _Cone:
    sin_0 = math.sin(math.radians(parallels[0]))
    sin_1 = math.sin(math.radians(parallels[1]))
    n = (sin_0 + sin_1) / 2
    return _Cone(n, 1 + sin_0 * (2 * n - sin_0))
