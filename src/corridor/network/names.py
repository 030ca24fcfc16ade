"""Names: what a person may call a place, and the links that a bare word means.

A word is a country (``IR``), a mode (``ferry``), a link id, or a place by its id, name or
UN/LOCODE. Tables say the same with a :mod:`selector <corridor.tables.selectors>`: ``country:IR``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np
import polars as pl

from corridor.errors import UnknownName
from corridor.kernels import Bools
from corridor.network.memory import Derived
from corridor.network.network import Network
from corridor.tables.columns import MODES
from corridor.tables.selectors import Term, select_terms

MIN_STEM_LETTERS = 3  # fewer letters do not name a crossing by the places at it


def resolve_place(network: Network, text: str) -> str:
    """Return the node_id a person means: an id, a name in any case, or a UN/LOCODE.

    Raises UnknownName with near matches.
    """
    names = network.once(Derived.PLACES.of(), lambda: place_names(network.frames["nodes"]))
    node_id = find_place(names, text)
    if node_id is None:
        raise UnknownName("place", text, names)
    return node_id


def place_names(nodes: pl.DataFrame) -> dict[str, str]:
    """Return the node_id of every word for a place: its id, name and UN/LOCODE, in lower case.

    An id counts before a name or a code; of equal names the first row's. Cells may be null.
    """
    names: dict[str, str] = {}
    ids: dict[str, str] = {}

    for node_id, name, code in nodes.select("node_id", "name", "unlocode").iter_rows():
        if not node_id:
            continue
        ids.setdefault(node_id.lower(), node_id)
        for word in (node_id, name, code, (code or "").replace(" ", "")):
            if word:
                names.setdefault(word.lower(), node_id)

    return names | ids


def find_place(names: Mapping[str, str], text: str) -> str | None:
    """Return the node_id a person means, blanks apart; null where no place is called so."""
    word = text.strip().lower()
    return names.get(word) or names.get(word.replace(" ", ""))


def places_beginning(nodes: pl.DataFrame, stem: str) -> set[str]:
    """Return the places whose id or name begins with a stem: torkham, both sides of the crossing.

    A stem of less than three letters begins none.
    """
    if len(stem) < MIN_STEM_LETTERS:
        return set()

    letters = stem.lower()
    return {
        node_id
        for node_id, name in nodes.select("node_id", "name").drop_nulls().iter_rows()
        if node_id.startswith(letters) or name.lower().startswith(letters)
    }


def matching_arcs(network: Network, words: Iterable[str]) -> Bools:
    """Return which arcs any word means [arcs]: a country (AF), a mode, a place or a link id.

    Raises UnknownName for anything else.
    """
    graph = network.graph
    means = np.zeros(graph.arcs_count, bool)

    for word in words:
        links = matching_links(network, word)
        node_id = word if word in network.by_id("nodes") else None
        for a, runs in enumerate(graph.runs):
            if runs:
                means[a] |= any(links[i] for i, _ in runs)
            elif node_id is not None:
                means[a] |= graph.node_ids[graph.state_node[graph.tail[a]]] == node_id

    return means


def matching_links(network: Network, word: str) -> Bools:
    """Return which links a word means [links]: ends in a country, of a mode, at a place, or an id.

    A word that begins the names of several places (torkham: both sides of the crossing) means the
    links between them.
    """
    links = network.frames["links"]
    term = _term(network, word)
    if term is not None:
        means = np.zeros(links.height, bool)
        means[select_terms([term], links, network.frames["nodes"])] = True
        return means

    places = _places_meant(network, word)
    tails = links["from_node_id"].to_list()
    heads = links["to_node_id"].to_list()
    ends = np.array([(a in places) + (b in places) for a, b in zip(tails, heads, strict=True)])
    return ends >= (2 if 2 in ends else 1)


def _term(network: Network, word: str) -> Term | None:
    """Return the term of a selector that a word stands for; null for a place."""
    countries = {node["country"] for node in network.rows("nodes")}
    if re.fullmatch("[A-Z]{2}", word) and word in countries:
        return Term("country", word)
    if word in MODES:
        return Term("mode", word)
    if word in network.by_id("links"):
        return Term("id", word)
    return None


def _places_meant(network: Network, word: str) -> set[str]:
    try:
        return {resolve_place(network, word)}
    except UnknownName:
        nodes = network.frames["nodes"]
        places = places_beginning(nodes, word)
        if places:
            return places

        known = [
            *nodes["node_id"].to_list(),
            *network.by_id("links"),
            *MODES,
            *nodes["country"].unique().to_list(),
        ]
        raise UnknownName("place, link, mode or country", word, known) from None
