"""Maps of the network and of routes over the outline of land and borders.

Lines join places; they do not show where a road or railway lies. The projection is Albers'
equal-area conic, laid on the box shown, and is computed here too (basemap/view.py), so that labels
find free places.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import altair as alt
import polars as pl

from corridor.charts.basemap import Line, basemap, clip_line
from corridor.charts.basemap.view import View, conic
from corridor.charts.style import (
    INK,
    PAPER,
    SOFT,
    STYLES,
    WIDTH,
    Chart,
    drawn_as,
    dressed,
    free_places,
    legend,
    lettered,
    mode_channels,
    told,
)
from corridor.charts.text import breadth
from corridor.language.speech import country_name, number, tell
from corridor.tables.columns import OPEN_STATUS
from corridor.tables.schema import layer

__all__ = ["View", "network_map", "route_map", "view_of", "weighted_map"]

SEA = "#eef3f7"
LAND = "#fbfaf6"
BORDER = "#b9b2a3"
NAME = "#9a927f"
_PLOT = WIDTH - 16
_EYE_PX = 2.4  # corners of coasts closer than this are not told apart
# a sea way so much longer than the straight line goes round land: drawn straight it would mislead
_DETOUR = 1.3
_BESIDE = tuple(
    (x, y)
    for x, y in (
        (0.56, 0),
        (-0.56, 0),
        (0.5, -0.75),
        (-0.5, -0.75),
        (0.5, 0.75),
        (-0.5, 0.75),
        (0, -0.95),
        (0, 0.95),
        (0.62, -1.4),
        (-0.62, -1.4),
        (0.62, 1.4),
        (-0.62, 1.4),
    )
)
_NEXT_TO = ((0.8, 0), (-0.8, 0), (0, 0.8), (0, -0.8), (1.2, 0), (-1.2, 0))
_AT: dict[str, Any] = {
    "x": alt.X("x_px:Q", scale=None, axis=None),
    "y": alt.Y("y_px:Q", scale=None, axis=None),
}
_KINDS = {
    "city": 0,
    "seaport": 1,
    "border-crossing": 2,
    "dry-port": 3,
    "gauge-change-station": 4,
    "rail-terminal": 5,
    "mountain-pass": 6,
}


def view_of(
    lons_deg: Iterable[float],
    lats_deg: Iterable[float],
    *,
    margin_share: float = 0.08,
    highest_px: float = 560.0,
) -> View:
    """Return the view that holds all the places with a margin, as wide as every chart and 300 to
    highest_px pixels high."""
    lons = list(lons_deg)
    lats = list(lats_deg)
    margin = max(1.0, margin_share * max(max(lons) - min(lons), max(lats) - min(lats)))
    west = max(-15.0, min(lons) - margin)
    east = min(130.0, max(lons) + margin)
    south = max(0.0, min(lats) - margin)
    north = min(70.0, max(lats) + margin)
    parallels = (south + (north - south) / 6, north - (north - south) / 6)
    if (
        abs(parallels[0] + parallels[1]) < 1.0
    ):  # a cone with both parallels alike about the equator has no tip
        parallels = (parallels[0], parallels[1] + 1.0)
    spots = [
        conic(lon - (west + east) / 2, lat, parallels) for lon, lat in zip(lons, lats, strict=True)
    ]
    spots += [
        conic(dx, (south + north) / 2 + dy, parallels)
        for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1))
        if len(spots) == 1
    ]  # one place is seen with a degree around it
    left = min(x for x, _ in spots)
    right = max(x for x, _ in spots)
    low = min(y for _, y in spots)
    high = max(y for _, y in spots)
    edge = max(math.radians(1.0), margin_share * max(right - left, high - low))
    left = left - edge
    right = right + edge
    low = low - edge
    high = high + edge
    height = min(highest_px, max(300.0, _PLOT * (high - low) / (right - left)))
    scale = min(_PLOT / (right - left), height / (high - low))
    shift = (_PLOT / 2 - scale * (left + right) / 2, height / 2 + scale * (low + high) / 2)
    return View((west, south, east, north), float(_PLOT), round(height), scale, shift, parallels)


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

    closed: link_ids shut on the date, besides links of status closed. on: the date, for the
    subtitle. named: node_ids to be named before all others.
    """
    view = view or view_of(nodes["lon_deg"], nodes["lat_deg"])
    lines = _lines(nodes, links, view, closed)
    shut = lines.filter(pl.col("shut"))
    here = nodes.filter(
        [_inside(view, lon, lat) for lon, lat in nodes.select("lon_deg", "lat_deg").iter_rows()]
    )
    degree = pl.concat([links["from_node_id"], links["to_node_id"]]).value_counts(name="degree")
    ranked = (
        here.join(degree.rename({"from_node_id": "node_id"}), on="node_id", how="left")
        .filter(pl.col("kind").is_in(["city", "seaport"]) | pl.col("node_id").is_in(list(named)))
        .sort(~pl.col("node_id").is_in(list(named)), pl.col("degree").fill_null(0) * -1, "node_id")
    )
    spots = _label_spots(ranked, view, limit=44)
    chart = alt.layer(
        *_ground(view),
        _countries(view, set(nodes["country"]), spots),
        _strokes(lines),
        *_crosses(shut, nodes, links, view),
        _dots(here, view, size=9),
        *_places(spots, bold=False),
    )
    counts = tell(", ").join(
        # Translators: how many links a map has of a kind, as in a list: 48 rail, 1435 mm.
        tell("{count} {kind}", count=number(count), kind=tell(drawn))
        for drawn, count in lines.group_by("drawn").len().sort("drawn").iter_rows()
    )
    return _framed(
        chart,
        view,
        tell("Network"),
        tell("lines join places; × marks links shut on {day}", day=on)
        if on
        else tell("lines join places; × marks links shut"),
        tell(
            "Map of {places} places and {links} links: {counts}.",
            places=number(here.height),
            links=number(lines.height),
            counts=counts,
        ),
    )


