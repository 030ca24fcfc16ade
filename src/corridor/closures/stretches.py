"""Stretches: links in series, which no trip of a demand tells apart when one of them shuts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from corridor.closures.elements import Element
from corridor.kernels import Ints
from corridor.language.messages import message, pack
from corridor.network.graph import Row
from corridor.network.network import Network

STRETCH = "stretch"  # kind of the row of several links
OWN_STRETCH = "own stretch"  # the same, told apart by own demand alone


def stretch_rows(
    network: Network,
    elements: Sequence[Element],
    cents: Ints,
    measured: Sequence[Mapping[str, Any]],
    kind: str = STRETCH,
) -> list[dict[str, Any]]:
    """Return a row of :func:`corridor.rank` for each stretch of two links or more.

    Its links are those whose losses change the cost of every trip alike, to the cent: who uses one
    of them uses them all, and the same detour goes round them all. Its measures are those of any.

    Parameters
    ----------
    network
        The network, whose places name the ends.
    elements
        What was shut, each alone; only links make stretches.
    cents
        int64 [elements + 1, trips]: generalised cost with nothing shut, then with each element;
        of the trips that tell links apart.
    measured
        The measures of each element.
    kind
        Of the rows.
    """
    numbers_of: dict[bytes, list[int]] = {}
    for number, element in enumerate(elements):
        is_used = bool((cents[number + 1] != cents[0]).any())
        if element.kind == "link" and is_used:
            effect = np.ascontiguousarray(cents[number + 1]).tobytes()
            numbers_of.setdefault(effect, []).append(number)

    links = network.by_id("links")
    rows = []
    for numbers in numbers_of.values():
        if len(numbers) > 1:
            of_stretch = _in_order([links[elements[number].element_id] for number in numbers])
            rows.append(_row(network, of_stretch, measured[numbers[0]], kind))
    return rows


def with_stretches(ranked: pl.DataFrame, kind: str = STRETCH) -> pl.DataFrame:
    """Return the rows of stretches and of links that are in none, in their order.

    ranked: rows of :func:`corridor.rank`. kind: of the stretches.
    """
    stretches = ranked.filter(pl.col("kind") == kind)
    in_stretch = [link_id for ids in stretches["element_id"] for link_id in ids.split()]
    is_alone = (pl.col("kind") == "link") & ~pl.col("element_id").is_in(in_stretch)
    return ranked.filter((pl.col("kind") == kind) | is_alone)


def _row(
    network: Network, pieces: list[list[Row]], measures: Mapping[str, Any], kind: str
) -> dict[str, Any]:
    name = _piece_name(network, pieces[0])
    for piece in pieces[1:]:
        name = message("{one} and {other}", one=name, other=_piece_name(network, piece))
    return {
        "kind": kind,
        "element_id": " ".join(link["link_id"] for piece in pieces for link in piece),
        "name": name,
        **measures,
        "name_message": pack(name),
    }


def _piece_name(network: Network, piece: Sequence[Row]) -> str:
    """Return the name of links one after the other: both ends and, where it is one, the mode."""
    one, other = _ends(piece)
    nodes = network.by_id("nodes")
    names = {"one": nodes[one]["name"], "other": nodes[other]["name"]}
    modes = {link["mode"] for link in piece}
    if len(modes) == 1:
        return message("{one} - {other}, {mode}", **names, mode=modes.pop())
    return message("{one} - {other}", **names)


def _ends(piece: Sequence[Row]) -> tuple[str, str]:
    """Return the places at which links one after the other begin and end."""
    touched = Counter(node for link in piece for node in _nodes(link))
    ends = [node for node, times in touched.items() if times == 1]
    return (ends[0], ends[-1]) if len(ends) > 1 else _nodes(piece[0])


def _in_order(links: Sequence[Row]) -> list[list[Row]]:
    """Return links as pieces without gaps, each from one end to the other."""
    rest = list(links)
    pieces = []
    while rest:
        piece = [rest.pop(0)]
        while (beside := next(_beside(piece, rest), None)) is not None:
            link, is_after = beside
            rest.remove(link)
            piece.insert(len(piece) if is_after else 0, link)
        pieces.append(piece)
    return pieces


def _beside(piece: Sequence[Row], links: Sequence[Row]) -> Iterator[tuple[Row, bool]]:
    """Yield the links that touch the last link of a piece, or its first, and which."""
    for link in links:
        if set(_nodes(link)) & set(_nodes(piece[-1])):
            yield link, True
        elif set(_nodes(link)) & set(_nodes(piece[0])):
            yield link, False


def _nodes(link: Row) -> tuple[str, str]:
    return link["from_node_id"], link["to_node_id"]
