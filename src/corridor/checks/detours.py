"""Checks of what a network lacks: detours between neighbours, ports with few links, ends at sea."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corridor.errors import Finding, first_findings
from corridor.network import geo
from corridor.tables.columns import OPEN_STATUS, WATER_MODES
from corridor.tables.tables import Spot, Tables

LAND_MODES = ("road", "rail")
MAX_DETOUR = 1.6  # of the air line; surveyed networks have 1.2 to 1.5 (Ballou et al. 2002, table 1)
MIN_AIR_KM = 100.0  # below it a river, a lake or a city explains a detour
MAX_PLACES = 500  # by one mode; the work grows with their cube, half a second here
MIN_SEA_NEIGHBOURS = 3  # of a port, where a study has as many other ports
_ENDS = {
    "demand": ("origin_node_id", "destination_node_id"),
    "markets": ("node_id",),
}

Distances = NDArray[np.float64]  # km [places, places]


class Point(NamedTuple):
    """Where a place is."""

    country: str
    lon_deg: float
    lat_deg: float


class Link(NamedTuple):
    """What a detour is made of."""

    ends: tuple[str, str]
    length_km: float


class Detour(NamedTuple):
    """Two neighbouring places that a network joins by a long way round."""

    places: tuple[str, str]
    air_km: float
    network_km: float

    @property
    def ratio(self) -> float:
        """The network distance over the air line."""
        return self.network_km / self.air_km

    def is_domestic(self, points: Mapping[str, Point]) -> bool:
        """Tell whether both places are in one country."""
        start, end = self.places
        return points[start].country == points[end].country

    def __str__(self) -> str:
        start, end = self.places
        return f"{start} to {end} ({self.air_km:.0f} km by air, {self.network_km:.0f} km)"


def check_detours(tables: Tables) -> list[Finding]:
    """Return warnings on links that seem to lack."""
    if {"links", "nodes"} & tables.broken:
        return []
    return first_findings(
        _detours(tables),
        _ports(tables),
        _ends_at_sea(tables),
    )


# Detours


def _detours(tables: Tables) -> Iterator[Finding]:
    """Neighbouring places by a mode that are far apart by it."""
    for mode in LAND_MODES:
        detours = detours_by(tables, mode)
        if not detours:
            continue

        count = len(detours)
        pairs = (
            "pair of neighbouring places is" if count == 1 else "pairs of neighbouring places are"
        )
        yield tables.warning(
            f"detours-by-{mode}",
            Spot("links"),
            f"{count} {pairs} over {MAX_DETOUR:g} times the air line apart by {mode}; "
            f"worst: {detours[0]}.",
            do=f"Look whether a {mode} link between them is missing; mountains, seas and shut "
            "borders explain the others.",
            rows=tuple(f"{detour.places[0]}..{detour.places[1]}" for detour in detours),
        )


def detours_by(tables: Tables, mode: str) -> list[Detour]:
    """Return the neighbouring places that are far apart by a mode, the longest detours first.

    Two places are neighbours where no third is nearer to both (relative neighbourhood graph,
    Toussaint 1980). Those of one country are compared within it: a road through another one is no
    road for those who may not enter. Pairs that a link joins, and pairs that no route joins, are
    not asked about.
    """
    links = _open_links(tables, mode)
    points = {
        node: Point(country, lon, lat)
        for _, (node, *cells) in tables.cells("nodes", "node_id", "country", "lon_deg", "lat_deg")
        if None not in cells
        for country, lon, lat in [cells]
    }
    links = [link for link in links if {*link.ends} <= points.keys()]
    detours = [detour for detour in _detours_among(points, links) if not detour.is_domestic(points)]

    domestic: dict[str, list[Link]] = {}
    for link in links:
        start, end = link.ends
        if points[start].country == points[end].country:
            domestic.setdefault(points[start].country, []).append(link)
    for country in sorted(domestic):
        detours += _detours_among(points, domestic[country])
    return sorted(detours, key=lambda detour: -detour.ratio)


def _detours_among(points: Mapping[str, Point], links: Sequence[Link]) -> list[Detour]:
    """Return the neighbours among the places of some links that these join by a long way round."""
    places = sorted({end for link in links for end in link.ends})
    if not 2 < len(places) <= MAX_PLACES:
        return []

    lon, lat = np.array([(points[place].lon_deg, points[place].lat_deg) for place in places]).T
    air_km = geo.great_circle_km(lon[:, None], lat[:, None], lon, lat)
    network_km, is_linked = _network_km(places, links)

    # A third place that no route reaches does not stand between.
    air_km = np.where(np.isfinite(network_km), air_km, np.inf)
    is_detour = neighbours(air_km) & ~is_linked & np.isfinite(network_km)
    is_detour &= (air_km >= MIN_AIR_KM) & (network_km > MAX_DETOUR * air_km)
    return [
        Detour((places[start], places[end]), air_km[start, end], network_km[start, end])
        for start, end in np.argwhere(np.triu(is_detour)).tolist()
    ]


def _open_links(tables: Tables, mode: str) -> list[Link]:
    """Return the open links by a mode that have ends and a length."""
    columns = ("from_node_id", "to_node_id", "length_km", "mode", "status")
    return [
        Link((start, end), length_km)
        for _, (start, end, length_km, by, status) in tables.cells("links", *columns)
        if by == mode and status == OPEN_STATUS and None not in (start, end, length_km)
    ]


def _network_km(
    places: Sequence[str], links: Sequence[Link]
) -> tuple[Distances, NDArray[np.bool_]]:
    """Return the distances by links, whatever their direction, and which places a link joins."""
    from scipy.sparse.csgraph import shortest_path

    row_of = {place: row for row, place in enumerate(places)}
    lengths_km = np.full((len(places), len(places)), np.inf)
    for link in links:
        start, end = (row_of[place] for place in link.ends)
        lengths_km[start, end] = min(lengths_km[start, end], link.length_km)

    lengths_km = np.minimum(lengths_km, lengths_km.T)
    return shortest_path(lengths_km, method="D", directed=False), np.isfinite(lengths_km)


def neighbours(air_km: Distances) -> NDArray[np.bool_]:
    """Tell which places are neighbours: no third is nearer to both [places, places]."""
    are_neighbours = np.empty(air_km.shape, dtype=bool)
    for place, from_here in enumerate(air_km):
        to_third = np.maximum(from_here, air_km)  # [other, third]
        to_third[:, place] = np.inf
        np.fill_diagonal(to_third, np.inf)
        are_neighbours[place] = to_third.min(axis=1) >= from_here
    return are_neighbours


# Ports and ends


def _ports(tables: Tables) -> Iterator[Finding]:
    """Ports from which ships go to fewer than three places."""
    ports = {row["node_id"] for row in tables.rows("nodes") if row["kind"] == "seaport"}
    if len(ports) <= MIN_SEA_NEIGHBOURS:
        return

    neighbours: dict[str, set[str]] = {port: set() for port in ports}
    are_on_lines = set()
    for _, (start, end, mode) in tables.cells("links", "from_node_id", "to_node_id", "mode"):
        if mode in WATER_MODES:
            neighbours.get(start, set()).add(end)
            neighbours.get(end, set()).add(start)
        if mode == "sea":
            are_on_lines |= {start, end}

    few = sorted(
        port for port in ports & are_on_lines if len(neighbours[port]) < MIN_SEA_NEIGHBOURS
    )
    if few:
        yield tables.warning(
            "few-sea-links",
            Spot("nodes"),
            f"ships go from {len(few)} ports to fewer than {MIN_SEA_NEIGHBOURS} places: "
            "goods for elsewhere have to go round by land or other ports.",
            do="Add the sea links that ships sail, or leave it where they do not.",
            rows=tuple(few),
        )


def _ends_at_sea(tables: Tables) -> Iterator[Finding]:
    """Places where goods start or end, and that ships and nothing else reach."""
    modes: dict[str, set[str]] = {}
    for _, (start, end, mode) in tables.cells("links", "from_node_id", "to_node_id", "mode"):
        for place in (start, end):
            modes.setdefault(place, set()).add(mode)

    for table, columns in _ENDS.items():
        for column in columns:
            places = dict.fromkeys(place for _, (place,) in tables.cells(table, column))
            for place in places:
                if modes.get(place) and modes[place] <= WATER_MODES:
                    yield _end_at_sea(tables, table, column, place)


def _end_at_sea(tables: Tables, table: str, column: str, place: str) -> Finding:
    return tables.warning(
        "end-at-sea",
        Spot(table, None, column),
        f"goods start or end at {place}, where only ships are: they are neither loaded nor "
        "discharged.",
        do=f"Add a link by land to {place} and the terminals between ship and land.",
        value=place,
        rows=(place,),
    )
