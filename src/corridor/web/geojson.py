"""GeoJSON: the network, routes and legs as features of a map; links are straight lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from corridor.charts.letters import with_letters
from corridor.network.geo import line_geometry
from corridor.routing.route import Routes
from corridor.tables.schema import layer
from corridor.web.json_text import about, records
from corridor.web.live_study import StudyState
from corridor.web.openness import openness

Row = Mapping[str, Any]
Feature = dict[str, Any]

STRAIGHT = "Lines join places; they do not show where a road or railway lies."


def network(state: StudyState) -> dict[str, Any]:
    """Return places and links as GeoJSON features, with what is not open on the day."""
    day = state.dated_network
    nodes = day.by_id("nodes")

    lines = []
    parallels: Counter[frozenset[str]] = Counter()
    for link in day.rows("links"):
        pair = frozenset((link["from_node_id"], link["to_node_id"]))
        lines.append(_link_line(link, nodes, parallels[pair]))
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
    """Return routes as GeoJSON, one feature a route, its places joined by straight lines."""
    nodes = state.network.by_id("nodes")
    links = answer.legs.filter(pl.col("kind") == "link")

    features = []
    for row in records(with_letters(answer.routes)):
        legs = links.filter(pl.col("route_id") == row["route_id"])
        stops = [answer.provenance["origin"], *legs["to_node_id"].to_list()]
        if not legs.height:  # a line has two points at least, also where nothing moves
            stops *= 2
        properties = {**row, "links": legs["link_id"].to_list()}
        features.append(_line([nodes[stop] for stop in stops], properties))

    return _with_provenance(features, answer)


def legs(state: StudyState, answer: Routes) -> dict[str, Any]:
    """Return the legs of routes as GeoJSON, one line a leg under way; handling has none."""
    nodes = state.network.by_id("nodes")
    under_way = with_letters(answer.legs).filter(pl.col("kind") == "link")

    features = []
    for row in records(under_way):
        start = nodes[row["from_node_id"]]
        end = nodes[row["to_node_id"]]
        names = {"from_name": start["name"], "to_name": end["name"]}
        features.append(_line([start, end], {**row, **names}))

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
    return {**collection(features), "provenance": dict(answer.provenance), "note": STRAIGHT}


def _link_line(link: Row, nodes: Mapping[str, Row], number: int) -> Feature:
    """Return a link as a line; number: how many before it join the same two places.

    rank: where it lies beside them: 0, then 1, -1, 2, -2 and so on.
    """
    rank = (number + 1) // 2 * (1 if number % 2 else -1)
    # From one side of the pair, whatever the link's direction, so that parallel ones lie beside
    # each other.
    ends = sorted((link["from_node_id"], link["to_node_id"]))
    properties = {
        "id": link["link_id"],
        "from": link["from_node_id"],
        "to": link["to_node_id"],
        "mode": link["mode"],
        "layer": layer(link["mode"], link["gauge_mm"]),
        "status": link["status"],
        "length_km": link["length_km"],
        "rank": rank,
        "border": nodes[ends[0]]["country"] != nodes[ends[1]]["country"],
    }
    return _line([nodes[end] for end in ends], properties)


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
    return feature("Point", _point(node), properties)


def _line(nodes: Sequence[Row], properties: Row) -> Feature:
    """Return the line through places, cut where it passes 180 degrees."""
    geometry = line_geometry([(node["lon_deg"], node["lat_deg"]) for node in nodes])
    return {"type": "Feature", "properties": dict(properties), "geometry": geometry}


def _point(node: Row) -> list[float]:
    return [node["lon_deg"], node["lat_deg"]]