def route_map(
    nodes: pl.DataFrame,
    links: pl.DataFrame,
    legs: pl.DataFrame,
    *,
    view: View | None = None,
    closed: Collection[str] = (),
) -> Chart:
    """Return the map of the routes in legs over the pale network, with their ends, borders and
    terminals named."""
    legs = lettered(legs)
    used = nodes.filter(
        pl.col("node_id").is_in(pl.concat([legs["from_node_id"], legs["to_node_id"]]).to_list())
    )
    view = view or view_of(used["lon_deg"], used["lat_deg"], highest_px=430.0)
    pale = _lines(nodes, links, view, closed).with_columns(drawn=pl.lit("other links"))
    shape = ["link_id", "from_node_id", "to_node_id", "mode", "layer", "length_km"]
    ways = (
        legs.filter(pl.col("kind") == "link")
        .group_by("link_id", maintain_order=True)
        .agg(pl.col(column).first() for column in shape[1:])
    )
    best = _lines(
        nodes, ways.with_columns(status=pl.lit(OPEN_STATUS)), view, (), like=links, straight=True
    )
    spots = _label_spots(_key_places(used, legs), view, limit=40)
    letters = _letters(nodes, legs, view, spots)
    halo = alt.Chart(best).mark_geoshape(filled=False, stroke=PAPER, strokeWidth=6.5, clip=True)
    chart = alt.layer(
        *_ground(view),
        _countries(view, set(nodes["country"]), spots),
        _path(
            _traced(
                (_arced(line) for shape in pale["geometry"] for line in shape["coordinates"]), view
            ),
            fill="transparent",
            stroke="#c4c9ce",
            strokeWidth=0.9,
        ),
        halo,
        _strokes(best, widen=1.5),
        *_crosses(pale.filter(pl.col("shut")), nodes, links, view),
        _dots(used, view, size=22),
        *_places(spots, bold=True),
        *letters,
    )
    comma = tell(", ")
    names = dict(nodes.select("node_id", "name").iter_rows())
    first = legs["from_node_id"][0]
    last = legs["to_node_id"][-1]
    return _framed(
        chart,
        view,
        tell(
            "Routes from {origin} to {destination}",
            origin=names.get(first, first),
            destination=names.get(last, last),
        ),
        tell("bold: the routes; pale: other links; × shut"),
        tell(
            "Map of {count} routes by {kinds} through {countries}.",
            count=number(legs["route_id"].n_unique()),
            kinds=comma.join(tell(kind) for kind in sorted(set(best["drawn"]))),
            countries=comma.join(
                country_name(code) or code for code in sorted(set(used["country"]))
            ),
        ),
    )


