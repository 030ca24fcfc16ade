"""GeoJSON: the network, routes and legs as features of a map; links as they run, else straight."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import polars as pl

from corridor.network.geo import great_circle_km, line_geometry
from corridor.network.outline import countries_on, is_in_country
from corridor.network.shapes import (
    Point,
    is_off,
    length_km,
    lines_of,
    point_along,
    points_along,
)
from corridor.routing.route import Routes
from corridor.tables.schema import layer
from corridor.web.json_text import about, records
from corridor.web.live_study import StudyState
from corridor.web.openness import openness

Row = Mapping[str, Any]
Feature = dict[str, Any]

MAX_SEA_KM = 20.0  # that the straight line of a road or railway may cross: a ford, a bridge
SEA_STEP_KM = 5.0
LAND_MODES = ("road", "rail")
MARK_SHARES = [part / 128 for part in range(129)]  # of a link, where its border is looked for

SCHEMATIC = "Links without a row of shapes are drawn straight between their ends."


def network(state: StudyState) -> dict[str, Any]:
    """Return places and links as GeoJSON features, with what is not open on the day."""
    day = state.dated_network
    nodes = day.by_id("nodes")
    shapes = lines_of(day.frames["shapes"])

    windows = [window for window in day.rows("windows") if _holds(window, state.on)]

    lines = []
    parallels: Counter[frozenset[str]] = Counter()
    for link in day.rows("links"):
        pair = frozenset((link["from_node_id"], link["to_node_id"]))
        line = _link_line(link, nodes, parallels[pair], shapes.get(link["link_id"]))
        if line["properties"]["border"]:
            line["properties"]["fixed_h"] = link["fixed_h"]
            line["properties"]["hours"] = _opening_hours(link, windows)
        lines.append(line)
        parallels[pair] += 1

    degree = Counter(line["properties"][end] for line in lines for end in ("from", "to"))
    places = [_place_point(node, degree[node_id]) for node_id, node in nodes.items()]
    return {
        **about(state),
        "links": collection(lines),
        "nodes": collection(places),
        "elements": openness(state),
    }


def routes(state: StudyState, answer: Routes) -> dict[str, Any]:
    """Return routes as GeoJSON, one feature a route."""
    nodes = state.network.by_id("nodes")
    shapes = lines_of(state.network.frames["shapes"])
    links = answer.legs.filter(pl.col("kind") == "link")

    features = []
    for row in records(answer.routes):
        legs = links.filter(pl.col("route_id") == row["route_id"])
        points = _route_points(legs, nodes, shapes)
        if not points:  # a line has two points at least, also where nothing moves
            points = [_place(nodes[answer.provenance["origin"]])] * 2
        properties = {**row, "links": legs["link_id"].to_list()}
        features.append(_line(points, properties))

    return _with_provenance(features, answer)


def legs(state: StudyState, answer: Routes) -> dict[str, Any]:
    """Return the legs of routes as GeoJSON, one line a leg under way; handling has none."""
    nodes = state.network.by_id("nodes")
    shapes = lines_of(state.network.frames["shapes"])
    under_way = answer.legs.filter(pl.col("kind") == "link")

    features = []
    for row in records(under_way):
        start = nodes[row["from_node_id"]]
        end = nodes[row["to_node_id"]]
        names = {"from_name": start["name"], "to_name": end["name"]}
        features.append(_line(_leg_points(row, nodes, shapes), {**row, **names}))

    return _with_provenance(features, answer)


def feature(kind: str, coordinates: Any, properties: Row) -> Feature:
    """Return a GeoJSON feature."""
    return {
        "type": "Feature",
        "properties": dict(properties),
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def collection(features: Sequence[Feature]) -> dict[str, Any]:
    """Return a GeoJSON feature collection."""
    return {"type": "FeatureCollection", "features": list(features)}


def _with_provenance(features: Sequence[Feature], answer: Routes) -> dict[str, Any]:
    return {**collection(features), "provenance": dict(answer.provenance), "note": SCHEMATIC}


def _route_points(
    legs: pl.DataFrame, nodes: Mapping[str, Row], shapes: Mapping[str, Sequence[Point]]
) -> list[Point]:
    """Return the points a route passes, in its order."""
    points: list[Point] = []
    for row in legs.iter_rows(named=True):
        leg = _leg_points(row, nodes, shapes)
        points += leg[1:] if points else leg
    return points


def _leg_points(
    leg: Row, nodes: Mapping[str, Row], shapes: Mapping[str, Sequence[Point]]
) -> list[Point]:
    """Return the points of a leg from where it starts, whatever the direction of its link."""
    start = _place(nodes[leg["from_node_id"]])
    end = _place(nodes[leg["to_node_id"]])
    points = list(shapes.get(leg["link_id"], ()))
    if not points:
        return [start, end]
    return points if _is_nearer(points[0], start, end) else points[::-1]


def _is_nearer(point: Point, place: Point, other: Point) -> bool:
    return float(great_circle_km(*point, *place)) <= float(great_circle_km(*point, *other))


def _link_line(
    link: Row, nodes: Mapping[str, Row], number: int, shape: Sequence[Point] | None
) -> Feature:
    """Return a link as a line; number: how many before it join the same two places.

    rank: where it lies beside them: 0, then 1, -1, 2, -2 and so on. schematic: drawn straight, or
    by so few points that it is too short. astray: drawn straight it would cross the sea, so that no
    map should.
    """
    rank = (number + 1) // 2 * (1 if number % 2 else -1)
    # From one side of the pair, whatever the link's direction, so that parallel ones lie beside
    # each other.
    ends = sorted((link["from_node_id"], link["to_node_id"]))
    is_border = nodes[ends[0]]["country"] != nodes[ends[1]]["country"]
    places = [nodes[end] for end in ends]
    points = list(shape or map(_place, places))
    is_astray = (
        shape is None
        and link["mode"] in LAND_MODES
        and _crosses_sea(tuple(points), tuple(place["country"] for place in places))
    )
    if shape and ends[0] != link["from_node_id"]:
        points.reverse()
    properties = {
        "id": link["link_id"],
        "from": link["from_node_id"],
        "to": link["to_node_id"],
        "mode": link["mode"],
        "layer": layer(link["mode"], link["gauge_mm"]),
        "status": link["status"],
        "length_km": link["length_km"],
        "rank": rank,
        "schematic": shape is None or _lacks_bends(tuple(shape), link["mode"], link["length_km"]),
        "confidence": link["confidence"],
        "astray": is_astray,
        "border": is_border,
        "mark": _mark(tuple(points), nodes[ends[0]]["country"] if is_border else None),
    }
    return _line(points, properties)


@lru_cache(maxsize=4096)
def _lacks_bends(points: tuple[Point, ...], mode: str, link_km: float) -> bool:
    """Tell whether the line of a road or railway is too short, as its bends are not known."""
    return mode in LAND_MODES and is_off(length_km(points), link_km)


@lru_cache(maxsize=4096)
def _crosses_sea(points: tuple[Point, ...], countries: tuple[str, ...]) -> bool:
    """Tell whether a straight line crosses more sea than a road or railway does.

    countries: of its ends, which are looked at first.
    """
    length = length_km(points)
    count = max(2, round(length / SEA_STEP_KM))
    at_sea_km = 0.0
    for place in points_along(points, [step / count for step in range(count + 1)]):
        is_home = any(is_in_country(country, *place) for country in countries)
        at_sea_km = 0.0 if is_home or countries_on(*place) else at_sea_km + length / count
        if at_sea_km > MAX_SEA_KM:
            return True
    return False


@lru_cache(maxsize=4096)
def _mark(points: tuple[Point, ...], country: str | None) -> Point:
    """Return where a link is marked: where it leaves a country, else in its middle.

    The border is looked for by halves, so that of several crossings one is taken.
    """
    middle = point_along(points, 0.5)
    if country is None:
        return middle

    along = points_along(points, MARK_SHARES)
    first = 0
    last = len(along) - 1
    if not is_in_country(country, *along[first]) or is_in_country(country, *along[last]):
        return middle
    while last - first > 1:
        half = (first + last) // 2
        if is_in_country(country, *along[half]):
            first = half
        else:
            last = half
    return point_along([along[first], along[last]], 0.5)


def _holds(window: Row, on: dt.date) -> bool:
    """Tell whether a window's hours hold on a day."""
    begins = window["from_on"] or on
    return bool(begins <= on and (window["to_on"] is None or on < window["to_on"]))


def _opening_hours(link: Row, windows: Sequence[Row]) -> str | None:
    """The hours a link and its ends are open, such as 08:00-17:00; null: not known."""
    ends = (link["from_node_id"], link["to_node_id"])
    hours = [
        window["hours"]
        for window in windows
        if window["hours"] and (window["link_id"] == link["link_id"] or window["node_id"] in ends)
    ]
    return " / ".join(dict.fromkeys(hours)) or None


def _place_point(node: Row, degree: int) -> Feature:
    """Return a place as a point; degree: how many ends of links are there."""
    properties = {
        "id": node["node_id"],
        "name": node["name"],
        "country": node["country"],
        "kind": node["kind"],
        "unlocode": node["unlocode"],
        "degree": degree,
    }
    return feature("Point", list(_place(node)), properties)


def _line(points: Sequence[Point], properties: Row) -> Feature:
    """Return a line, cut where it passes 180 degrees."""
    geometry = line_geometry(points)
    return {"type": "Feature", "properties": dict(properties), "geometry": geometry}


def _place(node: Row) -> Point:
    return node["lon_deg"], node["lat_deg"]
