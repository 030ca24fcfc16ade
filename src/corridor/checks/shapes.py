"""Checks of shapes: lines that can be read, from end to end of their link, and of its length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from corridor.errors import Finding, first_findings
from corridor.network.geo import great_circle_km
from corridor.network.shapes import (
    MAX_DIFFERENCE,
    MIN_DIFFERENCE_KM,
    Point,
    is_off,
    length_km,
    points_of,
)
from corridor.tables.tables import Row, Tables

MAX_OFFSET_KM = 1.0  # of a line's end from the place of its link's end: the line is thinned
LAND_MODES = ("road", "rail")


def check_shapes(tables: Tables) -> list[Finding]:
    """Return what is wrong with the lines that links are drawn along."""
    if {"links", "nodes", "shapes"} & tables.broken:
        return []
    return first_findings(_shapes(tables))


def _shapes(tables: Tables) -> Iterator[Finding]:
    shapes = list(tables.rows("shapes"))
    if not shapes:
        return

    links = {link["link_id"]: link for link in tables.rows("links")}
    nodes = {node["node_id"]: node for node in tables.rows("nodes")}
    for shape in shapes:
        link = links.get(shape["link_id"])
        if link is None or shape["line"] is None:
            continue
        yield from _shape(shape, link, nodes)


def _shape(shape: Row, link: Row, nodes: dict[str, Row]) -> Iterator[Finding]:
    try:
        points = points_of(shape["line"])
    except ValueError as problem:
        yield shape.error(
            "unreadable-line",
            "line",
            f"the line of {shape['link_id']} cannot be read: {problem}.",
            do="Write well-known text: LINESTRING (66.9 24.8, 67.1 25.2), longitude first.",
        )
        return

    yield from _ends(shape, points, [link["from_node_id"], link["to_node_id"]], nodes)
    yield from _lengths(shape, link, length_km(points))


def _ends(
    shape: Row, points: Sequence[Point], ends: Sequence[str], nodes: dict[str, Row]
) -> Iterator[Finding]:
    """Warn where a line begins or ends elsewhere than its link."""
    for point, end in zip((points[0], points[-1]), ends, strict=True):
        node = nodes.get(end)
        if node is None or None in (node["lon_deg"], node["lat_deg"]):
            continue

        offset_km = float(great_circle_km(*point, node["lon_deg"], node["lat_deg"]))
        if offset_km > MAX_OFFSET_KM:
            yield shape.warning(
                "line-off-its-place",
                "line",
                f"the line of {shape['link_id']} has an end {offset_km:.0f} km from {end}.",
                do="Draw it from the first end of the link to the second, or correct the place.",
            )


def _lengths(shape: Row, link: Row, drawn_km: float) -> Iterator[Finding]:
    """Warn where a line is longer than what it was thinned from, or that is not its link's."""
    traced_km = shape["traced_km"]
    link_km = link["length_km"]
    if traced_km is None or link_km is None:
        return

    if drawn_km > traced_km * (1 + MAX_DIFFERENCE) + MIN_DIFFERENCE_KM:
        yield shape.warning(
            "line-longer-than-traced",
            "traced_km",
            f"the line of {shape['link_id']} is {drawn_km:.0f} km long and was thinned from one "
            f"of {traced_km:.0f} km.",
            do="Correct traced_km, or draw the line anew.",
        )

    if link["mode"] in LAND_MODES and is_off(traced_km, link_km):
        yield shape.warning(
            "line-of-another-length",
            "traced_km",
            f"the line of {shape['link_id']} was traced over {traced_km:.0f} km, and the link is "
            f"{link_km:.0f} km long: it may be another {link['mode']}.",
            do="Correct length_km of the link, or remove the line.",
        )
