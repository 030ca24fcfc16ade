"""Elements: what of a network can fail, and which arcs fail with it.

Links, nodes, crossings and countries have a selector as their id, so that it can be written into a
change or a hazard as it stands; terminals and hazards have their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from corridor import stopping
from corridor.closures.demand_arrays import Exposure
from corridor.errors import CallError, UnknownName
from corridor.kernels import Ints
from corridor.language.speech import kept
from corridor.network.network import Network
from corridor.tables import selectors
from corridor.tables.schema import layer

KINDS = ("link", "node", "terminal", "crossing", "country", "hazard")
UNLIMITED = 1 << 20


@dataclass(frozen=True, eq=False)
class Element:
    """One thing that can fail: its kind, id, name as printed, and the arcs in CSR order that fail
    with it."""

    kind: str
    element_id: str
    name: str
    arcs: Ints


def elements(exposure: Exposure, kinds: Sequence[str]) -> list[Element]:
    """Return the elements of some kinds, in the order of their tables. UnknownName for another
    kind.

    A link fails with every service that runs over it; a node and a country with every link and
    terminal there.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise UnknownName("kind of element", kind, KINDS)
    network = exposure.network
    graph = exposure.network.graph
    at_link: list[list[int]] = [[] for _ in range(network.frames["links"].height)]
    at_terminal: list[list[int]] = [[] for _ in range(network.frames["terminals"].height)]
    for place, a in enumerate(exposure.arc_of.tolist()):
        if graph.kind[a] == "terminal":
            at_terminal[int(graph.row[a])].append(place)
        for i in {i for i, _ in graph.runs[a]}:
            at_link[i].append(place)
    makers: dict[str, Callable[[Network], Iterator[tuple[str, str, list[int], list[int]]]]] = {
        "link": _links,
        "node": _nodes,
        "terminal": _terminals,
        "crossing": _crossings,
        "country": _countries,
        "hazard": _hazards,
    }
    made = []
    for kind in kinds:
        for element_id, name, links, terminals in makers[kind](network):
            arcs = {a for i in links for a in at_link[i]} | {
                a for i in terminals for a in at_terminal[i]
            }
            made.append(Element(kind, element_id, name, np.array(sorted(arcs), np.int64)))
    return made