def weighted_map(
    nodes: pl.DataFrame,
    links: pl.DataFrame,
    weighted: pl.DataFrame,
    *,
    hues: dict[str, str],
    words: tuple[str, str, str],
    named: Sequence[str] = (),
) -> Chart:
    """Return the map of some links by weight over the pale network: wide is much, the colour says
    what kind.

    weighted: link_id, kind (a key of hues), width (pixels), the heaviest last; sea ways that go
    round land are not drawn. Keys of hues are marked as messages. words: title, subtitle,
    description. named: node_ids to be named first.
    """
    here = links.filter(
        pl.col("link_id").is_in(weighted["link_id"].to_list()) & (pl.col("mode") != "sea")
    )
    here = (
        links.filter(pl.col("link_id").is_in(weighted["link_id"].to_list()))
        if here.is_empty()
        else here
    )
    used = nodes.filter(
        pl.col("node_id").is_in(pl.concat([here["from_node_id"], here["to_node_id"]]).to_list())
    )
    view = view_of(used["lon_deg"], used["lat_deg"], highest_px=460.0)
    drawn = weighted.join(
        _lines(nodes, here, view, (), like=links), on="link_id", maintain_order="left"
    )
    pale = (
        _arced(line)
        for one in _lines(nodes, links, view, ())["geometry"]
        for line in one["coordinates"]
    )
    spots = _label_spots(
        used.sort(~pl.col("node_id").is_in(list(named)), "node_id"), view, limit=34
    )
    kinds = [tell(kind) for kind in hues]
    strokes = (
        alt.Chart(drawn.with_columns(told("kind", hues)))
        .mark_geoshape(filled=False, clip=True)
        .encode(
            strokeWidth=alt.StrokeWidth("width:Q", scale=None),
            color=alt.Color(
                "kind:N",
                title=None,
                scale=alt.Scale(domain=kinds, range=list(hues.values())),
                legend=legend(kinds, 2, symbolType="stroke", symbolStrokeWidth=4),
            ),
        )
    )
    chart = alt.layer(
        *_ground(view),
        _countries(view, set(nodes["country"]), spots),
        _path(_traced(pale, view), fill="transparent", stroke="#c4c9ce", strokeWidth=0.9),
        strokes,
        _dots(used, view, size=16),
        *_places(spots, bold=True),
    )
    return _framed(chart, view, *words)


def _framed(chart: Any, view: View, title: str, subtitle: str, description: str) -> Chart:
    framed = chart.project(**view.projection()).properties(
        width=view.width, height=view.height, view=alt.ViewBackground(fill=SEA, stroke=BORDER)
    )
    return dressed(framed, title, subtitle, description, left=0)


def _ground(view: View) -> list[Any]:
    """Return land and borders as one path each, in pixels: a map of the world need not travel in
    every chart."""
    ground = basemap(view.seen())
    rings = [ring for polygon in ground["land"]["coordinates"] for ring in polygon]
    return [
        _path(_traced(rings, view, closed=True), fill=LAND, stroke="#d5d0c4", strokeWidth=0.6),
        _path(
            _traced(ground["borders"]["coordinates"], view),
            fill="transparent",
            stroke=BORDER,
            strokeWidth=0.8,
        ),
    ]


def _path(shape: str, **look: Any) -> Any:
    """Return a mark that draws a path given in pixels of the plot: a point of size 4 takes its
    shape as it is."""
    return (
        alt.Chart(alt.Data(values=[{"x_px": 0, "y_px": 0}]))
        .mark_point(shape=shape or "M0,0", size=4, opacity=1, clip=True, **look)
        .encode(**_AT)
    )


def _traced(lines: Iterable[Line], view: View, *, closed: bool = False) -> str:
    """Return lines as one path in pixels, thinned to what the eye can tell; rings too small to be
    seen are left out."""
    parts = []
    for line in lines:
        spots = [view.pixel(lon, lat) for lon, lat in line]
        xs = [x for x, _ in spots]
        ys = [y for _, y in spots]
        if max(xs) < -4 or max(ys) < -4 or min(xs) > view.width + 4 or min(ys) > view.height + 4:
            continue
        if closed and max(xs) - min(xs) < 2 and max(ys) - min(ys) < 2:
            continue
        kept = [spots[0]]
        for spot in spots[1:-1]:
            if abs(spot[0] - kept[-1][0]) + abs(spot[1] - kept[-1][1]) >= _EYE_PX:
                kept.append(spot)
        kept.append(spots[-1])
        parts.append("M" + "L".join(f"{x:.0f},{y:.0f}" for x, y in kept) + ("Z" if closed else ""))
    return "".join(parts)


