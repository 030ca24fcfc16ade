"""Plausibility of places and ways: figures that can be, but hardly are. All of these findings are
warnings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import Any

import numpy as np

from corridor.errors import Finding
from corridor.network import geo
from corridor.tables import schema
from corridor.tables.cells import is_placeholder
from corridor.tables.reading import Spot, Tables

BORDER_KM = 5.0  # borders of the time-zone shapes are simplified, and posts stand on them
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
_UNLOCODE = re.compile(r"[A-Z]{2} ?[A-Z2-9]{3}")


def check_plausibility(tables: Tables) -> list[Finding]:
    """Return warnings on places, lengths, speeds, stand-ins for unknown figures, and places that
    cannot be reached."""
    points = list(_points(tables))
    found = [*_placeholders(tables), *_unlocodes(tables), *_same_points(tables), *points]
    if not {"nodes", "links"} & tables.broken:
        misplaced = {node for f in points for node in f.rows}
        found += [*_lengths(tables, misplaced), *_speeds(tables), *_unreachable(tables)]
    return found


def _warn(tables: Tables, kind: str, spot: Spot, message: str, do: str, **more: Any) -> Finding:
    return tables.finding(kind, spot, message, do, severity="warning", **more)


def _placeholders(tables: Tables) -> Iterator[Finding]:
    for table in schema.TABLES:
        frame = tables.frames[table.name]
        numeric = [c for c in table.columns if c.kind in ("number", "integer") and c.unit]
        if not frame.height or not numeric:
            continue
        for column, top, bottom in zip(
            numeric,
            frame.select(c.name for c in numeric).max().row(0),
            frame.select(c.name for c in numeric).min().row(0),
            strict=True,
        ):
            if top is None or (top < 9999 and bottom > -9999):
                continue
            for i, value in enumerate(frame[column.name].to_list()):
                if value is not None and is_placeholder(column, value):
                    yield _warn(
                        tables,
                        "placeholder",
                        Spot(table.name, i, column.name),
                        f"{table.name}.{column.name} is {value:g}, which looks like a stand-in for "
                        "an unknown figure or no limit.",
                        "Leave the cell empty where the figure is not known; else say in the note "
                        "where it is from.",
                        value=f"{value:g}",
                    )


def _points(tables: Tables) -> Iterator[Finding]:
    """Places in another country than they say, or at sea."""
    columns = ("country", "kind", "lon_deg", "lat_deg")
    for i, (country, kind, lon, lat) in enumerate(
        tables.frames["nodes"].select(columns).iter_rows()
    ):
        if None in (country, lon, lat) or not (-180 <= lon <= 180 and -90 <= lat <= 90):
            continue
        here = geo.countries_at(lon, lat)
        if country in here or country in geo.countries_near(lon, lat, BORDER_KM):
            continue
        spot = Spot("nodes", i, "lon_deg")
        point = f"{lon:g}, {lat:g}"
        if abs(lon) <= 90 and country in geo.countries_at(lat, lon):
            yield _warn(
                tables,
                "swapped-lon-lat",
                spot,
                f"lon_deg and lat_deg seem swapped: {lat:g}, {lon:g} lies in {country}, {point} "
                "does not.",
                f"Write {lat:g} as lon_deg and {lon:g} as lat_deg.",
                value=point,
            )
        elif sign := next(
            (
                (a, b)
                for a, b in ((-lon, lat), (lon, -lat), (-lon, -lat))
                if country in geo.countries_at(a, b)
            ),
            None,
        ):
            yield _warn(
                tables,
                "wrong-sign",
                spot,
                f"{point} does not lie in {country}; {sign[0]:g}, {sign[1]:g} does.",
                "Write west and south as negative degrees, east and north without sign.",
                value=point,
            )
        elif here:
            names = geo.country_names()
            there = " or ".join(f"{c} ({names.get(c, c)})" for c in sorted(here))
            yield _warn(
                tables,
                "other-country",
                spot,
                f"{point} lies in {there}, the row says {country}.",
                "Correct the coordinates or the country; say in the note if the border is "
                "disputed.",
                value=point,
            )
        elif kind != "seaport":
            yield _warn(
                tables,
                "node-at-sea",
                spot,
                f"{point} lies at sea.",
                "Correct the coordinates, or write seaport as its kind.",
                value=point,
            )


def _unlocodes(tables: Tables) -> Iterator[Finding]:
    for i, (code, country) in enumerate(
        tables.frames["nodes"].select("unlocode", "country").iter_rows()
    ):
        if code is None:
            continue
        if not _UNLOCODE.fullmatch(code):
            yield _warn(
                tables,
                "bad-unlocode",
                Spot("nodes", i, "unlocode"),
                f"nodes.unlocode holds {code!r}.",
                "Write the country and three letters or digits, such as KZALA, or leave it empty.",
                value=code,
            )
        elif country is not None and code[:2] != country:
            yield _warn(
                tables,
                "unlocode-country",
                Spot("nodes", i, "unlocode"),
                f"UN/LOCODE {code} is of {code[:2]}, the row says {country}.",
                "Correct the code or the country.",
                value=code,
            )


def _same_points(tables: Tables) -> Iterator[Finding]:
    """Places at one point, and places of one country with one name."""
    points: dict[tuple[float, float], int] = {}
    names: dict[tuple[str, str], int] = {}
    columns = ("name", "country", "lon_deg", "lat_deg")
    rows = tables.frames["nodes"].select(columns).rows()
    for i, (name, country, lon, lat) in enumerate(rows):
        if lon is not None and lat is not None:
            j = points.setdefault((round(lon, 3), round(lat, 3)), i)
            if j != i:
                yield _warn(
                    tables,
                    "same-point",
                    Spot("nodes", i, "lon_deg"),
                    f"{name} and {rows[j][0]} lie at the same point {lon:g}, {lat:g}.",
                    "Correct one of them, or keep one place with several layers.",
                )
        if name is not None and country is not None:
            j = names.setdefault((name.lower(), country), i)
            if j != i:
                yield _warn(
                    tables,
                    "same-name",
                    Spot("nodes", i, "name"),
                    f"two places in {country} are called {name}.",
                    "Name one of them otherwise, so that a person can tell them apart.",
                    value=name,
                )


def _lengths(tables: Tables, misplaced: Set[str]) -> Iterator[Finding]:
    """Ways shorter than the air line, or many times longer; not those of misplaced places, which
    have been named."""
    nodes = tables.frames["nodes"]
    links = tables.frames["links"]
    at = {
        n: (lon, lat)
        for n, lon, lat in nodes.select("node_id", "lon_deg", "lat_deg").iter_rows()
        if None not in (n, lon, lat) and n not in misplaced
    }
    columns = ("from_node_id", "to_node_id", "mode", "length_km")
    rows = [
        (i, *r)
        for i, r in enumerate(links.select(columns).iter_rows())
        if r[0] in at and r[1] in at and r[3] is not None and r[3] >= 0
    ]
    if not rows:
        return
    ends = np.array([(*at[a], *at[b]) for _, a, b, _, _ in rows])
    straight = geo.great_circle_km(*ends.T)
    for (i, a, b, mode, km), air in zip(rows, straight.tolist(), strict=True):
        spot = Spot("links", i, "length_km")
        if km < air * (1 - SHORTER_SHARE) - SHORTER_KM:
            yield _warn(
                tables,
                "shorter-than-air-line",
                spot,
                f"links.length_km is {km:g}, and {a} and {b} lie {air:.0f} km apart as the crow "
                "flies.",
                "Correct the length (km, not miles) or the coordinates.",
                value=f"{km:g}",
            )
        elif mode in ("rail", "road") and km > LONGER_RATIO * air and km - air > LONGER_KM:
            yield _warn(
                tables,
                "far-longer-than-air-line",
                spot,
                f"links.length_km is {km:g}, {km / max(air, 1):.0f} times the {air:.0f} km from "
                f"{a} to {b} as the crow flies.",
                "Correct the length (km, not m) or the coordinates.",
                value=f"{km:g}",
            )


def _speeds(tables: Tables) -> Iterator[Finding]:
    links = tables.frames["links"]
    mode_of: dict[str, str] = {}
    for i, (link, mode, speed) in enumerate(
        links.select("link_id", "mode", "speed_kmh").iter_rows()
    ):
        if mode is not None:
            mode_of[link] = mode
            yield from _speed(tables, Spot("links", i, "speed_kmh"), mode, speed)
    for i, (words, speed) in enumerate(
        tables.frames["services"].select("link_ids", "speed_kmh").iter_rows()
    ):
        mode = next((mode_of[w] for w in (words or "").split() if w in mode_of), None)
        if mode is not None:
            yield from _speed(tables, Spot("services", i, "speed_kmh"), mode, speed)


def _speed(tables: Tables, spot: Spot, mode: str, speed: float | None) -> Iterator[Finding]:
    low, high = SPEEDS_KMH[mode]
    if speed is not None and not low <= speed <= high:
        yield _warn(
            tables,
            "implausible-speed",
            spot,
            f"{spot.table}.speed_kmh is {speed:g} by {mode}; {low} to {high} km/h is usual.",
            "Correct it (km/h, without stops at borders), or say in the note why.",
            value=f"{speed:g}",
        )


def _unreachable(tables: Tables) -> Iterator[Finding]:
    """Places no link touches, and places apart from the largest connected part (links of any status
    count)."""
    row = {n: i for i, n in enumerate(tables.frames["nodes"]["node_id"].to_list()) if n is not None}
    nodes = list(row)
    home: dict[tuple[str, str], tuple[str, str]] = {}

    def root(state: tuple[str, str]) -> tuple[str, str]:
        home.setdefault(state, state)
        while home[state] != state:
            home[state] = state = home[home[state]]
        return state

    columns = ("from_node_id", "to_node_id", "mode", "gauge_mm")
    for a, b, mode, gauge in tables.frames["links"].select(columns).iter_rows():
        if None not in (a, b, mode):
            layer = schema.layer(mode, gauge)
            home[root((a, layer))] = root((b, layer))
    for node, a, b in (
        tables.frames["terminals"].select("node_id", "from_layer", "to_layer").iter_rows()
    ):
        if (node, a) in home and (node, b) in home:
            home[root((node, a))] = root((node, b))
    parts: dict[tuple[str, str], set[str]] = {}
    for state in list(home):
        parts.setdefault(root(state), set()).add(state[0])
    linked = {node for node, _ in home}
    lost = [n for n in nodes if n not in linked]
    main = max(parts.values(), key=len, default=set())
    apart = [n for n in nodes if n in linked and n not in main]
    if lost and linked:
        yield _warn(
            tables,
            "unlinked-nodes",
            Spot("nodes", row[lost[0]]),
            f"{len(lost)} of {len(nodes)} places have no link.",
            "Add their links, or remove the places.",
            rows=tuple(lost),
        )
    if apart:
        yield _warn(
            tables,
            "unreachable-nodes",
            Spot("nodes", row[apart[0]]),
            f"{len(apart)} of {len(nodes)} places cannot be reached from most others, even with "
            "every link open.",
            "Add the links or the terminals that join them.",
            rows=tuple(apart),
        )
