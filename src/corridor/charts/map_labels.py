"""Names and letters on maps, in free places: which node is named first, and where."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import polars as pl

from corridor.charts.basemap.outline import country_places
from corridor.charts.basemap.view import View
from corridor.charts.map_lines import node_places
from corridor.charts.placement import Box, Ink, Label, Pixel, box_around, free_places, ink_of
from corridor.charts.text import text_width
from corridor.language.cldr import country_name
from corridor.network.outline import Label as CountryLabel
from corridor.network.outline import is_in_country, outline
from corridor.network.shapes import Point, point_along, points_of

# Offsets from what a label names, in shares of its own size, the best first.
_BESIDE_DOT = (
    (0.56, 0),
    (-0.56, 0),
    (0.5, -0.75),
    (-0.5, -0.75),
    (0.5, 0.75),
    (-0.5, 0.75),
    (0, -0.95),
    (0, 0.95),
)
_ON_LINK = ((0, 0),)
_BESIDE_LINK = ((0.8, 0), (-0.8, 0), (0, 0.8), (0, -0.8), (1.2, 0), (-1.2, 0))
_ABOUT_COUNTRY = tuple((x, y) for y in (0, -1.2, 1.2, -2.4, 2.4, -3.6, 3.6) for x in (0, 0.3, -0.3))
_CROSS_PX = 6  # from the middle of the cross of a shut link to its rim
# Shares of a link's length at which its letter may stand, from its middle outwards.
_ALONG_LINK = (0.5, *(0.5 + side * step / 20 for step in range(1, 8) for side in (-1, 1)))

_NAMED_KINDS = (
    "city",
    "seaport",
    "lake-port",
    "river-port",
)  # of nodes, on the map of the whole network
_KIND_RANKS = {
    "city": 0,
    "seaport": 1,
    "lake-port": 1,
    "river-port": 1,
    "airport": 3,
    "border-crossing": 2,
    "dry-port": 3,
    "gauge-change-station": 4,
    "rail-terminal": 5,
    "mountain-pass": 6,
}


class Name(NamedTuple):
    """A text of the map, its middle, and the box it fills; in pixels."""

    text: str
    place: Pixel
    box: Box


def rank_by_degree(
    nodes: pl.DataFrame, links: pl.DataFrame, first: Collection[str]
) -> pl.DataFrame:
    """Return cities, ports and the nodes to be named first, those with most links first."""
    ends = pl.concat([links["from_node_id"], links["to_node_id"]]).alias("node_id")
    degrees = ends.value_counts(name="degree")
    is_first = pl.col("node_id").is_in(list(first))

    ranked = nodes.join(degrees, on="node_id", how="left")
    ranked = ranked.filter(pl.col("kind").is_in(_NAMED_KINDS) | is_first)
    return ranked.sort(~is_first, pl.col("degree").fill_null(0) * -1, "node_id")


def rank_by_role(nodes: pl.DataFrame, legs: pl.DataFrame) -> pl.DataFrame:
    """Return the routes' nodes: their ends, then terminals, borders and the rest by kind."""
    ends = {legs["from_node_id"][0], legs["to_node_id"][-1]}
    terminals = set(legs.filter(pl.col("kind") == "terminal")["from_node_id"])
    borders = _border_nodes(nodes, legs)

    def rank(node: str, kind: str) -> int:
        for i, role in enumerate((ends, terminals, borders)):
            if node in role:
                return i
        return 3 + _KIND_RANKS.get(kind, 9)

    ranks = [rank(node, kind) for node, kind in nodes.select("node_id", "kind").iter_rows()]
    return nodes.with_columns(rank=pl.Series(ranks, dtype=pl.Int64)).sort("rank", "node_id")


def _border_nodes(nodes: pl.DataFrame, legs: pl.DataFrame) -> set[str]:
    country = dict(nodes.select("node_id", "country").iter_rows())
    borders: set[str] = set()
    for start, end in legs.select("from_node_id", "to_node_id").iter_rows():
        if country.get(start) != country.get(end):
            borders |= {start, end}
    return borders


def place_names(
    ranked: pl.DataFrame,
    view: View,
    ink: Ink,
    *,
    limit: int,
    sure: int = 0,
    marks: Sequence[Pixel] = (),
) -> list[Name]:
    """Return the names that find a free place beside their dots.

    Parameters
    ----------
    ranked
        The nodes to be named, the most important first.
    view
        What the map shows.
    ink
        Lines and dots of the map.
    limit
        How many nodes are named at most.
    sure
        How many of the first are named whatever lines they cover.
    marks
        Where else something stands that must stay free, such as the cross of a shut link.
    """
    rows = ranked.select("name", "lon_deg", "lat_deg")
    dots = [Pixel(*view.pixel(lon, lat)) for _, lon, lat in rows.iter_rows()]
    texts = [_short_name(str(name)) for name in rows["name"]]
    labels = [
        Label(*dot, 6.2 * text_width(text) + 8, 13.0) for dot, text in zip(dots, texts, strict=True)
    ]

    names: list[Name] = []
    obstacles = [box_around(dot, 3) for dot in dots[:limit]]
    obstacles += [box_around(mark, _CROSS_PX) for mark in marks]
    for number, (text, label) in enumerate(zip(texts, labels, strict=True)):
        allowed = replace(ink, max_share=1.0) if number < sure else ink
        boxes = [*obstacles, *(name.box for name in names)]
        (place,) = free_places([label], _BESIDE_DOT, (view.width, view.height), boxes, allowed)
        if place is not None:
            names.append(Name(text, place, label._replace(height=14).box(place)))
        if len(names) == limit:
            break
    return names