def _countries(view: View, countries: set[str], spots: list[dict[str, Any]]) -> Any:
    """Return the names of the countries that have places, where the places' names leave room."""
    known = [name for name in basemap(view.seen())["names"] if name["country"] in countries]
    names = [(country_name(name["country"]) or name["name"]).upper() for name in known]
    boxes = [
        (*view.pixel(at["lon"], at["lat"]), 7.4 * breadth(name), 12.0)
        for at, name in zip(known, names, strict=True)
    ]
    places = free_places(
        boxes,
        tuple((x, y) for y in (0, -1.2, 1.2, -2.4, 2.4, -3.6, 3.6) for x in (0, 0.3, -0.3)),
        (view.width, view.height),
        [spot["box"] for spot in spots],
    )
    rows = [
        {"name": name, "x_px": place[0], "y_px": place[1]}
        for name, place in zip(names, places, strict=True)
        if place is not None
    ]
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_text(fontSize=9.5, color=NAME)
        .encode(text="name:N", **_AT)
    )


def _inside(view: View, lon_deg: float, lat_deg: float) -> bool:
    x, y = view.pixel(lon_deg, lat_deg)
    return 0 <= x <= view.width and 0 <= y <= view.height


def _lines(
    nodes: pl.DataFrame,
    links: pl.DataFrame,
    view: View,
    closed: Collection[str],
    *,
    like: pl.DataFrame | None = None,
    straight: bool = False,
) -> pl.DataFrame:
    """Return one row a link seen: link_id, drawn (legend), shut, type and geometry (GeoJSON);
    parallel ones bowed.

    like: the links among which parallel ones are counted, where it is not these. straight: keep sea
    ways that go round land.
    """
    at = {
        row[0]: (row[1], row[2])
        for row in nodes.select("node_id", "lon_deg", "lat_deg").iter_rows()
    }
    peers: dict[frozenset[str], list[str]] = {}
    for link_id, start, end in (
        (links if like is None else like)
        .select("link_id", "from_node_id", "to_node_id")
        .iter_rows()
    ):
        peers.setdefault(frozenset((start, end)), []).append(link_id)
    seen = view.seen()
    rows = []
    for row in links.iter_rows(named=True):
        a = at[row["from_node_id"]]
        b = at[row["to_node_id"]]
        if (
            row["mode"] == "sea"
            and not straight
            and (row["length_km"] or 0) > _DETOUR * max(50.0, _apart_km(a, b))
        ):
            continue
        group = peers.get(frozenset((row["from_node_id"], row["to_node_id"])), [row["link_id"]])
        bow = group.index(row["link_id"]) if row["link_id"] in group else 0
        turned = (
            row["from_node_id"] > row["to_node_id"]
        )  # one side of the pair, whatever the links' directions
        reach = 5.0 / (view.scale * math.pi / 180)  # degrees in five pixels
        line = _bowed(b, a, bow, reach) if turned else _bowed(a, b, bow, reach)
        parts = clip_line(line, seen)
        if not parts:
            continue
        shut = row["status"] == "closed" or row["link_id"] in closed
        drawn = row["layer"] if "layer" in row else layer(row["mode"], row["gauge_mm"])
        kind = "closed" if shut else drawn_as(drawn) if row["status"] == OPEN_STATUS else "planned"
        rows.append(
            {
                "link_id": row["link_id"],
                "drawn": STYLES[kind].name,
                "shut": shut,
                "type": "Feature",
                "geometry": {
                    "type": "MultiLineString",
                    "coordinates": [[list(p) for p in q] for q in parts],
                },
            }
        )
    return pl.DataFrame(
        rows,
        schema={
            "link_id": pl.String,
            "drawn": pl.String,
            "shut": pl.Boolean,
            "type": pl.String,
            "geometry": pl.Struct(
                {"type": pl.String, "coordinates": pl.List(pl.List(pl.List(pl.Float64)))}
            ),
        },
    )


