"""Coverage: which links and arcs hazards may shut, for any number of hazards, and as bits.

Kernels hold a set of hazards as bits of a 64-bit number. Where there are more hazards than bits, a
search holds several such words, and a simulated year numbers those that strike in it anew.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from corridor.kernels import Bools, Ints
from corridor.network.network import Network

WORD_HAZARDS = 62  # bits of a 64-bit number less its sign, and one in reserve


def covered_links(network: Network, hazards: pl.DataFrame) -> Bools:
    """Tell which links the hazards may shut [hazards, links].

    Raises ValueError for a selector that cannot be read.
    """
    covered = np.zeros((hazards.height, network.frames["links"].height), bool)
    for hazard, selector in enumerate(hazards["row_id"]):
        covered[hazard, list(network.selected_links(selector))] = True
    return covered


def covered_arcs(network: Network, links: Bools) -> Bools:
    """Tell which arcs of the graph have a link that hazards may shut [hazards, arcs].

    links: as :func:`covered_links` returns them.
    """
    graph = network.graph
    arc, direction = graph.runs_of_arcs
    link = direction // 2
    covered = np.zeros((len(links), graph.arcs_count), bool)
    for hazard, of_hazard in enumerate(links):
        covered[hazard, arc[of_hazard[link]]] = True
    return covered


def as_words(covered: Bools) -> Ints:
    """Return sets of any number of hazards as words of bits int64 [words, things], one at least.

    Hazard h is bit h % 62 of word h // 62. covered [hazards, things].
    """
    words = [
        as_bits(covered[first : first + WORD_HAZARDS])
        for first in range(0, max(len(covered), 1), WORD_HAZARDS)
    ]
    return np.stack(words)


def word_weights(weights: Ints) -> Ints:
    """Return the weights of hazards by word and bit [words, 64]; weights [hazards]."""
    words = max(-(-len(weights) // WORD_HAZARDS), 1)
    by_bit = np.zeros((words, WORD_HAZARDS), np.int64)
    by_bit.ravel()[: len(weights)] = weights
    return np.pad(by_bit, ((0, 0), (0, 64 - WORD_HAZARDS)))


def is_in_words(words: Ints, hazard: int) -> Bools:
    """Tell which sets hold a hazard [...]; words [words, ...] as :func:`as_words` makes them."""
    word, bit = divmod(hazard, WORD_HAZARDS)
    holds: Bools = (words[word] >> bit & 1).astype(bool)
    return holds


def as_bits(covered: Bools) -> Ints:
    """Return sets of up to 62 hazards as bits int64 [things]; covered [hazards, things]."""
    bits = np.zeros(covered.shape[1], np.int64)
    for hazard, things in enumerate(covered):
        bits[things] |= np.int64(1) << np.int64(hazard)
    return bits