def _short_name(name: str) -> str:
    """Return a name without what it is called elsewhere: in brackets or behind a stroke."""
    return name.split(" (")[0].split(" / ")[0]


def place_countries(
    countries: Collection[str], view: View, names: Sequence[Name], ink: Ink
) -> list[dict[str, Any]]:
    """Return the names of the countries that have nodes, where the nodes' names leave room.

    Parameters
    ----------
    countries
        Codes of the countries that have nodes.
    view
        What the map shows.
    names
        Of the nodes, which must stay free.
    ink
        Lines and dots of the map.

    Returns
    -------
    list
        name, x_px, y_px of each, the largest first.
    """
    boxes = [name.box for name in names]
    rows = []
    for outlined in outline().labels:
        if outlined.country not in countries:
            continue
        text = _country_text(outlined)
        for place in country_places(outlined.country, view.bounds)[:1]:
            label = Label(*view.pixel(*place), 7.4 * text_width(text), 12.0)
            offsets = _offsets_within(outlined.country, label, view)
            pixel = free_places([label], offsets, (view.width, view.height), boxes, ink)[0]
            if pixel is not None:
                boxes.append(label.box(pixel))
                rows.append({"name": text, "x_px": pixel.x, "y_px": pixel.y})
    return rows


def _offsets_within(country: str, label: Label, view: View) -> list[tuple[float, float]]:
    """Return the offsets of a country's name whose middle still lies in the country."""
    best, *others = _ABOUT_COUNTRY
    inside = [best]
    for share_x, share_y in others:
        x_px = label.x + share_x * label.width
        y_px = label.y + share_y * label.height
        lon_deg, lat_deg = view.place(x_px, y_px)
        if is_in_country(country, _from_180_to_180(lon_deg), lat_deg):
            inside.append((share_x, share_y))
    return inside


def _from_180_to_180(lon_deg: float) -> float:
    return (lon_deg + 180) % 360 - 180


def _country_text(label: CountryLabel) -> str:
    return (country_name(label.country) or label.name).upper()


def place_letters(
    nodes: pl.DataFrame,
    legs: pl.DataFrame,
    view: View,
    names: Sequence[Name],
    marks: Sequence[Pixel] = (),
) -> list[dict[str, Any]]:
    """Return each route's letter on a link that no other route takes, where there is one.

    It stands clear of the lines of the other routes where it can.

    Parameters
    ----------
    nodes
        The places of the network.
    legs
        Of the routes, with their letters, and with the lines of their links where these are known.
    view
        What the map shows.
    names
        Of the nodes, which must stay free.
    marks
        Where else something stands that must stay free, such as the cross of a shut link.

    Returns
    -------
    list
        letter, x_px, y_px of each.
    """
    places = node_places(nodes)
    links = legs.filter(pl.col("kind") == "link")
    unshared = links.filter(pl.col("letter").n_unique().over("link_id") == 1)

    boxes = [*(name.box for name in names), *(box_around(mark, _CROSS_PX) for mark in marks)]
    rows = []
    for (letter,), group in unshared.group_by("letter", maintain_order=True):
        labels = list(_letter_labels(group, places, view))
        others = links.filter(pl.col("letter") != letter)
        place = _first_letter_place(labels, view, boxes, _ink_of_legs(others, places, view))
        if place is not None:
            boxes.append(box_around(place, 10))
            rows.append({"letter": letter, "x_px": place.x, "y_px": place.y})
    return rows


def _letter_labels(legs: pl.DataFrame, places: Mapping[str, Point], view: View) -> Iterator[Label]:
    """Give the points of a route's links at which its letter may stand, on the longest first."""
    for leg in legs.sort("length_km", descending=True).iter_rows(named=True):
        points = _leg_points(leg, places)
        for share in _ALONG_LINK:
            yield Label(*view.pixel(*point_along(points, share)), 19.0, 19.0)


def _leg_points(leg: Mapping[str, Any], places: Mapping[str, Point]) -> Sequence[Point]:
    """Return the line of a leg's link; its ends where none is known."""
    line = leg.get("line")
    ends = (places[leg["from_node_id"]], places[leg["to_node_id"]])
    return ends if line is None else points_of(line)


def _ink_of_legs(legs: pl.DataFrame, places: Mapping[str, Point], view: View) -> Ink:
    """Return what the lines of legs cover, none of which a letter may."""
    lines = [
        [view.pixel(*point) for point in _leg_points(leg, places)]
        for leg in legs.iter_rows(named=True)
    ]
    return ink_of(lines, (view.width, view.height), 0.0)


def _first_letter_place(
    labels: Sequence[Label],
    view: View,
    boxes: Sequence[Box],
    others: Ink,
) -> Pixel | None:
    """Return the first free place on a link, else beside one; clear of other routes if any is."""
    for ink in (others, None):
        for offsets in (_ON_LINK, _BESIDE_LINK):
            for label in labels:
                place = free_places([label], offsets, (view.width, view.height), boxes, ink)[0]
                if place is not None:
                    return place
    return None
