"""Checks of plausibility: figures that can be, but hardly are; all of them are warnings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set

import numpy as np

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
State = tuple[str, str]  # a place and a layer of the links at it

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
    for node in tables.rows("nodes"):
        country = node["country"]
        lon = node["lon_deg"]
        lat = node["lat_deg"]
        if None in (country, lon, lat) or not (-180 <= lon <= 180 and -90 <= lat <= 90):
            continue
        if country in geo.countries_at(lon, lat):
            continue
        if country not in geo.countries_near(lon, lat, BORDER_KM):
            yield from _misplaced(node)


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
    for node in tables.rows("nodes"):
        code = node["unlocode"]
        country = node["country"]
        if code is None:
            continue

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
    first_at: dict[Point, Row] = {}
    for node in tables.rows("nodes"):
        point = _point(node)
        lon, lat = point
        if lon is None or lat is None:
            continue

        first = first_at.setdefault((round(lon, 3), round(lat, 3)), node)
        if first is not node:
            names = f"{node['name']} and {first['name']}"
            yield node.warning(
                "same-point",
                "lon_deg",
                f"{names} lie at the same point {_written(point)}.",
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
    first_of: dict[str, tuple[str, str]] = {}
    for node in tables.rows("nodes"):
        word = node[column]
        country = node["country"]
        node_id = node["node_id"]
        if word is None or country is None or node_id is None:
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
    points = {
        node: (lon, lat)
        for _, (node, lon, lat) in tables.cells("nodes", "node_id", "lon_deg", "lat_deg")
        if None not in (node, lon, lat) and node not in misplaced
    }
    links = [link for link in tables.rows("links") if _can_be_measured(link, points)]
    if not links:
        return

    # One row a link: longitude and latitude of its tail, then of its head.
    ends = [(*points[link["from_node_id"]], *points[link["to_node_id"]]) for link in links]
    air_km = geo.great_circle_km(*np.array(ends).T)
    for link, straight_km in zip(links, air_km.tolist(), strict=True):
        yield from _length(link, straight_km)


def _can_be_measured(link: Row, points: Mapping[str, Point]) -> bool:
    has_points = link["from_node_id"] in points and link["to_node_id"] in points
    return has_points and link["length_km"] is not None and link["length_km"] >= 0


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
    mode_of: dict[str, str] = {}
    for link in tables.rows("links"):
        if link["mode"] is not None:
            mode_of[link["link_id"]] = link["mode"]
            yield from _speed(link, link["mode"])

    for service in tables.rows("services"):
        words = (service["link_ids"] or "").split()
        modes = [mode_of[word] for word in words if word in mode_of]
        if modes:
            yield from _speed(service, modes[0])


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
    row_of = {node: i for i, (node,) in tables.cells("nodes", "node_id") if node is not None}
    components = _connected_components(tables)
    linked = {node for component in components for node in component}
    largest = max(components, key=len, default=set())

    unlinked = [node for node in row_of if node not in linked]
    if unlinked and linked:
        yield _unlinked_nodes(tables, row_of, unlinked)

    apart = [node for node in row_of if node in linked and node not in largest]
    if apart:
        yield _unreachable_nodes(tables, row_of, apart)


def _unlinked_nodes(tables: Tables, row_of: Mapping[str, int], nodes: Sequence[str]) -> Finding:
    return tables.warning(
        "unlinked-nodes",
        Spot("nodes", row_of[nodes[0]]),
        f"{len(nodes)} of {len(row_of)} places have no link.",
        do="Add their links, or remove the places.",
        rows=tuple(nodes),
    )


def _unreachable_nodes(tables: Tables, row_of: Mapping[str, int], nodes: Sequence[str]) -> Finding:
    return tables.warning(
        "unreachable-nodes",
        Spot("nodes", row_of[nodes[0]]),
        f"{len(nodes)} of {len(row_of)} places cannot be reached from most others, "
        "even with every link open.",
        do="Add the links or the terminals that join them.",
        rows=tuple(nodes),
    )


def _connected_components(tables: Tables) -> list[set[str]]:
    """Return the places of every connected component of the network."""
    joined = _joined_states(tables)
    if not joined:
        return []

    states = dict.fromkeys(state for pair in joined for state in pair)
    labels = _component_labels(joined, {state: number for number, state in enumerate(states)})

    components: dict[int, set[str]] = {}
    for (node, _), label in zip(states, labels, strict=True):
        components.setdefault(label, set()).add(node)
    return list(components.values())


def _component_labels(
    joined: Sequence[tuple[State, State]], number_of: Mapping[State, int]
) -> list[int]:
    """Return the connected component of each state, in the order of their numbers."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = np.array([(number_of[a], number_of[b]) for a, b in joined])
    shape = (len(number_of), len(number_of))
    graph = coo_array((np.ones(len(joined)), ends.T), shape=shape)
    _, components = connected_components(graph, directed=False)

    labels: list[int] = components.tolist()
    return labels


def _joined_states(tables: Tables) -> list[tuple[State, State]]:
    """Return the pairs of states that goods can pass between; links of any status count.

    Links join places on one layer, terminals join layers at one place.
    """
    pairs = list(_states_joined_by_links(tables))
    linked = {state for pair in pairs for state in pair}

    for _, (node, a, b) in tables.cells("terminals", "node_id", "from_layer", "to_layer"):
        if (node, a) in linked and (node, b) in linked:
            pairs.append(((node, a), (node, b)))
    return pairs


def _states_joined_by_links(tables: Tables) -> Iterator[tuple[State, State]]:
    columns = ("from_node_id", "to_node_id", "mode", "gauge_mm")
    for _, (tail, head, mode, gauge_mm) in tables.cells("links", *columns):
        if None not in (tail, head, mode):
            layer = schema.layer(mode, gauge_mm)
            yield (head, layer), (tail, layer)
