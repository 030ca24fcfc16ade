"""Dice: seeded together, they throw what NumPy's own throw."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corridor.network.dice import dice_of

WORD = st.integers(0, 2**32 - 1)


@given(st.integers(0, 2**200), st.lists(st.tuples(WORD, WORD), min_size=1, max_size=5))
def test_dice_throw_what_default_rng_throws(seed: int, pairs: list[tuple[int, int]]) -> None:
    for dice, pair in zip(dice_of(seed, pairs), pairs, strict=True):
        own = np.random.default_rng([seed, *pair])
        assert dice.bit_generator.state["state"] == own.bit_generator.state["state"]
        assert dice.poisson(3.0) == own.poisson(3.0)
