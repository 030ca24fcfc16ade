"""Links as lines on a map: as they run, where that is known; else straight, parallel ones apart."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

import polars as pl

from corridor.charts.basemap.clipping import Line, Point, clip_line
from corridor.charts.basemap.outline import turned_into
from corridor.charts.basemap.view import View
from corridor.charts.style import STYLES, style_key
from corridor.network.geo import great_circle_km
from corridor.network.shapes import points_of
from corridor.tables.columns import OPEN_STATUS
from corridor.tables.schema import layer

# A sea link so much longer than the straight line goes round land: drawn straight it would mislead.
MAX_DETOUR = 1.3
_SHORT_KM = 50.0  # below this no detour is measured
_BOW_PX = 5.0  # between parallel links
_NEAR_PX = 0.5  # points of a line so near to each other are one on paper
_ARC_STEP_DEG = 3.0  # a great circle is drawn as straight pieces of this length

_Vector = tuple[float, float, float]
_LINES = pl.List(pl.List(pl.List(pl.Float64)))
_SCHEMA: dict[str, Any] = {
    "link_id": pl.String,
    "drawn": pl.String,
    "shut": pl.Boolean,
    "type": pl.String,
    "geometry": pl.Struct({"type": pl.String, "coordinates": _LINES}),
}


def line_rows(features: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return lines of links, as :func:`link_features`, as a table that a map is drawn from."""
    return pl.DataFrame(features, schema=_SCHEMA)


def link_features(
    nodes: pl.DataFrame,
    links: pl.DataFrame,
    view: View,
    closed: Collection[str] = (),
    *,
    parallel_among: pl.DataFrame | None = None,
    with_detours: bool = False,
) -> list[dict[str, Any]]:
    """Return the line of every link that the view shows, parallel ones bowed apart.

    Parameters
    ----------
    nodes
        The places, with lon_deg and lat_deg.
    links
        link_id, ends, mode, length_km, status, layer or gauge_mm, and line where how links run is
        known (as :func:`corridor.network.shapes.with_lines` adds it).
    view
        What the map shows.
    closed
        link_ids shut besides links of status closed.
    parallel_among
        The links among which parallel ones are counted; null: these.
    with_detours
        Draw sea links that go round land too, though how they run is not known.

    Returns
    -------
    list[dict]
        One a link: link_id, drawn (name of its style), shut, type and geometry (GeoJSON).
    """
    places = node_places(nodes)
    ranks = _parallel_ranks(links if parallel_among is None else parallel_among)
    bounds = view.visible()
    px_deg = 1 / (view.scale * math.pi / 180)

    features = []
    for link in links.iter_rows(named=True):
        start, end = _ends(link, places)
        if link.get("line") is not None:
            line = _thin(_line_of(link["line"]), _NEAR_PX * px_deg)
        elif with_detours or not _goes_round_land(link, start, end):
            line = _bow(start, end, ranks.get(link["link_id"], 0), _BOW_PX * px_deg)
        else:
            continue

        pieces = [
            piece for turned in turned_into(line, bounds) for piece in clip_line(turned, bounds)
        ]
        if pieces:
            features.append(_feature(link, pieces, closed))
    return features


def node_places(nodes: pl.DataFrame) -> dict[str, Point]:
    """Return node_id -> longitude and latitude in degrees."""
    rows = nodes.select("node_id", "lon_deg", "lat_deg").iter_rows()
    return {node: (lon, lat) for node, lon, lat in rows}


def _ends(link: Mapping[str, Any], places: Mapping[str, Point]) -> Line:
    """Return the ends of a link in one order, whatever its direction: bows lie on one side."""
    first, second = sorted((link["from_node_id"], link["to_node_id"]))
    return _unbroken([places[first], places[second]])


@cache
def _line_of(text: str) -> Line:
    """Return the line that a text of a study holds; each of the maps of a report asks for it."""
    return _unbroken(points_of(text))


def _thin(line: Line, near_deg: float) -> Line:
    """Return a line without points that are so near to the one before; its ends stay."""
    thin = [line[0]]
    for lon, lat in line[1:-1]:
        if max(abs(lon - thin[-1][0]), abs(lat - thin[-1][1])) > near_deg:
            thin.append((lon, lat))
    return [*thin, line[-1]]


