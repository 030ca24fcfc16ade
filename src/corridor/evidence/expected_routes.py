"""Expected routes: sequences of countries and sets of modes that an answer is held against.

``KZ * IR PK; KZ CN PK`` stands for either of two sequences, ``*`` for any number of countries.
"""

from __future__ import annotations

from collections.abc import Sequence

ANY = "*"


def is_expected_sequence(countries: Sequence[str], expected: str | None) -> bool:
    """Tell whether countries in order are one of the sequences expected; null: any are."""
    if expected is None:
        return True
    return any(_fits(countries, sequence.split()) for sequence in expected.split(";"))


def _fits(countries: Sequence[str], sequence: Sequence[str]) -> bool:
    """Tell whether countries are a sequence with its gaps filled."""
    if not sequence:
        return not countries
    first, *rest = sequence
    if first == ANY:
        return any(_fits(countries[skipped:], rest) for skipped in range(len(countries) + 1))
    return bool(countries) and countries[0] == first and _fits(countries[1:], rest)


def is_expected_mode_set(modes: Sequence[str], expected: str | None) -> bool:
    """Tell whether modes are one of the sets expected; null: any are."""
    if expected is None:
        return True
    return any(set(alternative.split()) == set(modes) for alternative in expected.split(";"))