def _bowed(a: tuple[float, float], b: tuple[float, float], rank: int, reach_deg: float) -> Line:
    """Return the line between two places; the second and further ones between the same places bow
    out by reach."""
    if rank == 0:
        return [a, b]
    dx = b[0] - a[0]
    dy = b[1] - a[1]
    side = (
        (1 if rank % 2 else -1)
        * min(0.12, reach_deg / max(1e-6, math.hypot(dx, dy)))
        * ((rank + 1) // 2)
    )
    return [
        (a[0] + dx * t - dy * side * 4 * t * (1 - t), a[1] + dy * t + dx * side * 4 * t * (1 - t))
        for t in (i / 8 for i in range(9))
    ]


def _arced(line: Sequence[Sequence[float]]) -> Line:
    """Return the line with its long pieces drawn along the great circle, as the projected ones
    are."""
    (lon_a, lat_a), (lon_b, lat_b) = (
        (math.radians(x), math.radians(y)) for x, y in (line[0], line[-1])
    )
    a, b = (
        (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))
        for lon, lat in ((lon_a, lat_a), (lon_b, lat_b))
    )
    angle = math.acos(max(-1.0, min(1.0, sum(p * q for p, q in zip(a, b, strict=True)))))
    count = int(math.degrees(angle) / 3) if len(line) == 2 else 0
    if count < 2:
        return [(x, y) for x, y in line]
    made = []
    for share in (i / count for i in range(count + 1)):
        near = math.sin((1 - share) * angle) / math.sin(angle)
        far = math.sin(share * angle) / math.sin(angle)
        x, y, z = (near * p + far * q for p, q in zip(a, b, strict=True))
        made.append(
            (math.degrees(math.atan2(y, x)), math.degrees(math.asin(max(-1.0, min(1.0, z)))))
        )
    return made


def _apart_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    (lon_a, lat_a), (lon_b, lat_b) = ((math.radians(x), math.radians(y)) for x, y in (a, b))
    h = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * 6371.0 * math.asin(math.sqrt(h))


def _strokes(lines: pl.DataFrame, widen: float = 1.0) -> Any:
    present = [kind for kind in STYLES if STYLES[kind].name in set(lines["drawn"])]
    shown = lines.with_columns(told("drawn", (STYLES[kind].name for kind in present)))
    return (
        alt.Chart(shown)
        .mark_geoshape(filled=False, clip=True)
        .encode(**mode_channels(present, widen))
    )


def _crosses(shut: pl.DataFrame, nodes: pl.DataFrame, links: pl.DataFrame, view: View) -> list[Any]:
    at = {
        row[0]: view.pixel(row[1], row[2])
        for row in nodes.select("node_id", "lon_deg", "lat_deg").iter_rows()
    }
    rows = []
    for start, end in (
        links.filter(pl.col("link_id").is_in(shut["link_id"].to_list()))
        .select("from_node_id", "to_node_id")
        .iter_rows()
    ):
        x = (at[start][0] + at[end][0]) / 2
        y = (at[start][1] + at[end][1]) / 2
        if 4 < x < view.width - 4 and 4 < y < view.height - 4:
            rows.append({"x_px": x, "y_px": y})
    data = alt.Data(values=rows)
    cross = "M-1,-1L1,1M1,-1L-1,1"
    return [
        alt.Chart(data)
        .mark_point(shape=cross, size=70, stroke=PAPER, strokeWidth=4.5, opacity=1)
        .encode(**_AT),
        alt.Chart(data)
        .mark_point(shape=cross, size=70, stroke=INK, strokeWidth=1.9, opacity=1)
        .encode(**_AT),
    ]


def _dots(nodes: pl.DataFrame, view: View, size: float) -> Any:
    rows = [
        {"name": name, "x_px": x, "y_px": y}
        for name, lon, lat in nodes.select("name", "lon_deg", "lat_deg").iter_rows()
        for x, y in [view.pixel(lon, lat)]
    ]
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_circle(size=size, fill=PAPER, stroke=INK, strokeWidth=0.9, opacity=1, clip=True)
        .encode(**_AT)
    )


