"""The graph of a large network, kept on disk: the next process reads its arrays.

It goes by the content of all it is made of. A smaller graph is made as fast as it is found.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

import numpy as np
import polars as pl

from corridor.network.graph import Graph, Runs, number_values
from corridor.tables.prepared import Prepared, keep_prepared, key_of, read_prepared

MIN_LINKS = 5_000
KINDS = ("link", "service", "terminal")
# What a graph is made of: columns of tables, null: all of them.
MADE_OF: dict[str, tuple[str, ...] | None] = {
    "nodes": ("node_id",),
    "links": ("link_id", "from_node_id", "to_node_id", "mode", "gauge_mm", "two_way"),
    "services": ("service_id", "link_ids", "calls", "required", "from_node_id"),
    "terminals": None,
    "modes": None,
}


def graph_hash(frames: Mapping[str, pl.DataFrame]) -> str:
    """Return a hash of all that a graph is made of."""
    return key_of("graph", *(digest(frames[name], names) for name, names in MADE_OF.items()))


def kept_graph(
    frames: Mapping[str, pl.DataFrame], key: str, compile_graph: Callable[[], Graph]
) -> Graph:
    """Return the graph of some tables: that which is kept, else made and kept.

    key: see :func:`graph_hash`. compile_graph: makes it.
    """
    if frames["links"].height < MIN_LINKS:
        return compile_graph()

    prepared = read_prepared(key)
    if prepared is not None:
        return _unpacked(prepared, frames["nodes"]["node_id"].to_list())

    graph = compile_graph()
    keep_prepared(key, _packed(graph))
    return graph


def digest(frame: pl.DataFrame, columns: Sequence[str] | None) -> str:
    """Return a hash of some columns of a table, or of all."""
    stream = io.BytesIO()
    frame.select(columns or frame.columns).rechunk().write_ipc(stream)
    return sha256(stream.getvalue()).hexdigest()


def _packed(graph: Graph) -> Prepared:
    """Return a graph as arrays; layers and kinds as numbers."""
    layers, layer = number_values(graph.state_layer)
    arrays = {
        "link_states": graph.link_states,
        "state_node": graph.state_node,
        "state_layer": layer,
        "ready_state": graph.ready_state,
        "tail": graph.tail,
        "head": graph.head,
        "kind": np.array([KINDS.index(kind) for kind in graph.kind], np.int64),
        "row": graph.row,
        "runs_ptr": graph.runs.ptr,
        "runs_direction": graph.runs.direction,
        "forward": np.array(graph.forward, bool),
        "earlier_ptr": graph.earlier.ptr,
        "earlier_direction": graph.earlier.direction,
        "departs": np.array(graph.departs, bool),
    }
    return Prepared(arrays=arrays, words=layers)


def _unpacked(prepared: Prepared, node_ids: list[str]) -> Graph:
    """Return a graph from its arrays."""
    arrays = prepared.arrays
    layers = prepared.words
    return Graph(
        node_ids=node_ids,
        link_states=arrays["link_states"],
        state_node=arrays["state_node"],
        state_layer=[layers[number] for number in arrays["state_layer"].tolist()],
        ready_state=arrays["ready_state"],
        tail=arrays["tail"],
        head=arrays["head"],
        kind=[KINDS[number] for number in arrays["kind"].tolist()],
        row=arrays["row"],
        runs=Runs(arrays["runs_ptr"], arrays["runs_direction"]),
        forward=arrays["forward"].tolist(),
        earlier=Runs(arrays["earlier_ptr"], arrays["earlier_direction"]),
        departs=arrays["departs"].tolist(),
    )