def _unbroken(points: Sequence[Point]) -> Line:
    """Return a line that goes on beyond 180 degrees where it passes them."""
    line = [points[0]]
    for lon, lat in points[1:]:
        before = line[-1][0]
        line.append((lon - 360 * round((lon - before) / 360), lat))
    return line


def _parallel_ranks(links: pl.DataFrame) -> dict[str, int]:
    """Return the place of each link among those between the same two nodes, in either direction."""
    counts: dict[frozenset[str], int] = {}
    ranks: dict[str, int] = {}
    for link, start, end in links.select("link_id", "from_node_id", "to_node_id").iter_rows():
        pair = frozenset((start, end))
        ranks.setdefault(link, counts.get(pair, 0))
        counts[pair] = counts.get(pair, 0) + 1
    return ranks


def _goes_round_land(link: Mapping[str, Any], start: Point, end: Point) -> bool:
    if link["mode"] != "sea":
        return False
    straight_km = max(_SHORT_KM, float(great_circle_km(*start, *end)))
    return bool((link["length_km"] or 0) > MAX_DETOUR * straight_km)


def _feature(
    link: Mapping[str, Any], pieces: Sequence[Line], closed: Collection[str]
) -> dict[str, Any]:
    is_shut = link["status"] == "closed" or link["link_id"] in closed
    coordinates = [[list(point) for point in piece] for piece in pieces]

    return {
        "link_id": link["link_id"],
        "drawn": STYLES[_style_key(link, is_shut)].name,
        "shut": is_shut,
        "type": "Feature",
        "geometry": {"type": "MultiLineString", "coordinates": coordinates},
    }


def _style_key(link: Mapping[str, Any], is_shut: bool) -> str:
    if is_shut:
        return "closed"
    if link["status"] != OPEN_STATUS:
        return "planned"
    return style_key(link["layer"] if "layer" in link else layer(link["mode"], link["gauge_mm"]))


def _bow(start: Point, end: Point, rank: int, bow_deg: float) -> Line:
    """Return the line between two places; the second and further ones bow out, to either side."""
    if rank == 0:
        return [start, end]

    dx = end[0] - start[0]
    dy = end[1] - start[1]
    bow = _bow_share(rank, bow_deg, math.hypot(dx, dy))

    line = []
    for share in (i / 8 for i in range(9)):
        # A parabola: nothing at both ends, the whole bow in the middle.
        x = start[0] + dx * share - dy * bow * 4 * share * (1 - share)
        y = start[1] + dy * share + dx * bow * 4 * share * (1 - share)
        line.append((x, y))
    return line


def _bow_share(rank: int, bow_deg: float, length_deg: float) -> float:
    """Return how far the rank-th line bows out, as a share of its length; negative: to the right.

    Odd ranks bow to one side, even ones to the other, each pair further out.
    """
    side = 1 if rank % 2 else -1
    step = (rank + 1) // 2
    return side * min(0.12, bow_deg / max(1e-6, length_deg)) * step


def along_great_circle(line: Sequence[Sequence[float]]) -> Line:
    """Return the line drawn along the great circle where it is long, as the projected ones are.

    Source: Shoemake (1985), spherical linear interpolation.
    """
    start = _unit_vector(line[0])
    end = _unit_vector(line[-1])
    cosine = sum(a * b for a, b in zip(start, end, strict=True))
    angle = math.acos(max(-1.0, min(1.0, cosine)))

    count = int(math.degrees(angle) / _ARC_STEP_DEG) if len(line) == 2 else 0
    if count < 2:
        return [(lon, lat) for lon, lat in line]

    return [_between(start, end, angle, i / count) for i in range(count + 1)]


def _between(start: _Vector, end: _Vector, angle: float, share: float) -> Point:
    """Return the place at a share of the great circle between two; angle: between these."""
    near = math.sin((1 - share) * angle) / math.sin(angle)
    far = math.sin(share * angle) / math.sin(angle)
    x, y, z = (near * a + far * b for a, b in zip(start, end, strict=True))

    lat = math.asin(max(-1.0, min(1.0, z)))
    return math.degrees(math.atan2(y, x)), math.degrees(lat)


def _unit_vector(place: Sequence[float]) -> _Vector:
    """Return a place on the globe as a point of the unit sphere."""
    lon = math.radians(place[0])
    lat = math.radians(place[1])
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)