def _key_places(used: pl.DataFrame, legs: pl.DataFrame) -> pl.DataFrame:
    """Return the routes' places, the ones to be named first: ends, terminals, borders, then the
    rest."""
    country = dict(used.select("node_id", "country").iter_rows())
    ends = {legs["from_node_id"][0], legs["to_node_id"][-1]}
    terminals = set(legs.filter(pl.col("kind") == "terminal")["from_node_id"])
    borders = {
        node
        for start, end in legs.select("from_node_id", "to_node_id").iter_rows()
        if country.get(start) != country.get(end)
        for node in (start, end)
    }
    rank = [
        0
        if node in ends
        else 1
        if node in terminals
        else 2
        if node in borders
        else 3 + _KINDS.get(kind, 9)
        for node, kind in used.select("node_id", "kind").iter_rows()
    ]
    return used.with_columns(rank=pl.Series(rank, dtype=pl.Int64)).sort("rank", "node_id")


def _label_spots(ranked: pl.DataFrame, view: View, *, limit: int) -> list[dict[str, Any]]:
    """Return the labels that find a free place beside their dots, in the order given."""
    dots = [view.pixel(lon, lat) for lon, lat in ranked.select("lon_deg", "lat_deg").iter_rows()]
    names = [str(name).split(" (")[0].split(" / ")[0] for name in ranked["name"]]
    anchors = [
        (x, y, 6.2 * breadth(name) + 8, 13.0) for (x, y), name in zip(dots, names, strict=True)
    ]
    taken = [(x - 3, y - 3, x + 3, y + 3) for x, y in dots[:limit]]
    offsets: Sequence[tuple[float, float]] = _BESIDE
    places = free_places(anchors[:limit], offsets, (view.width, view.height), taken)
    return [
        {
            "name": name,
            "x_px": place[0],
            "y_px": place[1],
            "box": (place[0] - box[2] / 2, place[1] - 7, place[0] + box[2] / 2, place[1] + 7),
        }
        for name, place, box in zip(names, places, anchors, strict=False)
        if place is not None
    ]


def _letters(
    nodes: pl.DataFrame, legs: pl.DataFrame, view: View, spots: list[dict[str, Any]]
) -> list[Any]:
    """Return each route's letter on a way of its own; a route that shares all its ways gets
    none."""
    at = {
        row[0]: view.pixel(row[1], row[2])
        for row in nodes.select("node_id", "lon_deg", "lat_deg").iter_rows()
    }
    ways = legs.filter(pl.col("kind") == "link")
    own = ways.filter(pl.col("letter").n_unique().over("link_id") == 1)
    taken = [spot["box"] for spot in spots]
    rows = []
    for (letter,), group in own.group_by("letter", maintain_order=True):
        middles = [
            (
                at[a][0] + share * (at[b][0] - at[a][0]),
                at[a][1] + share * (at[b][1] - at[a][1]),
                19.0,
                19.0,
            )
            for a, b in group.sort("length_km", descending=True)
            .select("from_node_id", "to_node_id")
            .iter_rows()
            for share in (0.5, 0.35, 0.65, 0.2, 0.8)
        ]
        for offsets, middle in (
            (offsets, middle) for offsets in (((0, 0),), _NEXT_TO) for middle in middles
        ):
            place = free_places([middle], offsets, (view.width, view.height), taken)[0]
            if place is not None:
                taken.append((place[0] - 10, place[1] - 10, place[0] + 10, place[1] + 10))
                rows.append({"letter": letter, "x_px": place[0], "y_px": place[1]})
                break
    chart = alt.Chart(alt.Data(values=rows))
    return [
        chart.mark_circle(size=260, fill=INK, stroke=PAPER, strokeWidth=1.5, opacity=1).encode(
            **_AT
        ),
        chart.mark_text(fontSize=11, fontWeight="bold", color=PAPER).encode(text="letter:N", **_AT),
    ]


def _places(spots: list[dict[str, Any]], *, bold: bool) -> list[Any]:
    chart = alt.Chart(
        alt.Data(values=[{key: spot[key] for key in ("name", "x_px", "y_px")} for spot in spots])
    )
    weight: Any = "bold" if bold else "normal"
    return [
        chart.mark_text(fontSize=11, fontWeight=weight, stroke=PAPER, strokeWidth=3.5).encode(
            text="name:N", **_AT
        ),
        chart.mark_text(fontSize=11, fontWeight=weight, color=INK if bold else SOFT).encode(
            text="name:N", **_AT
        ),
    ]
