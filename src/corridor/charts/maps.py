"""Maps of the network, of routes, and of links by weight, over the outline of land and borders.

Links are drawn as they run where their shape is known, else straight. The projection is Albers'
equal-area conic, laid on the bounds shown, and is computed here too (basemap/view.py), so that
labels find free places.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import altair as alt
import polars as pl

from corridor.charts.axes import category_scale
from corridor.charts.basemap.outline import basemap, waters
from corridor.charts.basemap.view import View, view_of
from corridor.charts.formats import translate
from corridor.charts.layer import Layer
from corridor.charts.legends import legend
from corridor.charts.letters import with_letters
from corridor.charts.map_labels import (
    Name,
    place_countries,
    place_letters,
    place_names,
    rank_by_degree,
    rank_by_role,
)
from corridor.charts.map_layers import (
    BORDER,
    SEA,
    country_texts,
    cross_places,
    crosses,
    dots,
    land_and_borders,
    letter_discs,
    name_texts,
    pale_links,
    strokes,
)
from corridor.charts.map_lines import along_great_circle, line_rows, link_features
from corridor.charts.placement import Ink, ink_of
from corridor.charts.style import PAPER, SOFT, Chart
from corridor.charts.titles import Titles, with_title
from corridor.language.cldr import country_name, english_country_name
from corridor.language.speech import number, tell
from corridor.network.shapes import with_lines
from corridor.tables.columns import OPEN_STATUS

# Pixels of the widest and the narrowest link on a map by weight.
_WIDEST = 9.0
_NARROWEST = 1.2
_ROOM_PX2 = 7500  # of the map for each name in bold
_DOT_PX = 3.0  # from the middle of a place's dot to its rim
_MAX_INK = 0.15  # of its box a name may cover of lines and dots


def network_map(
    nodes: pl.DataFrame,
    links: pl.DataFrame,
    *,
    view: View | None = None,
    closed: Collection[str] = (),
    on: str | None = None,
    named: Collection[str] = (),
) -> Chart:
    """Return the map of all links by mode and gauge; planned ones dotted, shut ones crossed out.

    Parameters
    ----------
    nodes, links
        The network.
    view
        What the map shows; null: all nodes.
    closed
        link_ids shut on the date, besides links of status closed.
    on
        The date, for the subtitle; null: none is named.
    named
        node_ids to be named before all others.
    """
    view = view or view_of(nodes["lon_deg"], nodes["lat_deg"])
    features = link_features(nodes, links, view, closed)
    lines = line_rows(features)
    seen = nodes.filter(
        [_is_on_paper(view, *place) for place in nodes.select("lon_deg", "lat_deg").iter_rows()]
    )
    ink = _ink(features, seen, view)
    names = place_names(rank_by_degree(seen, links, named), view, ink, limit=30, sure=len(named))

    chart = alt.layer(
        *_ground(view),
        *_countries(view, nodes, names, ink),
        strokes(lines),
        *crosses(lines.filter(pl.col("shut")), nodes, links, view),
        dots(seen, view, size=9),
        *name_texts(names, is_bold=False),
    )
    return _frame(chart, view, _network_titles(seen, lines, on))


def _is_on_paper(view: View, lon_deg: float, lat_deg: float) -> bool:
    x, y = view.pixel(lon_deg, lat_deg)
    return 0 <= x <= view.width and 0 <= y <= view.height


def _network_titles(
    nodes: pl.DataFrame,
    lines: pl.DataFrame,
    on: str | None,
) -> Titles:
    if on:
        subtitle = tell("× marks links shut on {day}; straight lines are schematic", day=on)
    else:
        subtitle = tell("× marks links shut; straight lines are schematic")

    description = tell(
        "Map of {places} places and {links} links: {counts}.",
        places=number(nodes.height),
        links=number(lines.height),
        counts=_link_counts(lines),
    )
    return Titles(tell("Network"), subtitle, description)


def _link_counts(lines: pl.DataFrame) -> str:
    """Return how many links of each style there are."""
    counts = []
    for kind, count in lines.group_by("drawn").len().sort("drawn").iter_rows():
        # Translators: how many links a map has of a kind, as in a list: 48 rail, 1435 mm.
        counts.append(tell("{count} {kind}", count=number(count), kind=tell(kind)))
    return tell(", ").join(counts)


def route_map(
    nodes: pl.DataFrame,
    links: pl.DataFrame,
    legs: pl.DataFrame,
    *,
    view: View | None = None,
    closed: Collection[str] = (),
    before: pl.DataFrame | None = None,
    max_height: float = 430.0,
) -> Chart:
    """Return the map of routes over the pale network, with their ends, borders and terminals named.

    Parameters
    ----------
    nodes, links
        The network.
    legs
        As ``Routes.legs``, of one or several routes.
    view
        What the map shows; null: all nodes of the routes.
    closed
        link_ids shut on the date, besides links of status closed.
    before
        Legs of routes these are compared with, drawn as thin dashes below them; null: none.
    max_height
        Pixels of the map at most, where no view is given.
    """
    legs = with_letters(legs)
    used = nodes.filter(pl.col("node_id").is_in(end_nodes(legs)))
    if view is None:
        ends = end_nodes(legs) if before is None else [*end_nodes(legs), *end_nodes(before)]
        places = nodes.filter(pl.col("node_id").is_in(ends))
        view = view_of(places["lon_deg"], places["lat_deg"], max_height=max_height)

    network = link_features(nodes, links, view, closed)
    shut = line_rows([feature for feature in network if feature["shut"]])
    route_features = _leg_features(nodes, links, legs, view)
    routes = line_rows(route_features)
    ink = _ink([*route_features, *(line for line in network if line["shut"])], used, view)
    limit = round(view.width * view.height / _ROOM_PX2)
    marks = cross_places(shut, nodes, links, view)
    names = place_names(rank_by_role(used, legs), view, ink, limit=limit, sure=2, marks=marks)
    letters = place_letters(nodes, _with_lines_of(legs, links), view, names, marks)

    chart = alt.layer(
        *_ground(view),
        pale_links(network, view),
        *_countries(view, nodes, names, ink),
        *([] if before is None else [_ghosts(nodes, links, before, view)]),
        _halo(routes),
        strokes(routes, widen=1.5),
        *crosses(shut, nodes, links, view),
        dots(used, view, size=22),
        *name_texts(names, is_bold=True),
        *letter_discs(letters),
    )
    return _frame(chart, view, _route_titles(used, legs, routes))


def _leg_features(
    nodes: pl.DataFrame, links: pl.DataFrame, legs: pl.DataFrame, view: View
) -> list[dict[str, Any]]:
    """Return the lines of the links that legs ride on, sea links round land too."""
    leg_links = _with_lines_of(_leg_links(legs), links)
    return link_features(nodes, leg_links, view, parallel_among=links, with_detours=True)


def _ghosts(nodes: pl.DataFrame, links: pl.DataFrame, legs: pl.DataFrame, view: View) -> Any:
    """Return the lines of routes that others are compared with, as thin dashes."""
    chart = Layer(line_rows(_leg_features(nodes, links, legs, view)))
    return chart.mark_geoshape(
        filled=False, stroke=SOFT, strokeWidth=1.6, strokeDash=[4, 3], clip=True
    )


def _halo(lines: pl.DataFrame) -> Any:
    chart = Layer(lines)
    return chart.mark_geoshape(filled=False, stroke=PAPER, strokeWidth=6.5, clip=True)


def _leg_links(legs: pl.DataFrame) -> pl.DataFrame:
    """Return the links of some legs, each once, as open links."""
    columns = ("from_node_id", "to_node_id", "mode", "layer", "length_km")
    links = legs.filter(pl.col("kind") == "link").group_by("link_id", maintain_order=True)
    return links.agg(pl.col(*columns).first()).with_columns(status=pl.lit(OPEN_STATUS))


def _with_lines_of(leg_links: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Return links of legs with the lines of those of the network, where these have some."""
    if "line" not in links.columns:
        return leg_links
    return with_lines(leg_links, links)


