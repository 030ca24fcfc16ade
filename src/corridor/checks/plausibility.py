"""Checks of plausibility: figures that can be, but hardly are; all of them are warnings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

import numpy as np
import polars as pl

from corridor.checks.ends import END_NODES, layer, with_ends
from corridor.errors import Finding, first_findings
from corridor.network import geo
from corridor.spelling import fold
from corridor.tables import schema
from corridor.tables.cells import is_placeholder
from corridor.tables.columns import Column
from corridor.tables.tables import Row, Spot, Tables

BORDER_KM = 5.0  # borders of the time-zone shapes are simplified, and posts lie on them
SHORTER_SHARE = 0.01
# A town's point and a station's differ by this much; without it every border of a kilometre would
# be named.
SHORTER_KM = 1.0
LONGER_RATIO = 4.0
LONGER_KM = 100.0
# Below or above these speeds a figure is nearly always a slip of the unit or of a digit.
SPEEDS_KMH = {
    "rail": (5, 200),
    "road": (5, 130),
    "sea": (5, 60),
    "ferry": (5, 60),
    "waterway": (2, 40),
    "air": (200, 950),
}

Point = tuple[float, float]  # longitude and latitude in degrees

_MIN_PLACEHOLDER = 9999
_UNLOCODE = re.compile(r"[A-Z]{2} ?[A-Z2-9]{3}")


def check_plausibility(tables: Tables) -> list[Finding]:
    """Return warnings on placeholders, places, lengths, speeds and unreachable places."""
    misplaced = list(_points(tables))
    findings = [
        *_placeholders(tables),
        *_unlocodes(tables),
        *_same_points(tables),
        *_same_names(tables),
        *misplaced,
    ]
    if {"nodes", "links"} & tables.broken:
        return first_findings(findings)

    misplaced_nodes = {node for finding in misplaced for node in finding.rows}
    findings += _lengths(tables, misplaced_nodes)
    findings += _speeds(tables)
    findings += _unreachable(tables)
    return first_findings(findings)


# Placeholders for unknown figures


def _placeholders(tables: Tables) -> Iterator[Finding]:
    for table in schema.TABLES:
        for column in table.columns:
            if column.kind in ("number", "integer") and column.unit:
                yield from _placeholders_of(tables, table.name, column)


def _placeholders_of(tables: Tables, table: str, column: Column) -> Iterator[Finding]:
    # Most columns hold no such number, as their least and largest one show at once.
    extent = tables.extent(table, column.name)
    if extent is None or max(map(abs, extent)) < _MIN_PLACEHOLDER:
        return

    for i, (value,) in tables.cells(table, column.name):
        if value is not None and is_placeholder(column, value):
            yield _placeholder(tables, Spot(table, i, column.name), value)


def _placeholder(tables: Tables, spot: Spot, value: float) -> Finding:
    return tables.warning(
        "placeholder",
        spot,
        f"{spot.table}.{spot.column} is {value:g}, "
        "which looks like a stand-in for an unknown figure or no limit.",
        do="Leave the cell empty where the figure is not known; "
        "else say in the note where it is from.",
        value=f"{value:g}",
    )


# Places


def _points(tables: Tables) -> Iterator[Finding]:
    """Places in another country than they say, or at sea."""
    outside = [
        i
        for i, cells in tables.cells("nodes", "country", "lon_deg", "lat_deg")
        if None not in cells and _is_outside(*cells)
    ]
    for node in tables.rows_at("nodes", outside):
        yield from _misplaced(node)


def _is_outside(country: str, lon: float, lat: float) -> bool:
    """Tell whether a point on the globe lies outside a country and not at its border."""
    if not (-180 <= lon <= 180 and -90 <= lat <= 90) or country in geo.countries_at(lon, lat):
        return False
    return country not in geo.countries_near(lon, lat, BORDER_KM)


def _misplaced(node: Row) -> Iterator[Finding]:
    """Tell what is wrong with a place outside its country."""
    country = node["country"]
    point = _point(node)
    lon, lat = point

    if abs(lon) <= 90 and country in geo.countries_at(lat, lon):
        yield _swapped(node)
    elif mirrored := _mirrored_into(country, point):
        yield _wrong_sign(node, mirrored)
    elif countries := geo.countries_at(lon, lat):
        yield _other_country(node, sorted(countries))
    elif node["kind"] != "seaport":
        yield node.warning(
            "node-at-sea",
            "lon_deg",
            f"{_written(point)} lies at sea.",
            do="Correct the coordinates, or write seaport as its kind.",
            value=_written(point),
        )


def _mirrored_into(country: str, point: Point) -> Point | None:
    """Return the point with other signs that lies in the country; null where none does."""
    lon, lat = point
    for mirrored in ((-lon, lat), (lon, -lat), (-lon, -lat)):
        if country in geo.countries_at(*mirrored):
            return mirrored
    return None


def _swapped(node: Row) -> Finding:
    point = _point(node)
    lon, lat = point
    return node.warning(
        "swapped-lon-lat",
        "lon_deg",
        f"lon_deg and lat_deg seem swapped: {_written((lat, lon))} lies in {node['country']}, "
        f"{_written(point)} does not.",
        do=f"Write {lat:g} as lon_deg and {lon:g} as lat_deg.",
        value=_written(point),
    )


def _wrong_sign(node: Row, mirrored: Point) -> Finding:
    point = _written(_point(node))
    return node.warning(
        "wrong-sign",
        "lon_deg",
        f"{point} does not lie in {node['country']}; {_written(mirrored)} does.",
        do="Write west and south as negative degrees, east and north without sign.",
        value=point,
    )


def _other_country(node: Row, countries: list[str]) -> Finding:
    point = _written(_point(node))
    names = geo.country_names()
    named = " or ".join(f"{code} ({names.get(code, code)})" for code in countries)
    return node.warning(
        "other-country",
        "lon_deg",
        f"{point} lies in {named}, the row says {node['country']}.",
        do="Correct the coordinates or the country; say in the note if the border is disputed.",
        value=point,
    )


def _point(node: Row) -> Point:
    return node["lon_deg"], node["lat_deg"]


def _written(point: Point) -> str:
    lon, lat = point
    return f"{lon:g}, {lat:g}"


def _unlocodes(tables: Tables) -> Iterator[Finding]:
    for node in tables.rows_where("nodes", pl.col("unlocode").is_not_null()):
        code = node["unlocode"]
        country = node["country"]
        if not _UNLOCODE.fullmatch(code):
            yield _bad_unlocode(node)
        elif country is not None and code[:2] != country:
            yield _unlocode_of_other_country(node)


def _bad_unlocode(node: Row) -> Finding:
    code = node["unlocode"]
    return node.warning(
        "bad-unlocode",
        "unlocode",
        f"nodes.unlocode holds {code!r}.",
        do="Write the country and three letters or digits, such as KZALA, or leave it empty.",
        value=code,
    )


def _unlocode_of_other_country(node: Row) -> Finding:
    code = node["unlocode"]
    return node.warning(
        "unlocode-country",
        "unlocode",
        f"UN/LOCODE {code} is of {code[:2]}, the row says {node['country']}.",
        do="Correct the code or the country.",
        value=code,
    )


def _same_points(tables: Tables) -> Iterator[Finding]:
    """Places at one point, to a thousandth of a degree (about 100 m)."""
    first_at: dict[Point, int] = {}
    pairs = []
    for i, (lon, lat) in tables.cells("nodes", "lon_deg", "lat_deg"):
        if lon is None or lat is None:
            continue

        first = first_at.setdefault((round(lon, 3), round(lat, 3)), i)
        if first != i:
            pairs.append((first, i))

    for pair in pairs:
        first_node, node = tables.rows_at("nodes", pair)
        yield node.warning(
            "same-point",
            "lon_deg",
            f"{node['name']} and {first_node['name']} lie at the same point "
            f"{_written(_point(node))}.",
            do="Correct one of them, or keep one place with several layers.",
        )


def _same_names(tables: Tables) -> Iterator[Finding]:
    """Places with one name or one code, which a person cannot tell apart by it."""
    name_cure = "Name one of them otherwise, so that a person can tell them apart."
    code_cure = "Correct one of the codes, or leave it empty."
    yield from _shared_words(tables, "name", "same-name", "are called", name_cure)
    yield from _shared_words(tables, "unlocode", "same-unlocode", "have the code", code_cure)


def _shared_words(tables: Tables, column: str, kind: str, verb: str, do: str) -> Iterator[Finding]:
    """One warning for each place whose word, read without case and accents, another one has.

    Parameters
    ----------
    tables : the tables of the study.
    column : of nodes.
    kind, do : of the finding.
    verb : what places do with the word.
    """
    words = tables.frames["nodes"][column].to_list()
    folded = pl.Series([None if word is None else fold(word) for word in words], dtype=pl.String)
    has_twin = pl.lit(folded.is_duplicated() & folded.is_not_null())

    first_of: dict[str, tuple[str, str]] = {}
    for node in tables.rows_where("nodes", has_twin):
        word = node[column]
        country = node["country"]
        node_id = node["node_id"]
        if country is None or node_id is None:
            continue

        first = first_of.setdefault(fold(word), (country, node_id))
        if first[1] == node_id:
            continue

        countries = " and in ".join(dict.fromkeys((first[0], country)))
        yield node.warning(
            kind,
            column,
            f"two places in {countries} {verb} {word}: {first[1]} and {node_id}.",
            do=do,
            value=word,
        )


# Lengths and speeds


def _lengths(tables: Tables, misplaced: Set[str]) -> Iterator[Finding]:
    """Links shorter than the air line, or many times longer.

    misplaced: places reported already; lengths of their links prove nothing.
    """
    places = tables.frames["nodes"].select("node_id", "lon_deg", "lat_deg").drop_nulls()
    points = places.filter(~pl.col("node_id").is_in(misplaced))
    links = with_ends(tables.frames["links"], points)

    degrees = links.select("from_lon_deg", "from_lat_deg", "to_lon_deg", "to_lat_deg").to_numpy()
    air_km = geo.great_circle_km(*degrees.T)
    measured = links.with_columns(air_km=pl.Series(air_km, dtype=pl.Float64).fill_nan(None))
    for link in tables.rows_where("links", _is_odd_length(), among=measured):
        yield from _length(link, measured["air_km"][link.number])


def _is_odd_length() -> pl.Expr:
    """Pick links shorter than the air line between their ends, or many times longer."""
    length_km = pl.col("length_km")
    air_km = pl.col("air_km")
    is_shorter = length_km < air_km * (1 - SHORTER_SHARE) - SHORTER_KM
    is_longer = (length_km > LONGER_RATIO * air_km) & (length_km - air_km > LONGER_KM)
    return (length_km >= 0) & (is_shorter | is_longer)


def _length(link: Row, air_km: float) -> Iterator[Finding]:
    """A length that the air line makes hardly possible.

    Parameters
    ----------
    link : the link.
    air_km : the great circle between its ends.
    """
    length_km = link["length_km"]
    is_far_longer = length_km > LONGER_RATIO * air_km and length_km - air_km > LONGER_KM

    if length_km < air_km * (1 - SHORTER_SHARE) - SHORTER_KM:
        yield _shorter_than_air_line(link, air_km)
    elif link["mode"] in ("rail", "road") and is_far_longer:
        yield _far_longer_than_air_line(link, air_km)


def _shorter_than_air_line(link: Row, air_km: float) -> Finding:
    length = f"{link['length_km']:g}"
    ends = f"{link['from_node_id']} and {link['to_node_id']}"
    return link.warning(
        "shorter-than-air-line",
        "length_km",
        f"links.length_km is {length}, and {ends} lie {air_km:.0f} km apart as the crow flies.",
        do="Correct the length (km, not miles) or the coordinates.",
        value=length,
    )


def _far_longer_than_air_line(link: Row, air_km: float) -> Finding:
    length_km = link["length_km"]
    ends = f"{link['from_node_id']} to {link['to_node_id']}"
    return link.warning(
        "far-longer-than-air-line",
        "length_km",
        f"links.length_km is {length_km:g}, {length_km / max(air_km, 1):.0f} times "
        f"the {air_km:.0f} km from {ends} as the crow flies.",
        do="Correct the length (km, not m) or the coordinates.",
        value=f"{length_km:g}",
    )


def _speeds(tables: Tables) -> Iterator[Finding]:
    for link in tables.rows_where("links", _is_odd_speed()):
        yield from _speed(link, link["mode"])

    services = list(tables.rows("services"))
    modes = tables.frames["links"].drop_nulls("mode").select("link_id", "mode")
    mode_of = dict(modes.iter_rows()) if services else {}
    for service in services:
        words = (service["link_ids"] or "").split()
        mode = next((mode_of[word] for word in words if word in mode_of), None)
        if mode is not None:
            yield from _speed(service, mode)


def _is_odd_speed() -> pl.Expr:
    """Pick links whose speed is unusual for their mode."""
    return pl.any_horizontal(
        (pl.col("mode") == mode) & ~pl.col("speed_kmh").is_between(low, high)
        for mode, (low, high) in SPEEDS_KMH.items()
    )


def _speed(row: Row, mode: str) -> Iterator[Finding]:
    """A speed of a link or a service that is unusual for its mode."""
    speed_kmh = row["speed_kmh"]
    low, high = SPEEDS_KMH[mode]
    if speed_kmh is not None and not low <= speed_kmh <= high:
        yield row.warning(
            "implausible-speed",
            "speed_kmh",
            f"{row.table}.speed_kmh is {speed_kmh:g} by {mode}; {low} to {high} km/h is usual.",
            do="Correct it (km/h, without stops at borders), or say in the note why.",
            value=f"{speed_kmh:g}",
        )


# Places that cannot be reached


def _unreachable(tables: Tables) -> Iterator[Finding]:
    """Places no link touches, and places outside the largest connected component."""
    places = tables.frames["nodes"]["node_id"].drop_nulls().unique(maintain_order=True)
    components = _connected_components(tables)
    is_linked = places.is_in(components["node_id"].implode())

    unlinked = places.filter(~is_linked)
    if len(unlinked) and components.height:
        yield _unlinked_nodes(tables, unlinked, len(places))

    apart = places.filter(is_linked & ~places.is_in(_largest(components).implode()))
    if len(apart):
        yield _unreachable_nodes(tables, apart, len(places))


def _unlinked_nodes(tables: Tables, nodes: pl.Series, count: int) -> Finding:
    return tables.warning(
        "unlinked-nodes",
        Spot("nodes", _last_row(tables, nodes[0])),
        f"{len(nodes)} of {count} places have no link.",
        do="Add their links, or remove the places.",
        rows=tuple(nodes),
    )


def _unreachable_nodes(tables: Tables, nodes: pl.Series, count: int) -> Finding:
    return tables.warning(
        "unreachable-nodes",
        Spot("nodes", _last_row(tables, nodes[0])),
        f"{len(nodes)} of {count} places cannot be reached from most others, "
        "even with every link open.",
        do="Add the links or the terminals that join them.",
        rows=tuple(nodes),
    )


def _last_row(tables: Tables, node: str) -> int:
    return int((tables.frames["nodes"]["node_id"] == node).arg_true()[-1])


def _largest(components: pl.DataFrame) -> pl.Series:
    """Return the places of the connected component that has the most, the first one of several."""
    sizes = components.group_by("component", maintain_order=True).agg(pl.col("node_id").n_unique())
    largest = sizes.filter(pl.col("node_id") == pl.col("node_id").max())["component"].head(1)
    return components.filter(pl.col("component").is_in(largest.implode()))["node_id"]


def _connected_components(tables: Tables) -> pl.DataFrame:
    """Return the states of the network, a place on a layer each, and the component each is in.

    Links of any status count: they join places on one layer, terminals join layers at one place.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    by_links = _states_joined_by_links(tables)
    heads = by_links.select("node_id", "layer")
    tails = by_links.select(node_id="other_node_id", layer="other_layer")
    states = pl.concat([heads, tails]).unique(maintain_order=True).with_row_index("state")
    if not states.height:
        return states.with_columns(component=pl.lit(0))

    joined = (
        pl.concat([by_links, _states_joined_by_terminals(tables)])
        .join(states, on=["node_id", "layer"])
        .join(states, left_on=["other_node_id", "other_layer"], right_on=["node_id", "layer"])
        .select("state", "state_right")
        .to_numpy()
    )
    shape = (states.height, states.height)
    graph = coo_array((np.ones(len(joined)), joined.T), shape=shape)
    _, components = connected_components(graph, directed=False)
    return states.with_columns(component=pl.Series(components))


def _states_joined_by_links(tables: Tables) -> pl.DataFrame:
    links = tables.frames["links"].drop_nulls([*END_NODES, "mode"])
    return links.select(
        node_id="to_node_id", layer=layer(), other_node_id="from_node_id", other_layer=layer()
    )


def _states_joined_by_terminals(tables: Tables) -> pl.DataFrame:
    return tables.frames["terminals"].select(
        node_id="node_id",
        layer="from_layer",
        other_node_id="node_id",
        other_layer="to_layer",
    )
