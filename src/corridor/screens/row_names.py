"""Row names: what a person calls a row of a table, and a note without the ids of the tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from corridor.language.layers import layer_words
from corridor.language.messages import translate
from corridor.language.speech import marked, tell
from corridor.network.network import Network
from corridor.tables import schema

Row = Mapping[str, Any]

RIDES = {
    "rail": marked("Train {start} – {end}"),
    "ferry": marked("Ferry {start} – {end}"),
    "sea": marked("Ship {start} – {end}"),
    "waterway": marked("Barge {start} – {end}"),
    "air": marked("Flight {start} – {end}"),
}
SERVICE = marked("Service {start} – {end}")
EFFECTS = {
    "forbid": marked("Forbidden"),
    "document": marked("A document is needed"),
    "extra-hours": marked("Takes longer"),
    "extra-usd": marked("A fee"),
    "caution": marked("Take care"),
}
WORD_OF_IDS = re.compile(r"\b[a-z0-9]+(?:[-_][a-z0-9]+)+\b")
MAX_SOURCE_LETTERS = 60


def row_name(network: Network, table: str, cells: Row) -> str | None:
    """Return what a person calls a row; null where it has no name of its own."""
    match table:
        case "links":
            return link_name(network, cells)
        case "services":
            return _service_name(network, cells)
        case "terminals":
            return tell(
                "{place}: {layer} to {other_layer}",
                place=_place(network, cells["node_id"]),
                layer=layer_words(cells["from_layer"]),
                other_layer=layer_words(cells["to_layer"]),
            )
        case "windows":
            return _window_name(network, cells)
        case "rules":
            return translate(cells["document"] or EFFECTS[cells["effect"]])
        case _:
            return translate(cells["name"]) if cells.get("name") else None


def link_name(network: Network, cells: Row) -> str:
    """Return a link by its ends, and by its mode where that is not the road."""
    ends = [_place(network, cells[end]) for end in ("from_node_id", "to_node_id")]
    name = " – ".join(ends)
    mode = cells["mode"]
    return name if mode == "road" else tell("{ends} by {mode}", ends=name, mode=tell(mode))


def plain_note(network: Network, note: str | None) -> str | None:
    """Return a note with names in place of ids: of sources, places, links and columns."""
    if note is None:
        return None
    return WORD_OF_IDS.sub(lambda word: _plain_word(network, word[0]), translate(note))


def _plain_word(network: Network, word: str) -> str:
    """A word of a note, in names where it is an id."""
    if word in network.by_id("sources"):
        citation = network.by_id("sources")[word]["citation"]
        return str(re.split(r"[,:;.(]", citation)[0].strip()[:MAX_SOURCE_LETTERS])
    if word in network.by_id("links"):
        return link_name(network, network.by_id("links")[word])
    if word in network.by_id("nodes"):
        return _place(network, word)
    if "_" in word or any(word in network.by_id(t.name) for t in schema.TABLES if t.key):
        return re.sub("[-_]", " ", word)
    return word


def _window_name(network: Network, cells: Row) -> str | None:
    """A window by its link or place; null where that is no part of the network."""
    if cells["link_id"] is None:
        return _place(network, cells["node_id"])
    link = network.by_id("links").get(cells["link_id"])
    return None if link is None else link_name(network, link)


def _service_name(network: Network, cells: Row) -> str | None:
    """A service by what rides and the ends of its run; null where that is off the network."""
    links = network.by_id("links")
    link_ids = cells["link_ids"].split()
    if any(link_id not in links for link_id in link_ids):
        return None
    run = [links[link_id] for link_id in link_ids]
    stops = [_stops(link) for link in run]

    first, last = stops[0], stops[-1]
    start, end = cells["from_node_id"] or first[0], last[1]
    if len(stops) > 1:
        start = cells["from_node_id"] or next(s for s in first if s not in stops[1])
        end = next(s for s in last if s not in stops[-2])
    elif cells["from_node_id"] == end:
        end = first[0]

    ride = RIDES.get(run[0]["mode"], SERVICE)
    return tell(ride, start=_place(network, start), end=_place(network, end))


def _stops(link: Row) -> tuple[str, str]:
    return link["from_node_id"], link["to_node_id"]


def _place(network: Network, node_id: str) -> str:
    return translate(str(network.by_id("nodes")[node_id]["name"]))