def _route_titles(
    nodes: pl.DataFrame,
    legs: pl.DataFrame,
    lines: pl.DataFrame,
) -> Titles:
    names = dict(nodes.select("node_id", "name").iter_rows())
    first = legs["from_node_id"][0]
    last = legs["to_node_id"][-1]
    title = tell(
        "Routes from {origin} to {destination}",
        origin=names.get(first, first),
        destination=names.get(last, last),
    )
    subtitle = tell("bold: the routes; pale: other links; × shut")
    return Titles(title, subtitle, _route_description(nodes, legs, lines))


def _route_description(
    nodes: pl.DataFrame,
    legs: pl.DataFrame,
    lines: pl.DataFrame,
) -> str:
    kinds = [tell(kind) for kind in sorted(set(lines["drawn"]))]
    codes = sorted(set(nodes["country"]))
    countries = [country_name(code) or english_country_name(code) or code for code in codes]
    return tell(
        "Map of {count} routes by {kinds} through {countries}.",
        count=number(legs["route_id"].n_unique()),
        kinds=tell(", ").join(kinds),
        countries=tell(", ").join(countries),
    )


def weighted_map(
    nodes: pl.DataFrame,
    links: pl.DataFrame,
    weighted: pl.DataFrame,
    *,
    hues: Mapping[str, str],
    titles: Titles,
    named: Sequence[str] = (),
    columns: int = 2,
) -> Chart:
    """Return the map of some links by weight over the pale network.

    Parameters
    ----------
    nodes, links
        The network.
    weighted
        link_id, kind (a key of hues), width (pixels), the heaviest last. Sea links that go round
        land are not drawn.
    hues
        Kind, a message, -> its colour.
    titles
        What the map says in words.
    named
        node_ids to be named first.
    columns
        Of the legend, at most.
    """
    shown = _links_shown(links, weighted)
    used = nodes.filter(pl.col("node_id").is_in(end_nodes(shown)))
    view = view_of(used["lon_deg"], used["lat_deg"], max_height=400.0)

    features = link_features(nodes, shown, view, parallel_among=links)
    weighted_lines = weighted.join(line_rows(features), on="link_id", maintain_order="left")
    ink = _ink(features, used, view)
    names = place_names(_rank_by_order(used, named), view, ink, limit=24)

    chart = alt.layer(
        *_ground(view),
        pale_links(link_features(nodes, links, view), view),
        *_countries(view, nodes, names, ink),
        _weighted_strokes(weighted_lines, hues, columns),
        dots(used, view, size=16),
        *name_texts(names, is_bold=True),
    )
    return _frame(chart, view, titles)


