"""The outline under every map: nothing of it runs where there is no land."""

from __future__ import annotations

from itertools import pairwise

from corridor.charts.basemap.make import join_arcs
from corridor.charts.basemap.outline import outline


def test_ring_over_the_date_line_goes_on() -> None:
    """What passes 180 degrees does not come back across the whole map."""
    east = [(170.0, 60.0), (180.0, 61.0)]
    west = [(-180.0, 61.0), (-170.0, 65.0), (-180.0, 66.0)]
    back = [(180.0, 66.0), (170.0, 60.0)]
    ring = join_arcs([0, 1, 2], [east, [east[-1], *west], [west[-1], *back]])
    assert max(abs(b[0] - a[0]) for a, b in pairwise(ring)) <= 10
    assert ring[0] == ring[-1] and max(lon for lon, _ in ring) == 190


def test_no_line_of_the_outline_crosses_the_map() -> None:
    found = outline()
    west, south, east, north = found["window"]
    for polygon in found["land"]:
        for ring in polygon:
            for (x0, y0), (x1, y1) in pairwise(ring):
                along = (y0 == y1 and y0 in (south, north)) or (x0 == x1 and x0 in (west, east))
                assert along or abs(x1 - x0) < 5, ((x0, y0), (x1, y1))
