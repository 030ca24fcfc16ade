"""The layers of a map, from the ground up: land, links, crosses, dots, names and letters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import polars as pl

from corridor.charts.axes import pixel_channels
from corridor.charts.basemap.clipping import Line
from corridor.charts.basemap.view import View
from corridor.charts.formats import translate
from corridor.charts.layer import Layer
from corridor.charts.legends import mode_channels
from corridor.charts.map_labels import Name
from corridor.charts.map_lines import along_great_circle, node_places
from corridor.charts.placement import Pixel
from corridor.charts.style import INK, PAPER, SOFT, STYLES, styles_among
from corridor.kernels import Bools, Floats, Ints
from corridor.network.shapes import point_along, points_of

SEA = "#eef3f7"
LAND = "#fbfaf6"
RIVER = "#c3d3e0"
COAST = "#d5d0c4"
BORDER = "#b9b2a3"
COUNTRY = "#9a927f"
PALE_LINK = "#c4c9ce"
_EYE_PX = 2.4  # corners of coasts closer than this are not told apart
_RIM_PX = 4  # lines are drawn so far beyond the paper, crosses only so far within
_CROSS = "M-1,-1L1,1M1,-1L-1,1"


def land_and_borders(ground: dict[str, Any], view: View) -> list[Any]:
    """Return land, rivers, lakes and borders as one path each, in pixels; disputed ones dashed.

    So the outline of the world need not travel in every chart. ground: base map and waters.
    """
    land = _trace(_rings(ground["land"]), view, is_closed=True)
    lakes = _trace(_rings(ground["lakes"]), view, is_closed=True)
    rivers = _trace(ground["rivers"]["coordinates"], view)
    borders = _trace(ground["borders"]["coordinates"], view)
    disputed = _trace(ground["disputed"]["coordinates"], view)

    return [
        _path(land, fill=LAND, stroke=COAST, strokeWidth=0.6),
        _path(rivers, fill="transparent", stroke=RIVER, strokeWidth=0.6),
        _path(lakes, fill=SEA, stroke=COAST, strokeWidth=0.4),
        _path(borders, fill="transparent", stroke=BORDER, strokeWidth=0.8),
        _path(disputed, fill="transparent", stroke=BORDER, strokeWidth=0.8, strokeDash=[3, 2]),
    ]


def _rings(polygons: dict[str, Any]) -> list[Line]:
    return [ring for polygon in polygons["coordinates"] for ring in polygon]


def pale_links(features: Iterable[Mapping[str, Any]], view: View) -> Any:
    """Return the links of a network as one pale path; features: their lines."""
    arcs = (
        along_great_circle(line)
        for feature in features
        for line in feature["geometry"]["coordinates"]
    )
    return _path(_trace(arcs, view), fill="transparent", stroke=PALE_LINK, strokeWidth=0.9)


def _path(path: str, **look: Any) -> Any:
    """Return a mark that draws a path given in pixels of the plot.

    A point of size 4 takes its shape as it is.
    """
    origin = alt.Data(values=[{"x_px": 0, "y_px": 0}])
    mark = Layer(origin).mark_point(shape=path or "M0,0", size=4, opacity=1, clip=True, **look)
    return mark.encode(**pixel_channels())


def _trace(lines: Iterable[Line], view: View, *, is_closed: bool = False) -> str:
    """Return lines as one path in pixels, thinned to what the eye can tell.

    Lines off the paper are left out, and rings too small to be seen.
    """
    many = list(lines)
    if not many:
        return ""

    points = view.pixels(np.array([place for line in many for place in line], np.float64))
    starts = np.cumsum([0, *map(len, many)])
    visible = np.flatnonzero(_are_visible(points, starts[:-1], view, is_closed)).tolist()

    end = "Z" if is_closed else ""
    paths = (_corners(points[starts[line] : starts[line + 1]]) for line in visible)
    return "".join(f"M{path}{end}" for path in paths)


def _corners(points: Floats) -> str:
    return "L".join(f"{x:.0f},{y:.0f}" for x, y in _thin(points.tolist()))


def _are_visible(points: Floats, starts: Ints, view: View, is_closed: bool) -> Bools:
    """Return of each line whether it is seen; starts: the first of the points of each."""
    left, top = np.minimum.reduceat(points, starts).T
    right, bottom = np.maximum.reduceat(points, starts).T
    is_small = is_closed & (right - left < 2) & (bottom - top < 2)

    is_beside = (right < -_RIM_PX) | (left > view.width + _RIM_PX)
    is_above_or_below = (bottom < -_RIM_PX) | (top > view.height + _RIM_PX)
    visible: Bools = ~(is_small | is_beside | is_above_or_below)
    return visible


def _thin(points: Sequence[Sequence[float]]) -> list[Sequence[float]]:
    """Return the points without corners that the eye cannot tell from the one before."""
    corners = [points[0]]
    for x, y in points[1:-1]:
        last_x, last_y = corners[-1]
        if abs(x - last_x) + abs(y - last_y) >= _EYE_PX:
            corners.append((x, y))
    return [*corners, points[-1]]


def strokes(lines: pl.DataFrame, widen: float = 1.0) -> Any:
    """Return links in the styles of their modes, with a legend; widen: factor on all widths."""
    style_keys = styles_among(lines["drawn"])
    names = [STYLES[key].name for key in style_keys]
    chart = Layer(lines.with_columns(translate("drawn", names)))
    return chart.mark_geoshape(filled=False, clip=True).encode(**mode_channels(style_keys, widen))


def crosses(
    shut: pl.DataFrame,
    nodes: pl.DataFrame,
    links: pl.DataFrame,
    view: View,
) -> list[Any]:
    """Return crosses in the middle of shut links, with a halo.

    Parameters
    ----------
    shut
        The links to be crossed out, by link_id.
    nodes, links
        The network, whose lines of links, or else their ends, give the middle.
    view
        What the map shows: crosses near its rim are left out.
    """
    rows = [{"x_px": x, "y_px": y} for x, y in cross_places(shut, nodes, links, view)]
    chart = Layer(alt.Data(values=rows))
    halo = chart.mark_point(shape=_CROSS, size=70, stroke=PAPER, strokeWidth=4.5, opacity=1)
    cross = chart.mark_point(shape=_CROSS, size=70, stroke=INK, strokeWidth=1.9, opacity=1)
    return [halo.encode(**pixel_channels()), cross.encode(**pixel_channels())]


def cross_places(
    shut: pl.DataFrame, nodes: pl.DataFrame, links: pl.DataFrame, view: View
) -> list[Pixel]:
    """Return where the crosses of shut links stand; the arguments are those of :func:`crosses`."""
    shut_links = links.filter(pl.col("link_id").is_in(shut["link_id"].to_list()))
    middles = _middles(shut_links, nodes, view)
    return [Pixel(x, y) for x, y in middles if _is_inside(x, y, view)]


def _middles(
    links: pl.DataFrame,
    nodes: pl.DataFrame,
    view: View,
) -> Iterator[tuple[float, float]]:
    """Give the pixel in the middle of each link."""
    places = node_places(nodes)
    for link in links.iter_rows(named=True):
        line = link.get("line")
        if line is not None:
            yield view.pixel(*point_along(points_of(line), 0.5))
            continue

        start_x, start_y = view.pixel(*places[link["from_node_id"]])
        end_x, end_y = view.pixel(*places[link["to_node_id"]])
        yield (start_x + end_x) / 2, (start_y + end_y) / 2


def _is_inside(x: float, y: float, view: View) -> bool:
    return _RIM_PX < x < view.width - _RIM_PX and _RIM_PX < y < view.height - _RIM_PX


def dots(nodes: pl.DataFrame, view: View, size: float) -> Any:
    """Return a dot a node; size: square pixels."""
    rows = []
    for name, lon, lat in nodes.select("name", "lon_deg", "lat_deg").iter_rows():
        x, y = view.pixel(lon, lat)
        rows.append({"name": name, "x_px": x, "y_px": y})

    mark = Layer(alt.Data(values=rows)).mark_circle(
        size=size,
        fill=PAPER,
        stroke=INK,
        strokeWidth=0.9,
        opacity=1,
        clip=True,
    )
    return mark.encode(**pixel_channels())


def country_texts(countries: Sequence[dict[str, Any]]) -> list[Any]:
    """Return the names of countries, with a halo; each with name, x_px, y_px."""
    chart = Layer(alt.Data(values=list(countries)))
    halo = chart.mark_text(fontSize=9.5, stroke=LAND, strokeWidth=2.5)
    text = chart.mark_text(fontSize=9.5, color=COUNTRY)
    return [mark.encode(text=alt.Text("name:N"), **pixel_channels()) for mark in (halo, text)]


def name_texts(names: Iterable[Name], *, is_bold: bool) -> list[Any]:
    """Return the names of nodes, with a halo."""
    rows = [{"name": name.text, "x_px": name.place.x, "y_px": name.place.y} for name in names]
    weight: Any = "bold" if is_bold else "normal"

    chart = Layer(alt.Data(values=rows))
    halo = chart.mark_text(fontSize=11, fontWeight=weight, stroke=PAPER, strokeWidth=3.5)
    text = chart.mark_text(fontSize=11, fontWeight=weight, color=INK if is_bold else SOFT)
    return [mark.encode(text=alt.Text("name:N"), **pixel_channels()) for mark in (halo, text)]


def letter_discs(letters: Sequence[dict[str, Any]]) -> list[Any]:
    """Return the letters of routes on dark discs; each with letter, x_px, y_px."""
    chart = Layer(alt.Data(values=list(letters)))
    disc = chart.mark_circle(size=260, fill=INK, stroke=PAPER, strokeWidth=1.5, opacity=1)
    text = chart.mark_text(fontSize=11, fontWeight="bold", color=PAPER)
    return [
        disc.encode(**pixel_channels()),
        text.encode(text=alt.Text("letter:N"), **pixel_channels()),
    ]
