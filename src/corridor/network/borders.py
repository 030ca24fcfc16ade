"""Borders: roads and railways between two countries, and networks where they are shut or open."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, NamedTuple

import polars as pl

from corridor.errors import UnknownName
from corridor.network.calendar import second
from corridor.network.changes import apply, status_spans
from corridor.network.network import Network
from corridor.tables.columns import OPEN_STATUS

BY_LAND = ("road", "rail")  # modes of a border: who shuts a sea lane is not known by its ends
CLOSED = "closed"  # status of a link
FORBID = "forbid"  # effect of a rule


class Border(NamedTuple):
    """What crosses from one country to another by land.

    countries: both, in alphabetical order. link_ids: roads and railways, planned ones included.
    """

    countries: tuple[str, str]
    link_ids: tuple[str, ...]

    @property
    def name(self) -> str:
        """Both countries, such as AF-PK."""
        return "-".join(self.countries)


def land_borders(links: pl.DataFrame, nodes: pl.DataFrame) -> dict[str, Border]:
    """Return the borders that a road or railway crosses, by name."""
    country_of = dict(nodes.select("node_id", "country").iter_rows())
    crossing: dict[tuple[str, str], list[str]] = defaultdict(list)

    by_land = links.filter(pl.col("mode").is_in(BY_LAND))
    columns = by_land.select("link_id", "from_node_id", "to_node_id")
    for link_id, tail, head in columns.iter_rows():
        ends = sorted({country_of.get(tail) or "", country_of.get(head) or ""} - {""})
        if len(ends) == 2:
            crossing[ends[0], ends[1]].append(link_id)

    borders = [Border(pair, tuple(link_ids)) for pair, link_ids in crossing.items()]
    return {border.name: border for border in borders}


def borders_of(network: Network, names: Iterable[str]) -> tuple[Border, ...]:
    """Return borders by their names, both countries in any order: AF-PK, PK-AF.

    Raises
    ------
    UnknownName
        Where no road or railway of the network crosses it.
    """
    known = land_borders(network.frames["links"], network.frames["nodes"])
    borders = {}
    for name in names:
        key = border_name(name)
        if key not in known:
            raise UnknownName("border by land", name, sorted(known))
        borders[key] = known[key]
    return tuple(borders.values())


def border_name(text: str) -> str:
    """Return the name of a border as it is known, whatever the order and case of its countries."""
    return "-".join(sorted(text.strip().upper().split("-")))


def shut_borders(network: Network, countries: Sequence[str], on: dt.date) -> tuple[Border, ...]:
    """Return the borders between some countries over which changes shut everything on a day.

    What is planned does not count: it is not there to be shut.
    """
    known = land_borders(network.frames["links"], network.frames["nodes"])
    pairs = ["-".join(pair) for pair in combinations(sorted(countries), 2)]
    return tuple(
        known[name] for name in pairs if name in known and _is_shut(network, known[name], on)
    )


def _is_shut(network: Network, border: Border, on: dt.date) -> bool:
    """Tell whether everything that stands of a border is shut on a day."""
    links = network.by_id("links")
    standing = [link for link in border.link_ids if links[link]["status"] == OPEN_STATUS]
    if not standing:
        return False

    at_s = second(on)
    statuses = status_spans(network)
    for number in network.selected_links(" ".join(standing)):
        open_spans, _ = statuses[number]
        if any(span.start_s <= at_s < span.end_s for span in open_spans):
            return False
    return True


def with_shut(network: Network, borders: Iterable[Border]) -> Network:
    """Return the network with borders shut, over whatever else changes them."""
    rows = [
        {
            "change_id": f"shut {border.name}",
            "table": "links",
            "row_id": " ".join(border.link_ids),
            "column": "status",
            "op": "set",
            "value": CLOSED,
        }
        for border in borders
    ]
    return apply(network, pl.DataFrame(rows)) if rows else network


def with_opened(network: Network, borders: Sequence[Border]) -> Network:
    """Return the network without what shuts borders: changes of status, and stops of trade.

    What is planned stays planned. Of a change that shuts other links too these stay shut. A stop of
    trade is a rule that forbids goods of one of both countries to go to the other. The network
    itself where nothing shuts them.
    """
    changes = _opened_changes(network, {link for border in borders for link in border.link_ids})
    rules = network.frames["rules"]
    trading = rules.filter(~_stops_trade(rules, borders))
    if changes is network.changes and trading.height == rules.height:
        return network

    if trading.height < rules.height:
        return replace(network, frames={**network.frames, "rules": trading}, changes=changes)
    opened = replace(network, changes=changes)
    opened.share(network)
    return opened


def _opened_changes(network: Network, link_ids: set[str]) -> pl.DataFrame:
    """Return the changes of a network without those that shut some links; the same if none does."""
    stated = network.changes.to_dicts()
    opened = [_without_links(network, row, link_ids) for row in stated]
    if opened == stated:
        return network.changes

    remaining = [row for row in opened if row is not None]
    return pl.DataFrame(remaining, schema=network.changes.schema)


def _without_links(
    network: Network, row: Mapping[str, Any], link_ids: set[str]
) -> dict[str, Any] | None:
    """Return a change that leaves some links as they are; null: it changes no other."""
    shuts = row["table"] == "links" and row["column"] == "status" and row["value"] != OPEN_STATUS
    if not shuts:
        return dict(row)

    links = network.rows("links")
    meant = [str(links[number]["link_id"]) for number in network.selected_links(row["row_id"])]
    left = [link for link in meant if link not in link_ids]
    if len(left) == len(meant):
        return dict(row)
    return {**row, "row_id": " ".join(left)} if left else None


def _stops_trade(rules: pl.DataFrame, borders: Iterable[Border]) -> pl.Series:
    """Tell of each rule whether it forbids trade between both countries of a border."""
    pairs = {border.countries for border in borders}
    columns = rules.select("effect", "origin_country", "destination_country")
    stops = [
        effect == FORBID and tuple(sorted((origin or "", destination or ""))) in pairs
        for effect, origin, destination in columns.iter_rows()
    ]
    return pl.Series(stops, dtype=pl.Boolean)
