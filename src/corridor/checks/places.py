"""Checks of where things are: countries, their codes and neighbours, markets, and time zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from functools import cache

import polars as pl

from corridor.errors import Finding, first_findings
from corridor.network import geo
from corridor.tables.columns import MODES, OPEN_STATUS
from corridor.tables.tables import Row, Tables

MAX_OFFSET_H = 3.5  # of clock from sun: Kashgar keeps Beijing time, 3 h before its sun
DEG_PER_H = 15.0
_CROSSING = frozenset({"border"})  # what a link is that crosses one
# What at least one link at a place of a kind is.
_NEEDED: Mapping[str, Set[str]] = {
    "seaport": {"sea", "ferry", "waterway"},
    "river-port": {"waterway", "ferry", "sea"},
    "lake-port": {"waterway", "ferry", "sea"},
    "airport": {"air"},
    "rail-terminal": {"rail"},
    "gauge-change-station": {"rail"},
    "border-crossing": _CROSSING,
}
_NO_COUNTRIES = ("EU", "ZZ")  # a union and the rest of the world, which lie in several
_MAIN_CITY_KM = 25.0  # a city on a border, or the point of a harbour


def check_places(tables: Tables) -> list[Finding]:
    """Return warnings on countries, markets and clocks that lie elsewhere than they say."""
    return first_findings(
        _main_cities(tables),
        _codes(tables),
        _neighbours(tables),
        _markets(tables),
        _clocks(tables),
        _kinds(tables),
    )


# Countries


def _main_cities(tables: Tables) -> Iterator[Finding]:
    """Main cities that lie in another country."""
    for country in tables.rows("countries"):
        lon = country["lon_deg"]
        lat = country["lat_deg"]
        code = country["country"]
        is_iso = code is not None and code in iso_codes()
        if not is_iso or None in (lon, lat) or code in geo.countries_near(lon, lat, _MAIN_CITY_KM):
            continue

        point = f"{lon:g}, {lat:g}"
        there = " or ".join(sorted(geo.countries_at(lon, lat))) or "the sea"
        yield country.warning(
            "other-country",
            "lon_deg",
            f"the main city of {code} lies at {point}, which is in {there}.",
            do="Correct the coordinates: west and south are negative.",
            value=point,
        )


def _codes(tables: Tables) -> Iterator[Finding]:
    """Codes of three letters, and of three digits, that are another country's."""
    for country in tables.rows("countries"):
        codes = iso_codes().get(country["country"] or "")
        if codes is None:
            continue

        for column in ("iso3", "numeric_code"):
            value = country[column]
            written = f"{value:03d}" if isinstance(value, int) else value
            if written is not None and written not in codes:
                code = next(word for word in codes if word.isdigit() == (column == "numeric_code"))
                yield country.warning(
                    "code-of-other-country",
                    column,
                    f"countries.{column} is {value}, and {country['country']} has {code}.",
                    do=f"Write {code.lstrip('0')}.",
                    value=str(value),
                )


@cache
def iso_codes() -> dict[str, frozenset[str]]:
    """Return two-letter code -> its codes of three letters and of three digits in ISO 3166."""
    from babel.core import get_global

    codes: dict[str, set[str]] = {}
    for alias, countries in get_global("territory_aliases").items():
        if len(alias) == 3 and len(countries) == 1 and countries[0] not in _NO_COUNTRIES:
            codes.setdefault(countries[0], set()).add(alias)
    return {code: frozenset(words) for code, words in codes.items() if _has_both(words)}


def _has_both(words: Set[str]) -> bool:
    """Tell whether codes hold one of letters and one of digits."""
    return {word.isdigit() for word in words} == {True, False}


def _neighbours(tables: Tables) -> Iterator[Finding]:
    """Countries that name a neighbour which does not name them."""
    neighbours = {
        row["country"]: (row["neighbours"] or "").split() for row in tables.rows("countries")
    }
    for country in tables.rows("countries"):
        for other in neighbours[country["country"]]:
            if neighbours.get(other) and country["country"] not in neighbours[other]:
                yield country.warning(
                    "one-sided-neighbour",
                    "neighbours",
                    f"{country['country']} names {other} as a neighbour, "
                    f"and {other} does not name {country['country']}.",
                    do="Add the one or remove the other.",
                    value=other,
                )


