"""Hierarchies: a network's graph made ready, once, for many searches at different weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridor.kernels import Ints
from corridor.network.graph import group_members
from corridor.network.memory import Derived
from corridor.network.network import Network

if TYPE_CHECKING:
    from corridor.kernels.hierarchy import Hierarchy, Selection, Sweep
    from corridor.kernels.records import Groups

MIN_STATES = 2000  # of a network, from which a hierarchy pays


class Layers(NamedTuple):
    """The hierarchy of a graph, the arcs into its states, and what leads down to all of them."""

    hierarchy: Hierarchy
    arcs_into: Groups
    everywhere: Selection


def layers_of(network: Network, ptr: Ints, head: Ints) -> Layers:
    """Return the layers of a network's graph in CSR order."""
    return network.once(Derived.HIERARCHY.of(), lambda: _layers(ptr, head))


def weighted(layers: Layers, weight: Ints) -> Sweep | None:
    """Return the hierarchy of layers with a weight for each arc [arcs]; null: they do not fit."""
    from corridor.kernels import hierarchy

    weights, is_exact = hierarchy.customise(layers.hierarchy, weight)
    return hierarchy.whole(layers.hierarchy, weights) if is_exact else None


def _layers(ptr: Ints, head: Ints) -> Layers:
    """Return the layers of a graph."""
    from corridor.kernels import hierarchy

    states = len(ptr) - 1
    layers = hierarchy.build(ptr, head)
    everywhere = hierarchy.select(layers, layers.ptr, layers.head, np.arange(states))
    return Layers(layers, group_members(head, states), everywhere)
