"""Checks of what a network lacks: detours between neighbours, ports with few links, ends at sea."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from corridor.checks.ends import END_NODES, with_ends
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


class Detour(NamedTuple):
    """Two neighbouring places that a network joins by a long way round."""

    places: tuple[str, str]
    air_km: float
    network_km: float
    is_domestic: bool

    @property
    def ratio(self) -> float:
        """The network distance over the air line."""
        return self.network_km / self.air_km

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
    detours = [detour for detour in _detours_among(links) if not detour.is_domestic]

    domestic = links.filter(pl.col("from_country") == pl.col("to_country")).sort("from_country")
    for inside in domestic.partition_by("from_country", maintain_order=True):
        detours += _detours_among(inside)
    return sorted(detours, key=lambda detour: -detour.ratio)


def _detours_among(links: pl.DataFrame) -> list[Detour]:
    """Return the neighbours among the places of some links that these join by a long way round."""
    tails, heads = (_places_at(links, end) for end in ("from", "to"))
    places = pl.concat([tails, heads]).unique("node_id").sort("node_id")
    if not 2 < places.height <= MAX_PLACES:
        return []

    names = places["node_id"].to_list()
    countries = places["country"].to_list()
    lon, lat = places.select("lon_deg", "lat_deg").to_numpy().T
    air_km = geo.great_circle_km(lon[:, None], lat[:, None], lon, lat)
    network_km, is_linked = _network_km(names, links)

    # A third place that no route reaches does not stand between.
    air_km = np.where(np.isfinite(network_km), air_km, np.inf)
    is_detour = neighbours(air_km) & ~is_linked & np.isfinite(network_km)
    is_detour &= (air_km >= MIN_AIR_KM) & (network_km > MAX_DETOUR * air_km)
    return [
        Detour(
            (names[start], names[end]),
            air_km[start, end],
            network_km[start, end],
            is_domestic=countries[start] == countries[end],
        )
        for start, end in np.argwhere(np.triu(is_detour)).tolist()
    ]


def _places_at(links: pl.DataFrame, end: str) -> pl.DataFrame:
    """Return the places at one end of links: ``from`` or ``to``."""
    return links.select(
        node_id=f"{end}_node_id",
        country=f"{end}_country",
        lon_deg=f"{end}_lon_deg",
        lat_deg=f"{end}_lat_deg",
    )


def _open_links(tables: Tables, mode: str) -> pl.DataFrame:
    """Return the open links by a mode that have a length, with what is known of their ends.

    Both ends are places whose country and coordinates are known.
    """
    nodes = tables.frames["nodes"].select("node_id", "country", "lon_deg", "lat_deg").drop_nulls()
    is_open = (pl.col("mode") == mode) & (pl.col("status") == OPEN_STATUS)
    links = tables.frames["links"].filter(is_open).select(*END_NODES, "length_km")
    return with_ends(links, nodes).drop_nulls()


def _network_km(places: Sequence[str], links: pl.DataFrame) -> tuple[Distances, NDArray[np.bool_]]:
    """Return the distances by links, whatever their direction, and which places a link joins."""
    from scipy.sparse.csgraph import shortest_path

    row_of = {place: row for row, place in enumerate(places)}
    lengths_km = np.full((len(places), len(places)), np.inf)
    for tail, head, length_km in links.select(*END_NODES, "length_km").iter_rows():
        start, end = row_of[tail], row_of[head]
        lengths_km[start, end] = min(lengths_km[start, end], length_km)

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
    nodes = tables.frames["nodes"]
    ports = set(nodes.filter(pl.col("kind") == "seaport")["node_id"])
    if len(ports) <= MIN_SEA_NEIGHBOURS:
        return

    by_water = tables.frames["links"].filter(pl.col("mode").is_in(WATER_MODES))
    neighbours: dict[str, set[str]] = {port: set() for port in ports}
    are_on_lines = set()
    for start, end, mode in by_water.select(*END_NODES, "mode").iter_rows():
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
    by_water = pl.col("mode").is_in(WATER_MODES).fill_null(value=False)
    at_sea = _ends(tables, by_water)
    if at_sea:
        at_sea -= _ends(tables, ~by_water)

    for table, columns in _ENDS.items():
        for column in columns:
            places = dict.fromkeys(place for _, (place,) in tables.cells(table, column))
            for place in places:
                if place in at_sea:
                    yield _end_at_sea(tables, table, column, place)


def _ends(tables: Tables, where: pl.Expr) -> set[str]:
    """Return the places at the ends of some links."""
    links = tables.frames["links"].filter(where)
    return {*links["from_node_id"], *links["to_node_id"]}


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