# Markets and clocks


def _markets(tables: Tables) -> Iterator[Finding]:
    """Markets in another country than the one whose trade they hold."""
    if "nodes" in tables.broken:
        return

    country_of = tables.by_key("nodes", "country")
    for market in tables.rows("markets"):
        code = market["country"]
        there = country_of.get(market["node_id"])
        if there is not None and code in iso_codes() and code != there:
            yield market.warning(
                "other-country",
                "node_id",
                f"the market of {code} is {market['node_id']}, which lies in {there}.",
                do="Correct the place or the country.",
                value=market["node_id"],
            )


def _clocks(tables: Tables) -> Iterator[Finding]:
    """Local times that are hours away from the sun at the place they are of."""
    has_offset = pl.col("utc_offset_h").is_not_null() & pl.col("time_zone").is_null()
    windows = tables.rows_where("windows", has_offset)
    if not windows:
        return

    lon_of = tables.by_key("nodes", "lon_deg")
    tail_of = tables.by_key("links", "from_node_id")
    for window in windows:
        node = window["node_id"] or tail_of.get(window["link_id"])
        lon = lon_of.get(node)
        if lon is not None:
            yield from _clock(window, window["utc_offset_h"], lon)


def _clock(window: Row, offset_h: float, lon: float) -> Iterator[Finding]:
    sun_h = lon / DEG_PER_H
    around_h = abs((offset_h - sun_h + 12) % 24 - 12)
    if around_h > MAX_OFFSET_H:
        yield window.warning(
            "clock-off-the-sun",
            "utc_offset_h",
            f"windows.utc_offset_h is {offset_h:g}, and at {lon:g} degrees of longitude "
            f"the sun is {sun_h:+.1f} h from UTC.",
            do="Write local time minus UTC in hours: east is positive.",
            value=f"{offset_h:g}",
        )


# What a place is, and the links at it


def _kinds(tables: Tables) -> Iterator[Finding]:
    """Ports without water, border posts without a border, rail terminals without a railway."""
    if {"nodes", "links"} & tables.broken:
        return

    nodes = tables.rows_where("nodes", pl.col("kind").is_in(_NEEDED.keys()))
    if not nodes:
        return

    words = _words_at(tables)
    anywhere = words.get(None, set())
    for node in nodes:
        needed = _NEEDED.get(node["kind"])
        there = words.get(node["node_id"], set())
        if needed and OPEN_STATUS in there and not (there | anywhere) & needed:
            yield _without_links(node, needed, there & set(MODES))


def _without_links(node: Row, needed: Set[str], modes: Set[str]) -> Finding:
    """Return the finding on a place whose kind needs other links; modes: of those it has."""
    missing = "crosses a border" if needed == _CROSSING else f"is by {' or '.join(sorted(needed))}"
    return node.warning(
        "kind-without-links",
        "kind",
        f"nodes.kind is {node['kind']}, and no link at {node['node_id']} {missing} "
        f"(there: {', '.join(sorted(modes))}).",
        do="Correct the kind, or add the links.",
        value=node["kind"],
    )


def _words_at(tables: Tables) -> dict[str | None, set[str]]:
    """Return place -> modes and statuses of the links at it, and ``border`` where one crosses.

    Under null: of the links with an end that is no place of the study, which may be at any place.
    """
    country_of = tables.by_key("nodes", "country")
    words: dict[str | None, set[str]] = {}
    columns = ("from_node_id", "to_node_id", "mode", "status")
    for _, (tail, head, mode, status) in tables.cells("links", *columns):
        crossing = _CROSSING if country_of.get(tail) != country_of.get(head) else frozenset()
        for end in (tail, head):
            place = end if end in country_of else None
            words.setdefault(place, set()).update({mode or "", status or ""}, crossing)
    return words