def disjoint_counts(exposure: Exposure, asked: Sequence[Element]) -> list[int | None]:
    """Return how many ways without a link in common still join the two sides of each element when
    it fails.

    The sides of a link are its places in its layer, of a crossing its countries; other elements
    have no two sides and get null. Only ways some trip's cargo may use that day count; changing
    layer is not limited. Max-flow. Source: Menger (1927).
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    network = exposure.network
    graph = exposure.network.graph
    usable = (exposure.weight[exposure.regime_of_day[0]] >= 0).any(axis=0)
    n = graph.states_count
    ways: dict[tuple[int, int], set[tuple[int, bool]]] = {}
    changes: set[tuple[int, int]] = set()
    for place in np.flatnonzero(usable).tolist():
        a = int(exposure.arc_of[place])
        if graph.kind[a] == "terminal":
            changes.add((int(graph.tail[a]), int(graph.head[a])))
        for i, forward in graph.runs[a]:
            ways.setdefault(_ends(network, i, forward), set()).add((i, forward))
    counts: list[int | None] = []
    for element in asked:
        stopping.raise_if_stopped()
        sides = _sides(network, element)
        if sides is None:
            counts.append(None)
            continue
        runs = [graph.runs[a] for a in exposure.arc_of[element.arcs].tolist()]
        gone = {i for run in runs for i, _ in run}
        arcs = [(u, v, len([1 for i, _ in over if i not in gone])) for (u, v), over in ways.items()]
        arcs += [(u, v, UNLIMITED) for u, v in changes]
        arcs += [(n, s, UNLIMITED) for s in sides[0]] + [(s, n + 1, UNLIMITED) for s in sides[1]]
        rows, columns, room = np.array([x for x in arcs if x[2]]).T
        matrix = csr_array((room.astype(np.int32), (rows, columns)), shape=(n + 2, n + 2))
        matrix.sum_duplicates()
        counts.append(int(maximum_flow(matrix, n, n + 1).flow_value))
    return counts


def _ends(network: Network, link: int, forward: bool) -> tuple[int, int]:
    row = network.rows("links")[link]
    index = network.graph.state_index
    lay = layer(row["mode"], row["gauge_mm"])
    ends = index[row["from_node_id"], lay], index[row["to_node_id"], lay]
    return ends if forward else ends[::-1]


def _sides(network: Network, element: Element) -> tuple[list[int], list[int]] | None:
    graph = network.graph
    if element.kind == "link":
        ids = network.frames["links"]["link_id"].to_list()
        a, b = _ends(network, ids.index(element.element_id), True)
        return ([a], [b]) if a != b else None
    if element.kind == "crossing":
        one, two = element.element_id.partition(":")[2].split("-")
        nodes = network.by_id("nodes")
        country = [nodes[graph.node_ids[i]]["country"] for i in graph.state_node.tolist()]
        return [s for s, c in enumerate(country) if c == one], [
            s for s, c in enumerate(country) if c == two
        ]
    return None


def _links(network: Network) -> Iterator[tuple[str, str, list[int], list[int]]]:
    nodes = network.by_id("nodes")
    for i, row in enumerate(network.rows("links")):
        one, other = (nodes[row[end]]["name"] for end in ("from_node_id", "to_node_id"))
        yield (
            row["link_id"],
            kept("{one} - {other}, {mode}", one=one, other=other, mode=row["mode"]),
            [i],
            [],
        )


def _nodes(network: Network) -> Iterator[tuple[str, str, list[int], list[int]]]:
    ends = _link_ends(network)
    terminals = network.frames["terminals"]["node_id"].to_list()
    for row in network.rows("nodes"):
        node = row["node_id"]
        yield (
            f"node:{node}",
            row["name"],
            [i for i, e in enumerate(ends) if node in e],
            [i for i, at in enumerate(terminals) if at == node],
        )


def _terminals(network: Network) -> Iterator[tuple[str, str, list[int], list[int]]]:
    nodes = network.by_id("nodes")
    for i, row in enumerate(network.rows("terminals")):
        name = kept(
            "{place}: {layer} - {other_layer}",
            place=nodes[row["node_id"]]["name"],
            layer=_layer(row["from_layer"]),
            other_layer=_layer(row["to_layer"]),
        )
        yield row["terminal_id"], name, [], [i]


def _layer(name: str) -> str:
    mode, _, gauge = name.partition("-")
    # Translators: a mode and its gauge in millimetres, as in rail-1520.
    return kept("{mode}-{figure}", mode=mode, figure=gauge) if gauge else mode


def _crossings(network: Network) -> Iterator[tuple[str, str, list[int], list[int]]]:
    found: dict[tuple[str, str], list[int]] = {}
    for i, pair in enumerate(_link_countries(network)):
        if pair[0] != pair[1]:
            found.setdefault((min(pair), max(pair)), []).append(i)
    for (one, two), links in found.items():
        yield (
            f"crossing:{one}-{two}",
            kept("{one} - {other}, every crossing", one=one, other=two),
            links,
            [],
        )


def _countries(network: Network) -> Iterator[tuple[str, str, list[int], list[int]]]:
    pairs = _link_countries(network)
    names = {row["country"]: row["name"] for row in network.rows("countries")}
    nodes = network.by_id("nodes")
    terminals = [nodes[n]["country"] for n in network.frames["terminals"]["node_id"].to_list()]
    for country in dict.fromkeys(row["country"] for row in network.rows("nodes")):
        yield (
            f"country:{country}",
            names.get(country, country),
            [i for i, p in enumerate(pairs) if country in p],
            [i for i, c in enumerate(terminals) if c == country],
        )


def _hazards(network: Network) -> Iterator[tuple[str, str, list[int], list[int]]]:
    for row in network.rows("hazards"):
        try:
            links = selectors.select(
                row["row_id"], network.frames["links"], network.frames["nodes"]
            )
        except ValueError as error:
            raise CallError(f"hazard {row['hazard_id']!r}: {error}.") from None
        yield row["hazard_id"], row["name"], links, []


def _link_ends(network: Network) -> list[tuple[str, str]]:
    links = network.frames["links"]
    return list(zip(links["from_node_id"].to_list(), links["to_node_id"].to_list(), strict=True))


def _link_countries(network: Network) -> list[tuple[str, str]]:
    nodes = network.by_id("nodes")
    return [(nodes[a]["country"], nodes[b]["country"]) for a, b in _link_ends(network)]
