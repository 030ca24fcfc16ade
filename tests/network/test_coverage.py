"""Sets of hazards as words of bits."""

from __future__ import annotations

import numpy as np
import pytest

from corridor.network.coverage import WORD_HAZARDS, as_bits, as_words, is_in_words, word_weights


@pytest.mark.parametrize("hazards", [0, 1, 62, 63, 124, 200])
def test_words_hold_every_hazard_and_no_other(hazards: int) -> None:
    covered = np.random.default_rng(hazards).random((hazards, 30)) < 0.3
    words = as_words(covered)
    assert words.shape == (max(-(-hazards // WORD_HAZARDS), 1), 30)
    assert (words >= 0).all()
    for hazard in range(hazards):
        np.testing.assert_array_equal(is_in_words(words, hazard), covered[hazard])
    assert sum(int(word).bit_count() for word in words.ravel()) == covered.sum()
    if hazards <= WORD_HAZARDS:
        np.testing.assert_array_equal(as_bits(covered), words[0])


def test_weights_stand_where_the_bits_of_their_hazards_do() -> None:
    weights = np.arange(1, 101)
    by_word = word_weights(weights)
    assert by_word.shape == (2, 64)
    assert by_word[0, 61] == 62 and by_word[0, 62] == 0 and by_word[1, 0] == 63
    assert by_word.sum() == weights.sum()
