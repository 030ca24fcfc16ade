"""Dice: random generators by the numbers they are seeded with, many seeded at once.

``np.random.default_rng([a, b, c])`` spends nine tenths of its time on spreading the three numbers
over the first state, one generator at a time. Here the same states are computed for all of them
together, so that each generator throws what NumPy's own would.

Source: O'Neill (2015), Developing a seed_seq alternative; NumPy's ``SeedSequence``, whose numbers
NumPy promises to keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Words = NDArray[np.uint32]

POOL_WORDS = 4
STATE_WORDS = 8  # of the first state of a generator (PCG64)
WORD_BITS = 32
FOLD_BITS = np.uint32(16)
FIRST_MIXING = 0x43B0D7E5
MIXING_FACTOR = 0x931E8875
FIRST_SPREADING = 0x8B51F9DD
SPREADING_FACTOR = 0x58F38DED
LEFT_FACTOR = np.uint32(0xCA01F9DD)
RIGHT_FACTOR = np.uint32(0x4973F715)


class FirstState(np.random.bit_generator.ISeedSequence):
    """A first state that is known, as a generator takes it."""

    def __init__(self, state: NDArray[np.uint64]) -> None:
        self.state = state

    def generate_state(self, _n_words: int, _dtype: DTypeLike = np.uint32) -> NDArray[Any]:
        """Return the state, which has the words that a generator asks for."""
        return self.state


def dice_of(seed: int, pairs: Sequence[tuple[int, int]]) -> list[np.random.Generator]:
    """Return the generators ``default_rng([seed, a, b])`` of all pairs (a, b).

    seed: 0 or more. pairs: numbers below 2 to the 32nd.
    """
    columns = np.array(pairs, np.uint32).reshape(-1, 2).T
    seeds = [np.full(len(pairs), word, np.uint32) for word in _words(seed)]
    states: list[Any] = [FirstState(state) for state in _first_states([*seeds, *columns])]
    return [np.random.Generator(np.random.PCG64(state)) for state in states]


def _words(number: int) -> list[int]:
    """Return the 32-bit words of a number, lowest first."""
    words = [number & (1 << WORD_BITS) - 1]
    while number := number >> WORD_BITS:
        words.append(number & (1 << WORD_BITS) - 1)
    return words


def _first_states(entropy: Sequence[Words]) -> NDArray[np.uint64]:
    """Return the first state of every generator uint64 [generators, 4]; entropy: its words."""
    pool = _mixed(entropy)
    hashing = _Hashing(FIRST_SPREADING, SPREADING_FACTOR)
    words = [hashing.word(pool[place % POOL_WORDS]) for place in range(STATE_WORDS)]
    return np.ascontiguousarray(np.column_stack(words).astype("<u4")).view("<u8").astype(np.uint64)


def _mixed(entropy: Sequence[Words]) -> list[Words]:
    """Return the pool of four words that holds all entropy."""
    hashing = _Hashing(FIRST_MIXING, MIXING_FACTOR)
    padding = [np.zeros_like(entropy[0])] * (POOL_WORDS - len(entropy))
    pool = [hashing.word(word) for word in [*entropy[:POOL_WORDS], *padding]]

    for source in range(POOL_WORDS):
        for place in range(POOL_WORDS):
            if place != source:
                pool[place] = _mix(pool[place], hashing.word(pool[source]))
    for word in entropy[POOL_WORDS:]:
        for place in range(POOL_WORDS):
            pool[place] = _mix(pool[place], hashing.word(word))
    return pool


class _Hashing:
    """A hash of words whose factor changes with every word."""

    def __init__(self, first: int, factor: int) -> None:
        self.constant = np.uint32(first)
        self.factor = factor

    def word(self, word: Words) -> Words:
        """Return the hash of a word of every generator."""
        hashed: Words = word ^ self.constant
        self.constant = np.uint32(int(self.constant) * self.factor & (1 << WORD_BITS) - 1)
        hashed *= self.constant
        hashed ^= hashed >> FOLD_BITS
        return hashed


def _mix(left: Words, right: Words) -> Words:
    mixed: Words = LEFT_FACTOR * left - RIGHT_FACTOR * right
    return mixed ^ (mixed >> FOLD_BITS)
