"""The part of the world a map shows and how it falls on the paper: Albers' equal-area conic
projection.

Source: Snyder (1987), Map Projections: A Working Manual, USGS Professional Paper 1395, equations
14-1 to 14-6.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from corridor.charts.basemap import Box


@dataclass(frozen=True, slots=True)
class View:
    """The part of the world shown and how it falls on the paper: an equal-area conic, pixels from
    top left."""

    box: Box
    width: float
    height: float
    scale: float
    shift: tuple[float, float]
    parallels: tuple[float, float]

    def pixel(self, lon_deg: float, lat_deg: float) -> tuple[float, float]:
        """Return where a place falls, in pixels from the top left corner."""
        x, y = conic(lon_deg - (self.box[0] + self.box[2]) / 2, lat_deg, self.parallels)
        return self.shift[0] + self.scale * x, self.shift[1] - self.scale * y

    def place(self, x_px: float, y_px: float) -> tuple[float, float]:
        """Return which longitude and latitude fall on a pixel."""
        return _conic_back(
            (x_px - self.shift[0]) / self.scale,
            (self.shift[1] - y_px) / self.scale,
            self.parallels,
            (self.box[0] + self.box[2]) / 2,
        )

    def seen(self) -> Box:
        """Return the box that holds all that falls on the paper, a little beyond the one asked for,
        in the world mapped."""
        rim = [
            self.place(x, y)
            for share in (i / 12 for i in range(13))
            for x, y in (
                (share * self.width, 0.0),
                (share * self.width, self.height),
                (0.0, share * self.height),
                (self.width, share * self.height),
            )
        ]
        west = min(lon for lon, _ in rim)
        east = max(lon for lon, _ in rim)
        south = min(lat for _, lat in rim)
        north = max(lat for _, lat in rim)
        return max(-15.0, west - 1), max(0.0, south - 1), min(130.0, east + 1), min(70.0, north + 1)

    def projection(self) -> dict[str, Any]:
        """Return the same projection in Vega-Lite's words."""
        return {
            "type": "conicEqualArea",
            "rotate": [-(self.box[0] + self.box[2]) / 2, 0, 0],
            "center": [0, 0],
            "parallels": list(self.parallels),
            "scale": self.scale,
            "translate": list(self.shift),
        }


def conic(lon_deg: float, lat_deg: float, parallels: tuple[float, float]) -> tuple[float, float]:
    """Return where a place falls on a plane of radius 1, its longitude counted from the map's
    middle."""
    sin_0, sin_1 = (math.sin(math.radians(parallel)) for parallel in parallels)
    n = (sin_0 + sin_1) / 2
    c = 1 + sin_0 * (2 * n - sin_0)
    radius = math.sqrt(max(0.0, c - 2 * n * math.sin(math.radians(lat_deg)))) / n
    angle = n * math.radians(lon_deg)
    return radius * math.sin(angle), math.sqrt(c) / n - radius * math.cos(angle)


def _conic_back(
    x: float, y: float, parallels: tuple[float, float], middle_deg: float
) -> tuple[float, float]:
    sin_0, sin_1 = (math.sin(math.radians(parallel)) for parallel in parallels)
    n = (sin_0 + sin_1) / 2
    c = 1 + sin_0 * (2 * n - sin_0)
    down = math.sqrt(c) / n - y
    sine = (c - (x * x + down * down) * n * n) / (2 * n)
    return middle_deg + math.degrees(math.atan2(x, down) / n), math.degrees(
        math.asin(max(-1.0, min(1.0, sine)))
    )