def _links_shown(links: pl.DataFrame, weighted: pl.DataFrame) -> pl.DataFrame:
    """Return the weighted links on land; where all are at sea, these."""
    shown = links.filter(pl.col("link_id").is_in(weighted["link_id"].to_list()))
    ashore = shown.filter(pl.col("mode") != "sea")
    return shown if ashore.is_empty() else ashore


def _weighted_strokes(lines: pl.DataFrame, hues: Mapping[str, str], columns: int) -> Any:
    kinds = [tell(kind) for kind in hues]
    hue = alt.Color(
        "kind:N",
        title=None,
        scale=category_scale(kinds, hues.values()),
        legend=legend(kinds, columns, symbolType="stroke", symbolStrokeWidth=4),
    )
    width = alt.StrokeWidth("width:Q", scale=None)

    chart = Layer(lines.with_columns(translate("kind", hues)))
    return chart.mark_geoshape(filled=False, clip=True).encode(strokeWidth=width, color=hue)


def link_widths(share: pl.Expr) -> pl.Expr:
    """Return the pixels of links on a map by weight; share: of the heaviest's weight."""
    return _NARROWEST + (_WIDEST - _NARROWEST) * share


def end_nodes(rows: pl.DataFrame) -> list[str]:
    """Return the node_ids at both ends of links or legs."""
    return pl.concat([rows["from_node_id"], rows["to_node_id"]]).to_list()


def _rank_by_order(nodes: pl.DataFrame, named: Sequence[str]) -> pl.DataFrame:
    """Return nodes in the order in which they are to be named, then the others."""
    order = {node_id: number for number, node_id in enumerate(dict.fromkeys(named))}
    number = pl.col("node_id").replace_strict(order, default=len(order), return_dtype=pl.Int64)
    return nodes.sort(number, "node_id")


def _ink(features: Sequence[Mapping[str, Any]], nodes: pl.DataFrame, view: View) -> Ink:
    """Return what lines of links and dots of places cover."""
    lines = [
        [view.pixel(lon, lat) for lon, lat in along_great_circle(piece)]
        for feature in features
        for piece in feature["geometry"]["coordinates"]
    ]
    dots = [
        [(x - _DOT_PX, y), (x + _DOT_PX, y)]
        for x, y in (view.pixel(*place) for place in nodes.select("lon_deg", "lat_deg").iter_rows())
    ]
    return ink_of([*lines, *dots], (view.width, view.height), _MAX_INK)


def _ground(view: View) -> list[Any]:
    """Return land, waters and borders."""
    bounds = view.visible()
    return land_and_borders(basemap(bounds) | waters(bounds), view)


def _countries(view: View, nodes: pl.DataFrame, names: Sequence[Name], ink: Ink) -> list[Any]:
    """Return the names of countries where those of nodes leave room."""
    return country_texts(place_countries(set(nodes["country"]), view, names, ink))


def _frame(chart: Any, view: View, titles: Titles) -> Chart:
    """Return the layers on the sea, in the view's projection, with their titles."""
    framed = chart.project(**view.projection()).properties(
        width=view.width,
        height=view.height,
        view=alt.ViewBackground(fill=SEA, stroke=BORDER),
    )
    return with_title(framed, *titles, left=0)
